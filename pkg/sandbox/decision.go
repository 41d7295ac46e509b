package sandbox

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

// alarmStateSet carries out the scaling policies among the actions of an alarm for its
// present state. SetAlarmState calls it when the state has changed.
//
// The decision is AWS's for step scaling, and a plain one for target tracking:
//
//   - The metric's value is the last of recentDatapoints in StateReasonData, as CloudWatch
//     writes it (fact 221). Without it the value is taken to be at the threshold.
//   - Step scaling looks up the step for value minus threshold and applies its adjustment
//     (facts 82, 85), unless the policy is in its cooldown.
//   - Target tracking goes to ceil(capacity x value / target), or one up or down when there
//     is no value.
//   - The result is kept inside the bounds. A decision not to act is an activity with
//     NotScaledReasons (fact 48).
//   - Suspended scale-in or scale-out does nothing at all.
func (c *Call) alarmStateSet(a *Alarm) {
	if enabled, there := a.Config.BoolOK("ActionsEnabled"); there && !enabled {
		return
	}
	member := map[string]string{"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}[a.State]
	for _, action := range a.Config.Strs(member) {
		arn, _, _ := strings.Cut(action, ":createdBy/")
		for _, p := range c.Region.Policies.All() {
			if p.ARN == arn {
				c.runPolicy(p, a)
				break
			}
		}
	}
}

// runPolicy works out the capacity that a policy wants, and goes there.
func (c *Call) runPolicy(p *ScalingPolicy, a *Alarm) {
	t := c.Region.Targets.Get(p.Target)
	if t == nil {
		return
	}
	ref, err := newRef(t.Namespace, t.ResourceID, t.Dimension)
	if err != nil {
		return
	}
	res, err := c.resourceOf(ref)
	if err != nil {
		return
	}
	current := res.capacity()
	value, hasValue := lastDatapoint(a.StateReasonData)
	var want int64
	var ok bool
	if p.Type == "StepScaling" {
		delta := 0.0
		if hasValue {
			delta = value - a.Config.Float("Threshold")
		}
		below := strings.HasPrefix(a.Config.Str("ComparisonOperator"), "LessThan")
		want, ok = stepCapacity(p.Config, current, delta, below)
	} else {
		want, ok = trackedCapacity(p, a, current, value, hasValue)
	}
	switch {
	case !ok,
		want > current && t.Suspended.ScalingOut,
		want < current && t.Suspended.ScalingIn,
		c.Now.Before(p.CooldownUntil):
		return
	}
	cause := fmt.Sprintf("monitor alarm %s in state %s triggered policy %s", a.Name, a.State, p.Name)
	if res.status() != "InService" {
		c.notScaled(t, cause, Map{"Code": "TargetServicePutResourceAsUnscalable"})
		return
	}
	bounded := min(max(want, t.Min), t.Max)
	switch {
	case want > current && bounded <= current:
		c.notScaled(t, cause, Map{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": t.Max})
		return
	case want < current && bounded >= current:
		c.notScaled(t, cause, Map{"Code": "AlreadyAtMinCapacity", "MinCapacity": t.Min})
		return
	case bounded == current:
		c.notScaled(t, cause, Map{"Code": "AlreadyAtDesiredCapacity", "CurrentCapacity": current})
		return
	}
	if c.scale(t, res, bounded, cause) {
		p.CooldownUntil = c.Now.Add(cooldown(p, bounded > current))
	}
}

func (c *Call) notScaled(t *ScalableTarget, cause string, reason Map) {
	a := c.activity(t, "Attempting to scale due to alarm triggered", cause)
	a.Status, a.NotScaled = "Failed", []Map{reason}
}

// cooldown is 300 s where none is given (facts 66, 80).
func cooldown(p *ScalingPolicy, out bool) time.Duration {
	member := "Cooldown"
	if p.Type != "StepScaling" {
		if member = "ScaleInCooldown"; out {
			member = "ScaleOutCooldown"
		}
	}
	seconds, ok := p.Config.IntOK(member)
	if !ok {
		seconds = 300
	}
	return time.Duration(seconds) * time.Second
}

// lastDatapoint reads the metric's value out of StateReasonData.
func lastDatapoint(data string) (float64, bool) {
	var d struct {
		RecentDatapoints []float64 `json:"recentDatapoints"`
	}
	if json.Unmarshal([]byte(data), &d) != nil || len(d.RecentDatapoints) == 0 {
		return 0, false
	}
	return d.RecentDatapoints[len(d.RecentDatapoints)-1], true
}

// stepCapacity applies the step whose interval holds delta. On the positive side the
// lower bound belongs to a step, on the negative side the upper one (fact 82); zero
// belongs to the side on which the alarm looks.
func stepCapacity(config Map, current int64, delta float64, below bool) (int64, bool) {
	for _, s := range config.Maps("StepAdjustments") {
		lower, upper := bounds(s)
		inside := lower <= delta && delta < upper
		if delta < 0 || delta == 0 && below {
			inside = lower < delta && delta <= upper
		}
		if !inside {
			continue
		}
		n := s.Int("ScalingAdjustment")
		switch config.Str("AdjustmentType") {
		case "ExactCapacity":
			return n, true
		case "PercentChangeInCapacity":
			n = roundPercent(float64(current) * float64(n) / 100)
			if least, ok := config.IntOK("MinAdjustmentMagnitude"); ok && n != 0 && max(n, -n) < least {
				if n = least; s.Int("ScalingAdjustment") < 0 {
					n = -least
				}
			}
		}
		return max(current+n, 0), true
	}
	return 0, false
}

// roundPercent rounds toward zero, but never to zero (fact 85).
func roundPercent(x float64) int64 {
	switch {
	case x > 0 && x < 1:
		return 1
	case x < 0 && x > -1:
		return -1
	}
	return int64(math.Trunc(x))
}

func trackedCapacity(p *ScalingPolicy, a *Alarm, current int64, value float64, hasValue bool) (int64, bool) {
	out := strings.Contains(a.Name, "-AlarmHigh-")
	if !out && p.Config.Bool("DisableScaleIn") {
		return 0, false
	}
	want := current - 1
	if out {
		want = current + 1
	}
	if hasValue {
		want = int64(math.Ceil(float64(current) * value / p.Config.Float("TargetValue")))
		if out && want < current || !out && want > current {
			want = current
		}
	}
	return max(want, 0), true
}
