package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/schedule"
)

// firingGrace is how far a scheduled action may fire from its minute, together with the
// difference between our clock and AWS's, before we call the bounds wrong. AWS promises
// "a few seconds" (fact 101).
const firingGrace = 2 * time.Minute

// A side is one of the two bounds of a target.
type side struct {
	path     string // the spec's name of it
	base     int32  // the target's own setting
	live     int32
	override func(model.ScheduledAction) *int32
}

// A verdict says what a bound should be now.
type verdict struct {
	want int32   // what to write if the live value is not accepted
	also []int32 // further values that are not a difference either
	// from is the scheduled action that implies want, "" when it is the target's own.
	from string
}

func (v verdict) accepts(n int32) bool { return n == v.want || slices.Contains(v.also, n) }

// firing is a scheduled action of the spec that is also live, with what is needed to
// replay it.
type firing struct {
	name   string
	value  int32
	expr   *schedule.Expression
	loc    *time.Location
	window schedule.Window
	since  time.Time // when AWS learned of the action
	// phase is false for a rate whose first firing AWS chose and does not tell.
	phase bool
}

// boundsNow works out which bounds the spec implies at the moment: its own, overwritten
// by whichever of its scheduled actions fired last. AWS overwrites the bounds of the
// target itself when an action fires (fact 102), so comparing the live bounds with the
// target's own would fight every schedule.
//
// Only actions that are live count, and only firings since AWS learned of them: a
// schedule that is about to be created has moved nothing yet. An action that the plan
// changes counts in its new form, so that the bounds are right as soon as the plan is
// applied and the next plan finds nothing.
func boundsNow(want model.Target, live model.ObservedTarget, now time.Time) (minimum, maximum verdict, err error) {
	minSide := side{"minCapacity", want.MinCapacity, live.MinCapacity,
		func(a model.ScheduledAction) *int32 { return a.MinCapacity }}
	maxSide := side{"maxCapacity", want.MaxCapacity, live.MaxCapacity,
		func(a model.ScheduledAction) *int32 { return a.MaxCapacity }}
	if minimum, err = minSide.now(want, live, now); err != nil {
		return verdict{}, verdict{}, err
	}
	if maximum, err = maxSide.now(want, live, now); err != nil {
		return verdict{}, verdict{}, err
	}
	return minimum, maximum, nil
}

func (s side) now(want model.Target, live model.ObservedTarget, now time.Time) (verdict, error) {
	if want.Suspended.ScheduledScaling {
		// Nothing fires, and what fired before the suspension stays.
		v := verdict{want: s.base}
		for _, a := range want.ScheduledActions {
			if n := s.override(a); n != nil {
				v.also = append(v.also, *n)
			}
		}
		return v, nil
	}
	firings, err := s.firings(want, live)
	if err != nil || len(firings) == 0 {
		return verdict{want: s.base}, err
	}
	v := s.last(firings, now, true)
	// Accepted besides: what held a moment ago or will hold in a moment, and what would
	// hold if the actions were older than their creation time says. UNSURE (no fact):
	// whether changing an action renews its creation time; this makes both right.
	for _, at := range []time.Time{now.Add(-firingGrace), now.Add(firingGrace)} {
		near := s.last(firings, at, true)
		v.also = append(append(v.also, near.want), near.also...)
	}
	always := s.last(firings, now, false)
	v.also = append(append(v.also, always.want), always.also...)
	slices.Sort(v.also)
	v.also = slices.Compact(v.also)
	return v, nil
}

// firings lists the live actions of the spec that set this side, in the spec's form.
func (s side) firings(want model.Target, live model.ObservedTarget) ([]firing, error) {
	var out []firing
	for _, a := range want.ScheduledActions {
		value := s.override(a)
		i := slices.IndexFunc(live.ScheduledActions, func(o model.ObservedScheduledAction) bool { return o.Name == a.Name })
		if value == nil || i < 0 {
			continue
		}
		a = a.Normal()
		expr, err := schedule.Parse(a.Schedule)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Address(), err)
		}
		loc, err := schedule.LoadLocation(a.Timezone)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Address(), err)
		}
		f := firing{name: a.Name, value: *value, expr: expr, loc: loc, since: live.ScheduledActions[i].CreationTime, phase: true}
		if a.StartTime != nil {
			f.window.Start = *a.StartTime
		}
		if a.EndTime != nil {
			f.window.End = *a.EndTime
		}
		if !expr.Anchored(f.window) {
			f.phase = false
			f.expr = expr.WithAnchor(f.since)
		}
		out = append(out, f)
	}
	return out, nil
}

// last finds the action that fired last at the given time. With sinceCreation, firings
// from before AWS knew the action are left out. Actions that fired in the same minute
// are all accepted, since AWS does not say in which order it runs them; so is every
// value when a rate without a known phase is among several actions.
func (s side) last(firings []firing, at time.Time, sinceCreation bool) verdict {
	type hit struct {
		firing
		when time.Time
	}
	var hits []hit
	v := verdict{want: s.base}
	for _, f := range firings {
		if !f.phase {
			v.also = append(v.also, f.value, s.base)
			if len(firings) > 1 {
				for _, other := range firings {
					v.also = append(v.also, other.value)
				}
			}
		}
		when, ok := f.expr.Prev(at, f.loc, f.window)
		if !ok || sinceCreation && !when.After(f.since) {
			continue
		}
		hits = append(hits, hit{f, when})
	}
	if len(hits) == 0 {
		return v
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(b.when.Compare(a.when), cmp.Compare(a.name, b.name))
	})
	v.want, v.from = hits[0].value, hits[0].name
	for _, h := range hits[1:] {
		if h.when.Truncate(time.Minute).Equal(hits[0].when.Truncate(time.Minute)) {
			v.also = append(v.also, h.value)
		}
	}
	return v
}
