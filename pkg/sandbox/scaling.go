package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// sageMakerARN is the ARN of a SageMaker object, in lower case (UNSURE fact 153).
func (c *Call) sageMakerARN(kind, name string) string {
	return c.ARN("sagemaker", kind+"/"+strings.ToLower(name))
}

// scalable is what a target scales: a variant of an endpoint, or an inference component.
type scalable struct {
	dimension string
	endpoint  *Endpoint
	variant   *Variant
	component *InferenceComponent
}

// resourceOf finds the resource of a target. A missing one is a ValidationException,
// because the operation has no ObjectNotFoundException (fact 19).
func (c *Call) resourceOf(r targetRef) (*scalable, *Error) {
	res := &scalable{dimension: r.dimension}
	if r.component != "" {
		if res.component = c.Region.Components.Get(r.component); res.component == nil {
			return nil, invalidf(missingComponentMsg, c.sageMakerARN("inference-component", r.component))
		}
		return res, nil
	}
	e := c.Region.Endpoints.Get(endpointKey(r.endpoint))
	if e == nil || e.Name != r.endpoint { // resource ids are case-sensitive (fact 116)
		return nil, invalidf(missingEndpointMsg, c.sageMakerARN("endpoint", r.endpoint))
	}
	for _, v := range e.Variants {
		if v.Name == r.variant {
			res.endpoint, res.variant = e, v
			return res, nil
		}
	}
	return nil, invalidf(missingVariantMsg, r.variant, r.endpoint)
}

// actions are the SageMaker permissions that the caller needs (facts 232, 235).
func (r *scalable) actions() []string {
	if r.component != nil {
		return []string{"sagemaker:DescribeInferenceComponent", "sagemaker:UpdateInferenceComponentRuntimeConfig"}
	}
	return []string{"sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig", "sagemaker:UpdateEndpointWeightsAndCapacities"}
}

// status is the resource's own; only InService can be scaled.
func (r *scalable) status() string {
	if r.component != nil {
		return r.component.Status
	}
	return r.endpoint.Status
}

func (r *scalable) capacity() int64 {
	switch r.dimension {
	case dimensionCopies:
		return r.component.DesiredCopies
	case dimensionConcurrency:
		return r.variant.DesiredServerless.ProvisionedConcurrency
	}
	return r.variant.DesiredCount
}

// noun is how activities call the capacity. The latter two are UNSURE fact 45.
func (r *scalable) noun() string {
	switch r.dimension {
	case dimensionCopies:
		return "desired copy count"
	case dimensionConcurrency:
		return "desired provisioned concurrency"
	}
	return "desired instance count"
}

// refuses is SageMaker's refusal of a capacity, or nil.
func (c *Call) refuses(r *scalable, n int64) *Error {
	switch r.dimension {
	case dimensionConcurrency:
		if most := r.variant.DesiredServerless.MaxConcurrency; n > most { // fact 147
			return invalidf("Provisioned concurrency %d is greater than the maximum concurrency %d", n, most)
		}
	case dimensionInstances:
		if n == 0 && r.variant.ModelName != "" && r.endpoint.Async == nil { // fact 118
			return invalidf("Variant %q of a real-time endpoint needs at least 1 instance", r.variant.Name)
		}
		return c.instanceQuota(r.variant.InstanceType, n-r.variant.DesiredCount)
	}
	return nil
}

// clamp moves live capacity inside the bounds of t (facts 15 to 17). A resource that is
// not in service is left alone.
func (c *Call) clamp(t *ScalableTarget, res *scalable) {
	if res == nil || res.status() != "InService" {
		return
	}
	switch n := res.capacity(); {
	case n < t.Min:
		c.scale(t, res, t.Min, fmt.Sprintf("minimum capacity was set to %d", t.Min))
	case n > t.Max:
		c.scale(t, res, t.Max, fmt.Sprintf("maximum capacity was set to %d", t.Max))
	}
}

// scale sets the capacity of a resource that is in service, and writes the activity. It
// reports whether SageMaker took it.
func (c *Call) scale(t *ScalableTarget, res *scalable, n int64, cause string) bool {
	a := c.activity(t, fmt.Sprintf("Setting %s to %d.", res.noun(), n), cause)
	if err := c.refuses(res, n); err != nil { // wording after fact 47
		c.fail(a, fmt.Sprintf("Failed to set %s to %d. Reason: %s (Service: AmazonSageMaker; Status Code: 400; "+
			"Error Code: %s; Request ID: %s)", res.noun(), n, err.Message, err.Code, c.NewID()))
		return false
	}
	switch res.dimension {
	case dimensionCopies:
		res.component.DesiredCopies = n
		res.component.Modified = c.Now
	case dimensionConcurrency:
		res.variant.DesiredServerless.ProvisionedConcurrency = n
		res.endpoint.Modified = c.Now
	default:
		res.variant.DesiredCount = n
		res.endpoint.Modified = c.Now
	}
	a.Pending = &n
	a.Status = "InProgress"
	a.Message = fmt.Sprintf("Successfully set %s to %d. Waiting for change to be fulfilled by sagemaker.", res.noun(), n)

	d := c.server.opts.Timing.Scale
	transition := &Transition{At: c.Now.Add(d), Kind: "scale"}
	if res.component != nil {
		res.component.Status, res.component.Transition = "Updating", transition
	} else {
		res.endpoint.Status, res.endpoint.Transition = "Updating", transition
	}
	if d <= 0 {
		if res.component != nil {
			c.endComponentTransition(res.component)
		} else {
			c.endEndpointTransition(res.endpoint)
		}
	}
	return true
}

// finishScaling ends the open activities whose resource has reached its capacity.
func (c *Call) finishScaling() {
	for _, a := range c.Region.Activities {
		if a.Pending == nil {
			continue
		}
		ref, err := newRef(a.Namespace, a.ResourceID, a.Dimension)
		if err != nil {
			continue
		}
		res, err := c.resourceOf(ref)
		switch {
		case err != nil:
			a.Status, a.Message = "Failed", err.Message
		case res.status() != "InService":
			continue
		case res.capacity() != *a.Pending:
			a.Status = "Overridden"
		default:
			a.Status = "Successful"
			a.Message = fmt.Sprintf("Successfully set %s to %d. Change successfully fulfilled by sagemaker.", res.noun(), *a.Pending)
		}
		end := c.Now
		a.End, a.Pending = &end, nil
	}
}

// activity appends an activity to the history, which goes back six weeks (fact 43).
func (c *Call) activity(t *ScalableTarget, description, cause string) *Activity {
	id := c.NewID()
	a := &Activity{ID: id, Seq: c.server.state.IDs, Namespace: t.Namespace, ResourceID: t.ResourceID, Dimension: t.Dimension,
		Description: description, Cause: cause, Start: c.Now, Status: "Pending"}
	old, keep := c.Now.Add(-activityMemory), 0
	for keep < len(c.Region.Activities) && c.Region.Activities[keep].Start.Before(old) {
		keep++
	}
	c.Region.Activities = append(c.Region.Activities[keep:], a)
	return a
}

const activityMemory = 6 * 7 * 24 * time.Hour

func (c *Call) fail(a *Activity, message string) {
	end := c.Now
	a.Status, a.Message, a.End = "Failed", message, &end
}

func (c *Call) succeed(a *Activity, message string) {
	end := c.Now
	a.Status, a.Message, a.End = "Successful", message, &end
}
