package live

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/scalectl/scalectl/pkg/model"
)

// The functions in this file read one object by name, as an apply does right before it
// writes. Each returns nil without an error when the object does not exist.

// ReadTarget reads one scalable target with its tags and without its children.
func (c *Clients) ReadTarget(ctx context.Context, id model.TargetID) (*model.ObservedTarget, error) {
	out, err := c.AutoScaling.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace:  types.ServiceNamespaceSagemaker,
		ResourceIds:       []string{id.ResourceID},
		ScalableDimension: types.ScalableDimension(id.Dimension),
	})
	if err != nil {
		return nil, failed(err, "describe scalable target %s", id.Address())
	}
	for _, t := range out.ScalableTargets {
		target, err := FlattenTarget(t)
		if err != nil {
			return nil, failed(err, "describe scalable target %s", id.Address())
		}
		if target.ID != id {
			continue
		}
		if err := c.fillTargetTags(ctx, &target); err != nil {
			return nil, err
		}
		return &target, nil
	}
	return nil, nil
}

// ReadPolicy reads one scaling policy.
func (c *Clients) ReadPolicy(ctx context.Context, id model.TargetID, name string) (*model.ObservedPolicy, error) {
	out, err := c.AutoScaling.DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{
		ServiceNamespace:  types.ServiceNamespaceSagemaker,
		ResourceId:        aws.String(id.ResourceID),
		ScalableDimension: types.ScalableDimension(id.Dimension),
		PolicyNames:       []string{name},
	})
	if err != nil {
		return nil, failed(err, "describe scaling policy %s", id.PolicyAddress(name))
	}
	for _, p := range out.ScalingPolicies {
		if aws.ToString(p.PolicyName) != name {
			continue
		}
		policy, err := FlattenPolicy(p)
		if err != nil {
			return nil, failed(err, "describe scaling policy %s", id.PolicyAddress(name))
		}
		return &policy, nil
	}
	return nil, nil
}

// ReadScheduledAction reads one scheduled action.
func (c *Clients) ReadScheduledAction(ctx context.Context, id model.TargetID, name string) (*model.ObservedScheduledAction, error) {
	out, err := c.AutoScaling.DescribeScheduledActions(ctx, &applicationautoscaling.DescribeScheduledActionsInput{
		ServiceNamespace:     types.ServiceNamespaceSagemaker,
		ResourceId:           aws.String(id.ResourceID),
		ScalableDimension:    types.ScalableDimension(id.Dimension),
		ScheduledActionNames: []string{name},
	})
	if err != nil {
		return nil, failed(err, "describe scheduled action %s", id.ScheduleAddress(name))
	}
	for _, a := range out.ScheduledActions {
		if aws.ToString(a.ScheduledActionName) != name {
			continue
		}
		action, err := FlattenScheduledAction(a)
		if err != nil {
			return nil, failed(err, "describe scheduled action %s", id.ScheduleAddress(name))
		}
		return &action, nil
	}
	return nil, nil
}

// ReadAlarm reads one alarm with its tags.
func (c *Clients) ReadAlarm(ctx context.Context, name string) (*model.ObservedAlarm, error) {
	out, err := c.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil {
		return nil, failed(err, "describe alarm %s", name)
	}
	for _, a := range out.MetricAlarms {
		if aws.ToString(a.AlarmName) != name {
			continue
		}
		alarm, err := FlattenAlarm(a)
		if err != nil {
			return nil, failed(err, "describe alarm %s", name)
		}
		if err := c.fillAlarmTags(ctx, &alarm); err != nil {
			return nil, err
		}
		return &alarm, nil
	}
	return nil, nil
}
