package spec

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scalectl/scalectl/pkg/diag"
)

// CloudWatch's limits on what identifies a metric, in characters.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html
const (
	maxMetricName     = 255
	maxNamespace      = 255
	maxDimensionName  = 255
	maxDimensionValue = 1024
	maxDimensions     = 30 // of one metric (fact 209)
)

// metricFormRules judge the parts of a metric's identity without asking whether the
// metric exists.
func metricFormRules() []Rule {
	shop := func(metric, namespace, dimensions string) string {
		return withPolicies + "    load:\n      targetTracking:\n        customizedMetric:\n          metricName: " + metric +
			"\n          namespace: " + namespace + "\n          dimensions: " + dimensions +
			"\n          statistic: Average\n        targetValue: 5\n"
	}
	return []Rule{{
		ID:       "metric-form",
		Severity: diag.Error,
		Title:    "a metric name, namespace or dimension that CloudWatch does not take",
		Explain: `Metric names, namespaces and the names of dimensions have 1 to 255 characters, the values of dimensions 1 to
1024, and a metric has at most 30 dimensions. None of them is blank or holds a control character; a namespace and the name of
a dimension do not begin with a colon, and dimensions are ASCII. AWS would refuse the policy or its alarm in the middle of an
apply.`,
		Bad:    shop("Depth", "Shop", `{Queue: ""}`),
		Good:   shop("Depth", "Shop", "{Queue: checkout}"),
		Source: "fact 209: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html",
		check:  checkMetricForm,
	}}
}

func checkMetricForm(p *pass) {
	one := func(at Place, what, text string, limit int) {
		if at.at() == nil {
			return // reported as missing by another rule
		}
		if problem := metricTextProblem(text, limit); problem != "" {
			p.report(at, "%s %s", what, problem).hint("write 1 to %d characters", limit)
		}
	}
	quote := func(s string) string { return strconv.Quote(shorten(s)) }
	for m := range p.metrics() {
		one(m.name, "the metric name", m.name.Get(), maxMetricName)
		one(m.namespace, "the namespace", m.namespace.Get(), maxNamespace)
		if strings.HasPrefix(m.namespace.Get(), ":") {
			p.report(m.namespace, "namespace %s begins with a colon", quote(m.namespace.Get())).hint("remove the colon")
		}
		if n := m.dimensions.Len(); n > maxDimensions && (m.alarm == nil || m.math) { // else alarm-metric says so
			p.report(m.dimensions, "the metric has %d dimensions, CloudWatch takes %d", n, maxDimensions).
				hint("leave out what does not identify the series")
		}
		for name, value := range m.dimensions.All() {
			at := m.dimensions.KeyOf(name)
			one(at, "the name of a dimension", name, maxDimensionName)
			one(value, "dimension "+quote(name), value.Get(), maxDimensionValue)
			switch {
			case strings.HasPrefix(name, ":"):
				p.report(at, "dimension %s begins with a colon", quote(name)).hint("remove the colon")
			case !isASCII(name):
				p.report(at, "dimension %s is not ASCII", quote(name)).hint("CloudWatch takes only ASCII here")
			}
			if !isASCII(value.Get()) {
				p.report(value, "dimension %s is %s, which is not ASCII", quote(name), quote(value.Get())).
					hint("CloudWatch takes only ASCII here")
			}
		}
	}
}

// metricTextProblem returns what is wrong with a part of a metric's identity as the end of
// a sentence, "" if nothing is.
func metricTextProblem(text string, limit int) string {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "is empty"
	case strings.TrimSpace(text) == "":
		return "is blank"
	case n > limit:
		return "has " + strconv.Itoa(n) + " characters, CloudWatch takes " + strconv.Itoa(limit)
	case strings.ContainsFunc(text, unicode.IsControl):
		return "has a control character"
	}
	return ""
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
