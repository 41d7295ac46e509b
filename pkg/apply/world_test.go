package apply_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/scalectl/scalectl/pkg/apply"
	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

const region = "us-east-1"

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) // a Monday

// The endpoints to scale; the targets are made by the plans.
const endpoints = `
endpoints:
  a: {variants: {v: {instanceType: ml.m5.xlarge, count: 2}}}
  b: {variants: {v: {instanceType: ml.m5.xlarge, count: 2}}}
  c: {variants: {v: {instanceType: ml.m5.xlarge, count: 2}}}
`

func target(endpoint string) model.TargetID {
	return model.VariantTarget(endpoint, "v", model.InstanceCount)
}

// world is a sandbox with clients, and the state that a spec asks for.
type world struct {
	*testing.T
	server  *sandbox.Server
	clients *live.Clients
	desired model.Desired
}

func newWorld(t *testing.T, targets ...model.Target) *world {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{Start: start})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Seed(region, []byte(endpoints)); err != nil {
		t.Fatal(err)
	}
	return &world{T: t, server: server, clients: newClients(server), desired: model.Desired{Stack: "s", MaxDeletes: 100, Targets: targets}}
}

// newClients makes clients that do not pause between attempts.
func newClients(server *sandbox.Server) *live.Clients {
	return live.NewClients(aws.Config{
		Region:      region,
		HTTPClient:  server.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""),
	}, live.ClientOptions{MaxBackoff: time.Microsecond, MaxAttempts: 3})
}

func (w *world) plan() *plan.Plan {
	w.Helper()
	observed, err := (&live.Reader{Clients: w.clients}).Read(w.Context(), w.desired)
	if err != nil {
		w.Fatal(err)
	}
	p, err := plan.Build(plan.Input{Desired: w.desired, Observed: observed, Now: w.server.Now()})
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// options are those of a run that takes no time.
func options() apply.Options {
	return apply.Options{Now: func() time.Time { return start }, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}

func (w *world) run(p *plan.Plan, opts apply.Options) apply.Result {
	w.Helper()
	result, err := apply.Run(w.Context(), w.clients, p, opts)
	if err != nil {
		w.Fatal(err)
	}
	w.complete(p, result)
	return result
}

// complete checks that every change has exactly one outcome, in the order of the plan.
func (w *world) complete(p *plan.Plan, r apply.Result) {
	w.Helper()
	if len(r.Outcomes) != len(p.Changes) {
		w.Fatalf("%d outcomes for %d changes", len(r.Outcomes), len(p.Changes))
	}
	for i, o := range r.Outcomes {
		c := p.Changes[i]
		if o.Address != c.Address || o.Action != c.Action || o.Status == "" {
			w.Errorf("outcome %d is %+v for %s %s", i, o, c.Action, c.Address)
		}
		if (o.Status == plan.Done) != (o.Error == "") {
			w.Errorf("%s is %s with error %q", o.Address, o.Status, o.Error)
		}
	}
	if failed := r.Count(plan.Failed); failed != len(r.Failures) {
		w.Errorf("%d failed and %d failures", failed, len(r.Failures))
	}
}

// converge plans and applies, and then finds nothing more to do.
func (w *world) converge() {
	w.Helper()
	r := w.run(w.plan(), options())
	for _, o := range r.Outcomes {
		if o.Status != plan.Done {
			w.Errorf("%s %s: %s: %s", o.Action, o.Address, o.Status, o.Error)
		}
	}
	w.settled()
}

// settled requires that a plan is empty now.
func (w *world) settled() {
	w.Helper()
	if p := w.plan(); !p.IsEmpty() {
		for _, c := range p.Changes {
			w.Errorf("still to do: %s %s %v", c.Action, c.Address, c.Fields)
		}
	}
}

func (w *world) inject(rules ...sandbox.Fault) {
	w.Helper()
	if err := w.server.SetFaults(sandbox.Faults{Rules: rules}); err != nil {
		w.Fatal(err)
	}
}

// mutations lists the mutating calls since the mark as "Operation resource".
func (w *world) mutations(mark int64) []string {
	w.Helper()
	log, err := w.server.Mutations(mark)
	if err != nil {
		w.Fatal(err)
	}
	var out []string
	for _, e := range log {
		out = append(out, e.Operation+" "+e.Resource)
	}
	return out
}

// statuses renders outcomes compactly, for comparison.
func statuses(r apply.Result) map[string]string {
	out := map[string]string{}
	for _, o := range r.Outcomes {
		text := fmt.Sprintf("%s in %d", o.Status, o.Calls)
		if had, ok := out[o.Address]; ok {
			text = had + ", " + text
		}
		out[o.Address] = text
	}
	return out
}

// state is the part of the sandbox that a spec decides about, without ids and times, so
// that two ways to the same end can be compared.
func (w *world) state() string {
	w.Helper()
	observed, err := (&live.Reader{Clients: newClients(w.server), Now: func() time.Time { return start }}).Read(w.Context(), w.desired)
	if err != nil {
		w.Fatal(err)
	}
	var out []string
	policies := map[string]string{}
	for id, t := range observed.Targets {
		out = append(out, asJSON(t.ScalableTarget))
		for _, p := range t.Policies {
			out = append(out, asJSON(p.Policy))
			policies[p.ARN] = id.PolicyAddress(p.Name)
		}
		for _, a := range t.ScheduledActions {
			out = append(out, asJSON(a.ScheduledAction))
		}
	}
	for _, a := range observed.Alarms {
		text := asJSON(a.Alarm)
		for arn, address := range policies {
			text = strings.ReplaceAll(text, arn, address)
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// lines parses a journal.
func lines(t *testing.T, journal []byte) []apply.Line {
	t.Helper()
	var out []apply.Line
	for text := range bytes.Lines(journal) {
		var line apply.Line
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&line); err != nil {
			t.Fatalf("line %q: %v", text, err)
		}
		out = append(out, line)
	}
	return out
}

// Parts of specs.

func tracked(value float64) *model.TargetTracking {
	return &model.TargetTracking{TargetValue: value, PredefinedMetric: "SageMakerVariantInvocationsPerInstance", ScaleInCooldown: 300, ScaleOutCooldown: 60}
}

func stepped(change int32) *model.StepScaling {
	return &model.StepScaling{AdjustmentType: model.ChangeInCapacity, MetricAggregationType: model.AggregationAverage, Cooldown: 60,
		StepAdjustments: []model.Step{{MetricIntervalLowerBound: model.Ptr(0.0), ScalingAdjustment: change}}}
}

func alarmOf(id model.TargetID, policy string, threshold float64) model.Alarm {
	return model.Alarm{Name: "scalectl/s/" + id.PolicyAddress(policy), Target: id, Policy: policy,
		MetricName: "ModelLatency", Namespace: "AWS/SageMaker", Dimensions: map[string]string{"EndpointName": id.Endpoint(), "VariantName": id.Variant()},
		Statistic: "Average", Period: 60, EvaluationPeriods: 2, Threshold: threshold, ComparisonOperator: "GreaterThanThreshold",
		ActionsEnabled: true, AlarmActions: []string{model.PolicyARNAction}, Tags: map[string]string{model.TagStack: "s"}}.Normal()
}

func scheduled(id model.TargetID, name string, minimum, maximum *int32) model.ScheduledAction {
	return model.ScheduledAction{Target: id, Name: name, Schedule: "cron(0 20 ? * SUN *)", Timezone: "UTC", MinCapacity: minimum, MaxCapacity: maximum}
}

// full is a target with one of everything.
func full(endpoint string) model.Target {
	id := target(endpoint)
	return model.Target{
		ScalableTarget:   model.ScalableTarget{ID: id, MinCapacity: 1, MaxCapacity: 4, Tags: map[string]string{model.TagStack: "s", "team": "ml"}},
		Policies:         []model.Policy{{Target: id, Name: "step", StepScaling: stepped(1)}, {Target: id, Name: "track", TargetTracking: tracked(70)}},
		Alarms:           []model.Alarm{alarmOf(id, "step", 1)},
		ScheduledActions: []model.ScheduledAction{scheduled(id, "night", nil, model.Ptr(int32(2)))},
	}
}

// clone copies a target deeply enough for a test to change it.
func clone(t model.Target) model.Target {
	t.Tags = maps.Clone(t.Tags)
	t.Policies = slices.Clone(t.Policies)
	t.Alarms = slices.Clone(t.Alarms)
	t.ScheduledActions = slices.Clone(t.ScheduledActions)
	return t
}

// changed is full with a difference in every object, and every kind of call needed.
func changed(endpoint string) model.Target {
	t := clone(full(endpoint))
	t.MaxCapacity = 6
	t.Suspended.ScheduledScaling = true
	t.Tags = map[string]string{model.TagStack: "s", "owner": "search"}
	t.Policies[0].StepScaling = stepped(2)
	t.Policies[1].TargetTracking = tracked(50)
	t.Alarms[0] = alarmOf(t.ID, "step", 2)
	t.Alarms[0].Tags = map[string]string{model.TagStack: "s", "team": "ml"}
	t.ScheduledActions[0] = scheduled(t.ID, "night", model.Ptr(int32(1)), model.Ptr(int32(3)))
	return t
}
