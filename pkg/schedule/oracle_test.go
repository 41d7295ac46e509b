package schedule

import (
	"strconv"
	"strings"
	"time"
)

// The oracle reads cron text on its own and asks of one minute at a time whether it
// matches. It shares nothing with the package but the documentation.

// oracleMatches says whether a minute of the wall clock satisfies "cron(...)".
func oracleMatches(text string, wall time.Time) bool {
	fields := strings.Fields(strings.ToUpper(text[len("cron(") : len(text)-1]))
	return oracleList(fields[0], wall.Minute(), 0, 59, "") &&
		oracleList(fields[1], wall.Hour(), 0, 23, "") &&
		oracleDate(fields, wall)
}

// oracleDate says whether a date satisfies the four fields of the calendar.
func oracleDate(fields []string, date time.Time) bool {
	return oracleList(fields[3], int(date.Month()), 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC") &&
		oracleList(fields[5], date.Year(), 1970, 2199, "") &&
		oracleMonthDay(fields[2], date) && oracleWeekDay(fields[4], date)
}

func oracleList(list string, value, low, high int, names string) bool {
	number := func(s string) int {
		for i, name := range strings.Fields(names) {
			if s == name {
				return low + i
			}
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			panic("oracle: " + s)
		}
		return n
	}
	size := high - low + 1
	for _, item := range strings.Split(list, ",") {
		span, step, stepped := strings.Cut(item, "/")
		from, to, ranged := strings.Cut(span, "-")
		switch {
		case span == "*":
			from, to = strconv.Itoa(low), strconv.Itoa(high)
		case !ranged && stepped:
			to = strconv.Itoa(high)
		case !ranged:
			to = from
		}
		every := 1
		if stepped {
			every = number(step)
		}
		length := (number(to) - number(from) + size) % size
		distance := (value - number(from) + size) % size
		if distance <= length && distance%every == 0 {
			return true
		}
	}
	return false
}

func oracleMonthDay(field string, date time.Time) bool {
	last := date.AddDate(0, 1, -date.Day()) // the month's last day
	for last.Month() != date.Month() {
		last = last.AddDate(0, 0, -1)
	}
	if field == "?" {
		return true
	}
	weekday := strings.HasSuffix(field, "W")
	day := strings.TrimSuffix(field, "W")
	if !weekday && !strings.HasPrefix(day, "L") {
		return oracleList(field, date.Day(), 1, 31, "")
	}
	target := last.Day()
	if back, ok := strings.CutPrefix(day, "L-"); ok {
		n, _ := strconv.Atoi(back)
		target -= n
	} else if day != "L" {
		target, _ = strconv.Atoi(day)
	}
	if target < 1 || target > last.Day() {
		return false
	}
	if !weekday {
		return date.Day() == target
	}
	best, distance := 0, 99
	for d := 1; d <= last.Day(); d++ {
		on := time.Date(date.Year(), date.Month(), d, 0, 0, 0, 0, time.UTC).Weekday()
		if on != time.Saturday && on != time.Sunday && max(d-target, target-d) < distance {
			best, distance = d, max(d-target, target-d)
		}
	}
	return date.Day() == best
}

func oracleWeekDay(field string, date time.Time) bool {
	const names = "SUN MON TUE WED THU FRI SAT"
	today := int(date.Weekday()) + 1
	sameMonth := func(days int) bool { return date.AddDate(0, 0, days).Month() == date.Month() }
	switch {
	case field == "?":
		return true
	case field == "L":
		return today == 7
	case strings.HasSuffix(field, "L"):
		return oracleList(strings.TrimSuffix(field, "L"), today, 1, 7, names) && !sameMonth(7)
	case strings.Contains(field, "#"):
		day, nth, _ := strings.Cut(field, "#")
		n, _ := strconv.Atoi(nth)
		return oracleList(day, today, 1, 7, names) && sameMonth(-7*(n-1)) && !sameMonth(-7*n)
	}
	return oracleList(field, today, 1, 7, names)
}

// oracleFirings lists what fires after from and until to, minute by minute: it watches a
// clock on the wall, fires for each reading when it is first shown, and when the clock
// jumps, fires once for all the readings it skipped.
func oracleFirings(text string, loc *time.Location, from, to time.Time) []time.Time {
	const reading = "2006-01-02 15:04"
	start := from.Truncate(time.Minute).Add(-49 * time.Hour) // enough to see every reading come for the first time
	parse := func(t time.Time) time.Time {
		wall, err := time.Parse(reading, t.In(loc).Format(reading))
		if err != nil {
			panic(err)
		}
		return wall
	}
	var out []time.Time
	seen := parse(start)
	for t := start; !t.After(to); t = t.Add(time.Minute) {
		fires := false
		for shown := parse(t); seen.Before(shown); {
			seen = seen.Add(time.Minute)
			fires = fires || oracleMatches(text, seen)
		}
		if fires && t.After(from) {
			out = append(out, t)
		}
	}
	return out
}
