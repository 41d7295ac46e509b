package sandbox

import (
	"math"
	"slices"
)

var shapeStep = Struct(
	Opt("AdjustmentType", Enum("ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity")),
	Opt("StepAdjustments", ListOf(Struct(Opt("MetricIntervalLowerBound", Float()),
		Opt("MetricIntervalUpperBound", Float()), Req("ScalingAdjustment", Int())))),
	Opt("MinAdjustmentMagnitude", Int()),
	Opt("Cooldown", Int()),
	Opt("MetricAggregationType", Enum("Average", "Minimum", "Maximum")),
)

// bounds are a step's interval, as offsets from the alarm's threshold (fact 82).
func bounds(step Map) (lower, upper float64) {
	lower, upper = math.Inf(-1), math.Inf(1)
	if v, ok := step.FloatOK("MetricIntervalLowerBound"); ok {
		lower = v
	}
	if v, ok := step.FloatOK("MetricIntervalUpperBound"); ok {
		upper = v
	}
	return lower, upper
}

func compareSteps(a, b Map) int {
	x, _ := bounds(a)
	y, _ := bounds(b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// checkStepScaling checks a configuration in AWS's words (facts 79 to 84), which
// https://github.com/badmintoncryer/cdk-preflight noted down.
func checkStepScaling(config Map) *Error {
	kind, ok := config.StrOK("AdjustmentType")
	steps := config.Maps("StepAdjustments")
	switch {
	case !ok:
		return invalidf("Adjustment type must be specified")
	case len(steps) == 0:
		return invalidf("There must be at least one step adjustment")
	case len(steps) > maxStepAdjustments:
		return failf("LimitExceededException", "You have reached the limit of %d step adjustments for a scaling policy.", maxStepAdjustments)
	case config.Has("MinAdjustmentMagnitude") && kind != "PercentChangeInCapacity":
		return invalidf("Minimum adjustment magnitude is only allowed for adjustment type PercentChangeInCapacity")
	}
	openBelow, openAbove := 0, 0
	for _, s := range steps {
		lower, upper := bounds(s)
		switch {
		case kind == "ExactCapacity" && s.Int("ScalingAdjustment") < 0:
			return invalidf("Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity")
		case math.IsInf(lower, -1) && math.IsInf(upper, 1):
			return invalidf("Both lower and upper bounds of a step adjustment cannot be left unspecified")
		case lower >= upper: // wording UNSURE fact 84
			return invalidf("The lower bound of a step adjustment must be less than its upper bound")
		}
		if math.IsInf(lower, -1) {
			openBelow++
		}
		if math.IsInf(upper, 1) {
			openAbove++
		}
	}
	switch {
	case openBelow > 1:
		return invalidf("At most one step adjustment may have an unspecified lower bound")
	case openAbove > 1:
		return invalidf("At most one step adjustment may have an unspecified upper bound")
	}
	sorted := slices.SortedFunc(slices.Values(steps), compareSteps)
	for i := 1; i < len(sorted); i++ {
		_, end := bounds(sorted[i-1])
		start, _ := bounds(sorted[i])
		switch {
		case start < end:
			return invalidf("Step adjustment intervals cannot overlap")
		case start > end:
			return invalidf("Step adjustment intervals cannot have gaps between them")
		}
	}
	lowest, _ := bounds(sorted[0])
	_, highest := bounds(sorted[len(sorted)-1])
	switch {
	case lowest < 0 && openBelow == 0:
		return invalidf("There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative lower bound")
	case highest > 0 && !math.IsInf(highest, 1):
		return invalidf("There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper bound")
	}
	return nil
}
