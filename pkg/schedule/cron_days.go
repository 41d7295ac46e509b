package schedule

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// monthDays is the day-of-month field: a list of days, or a single day that moves with
// the month. In the month it moves to, a day that does not exist does not fire.
type monthDays struct {
	listed   set
	moving   bool // listed is empty, the three below say which day
	fromLast bool // n days before the last one; otherwise day n
	n        int
	weekday  bool // moved to the nearest Monday to Friday of the same month
}

// weekDays is the day-of-week field: a set of weekdays (1 = Sunday), and which ones of the
// month.
type weekDays struct {
	listed set
	nth    int // 0: every one; 1-5: the n-th of the month; -1: the last
}

var (
	lastDay    = regexp.MustCompile(`^L(?:-(\d{1,4}))?(W)?$`)
	nearestDay = regexp.MustCompile(`^(\d+)W$`)
)

// parseMonthDays reads ?, the lists that every field takes, and Quartz's L (last day),
// L-3 (the third day before the last), LW (last weekday) and 15W (weekday nearest to 15).
func parseMonthDays(t token) (monthDays, *ParseError) {
	f := &cronFields[dayOfMonthField]
	if t.text == "?" {
		listed, _ := f.span(f.min, f.max, 1)
		return monthDays{listed: listed}, nil
	}
	upper := strings.ToUpper(t.text)
	if m := lastDay.FindStringSubmatch(upper); m != nil {
		d := monthDays{moving: true, fromLast: true, weekday: m[2] != ""}
		if m[1] != "" {
			d.n, _ = strconv.Atoi(m[1])
			if d.n < 1 || d.n > 30 {
				return monthDays{}, t.errorf("L alone is the last day of the month", "day-of-month %q counts back by other than 1-30 days", t.text)
			}
		}
		return d, nil
	}
	if m := nearestDay.FindStringSubmatch(upper); m != nil {
		day, err := f.parseValue(t.slice(0, len(m[1])))
		if err != nil {
			return monthDays{}, err
		}
		return monthDays{moving: true, n: day, weekday: true}, nil
	}
	if strings.ContainsAny(upper, "LW") {
		return monthDays{}, t.errorf("the forms are L, L-3, LW and 15W, alone in the field", "%q is not a day-of-month", t.text)
	}
	if i := strings.IndexByte(t.text, '?'); i >= 0 {
		return monthDays{}, t.slice(i, i+1).errorf("write ? alone, or leave it out", "? is combined with other values in day-of-month %q", t.text)
	}
	listed, err := f.parse(t)
	return monthDays{listed: listed}, err
}

// parseWeekDays reads ?, *, lists and ranges, and Quartz's L (Saturday), 6L (the last
// Friday of the month) and 6#3 (the third Friday).
func parseWeekDays(t token) (weekDays, *ParseError) {
	f := &cronFields[dayOfWeekField]
	upper := strings.ToUpper(t.text)
	switch {
	case upper == "?":
		listed, _ := f.span(f.min, f.max, 1)
		return weekDays{listed: listed}, nil
	case upper == "L":
		listed, _ := f.span(f.max, f.max, 1)
		return weekDays{listed: listed}, nil
	case strings.ContainsRune(upper, '?'):
		return weekDays{}, t.errorf("write ? alone, or leave it out", "? is combined with other values in day-of-week %q", t.text)
	}
	hash := strings.IndexByte(t.text, '#')
	last := strings.HasSuffix(upper, "L")
	if hash < 0 && !last {
		listed, err := f.parse(t)
		if err != nil && strings.ContainsRune(t.text, '0') {
			if names := unixWeekdays(upper); namesOnly(f, t, names) {
				err.Hint = fmt.Sprintf("AWS counts 1 = Sunday; if 0 is meant as Sunday, as in Unix cron, write %q", names)
			}
		}
		return weekDays{listed: listed}, err
	}
	if strings.ContainsAny(t.text, ",-/") {
		return weekDays{}, t.errorf("a form such as 6#3 or 6L is alone in the field: make two scheduled actions",
			"day-of-week %q combines # or L with other values", t.text)
	}
	day, nth := t.slice(0, len(t.text)-1), -1
	if hash >= 0 {
		day = t.slice(0, hash)
		n := t.slice(hash+1, len(t.text))
		if len(n.text) != 1 || n.text[0] < '1' || n.text[0] > '5' {
			return weekDays{}, n.errorf("after the # comes 1 to 5, as in 6#3 for the third Friday", "day-of-week %q has no such week %q", t.text, n.text)
		}
		nth = int(n.text[0] - '0')
	}
	v, err := f.parseValue(day)
	if err != nil {
		return weekDays{}, err
	}
	out := weekDays{nth: nth}
	out.listed.add(v)
	return out, nil
}

// namesOnly reports whether a corrected field parses and has no number left in it.
func namesOnly(f *field, t token, corrected string) bool {
	_, err := f.parse(token{corrected, t.at})
	return err == nil && !strings.ContainsAny(corrected, "0123456789")
}

// daysOf returns the days of one month on which the expression fires.
func (c *cron) daysOf(year int, month time.Month) set {
	length := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	first := int(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Weekday())
	days := c.days.of(length, first)
	weekdays := c.weekday.of(length, first)
	return days.intersect(weekdays)
}

// of returns the days that the field allows in a month of the given length whose first
// day is the given weekday (0 = Sunday).
func (d *monthDays) of(length, first int) set {
	if !d.moving {
		return d.listed
	}
	day := d.n
	if d.fromLast {
		day = length - d.n
	}
	if day < 1 || day > length {
		return set{}
	}
	if d.weekday {
		day = nearestWeekday(day, length, first)
	}
	var out set
	out.add(day)
	return out
}

// nearestWeekday moves a Saturday back and a Sunday forward, but never into another month.
func nearestWeekday(day, length, first int) int {
	switch time.Weekday((first + day - 1) % 7) {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == length {
			return day - 2
		}
		return day + 1
	}
	return day
}

// of returns the days of a month as monthDays.of does. Days past its end are left out.
func (w *weekDays) of(length, first int) set {
	var out set
	for day := 1; day <= length; day++ {
		if !w.listed.has((first+day-1)%7 + 1) {
			continue
		}
		if w.nth == 0 || w.nth == (day-1)/7+1 || w.nth < 0 && day+7 > length {
			out.add(day)
		}
	}
	return out
}
