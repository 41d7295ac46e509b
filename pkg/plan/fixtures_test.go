package plan

import (
	"cmp"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
)

// tester is what *testing.T, *testing.B and *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// sunday is the moment of most tests: 2026-11-22 09:12 UTC.
var sunday = time.Date(2026, 11, 22, 9, 12, 0, 0, time.UTC)

var ranker = model.VariantTarget("ranker", "main", model.InstanceCount)

// fleet is a desired state of stack "rec" with the given targets and the owner's mark on
// whatever can be tagged.
func fleet(targets ...model.Target) model.Desired {
	d := model.Desired{Stack: "rec", MaxDeletes: model.DefaultMaxDeletes}
	for _, t := range targets {
		t.Tags = marked(t.Tags, "rec")
		alarms := t.Alarms
		t.Alarms = nil
		for _, a := range alarms {
			a.Tags = marked(a.Tags, "rec")
			t.Alarms = append(t.Alarms, a)
		}
		d.Targets = append(d.Targets, t)
	}
	return d
}

func marked(tags map[string]string, stack string) map[string]string {
	out := map[string]string{model.TagStack: stack}
	for k, v := range tags {
		out[k] = v
	}
	return out
}

// target returns a target with bounds and children; the children get its id.
func target(id model.TargetID, low, high int32, children ...any) model.Target {
	t := model.Target{ScalableTarget: model.ScalableTarget{ID: id, MinCapacity: low, MaxCapacity: high}}
	for _, c := range children {
		switch c := c.(type) {
		case model.Policy:
			c.Target = id
			t.Policies = append(t.Policies, c)
		case model.Alarm:
			c.Target = id
			t.Alarms = append(t.Alarms, c)
		case model.ScheduledAction:
			c.Target = id
			t.ScheduledActions = append(t.ScheduledActions, c)
		case model.Suspended:
			t.Suspended = c
		case map[string]string:
			t.Tags = c
		default:
			panic("target: unexpected child")
		}
	}
	return t
}

// tracking returns a target-tracking policy on a customized metric.
func tracking(name, metric string, value float64) model.Policy {
	return model.Policy{Name: name, TargetTracking: &model.TargetTracking{
		TargetValue: value, ScaleInCooldown: model.DefaultCooldown, ScaleOutCooldown: model.DefaultCooldown,
		CustomizedMetric: &model.CustomizedMetric{MetricName: metric, Namespace: "/aws/sagemaker/Endpoints", Statistic: "Average",
			Dimensions: map[string]string{"EndpointName": "ranker", "VariantName": "main"}},
	}}
}

// step returns a step policy that adds n units.
func step(name string, n int32) model.Policy {
	return model.Policy{Name: name, StepScaling: &model.StepScaling{
		AdjustmentType: model.ChangeInCapacity, MetricAggregationType: model.AggregationAverage, Cooldown: model.DefaultCooldown,
		StepAdjustments: []model.Step{{MetricIntervalLowerBound: model.Ptr(0.0), ScalingAdjustment: n}},
	}}
}

// alarm returns an alarm that drives a step policy.
func alarm(name, policy string) model.Alarm {
	return model.Alarm{
		Name: name, Policy: policy, MetricName: "Backlog", Namespace: "AWS/SageMaker", Statistic: "Average", Period: 60,
		EvaluationPeriods: 1, Threshold: 0.5, ComparisonOperator: "GreaterThanOrEqualToThreshold",
		ActionsEnabled: true, AlarmActions: []string{model.PolicyARNAction},
	}
}

// action returns a scheduled action in UTC; bounds of 0 are left out.
func action(name, schedule string, low, high int32) model.ScheduledAction {
	a := model.ScheduledAction{Name: name, Schedule: schedule, Timezone: model.UTC}
	if low != 0 {
		a.MinCapacity = model.Ptr(low)
	}
	if high != 0 {
		a.MaxCapacity = model.Ptr(high)
	}
	return a
}

// liveFrom returns an account in which a desired state was applied at the given time,
// with an endpoint or component in service behind every target.
func liveFrom(t tester, d model.Desired, at time.Time) *account {
	t.Helper()
	a := newAccount(at)
	a.serve(d)
	a.apply(t, d)
	return a
}

// serve makes an endpoint or component in service for every target of the state, with a
// capacity at its minimum, and as the state expects it where it says something.
func (a *account) serve(d model.Desired) {
	for _, t := range d.Targets {
		if name := t.ID.Component(); name != "" {
			a.components[name] = model.Component{Name: name, Endpoint: "shared", Variant: "main", Status: "InService",
				DesiredCopyCount: t.MinCapacity, CurrentCopyCount: t.MinCapacity}
			continue
		}
		e, ok := a.endpoints[t.ID.Endpoint()]
		if !ok {
			e = model.Endpoint{Name: t.ID.Endpoint(), Status: "InService", Kind: model.KindAsync, Variants: map[string]model.Variant{}}
		}
		v := model.Variant{Name: t.ID.Variant(), InstanceType: "ml.g5.xlarge", DesiredInstanceCount: t.MinCapacity, CurrentInstanceCount: t.MinCapacity}
		if t.ID.Dimension == model.ProvisionedConcurrency {
			e.Kind = model.KindServerless
			v = model.Variant{Name: t.ID.Variant(), Serverless: true, MemorySizeInMB: 2048, MaxConcurrency: 50, ProvisionedConcurrency: t.MinCapacity}
		}
		e.Variants[t.ID.Variant()] = v
		a.endpoints[t.ID.Endpoint()] = e
	}
	for _, want := range d.Endpoints {
		e := a.endpoints[want.Name]
		e.Name, e.Status = want.Name, "InService"
		e.Kind = cmp.Or(want.Kind, e.Kind)
		for _, wv := range want.Variants {
			v := e.Variants[wv.Name]
			v.InstanceType = cmp.Or(wv.InstanceType, v.InstanceType)
			v.MaxConcurrency = cmp.Or(wv.MaxConcurrency, v.MaxConcurrency)
			v.MemorySizeInMB = cmp.Or(wv.MemorySizeInMB, v.MemorySizeInMB)
			if e.Variants != nil {
				e.Variants[wv.Name] = v
			}
		}
		for _, name := range want.Components {
			c := a.components[name]
			c.Name, c.Endpoint = name, want.Name
			a.components[name] = c
		}
		a.endpoints[want.Name] = e
	}
}

// plan builds the plan that takes the account to the desired state.
func (a *account) plan(t tester, d model.Desired) *Plan {
	t.Helper()
	return build(t, Input{Desired: d, Observed: a.observed(), Now: a.now})
}

// apply plans and carries out.
func (a *account) apply(t tester, d model.Desired) *Plan {
	t.Helper()
	p := a.plan(t, d)
	if err := a.run(p); err != nil {
		t.Fatal(err)
	}
	return p
}

func build(t tester, in Input) *Plan {
	t.Helper()
	p, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// find returns the only change with the address and action, or fails.
func find(t tester, p *Plan, a Action, address string) Change {
	t.Helper()
	for _, c := range p.Changes {
		if c.Action == a && c.Address == address {
			return c
		}
	}
	t.Fatalf("no %s of %s among %s", a, address, summary(p))
	return Change{}
}

// summary lists the changes of a plan in order of execution within each target.
func summary(p *Plan) []string {
	var out []string
	for _, c := range p.Changes {
		out = append(out, string(c.Action)+" "+c.Address)
	}
	return out
}
