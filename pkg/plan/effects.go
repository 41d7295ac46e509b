package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/model"
)

// capacityEffects says what RegisterScalableTarget does to the live capacity at once: it
// moves what lies outside the bounds, and leaves a resource alone that is not active.
func (s *sequence) capacityEffects(after model.ScalableTarget) []string {
	id := after.ID
	now, ok := s.Observed.Capacity(id)
	if !ok {
		return nil
	}
	var effects []string
	switch unit := id.Dimension.Unit; {
	case now > after.MaxCapacity:
		effects = append(effects, fmt.Sprintf("%d %s in service; the maximum of %d stops %d at once",
			now, isAre(now, unit(now)), after.MaxCapacity, now-after.MaxCapacity))
	case now < after.MinCapacity:
		effects = append(effects, fmt.Sprintf("%d %s in service; the minimum of %d starts %d at once",
			now, isAre(now, unit(now)), after.MinCapacity, after.MinCapacity-now))
	default:
		return nil
	}
	what, status := "endpoint", s.Observed.Endpoints[id.Endpoint()].Status
	if name := id.Component(); name != "" {
		what, status = "inference component", s.Observed.Components[name].Status
	}
	if status != "InService" {
		effects = append(effects, "the "+what+" is "+status+", so AWS moves its capacity only later")
	}
	return effects
}

func isAre(n int32, unit string) string {
	if n == 1 {
		return unit + " is"
	}
	return unit + " are"
}

// capacityGuards asks for consent when live capacity is above the new maximum.
func (s *sequence) capacityGuards(after model.ScalableTarget) []GuardName {
	if now, ok := s.Observed.Capacity(after.ID); ok && now > after.MaxCapacity {
		return []GuardName{GuardCapacityCut}
	}
	return nil
}

// suspensionEffects says what switching a kind of scaling off or on means.
func suspensionEffects(fields []FieldChange) []string {
	words := map[string][2]string{
		"suspended.dynamicScalingIn":  {"no policy scales in any more", "policies may scale in again; an alarm that is in breach acts at once"},
		"suspended.dynamicScalingOut": {"no policy scales out any more", "policies may scale out again; an alarm that is in breach acts at once"},
		"suspended.scheduledScaling":  {"scheduled actions no longer fire", "scheduled actions fire again; those missed meanwhile are not made up for"},
	}
	var effects []string
	for _, f := range fields {
		text, ok := words[f.Path]
		if !ok || f.Before == nil {
			continue
		}
		if f.After == true {
			effects = append(effects, text[0])
		} else {
			effects = append(effects, text[1])
		}
	}
	return effects
}

// trackingEffects says which way a new target value moves the fleet. Values of different
// metrics do not compare.
func trackingEffects(fields []FieldChange, action Action) []string {
	if action != Update || slices.ContainsFunc(fields, func(f FieldChange) bool { return strings.Contains(f.Path, "Metric") }) {
		return nil
	}
	for _, f := range fields {
		before, ok1 := f.Before.(float64)
		after, ok2 := f.After.(float64)
		if f.Path != "targetTracking.targetValue" || !ok1 || !ok2 || before <= 0 {
			continue
		}
		if after < before {
			return []string{fmt.Sprintf("scales out at %.0f %% of the load per unit that it needed before", 100*after/before)}
		}
		return []string{fmt.Sprintf("each unit of capacity has to carry %.0f %% of the load that it carried before", 100*after/before)}
	}
	return nil
}

// withoutEffects warns when the policies that stay can no longer scale one way.
func (s *sequence) withoutEffects(gone model.Policy) []string {
	var effects []string
	if canScaleIn(gone) && !slices.ContainsFunc(s.want.Policies, canScaleIn) {
		effects = append(effects, "afterwards no policy of the target can scale in")
	}
	if canScaleOut(gone) && !slices.ContainsFunc(s.want.Policies, canScaleOut) {
		effects = append(effects, "afterwards no policy of the target can scale out")
	}
	return effects
}

func canScaleIn(p model.Policy) bool {
	if p.TargetTracking != nil {
		return !p.TargetTracking.DisableScaleIn
	}
	return slices.ContainsFunc(p.StepScaling.StepAdjustments, func(step model.Step) bool {
		return step.ScalingAdjustment < 0 || p.StepScaling.AdjustmentType == model.ExactCapacity
	})
}

func canScaleOut(p model.Policy) bool {
	if p.TargetTracking != nil {
		return true
	}
	return slices.ContainsFunc(p.StepScaling.StepAdjustments, func(step model.Step) bool {
		return step.ScalingAdjustment > 0 // also where it is an exact capacity
	})
}

// pruneEffects says what becomes of a resource whose target is deregistered.
func (s *sequence) pruneEffects() []string {
	effects := []string{"nothing scales it any more; its capacity stays where it is"}
	if now, ok := s.Observed.Capacity(s.live.ID); ok {
		effects[0] = fmt.Sprintf("nothing scales it any more; it stays at %d %s", now, s.live.ID.Dimension.Unit(now))
	}
	return effects
}
