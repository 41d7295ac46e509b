package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"

	"github.com/scalectl/scalectl/pkg/model"
)

// lowering turns the parts of one target into model types, in normal form.
type lowering struct {
	fleet *Fleet
	// names holds the values of ${endpoint}, ${variant} and ${component}.
	names map[string]string
	// missing is called for a variable that the target has no value for.
	missing func(v Val[string], variable string)
}

// text fills the names of the target into a value.
func (l lowering) text(v Val[string]) string {
	out, missing := expandTarget(v.Get(), l.names)
	if missing != "" {
		l.missing(v, missing)
	}
	return out
}

func (l lowering) dimensions(m Map[Val[string]]) map[string]string {
	if m.Len() == 0 {
		return nil
	}
	out := make(map[string]string, m.Len())
	for name, v := range m.All() {
		out[name] = l.text(v)
	}
	return out
}

// tags are the tags of the fleet, further ones, and those that scalectl sets itself.
func (l lowering) tags(further Map[Val[string]], protect bool) map[string]string {
	out := plain(l.fleet.Tags)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, plain(further))
	out[model.TagStack] = l.fleet.Stack.Get()
	if protect {
		out[model.TagProtect] = "true"
	}
	return out
}

func (l lowering) scalableTarget(t *target) model.ScalableTarget {
	s := t.Scaling
	out := model.ScalableTarget{
		ID:          t.ID,
		MinCapacity: s.MinCapacity.Get(),
		MaxCapacity: s.MaxCapacity.Get(),
		Tags:        l.tags(s.Tags, s.Protect.Get()),
	}
	if s.Suspended != nil {
		out.Suspended = model.Suspended{
			DynamicScalingIn:  s.Suspended.DynamicScalingIn.Get(),
			DynamicScalingOut: s.Suspended.DynamicScalingOut.Get(),
			ScheduledScaling:  s.Suspended.ScheduledScaling.Get(),
		}
	}
	return out
}

func (l lowering) policy(id model.TargetID, name string, p *Policy) model.Policy {
	out := model.Policy{Target: id, Name: name}
	if tt := p.TargetTracking; tt != nil {
		out.TargetTracking = &model.TargetTracking{
			TargetValue:      tt.TargetValue.Get(),
			PredefinedMetric: tt.PredefinedMetric.Get(),
			CustomizedMetric: l.customizedMetric(tt.CustomizedMetric),
			ScaleInCooldown:  tt.ScaleInCooldown.Or(model.DefaultCooldown),
			ScaleOutCooldown: tt.ScaleOutCooldown.Or(model.DefaultCooldown),
			DisableScaleIn:   tt.DisableScaleIn.Get(),
		}
	}
	if st := p.StepScaling; st != nil {
		out.StepScaling = &model.StepScaling{
			AdjustmentType:         st.AdjustmentType.Get(),
			MetricAggregationType:  st.MetricAggregationType.Get(),
			Cooldown:               st.Cooldown.Or(model.DefaultCooldown),
			MinAdjustmentMagnitude: st.MinAdjustmentMagnitude.Ptr(),
		}
		for _, step := range st.StepAdjustments.All() {
			out.StepScaling.StepAdjustments = append(out.StepScaling.StepAdjustments, model.Step{
				MetricIntervalLowerBound: step.MetricIntervalLowerBound.Ptr(),
				MetricIntervalUpperBound: step.MetricIntervalUpperBound.Ptr(),
				ScalingAdjustment:        step.ScalingAdjustment.Get(),
			})
		}
	}
	return out.Normal()
}

func (l lowering) customizedMetric(m *CustomizedMetric) *model.CustomizedMetric {
	if m == nil {
		return nil
	}
	return &model.CustomizedMetric{
		MetricName: m.MetricName.Get(),
		Namespace:  m.Namespace.Get(),
		Dimensions: l.dimensions(m.Dimensions),
		Statistic:  m.Statistic.Get(),
		Unit:       m.Unit.Get(),
		Metrics:    l.queries(m.Metrics),
	}
}

// queries lowers metric math. ReturnData left out is true, as in both APIs.
func (l lowering) queries(list List[*MetricQuery]) []model.MetricQuery {
	var out []model.MetricQuery
	for _, q := range list.All() {
		lowered := model.MetricQuery{
			ID:         q.ID.Get(),
			Expression: q.Expression.Get(),
			Label:      q.Label.Get(),
			ReturnData: q.ReturnData.Or(true),
			Period:     q.Period.Get(),
			AccountID:  q.AccountID.Get(),
		}
		if stat := q.MetricStat; stat != nil {
			lowered.MetricStat = &model.MetricStat{
				MetricName: stat.MetricName.Get(),
				Namespace:  stat.Namespace.Get(),
				Dimensions: l.dimensions(stat.Dimensions),
				Stat:       stat.Stat.Get(),
				Unit:       stat.Unit.Get(),
				Period:     stat.Period.Get(),
			}
		}
		out = append(out, lowered)
	}
	return out
}

func (l lowering) alarm(t *target, use *policyUse, a *Alarm) model.Alarm {
	key := ""
	if a != use.Def.StepScaling.Alarm {
		key = a.Name()
	}
	name := DefaultAlarmName(l.fleet.Stack.Get(), use.Model.Address(), key)
	if a.AlarmName.IsSet() {
		name = l.text(a.AlarmName)
	}
	return model.Alarm{
		Name:                             name,
		Target:                           t.ID,
		Policy:                           use.Model.Name,
		Description:                      l.text(a.Description),
		MetricName:                       a.MetricName.Get(),
		Namespace:                        a.Namespace.Get(),
		Dimensions:                       l.dimensions(a.Dimensions),
		Statistic:                        a.Statistic.Get(),
		ExtendedStatistic:                a.ExtendedStatistic.Get(),
		Unit:                             a.Unit.Get(),
		Period:                           a.Period.Get(),
		Metrics:                          l.queries(a.Metrics),
		EvaluationPeriods:                a.EvaluationPeriods.Get(),
		DatapointsToAlarm:                a.DatapointsToAlarm.Get(),
		Threshold:                        a.Threshold.Get(),
		ComparisonOperator:               a.ComparisonOperator.Get(),
		TreatMissingData:                 a.TreatMissingData.Get(),
		EvaluateLowSampleCountPercentile: a.EvaluateLowSampleCountPercentile.Get(),
		ActionsEnabled:                   a.ActionsEnabled.Or(true),
		AlarmActions:                     append([]string{model.PolicyARNAction}, texts(a.AlarmActions)...),
		OKActions:                        texts(a.OKActions),
		InsufficientDataActions:          texts(a.InsufficientDataActions),
		Tags:                             l.tags(a.Tags, t.Scaling.Protect.Get()),
	}.Normal()
}

func texts(list List[Val[string]]) []string {
	var out []string
	for _, v := range list.All() {
		out = append(out, v.Get())
	}
	return out
}

// AlarmPrefix begins the name of every alarm that scalectl names for a stack: what tells
// an alarm that left the spec from one made elsewhere.
func AlarmPrefix(stack string) string { return "scalectl/" + stack + "/" }

// DefaultAlarmName returns the name of an alarm that the spec does not name: the prefix
// of the stack, the address of the policy, and the key of the alarm where a policy has
// several. A name that CloudWatch would not take is cut and ends in a hash of the whole.
func DefaultAlarmName(stack, policyAddress, key string) string {
	name := AlarmPrefix(stack) + policyAddress
	if key != "" {
		name += "/" + key
	}
	if len(name) <= maxAlarmName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	tail := "-" + hex.EncodeToString(sum[:6])
	return name[:maxAlarmName-len(tail)] + tail
}

func (l lowering) action(id model.TargetID, name string, a *ScheduledAction) model.ScheduledAction {
	return model.ScheduledAction{
		Target:      id,
		Name:        name,
		Schedule:    a.Schedule.Get(),
		Timezone:    a.Timezone.Get(),
		StartTime:   a.StartTime.Ptr(),
		EndTime:     a.EndTime.Ptr(),
		MinCapacity: a.MinCapacity.Ptr(),
		MaxCapacity: a.MaxCapacity.Ptr(),
	}.Normal()
}

// expectations collects what the spec says about endpoints made elsewhere.
func expectations(fleet *Fleet) []model.EndpointExpectation {
	var out []model.EndpointExpectation
	for name, e := range fleet.Endpoints.All() {
		x := model.EndpointExpectation{Name: name}
		for variant, v := range e.Variants.All() {
			vx := model.VariantExpectation{Name: variant, InstanceType: v.InstanceType.Get()}
			if v.Serverless != nil {
				x.Kind = model.KindServerless
				vx.MaxConcurrency = v.Serverless.MaxConcurrency.Get()
				vx.MemorySizeInMB = v.Serverless.MemorySizeInMB.Get()
			}
			if v.Scaling != nil && v.Scaling.Dimension.Get() == DimensionProvisionedConcurrency {
				x.Kind = model.KindServerless
			}
			x.Variants = append(x.Variants, vx)
		}
		x.Components = e.InferenceComponents.Names()
		switch {
		case e.Async != nil:
			x.Kind = model.KindAsync
		case len(x.Components) > 0:
			x.Kind = model.KindComponents
		}
		if len(x.Components) == 0 {
			x.Components = nil
		}
		out = append(out, x)
	}
	return out
}
