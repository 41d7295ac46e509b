package live

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/model"
)

// FlattenScheduledAction returns a scheduled action as DescribeScheduledActions shows it,
// in normal form.
func FlattenScheduledAction(a types.ScheduledAction) (model.ObservedScheduledAction, error) {
	out := model.ObservedScheduledAction{
		ScheduledAction: model.ScheduledAction{
			Target:    model.TargetID{ResourceID: aws.ToString(a.ResourceId), Dimension: model.Dimension(a.ScalableDimension)},
			Name:      aws.ToString(a.ScheduledActionName),
			Schedule:  aws.ToString(a.Schedule),
			Timezone:  aws.ToString(a.Timezone),
			StartTime: a.StartTime,
			EndTime:   a.EndTime,
		},
		ARN:          aws.ToString(a.ScheduledActionARN),
		CreationTime: aws.ToTime(a.CreationTime).UTC(),
	}
	if out.Name == "" || out.Target.ResourceID == "" || out.Schedule == "" {
		return model.ObservedScheduledAction{}, &IncompleteReplyError{What: "a scheduled action", Member: "ScheduledActionName, ResourceId and Schedule"}
	}
	if bounds := a.ScalableTargetAction; bounds != nil {
		out.MinCapacity, out.MaxCapacity = bounds.MinCapacity, bounds.MaxCapacity
	}
	out.ScheduledAction = out.Normal()
	return out, nil
}
