package sandbox

import (
	"slices"
	"strings"
)

// Beliefs about scaling policies that no public text settles.
const (
	// policyTypeFixed: the type of an existing policy cannot be changed. UNSURE fact 53
	policyTypeFixed = true
	// defaultsEchoed: Describe shows defaults that were not sent. UNSURE facts 67, 80
	defaultsEchoed = false
	// listsSorted: Describe shows step adjustments by lower bound and metric dimensions by
	// name, whatever order they were sent in. UNSURE fact 84
	listsSorted = true
	// describeNeedsAlarms: DescribeScalingPolicies reads CloudWatch with the caller's rights.
	// UNSURE fact 234
	describeNeedsAlarms = true
	// predictiveMsg: the wording for the policy type that only ECS has. UNSURE fact 117
	predictiveMsg = "PredictiveScaling policies are not supported for service namespace sagemaker"
)

// putScalingPolicy creates or updates a policy (facts 49 to 59). A configuration that is
// sent replaces the old one as a whole; without one the old stays (UNSURE fact 52).
func putScalingPolicy(c *Call) (Map, error) {
	t, err := c.target()
	if err != nil {
		return nil, err
	}
	name := c.In.Str("PolicyName")
	key := t.key() + name
	old := c.Region.Policies.Get(key)
	kind, given := c.In.StrOK("PolicyType")
	switch {
	case old == nil && !given: // wording UNSURE fact 49
		return nil, invalidf("PolicyType must be specified for a new scaling policy")
	case !given:
		kind = old.Type
	case old != nil && kind != old.Type && policyTypeFixed:
		return nil, invalidf("The policy type cannot be changed for an existing scaling policy")
	}
	if kind == "PredictiveScaling" {
		return nil, invalidf(predictiveMsg)
	}
	config, other := c.In.Map("TargetTrackingScalingPolicyConfiguration"), c.In.Map("StepScalingPolicyConfiguration")
	if kind == "StepScaling" {
		config, other = other, config
	}
	if config == nil && (old == nil || other != nil) { // fact 54; cdk-preflight
		return nil, invalidf("%s policy configuration must be specified", kind)
	}
	if config == nil {
		config = old.Config
	}
	if kind == "StepScaling" {
		err = checkStepScaling(config)
	} else {
		err = c.checkTargetTracking(t, name, config)
	}
	if err != nil {
		return nil, err
	}
	if old == nil && c.countPolicies(t) >= maxPolicies {
		return nil, failf("LimitExceededException", "You have reached the limit of %d scaling policies for resource %s.", maxPolicies, t.ResourceID)
	}
	if kind == "TargetTrackingScaling" && c.server.denied("cloudwatch:PutMetricAlarm") { // fact 59
		return nil, failf("FailedResourceAccessException", "Unable to create alarms for scaling policy %s due to reason: User: "+
			"arn:aws:iam::%s:user/sandbox is not authorized to perform: cloudwatch:PutMetricAlarm", name, c.AccountID)
	}

	p := &ScalingPolicy{Target: t.key(), Name: name, Type: kind, Created: c.Now}
	if old != nil {
		*p = *old
	} else {
		// A uuid of its own: neither a new registration nor a delete and put brings the old
		// ARN back (facts 51, 88).
		p.ARN = c.ARN("autoscaling", "scalingPolicy:"+c.NewID()+":resource/"+t.Namespace+"/"+t.ResourceID+":policyName/"+name)
	}
	p.Config = config
	c.Region.Policies.Put(key, p)
	if kind == "TargetTrackingScaling" {
		c.replaceAlarms(t, p)
	}
	return Map{"PolicyARN": p.ARN, "Alarms": c.policyAlarms([]*ScalingPolicy{p})[p.ARN]}, nil
}

func (c *Call) countPolicies(t *ScalableTarget) int {
	n := 0
	for range c.Region.Policies.Prefix(t.key()) {
		n++
	}
	return n
}

// deleteScalingPolicy deletes a policy, the alarms of target tracking, and the link of
// other alarms to it (facts 78, 87).
func deleteScalingPolicy(c *Call) (Map, error) {
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	p := c.Region.Policies.Get(ref.key() + c.In.Str("PolicyName"))
	if p == nil { // wording UNSURE fact 107
		return nil, failf("ObjectNotFoundException",
			"No scaling policy found for service namespace: %s, resource ID: %s, scalable dimension: %s, policy name: %s",
			ref.namespace, ref.resourceID, ref.dimension, c.In.Str("PolicyName"))
	}
	c.removePolicy(p)
	return Map{}, nil
}

func (c *Call) removePolicy(p *ScalingPolicy) {
	for _, name := range p.Alarms {
		c.Region.Alarms.Delete(name)
	}
	for _, a := range c.Region.Alarms.All() {
		for _, member := range alarmActionMembers {
			actions := a.Config.List(member)
			if kept := slices.DeleteFunc(slices.Clone(actions), func(v any) bool { return v == p.ARN }); len(kept) != len(actions) {
				a.Config = a.Config.Clone()
				a.Config[member] = kept
			}
		}
	}
	c.Region.Policies.Delete(p.Target + p.Name)
}

var alarmActionMembers = []string{"AlarmActions", "OKActions", "InsufficientDataActions"}

// policyAlarms returns the Alarms member of each policy, by ARN: the alarms that target
// tracking made, and for step scaling those whose actions name the policy (fact 41).
func (c *Call) policyAlarms(policies []*ScalingPolicy) map[string][]any {
	out := make(map[string][]any, len(policies))
	steps := false
	for _, p := range policies {
		out[p.ARN] = []any{}
		steps = steps || p.Type == "StepScaling"
		for _, name := range p.Alarms {
			if a := c.Region.Alarms.Get(name); a != nil {
				out[p.ARN] = append(out[p.ARN], Map{"AlarmName": a.Name, "AlarmARN": a.ARN})
			}
		}
	}
	if !steps {
		return out
	}
	for _, a := range c.Region.Alarms.All() {
		if a.Policy != "" {
			continue
		}
		seen := ""
		for _, member := range alarmActionMembers {
			for _, action := range a.Config.List(member) {
				arn, _ := action.(string)
				if list, wanted := out[arn]; wanted && arn != seen {
					out[arn], seen = append(list, Map{"AlarmName": a.Name, "AlarmARN": a.ARN}), arn
				}
			}
		}
	}
	return out
}

func describeScalingPolicies(c *Call) (Map, error) {
	ids, dimension, names := optionalID(c.In), c.In.Str("ScalableDimension"), c.In.Strs("PolicyNames")
	if err := c.describeFilter(len(ids) > 0); err != nil {
		return nil, err
	}
	if describeNeedsAlarms && c.server.denied("cloudwatch:DescribeAlarms") { // fact 40
		return nil, failf("FailedResourceAccessException", "Unable to describe alarms: User: arn:aws:iam::%s:user/sandbox "+
			"is not authorized to perform: cloudwatch:DescribeAlarms", c.AccountID)
	}
	var shown []*ScalingPolicy
	items, next, err := page(c, c.Region.Policies.All(), policyPageSize, func(key string, p *ScalingPolicy) (Map, bool) {
		ref, _ := splitKey(key)
		if !ref.matches(c.In.Str("ServiceNamespace"), ids, dimension) || (len(names) > 0 && !slices.Contains(names, p.Name)) {
			return nil, false
		}
		shown = append(shown, p)
		return Map{"PolicyARN": p.ARN, "PolicyName": p.Name, "ServiceNamespace": ref.namespace, "ResourceId": ref.resourceID,
			"ScalableDimension": ref.dimension, "PolicyType": p.Type, "CreationTime": p.Created,
			p.Type + configSuffix: showConfig(p)}, true
	})
	if err != nil {
		return nil, err
	}
	alarms := c.policyAlarms(shown)
	for _, it := range items {
		m := it.(Map)
		m["Alarms"] = alarms[m.Str("PolicyARN")]
	}
	return Map{"ScalingPolicies": items, "NextToken": next}, nil
}

// configSuffix makes StepScaling into StepScalingPolicyConfiguration.
const configSuffix = "PolicyConfiguration"

// showConfig is the configuration as Describe returns it.
func showConfig(p *ScalingPolicy) Map {
	out := p.Config.Clone()
	if listsSorted {
		if steps := out.List("StepAdjustments"); steps != nil {
			slices.SortStableFunc(steps, func(a, b any) int { return compareSteps(asMap(a), asMap(b)) })
		}
		if dims := out.Map("CustomizedMetricSpecification").List("Dimensions"); dims != nil {
			slices.SortStableFunc(dims, func(a, b any) int { return strings.Compare(asMap(a).Str("Name"), asMap(b).Str("Name")) })
		}
	}
	if defaultsEchoed && p.Type == "StepScaling" {
		setDefault(out, "Cooldown", int64(300))
		setDefault(out, "MetricAggregationType", "Average")
	}
	if defaultsEchoed && p.Type == "TargetTrackingScaling" {
		setDefault(out, "ScaleInCooldown", int64(300))
		setDefault(out, "ScaleOutCooldown", int64(300))
		setDefault(out, "DisableScaleIn", false)
	}
	return out
}

func setDefault(m Map, name string, v any) {
	if !m.Has(name) {
		m[name] = v
	}
}
