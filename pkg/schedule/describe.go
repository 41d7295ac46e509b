package schedule

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Describe says when the expression fires in plain words, with the time zone where it
// matters: "Mon-Fri 07:00 Europe/Berlin", "third Fri of the month 09:00 UTC", "every 5
// minutes". A nil loc is UTC. Two expressions have the same description only if they are
// Equal; one that words would make longer or vaguer keeps its own text.
func (e *Expression) Describe(loc *time.Location) string {
	if loc == nil {
		loc = time.UTC
	}
	switch e.kind {
	case At:
		layout := "2006-01-02 15:04"
		if e.at.Second() != 0 {
			layout += ":05"
		}
		return fmt.Sprintf("once at %s %s", e.at.Format(layout), loc)
	case Rate:
		return describeRate(e.every)
	}
	if e.Never() {
		return "never: " + e.text
	}
	days, ok := e.cron.describeDays()
	if !ok {
		return e.text + " " + loc.String()
	}
	clock, ok := e.cron.describeClock()
	if !ok {
		return e.text + " " + loc.String()
	}
	return fmt.Sprintf("%s %s %s", days, clock, loc)
}

func describeRate(seconds int64) string {
	for _, unit := range []string{"day", "hour", "minute"} {
		switch n := seconds / rateUnits[unit]; {
		case seconds%rateUnits[unit] != 0:
		case n == 1:
			return "every " + unit
		default:
			return fmt.Sprintf("every %d %ss", n, unit)
		}
	}
	return fmt.Sprintf("every %d seconds", seconds)
}

// maxClockTimes is how many times of day are still easier to read as a list.
const maxClockTimes = 4

// describeClock says the time of day.
func (c *cron) describeClock() (string, bool) {
	minutes, hours := c.minutes.members(), c.hours.members()
	from, to := hours[0], hours[len(hours)-1]
	unbroken := to-from+1 == len(hours)
	if len(minutes)*len(hours) <= maxClockTimes {
		var out []string
		for _, h := range hours {
			for _, m := range minutes {
				out = append(out, clock(h, m))
			}
		}
		return strings.Join(out, ", "), true
	}
	if !unbroken {
		return "", false
	}
	var each string
	switch step := minuteStep(minutes); {
	case len(minutes) == 1 && len(hours) == 24:
		return fmt.Sprintf("every hour at :%02d", minutes[0]), true
	case len(minutes) == 1:
		each = "every hour"
	case step == 1:
		each = "every minute"
	case step > 1:
		each = fmt.Sprintf("every %d minutes", step)
	default:
		return "", false
	}
	if len(hours) == 24 {
		return each, true
	}
	return fmt.Sprintf("%s from %s to %s", each, clock(from, minutes[0]), clock(to, minutes[len(minutes)-1])), true
}

// minuteStep returns the distance between minutes that divide the hour evenly from :00,
// or 0.
func minuteStep(minutes []int) int {
	if len(minutes) < 2 || minutes[0] != 0 {
		return 0
	}
	step := minutes[1]
	for i, m := range minutes {
		if m != i*step {
			return 0
		}
	}
	if len(minutes)*step != 60 {
		return 0
	}
	return step
}

func clock(hour, minute int) string { return fmt.Sprintf("%02d:%02d", hour, minute) }

// describeDays says the days, months and years.
func (c *cron) describeDays() (string, bool) {
	months, years := "the month", ""
	if c.months.len() < 12 {
		months = runs(c.months.members(), func(m int) string { return title(monthNames[m-1]) })
	}
	if c.years.len() < LastYear-FirstYear+1 {
		if c.years.len() > 12 && c.years.members()[c.years.len()-1]-c.years.members()[0]+1 != c.years.len() {
			return "", false
		}
		years = runs(c.years.members(), func(y int) string { return fmt.Sprint(y + FirstYear) })
	}
	allWeek := c.weekday.nth == 0 && c.weekday.listed.len() == 7
	var days string
	switch {
	case c.days.moving:
		days = c.days.describe() + " of " + months
	case c.days.listed.len() < 31:
		word := "days "
		if c.days.listed.len() == 1 {
			word = "day "
		}
		days = word + runs(c.days.listed.members(), func(d int) string { return fmt.Sprint(d) }) + " of " + months
	case c.weekday.nth != 0:
		days = c.weekday.describe() + " of " + months
	default:
		days = "daily"
		if !allWeek {
			days = c.weekday.describe()
		}
		if c.months.len() < 12 {
			days += " in " + months
		}
	}
	if years != "" {
		days += " in " + years
	}
	return days, true
}

// describe names a day that moves with the month.
func (d *monthDays) describe() string {
	day := fmt.Sprintf("day %d", d.n)
	switch {
	case d.fromLast && d.n == 0 && d.weekday:
		return "last weekday"
	case d.fromLast && d.n == 0:
		return "last day"
	case d.fromLast && d.n == 1:
		day = "1 day before the last"
	case d.fromLast:
		day = fmt.Sprintf("%d days before the last", d.n)
	}
	if d.weekday {
		return "weekday nearest to " + day
	}
	return day
}

// describe names the weekdays, Monday first.
func (w *weekDays) describe() string {
	var fromMonday []int
	for _, d := range w.listed.members() {
		fromMonday = append(fromMonday, (d+5)%7)
	}
	slices.Sort(fromMonday)
	days := runs(fromMonday, func(d int) string { return title(dayNames[(d+1)%7]) })
	switch w.nth {
	case 0:
		return days
	case -1:
		return "last " + days
	}
	return []string{"first", "second", "third", "fourth", "fifth"}[w.nth-1] + " " + days
}

// runs lists ascending numbers, with three or more in a row as a range.
func runs(numbers []int, name func(int) string) string {
	var out []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		if end-i >= 2 {
			out = append(out, name(numbers[i])+"-"+name(numbers[end]))
		} else {
			for _, n := range numbers[i : end+1] {
				out = append(out, name(n))
			}
		}
		i = end + 1
	}
	return strings.Join(out, ",")
}

func title(name string) string { return name[:1] + strings.ToLower(name[1:]) }
