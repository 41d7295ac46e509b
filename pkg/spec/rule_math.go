package spec

import (
	"regexp"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

const (
	trackingMathSource = "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html"
	queriesSource      = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html"
)

// CloudWatch's limits of metric math in an alarm (fact 214). UNSURE fact 64: target
// tracking is taken to have the same.
const (
	maxMathMetrics     = 10
	maxMathExpressions = 10
	maxExpression      = 2048
	maxMathID          = 255
)

// trackingMath is an example of target tracking on metric math.
func trackingMath(queries ...string) string {
	return withPolicies + "    load:\n      targetTracking:\n        customizedMetric:\n          metrics:\n            " +
		strings.Join(queries, "\n            ") + "\n        targetValue: 5\n"
}

// alarmMath is an example of a step policy whose alarm watches metric math.
func alarmMath(queries ...string) string {
	example := stepPolicy("GreaterThanThreshold", "metricIntervalLowerBound: 0, scalingAdjustment: 1")
	single := "          metricName: Depth\n          namespace: Shop\n          statistic: Average\n          period: 1m\n"
	return strings.Replace(example, single, "          metrics:\n            "+strings.Join(queries, "\n            ")+"\n", 1)
}

// trackingQuery is one metric of metric math in target tracking.
func trackingQuery(id, more string) string {
	return "- {id: " + id + ", " + more + ", metricStat: {metricName: Depth, namespace: Shop, stat: Sum}}"
}

// depthQuery is one metric of metric math in an alarm.
func depthQuery(id, more string) string {
	return "- {id: " + id + ", " + more + ", metricStat: {metricName: Depth, namespace: Shop, stat: Sum, period: 1m}}"
}

// mathList is one list of metric math.
type mathList struct {
	queries List[*MetricQuery]
	inAlarm bool
}

// eachMath makes a check of every list of metric math, whichever kind of policy it is in.
func eachMath(check func(*pass, mathList)) func(*pass) {
	return func(p *pass) {
		for _, def := range p.Policies {
			if tt := def.TargetTracking; tt != nil && tt.CustomizedMetric != nil && tt.CustomizedMetric.Metrics.IsSet() {
				check(p, mathList{tt.CustomizedMetric.Metrics, false})
			}
			for a := range def.alarms() {
				if a.Metrics.IsSet() {
					check(p, mathList{a.Metrics, true})
				}
			}
		}
	}
}

// mathRules judge metric math, in target tracking as in alarms.
func mathRules() []Rule {
	good := trackingMath(`- {id: load, expression: "m1 / 2"}`, trackingQuery("m1", "returnData: false"))
	return []Rule{{
		ID:       "math-query",
		Severity: diag.Error,
		Title:    "a line of metric math is not exactly one of expression and metricStat",
		Explain: `Each entry of metrics is either an expression over other entries or a metric (metricStat) that they can
use, never both and never neither.`,
		Bad:    trackingMath(`- {id: load, expression: "m1 / 2"}`, trackingQuery("m1", "returnData: false"), "- {id: m2, returnData: false}"),
		Good:   good,
		Source: "fact 64: " + trackingMathSource,
		check: eachMath(func(p *pass, m mathList) {
			for _, q := range m.queries.All() {
				switch {
				case q.Expression.IsSet() && q.MetricStat != nil:
					p.report(q.Expression.Key(), "metric %q has an expression and a metricStat", q.ID.Get()).
						hint("move one of them to an entry of its own").related(q.MetricStat, "the metricStat")
				case !q.Expression.IsSet() && q.MetricStat == nil:
					p.report(q, "metric %q has neither an expression nor a metricStat", q.ID.Get()).hint("add one of them")
				}
			}
		}),
	}, {
		ID:       "math-id",
		Severity: diag.Error,
		Title:    "an id of metric math that CloudWatch does not take",
		Explain: `An id begins with a lower-case letter, goes on with letters, digits and underscores, has at most 255
characters and is unique within its list. Expressions refer to it, which is why upper case is left to functions.`,
		Bad:    trackingMath(`- {id: load, expression: "m1 / 2"}`, trackingQuery("m1", "returnData: false"), trackingQuery("M2", "returnData: false")),
		Good:   good,
		Source: "fact 64: " + queriesSource,
		check:  eachMath(checkMathID),
	}, {
		ID:       "math-return-data",
		Severity: diag.Error,
		Title:    "metric math returns not exactly one series",
		Explain: `Exactly one entry of the list is the result and has returnData true; the others have returnData: false.
The default is true, so every entry but the result needs the line.`,
		Bad:    trackingMath(`- {id: load, expression: "m1 / 2"}`, trackingQuery("m1", "returnData: true")),
		Good:   good,
		Source: "facts 64 and 214: " + trackingMathSource,
		check:  eachMath(checkMathReturnData),
	}, {
		ID:       "math-period",
		Severity: diag.Error,
		Title:    "a period where it does not belong, or none where it does",
		Explain: `In an alarm every metricStat has a period. In target tracking there is none: Application Auto Scaling
chooses it.`,
		Bad:    trackingMath(`- {id: load, expression: "m1 / 2"}`, depthQuery("m1", "returnData: false")),
		Good:   good,
		Source: "fact 64: " + trackingMathSource,
		check:  eachMath(checkMathPeriod),
	}, {
		ID:       "math-account",
		Severity: diag.Error,
		Title:    "target tracking on a metric of another account",
		Explain: `accountId reads a metric of another account, which CloudWatch alarms can do and target tracking cannot. Use
a step policy with an alarm.`,
		Bad:    trackingMath(trackingQuery("m1", `accountId: "123456789012"`)),
		Good:   trackingMath(trackingQuery("m1", `label: depth`)),
		Source: "fact 64: " + customizedSource,
		check: eachMath(func(p *pass, m mathList) {
			for _, q := range m.queries.All() {
				if !m.inAlarm && q.AccountID.IsSet() {
					p.report(q.AccountID.Key(), "target tracking cannot read metric %q of account %s", q.ID.Get(), q.AccountID.Get()).
						hint("remove accountId, or use stepScaling with an alarm")
				}
			}
		}),
	}, {
		ID:       "math-count",
		Severity: diag.Error,
		Title:    "more metric math than CloudWatch takes",
		Explain: `One alarm takes up to 10 metrics and 10 expressions. How many target tracking takes is not documented;
scalectl holds it to the same. An expression has 1 to 2048 characters.`,
		Bad:    trackingMath(append(manyMetrics(maxMathMetrics+1), `- {id: load, expression: "SUM(METRICS())"}`)...),
		Good:   good,
		Source: "facts 64 and 214: " + alarmSource,
		check:  eachMath(checkMathCount),
	}, {
		ID:       "math-reference",
		Severity: diag.Error,
		Title:    "an expression refers to an id that is not in the list",
		Explain: `A word in lower case in an expression is the id of another entry of the same list; functions are in upper
case. CloudWatch refuses an expression with an unknown id.`,
		Bad:    trackingMath(`- {id: load, expression: "m2 / 2"}`, trackingQuery("m1", "returnData: false")),
		Good:   good,
		Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html",
		check:  eachMath(checkMathReference),
	}}
}

func manyMetrics(n int) []string {
	var out []string
	for i := range n {
		out = append(out, trackingQuery("m"+number(float64(i+1)), "returnData: false"))
	}
	return out
}

var mathID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

func checkMathID(p *pass, m mathList) {
	first := map[string]*MetricQuery{}
	for _, q := range m.queries.All() {
		id := q.ID.Get()
		switch other := first[id]; {
		case other != nil:
			p.report(q.ID, "metric id %q is already used %s", id, p.on(other.ID)).
				hint("choose another id").related(other.ID, "the first use")
			continue
		case len(id) > maxMathID:
			p.report(q.ID, "the metric id has %d characters, CloudWatch takes %d", len(id), maxMathID).hint("shorten it")
		case !mathID.MatchString(id):
			p.report(q.ID, "metric id %q is not a lower-case letter followed by letters, digits and underscores", id).
				hint("write one such as m1")
		}
		first[id] = q
	}
}

func checkMathReturnData(p *pass, m mathList) {
	var results []*MetricQuery
	for _, q := range m.queries.All() {
		if q.ReturnData.Or(true) {
			results = append(results, q)
		}
	}
	switch {
	case m.queries.Len() == 0:
		p.report(m.queries, "metrics is empty").hint("add the metric to follow, or write metricName, namespace and a statistic in its place")
	case len(results) == 0:
		p.report(m.queries, "none of the metrics is returned").hint("remove returnData: false from the result")
	}
	for _, q := range results[min(1, len(results)):] {
		at := Place(q)
		if q.ReturnData.IsSet() {
			at = q.ReturnData
		}
		p.report(at, "metrics %q and %q are both returned, but only one series can be followed", results[0].ID.Get(), q.ID.Get()).
			hint("write returnData: false for all but the result").
			related(results[0], "the other one")
	}
}

func checkMathPeriod(p *pass, m mathList) {
	for _, q := range m.queries.All() {
		if m.inAlarm {
			if q.MetricStat != nil && !q.MetricStat.Period.IsSet() {
				p.report(q.MetricStat, "the metricStat of %q has no period", q.ID.Get()).hint("add period: 1m")
			}
			continue
		}
		periods := []Val[model.Seconds]{q.Period}
		if q.MetricStat != nil {
			periods = append(periods, q.MetricStat.Period)
		}
		for _, period := range periods {
			if period.IsSet() {
				p.report(period.Key(), "metric %q of target tracking has a period", q.ID.Get()).
					hint("remove it: Application Auto Scaling chooses the period")
			}
		}
	}
}

func checkMathCount(p *pass, m mathList) {
	metrics, expressions := 0, 0
	for _, q := range m.queries.All() {
		if q.MetricStat != nil {
			if metrics++; metrics == maxMathMetrics+1 {
				p.report(q, "metric math reads more than %d metrics", maxMathMetrics).hint("keep at most %d", maxMathMetrics)
			}
		}
		if !q.Expression.IsSet() {
			continue
		}
		if expressions++; expressions == maxMathExpressions+1 {
			p.report(q, "metric math has more than %d expressions", maxMathExpressions).hint("join some of them")
		}
		if n := len(q.Expression.Get()); n == 0 || n > maxExpression {
			p.report(q.Expression, "the expression of %q has %d characters, CloudWatch takes 1 to %d", q.ID.Get(), n, maxExpression).
				hint("split it into several entries")
		}
	}
}

var (
	quotedText = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	// mathWord matches words that do not go on from a number such as 1e5.
	mathWord = regexp.MustCompile(`(?:^|[^A-Za-z0-9_.])([a-z][A-Za-z0-9_]*)`)
)

func checkMathReference(p *pass, m mathList) {
	if m.queries.Len() > maxMathMetrics+maxMathExpressions {
		return // math-count reports it
	}
	ids := map[string]bool{}
	var known []string
	for _, q := range m.queries.All() {
		ids[q.ID.Get()] = true
		known = append(known, q.ID.Get())
	}
	for _, q := range m.queries.All() {
		text := q.Expression.Get()
		if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(text)), "SELECT") {
			continue // Metrics Insights has a grammar of its own
		}
		blank := quotedText.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat(" ", len(s)) })
		for _, at := range mathWord.FindAllStringSubmatchIndex(blank, -1) {
			word := blank[at[2]:at[3]]
			if ids[word] {
				continue
			}
			p.report(inside(q.Expression, at[2], len(word)), "expression of %q refers to %q, which is no id in this list%s", q.ID.Get(), word, didYouMean(word, known)).
				hint("the ids are %s; functions are in upper case", quoteList(known))
		}
	}
}
