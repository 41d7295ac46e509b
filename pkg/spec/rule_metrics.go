package spec

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

const (
	monitoringSource = "https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html"
	predefinedSource = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html"
	customizedSource = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_CustomizedMetricSpecification.html"
)

// metricRules judge which metrics policies and alarms follow. Application Auto Scaling and
// CloudWatch take any metric, existing or not; a policy on one that does not exist sits in
// INSUFFICIENT_DATA for ever (fact 124), which is why these are worth catching early.
func metricRules() []Rule {
	return []Rule{{
		ID:       "predefined-metric",
		Severity: diag.Error,
		Title:    "a predefined metric that Application Auto Scaling does not know",
		Explain: `A predefined metric has a name of its own, which is not the name of the CloudWatch metric behind it:
InvocationsPerInstance is followed by SageMakerVariantInvocationsPerInstance. AWS's page on multi-model endpoints has this
mistake. SageMaker has five predefined metrics; names such as SageMakerVariantCPUUtilization are found in articles but do not
exist. For CPU, GPU and memory write a customizedMetric. Predefined metrics of other services, such as
ECSServiceAverageCPUUtilization, do not apply to SageMaker.`,
		Bad:    withPolicies + "    rate-70:\n      targetTracking: {predefinedMetric: InvocationsPerInstance, targetValue: 70}\n",
		Good:   withPolicies + rate70,
		Source: "fact 114, traps T1 and T23: " + predefinedSource,
		check:  checkPredefinedMetric,
	}, {
		ID:       "unknown-predefined-metric",
		Severity: diag.Warning,
		Title:    "a predefined metric that scalectl does not know",
		Explain: `The name looks like a predefined metric of SageMaker but is none of the five that this version of
scalectl knows. It may be misspelt, or newer than scalectl; Application Auto Scaling decides. The check is a warning because
AWS adds values without notice.`,
		Bad:    withPolicies + "    rate-70:\n      targetTracking: {predefinedMetric: SageMakerVariantInvocationPerInstance, targetValue: 70}\n",
		Good:   withPolicies + rate70,
		Source: "facts 10 and 114: " + predefinedSource,
		check:  checkUnknownPredefined,
	}, {
		ID:       "predefined-dimension",
		Severity: diag.Error,
		Title:    "a predefined metric of another scalable dimension",
		Explain: `Each predefined metric belongs to one scalable dimension: instance count, provisioned concurrency or
copies of an inference component. The metric of another dimension is refused, or has no data for this target.`,
		Bad:    withPolicies + "    rate-70:\n      targetTracking: {predefinedMetric: SageMakerInferenceComponentInvocationsPerCopy, targetValue: 70}\n",
		Good:   withPolicies + rate70,
		Source: "facts 62 and 114: " + predefinedSource,
		check:  checkPredefinedDimension,
	}, {
		ID:       "customized-metric",
		Severity: diag.Error,
		Title:    "a customized metric is incomplete or mixes two forms",
		Explain: `A customized metric is either one metric, with metricName, namespace and statistic (and mostly
dimensions), or metric math, with a list of metrics and nothing else. Application Auto Scaling answers "The customized metric
specification is not valid." to anything else.`,
		Bad:    withPolicies + "    load:\n      targetTracking:\n        customizedMetric: {metricName: Depth, namespace: Shop}\n        targetValue: 5\n",
		Good:   withPolicies + "    load:\n      targetTracking:\n        customizedMetric: {metricName: Depth, namespace: Shop, statistic: Average}\n        targetValue: 5\n",
		Source: "fact 63: " + customizedSource,
		check:  checkCustomizedForm,
	}, {
		ID:       "metric-namespace",
		Severity: diag.Error,
		Title:    "a SageMaker metric in the wrong namespace",
		Explain: `SageMaker publishes requests and backlogs in AWS/SageMaker, the utilization of endpoints in
/aws/sagemaker/Endpoints and that of inference components in /aws/sagemaker/InferenceComponents. The slash in front and the
case belong to the name. AWS's page on serverless monitoring leaves the slash out. In any other namespace the metric has no
data, and the alarm stays in INSUFFICIENT_DATA without a word.`,
		Bad:    withPolicies + strings.Replace(utilisation("CPUUtilization", "50"), "/aws/", "aws/", 1),
		Good:   withPolicies + utilisation("CPUUtilization", "50"),
		Source: "facts 122, 123 and 124, trap T3: " + monitoringSource,
		check:  checkMetricNamespace,
	}, {
		ID:       "metric-name",
		Severity: diag.Warning,
		Title:    "a metric name that looks misspelt",
		Explain: `The namespace is one of SageMaker's, but no metric of this name is documented there, and one with a
very similar name is. AWS's page on serverless monitoring writes Invocations4XXErrors for what is published as
Invocation4XXErrors. An alarm on a metric that does not exist never leaves INSUFFICIENT_DATA.`,
		Bad:    withPolicies + utilisation("CPUUtilisation", "50"),
		Good:   withPolicies + utilisation("CPUUtilization", "50"),
		Source: "trap T36: " + monitoringSource,
		check:  checkMetricName,
	}, {
		ID:       "metric-dimensions",
		Severity: diag.Error,
		Title:    "a SageMaker metric with dimensions that it is not published with",
		Explain: `CloudWatch keeps one series for each exact set of dimensions; asking with another set finds nothing.
Metrics of a variant need EndpointName and VariantName, metrics of an asynchronous endpoint's queue EndpointName alone, metrics
of an inference component InferenceComponentName. AWS's page on multi-model endpoints gives CPUUtilization the dimensions
EndpointName and ModelName; such a policy sits in INSUFFICIENT_DATA for ever.`,
		Bad:    withPolicies + strings.Replace(utilisation("CPUUtilization", "50"), "VariantName:", "ModelName:", 1),
		Good:   withPolicies + utilisation("CPUUtilization", "50"),
		Source: "facts 122 to 125 and 132, trap T2: " + monitoringSource,
		check:  checkMetricDimensions,
	}, {
		ID:       "metric-elsewhere",
		Severity: diag.Warning,
		Title:    "a policy follows the metric of another endpoint",
		Explain: `The dimensions name an endpoint, variant or inference component other than the one that the policy
scales. Mostly that is a copied block. Write ${endpoint}, ${variant} or ${component} and the policy can be copied and shared.
If a target is really meant to follow another one, say so with a suppression comment.`,
		Bad:    withPolicies + strings.Replace(utilisation("CPUUtilization", "50"), `"${endpoint}"`, "search", 1),
		Good:   withPolicies + utilisation("CPUUtilization", "50"),
		Source: "fact 124: " + customizedSource,
		check:  checkMetricElsewhere,
	}, {
		ID:       "metric-statistic",
		Severity: diag.Error,
		Title:    "a statistic that the metric does not have",
		Explain: `Some metrics mean something in certain statistics only. InvocationsPerInstance and InvocationsPerCopy
are published as parts of a sum, so only Sum is valid: their average is a fraction of one invocation whatever the load.
The ConcurrentRequests metrics have Minimum and Maximum.`,
		Bad: withPolicies + `    load:
      targetTracking:
        customizedMetric:
          metricName: InvocationsPerInstance
          namespace: AWS/SageMaker
          dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"}
          statistic: Average
        targetValue: 50
`,
		Good: withPolicies + `    load:
      targetTracking:
        customizedMetric:
          metricName: InvocationsPerInstance
          namespace: AWS/SageMaker
          dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"}
          statistic: Sum
        targetValue: 50
`,
		Source: "fact 122: " + monitoringSource,
		check:  checkMetricStatistic,
	}, {
		ID:       "metric-unit",
		Severity: diag.Warning,
		Title:    "a unit that keeps the metric without data",
		Explain: `A unit in the request is a filter: CloudWatch looks only at data points that were published with
exactly this unit, and an alarm with another one stays in INSUFFICIENT_DATA for ever. CloudWatch advises to leave the unit
out.`,
		Bad:    withPolicies + strings.Replace(utilisation("CPUUtilization", "50"), "unit: Percent", "unit: Count", 1),
		Good:   withPolicies + utilisation("CPUUtilization", "50"),
		Source: "fact 215: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
		check:  checkMetricUnit,
	}, {
		ID:       "metric-unsuitable",
		Severity: diag.Warning,
		Title:    "target tracking on a metric that capacity does not bring down",
		Explain: `Target tracking assumes that the metric falls in proportion when capacity is added. Totals such as
Invocations stay the same however many instances share them, and latencies or error counts move for other reasons, so the
policy scales to its maximum and stays there. Follow a value per instance, such as InvocationsPerInstance or
ApproximateBacklogSizePerInstance, or a utilization; for the others use a step policy with an alarm.`,
		Bad: withPolicies + `    load:
      targetTracking:
        customizedMetric:
          metricName: ModelLatency
          namespace: AWS/SageMaker
          dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"}
          statistic: Average
        targetValue: 50000
`,
		Good:   withPolicies + utilisation("GPUUtilization", "50"),
		Source: "fact 65: " + customizedSource,
		check:  checkMetricUnsuitable,
	}, {
		ID:       "metric-not-emitted",
		Severity: diag.Error,
		Title:    "a metric that this kind of endpoint never publishes",
		Explain: `Asynchronous endpoints publish neither Invocations nor InvocationsPerInstance: scale them on
ApproximateBacklogSizePerInstance. Serverless endpoints have no instances and so no value per instance: scale provisioned
concurrency on SageMakerVariantProvisionedConcurrencyUtilization. Real-time endpoints have no backlog. AWS accepts such a
policy and it never acts.`,
		Bad: `endpoints:
  sdxl:
    async: {maxConcurrentInvocationsPerInstance: 1}
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 5
          policies:
            rate-70:
              targetTracking: {predefinedMetric: SageMakerVariantInvocationsPerInstance, targetValue: 70}
`,
		Good: `endpoints:
  sdxl:
    async: {maxConcurrentInvocationsPerInstance: 1}
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 5
          policies:
            backlog:
              targetTracking:
                customizedMetric:
                  metricName: ApproximateBacklogSizePerInstance
                  namespace: AWS/SageMaker
                  dimensions: {EndpointName: "${endpoint}"}
                  statistic: Average
                targetValue: 5
`,
		Source: "facts 135 and 148: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html",
		check:  checkMetricNotEmitted,
	}}
}

// metricRef is a metric as a policy definition writes it, whichever of the four places it
// stands in: target tracking or alarm, single or as part of metric math.
type metricRef struct {
	name, namespace Val[string]
	dimensions      Map[Val[string]]
	statistic       Val[string]
	unit            Val[string]
	period          Val[model.Seconds]
	def             *policyDef
	alarm           *Alarm // nil for target tracking
	math            bool
	owner           Place // the object that it stands in
}

// known returns what SageMaker documents about the metric.
func (r metricRef) known() (publishedMetric, bool) {
	return findMetric(r.namespace.Get(), r.name.Get())
}

// metrics yields every metric that the policy definitions name.
func (p *pass) metrics() iter.Seq[metricRef] {
	return func(yield func(metricRef) bool) {
		math := func(def *policyDef, alarm *Alarm, queries List[*MetricQuery]) bool {
			for _, q := range queries.All() {
				s := q.MetricStat
				if s != nil && !yield(metricRef{s.MetricName, s.Namespace, s.Dimensions, s.Stat, s.Unit, s.Period, def, alarm, true, s}) {
					return false
				}
			}
			return true
		}
		for _, def := range p.Policies {
			if tt := def.TargetTracking; tt != nil && tt.CustomizedMetric != nil {
				m := tt.CustomizedMetric
				single := metricRef{m.MetricName, m.Namespace, m.Dimensions, m.Statistic, m.Unit, Val[model.Seconds]{}, def, nil, false, m}
				if m.MetricName.IsSet() && !yield(single) || !math(def, nil, m.Metrics) {
					return
				}
			}
			for a := range def.alarms() {
				single := metricRef{a.MetricName, a.Namespace, a.Dimensions, a.Statistic, a.Unit, a.Period, def, a, false, a}
				if a.MetricName.IsSet() && !yield(single) || !math(def, a, a.Metrics) {
					return
				}
			}
		}
	}
}

// invented are names that articles and books use although they do not exist (trap T23).
var invented = map[string]string{
	"SageMakerVariantCPUUtilization":            "CPUUtilization",
	"SageMakerVariantGPUUtilization":            "GPUUtilization",
	"SageMakerVariantMemoryUtilization":         "MemoryUtilization",
	"SageMakerVariantGPUMemoryUtilization":      "GPUMemoryUtilization",
	"SageMakerVariantConcurrentRequestsPerCopy": "ConcurrentRequestsPerCopy",
}

// judgePredefined says whether a name is certainly no predefined metric of SageMaker, and
// what to write instead.
func judgePredefined(name string) (hint string, wrong bool) {
	if _, ok := findPredefined(name); ok {
		return "", false
	}
	published, ok := invented[name]
	if !ok && len(metricsNamed(name)) > 0 {
		published, ok = name, true
	}
	if ok {
		for _, m := range predefinedMetrics {
			if m.follows == published {
				return "write " + m.name, true
			}
		}
		return "write a customizedMetric with metricName " + published, true
	}
	if !strings.HasPrefix(strings.ToLower(name), "sagemaker") {
		return "write one of " + strings.Join(predefinedNames(), ", ") + ", or a customizedMetric", true
	}
	return "", false
}

func predefinedNames() []string {
	var names []string
	for _, m := range predefinedMetrics {
		names = append(names, m.name)
	}
	return names
}

// predefined yields the policy definitions with a predefined metric.
func (p *pass) predefined(yield func(def *policyDef, v Val[string])) {
	for _, def := range p.Policies {
		if tt := def.TargetTracking; tt != nil && tt.PredefinedMetric.IsSet() {
			yield(def, tt.PredefinedMetric)
		}
	}
}

func checkPredefinedMetric(p *pass) {
	p.predefined(func(_ *policyDef, v Val[string]) {
		if hint, wrong := judgePredefined(v.Get()); wrong {
			p.report(v, "predefined metric %q does not exist for SageMaker", v.Get()).hint("%s", hint)
		}
	})
}

func checkUnknownPredefined(p *pass) {
	p.predefined(func(_ *policyDef, v Val[string]) {
		if _, known := findPredefined(v.Get()); known {
			return
		}
		if _, wrong := judgePredefined(v.Get()); wrong {
			return
		}
		f := p.report(v, "unknown predefined metric %q", v.Get())
		if near := suggest(v.Get(), predefinedNames()); near != "" {
			f.hint("did you mean %q?", near)
		} else {
			f.hint("known are %s", strings.Join(predefinedNames(), ", "))
		}
	})
}

func checkPredefinedDimension(p *pass) {
	for _, t := range p.Targets {
		for _, u := range t.Policies {
			tt := u.Def.TargetTracking
			if tt == nil {
				continue
			}
			metric, ok := findPredefined(tt.PredefinedMetric.Get())
			if !ok || metric.dimension == t.ID.Dimension {
				continue
			}
			p.report(u.atDefinition(tt.PredefinedMetric), "predefined metric %q is for %s, but %s scales %s",
				metric.name, metric.dimension.Unit(2), t.ID, t.ID.Dimension.Unit(2)).
				hint("write %s", strings.Join(predefinedFor(t.ID.Dimension), " or "))
		}
	}
}

func checkCustomizedForm(p *pass) {
	for _, def := range p.Policies {
		if def.TargetTracking == nil || def.TargetTracking.CustomizedMetric == nil {
			continue
		}
		m := def.TargetTracking.CustomizedMetric
		single := []struct {
			name     string
			key      Place
			set      bool
			required bool
		}{
			{"metricName", m.MetricName.Key(), m.MetricName.IsSet(), true},
			{"namespace", m.Namespace.Key(), m.Namespace.IsSet(), true},
			{"statistic", m.Statistic.Key(), m.Statistic.IsSet(), true},
			{"dimensions", m.Dimensions, m.Dimensions.IsSet(), false},
			{"unit", m.Unit.Key(), m.Unit.IsSet(), false},
		}
		for _, field := range single {
			switch {
			case m.Metrics.IsSet() && field.set:
				p.report(field.key, "%s and metrics exclude each other in a customizedMetric", field.name).
					hint("move %s into the metricStat of a metric, or remove metrics %s", field.name, p.on(m.Metrics))
			case !m.Metrics.IsSet() && field.required && !field.set:
				p.report(m, "the customizedMetric of policy %q has no %s", def.Name(), field.name).
					hint("add %s, or write metric math as a list of metrics", field.name)
			}
		}
	}
}

func checkMetricNamespace(p *pass) {
	for r := range p.metrics() {
		published := metricsNamed(r.name.Get())
		if _, ok := r.known(); ok || len(published) == 0 || !r.namespace.IsSet() {
			continue
		}
		near, ours := sameNamespace(r.namespace.Get())
		if !ours {
			continue // a metric of the user's own, or of another service
		}
		right := published[0].namespace
		if slices.ContainsFunc(published, func(m publishedMetric) bool { return m.namespace == near }) {
			right = near
		}
		p.report(r.namespace, "%s is not published in namespace %q", r.name.Get(), r.namespace.Get()).hint("write %s", right)
	}
}

func checkMetricName(p *pass) {
	for r := range p.metrics() {
		namespace, ours := sameNamespace(r.namespace.Get())
		if !ours || len(metricsNamed(r.name.Get())) > 0 {
			continue
		}
		var names []string
		for _, m := range publishedMetrics {
			if m.namespace == namespace {
				names = append(names, m.name)
			}
		}
		if near, ok := nearestName(r.name.Get(), names); ok {
			p.report(r.name, "SageMaker documents no metric %q", r.name.Get()).hint("did you mean %q?", near)
		}
	}
}

func checkMetricDimensions(p *pass) {
	for r := range p.metrics() {
		metric, ok := r.known()
		if !ok || metric.fits(plain(r.dimensions)) {
			continue
		}
		var sets []string
		for _, set := range metric.dimensions {
			sets = append(sets, strings.Join(set, " and "))
		}
		want := strings.Join(sets, ", or with ")
		names := slices.Sorted(maps.Keys(plain(r.dimensions)))
		if len(names) == 0 {
			at := r.owner
			if r.dimensions.IsSet() {
				at = r.dimensions
			}
			p.report(at, "%s without dimensions has no data: it is published with %s", metric.name, want).
				hint("add dimensions with %s", metric.example())
			continue
		}
		at := Place(r.dimensions)
		for _, name := range names {
			if !slices.Contains(metric.dimensions[0], name) && !slices.Contains(finerDimensions, name) {
				at = r.dimensions.KeyOf(name)
				break
			}
		}
		p.report(at, "%s with the dimensions %s has no data: it is published with %s", metric.name, strings.Join(names, ", "), want).
			hint("write dimensions: %s", metric.example())
	}
}

// example writes the first set of dimensions as a spec would.
func (m publishedMetric) example() string {
	values := map[string]string{"EndpointName": "${endpoint}", "VariantName": "${variant}", "InferenceComponentName": "${component}"}
	var parts []string
	for _, name := range m.dimensions[0] {
		parts = append(parts, name+`: "`+values[name]+`"`)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func checkMetricElsewhere(p *pass) {
	for _, t := range p.Targets {
		own := map[string]string{"EndpointName": t.ID.Endpoint(), "VariantName": t.ID.Variant(), "InferenceComponentName": t.ID.Component()}
		if t.Component != nil {
			own["EndpointName"] = t.Endpoint.Name()
		}
		words := map[string]string{"EndpointName": "endpoint", "VariantName": "variant", "InferenceComponentName": "component"}
		for _, u := range t.Policies {
			for _, m := range u.metrics() {
				if _, ours := sameNamespace(m.namespace); !ours {
					continue
				}
				for _, name := range slices.Sorted(maps.Keys(words)) {
					value, set := m.dimensions[name]
					if !set || value == own[name] || own[name] == "" {
						continue
					}
					at, _ := m.written.Get(name)
					p.report(u.atDefinition(at), "policy %q of %s follows %s of %s %q", u.Name(), t.ID, m.name, words[name], value).
						hint(`write %s: "${%s}"`, name, words[name])
					break
				}
			}
		}
	}
}

func checkMetricStatistic(p *pass) {
	for r := range p.metrics() {
		metric, ok := r.known()
		if !ok || metric.statistics == nil || !r.statistic.IsSet() || slices.Contains(metric.statistics, r.statistic.Get()) {
			continue
		}
		p.report(r.statistic, "%s has no meaningful statistic %q", metric.name, r.statistic.Get()).
			hint("write %s", strings.Join(metric.statistics, " or "))
	}
}

func checkMetricUnit(p *pass) {
	for r := range p.metrics() {
		if metric, ok := r.known(); ok && metric.unit != "" && r.unit.IsSet() && r.unit.Get() != metric.unit {
			p.report(r.unit, "%s is not published in unit %q but in %s", metric.name, r.unit.Get(), metric.unit).
				hint("leave the unit out")
		}
	}
}

func checkMetricUnsuitable(p *pass) {
	for r := range p.metrics() {
		if metric, ok := r.known(); ok && r.alarm == nil && !r.math && metric.against != "" {
			p.report(r.name, "target tracking cannot steer by %s: %s", metric.name, metric.against).
				hint("follow a value per instance or a utilization, or use stepScaling with an alarm")
		}
	}
}

func checkMetricNotEmitted(p *pass) {
	for _, t := range p.Targets {
		kind := p.servingKind(t)
		words := map[model.EndpointKind]string{model.KindRealtime: "a real-time", model.KindServerless: "a serverless",
			model.KindAsync: "an asynchronous", model.KindComponents: "an inference component"}
		for _, u := range t.Policies {
			report := func(at Place, written string) {
				f := p.report(u.atDefinition(at), "%s is never published by %s endpoint such as %q", written, words[kind], t.Endpoint.Name()).
					hint("%s", insteadOf(kind))
				if u.Def.Shared {
					f.related(at, "the metric")
				}
			}
			if tt := u.Def.TargetTracking; tt != nil {
				predefined, ok := findPredefined(tt.PredefinedMetric.Get())
				if ok && predefined.dimension == t.ID.Dimension {
					if m, ok := findMetric(namespaceRequests, predefined.follows); ok && !m.emittedBy(kind) {
						report(tt.PredefinedMetric, "the metric of "+predefined.name)
					}
				}
			}
			for _, followed := range u.metrics() {
				if m, ok := findMetric(followed.namespace, followed.name); ok && !m.emittedBy(kind) {
					report(followed.at, m.name)
				}
			}
		}
	}
}

// insteadOf names what an endpoint of the kind is scaled on.
func insteadOf(kind model.EndpointKind) string {
	switch kind {
	case model.KindAsync:
		return "follow ApproximateBacklogSizePerInstance with the dimension EndpointName"
	case model.KindServerless:
		return "follow SageMakerVariantProvisionedConcurrencyUtilization, or use scheduled actions"
	case model.KindComponents:
		return "follow SageMakerInferenceComponentInvocationsPerCopy"
	}
	return "follow SageMakerVariantInvocationsPerInstance, or a utilization"
}
