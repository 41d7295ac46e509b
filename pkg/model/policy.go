package model

import (
	"cmp"
	"maps"
	"slices"
)

// DefaultCooldown is what AWS uses for an unset cooldown of any SageMaker dimension.
// https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
const DefaultCooldown Seconds = 300

// Values that more than one package compares against.
const (
	AggregationAverage = "Average" // AWS's default MetricAggregationType

	ChangeInCapacity        = "ChangeInCapacity"
	PercentChangeInCapacity = "PercentChangeInCapacity"
	ExactCapacity           = "ExactCapacity"
)

// Policy is a scaling policy. Exactly one of TargetTracking and StepScaling is set.
type Policy struct {
	Target         TargetID        `json:"target"`
	Name           string          `json:"name"`
	TargetTracking *TargetTracking `json:"targetTracking,omitempty"`
	StepScaling    *StepScaling    `json:"stepScaling,omitempty"`
}

// Type returns AWS's PolicyType.
func (p Policy) Type() string {
	if p.StepScaling != nil {
		return "StepScaling"
	}
	return "TargetTrackingScaling"
}

// Address returns the printable name of the policy.
func (p Policy) Address() string { return p.Target.PolicyAddress(p.Name) }

// TargetTracking keeps a metric near a value. Exactly one of PredefinedMetric and
// CustomizedMetric is set. Cooldowns are always filled in.
// https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html
type TargetTracking struct {
	TargetValue      float64           `json:"targetValue"`
	PredefinedMetric string            `json:"predefinedMetric,omitempty"`
	CustomizedMetric *CustomizedMetric `json:"customizedMetric,omitempty"`
	ScaleInCooldown  Seconds           `json:"scaleInCooldown"`
	ScaleOutCooldown Seconds           `json:"scaleOutCooldown"`
	DisableScaleIn   bool              `json:"disableScaleIn"`
}

// CustomizedMetric is either one metric (MetricName, Namespace, Statistic and what goes
// with them) or metric math (Metrics), never both.
type CustomizedMetric struct {
	MetricName string            `json:"metricName,omitempty"`
	Namespace  string            `json:"namespace,omitempty"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Statistic  string            `json:"statistic,omitempty"`
	Unit       string            `json:"unit,omitempty"`
	Metrics    []MetricQuery     `json:"metrics,omitempty"`
}

// MetricQuery is one line of metric math: an expression or a metric.
type MetricQuery struct {
	ID         string      `json:"id"`
	Expression string      `json:"expression,omitempty"`
	Label      string      `json:"label,omitempty"`
	ReturnData bool        `json:"returnData"`
	MetricStat *MetricStat `json:"metricStat,omitempty"`
	// Period belongs to an expression and AccountID to either form; both exist in
	// CloudWatch alarms only.
	Period    Seconds `json:"period,omitempty"`
	AccountID string  `json:"accountId,omitempty"`
}

// MetricStat is the metric of a MetricQuery. Period exists in CloudWatch alarms only;
// Application Auto Scaling has no such member.
type MetricStat struct {
	MetricName string            `json:"metricName"`
	Namespace  string            `json:"namespace"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Stat       string            `json:"stat"`
	Unit       string            `json:"unit,omitempty"`
	Period     Seconds           `json:"period,omitempty"`
}

// StepScaling changes capacity by an amount that depends on how far a CloudWatch alarm
// is breached. Cooldown and MetricAggregationType are always filled in.
// https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html
type StepScaling struct {
	AdjustmentType         string  `json:"adjustmentType"`
	MetricAggregationType  string  `json:"metricAggregationType"`
	Cooldown               Seconds `json:"cooldown"`
	MinAdjustmentMagnitude *int32  `json:"minAdjustmentMagnitude,omitempty"`
	StepAdjustments        []Step  `json:"stepAdjustments"`
}

// Step is one interval of a step policy. The bounds are offsets from the alarm's
// threshold; nil means without bound.
type Step struct {
	MetricIntervalLowerBound *float64 `json:"metricIntervalLowerBound,omitempty"`
	MetricIntervalUpperBound *float64 `json:"metricIntervalUpperBound,omitempty"`
	ScalingAdjustment        int32    `json:"scalingAdjustment"`
}

// Normal returns the policy in normal form: AWS's defaults filled in, lists that AWS
// may reorder sorted, empty containers nil. Two policies that AWS treats alike have
// deeply equal normal forms.
func (p Policy) Normal() Policy {
	if p.TargetTracking != nil {
		tt := *p.TargetTracking
		if tt.CustomizedMetric != nil {
			m := tt.CustomizedMetric.normal()
			tt.CustomizedMetric = &m
		}
		p.TargetTracking = &tt
	}
	if p.StepScaling != nil {
		st := *p.StepScaling
		if st.MetricAggregationType == "" {
			st.MetricAggregationType = AggregationAverage
		}
		if m := st.MinAdjustmentMagnitude; m != nil {
			st.MinAdjustmentMagnitude = Ptr(*m)
		}
		st.StepAdjustments = normalSteps(st.StepAdjustments)
		p.StepScaling = &st
	}
	return p
}

func (m CustomizedMetric) normal() CustomizedMetric {
	m.Dimensions = normalMap(m.Dimensions)
	m.Metrics = normalQueries(m.Metrics)
	return m
}

func normalQueries(in []MetricQuery) []MetricQuery {
	if len(in) == 0 {
		return nil
	}
	out := slices.Clone(in)
	for i, q := range out {
		if q.MetricStat != nil {
			stat := *q.MetricStat
			stat.Dimensions = normalMap(stat.Dimensions)
			out[i].MetricStat = &stat
		}
	}
	slices.SortFunc(out, func(a, b MetricQuery) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// normalSteps sorts by lower bound, the unbounded one first. AWS does not promise to
// keep the order of the list.
func normalSteps(in []Step) []Step {
	out := make([]Step, len(in))
	for i, s := range in {
		out[i] = Step{ScalingAdjustment: s.ScalingAdjustment}
		if s.MetricIntervalLowerBound != nil {
			out[i].MetricIntervalLowerBound = Ptr(*s.MetricIntervalLowerBound)
		}
		if s.MetricIntervalUpperBound != nil {
			out[i].MetricIntervalUpperBound = Ptr(*s.MetricIntervalUpperBound)
		}
	}
	slices.SortStableFunc(out, func(a, b Step) int {
		return compareBound(a.MetricIntervalLowerBound, b.MetricIntervalLowerBound)
	})
	return out
}

func compareBound(a, b *float64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Compare(*a, *b)
}

func normalMap(in map[string]string) map[string]string {
	if len(in) == 0 {
		return nil
	}
	return maps.Clone(in)
}

// MetricKey identifies the metric that a target-tracking policy follows. AWS allows one
// target-tracking policy per metric specification and target, so two policies with the
// same key cannot exist at once. It is "" for a step policy.
//
// UNSURE (fact 55): what AWS counts as the same customized metric. The key compares the
// whole specification in normal form.
func (p Policy) MetricKey() string {
	tt := p.Normal().TargetTracking
	if tt == nil {
		return ""
	}
	if tt.CustomizedMetric == nil {
		return "predefined:" + tt.PredefinedMetric
	}
	return "customized:" + canonicalJSON(tt.CustomizedMetric)
}
