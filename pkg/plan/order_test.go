package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scalectl/scalectl/pkg/model"
	"pgregory.net/rapid"
)

// TestPolicyOrder looks at the sequences that AWS's rule of one target-tracking policy
// per metric forces.
func TestPolicyOrder(t *testing.T) {
	tests := []struct {
		name       string
		live, want []model.Policy
		run        []string // in order of execution
		guards     []GuardName
		why        string
	}{
		{name: "another metric", live: []model.Policy{tracking("a", "CPU", 50)}, want: []model.Policy{tracking("a", "GPU", 50)},
			run: []string{"update a"}, why: "a policy may change its metric in place"},
		{name: "new beside old", live: []model.Policy{tracking("z", "CPU", 50)}, want: []model.Policy{tracking("a", "GPU", 50)},
			run: []string{"create a", "delete z"}, why: "creating first leaves no moment without a policy"},
		{name: "rename", live: []model.Policy{tracking("old", "CPU", 50)}, want: []model.Policy{tracking("new", "CPU", 50)},
			run: []string{"delete old", "create new"}, guards: []GuardName{GuardReplace}, why: "the metric has to be free first, and nothing else scales meanwhile"},
		{name: "rename beside another", live: []model.Policy{tracking("old", "CPU", 50), tracking("stays", "GPU", 50)},
			want: []model.Policy{tracking("new", "CPU", 50), tracking("stays", "GPU", 50)},
			run:  []string{"delete old", "create new"}, why: "the other policy covers the gap"},
		{name: "rename of a step policy", live: []model.Policy{step("old", 1)}, want: []model.Policy{step("new", 1)},
			run: []string{"create new", "delete old"}, why: "step policies hold no metric"},
		{name: "hand over", live: []model.Policy{tracking("a", "CPU", 50)}, want: []model.Policy{tracking("a", "GPU", 50), tracking("b", "CPU", 50)},
			run: []string{"update a", "create b"}, why: "a lets go of the metric by moving on"},
		{name: "hand over against the alphabet", live: []model.Policy{tracking("b", "CPU", 50)}, want: []model.Policy{tracking("a", "CPU", 50), tracking("b", "GPU", 50)},
			run: []string{"update b", "create a"}, why: "the order of names does not matter"},
		{name: "chain", live: []model.Policy{tracking("a", "1", 50), tracking("b", "2", 50), tracking("c", "3", 50)},
			want: []model.Policy{tracking("a", "2", 50), tracking("b", "3", 50), tracking("c", "4", 50)},
			run:  []string{"update c", "update b", "update a"}, why: "each waits for the next"},
		{name: "swap", live: []model.Policy{tracking("a", "CPU", 50), tracking("b", "GPU", 50)},
			want: []model.Policy{tracking("a", "GPU", 50), tracking("b", "CPU", 50)},
			run:  []string{"delete b", "update a", "create b"}, why: "one of the two has to step aside"},
		{name: "cycle of three", live: []model.Policy{tracking("a", "1", 50), tracking("b", "2", 50), tracking("c", "3", 50)},
			want: []model.Policy{tracking("a", "2", 50), tracking("b", "3", 50), tracking("c", "1", 50)},
			run:  []string{"delete c", "update b", "update a", "create c"}, why: "one stepping aside frees the whole cycle"},
		{name: "two swaps", live: []model.Policy{tracking("a", "1", 50), tracking("b", "2", 50), tracking("c", "3", 50), tracking("d", "4", 50)},
			want: []model.Policy{tracking("a", "2", 50), tracking("b", "1", 50), tracking("c", "4", 50), tracking("d", "3", 50)},
			run:  []string{"delete b", "update a", "create b", "delete d", "update c", "create d"}, why: "never two policies away at once"},
		{name: "swap with a policy that goes", live: []model.Policy{tracking("a", "1", 50), tracking("x", "2", 50)},
			want: []model.Policy{tracking("a", "2", 50), tracking("b", "1", 50)},
			run:  []string{"delete x", "update a", "create b"}, guards: nil, why: "what leaves anyway makes room"},
		{name: "trail to a policy that goes", live: []model.Policy{tracking("b", "1", 50), tracking("c", "3", 50), tracking("d", "2", 50)},
			want: []model.Policy{tracking("a", "1", 50), tracking("b", "2", 50), tracking("d", "3", 50)},
			run:  []string{"delete c", "update d", "update b", "create a"}, why: "c leaves anyway, so neither b nor d has to step aside"},
		{name: "to step", live: []model.Policy{tracking("a", "CPU", 50)}, want: []model.Policy{step("a", 1)},
			run: []string{"replace a"}, guards: []GuardName{GuardReplace}, why: "the type cannot change in place"},
		{name: "to step, metric taken over", live: []model.Policy{tracking("a", "CPU", 50)}, want: []model.Policy{step("a", 1), tracking("b", "CPU", 50)},
			run: []string{"replace a", "create b"}, guards: []GuardName{GuardReplace}, why: "the replacement frees the metric"},
		{name: "to tracking on a metric that is held", live: []model.Policy{step("a", 1), tracking("b", "CPU", 50)},
			want: []model.Policy{tracking("a", "CPU", 50), step("b", 1)},
			run:  []string{"replace b", "replace a"}, guards: []GuardName{GuardReplace}, why: "a waits for b to let go"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			live, want := target(ranker, 1, 8), target(ranker, 1, 8)
			for _, p := range tt.live {
				live = withPolicy(live, p)
			}
			for _, p := range tt.want {
				want = withPolicy(want, p)
			}
			a := liveFrom(t, fleet(live), lastYear)
			a.log = nil
			p := a.apply(t, fleet(want))
			var run []string
			for _, line := range a.log {
				run = append(run, strings.Replace(line, ranker.Address()+"/policy/", "", 1))
			}
			if !slices.Equal(run, tt.run) {
				t.Errorf("%s:\nran  %q\nwant %q", tt.why, run, tt.run)
			}
			if got := slices.DeleteFunc(p.Tripped(), func(g GuardName) bool { return g == GuardDelete }); !slices.Equal(got, tt.guards) {
				t.Errorf("%s: guards %q, not %q", tt.why, got, tt.guards)
			}
			if again := a.plan(t, fleet(want)); !again.IsEmpty() {
				t.Errorf("a second plan: %s", summary(again))
			}
		})
	}
}

func withPolicy(t model.Target, p model.Policy) model.Target {
	p.Target = t.ID
	t.Policies = append(slices.Clone(t.Policies), p)
	return t
}

// TestPolicyLimit fills a target up to the number of policies that AWS allows.
func TestPolicyLimit(t *testing.T) {
	steps := func(prefix string, n int) []model.Policy {
		var out []model.Policy
		for i := range n {
			out = append(out, step(fmt.Sprintf("%s%02d", prefix, i), 1))
		}
		return out
	}
	tests := []struct {
		name       string
		live, want []model.Policy
		deleteLast bool
		why        string
	}{
		{"all made anew", steps("old", 50), steps("new", 50), false, "there is no room to create first"},
		{"all changed, one gone", steps("p", 50), changed(steps("p", 49)), true, "changes take no room, so what goes can go last"},
		{"one exchanged below the limit", steps("p", 49), append(steps("p", 48), step("q", 1)), true, "one more than 49 fits"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			live, want := target(ranker, 1, 8), target(ranker, 1, 8)
			for _, p := range tt.live {
				live = withPolicy(live, p)
			}
			for _, p := range tt.want {
				want = withPolicy(want, p)
			}
			a := liveFrom(t, fleet(live), lastYear)
			a.log = nil
			a.apply(t, fleet(want))
			if last := strings.HasPrefix(a.log[len(a.log)-1], "delete "); last != tt.deleteLast {
				t.Errorf("%s: ran %q", tt.why, a.log)
			}
		})
	}
}

func changed(policies []model.Policy) []model.Policy {
	for _, p := range policies {
		p.StepScaling.Cooldown = 30
	}
	return policies
}

// TestScheduledActionLimit is TestPolicyLimit for scheduled actions.
func TestScheduledActionLimit(t *testing.T) {
	actions := func(prefix string, n int, low int32) model.Target {
		out := target(ranker, 1, 8)
		for i := range n {
			a := action(fmt.Sprintf("%s%03d", prefix, i), "cron(0 7 * * ? *)", low, 0)
			a.Target = ranker
			out.ScheduledActions = append(out.ScheduledActions, a)
		}
		return out
	}
	a := liveFrom(t, fleet(actions("old", 200, 2)), sunday)
	a.apply(t, fleet(actions("new", 200, 2)))
	a.log = nil
	a.apply(t, fleet(actions("new", 199, 3)))
	if last := a.log[len(a.log)-1]; !strings.HasPrefix(last, "delete ") {
		t.Errorf("changes take no room, so what goes can go last: %q", last)
	}
}

func TestTwoPoliciesOnOneMetricAreRefused(t *testing.T) {
	live := fleet(target(ranker, 1, 8, tracking("a", "CPU", 50)))
	want := fleet(target(ranker, 1, 8, tracking("a", "CPU", 50), tracking("b", "CPU", 70)))
	for _, a := range []*account{liveFrom(t, live, lastYear), liveFrom(t, fleet(target(ranker, 1, 8)), lastYear)} {
		if _, err := Build(Input{Desired: want, Observed: a.observed(), Now: sunday}); err == nil || !strings.Contains(err.Error(), "policies a and b") {
			t.Errorf("got %v", err)
		}
	}
}

// drawTarget draws a target over a small alphabet of names and metrics, so that names
// meet under other types and metrics under other names.
func drawTarget(t *rapid.T, id model.TargetID) model.Target {
	out := target(id, rapid.Int32Range(0, 2).Draw(t, "min"), rapid.Int32Range(2, 4).Draw(t, "max"))
	if rapid.IntRange(0, 5).Draw(t, "tag") == 0 {
		out.Tags = map[string]string{"team": rapid.SampledFrom([]string{"ml", "web"}).Draw(t, "team")}
	}
	metrics := rapid.Permutation([]string{"1", "2", "3", "4"}).Draw(t, "metrics")
	for i, name := range []string{"a", "b", "c", "d"} {
		switch rapid.SampledFrom([]string{"none", "tracking", "tracking", "step"}).Draw(t, "policy "+name) {
		case "tracking":
			out = withPolicy(out, tracking(name, metrics[i], rapid.SampledFrom([]float64{50, 70}).Draw(t, "value")))
		case "step":
			out = withPolicy(out, step(name, rapid.Int32Range(1, 2).Draw(t, "adjustment")))
			for _, n := range []string{"x", "y"} {
				if rapid.IntRange(0, 2).Draw(t, "alarm") == 0 {
					a := alarm(id.ResourceID+"/"+n, name)
					a.Target, a.Threshold = id, rapid.SampledFrom([]float64{1, 2}).Draw(t, "threshold")
					if !slices.ContainsFunc(out.Alarms, func(o model.Alarm) bool { return o.Name == a.Name }) {
						out.Alarms = append(out.Alarms, a)
					}
				}
			}
		}
	}
	for _, name := range []string{"p", "q"} {
		if rapid.Bool().Draw(t, "action "+name) {
			a := action(name, "at(2030-01-01T00:00:00)", rapid.Int32Range(1, 2).Draw(t, "action min"), 0)
			a.Target = id
			out.ScheduledActions = append(out.ScheduledActions, a)
		}
	}
	return out
}

var searcher = model.ComponentTarget("search")

// drawFleet draws a fleet of up to two targets.
func drawFleet(t *rapid.T) model.Desired {
	var targets []model.Target
	for _, id := range []model.TargetID{ranker, searcher} {
		if rapid.IntRange(0, 4).Draw(t, "has "+id.ResourceID) > 0 {
			targets = append(targets, drawTarget(t, id))
		}
	}
	return fleet(targets...)
}

// TestAWSNeverRefusesThePlan applies a random fleet on top of another one on an account
// that enforces AWS's rules.
func TestAWSNeverRefusesThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newAccount(sunday)
		a.serve(fleet(target(ranker, 1, 8), target(searcher, 1, 8)))
		a.apply(t, drawFleet(t))
		disturb(t, a)
		want := drawFleet(t)
		before := a.observed()
		p := a.plan(t, want)
		checkGaps(t, p, before, want)
		if err := a.run(p); err != nil {
			t.Fatal(err)
		}
		if again := a.plan(t, want); !again.IsEmpty() {
			t.Fatalf("a second plan: %s", summary(again))
		}
		checkState(t, a, want)
	})
}

// disturb does by hand what people do: policies, alarms, marks go missing, ARNs go stale.
func disturb(t *rapid.T, a *account) {
	live, ok := a.targets[ranker]
	if !ok {
		return
	}
	switch rapid.IntRange(0, 6).Draw(t, "disturbance") {
	case 0:
		live.Tags = nil
	case 1:
		live.Tags = map[string]string{model.TagStack: "other", "aws:cloudformation:stack-name": "cfn"}
	case 2:
		if len(live.Policies) > 0 {
			live.Policies = live.Policies[1:]
		}
	case 3:
		for _, alarm := range a.alarms {
			alarm.AlarmActions = []string{"arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:gone"}
		}
	case 4:
		delete(a.targets, ranker)
	case 5:
		for _, alarm := range a.alarms {
			alarm.Tags = nil
		}
	}
}

// checkGaps walks the plan and requires that a policy which is there before and after is
// away only where a reason says why, that creations come before deletions which nothing
// needs, and that a target which is scaled before and after always has a policy, unless
// consent is asked for.
func checkGaps(t *rapid.T, p *Plan, before model.Observed, want model.Desired) {
	for _, target := range want.Targets {
		have := map[string]bool{}
		for _, policy := range before.Targets[target.ID].Policies {
			have[policy.Name] = true
		}
		scaled := len(have) > 0 && len(target.Policies) > 0
		var group []Change
		for _, c := range p.Changes {
			if c.Target == target.ID {
				group = append(group, c)
			}
		}
		slices.SortStableFunc(group, func(x, y Change) int { return x.Order - y.Order })
		wanted := func(name string) bool {
			return slices.ContainsFunc(target.Policies, func(w model.Policy) bool { return w.Name == name })
		}
		away, unrelated := "", false
		asked := false
		for i, c := range group {
			asked = asked || slices.Contains(c.Guards, GuardReplace)
			switch {
			case c.Action == Delete && c.Kind == KindPolicy && wanted(c.Name):
				if c.Reason != ReasonMetricTaken || c.Because == "" || away != "" {
					t.Fatalf("%s goes although the spec names it (reason %q, %s is away): %s", c.Address, c.Reason, away, summary(p))
				}
				away = c.Name
			case c.Action == Delete && c.Kind == KindPolicy && i+1 < len(group) && group[i+1].Action != Delete:
				next := group[i+1]
				if next.Kind != KindPolicy || next.After.Policy.MetricKey() != c.Before.Policy.MetricKey() {
					t.Fatalf("%s goes before %s, which does not need its metric", c.Address, next.Address)
				}
			case c.Action == Delete:
				unrelated = true
			case unrelated:
				t.Fatalf("%s %s comes after a deletion that it does not need: %s", c.Action, c.Address, summary(p))
			}
			if c.Kind == KindPolicy {
				have[c.Name] = c.Action != Delete
				if c.Action == Create && c.Name == away {
					away = ""
				}
			}
			count := 0
			for _, there := range have {
				if there {
					count++
				}
			}
			if scaled && count == 0 && !asked {
				t.Fatalf("after %s %s the target has no policy at all, and nobody was asked: %s", c.Action, c.Address, summary(p))
			}
		}
		if away != "" {
			t.Fatalf("policy %s never comes back: %s", away, summary(p))
		}
	}
}

// checkState compares the account with what was asked for, object by object.
func checkState(t *rapid.T, a *account, want model.Desired) {
	live := a.observed()
	owned := 0
	for _, l := range live.Targets {
		if l.Tags[model.TagStack] == want.Stack {
			owned++
		}
	}
	if owned != len(want.Targets) {
		t.Fatalf("%d targets are the stack's, not %d", owned, len(want.Targets))
	}
	for _, w := range want.Targets {
		l := live.Targets[w.ID]
		if len(l.Policies) != len(w.Policies) || len(l.ScheduledActions) != len(w.ScheduledActions) {
			t.Fatalf("%s has %d policies and %d scheduled actions", w.ID, len(l.Policies), len(l.ScheduledActions))
		}
		for _, wp := range w.Policies {
			i := slices.IndexFunc(l.Policies, func(p model.ObservedPolicy) bool { return p.Name == wp.Name })
			if i < 0 || string(mustJSON(l.Policies[i].Policy.Normal())) != string(mustJSON(wp.Normal())) {
				t.Fatalf("policy %s is not as wanted", wp.Name)
			}
		}
		for _, wa := range w.Alarms {
			alarm, ok := live.Alarms[wa.Name]
			i := slices.IndexFunc(l.Policies, func(p model.ObservedPolicy) bool { return p.Name == wa.Policy })
			if !ok || !slices.Equal(alarm.AlarmActions, []string{l.Policies[i].ARN}) || alarm.Threshold != wa.Threshold {
				t.Fatalf("alarm %s does not drive policy %s: %q", wa.Name, wa.Policy, alarm.AlarmActions)
			}
		}
	}
}
