package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
	"pgregory.net/rapid"
)

// clockwork is one scheduled action together with an account of when it fires that owes
// nothing to pkg/schedule: it is asked once a minute.
type clockwork struct {
	model.ScheduledAction
	fires func(minute, created time.Time) bool
}

var days = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

// drawClockwork draws a scheduled action. Hours stay clear of 1 to 3, when clocks change
// and AWS says nothing about what fires; minimums stay below maximums, so that no firing
// contradicts the other side.
func drawClockwork(t *rapid.T, name string, now time.Time) clockwork {
	zone := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"}).Draw(t, "zone")
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	c := clockwork{ScheduledAction: model.ScheduledAction{Target: ranker, Name: name, Timezone: zone}}
	sides := rapid.IntRange(1, 3).Draw(t, "sides")
	if sides&1 != 0 {
		c.MinCapacity = model.Ptr(rapid.Int32Range(1, 4).Draw(t, "min"))
	}
	if sides&2 != 0 {
		c.MaxCapacity = model.Ptr(rapid.Int32Range(5, 9).Draw(t, "max"))
	}
	start := now.Truncate(time.Minute).Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "start")) * time.Minute)
	end := start.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "length")) * time.Minute)
	if rapid.IntRange(0, 3).Draw(t, "starts") == 0 {
		c.StartTime = &start
	}
	if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
		c.EndTime = &end
	}
	within := func(m time.Time) bool {
		return (c.StartTime == nil || !m.Before(start)) && (c.EndTime == nil || !m.After(end))
	}
	starts := func(m time.Time) bool { return c.StartTime != nil && m.Equal(start) }

	hour := rapid.SampledFrom([]int{0, 6, 7, 12, 18, 23}).Draw(t, "hour")
	minute := rapid.SampledFrom([]int{0, 30, 59}).Draw(t, "minute")
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		day := rapid.IntRange(0, 6).Draw(t, "weekday")
		c.Schedule = fmt.Sprintf("cron(%d %d ? * %s-%s *)", minute, hour, days[day], days[min(day+3, 6)])
		c.fires = func(m, _ time.Time) bool {
			local := m.In(loc)
			weekday := int(local.Weekday())
			calendar := local.Minute() == minute && local.Hour() == hour && weekday >= day && weekday <= min(day+3, 6)
			return within(m) && (calendar || starts(m))
		}
	case 1:
		c.Schedule = fmt.Sprintf("cron(%d %d * * ? *)", minute, hour)
		c.fires = func(m, _ time.Time) bool {
			local := m.In(loc)
			return within(m) && (local.Minute() == minute && local.Hour() == hour || starts(m))
		}
	case 2:
		at := start.In(loc)
		at = time.Date(at.Year(), at.Month(), at.Day(), hour, minute, 0, 0, loc)
		c.Schedule = "at(" + at.Format("2006-01-02T15:04:05") + ")"
		c.fires = func(m, _ time.Time) bool { return within(m) && m.Equal(at) }
	case 3:
		every := rapid.SampledFrom([]int{1, 5, 24}).Draw(t, "every")
		c.Schedule = fmt.Sprintf("rate(%d hours)", every)
		phase := rapid.IntRange(0, every*60-1).Draw(t, "phase") // AWS's own business
		c.fires = func(m, created time.Time) bool {
			from := created.Truncate(time.Minute).Add(time.Duration(phase) * time.Minute)
			if c.StartTime != nil {
				from = start
			}
			return within(m) && !m.Before(from) && m.Sub(from)%(time.Duration(every)*time.Hour) == 0
		}
	}
	return c
}

// simulation is an account whose scheduled actions fire.
type simulation struct {
	*account
	clock map[string]clockwork // by name, in the form that AWS knows
	delay time.Duration        // how late AWS fires
	order int                  // how AWS orders firings of one minute
}

// advance lets time pass, minute by minute.
func (s *simulation) advance(d time.Duration) {
	until := s.now.Add(d)
	for m := s.now.Add(-s.delay).Truncate(time.Minute).Add(time.Minute); !m.Add(s.delay).After(until); m = m.Add(time.Minute) {
		s.fire(m)
	}
	s.now = until
}

func (s *simulation) fire(m time.Time) {
	live := s.targets[ranker]
	if live == nil || live.Suspended.ScheduledScaling {
		return
	}
	for i := range live.ScheduledActions {
		a := live.ScheduledActions[(i+s.order)%len(live.ScheduledActions)]
		if !s.clock[a.Name].fires(m, a.CreationTime) {
			continue
		}
		if a.MinCapacity != nil {
			live.MinCapacity = *a.MinCapacity
		}
		if a.MaxCapacity != nil {
			live.MaxCapacity = *a.MaxCapacity
		}
	}
}

// quiet fails if a plan for the spec would touch the bounds.
func (s *simulation) quiet(t *rapid.T, d model.Desired, when string) {
	p := build(t, Input{Desired: d, Observed: s.observed(), Now: s.now})
	for _, c := range p.Changes {
		for _, f := range c.Fields {
			if f.Path == "minCapacity" || f.Path == "maxCapacity" {
				t.Fatalf("%s, at %s, a plan changes %s from %v to %v (%s)\n%s", when, s.now.Format(time.RFC3339), f.Path, f.Before, f.After, c.Because, s.story())
			}
		}
	}
	if !p.IsEmpty() {
		t.Fatalf("%s, at %s, a plan is not empty: %s", when, s.now.Format(time.RFC3339), summary(p))
	}
}

func (s *simulation) story() string {
	var b strings.Builder
	for _, a := range s.targets[ranker].ScheduledActions {
		fmt.Fprintf(&b, "%s, known since %s: %s\n", a.Name, a.CreationTime.Format(time.RFC3339), mustJSON(a.ScheduledAction))
	}
	return b.String()
}

// TestBoundsNeverFightSchedules drives random specs through random times, with changes of
// the spec, hand edits, suspension and late firings. After every apply, at once and at
// any later moment, the plan of the same spec is empty.
func TestBoundsNeverFightSchedules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &simulation{
			account: newAccount(time.Date(2026, rapid.SampledFrom([]time.Month{3, 10, 11}).Draw(t, "month"), 28, 0, 0, 0, 0, time.UTC)),
			clock:   map[string]clockwork{},
			delay:   time.Duration(rapid.SampledFrom([]int{0, 5, 40}).Draw(t, "delay")) * time.Second,
			order:   rapid.IntRange(0, 3).Draw(t, "order"),
		}
		s.renewCreation = rapid.Bool().Draw(t, "renew creation times")
		s.serve(fleet(target(ranker, 1, 8)))
		spec := map[string]clockwork{}
		want := target(ranker, 1, 8)
		for range rapid.IntRange(1, 6).Draw(t, "rounds") {
			mutate(t, s.now, &want, spec)
			d := fleet(want)
			if live := s.targets[ranker]; live != nil && rapid.IntRange(0, 4).Draw(t, "hand edit") == 0 {
				live.MinCapacity = rapid.Int32Range(0, 4).Draw(t, "hand minimum")
				live.MaxCapacity = rapid.Int32Range(5, 10).Draw(t, "hand maximum")
			}
			p := build(t, Input{Desired: d, Observed: s.observed(), Now: s.now})
			if err := s.run(p); err != nil {
				t.Fatal(err)
			}
			for name, c := range spec {
				s.clock[name] = c
			}
			s.quiet(t, d, "right after the apply")
			for range rapid.IntRange(1, 4).Draw(t, "looks") {
				s.advance(pause(t))
				s.quiet(t, d, "later")
			}
			foreignEdit(t, s, d)
		}
	})
}

// pause draws a time to wait, often close to a minute that something may fire in.
func pause(t *rapid.T) time.Duration {
	if rapid.Bool().Draw(t, "short wait") {
		return time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second
	}
	return time.Duration(rapid.IntRange(1, 3000).Draw(t, "minutes"))*time.Minute + time.Duration(rapid.IntRange(0, 59).Draw(t, "seconds"))*time.Second
}

// mutate changes the spec: its bounds, its suspension, one of its scheduled actions.
func mutate(t *rapid.T, now time.Time, want *model.Target, spec map[string]clockwork) {
	if rapid.Bool().Draw(t, "new bounds") {
		want.MinCapacity = rapid.Int32Range(1, 4).Draw(t, "base minimum")
		want.MaxCapacity = rapid.Int32Range(5, 9).Draw(t, "base maximum")
	}
	want.Suspended.ScheduledScaling = rapid.IntRange(0, 5).Draw(t, "suspended") == 0
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		name := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "action")
		if _, ok := spec[name]; ok && rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
			delete(spec, name)
			continue
		}
		spec[name] = drawClockwork(t, name, now)
	}
	want.ScheduledActions = nil
	for _, name := range []string{"a", "b", "c", "d"} {
		if c, ok := spec[name]; ok {
			want.ScheduledActions = append(want.ScheduledActions, c.ScheduledAction)
		}
	}
}

// foreignEdit changes by hand a side that no scheduled action ever sets, requires the
// plan to find it, and puts it back.
func foreignEdit(t *rapid.T, s *simulation, d model.Desired) {
	want := d.Targets[0]
	live := s.targets[ranker]
	edit := func(path string, own int32, value *int32, side func(model.ScheduledAction) *int32, to int32) {
		if slices.ContainsFunc(want.ScheduledActions, func(a model.ScheduledAction) bool { return side(a) != nil }) {
			return
		}
		*value = to
		p := build(t, Input{Desired: d, Observed: s.observed(), Now: s.now})
		found := slices.ContainsFunc(p.Changes, func(c Change) bool {
			return c.Kind == KindTarget && slices.Contains(c.Fields, FieldChange{path, float64(to), float64(own)})
		})
		if !found {
			t.Fatalf("a hand edit of %s from %d to %d is not found: %v", path, own, to, p.Changes)
		}
		*value = own
	}
	edit("minCapacity", want.MinCapacity, &live.MinCapacity, func(a model.ScheduledAction) *int32 { return a.MinCapacity }, 0)
	edit("maxCapacity", want.MaxCapacity, &live.MaxCapacity, func(a model.ScheduledAction) *int32 { return a.MaxCapacity }, 10)
}
