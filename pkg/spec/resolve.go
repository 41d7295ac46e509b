package spec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scalectl/scalectl/pkg/model"
)

// resolver turns the typed fleet into targets: it attaches policies by name, works out
// dimensions, and fills the names of the target into dimensions and alarms. It reports
// what does not fit together; what it reports about is left out.
type resolver struct {
	*collector
	fleet *Fleet
	// complete is false when part of the spec could not be read, so that a missing
	// policy may be defined there.
	complete bool

	shared  map[string]*policyDef
	targets []*target
	inline  []*policyDef
}

func (r *resolver) resolve() {
	r.shared = map[string]*policyDef{}
	for name, p := range r.fleet.Policies.All() {
		if r.checkPolicy(p) {
			r.shared[name] = &policyDef{Policy: p, Shared: true}
		}
	}
	r.endpointNames()
	components := map[string]*Component{}
	for _, e := range r.fleet.Endpoints.All() {
		for _, v := range e.Variants.All() {
			if v.Scaling != nil {
				r.variant(e, v)
			}
		}
		for name, c := range e.InferenceComponents.All() {
			if first := components[name]; first != nil {
				again := c
				if standsBehind(first, again) {
					first, again = again, first
				}
				r.at(ruleDuplicateName, again, "inference component %q is already defined %s", name, elsewhere(again.at(), first.at())).
					hint("a component has one name in its region, whatever its endpoint").
					related(first, "first defined here")
				continue
			}
			components[name] = c
			if c.Scaling != nil {
				r.component(e, c)
			}
		}
	}
	slices.SortFunc(r.targets, func(a, b *target) int { return a.ID.Compare(b.ID) })
	r.alarmNames()
}

func (r *resolver) at(rule string, at Place, format string, args ...any) *finding {
	return r.add(rule, Position(at), format, args...)
}

// policies returns every sound definition: the shared ones by name, then the inline
// ones by target.
func (r *resolver) policies() []*policyDef {
	var defs []*policyDef
	for name := range r.fleet.Policies.All() {
		if def := r.shared[name]; def != nil {
			defs = append(defs, def)
		}
	}
	slices.SortFunc(r.inline, func(a, b *policyDef) int { return a.Uses[0].Target.ID.Compare(b.Uses[0].Target.ID) })
	return append(defs, r.inline...)
}

// checkPolicy reports a definition that is not of exactly one type.
func (r *resolver) checkPolicy(p *Policy) bool {
	switch {
	case p.TargetTracking != nil && p.StepScaling != nil:
		r.at(rulePolicyType, p.StepScaling, "policy %q has targetTracking and stepScaling", p.Name()).
			hint("make two policies of it").
			related(p.TargetTracking, "targetTracking is here")
		return false
	case p.TargetTracking == nil && p.StepScaling == nil:
		r.at(rulePolicyType, p, "policy %q has neither targetTracking nor stepScaling", p.Name()).
			hint("define one of them below it")
		return false
	case p.StepScaling != nil && p.StepScaling.Alarm != nil && p.StepScaling.Alarms.IsSet():
		r.at(ruleAlarmChoice, p.StepScaling.Alarms, "policy %q has alarm and alarms", p.Name()).
			hint("move the alarm under alarms, with a key of its own").
			related(p.StepScaling.Alarm, "alarm is here")
		return false
	}
	return true
}

// endpointNames reports names that differ in case only.
func (r *resolver) endpointNames() {
	first := map[string]*Endpoint{}
	for name, e := range r.fleet.Endpoints.All() {
		low := strings.ToLower(name)
		other := first[low]
		if other == nil {
			first[low] = e
			continue
		}
		if standsBehind(other, e) {
			e, other = other, e
		}
		r.at(ruleDuplicateName, e, "endpoint %q differs from %q %s in case only", e.Name(), other.Name(), elsewhere(e.at(), other.at())).
			hint("SageMaker takes both for the same endpoint").
			related(other, "the other one is here")
	}
}

// standsBehind reports whether a stands behind b.
func standsBehind(a, b Place) bool {
	pa, pb := Position(a), Position(b)
	if pa.File != pb.File {
		return pa.File > pb.File
	}
	return pa.Line > pb.Line || pa.Line == pb.Line && pa.Column > pb.Column
}

func (r *resolver) variant(e *Endpoint, v *Variant) {
	t := &target{Endpoint: e, Variant: v, Scaling: v.Scaling}
	dimension := model.InstanceCount
	if v.Serverless != nil {
		dimension = model.ProvisionedConcurrency
	}
	if d := v.Scaling.Dimension; d.IsSet() {
		switch stated := d.Get(); {
		case stated == DimensionCopyCount:
			r.at(ruleDimension, d, "variant %q cannot scale by %s", v.Name(), stated).
				hint("copies belong to an inference component: put it under inferenceComponents")
			return
		case stated == DimensionInstanceCount && v.Serverless != nil:
			r.at(ruleDimension, d, "serverless variant %q cannot scale by %s", v.Name(), stated).
				hint("write %s, or remove serverless if the variant runs on instances", DimensionProvisionedConcurrency).
				related(v.Serverless, "stated as serverless here")
			return
		case stated == DimensionProvisionedConcurrency && v.InstanceType.IsSet():
			r.at(ruleDimension, d, "variant %q runs on instances and cannot scale by %s", v.Name(), stated).
				hint("write %s, or remove instanceType if the variant is serverless", DimensionInstanceCount).
				related(v.InstanceType, "the instance type is stated here")
			return
		case stated == DimensionProvisionedConcurrency:
			dimension = model.ProvisionedConcurrency
		}
	}
	t.ID = model.VariantTarget(e.Name(), v.Name(), dimension)
	switch {
	case dimension == model.ProvisionedConcurrency:
		t.Kind, t.KindStated = model.KindServerless, true
	case e.Async != nil:
		t.Kind, t.KindStated = model.KindAsync, true
	case e.InferenceComponents.Len() > 0:
		t.Kind, t.KindStated = model.KindComponents, true
	default:
		t.Kind = model.KindRealtime
	}
	r.finish(t, map[string]string{"endpoint": e.Name(), "variant": v.Name()})
}

func (r *resolver) component(e *Endpoint, c *Component) {
	if d := c.Scaling.Dimension; d.IsSet() && d.Get() != DimensionCopyCount {
		r.at(ruleDimension, d, "inference component %q cannot scale by %s", c.Name(), d.Get()).
			hint("write %s or remove the line", DimensionCopyCount)
		return
	}
	t := &target{Endpoint: e, Component: c, Scaling: c.Scaling, Kind: model.KindComponents, KindStated: true}
	t.ID = model.ComponentTarget(c.Name())
	r.finish(t, map[string]string{"endpoint": e.Name(), "component": c.Name()})
}

// finish attaches policies and scheduled actions to a target and builds its model.
func (r *resolver) finish(t *target, names map[string]string) {
	s := t.Scaling
	t.Complete = !s.partial && !s.Policies.partial && !s.ScheduledActions.partial
	l := lowering{fleet: r.fleet, names: names, missing: func(v Val[string], name string) {
		r.at(ruleVariable, v, "%q has no value for %s", "${"+name+"}", t.ID.Address()).
			hint("it belongs to another kind of target").
			related(t, "the target is here")
	}}
	t.Model.ScalableTarget = l.scalableTarget(t)
	t.Model.Protect = s.Protect.Get()
	for name, p := range s.Policies.All() {
		use := r.policy(t, name, p)
		if use == nil {
			t.Complete = false
			continue
		}
		if p.partial || use.Def.partial {
			t.Complete = false
		}
		use.Model = l.policy(t.ID, name, use.Def.Policy)
		for a := range use.Def.alarms() {
			use.Alarms = append(use.Alarms, &alarmUse{Alarm: a, Use: use, Model: l.alarm(t, use, a)})
		}
		t.Policies = append(t.Policies, use)
		t.Model.Policies = append(t.Model.Policies, use.Model)
		for _, a := range use.Alarms {
			t.Model.Alarms = append(t.Model.Alarms, a.Model)
		}
	}
	for name, a := range s.ScheduledActions.All() {
		use := &actionUse{ScheduledAction: a, Target: t, Model: l.action(t.ID, name, a)}
		t.Actions = append(t.Actions, use)
		t.Model.ScheduledActions = append(t.Model.ScheduledActions, use.Model)
	}
	slices.SortFunc(t.Model.Alarms, func(a, b model.Alarm) int { return strings.Compare(a.Name, b.Name) })
	r.targets = append(r.targets, t)
}

// policy finds the definition of a policy of a target, nil when there is none.
func (r *resolver) policy(t *target, name string, p *Policy) *policyUse {
	empty := p.TargetTracking == nil && p.StepScaling == nil
	shared, defined := r.fleet.Policies.Get(name)
	_, written := r.writtenPolicy(name)
	switch {
	case empty && r.shared[name] != nil:
		use := &policyUse{Target: t, Def: r.shared[name], Attach: p}
		use.Def.Uses = append(use.Def.Uses, use)
		return use
	case empty && (written || !r.complete || r.fleet.Policies.broken):
		return nil // its definition has an error of its own
	case empty:
		r.at(ruleUnknownPolicy, p, "there is no policy %q%s", name, didYouMean(name, r.fleet.Policies.Names())).
			hint("%s", r.knownPolicies())
		return nil
	case defined:
		r.at(ruleAmbiguous, p, "policy %q is defined here and %s", name, elsewhere(p.at(), shared.at())).
			hint("write %s: {} to attach the shared one, or give this one another name", strconv.Quote(name)).
			related(shared, "the shared policy is here")
		return nil
	case !r.checkPolicy(p):
		return nil
	}
	use := &policyUse{Target: t, Def: &policyDef{Policy: p}, Attach: p}
	use.Def.Uses = []*policyUse{use}
	r.inline = append(r.inline, use.Def)
	return use
}

// writtenPolicy finds the key of a shared policy, sound or not.
func (r *resolver) writtenPolicy(name string) (*node, bool) {
	key, _ := r.fleet.Policies.node.field(name)
	return key, key != nil
}

func (r *resolver) knownPolicies() string {
	if names := r.fleet.Policies.Names(); len(names) > 0 {
		return "the top level has: " + quoteList(names)
	}
	return "define it under policies at the top level, or here"
}

// alarmNames reports alarms of the same name: CloudWatch would keep the last one only.
func (r *resolver) alarmNames() {
	first := map[string]*alarmUse{}
	for _, t := range r.targets {
		for _, use := range t.Policies {
			for _, a := range use.Alarms {
				other := first[a.Model.Name]
				if other == nil {
					first[a.Model.Name] = a
					continue
				}
				at := Place(a.AlarmName)
				if !a.AlarmName.IsSet() {
					at = a.Alarm
				}
				r.at(ruleDuplicateName, at, "alarm %q would be made for %s and for %s", a.Model.Name, other.Model.Target, a.Model.Target).
					hint("put ${endpoint}, ${variant} or ${component} into the name, or leave the name out").
					related(other.Use.Attach, "used here").
					related(use.Attach, "and here")
			}
		}
	}
}
