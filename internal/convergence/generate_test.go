package convergence

import (
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// A resource is something that exists in the universe of these tests and can be scaled.
type resource struct {
	kind      string // realtime, async, serverless or component
	endpoint  string
	variant   string
	component string
}

// universe lists what seed.yaml creates.
var universe = []resource{
	{kind: "realtime", endpoint: "rt-a", variant: "main"},
	{kind: "realtime", endpoint: "rt-a", variant: "alt"},
	{kind: "realtime", endpoint: "rt-b", variant: "main"},
	{kind: "async", endpoint: "async-a", variant: "AllTraffic"},
	{kind: "serverless", endpoint: "sls-a", variant: "main"},
	{kind: "component", endpoint: "shared", component: "ic-a"},
	{kind: "component", endpoint: "shared", component: "ic-b"},
	{kind: "component", endpoint: "shared", component: "ic-c"},
}

type doc = map[string]any

// genSpec draws a valid spec over the whole grammar of scaling. Names come from a small
// alphabet, so that two draws differ in all the ways that matter: renamed, retyped,
// moved to another metric, added, removed.
//
// Of the resources one in oneIn is there on average.
func genSpec(t *rapid.T, oneIn int) []byte {
	g := &generator{t: t, shared: doc{}}
	endpoints := doc{}
	for _, r := range universe {
		if !g.oneIn(oneIn, "name "+r.endpoint+"/"+r.variant+r.component) {
			continue
		}
		endpoint, ok := endpoints[r.endpoint].(doc)
		if !ok {
			endpoint = doc{}
			endpoints[r.endpoint] = endpoint
		}
		if r.kind == "async" {
			endpoint["async"] = doc{"maxConcurrentInvocationsPerInstance": 1}
		}
		child, name := "variants", r.variant
		if r.kind == "component" {
			child, name = "inferenceComponents", r.component
		}
		siblings, ok := endpoint[child].(doc)
		if !ok {
			siblings = doc{}
			endpoint[child] = siblings
		}
		body := doc{"scaling": g.scaling(r)}
		if r.kind == "serverless" {
			body["serverless"] = doc{"memorySizeInMB": 2048, "maxConcurrency": 50}
		}
		siblings[name] = body
	}
	spec := doc{"apiVersion": "scalectl/v1", "stack": "proof", "region": "us-east-1", "endpoints": endpoints}
	if len(g.shared) > 0 {
		spec["policies"] = g.shared
	}
	if tags := g.tags(); tags != nil {
		spec["tags"] = tags
	}
	if g.oneIn(8, "pin the account") {
		spec["account"] = "123456789012"
	}
	spec["guards"] = doc{"maxDeletes": "100%"}
	text, err := yaml.Marshal(spec)
	if err != nil {
		t.Fatalf("marshal spec: %v", err)
	}
	return text
}

type generator struct {
	t      *rapid.T
	shared doc // top-level policies
}

func (g *generator) oneIn(n int, label string) bool {
	return rapid.IntRange(1, n).Draw(g.t, label) == 1
}

func (g *generator) intn(low, high int, label string) int {
	return rapid.IntRange(low, high).Draw(g.t, label)
}

func pick[T any](g *generator, label string, from ...T) T {
	return from[rapid.IntRange(0, len(from)-1).Draw(g.t, label)]
}

// scaling draws the scaling of one resource. All minimums stay at or below a pivot and
// all maximums at or above it, so that no order of firings makes them cross.
func (g *generator) scaling(r resource) doc {
	low := map[string]int{"realtime": 1, "serverless": 1}[r.kind]
	pivot := g.intn(max(low, 1), 6, "pivot")
	minimum := func() int { return g.intn(low, pivot, "min") }
	maximum := func() int { return g.intn(pivot, 12, "max") }
	s := doc{"minCapacity": minimum(), "maxCapacity": maximum()}
	s["policies"] = g.policies(r)
	if len(s["policies"].(doc)) == 0 {
		delete(s, "policies")
	}
	if n := g.intn(0, 3, "scheduled actions"); n > 0 {
		actions := doc{}
		for range n {
			name := pick(g, "action name", "open", "close", "night", "weekend", "black friday")
			actions[name] = g.scheduledAction(minimum, maximum)
		}
		s["scheduledActions"] = actions
	}
	if g.oneIn(4, "suspended") {
		s["suspended"] = doc{
			"dynamicScalingIn":  rapid.Bool().Draw(g.t, "suspend in"),
			"dynamicScalingOut": rapid.Bool().Draw(g.t, "suspend out"),
			"scheduledScaling":  rapid.Bool().Draw(g.t, "suspend schedules"),
		}
	}
	if tags := g.tags(); tags != nil && g.oneIn(2, "tags on target") {
		s["tags"] = tags
	}
	if g.oneIn(6, "protect") {
		s["protect"] = true
	}
	if r.kind == "serverless" && g.oneIn(3, "dimension said") {
		s["dimension"] = "DesiredProvisionedConcurrency"
	}
	return s
}

func (g *generator) tags() doc {
	tags := doc{}
	for range g.intn(0, 2, "tags") {
		key := pick(g, "tag key", "team", "cost:centre", "Env")
		tags[key] = pick(g, "tag value", "ml", "search", "a b+c=d@e", "42x")
	}
	if len(tags) == 0 {
		return nil
	}
	return tags
}

// policies draws up to four policies under names that do not tell their type, at most
// one target-tracking policy per metric.
func (g *generator) policies(r resource) doc {
	out := doc{}
	metrics := rapid.Permutation(g.trackable(r)).Draw(g.t, "metrics")
	names := rapid.Permutation([]string{"p1", "p2", "p3", "wake", "Out & in"}).Draw(g.t, "policy names")
	for i := range g.intn(0, 4, "policies") {
		name := names[i]
		if g.oneIn(3, "step") || len(metrics) == 0 {
			out[name] = doc{"stepScaling": g.stepScaling(r)}
			continue
		}
		body := doc{"targetTracking": g.targetTracking(r, metrics[0])}
		metrics = metrics[1:]
		if common := "common " + name; r.kind == "realtime" && g.oneIn(5, "shared policy") {
			if _, taken := g.shared[common]; !taken {
				g.shared[common] = body
				name, body = common, doc{}
			}
		}
		out[name] = body
	}
	// A zero minimum needs something that leaves zero.
	if r.kind == "async" || r.kind == "component" {
		out["from-zero"] = doc{"stepScaling": g.wake(r)}
	}
	return out
}

// metric is a metric that target tracking may follow: predefined, customized or math.
type metric struct {
	name string
	spec doc
}

func (g *generator) trackable(r resource) []metric {
	app := func(name string) metric {
		return metric{name, doc{"customizedMetric": doc{"metricName": name, "namespace": "Shop/Inference",
			"dimensions": doc{"Service": "checkout", "Stage": "prod"}, "statistic": "Average"}}}
	}
	math := metric{"math", doc{"customizedMetric": doc{"metrics": []any{
		doc{"id": "m1", "metricStat": doc{"metricName": "Busy", "namespace": "Shop/Inference",
			"dimensions": doc{"Service": "checkout"}, "stat": "Sum"}, "returnData": false},
		doc{"id": "m2", "metricStat": doc{"metricName": "Slots", "namespace": "Shop/Inference", "stat": "p90"}, "returnData": false},
		doc{"id": "load", "expression": "FILL(m1, REPEAT) / m2", "label": "load", "returnData": true},
	}}}}
	util := func(name string) metric {
		return metric{name, doc{"customizedMetric": doc{"metricName": name, "namespace": "/aws/sagemaker/Endpoints",
			"dimensions": doc{"EndpointName": "${endpoint}", "VariantName": "${variant}"}, "statistic": "Average", "unit": "Percent"}}}
	}
	all := []metric{app("Busy"), app("Queue"), math}
	predefined := func(name string) metric { return metric{name, doc{"predefinedMetric": name}} }
	switch r.kind {
	case "realtime":
		all = append(all, predefined("SageMakerVariantInvocationsPerInstance"),
			predefined("SageMakerVariantConcurrentRequestsPerModelHighResolution"), util("CPUUtilization"), util("GPUUtilization"))
	case "async":
		all = append(all, metric{"backlog", doc{"customizedMetric": doc{"metricName": "ApproximateBacklogSizePerInstance",
			"namespace": "AWS/SageMaker", "dimensions": doc{"EndpointName": "${endpoint}"}, "statistic": "Average"}}})
	case "serverless":
		all = []metric{predefined("SageMakerVariantProvisionedConcurrencyUtilization"), app("Busy"), math}
	case "component":
		all = append(all, predefined("SageMakerInferenceComponentInvocationsPerCopy"),
			predefined("SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"))
	}
	return all
}

func (g *generator) targetTracking(r resource, m metric) doc {
	tt := maps.Clone(m.spec)
	tt["targetValue"] = pick[any](g, "target value", 1, 70, 0.1, 12.5, 1e6, 33.333333333)
	if m.name == "SageMakerVariantProvisionedConcurrencyUtilization" {
		tt["targetValue"] = pick[any](g, "utilization", 0.7, 0.9, 0.1, 1)
	}
	if g.oneIn(2, "scale-in cooldown") {
		tt["scaleInCooldown"] = g.duration()
	}
	if g.oneIn(2, "scale-out cooldown") {
		tt["scaleOutCooldown"] = g.duration()
	}
	if g.oneIn(5, "disable scale-in") {
		tt["disableScaleIn"] = true
	}
	return tt
}

func (g *generator) duration() string {
	return pick(g, "duration", "30s", "1m", "5m", "10m", "90s", "1h", "1m30s")
}

// stepScaling draws a step policy whose intervals lie on the side of the threshold on
// which its alarms fire.
func (g *generator) stepScaling(r resource) doc {
	above := rapid.Bool().Draw(g.t, "above")
	kind := pick(g, "adjustment type", "ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity")
	n := g.intn(1, 4, "steps")
	var bounds []any
	edge := 0.0
	for range n - 1 {
		edge += pick(g, "step width", 0.5, 1.0, 10.0, 0.1)
		bounds = append(bounds, edge)
	}
	var steps []any
	for i := range n {
		step := doc{"scalingAdjustment": g.adjustment(kind, above)}
		var near, far any = 0, nil
		if i > 0 {
			near = bounds[i-1]
		}
		if i < len(bounds) {
			far = bounds[i]
		}
		if above {
			step["metricIntervalLowerBound"] = near
			if far != nil {
				step["metricIntervalUpperBound"] = far
			}
		} else {
			step["metricIntervalUpperBound"] = negative(near)
			if far != nil {
				step["metricIntervalLowerBound"] = negative(far)
			}
		}
		steps = append(steps, step)
	}
	steps = rapid.Permutation(steps).Draw(g.t, "order of steps")
	s := doc{"adjustmentType": kind, "stepAdjustments": steps}
	if g.oneIn(2, "aggregation") {
		s["metricAggregationType"] = pick(g, "aggregation type", "Average", "Minimum", "Maximum")
	}
	if g.oneIn(2, "cooldown") {
		s["cooldown"] = g.duration()
	}
	if kind == "PercentChangeInCapacity" && g.oneIn(2, "magnitude") {
		s["minAdjustmentMagnitude"] = g.intn(1, 3, "magnitude")
	}
	switch g.intn(0, 4, "alarms") {
	case 0: // driven by an alarm made elsewhere
	case 1:
		s["alarms"] = doc{"fast": g.alarm(r, above), "slow": g.alarm(r, above)}
	default:
		s["alarm"] = g.alarm(r, above)
	}
	return s
}

func negative(v any) any {
	switch v := v.(type) {
	case int:
		return -v
	case float64:
		return -v
	}
	return v
}

func (g *generator) adjustment(kind string, out bool) int {
	n := g.intn(1, 3, "adjustment")
	switch {
	case kind == "ExactCapacity":
		return n
	case kind == "PercentChangeInCapacity":
		n *= 25
	}
	if out {
		return n
	}
	return -n
}

func (g *generator) alarm(r resource, above bool) doc {
	a := doc{"evaluationPeriods": g.intn(1, 5, "evaluation periods"), "threshold": pick[any](g, "threshold", 1, 0.5, 80, 0.1)}
	if above {
		a["comparisonOperator"] = pick(g, "above", "GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
	} else {
		a["comparisonOperator"] = pick(g, "below", "LessThanThreshold", "LessThanOrEqualToThreshold")
	}
	if g.oneIn(4, "alarm math") {
		a["metrics"] = []any{
			doc{"id": "a", "metricStat": doc{"metricName": "Busy", "namespace": "Shop/Inference", "stat": "Average", "period": "1m"}, "returnData": false},
			doc{"id": "e", "expression": "a * 100", "label": "busy", "returnData": true},
		}
	} else {
		a["metricName"], a["namespace"] = "Busy", "Shop/Inference"
		a["period"] = pick(g, "period", "1m", "5m", "10s", "30s")
		if g.oneIn(2, "dimensions") {
			a["dimensions"] = doc{"Service": "checkout"}
		}
		if g.oneIn(4, "percentile") {
			a["extendedStatistic"] = pick(g, "extended", "p99", "p50")
		} else {
			a["statistic"] = pick(g, "statistic", "Average", "Sum", "Maximum", "Minimum", "SampleCount")
		}
	}
	if g.oneIn(2, "datapoints") {
		a["datapointsToAlarm"] = g.intn(1, a["evaluationPeriods"].(int), "datapoints to alarm")
	}
	if g.oneIn(2, "missing data") {
		a["treatMissingData"] = pick(g, "treat missing", "missing", "notBreaching", "breaching", "ignore")
	}
	if g.oneIn(4, "further actions") {
		a["alarmActions"] = []any{"arn:aws:sns:us-east-1:123456789012:oncall"}
		a["okActions"] = []any{"arn:aws:sns:us-east-1:123456789012:oncall", "arn:aws:sns:us-east-1:123456789012:log"}
	}
	if g.oneIn(4, "description") {
		a["description"] = "drives ${endpoint}, see the runbook"
	}
	if g.oneIn(6, "actions disabled") {
		a["actionsEnabled"] = false
	}
	return a
}

// wake is the step policy that leaves zero, as AWS's pages show it for both kinds.
func (g *generator) wake(r resource) doc {
	a := doc{"metricName": "HasBacklogWithoutCapacity", "namespace": "AWS/SageMaker", "dimensions": doc{"EndpointName": "${endpoint}"},
		"statistic": "Average", "period": "1m"}
	if r.kind == "component" {
		a = doc{"metricName": "NoCapacityInvocationFailures", "namespace": "AWS/SageMaker",
			"dimensions": doc{"InferenceComponentName": "${component}"}, "statistic": "Maximum", "period": "30s"}
	}
	a["evaluationPeriods"], a["threshold"], a["comparisonOperator"] = 1, 1, "GreaterThanOrEqualToThreshold"
	return doc{"adjustmentType": "ChangeInCapacity", "cooldown": g.duration(), "alarm": a,
		"stepAdjustments": []any{doc{"metricIntervalLowerBound": 0, "scalingAdjustment": 1}}}
}

func (g *generator) scheduledAction(minimum, maximum func() int) doc {
	a := doc{}
	switch g.intn(0, 5, "schedule kind") {
	case 0:
		a["schedule"] = pick(g, "rate", "rate(1 hour)", "rate(30 minutes)", "rate(2 days)")
	case 1:
		a["schedule"] = fmt.Sprintf("at(2027-0%d-1%dT%02d:30:00)", g.intn(1, 9, "at month"), g.intn(0, 9, "at day"), g.intn(0, 23, "at hour"))
	default:
		a["schedule"] = fmt.Sprintf("cron(%s %d %s *)", pick(g, "minute", "0", "30", "0/20", "15,45"), g.intn(0, 23, "hour"),
			pick(g, "days", "? * MON-FRI", "* * ?", "? * SAT", "1 * ?", "L * ?", "? * MON#1", "? JAN-JUN SUN"))
	}
	if g.oneIn(2, "time zone") {
		a["timezone"] = pick(g, "zone", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
	}
	if g.oneIn(5, "start") {
		a["startTime"] = fmt.Sprintf("2026-12-%02dT06:00:00Z", g.intn(1, 28, "start day"))
	}
	if g.oneIn(5, "end") {
		a["endTime"] = fmt.Sprintf("2027-1%d-01T00:00:00Z", g.intn(0, 2, "end month"))
	}
	switch g.intn(0, 3, "sides") {
	case 0:
		a["minCapacity"] = minimum()
	case 1:
		a["maxCapacity"] = maximum()
	default:
		a["minCapacity"], a["maxCapacity"] = minimum(), maximum()
	}
	return a
}

// shuffleYAML returns the same document with every mapping in another order.
func shuffleYAML(t *rapid.T, text []byte) []byte {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatalf("parse generated spec: %v", err)
	}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode {
			pairs := slices.Collect(slices.Chunk(n.Content, 2))
			pairs = rapid.Permutation(pairs).Draw(t, "order of keys")
			n.Content = slices.Concat(pairs...)
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(&root)
	out, err := yaml.Marshal(&root)
	if err != nil {
		t.Fatalf("marshal shuffled spec: %v", err)
	}
	return out
}
