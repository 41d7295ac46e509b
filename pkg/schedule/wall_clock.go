package schedule

import "time"

// maxOffset is more than any zone was ever away from UTC.
const maxOffset = 26 * time.Hour

// readWall returns what a clock on a wall in loc shows at t, held in UTC.
func readWall(t time.Time, loc *time.Location) time.Time {
	_, offset := t.In(loc).Zone()
	return time.Unix(t.Unix()+int64(offset), int64(t.Nanosecond())).UTC()
}

// fromWall returns the instant at which a clock in loc shows wall, according to
// [SkippedLocalTime] and [RepeatedLocalTime]. It is monotone: a later reading never gives
// an earlier instant, which is what lets the searches work on readings alone.
//
// time.Date would do for every other day of the year, but does not promise which of the
// two instants it picks.
func fromWall(wall time.Time, loc *time.Location) time.Time {
	if loc == time.UTC {
		return wall
	}
	// Walk over the periods of constant offset around the reading: the first one that
	// holds it is the first occurrence, and one that starts after it ends the gap.
	period := wall.Add(-maxOffset).In(loc)
	for {
		_, offset := period.Zone()
		start, end := period.ZoneBounds()
		if !end.IsZero() && !end.After(period) {
			// Where only the zone's rule is left (from 2038 in most zones), Go lets each
			// year end after 365 days, and on the 31 December of a leap year returns an
			// end in the past. Its offset is right.
			end = period.Add(time.Hour)
		}
		t := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		switch {
		case !start.IsZero() && t.Before(start):
			return start
		case end.IsZero() || t.Before(end):
			return t
		}
		period = end
	}
}

// unrepeated returns the reading from which a search for firings after t starts: the whole
// minute after the one that the clock shows or, during the second pass of a repeated hour,
// the end of that hour, since all of its readings belong to the first pass.
func unrepeated(t time.Time, loc *time.Location) time.Time {
	wall := readWall(t, loc)
	if end, ok := repeatedUntil(t, loc); ok && wall.Before(end) {
		return ceilMinute(end)
	}
	return wall.Truncate(time.Minute).Add(time.Minute)
}

// lastReading returns the latest whole minute whose instant is at or before t.
func lastReading(t time.Time, loc *time.Location) time.Time {
	wall := readWall(t, loc)
	if end, ok := repeatedUntil(t, loc); ok && wall.Before(end) {
		return ceilMinute(end).Add(-time.Minute)
	}
	return wall.Truncate(time.Minute)
}

// repeatedUntil returns the reading at which the clock was set back at the start of the
// present period of constant offset.
func repeatedUntil(t time.Time, loc *time.Location) (end time.Time, ok bool) {
	if loc == time.UTC {
		return time.Time{}, false
	}
	start, _ := t.In(loc).ZoneBounds()
	if start.IsZero() {
		return time.Time{}, false
	}
	_, now := start.Zone()
	_, before := start.Add(-1).Zone()
	if before <= now {
		return time.Time{}, false
	}
	return readWall(start, time.UTC).Add(time.Duration(before) * time.Second), true
}

func ceilMinute(t time.Time) time.Time {
	if down := t.Truncate(time.Minute); down.Before(t) {
		return down.Add(time.Minute)
	}
	return t
}
