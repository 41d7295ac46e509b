package render

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"pgregory.net/rapid"
)

var (
	ranker = model.VariantTarget("ranker", "primary", model.InstanceCount)
	search = model.VariantTarget("search", "primary", model.InstanceCount)
	now    = time.Date(2026, 11, 22, 9, 12, 0, 0, time.UTC) // a Sunday
)

func at(file string, line int) *diag.Position {
	return &diag.Position{File: file, Line: line, Column: 9}
}

// busyPlan has one change of every action, every kind of remark and two guards.
func busyPlan() *plan.Plan {
	return &plan.Plan{
		FormatVersion: plan.FormatVersion,
		Stack:         "recommender", Account: "111122223333", Region: "eu-west-1", Environment: "prod",
		CreatedAt: now,
		Changes: []plan.Change{
			{
				Address: ranker.Address(), Kind: plan.KindTarget, Action: plan.Update, Target: ranker,
				Fields: []plan.FieldChange{
					{Path: "maxCapacity", Before: 6.0, After: 4.0},
					{Path: "suspended.dynamicScalingIn", Before: true, After: false},
					{Path: "tags.team", Before: "ml", After: nil},
					{Path: "tags.owner", Before: nil, After: "ml-platform"},
				},
				Effects: []string{"6 instances are in service; the new maximum of 4 stops 2 at once"},
				Guards:  []plan.GuardName{plan.GuardCapacityCut}, Position: at("specs/ranker.yaml", 9),
			},
			{
				Address: model.VariantTarget("legacy-ranker", "AllTraffic", model.InstanceCount).Address(),
				Kind:    plan.KindTarget, Action: plan.Adopt, Reason: plan.ReasonAdopted,
				Fields:   []plan.FieldChange{{Path: "tags.scalectl:stack", After: "recommender"}},
				Guards:   []plan.GuardName{plan.GuardAdopt},
				Position: at("specs/a-rather-long-folder/legacy-ranker.yaml", 14),
			},
			{
				Address: ranker.PolicyAddress("invocations"), Kind: plan.KindPolicy, Action: plan.Update, Target: ranker,
				Fields: []plan.FieldChange{
					{Path: "targetTracking.targetValue", Before: 700.0, After: 500.5},
					{Path: "targetTracking.scaleInCooldown", Before: "5m", After: "10m"},
				},
				Position: at("specs/ranker.yaml", 14),
			},
			{
				Address: ranker.PolicyAddress("gpu"), Kind: plan.KindPolicy, Action: plan.Create, Target: ranker,
				Fields: []plan.FieldChange{
					{Path: "targetTracking.customizedMetric.dimensions.EndpointName", After: "ranker"},
					{Path: "targetTracking.customizedMetric.dimensions.VariantName", After: "primary"},
					{Path: "targetTracking.customizedMetric.metricName", After: "GPUUtilization"},
					{Path: "targetTracking.customizedMetric.namespace", After: "/aws/sagemaker/Endpoints"},
					{Path: "targetTracking.customizedMetric.statistic", After: "Average"},
					{Path: "targetTracking.disableScaleIn", After: false},
					{Path: "targetTracking.targetValue", After: 50.0},
				},
				Position: at("specs/ranker.yaml", 20),
			},
			{
				Address: ranker.PolicyAddress("cpu"), Kind: plan.KindPolicy, Action: plan.Replace, Target: ranker,
				Reason: plan.ReasonPolicyType, Fields: []plan.FieldChange{{Path: "policyType", Before: "StepScaling", After: "TargetTrackingScaling"}},
				Effects:  []string{"for a moment between the two calls the target scales without this policy"},
				Position: at("specs/ranker.yaml", 31),
			},
			{
				Address: ranker.ScheduleAddress("weekday-open"), Kind: plan.KindScheduledAction, Action: plan.Create, Target: ranker,
				Fields: []plan.FieldChange{
					{Path: "schedule", After: "cron(0 7 ? * MON-FRI *)"},
					{Path: "timezone", After: "Europe/Berlin"},
					{Path: "minCapacity", After: 4.0},
				},
				Position: at("specs/ranker.yaml", 41),
				After: &plan.Object{ScheduledAction: &model.ScheduledAction{
					Target: ranker, Name: "weekday-open", Schedule: "cron(0 7 ? * MON-FRI *)", Timezone: "Europe/Berlin",
				}},
			},
			{
				Address: model.AlarmAddress("scalectl/recommender/endpoint/ranker/variant/primary/policy/wake"),
				Kind:    plan.KindAlarm, Action: plan.Update,
				Fields: []plan.FieldChange{
					{Path: "alarmActions", Before: []string{"${policy}"}, After: []string{"${policy}", "arn:aws:sns:eu-west-1:111122223333:pager"}},
					{Path: "description", Before: "", After: "wakes -> up"},
				},
				Position: at("specs/ranker.yaml", 36),
			},
			{
				Address: search.PolicyAddress("cpu-legacy"), Kind: plan.KindPolicy, Action: plan.Delete, Target: search,
				Reason: plan.ReasonLeftSpec, Guards: []plan.GuardName{plan.GuardDelete},
				Fields: []plan.FieldChange{
					{Path: "targetTracking.predefinedMetric", Before: "SageMakerVariantInvocationsPerInstance"},
					{Path: "targetTracking.targetValue", Before: 60.0},
				},
				Effects: []string{"afterwards endpoint/search/variant/primary has no policy that can scale in"},
			},
		},
		Unchanged: 28,
		Owned:     44,
		NotOwned: []plan.NotOwned{
			{Address: "endpoint/search/variant/canary", Kind: plan.KindTarget, Owner: "search-team", Because: "it carries the tag of another stack"},
			{Address: "endpoint/demo/variant/main", Kind: plan.KindTarget, Because: "it carries no owner tag and the spec does not name it"},
		},
		Notes: []plan.Note{{Address: search.Address(), Message: "minCapacity 4 moved by schedule office-open (the spec says 1)"}},
		Guards: []plan.Guard{
			{Name: plan.GuardDelete, Arithmetic: "deletes 1 of 44 owned objects = 2.3 % (limit 30 %)"},
			{Name: plan.GuardAdopt, Tripped: true, Arithmetic: "1 target is adopted", Addresses: []string{"endpoint/legacy-ranker/variant/AllTraffic"}},
			{
				Name: plan.GuardCapacityCut, Tripped: true, Arithmetic: "1 target has 6 instances, 2 above its new maximum of 4",
				Addresses: []string{ranker.Address()},
			},
		},
		Digest: "4be1c07a9d20",
	}
}

func applyOptions() Options {
	return Options{Now: now, Command: []string{"scalectl", "apply", "-f", "specs", "-e", "prod"}}
}

func TestPlan(t *testing.T) {
	partial := busyPlan()
	partial.Selection = &plan.Selection{Targets: []string{"endpoint/ranker/*"}, Excludes: []string{"*/schedule/*"}}
	partial.Changes = partial.Changes[2:3]
	empty := busyPlan()
	empty.Changes, empty.Guards, empty.NotOwned = nil, nil, nil
	for _, tt := range []struct {
		name string
		why  string
		plan *plan.Plan
		opts func(*Options)
	}{
		{"plan.txt", "one of everything, at 80 columns", busyPlan(), nil},
		{"plan_wide.txt", "positions move to the right edge", busyPlan(), func(o *Options) { o.Width = 120 }},
		{"plan_narrow.txt", "words wrap, addresses and values do not", busyPlan(), func(o *Options) { o.Width = 50 }},
		{"plan_color.txt", "colour adds to the words and replaces none", busyPlan(), func(o *Options) { o.Color = true }},
		{"plan_partial.txt", "a partial plan says so at both ends", partial, nil},
		{"plan_empty.txt", "an empty plan says No changes", empty, nil},
		{"plan_saved.txt", "a saved plan needs no digest on the command line", busyPlan(), func(o *Options) {
			o.Command, o.CommandHoldsDigest = []string{"scalectl", "apply", "it's a plan.json"}, true
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := applyOptions()
			if tt.opts != nil {
				tt.opts(&opts)
			}
			golden(t, tt.name, func(w io.Writer) error { return Plan(w, tt.plan, opts) })
		})
	}
}

func TestRefusal(t *testing.T) {
	golden(t, "refusal.txt", func(w io.Writer) error {
		return Refusal(w, busyPlan(), []plan.GuardName{plan.GuardAdopt, plan.GuardCapacityCut}, []plan.GuardName{plan.GuardDelete}, applyOptions())
	})
	golden(t, "refusal_one.txt", func(w io.Writer) error {
		return Refusal(w, busyPlan(), []plan.GuardName{plan.GuardAdopt}, nil, applyOptions())
	})
}

func TestOutcomes(t *testing.T) {
	failed := []plan.Outcome{
		{Address: ranker.Address(), Action: plan.Update, Status: plan.Done, Calls: 1},
		{Address: ranker.PolicyAddress("gpu"), Action: plan.Create, Status: plan.Failed, Error: "put scaling policy gpu of endpoint/ranker/variant/primary: ValidationException: Invalid metric\x1b[2J"},
		{Address: ranker.ScheduleAddress("open"), Action: plan.Create, Status: plan.NotStarted},
	}
	stale := []plan.Outcome{{Address: ranker.Address(), Action: plan.Replace, Status: plan.Stale, Error: "maxCapacity is 8 now, the plan saw 6"}}
	golden(t, "outcomes_failed.txt", func(w io.Writer) error { return Outcomes(w, failed, false, Options{}) })
	golden(t, "outcomes_stale.txt", func(w io.Writer) error { return Outcomes(w, stale, false, Options{}) })
	golden(t, "outcomes_interrupted.txt", func(w io.Writer) error { return Outcomes(w, failed[2:], true, Options{}) })
	golden(t, "outcomes_done.txt", func(w io.Writer) error { return Outcomes(w, failed[:1], false, Options{}) })
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestPlanColorOnlyAdds holds the promise that meaning is never carried by colour alone.
func TestPlanColorOnlyAdds(t *testing.T) {
	opts := applyOptions()
	without := planText(t, busyPlan(), opts)
	opts.Color = true
	with := planText(t, busyPlan(), opts)
	if with == without {
		t.Fatal("no colour at all")
	}
	if got := ansi.ReplaceAllString(with, ""); got != without {
		t.Errorf("without its escapes the coloured plan differs:\n%s", got)
	}
}

// TestPlanEscapesForeignText puts arbitrary text wherever a plan has room for text.
func TestPlanEscapesForeignText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nasty := rapid.OneOf(
			rapid.String(),
			rapid.SampledFrom([]string{"\x1b[31mred", "a\nb", "\r", "\u202eabc", "\x00", "\xff\xfe", "\u2028", "\x9b2J", "\u200b"}),
		)
		text := func(label string) string { return nasty.Draw(t, label) }
		p := &plan.Plan{
			Stack: text("stack"), Account: text("account"), Environment: text("env"), Digest: text("digest"),
			Selection: &plan.Selection{Targets: []string{text("glob")}},
			Changes: []plan.Change{{
				Address: text("address"), Action: plan.Action(text("action")), Because: text("because"),
				Effects: []string{text("effect")}, Guards: []plan.GuardName{plan.GuardName(text("guard"))},
				Position: &diag.Position{File: text("file"), Line: 1},
				Fields:   []plan.FieldChange{{Path: text("path"), Before: text("before"), After: []string{text("after")}}},
				After: &plan.Object{ScheduledAction: &model.ScheduledAction{
					Schedule: text("schedule"), Timezone: text("zone"),
				}},
			}},
			NotOwned: []plan.NotOwned{{Address: text("other"), Owner: text("owner"), Because: text("why")}},
			Notes:    []plan.Note{{Address: text("note"), Message: text("message")}},
			Guards:   []plan.Guard{{Name: plan.GuardName(text("name")), Tripped: true, Arithmetic: text("sum")}},
		}
		var b bytes.Buffer
		if err := Plan(&b, p, Options{Now: now, Command: []string{"scalectl", "apply", text("argument")}}); err != nil {
			t.Fatal(err)
		}
		for _, l := range strings.Split(b.String(), "\n") {
			if !isClean(l) {
				t.Fatalf("line %q can reach a terminal as more than text", l)
			}
		}
	})
}

func TestDeletionsAreAlwaysWrittenOut(t *testing.T) {
	p := &plan.Plan{}
	for i := range 500 {
		action := plan.Create
		if i%2 == 1 {
			action = plan.Delete
		}
		p.Changes = append(p.Changes, plan.Change{Address: search.PolicyAddress(strings.Repeat("x", i+1)), Action: action})
	}
	text := planText(t, p, Options{})
	if got := strings.Count(text, "- DELETE   endpoint/"); got != 250 {
		t.Errorf("%d deletions written out, want 250", got)
	}
	if strings.LastIndex(text, "DELETE ") > strings.Index(text, "CREATE ") {
		t.Error("a deletion stands behind a creation")
	}
}

func planText(t *testing.T, p *plan.Plan, opts Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Plan(&b, p, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
