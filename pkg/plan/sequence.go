package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/model"
)

// sequence collects the changes of one target in the order in which they will run:
// the target, its policies, their alarms, its scheduled actions, and last what goes.
// Creating before deleting keeps the target under some policy all the time; where AWS
// forces a deletion first, it stands right before the creation that needed it.
type sequence struct {
	*builder
	want    model.Target
	live    model.ObservedTarget // zero if the target does not exist
	pruned  bool                 // the whole target left the spec
	adopted bool                 // nothing says that the target was ours so far
	reason  Reason               // why children that the spec does not name go
	writes  []Change
	deletes []Change
	// newARN holds the policies that get a new ARN, so that their alarms are put again.
	newARN map[string]bool
}

// add appends a change to the deletes at the end of the sequence or to the writes.
func (s *sequence) add(c Change) {
	c.Target = s.want.ID
	if c.Position == nil && c.After != nil {
		c.Position = s.position(c.Address)
	}
	if c.Action == Delete && c.Reason != ReasonMetricTaken && s.protected(c) {
		c.Guards = append(c.Guards, GuardProtect)
	}
	c = complete(c)
	if c.Action == Delete {
		s.deletes = append(s.deletes, c)
		return
	}
	s.writes = append(s.writes, c)
}

// addFirst appends a deletion that has to happen before a write that follows.
func (s *sequence) addFirst(c Change) {
	s.add(c)
	last := len(s.deletes) - 1
	s.writes = append(s.writes, s.deletes[last])
	s.deletes = s.deletes[:last]
}

// finish numbers the changes and hands them to the plan.
func (s *sequence) finish() {
	slices.SortStableFunc(s.deletes, func(a, b Change) int { return rank(a) - rank(b) })
	for i, c := range slices.Concat(s.writes, s.deletes) {
		c.Order = i
		s.changes = append(s.changes, c)
	}
}

// protected reports whether a deletion needs consent because the spec, or the mark on
// the live target, says so. The mark still counts in the plan that takes it away, so
// that one pull request cannot both lift the protection and use it.
func (s *sequence) protected(c Change) bool {
	if s.want.Protect || s.live.Tags[model.TagProtect] == "true" {
		return true
	}
	return c.Before.Alarm != nil && c.Before.Alarm.Tags[model.TagProtect] == "true"
}

// register compares the target itself.
func (s *sequence) register(exists bool) error {
	s.reason = ReasonLeftSpec
	want := s.want.ScalableTarget
	address := want.ID.Address()
	if !exists {
		s.add(Change{Address: address, Kind: KindTarget, Action: Create, After: &Object{Target: &want},
			Effects: s.capacityEffects(want), Guards: s.capacityGuards(want)})
		return nil
	}
	s.owned++
	minimum, maximum, err := boundsNow(s.want, s.live, s.Now, s.calendar)
	if err != nil {
		return err
	}
	after := want
	after.MinCapacity, after.MaxCapacity = minimum.want, maximum.want
	if minimum.accepts(s.live.MinCapacity) && maximum.accepts(s.live.MaxCapacity) {
		after.MinCapacity, after.MaxCapacity = s.live.MinCapacity, s.live.MaxCapacity
	} else {
		// Keep what is accepted on one side, unless the two would then contradict.
		if minimum.accepts(s.live.MinCapacity) && s.live.MinCapacity <= maximum.want {
			after.MinCapacity = s.live.MinCapacity
		}
		if maximum.accepts(s.live.MaxCapacity) && s.live.MaxCapacity >= after.MinCapacity {
			after.MaxCapacity = s.live.MaxCapacity
		}
	}
	s.noteMovedBounds(after, minimum, maximum)

	change := Change{Address: address, Kind: KindTarget, Action: Update}
	own, owner := s.owner(s.live.Tags, s.live.TagsUnknown)
	switch own {
	case ours:
		after.Tags = keepReserved(want.Tags, s.live.Tags)
	case unknown:
		// No proof of ownership: what the spec does not name is deleted only with consent.
		s.adopted, s.reason = true, ReasonAdopted
		after.Tags = s.live.Tags
		s.notes = append(s.notes, Note{address, "its tags cannot be read, so it cannot be marked as ours: " +
			"it is managed because the spec names it, and will only be listed, not deleted, when it leaves the spec"})
	default:
		s.adopted, s.reason = true, ReasonAdopted
		after.Tags = keepReserved(want.Tags, s.live.Tags)
		change.Action, change.Reason = Adopt, ReasonAdopted
		change.Because = "it exists and belongs to nobody; from now on the spec alone says what hangs off it"
		if own == foreign {
			change.Because = "it belongs to " + owner + " and is taken over; the old owner will fight for it until it lets go"
			change.Guards = append(change.Guards, GuardAdopt)
		}
	}
	change.Before, change.After = &Object{Target: &s.live.ScalableTarget}, &Object{Target: &after}
	fields := diff(change.Before, change.After)
	if len(fields) == 0 {
		s.unchanged++
		return nil
	}
	if change.Reason == "" {
		change.Reason, change.Because = boundsReason(fields, minimum, maximum)
	}
	if beyondTags(fields) {
		change.Effects = s.capacityEffects(after)
		change.Guards = append(change.Guards, s.capacityGuards(after)...)
	}
	change.Effects = append(change.Effects, suspensionEffects(fields)...)
	s.add(change)
	return nil
}

// keepReserved returns the wanted tags with those that AWS set itself, which nobody
// can remove.
func keepReserved(want, live map[string]string) map[string]string {
	out := make(map[string]string, len(want))
	for k, v := range want {
		out[k] = v
	}
	for k, v := range live {
		if strings.HasPrefix(strings.ToLower(k), "aws:") {
			out[k] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// beyondTags reports whether carrying out the fields takes more than the tag operations:
// RegisterScalableTarget, which moves capacity into the bounds whatever its parameters, or
// PutMetricAlarm, which replaces the whole alarm.
func beyondTags(fields []FieldChange) bool {
	return slices.ContainsFunc(fields, func(f FieldChange) bool { return f.Group() != "tags" })
}

// boundsReason explains a change of bounds that a scheduled action implies.
func boundsReason(fields []FieldChange, minimum, maximum verdict) (Reason, string) {
	var from []string
	for _, f := range fields {
		switch {
		case f.Path == "minCapacity" && minimum.from != "":
			from = append(from, minimum.from)
		case f.Path == "maxCapacity" && maximum.from != "":
			from = append(from, maximum.from)
		}
	}
	if len(from) == 0 {
		return "", ""
	}
	slices.Sort(from)
	from = slices.Compact(from)
	word := "scheduled action"
	verb := "sets"
	if len(from) > 1 {
		word, verb = "scheduled actions", "set"
	}
	return ReasonSchedule, fmt.Sprintf("%s %s %s the bounds at this time", word, strings.Join(from, " and "), verb)
}

// noteMovedBounds says which live bounds differ from the target's own and why that is
// right.
func (s *sequence) noteMovedBounds(after model.ScalableTarget, minimum, maximum verdict) {
	note := func(path string, own, live, planned int32, v verdict) {
		if live == own || live != planned {
			return
		}
		by := "a scheduled action"
		if v.from != "" && v.want == live {
			by = "scheduled action " + v.from
		}
		s.notes = append(s.notes, Note{s.want.ID.Address(), fmt.Sprintf("%s is %d instead of %d: moved by %s", path, live, own, by)})
	}
	note("minCapacity", s.want.MinCapacity, s.live.MinCapacity, after.MinCapacity, minimum)
	note("maxCapacity", s.want.MaxCapacity, s.live.MaxCapacity, after.MaxCapacity, maximum)
}
