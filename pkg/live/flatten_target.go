package live

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/model"
)

// FlattenTarget returns a target as DescribeScalableTargets shows it. Tags and children
// take further calls. The role and the predicted capacity are AWS's own and left out.
func FlattenTarget(t types.ScalableTarget) (model.ObservedTarget, error) {
	id := model.TargetID{ResourceID: aws.ToString(t.ResourceId), Dimension: model.Dimension(t.ScalableDimension)}
	switch {
	case id.ResourceID == "" || id.Dimension == "":
		return model.ObservedTarget{}, &IncompleteReplyError{What: "a scalable target", Member: "ResourceId and ScalableDimension"}
	case t.MinCapacity == nil || t.MaxCapacity == nil:
		return model.ObservedTarget{}, &IncompleteReplyError{What: id.Address(), Member: "MinCapacity and MaxCapacity"}
	}
	out := model.ObservedTarget{
		ScalableTarget: model.ScalableTarget{ID: id, MinCapacity: *t.MinCapacity, MaxCapacity: *t.MaxCapacity},
		ARN:            aws.ToString(t.ScalableTargetARN),
		CreationTime:   aws.ToTime(t.CreationTime).UTC(),
	}
	if s := t.SuspendedState; s != nil {
		out.Suspended = model.Suspended{
			DynamicScalingIn:  aws.ToBool(s.DynamicScalingInSuspended),
			DynamicScalingOut: aws.ToBool(s.DynamicScalingOutSuspended),
			ScheduledScaling:  aws.ToBool(s.ScheduledScalingSuspended),
		}
	}
	return out, nil
}
