package schedule

import (
	"fmt"
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
	if step := evenStep(hours, 24); len(minutes) == 1 && step > 1 {
		return fmt.Sprintf("every %d hours from %s", step, clock(0, minutes[0])), true
	}
	if !unbroken {
		return "", false
	}
	var each string
	switch step := evenStep(minutes, 60); {
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

// evenStep returns the distance between values that start at 0 and divide the size evenly,
// or 0.
func evenStep(values []int, size int) int {
	if len(values) < 2 {
		return 0
	}
	step := values[1]
	for i, v := range values {
		if v != i*step {
			return 0
		}
	}
	if len(values)*step != size {
		return 0
	}
	return step
}

func clock(hour, minute int) string { return fmt.Sprintf("%02d:%02d", hour, minute) }
