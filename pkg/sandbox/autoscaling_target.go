package sandbox

import (
	"regexp"
	"strings"
)

var shapeSuspended = Struct(Opt("DynamicScalingInSuspended", Bool()), Opt("DynamicScalingOutSuspended", Bool()),
	Opt("ScheduledScalingSuspended", Bool()))

// Beliefs about scalable targets that no public text settles.
const (
	// suspendedStateMerges: a partial SuspendedState leaves the other switches alone.
	// UNSURE fact 26
	suspendedStateMerges = true
	// missingResourceMsg is the wording for a resource that does not exist. UNSURE fact 19
	missingEndpointMsg  = "Could not find endpoint %q."
	missingVariantMsg   = "Could not find variant %q of endpoint %q."
	missingComponentMsg = "Could not find inference component %q."
	// concurrencyCeilingChecked: a provisioned concurrency above the variant's MaxConcurrency
	// is refused at registration. UNSURE fact 147
	concurrencyCeilingChecked = true
)

// burstable are the only burstable types of the enum; ml.trn* is Trainium (fact 120).
var burstable = regexp.MustCompile(`^ml\.t2\.`)

// registerScalableTarget creates or updates a target and moves live capacity inside its
// bounds (facts 13 to 28).
func registerScalableTarget(c *Call) (Map, error) {
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	old := c.Region.Targets.Get(ref.key())
	t := &ScalableTarget{Namespace: ref.namespace, ResourceID: ref.resourceID, Dimension: ref.dimension, Created: c.Now}
	if old != nil {
		*t = *old
	}
	lower, hasMin := c.In.IntOK("MinCapacity")
	upper, hasMax := c.In.IntOK("MaxCapacity")
	switch { // wording of the first two UNSURE fact 14
	case old == nil && !hasMin:
		return nil, invalidf("Minimum capacity must be specified for a new scalable target")
	case old == nil && !hasMax:
		return nil, invalidf("Maximum capacity must be specified for a new scalable target")
	}
	if hasMin {
		t.Min = lower
	}
	if hasMax {
		t.Max = upper
	}
	if err := checkBounds(&t.Min, &t.Max); err != nil {
		return nil, err
	}
	tags := c.In.Map("Tags")
	if old != nil && len(tags) > 0 { // fact 30; terraform-aws-modules/terraform-aws-rds-aurora#420
		return nil, invalidf("The scalable target that you tried to tag already exists. " +
			"To update tags on an existing scalable target, use the TagResource API.")
	}
	if err := checkTags(tags); err != nil {
		return nil, err
	}
	if len(tags) > maxTags {
		return nil, invalidf("The number of tags exceeds the limit of %d.", maxTags)
	}
	res, err := c.resourceOf(ref)
	if err != nil {
		return nil, err
	}
	if err := c.registrable(res, t); err != nil {
		return nil, err
	}
	if s := c.In.Map("SuspendedState"); s != nil {
		if !suspendedStateMerges {
			t.Suspended = Suspended{}
		}
		setBool(&t.Suspended.ScalingIn, s, "DynamicScalingInSuspended")
		setBool(&t.Suspended.ScalingOut, s, "DynamicScalingOutSuspended")
		setBool(&t.Suspended.Scheduled, s, "ScheduledScalingSuspended")
	}
	if old == nil {
		limit := maxTargets
		if n := c.server.opts.MaxTargets; n > 0 {
			limit = n
		}
		if c.countTargets(t.Dimension) >= limit {
			return nil, failf("LimitExceededException", "You have reached the limit of %d scalable targets for %s.", limit, t.Dimension)
		}
		t.ID = c.NewID()
		t.ARN = c.ARN("application-autoscaling", "scalable-target/"+t.ID)
		for _, k := range sortedKeys(tags) {
			if t.Tags == nil {
				t.Tags = map[string]string{}
			}
			t.Tags[k] = tags.Str(k)
		}
	}
	c.Region.Targets.Put(ref.key(), t)
	c.clamp(t, res)
	return Map{"ScalableTargetARN": t.ARN}, nil
}

func setBool(to *bool, m Map, name string) {
	if b, ok := m.BoolOK(name); ok {
		*to = b
	}
}

// checkBounds checks capacities that are there (facts 20, 21; cdk-preflight).
func checkBounds(lower, upper *int64) *Error {
	switch {
	case lower != nil && *lower < 0:
		return invalidf("Minimum capacity cannot be less than 0")
	case upper != nil && *upper < 0:
		return invalidf("Maximum capacity cannot be less than 0")
	case lower != nil && upper != nil && *lower > *upper:
		return invalidf("Maximum capacity cannot be less than minimum capacity")
	}
	return nil
}

// registrable refuses what cannot be scaled in this dimension.
func (c *Call) registrable(res *scalable, t *ScalableTarget) *Error {
	// AAS probes with the caller's rights (fact 232).
	var missing []string
	for _, action := range res.actions() {
		if c.server.denied(action) {
			missing = append(missing, action)
		}
	}
	if c.Region.Targets.Len() == 0 && c.server.denied("iam:CreateServiceLinkedRole") {
		missing = append(missing, "iam:CreateServiceLinkedRole")
	}
	if len(missing) > 0 {
		return invalidf("User is missing the following permissions: %s", strings.Join(missing, ", "))
	}
	v := res.variant
	switch t.Dimension {
	case dimensionInstances:
		if v.DesiredServerless != nil {
			return invalidf("%s is not supported for serverless variant %q of endpoint %q.", t.Dimension, v.Name, res.endpoint.Name)
		}
		if burstable.MatchString(v.InstanceType) { // fact 120
			return invalidf("You cannot register a variant with %s instance type as a scalable target. This is because the "+
				"burstable performance of these instances can lead to unpredictable behavior with Auto Scaling.", v.InstanceType)
		}
	case dimensionConcurrency:
		if v.DesiredServerless == nil {
			return invalidf("%s is only supported for serverless variants; variant %q of endpoint %q is instance-based.",
				t.Dimension, v.Name, res.endpoint.Name)
		}
		if limit := v.DesiredServerless.MaxConcurrency; concurrencyCeilingChecked && t.Max > limit {
			return invalidf("Maximum capacity %d cannot be greater than the maximum concurrency %d of variant %q.", t.Max, limit, v.Name)
		}
	}
	return nil
}

func (c *Call) countTargets(dimension string) int {
	n := 0
	for _, t := range c.Region.Targets.All() {
		if t.Dimension == dimension {
			n++
		}
	}
	return n
}

// deregisterScalableTarget deletes a target with everything on it and leaves the
// capacity alone (fact 106).
func deregisterScalableTarget(c *Call) (Map, error) {
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	t := c.Region.Targets.Get(ref.key())
	if t == nil { // wording UNSURE fact 107
		return nil, failf("ObjectNotFoundException",
			"No scalable target found for service namespace: %s, resource ID: %s, scalable dimension: %s",
			ref.namespace, ref.resourceID, ref.dimension)
	}
	c.deregister(t)
	return Map{}, nil
}

// deregister removes a target, its policies with their alarms, and its scheduled actions.
func (c *Call) deregister(t *ScalableTarget) {
	var policies []*ScalingPolicy
	for _, p := range c.Region.Policies.Prefix(t.key()) {
		policies = append(policies, p)
	}
	for _, p := range policies {
		c.removePolicy(p)
	}
	var actions []string
	for k := range c.Region.ScheduledActions.Prefix(t.key()) {
		actions = append(actions, k)
	}
	for _, k := range actions {
		c.Region.ScheduledActions.Delete(k)
	}
	c.Region.Targets.Delete(t.key())
}

// targetsOfEndpoint returns the registered targets of an endpoint's variants. DeleteEndpoint
// deregisters them (fact 187), and UpdateEndpoint must not change their instance types or
// drop them (fact 192).
func (c *Call) targetsOfEndpoint(endpoint string) []*ScalableTarget {
	var out []*ScalableTarget
	for _, t := range c.Region.Targets.Prefix("sagemaker\nendpoint/" + endpoint + "/variant/") {
		out = append(out, t)
	}
	return out
}

func describeScalableTargets(c *Call) (Map, error) {
	ids, dimension := c.In.Strs("ResourceIds"), c.In.Str("ScalableDimension")
	if err := c.describeFilter(len(ids) > 0); err != nil {
		return nil, err
	}
	items, next, err := page(c, c.Region.Targets.All(), pageSize, func(key string, t *ScalableTarget) (Map, bool) {
		ref := targetRef{namespace: t.Namespace, resourceID: t.ResourceID, dimension: t.Dimension}
		if !ref.matches(c.In.Str("ServiceNamespace"), ids, dimension) {
			return nil, false
		}
		return Map{
			"ServiceNamespace": t.Namespace, "ResourceId": t.ResourceID, "ScalableDimension": t.Dimension,
			"MinCapacity": t.Min, "MaxCapacity": t.Max, "CreationTime": t.Created, "ScalableTargetARN": t.ARN,
			// Whatever was sent, AWS shows the service-linked role (fact 24).
			"RoleARN": "arn:aws:iam::" + c.AccountID + ":role/" + serviceLinkedRole,
			"SuspendedState": Map{"DynamicScalingInSuspended": t.Suspended.ScalingIn,
				"DynamicScalingOutSuspended": t.Suspended.ScalingOut, "ScheduledScalingSuspended": t.Suspended.Scheduled},
		}, true
	})
	if err != nil {
		return nil, err
	}
	return Map{"ScalableTargets": items, "NextToken": next}, nil
}

// checkTags checks keys and values of tags to set.
func checkTags(tags Map) *Error {
	for _, k := range sortedKeys(tags) {
		n := len([]rune(k))
		switch {
		case n < 1 || n > 128:
			return invalidf("1 validation error detected: Value '%s' at 'tags' failed to satisfy constraint: "+
				"Map keys must satisfy constraint: [Member must have length less than or equal to 128, "+
				"Member must have length greater than or equal to 1]", k)
		case strings.HasPrefix(strings.ToLower(k), "aws:"):
			return invalidf("Tag keys cannot start with the reserved prefix aws:")
		case strings.TrimSpace(tags.Str(k)) == "": // fact 32; hashicorp/terraform-provider-aws#32677
			return invalidf("Tag values cannot be empty or blank")
		}
	}
	return nil
}

func (c *Call) targetByARN() (*ScalableTarget, *Error) {
	arn := c.In.Str("ResourceARN")
	for _, t := range c.Region.Targets.All() {
		if t.ARN == arn {
			return t, nil
		}
	}
	return nil, &Error{Code: "ResourceNotFoundException", Status: 400, Message: "The specified resource doesn't exist: " + arn,
		Fields: Map{"ResourceName": arn}}
}

// tagScalableTarget merges tags by key (fact 31).
func tagScalableTarget(c *Call) (Map, error) {
	t, err := c.targetByARN()
	if err != nil {
		return nil, err
	}
	tags := c.In.Map("Tags")
	if err := checkTags(tags); err != nil {
		return nil, err
	}
	merged := map[string]string{}
	for k, v := range t.Tags {
		merged[k] = v
	}
	for k := range tags {
		merged[k] = tags.Str(k)
	}
	if len(merged) > maxTags {
		return nil, &Error{Code: "TooManyTagsException", Status: 400, Fields: Map{"ResourceName": t.ARN},
			Message: "The request doesn't meet the limit on the number of tags per resource."}
	}
	t.Tags = merged
	return Map{}, nil
}

func untagScalableTarget(c *Call) (Map, error) {
	t, err := c.targetByARN()
	if err != nil {
		return nil, err
	}
	for _, k := range c.In.Strs("TagKeys") {
		delete(t.Tags, k)
	}
	return Map{}, nil
}

func listScalableTargetTags(c *Call) (Map, error) {
	t, err := c.targetByARN()
	if err != nil {
		return nil, err
	}
	tags := Map{}
	for k, v := range t.Tags {
		tags[k] = v
	}
	return Map{"Tags": tags}, nil
}
