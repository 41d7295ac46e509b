package schedule

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var rateShape = regexp.MustCompile(`^(\d+) ?(minutes?|hours?|days?)$`)

// rateLoose recognises what was probably meant, to correct it.
var rateLoose = regexp.MustCompile(`(?i)^\s*([+-]?\d+(?:\.\d+)?)?\s*([a-z]+)?\s*$`)

var rateUnits = map[string]int64{"minute": 60, "hour": 3600, "day": 86400}

// maxRate is the longest period in seconds: as long as the calendar of a cron expression.
const maxRate = (LastYear - FirstYear) * 366 * 86400

// parseRate reads the inside of rate(...). The blank is optional, and singular and plural
// are the same, unlike in EventBridge.
func parseRate(body token) (*Expression, *ParseError) {
	m := rateShape.FindStringSubmatch(body.text)
	if m == nil {
		return nil, rateError(body)
	}
	number := body.slice(0, len(m[1]))
	unit := strings.TrimSuffix(m[2], "s")
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || n > maxRate/rateUnits[unit] {
		return nil, number.errorf("for a single firing use at(...)", "rate of %s %ss is longer than all the years a schedule can name", m[1], unit)
	}
	if n == 0 {
		hint := fmt.Sprintf(`write "rate(1 %s)", or leave the scheduled action out`, unit)
		return nil, number.errorf(hint, "rate of 0 %ss is less than 60 seconds", unit)
	}
	return &Expression{kind: Rate, every: n * rateUnits[unit], text: rateText(n, unit)}, nil
}

func rateText(n int64, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("rate(%d %s)", n, unit)
}

// rateError says what is wrong with a rate that does not have the right shape.
func rateError(body token) *ParseError {
	const form = `the form is "rate(<number> minutes|hours|days)"`
	m := rateLoose.FindStringSubmatch(body.text)
	if m == nil || m[1] == "" && m[2] == "" {
		return body.errorf(form, "rate(...) needs a number and a unit, not %q", body.text)
	}
	if m[1] == "" {
		return body.errorf(form, "rate(...) needs a number before %q", m[2])
	}
	if strings.ContainsAny(m[1], "+-.") {
		return body.errorf(fractionHint(m[1], m[2], form), "rate(...) needs a whole number above 0, not %q", m[1])
	}
	if m[2] == "" {
		return body.errorf(form, "rate(...) needs a unit after %q", m[1])
	}
	if allDigits(m[1]) && rateUnits[strings.TrimSuffix(strings.ToLower(m[2]), "s")] != 0 {
		return body.errorf(writeHint("rate("+m[1]+" "+strings.ToLower(m[2])+")", form), "rate(...) is malformed: %q", body.text)
	}
	unit := token{m[2], body.at + strings.Index(body.text, m[2])}
	return unit.errorf(unitHint(m[1], strings.ToLower(m[2]), form), "rate(...) does not take %q", m[2])
}

// unitHint says a number of other units in one that AWS takes, or else the form of a rate.
func unitHint(number, unit, form string) string {
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		return form
	}
	switch unit {
	case "s", "sec", "secs", "second", "seconds":
		if n%60 != 0 || n == 0 {
			return "the shortest rate is 1 minute, and it counts whole minutes"
		}
		return writeHint(rateText(n/60, "minute"), form)
	case "m", "min", "mins":
		return writeHint(rateText(n, "minute"), form)
	case "h", "hr", "hrs":
		return writeHint(rateText(n, "hour"), form)
	case "d":
		return writeHint(rateText(n, "day"), form)
	case "w", "week", "weeks":
		return writeHint(rateText(n*7, "day"), form)
	}
	return form
}

// fractionHint says 1.5 hours in minutes, or else the form of a rate.
func fractionHint(number, unit, form string) string {
	n, err := strconv.ParseFloat(number, 64)
	minutes := n * float64(rateUnits[strings.TrimSuffix(strings.ToLower(unit), "s")]/60)
	if err != nil || minutes < 1 || minutes > 1e6 || minutes != math.Trunc(minutes) {
		return form
	}
	return fmt.Sprintf("write %q", rateText(int64(minutes), "minute"))
}

// rateOrigin returns the instant from which periods are counted and the number of the
// first period that fires.
func (e *Expression) rateOrigin(w Window) (origin time.Time, first int64, ok bool) {
	switch {
	case !w.Start.IsZero():
		return w.Start, 0, true
	case !e.anchor.IsZero():
		return e.anchor, 1, true
	}
	return time.Time{}, 0, false
}

// periods returns how many whole periods lie between the origin and t, rounded down.
func (e *Expression) periods(origin, t time.Time) int64 {
	seconds := t.Unix() - origin.Unix()
	if t.Nanosecond() < origin.Nanosecond() {
		seconds--
	}
	return floorDiv(seconds, e.every)
}

// firing returns the end of the n-th period. It calculates in seconds because a
// time.Duration ends after 292 years.
func (e *Expression) firing(origin time.Time, n int64) (time.Time, bool) {
	t := time.Unix(origin.Unix()+n*e.every, int64(origin.Nanosecond())).UTC()
	return t, t.Year() <= LastYear
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
