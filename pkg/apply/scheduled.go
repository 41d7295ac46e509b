package apply

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
)

// scheduledChange carries out a change of a scheduled action.
type scheduledChange struct{ *work }

func (s *scheduledChange) read(ctx context.Context) (*plan.Object, error) {
	found, err := s.clients.ReadScheduledAction(ctx, s.c.Target, s.c.Name)
	if err != nil || found == nil {
		return nil, err
	}
	return &plan.Object{ScheduledAction: &found.ScheduledAction}, nil
}

func (s *scheduledChange) write(ctx context.Context) error {
	if s.c.Action == plan.Delete || s.c.Action == plan.Replace {
		if err := s.delete(ctx); err != nil || s.c.Action == plan.Delete {
			return err
		}
	}
	return s.step(ctx, "put scheduled action", func(ctx context.Context) error {
		_, err := s.clients.AutoScaling.PutScheduledAction(ctx, live.ExpandScheduledAction(*s.c.After.ScheduledAction))
		return err
	})
}

func (s *scheduledChange) delete(ctx context.Context) error {
	return s.remove(ctx, "delete scheduled action", func(ctx context.Context) error {
		_, err := s.clients.AutoScaling.DeleteScheduledAction(ctx, &applicationautoscaling.DeleteScheduledActionInput{
			ServiceNamespace:    types.ServiceNamespaceSagemaker,
			ResourceId:          aws.String(s.c.Target.ResourceID),
			ScalableDimension:   types.ScalableDimension(s.c.Target.Dimension),
			ScheduledActionName: aws.String(s.c.Name),
		})
		return err
	})
}
