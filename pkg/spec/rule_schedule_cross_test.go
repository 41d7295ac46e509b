package spec

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/schedule"
)

var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// fires makes a firing action; a bound of -1 is not set.
func fires(t testing.TB, name, expression string, lo, hi int32) firingAction {
	t.Helper()
	e, err := schedule.Parse(expression)
	if err != nil {
		t.Fatal(err)
	}
	a := firingAction{name: name, expr: e, loc: time.UTC}
	if lo >= 0 {
		a.min = model.Ptr(lo)
	}
	if hi >= 0 {
		a.max = model.Ptr(hi)
	}
	return a
}

func TestFindCrossing(t *testing.T) {
	const none = -1
	tests := []struct {
		why     string
		own     capacityBounds
		actions []firingAction // the first one is judged
		want    string         // "by bound at", "" for none
	}{
		{"nothing else moves the maximum", capacityBounds{1, 8}, []firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, none)}, ""},
		{"the target's own maximum is in force when nothing fired yet", capacityBounds{1, 2},
			[]firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, none), fires(t, "raise", "cron(0 6 ? * * *)", none, 8)}, " 2 2026-11-23T07:00:00Z"},
		{"the night's maximum is still in force in the morning", capacityBounds{1, 8},
			[]firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, none), fires(t, "night", "cron(0 20 ? * * *)", 1, 2)}, "night 2 2026-11-23T07:00:00Z"},
		{"an action in between lifts the night's maximum every time", capacityBounds{1, 8},
			[]firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, none), fires(t, "night", "cron(0 20 ? * * *)", 1, 2), fires(t, "raise", "cron(0 6 ? * * *)", none, 8)}, ""},
		{"on weekends nothing lifts it", capacityBounds{1, 8},
			[]firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, none), fires(t, "night", "cron(0 20 ? * * *)", 1, 2), fires(t, "raise", "cron(0 6 ? * MON-FRI *)", none, 8)}, "night 2 2026-11-28T07:00:00Z"},
		{"in one minute either may come first", capacityBounds{1, 8},
			[]firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, none), fires(t, "low", "cron(0 7 1 * ? *)", none, 2), fires(t, "raise", "cron(1 7 ? * * *)", none, 8)}, "low 2 2026-12-01T07:00:00Z"},
		{"a new maximum below the minimum in force", capacityBounds{1, 8},
			[]firingAction{fires(t, "night", "cron(0 20 ? * * *)", none, 2), fires(t, "open", "cron(0 7 ? * * *)", 4, none)}, "open 4 2026-11-23T20:00:00Z"},
		{"an action that sets both bounds crosses nothing", capacityBounds{1, 2},
			[]firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, 8), fires(t, "night", "cron(0 20 ? * * *)", 1, 2)}, ""},
		{"the phase of a rate is not known", capacityBounds{1, 8},
			[]firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, none), fires(t, "reset", "rate(1 day)", none, 2), fires(t, "raise", "cron(0 6 ? * * *)", none, 8)}, "reset 2 -"},
		{"a one-time action that is over does not fire", capacityBounds{1, 2}, []firingAction{fires(t, "launch", "at(2020-01-01T00:00:00)", 4, none)}, ""},
		{"a one-time maximum of last week holds until the next firing", capacityBounds{1, 8},
			[]firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, none), fires(t, "calm", "at(2026-11-20T00:00:00)", none, 2)}, "calm 2 2026-11-23T07:00:00Z"},
		{"years ahead", capacityBounds{1, 8},
			[]firingAction{fires(t, "launch", "at(2040-06-01T12:00:00)", 4, none), fires(t, "calm", "cron(0 0 1 JAN ? 2040)", none, 2)}, "calm 2 2040-06-01T12:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			c, found := findCrossing(tt.actions[0], tt.own, tt.actions, monday, model.Ptr(targetBudget))
			got := ""
			if found {
				at := "-"
				if !c.at.IsZero() {
					at = instant(c.at)
				}
				got = fmt.Sprintf("%s %d %s", c.by, c.bound, at)
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestFindCrossingGivesUpCautiously: out of budget, what could cross counts as crossing.
func TestFindCrossingGivesUpCautiously(t *testing.T) {
	actions := []firingAction{fires(t, "open", "cron(0 7 ? * * *)", 4, -1), fires(t, "night", "cron(0 20 ? * * *)", 1, 2), fires(t, "raise", "cron(0 6 ? * * *)", -1, 8)}
	own, budget := capacityBounds{1, 8}, 0
	if c, crosses := findCrossing(actions[0], own, actions, monday, &budget); !crosses || !c.at.IsZero() {
		t.Errorf("got %+v, %v; want a crossing at an unknown time", c, crosses)
	}
}

// TestFindCrossingAgreesWithReplay replays random schedules hour by hour from every hour
// of a week and asks whether any firing crosses.
func TestFindCrossingAgreesWithReplay(t *testing.T) {
	days := []string{"*", "MON-FRI", "SAT,SUN", "MON", "WED"}
	rapid.Check(t, func(t *rapid.T) {
		own := capacityBounds{min: 2, max: int32(rapid.IntRange(2, 6).Draw(t, "max"))}
		var actions []firingAction
		for i := range rapid.IntRange(1, 4).Draw(t, "actions") {
			text := fmt.Sprintf("cron(0 %d ? * %s *)", rapid.IntRange(0, 5).Draw(t, "hour"), rapid.SampledFrom(days).Draw(t, "days"))
			e, err := schedule.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			a := firingAction{name: fmt.Sprint(i), expr: e, loc: time.UTC}
			switch v := int32(rapid.IntRange(1, 6).Draw(t, "value")); rapid.IntRange(0, 2).Draw(t, "side") {
			case 0:
				a.min = &v
			case 1:
				a.max = &v
			default:
				a.min, a.max = &v, model.Ptr(v+1)
			}
			actions = append(actions, a)
		}
		for _, a := range actions {
			_, got := findCrossing(a, own, actions, monday, model.Ptr(targetBudget))
			if want := replayCrosses(a, own, actions); got != want {
				t.Fatalf("action %s: found %v, replay %v", a.name, got, want)
			}
		}
	})
}

// replayCrosses walks three weeks from each hour of the first one, with every bound that
// may be in force.
func replayCrosses(a firingAction, own capacityBounds, actions []firingAction) bool {
	if (a.min == nil) == (a.max == nil) {
		return false
	}
	fired := map[string]map[time.Time]bool{}
	for _, f := range actions {
		fired[f.name] = map[time.Time]bool{}
		for at, ok := f.next(monday); ok && at.Before(monday.AddDate(0, 0, 21)); at, ok = f.next(at) {
			fired[f.name][at.UTC()] = true
		}
	}
	firing := func(f firingAction, hour time.Time) bool { return fired[f.name][hour] }
	for start := range 7 * 24 {
		minima, maxima := []int32{own.min}, []int32{own.max}
		for h := start; h < 21*24; h++ {
			hour := monday.Add(time.Duration(h) * time.Hour)
			if hour.Hour() > 5 || h == 0 {
				continue // nothing fires then, or only at the moment of the check itself
			}
			var newMin, newMax []int32
			for _, f := range actions {
				if !firing(f, hour) {
					continue
				}
				if f.min != nil {
					newMin = append(newMin, *f.min)
				}
				if f.max != nil {
					newMax = append(newMax, *f.max)
				}
			}
			if firing(a, hour) {
				for _, hi := range append(newMax, maxima...) {
					if a.min != nil && *a.min > hi {
						return true
					}
				}
				for _, lo := range append(newMin, minima...) {
					if a.max != nil && *a.max < lo {
						return true
					}
				}
			}
			if newMin != nil {
				minima = newMin
			}
			if newMax != nil {
				maxima = newMax
			}
		}
	}
	return false
}
