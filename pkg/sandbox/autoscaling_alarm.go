package sandbox

import "strings"

// Beliefs about the alarms of target tracking that no public text settles.
const (
	// alarmsRenamed: an update of the policy gives its alarms new names. UNSURE fact 56
	alarmsRenamed = true
	// noLowAlarm: with DisableScaleIn there is no AlarmLow. UNSURE fact 69
	noLowAlarm = true
	// requestsStatistic is the statistic of the high-resolution metrics. UNSURE fact 76
	requestsStatistic = "Maximum"
	// utilizationStatistic is the statistic of ServerlessProvisionedConcurrencyUtilization.
	// UNSURE fact 76
	utilizationStatistic = "Average"
	// lowFraction of the target value is AlarmLow's threshold (fact 74).
	lowFraction = 0.9
)

// trackedMetric is the CloudWatch metric behind a predefined one (facts 76, 114, 122, 125).
type trackedMetric struct {
	name, statistic string
	period          int64
}

var trackedMetrics = map[string]trackedMetric{
	metricInvocations:     {"InvocationsPerInstance", "Sum", 60},
	metricModelRequests:   {"ConcurrentRequestsPerModel", requestsStatistic, 10},
	metricConcurrency:     {"ServerlessProvisionedConcurrencyUtilization", utilizationStatistic, 60},
	metricCopyInvocations: {"InvocationsPerCopy", "Sum", 60},
	metricCopyRequests:    {"ConcurrentRequestsPerCopy", requestsStatistic, 10},
}

// replaceAlarms makes the alarms of a target-tracking policy (facts 56, 72 to 76).
func (c *Call) replaceAlarms(t *ScalableTarget, p *ScalingPolicy) {
	old := p.Alarms
	for _, name := range old {
		c.Region.Alarms.Delete(name)
	}
	metric, period := alarmMetric(t, p)
	lowPeriods := int64(15) // a quarter of an hour in all
	if period == 10 {
		lowPeriods = 90
	}
	target := p.Config.Float("TargetValue")
	createdBy := p.ARN + ":createdBy/" + c.NewID()
	p.Alarms = nil
	add := func(suffix, comparison string, threshold float64, periods int64) {
		name := "TargetTracking-" + t.ResourceID + "-" + suffix + "-" + c.NewID()
		for _, o := range old {
			if !alarmsRenamed && strings.Contains(o, suffix) {
				name = o
			}
		}
		config := metric.Clone()
		for k, v := range (Map{
			"AlarmName":        name,
			"AlarmDescription": "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + createdBy + ".",
			"ActionsEnabled":   true, "AlarmActions": []any{createdBy}, "OKActions": []any{}, "InsufficientDataActions": []any{},
			"EvaluationPeriods": periods, "Threshold": threshold, "ComparisonOperator": comparison, "TreatMissingData": "missing",
		}) {
			config[k] = v
		}
		c.Region.Alarms.Put(name, &Alarm{Name: name, ARN: c.ARN("cloudwatch", "alarm:"+name), Config: config, Policy: p.ARN,
			State: "INSUFFICIENT_DATA", StateReason: "Unchecked: Initial alarm creation",
			StateUpdated: c.Now, StateChanged: c.Now, ConfigUpdated: c.Now})
		p.Alarms = append(p.Alarms, name)
	}
	add("AlarmHigh", "GreaterThanThreshold", target, 3)
	if !noLowAlarm || !p.Config.Bool("DisableScaleIn") {
		add("AlarmLow", "LessThanThreshold", target*lowFraction, lowPeriods)
	}
}

// alarmMetric is the metric part of the alarms of a policy, and the period.
func alarmMetric(t *ScalableTarget, p *ScalingPolicy) (Map, int64) {
	if spec := p.Config.Map("PredefinedMetricSpecification"); spec != nil {
		m := trackedMetrics[spec.Str("PredefinedMetricType")]
		return Map{"Namespace": "AWS/SageMaker", "MetricName": m.name, "Statistic": m.statistic, "Period": m.period,
			"Dimensions": targetDimensions(t)}, m.period
	}
	spec := p.Config.Map("CustomizedMetricSpecification")
	if queries := spec.Maps("Metrics"); len(queries) > 0 {
		var out []Map
		for _, q := range queries {
			q = q.Clone()
			setDefault(q, "ReturnData", true)
			if stat := q.Map("MetricStat"); stat != nil {
				setDefault(stat, "Period", int64(60)) // fact 64: the policy has none
				setDefault(stat.Map("Metric"), "Dimensions", []any{})
			}
			out = append(out, q)
		}
		return Map{"Metrics": mapList(out)}, 60
	}
	out := Map{"Namespace": spec.Str("Namespace"), "MetricName": spec.Str("MetricName"),
		"Statistic": spec.Str("Statistic"), "Period": int64(60), "Dimensions": []any{}}
	if d := spec.List("Dimensions"); d != nil {
		out["Dimensions"] = cloneValue(d)
	}
	if u := spec.Str("Unit"); u != "" {
		out["Unit"] = u
	}
	return out, 60
}

// targetDimensions are the CloudWatch dimensions of a target's own metrics.
func targetDimensions(t *ScalableTarget) []any {
	ref, err := newRef(t.Namespace, t.ResourceID, t.Dimension)
	if err != nil {
		return []any{}
	}
	if ref.component != "" {
		return []any{Map{"Name": "InferenceComponentName", "Value": ref.component}}
	}
	return []any{Map{"Name": "EndpointName", "Value": ref.endpoint}, Map{"Name": "VariantName", "Value": ref.variant}}
}
