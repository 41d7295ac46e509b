package schedule

import "time"

// Window is the StartTime and EndTime of a scheduled action. They are instants, in AWS's
// API always written in UTC. A zero time leaves that side open.
//
// With a start time a recurring action fires at exactly that instant, whatever the
// expression says, and from then on by the expression.
type Window struct{ Start, End time.Time }

// Empty reports that the window ends before it starts, so that nothing fires in it.
func (w Window) Empty() bool {
	return !w.Start.IsZero() && !w.End.IsZero() && w.End.Before(w.Start)
}

func (w Window) holds(t time.Time) bool {
	return (w.Start.IsZero() || !t.Before(w.Start)) && (w.End.IsZero() || !t.After(w.End))
}

// Next returns the first firing strictly after the given time, in loc (nil is UTC). ok is
// false when nothing fires after it, and when the firings are not known (see Anchored).
func (e *Expression) Next(after time.Time, loc *time.Location, w Window) (t time.Time, ok bool) {
	if loc == nil {
		loc = time.UTC
	}
	switch {
	case e.kind == At:
		t = fromWall(e.at, loc)
		ok = t.After(after)
	case !e.Anchored(w):
		return time.Time{}, false
	case !w.Start.IsZero() && after.Before(w.Start):
		t, ok = w.Start, true
	case e.kind == Rate:
		t, ok = e.rateAfter(after, w)
	default:
		t, ok = e.cronAfter(after, loc)
	}
	if !ok || w.Empty() || !w.holds(t) {
		return time.Time{}, false
	}
	return t.In(loc), true
}

// Prev returns the last firing at or before the given time, in loc (nil is UTC). It is the
// mirror of Next: Prev of what Next returned is the same instant. ok is false when nothing
// fired until then, and when the firings are not known (see Anchored).
func (e *Expression) Prev(atOrBefore time.Time, loc *time.Location, w Window) (t time.Time, ok bool) {
	if loc == nil {
		loc = time.UTC
	}
	if !w.End.IsZero() && w.End.Before(atOrBefore) {
		atOrBefore = w.End
	}
	if w.Empty() || !w.Start.IsZero() && atOrBefore.Before(w.Start) {
		return time.Time{}, false
	}
	switch e.kind {
	case At:
		t = fromWall(e.at, loc)
		ok = !t.After(atOrBefore) && w.holds(t)
	case Rate:
		t, ok = e.rateUntil(atOrBefore, w)
	case Cron:
		t, ok = e.cronUntil(atOrBefore, loc)
		if !w.Start.IsZero() && (!ok || t.Before(w.Start)) {
			t, ok = w.Start, true
		}
	}
	if !ok {
		return time.Time{}, false
	}
	return t.In(loc), true
}

// cronAfter finds the first firing of the calendar strictly after a time.
func (e *Expression) cronAfter(after time.Time, loc *time.Location) (time.Time, bool) {
	wall := unrepeated(after, loc)
	for {
		match, ok := e.cron.next(wall)
		if !ok {
			return time.Time{}, false
		}
		if t := fromWall(match, loc); t.After(after) {
			return t, true
		}
		wall = match.Add(time.Minute)
	}
}

// cronUntil finds the last firing of the calendar at or before a time.
func (e *Expression) cronUntil(until time.Time, loc *time.Location) (time.Time, bool) {
	wall := lastReading(until, loc)
	for {
		match, ok := e.cron.prev(wall)
		if !ok {
			return time.Time{}, false
		}
		if t := fromWall(match, loc); !t.After(until) {
			return t, true
		}
		wall = match.Add(-time.Minute)
	}
}

// rateAfter finds the first end of a period strictly after a time.
func (e *Expression) rateAfter(after time.Time, w Window) (time.Time, bool) {
	origin, first, ok := e.rateOrigin(w)
	if !ok {
		return time.Time{}, false
	}
	return e.firing(origin, max(first, e.periods(origin, after)+1))
}

// rateUntil finds the last end of a period at or before a time.
func (e *Expression) rateUntil(until time.Time, w Window) (time.Time, bool) {
	origin, first, ok := e.rateOrigin(w)
	if !ok {
		return time.Time{}, false
	}
	last := e.periods(origin, yearsEnd(until))
	if last < first {
		return time.Time{}, false
	}
	return e.firing(origin, last)
}

// yearsEnd caps a time at the end of the last year in which anything fires.
func yearsEnd(t time.Time) time.Time {
	if end := time.Date(LastYear+1, 1, 1, 0, 0, 0, -1, time.UTC); t.After(end) {
		return end
	}
	return t
}
