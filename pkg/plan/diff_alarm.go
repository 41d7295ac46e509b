package plan

import (
	"slices"

	"github.com/scalectl/scalectl/pkg/model"
)

// alarms compares the CloudWatch alarms that drive the step policies of the target.
func (s *sequence) alarms() {
	for _, want := range s.want.Alarms {
		s.alarm(want)
	}
	// Alarms behind the live step policies that the spec does not name.
	for _, policy := range s.live.Policies {
		if policy.StepScaling == nil {
			continue
		}
		for _, name := range slices.Sorted(slices.Values(policy.AlarmNames)) {
			if s.claimed[name] {
				continue
			}
			live, ok := s.Observed.Alarms[name]
			if !ok {
				continue
			}
			s.claimed[name] = true
			s.unnamedAlarm(live, policy.Name)
		}
	}
}

func (s *sequence) alarm(want model.Alarm) {
	address := want.Address()
	live, exists := s.Observed.Alarms[want.Name]
	if !exists {
		s.add(Change{Address: address, Kind: KindAlarm, Action: Create, Name: want.Name, After: &Object{Alarm: &want}})
		return
	}
	s.owned++
	change := Change{Address: address, Kind: KindAlarm, Action: Update, Name: want.Name}
	policy, _ := s.livePolicy(want.Policy)
	before := live.Alarm
	if s.newARN[want.Policy] {
		change.Reason, change.Because = ReasonNewARN, "its policy is made anew and gets another ARN"
	} else {
		before = before.WithPolicyARN(policy.ARN)
	}
	own, owner := s.owner(live.Tags, false)
	if own != ours {
		change.Action, change.Reason = Adopt, ReasonAdopted
		change.Because = "an alarm of this name exists and belongs to nobody"
		if own == foreign {
			change.Because = "an alarm of this name belongs to " + owner + " and is taken over"
			change.Guards = append(change.Guards, GuardAdopt)
		}
	}
	want.Tags = keepReserved(want.Tags, live.Tags)
	change.Before, change.After = &Object{Alarm: &before}, &Object{Alarm: &want}
	fields := diff(change.Before, change.After)
	if len(fields) == 0 {
		s.unchanged++
		return
	}
	if beyondTags(fields) {
		for _, name := range live.Unmanaged {
			change.Effects = append(change.Effects, "putting the alarm erases its "+name+", which a spec cannot express")
		}
	}
	s.add(change)
}

// unnamedAlarm deals with a live alarm on one of the target's policies that the spec
// does not name.
func (s *sequence) unnamedAlarm(live model.ObservedAlarm, policy string) {
	own, owner := s.owner(live.Tags, false)
	if own != ours {
		because := "it drives policy " + policy + " but is not in the spec"
		if s.pruned || !slices.ContainsFunc(s.want.Policies, func(p model.Policy) bool { return p.Name == policy }) {
			because = "it drove policy " + policy + ", which goes; the alarm stays and does nothing"
		}
		s.notOwned = append(s.notOwned, NotOwned{Address: live.Address(), Kind: KindAlarm, Owner: owner, Because: because})
		return
	}
	s.owned++
	s.add(Change{Address: live.Address(), Kind: KindAlarm, Action: Delete, Name: live.Name, Reason: ReasonLeftSpec,
		Because: "", Before: &Object{Alarm: &live.Alarm}})
}
