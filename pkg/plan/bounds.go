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

// A verdict says what a bound should be now.
type verdict struct {
	want int32   // what to write if the live value is not accepted
	also []int32 // further values that are not a difference either
	// from is the scheduled action that implies want, "" when it is the target's own.
	from string
}

func (v verdict) accepts(n int32) bool { return n == v.want || slices.Contains(v.also, n) }

// boundsNow works out which bounds the spec implies at the moment: its own, overwritten
// by whichever of its scheduled actions fired last. AWS overwrites the bounds of the
// target itself when an action fires (fact 102), so comparing the live bounds with the
// target's own would fight every schedule. The wanted minimum is never above the wanted
// maximum, and the wanted bounds of a plan are accepted by the next one.
//
// Only firings since AWS learned of an action count: a schedule that is about to be
// created has moved nothing yet. An action that the plan changes counts in its new form,
// so that the bounds are right as soon as the plan is applied and the next plan finds
// nothing. What an action would have done before AWS learned of it is accepted where it
// is live, but never asked for.
func boundsNow(want model.Target, live model.ObservedTarget, now time.Time, cal *calendar) (minimum, maximum verdict, err error) {
	minSide := side{want.MinCapacity, func(a model.ScheduledAction) *int32 { return a.MinCapacity }}
	maxSide := side{want.MaxCapacity, func(a model.ScheduledAction) *int32 { return a.MaxCapacity }}
	if want.Suspended.ScheduledScaling {
		// Nothing fires, and what fired before the suspension stays.
		return minSide.any(want.ScheduledActions), maxSide.any(want.ScheduledActions), nil
	}
	runs, err := replay(want, live, now, cal)
	if err != nil {
		return verdict{}, verdict{}, err
	}
	resumed := live.Suspended.ScheduledScaling
	minimum, maximum = minSide.now(runs, resumed), maxSide.now(runs, resumed)
	if minimum.want > maximum.want {
		// The validator refuses such schedules, but a target made elsewhere may bring
		// one into being by its creation times. AWS does not say what becomes of a
		// firing that contradicts the other side, so any of the outcomes is right.
		return minSide.any(want.ScheduledActions), maxSide.any(want.ScheduledActions), nil
	}
	return minimum, maximum, nil
}

// run is what became of one scheduled action of the spec.
type run struct {
	action model.ScheduledAction
	last   [moments]firing
	// phase is false for a rate whose first firing AWS chose and does not tell.
	phase bool
	// changed is set when AWS does not know this form of the action yet.
	changed bool
}

// firing is the last time that an action fired until some moment.
type firing struct {
	at time.Time
	ok bool // false if it did not fire until then
	// sure is false for firings from before the action's creation time. AWS may have
	// carried them out all the same: whether changing an action renews its creation
	// time is UNSURE (no fact).
	sure bool
}

// The moments for which firings are looked up.
const (
	before  = iota // firingGrace ago
	present        // now
	after          // firingGrace from now
	moments
)

// replay finds the last firings of the actions of the spec, in the spec's form.
func replay(want model.Target, live model.ObservedTarget, now time.Time, cal *calendar) ([]run, error) {
	var runs []run
	for _, a := range want.ScheduledActions {
		// An action that is not live has fired nothing that is sure. It may all the same
		// be the second half of a change that an earlier run was cut off in.
		have := model.ObservedScheduledAction{CreationTime: now}
		if i := slices.IndexFunc(live.ScheduledActions, func(o model.ObservedScheduledAction) bool { return o.Name == a.Name }); i >= 0 {
			have = live.ScheduledActions[i]
		}
		a = a.Normal()
		expr, loc, err := cal.read(a)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Address(), err)
		}
		var window schedule.Window
		if a.StartTime != nil {
			window.Start = *a.StartTime
		}
		if a.EndTime != nil {
			window.End = *a.EndTime
		}
		r := run{action: a, phase: true}
		if !expr.Anchored(window) {
			r.phase = false
			expr = expr.WithAnchor(have.CreationTime)
		}
		r.changed = len(diff(&Object{ScheduledAction: &have.ScheduledAction}, &Object{ScheduledAction: &a})) > 0
		for m, at := range [moments]time.Time{now.Add(-firingGrace), now, now.Add(firingGrace)} {
			f := &r.last[m]
			f.at, f.ok = expr.Prev(at, loc, window)
			f.sure = f.ok && f.at.After(have.CreationTime)
		}
		runs = append(runs, r)
	}
	return runs, nil
}

// A side is one of the two bounds of a target.
type side struct {
	base  int32 // the target's own setting
	value func(model.ScheduledAction) *int32
}

// any accepts whatever a scheduled action may have left behind, and wants the target's
// own setting where the live one cannot be explained so.
func (s side) any(actions []model.ScheduledAction) verdict {
	v := verdict{want: s.base}
	for _, a := range actions {
		if n := s.value(a); n != nil {
			v.also = append(v.also, *n)
		}
	}
	return v
}

// now decides one side. Besides what fired last it accepts what is about to fire and,
// because AWS may be late, what held a moment ago. The latter only where AWS knew the
// schedule a moment ago: a firing that a change of the schedule brings about after the
// event will never come by itself.
func (s side) now(runs []run, resumed bool) verdict {
	runs = slices.DeleteFunc(slices.Clone(runs), func(r run) bool { return s.value(r.action) == nil })
	v := s.last(runs, present)
	near := []verdict{s.last(runs, after)}
	if !resumed && !slices.ContainsFunc(runs, func(r run) bool { return r.changed }) {
		near = append(near, s.last(runs, before))
	}
	for _, n := range near {
		v.also = append(append(v.also, n.want), n.also...)
	}
	slices.Sort(v.also)
	v.also = slices.Compact(v.also)
	return v
}

// last finds the action that surely fired last until a moment. Accepted besides are
// firings after it that are not sure, and those in the same minute, since AWS does not
// say in which order it runs them; and everything when the phase of a rate is unknown.
func (s side) last(runs []run, moment int) verdict {
	slices.SortStableFunc(runs, func(a, b run) int {
		return cmp.Or(b.last[moment].at.Compare(a.last[moment].at), cmp.Compare(a.action.Name, b.action.Name))
	})
	v := verdict{want: s.base}
	var minute time.Time // of the firing that is sure
	for _, r := range runs {
		f, value := r.last[moment], *s.value(r.action)
		if !r.phase {
			v.also = append(v.also, s.base)
			for _, other := range runs {
				v.also = append(v.also, *s.value(other.action))
			}
		}
		if !f.ok || !minute.IsZero() && f.at.Before(minute) {
			continue
		}
		v.also = append(v.also, value)
		if f.sure && minute.IsZero() {
			v.want, v.from, minute = value, r.action.Name, f.at.Truncate(time.Minute)
		}
	}
	return v
}

// calendar remembers the schedules and time zones that it has read, since a fleet has
// many scheduled actions but few different ones, and loading a zone reads a file.
type calendar struct {
	expressions map[string]*schedule.Expression
	zones       map[string]*time.Location
}

func newCalendar() *calendar {
	return &calendar{map[string]*schedule.Expression{}, map[string]*time.Location{}}
}

// read returns the parsed schedule and the time zone of an action.
func (c *calendar) read(a model.ScheduledAction) (*schedule.Expression, *time.Location, error) {
	expr, ok := c.expressions[a.Schedule]
	if !ok {
		var err error
		if expr, err = schedule.Parse(a.Schedule); err != nil {
			return nil, nil, err
		}
		c.expressions[a.Schedule] = expr
	}
	loc, ok := c.zones[a.Timezone]
	if !ok {
		var err error
		if loc, err = schedule.LoadLocation(a.Timezone); err != nil {
			return nil, nil, err
		}
		c.zones[a.Timezone] = loc
	}
	return expr, loc, nil
}
