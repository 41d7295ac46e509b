package live

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/scalectl/scalectl/pkg/model"
)

// ExpandAlarm returns the input that puts an alarm, complete, since AWS replaces the whole
// of it (fact 207). PolicyARNAction becomes the given ARN. Tags are not part of it: they
// count only when the alarm is new (fact 208); see ExpandAlarmTags.
func ExpandAlarm(a model.Alarm, policyARN string) *cloudwatch.PutMetricAlarmInput {
	a = a.Normal()
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName:                        aws.String(a.Name),
		AlarmDescription:                 said(a.Description),
		ActionsEnabled:                   aws.Bool(a.ActionsEnabled),
		MetricName:                       said(a.MetricName),
		Namespace:                        said(a.Namespace),
		Dimensions:                       expandDimensions(a.Dimensions),
		Statistic:                        types.Statistic(a.Statistic),
		ExtendedStatistic:                said(a.ExtendedStatistic),
		Unit:                             types.StandardUnit(a.Unit),
		Period:                           expandPeriod(a.Period),
		EvaluationPeriods:                aws.Int32(a.EvaluationPeriods),
		DatapointsToAlarm:                aws.Int32(a.DatapointsToAlarm),
		Threshold:                        aws.Float64(a.Threshold),
		ComparisonOperator:               types.ComparisonOperator(a.ComparisonOperator),
		TreatMissingData:                 aws.String(a.TreatMissingData),
		EvaluateLowSampleCountPercentile: said(a.EvaluateLowSampleCountPercentile),
		OKActions:                        a.OKActions,
		InsufficientDataActions:          a.InsufficientDataActions,
	}
	for _, action := range a.AlarmActions {
		if action == model.PolicyARNAction {
			action = policyARN
		}
		in.AlarmActions = append(in.AlarmActions, action)
	}
	for _, q := range a.Metrics {
		in.Metrics = append(in.Metrics, expandAlarmQuery(q))
	}
	return in
}

// ExpandAlarmTags returns tags in CloudWatch's form, sorted by key.
func ExpandAlarmTags(tags map[string]string) []types.Tag {
	var out []types.Tag
	for key, value := range sortedMap(tags) {
		out = append(out, types.Tag{Key: aws.String(key), Value: aws.String(value)})
	}
	return out
}

func expandAlarmQuery(q model.MetricQuery) types.MetricDataQuery {
	out := types.MetricDataQuery{
		Id:         aws.String(q.ID),
		Expression: said(q.Expression),
		Label:      said(q.Label),
		ReturnData: aws.Bool(q.ReturnData),
		Period:     expandPeriod(q.Period),
		AccountId:  said(q.AccountID),
	}
	if m := q.MetricStat; m != nil {
		out.MetricStat = &types.MetricStat{
			Metric: &types.Metric{
				MetricName: aws.String(m.MetricName),
				Namespace:  aws.String(m.Namespace),
				Dimensions: expandDimensions(m.Dimensions),
			},
			Stat:   aws.String(m.Stat),
			Unit:   types.StandardUnit(m.Unit),
			Period: expandPeriod(m.Period),
		}
	}
	return out
}

func expandDimensions(dimensions map[string]string) []types.Dimension {
	var out []types.Dimension
	for name, value := range sortedMap(dimensions) {
		out = append(out, types.Dimension{Name: aws.String(name), Value: aws.String(value)})
	}
	return out
}

func expandPeriod(p model.Seconds) *int32 {
	if p == 0 {
		return nil
	}
	return aws.Int32(int32(p))
}
