package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
)

// alarmChange carries out a change of a CloudWatch alarm.
type alarmChange struct {
	*work
	policyARN string // of the policy that the alarm drives, "" if there is none
	// As read; arn is "" when there is no alarm.
	arn     string
	actions []string
}

func (a *alarmChange) read(ctx context.Context) (*plan.Object, error) {
	if err := a.findPolicy(ctx); err != nil {
		return nil, err
	}
	found, err := a.clients.ReadAlarm(ctx, a.c.Name)
	if err != nil || found == nil {
		return nil, err
	}
	alarm := found.WithPolicyARN(a.policyARN)
	a.arn, a.actions = found.ARN, alarm.Normal().AlarmActions
	return &plan.Object{Alarm: &alarm}, nil
}

// findPolicy learns the ARN that stands for model.PolicyARNAction: the one that this run
// was given, or else the live one.
func (a *alarmChange) findPolicy(ctx context.Context) error {
	if a.c.After == nil || !slices.Contains(a.c.After.Alarm.AlarmActions, model.PolicyARNAction) {
		return nil
	}
	want := a.c.After.Alarm
	if arn, ok := a.arns[want.Policy]; ok && want.Target == a.c.Target {
		a.policyARN = arn
		return nil
	}
	policy, err := a.clients.ReadPolicy(ctx, want.Target, want.Policy)
	if err != nil {
		return err
	}
	if policy == nil {
		return fmt.Errorf("%s does not exist, so the alarm cannot drive it", want.Target.PolicyAddress(want.Policy))
	}
	a.policyARN = policy.ARN
	if want.Target == a.c.Target {
		a.arns[want.Policy] = policy.ARN
	}
	return nil
}

func (a *alarmChange) write(ctx context.Context) error {
	switch a.c.Action {
	case plan.Create:
		return a.put(ctx, true)
	case plan.Delete:
		return a.delete(ctx)
	case plan.Replace:
		if err := a.delete(ctx); err != nil {
			return err
		}
		return a.put(ctx, true)
	}
	if a.needsPut() {
		if err := a.put(ctx, false); err != nil {
			return err
		}
	}
	return a.retag(ctx)
}

// needsPut reports whether more than tags differ. The actions are compared with what is
// live, because a policy ARN can change under an alarm without the plan's doing.
func (a *alarmChange) needsPut() bool {
	if !slices.Equal(a.actions, a.c.After.Alarm.Normal().AlarmActions) {
		return true
	}
	return slices.ContainsFunc(a.c.Fields, func(f plan.FieldChange) bool { return f.Group() != "tags" })
}

// put writes the whole alarm. AWS takes tags only with a new one and ignores them
// otherwise (fact 208).
func (a *alarmChange) put(ctx context.Context, isNew bool) error {
	in := live.ExpandAlarm(*a.c.After.Alarm, a.policyARN)
	if isNew {
		in.Tags = live.ExpandAlarmTags(a.c.After.Alarm.Tags)
	}
	return a.step(ctx, "put", func(ctx context.Context) error {
		_, err := a.clients.CloudWatch.PutMetricAlarm(ctx, in)
		return err
	})
}

func (a *alarmChange) delete(ctx context.Context) error {
	return a.remove(ctx, "delete", func(ctx context.Context) error {
		_, err := a.clients.CloudWatch.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{a.c.Name}})
		return err
	})
}

// retag sets and removes tags, the mark of ownership last.
func (a *alarmChange) retag(ctx context.Context) error {
	set, unset := tagChanges(a.c)
	if len(unset) > 0 {
		err := a.remove(ctx, "remove tags of", func(ctx context.Context) error {
			_, err := a.clients.CloudWatch.UntagResource(ctx, &cloudwatch.UntagResourceInput{
				ResourceARN: aws.String(a.arn), TagKeys: unset})
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(set) == 0 {
		return nil
	}
	return a.step(ctx, "set tags of", func(ctx context.Context) error {
		_, err := a.clients.CloudWatch.TagResource(ctx, &cloudwatch.TagResourceInput{
			ResourceARN: aws.String(a.arn), Tags: live.ExpandAlarmTags(set)})
		return err
	})
}
