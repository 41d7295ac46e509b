package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/scalectl/scalectl/pkg/model"
)

// setting is one leaf of an object in the spec's own spelling. Values are string,
// float64, bool or []string, so that they survive a trip through JSON unchanged.
type setting struct {
	path  string
	value any
}

// settings flattens an object into its leaves in a fixed order. What is unset is left
// out, so that a difference between unset and set shows as added or removed.
type settings []setting

func (s *settings) str(path, v string) {
	if v != "" {
		*s = append(*s, setting{path, v})
	}
}

func (s *settings) num(path string, v float64) { *s = append(*s, setting{path, v}) }

func (s *settings) optNum(path string, v *int32) {
	if v != nil {
		s.num(path, float64(*v))
	}
}

func (s *settings) flag(path string, v bool) { *s = append(*s, setting{path, v}) }

func (s *settings) list(path string, v []string) {
	if len(v) > 0 {
		*s = append(*s, setting{path, slices.Clone(v)})
	}
}

func (s *settings) dict(path string, m map[string]string) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		*s = append(*s, setting{path + "." + k, m[k]})
	}
}

// leaves returns the settings of whichever object is set, in normal form.
func (o *Object) leaves() settings {
	switch {
	case o == nil:
		return nil
	case o.Target != nil:
		return targetLeaves(*o.Target)
	case o.Policy != nil:
		return policyLeaves(o.Policy.Normal())
	case o.Alarm != nil:
		return alarmLeaves(o.Alarm.Normal())
	case o.ScheduledAction != nil:
		return scheduleLeaves(o.ScheduledAction.Normal())
	}
	return nil
}

// typicalLeaves is room for the settings of most objects.
const typicalLeaves = 20

func targetLeaves(t model.ScalableTarget) settings {
	s := make(settings, 0, typicalLeaves)
	s.num("minCapacity", float64(t.MinCapacity))
	s.num("maxCapacity", float64(t.MaxCapacity))
	s.flag("suspended.dynamicScalingIn", t.Suspended.DynamicScalingIn)
	s.flag("suspended.dynamicScalingOut", t.Suspended.DynamicScalingOut)
	s.flag("suspended.scheduledScaling", t.Suspended.ScheduledScaling)
	s.dict("tags", t.Tags)
	return s
}

func policyLeaves(p model.Policy) settings {
	s := make(settings, 0, typicalLeaves)
	if tt := p.TargetTracking; tt != nil {
		const at = "targetTracking."
		s.str(at+"predefinedMetric", tt.PredefinedMetric)
		if m := tt.CustomizedMetric; m != nil {
			const at = at + "customizedMetric."
			s.str(at+"metricName", m.MetricName)
			s.str(at+"namespace", m.Namespace)
			s.dict(at+"dimensions", m.Dimensions)
			s.str(at+"statistic", m.Statistic)
			s.str(at+"unit", m.Unit)
			s.queries(at+"metrics.", m.Metrics)
		}
		s.num(at+"targetValue", tt.TargetValue)
		s.str(at+"scaleInCooldown", tt.ScaleInCooldown.String())
		s.str(at+"scaleOutCooldown", tt.ScaleOutCooldown.String())
		s.flag(at+"disableScaleIn", tt.DisableScaleIn)
	}
	if st := p.StepScaling; st != nil {
		const at = "stepScaling."
		s.str(at+"adjustmentType", st.AdjustmentType)
		s.str(at+"metricAggregationType", st.MetricAggregationType)
		s.str(at+"cooldown", st.Cooldown.String())
		s.optNum(at+"minAdjustmentMagnitude", st.MinAdjustmentMagnitude)
		var steps []string
		for _, step := range st.StepAdjustments {
			steps = append(steps, stepText(step, st.AdjustmentType))
		}
		s.list(at+"stepAdjustments", steps)
	}
	return s
}

func (s *settings) queries(at string, queries []model.MetricQuery) {
	for _, q := range queries {
		at := at + q.ID + "."
		s.str(at+"expression", q.Expression)
		if m := q.MetricStat; m != nil {
			s.str(at+"metricName", m.MetricName)
			s.str(at+"namespace", m.Namespace)
			s.dict(at+"dimensions", m.Dimensions)
			s.str(at+"stat", m.Stat)
			s.str(at+"unit", m.Unit)
			if m.Period != 0 {
				s.str(at+"period", m.Period.String())
			}
		}
		s.str(at+"label", q.Label)
		if q.Period != 0 {
			s.str(at+"period", q.Period.String())
		}
		s.str(at+"accountId", q.AccountID)
		s.flag(at+"returnData", q.ReturnData)
	}
}

// stepText writes a step as its interval of offsets from the threshold and what it
// does: "[0, 10): +1", "(.., 0]: -25 %". Which end belongs to the interval depends on
// its side of the threshold.
// https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
func stepText(step model.Step, adjustmentType string) string {
	low, high := step.MetricIntervalLowerBound, step.MetricIntervalUpperBound
	text := func(f *float64) string {
		if f == nil {
			return ".."
		}
		return strconv.FormatFloat(*f, 'g', -1, 64)
	}
	left, right := "[", ")"
	if low == nil || *low < 0 {
		left, right = "(", "]"
	}
	if high == nil {
		right = ")"
	}
	change := fmt.Sprintf("%+d", step.ScalingAdjustment)
	switch adjustmentType {
	case model.PercentChangeInCapacity:
		change += " %"
	case model.ExactCapacity:
		change = fmt.Sprintf("exactly %d", step.ScalingAdjustment)
	}
	return left + text(low) + ", " + text(high) + right + ": " + change
}

func alarmLeaves(a model.Alarm) settings {
	s := make(settings, 0, typicalLeaves)
	s.str("metricName", a.MetricName)
	s.str("namespace", a.Namespace)
	s.dict("dimensions", a.Dimensions)
	s.str("statistic", a.Statistic)
	s.str("extendedStatistic", a.ExtendedStatistic)
	s.str("unit", a.Unit)
	if a.Period != 0 {
		s.str("period", a.Period.String())
	}
	s.queries("metrics.", a.Metrics)
	s.str("comparisonOperator", a.ComparisonOperator)
	s.num("threshold", a.Threshold)
	s.num("evaluationPeriods", float64(a.EvaluationPeriods))
	s.num("datapointsToAlarm", float64(a.DatapointsToAlarm))
	s.str("treatMissingData", a.TreatMissingData)
	s.str("evaluateLowSampleCountPercentile", a.EvaluateLowSampleCountPercentile)
	s.str("description", a.Description)
	s.flag("actionsEnabled", a.ActionsEnabled)
	s.list("alarmActions", a.AlarmActions)
	s.list("okActions", a.OKActions)
	s.list("insufficientDataActions", a.InsufficientDataActions)
	s.dict("tags", a.Tags)
	return s
}

func scheduleLeaves(a model.ScheduledAction) settings {
	s := make(settings, 0, typicalLeaves)
	s.str("schedule", a.Schedule)
	s.str("timezone", a.Timezone)
	if a.StartTime != nil {
		s.str("startTime", a.StartTime.Format(timeLayout))
	}
	if a.EndTime != nil {
		s.str("endTime", a.EndTime.Format(timeLayout))
	}
	s.optNum("minCapacity", a.MinCapacity)
	s.optNum("maxCapacity", a.MaxCapacity)
	return s
}

// timeLayout is RFC 3339 in UTC, the form that specs use for start and end times.
const timeLayout = "2006-01-02T15:04:05Z"

// diff lists the settings that differ, in the order of after, with the removed ones
// last. Either side may be nil.
func diff(before, after *Object) []FieldChange {
	old, want := before.leaves(), after.leaves()
	if slices.EqualFunc(old, want, func(a, b setting) bool { return a.path == b.path && sameValue(a.value, b.value) }) {
		return nil // by far the most frequent case
	}
	byPath := make(map[string]any, len(old))
	for _, s := range old {
		byPath[s.path] = s.value
	}
	var out []FieldChange
	kept := make(map[string]bool, len(want))
	for _, s := range want {
		kept[s.path] = true
		was, had := byPath[s.path]
		switch {
		case !had:
			out = append(out, FieldChange{Path: s.path, After: s.value})
		case !sameValue(was, s.value):
			out = append(out, FieldChange{Path: s.path, Before: was, After: s.value})
		}
	}
	for _, s := range old {
		if !kept[s.path] {
			out = append(out, FieldChange{Path: s.path, Before: s.value})
		}
	}
	return out
}

func sameValue(a, b any) bool {
	if x, ok := a.([]string); ok {
		y, ok := b.([]string)
		return ok && slices.Equal(x, y)
	}
	return a == b
}

// Group returns the part of a field path before the first dot: "tags" of "tags.team".
func (f FieldChange) Group() string {
	group, _, _ := strings.Cut(f.Path, ".")
	return group
}
