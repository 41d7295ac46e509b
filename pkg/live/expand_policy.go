package live

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/model"
)

// ExpandPolicy returns the input that puts a policy: its type and the complete
// configuration, whether AWS keeps or clears what is left out (UNSURE, fact 52).
func ExpandPolicy(p model.Policy) *applicationautoscaling.PutScalingPolicyInput {
	p = p.Normal()
	in := &applicationautoscaling.PutScalingPolicyInput{
		ServiceNamespace:  types.ServiceNamespaceSagemaker,
		ResourceId:        aws.String(p.Target.ResourceID),
		ScalableDimension: types.ScalableDimension(p.Target.Dimension),
		PolicyName:        aws.String(p.Name),
		PolicyType:        types.PolicyType(p.Type()),
	}
	if tt := p.TargetTracking; tt != nil {
		in.TargetTrackingScalingPolicyConfiguration = expandTargetTracking(*tt)
	}
	if st := p.StepScaling; st != nil {
		in.StepScalingPolicyConfiguration = expandStepScaling(*st)
	}
	return in
}

func expandTargetTracking(tt model.TargetTracking) *types.TargetTrackingScalingPolicyConfiguration {
	out := &types.TargetTrackingScalingPolicyConfiguration{
		TargetValue:      aws.Float64(tt.TargetValue),
		ScaleInCooldown:  aws.Int32(int32(tt.ScaleInCooldown)),
		ScaleOutCooldown: aws.Int32(int32(tt.ScaleOutCooldown)),
		DisableScaleIn:   aws.Bool(tt.DisableScaleIn),
	}
	if tt.PredefinedMetric != "" {
		out.PredefinedMetricSpecification = &types.PredefinedMetricSpecification{
			PredefinedMetricType: types.MetricType(tt.PredefinedMetric),
		}
	}
	if m := tt.CustomizedMetric; m != nil {
		spec := &types.CustomizedMetricSpecification{
			MetricName: said(m.MetricName),
			Namespace:  said(m.Namespace),
			Statistic:  types.MetricStatistic(m.Statistic),
			Unit:       said(m.Unit),
		}
		for name, value := range sortedMap(m.Dimensions) {
			spec.Dimensions = append(spec.Dimensions, types.MetricDimension{Name: aws.String(name), Value: aws.String(value)})
		}
		for _, q := range m.Metrics {
			spec.Metrics = append(spec.Metrics, expandTrackingQuery(q))
		}
		out.CustomizedMetricSpecification = spec
	}
	return out
}

func expandTrackingQuery(q model.MetricQuery) types.TargetTrackingMetricDataQuery {
	out := types.TargetTrackingMetricDataQuery{
		Id:         aws.String(q.ID),
		Expression: said(q.Expression),
		Label:      said(q.Label),
		ReturnData: aws.Bool(q.ReturnData),
	}
	if m := q.MetricStat; m != nil {
		metric := &types.TargetTrackingMetric{MetricName: aws.String(m.MetricName), Namespace: aws.String(m.Namespace)}
		for name, value := range sortedMap(m.Dimensions) {
			metric.Dimensions = append(metric.Dimensions, types.TargetTrackingMetricDimension{Name: aws.String(name), Value: aws.String(value)})
		}
		out.MetricStat = &types.TargetTrackingMetricStat{Metric: metric, Stat: aws.String(m.Stat), Unit: said(m.Unit)}
	}
	return out
}

func expandStepScaling(st model.StepScaling) *types.StepScalingPolicyConfiguration {
	out := &types.StepScalingPolicyConfiguration{
		AdjustmentType:         types.AdjustmentType(st.AdjustmentType),
		MetricAggregationType:  types.MetricAggregationType(st.MetricAggregationType),
		Cooldown:               aws.Int32(int32(st.Cooldown)),
		MinAdjustmentMagnitude: st.MinAdjustmentMagnitude,
	}
	for _, step := range st.StepAdjustments {
		out.StepAdjustments = append(out.StepAdjustments, types.StepAdjustment{
			MetricIntervalLowerBound: step.MetricIntervalLowerBound,
			MetricIntervalUpperBound: step.MetricIntervalUpperBound,
			ScalingAdjustment:        aws.Int32(step.ScalingAdjustment),
		})
	}
	return out
}
