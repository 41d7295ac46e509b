package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
	"pgregory.net/rapid"
)

// drawPlan draws the plan from one random fleet to another.
func drawPlan(t *rapid.T) *Plan {
	a := newAccount(sunday)
	a.serve(fleet(target(ranker, 1, 8), target(searcher, 1, 8)))
	a.apply(t, drawFleet(t))
	disturb(t, a)
	in := Input{Desired: drawFleet(t), Observed: a.observed(), Now: sunday, Environment: rapid.SampledFrom([]string{"", "prod"}).Draw(t, "environment"),
		Positions: map[string]diag.Position{ranker.Address(): {File: "<fleet>.yaml", Line: 3, Column: 5, Length: 2}}}
	if rapid.Bool().Draw(t, "partial") {
		in.Selection = drawSelection(t)
	}
	return build(t, in)
}

func TestDecodeReadsWhatEncodeWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		data, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(p, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		again, err := Encode(got)
		if err != nil || !bytes.Equal(data, again) {
			t.Fatalf("encoded again it is not the same: %v\n%s", err, cmp.Diff(string(data), string(again)))
		}
	})
}

// tamperPlan is a plan with every sort of change: a creation, updates, an adoption, a
// replacement, deletions, a swap of metrics, an orphan alarm, and tripped guards.
func tamperPlan(t tester) *Plan {
	live := fleet(
		target(ranker, 2, 8, map[string]string{model.TagProtect: "true"}, tracking("a", "1", 50), tracking("b", "2", 50), step("up", 1), alarm("up", "up"),
			step("gone", 1), action("night", "cron(0 1 * * ? *)", 1, 0), action("old", "cron(0 2 * * ? *)", 1, 0)),
		target(searcher, 0, 3, tracking("theirs", "Other", 5)),
	)
	a := newAccount(lastYear)
	want := fleet(
		target(ranker, 1, 1, tracking("a", "2", 50), tracking("b", "1", 50), tracking("up", "3", 50), step("more", 1), alarm("more", "more"),
			action("night", "cron(0 3 * * ? *)", 1, 0)),
		target(searcher, 0, 3, tracking("use", "Concurrency", 5)),
		target(serverless, 1, 10),
	)
	a.serve(live)
	a.serve(want)
	a.apply(t, live)
	v := a.endpoints["ranker"].Variants["main"]
	v.DesiredInstanceCount = 3
	a.endpoints["ranker"].Variants["main"] = v
	a.alarms["orphan"] = &model.ObservedAlarm{Alarm: model.Alarm{Name: "orphan", Tags: map[string]string{model.TagStack: "rec", model.TagProtect: "true"}}}
	a.targets[searcher].Tags = nil
	a.now = sunday
	p := a.plan(t, want)
	for _, action := range []Action{Create, Update, Replace, Adopt, Delete} {
		if p.Count(action) == 0 {
			t.Fatalf("the plan has no %s", action)
		}
	}
	return p
}

// TestDecodeFindsTampering edits a plan file and requires that the edit is found even
// where the digest is made to fit.
func TestDecodeFindsTampering(t *testing.T) {
	change := func(p *Plan, a Action, address string) *Change {
		for i := range p.Changes {
			if p.Changes[i].Action == a && p.Changes[i].Address == address {
				return &p.Changes[i]
			}
		}
		t.Fatalf("no %s of %s among %s", a, address, summary(p))
		return nil
	}
	guard := func(p *Plan, name GuardName) *Guard {
		for i := range p.Guards {
			if p.Guards[i].Name == name {
				return &p.Guards[i]
			}
		}
		t.Fatalf("no guard %s", name)
		return nil
	}
	bounds := func(p *Plan) *Change { return change(p, Update, ranker.Address()) }
	night := func(p *Plan) *Change { return change(p, Update, ranker.ScheduleAddress("night")) }

	tests := []struct {
		name string
		edit func(p *Plan)
		want string
	}{
		{"the value written", func(p *Plan) { bounds(p).After.Target.MaxCapacity = 100 }, "its fields do not fit"},
		{"the value shown", func(p *Plan) { bounds(p).Fields[0].After = 7.0 }, "its fields do not fit"},
		{"the value before", func(p *Plan) { bounds(p).Before.Target.MaxCapacity = 7 }, "its fields do not fit"},
		{"a field hidden", func(p *Plan) { c := bounds(p); c.Fields = c.Fields[1:] }, "its fields do not fit"},
		{"a field of another type", func(p *Plan) { bounds(p).Fields[0].After = "1" }, "its fields do not fit"},
		{"a field of an odd type", func(p *Plan) { bounds(p).Fields[0].After = map[string]any{"a": 1.0} }, "its fields do not fit"},
		{"a field that is a list of numbers", func(p *Plan) { change(p, Create, "alarm/more").Fields[0].After = []any{1.0} }, "its fields do not fit"},
		{"both value and field", func(p *Plan) {
			c := night(p)
			c.After.ScheduledAction.Schedule = "rate(1 hour)"
			c.Fields[0].After = "rate(1 hour)"
		}, ""},
		{"fingerprint", func(p *Plan) { bounds(p).Fingerprint = "0123456789abcdef" }, "its fingerprint does not fit"},
		{"fingerprint of a creation", func(p *Plan) { change(p, Create, serverless.Address()).Fingerprint = "0123456789abcdef" }, "its fingerprint does not fit"},
		{"action", func(p *Plan) { bounds(p).Action = "destroy" }, `unknown action "destroy"`},
		{"no action", func(p *Plan) { bounds(p).Action = "" }, `unknown action ""`},
		{"update becomes delete", func(p *Plan) { bounds(p).Action = Delete }, "action delete does not go with"},
		{"update becomes create", func(p *Plan) { bounds(p).Action = Create }, "action create does not go with"},
		{"delete without before", func(p *Plan) { change(p, Delete, ranker.PolicyAddress("gone")).Before = nil }, "action delete does not go with"},
		{"address", func(p *Plan) { night(p).Address = ranker.ScheduleAddress("day") }, "it holds scheduled-action"},
		{"name", func(p *Plan) { change(p, Delete, ranker.PolicyAddress("gone")).Name = "up" }, "it holds scaling-policy"},
		{"kind", func(p *Plan) { night(p).Kind = KindPolicy }, "it holds scheduled-action"},
		{"target", func(p *Plan) { night(p).Target = searcher }, "it holds scheduled-action"},
		{"another object", func(p *Plan) { night(p).After.ScheduledAction.Name = "day" }, "it holds scheduled-action"},
		{"two objects in one", func(p *Plan) { c := night(p); c.After.Target = bounds(p).After.Target }, "exactly one kind"},
		{"no object in one", func(p *Plan) { night(p).After = &Object{} }, "exactly one kind"},
		{"two types of policy", func(p *Plan) {
			c := change(p, Create, ranker.PolicyAddress("more"))
			c.After.Policy.TargetTracking = &model.TargetTracking{}
		}, "exactly one of targetTracking and stepScaling"},
		{"no type of policy", func(p *Plan) { change(p, Create, ranker.PolicyAddress("more")).After.Policy.StepScaling = nil }, "exactly one of targetTracking and stepScaling"},
		{"dimension", func(p *Plan) {
			c := change(p, Create, serverless.Address())
			c.Target.Dimension, c.After.Target.ID.Dimension, c.Address = "ecs:service:DesiredCount", "ecs:service:DesiredCount", c.Target.ResourceID
		}, `unknown dimension "ecs:service:DesiredCount"`},
		{"policy of an alarm", func(p *Plan) { change(p, Create, "alarm/more").After.Alarm.Policy = "gone" }, ""},
		{"guard taken off the change", func(p *Plan) { bounds(p).Guards = nil }, `guard "capacity-cut" does not list`},
		{"guard taken off the summary", func(p *Plan) { guard(p, GuardCapacityCut).Tripped = false }, `guard "capacity-cut" does not list`},
		{"guard without its address", func(p *Plan) { guard(p, GuardCapacityCut).Addresses = nil }, `guard "capacity-cut" does not list`},
		{"guard removed from the summary", func(p *Plan) { p.Guards = p.Guards[1:] }, "it does not list every guard once"},
		{"no guards at all", func(p *Plan) {
			p.Guards = nil
			for i := range p.Changes {
				p.Changes[i].Guards = nil
			}
		}, "lacks guard"},
		{"protection taken off both", func(p *Plan) {
			c := change(p, Delete, "alarm/orphan")
			c.Guards = []GuardName{GuardDelete}
			g := guard(p, GuardProtect)
			g.Addresses = g.Addresses[:0]
			for _, c := range p.Changes {
				for _, name := range c.Guards {
					if name == GuardProtect {
						g.Addresses = append(g.Addresses, c.Address)
					}
				}
			}
		}, `(alarm/orphan) lacks guard "protect"`},
		{"adoption taken off both", func(p *Plan) {
			change(p, Delete, searcher.PolicyAddress("theirs")).Guards = []GuardName{GuardDelete}
			g := guard(p, GuardAdopt)
			g.Tripped, g.Addresses = false, nil
		}, `policy/theirs) lacks guard "adopt"`},
		{"adoption passed off as a swap", func(p *Plan) {
			c := change(p, Delete, searcher.PolicyAddress("theirs"))
			c.Guards, c.Reason = []GuardName{GuardDelete}, ReasonMetricTaken
			g := guard(p, GuardAdopt)
			g.Tripped, g.Addresses = false, nil
		}, "is deleted and not made again"},
		{"a guard that nobody knows", func(p *Plan) { bounds(p).Guards = append(bounds(p).Guards, "budget") }, `unknown guard "budget"`},
		{"order of target and child", func(p *Plan) {
			a := liveFrom(t, fleet(), lastYear)
			d := fleet(target(ranker, 1, 8, step("up", 1)))
			a.serve(d)
			*p = *a.plan(t, d)
			change(p, Create, ranker.Address()).Order = 5
		}, "is created after"},
		{"order of alarm and policy", func(p *Plan) {
			c, d := change(p, Create, "alarm/more"), change(p, Create, ranker.PolicyAddress("more"))
			c.Order, d.Order = d.Order, c.Order
		}, "is put before"},
		{"order of a swap", func(p *Plan) {
			c, d := change(p, Update, ranker.PolicyAddress("a")), change(p, Create, ranker.PolicyAddress("b"))
			c.Order, d.Order = d.Order, c.Order
		}, "lets go of its metric"},
		{"creation before deletion", func(p *Plan) {
			c, d := change(p, Delete, ranker.PolicyAddress("b")), change(p, Create, ranker.PolicyAddress("b"))
			c.Order, d.Order = d.Order, c.Order
		}, "order of endpoint/ranker/variant/main"},
		{"two of one rank", func(p *Plan) { night(p).Order = bounds(p).Order }, "have the same rank"},
		{"a change twice", func(p *Plan) {
			c := *night(p)
			c.Order = 99
			p.Changes = append(p.Changes, c)
		}, "is changed twice"},
		{"half of a swap", func(p *Plan) {
			for i := range p.Changes {
				if p.Changes[i].Action == Create && p.Changes[i].Address == ranker.PolicyAddress("b") {
					p.Changes = append(p.Changes[:i], p.Changes[i+1:]...)
					return
				}
			}
		}, "is deleted and not made again"},
		{"a target deleted before its children", func(p *Plan) {
			*p = *liveFrom(t, sample(), lastYear).plan(t, fleet())
			change(p, Delete, ranker.Address()).Order = -1
		}, "is deleted before"},
		{"no target", func(p *Plan) {
			c := change(p, Create, "alarm/more")
			c.Target, c.After.Alarm.Target = model.TargetID{}, model.TargetID{}
		}, "names no target"},
		{"stack", func(p *Plan) { p.Stack = "" }, "does not say which stack"},
		{"account", func(p *Plan) { p.Account = "" }, "does not say which stack"},
		{"version", func(p *Plan) { p.FormatVersion = "2.0" }, `has formatVersion "2.0"`},
		{"no version", func(p *Plan) { p.FormatVersion = "" }, `has formatVersion ""`},
	}
	original := tamperPlan(t).Digest
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, fit := range []bool{false, true} {
				p := tamperPlan(t)
				tt.edit(p)
				if fit {
					p.Digest = p.digest()
				}
				data, err := Encode(p)
				if err != nil {
					t.Fatal(err)
				}
				got, err := Decode(data)
				var format *FormatError
				switch {
				case err == nil && tt.want == "" && fit:
					// A consistent forgery is another plan, with another digest.
					if got.Digest == original {
						t.Errorf("another plan has the same digest")
					}
				case err == nil:
					t.Errorf("accepted, with fitting digest: %v", fit)
				case !errors.As(err, &format):
					t.Errorf("error %T", err)
				case fit && !strings.Contains(err.Error(), tt.want):
					t.Errorf("got %v, want %s", err, tt.want)
				}
			}
		})
	}
}

func TestDecodeRefusesOtherFiles(t *testing.T) {
	good, err := Encode(tamperPlan(t))
	if err != nil {
		t.Fatal(err)
	}
	newer := bytes.Replace(good, []byte(`"formatVersion": "1.0"`), []byte(`"formatVersion": "1.7", "newField": {"a": [1]}`), 1)
	if _, err := Decode(newer); err != nil {
		t.Errorf("a later minor version with a field more: %v", err)
	}
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"empty":            {nil, "is not a plan"},
		"binary":           {[]byte{0x7f, 'E', 'L', 'F', 0, 1}, "is not a plan"},
		"YAML":             {[]byte("apiVersion: scalectl/v1\n"), "is not a plan"},
		"a list":           {[]byte("[]"), "is not a plan"},
		"null":             {[]byte("null"), "has formatVersion"},
		"cut":              {good[:len(good)/2], "is not a plan"},
		"two plans":        {append(bytes.Clone(good), good...), "has something after the plan"},
		"a word after":     {append(bytes.Clone(good), "ok"...), "has something after the plan"},
		"digest edited":    {bytes.Replace(good, []byte(tamperPlan(t).Digest), []byte("000000000000"), 1), "does not fit its contents"},
		"number as string": {bytes.Replace(good, []byte(`"owned": `), []byte(`"owned": "x`), 1), "is not a plan"},
		"nested deep":      {bytes.Repeat([]byte(`{"changes":[`), 20000), "is not a plan"},
		"too long":         {make([]byte, MaxEncodedSize+1), "more than"},
	} {
		_, err := Decode(tt.data)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}

func TestEncodeKeepsAngleBrackets(t *testing.T) {
	d := fleet(target(ranker, 1, 8, tracking("a<b>&c", "CPU", 50)))
	a := newAccount(sunday)
	a.serve(d)
	data, err := Encode(a.plan(t, d))
	if err != nil || !bytes.Contains(data, []byte("a<b>&c")) || !bytes.HasSuffix(data, []byte("}\n")) {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestEncodeNamesAnEmptyListOfChanges(t *testing.T) {
	for _, selection := range []*Selection{nil, {Targets: []string{"endpoint/ranker"}}} {
		data, err := Encode(build(t, Input{Desired: fleet(), Observed: newAccount(sunday).observed(), Now: sunday, Selection: selection}))
		if err != nil || !bytes.Contains(data, []byte(`"changes": []`)) {
			t.Errorf("%v\n%s", err, data)
		}
	}
}

// FuzzDecode: whatever the bytes, Decode does not panic, and what it accepts survives a
// trip through Encode.
func FuzzDecode(f *testing.F) {
	for _, p := range []*Plan{
		tamperPlan(f),
		build(f, Input{Desired: fleet(), Observed: newAccount(sunday).observed(), Now: sunday}),
		liveFrom(f, sample(), lastYear).plan(f, fleet()),
	} {
		data, err := Encode(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Decode(data)
		if err != nil {
			var format *FormatError
			if p != nil || !errors.As(err, &format) {
				t.Fatalf("plan %v, error %T", p, err)
			}
			return
		}
		encoded, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(encoded)
		if err != nil {
			t.Fatalf("accepted once, then not: %v\n%s", err, encoded)
		}
		if diff := cmp.Diff(p, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		if !json.Valid(encoded) {
			t.Fatal("not JSON")
		}
	})
}
