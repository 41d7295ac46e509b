package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
)

// Moments in the week of Monday, 2026-11-23.
func monday(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour, minute, 0, 0, time.UTC) }

// liveAction is a scheduled action that AWS has known since a time.
type liveAction struct {
	model.ScheduledAction
	since time.Time
}

// lastYear is long before every moment of these tests.
var lastYear = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

func known(actions ...model.ScheduledAction) []liveAction {
	out := make([]liveAction, len(actions))
	for i, a := range actions {
		out[i] = liveAction{a, lastYear}
	}
	return out
}

func TestBoundsNow(t *testing.T) {
	open := action("open", "cron(0 7 ? * MON-FRI *)", 4, 0)
	closing := action("close", "cron(0 18 ? * MON-FRI *)", 1, 0)
	both := func(a model.ScheduledAction, high int32) model.ScheduledAction { a.MaxCapacity = &high; return a }
	in := func(zone string, a model.ScheduledAction) model.ScheduledAction { a.Timezone = zone; return a }
	between := func(a model.ScheduledAction, start, end time.Time) model.ScheduledAction {
		if !start.IsZero() {
			a.StartTime = &start
		}
		if !end.IsZero() {
			a.EndTime = &end
		}
		return a
	}
	office := []model.ScheduledAction{open, closing}

	// Every row is about a target of 1 to 8.
	tests := []struct {
		name      string
		want      []model.ScheduledAction
		live      []liveAction // nil: as wanted, known for long
		suspended bool
		resumed   bool
		now       time.Time
		min, max  int32   // what the plan would write
		minAlso   []int32 // which other live minimum is no difference
		maxAlso   []int32
		minNot    []int32 // which live minimum is a difference
		why       string
	}{
		{name: "no schedule", want: nil, now: monday(9, 0), min: 1, max: 8, minNot: []int32{0, 2, 4},
			why: "without schedules the target's own bounds hold, and any other is a difference"},
		{name: "office hours, open", want: office, now: monday(9, 0), min: 4, max: 8, minNot: []int32{1, 2},
			why: "open fired at 7, and the target's own minimum would undo it"},
		{name: "office hours, closed", want: office, now: monday(20, 0), min: 1, max: 8, minNot: []int32{4},
			why: "close fired last"},
		{name: "office hours, weekend", want: office, now: monday(9, 0).AddDate(0, 0, -1), min: 1, max: 8, minNot: []int32{4},
			why: "on Sunday the last firing is Friday's close"},
		{name: "one-sided", want: []model.ScheduledAction{open}, now: monday(20, 0), min: 4, max: 8, maxAlso: nil, minNot: []int32{1},
			why: "nothing ever puts the minimum back: AWS does not restore it"},
		{name: "both sides", want: []model.ScheduledAction{both(open, 16), both(closing, 8)}, now: monday(9, 0), min: 4, max: 16,
			why: "one firing moves both bounds"},
		{name: "sides from different actions", want: []model.ScheduledAction{both(open, 16), closing}, now: monday(20, 0), min: 1, max: 16,
			why: "close says nothing about the maximum, so open's stays"},
		{name: "before the first firing", want: office, live: []liveAction{{open, monday(8, 0)}, {closing, monday(8, 0)}}, now: monday(9, 0),
			min: 1, max: 8, minAlso: []int32{4}, minNot: []int32{2},
			why: "open was made at 8 and has moved nothing; but a creation time may have been renewed by a change, so 4 is no difference"},
		{name: "after the first firing", want: office, live: []liveAction{{open, monday(8, 0)}, {closing, monday(8, 0)}}, now: monday(18, 30),
			min: 1, max: 8, minNot: []int32{4},
			why: "close fired since, whatever was before"},
		{name: "new action", want: office, live: []liveAction{}, now: monday(9, 0), min: 1, max: 8, minAlso: []int32{4}, minNot: []int32{2},
			why: "a schedule that is about to be created has moved nothing yet, unless a run was cut off while it made the action anew"},
		{name: "one new action", want: office, live: known(closing), now: monday(9, 0), min: 1, max: 8, minAlso: []int32{4}, minNot: []int32{2},
			why: "only close is live; what open would have set is right where it is live already"},
		{name: "changed value", want: []model.ScheduledAction{action("open", open.Schedule, 6, 0), closing}, live: known(office...), now: monday(9, 0),
			min: 6, max: 8, minNot: []int32{4, 1},
			why: "the changed action counts in its new form, so that the bounds are right at once"},
		{name: "changed schedule", want: []model.ScheduledAction{action("open", "cron(0 10 ? * MON-FRI *)", 4, 0), closing}, live: known(office...), now: monday(9, 0),
			min: 1, max: 8, minNot: []int32{4},
			why: "by the new schedule the office is still closed"},
		{name: "changed schedule, a moment ago", want: []model.ScheduledAction{action("open", "cron(59 8 ? * MON-FRI *)", 6, 0), closing}, live: known(closing, action("open", "cron(0 10 ? * MON-FRI *)", 6, 0)), now: monday(9, 0),
			min: 6, max: 8, minNot: []int32{1},
			why: "AWS never fires 8:59 by itself, since it learns of it at 9: accepting the value from before would be a difference at 9:02"},
		{name: "changed schedule, in a moment", want: []model.ScheduledAction{action("open", "cron(1 9 ? * MON-FRI *)", 6, 0), closing}, live: known(closing, action("open", "cron(0 10 ? * MON-FRI *)", 6, 0)), now: monday(9, 0),
			min: 1, max: 8, minAlso: []int32{6}, minNot: []int32{4},
			why: "9:01 is still to come, and AWS's clock may be ahead"},
		{name: "removed action", want: []model.ScheduledAction{closing}, live: known(office...), now: monday(9, 0), min: 1, max: 8, minNot: []int32{4},
			why: "an action that leaves the spec takes its bounds with it"},
		{name: "last action removed", want: nil, live: known(open), now: monday(9, 0), min: 1, max: 8, minNot: []int32{4},
			why: "with no schedule left the target's own bounds hold again"},
		{name: "side removed", want: []model.ScheduledAction{open}, live: known(both(open, 16)), now: monday(9, 0), min: 4, max: 8,
			why: "open no longer says anything about the maximum"},
		{name: "summer time begins", want: []model.ScheduledAction{in("Europe/Berlin", open), in("Europe/Berlin", closing)},
			now: time.Date(2026, 3, 30, 5, 30, 0, 0, time.UTC), min: 4, max: 8, minNot: []int32{1},
			why: "Monday after the change, 7:00 in Berlin is 5:00 UTC"},
		{name: "summer time ended", want: []model.ScheduledAction{in("Europe/Berlin", open), in("Europe/Berlin", closing)},
			now: time.Date(2026, 10, 26, 5, 30, 0, 0, time.UTC), min: 1, max: 8, minNot: []int32{4},
			why: "Monday after the change, 7:00 in Berlin is 6:00 UTC"},
		{name: "suspended", want: office, suspended: true, now: monday(9, 0), min: 1, max: 8, minAlso: []int32{4}, minNot: []int32{2},
			why: "nothing fires, and what fired before stays"},
		{name: "resumed", want: office, resumed: true, now: monday(7, 1), min: 4, max: 8, minNot: []int32{1},
			why: "AWS does not make up for what it missed, so waiting for 7:00 to fire late would be in vain"},
		{name: "same minute", want: []model.ScheduledAction{action("a", open.Schedule, 4, 0), action("b", open.Schedule, 5, 0)}, now: monday(9, 0),
			min: 4, max: 8, minAlso: []int32{5}, minNot: []int32{1},
			why: "AWS does not say which of two actions in one minute runs last"},
		{name: "a second earlier is the same minute", want: []model.ScheduledAction{action("a", "at(2026-11-23T07:00:30)", 4, 0), action("b", "at(2026-11-23T07:00:00)", 5, 0)},
			now: monday(9, 0), min: 4, max: 8, minAlso: []int32{5}, minNot: []int32{1},
			why: "scheduled actions have a resolution of a minute (fact 101)"},
		{name: "a minute earlier is not", want: []model.ScheduledAction{action("a", "at(2026-11-23T07:01:00)", 4, 0), action("b", "at(2026-11-23T07:00:00)", 5, 0)},
			now: monday(9, 0), min: 4, max: 8, minNot: []int32{1, 5},
			why: "the order of actions in different minutes is known"},
		{name: "rate with a start", want: []model.ScheduledAction{between(action("hourly", "rate(1 hour)", 3, 0), monday(8, 30), time.Time{})}, now: monday(9, 0),
			min: 3, max: 8, minNot: []int32{1},
			why: "it fired at its start"},
		{name: "rate before its start", want: []model.ScheduledAction{between(action("hourly", "rate(1 hour)", 3, 0), monday(9, 30), time.Time{})}, now: monday(9, 0),
			min: 1, max: 8, minNot: []int32{3},
			why: "nothing fires before the start"},
		{name: "rate without a start", want: []model.ScheduledAction{action("daily", "rate(1 day)", 3, 0)},
			live: []liveAction{{action("daily", "rate(1 day)", 3, 0), monday(8, 0)}}, now: monday(9, 0),
			min: 1, max: 8, minAlso: []int32{3}, minNot: []int32{2},
			why: "AWS chose when it fires first and does not tell"},
		{name: "rate without a start among others", want: append(slices.Clone(office), action("daily", "rate(1 day)", 3, 0)), now: monday(9, 30),
			min: 4, max: 8, minAlso: []int32{1, 3}, minNot: []int32{2},
			why: "any of them may have fired last"},
		{name: "window not begun", want: []model.ScheduledAction{between(open, monday(10, 0), time.Time{})}, now: monday(9, 0), min: 1, max: 8, minNot: []int32{4},
			why: "7:00 lies before the start time"},
		{name: "window begun", want: []model.ScheduledAction{between(open, monday(10, 0), time.Time{})}, now: monday(10, 30), min: 4, max: 8, minNot: []int32{1},
			why: "a recurring action runs at its start time too (fact 98)"},
		{name: "window over", want: []model.ScheduledAction{between(open, time.Time{}, monday(8, 0)), closing}, now: monday(9, 0).AddDate(0, 0, 1), min: 1, max: 8, minNot: []int32{4},
			why: "after the end open no longer fires, so Monday's close was last"},
		{name: "window over, bounds stay", want: []model.ScheduledAction{between(open, time.Time{}, monday(8, 0))}, now: monday(9, 0).AddDate(0, 0, 9), min: 4, max: 8, minNot: []int32{1},
			why: "at the end of a window AWS does not restore the bounds (fact 98)"},
		{name: "at, not yet", want: []model.ScheduledAction{action("launch", "at(2026-11-23T10:00:00)", 6, 0)}, now: monday(9, 0), min: 1, max: 8, minNot: []int32{6},
			why: "it has not fired"},
		{name: "at, fired", want: []model.ScheduledAction{action("launch", "at(2026-11-23T10:00:00)", 6, 0)}, now: monday(11, 0).AddDate(0, 1, 0), min: 6, max: 8, minNot: []int32{1},
			why: "a one-time action moves the bounds for good"},
		{name: "at, in local time", want: []model.ScheduledAction{in("Europe/Berlin", action("launch", "at(2026-11-23T10:00:00)", 6, 0))}, now: monday(9, 30), min: 6, max: 8, minNot: []int32{1},
			why: "10:00 in Berlin is 9:00 UTC"},
		{name: "a moment before a firing", want: office, now: monday(6, 59), min: 1, max: 8, minAlso: []int32{4}, minNot: []int32{2},
			why: "AWS's clock may be ahead of ours"},
		{name: "a moment after a firing", want: office, now: monday(7, 1), min: 4, max: 8, minAlso: []int32{1}, minNot: []int32{2},
			why: "AWS may fire late"},
		{name: "long before a firing", want: office, now: monday(6, 57), min: 1, max: 8, minNot: []int32{4}, why: "beyond the grace the value is wrong"},
		{name: "long after a firing", want: office, now: monday(7, 3), min: 4, max: 8, minNot: []int32{1}, why: "beyond the grace the value is wrong"},
		{name: "renewed creation time", want: office, live: []liveAction{{open, monday(8, 0)}, {closing, lastYear}}, now: monday(9, 0),
			min: 1, max: 8, minAlso: []int32{4}, minNot: []int32{2},
			why: "open may be new, or changed at 8 after firing at 7"},
		{name: "renewed creation time of a less recent action", want: []model.ScheduledAction{action("a", "cron(0 6 * * ? *)", 3, 0), action("b", "cron(0 7 * * ? *)", 4, 0)},
			live: []liveAction{{action("a", "cron(0 6 * * ? *)", 3, 0), monday(9, 0)}, {action("b", "cron(0 7 * * ? *)", 4, 0), monday(8, 0)}}, now: monday(10, 0),
			min: 1, max: 8, minAlso: []int32{3, 4}, minNot: []int32{2},
			why: "b may be new and a changed since, so that a's value of 6:00 still holds"},
		{name: "contradicting sides", want: []model.ScheduledAction{action("many", "cron(0 7 * * ? *)", 6, 0), action("few", "cron(0 8 * * ? *)", 0, 2)}, now: monday(9, 0),
			min: 1, max: 8, minAlso: []int32{6}, maxAlso: []int32{2}, minNot: []int32{3},
			why: "AWS does not say what a firing does that puts the maximum below the minimum; whatever it did is accepted, and the plan converges"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := target(ranker, 1, 8, model.Suspended{ScheduledScaling: tt.suspended})
			want.ScheduledActions = tt.want
			live := model.ObservedTarget{ScalableTarget: want.ScalableTarget}
			live.Suspended.ScheduledScaling = tt.resumed
			if tt.live == nil {
				tt.live = known(tt.want...)
			}
			for _, a := range tt.live {
				live.ScheduledActions = append(live.ScheduledActions, model.ObservedScheduledAction{ScheduledAction: a.ScheduledAction, CreationTime: a.since})
			}
			minimum, maximum, err := boundsNow(want, live, tt.now, newCalendar())
			if err != nil {
				t.Fatal(err)
			}
			if minimum.want != tt.min || maximum.want != tt.max {
				t.Errorf("wants %d to %d, not %d to %d: %s", minimum.want, maximum.want, tt.min, tt.max, tt.why)
			}
			for _, n := range append(tt.minAlso, tt.min) {
				if !minimum.accepts(n) {
					t.Errorf("a live minimum of %d is a difference: %s", n, tt.why)
				}
			}
			for _, n := range append(tt.maxAlso, tt.max) {
				if !maximum.accepts(n) {
					t.Errorf("a live maximum of %d is a difference: %s", n, tt.why)
				}
			}
			for _, n := range tt.minNot {
				if minimum.accepts(n) {
					t.Errorf("a live minimum of %d is no difference: %s", n, tt.why)
				}
			}
			for _, n := range []int32{7, 9, 100} {
				if !slices.Contains(tt.maxAlso, n) && n != tt.max && maximum.accepts(n) {
					t.Errorf("a live maximum of %d, which nothing sets, is no difference", n)
				}
			}
		})
	}
}

func TestBoundsNowReportsABadSchedule(t *testing.T) {
	for _, a := range []model.ScheduledAction{
		action("open", "cron(0 7 * * *)", 4, 0),
		{Name: "open", Schedule: "cron(0 7 * * ? *)", Timezone: "Mars/Olympus", MinCapacity: model.Ptr[int32](4)},
	} {
		want := target(ranker, 1, 8, a)
		live := model.ObservedTarget{ScheduledActions: []model.ObservedScheduledAction{{ScheduledAction: want.ScheduledActions[0]}}}
		if _, _, err := boundsNow(want, live, sunday, newCalendar()); err == nil {
			t.Errorf("%s in %s is accepted", a.Schedule, a.Timezone)
		}
	}
}

// TestBoundsPlan looks at what Build makes of the verdicts.
func TestBoundsPlan(t *testing.T) {
	office := []any{action("open", "cron(0 7 ? * MON-FRI *)", 4, 0), action("close", "cron(0 18 ? * MON-FRI *)", 1, 0)}
	tests := []struct {
		name             string
		want             model.Target
		liveMin, liveMax int32
		fields           []FieldChange
		reason           Reason
		because          string
		notes            []string
		why              string
	}{
		{name: "as the schedule left it", want: target(ranker, 1, 8, office...), liveMin: 4, liveMax: 8,
			notes: []string{"minCapacity is 4 instead of 1: moved by scheduled action open"},
			why:   "bounds that a schedule moved are not a difference, and the plan says so"},
		{name: "hand edit of a scheduled side", want: target(ranker, 1, 8, office...), liveMin: 2, liveMax: 8,
			fields: []FieldChange{{"minCapacity", 2.0, 4.0}}, reason: ReasonSchedule, because: "scheduled action open sets the bounds at this time",
			why: "2 is neither the target's own minimum nor what the schedule implies"},
		{name: "hand edit of the other side", want: target(ranker, 1, 8, office...), liveMin: 4, liveMax: 9,
			fields: []FieldChange{{"maxCapacity", 9.0, 8.0}},
			notes:  []string{"minCapacity is 4 instead of 1: moved by scheduled action open"},
			why:    "no schedule sets the maximum, so only the spec does; the moved minimum stays"},
		{name: "hand edit below the moved minimum", want: target(ranker, 1, 8, office...), liveMin: 2, liveMax: 3,
			fields: []FieldChange{{"minCapacity", 2.0, 4.0}, {"maxCapacity", 3.0, 8.0}}, reason: ReasonSchedule, because: "scheduled action open sets the bounds at this time",
			why: "both sides are put right in one call"},
		{name: "accepted side contradicts the other", want: target(ranker, 1, 3,
			action("daily", "rate(1 day)", 5, 6), action("a-reset", "rate(1 day)", 0, 3)), liveMin: 5, liveMax: 9,
			fields: []FieldChange{{"minCapacity", 5.0, 1.0}, {"maxCapacity", 9.0, 3.0}},
			why:    "a minimum that could be right is not kept above the maximum that has to be written"},
		{name: "accepted maximum below the new minimum", want: target(ranker, 1, 8,
			action("open", "cron(0 7 ? * MON-FRI *)", 4, 0), action("rarely", "rate(1000 days)", 0, 3)), liveMin: 2, liveMax: 3,
			fields: []FieldChange{{"minCapacity", 2.0, 4.0}, {"maxCapacity", 3.0, 8.0}}, reason: ReasonSchedule, because: "scheduled action open sets the bounds at this time",
			why: "a maximum that could be right is not kept below the minimum that has to be written"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := fleet(tt.want)
			a := liveFrom(t, d, lastYear)
			a.now = monday(9, 0)
			a.targets[ranker].MinCapacity, a.targets[ranker].MaxCapacity = tt.liveMin, tt.liveMax
			p := a.plan(t, d)
			if len(tt.fields) == 0 {
				if !p.IsEmpty() {
					t.Fatalf("%s: %v", tt.why, p.Changes)
				}
			} else {
				c := find(t, p, Update, ranker.Address())
				if !slices.Equal(c.Fields, tt.fields) || c.Reason != tt.reason || c.Because != tt.because {
					t.Errorf("%s:\n%v, %q, %q", tt.why, c.Fields, c.Reason, c.Because)
				}
			}
			var notes []string
			for _, n := range p.Notes {
				notes = append(notes, n.Message)
			}
			if !slices.Equal(notes, tt.notes) {
				t.Errorf("%s: notes %q", tt.why, notes)
			}
			if err := a.run(p); err != nil {
				t.Fatal(err)
			}
			if again := a.plan(t, d); !again.IsEmpty() {
				t.Errorf("a second plan: %v", again.Changes[0].Fields)
			}
		})
	}
}
