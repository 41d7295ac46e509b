package plan

import (
	"slices"

	"github.com/scalectl/scalectl/pkg/model"
)

// maxScheduledActions is how many scheduled actions AWS allows on one target; not
// adjustable.
// https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-quotas.html
const maxScheduledActions = 200

// schedules compares the scheduled actions of the target.
func (s *sequence) schedules() {
	live := map[string]*model.ScheduledAction{}
	for i := range s.live.ScheduledActions {
		live[s.live.ScheduledActions[i].Name] = &s.live.ScheduledActions[i].ScheduledAction
	}
	s.owned += len(live)
	creates := 0
	for _, want := range s.want.ScheduledActions {
		if live[want.Name] == nil {
			creates++
		}
	}
	remove := s.add
	if len(live)+creates > maxScheduledActions {
		remove = s.addFirst
	}
	for i := range s.live.ScheduledActions {
		have := &s.live.ScheduledActions[i].ScheduledAction
		if slices.ContainsFunc(s.want.ScheduledActions, func(a model.ScheduledAction) bool { return a.Name == have.Name }) {
			continue
		}
		c := Change{Address: have.Address(), Kind: KindScheduledAction, Action: Delete, Name: have.Name, Reason: s.reason,
			Before: &Object{ScheduledAction: have}}
		if s.adopted {
			c.Because = "nothing shows that the target was ours so far, and the spec does not name this scheduled action"
			c.Guards = append(c.Guards, GuardAdopt)
		}
		remove(c)
	}
	for _, want := range s.want.ScheduledActions {
		c := Change{Address: want.Address(), Kind: KindScheduledAction, Action: Create, Name: want.Name, After: &Object{ScheduledAction: &want}}
		if have := live[want.Name]; have != nil {
			c.Action, c.Before = Update, &Object{ScheduledAction: have}
			if len(diff(c.Before, c.After)) == 0 {
				s.unchanged++
				continue
			}
			if dropsBound(*have, want) {
				c.Action, c.Reason = Replace, ReasonDroppedBound
				c.Because = "AWS may keep a bound that an update leaves out, so the action is made anew"
			}
		}
		s.add(c)
	}
}

// dropsBound reports whether the action shall no longer set one of the bounds. AWS keeps
// what an update leaves out (fact 91). UNSURE (no fact): whether that goes for one bound
// of the pair; making the action anew is right either way.
func dropsBound(have, want model.ScheduledAction) bool {
	return have.MinCapacity != nil && want.MinCapacity == nil || have.MaxCapacity != nil && want.MaxCapacity == nil
}
