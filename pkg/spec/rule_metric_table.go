package spec

import (
	"maps"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/model"
)

// The namespaces that SageMaker publishes hosting metrics in. The two for utilisation
// start with a slash and the one for requests does not (trap T3).
const (
	namespaceRequests   = "AWS/SageMaker"
	namespaceEndpoints  = "/aws/sagemaker/Endpoints"
	namespaceComponents = "/aws/sagemaker/InferenceComponents"
)

// dimensionSet is a set of dimension names, sorted.
type dimensionSet []string

var (
	byVariant   = dimensionSet{"EndpointName", "VariantName"}
	byEndpoint  = dimensionSet{"EndpointName"}
	byComponent = dimensionSet{"InferenceComponentName"}
)

// finerDimensions may come on top of a published set: per container of a multi-container
// endpoint, per deployment (fact 129), and what enhanced metrics add.
// https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch-enhanced-metrics.html
var finerDimensions = []string{"AcceleratorId", "ContainerId", "ContainerName", "EndpointConfigName", "InstanceId"}

// publishedMetric is what SageMaker documents about a metric of hosting. It holds only
// what a finding can rest on; a metric that is not in the table is never judged.
// https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html (facts 122 to 135)
type publishedMetric struct {
	name      string
	namespace string
	// dimensions lists the sets under which the metric exists.
	dimensions []dimensionSet
	// statistics are the only ones that mean something; nil is any.
	statistics []string
	// unit is the published unit; "" where the table makes no statement.
	unit string
	// kinds are the endpoint kinds that publish it; nil is any.
	kinds []model.EndpointKind
	// against says why target tracking cannot steer by the metric; "" where it can.
	against string
	// percent marks values between 0 and 100 (times the cores or devices when perDevice).
	percent, perDevice bool
	// atZero says that the metric has data while there is no capacity at all, which is
	// what an alarm needs to lead out of zero.
	atZero bool
	// minutely marks metrics that never come more often than once a minute.
	minutely bool
}

var onInstances = []model.EndpointKind{model.KindRealtime, model.KindComponents}

var publishedMetrics = func() []publishedMetric {
	const (
		total   = "a total does not fall when capacity is added"
		latency = "a latency does not fall in proportion when capacity is added"
		failure = "a number of errors does not fall when capacity is added"
		signal  = "it only says whether there is any capacity at all"
	)
	// Fact 135 takes exactly Invocations, InvocationsPerInstance and OverheadLatency from
	// asynchronous endpoints.
	notAsync := []model.EndpointKind{model.KindRealtime, model.KindComponents, model.KindServerless}
	requests := func(name, against string, kinds []model.EndpointKind, stats ...string) publishedMetric {
		return publishedMetric{name: name, namespace: namespaceRequests, dimensions: []dimensionSet{byVariant, byComponent},
			statistics: stats, kinds: kinds, against: against}
	}
	queue := func(name, against, unit string, atZero bool) publishedMetric {
		return publishedMetric{name: name, namespace: namespaceRequests, dimensions: []dimensionSet{byEndpoint},
			unit: unit, kinds: []model.EndpointKind{model.KindAsync}, against: against, atZero: atZero, minutely: true}
	}
	load := func(name string, perDevice bool) publishedMetric {
		return publishedMetric{name: name, namespace: namespaceEndpoints, dimensions: []dimensionSet{byVariant},
			unit: "Percent", percent: true, perDevice: perDevice}
	}
	normalised := func(name, namespace string, dimensions dimensionSet) publishedMetric {
		return publishedMetric{name: name, namespace: namespace, dimensions: []dimensionSet{dimensions}, unit: "Percent", percent: true}
	}
	return []publishedMetric{
		requests("Invocations", total, notAsync, "Sum", "SampleCount"),
		{name: "InvocationsPerInstance", namespace: namespaceRequests, dimensions: []dimensionSet{byVariant},
			statistics: []string{"Sum"}, kinds: onInstances},
		{name: "InvocationsPerCopy", namespace: namespaceRequests, dimensions: []dimensionSet{byComponent},
			statistics: []string{"Sum"}, kinds: []model.EndpointKind{model.KindComponents}},
		{name: "ConcurrentRequestsPerModel", namespace: namespaceRequests, dimensions: []dimensionSet{byVariant, byComponent},
			statistics: []string{"Maximum", "Minimum"}, kinds: append([]model.EndpointKind{model.KindAsync}, onInstances...)},
		{name: "ConcurrentRequestsPerCopy", namespace: namespaceRequests, dimensions: []dimensionSet{byComponent},
			statistics: []string{"Maximum", "Minimum"}, kinds: []model.EndpointKind{model.KindComponents}},
		{name: "NoCapacityInvocationFailures", namespace: namespaceRequests, dimensions: []dimensionSet{byComponent},
			kinds: []model.EndpointKind{model.KindComponents}, against: failure, atZero: true},
		requests("ModelLatency", latency, nil),
		requests("OverheadLatency", latency, notAsync),
		requests("Invocation4XXErrors", failure, nil),
		requests("Invocation5XXErrors", failure, nil),
		{name: "ServerlessProvisionedConcurrencyUtilization", namespace: namespaceRequests, dimensions: []dimensionSet{byVariant},
			statistics: []string{"Average", "Maximum", "Minimum"}, unit: "None",
			kinds: []model.EndpointKind{model.KindServerless}, minutely: true},

		queue("ApproximateBacklogSize", total, "Count", true),
		queue("ApproximateBacklogSizePerInstance", "", "Count", false),
		queue("ApproximateAgeOfOldestRequest", latency, "Seconds", true),
		queue("HasBacklogWithoutCapacity", signal, "Count", true),

		load("CPUUtilization", true),
		load("GPUUtilization", true),
		load("GPUMemoryUtilization", true),
		load("MemoryUtilization", false),
		load("DiskUtilization", false),
		normalised("CPUUtilizationNormalized", namespaceComponents, byComponent),
		normalised("MemoryUtilizationNormalized", namespaceComponents, byComponent),
		normalised("GPUUtilizationNormalized", namespaceComponents, byComponent),
		normalised("GPUMemoryUtilizationNormalized", namespaceComponents, byComponent),
		normalised("CPUUtilizationNormalized", namespaceEndpoints, byVariant),
		normalised("MemoryUtilizationNormalized", namespaceEndpoints, byVariant),
		normalised("GPUUtilizationNormalized", namespaceEndpoints, byVariant),
		normalised("GPUMemoryUtilizationNormalized", namespaceEndpoints, byVariant),
	}
}()

// metricsNamed returns the metrics of that name: none, or one for each namespace in which
// SageMaker publishes it.
func metricsNamed(name string) []publishedMetric {
	var out []publishedMetric
	for _, m := range publishedMetrics {
		if m.name == name {
			out = append(out, m)
		}
	}
	return out
}

// findMetric returns the metric of that name in exactly that namespace.
func findMetric(namespace, name string) (publishedMetric, bool) {
	for _, m := range metricsNamed(name) {
		if m.namespace == namespace {
			return m, true
		}
	}
	return publishedMetric{}, false
}

// sameNamespace returns SageMaker's namespace that a text differs from only in case,
// blanks or slashes at the ends, and whether it is one at all.
func sameNamespace(text string) (string, bool) {
	bare := func(s string) string { return strings.ToLower(strings.Trim(s, "/ ")) }
	for _, ns := range []string{namespaceRequests, namespaceEndpoints, namespaceComponents} {
		if bare(ns) == bare(text) {
			return ns, true
		}
	}
	return "", false
}

// fits reports whether the metric exists under exactly these dimensions.
func (m publishedMetric) fits(dimensions map[string]string) bool {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		if !slices.Contains(finerDimensions, name) {
			names = append(names, name)
		}
	}
	return slices.ContainsFunc(m.dimensions, func(set dimensionSet) bool { return slices.Equal(set, names) })
}

// emittedBy reports whether endpoints of the kind publish the metric. Of a kind that is
// not known nothing is claimed.
func (m publishedMetric) emittedBy(kind model.EndpointKind) bool {
	return kind == "" || m.kinds == nil || slices.Contains(m.kinds, kind)
}

// predefinedMetric is a PredefinedMetricType for SageMaker.
// https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html (fact 114)
type predefinedMetric struct {
	name      string
	dimension model.Dimension
	follows   string // the published metric behind it
}

var predefinedMetrics = []predefinedMetric{
	{"SageMakerVariantInvocationsPerInstance", model.InstanceCount, "InvocationsPerInstance"},
	{"SageMakerVariantConcurrentRequestsPerModelHighResolution", model.InstanceCount, "ConcurrentRequestsPerModel"},
	{"SageMakerVariantProvisionedConcurrencyUtilization", model.ProvisionedConcurrency, "ServerlessProvisionedConcurrencyUtilization"},
	{"SageMakerInferenceComponentInvocationsPerCopy", model.CopyCount, "InvocationsPerCopy"},
	{"SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution", model.CopyCount, "ConcurrentRequestsPerCopy"},
}

func findPredefined(name string) (predefinedMetric, bool) {
	i := slices.IndexFunc(predefinedMetrics, func(m predefinedMetric) bool { return m.name == name })
	if i < 0 {
		return predefinedMetric{}, false
	}
	return predefinedMetrics[i], true
}

// predefinedFor returns the names that a dimension takes, in the order of the table.
func predefinedFor(d model.Dimension) []string {
	var out []string
	for _, m := range predefinedMetrics {
		if m.dimension == d {
			out = append(out, m.name)
		}
	}
	return out
}
