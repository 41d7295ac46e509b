package apply

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
)

// policyChange carries out a change of a scaling policy.
type policyChange struct{ *work }

func (p *policyChange) read(ctx context.Context) (*plan.Object, error) {
	found, err := p.clients.ReadPolicy(ctx, p.c.Target, p.c.Name)
	if err != nil || found == nil {
		return nil, err
	}
	p.arns[p.c.Name] = found.ARN
	return &plan.Object{Policy: &found.Policy}, nil
}

func (p *policyChange) write(ctx context.Context) error {
	if p.c.Action == plan.Delete || p.c.Action == plan.Replace {
		if err := p.delete(ctx); err != nil || p.c.Action == plan.Delete {
			return err
		}
	}
	return p.step(ctx, "put scaling policy", func(ctx context.Context) error {
		out, err := p.clients.AutoScaling.PutScalingPolicy(ctx, live.ExpandPolicy(*p.c.After.Policy))
		if err != nil {
			return err
		}
		// The alarms of this run must name the ARN of this very policy (fact 88).
		p.arns[p.c.Name] = aws.ToString(out.PolicyARN)
		return nil
	})
}

func (p *policyChange) delete(ctx context.Context) error {
	delete(p.arns, p.c.Name)
	return p.remove(ctx, "delete scaling policy", func(ctx context.Context) error {
		_, err := p.clients.AutoScaling.DeleteScalingPolicy(ctx, &applicationautoscaling.DeleteScalingPolicyInput{
			ServiceNamespace:  types.ServiceNamespaceSagemaker,
			ResourceId:        aws.String(p.c.Target.ResourceID),
			ScalableDimension: types.ScalableDimension(p.c.Target.Dimension),
			PolicyName:        aws.String(p.c.Name),
		})
		return err
	})
}
