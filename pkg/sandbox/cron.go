package sandbox

import (
	"strconv"
	"strings"
	"time"
)

var (
	monthNames   = map[string]int{"JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6, "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12}
	weekdayNames = map[string]int{"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
)

// parseCronFields reads the inside of cron(...): minutes, hours, day of month, month, day
// of week (1 is Sunday) and year, of which exactly one of the days is "?" (facts 94, 95).
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
func parseCronFields(body string) (*cronFields, bool) {
	parts, ok := splitCron(body)
	if !ok || (parts[2] == "?") == (parts[4] == "?") {
		return nil, false
	}
	f := &cronFields{}
	if f.minute, ok = parseField(parts[0], 0, 59, nil); !ok {
		return nil, false
	}
	if f.hour, ok = parseField(parts[1], 0, 23, nil); !ok {
		return nil, false
	}
	if f.month, ok = parseField(parts[3], 1, 12, monthNames); !ok {
		return nil, false
	}
	years, ok := parseField(parts[5], firstYear, lastYear, nil)
	if !ok {
		return nil, false
	}
	f.year = years[firstYear:]
	if f.dom, ok = parseDayOfMonth(parts[2]); !ok {
		return nil, false
	}
	f.dow, ok = parseDayOfWeek(parts[4])
	return f, ok
}

// parseField reads one field into a table indexed by value. Names are those of months or
// weekdays. A range that ends before it begins wraps around, as in Quartz, but for years.
func parseField(text string, lo, hi int, names map[string]int) ([]bool, bool) {
	on := make([]bool, hi+1)
	value := func(s string) (int, bool) {
		if n, ok := names[strings.ToUpper(s)]; ok {
			return n, true
		}
		n, err := strconv.Atoi(s)
		return n, err == nil && n >= lo && n <= hi && s[0] != '+' && s[0] != '-'
	}
	for _, item := range strings.Split(text, ",") {
		body, stepText, stepped := strings.Cut(item, "/")
		step := 1
		if stepped {
			n, err := strconv.Atoi(stepText)
			if err != nil || n < 1 || n > hi || stepText[0] == '+' {
				return nil, false
			}
			step = n
		}
		from, to := lo, hi
		first, last, isRange := strings.Cut(body, "-")
		switch {
		case body == "*":
		case isRange:
			var ok1, ok2 bool
			from, ok1 = value(first)
			to, ok2 = value(last)
			if !ok1 || !ok2 || to < from && hi == lastYear {
				return nil, false
			}
			if to < from {
				to += hi - lo + 1
			}
		default:
			n, ok := value(body)
			if !ok {
				return nil, false
			}
			from = n
			if !stepped {
				to = n
			}
		}
		for v := from; v <= to; v += step {
			on[lo+(v-lo)%(hi-lo+1)] = true
		}
	}
	return on, true
}

func lastDay(t time.Time) int {
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// parseDayOfMonth reads a field that may be "?", "L", "LW" or "15W".
func parseDayOfMonth(text string) (func(time.Time) bool, bool) {
	upper := strings.ToUpper(text)
	switch {
	case text == "?":
		return func(time.Time) bool { return true }, true
	case upper == "L":
		return func(t time.Time) bool { return t.Day() == lastDay(t) }, true
	case upper == "LW":
		return func(t time.Time) bool { return t.Day() == nearestWeekday(t, lastDay(t)) }, true
	case strings.HasSuffix(upper, "W"):
		n, err := strconv.Atoi(text[:len(text)-1])
		if err != nil || n < 1 || n > 31 {
			return nil, false
		}
		return func(t time.Time) bool { return n <= lastDay(t) && t.Day() == nearestWeekday(t, n) }, true
	}
	on, ok := parseField(text, 1, 31, nil)
	return func(t time.Time) bool { return on[t.Day()] }, ok
}

// nearestWeekday is the weekday nearest to a day, inside its month.
func nearestWeekday(t time.Time, day int) int {
	switch time.Date(t.Year(), t.Month(), day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == lastDay(t) {
			return day - 2
		}
		return day + 1
	}
	return day
}

// parseDayOfWeek reads a field that may be "?", "L" (Saturday), "6L" (the last Friday) or
// "3#2" (the second Tuesday).
func parseDayOfWeek(text string) (func(time.Time) bool, bool) {
	number := func(s string) (int, bool) {
		if n, ok := weekdayNames[s]; ok {
			return n, true
		}
		n, err := strconv.Atoi(s)
		return n, err == nil && n >= 1 && n <= 7 && len(s) == 1
	}
	upper := strings.ToUpper(text)
	day, nth, isNth := strings.Cut(upper, "#")
	switch {
	case text == "?":
		return func(time.Time) bool { return true }, true
	case upper == "L":
		return func(t time.Time) bool { return t.Weekday() == time.Saturday }, true
	case isNth:
		d, ok1 := number(day)
		n, err := strconv.Atoi(nth)
		if !ok1 || err != nil || n < 1 || n > 5 {
			return nil, false
		}
		return func(t time.Time) bool { return int(t.Weekday())+1 == d && (t.Day()-1)/7+1 == n }, true
	case strings.HasSuffix(upper, "L"):
		d, ok := number(upper[:len(upper)-1])
		return func(t time.Time) bool { return int(t.Weekday())+1 == d && t.Day() > lastDay(t)-7 }, ok
	}
	on, ok := parseField(text, 1, 7, weekdayNames)
	return func(t time.Time) bool { return on[int(t.Weekday())+1] }, ok
}
