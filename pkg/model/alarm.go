package model

import (
	"slices"
)

// PolicyARNAction stands in Alarm.AlarmActions for the ARN of the policy that the alarm
// drives. The ARN is known only after the policy was put, and changes when its target
// is registered anew, so a spec or a plan never holds the ARN itself.
const PolicyARNAction = "${policy}"

// MissingDataMissing is CloudWatch's default TreatMissingData.
const MissingDataMissing = "missing"

// Alarm is a CloudWatch metric alarm that drives a step policy. Either MetricName,
// Namespace, Statistic (or ExtendedStatistic) and Period are set, or Metrics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
type Alarm struct {
	Name string `json:"name"`
	// Target and Policy name the policy that PolicyARNAction stands for.
	Target TargetID `json:"target"`
	Policy string   `json:"policy"`

	Description                      string            `json:"description,omitempty"`
	MetricName                       string            `json:"metricName,omitempty"`
	Namespace                        string            `json:"namespace,omitempty"`
	Dimensions                       map[string]string `json:"dimensions,omitempty"`
	Statistic                        string            `json:"statistic,omitempty"`
	ExtendedStatistic                string            `json:"extendedStatistic,omitempty"`
	Unit                             string            `json:"unit,omitempty"`
	Period                           Seconds           `json:"period,omitempty"`
	Metrics                          []MetricQuery     `json:"metrics,omitempty"`
	EvaluationPeriods                int32             `json:"evaluationPeriods"`
	DatapointsToAlarm                int32             `json:"datapointsToAlarm"`
	Threshold                        float64           `json:"threshold"`
	ComparisonOperator               string            `json:"comparisonOperator"`
	TreatMissingData                 string            `json:"treatMissingData"`
	EvaluateLowSampleCountPercentile string            `json:"evaluateLowSampleCountPercentile,omitempty"`
	ActionsEnabled                   bool              `json:"actionsEnabled"`
	AlarmActions                     []string          `json:"alarmActions,omitempty"`
	OKActions                        []string          `json:"okActions,omitempty"`
	InsufficientDataActions          []string          `json:"insufficientDataActions,omitempty"`
	Tags                             map[string]string `json:"tags,omitempty"`
}

// Address returns the printable name of the alarm.
func (a Alarm) Address() string { return AlarmAddress(a.Name) }

// Normal returns the alarm in normal form; see Policy.Normal. DatapointsToAlarm 0 means
// unset and becomes EvaluationPeriods, as CloudWatch evaluates it.
func (a Alarm) Normal() Alarm {
	if a.DatapointsToAlarm == 0 {
		a.DatapointsToAlarm = a.EvaluationPeriods
	}
	if a.TreatMissingData == "" {
		a.TreatMissingData = MissingDataMissing
	}
	a.Dimensions = normalMap(a.Dimensions)
	a.Tags = normalMap(a.Tags)
	a.Metrics = normalQueries(a.Metrics)
	a.AlarmActions = normalSet(a.AlarmActions)
	a.OKActions = normalSet(a.OKActions)
	a.InsufficientDataActions = normalSet(a.InsufficientDataActions)
	return a
}

// WithPolicyARN returns the alarm with every action equal to arn replaced by
// PolicyARNAction: the form in which a live alarm can be compared with a desired one.
func (a Alarm) WithPolicyARN(arn string) Alarm {
	if arn == "" {
		return a
	}
	a.AlarmActions = slices.Clone(a.AlarmActions)
	for i, action := range a.AlarmActions {
		if action == arn {
			a.AlarmActions[i] = PolicyARNAction
		}
	}
	return a
}

func normalSet(in []string) []string {
	if len(in) == 0 {
		return nil
	}
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}
