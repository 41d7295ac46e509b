package live

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/model"
)

// FlattenPolicy returns a policy as DescribeScalingPolicies shows it, in normal form.
// Whether AWS returns the cooldowns and the aggregation type that nobody set is UNSURE
// (facts 67, 80); unset and default come out alike. A policy of a type that SageMaker
// targets cannot have is an error, because comparing it would mean misreading it.
func FlattenPolicy(p types.ScalingPolicy) (model.ObservedPolicy, error) {
	out := model.ObservedPolicy{
		Policy: model.Policy{
			Target: model.TargetID{ResourceID: aws.ToString(p.ResourceId), Dimension: model.Dimension(p.ScalableDimension)},
			Name:   aws.ToString(p.PolicyName),
		},
		ARN:          aws.ToString(p.PolicyARN),
		CreationTime: aws.ToTime(p.CreationTime).UTC(),
	}
	switch {
	case out.Name == "" || out.Target.ResourceID == "":
		return model.ObservedPolicy{}, &IncompleteReplyError{What: "a scaling policy", Member: "PolicyName and ResourceId"}
	case out.ARN == "":
		return model.ObservedPolicy{}, &IncompleteReplyError{What: out.Address(), Member: "PolicyARN"}
	}
	for _, a := range p.Alarms {
		out.AlarmNames = append(out.AlarmNames, aws.ToString(a.AlarmName))
	}
	slices.Sort(out.AlarmNames)
	tt, st := p.TargetTrackingScalingPolicyConfiguration, p.StepScalingPolicyConfiguration
	switch {
	case p.PolicyType == types.PolicyTypeTargetTrackingScaling && tt != nil:
		out.TargetTracking = flattenTargetTracking(*tt)
	case p.PolicyType == types.PolicyTypeStepScaling && st != nil:
		out.StepScaling = flattenStepScaling(*st)
	case p.PolicyType == types.PolicyTypeTargetTrackingScaling || p.PolicyType == types.PolicyTypeStepScaling:
		return model.ObservedPolicy{}, &IncompleteReplyError{What: out.Address(), Member: string(p.PolicyType) + " configuration"}
	default:
		return model.ObservedPolicy{}, fmt.Errorf("%s has policy type %q, which scalectl does not know", out.Address(), p.PolicyType)
	}
	out.Policy = out.Normal()
	return out, nil
}

func flattenTargetTracking(tt types.TargetTrackingScalingPolicyConfiguration) *model.TargetTracking {
	out := &model.TargetTracking{
		TargetValue:      aws.ToFloat64(tt.TargetValue),
		ScaleInCooldown:  flattenCooldown(tt.ScaleInCooldown),
		ScaleOutCooldown: flattenCooldown(tt.ScaleOutCooldown),
		DisableScaleIn:   aws.ToBool(tt.DisableScaleIn),
	}
	if m := tt.PredefinedMetricSpecification; m != nil {
		out.PredefinedMetric = string(m.PredefinedMetricType)
	}
	if m := tt.CustomizedMetricSpecification; m != nil {
		metric := &model.CustomizedMetric{
			MetricName: aws.ToString(m.MetricName),
			Namespace:  aws.ToString(m.Namespace),
			Statistic:  string(m.Statistic),
			Unit:       aws.ToString(m.Unit),
		}
		for _, d := range m.Dimensions {
			put(&metric.Dimensions, aws.ToString(d.Name), aws.ToString(d.Value))
		}
		for _, q := range m.Metrics {
			metric.Metrics = append(metric.Metrics, flattenTrackingQuery(q))
		}
		out.CustomizedMetric = metric
	}
	return out
}

func flattenTrackingQuery(q types.TargetTrackingMetricDataQuery) model.MetricQuery {
	out := model.MetricQuery{
		ID:         aws.ToString(q.Id),
		Expression: aws.ToString(q.Expression),
		Label:      aws.ToString(q.Label),
		ReturnData: q.ReturnData == nil || *q.ReturnData, // fact 64: the default is true
	}
	if m := q.MetricStat; m != nil {
		out.MetricStat = &model.MetricStat{Stat: aws.ToString(m.Stat), Unit: aws.ToString(m.Unit)}
		if m.Metric != nil {
			out.MetricStat.MetricName = aws.ToString(m.Metric.MetricName)
			out.MetricStat.Namespace = aws.ToString(m.Metric.Namespace)
			for _, d := range m.Metric.Dimensions {
				put(&out.MetricStat.Dimensions, aws.ToString(d.Name), aws.ToString(d.Value))
			}
		}
	}
	return out
}

func flattenStepScaling(st types.StepScalingPolicyConfiguration) *model.StepScaling {
	out := &model.StepScaling{
		AdjustmentType:         string(st.AdjustmentType),
		MetricAggregationType:  string(st.MetricAggregationType),
		Cooldown:               flattenCooldown(st.Cooldown),
		MinAdjustmentMagnitude: st.MinAdjustmentMagnitude,
	}
	for _, step := range st.StepAdjustments {
		out.StepAdjustments = append(out.StepAdjustments, model.Step{
			MetricIntervalLowerBound: step.MetricIntervalLowerBound,
			MetricIntervalUpperBound: step.MetricIntervalUpperBound,
			ScalingAdjustment:        aws.ToInt32(step.ScalingAdjustment),
		})
	}
	return out
}

func flattenCooldown(c *int32) model.Seconds {
	if c == nil {
		return model.DefaultCooldown
	}
	return model.Seconds(*c)
}
