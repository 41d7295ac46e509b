package live

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/model"
)

// ExpandTarget returns the input that registers a target which does not exist yet. Updates
// send less: a registration moves capacity, keeps what it does not name, and refuses tags
// on a target that exists (facts 14, 15, 30). No role is ever sent, since AWS uses its
// service-linked role for SageMaker (fact 24).
func ExpandTarget(t model.ScalableTarget) *applicationautoscaling.RegisterScalableTargetInput {
	in := expandTargetID(t.ID)
	in.MinCapacity = aws.Int32(t.MinCapacity)
	in.MaxCapacity = aws.Int32(t.MaxCapacity)
	in.SuspendedState = expandSuspended(t.Suspended)
	if len(t.Tags) > 0 {
		in.Tags = t.Tags
	}
	return in
}

// TargetSettings says which settings of a target an update sends.
type TargetSettings struct{ MinCapacity, MaxCapacity, Suspended bool }

// ExpandTargetUpdate returns the input that changes the named settings of a registered
// target and leaves the others as they are. The three switches of Suspended always go
// together, because whether AWS merges a partial state is UNSURE (fact 26).
func ExpandTargetUpdate(t model.ScalableTarget, s TargetSettings) *applicationautoscaling.RegisterScalableTargetInput {
	in := expandTargetID(t.ID)
	if s.MinCapacity {
		in.MinCapacity = aws.Int32(t.MinCapacity)
	}
	if s.MaxCapacity {
		in.MaxCapacity = aws.Int32(t.MaxCapacity)
	}
	if s.Suspended {
		in.SuspendedState = expandSuspended(t.Suspended)
	}
	return in
}

func expandTargetID(id model.TargetID) *applicationautoscaling.RegisterScalableTargetInput {
	return &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace:  types.ServiceNamespaceSagemaker,
		ResourceId:        aws.String(id.ResourceID),
		ScalableDimension: types.ScalableDimension(id.Dimension),
	}
}

func expandSuspended(s model.Suspended) *types.SuspendedState {
	return &types.SuspendedState{
		DynamicScalingInSuspended:  aws.Bool(s.DynamicScalingIn),
		DynamicScalingOutSuspended: aws.Bool(s.DynamicScalingOut),
		ScheduledScalingSuspended:  aws.Bool(s.ScheduledScaling),
	}
}
