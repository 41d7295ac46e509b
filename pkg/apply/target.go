package apply

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
)

// targetChange carries out a change of a scalable target.
type targetChange struct {
	*work
	arn string // as read
}

func (t *targetChange) read(ctx context.Context) (*plan.Object, error) {
	found, err := t.clients.ReadTarget(ctx, t.c.Target)
	if err != nil || found == nil {
		return nil, err
	}
	t.arn = found.ARN
	return &plan.Object{Target: &found.ScalableTarget}, nil
}

func (t *targetChange) write(ctx context.Context) error {
	switch t.c.Action {
	case plan.Create:
		return t.register(ctx, live.ExpandTarget(*t.c.After.Target))
	case plan.Delete:
		return t.deregister(ctx)
	case plan.Replace:
		if err := t.deregister(ctx); err != nil {
			return err
		}
		return t.register(ctx, live.ExpandTarget(*t.c.After.Target))
	}
	if err := t.update(ctx); err != nil {
		return err
	}
	return t.retag(ctx)
}

// update sends the settings that differ and no others, and makes no call for tags alone,
// since registering is not a passive write: it moves capacity into the bounds (fact 15).
func (t *targetChange) update(ctx context.Context) error {
	var s live.TargetSettings
	for _, f := range t.c.Fields {
		switch f.Group() {
		case "minCapacity":
			s.MinCapacity = true
		case "maxCapacity":
			s.MaxCapacity = true
		case "suspended":
			s.Suspended = true
		}
	}
	if s == (live.TargetSettings{}) {
		return nil
	}
	return t.register(ctx, live.ExpandTargetUpdate(*t.c.After.Target, s))
}

func (t *targetChange) register(ctx context.Context, in *applicationautoscaling.RegisterScalableTargetInput) error {
	return t.step(ctx, "register scalable target", func(ctx context.Context) error {
		out, err := t.clients.AutoScaling.RegisterScalableTarget(ctx, in)
		if err != nil {
			return err
		}
		t.registered = true
		if arn := aws.ToString(out.ScalableTargetARN); arn != "" {
			t.arn = arn
		}
		return nil
	})
}

func (t *targetChange) deregister(ctx context.Context) error {
	err := t.remove(ctx, "deregister scalable target", func(ctx context.Context) error {
		_, err := t.clients.AutoScaling.DeregisterScalableTarget(ctx, &applicationautoscaling.DeregisterScalableTargetInput{
			ServiceNamespace:  types.ServiceNamespaceSagemaker,
			ResourceId:        aws.String(t.c.Target.ResourceID),
			ScalableDimension: types.ScalableDimension(t.c.Target.Dimension),
		})
		return err
	})
	if err == nil {
		t.registered = false
		clear(t.arns) // AWS deletes the policies with their target (fact 106)
	}
	return err
}

// retag sets and removes tags. The mark of ownership comes with them and therefore last.
func (t *targetChange) retag(ctx context.Context) error {
	set, unset := tagChanges(t.c)
	if len(set)+len(unset) == 0 {
		return nil
	}
	if t.arn == "" {
		return errors.New("AWS gives this scalable target no ARN, so it cannot be tagged")
	}
	if len(unset) > 0 {
		err := t.remove(ctx, "remove tags of", func(ctx context.Context) error {
			_, err := t.clients.AutoScaling.UntagResource(ctx, &applicationautoscaling.UntagResourceInput{
				ResourceARN: aws.String(t.arn), TagKeys: unset})
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(set) == 0 {
		return nil
	}
	return t.step(ctx, "set tags of", func(ctx context.Context) error {
		_, err := t.clients.AutoScaling.TagResource(ctx, &applicationautoscaling.TagResourceInput{
			ResourceARN: aws.String(t.arn), Tags: set})
		return err
	})
}

// tagChanges returns the tags that a change sets and the keys of those it removes, sorted.
func tagChanges(c *plan.Change) (set map[string]string, unset []string) {
	for _, f := range c.Fields {
		key, ok := strings.CutPrefix(f.Path, "tags.")
		if !ok {
			continue
		}
		if v, ok := f.After.(string); ok {
			if set == nil {
				set = map[string]string{}
			}
			set[key] = v
		} else {
			unset = append(unset, key)
		}
	}
	return set, unset
}
