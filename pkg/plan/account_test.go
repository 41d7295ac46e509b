package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
)

// account is an AWS account as far as one plan sees it. It carries out changes as an
// apply would and refuses what AWS refuses, with the facts beside each rule. It shares
// no code with what it judges.
type account struct {
	now        time.Time
	targets    map[model.TargetID]*model.ObservedTarget
	alarms     map[string]*model.ObservedAlarm
	endpoints  map[string]model.Endpoint
	components map[string]model.Component
	arns       int
	// renewCreation makes a change of a scheduled action renew its creation time, which
	// AWS may or may not do.
	renewCreation bool
	log           []string
}

func newAccount(now time.Time) *account {
	return &account{
		now: now, targets: map[model.TargetID]*model.ObservedTarget{}, alarms: map[string]*model.ObservedAlarm{},
		endpoints: map[string]model.Endpoint{}, components: map[string]model.Component{},
	}
}

const (
	testAccount = "123456789012"
	testRegion  = "us-east-1"
)

// observed returns a copy of the account's state as a reader would.
func (a *account) observed() model.Observed {
	o := model.Observed{
		Account: testAccount, Region: testRegion, ReadAt: a.now,
		Targets: map[model.TargetID]model.ObservedTarget{}, Alarms: map[string]model.ObservedAlarm{},
		Endpoints: maps.Clone(a.endpoints), Components: maps.Clone(a.components),
	}
	alarms := map[string][]string{} // by action
	for _, name := range slices.Sorted(maps.Keys(a.alarms)) {
		for _, action := range a.alarms[name].AlarmActions {
			alarms[action] = append(alarms[action], name)
		}
	}
	for id, t := range a.targets {
		c := *t
		c.Tags = maps.Clone(t.Tags)
		c.Policies = slices.Clone(t.Policies)
		for i := range c.Policies {
			c.Policies[i].AlarmNames = alarms[c.Policies[i].ARN] // fact 41
		}
		slices.SortFunc(c.Policies, func(x, y model.ObservedPolicy) int { return strings.Compare(x.Name, y.Name) })
		c.ScheduledActions = slices.Clone(t.ScheduledActions)
		slices.SortFunc(c.ScheduledActions, func(x, y model.ObservedScheduledAction) int { return strings.Compare(x.Name, y.Name) })
		o.Targets[id] = c
	}
	for name, alarm := range a.alarms {
		o.Alarms[name] = *alarm
	}
	return o
}

// run carries out the changes of a plan, each target's in their order.
func (a *account) run(p *Plan) error {
	groups := map[model.TargetID][]Change{}
	for _, c := range p.Changes {
		groups[c.Target] = append(groups[c.Target], c)
	}
	for _, id := range slices.SortedFunc(maps.Keys(groups), model.TargetID.Compare) {
		group := groups[id]
		slices.SortStableFunc(group, func(x, y Change) int { return x.Order - y.Order })
		for _, c := range group {
			if err := a.change(c); err != nil {
				return fmt.Errorf("%s %s: %w\nbefore it: %s", c.Action, c.Address, err, strings.Join(a.log, ", "))
			}
			a.log = append(a.log, string(c.Action)+" "+c.Address)
		}
	}
	return nil
}

func (a *account) change(c Change) error {
	if c.Action == Create && a.object(c) != nil {
		return fmt.Errorf("exists already")
	}
	if c.Action != Create && a.object(c) == nil {
		return fmt.Errorf("does not exist (fact 107)")
	}
	if c.LiveFingerprint(a.object(c)) != c.Fingerprint {
		return fmt.Errorf("is stale: %v", c.Moved(a.object(c)))
	}
	if c.Action == Delete || c.Action == Replace {
		a.remove(c)
	}
	if c.After == nil {
		return nil
	}
	return a.put(c)
}

// object returns the live object that a change is about, with the ARN of the alarm's
// wanted policy written as the plan writes it.
func (a *account) object(c Change) *Object {
	if c.Kind == KindAlarm {
		alarm, ok := a.alarms[c.Name]
		if !ok {
			return nil
		}
		return &Object{Alarm: &alarm.Alarm}
	}
	t, ok := a.targets[c.Target]
	if !ok {
		return nil
	}
	switch c.Kind {
	case KindTarget:
		return &Object{Target: &t.ScalableTarget}
	case KindPolicy:
		for i := range t.Policies {
			if t.Policies[i].Name == c.Name {
				return &Object{Policy: &t.Policies[i].Policy}
			}
		}
	case KindScheduledAction:
		for i := range t.ScheduledActions {
			if t.ScheduledActions[i].Name == c.Name {
				return &Object{ScheduledAction: &t.ScheduledActions[i].ScheduledAction}
			}
		}
	}
	return nil
}

func (a *account) remove(c Change) {
	t := a.targets[c.Target]
	switch c.Kind {
	case KindTarget:
		// Deregistering deletes policies and scheduled actions (fact 106), not the
		// alarms of step policies (fact 87).
		for _, p := range t.Policies {
			a.unlink(p.ARN)
		}
		delete(a.targets, c.Target)
	case KindPolicy:
		for _, p := range t.Policies {
			if p.Name == c.Name {
				a.unlink(p.ARN)
			}
		}
		t.Policies = slices.DeleteFunc(t.Policies, func(p model.ObservedPolicy) bool { return p.Name == c.Name })
	case KindScheduledAction:
		t.ScheduledActions = slices.DeleteFunc(t.ScheduledActions, func(s model.ObservedScheduledAction) bool { return s.Name == c.Name })
	case KindAlarm:
		delete(a.alarms, c.Name)
	}
}

// unlink takes a policy's ARN out of its alarms, which stay (fact 87).
func (a *account) unlink(arn string) {
	for _, alarm := range a.alarms {
		alarm.AlarmActions = slices.DeleteFunc(slices.Clone(alarm.AlarmActions), func(s string) bool { return s == arn })
	}
}

func (a *account) arn(what, name string) string {
	a.arns++
	return fmt.Sprintf("arn:aws:autoscaling:%s:%s:%s:%08d:%s", testRegion, testAccount, what, a.arns, name)
}

func (a *account) put(c Change) error {
	if c.Kind != KindTarget && a.targets[c.Target] == nil {
		return fmt.Errorf("the target is not registered (fact 50)")
	}
	switch c.Kind {
	case KindTarget:
		return a.putTarget(*c.After.Target)
	case KindPolicy:
		return a.putPolicy(*c.After.Policy)
	case KindAlarm:
		return a.putAlarm(*c.After.Alarm)
	}
	return a.putScheduledAction(*c.After.ScheduledAction)
}

func (a *account) putTarget(want model.ScalableTarget) error {
	if want.MinCapacity > want.MaxCapacity {
		return fmt.Errorf("minimum %d above maximum %d (fact 20)", want.MinCapacity, want.MaxCapacity)
	}
	t := a.targets[want.ID]
	if t == nil {
		t = &model.ObservedTarget{ARN: a.arn("scalable-target", want.ID.ResourceID), CreationTime: a.now}
		a.targets[want.ID] = t
	}
	for key := range t.Tags {
		if _, kept := want.Tags[key]; strings.HasPrefix(key, "aws:") && !kept {
			return fmt.Errorf("tag %s cannot be removed", key)
		}
	}
	t.ScalableTarget = want
	t.Tags = maps.Clone(want.Tags)
	return nil
}

func (a *account) putPolicy(want model.Policy) error {
	t := a.targets[want.Target]
	at := -1
	for i, p := range t.Policies {
		if p.Name == want.Name {
			at = i
			if p.Type() != want.Type() {
				return fmt.Errorf("the type of a policy cannot be changed (fact 53)")
			}
			continue
		}
		if k := want.MetricKey(); k != "" && k == p.MetricKey() {
			return fmt.Errorf("policy %s follows the same metric (fact 55)", p.Name)
		}
	}
	if at >= 0 {
		t.Policies[at].Policy = want
		return nil
	}
	if len(t.Policies) == 50 {
		return fmt.Errorf("50 policies per target (fact 111)")
	}
	t.Policies = append(t.Policies, model.ObservedPolicy{Policy: want, ARN: a.arn("scalingPolicy", want.Name), CreationTime: a.now})
	return nil
}

func (a *account) putAlarm(want model.Alarm) error {
	t := a.targets[want.Target]
	i := -1
	if t != nil {
		i = slices.IndexFunc(t.Policies, func(p model.ObservedPolicy) bool { return p.Name == want.Policy })
	}
	if i < 0 || t.Policies[i].StepScaling == nil {
		return fmt.Errorf("there is no step policy %s whose ARN it could name", want.Policy)
	}
	// An apply writes the ARN of the moment, and tags go their own way.
	want.AlarmActions = slices.Clone(want.AlarmActions)
	for j, action := range want.AlarmActions {
		if action == model.PolicyARNAction {
			want.AlarmActions[j] = t.Policies[i].ARN
		}
	}
	want.Tags = maps.Clone(want.Tags)
	a.alarms[want.Name] = &model.ObservedAlarm{Alarm: want, ARN: "arn:aws:cloudwatch:" + want.Name, State: "OK"}
	return nil
}

func (a *account) putScheduledAction(want model.ScheduledAction) error {
	t := a.targets[want.Target]
	i := slices.IndexFunc(t.ScheduledActions, func(s model.ObservedScheduledAction) bool { return s.Name == want.Name })
	if i < 0 {
		if len(t.ScheduledActions) == 200 {
			return fmt.Errorf("200 scheduled actions per target (fact 111)")
		}
		t.ScheduledActions = append(t.ScheduledActions, model.ObservedScheduledAction{
			ScheduledAction: want, ARN: a.arn("scheduledAction", want.Name), CreationTime: a.now})
		return nil
	}
	t.ScheduledActions[i].ScheduledAction = want
	if a.renewCreation {
		t.ScheduledActions[i].CreationTime = a.now
	}
	return nil
}
