package plan

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

// LiveRule is a check that needs live state, and so runs at plan time only.
type LiveRule struct {
	ID      string
	Title   string // what a finding of the rule means, in one line
	Explain string // why it matters and what to do, in one paragraph
}

// Rule ids of the checks that need live state.
const (
	ruleEndpointMissing  = "endpoint-missing"
	ruleVariantMissing   = "variant-missing"
	ruleComponentMissing = "component-missing"
	ruleEndpointDiffers  = "endpoint-differs"
	ruleDimensionLive    = "dimension-live"
	ruleBurstableLive    = "burstable-live"
	ruleTwoControllers   = "two-controllers"
	ruleMaxConcurrency   = "max-concurrency-live"
	ruleZeroLive         = "zero-instances-live"
)

// LiveRules lists the checks of Build, by id. All of them are errors.
func LiveRules() []LiveRule {
	return []LiveRule{
		{ruleBurstableLive, "the live variant runs on a burstable instance type",
			"SageMaker does not auto-scale burstable instance types (ml.t2): registering the variant is refused. " +
				"Move it to another instance type, or take its scaling out of the spec."},
		{ruleComponentMissing, "an inference component of the spec does not exist",
			"A scalable target can only be registered for an inference component that exists in the account and region. " +
				"Create it first, correct its name, or look whether the right account and region are in use."},
		{ruleDimensionLive, "the live variant has no such dimension to scale",
			"A variant on instances scales its instance count, a serverless one its provisioned concurrency. " +
				"AWS decides by the live endpoint, whatever the spec says about it: set scaling.dimension to the other one."},
		{ruleEndpointDiffers, "the spec states something about the endpoint that is not so",
			"What a spec says about an endpoint made elsewhere (its kind, instance type, memory, concurrency, components) is what " +
				"its offline checks go by. Where the live endpoint contradicts it those checks may have missed something. Correct " +
				"the spec: scalectl does not change an endpoint that it does not own."},
		{ruleEndpointMissing, "an endpoint of the spec does not exist",
			"A scalable target can only be registered for an endpoint that exists in the account and region. " +
				"Create it first, correct its name, or look whether the right account and region are in use."},
		{ruleMaxConcurrency, "capacity goes above the live MaxConcurrency",
			"Provisioned concurrency can never exceed the MaxConcurrency of its serverless variant, so neither may the maximum of " +
				"its scalable target nor that of a scheduled action."},
		{ruleTwoControllers, "managed instance scaling already owns the instance count",
			"With managed instance scaling SageMaker adds and removes instances to fit the inference components. A scalable target on " +
				"the same instance count would fight it. Scale the copies of the components instead."},
		{ruleVariantMissing, "the endpoint has no such variant",
			"A scalable target names one production variant of an endpoint, and its name is case-sensitive. " +
				"The message lists the variants that the endpoint has."},
		{ruleZeroLive, "a real-time variant cannot scale to zero instances",
			"Only asynchronous endpoints and those of inference components can be without instances. A real-time variant keeps at least " +
				"one: set minCapacity to 1 or more, also in scheduled actions."},
	}
}

// checkEndpoints finds what in the spec cannot work on the live endpoints. AWS would
// refuse some of it late, in the middle of an apply, and accept the rest silently.
func (b *builder) checkEndpoints(selected *selector) diag.List {
	var list diag.List
	touched := map[string]bool{}
	for _, t := range b.Desired.Targets {
		if !selected.touches(t) {
			continue
		}
		touched["endpoint/"+t.ID.Endpoint()], touched[t.ID.ResourceID] = true, true
		list = append(list, b.checkTarget(t)...)
	}
	for _, e := range b.Desired.Endpoints {
		live, ok := b.Observed.Endpoints[e.Name]
		if !ok {
			continue // reported at its targets
		}
		at := "endpoint/" + e.Name
		if touched[at] || selected.keeps(at, "") ||
			slices.ContainsFunc(e.Components, func(c string) bool { return touched[model.ComponentTarget(c).ResourceID] }) {
			list = append(list, b.checkExpectation(e, live)...)
		}
	}
	return list
}

func (b *builder) problem(rule, address, hint, format string, args ...any) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Rule: rule, Message: fmt.Sprintf(format, args...), Hint: hint}
	for at := address; at != "" && d.Position.IsZero(); at = parent(at) {
		d.Position = b.Positions[at]
	}
	return d
}

// parent cuts the last segment off an address.
func parent(address string) string {
	i := strings.LastIndexByte(address, '/')
	if i < 0 {
		return ""
	}
	return address[:i]
}

func (b *builder) checkTarget(t model.Target) diag.List {
	at := t.ID.Address()
	if name := t.ID.Component(); name != "" {
		if _, ok := b.Observed.Components[name]; !ok {
			return diag.List{b.problem(ruleComponentMissing, at, "create the inference component first, or remove it from the spec",
				"inference component %q does not exist in account %s, region %s", name, b.Observed.Account, b.Observed.Region)}
		}
		return nil
	}
	endpoint, ok := b.Observed.Endpoints[t.ID.Endpoint()]
	if !ok {
		return diag.List{b.problem(ruleEndpointMissing, at, "create the endpoint first, or remove it from the spec",
			"endpoint %q does not exist in account %s, region %s", t.ID.Endpoint(), b.Observed.Account, b.Observed.Region)}
	}
	variant, ok := endpoint.Variants[t.ID.Variant()]
	if !ok {
		return diag.List{b.problem(ruleVariantMissing, at,
			"its variants are "+strings.Join(slices.Sorted(maps.Keys(endpoint.Variants)), ", "),
			"endpoint %q has no variant %q", endpoint.Name, t.ID.Variant())}
	}
	return b.checkVariant(t, endpoint, variant)
}

func (b *builder) checkVariant(t model.Target, endpoint model.Endpoint, v model.Variant) diag.List {
	var list diag.List
	at := t.ID.Address()
	switch {
	case t.ID.Dimension == model.ProvisionedConcurrency && !v.Serverless:
		list = append(list, b.problem(ruleDimensionLive, at, "scale its instance count: set scaling.dimension to DesiredInstanceCount, or leave serverless out",
			"variant %q runs on instances and has no provisioned concurrency to scale", v.Name))
	case t.ID.Dimension == model.InstanceCount && v.Serverless:
		list = append(list, b.problem(ruleDimensionLive, at, "scale its provisioned concurrency: set scaling.dimension to DesiredProvisionedConcurrency",
			"variant %q is serverless and has no instances to scale", v.Name))
	}
	// https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html
	if t.ID.Dimension == model.InstanceCount && strings.HasPrefix(v.InstanceType, "ml.t2.") {
		list = append(list, b.problem(ruleBurstableLive, at, "move the variant to an instance type that is not burstable",
			"variant %q runs on %s, a burstable type that AWS does not auto-scale", v.Name, v.InstanceType))
	}
	if t.ID.Dimension == model.InstanceCount && v.ManagedInstanceScaling {
		list = append(list, b.problem(ruleTwoControllers, at, "scale the copies of its inference components instead",
			"variant %q has managed instance scaling, which would fight over the same instance count", v.Name))
	}
	if t.ID.Dimension == model.InstanceCount && endpoint.Kind == model.KindRealtime {
		for at, n := range capacities(t, t.MinCapacity, func(a model.ScheduledAction) *int32 { return a.MinCapacity }) {
			if n == 0 {
				list = append(list, b.problem(ruleZeroLive, at, "set minCapacity to 1 or more",
					"minCapacity 0: endpoint %q is a real-time endpoint, which keeps at least one instance", endpoint.Name))
			}
		}
	}
	if t.ID.Dimension == model.ProvisionedConcurrency && v.MaxConcurrency > 0 {
		for at, n := range capacities(t, t.MaxCapacity, func(a model.ScheduledAction) *int32 { return a.MaxCapacity }) {
			if n > v.MaxConcurrency {
				list = append(list, b.problem(ruleMaxConcurrency, at, fmt.Sprintf("lower maxCapacity to %d or raise the variant's MaxConcurrency", v.MaxConcurrency),
					"maxCapacity %d is above the MaxConcurrency %d of variant %q", n, v.MaxConcurrency, v.Name))
			}
		}
	}
	return list
}

// capacities yields one side of the bounds wherever the spec sets it: at the target
// itself and at its scheduled actions.
func capacities(t model.Target, own int32, of func(model.ScheduledAction) *int32) iter.Seq2[string, int32] {
	return func(yield func(string, int32) bool) {
		if !yield(t.ID.Address(), own) {
			return
		}
		for _, a := range t.ScheduledActions {
			if n := of(a); n != nil && !yield(a.Address(), *n) {
				return
			}
		}
	}
}

// checkExpectation compares what the spec says about an endpoint made elsewhere.
func (b *builder) checkExpectation(e model.EndpointExpectation, live model.Endpoint) diag.List {
	var list diag.List
	at := "endpoint/" + e.Name
	if e.Kind != "" && live.Kind != "" && e.Kind != live.Kind {
		list = append(list, b.problem(ruleEndpointDiffers, at, "correct the spec, so that its checks fit the endpoint",
			"the spec says that endpoint %q is %s, but it is %s", e.Name, e.Kind, live.Kind))
	}
	for _, v := range e.Variants {
		have, ok := live.Variants[v.Name]
		if !ok {
			continue // reported at its target
		}
		at := at + "/variant/" + v.Name
		if v.InstanceType != "" && have.InstanceType != "" && v.InstanceType != have.InstanceType {
			list = append(list, b.problem(ruleEndpointDiffers, at, "correct the spec: scalectl does not change this endpoint",
				"the spec says that variant %q runs on %s, but it runs on %s", v.Name, v.InstanceType, have.InstanceType))
		}
		if v.MaxConcurrency != 0 && have.Serverless && v.MaxConcurrency != have.MaxConcurrency {
			list = append(list, b.problem(ruleEndpointDiffers, at, "correct the spec: scalectl does not change this endpoint",
				"the spec says that variant %q has maxConcurrency %d, but it has %d", v.Name, v.MaxConcurrency, have.MaxConcurrency))
		}
		if v.MemorySizeInMB != 0 && have.Serverless && v.MemorySizeInMB != have.MemorySizeInMB {
			list = append(list, b.problem(ruleEndpointDiffers, at, "correct the spec: scalectl does not change this endpoint",
				"the spec says that variant %q has memorySizeInMB %d, but it has %d", v.Name, v.MemorySizeInMB, have.MemorySizeInMB))
		}
	}
	for _, name := range e.Components {
		if c, ok := b.Observed.Components[name]; ok && c.Endpoint != e.Name {
			list = append(list, b.problem(ruleEndpointDiffers, model.ComponentTarget(name).Address(), "move it below that endpoint in the spec",
				"inference component %q is on endpoint %q, not on %q", name, c.Endpoint, e.Name))
		}
	}
	return list
}
