package sandbox

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// putMetricAlarm creates an alarm or replaces all of its configuration; an update keeps the
// state, and ignores tags (facts 207, 208).
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func putMetricAlarm(c *Call) (Map, error) {
	config := c.In.Clone()
	delete(config, "Tags")
	if err := checkAlarm(config); err != nil {
		return nil, err
	}
	tags, err := alarmTags(c.In.Maps("Tags"))
	if err != nil {
		return nil, err
	}
	// Describe shows these even if they were not sent.
	setDefault(config, "ActionsEnabled", true)
	for _, list := range append([]string{"Dimensions"}, alarmActionMembers...) {
		setDefault(config, list, []any{})
	}
	for _, q := range config.Maps("Metrics") {
		setDefault(q, "ReturnData", true)
	}

	name := config.Str("AlarmName")
	a := c.Region.Alarms.Get(name)
	if a == nil {
		a = &Alarm{Name: name, ARN: c.ARN("cloudwatch", "alarm:"+name), Tags: tags, State: "INSUFFICIENT_DATA",
			StateReason: "Unchecked: Initial alarm creation", StateUpdated: c.Now, StateChanged: c.Now}
		c.Region.Alarms.Put(name, a)
	}
	a.Config, a.ConfigUpdated = config, c.Now
	return nil, nil
}

// Where no source quotes CloudWatch, the wording below is ours; the code is always
// ValidationError, as clients call it.

var metricMembers = []string{"MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"}

func checkAlarm(in Map) *Error {
	if strings.ContainsFunc(in.Str("AlarmName"), unicode.IsControl) { // fact 209
		return invalidAlarm("AlarmName must not contain control characters")
	}
	for _, list := range alarmActionMembers {
		for _, arn := range in.Strs(list) {
			if !strings.HasPrefix(arn, "arn:") || strings.Count(arn, ":") < 5 {
				return invalidAlarm("Invalid arn syntax: %s", arn)
			}
		}
	}
	if v, ok := in.StrOK("TreatMissingData"); ok && !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, v) { // fact 210
		return invalidAlarm("TreatMissingData %q must be one of [breaching, notBreaching, ignore, missing]", v)
	}
	if in.Has("EvaluationCriteria") { // a PromQL alarm: echoed, not judged
		return nil
	}
	for _, name := range []string{"ComparisonOperator", "EvaluationPeriods"} {
		if !in.Has(name) {
			return invalidAlarm("%s must not be null", name)
		}
	}
	switch {
	case in.Has("Threshold") && in.Has("ThresholdMetricId"): // aws-cloudformation/cfn-lint#1306
		return invalidAlarm("Threshold and ThresholdMetricId cannot both be set")
	case !in.Has("Threshold") && !in.Has("ThresholdMetricId"):
		return invalidAlarm("Exactly one of Threshold and ThresholdMetricId must be set")
	}
	if in.Has("ThresholdMetricId") { // fact 216
		for _, arn := range in.Strs("AlarmActions") {
			if strings.HasPrefix(arn, "arn:aws:autoscaling:") {
				return invalidAlarm("Auto Scaling actions are not supported for alarms based on anomaly detection models")
			}
		}
	}
	if m, n := in.Int("DatapointsToAlarm"), in.Int("EvaluationPeriods"); m > n { // fact 213
		return invalidAlarm("DatapointsToAlarm %d must not be greater than EvaluationPeriods %d", m, n)
	}
	if in.Has("Metrics") {
		return checkAlarmMath(in)
	}
	return checkAlarmMetric(in)
}

// checkAlarmMetric checks an alarm on a single metric.
func checkAlarmMetric(in Map) *Error {
	for _, name := range []string{"MetricName", "Namespace", "Period"} { // hashicorp/terraform-provider-aws#11105
		if !in.Has(name) {
			return invalidAlarm("%s must not be null", name)
		}
	}
	if in.Has("Statistic") == in.Has("ExtendedStatistic") { // fact 214
		return invalidAlarm("Exactly one of Statistic and ExtendedStatistic must be set")
	}
	return checkAlarmPeriod(in.Int("Period"), in.Int("EvaluationPeriods"))
}

// checkAlarmPeriod knows facts 211 and 212. All products fit: both factors are 32-bit on the wire.
func checkAlarmPeriod(period, evaluations int64) *Error {
	if !validPeriod(period) {
		return invalidAlarm("Period must be 10, 20, 30 or a multiple of 60")
	}
	switch {
	case period < 3600 && evaluations > 86400/period:
		return invalidAlarm("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600")
	case period >= 3600 && evaluations > 604800/period:
		return invalidAlarm("Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for alarms using period >= 3600")
	}
	return nil
}

func validPeriod(p int64) bool { return p == 10 || p == 20 || p == 30 || p > 0 && p%60 == 0 }

var metricQueryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// checkAlarmMath checks an alarm on metric math (fact 214).
func checkAlarmMath(in Map) *Error {
	for _, name := range metricMembers {
		if in.Has(name) { // cloudtools/troposphere#1276
			return invalidAlarm("%s should not be set if list of Metrics is set.", name)
		}
	}
	var ids []string
	metrics, expressions, returned := 0, 0, 0
	longest := int64(0)
	for _, q := range in.Maps("Metrics") {
		id := q.Str("Id")
		switch {
		case !metricQueryID.MatchString(id):
			return invalidAlarm("The Id %q must begin with a lower-case letter and hold only letters, digits and underscores", id)
		case slices.Contains(ids, id):
			return invalidAlarm("The Id %q is used more than once", id)
		case q.Has("MetricStat") == q.Has("Expression"):
			return invalidAlarm("Exactly one of MetricStat and Expression must be set for %q", id)
		}
		ids = append(ids, id)
		if stat := q.Map("MetricStat"); stat != nil {
			metrics++
			if !validPeriod(stat.Int("Period")) {
				return invalidAlarm("Period must be 10, 20, 30 or a multiple of 60")
			}
			if metric := stat.Map("Metric"); !metric.Has("MetricName") {
				return invalidAlarm("MetricName must not be null")
			}
			longest = max(longest, stat.Int("Period"))
		} else {
			expressions++
			longest = max(longest, q.Int("Period"))
		}
		if b, ok := q.BoolOK("ReturnData"); b || !ok {
			returned++
		}
	}
	if metrics > 10 || expressions > 10 {
		return invalidAlarm("An alarm takes at most 10 metrics and 10 expressions, not %d and %d", metrics, expressions)
	}
	// With an anomaly band the metric and the band both return data.
	if want := 1 + boolToInt(in.Has("ThresholdMetricId")); returned != want {
		if want == 2 {
			return invalidAlarm("Exactly two elements of the metrics list should return data.")
		}
		return invalidAlarm("Exactly one element of the metrics list should return data.") // hashicorp/terraform-provider-aws#29894
	}
	if id, ok := in.StrOK("ThresholdMetricId"); ok && !slices.Contains(ids, id) {
		return invalidAlarm("Metrics list must contain exactly one metric matching the ThresholdMetricId parameter")
	}
	if longest == 0 {
		return nil
	}
	return checkAlarmPeriod(longest, in.Int("EvaluationPeriods"))
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
