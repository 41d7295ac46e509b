package schedule

import "time"

// The searches below work on readings of the wall clock, held as times in UTC, and know
// nothing of time zones. They go field by field from the year down, so that a leap day or
// a fifth Friday is a matter of a few hundred months, not of millions of minutes.

// next returns the first matching minute at or after wall, which is a whole minute.
func (c *cron) next(wall time.Time) (time.Time, bool) {
	year, month, day := wall.Date()
	hour, minute := wall.Hour(), wall.Minute()
	fromHour, fromMinute, today := c.nextTime(hour, minute)
	firstHour, firstMinute, ok := c.nextTime(0, 0)
	if !ok {
		return time.Time{}, false
	}
	for y, ok := c.years.next(year - FirstYear); ok; y, ok = c.years.next(y + 1) {
		thisYear := y+FirstYear == year
		from := 1
		if thisYear {
			from = int(month)
		}
		for m, ok := c.months.next(from); ok; m, ok = c.months.next(m + 1) {
			thisMonth := thisYear && m == int(month)
			days := c.daysOf(y+FirstYear, time.Month(m))
			from := 1
			if thisMonth {
				from = day
				if !today {
					from++
				}
			}
			d, ok := days.next(from)
			if !ok {
				continue
			}
			if thisMonth && d == day {
				return wallTime(y, m, d, fromHour, fromMinute), true
			}
			return wallTime(y, m, d, firstHour, firstMinute), true
		}
	}
	return time.Time{}, false
}

// prev returns the last matching minute at or before wall, which is a whole minute. It is
// next in the mirror.
func (c *cron) prev(wall time.Time) (time.Time, bool) {
	year, month, day := wall.Date()
	hour, minute := wall.Hour(), wall.Minute()
	fromHour, fromMinute, today := c.prevTime(hour, minute)
	lastHour, lastMinute, ok := c.prevTime(23, 59)
	if !ok {
		return time.Time{}, false
	}
	for y, ok := c.years.prev(year - FirstYear); ok; y, ok = c.years.prev(y - 1) {
		thisYear := y+FirstYear == year
		from := 12
		if thisYear {
			from = int(month)
		}
		for m, ok := c.months.prev(from); ok; m, ok = c.months.prev(m - 1) {
			thisMonth := thisYear && m == int(month)
			days := c.daysOf(y+FirstYear, time.Month(m))
			from := 31
			if thisMonth {
				from = day
				if !today {
					from--
				}
			}
			d, ok := days.prev(from)
			if !ok {
				continue
			}
			if thisMonth && d == day {
				return wallTime(y, m, d, fromHour, fromMinute), true
			}
			return wallTime(y, m, d, lastHour, lastMinute), true
		}
	}
	return time.Time{}, false
}

// nextTime returns the first time of day at or after hour and minute, if the day has one.
func (c *cron) nextTime(hour, minute int) (h, m int, ok bool) {
	h, ok = c.hours.next(hour)
	if ok && h == hour {
		if m, ok = c.minutes.next(minute); ok {
			return h, m, true
		}
		h, ok = c.hours.next(hour + 1)
	}
	if !ok {
		return 0, 0, false
	}
	m, ok = c.minutes.next(0)
	return h, m, ok
}

// prevTime returns the last time of day at or before hour and minute, if the day has one.
func (c *cron) prevTime(hour, minute int) (h, m int, ok bool) {
	h, ok = c.hours.prev(hour)
	if ok && h == hour {
		if m, ok = c.minutes.prev(minute); ok {
			return h, m, true
		}
		h, ok = c.hours.prev(hour - 1)
	}
	if !ok {
		return 0, 0, false
	}
	m, ok = c.minutes.prev(59)
	return h, m, ok
}

// wallTime puts a reading of the wall clock together; year is counted from FirstYear.
func wallTime(year, month, day, hour, minute int) time.Time {
	return time.Date(year+FirstYear, time.Month(month), day, hour, minute, 0, 0, time.UTC)
}
