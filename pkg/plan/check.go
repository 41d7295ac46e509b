package plan

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/scalectl/scalectl/pkg/model"
)

// check finds contradictions within a change, and brings its values to the types that
// the rest of the package uses.
func (c *Change) check() error {
	for i := range c.Fields {
		c.Fields[i].Before = plainValue(c.Fields[i].Before)
		c.Fields[i].After = plainValue(c.Fields[i].After)
	}
	wantBefore, wantAfter := true, true
	switch c.Action {
	case Create:
		wantBefore = false
	case Delete:
		wantAfter = false
	case Update, Replace, Adopt:
	default:
		return fmt.Errorf("unknown action %q", c.Action)
	}
	if (c.Before != nil) != wantBefore || (c.After != nil) != wantAfter {
		return fmt.Errorf("action %s does not go with its before and after", c.Action)
	}
	for _, o := range []*Object{c.Before, c.After} {
		if o == nil {
			continue
		}
		if err := o.check(c); err != nil {
			return err
		}
	}
	if fields := diff(c.Before, c.After); !slices.EqualFunc(fields, c.Fields, func(a, b FieldChange) bool {
		return a.Path == b.Path && sameValue(a.Before, b.Before) && sameValue(a.After, b.After)
	}) {
		return errors.New("its fields do not fit its before and after")
	}
	if fingerprint := c.LiveFingerprint(c.Before); fingerprint != c.Fingerprint {
		return errors.New("its fingerprint does not fit its before")
	}
	return nil
}

// check makes sure that an object is exactly one thing, and the thing that its change
// names.
func (o *Object) check(c *Change) error {
	var kind Kind
	var address, name string
	target := c.Target
	n := 0
	if o.Target != nil {
		n, kind, address, target = n+1, KindTarget, o.Target.ID.Address(), o.Target.ID
	}
	if o.Policy != nil {
		n, kind, address, name, target = n+1, KindPolicy, o.Policy.Address(), o.Policy.Name, o.Policy.Target
		if (o.Policy.TargetTracking == nil) == (o.Policy.StepScaling == nil) {
			return errors.New("a policy has exactly one of targetTracking and stepScaling")
		}
	}
	if o.Alarm != nil {
		n, kind, address, name = n+1, KindAlarm, o.Alarm.Address(), o.Alarm.Name
		if o == c.After {
			target = o.Alarm.Target
		}
	}
	if o.ScheduledAction != nil {
		n, kind, address, target = n+1, KindScheduledAction, o.ScheduledAction.Address(), o.ScheduledAction.Target
		name = o.ScheduledAction.Name
	}
	switch {
	case n != 1:
		return errors.New("an object is exactly one kind of thing")
	case kind != c.Kind || address != c.Address || name != c.Name || target != c.Target:
		return fmt.Errorf("it holds %s %s", kind, address)
	case c.Target != (model.TargetID{}) && !slices.Contains(model.Dimensions(), c.Target.Dimension):
		return fmt.Errorf("unknown dimension %q", c.Target.Dimension)
	}
	return nil
}

// checkGuards makes sure that the summary of guards and the guards of the changes say
// the same, since the summary is what consent is asked for, and that no guard is missing
// that follows from a change alone.
func (p *Plan) checkGuards() error {
	carried := map[GuardName][]string{}
	for i := range p.Changes {
		c := &p.Changes[i]
		for _, g := range c.Guards {
			carried[g] = append(carried[g], c.Address)
		}
		if g := c.ownGuard(); g != "" && !slices.Contains(c.Guards, g) {
			return fmt.Errorf("change %d (%s) lacks guard %q", i+1, c.Address, g)
		}
	}
	names := make([]GuardName, len(p.Guards))
	for i, g := range p.Guards {
		names[i] = g.Name
		if g.Tripped != (len(carried[g.Name]) > 0) || !slices.Equal(g.Addresses, carried[g.Name]) {
			return fmt.Errorf("guard %q does not list the changes that carry it", g.Name)
		}
		delete(carried, g.Name)
	}
	if !slices.Equal(names, GuardNames()) {
		return errors.New("it does not list every guard once")
	}
	if len(carried) > 0 {
		return fmt.Errorf("unknown guard %q", slices.Sorted(maps.Keys(carried))[0])
	}
	return nil
}

// ownGuard returns the guard that a change has to carry whatever the rest of the fleet
// looks like, or "".
func (c *Change) ownGuard() GuardName {
	if c.Action != Delete || c.Reason == ReasonMetricTaken {
		return ""
	}
	var tags map[string]string
	switch {
	case c.Before.Target != nil:
		tags = c.Before.Target.Tags
	case c.Before.Alarm != nil:
		tags = c.Before.Alarm.Tags
	}
	switch {
	case tags[model.TagProtect] == "true":
		return GuardProtect
	case c.Reason == ReasonAdopted && c.Kind != KindAlarm:
		return GuardAdopt
	}
	return ""
}

// checkOrder makes sure that the changes of each target are ranked so that AWS accepts
// one after the other, and that an object changes once, or is deleted and made again.
func (p *Plan) checkOrder() error {
	groups := map[model.TargetID][]*Change{}
	for i := range p.Changes {
		c := &p.Changes[i]
		groups[c.Target] = append(groups[c.Target], c)
	}
	for _, id := range slices.SortedFunc(maps.Keys(groups), model.TargetID.Compare) {
		group := groups[id]
		if id == (model.TargetID{}) {
			// Orphan alarms belong to no target and are deleted in any order.
			if i := slices.IndexFunc(group, func(c *Change) bool { return c.Kind != KindAlarm || c.Action != Delete }); i >= 0 {
				return fmt.Errorf("%s names no target", group[i].Address)
			}
			continue
		}
		slices.SortStableFunc(group, func(a, b *Change) int { return cmp.Compare(a.Order, b.Order) })
		if err := checkSequence(group); err != nil {
			return fmt.Errorf("order of %s: %w", id.Address(), err)
		}
	}
	return nil
}

// checkSequence walks the changes of one target in their order of execution.
func checkSequence(group []*Change) error {
	holds := map[string]string{}   // metric: the policy that follows it
	fresh := map[string]*Change{}  // policy: the change that makes it anew
	before := map[string]*Change{} // address: the last change seen
	for _, c := range group {
		if c.Kind != KindPolicy {
			continue
		}
		if k := c.Before.metricKey(); k != "" {
			holds[k] = c.Name
		}
		if c.Action == Create || c.Action == Replace {
			fresh[c.Name] = c
		}
	}
	for i, c := range group {
		first, again := before[c.Address]
		before[c.Address] = c
		switch {
		case i > 0 && c.Order == group[i-1].Order:
			return fmt.Errorf("%s and %s have the same rank", group[i-1].Address, c.Address)
		case c.Kind == KindTarget && c.Action == Delete && i < len(group)-1:
			return fmt.Errorf("%s is deleted before %s", c.Address, group[i+1].Address)
		case c.Kind == KindTarget && c.Action == Create && i > 0:
			return fmt.Errorf("%s is created after %s", c.Address, group[i-1].Address)
		case again && (first.Action != Delete || first.Reason != ReasonMetricTaken || c.Action != Create):
			return fmt.Errorf("%s is changed twice", c.Address)
		case c.Reason == ReasonMetricTaken && c.Action == Create && !again:
			return fmt.Errorf("%s is made again but not deleted", c.Address)
		}
		if c.After != nil && c.After.Alarm != nil {
			if p := fresh[c.After.Alarm.Policy]; p != nil && p.Order > c.Order {
				return fmt.Errorf("%s is put before %s", c.Address, p.Address)
			}
		}
		if c.Kind == KindPolicy {
			if k := c.After.metricKey(); k != "" {
				if holder := holds[k]; holder != "" && holder != c.Name {
					return fmt.Errorf("%s is put before policy %s lets go of its metric", c.Address, holder)
				}
				holds[k] = c.Name
			}
			if k := c.Before.metricKey(); k != c.After.metricKey() && holds[k] == c.Name {
				delete(holds, k)
			}
		}
	}
	for _, c := range group {
		if c.Reason == ReasonMetricTaken && c.Action == Delete && before[c.Address].Action != Create {
			return fmt.Errorf("%s is deleted and not made again", c.Address)
		}
	}
	return nil
}

// metricKey returns the metric that the object follows, "" if it is nil, not a policy, or
// a step policy.
func (o *Object) metricKey() string {
	if o == nil || o.Policy == nil {
		return ""
	}
	return o.Policy.MetricKey()
}
