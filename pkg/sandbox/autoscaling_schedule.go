package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// shapeActionName is the model's pattern, which Go's regular expressions cannot express:
// no colon, slash, bar or control character, no blank at either end (fact 89).
var shapeActionName = Str().Len(1, 256).MatchFunc(
	`(?!((^[ ]+.*)|(.*([\u0000-\u001f]|[\u007f-\u009f]|[:/|])+.*)|(.*[ ]+$))).+`, func(s string) bool {
		bad := func(r rune) bool { return r < 0x20 || r >= 0x7f && r <= 0x9f || strings.ContainsRune(":/|", r) }
		return s != "" && strings.Trim(s, " ") == s && !strings.ContainsFunc(s, bad)
	})

// putScheduledAction creates or updates a scheduled action. What an update leaves out is
// kept, except StartTime and EndTime, which it deletes (fact 91).
func putScheduledAction(c *Call) (Map, error) {
	t, err := c.target()
	if err != nil {
		return nil, err
	}
	name := c.In.Str("ScheduledActionName")
	key := t.key() + name
	old := c.Region.ScheduledActions.Get(key)
	a := &ScheduledAction{Target: t.key(), Name: name, Created: c.Now}
	if old != nil {
		*a = *old
	} else {
		// Two actions of a target share the uuid (fact 104).
		a.ARN = c.ARN("autoscaling", "scheduledAction:"+t.ID+":resource/"+t.Namespace+"/"+t.ResourceID+":scheduledActionName/"+name)
	}
	if s, ok := c.In.StrOK("Schedule"); ok {
		a.Schedule = s
	}
	if z, ok := c.In.StrOK("Timezone"); ok {
		a.Timezone = z
	}
	a.Start, a.End = nil, nil
	if v, ok := c.In.TimeOK("StartTime"); ok {
		a.Start = &v
	}
	if v, ok := c.In.TimeOK("EndTime"); ok {
		a.End = &v
	}
	if m := c.In.Map("ScalableTargetAction"); m != nil {
		a.Min, a.Max = nil, nil
		if n, ok := m.IntOK("MinCapacity"); ok {
			a.Min = &n
		}
		if n, ok := m.IntOK("MaxCapacity"); ok {
			a.Max = &n
		}
	} else if old == nil { // fact 90; cdk-preflight
		return nil, invalidf("ScalableTargetAction must be set")
	}
	switch {
	case a.Schedule == "": // wording UNSURE fact 90
		return nil, invalidf("Schedule must be set")
	case a.Min == nil && a.Max == nil:
		return nil, invalidf("At least one of minimum capacity and maximum capacity should be provided")
	case a.Start != nil && a.End != nil && !a.Start.Before(*a.End): // fact 98
		return nil, invalidf("StartTime must be before EndTime")
	}
	if err := checkBounds(a.Min, a.Max); err != nil {
		return nil, err
	}
	r, err := parseSchedule(a.Schedule, a.Timezone)
	if err != nil {
		return nil, err
	}
	if old == nil {
		n := 0
		for range c.Region.ScheduledActions.Prefix(t.key()) {
			n++
		}
		if n >= maxScheduledActions {
			return nil, failf("LimitExceededException", "You have reached the limit of %d scheduled actions for resource %s.", maxScheduledActions, t.ResourceID)
		}
	}
	a.NextFire = nil
	if next, ok := a.schedule().next(r, c.Now); ok {
		a.NextFire = &next
	}
	c.Region.ScheduledActions.Put(key, a)
	return Map{}, nil
}

func (a *ScheduledAction) schedule() Schedule {
	return Schedule{Expression: a.Schedule, Timezone: a.Timezone, Start: a.Start, End: a.End, Created: a.Created}
}

func deleteScheduledAction(c *Call) (Map, error) {
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	if !c.Region.ScheduledActions.Delete(ref.key() + c.In.Str("ScheduledActionName")) { // wording UNSURE fact 107
		return nil, failf("ObjectNotFoundException",
			"No scheduled action found for service namespace: %s, resource ID: %s, scalable dimension: %s, scheduled action name: %s",
			ref.namespace, ref.resourceID, ref.dimension, c.In.Str("ScheduledActionName"))
	}
	return Map{}, nil
}

func describeScheduledActions(c *Call) (Map, error) {
	ids, dimension, names := optionalID(c.In), c.In.Str("ScalableDimension"), c.In.Strs("ScheduledActionNames")
	if err := c.describeFilter(len(ids) > 0); err != nil {
		return nil, err
	}
	items, next, err := page(c, c.Region.ScheduledActions.All(), pageSize, func(key string, a *ScheduledAction) (Map, bool) {
		ref, _ := splitKey(key)
		if !ref.matches(c.In.Str("ServiceNamespace"), ids, dimension) || (len(names) > 0 && !slices.Contains(names, a.Name)) {
			return nil, false
		}
		action := Map{}
		if a.Min != nil {
			action["MinCapacity"] = *a.Min
		}
		if a.Max != nil {
			action["MaxCapacity"] = *a.Max
		}
		m := Map{"ScheduledActionName": a.Name, "ScheduledActionARN": a.ARN, "ServiceNamespace": ref.namespace,
			"Schedule": a.Schedule, "ResourceId": ref.resourceID, "ScalableDimension": ref.dimension,
			"CreationTime": a.Created, "ScalableTargetAction": action}
		if a.Timezone != "" {
			m["Timezone"] = a.Timezone
		}
		if a.Start != nil {
			m["StartTime"] = *a.Start
		}
		if a.End != nil {
			m["EndTime"] = *a.End
		}
		return m, true
	})
	if err != nil {
		return nil, err
	}
	return Map{"ScheduledActions": items, "NextToken": next}, nil
}

// fireScheduledActions fires what is due at c.Now. While scheduled scaling is suspended
// nothing fires, and nothing is caught up (fact 27).
func (c *Call) fireScheduledActions() {
	for _, a := range c.Region.ScheduledActions.All() {
		if a.NextFire == nil || a.NextFire.After(c.Now) {
			continue
		}
		fired := *a.NextFire
		a.NextFire = nil
		if r, err := parseSchedule(a.Schedule, a.Timezone); err == nil {
			if next, ok := a.schedule().next(r, fired); ok {
				a.NextFire = &next
			}
		}
		t := c.Region.Targets.Get(a.Target)
		if t == nil || t.Suspended.Scheduled {
			continue
		}
		a.LastFired = &fired
		c.fire(t, a)
	}
}

// fire overwrites the bounds of the target and moves its capacity inside them (facts 46,
// 102, 103).
func (c *Call) fire(t *ScalableTarget, a *ScheduledAction) {
	lower, upper := t.Min, t.Max
	var what string
	switch {
	case a.Min != nil && a.Max != nil:
		lower, upper = *a.Min, *a.Max
		what = fmt.Sprintf("min capacity to %d and max capacity to %d", lower, upper)
	case a.Min != nil:
		lower = *a.Min
		what = fmt.Sprintf("min capacity to %d", lower)
	default:
		upper = *a.Max
		what = fmt.Sprintf("max capacity to %d", upper)
	}
	activity := c.activity(t, "Setting "+what, fmt.Sprintf("scheduled action name %s was triggered", a.Name))
	ref, err := newRef(t.Namespace, t.ResourceID, t.Dimension)
	var res *scalable
	if err == nil {
		res, err = c.resourceOf(ref)
	}
	switch {
	case err != nil:
		c.fail(activity, fmt.Sprintf("Resource Id [%s] is not scalable. Reason: %s", t.ResourceID, err.Message))
		return
	case res.status() != "InService":
		c.fail(activity, fmt.Sprintf("Resource Id [%s] is not scalable. Reason: the resource is in status %s.", t.ResourceID, res.status()))
		return
	case lower > upper: // a one-sided action that crosses the other side: UNSURE fact 102
		c.fail(activity, fmt.Sprintf("Failed to set %s. Reason: Maximum capacity cannot be less than minimum capacity", what))
		return
	}
	t.Min, t.Max = lower, upper
	c.succeed(activity, "Successfully set "+what)
	c.clamp(t, res)
}
