package live

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/model"
)

// ExpandScheduledAction returns the input that puts a scheduled action, complete: AWS
// keeps what is not sent but erases unsent start and end times, and a time zone only goes
// back to UTC by sending UTC (fact 91).
//
// A bound that the action no longer sets is left out with the rest of the pair sent.
// UNSURE (no fact): whether AWS then keeps the old bound or replaces ScalableTargetAction
// as a whole, as its being one member suggests.
func ExpandScheduledAction(a model.ScheduledAction) *applicationautoscaling.PutScheduledActionInput {
	a = a.Normal()
	return &applicationautoscaling.PutScheduledActionInput{
		ServiceNamespace:    types.ServiceNamespaceSagemaker,
		ResourceId:          aws.String(a.Target.ResourceID),
		ScalableDimension:   types.ScalableDimension(a.Target.Dimension),
		ScheduledActionName: aws.String(a.Name),
		Schedule:            aws.String(a.Schedule),
		Timezone:            aws.String(a.Timezone),
		StartTime:           a.StartTime,
		EndTime:             a.EndTime,
		ScalableTargetAction: &types.ScalableTargetAction{
			MinCapacity: a.MinCapacity,
			MaxCapacity: a.MaxCapacity,
		},
	}
}
