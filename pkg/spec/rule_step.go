package spec

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

const stepSource = "https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html"

// maxSteps is AWS's quota of step adjustments of a policy.
const maxSteps = 20

// stepPolicy is an example of a step policy with the given steps, driven by an alarm on a
// metric of the user's own with threshold 70.
func stepPolicy(comparison string, steps ...string) string {
	return stepPolicyOf("adjustmentType: ChangeInCapacity", comparison, steps...)
}

func stepPolicyOf(adjustment, comparison string, steps ...string) string {
	return withPolicies + "    depth:\n      stepScaling:\n        " + adjustment + "\n        stepAdjustments:\n          - {" +
		strings.Join(steps, "}\n          - {") + "}\n        alarm:\n" + alarmBody("        ", comparison)
}

func alarmBody(indent, comparison string) string {
	lines := []string{"metricName: Depth", "namespace: Shop", "statistic: Average", "period: 1m",
		"evaluationPeriods: 3", "threshold: 70", "comparisonOperator: " + comparison}
	return indent + "  " + strings.Join(lines, "\n"+indent+"  ") + "\n"
}

// stepRules judge step policies: their intervals, and how these fit the alarm.
func stepRules() []Rule {
	const (
		above = "GreaterThanThreshold"
		one   = "metricIntervalLowerBound: 0, scalingAdjustment: 1"
	)
	return []Rule{{
		ID:       "step-missing",
		Severity: diag.Error,
		Title:    "a step policy without steps",
		Explain: `A step policy needs at least one step adjustment ("There must be at least one step adjustment"). For a
single step write {metricIntervalLowerBound: 0, scalingAdjustment: 1}: one more whenever the alarm is above its threshold.`,
		Bad:    strings.Replace(stepPolicy(above, "X"), "stepAdjustments:\n          - {X}\n", "stepAdjustments: []\n", 1),
		Good:   stepPolicy(above, one),
		Source: "fact 79: " + stepSource,
		check: eachStepPolicy(func(p *pass, def *policyDef, step *StepScaling) {
			if step.StepAdjustments.Len() == 0 {
				p.report(step.StepAdjustments, "step policy %q has no step adjustments", def.Name()).
					hint("add one, such as {metricIntervalLowerBound: 0, scalingAdjustment: 1}")
			}
		}),
	}, {
		ID:       "step-count",
		Severity: diag.Error,
		Title:    "more steps than a policy takes",
		Explain: `A step policy takes at most 20 step adjustments. AWS's pages differ on whether the quota can be raised.
Join neighbouring intervals.`,
		Bad:    stepPolicy(above, tooManySteps()...),
		Good:   stepPolicy(above, one),
		Source: "fact 111: " + quotaSource,
		check: eachStepPolicy(func(p *pass, def *policyDef, step *StepScaling) {
			if n := step.StepAdjustments.Len(); n > maxSteps {
				p.report(step.StepAdjustments.At(maxSteps), "step policy %q has %d step adjustments, AWS takes %d", def.Name(), n, maxSteps).
					hint("join neighbouring intervals")
			}
		}),
	}, {
		ID:       "step-bounds",
		Severity: diag.Error,
		Title:    "the lower bound of a step is not below its upper bound",
		Explain: `A step holds for values from its lower to its upper bound, so the lower one is the smaller number; for
values below the threshold that is the more negative one: -20 to -10, not -10 to -20.`,
		Bad:    stepPolicy("LessThanThreshold", "metricIntervalLowerBound: -10, metricIntervalUpperBound: -20, scalingAdjustment: -1"),
		Good:   stepPolicy("LessThanThreshold", "metricIntervalLowerBound: -20, metricIntervalUpperBound: 0, scalingAdjustment: -1", "metricIntervalUpperBound: -20, scalingAdjustment: -2"),
		Source: "fact 84: " + stepSource,
		check:  eachStepPolicy(checkStepBounds),
	}, {
		ID:       "step-unbounded",
		Severity: diag.Error,
		Title:    "a step without any bound",
		Explain: `A step needs at least one bound ("Both lower and upper bounds of a step adjustment cannot be left
unspecified"). Bounds are offsets from the alarm's threshold: for an alarm that fires above it a single step has the lower
bound 0, for one that fires below it the upper bound 0.`,
		Bad:    stepPolicy(above, "scalingAdjustment: 1"),
		Good:   stepPolicy(above, one),
		Source: "fact 83: " + stepSource,
		check: eachStepPolicy(func(p *pass, _ *policyDef, step *StepScaling) {
			for _, s := range step.StepAdjustments.All() {
				if !s.MetricIntervalLowerBound.IsSet() && !s.MetricIntervalUpperBound.IsSet() {
					p.report(s, "step adjustment has neither metricIntervalLowerBound nor metricIntervalUpperBound").
						hint("add metricIntervalLowerBound: 0 for an alarm that fires above its threshold, metricIntervalUpperBound: 0 for one that fires below")
				}
			}
		}),
	}, {
		ID:       "step-overlap",
		Severity: diag.Error,
		Title:    "two steps overlap",
		Explain: `For each value of the metric exactly one step may hold ("Step adjustment intervals cannot overlap").
Let each step begin where the one before it ends: above the threshold the lower bound belongs to a step and the upper bound to
the next one. At most one step may be open below, and one above.`,
		Bad:    stepPolicy(above, "metricIntervalLowerBound: 0, metricIntervalUpperBound: 20, scalingAdjustment: 1", "metricIntervalLowerBound: 10, scalingAdjustment: 2"),
		Good:   stepPolicy(above, "metricIntervalLowerBound: 0, metricIntervalUpperBound: 20, scalingAdjustment: 1", "metricIntervalLowerBound: 20, scalingAdjustment: 2"),
		Source: "fact 83: " + stepSource,
		check: eachStepPolicy(func(p *pass, _ *policyDef, step *StepScaling) {
			eachNeighbours(step, func(a, b *Step, end, start float64) {
				if end > start {
					at := Place(b)
					if b.MetricIntervalLowerBound.IsSet() {
						at = b.MetricIntervalLowerBound
					}
					p.report(at, "this step overlaps the one %s, which ends at %s", p.on(a), bound(end)).
						hint("let each step begin where the one before it ends").
						related(a, "the other step")
				}
			})
		}),
	}, {
		ID:       "step-gap",
		Severity: diag.Error,
		Title:    "a gap between two steps",
		Explain: `Steps have to follow each other without a gap ("Step adjustment intervals cannot have gaps between
them"). Let each step begin where the one before it ends; for a range in which nothing should happen write a step with
scalingAdjustment 0.`,
		Bad:    stepPolicy(above, "metricIntervalLowerBound: 0, metricIntervalUpperBound: 10, scalingAdjustment: 1", "metricIntervalLowerBound: 20, scalingAdjustment: 2"),
		Good:   stepPolicy(above, "metricIntervalLowerBound: 0, metricIntervalUpperBound: 10, scalingAdjustment: 1", "metricIntervalLowerBound: 10, scalingAdjustment: 2"),
		Source: "fact 83: " + stepSource,
		check: eachStepPolicy(func(p *pass, _ *policyDef, step *StepScaling) {
			eachNeighbours(step, func(a, b *Step, end, start float64) {
				if end < start {
					p.report(b.MetricIntervalLowerBound, "no step covers %s to %s, the gap after the step %s", bound(end), bound(start), p.on(a)).
						hint("begin this step at %s", bound(end)).
						related(a, "the step before the gap")
				}
			})
		}),
	}, {
		ID:       "step-open-end",
		Severity: diag.Error,
		Title:    "no step covers the values beyond the last bound",
		Explain: `When a step has a negative lower bound, some step must have no lower bound at all, and when a step has a
positive upper bound, some step must have none: otherwise values further from the threshold would have no step, and AWS refuses
the policy ("There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper
bound"). Leave the bound out of the outermost step.`,
		Bad:    stepPolicy(above, "metricIntervalLowerBound: 0, metricIntervalUpperBound: 20, scalingAdjustment: 1"),
		Good:   stepPolicy(above, one),
		Source: "fact 83: " + stepSource,
		check:  eachStepPolicy(checkStepOpenEnd),
	}, {
		ID:       "step-unreachable",
		Severity: diag.Error,
		Title:    "no step is on the side on which the alarm fires",
		Explain: `Bounds are offsets from the alarm's threshold. An alarm that fires above its threshold needs steps with
positive bounds (lower bound 0 and up), one that fires below it steps with negative bounds (upper bound 0 and down). Here every
step is on the other side, so the policy can never act.`,
		Bad:    stepPolicy("LessThanThreshold", "metricIntervalLowerBound: 0, scalingAdjustment: -1"),
		Good:   stepPolicy("LessThanThreshold", "metricIntervalUpperBound: 0, scalingAdjustment: -1"),
		Source: "fact 82: " + stepSource,
		check: eachStepPolicy(func(p *pass, def *policyDef, step *StepScaling) {
			side, alarm := firingSide(def)
			if side == 0 || step.StepAdjustments.Len() == 0 {
				return
			}
			first := step.StepAdjustments.At(0)
			for _, s := range step.StepAdjustments.All() {
				if s.reachable(side) {
					return
				}
			}
			bound, where := "metricIntervalLowerBound: 0", "above"
			if side < 0 {
				bound, where = "metricIntervalUpperBound: 0", "below"
			}
			p.report(first, "no step of policy %q can hold: its alarm fires %s the threshold, and the steps are on the other side", def.Name(), where).
				hint("bounds are offsets from the threshold: write %s", bound).
				related(alarm.ComparisonOperator, "the alarm's comparison")
		}),
	}, {
		ID:       "step-wrong-side",
		Severity: diag.Warning,
		Title:    "a step on the side on which the alarm never fires",
		Explain: `Bounds are offsets from the alarm's threshold. Steps below it are never used by an alarm that fires
above it, and the other way round. To scale in as well give the policy a second alarm, or make two policies. If the other alarm
is made elsewhere, say so with a suppression comment.`,
		Bad:    stepPolicy(above, one, "metricIntervalUpperBound: 0, scalingAdjustment: -1"),
		Good:   stepPolicy(above, one),
		Source: "fact 82: " + stepSource,
		check: eachStepPolicy(func(p *pass, def *policyDef, step *StepScaling) {
			side, alarm := firingSide(def)
			if side == 0 || !slices.ContainsFunc(step.StepAdjustments.items, func(s *Step) bool { return s.reachable(side) }) {
				return
			}
			for _, s := range step.StepAdjustments.All() {
				if !s.reachable(side) {
					p.report(s, "this step never holds: the alarm of policy %q fires on the other side of the threshold", def.Name()).
						hint("remove the step, or add an alarm with the other comparison under alarms").
						related(alarm.ComparisonOperator, "the alarm's comparison")
				}
			}
		}),
	}, {
		ID:       "step-absolute-bounds",
		Severity: diag.Warning,
		Title:    "bounds that look like values of the metric",
		Explain: `Bounds are offsets from the alarm's threshold, not values of the metric: with a threshold of 70, the
lower bound 70 means 140. Here the first step begins at exactly the threshold's own value, so between the threshold and twice
of it the alarm fires and nothing happens. Write 0 for the threshold itself, and 15 for 85.`,
		Bad:    stepPolicy(above, "metricIntervalLowerBound: 70, metricIntervalUpperBound: 85, scalingAdjustment: 1", "metricIntervalLowerBound: 85, scalingAdjustment: 2"),
		Good:   stepPolicy(above, "metricIntervalLowerBound: 0, metricIntervalUpperBound: 15, scalingAdjustment: 1", "metricIntervalLowerBound: 15, scalingAdjustment: 2"),
		Source: "fact 82, trap T27: " + stepSource,
		check: eachStepPolicy(func(p *pass, def *policyDef, _ *StepScaling) {
			if v, alarm, ok := firstStep(def); ok && v.Get() == alarm.Threshold.Get() {
				p.report(v, "bounds are offsets from the threshold, so this step begins at %s, not at %s",
					number(alarm.Threshold.Get()+v.Get()), number(v.Get())).
					hint("write 0, and subtract %s from the other bounds", number(v.Get())).
					related(alarm.Threshold, "the threshold")
			}
		}),
	}, {
		ID:       "step-threshold-gap",
		Severity: diag.Warning,
		Title:    "no step right behind the threshold",
		Explain: `The alarm fires as soon as the metric passes its threshold, but the first step begins only further out,
so in between the alarm is in ALARM and the policy does nothing. Begin the first step at 0, or move the threshold.`,
		Bad:    stepPolicy(above, "metricIntervalLowerBound: 10, scalingAdjustment: 1"),
		Good:   stepPolicy(above, one),
		Source: "fact 82: " + stepSource,
		check: eachStepPolicy(func(p *pass, def *policyDef, _ *StepScaling) {
			if v, alarm, ok := firstStep(def); ok && v.Get() != alarm.Threshold.Get() {
				p.report(v, "between the threshold %s and %s the alarm fires and no step holds",
					number(alarm.Threshold.Get()), number(alarm.Threshold.Get()+v.Get())).
					hint("begin the first step at 0, or set the threshold to %s", number(alarm.Threshold.Get()+v.Get())).
					related(alarm.Threshold, "the threshold")
			}
		}),
	}, {
		ID:       "step-no-alarm",
		Severity: diag.Warning,
		Title:    "a step policy without an alarm",
		Explain: `Application Auto Scaling makes the alarms of target tracking itself, but none for a step policy: without
a CloudWatch alarm whose action is the policy, it never runs. Write the alarm below the policy. If an alarm made elsewhere
drives it, say so with a suppression comment.`,
		Bad:    withPolicies + "    depth:\n      stepScaling:\n        adjustmentType: ChangeInCapacity\n        stepAdjustments:\n          - {metricIntervalLowerBound: 0, scalingAdjustment: 1}\n",
		Good:   stepPolicy(above, one),
		Source: "fact 86: https://docs.aws.amazon.com/autoscaling/application/userguide/create-step-scaling-policy-cli.html",
		check: eachStepPolicy(func(p *pass, def *policyDef, step *StepScaling) {
			if step.Alarm == nil && step.Alarms.Len() == 0 && !def.partial && !step.partial && !step.Alarms.partial {
				p.report(step, "step policy %q has no alarm, so nothing runs it", def.Name()).
					hint("add alarm below stepScaling, or suppress this finding with the reason that an alarm made elsewhere drives it")
			}
		}),
	}, {
		ID:       "step-magnitude",
		Severity: diag.Error,
		Title:    "minAdjustmentMagnitude where it has no meaning",
		Explain: `minAdjustmentMagnitude is the least number by which a percentage changes the capacity, so AWS takes it
with adjustmentType PercentChangeInCapacity only ("Minimum adjustment magnitude is only allowed for adjustment type
PercentChangeInCapacity"), and it is at least 1.`,
		Bad:    stepPolicyOf("adjustmentType: ChangeInCapacity\n        minAdjustmentMagnitude: 2", above, one),
		Good:   stepPolicyOf("adjustmentType: PercentChangeInCapacity\n        minAdjustmentMagnitude: 2", above, "metricIntervalLowerBound: 0, scalingAdjustment: 50"),
		Source: "fact 81: " + stepSource,
		check: eachStepPolicy(func(p *pass, _ *policyDef, step *StepScaling) {
			m := step.MinAdjustmentMagnitude
			switch {
			case !m.IsSet():
			case step.AdjustmentType.Get() != model.PercentChangeInCapacity:
				p.report(m, "minAdjustmentMagnitude %d has no meaning with adjustmentType %s", m.Get(), step.AdjustmentType.Get()).
					hint("remove it, or write adjustmentType: PercentChangeInCapacity")
			case m.Get() < 1:
				p.report(m, "minAdjustmentMagnitude %d is below 1", m.Get()).hint("write 1 or more, or remove it")
			}
		}),
	}, {
		ID:       "step-exact-negative",
		Severity: diag.Error,
		Title:    "an exact capacity below zero",
		Explain: `With adjustmentType ExactCapacity the adjustment is the capacity itself, so it cannot be negative
("Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity"). To take capacity away use
ChangeInCapacity.`,
		Bad:    stepPolicyOf("adjustmentType: ExactCapacity", above, "metricIntervalLowerBound: 0, scalingAdjustment: -1"),
		Good:   stepPolicyOf("adjustmentType: ExactCapacity", above, "metricIntervalLowerBound: 0, scalingAdjustment: 6"),
		Source: "fact 81: " + stepSource,
		check: eachStepPolicy(func(p *pass, _ *policyDef, step *StepScaling) {
			for _, s := range step.StepAdjustments.All() {
				if v := s.ScalingAdjustment; step.AdjustmentType.Get() == model.ExactCapacity && v.Get() < 0 {
					p.report(v, "scalingAdjustment %d cannot be a capacity", v.Get()).
						hint("write a capacity from 0 up, or adjustmentType: ChangeInCapacity")
				}
			}
		}),
	}, {
		ID:       "step-exact-range",
		Severity: diag.Warning,
		Title:    "an exact capacity outside the bounds of the target",
		Explain: `Application Auto Scaling never leaves the bounds of the target: an exact capacity above the maximum
stops at the maximum, one below the minimum at the minimum. Raise the maximum, or write a capacity within the bounds.`,
		Bad:    stepPolicyOf("adjustmentType: ExactCapacity", above, "metricIntervalLowerBound: 0, scalingAdjustment: 12"),
		Good:   stepPolicyOf("adjustmentType: ExactCapacity", above, "metricIntervalLowerBound: 0, scalingAdjustment: 6"),
		Source: "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html",
		check:  checkStepExactRange,
	}, {
		ID:       "step-no-effect",
		Severity: diag.Warning,
		Title:    "a step policy that changes nothing",
		Explain: `Every step adds 0. A step of 0 is useful beside others, for a range in which nothing should happen, but a
policy of nothing else does nothing.`,
		Bad:    stepPolicy(above, "metricIntervalLowerBound: 0, scalingAdjustment: 0"),
		Good:   stepPolicy(above, one),
		Source: "fact 79: " + stepSource,
		check: eachStepPolicy(func(p *pass, def *policyDef, step *StepScaling) {
			if step.AdjustmentType.Get() == model.ExactCapacity || step.StepAdjustments.Len() == 0 {
				return
			}
			for _, s := range step.StepAdjustments.All() {
				if s.ScalingAdjustment.Get() != 0 {
					return
				}
			}
			p.report(step.StepAdjustments.At(0).ScalingAdjustment, "step policy %q never changes the capacity: every scalingAdjustment is 0", def.Name()).
				hint("write how much to add, or a negative number to take away")
		}),
	}}
}

func tooManySteps() []string {
	var steps []string
	for i := range maxSteps {
		steps = append(steps, "metricIntervalLowerBound: "+number(float64(i))+", metricIntervalUpperBound: "+number(float64(i+1))+", scalingAdjustment: 1")
	}
	return append(steps, "metricIntervalLowerBound: "+number(maxSteps)+", scalingAdjustment: 2")
}

// eachStepPolicy makes a check of every definition of a step policy.
func eachStepPolicy(check func(*pass, *policyDef, *StepScaling)) func(*pass) {
	return func(p *pass) {
		for _, def := range p.Policies {
			if def.StepScaling != nil {
				check(p, def, def.StepScaling)
			}
		}
	}
}

// interval returns the bounds of a step, infinite where there is none.
func (s *Step) interval() (lower, upper float64) {
	return s.MetricIntervalLowerBound.Or(math.Inf(-1)), s.MetricIntervalUpperBound.Or(math.Inf(1))
}

// bound writes a bound of an interval.
func bound(f float64) string {
	if math.IsInf(f, 0) {
		return "infinity"
	}
	return number(f)
}

func checkStepBounds(p *pass, _ *policyDef, step *StepScaling) {
	for _, s := range step.StepAdjustments.All() {
		lo, hi := s.MetricIntervalLowerBound, s.MetricIntervalUpperBound
		if !lo.IsSet() || !hi.IsSet() || lo.Get() < hi.Get() {
			continue
		}
		f := p.report(lo, "metricIntervalLowerBound %s is not below metricIntervalUpperBound %s", number(lo.Get()), number(hi.Get()))
		if lo.Get() > hi.Get() {
			f.hint("swap the two")
		} else {
			f.hint("leave one of them out, or raise the upper bound")
		}
	}
}

// inOrder returns the steps sorted by lower bound, nil when one of them is no interval at
// all: that has a finding of its own, and what follows from it would only repeat it.
func inOrder(step *StepScaling) []*Step {
	steps := slices.Clone(step.StepAdjustments.items)
	for _, s := range steps {
		lower, upper := s.interval()
		if lower >= upper || math.IsInf(lower, -1) && math.IsInf(upper, 1) {
			return nil
		}
	}
	slices.SortStableFunc(steps, func(a, b *Step) int {
		la, ua := a.interval()
		lb, ub := b.interval()
		return cmp.Or(cmp.Compare(la, lb), cmp.Compare(ua, ub))
	})
	return steps
}

// eachNeighbours calls back with each two steps that follow each other, the upper end of
// the first and the lower end of the second.
func eachNeighbours(step *StepScaling, yield func(a, b *Step, end, start float64)) {
	steps := inOrder(step)
	for i := 1; i < len(steps); i++ {
		_, end := steps[i-1].interval()
		start, _ := steps[i].interval()
		yield(steps[i-1], steps[i], end, start)
	}
}

func checkStepOpenEnd(p *pass, _ *policyDef, step *StepScaling) {
	steps := inOrder(step)
	if len(steps) == 0 {
		return
	}
	if first := steps[0].MetricIntervalLowerBound; first.IsSet() && first.Get() < 0 {
		p.report(first, "no step covers values further below the threshold than %s", number(first.Get())).
			hint("leave metricIntervalLowerBound out of this step, or add one that ends at %s", number(first.Get()))
	}
	last := steps[0]
	for _, s := range steps {
		_, a := s.interval()
		if _, b := last.interval(); a > b {
			last = s
		}
	}
	if end := last.MetricIntervalUpperBound; end.IsSet() && end.Get() > 0 {
		p.report(end, "no step covers values further above the threshold than %s", number(end.Get())).
			hint("leave metricIntervalUpperBound out of this step, or add one that begins at %s", number(end.Get()))
	}
}

// firingSide says on which side of the threshold the alarms of a policy fire: 1 above,
// -1 below, 0 when they fire on both, or when there is none. It returns one of them.
func firingSide(def *policyDef) (int, *Alarm) {
	var found *Alarm
	side := 0
	for a := range def.alarms() {
		this := 0
		switch op := a.ComparisonOperator.Get(); {
		case strings.HasPrefix(op, "GreaterThan") && strings.HasSuffix(op, "ToThreshold"), op == "GreaterThanThreshold":
			this = 1
		case strings.HasPrefix(op, "LessThan") && strings.HasSuffix(op, "ToThreshold"), op == "LessThanThreshold":
			this = -1
		}
		if this == 0 || found != nil && this != side {
			return 0, nil
		}
		found, side = a, this
	}
	if def.partial || def.StepScaling.partial || def.StepScaling.Alarms.partial {
		return 0, nil
	}
	return side, found
}

// reachable reports whether the step holds for any value on the side.
func (s *Step) reachable(side int) bool {
	lower, upper := s.interval()
	if side > 0 {
		return upper > 0
	}
	return lower < 0
}

// firstStep returns the bound at which the first step behind the threshold begins when
// that is not the threshold itself, for policies with a single alarm.
func firstStep(def *policyDef) (Val[float64], *Alarm, bool) {
	side, alarm := firingSide(def)
	var nearest Val[float64]
	if side == 0 || def.StepScaling.Alarms.Len() > 1 || def.StepScaling.Alarm != nil && def.StepScaling.Alarms.Len() > 0 {
		return nearest, nil, false
	}
	steps := inOrder(def.StepScaling)
	for _, s := range steps {
		if !s.reachable(side) {
			continue
		}
		lower, upper := s.interval()
		if side > 0 && lower <= 0 || side < 0 && upper >= 0 {
			return nearest, nil, false
		}
		switch v := s.MetricIntervalLowerBound; {
		case side > 0 && (!nearest.IsSet() || v.Get() < nearest.Get()):
			nearest = v
		case side < 0 && (!nearest.IsSet() || upper > nearest.Get()):
			nearest = s.MetricIntervalUpperBound
		}
	}
	return nearest, alarm, nearest.IsSet()
}

func checkStepExactRange(p *pass) {
	for _, t := range p.Targets {
		if !t.Complete || len(t.Actions) > 0 {
			continue
		}
		lo, hi := t.Scaling.MinCapacity.Get(), t.Scaling.MaxCapacity.Get()
		for _, u := range t.Policies {
			step := u.Def.StepScaling
			if step == nil || step.AdjustmentType.Get() != model.ExactCapacity {
				continue
			}
			for _, s := range step.StepAdjustments.All() {
				switch v := s.ScalingAdjustment.Get(); {
				case v < 0:
				case v > hi:
					p.report(u.atDefinition(s.ScalingAdjustment), "an exact capacity of %d is above maxCapacity %d of %s", v, hi, t.ID).
						hint("raise maxCapacity, or write at most %d", hi)
				case v < lo:
					p.report(u.atDefinition(s.ScalingAdjustment), "an exact capacity of %d is below minCapacity %d of %s", v, lo, t.ID).
						hint("lower minCapacity, or write at least %d", lo)
				}
			}
		}
	}
}
