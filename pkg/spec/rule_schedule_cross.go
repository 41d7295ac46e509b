package spec

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scalectl/scalectl/pkg/schedule"
)

// Bounds of the search for firings that meet.
const (
	// crossingHorizon is how far after its first firing an action is followed, and
	// crossingFirings how many of its firings are in any case, so that schedules of a few
	// days a year are followed for decades.
	crossingHorizon = 2 * 366 * 24 * time.Hour
	crossingFirings = 750
	// targetBudget and fleetBudget are how many firings are worked out for one target and
	// for all targets of a load before the cautious answer is given, that actions may
	// cross. A target whose actions lift each other's bounds every day takes some 3,000;
	// targets with the same actions are worked out once.
	targetBudget = 60_000
	fleetBudget  = 1_000_000
	// meetingHorizon is how far two actions are followed to find a common minute.
	meetingHorizon = 400 * 24 * time.Hour
	// meetingBudget is how many firings of the pairs of one load are looked at; what meets
	// later is not reported, since it is only a warning.
	meetingBudget = 50_000
)

// withoutClock is where searches start when the caller gave no time. Calendar schedules
// repeat, so any moment does.
var withoutClock = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// firingAction is a scheduled action as the simulation sees it: when it fires and what it
// sets. A nil bound leaves that side as it is.
type firingAction struct {
	name     string
	min, max *int32
	expr     *schedule.Expression
	loc      *time.Location
	window   schedule.Window
}

// phased reports whether the firings are known; those of a rate without a start time are not.
func (a firingAction) phased() bool { return a.expr.Anchored(a.window) }

// next returns the first firing after t.
func (a firingAction) next(t time.Time) (time.Time, bool) { return a.expr.Next(t, a.loc, a.window) }

// firesFrom returns the first firing at or after t.
func (a firingAction) firesFrom(t time.Time) (time.Time, bool) {
	return a.next(t.Add(-time.Nanosecond))
}

// everFires reports whether the action can fire after now.
func (a firingAction) everFires(now time.Time) bool {
	if !a.phased() {
		return a.window.End.IsZero() || a.window.End.After(now)
	}
	_, ok := a.next(now)
	return ok
}

// capacityBounds are the bounds of a scalable target.
type capacityBounds struct{ min, max int32 }

// crossing is a firing that AWS would refuse because the new bound lies beyond the other
// one.
type crossing struct {
	// by names the action whose value is in force then, "" for the target's own bounds.
	by string
	// bound is the value of the other side that is in force then.
	bound int32
	// at is when it happens first; zero for "at some time", when the phase of a rate is
	// unknown or the search gave up.
	at time.Time
}

// findCrossing looks for a firing at which a one-sided action sets the minimum above the
// maximum in force, or the maximum below the minimum in force. Which bounds are in force
// depends on when the actions were put, and that may be at any moment: from then on the
// bounds are the target's own until the actions overwrite them. So the other side is the
// target's own bound, or what was set by the action that set this side last. Two firings
// in one minute count in both orders, since AWS gives a minute as its resolution (facts
// 101 and 102).
//
// What AWS does at such a firing is not documented; see "UNSURE fact 102" in the
// documentation of the sandbox.
//
// It takes the firings that it works out from the budget.
func findCrossing(a firingAction, own capacityBounds, others []firingAction, now time.Time, budget *int) (crossing, bool) {
	if (a.min == nil) == (a.max == nil) || !a.everFires(now) {
		return crossing{}, false
	}
	beyond := func(otherMin, otherMax *int32) (bound int32, yes bool) {
		switch {
		case a.min != nil && otherMax != nil && *a.min > *otherMax:
			return *otherMax, true
		case a.max != nil && otherMin != nil && *a.max < *otherMin:
			return *otherMin, true
		}
		return 0, false
	}
	if bound, yes := beyond(&own.min, &own.max); yes {
		at, _ := a.next(now)
		return crossing{bound: bound, at: at}, true
	}
	setsOtherSide := func(o firingAction) bool {
		return a.min != nil && o.max != nil || a.max != nil && o.min != nil
	}
	var best crossing
	found := false
	for _, o := range others {
		bound, yes := beyond(o.min, o.max)
		if !yes || o.name == a.name {
			continue
		}
		rivals := slices.DeleteFunc(slices.Clone(others), func(r firingAction) bool {
			return r.name == a.name || r.name == o.name || !r.phased() || !setsOtherSide(r)
		})
		at, yes := firesWhileLast(a, o, rivals, now, budget)
		if yes && (!found || at.Before(best.at)) {
			best, found = crossing{by: o.name, bound: bound, at: at}, true
		}
	}
	return best, found
}

// firesWhileLast reports whether a can fire at a moment when o is the last action that
// fired among itself and its rivals, and when first. A zero time means that it may happen
// but not when, or that the budget is used up.
func firesWhileLast(a, o firingAction, rivals []firingAction, now time.Time, budget *int) (time.Time, bool) {
	if !o.phased() {
		// It may fire right before any firing of a, if it can fire at all by then.
		return time.Time{}, o.everFires(now)
	}
	t, ok := o.expr.Prev(now, o.loc, o.window)
	if !ok {
		t, ok = o.next(now)
	}
	if !ok {
		return time.Time{}, false
	}
	if !a.phased() {
		return time.Time{}, true
	}
	end := t.Add(crossingHorizon)
	for i := 0; *budget > 0; i++ {
		*budget -= 2 + len(rivals)
		minute := t.Truncate(time.Minute)
		at, ok := a.firesFrom(later(minute, now))
		if !ok {
			return time.Time{}, false
		}
		over, overwritten := firstAfter(rivals, t)
		if !overwritten || !at.Truncate(time.Minute).After(over.Truncate(time.Minute)) {
			return at, true
		}
		// Every firing of o up to that one of a is overwritten too, except perhaps the last.
		next, ok := o.expr.Prev(at.Truncate(time.Minute).Add(time.Minute-time.Nanosecond), o.loc, o.window)
		if !ok || !next.After(t) {
			if next, ok = o.next(t); !ok {
				return time.Time{}, false
			}
		}
		if t = next; i >= crossingFirings && t.After(end) {
			return time.Time{}, false
		}
	}
	return time.Time{}, true
}

// firstAfter returns the earliest firing of any of the actions after t.
func firstAfter(actions []firingAction, t time.Time) (first time.Time, ok bool) {
	for _, a := range actions {
		if at, fires := a.next(t); fires && (!ok || at.Before(first)) {
			first, ok = at, true
		}
	}
	return first, ok
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// key identifies everything that decides what the simulation says about the action, so
// that a pattern which a thousand targets share is worked out once.
func (a firingAction) key() string {
	bound := func(b *int32) string {
		if b == nil {
			return "-"
		}
		return strconv.Itoa(int(*b))
	}
	return strings.Join([]string{a.name, bound(a.min), bound(a.max), a.expr.String(), a.loc.String(),
		instant(a.window.Start), instant(a.window.End)}, "|")
}

// firstMeeting returns the first minute after now in which both actions fire. It takes
// what it looks at from the budget, and gives up when that is used up.
func firstMeeting(a, b firingAction, now time.Time, budget *int) (time.Time, bool) {
	if !a.phased() || !b.phased() {
		return time.Time{}, false
	}
	ta, okA := a.next(now)
	tb, okB := b.next(now)
	end := later(ta, tb).Add(meetingHorizon)
	for ; *budget > 0; *budget-- {
		if !okA || !okB || ta.After(end) || tb.After(end) {
			return time.Time{}, false
		}
		ma, mb := ta.Truncate(time.Minute), tb.Truncate(time.Minute)
		switch {
		case ma.Equal(mb):
			return ma, true
		case ma.Before(mb):
			ta, okA = a.firesFrom(mb)
		default:
			tb, okB = b.firesFrom(ma)
		}
	}
	return time.Time{}, false
}

// everyFewMinutes reports whether the action mostly fires again within the limit, and the
// shortest time in between.
func everyFewMinutes(a firingAction, now time.Time, limit time.Duration) (shortest time.Duration, yes bool) {
	const firings, most = 12, 8
	if !a.phased() {
		a.expr = a.expr.WithAnchor(now)
	}
	t, ok := a.next(now)
	short := 0
	for range firings - 1 {
		next, more := a.next(t)
		if !ok || !more {
			break
		}
		if gap := next.Sub(t); gap < limit {
			if short++; short == 1 || gap < shortest {
				shortest = gap
			}
		}
		t = next
	}
	return shortest, short >= most
}
