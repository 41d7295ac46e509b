package spec

import (
	"slices"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

const (
	putPolicySource = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html"
	trackingSource  = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html"
	overviewSource  = "https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html"
)

const (
	// maxPolicies is AWS's fixed quota of scaling policies of a target.
	maxPolicies = 50
	// longCooldown is more than any start of an instance takes; a longer cooldown is
	// mostly a unit mistaken, such as 300m for 300s.
	longCooldown model.Seconds = 4 * 3600
	// Bounds of TargetValue as the service named them in a refusal (fact 60).
	minTargetValue, maxTargetValue = 8.51592e-109, 1.174271e108
)

// withPolicies is the head of an example: a target with room to scale.
const withPolicies = "scaling:\n  minCapacity: 1\n  maxCapacity: 8\n  policies:\n"

const rate70 = "    rate-70:\n      targetTracking: {predefinedMetric: SageMakerVariantInvocationsPerInstance, targetValue: 70}\n"

// policyRules judge scaling policies of either type.
func policyRules() []Rule {
	return []Rule{{
		ID:       "same-metric",
		Severity: diag.Error,
		Title:    "two target-tracking policies follow one metric",
		Explain: `A scalable target takes one target-tracking policy for each metric. The second one is refused
("Only one TargetTrackingScaling policy for a given metric specification is allowed."), and two would only fight. Keep one of
them, or follow another metric.`,
		Bad:    withPolicies + rate70 + "    rate-90:\n      targetTracking: {predefinedMetric: SageMakerVariantInvocationsPerInstance, targetValue: 90}\n",
		Good:   withPolicies + rate70,
		Source: "fact 55: " + putPolicySource,
		check:  checkSameMetric,
	}, {
		ID:       "policy-count",
		Severity: diag.Error,
		Title:    "more scaling policies than a target takes",
		Explain: `A scalable target takes at most 50 scaling policies; the quota cannot be raised. The call that
exceeds it fails with LimitExceededException.`,
		Bad: "x-step: &step\n  stepScaling:\n    adjustmentType: ChangeInCapacity\n    stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]\n" +
			"    alarm: {metricName: Depth, namespace: Shop, statistic: Average, period: 1m, evaluationPeriods: 1, threshold: 5, comparisonOperator: GreaterThanThreshold}\n" +
			"endpoints:\n  ranker:\n    variants:\n      main:\n        scaling:\n          minCapacity: 1\n          maxCapacity: 8\n          policies:\n" +
			numbered(maxPolicies+1, "            step-%d: *step\n"),
		Good:   withPolicies + rate70,
		Source: "fact 111: " + quotaSource,
		check: func(p *pass) {
			for _, t := range p.Targets {
				if n := len(t.Policies); n > maxPolicies {
					p.report(t.Policies[maxPolicies], "%s has %d scaling policies, a target takes %d", t.ID, n, maxPolicies).
						hint("remove %d of them; the quota cannot be raised", n-maxPolicies)
				}
			}
		},
	}, {
		ID:       "never-scales-in",
		Severity: diag.Warning,
		Title:    "the policies only ever add capacity",
		Explain: `Every policy of the target adds capacity and none takes it away: target tracking with disableScaleIn
only scales out, and the step policies have no negative adjustment. After the first peak the target stays at its maximum and
is paid for. Leave disableScaleIn out of one policy, add a step that takes capacity away, or lower the maximum by a scheduled
action.`,
		Bad:    withPolicies + "    rate-70:\n      targetTracking:\n        predefinedMetric: SageMakerVariantInvocationsPerInstance\n        targetValue: 70\n        disableScaleIn: true\n",
		Good:   withPolicies + rate70,
		Source: "fact 69: " + trackingSource,
		check:  checkNeverScalesIn,
	}, {
		ID:       "cooldown-zero",
		Severity: diag.Warning,
		Title:    "no cooldown at all",
		Explain: `An instance or a copy of a model takes minutes to start. Without a cooldown the alarm is still
breached while the new capacity starts, and a step policy adds more every minute, because CloudWatch repeats the action of an
alarm that stays in ALARM; target tracking scales in again right after it scaled out. The default for SageMaker is 5 minutes.`,
		Bad:    withPolicies + "    rate-70:\n      targetTracking:\n        predefinedMetric: SageMakerVariantInvocationsPerInstance\n        targetValue: 70\n        scaleInCooldown: 0s\n",
		Good:   withPolicies + "    rate-70:\n      targetTracking:\n        predefinedMetric: SageMakerVariantInvocationsPerInstance\n        targetValue: 70\n        scaleInCooldown: 5m\n",
		Source: "facts 66, 68 and 218: " + overviewSource,
		check:  cooldownCheck(func(s model.Seconds) bool { return s == 0 }, "%s %s does not wait for capacity to start", "leave it out for AWS's default of 5m"),
	}, {
		ID:       "cooldown-long",
		Severity: diag.Warning,
		Title:    "a cooldown of more than 4 hours",
		Explain: `During a cooldown the policy does not repeat itself: for that long, capacity is not taken away (or
added) however the metric moves. More than 4 hours is mostly a unit mistaken, such as 300m for 300s. To hold capacity over a
part of the day use a scheduled action.`,
		Bad:    withPolicies + "    rate-70:\n      targetTracking:\n        predefinedMetric: SageMakerVariantInvocationsPerInstance\n        targetValue: 70\n        scaleInCooldown: 300m\n",
		Good:   withPolicies + "    rate-70:\n      targetTracking:\n        predefinedMetric: SageMakerVariantInvocationsPerInstance\n        targetValue: 70\n        scaleInCooldown: 300s\n",
		Source: "fact 68: " + overviewSource,
		check:  cooldownCheck(func(s model.Seconds) bool { return s > longCooldown }, "%s %s is more than 4 hours", "check the unit: 5m is AWS's default"),
	}, {
		ID:       "metric-choice",
		Severity: diag.Error,
		Title:    "target tracking follows exactly one metric",
		Explain: `A target-tracking policy follows either a predefined or a customized metric. With both or with none
Application Auto Scaling refuses it ("Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be
set ..."). To follow two metrics make two policies: the target then scales out for whichever needs more.`,
		Bad:    withPolicies + "    rate-70:\n      targetTracking: {targetValue: 70}\n",
		Good:   withPolicies + rate70,
		Source: "fact 61: " + trackingSource,
		check:  checkMetricChoice,
	}, {
		ID:       "target-value",
		Severity: diag.Error,
		Title:    "the target value is not above zero",
		Explain: `Application Auto Scaling refuses a target value of 0 or less, although its documentation names a
range down to -2^360: the metric has to fall when capacity is added, and no capacity brings a load to 0. The value is what
one instance, copy or unit should carry. For SageMakerVariantInvocationsPerInstance it is counted per minute: requests per
second that one instance sustains in a load test, times 60, times a safety factor such as 0.5.`,
		Bad:    withPolicies + "    rate-70:\n      targetTracking: {predefinedMetric: SageMakerVariantInvocationsPerInstance, targetValue: 0}\n",
		Good:   withPolicies + rate70,
		Source: "facts 60 and 130: " + trackingSource,
		check:  checkTargetValue,
	}, {
		ID:       "concurrency-target",
		Severity: diag.Error,
		Title:    "utilization of provisioned concurrency is a share between 0 and 1",
		Explain: `SageMakerVariantProvisionedConcurrencyUtilization is the number of concurrent executions divided by
the concurrency that is provisioned: a ratio, not a percentage. With a target of 70 the policy never scales out and keeps
scaling in. Write 0.7.`,
		Bad:    serverlessTracking("70"),
		Good:   serverlessTracking("0.7"),
		Source: "fact 147: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html",
		check:  checkConcurrencyTarget,
	}, {
		ID:       "percent-target",
		Severity: diag.Warning,
		Title:    "the target of a percentage is out of scale",
		Explain: `SageMaker publishes utilization in percent, from 0 to 100, so a target of 0.7 means less than one
percent and holds the target at its maximum; write 70. Memory and disk never exceed 100, so with a higher target the policy
never scales out. CPUUtilization, GPUUtilization and GPUMemoryUtilization add up over cores and devices: with 4 cores they
reach 400, and a target of 50 is an eighth of the machine.`,
		Bad:    withPolicies + utilisation("CPUUtilization", "0.7"),
		Good:   withPolicies + utilisation("CPUUtilization", "70"),
		Source: "fact 123: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html",
		check:  checkPercentTarget,
	}}
}

func serverlessTracking(target string) string {
	return `endpoints:
  ranker:
    variants:
      main:
        serverless: {memorySizeInMB: 2048, maxConcurrency: 20}
        scaling:
          dimension: DesiredProvisionedConcurrency
          minCapacity: 1
          maxCapacity: 10
          policies:
            busy:
              targetTracking:
                predefinedMetric: SageMakerVariantProvisionedConcurrencyUtilization
                targetValue: ` + target + "\n"
}

// utilisation is a policy on a utilization metric of a variant, for examples.
func utilisation(metric, target string) string {
	return `    load:
      targetTracking:
        customizedMetric:
          metricName: ` + metric + `
          namespace: /aws/sagemaker/Endpoints
          dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"}
          statistic: Average
          unit: Percent
        targetValue: ` + target + "\n"
}

func checkSameMetric(p *pass) {
	for _, t := range p.Targets {
		first := map[string]*policyUse{}
		for _, u := range t.Policies {
			key := u.Model.MetricKey()
			if key == "" {
				continue
			}
			if other := first[key]; other != nil {
				p.report(u, "scaling policies %q and %q of one target follow the same metric", other.Name(), u.Name()).
					hint("keep one of them; AWS allows one target-tracking policy for each metric").
					related(other, "%q follows it too", other.Name())
				continue
			}
			first[key] = u
		}
	}
}

// scalesIn reports whether the policy can take capacity away.
func (u *policyUse) scalesIn() bool {
	if tt := u.Model.TargetTracking; tt != nil {
		return !tt.DisableScaleIn
	}
	step := u.Model.StepScaling
	return step != nil && slices.ContainsFunc(step.StepAdjustments, func(s model.Step) bool {
		return step.AdjustmentType == model.ExactCapacity || s.ScalingAdjustment < 0
	})
}

func checkNeverScalesIn(p *pass) {
	for _, t := range p.Targets {
		lowersMaximum := slices.ContainsFunc(t.Actions, func(a *actionUse) bool { return a.MaxCapacity.IsSet() })
		if !t.Complete || len(t.Policies) == 0 || lowersMaximum || slices.ContainsFunc(t.Policies, (*policyUse).scalesIn) {
			continue
		}
		// Only disableScaleIn is a sign that scaling in was thought of and switched off; a
		// lone step policy may be driven by alarms made elsewhere.
		for _, u := range t.Policies {
			tt := u.Def.TargetTracking
			if tt == nil {
				continue
			}
			p.report(u.atDefinition(tt.DisableScaleIn), "disableScaleIn leaves %s without any policy that takes capacity away", t.ID).
				hint("leave disableScaleIn out, or add a step policy with a negative adjustment")
			break
		}
	}
}

// cooldownCheck makes a check of every cooldown that is written.
func cooldownCheck(wrong func(model.Seconds) bool, format, hint string) func(*pass) {
	return func(p *pass) {
		one := func(name string, v Val[model.Seconds]) {
			if v.IsSet() && wrong(v.Get()) {
				p.report(v, format, name, v.Get()).hint("%s", hint)
			}
		}
		for _, def := range p.Policies {
			if tt := def.TargetTracking; tt != nil {
				one("scaleInCooldown", tt.ScaleInCooldown)
				one("scaleOutCooldown", tt.ScaleOutCooldown)
			}
			if step := def.StepScaling; step != nil {
				one("cooldown", step.Cooldown)
			}
		}
	}
}

func checkMetricChoice(p *pass) {
	for _, def := range p.Policies {
		tt := def.TargetTracking
		switch {
		case tt == nil:
		case tt.PredefinedMetric.IsSet() && tt.CustomizedMetric != nil:
			p.report(tt.CustomizedMetric, "policy %q has a predefinedMetric and a customizedMetric", def.Name()).
				hint("keep one of them, or make two policies").
				related(tt.PredefinedMetric, "the predefined metric")
		case !tt.PredefinedMetric.IsSet() && tt.CustomizedMetric == nil:
			p.report(tt, "policy %q follows no metric", def.Name()).
				hint("add predefinedMetric or customizedMetric")
		}
	}
}

func checkTargetValue(p *pass) {
	for _, def := range p.Policies {
		tt := def.TargetTracking
		switch {
		case tt == nil:
		case tt.TargetValue.Get() < minTargetValue:
			p.report(tt.TargetValue, "targetValue %s is not above 0", number(tt.TargetValue.Get())).
				hint("write what one instance, copy or unit should carry; disableScaleIn or suspended switch scaling off")
		case tt.TargetValue.Get() > maxTargetValue:
			p.report(tt.TargetValue, "targetValue %g is above %g, the largest that AWS takes", tt.TargetValue.Get(), maxTargetValue).
				hint("write what one instance, copy or unit should carry")
		}
	}
}

func checkConcurrencyTarget(p *pass) {
	const metric = "ServerlessProvisionedConcurrencyUtilization"
	for _, def := range p.Policies {
		tt := def.TargetTracking
		if tt == nil || tt.TargetValue.Get() <= 1 {
			continue
		}
		predefined, _ := findPredefined(tt.PredefinedMetric.Get())
		if predefined.follows != metric && (tt.CustomizedMetric == nil || tt.CustomizedMetric.MetricName.Get() != metric) {
			continue
		}
		f := p.report(tt.TargetValue, "targetValue %s is above 1, but utilization of provisioned concurrency is a share between 0 and 1", number(tt.TargetValue.Get()))
		if v := tt.TargetValue.Get(); v <= 100 {
			f.hint("write %s for %s %%", number(rounded(v/100)), number(v))
		} else {
			f.hint("write a share such as 0.7")
		}
	}
}

func checkPercentTarget(p *pass) {
	for _, def := range p.Policies {
		tt := def.TargetTracking
		if tt == nil || tt.CustomizedMetric == nil {
			continue
		}
		metric, ok := findMetric(tt.CustomizedMetric.Namespace.Get(), tt.CustomizedMetric.MetricName.Get())
		v := tt.TargetValue.Get()
		switch {
		case !ok || !metric.percent || v <= 0:
		case v <= 1:
			p.report(tt.TargetValue, "targetValue %s of %s is less than one percent", number(v), metric.name).
				hint("write %s for %s %%", number(rounded(v*100)), number(rounded(v*100)))
		case v > 100 && !metric.perDevice:
			p.report(tt.TargetValue, "targetValue %s of %s is never reached: the metric ends at 100", number(v), metric.name).
				hint("write a percentage below 100")
		}
	}
}
