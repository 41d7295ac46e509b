package schedule

import (
	"fmt"
	"regexp"
	"time"
)

const atLayout = "2006-01-02T15:04:05"

// atShape takes an at() body apart, leniently, so that each deviation gets its own hint.
var atShape = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:([T ])(\d{2}:\d{2})(:\d{2})?(\.\d+)?)?(.*)$`)

// parseAt reads the inside of at(...): a local date and time without any suffix.
func parseAt(body token) (*Expression, *ParseError) {
	if t, err := time.Parse(atLayout, body.text); err == nil && t.Format(atLayout) == body.text {
		if t.Year() < FirstYear || t.Year() > LastYear {
			return nil, body.slice(0, 4).errorf("check the year for a slip", "year %q is outside %d-%d", body.text[:4], FirstYear, LastYear)
		}
		return &Expression{kind: At, at: t, text: "at(" + body.text + ")"}, nil
	}
	const form = `the form is "at(yyyy-MM-ddTHH:mm:ss)"`
	m := atShape.FindStringSubmatchIndex(body.text)
	if m == nil {
		return nil, body.errorf(form, "at(...) needs a date and time, not %q", body.text)
	}
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return body.text[m[2*i]:m[2*i+1]]
	}
	date, clock, seconds := part(1), part(3), part(4)
	suffix := body.slice(m[12], m[13])
	fixed := func(timeOfDay string) string {
		return writeHint("at("+date+"T"+timeOfDay+")", form)
	}
	switch {
	case clock == "" && suffix.text == "":
		return nil, body.errorf(fixed("00:00:00")+" for midnight", "at(...) needs a time of day after %q", date)
	case clock == "":
		return nil, suffix.errorf(form, "at(...) is malformed at %q", suffix.text)
	case suffix.text != "":
		if seconds == "" {
			seconds = ":00"
		}
		hint := fixed(clock+seconds) + " and set timezone: to an IANA name such as UTC or Europe/Berlin"
		return nil, suffix.errorf(hint, "at(...) takes no time zone, but ends in %q", suffix.text)
	case part(5) != "":
		return nil, body.slice(m[10], m[11]).errorf(fixed(clock+seconds), "at(...) takes no fraction of a second, but has %q", part(5))
	case seconds == "":
		return nil, body.errorf(fixed(clock+":00"), "at(...) needs seconds after %q", clock)
	case part(2) == " ":
		return nil, body.slice(m[4], m[5]).errorf(fixed(clock+seconds), `at(...) needs a "T" between date and time, not a blank`)
	}
	return nil, body.errorf(noSuchHint(date), "no such date or time as %q", body.text)
}

// noSuchHint says how far the calendar and the clock go.
func noSuchHint(date string) string {
	first, err := time.Parse("2006-01", date[:len("2006-01")])
	if err != nil {
		return "months are 01 to 12"
	}
	last := first.AddDate(0, 1, -1)
	return fmt.Sprintf("%s has %d days, and a day goes from 00:00:00 to 23:59:59", first.Format("January 2006"), last.Day())
}
