package plan

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
	"pgregory.net/rapid"
)

var serverless = model.VariantTarget("tiny", "main", model.ProvisionedConcurrency)

// sample is a fleet with one of everything.
func sample() model.Desired {
	return fleet(
		target(ranker, 1, 8, map[string]string{"team": "ml"}, tracking("cpu", "CPU", 50), step("wake", 1), alarm("scalectl/rec/wake", "wake"),
			action("open", "cron(0 7 ? * MON-FRI *)", 4, 0), action("close", "cron(0 18 ? * MON-FRI *)", 1, 0)),
		target(searcher, 0, 3, tracking("copies", "Concurrency", 5)),
		target(serverless, 1, 10, tracking("use", "Utilization", 0.7)),
	)
}

func TestBuildOfTheSameIsEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawFleet(t)
		a := newAccount(sunday)
		a.serve(fleet(target(ranker, 1, 8), target(searcher, 1, 8)))
		a.apply(t, d)
		p := a.plan(t, d)
		if !p.IsEmpty() {
			t.Fatalf("changes %s", summary(p))
		}
		if p.Unchanged != p.Owned {
			t.Fatalf("%d unchanged of %d owned", p.Unchanged, p.Owned)
		}
		if tripped := p.Tripped(); len(tripped) > 0 {
			t.Fatalf("guards %q trip on nothing", tripped)
		}
	})
}

// TestBuildIgnoresOrder shuffles whatever comes as a list.
func TestBuildIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newAccount(sunday)
		a.serve(fleet(target(ranker, 1, 8), target(searcher, 1, 8)))
		a.apply(t, drawFleet(t))
		disturb(t, a)
		in := Input{Desired: drawFleet(t), Observed: a.observed(), Now: a.now}
		first, err := Encode(build(t, in))
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		second, err := Encode(build(t, shuffled(r, in)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Fatalf("shuffled input gives another plan:\n%s", cmp.Diff(string(first), string(second)))
		}
	})
}

func shuffled(r *rand.Rand, in Input) Input {
	in.Desired.Targets = shuffle(r, in.Desired.Targets)
	for i := range in.Desired.Targets {
		t := &in.Desired.Targets[i]
		t.Policies, t.Alarms, t.ScheduledActions = shuffle(r, t.Policies), shuffle(r, t.Alarms), shuffle(r, t.ScheduledActions)
	}
	live := map[model.TargetID]model.ObservedTarget{}
	for id, t := range in.Observed.Targets {
		t.Policies, t.ScheduledActions = shuffle(r, t.Policies), shuffle(r, t.ScheduledActions)
		for i := range t.Policies {
			t.Policies[i].AlarmNames = shuffle(r, t.Policies[i].AlarmNames)
		}
		live[id] = t
	}
	in.Observed.Targets = live
	return in
}

func shuffle[T any](r *rand.Rand, in []T) []T {
	out := slices.Clone(in)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func TestBuildLeavesItsInputAlone(t *testing.T) {
	d := sample()
	a := liveFrom(t, d, lastYear)
	a.targets[ranker].Tags = map[string]string{"old": "tag"}
	in := Input{Desired: d, Observed: a.observed(), Now: sunday}
	in.Desired.Targets[0].Policies[0].TargetTracking.TargetValue = 60
	r := rand.New(rand.NewPCG(1, 2))
	in = shuffled(r, in)
	before := string(mustJSON(in.Desired)) + string(mustJSON(in.Observed.Targets[ranker]))
	if build(t, in).IsEmpty() {
		t.Fatal("the plan is empty")
	}
	if after := string(mustJSON(in.Desired)) + string(mustJSON(in.Observed.Targets[ranker])); after != before {
		t.Errorf("Build changed its input:\n%s", cmp.Diff(before, after))
	}
}

// TestBuildSorts: deletions first, then targets, policies, alarms and scheduled actions.
func TestBuildSorts(t *testing.T) {
	d := sample()
	a := liveFrom(t, fleet(target(searcher, 0, 3, tracking("old", "Old", 1), step("gone", 1), alarm("scalectl/rec/gone", "gone"), action("nightly", "cron(0 1 * * ? *)", 0, 2))), lastYear)
	a.serve(d)
	var got []string
	for _, c := range a.plan(t, d).Changes {
		got = append(got, string(c.Action)+" "+string(c.Kind)+" "+c.Name)
	}
	want := []string{
		"delete scheduled-action nightly",
		"delete alarm scalectl/rec/gone",
		"delete scaling-policy gone",
		"delete scaling-policy old",
		"create scalable-target ", // ranker
		"create scalable-target ", // tiny
		"create scaling-policy cpu",
		"create scaling-policy wake",
		"create scaling-policy use",
		"create scaling-policy copies",
		"create alarm scalectl/rec/wake",
		"create scheduled-action close",
		"create scheduled-action open",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFirstApply(t *testing.T) {
	d := sample()
	a := newAccount(sunday)
	a.serve(d)
	p := a.plan(t, d)
	if p.Owned != 0 || p.Unchanged != 0 || p.Count(Create) != len(p.Changes) {
		t.Errorf("%d owned, %d unchanged, %s", p.Owned, p.Unchanged, summary(p))
	}
	for _, c := range p.Changes {
		if c.Fingerprint != Absent || c.Before != nil || c.After == nil || len(c.Fields) == 0 {
			t.Errorf("%s: fingerprint %q, before %v, after %v", c.Address, c.Fingerprint, c.Before, c.After)
		}
	}
	if p.CreatedAt != sunday || p.FormatVersion != FormatVersion || p.Stack != "rec" || p.Account != testAccount || p.Region != testRegion {
		t.Errorf("head: %+v", *p)
	}
}

func TestBuildPositions(t *testing.T) {
	d := sample()
	a := newAccount(sunday)
	a.serve(d)
	at := diag.Position{File: "fleet.yaml", Line: 12, Column: 9}
	p := build(t, Input{Desired: d, Observed: a.observed(), Now: sunday, Environment: "prod",
		Positions: map[string]diag.Position{ranker.PolicyAddress("cpu"): at}})
	if c := find(t, p, Create, ranker.PolicyAddress("cpu")); c.Position == nil || *c.Position != at {
		t.Errorf("position %v", c.Position)
	}
	if c := find(t, p, Create, ranker.Address()); c.Position != nil {
		t.Errorf("position %v of what has none", c.Position)
	}
	if p.Environment != "prod" {
		t.Errorf("environment %q", p.Environment)
	}
}

// TestOwnership: what becomes of a live target under every mark it may carry, inside and
// outside the spec.
func TestOwnership(t *testing.T) {
	tests := []struct {
		name     string
		tags     map[string]string
		unknown  bool
		action   Action // of the target in the spec; "" for none
		reason   Reason
		because  string
		guards   []GuardName
		fields   []FieldChange
		notOwned *NotOwned // when it is not in the spec; nil if it is pruned
		note     string
	}{
		{name: "ours", tags: map[string]string{model.TagStack: "rec"}},
		{
			name: "no mark", tags: nil, action: Adopt, reason: ReasonAdopted,
			because:  "it exists and belongs to nobody; from now on the spec alone says what hangs off it",
			fields:   []FieldChange{{"tags.scalectl:stack", nil, "rec"}},
			notOwned: &NotOwned{Because: "it carries no mark of a scalectl stack"},
		},
		{
			name: "unknown tags", tags: map[string]string{"cost-center": "7"}, action: Adopt, reason: ReasonAdopted,
			because:  "it exists and belongs to nobody; from now on the spec alone says what hangs off it",
			fields:   []FieldChange{{"tags.scalectl:stack", nil, "rec"}, {"tags.cost-center", "7", nil}},
			notOwned: &NotOwned{Because: "it carries no mark of a scalectl stack"},
		},
		{
			name: "another stack", tags: map[string]string{model.TagStack: "search"}, action: Adopt, reason: ReasonAdopted,
			because:  "it belongs to scalectl stack search and is taken over; the old owner will fight for it until it lets go",
			guards:   []GuardName{GuardAdopt},
			fields:   []FieldChange{{"tags.scalectl:stack", "search", "rec"}},
			notOwned: &NotOwned{Because: "it belongs to scalectl stack search", Owner: "scalectl stack search"},
		},
		{
			name: "CloudFormation", tags: map[string]string{"aws:cloudformation:stack-name": "prod-ml"}, action: Adopt, reason: ReasonAdopted,
			because:  "it belongs to CloudFormation stack prod-ml and is taken over; the old owner will fight for it until it lets go",
			guards:   []GuardName{GuardAdopt},
			fields:   []FieldChange{{"tags.scalectl:stack", nil, "rec"}},
			notOwned: &NotOwned{Because: "it belongs to CloudFormation stack prod-ml", Owner: "CloudFormation stack prod-ml"},
		},
		{name: "adopted from CloudFormation", tags: map[string]string{model.TagStack: "rec", "aws:cloudformation:stack-name": "prod-ml"}},
		{
			name: "tags cannot be read", unknown: true,
			notOwned: &NotOwned{Because: "its tags cannot be read"},
			note:     "its tags cannot be read, so it cannot be marked as ours",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := fleet(target(ranker, 1, 8, tracking("cpu", "CPU", 50)))
			a := liveFrom(t, d, lastYear)
			a.targets[ranker].Tags, a.targets[ranker].TagsUnknown = tt.tags, tt.unknown

			p := a.plan(t, d)
			if tt.action == "" {
				if !p.IsEmpty() {
					t.Errorf("in the spec: %s", summary(p))
				}
			} else {
				c := find(t, p, tt.action, ranker.Address())
				if c.Reason != tt.reason || c.Because != tt.because || !slices.Equal(c.Guards, tt.guards) || len(p.Changes) != 1 {
					t.Errorf("in the spec: %q, %q, guards %q, %s", c.Reason, c.Because, c.Guards, summary(p))
				}
				if diff := cmp.Diff(tt.fields, c.Fields); diff != "" {
					t.Error(diff)
				}
				if len(c.Effects) > 0 {
					t.Errorf("tags alone move no capacity: %q", c.Effects)
				}
			}
			if tt.note != "" && (len(p.Notes) != 1 || !strings.Contains(p.Notes[0].Message, tt.note)) {
				t.Errorf("notes %v", p.Notes)
			}

			out := a.plan(t, fleet())
			if tt.notOwned == nil {
				find(t, out, Delete, ranker.Address())
				find(t, out, Delete, ranker.PolicyAddress("cpu"))
				return
			}
			tt.notOwned.Address, tt.notOwned.Kind = ranker.Address(), KindTarget
			if diff := cmp.Diff([]NotOwned{*tt.notOwned}, out.NotOwned); diff != "" || !out.IsEmpty() {
				t.Errorf("outside the spec: %s %s", summary(out), diff)
			}
		})
	}
}

// TestAdoptionIsExclusive: what hangs off an adopted target and is not in the spec goes,
// with consent.
func TestAdoptionIsExclusive(t *testing.T) {
	d := fleet(target(ranker, 1, 8, tracking("cpu", "CPU", 50)))
	a := liveFrom(t, fleet(target(ranker, 1, 8, tracking("cpu", "CPU", 50), tracking("theirs", "GPU", 50), step("more", 2), alarm("made-by-hand", "more"),
		action("nightly", "cron(0 1 * * ? *)", 1, 0))), lastYear)
	a.targets[ranker].Tags = nil
	a.alarms["made-by-hand"].Tags = nil
	p := a.plan(t, d)
	for address, because := range map[string]string{
		ranker.PolicyAddress("theirs"):    "nothing shows that the target was ours so far, and the spec does not name this policy",
		ranker.PolicyAddress("more"):      "nothing shows that the target was ours so far, and the spec does not name this policy",
		ranker.ScheduleAddress("nightly"): "nothing shows that the target was ours so far, and the spec does not name this scheduled action",
	} {
		if c := find(t, p, Delete, address); c.Reason != ReasonAdopted || c.Because != because || !slices.Contains(c.Guards, GuardAdopt) {
			t.Errorf("%s: %q, %q, %q", address, c.Reason, c.Because, c.Guards)
		}
	}
	if diff := cmp.Diff([]NotOwned{{Address: "alarm/made-by-hand", Kind: KindAlarm, Because: "it drove policy more, which goes; the alarm stays and does nothing"}}, p.NotOwned); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(p.Tripped(), GuardAdopt) {
		t.Errorf("guards %v", p.Guards)
	}
}

func TestPrune(t *testing.T) {
	a := liveFrom(t, sample(), lastYear)
	p := a.plan(t, fleet())
	if p.Count(Delete) != len(p.Changes) || len(p.Changes) != p.Owned {
		t.Errorf("%d owned, %s", p.Owned, summary(p))
	}
	c := find(t, p, Delete, ranker.Address())
	if c.Reason != ReasonLeftSpec || !slices.Equal(c.Effects, []string{"nothing scales it any more; it stays at 1 instance"}) {
		t.Errorf("%q, %q", c.Reason, c.Effects)
	}
	if effects := find(t, p, Delete, ranker.PolicyAddress("cpu")).Effects; len(effects) > 0 {
		t.Errorf("a policy that goes with its target has effects of its own: %q", effects)
	}
	a.log = nil
	if err := a.run(p); err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, line := range a.log {
		if strings.Contains(line, "ranker") || strings.Contains(line, "alarm/") {
			order = append(order, line[len("delete "):])
		}
	}
	want := []string{ranker.ScheduleAddress("close"), ranker.ScheduleAddress("open"), "alarm/scalectl/rec/wake",
		ranker.PolicyAddress("cpu"), ranker.PolicyAddress("wake"), ranker.Address()}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Error(diff)
	}
}

func TestTags(t *testing.T) {
	d := fleet(target(ranker, 1, 8, map[string]string{"team": "ml", "env": "prod"}, step("wake", 1), alarm("wake", "wake")))
	a := liveFrom(t, d, lastYear)
	tags := map[string]string{model.TagStack: "rec", "team": "web", "stray": "x", "aws:cloudformation:logical-id": "T", "AWS:odd": "y"}
	a.targets[ranker].Tags, a.alarms["wake"].Tags = tags, map[string]string{model.TagStack: "rec", "stray": "x", "aws:a": "b"}
	p := a.plan(t, d)
	c := find(t, p, Update, ranker.Address())
	if diff := cmp.Diff([]FieldChange{{"tags.env", nil, "prod"}, {"tags.team", "web", "ml"}, {"tags.stray", "x", nil}}, c.Fields); diff != "" {
		t.Errorf("AWS's own tags stay, everything else is as the spec says:\n%s", diff)
	}
	if len(c.Effects) > 0 || len(c.Guards) > 0 {
		t.Errorf("tags alone do not register the target: %q, %q", c.Effects, c.Guards)
	}
	if diff := cmp.Diff([]FieldChange{{"tags.stray", "x", nil}}, find(t, p, Update, "alarm/wake").Fields); diff != "" {
		t.Error(diff)
	}
	if err := a.run(p); err != nil {
		t.Fatal(err)
	}
	if again := a.plan(t, d); !again.IsEmpty() {
		t.Errorf("a second plan: %v", again.Changes[0].Fields)
	}
}

func TestAlarms(t *testing.T) {
	withAlarm := func(policy model.Policy) model.Desired {
		return fleet(target(ranker, 1, 8, policy, alarm("wake", policy.Name)))
	}
	d := withAlarm(step("wake", 1))
	tests := []struct {
		name    string
		want    model.Desired
		disturb func(a *account)
		check   func(t *testing.T, p *Plan)
		after   int // live alarms afterwards
	}{
		{"stale ARN", d, func(a *account) {
			a.alarms["wake"].AlarmActions = []string{"arn:aws:autoscaling:us-east-1:1:scalingPolicy:0:gone"}
		},
			func(t *testing.T, p *Plan) {
				want := []FieldChange{{"alarmActions", []string{"arn:aws:autoscaling:us-east-1:1:scalingPolicy:0:gone"}, []string{model.PolicyARNAction}}}
				if diff := cmp.Diff(want, find(t, p, Update, "alarm/wake").Fields); diff != "" {
					t.Error(diff)
				}
			}, 1},
		{"policy gone by hand", d, func(a *account) { a.targets[ranker].Policies = nil },
			func(t *testing.T, p *Plan) {
				find(t, p, Create, ranker.PolicyAddress("wake"))
				if c := find(t, p, Update, "alarm/wake"); c.Reason != ReasonNewARN || c.Because == "" {
					t.Errorf("%q, %q", c.Reason, c.Because)
				}
			}, 1},
		{"target gone by hand", d, func(a *account) { delete(a.targets, ranker) },
			func(t *testing.T, p *Plan) {
				if c := find(t, p, Update, "alarm/wake"); c.Reason != ReasonNewARN {
					t.Errorf("%q", c.Reason)
				}
			}, 1},
		{"replaced policy", d, func(a *account) {
			a.targets[ranker].Policies[0].Policy = withPolicy(target(ranker, 1, 8), tracking("wake", "CPU", 50)).Policies[0]
		},
			func(t *testing.T, p *Plan) {
				if c := find(t, p, Replace, ranker.PolicyAddress("wake")); c.Reason != ReasonPolicyType || !slices.Equal(c.Guards, []GuardName{GuardReplace}) {
					t.Errorf("%q, %q", c.Reason, c.Guards)
				}
				if c := find(t, p, Update, "alarm/wake"); c.Reason != ReasonNewARN {
					t.Errorf("%q", c.Reason)
				}
			}, 1},
		{"alarm moves to another policy", withAlarm(step("other", 1)), nil,
			func(t *testing.T, p *Plan) {
				if c := find(t, p, Update, "alarm/wake"); c.Reason != ReasonNewARN || c.After.Alarm.Policy != "other" {
					t.Errorf("%q, %+v", c.Reason, c.After.Alarm)
				}
			}, 1},
		{"left the spec", fleet(target(ranker, 1, 8, step("wake", 1))), nil,
			func(t *testing.T, p *Plan) {
				if c := find(t, p, Delete, "alarm/wake"); c.Reason != ReasonLeftSpec || c.Target != ranker {
					t.Errorf("%q, %v", c.Reason, c.Target)
				}
			}, 0},
		{"orphan", fleet(target(ranker, 1, 8)), func(a *account) {
			a.targets[ranker].Policies = nil
			a.alarms["wake"].AlarmActions = nil
			a.alarms["wake"].Tags[model.TagProtect] = "true"
		},
			func(t *testing.T, p *Plan) {
				if c := find(t, p, Delete, "alarm/wake"); c.Reason != ReasonOrphan || c.Target != (model.TargetID{}) || !slices.Contains(c.Guards, GuardProtect) {
					t.Errorf("%q, %v, %q", c.Reason, c.Target, c.Guards)
				}
			}, 0},
		{"orphan of another stack", fleet(target(ranker, 1, 8)), func(a *account) {
			a.targets[ranker].Policies = nil
			a.alarms["wake"].AlarmActions = nil
			a.alarms["wake"].Tags[model.TagStack] = "search"
		},
			func(t *testing.T, p *Plan) {
				if !p.IsEmpty() {
					t.Errorf("%s", summary(p))
				}
			}, 1},
		{"not ours, beside our policy", fleet(target(ranker, 1, 8, step("wake", 1))), func(a *account) { a.alarms["wake"].Tags = nil },
			func(t *testing.T, p *Plan) {
				want := []NotOwned{{Address: "alarm/wake", Kind: KindAlarm, Because: "it drives policy wake but is not in the spec"}}
				if diff := cmp.Diff(want, p.NotOwned); diff != "" || !p.IsEmpty() {
					t.Errorf("%s %s", summary(p), diff)
				}
			}, 1},
		{"adopted", d, func(a *account) { a.alarms["wake"].Tags = nil },
			func(t *testing.T, p *Plan) {
				if c := find(t, p, Adopt, "alarm/wake"); c.Reason != ReasonAdopted || c.Because != "an alarm of this name exists and belongs to nobody" || len(c.Guards) > 0 {
					t.Errorf("%q, %q, %q", c.Reason, c.Because, c.Guards)
				}
			}, 1},
		{"taken over", d, func(a *account) { a.alarms["wake"].Tags[model.TagStack] = "search" },
			func(t *testing.T, p *Plan) {
				if c := find(t, p, Adopt, "alarm/wake"); c.Because != "an alarm of this name belongs to scalectl stack search and is taken over" || !slices.Contains(c.Guards, GuardAdopt) {
					t.Errorf("%q, %q", c.Because, c.Guards)
				}
			}, 1},
		{"ours, but the target is not", fleet(), func(a *account) { a.targets[ranker].Tags = nil },
			func(t *testing.T, p *Plan) {
				want := []NotOwned{
					{Address: "alarm/wake", Kind: KindAlarm, Because: "it carries the mark of this stack, but drives policy wake of a target that does not"},
					{Address: ranker.Address(), Kind: KindTarget, Because: "it carries no mark of a scalectl stack"},
				}
				if diff := cmp.Diff(want, p.NotOwned); diff != "" || !p.IsEmpty() {
					t.Errorf("deleting the alarm would stop the policy: %s %s", summary(p), diff)
				}
			}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := liveFrom(t, d, lastYear)
			if tt.disturb != nil {
				tt.disturb(a)
			}
			p := a.plan(t, tt.want)
			tt.check(t, p)
			if err := a.run(p); err != nil {
				t.Fatal(err)
			}
			if again := a.plan(t, tt.want); !again.IsEmpty() {
				t.Errorf("a second plan: %s", summary(again))
			}
			if len(a.alarms) != tt.after {
				t.Errorf("%d alarms afterwards", len(a.alarms))
			}
		})
	}
}

func TestUnmanagedAlarmSettings(t *testing.T) {
	d := fleet(target(ranker, 1, 8, step("wake", 1), alarm("wake", "wake")))
	a := liveFrom(t, d, lastYear)
	a.alarms["wake"].Unmanaged = []string{"thresholdMetricId"}
	if p := a.plan(t, d); !p.IsEmpty() {
		t.Errorf("what nothing else touches is left alone: %s", summary(p))
	}
	a.alarms["wake"].Tags["stray"] = "x"
	if c := find(t, a.plan(t, d), Update, "alarm/wake"); len(c.Effects) > 0 {
		t.Errorf("tags do not put the alarm: %q", c.Effects)
	}
	a.alarms["wake"].Threshold = 9
	want := []string{"putting the alarm erases its thresholdMetricId, which a spec cannot express"}
	if c := find(t, a.plan(t, d), Update, "alarm/wake"); !slices.Equal(c.Effects, want) {
		t.Errorf("effects %q", c.Effects)
	}
}

// TestEffects holds the words about capacity.
func TestEffects(t *testing.T) {
	serve := func(n int32) func(*account) {
		return func(a *account) {
			v := a.endpoints["ranker"].Variants["main"]
			v.DesiredInstanceCount = n
			a.endpoints["ranker"].Variants["main"] = v
		}
	}
	always := fleet(target(ranker, 1, 8, tracking("cpu", "CPU", 50)))
	tests := []struct {
		name    string
		live    model.Desired
		disturb func(*account)
		want    model.Desired
		action  Action
		address string
		effects []string
	}{
		{"cut", always, serve(6), fleet(target(ranker, 1, 4, tracking("cpu", "CPU", 50))), Update, ranker.Address(),
			[]string{"6 instances are in service; the maximum of 4 stops 2 at once"}},
		{"raise", always, serve(1), fleet(target(ranker, 3, 8, tracking("cpu", "CPU", 50))), Update, ranker.Address(),
			[]string{"1 instance is in service; the minimum of 3 starts 2 at once"}},
		{"within", always, serve(3), fleet(target(ranker, 2, 6, tracking("cpu", "CPU", 50))), Update, ranker.Address(), nil},
		{"on the edge", always, serve(6), fleet(target(ranker, 1, 6, tracking("cpu", "CPU", 50))), Update, ranker.Address(), nil},
		{"endpoint busy", always, func(a *account) {
			serve(6)(a)
			e := a.endpoints["ranker"]
			e.Status = "Updating"
			a.endpoints["ranker"] = e
		}, fleet(target(ranker, 1, 4, tracking("cpu", "CPU", 50))), Update, ranker.Address(),
			[]string{"6 instances are in service; the maximum of 4 stops 2 at once", "the endpoint is Updating, so AWS moves its capacity only later"}},
		{"first registration", fleet(), func(a *account) { a.serve(always); serve(9)(a) }, always, Create, ranker.Address(),
			[]string{"9 instances are in service; the maximum of 8 stops 1 at once"}},
		{"copies", fleet(target(searcher, 0, 3)), func(a *account) { a.components["search"] = model.Component{Name: "search", Status: "InService"} },
			fleet(target(searcher, 2, 3)), Update, searcher.Address(), []string{"0 copies are in service; the minimum of 2 starts 2 at once"}},
		{"component busy", fleet(target(searcher, 0, 3)), func(a *account) { a.components["search"] = model.Component{Name: "search", Status: "Creating"} },
			fleet(target(searcher, 2, 3)), Update, searcher.Address(),
			[]string{"0 copies are in service; the minimum of 2 starts 2 at once", "the inference component is Creating, so AWS moves its capacity only later"}},
		{"concurrency", fleet(target(serverless, 1, 10)), nil, fleet(target(serverless, 5, 10)), Update, serverless.Address(),
			[]string{"1 unit of provisioned concurrency is in service; the minimum of 5 starts 4 at once"}},
		{"suspend", always, nil, fleet(target(ranker, 1, 8, model.Suspended{DynamicScalingIn: true, ScheduledScaling: true}, tracking("cpu", "CPU", 50))), Update, ranker.Address(),
			[]string{"no policy scales in any more", "scheduled actions no longer fire"}},
		{"resume", fleet(target(ranker, 1, 8, model.Suspended{DynamicScalingOut: true, ScheduledScaling: true}, tracking("cpu", "CPU", 50))), nil, always, Update, ranker.Address(),
			[]string{"policies may scale out again; an alarm that is in breach acts at once", "scheduled actions fire again; those missed meanwhile are not made up for"}},
		{"lower target value", always, nil, fleet(target(ranker, 1, 8, tracking("cpu", "CPU", 40))), Update, ranker.PolicyAddress("cpu"),
			[]string{"scales out at 80 % of the load per unit that it needed before"}},
		{"higher target value", always, nil, fleet(target(ranker, 1, 8, tracking("cpu", "CPU", 75))), Update, ranker.PolicyAddress("cpu"),
			[]string{"each unit of capacity has to carry 150 % of the load that it carried before"}},
		{"another metric with another target value", always, nil, fleet(target(ranker, 1, 8, tracking("cpu", "GPU", 75))), Update, ranker.PolicyAddress("cpu"), nil},
		{"last policy goes", always, nil, fleet(target(ranker, 1, 8)), Delete, ranker.PolicyAddress("cpu"),
			[]string{"afterwards no policy of the target can scale in", "afterwards no policy of the target can scale out"}},
		{"only scale-out is left", always, nil, fleet(target(ranker, 1, 8, step("more", 1))), Delete, ranker.PolicyAddress("cpu"),
			[]string{"afterwards no policy of the target can scale in"}},
		{"type", always, nil, fleet(target(ranker, 1, 8, step("cpu", 1))), Replace, ranker.PolicyAddress("cpu"),
			[]string{"the target is without this policy for the moment between the two calls"}},
		{"metric", always, nil, fleet(target(ranker, 1, 8, tracking("new", "CPU", 50))), Delete, ranker.PolicyAddress("cpu"),
			[]string{"no policy follows this metric for the moment between the two calls"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := liveFrom(t, tt.live, lastYear)
			a.now = sunday
			if tt.disturb != nil {
				tt.disturb(a)
			}
			c := find(t, a.plan(t, tt.want), tt.action, tt.address)
			if diff := cmp.Diff(tt.effects, c.Effects); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCanScale(t *testing.T) {
	exact := func(n int32) model.Policy {
		p := step("x", n)
		p.StepScaling.AdjustmentType = model.ExactCapacity
		return p
	}
	outOnly := tracking("x", "CPU", 50)
	outOnly.TargetTracking.DisableScaleIn = true
	tests := []struct {
		name    string
		p       model.Policy
		in, out bool
	}{
		{"tracking", tracking("x", "CPU", 50), true, true},
		{"tracking without scale-in", outOnly, false, true},
		{"step up", step("x", 1), false, true},
		{"step down", step("x", -1), true, false},
		{"exactly some", exact(3), true, true},
		{"exactly none", exact(0), true, false},
	}
	for _, tt := range tests {
		if canScaleIn(tt.p) != tt.in || canScaleOut(tt.p) != tt.out {
			t.Errorf("%s: in %v, out %v", tt.name, canScaleIn(tt.p), canScaleOut(tt.p))
		}
	}
}

// TestDigest: the same effect has the same digest whenever, wherever and on whatever
// capacity it is planned; any other effect has another one.
func TestDigest(t *testing.T) {
	d := sample()
	d.Targets[0].MaxCapacity = 4
	base := func() (Input, *account) {
		a := liveFrom(t, sample(), lastYear)
		a.now = sunday
		return Input{Desired: d, Observed: a.observed(), Now: sunday}, a
	}
	in, a := base()
	digest := build(t, in).Digest

	in.Positions = map[string]diag.Position{ranker.Address(): {File: "x", Line: 3, Column: 1}}
	in.Now = in.Now.Add(30 * time.Minute)
	v := a.endpoints["ranker"].Variants["main"]
	v.DesiredInstanceCount = 8
	a.endpoints["ranker"].Variants["main"] = v
	in.Observed = a.observed()
	in.Desired.MaxDeletes = 5
	p := build(t, in)
	if p.Digest != digest {
		t.Error("time, position or live capacity is part of the digest")
	}
	if !slices.Contains(p.Tripped(), GuardCapacityCut) {
		t.Errorf("the capacity was to be cut: %v", p.Guards)
	}

	for name, change := range map[string]func(*Plan){
		"stack":         func(p *Plan) { p.Stack = "other" },
		"account":       func(p *Plan) { p.Account = "210987654321" },
		"region":        func(p *Plan) { p.Region = "eu-west-1" },
		"address":       func(p *Plan) { p.Changes[0].Address += "x" },
		"kind":          func(p *Plan) { p.Changes[0].Kind = KindAlarm },
		"action":        func(p *Plan) { p.Changes[0].Action = Adopt },
		"field path":    func(p *Plan) { p.Changes[0].Fields[0].Path = "minCapacity" },
		"field before":  func(p *Plan) { p.Changes[0].Fields[0].Before = 7.0 },
		"field after":   func(p *Plan) { p.Changes[0].Fields[0].After = 5.0 },
		"field removed": func(p *Plan) { p.Changes[0].Fields = nil },
		"less":          func(p *Plan) { p.Changes = p.Changes[1:] },
		"more":          func(p *Plan) { p.Changes = append(p.Changes, p.Changes[0]) },
		"policy of an alarm": func(p *Plan) {
			p.Changes[0].After = &Object{Alarm: &model.Alarm{Target: ranker, Policy: "another"}}
		},
	} {
		in, _ := base()
		p := build(t, in)
		change(p)
		if p.digest() == digest {
			t.Errorf("%s is not part of the digest", name)
		}
	}
}

// TestGuards holds the arithmetic of every guard.
func TestGuards(t *testing.T) {
	policies := func(n int) model.Target {
		out := target(ranker, 1, 8)
		for i := range n {
			out = withPolicy(out, step(string(rune('a'+i)), 1))
		}
		return out
	}
	swapped := target(ranker, 1, 8, tracking("new", "CPU", 50))
	protected := func(t model.Target) model.Target {
		t.Protect = true
		t.Tags = map[string]string{model.TagProtect: "true"}
		return t
	}
	tests := []struct {
		name       string
		live, want model.Desired
		disturb    func(*account)
		guard      GuardName
		tripped    bool
		arithmetic string
		addresses  []string
	}{
		{name: "exactly the limit", live: fleet(policies(9)), want: fleet(policies(6)), guard: GuardDelete,
			arithmetic: "deletes 3 of 10 live objects of the stack = 30.0 % (limit 30 %)"},
		{name: "one above the limit", live: fleet(policies(9)), want: fleet(policies(5)), guard: GuardDelete, tripped: true,
			arithmetic: "deletes 4 of 10 live objects of the stack = 40.0 % (limit 30 %)",
			addresses:  []string{ranker.PolicyAddress("f"), ranker.PolicyAddress("g"), ranker.PolicyAddress("h"), ranker.PolicyAddress("i")}},
		{name: "nothing", live: fleet(), want: fleet(), guard: GuardDelete,
			arithmetic: "deletes 0 of 0 live objects of the stack = 0.0 % (limit 30 %)"},
		{name: "deleted and made again", live: fleet(target(ranker, 1, 8, tracking("a", "1", 50), tracking("b", "2", 50))),
			want: fleet(target(ranker, 1, 8, tracking("a", "2", 50), tracking("b", "1", 50))), guard: GuardDelete,
			arithmetic: "deletes 0 of 3 live objects of the stack = 0.0 % (limit 30 %)"},
		{name: "only policy renamed", live: fleet(target(ranker, 1, 8, tracking("old", "CPU", 50))), want: fleet(swapped), guard: GuardReplace, tripped: true,
			arithmetic: "changes that leave a target without its only policy for a moment: 1 (limit 0)", addresses: []string{ranker.PolicyAddress("old")}},
		{name: "in place", live: fleet(target(ranker, 1, 8, tracking("a", "CPU", 50))), want: fleet(target(ranker, 1, 8, tracking("a", "GPU", 50))), guard: GuardReplace,
			arithmetic: "changes that leave a target without its only policy for a moment: 0 (limit 0)"},
		{name: "taken over", live: fleet(policies(1)), want: fleet(policies(1)), disturb: func(a *account) { a.targets[ranker].Tags[model.TagStack] = "search" },
			guard: GuardAdopt, tripped: true, arithmetic: "changes to what somebody else made or owns: 1 (limit 0)", addresses: []string{ranker.Address()}},
		{name: "capacity above", live: fleet(target(ranker, 4, 8)), want: fleet(target(ranker, 1, 3)), guard: GuardCapacityCut, tripped: true,
			arithmetic: "targets with more capacity in service than the new maximum: 1 (limit 0)", addresses: []string{ranker.Address()}},
		{name: "capacity at the maximum", live: fleet(target(ranker, 4, 8)), want: fleet(target(ranker, 1, 4)), guard: GuardCapacityCut,
			arithmetic: "targets with more capacity in service than the new maximum: 0 (limit 0)"},
		{name: "protected in the spec", live: fleet(policies(4)), want: fleet(protected(policies(3))), guard: GuardProtect, tripped: true,
			arithmetic: "deletions of protected objects: 1 (limit 0)", addresses: []string{ranker.PolicyAddress("d")}},
		{name: "protection lifted and used at once", live: fleet(protected(policies(4))), want: fleet(policies(3)), guard: GuardProtect, tripped: true,
			arithmetic: "deletions of protected objects: 1 (limit 0)", addresses: []string{ranker.PolicyAddress("d")}},
		{name: "protected and pruned", live: fleet(protected(policies(1))), want: fleet(), guard: GuardProtect, tripped: true,
			arithmetic: "deletions of protected objects: 2 (limit 0)", addresses: []string{ranker.PolicyAddress("a"), ranker.Address()}},
		{name: "protected policy deleted and made again", live: fleet(protected(target(ranker, 1, 8, tracking("a", "1", 50), tracking("b", "2", 50)))),
			want: fleet(protected(target(ranker, 1, 8, tracking("a", "2", 50), tracking("b", "1", 50)))), guard: GuardProtect,
			arithmetic: "deletions of protected objects: 0 (limit 0)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := liveFrom(t, tt.live, lastYear)
			if tt.disturb != nil {
				tt.disturb(a)
			}
			p := a.plan(t, tt.want)
			i := slices.IndexFunc(p.Guards, func(g Guard) bool { return g.Name == tt.guard })
			want := Guard{Name: tt.guard, Tripped: tt.tripped, Arithmetic: tt.arithmetic, Addresses: tt.addresses}
			if diff := cmp.Diff(want, p.Guards[i]); diff != "" {
				t.Error(diff)
			}
			if len(p.Guards) != len(GuardNames()) {
				t.Errorf("%d guards are listed", len(p.Guards))
			}
			for _, address := range tt.addresses {
				if !slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Address == address && slices.Contains(c.Guards, tt.guard) }) {
					t.Errorf("%s does not carry the guard", address)
				}
			}
		})
	}
}

func TestProblems(t *testing.T) {
	async := func(e model.Endpoint) model.Endpoint { e.Kind, e.Status = model.KindAsync, "InService"; return e }
	variant := func(v model.Variant) model.Endpoint {
		v.Name = "main"
		return model.Endpoint{Name: "ranker", Kind: model.KindAsync, Status: "InService", Variants: map[string]model.Variant{"main": v}}
	}
	serverlessRanker := model.VariantTarget("ranker", "main", model.ProvisionedConcurrency)
	zero := target(ranker, 1, 8)
	zero.ScheduledActions = []model.ScheduledAction{{Target: ranker, Name: "night", Schedule: "cron(0 1 * * ? *)", MinCapacity: model.Ptr[int32](0)}}
	tests := []struct {
		rule       string
		target     model.Target
		endpoints  []model.Endpoint
		components []model.Component
		expect     []model.EndpointExpectation
		message    string
		at         string
	}{
		{rule: ruleEndpointMissing, target: target(ranker, 1, 8),
			message: `endpoint "ranker" does not exist in account 123456789012, region us-east-1`, at: "endpoint/ranker/variant/main"},
		{rule: ruleVariantMissing, target: target(ranker, 1, 8), endpoints: []model.Endpoint{async(model.Endpoint{Name: "ranker"})},
			message: `endpoint "ranker" has no variant "main"`, at: "endpoint/ranker/variant/main"},
		{rule: ruleComponentMissing, target: target(searcher, 1, 8),
			message: `inference component "search" does not exist in account 123456789012, region us-east-1`, at: "inference-component/search"},
		{rule: ruleDimensionLive, target: target(serverlessRanker, 1, 8), endpoints: []model.Endpoint{variant(model.Variant{InstanceType: "ml.g5.xlarge"})},
			message: `variant "main" runs on instances and has no provisioned concurrency to scale`, at: serverlessRanker.Address()},
		{rule: ruleDimensionLive, target: target(ranker, 1, 8), endpoints: []model.Endpoint{variant(model.Variant{Serverless: true})},
			message: `variant "main" is serverless and has no instances to scale`, at: ranker.Address()},
		{rule: ruleBurstableLive, target: target(ranker, 1, 8), endpoints: []model.Endpoint{variant(model.Variant{InstanceType: "ml.t2.medium"})},
			message: `variant "main" runs on ml.t2.medium, a burstable type that AWS does not auto-scale`, at: ranker.Address()},
		{rule: ruleTwoControllers, target: target(ranker, 1, 8), endpoints: []model.Endpoint{variant(model.Variant{ManagedInstanceScaling: true})},
			message: `variant "main" has managed instance scaling, which would fight over the same instance count`, at: ranker.Address()},
		{rule: ruleMaxConcurrency, target: target(serverlessRanker, 1, 8), endpoints: []model.Endpoint{variant(model.Variant{Serverless: true, MaxConcurrency: 5})},
			message: `maxCapacity 8 is above the MaxConcurrency 5 of variant "main"`, at: serverlessRanker.Address()},
		{rule: ruleMaxConcurrency, target: target(serverlessRanker, 1, 4, action("peak", "cron(0 1 * * ? *)", 0, 6)), endpoints: []model.Endpoint{variant(model.Variant{Serverless: true, MaxConcurrency: 5})},
			message: `maxCapacity 6 is above the MaxConcurrency 5 of variant "main"`, at: serverlessRanker.ScheduleAddress("peak")},
		{rule: ruleZeroLive, target: target(ranker, 0, 8), endpoints: []model.Endpoint{{Name: "ranker", Kind: model.KindRealtime, Variants: map[string]model.Variant{"main": {Name: "main"}}}},
			message: `minCapacity 0: endpoint "ranker" is a real-time endpoint, which keeps at least one instance`, at: ranker.Address()},
		{rule: ruleZeroLive, target: zero, endpoints: []model.Endpoint{{Name: "ranker", Kind: model.KindRealtime, Variants: map[string]model.Variant{"main": {Name: "main"}}}},
			message: `minCapacity 0: endpoint "ranker" is a real-time endpoint, which keeps at least one instance`, at: ranker.ScheduleAddress("night")},
		{rule: ruleEndpointDiffers, target: target(ranker, 1, 8), endpoints: []model.Endpoint{variant(model.Variant{})},
			expect:  []model.EndpointExpectation{{Name: "ranker", Kind: model.KindServerless}},
			message: `the spec says that endpoint "ranker" is serverless, but it is async`, at: "endpoint/ranker"},
		{rule: ruleEndpointDiffers, target: target(ranker, 1, 8), endpoints: []model.Endpoint{variant(model.Variant{InstanceType: "ml.g5.xlarge"})},
			expect:  []model.EndpointExpectation{{Name: "ranker", Variants: []model.VariantExpectation{{Name: "main", InstanceType: "ml.g5.2xlarge"}}}},
			message: `the spec says that variant "main" runs on ml.g5.2xlarge, but it runs on ml.g5.xlarge`, at: "endpoint/ranker/variant/main"},
		{rule: ruleEndpointDiffers, target: target(serverlessRanker, 1, 2), endpoints: []model.Endpoint{variant(model.Variant{Serverless: true, MaxConcurrency: 5})},
			expect:  []model.EndpointExpectation{{Name: "ranker", Variants: []model.VariantExpectation{{Name: "main", MaxConcurrency: 6}}}},
			message: `the spec says that variant "main" has maxConcurrency 6, but it has 5`, at: "endpoint/ranker/variant/main"},
		{rule: ruleEndpointDiffers, target: target(serverlessRanker, 1, 2), endpoints: []model.Endpoint{variant(model.Variant{Serverless: true, MemorySizeInMB: 1024})},
			expect:  []model.EndpointExpectation{{Name: "ranker", Variants: []model.VariantExpectation{{Name: "main", MemorySizeInMB: 2048}}}},
			message: `the spec says that variant "main" has memorySizeInMB 2048, but it has 1024`, at: "endpoint/ranker/variant/main"},
		{rule: ruleEndpointDiffers, target: target(searcher, 1, 8), endpoints: []model.Endpoint{variant(model.Variant{})}, components: []model.Component{{Name: "search", Endpoint: "shared"}},
			expect:  []model.EndpointExpectation{{Name: "ranker", Components: []string{"search"}}},
			message: `inference component "search" is on endpoint "shared", not on "ranker"`, at: "inference-component/search"},
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			seen[tt.rule] = true
			a := newAccount(sunday)
			for _, e := range tt.endpoints {
				a.endpoints[e.Name] = e
			}
			for _, c := range tt.components {
				a.components[c.Name] = c
			}
			d := fleet(tt.target)
			d.Endpoints = tt.expect
			at := diag.Position{File: "fleet.yaml", Line: 7, Column: 3}
			in := Input{Desired: d, Observed: a.observed(), Now: sunday, Positions: map[string]diag.Position{tt.at: at}}
			_, err := Build(in)
			var problems *ProblemsError
			if !errors.As(err, &problems) {
				t.Fatalf("error %v", err)
			}
			if len(problems.Problems) != 1 {
				t.Fatalf("problems %v", problems.Problems)
			}
			got := problems.Problems[0]
			if got.Rule != tt.rule || got.Message != tt.message || got.Position != at || got.Severity != diag.Error || got.Hint == "" {
				t.Errorf("got %+v", got)
			}
			// The same spec restricted to something else is nobody's problem.
			in.Selection = &Selection{Targets: []string{"endpoint/elsewhere"}}
			if _, err := Build(in); err != nil {
				t.Errorf("although it is not selected: %v", err)
			}
			// Restricted to the target, it is.
			in.Selection = &Selection{Targets: []string{tt.target.ID.Address()}}
			if _, err := Build(in); !errors.As(err, &problems) {
				t.Errorf("although it is selected: %v", err)
			}
		})
	}
	for _, rule := range LiveRules() {
		if !seen[rule.ID] {
			t.Errorf("rule %s is not tested", rule.ID)
		}
		if rule.Title == "" || rule.Explain == "" {
			t.Errorf("rule %s is not explained", rule.ID)
		}
		delete(seen, rule.ID)
	}
	if len(seen) > 0 {
		t.Errorf("LiveRules does not list %v", seen)
	}
	if !slices.IsSortedFunc(LiveRules(), func(a, b LiveRule) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("LiveRules is not sorted")
	}
}

func TestProblemsAreReportedTogether(t *testing.T) {
	_, err := Build(Input{Desired: fleet(target(ranker, 1, 8), target(searcher, 1, 8)), Observed: newAccount(sunday).observed(), Now: sunday})
	var problems *ProblemsError
	if !errors.As(err, &problems) || len(problems.Problems) != 2 {
		t.Fatalf("error %v", err)
	}
	const want = `the spec does not fit the live endpoints: 2 problems, first inference component "search" does not exist in account 123456789012, region us-east-1 [component-missing]`
	if err.Error() != want {
		t.Errorf("got %q", err)
	}
}

// TestProblemPosition: what has no place of its own is reported at whatever holds it.
func TestProblemPosition(t *testing.T) {
	at := diag.Position{File: "fleet.yaml", Line: 3, Column: 1}
	_, err := Build(Input{Desired: fleet(target(ranker, 1, 8)), Observed: newAccount(sunday).observed(), Now: sunday,
		Positions: map[string]diag.Position{"endpoint/ranker": at}})
	var problems *ProblemsError
	if !errors.As(err, &problems) || problems.Problems[0].Position != at {
		t.Errorf("got %v", err)
	}
}
