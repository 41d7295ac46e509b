package live

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/scalectl/scalectl/pkg/model"
)

// FlattenAlarm returns an alarm as DescribeAlarms shows it, in normal form. Its actions
// are ARNs, and it does not know which target and policy it belongs to. Tags take a
// further call.
func FlattenAlarm(a types.MetricAlarm) (model.ObservedAlarm, error) {
	out := model.ObservedAlarm{
		Alarm: model.Alarm{
			Name:                             aws.ToString(a.AlarmName),
			Description:                      aws.ToString(a.AlarmDescription),
			MetricName:                       aws.ToString(a.MetricName),
			Namespace:                        aws.ToString(a.Namespace),
			Dimensions:                       flattenDimensions(a.Dimensions),
			Statistic:                        string(a.Statistic),
			ExtendedStatistic:                aws.ToString(a.ExtendedStatistic),
			Unit:                             string(a.Unit),
			Period:                           model.Seconds(aws.ToInt32(a.Period)),
			EvaluationPeriods:                aws.ToInt32(a.EvaluationPeriods),
			DatapointsToAlarm:                aws.ToInt32(a.DatapointsToAlarm),
			Threshold:                        aws.ToFloat64(a.Threshold),
			ComparisonOperator:               string(a.ComparisonOperator),
			TreatMissingData:                 aws.ToString(a.TreatMissingData),
			EvaluateLowSampleCountPercentile: aws.ToString(a.EvaluateLowSampleCountPercentile),
			ActionsEnabled:                   a.ActionsEnabled == nil || *a.ActionsEnabled, // fact 209: the default is true
			AlarmActions:                     a.AlarmActions,
			OKActions:                        a.OKActions,
			InsufficientDataActions:          a.InsufficientDataActions,
		},
		ARN:       aws.ToString(a.AlarmArn),
		State:     string(a.StateValue),
		Unmanaged: unmanaged(a),
	}
	switch {
	case out.Name == "":
		return model.ObservedAlarm{}, &IncompleteReplyError{What: "an alarm", Member: "AlarmName"}
	case out.ARN == "":
		return model.ObservedAlarm{}, &IncompleteReplyError{What: out.Address(), Member: "AlarmArn"}
	}
	for _, q := range a.Metrics {
		out.Metrics = append(out.Metrics, flattenAlarmQuery(q))
	}
	out.Alarm = out.Normal()
	return out, nil
}

// unmanaged names the settings of an alarm that a spec has no word for and that putting
// the alarm would erase (fact 207), in the API's spelling and alphabetical order.
func unmanaged(a types.MetricAlarm) []string {
	var names []string
	add := func(name string, set bool) {
		if set {
			names = append(names, name)
		}
	}
	add("ActionConfiguration", a.ActionConfiguration != nil)
	add("EvaluationCriteria", a.EvaluationCriteria != nil)
	add("EvaluationInterval", a.EvaluationInterval != nil)
	add("EvaluationWindow", a.EvaluationWindow != nil)
	add("ThresholdMetricId", a.ThresholdMetricId != nil)
	add("WarmUpConfiguration", a.WarmUpConfiguration != nil)
	return names
}

func flattenAlarmQuery(q types.MetricDataQuery) model.MetricQuery {
	out := model.MetricQuery{
		ID:         aws.ToString(q.Id),
		Expression: aws.ToString(q.Expression),
		Label:      aws.ToString(q.Label),
		ReturnData: q.ReturnData == nil || *q.ReturnData,
		Period:     model.Seconds(aws.ToInt32(q.Period)),
		AccountID:  aws.ToString(q.AccountId),
	}
	if m := q.MetricStat; m != nil {
		out.MetricStat = &model.MetricStat{
			Stat:   aws.ToString(m.Stat),
			Unit:   string(m.Unit),
			Period: model.Seconds(aws.ToInt32(m.Period)),
		}
		if m.Metric != nil {
			out.MetricStat.MetricName = aws.ToString(m.Metric.MetricName)
			out.MetricStat.Namespace = aws.ToString(m.Metric.Namespace)
			out.MetricStat.Dimensions = flattenDimensions(m.Metric.Dimensions)
		}
	}
	return out
}

func flattenDimensions(dimensions []types.Dimension) map[string]string {
	var out map[string]string
	for _, d := range dimensions {
		put(&out, aws.ToString(d.Name), aws.ToString(d.Value))
	}
	return out
}

func flattenTags(tags []types.Tag) map[string]string {
	var out map[string]string
	for _, t := range tags {
		put(&out, aws.ToString(t.Key), aws.ToString(t.Value))
	}
	return out
}
