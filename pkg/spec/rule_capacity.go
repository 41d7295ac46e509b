package spec

import (
	"fmt"
	"slices"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

const (
	registerSource = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"
	asyncSource    = "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html"
	zeroSource     = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html"
	quotaSource    = "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-quotas.html"
)

// maxTargets is AWS's default quota of scalable targets for SageMaker in a region.
const maxTargets = 500

// capacityRules judge the bounds of scalable targets.
func capacityRules() []Rule {
	return []Rule{{
		ID:       "capacity-range",
		Severity: diag.Error,
		Title:    "the minimum capacity is above the maximum",
		Explain: `Application Auto Scaling refuses a scalable target or a scheduled action whose minimum is
above its maximum ("Maximum capacity cannot be less than minimum capacity"). Equal values are fine. Swap the two numbers or
raise the maximum.`,
		Bad:    "scaling:\n  minCapacity: 4\n  maxCapacity: 2\n",
		Good:   "scaling:\n  minCapacity: 2\n  maxCapacity: 4\n",
		Source: "fact 20: " + registerSource,
		check:  checkCapacityRange,
	}, {
		ID:       "capacity-negative",
		Severity: diag.Error,
		Title:    "a capacity is negative",
		Explain: `Capacities count instances, copies of a model or units of provisioned concurrency, so they start
at 0. Whether 0 itself is possible depends on the endpoint: see zero-minimum.`,
		Bad:    "scaling:\n  minCapacity: 1\n  maxCapacity: 4\n  scheduledActions:\n    night:\n      schedule: cron(0 20 ? * * *)\n      minCapacity: -1\n",
		Good:   "scaling:\n  minCapacity: 1\n  maxCapacity: 4\n  scheduledActions:\n    night:\n      schedule: cron(0 20 ? * * *)\n      minCapacity: 1\n",
		Source: "fact 21: " + registerSource,
		check:  checkCapacityNegative,
	}, {
		ID:       "zero-minimum",
		Severity: diag.Error,
		Title:    "a real-time variant cannot scale to zero instances",
		Explain: `A real-time endpoint keeps at least one instance for each variant: SageMaker's guide asks for a
minimum of at least 1, and although the registration may be accepted, the scale-in to 0 is not. Zero is possible for
asynchronous endpoints (state "async: {}" on the endpoint if it is one) and for the copies of an inference component
(register the component instead of the variant). The rule holds for scheduled actions too.`,
		Bad:    "scaling:\n  minCapacity: 0\n  maxCapacity: 4\n",
		Good:   "scaling:\n  minCapacity: 1\n  maxCapacity: 4\n",
		Source: "fact 118: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-policy.html",
		check:  checkZeroMinimum,
	}, {
		ID:       "zero-provisioned-concurrency",
		Severity: diag.Warning,
		Title:    "provisioned concurrency should not scale below 1",
		Explain: `SageMaker's guide asks for at least 1 unit as the minimum of a scalable target for provisioned
concurrency. Application Auto Scaling takes 0, but with nothing provisioned the utilisation that target tracking follows is
not published, so the policy cannot lead out of 0 again.`,
		Bad: `endpoints:
  ranker:
    variants:
      main:
        serverless: {memorySizeInMB: 2048, maxConcurrency: 20}
        scaling:
          dimension: DesiredProvisionedConcurrency
          minCapacity: 0
          maxCapacity: 10
`,
		Good: `endpoints:
  ranker:
    variants:
      main:
        serverless: {memorySizeInMB: 2048, maxConcurrency: 20}
        scaling:
          dimension: DesiredProvisionedConcurrency
          minCapacity: 1
          maxCapacity: 10
`,
		Source: "fact 118: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html",
		check:  checkZeroConcurrency,
	}, {
		ID:       "zero-no-way-out",
		Severity: diag.Error,
		Title:    "nothing can lead the target out of zero",
		Explain: `The policies can scale this target in to 0, and none of them can bring it back: at 0 most metrics
have no data, and target tracking of an inference component cannot leave 0 at all. Add a step policy whose alarm watches a
metric that exists at 0: HasBacklogWithoutCapacity for an asynchronous endpoint, NoCapacityInvocationFailures for an
inference component. An adjustment in percent does not help, since any percentage of 0 is 0. A scheduled action that raises
the minimum counts as a way out as well.`,
		Bad: `endpoints:
  chat:
    inferenceComponents:
      llama:
        scaling:
          minCapacity: 0
          maxCapacity: 3
          policies:
            load:
              targetTracking:
                predefinedMetric: SageMakerInferenceComponentInvocationsPerCopy
                targetValue: 20
`,
		Good: `endpoints:
  chat:
    inferenceComponents:
      llama:
        scaling:
          minCapacity: 0
          maxCapacity: 3
          policies:
            load:
              targetTracking:
                predefinedMetric: SageMakerInferenceComponentInvocationsPerCopy
                targetValue: 20
            wake:
              stepScaling:
                adjustmentType: ChangeInCapacity
                metricAggregationType: Maximum
                cooldown: 1m
                stepAdjustments:
                  - {metricIntervalLowerBound: 0, scalingAdjustment: 1}
                alarm:
                  metricName: NoCapacityInvocationFailures
                  namespace: AWS/SageMaker
                  dimensions: {InferenceComponentName: "${component}"}
                  statistic: Maximum
                  period: 30s
                  evaluationPeriods: 1
                  threshold: 1
                  comparisonOperator: GreaterThanOrEqualToThreshold
`,
		Source: "facts 134, 141 and 142: " + zeroSource,
		check:  checkZeroNoWayOut,
	}, {
		ID:       "zero-slow-wake",
		Severity: diag.Warning,
		Title:    "an asynchronous endpoint at zero waits for a full backlog",
		Explain: `Target tracking on the backlog starts an endpoint that is at 0 only once the backlog exceeds the
target value, so a single request can wait for ever. Add a step policy that adds one instance as soon as
HasBacklogWithoutCapacity says that requests wait without any instance, as AWS's guide does.`,
		Bad: `endpoints:
  sdxl:
    async: {maxConcurrentInvocationsPerInstance: 1}
    variants:
      main:
        scaling:
          minCapacity: 0
          maxCapacity: 5
          policies:
            backlog:
              targetTracking:
                customizedMetric:
                  metricName: ApproximateBacklogSizePerInstance
                  namespace: AWS/SageMaker
                  dimensions: {EndpointName: "${endpoint}"}
                  statistic: Average
                targetValue: 3
`,
		Good: `endpoints:
  sdxl:
    async: {maxConcurrentInvocationsPerInstance: 1}
    variants:
      main:
        scaling:
          minCapacity: 0
          maxCapacity: 5
          policies:
            backlog:
              targetTracking:
                customizedMetric:
                  metricName: ApproximateBacklogSizePerInstance
                  namespace: AWS/SageMaker
                  dimensions: {EndpointName: "${endpoint}"}
                  statistic: Average
                targetValue: 3
            wake:
              stepScaling:
                adjustmentType: ChangeInCapacity
                stepAdjustments:
                  - {metricIntervalLowerBound: 0, scalingAdjustment: 1}
                alarm:
                  metricName: HasBacklogWithoutCapacity
                  namespace: AWS/SageMaker
                  dimensions: {EndpointName: "${endpoint}"}
                  statistic: Average
                  period: 1m
                  evaluationPeriods: 1
                  threshold: 1
                  comparisonOperator: GreaterThanOrEqualToThreshold
`,
		Source: "fact 134: " + asyncSource,
		check:  checkZeroSlowWake,
	}, {
		ID:       "capacity-fixed",
		Severity: diag.Info,
		Title:    "the policies have no room to scale",
		Explain: `The minimum and the maximum are the same number and no scheduled action changes them, so no policy of
the target can ever change its capacity. That is a way to pin a target for a while; otherwise raise the maximum.`,
		Bad: `scaling:
  minCapacity: 2
  maxCapacity: 2
  policies:
    rate:
      targetTracking: {predefinedMetric: SageMakerVariantInvocationsPerInstance, targetValue: 70}
`,
		Good: `scaling:
  minCapacity: 2
  maxCapacity: 6
  policies:
    rate:
      targetTracking: {predefinedMetric: SageMakerVariantInvocationsPerInstance, targetValue: 70}
`,
		check: checkCapacityFixed,
	}, {
		ID:       "target-count",
		Severity: diag.Warning,
		Title:    "more scalable targets than the default quota",
		Explain: `An account may have 500 scalable targets for SageMaker in a region unless AWS raised the quota. The
registration that exceeds it fails with LimitExceededException. Ask for a higher quota, or split the fleet over regions.`,
		Bad:    "x-scaling: &scaling {minCapacity: 1, maxCapacity: 4}\nendpoints:\n" + numbered(maxTargets+1, "  ranker-%d: {variants: {main: {scaling: *scaling}}}\n"),
		Good:   "x-scaling: &scaling {minCapacity: 1, maxCapacity: 4}\nendpoints:\n" + numbered(2, "  ranker-%d: {variants: {main: {scaling: *scaling}}}\n"),
		Source: "fact 111: " + quotaSource,
		check: func(p *pass) {
			if n := len(p.Targets); n > maxTargets {
				p.report(p.Targets[maxTargets], "the fleet has %d scalable targets, AWS's default quota is %d in a region", n, maxTargets).
					hint("ask AWS for a higher quota of scalable targets for SageMaker, or split the fleet")
			}
		},
	}}
}

func checkCapacityRange(p *pass) {
	both := func(lo, hi Val[int32]) {
		if lo.IsSet() && hi.IsSet() && lo.Get() > hi.Get() {
			p.report(lo, "minCapacity %d is above maxCapacity %d %s", lo.Get(), hi.Get(), p.on(hi)).
				hint("swap the two, or raise maxCapacity to at least %d", lo.Get()).
				related(hi, "the maximum")
		}
	}
	for _, t := range p.Targets {
		both(t.Scaling.MinCapacity, t.Scaling.MaxCapacity)
		for _, a := range t.Actions {
			both(a.MinCapacity, a.MaxCapacity)
		}
	}
}

// bounds yields every bound of the target and of its scheduled actions.
func (t *target) bounds(yield func(name string, v Val[int32])) {
	yield("minCapacity", t.Scaling.MinCapacity)
	yield("maxCapacity", t.Scaling.MaxCapacity)
	for _, a := range t.Actions {
		yield("minCapacity", a.MinCapacity)
		yield("maxCapacity", a.MaxCapacity)
	}
}

func checkCapacityNegative(p *pass) {
	for _, t := range p.Targets {
		t.bounds(func(name string, v Val[int32]) {
			if v.IsSet() && v.Get() < 0 {
				p.report(v, "%s %d is negative", name, v.Get()).hint("write a number from 0 up")
			}
		})
	}
}

// zeroMinima yields the places that set the minimum of a target to zero.
func (t *target) zeroMinima(yield func(v Val[int32])) {
	t.bounds(func(name string, v Val[int32]) {
		if name == "minCapacity" && v.IsSet() && v.Get() == 0 {
			yield(v)
		}
	})
}

func checkZeroMinimum(p *pass) {
	for _, t := range p.Targets {
		kind := p.servingKind(t)
		if t.ID.Dimension != model.InstanceCount || kind != "" && kind != model.KindRealtime {
			continue
		}
		hint := "raise minCapacity to at least 1"
		if !t.KindStated {
			hint += fmt.Sprintf(`, or state "async: {}" on endpoint %q if it is asynchronous`, t.ID.Endpoint())
		}
		t.zeroMinima(func(v Val[int32]) {
			p.report(v, "minCapacity 0 is not possible for variant %q: a real-time variant keeps at least 1 instance", t.ID.Variant()).hint("%s", hint)
		})
	}
}

func checkZeroConcurrency(p *pass) {
	for _, t := range p.Targets {
		if t.ID.Dimension != model.ProvisionedConcurrency {
			continue
		}
		t.zeroMinima(func(v Val[int32]) {
			p.report(v, "minCapacity 0 leaves variant %q without provisioned concurrency and its policies without a metric", t.ID.Variant()).
				hint("raise minCapacity to at least 1")
		})
	}
}

// wakes says how well a target gets out of zero.
type wakes int

const (
	wakesNever   wakes = iota // nothing can lead out
	wakesSlowly               // only a backlog above the target value does
	wakesAtOnce               // the first waiting request does, or may do
	neverAtZero               // the question does not arise
	wakeNotKnown              // something was left out of the target
)

// wakesFromZero works out how the target gets out of zero. Whatever scalectl knows too
// little of, such as an alarm made elsewhere or a metric of the user's own, is believed
// to work.
func (p *pass) wakesFromZero(t *target) (wakes, Val[int32]) {
	var zero Val[int32]
	t.zeroMinima(func(v Val[int32]) {
		if !zero.IsSet() {
			zero = v
		}
	})
	kind := p.servingKind(t)
	switch {
	case !t.Complete:
		return wakeNotKnown, zero
	case !zero.IsSet() || kind != model.KindAsync && t.ID.Dimension != model.CopyCount || !t.canReachZero():
		return neverAtZero, zero
	}
	best := wakesNever
	for _, a := range t.Actions {
		if a.MinCapacity.Get() > 0 {
			best = wakesAtOnce
		}
	}
	for _, u := range t.Policies {
		best = max(best, u.wakes(kind))
	}
	return best, zero
}

// canReachZero reports whether a policy or a schedule takes the target to zero.
func (t *target) canReachZero() bool {
	return slices.ContainsFunc(t.Policies, (*policyUse).scalesIn) ||
		slices.ContainsFunc(t.Actions, func(a *actionUse) bool { return a.MaxCapacity.IsSet() && a.MaxCapacity.Get() == 0 })
}

// wakes says how well one policy leads out of zero.
func (u *policyUse) wakes(kind model.EndpointKind) wakes {
	if step := u.Model.StepScaling; step != nil {
		return u.stepWakes(step)
	}
	if kind != model.KindAsync {
		return wakesNever // fact 142: target tracking cannot leave 0
	}
	for _, m := range u.metrics() {
		known, ok := findMetric(m.namespace, m.name)
		switch {
		case m.math || !ok:
			return wakesAtOnce
		case slices.Equal(known.kinds, []model.EndpointKind{model.KindAsync}):
			return wakesSlowly
		}
	}
	return wakesNever
}

func (u *policyUse) stepWakes(step *model.StepScaling) wakes {
	adds := slices.ContainsFunc(step.StepAdjustments, func(s model.Step) bool { return s.ScalingAdjustment > 0 })
	if !adds || step.AdjustmentType == model.PercentChangeInCapacity && step.MinAdjustmentMagnitude == nil {
		return wakesNever
	}
	followed := u.metrics()
	for _, m := range followed {
		if known, ok := findMetric(m.namespace, m.name); m.math || !ok || known.atZero {
			return wakesAtOnce
		}
	}
	if len(followed) == 0 {
		return wakesAtOnce // driven by alarms made elsewhere
	}
	return wakesNever
}

func checkZeroNoWayOut(p *pass) {
	for _, t := range p.Targets {
		how, zero := p.wakesFromZero(t)
		if how != wakesNever {
			continue
		}
		name := "variant " + fmt.Sprintf("%q", t.ID.Variant())
		metric := "HasBacklogWithoutCapacity"
		if t.ID.Dimension == model.CopyCount {
			name, metric = "inference component "+fmt.Sprintf("%q", t.ID.Component()), "NoCapacityInvocationFailures"
		}
		p.report(zero, "minCapacity 0 is a trap: no policy can lead %s out of zero again", name).
			hint("add a step policy with adjustmentType ChangeInCapacity and an alarm on %s, or raise minCapacity to 1", metric)
	}
}

func checkZeroSlowWake(p *pass) {
	for _, t := range p.Targets {
		if how, zero := p.wakesFromZero(t); how == wakesSlowly {
			p.report(zero, "at minCapacity 0 a request to endpoint %q waits until the backlog exceeds the target value, perhaps for ever", t.ID.Endpoint()).
				hint("add a step policy with an alarm on HasBacklogWithoutCapacity")
		}
	}
}

func checkCapacityFixed(p *pass) {
	for _, t := range p.Targets {
		lo, hi := t.Scaling.MinCapacity, t.Scaling.MaxCapacity
		if !t.Complete || lo.Get() != hi.Get() || len(t.Policies) == 0 || len(t.Actions) > 0 {
			continue
		}
		p.report(hi, "minCapacity and maxCapacity are both %d, so no policy can change the capacity", hi.Get()).
			hint("raise maxCapacity, unless the target is pinned on purpose")
	}
}
