package sandbox

import (
	"regexp"
	"slices"
	"strings"
)

var (
	shapePrintable = func(limit int) *Shape { return Str().Len(1, limit) }
	shapeMetric    = Struct(
		Opt("MetricName", shapePrintable(255)), Opt("Namespace", shapePrintable(255)),
		Opt("Dimensions", ListOf(Struct(Req("Name", shapePrintable(255)), Req("Value", shapePrintable(1024))))))
	shapeTargetTracking = Struct(
		Req("TargetValue", Float()),
		Opt("PredefinedMetricSpecification", Struct(
			Req("PredefinedMetricType", Enum(predefinedMetrics...)), Opt("ResourceLabel", Str().Len(1, 1023)))),
		Opt("CustomizedMetricSpecification", Struct(
			Opt("MetricName", Str()), Opt("Namespace", Str()),
			Opt("Dimensions", ListOf(Struct(Req("Name", Str()), Req("Value", Str())))),
			Opt("Statistic", Enum("Average", "Minimum", "Maximum", "SampleCount", "Sum")), Opt("Unit", Str()),
			Opt("Metrics", ListOf(Struct(
				Opt("Expression", Str().Len(1, 2048)), Req("Id", Str().Len(1, 255)), Opt("Label", Str()),
				Opt("MetricStat", Struct(Req("Metric", shapeMetric), Req("Stat", Str()), Opt("Unit", shapePrintable(1023)))),
				Opt("ReturnData", Bool())))))),
		Opt("ScaleOutCooldown", Int()), Opt("ScaleInCooldown", Int()), Opt("DisableScaleIn", Bool()),
	)
	predefinedMetrics = []string{"DynamoDBReadCapacityUtilization", "DynamoDBWriteCapacityUtilization",
		"ALBRequestCountPerTarget", "RDSReaderAverageCPUUtilization", "RDSReaderAverageDatabaseConnections",
		"EC2SpotFleetRequestAverageCPUUtilization", "EC2SpotFleetRequestAverageNetworkIn",
		"EC2SpotFleetRequestAverageNetworkOut", metricInvocations, "ECSServiceAverageCPUUtilization",
		"ECSServiceAverageMemoryUtilization", "AppStreamAverageCapacityUtilization", "ComprehendInferenceUtilization",
		"LambdaProvisionedConcurrencyUtilization", "CassandraReadCapacityUtilization", "CassandraWriteCapacityUtilization",
		"KafkaBrokerStorageUtilization", "ElastiCacheEngineCPUUtilization", "ElastiCacheDatabaseMemoryUsagePercentage",
		"ElastiCachePrimaryEngineCPUUtilization", "ElastiCacheReplicaEngineCPUUtilization",
		"ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage", "NeptuneReaderAverageCPUUtilization",
		metricConcurrency, "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage", metricCopyInvocations,
		"WorkSpacesAverageUserSessionsCapacityUtilization", metricCopyRequests, metricModelRequests}
)

// The predefined metrics of SageMaker (fact 114).
const (
	metricInvocations     = "SageMakerVariantInvocationsPerInstance"
	metricModelRequests   = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
	metricConcurrency     = "SageMakerVariantProvisionedConcurrencyUtilization"
	metricCopyInvocations = "SageMakerInferenceComponentInvocationsPerCopy"
	metricCopyRequests    = "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
)

// metricsOfDimension is which predefined metric goes with which dimension. UNSURE fact 114
var metricsOfDimension = map[string][]string{
	dimensionInstances:   {metricInvocations, metricModelRequests},
	dimensionConcurrency: {metricConcurrency},
	dimensionCopies:      {metricCopyInvocations, metricCopyRequests},
}

// Limits of a target value as the service worded them (fact 60).
const (
	minTargetValue = 8.51592e-109
	maxTargetValue = 1.174271e108
	// maxMetricQueries: as in CloudWatch, ten metrics and ten expressions. UNSURE fact 64
	maxMetricQueries = 20
)

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// checkTargetTracking checks a configuration for a target (facts 55, 60 to 64). Most of
// the words were noted down by https://github.com/badmintoncryer/cdk-preflight.
func (c *Call) checkTargetTracking(t *ScalableTarget, name string, config Map) *Error {
	if v := config.Float("TargetValue"); v < minTargetValue || v > maxTargetValue {
		return invalidf("Invalid target value: target value must be between '8.51592E-109' and '1.174271E108', but was '%s'",
			appendJSON(nil, v))
	}
	predefined, customized := config.Map("PredefinedMetricSpecification"), config.Map("CustomizedMetricSpecification")
	switch {
	case predefined != nil && customized != nil:
		return invalidf("Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be set for target tracking scaling.")
	case predefined != nil:
		metric, known := predefined.Str("PredefinedMetricType"), metricsOfDimension[t.Dimension]
		if !slices.Contains(known, metric) {
			return invalidf("Scalable dimension %s only supports the following predefined metric types: %s",
				t.Dimension, strings.Join(known, ", "))
		}
		if predefined.Has("ResourceLabel") { // wording UNSURE fact 62
			return invalidf("Resource label is not supported for predefined metric type %s", metric)
		}
	case customized != nil:
		if err := checkCustomized(customized); err != nil {
			return err
		}
	default:
		return invalidf("PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling.")
	}
	// fact 55; https://github.com/hashicorp/terraform-provider-aws/issues/41179. What is the
	// same for customized metrics is UNSURE: here, deep equality but for the order of dimensions.
	for _, p := range c.Region.Policies.Prefix(t.key()) {
		if p.Name == name || p.Type != "TargetTrackingScaling" {
			continue
		}
		other := &ScalingPolicy{Config: config}
		mine, theirs := showConfig(other), showConfig(p)
		for _, spec := range []string{"PredefinedMetricSpecification", "CustomizedMetricSpecification"} {
			if mine.Has(spec) && sameValue(mine.Map(spec), theirs.Map(spec)) {
				return invalidf("Only one TargetTrackingScaling policy for a given metric specification is allowed.")
			}
		}
	}
	return nil
}

// checkCustomized demands one metric or metric math, not both (facts 63, 64).
func checkCustomized(spec Map) *Error {
	bad := invalidf("The customized metric specification is not valid.")
	queries := spec.Maps("Metrics")
	single := spec.Has("MetricName") || spec.Has("Namespace") || spec.Has("Statistic") || len(spec.List("Dimensions")) > 0 || spec.Has("Unit")
	if len(queries) == 0 {
		if spec.Str("MetricName") == "" || spec.Str("Namespace") == "" || spec.Str("Statistic") == "" {
			return bad
		}
		return nil
	}
	if single || len(queries) > maxMetricQueries {
		return bad
	}
	returned, seen := 0, map[string]bool{}
	for _, q := range queries {
		id := q.Str("Id")
		if !queryID.MatchString(id) || seen[id] || q.Has("Expression") == q.Has("MetricStat") {
			return bad
		}
		seen[id] = true
		if b, ok := q.BoolOK("ReturnData"); !ok || b {
			returned++
		}
		if m := q.Map("MetricStat").Map("Metric"); q.Has("MetricStat") && (m.Str("MetricName") == "" || m.Str("Namespace") == "") {
			return bad
		}
	}
	if returned != 1 {
		return bad
	}
	return nil
}
