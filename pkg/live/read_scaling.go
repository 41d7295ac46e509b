package live

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"golang.org/x/sync/errgroup"

	"github.com/scalectl/scalectl/pkg/model"
)

// The largest pages that the Describe calls of Application Auto Scaling give (fact 36).
const (
	targetsPerPage   = 50
	policiesPerPage  = 10
	schedulesPerPage = 50
)

// How many children a target is taken to have when readScaling chooses between listing
// the whole namespace and asking resource by resource. A wrong guess costs calls, never
// correctness.
const (
	guessedPolicies  = 2
	guessedSchedules = 1
)

// readScaling reads all targets of the namespace and the children of those that matter.
func (r *reading) readScaling(ctx context.Context, desired model.Desired) (map[model.TargetID]model.ObservedTarget, error) {
	targets, err := r.readTargets(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.readTargetTags(ctx, targets); err != nil {
		return nil, err
	}
	named := map[model.TargetID]bool{}
	for _, t := range desired.Targets {
		named[t.ID] = true
	}
	children := map[model.TargetID]*model.ObservedTarget{}
	var resources []string
	for i := range targets {
		if t := &targets[i]; named[t.ID] || t.Tags[model.TagStack] == desired.Stack {
			children[t.ID] = t
			resources = append(resources, t.ID.ResourceID)
		}
	}
	resources = sortedSet(resources)
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return r.readPolicies(gctx, children, scopes(resources, len(targets)*guessedPolicies, policiesPerPage))
	})
	group.Go(func() error {
		return r.readSchedules(gctx, children, scopes(resources, len(targets)*guessedSchedules, schedulesPerPage))
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := make(map[model.TargetID]model.ObservedTarget, len(targets))
	for _, t := range targets {
		slices.SortFunc(t.Policies, func(a, b model.ObservedPolicy) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(t.ScheduledActions, func(a, b model.ObservedScheduledAction) int { return strings.Compare(a.Name, b.Name) })
		out[t.ID] = t
	}
	return out, nil
}

// scopes returns the resource ids to list one by one, or a single nil for the whole
// namespace, whichever probably takes fewer calls.
func scopes(resources []string, guess, perPage int) []*string {
	if pages := (guess + perPage - 1) / perPage; len(resources) >= max(pages, 1) && len(resources) > 0 {
		return []*string{nil}
	}
	out := make([]*string, len(resources))
	for i, id := range resources {
		out[i] = aws.String(id)
	}
	return out
}

func (r *reading) readTargets(ctx context.Context) ([]model.ObservedTarget, error) {
	var targets []model.ObservedTarget
	err := r.pages(ctx, ReadingTargets, func(ctx context.Context, token *string) (*string, int, error) {
		out, err := r.clients.AutoScaling.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
			ServiceNamespace: types.ServiceNamespaceSagemaker,
			MaxResults:       aws.Int32(targetsPerPage),
			NextToken:        token,
		})
		if err != nil {
			return nil, 0, failed(err, "describe scalable targets")
		}
		for _, t := range out.ScalableTargets {
			target, err := FlattenTarget(t)
			if err != nil {
				return nil, 0, failed(err, "describe scalable targets")
			}
			targets = append(targets, target)
		}
		return out.NextToken, len(out.ScalableTargets), nil
	})
	return targets, err
}

// readTargetTags fills in the tags of all targets, since only they tell which targets
// belong to the stack although the spec does not name them any more.
func (r *reading) readTargetTags(ctx context.Context, targets []model.ObservedTarget) error {
	return r.each(ctx, ReadingTargetTags, len(targets), func(ctx context.Context, i int) error {
		return r.clients.fillTargetTags(ctx, &targets[i])
	})
}

// fillTargetTags reads the tags of one target. They are unknown for a target without an
// ARN (fact 29), and for all targets of an emulator that does not keep them, such as moto.
func (c *Clients) fillTargetTags(ctx context.Context, t *model.ObservedTarget) error {
	if t.ARN == "" || c.noTags.Load() {
		t.TagsUnknown = true
		return nil
	}
	out, err := c.AutoScaling.ListTagsForResource(ctx, &applicationautoscaling.ListTagsForResourceInput{ResourceARN: aws.String(t.ARN)})
	if as[*NotOfferedError](err) {
		c.noTags.Store(true)
		t.TagsUnknown = true
		return nil
	}
	if IsNotFound(err) {
		return &MovedError{What: t.ID.Address()}
	}
	if err != nil {
		return failed(err, "list tags of %s", t.ID.Address())
	}
	if len(out.Tags) > 0 {
		t.Tags = out.Tags
	}
	return nil
}

func (r *reading) readPolicies(ctx context.Context, targets map[model.TargetID]*model.ObservedTarget, scopes []*string) error {
	return r.eachScope(ctx, scopes, func(ctx context.Context, resource *string) error {
		return r.pages(ctx, ReadingPolicies, func(ctx context.Context, token *string) (*string, int, error) {
			out, err := r.clients.AutoScaling.DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{
				ServiceNamespace: types.ServiceNamespaceSagemaker,
				ResourceId:       resource,
				MaxResults:       aws.Int32(policiesPerPage),
				NextToken:        token,
			})
			if err != nil {
				return nil, 0, failed(err, "describe scaling policies%s", of(resource))
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, p := range out.ScalingPolicies {
				target := targets[model.TargetID{ResourceID: aws.ToString(p.ResourceId), Dimension: model.Dimension(p.ScalableDimension)}]
				if target == nil {
					continue // of a target that is not ours to compare
				}
				policy, err := FlattenPolicy(p)
				if err != nil {
					return nil, 0, failed(err, "describe scaling policies%s", of(resource))
				}
				target.Policies = append(target.Policies, policy)
			}
			return out.NextToken, len(out.ScalingPolicies), nil
		})
	})
}

func (r *reading) readSchedules(ctx context.Context, targets map[model.TargetID]*model.ObservedTarget, scopes []*string) error {
	return r.eachScope(ctx, scopes, func(ctx context.Context, resource *string) error {
		return r.pages(ctx, ReadingSchedules, func(ctx context.Context, token *string) (*string, int, error) {
			out, err := r.clients.AutoScaling.DescribeScheduledActions(ctx, &applicationautoscaling.DescribeScheduledActionsInput{
				ServiceNamespace: types.ServiceNamespaceSagemaker,
				ResourceId:       resource,
				MaxResults:       aws.Int32(schedulesPerPage),
				NextToken:        token,
			})
			if err != nil {
				return nil, 0, failed(err, "describe scheduled actions%s", of(resource))
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, a := range out.ScheduledActions {
				target := targets[model.TargetID{ResourceID: aws.ToString(a.ResourceId), Dimension: model.Dimension(a.ScalableDimension)}]
				if target == nil {
					continue
				}
				action, err := FlattenScheduledAction(a)
				if err != nil {
					return nil, 0, failed(err, "describe scheduled actions%s", of(resource))
				}
				target.ScheduledActions = append(target.ScheduledActions, action)
			}
			return out.NextToken, len(out.ScheduledActions), nil
		})
	})
}

// eachScope follows one list per scope. Slots are taken page by page, inside.
func (r *reading) eachScope(ctx context.Context, scopes []*string, f func(context.Context, *string) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cap(r.slots))
	for _, resource := range scopes {
		group.Go(func() error { return f(ctx, resource) })
	}
	return group.Wait()
}

// of names the resource of a failed call, if the call was about one.
func of(resource *string) string {
	if resource == nil {
		return ""
	}
	return " of " + *resource
}
