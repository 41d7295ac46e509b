package sandbox

import "net/http"

// cloudWatchService is the alarms part of CloudWatch, in all three of its protocols
// (facts 3 to 6).
func cloudWatchService() *service {
	return &service{
		name: ServiceCloudWatch, targetPrefix: "GraniteServiceVersion20100801", jsonVersion: "1.0", cbor: true,
		version: "2010-08-01", namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
		validationCode: "ValidationException", validationQueryCode: "ValidationError",
		accessDenied: "AccessDenied", deniedStatus: http.StatusForbidden, messageMember: "message",
		operations: []Operation{
			{Name: "PutMetricAlarm", Mutating: true, input: putMetricAlarmInput, handle: putMetricAlarm, resource: member("AlarmName")},
			{Name: "DescribeAlarms", input: describeAlarmsInput, handle: describeAlarms, resource: firstAlarmName},
			{Name: "DeleteAlarms", Mutating: true, input: alarmNamesInput, handle: deleteAlarms, resource: firstAlarmName},
			{Name: "EnableAlarmActions", Mutating: true, input: alarmNamesInput, handle: switchAlarmActions(true), resource: firstAlarmName},
			{Name: "DisableAlarmActions", Mutating: true, input: alarmNamesInput, handle: switchAlarmActions(false), resource: firstAlarmName},
			{Name: "SetAlarmState", Mutating: true, input: setAlarmStateInput, handle: setAlarmState, resource: member("AlarmName")},
			{Name: "TagResource", Mutating: true, handle: tagAlarm, resource: member("ResourceARN"),
				input: Struct(Req("ResourceARN", alarmARN), Req("Tags", ListOf(alarmTag)))},
			{Name: "UntagResource", Mutating: true, handle: untagAlarm, resource: member("ResourceARN"),
				input: Struct(Req("ResourceARN", alarmARN), Req("TagKeys", ListOf(Str().Len(1, 128))))},
			{Name: "ListTagsForResource", handle: listAlarmTags, resource: member("ResourceARN"),
				input: Struct(Req("ResourceARN", alarmARN))},
		},
	}
}

// Shapes of the model (service cloudwatch, version 2010-08-01).
var (
	alarmName       = Str().Len(1, 255)
	alarmARN        = Str().Len(1, 1024)
	alarmNames      = ListOf(alarmName).Len(0, 100)
	alarmNamesInput = Struct(Req("AlarmNames", alarmNames))
	alarmState      = Enum("OK", "ALARM", "INSUFFICIENT_DATA")
	alarmTag        = Struct(Req("Key", Str().Len(1, 128)), Req("Value", Str().Len(0, 256)))
	alarmActionList = ListOf(Str().Len(1, 1024)).Len(0, 5)

	metricNamespace  = Str().Len(1, 255).Match(`[^:].*`)
	metricDimensions = ListOf(Struct(Req("Name", Str().Len(1, 255)), Req("Value", Str().Len(1, 1024)))).Len(0, 30)
	metricUnit       = Enum("Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes",
		"Terabytes", "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second",
		"Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second",
		"Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", "None")
	metricQuery = Struct(
		Req("Id", Str().Len(1, 255)),
		Opt("MetricStat", Struct(
			Req("Metric", Struct(Opt("Namespace", metricNamespace), Opt("MetricName", Str().Len(1, 255)), Opt("Dimensions", metricDimensions))),
			Req("Period", Int().Range(1, -1)),
			Req("Stat", Str()),
			Opt("Unit", metricUnit))),
		Opt("Expression", Str().Len(1, 2048)),
		Opt("Label", Str()),
		Opt("ReturnData", Bool()),
		Opt("Period", Int().Range(1, -1)),
		Opt("AccountId", Str().Len(1, 255)))

	putMetricAlarmInput = Struct(
		Req("AlarmName", alarmName),
		Opt("AlarmDescription", Str().Len(0, 1024)),
		Opt("ActionsEnabled", Bool()),
		Opt("OKActions", alarmActionList),
		Opt("AlarmActions", alarmActionList),
		Opt("InsufficientDataActions", alarmActionList),
		Opt("MetricName", Str().Len(1, 255)),
		Opt("Namespace", metricNamespace),
		Opt("Statistic", Enum("SampleCount", "Average", "Sum", "Minimum", "Maximum")),
		Opt("ExtendedStatistic", Str()),
		Opt("Dimensions", metricDimensions),
		Opt("Period", Int().Range(1, -1)),
		Opt("Unit", metricUnit),
		Opt("EvaluationPeriods", Int().Range(1, -1)),
		Opt("DatapointsToAlarm", Int().Range(1, -1)),
		Opt("Threshold", Float()),
		Opt("ComparisonOperator", Enum("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold",
			"LessThanOrEqualToThreshold", "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold",
			"GreaterThanUpperThreshold")),
		Opt("TreatMissingData", Str().Len(1, 255)),
		Opt("EvaluateLowSampleCountPercentile", Str().Len(1, 255)),
		Opt("Metrics", ListOf(metricQuery)),
		Opt("Tags", ListOf(alarmTag)),
		Opt("ThresholdMetricId", Str().Len(1, 255)),
		Opt("EvaluationCriteria", Struct(Opt("PromQLCriteria", Struct(Req("Query", Str().Len(1, 10000)),
			Opt("PendingPeriod", Int().Range(0, 86400)), Opt("RecoveryPeriod", Int().Range(0, 86400)))))),
		Opt("EvaluationInterval", Int().Range(10, 3600)),
		// Members that the Go SDK has and botocore of the same month has not (fact 10).
		Opt("ActionConfiguration", Struct(Opt("AlarmTagsPropagation", Struct(Req("Enabled", Bool()),
			Opt("ExcludedTagKeys", ListOf(Str())), Opt("IncludedTagKeys", ListOf(Str())))))),
		Opt("EvaluationWindow", Struct(Opt("SlidingWindow", Struct()), Opt("WallClockWindow", Struct(Opt("Timezone", Str()))))),
		Opt("WarmUpConfiguration", Struct(Req("WarmUpPeriodDurationInMinutes", Int()),
			Opt("OnlyStartEvaluatingAfterWarmUpPeriodEnds", Bool()))))

	describeAlarmsInput = Struct(
		Opt("AlarmNames", alarmNames),
		Opt("AlarmNamePrefix", alarmName),
		Opt("AlarmTypes", ListOf(Enum("CompositeAlarm", "MetricAlarm"))),
		Opt("ChildrenOfAlarmName", alarmName),
		Opt("ParentsOfAlarmName", alarmName),
		Opt("StateValue", alarmState),
		Opt("ActionPrefix", Str().Len(1, 1024)),
		Opt("MaxRecords", Int().Range(1, 100)),
		Opt("NextToken", Str()))

	setAlarmStateInput = Struct(
		Req("AlarmName", alarmName),
		Req("StateValue", alarmState),
		Req("StateReason", Str().Len(0, 1023)),
		Opt("StateReasonData", Str().Len(0, 4000)))
)

// member shows one member of the input as the resource of a call.
func member(name string) func(Map) string { return func(in Map) string { return in.Str(name) } }

func firstAlarmName(in Map) string {
	if names := in.Strs("AlarmNames"); len(names) > 0 {
		return names[0]
	}
	return in.Str("AlarmNamePrefix")
}

// The errors of the model whose code in the query protocol is not the shape's name (fact 7).

func alarmNotFound(format string, args ...any) *Error {
	e := failf("ResourceNotFound", format, args...)
	e.Status = http.StatusNotFound
	return e
}

func invalidAlarmValue(format string, args ...any) *Error {
	e := failf("InvalidParameterValueException", format, args...)
	e.QueryCode = "InvalidParameterValue"
	return e
}

func invalidAlarmCombination(format string, args ...any) *Error {
	e := failf("InvalidParameterCombinationException", format, args...)
	e.QueryCode = "InvalidParameterCombination"
	return e
}

func invalidAlarmFormat(format string, args ...any) *Error {
	e := failf("InvalidFormatFault", format, args...)
	e.QueryCode = "InvalidFormat"
	return e
}

// invalidAlarm is how PutMetricAlarm refuses what contradicts itself, and the model what
// violates it. Only newer models have the shape.
func invalidAlarm(format string, args ...any) *Error {
	e := failf("ValidationException", format, args...)
	e.QueryCode = "ValidationError"
	return e
}
