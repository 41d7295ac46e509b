package sandbox_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

type register = aas.RegisterScalableTargetInput

func registerInput(id string, d types.ScalableDimension) *register {
	return &register{ServiceNamespace: sagemaker, ResourceId: &id, ScalableDimension: d}
}

// Refusals of RegisterScalableTarget, one belief each.
func TestRegisterRefuses(t *testing.T) {
	bounded := func(id string, d types.ScalableDimension, lower, upper int32) *register {
		in := registerInput(id, d)
		in.MinCapacity, in.MaxCapacity = &lower, &upper
		return in
	}
	for _, tc := range []struct {
		why  string // fact and source
		in   *register
		text string
	}{
		{"14: bounds are required for a new target. API_RegisterScalableTarget",
			registerInput(variantID, instances), "Minimum capacity must be specified"},
		{"20: minimum above maximum. badmintoncryer/cdk-preflight",
			bounded(variantID, instances, 3, 2), "Maximum capacity cannot be less than minimum capacity"},
		{"21: sagemaker takes 0 but nothing below. cdk-preflight",
			bounded(variantID, instances, -1, 2), "Minimum capacity cannot be less than 0"},
		{"22: a resource id of another shape. cdk-preflight",
			bounded("endpoint/my-endpoint", instances, 1, 2), "Unsupported service namespace, resource type or scalable dimension"},
		{"22: a component's dimension on a variant. cdk-preflight",
			bounded(variantID, copies, 1, 2), "Unsupported service namespace, resource type or scalable dimension"},
		{"19: a missing endpoint; ObjectNotFoundException is not an error of this operation",
			bounded("endpoint/nope/variant/v", instances, 1, 2), "Could not find endpoint"},
		{"19: a missing variant", bounded("endpoint/my-endpoint/variant/nope", instances, 1, 2), "Could not find variant"},
		{"19: a missing component", bounded("inference-component/nope", copies, 1, 2), "Could not find inference component"},
		{"116: resource ids are case-sensitive",
			bounded("endpoint/My-Endpoint/variant/my-variant", instances, 1, 2), "Could not find endpoint"},
		{"115: provisioned concurrency of an instance-based variant",
			bounded(variantID, concurrency, 1, 2), "only supported for serverless variants"},
		{"115: instance count of a serverless variant",
			bounded(serverlessID, instances, 1, 2), "not supported for serverless variant"},
		{"147: more provisioned concurrency than MaxConcurrency. SDG:serverless-endpoints-autoscale",
			bounded(serverlessID, concurrency, 1, 21), "maximum concurrency 20"},
		{"120: burstable instances. SDG:endpoint-auto-scaling-add-console",
			bounded("endpoint/small/variant/burst", instances, 1, 2), "You cannot register a variant with ml.t2.medium instance type"},
		{"12: the service model's enums. getmoto/moto",
			bounded(variantID, "sagemaker:variant:Desired", 1, 2), "1 validation error detected: Value 'sagemaker:variant:Desired' at " +
				"'scalableDimension' failed to satisfy constraint: Member must satisfy enum value set: ["},
	} {
		t.Run(tc.why, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			_, err := w.aas.RegisterScalableTarget(ctx, tc.in)
			refused(t, err, "ValidationException", tc.text)
			if got := w.targets(); len(got) != 0 {
				t.Errorf("a refused call registered %v", got)
			}
		})
	}
}

// Facts 14, 15, 17: an update keeps what it leaves out, and moves capacity that lies
// outside the bounds. MA RegisterScalableTarget.
func TestRegisterMovesCapacity(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 3, 8)
	if got := w.count("my-endpoint", "my-variant"); got != 3 {
		t.Errorf("after a minimum of 3 there are %d instances", got)
	}
	in := registerInput(variantID, instances)
	in.MinCapacity, in.MaxCapacity = aws.Int32(1), aws.Int32(2)
	must[*aas.RegisterScalableTargetOutput](w)(w.aas.RegisterScalableTarget(ctx, in))
	if got := w.count("my-endpoint", "my-variant"); got != 2 {
		t.Errorf("after a maximum of 2 there are %d instances", got)
	}
	must[*aas.RegisterScalableTargetOutput](w)(w.aas.RegisterScalableTarget(ctx, registerInput(variantID, instances)))
	if got := w.targets()[0]; *got.MinCapacity != 1 || *got.MaxCapacity != 2 {
		t.Errorf("an update without bounds changed them: %d to %d", *got.MinCapacity, *got.MaxCapacity)
	}
	var causes []string
	for _, a := range w.activities() {
		causes = append(causes, *a.Cause+": "+*a.StatusMessage)
	}
	want := "maximum capacity was set to 2: Successfully set desired instance count to 2. Change successfully fulfilled by sagemaker." +
		"|minimum capacity was set to 3: Successfully set desired instance count to 3. Change successfully fulfilled by sagemaker."
	if got := strings.Join(causes, "|"); got != want {
		t.Errorf("activities, newest first:\n%s\nwant\n%s", got, want)
	}
}

// Fact 20 [INF]: a one-sided update is checked against the stored other side.
func TestRegisterOneSided(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	in := registerInput(variantID, instances)
	in.MinCapacity = aws.Int32(4)
	_, err := w.aas.RegisterScalableTarget(ctx, in)
	refused(t, err, "ValidationException", "Maximum capacity cannot be less than minimum capacity")
}

// Fact 26: a partial SuspendedState leaves the other switches alone. UNSURE.
func TestSuspendedStateMerges(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	for _, s := range []*types.SuspendedState{{DynamicScalingInSuspended: aws.Bool(true)}, {ScheduledScalingSuspended: aws.Bool(true)}} {
		in := registerInput(variantID, instances)
		in.SuspendedState = s
		must[*aas.RegisterScalableTargetOutput](w)(w.aas.RegisterScalableTarget(ctx, in))
	}
	s := w.targets()[0].SuspendedState
	if !*s.DynamicScalingInSuspended || *s.DynamicScalingOutSuspended || !*s.ScheduledScalingSuspended {
		t.Errorf("got %v %v %v", *s.DynamicScalingInSuspended, *s.DynamicScalingOutSuspended, *s.ScheduledScalingSuspended)
	}
}

// Facts 24, 28, 38: what Describe shows, a role of its own included.
func TestDescribeTarget(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	in := registerInput(variantID, instances)
	in.MinCapacity, in.MaxCapacity, in.RoleARN = aws.Int32(1), aws.Int32(3), aws.String("arn:aws:iam::123456789012:role/mine")
	arn := must[*aas.RegisterScalableTargetOutput](w)(w.aas.RegisterScalableTarget(ctx, in)).ScalableTargetARN
	got := w.targets()[0]
	if !strings.HasSuffix(*got.RoleARN, "/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint") {
		t.Errorf("role %s", *got.RoleARN)
	}
	if *got.ScalableTargetARN != *arn || len(*arn) != len("arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/")+36 {
		t.Errorf("ARN %s", *arn)
	}
	if !got.CreationTime.Equal(start) {
		t.Errorf("created %v", got.CreationTime)
	}
}

// Facts 16, 103: an endpoint that is not in service is left alone.
func TestRegisterLeavesBusyEndpointAlone(t *testing.T) {
	w := newWorld(t, sandbox.Options{Timing: sandbox.Timing{Scale: 5 * time.Minute}})
	w.register(variantID, instances, 3, 8)
	w.register(otherID, instances, 4, 8)
	if got := w.count("my-endpoint", "other"); got != 1 {
		t.Errorf("an endpoint in status Updating was scaled to %d", got)
	}
	if a := w.activities()[0]; a.StatusCode != types.ScalingActivityStatusCodeInProgress || a.EndTime != nil {
		t.Errorf("while scaling the activity is %s", a.StatusCode)
	}
	w.advance(5 * time.Minute)
	if a := w.activities()[0]; a.StatusCode != types.ScalingActivityStatusCodeSuccessful || !a.EndTime.Equal(start.Add(5*time.Minute)) {
		t.Errorf("afterwards the activity is %s, ended %v", a.StatusCode, a.EndTime)
	}
}

// Fact 30: tags only with the first registration. terraform-aws-rds-aurora#420.
func TestTagsOnlyOnCreate(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	in := registerInput(variantID, instances)
	in.MinCapacity, in.MaxCapacity, in.Tags = aws.Int32(1), aws.Int32(3), map[string]string{"a": "1"}
	arn := must[*aas.RegisterScalableTargetOutput](w)(w.aas.RegisterScalableTarget(ctx, in)).ScalableTargetARN
	_, err := w.aas.RegisterScalableTarget(ctx, in)
	refused(t, err, "ValidationException", "The scalable target that you tried to tag already exists.")

	// Fact 31: TagResource merges, UntagResource removes, ListTags returns a map.
	must[*aas.TagResourceOutput](w)(w.aas.TagResource(ctx, &aas.TagResourceInput{ResourceARN: arn, Tags: map[string]string{"b": "2", "c": "3"}}))
	must[*aas.UntagResourceOutput](w)(w.aas.UntagResource(ctx, &aas.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"c", "absent"}}))
	out := must[*aas.ListTagsForResourceOutput](w)(w.aas.ListTagsForResource(ctx, &aas.ListTagsForResourceInput{ResourceARN: arn}))
	if got := fmt.Sprint(out.Tags); got != "map[a:1 b:2]" {
		t.Errorf("tags %s", got)
	}
}

// Facts 31 to 33: errors of the tag operations.
func TestTagRefusals(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	arn := w.register(variantID, instances, 1, 3)
	tag := func(arn string, tags map[string]string) error {
		_, err := w.aas.TagResource(ctx, &aas.TagResourceInput{ResourceARN: &arn, Tags: tags})
		return err
	}
	refused(t, tag(arn, map[string]string{"a": " "}), "ValidationException", "Tag values cannot be empty or blank") // TF#32677
	refused(t, tag(arn, map[string]string{strings.Repeat("k", 129): "v"}), "ValidationException", "length less than or equal to 128")
	refused(t, tag("not-an-arn", map[string]string{"a": "b"}), "ValidationException", "at 'resourceARN' failed to satisfy constraint")
	missing := arn[:len(arn)-3] + "xyz"
	var notFound *types.ResourceNotFoundException
	if err := tag(missing, map[string]string{"a": "b"}); !errors.As(err, &notFound) || aws.ToString(notFound.ResourceName) != missing {
		t.Errorf("got %v", err)
	}
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint(i)] = "v"
	}
	var tooMany *types.TooManyTagsException
	if err := tag(arn, many); !errors.As(err, &tooMany) {
		t.Errorf("51 tags: got %v", err)
	}
}

// Facts 106, 107: deregistering takes everything along, leaves the capacity, and a second
// time is ObjectNotFoundException.
func TestDeregister(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	w.putTracking("tt", 70)
	w.putAction("a", "rate(1 hour)", 1, 2)
	in := &aas.DeregisterScalableTargetInput{ServiceNamespace: sagemaker, ResourceId: aws.String(variantID), ScalableDimension: instances}
	must[*aas.DeregisterScalableTargetOutput](w)(w.aas.DeregisterScalableTarget(ctx, in))
	r := w.state().Regions["us-east-1"]
	if n := r.Targets.Len() + r.Policies.Len() + r.ScheduledActions.Len() + r.Alarms.Len(); n != 0 {
		t.Errorf("%d objects are left", n)
	}
	if got := w.count("my-endpoint", "my-variant"); got != 2 {
		t.Errorf("capacity moved to %d", got)
	}
	_, err := w.aas.DeregisterScalableTarget(ctx, in)
	refused(t, err, "ObjectNotFoundException", "No scalable target found")
}

// Fact 88: a new registration has a new ARN.
func TestNewRegistrationNewARN(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	first := w.register(variantID, instances, 1, 3)
	if again := w.register(variantID, instances, 1, 4); again != first {
		t.Errorf("an update changed the ARN")
	}
	must[*aas.DeregisterScalableTargetOutput](w)(w.aas.DeregisterScalableTarget(ctx, &aas.DeregisterScalableTargetInput{
		ServiceNamespace: sagemaker, ResourceId: aws.String(variantID), ScalableDimension: instances}))
	if again := w.register(variantID, instances, 1, 3); again == first {
		t.Errorf("a new registration has the old ARN")
	}
}

// Fact 35: a dimension only together with a resource id; no match is an empty list.
func TestDescribeFilters(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	w.register(componentID, copies, 0, 3)
	_, err := w.aas.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker, ScalableDimension: copies})
	refused(t, err, "ValidationException", "resource ID")
	for id, want := range map[string]int{componentID: 1, "inference-component/nope": 0} {
		out := must[*aas.DescribeScalableTargetsOutput](w)(w.aas.DescribeScalableTargets(ctx,
			&aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker, ScalableDimension: copies, ResourceIds: []string{id}}))
		if len(out.ScalableTargets) != want {
			t.Errorf("%s: %d targets", id, len(out.ScalableTargets))
		}
	}
	out := must[*aas.DescribeScalableTargetsOutput](w)(w.aas.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs"}))
	if len(out.ScalableTargets) != 0 {
		t.Errorf("ecs has %d targets", len(out.ScalableTargets))
	}
}

// Facts 36, 37: pages of 50, of 10 for policies, opaque tokens, and their errors.
func TestPages(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	for i := range 12 {
		w.putStep(fmt.Sprintf("p%02d", i))
	}
	p := aas.NewDescribeScalingPoliciesPaginator(w.aas, &aas.DescribeScalingPoliciesInput{ServiceNamespace: sagemaker})
	var sizes []int
	for p.HasMorePages() {
		out := must[*aas.DescribeScalingPoliciesOutput](w)(p.NextPage(ctx))
		sizes = append(sizes, len(out.ScalingPolicies))
	}
	if got := fmt.Sprint(sizes); got != "[10 2]" {
		t.Errorf("pages of %s", got)
	}
	_, err := w.aas.DescribeScalingPolicies(ctx, &aas.DescribeScalingPoliciesInput{ServiceNamespace: sagemaker, MaxResults: aws.Int32(11)})
	refused(t, err, "ValidationException", "Value '11' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 10")
	_, err = w.aas.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker, NextToken: aws.String("x")})
	refused(t, err, "InvalidNextTokenException", "")
	_, err = w.aas.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker, ResourceIds: make([]string, 51)})
	refused(t, err, "ValidationException", "Member must have length less than or equal to 50")
}

// Fact 232: AAS checks the caller's rights on SageMaker and names the missing ones.
func TestRegisterNeedsPermissions(t *testing.T) {
	w := newWorld(t, sandbox.Options{Deny: []string{"sagemaker:DescribeEndpoint", "iam:CreateServiceLinkedRole"}})
	in := registerInput(variantID, instances)
	in.MinCapacity, in.MaxCapacity = aws.Int32(1), aws.Int32(3)
	_, err := w.aas.RegisterScalableTarget(ctx, in)
	refused(t, err, "ValidationException", "User is missing the following permissions: sagemaker:DescribeEndpoint, iam:CreateServiceLinkedRole")
}

// Fact 118: AAS takes a minimum of 0 everywhere; SageMaker then refuses to empty a
// real-time variant.
func TestZeroInstances(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 0, 0)
	if got := w.count("my-endpoint", "my-variant"); got != 2 {
		t.Errorf("%d instances", got)
	}
	if a := w.activities()[0]; a.StatusCode != types.ScalingActivityStatusCodeFailed || !strings.Contains(*a.StatusMessage, "Failed to set desired instance count to 0. Reason: ") {
		t.Errorf("%s: %s", a.StatusCode, *a.StatusMessage)
	}
	w.register("endpoint/batch/variant/AllTraffic", instances, 0, 0)
	if got := w.count("batch", "AllTraffic"); got != 0 {
		t.Errorf("an asynchronous variant is at %d", got)
	}
}

// Fact 111: a quota of targets for each dimension.
func TestTargetQuota(t *testing.T) {
	w := newWorld(t, sandbox.Options{MaxTargets: 2})
	w.register(variantID, instances, 1, 3)
	w.register(otherID, instances, 1, 3)
	w.register(otherID, instances, 1, 4)
	w.register(componentID, copies, 0, 3)
	in := registerInput("endpoint/batch/variant/AllTraffic", instances)
	in.MinCapacity, in.MaxCapacity = aws.Int32(1), aws.Int32(3)
	_, err := w.aas.RegisterScalableTarget(ctx, in)
	refused(t, err, "LimitExceededException", "limit of 2 scalable targets")
}

// Facts 115, 117: all three dimensions take bounds, policies and schedules.
func TestThreeDimensions(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(serverlessID, concurrency, 7, 10)
	w.register(componentID, copies, 2, 3)
	r := w.state().Regions["us-east-1"]
	if n := r.Endpoints.Get("quick").Variants[0].CurrentServerless.ProvisionedConcurrency; n != 7 {
		t.Errorf("provisioned concurrency %d", n)
	}
	if n := r.Components.Get("my-inference-component").CurrentCopies; n != 2 {
		t.Errorf("%d copies", n)
	}
	for id, d := range map[string]types.ScalableDimension{serverlessID: concurrency, componentID: copies} {
		metric := types.MetricTypeSageMakerVariantProvisionedConcurrencyUtilization
		if d == copies {
			metric = types.MetricTypeSageMakerInferenceComponentInvocationsPerCopy
		}
		in := policyInput("tt", types.PolicyTypeTargetTrackingScaling)
		in.ResourceId, in.ScalableDimension = &id, d
		in.TargetTrackingScalingPolicyConfiguration = invocations(0.7)
		in.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType = metric
		if out := must[*aas.PutScalingPolicyOutput](w)(w.aas.PutScalingPolicy(ctx, in)); !strings.HasPrefix(*out.Alarms[0].AlarmName, "TargetTracking-"+id+"-AlarmHigh-") {
			t.Errorf("alarm %s", *out.Alarms[0].AlarmName)
		}
		action := actionInput("a", "rate(1 hour)")
		action.ResourceId, action.ScalableDimension = &id, d
		action.ScalableTargetAction.MinCapacity, action.ScalableTargetAction.MaxCapacity = aws.Int32(1), aws.Int32(1)
		must[*aas.PutScheduledActionOutput](w)(w.aas.PutScheduledAction(ctx, action))
	}
	w.advance(time.Hour)
	r = w.state().Regions["us-east-1"]
	if n, m := r.Endpoints.Get("quick").Variants[0].CurrentServerless.ProvisionedConcurrency, r.Components.Get("my-inference-component").CurrentCopies; n != 1 || m != 1 {
		t.Errorf("after the schedules: %d and %d", n, m)
	}
}
