package sandbox

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a sandbox knows every zone wherever it runs
)

// Schedule is a schedule expression with everything that decides when it fires. The
// implementation is deliberately not the one that the rest of scalectl uses.
type Schedule struct {
	Expression string
	Timezone   string     // IANA name, "" is UTC; for at and cron only
	Start, End *time.Time // of a recurring one; both belong to it
	Created    time.Time  // where a rate without a start counts from
}

// A schedule with a start time fires at that time, too (fact 98). A start in the past is
// not made up for, and neither is a past at() (UNSURE fact 99).

// rule is a parsed expression: at, every or fields is set.
type rule struct {
	at     *civil
	every  time.Duration
	fields *cronFields
	zone   *time.Location
}

var (
	rateForm = regexp.MustCompile(`^rate\((\d+)\s?(minute|hour|day)s?\)$`)
	cronForm = regexp.MustCompile(`^cron\((.*)\)$`)
	atForm   = regexp.MustCompile(`^at\((.*)\)$`)
	atBody   = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(.*)$`)
)

const badScheduleMsg = "Invalid schedule expression. Schedule expressions must have the following syntax: " +
	`rate(<number>\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss)`

// parseSchedule checks expression and zone in AWS's words (facts 92 to 97).
func parseSchedule(expression, timezone string) (*rule, *Error) {
	r := &rule{zone: time.UTC}
	if timezone != "" {
		z, err := time.LoadLocation(timezone)
		if err != nil || timezone == "Local" { // wording UNSURE fact 97
			return nil, invalidf("Invalid time zone: %s", timezone)
		}
		r.zone = z
	}
	if m := rateForm.FindStringSubmatch(expression); m != nil {
		n, err := strconv.ParseInt(m[1], 10, 32)
		if err != nil {
			return nil, invalidf(badScheduleMsg)
		}
		unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[m[2]]
		if r.every = time.Duration(n) * unit; r.every < time.Minute {
			return nil, invalidf("Invalid schedule frequency. The schedule cannot run less than 60 seconds apart")
		}
		return r, nil
	}
	if m := cronForm.FindStringSubmatch(expression); m != nil {
		f, ok := parseCronFields(m[1])
		if !ok {
			return nil, invalidf("Invalid CRON expression")
		}
		r.fields = f
		return r, nil
	}
	if m := atForm.FindStringSubmatch(expression); m != nil {
		b := atBody.FindStringSubmatch(m[1])
		switch {
		case b == nil && len(m[1]) < len("2006-01-02T15:04:05"):
			return nil, invalidf("Invalid schedule expression. Invalid format: %q is too short", m[1])
		case b == nil:
			return nil, invalidf("Invalid schedule expression. Invalid format: %q is malformed", m[1])
		case b[7] != "":
			return nil, invalidf("Invalid schedule expression. Invalid format: %q is malformed at %q", m[1], b[7])
		}
		t, err := time.Parse("2006-01-02T15:04:05", m[1])
		if err != nil {
			return nil, invalidf("Invalid schedule expression. Invalid format: %q", m[1])
		}
		c := civil(t.Unix())
		r.at = &c
		return r, nil
	}
	return nil, invalidf(badScheduleMsg)
}

// Next returns the first firing after the given moment, and false if there is none.
func (s Schedule) Next(after time.Time) (time.Time, bool, error) {
	r, err := parseSchedule(s.Expression, s.Timezone)
	if err != nil {
		return time.Time{}, false, err
	}
	t, ok := s.next(r, after)
	return t, ok, nil
}

func (s Schedule) next(r *rule, after time.Time) (time.Time, bool) {
	var t time.Time
	switch {
	case r.at != nil:
		t = r.at.instant(r.zone)
		if !t.After(after) || s.Start != nil && t.Before(*s.Start) {
			return time.Time{}, false
		}
	case s.Start != nil && s.Start.After(after):
		t = *s.Start
	case r.every > 0:
		from := s.Created
		if s.Start != nil {
			from = *s.Start
		}
		t = from.Add(r.every)
		if elapsed := after.Sub(from); elapsed >= r.every {
			t = from.Add((elapsed/r.every + 1) * r.every)
		}
	default:
		var ok bool
		if t, ok = r.fields.next(after, r.zone); !ok {
			return time.Time{}, false
		}
	}
	if s.End != nil && t.After(*s.End) {
		return time.Time{}, false
	}
	return t.UTC(), true
}

// civil is a local date and time, as the seconds since 1970 that it would be in UTC.
type civil int64

// instant is when a local time happens in a zone. What AWS does at a clock change is
// UNSURE fact 97; here a repeated local time counts the first time, and one that is
// skipped counts at the first instant after the gap.
func (c civil) instant(zone *time.Location) time.Time {
	offset := func(t int64) int64 {
		_, o := time.Unix(t, 0).In(zone).Zone()
		return int64(o)
	}
	const day = 24 * 60 * 60
	before, behind := offset(int64(c)-day), offset(int64(c)+day)
	var best int64
	found := false
	for _, o := range []int64{before, behind} {
		if t := int64(c) - o; offset(t) == o && (!found || t < best) {
			best, found = t, true
		}
	}
	if !found {
		start, _ := time.Unix(int64(c)-before, 0).In(zone).ZoneBounds()
		return start.UTC()
	}
	return time.Unix(best, 0).UTC()
}

// cronFields is a cron expression as a test for each of its fields.
type cronFields struct {
	minute, hour, month, year []bool
	dom                       func(time.Time) bool // takes a date in UTC
	dow                       func(time.Time) bool
}

const firstYear, lastYear = 1970, 2199

// next walks the days from the one of after, in the zone.
func (f *cronFields) next(after time.Time, zone *time.Location) (time.Time, bool) {
	y, m, d := after.In(zone).Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1) // a gap can end a day late
	if day.Year() < firstYear {
		day = time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for day.Year() <= lastYear {
		switch {
		case !f.year[day.Year()-firstYear]:
			day = time.Date(day.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
			continue
		case !f.month[day.Month()]:
			day = time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC)
			continue
		}
		if f.dom(day) && f.dow(day) {
			if t, ok := f.onDay(day, after, zone); ok {
				return t, true
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return time.Time{}, false
}

// onDay returns the first firing of a day that lies after the given moment. On the day of
// a clock change a skipped time can come out later than its successors, so all count.
func (f *cronFields) onDay(day, after time.Time, zone *time.Location) (time.Time, bool) {
	noon := day.Unix()
	var best time.Time
	steady := sameOffset(day, zone)
	for h, on := range f.hour {
		if !on {
			continue
		}
		for m, on := range f.minute {
			if !on {
				continue
			}
			t := civil(noon+int64(h*3600+m*60)).instantIf(steady, zone)
			if t.After(after) && (best.IsZero() || t.Before(best)) {
				best = t
				if steady != nil {
					return best, true // in order
				}
			}
		}
	}
	return best, !best.IsZero()
}

// sameOffset returns the zone's offset if it is the same all around the day.
func sameOffset(day time.Time, zone *time.Location) *int64 {
	var first *int64
	for _, h := range []int{-26, 0, 26, 50} {
		_, o := day.Add(time.Duration(h) * time.Hour).In(zone).Zone()
		v := int64(o)
		if first != nil && *first != v {
			return nil
		}
		first = &v
	}
	return first
}

func (c civil) instantIf(offset *int64, zone *time.Location) time.Time {
	if offset != nil {
		return time.Unix(int64(c)-*offset, 0).UTC()
	}
	return c.instant(zone)
}

// String shows a schedule for messages.
func (s Schedule) String() string { return fmt.Sprintf("%s in %s", s.Expression, s.Timezone) }

// splitCron returns the six fields. A leading field of seconds is accepted and ignored,
// and the year may be missing (fact 96).
func splitCron(body string) ([]string, bool) {
	parts := strings.Fields(body)
	switch len(parts) {
	case 5:
		parts = append(parts, "*")
	case 6:
	case 7:
		if _, ok := parseField(parts[0], 0, 59, nil); !ok {
			return nil, false
		}
		parts = parts[1:]
	default:
		return nil, false
	}
	return parts, true
}
