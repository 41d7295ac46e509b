package schedule

import (
	"fmt"
	"slices"
	"strings"
)

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
