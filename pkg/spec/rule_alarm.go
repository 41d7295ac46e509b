package spec

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

const alarmSource = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"

// CloudWatch's limits of an alarm (facts 209, 211 and 212).
const (
	maxAlarmName        = 255
	maxAlarmDescription = 1024
	maxAlarmActions     = 5
	maxAlarmDimensions  = 30

	longPeriod  model.Seconds = 3600
	shortWindow int64         = 86_400
	longWindow  int64         = 604_800
)

// reservedAlarmPrefix begins the names of the alarms that AWS makes for target tracking.
const reservedAlarmPrefix = "TargetTracking"

// alarmWith is an example of a step policy whose alarm has a line replaced or added.
func alarmWith(old, line string) string {
	example := stepPolicy("GreaterThanThreshold", "metricIntervalLowerBound: 0, scalingAdjustment: 1")
	if old == "" {
		return example + "          " + line + "\n"
	}
	return strings.Replace(example, "          "+old+"\n", line, 1)
}

// alarmRules judge the CloudWatch alarms of step policies.
func alarmRules() []Rule {
	good := alarmWith("", "treatMissingData: missing")
	return []Rule{{
		ID:       "alarm-metric",
		Severity: diag.Error,
		Title:    "an alarm is incomplete or mixes two forms",
		Explain: `An alarm watches either one metric, with metricName, namespace, period and statistic or
extendedStatistic, or metric math, with a list of metrics and none of these. CloudWatch refuses anything else.`,
		Bad:    alarmWith("period: 1m", ""),
		Good:   good,
		Source: "facts 211 and 214: " + alarmSource,
		check:  eachAlarm(checkAlarmForm),
	}, {
		ID:       "alarm-statistic",
		Severity: diag.Error,
		Title:    "an alarm has both statistic and extendedStatistic, or neither",
		Explain: `statistic is one of Average, Minimum, Maximum, SampleCount and Sum; extendedStatistic is a percentile or
trimmed statistic such as p99. An alarm on one metric has exactly one of the two.`,
		Bad:    alarmWith("", "extendedStatistic: p99"),
		Good:   alarmWith("statistic: Average", "          extendedStatistic: p99\n"),
		Source: "fact 214: " + alarmSource,
		check: eachAlarm(func(p *pass, a *Alarm) {
			switch {
			case a.Metrics.IsSet() || !a.MetricName.IsSet():
			case a.Statistic.IsSet() && a.ExtendedStatistic.IsSet():
				p.report(a.ExtendedStatistic.Key(), "the alarm has statistic %q and extendedStatistic %q", a.Statistic.Get(), a.ExtendedStatistic.Get()).
					hint("keep one of them").related(a.Statistic, "the statistic")
			case !a.Statistic.IsSet() && !a.ExtendedStatistic.IsSet():
				p.report(a, "the alarm on %s has no statistic", a.MetricName.Get()).hint("add statistic: Average, or extendedStatistic such as p99")
			}
		}),
	}, {
		ID:       "alarm-percentile",
		Severity: diag.Error,
		Title:    "an extended statistic that CloudWatch does not know",
		Explain: `Extended statistics are percentiles such as p99 or p99.9, trimmed and winsorized means, counts and sums
such as tm90, wm95, tc90 and ts90, the same with a range such as TM(10%:90%), the percentile rank PR(:300), and IQM.`,
		Bad:    alarmWith("statistic: Average", "          extendedStatistic: 99th\n"),
		Good:   alarmWith("statistic: Average", "          extendedStatistic: p99\n"),
		Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html",
		check: eachAlarm(func(p *pass, a *Alarm) {
			if v := a.ExtendedStatistic; v.IsSet() && !extendedStatistic.MatchString(v.Get()) {
				p.report(v, "extendedStatistic %q is no percentile or trimmed statistic", v.Get()).hint("write one such as p99, tm90 or TM(10%%:90%%)")
			}
		}),
	}, {
		ID:       "alarm-period",
		Severity: diag.Error,
		Title:    "a period that CloudWatch does not take",
		Explain: `The period of an alarm is 10, 20 or 30 seconds, or a multiple of a minute. Below a minute it is of use
only for metrics that come more often than once a minute.`,
		Bad:    alarmWith("period: 1m", "          period: 45s\n"),
		Good:   good,
		Source: "fact 211: " + alarmSource,
		check: func(p *pass) {
			check := func(v Val[model.Seconds]) {
				if v.IsSet() && !validPeriod(v.Get()) {
					p.report(v, "period %s is neither 10s, 20s, 30s nor a multiple of 1m", v.Get()).
						hint("write %s", model.Seconds(max(60, (int64(v.Get())+30)/60*60)))
				}
			}
			for _, def := range p.Policies {
				for a := range def.alarms() {
					check(a.Period)
					for _, q := range a.Metrics.All() {
						check(q.Period)
						if q.MetricStat != nil {
							check(q.MetricStat.Period)
						}
					}
				}
			}
		},
	}, {
		ID:       "alarm-resolution",
		Severity: diag.Warning,
		Title:    "a period shorter than the metric's own",
		Explain: `The metric is published once a minute. An alarm with a shorter period sees periods without data between
the others and spends its time in INSUFFICIENT_DATA. Write a period of 1m.`,
		Bad: `endpoints:
  sdxl:
    async: {maxConcurrentInvocationsPerInstance: 1}
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 5
          policies:
            more:
              stepScaling:
                adjustmentType: ChangeInCapacity
                stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]
                alarm:
                  metricName: ApproximateBacklogSize
                  namespace: AWS/SageMaker
                  dimensions: {EndpointName: "${endpoint}"}
                  statistic: Average
                  period: 10s
                  evaluationPeriods: 3
                  threshold: 10
                  comparisonOperator: GreaterThanThreshold
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
            more:
              stepScaling:
                adjustmentType: ChangeInCapacity
                stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]
                alarm:
                  metricName: ApproximateBacklogSize
                  namespace: AWS/SageMaker
                  dimensions: {EndpointName: "${endpoint}"}
                  statistic: Average
                  period: 1m
                  evaluationPeriods: 3
                  threshold: 10
                  comparisonOperator: GreaterThanThreshold
`,
		Source: "fact 211: " + alarmSource,
		check: func(p *pass) {
			for r := range p.metrics() {
				if m, ok := r.known(); ok && m.minutely && r.period.IsSet() && r.period.Get() < 60 {
					p.report(r.period, "period %s is shorter than the minute in which %s is published", r.period.Get(), m.name).hint("write 1m")
				}
			}
		},
	}, {
		ID:       "alarm-window",
		Severity: diag.Error,
		Title:    "an alarm looks back further than CloudWatch does",
		Explain: `period times evaluationPeriods is at most one day, or seven days from a period of one hour up ("Metrics
cannot be checked across more than a day ..."). Older pages name one day for every period. Evaluate fewer or, over more than a
day, longer periods.`,
		Bad:    alarmWith("evaluationPeriods: 3", "          evaluationPeriods: 2000\n"),
		Good:   good,
		Source: "fact 212, trap T19: " + alarmSource,
		check:  eachAlarm(checkAlarmWindow),
	}, {
		ID:       "alarm-evaluation",
		Severity: diag.Error,
		Title:    "an alarm evaluates fewer than one period",
		Explain:  `evaluationPeriods is how many of the last periods an alarm looks at; it is at least 1.`,
		Bad:      alarmWith("evaluationPeriods: 3", "          evaluationPeriods: 0\n"),
		Good:     good,
		Source:   "fact 213: " + alarmSource,
		check: eachAlarm(func(p *pass, a *Alarm) {
			if v := a.EvaluationPeriods; v.IsSet() && v.Get() < 1 {
				p.report(v, "evaluationPeriods %d is below 1", v.Get()).hint("write how many periods have to be looked at, such as 1")
			}
		}),
	}, {
		ID:       "alarm-datapoints",
		Severity: diag.Error,
		Title:    "datapointsToAlarm is not within the evaluation periods",
		Explain: `datapointsToAlarm says how many of the evaluationPeriods have to be beyond the threshold, so it lies
between 1 and evaluationPeriods. Leave it out to need all of them.`,
		Bad:    alarmWith("", "datapointsToAlarm: 4"),
		Good:   alarmWith("", "datapointsToAlarm: 2"),
		Source: "fact 213: " + alarmSource,
		check: eachAlarm(func(p *pass, a *Alarm) {
			v, of := a.DatapointsToAlarm, a.EvaluationPeriods
			switch {
			case !v.IsSet() || of.Get() < 1:
			case v.Get() < 1:
				p.report(v, "datapointsToAlarm %d is below 1", v.Get()).hint("write 1 to %d, or leave it out to need all", of.Get())
			case v.Get() > of.Get():
				p.report(v, "datapointsToAlarm %d is above evaluationPeriods %d", v.Get(), of.Get()).
					hint("write 1 to %d, or raise evaluationPeriods", of.Get()).related(of, "the evaluation periods")
			}
		}),
	}, {
		ID:       "alarm-anomaly",
		Severity: diag.Error,
		Title:    "an anomaly-detection alarm cannot run a policy",
		Explain: `CloudWatch does not take Auto Scaling actions on alarms that compare with an anomaly-detection band
(the function ANOMALY_DETECTION_BAND, and the comparison operators that go with it). Compare the metric with a threshold.`,
		Bad:    alarmMath(`- {id: band, expression: "ANOMALY_DETECTION_BAND(m1, 2)"}`, depthQuery("m1", "returnData: false")),
		Good:   good,
		Source: "fact 216: " + alarmSource,
		check:  eachAlarm(checkAlarmAnomaly),
	}, {
		ID:       "alarm-actions",
		Severity: diag.Error,
		Title:    "more actions than an alarm takes",
		Explain: `Each list of actions holds at most five, and scalectl puts the scaling policy first in alarmActions. Let an
SNS topic pass the news on.`,
		Bad:    alarmWith("", "alarmActions:\n"+strings.TrimSuffix(numbered(maxAlarmActions, "            - arn:aws:sns:us-east-1:123456789012:topic-%d\n"), "\n")),
		Good:   alarmWith("", "alarmActions: [\"arn:aws:sns:us-east-1:123456789012:topic-1\"]"),
		Source: "fact 209: " + alarmSource,
		check: eachAlarm(func(p *pass, a *Alarm) {
			eachActionList(a, func(name string, list List[Val[string]], limit int) {
				if list.Len() > limit {
					f := p.report(list.At(limit), "%s lists %d actions, CloudWatch takes %d", name, list.Len(), maxAlarmActions).
						hint("keep at most %d", limit)
					if limit < maxAlarmActions {
						f.Message += " and the scaling policy is one of them"
					}
				}
			})
		}),
	}, {
		ID:       "alarm-action-arn",
		Severity: diag.Error,
		Title:    "an alarm action is not an ARN",
		Explain: `An action of an alarm is the ARN of an SNS topic, a Lambda function or another thing that CloudWatch can
call, such as arn:aws:sns:us-east-1:123456789012:oncall. The scaling policy need not be listed: it is the alarm's first action
because the alarm stands below it.`,
		Bad:    alarmWith("", "alarmActions: [oncall]"),
		Good:   alarmWith("", "alarmActions: [\"arn:aws:sns:us-east-1:123456789012:oncall\"]"),
		Source: "fact 217: " + alarmSource,
		check: eachAlarm(func(p *pass, a *Alarm) {
			eachActionList(a, func(name string, list List[Val[string]], _ int) {
				for _, v := range list.All() {
					if !actionARN.MatchString(v.Get()) {
						p.report(v, "%q in %s is not an ARN", v.Get(), name).hint("write one such as arn:aws:sns:us-east-1:123456789012:oncall")
					}
				}
			})
		}),
	}, {
		ID:       "alarm-name",
		Severity: diag.Error,
		Title:    "an alarm name that CloudWatch does not take",
		Explain: `An alarm name has 1 to 255 characters and no control characters. Left out, the name is made of the stack and
the address of the policy.`,
		Bad:    alarmWith("", "name: "+strings.Repeat("depth-", 43)),
		Good:   alarmWith("", "name: depth"),
		Source: "fact 209: " + alarmSource,
		check: func(p *pass) {
			eachAlarmUse(p, func(a *alarmUse) {
				if !a.AlarmName.IsSet() {
					return
				}
				switch n := utf8.RuneCountInString(a.Model.Name); {
				case n == 0:
					p.report(a.AlarmName, "the alarm name is empty").hint("leave name out, and scalectl makes one")
				case n > maxAlarmName:
					p.report(a.AlarmName, "the alarm name has %d characters, CloudWatch takes %d", n, maxAlarmName).hint("shorten it, or leave name out")
				case hasControl(a.Model.Name):
					p.report(a.AlarmName, "the alarm name %q has a control character", a.Model.Name).hint("remove it")
				}
			})
		},
	}, {
		ID:       "alarm-name-reserved",
		Severity: diag.Error,
		Title:    "an alarm named like the alarms of target tracking",
		Explain: `Names that begin with TargetTracking belong to the alarms that AWS makes for target-tracking policies, which
nobody may edit or delete. The permissions of AWS's own role and most clean-up scripts go by this prefix, so an alarm of yours
would be taken for one of AWS's.`,
		Bad:    alarmWith("", "name: TargetTracking-depth"),
		Good:   alarmWith("", "name: depth"),
		Source: "facts 77 and 224: " + overviewSource,
		check: func(p *pass) {
			eachAlarmUse(p, func(a *alarmUse) {
				if strings.HasPrefix(a.Model.Name, reservedAlarmPrefix) {
					p.report(a.AlarmName, "alarm name %q begins with %s, which belongs to AWS's own alarms", a.Model.Name, reservedAlarmPrefix).
						hint("choose another name, or leave name out")
				}
			})
		},
	}, {
		ID:       "alarm-description",
		Severity: diag.Error,
		Title:    "an alarm description is too long",
		Explain:  `A description has at most 1024 characters.`,
		Bad:      alarmWith("", "description: "+strings.Repeat("depth of the queue ", 55)+"is high"),
		Good:     alarmWith("", "description: depth of the queue is high"),
		Source:   "fact 209: " + alarmSource,
		check: eachAlarm(func(p *pass, a *Alarm) {
			if n := utf8.RuneCountInString(a.Description.Get()); n > maxAlarmDescription {
				p.report(a.Description, "the description has %d characters, CloudWatch takes %d", n, maxAlarmDescription).hint("shorten it")
			}
		}),
	}, {
		ID:       "alarm-low-samples",
		Severity: diag.Error,
		Title:    "evaluateLowSampleCountPercentile without a percentile",
		Explain: `evaluateLowSampleCountPercentile says what an alarm on a percentile does with periods of few samples:
"evaluate" or "ignore". Without a percentile as extendedStatistic it has no meaning.`,
		Bad:    alarmWith("", "evaluateLowSampleCountPercentile: ignore"),
		Good:   alarmWith("statistic: Average", "          extendedStatistic: p99\n          evaluateLowSampleCountPercentile: ignore\n"),
		Source: alarmSource,
		check: eachAlarm(func(p *pass, a *Alarm) {
			if v := a.EvaluateLowSampleCountPercentile; v.IsSet() && !strings.HasPrefix(a.ExtendedStatistic.Get(), "p") {
				p.report(v.Key(), "evaluateLowSampleCountPercentile has no meaning without a percentile").
					hint("remove it, or write extendedStatistic such as p99 in place of statistic")
			}
		}),
	}}
}

// extendedStatistic matches what CloudWatch takes as ExtendedStatistic.
var extendedStatistic = regexp.MustCompile(`^(?:(?:p|tm|wm|tc|ts)(?:\d{1,2}(?:\.\d{1,10})?|100)|` +
	`(?:TM|WM|TC|TS)\((?:\d+(?:\.\d+)?%?)?:(?:\d+(?:\.\d+)?%?)?\)|PR\((?:\d+(?:\.\d+)?)?:(?:\d+(?:\.\d+)?)?\)|IQM)$`)

// actionARN matches the ARN of something that an alarm can call, whose account may be
// empty for the actions of EC2.
var actionARN = regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12})?:.+$`)

// validPeriod reports whether CloudWatch takes a period.
func validPeriod(s model.Seconds) bool {
	return s == 10 || s == 20 || s == 30 || s > 0 && s%60 == 0
}

// eachAlarm makes a check of every definition of an alarm.
func eachAlarm(check func(*pass, *Alarm)) func(*pass) {
	return func(p *pass) {
		for _, def := range p.Policies {
			for a := range def.alarms() {
				check(p, a)
			}
		}
	}
}

// eachAlarmUse calls back with every alarm on every target, in the order of the targets.
func eachAlarmUse(p *pass, yield func(*alarmUse)) {
	for _, t := range p.Targets {
		for _, u := range t.Policies {
			for _, a := range u.Alarms {
				yield(a)
			}
		}
	}
}

// eachActionList calls back with the lists of actions of an alarm and how many entries
// the user may write in each.
func eachActionList(a *Alarm, yield func(name string, list List[Val[string]], limit int)) {
	yield("alarmActions", a.AlarmActions, maxAlarmActions-1)
	yield("okActions", a.OKActions, maxAlarmActions)
	yield("insufficientDataActions", a.InsufficientDataActions, maxAlarmActions)
}

func checkAlarmForm(p *pass, a *Alarm) {
	fields := []struct {
		name     string
		key      Place
		set      bool
		required bool
	}{
		{"metricName", a.MetricName.Key(), a.MetricName.IsSet(), true},
		{"namespace", a.Namespace.Key(), a.Namespace.IsSet(), true},
		{"period", a.Period.Key(), a.Period.IsSet(), true},
		{"statistic", a.Statistic.Key(), a.Statistic.IsSet(), false},
		{"extendedStatistic", a.ExtendedStatistic.Key(), a.ExtendedStatistic.IsSet(), false},
		{"dimensions", a.Dimensions, a.Dimensions.IsSet(), false},
		{"unit", a.Unit.Key(), a.Unit.IsSet(), false},
	}
	for _, field := range fields {
		switch {
		case a.Metrics.IsSet() && field.set:
			p.report(field.key, "%s and metrics exclude each other in an alarm", field.name).
				hint("move %s into the metricStat of a metric, or remove metrics %s", field.name, p.on(a.Metrics))
		case !a.Metrics.IsSet() && field.required && !field.set:
			p.report(a, "the alarm has no %s", field.name).
				hint("add %s, or write metric math as a list of metrics", field.name)
		}
	}
	if n := a.Dimensions.Len(); n > maxAlarmDimensions {
		p.report(a.Dimensions, "the alarm has %d dimensions, CloudWatch takes %d", n, maxAlarmDimensions).
			hint("write the dimensions that the metric is published with")
	}
}

func checkAlarmWindow(p *pass, a *Alarm) {
	period, of := a.Period, a.EvaluationPeriods
	if !period.IsSet() {
		// Metric math: CloudWatch evaluates it in the period of the query it returns.
		for _, q := range a.Metrics.All() {
			if !q.ReturnData.Or(true) {
				continue
			}
			period = q.Period
			if q.MetricStat != nil {
				period = q.MetricStat.Period
			}
		}
	}
	window, limit := int64(period.Get())*int64(of.Get()), shortWindow
	if period.Get() >= longPeriod {
		limit = longWindow
	}
	if window <= limit {
		return
	}
	word := "a day"
	if limit == longWindow {
		word = "seven days"
	}
	p.report(of, "%d periods of %s are more than %s, the furthest that CloudWatch looks back for this period", of.Get(), period.Get(), word).
		hint("write at most %s evaluationPeriods", strconv.FormatInt(limit/int64(period.Get()), 10)).
		related(period, "the period")
}

func checkAlarmAnomaly(p *pass, a *Alarm) {
	for _, q := range a.Metrics.All() {
		if strings.Contains(q.Expression.Get(), "ANOMALY_DETECTION_BAND") {
			p.report(q.Expression, "an alarm on an anomaly-detection band cannot run a scaling policy").
				hint("compare the metric with a threshold")
		}
	}
}
