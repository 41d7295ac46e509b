package sandbox_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

type (
	tracking = types.TargetTrackingScalingPolicyConfiguration
	stepping = types.StepScalingPolicyConfiguration
	step     = types.StepAdjustment
)

func policyInput(name string, kind types.PolicyType) *aas.PutScalingPolicyInput {
	return &aas.PutScalingPolicyInput{PolicyName: &name, PolicyType: kind, ServiceNamespace: sagemaker,
		ResourceId: aws.String(variantID), ScalableDimension: instances}
}

func invocations(target float64) *tracking {
	return &tracking{TargetValue: &target, PredefinedMetricSpecification: &types.PredefinedMetricSpecification{
		PredefinedMetricType: types.MetricTypeSageMakerVariantInvocationsPerInstance}}
}

func oneStep() *stepping {
	return &stepping{AdjustmentType: types.AdjustmentTypeChangeInCapacity,
		StepAdjustments: []step{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}}}
}

func (w *world) putTracking(name string, target float64) *aas.PutScalingPolicyOutput {
	w.Helper()
	in := policyInput(name, types.PolicyTypeTargetTrackingScaling)
	in.TargetTrackingScalingPolicyConfiguration = invocations(target)
	return must[*aas.PutScalingPolicyOutput](w)(w.aas.PutScalingPolicy(ctx, in))
}

func (w *world) putStep(name string) *aas.PutScalingPolicyOutput {
	w.Helper()
	in := policyInput(name, types.PolicyTypeStepScaling)
	in.StepScalingPolicyConfiguration = oneStep()
	return must[*aas.PutScalingPolicyOutput](w)(w.aas.PutScalingPolicy(ctx, in))
}

// Fact 50: the target must exist. https://github.com/ansible/ansible/issues/35632
func TestPolicyNeedsTarget(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	in := policyInput("p", types.PolicyTypeStepScaling)
	in.StepScalingPolicyConfiguration = oneStep()
	_, err := w.aas.PutScalingPolicy(ctx, in)
	refused(t, err, "ObjectNotFoundException", "No scalable target registered for service namespace: sagemaker, resource ID: "+
		"endpoint/my-endpoint/variant/my-variant, scalable dimension: sagemaker:variant:DesiredInstanceCount")
}

// Refusals of target-tracking configurations.
func TestTargetTrackingRefuses(t *testing.T) {
	custom := func(c types.CustomizedMetricSpecification) *tracking {
		return &tracking{TargetValue: aws.Float64(1), CustomizedMetricSpecification: &c}
	}
	single := types.CustomizedMetricSpecification{MetricName: aws.String("M"), Namespace: aws.String("N"), Statistic: "Average"}
	both := custom(single)
	both.PredefinedMetricSpecification = invocations(1).PredefinedMetricSpecification
	mixed := single
	mixed.Metrics = []types.TargetTrackingMetricDataQuery{{Id: aws.String("e"), Expression: aws.String("1")}}
	labelled := invocations(1)
	labelled.PredefinedMetricSpecification.ResourceLabel = aws.String("app/x")
	wrong := invocations(1)
	wrong.PredefinedMetricSpecification.PredefinedMetricType = types.MetricTypeSageMakerInferenceComponentInvocationsPerCopy
	unknown := invocations(1)
	unknown.PredefinedMetricSpecification.PredefinedMetricType = "InvocationsPerInstance"
	for _, tc := range []struct {
		why  string
		in   *tracking
		text string
	}{
		{"60: zero is no target. ack-api-quirks DDB-TABLE-253", invocations(0), "target value must be between '8.51592E-109' and '1.174271E108', but was '0.0'"},
		{"61: both metrics. cdk-preflight", both, "Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be set for target tracking scaling."},
		{"61: no metric. cdk-preflight", &tracking{TargetValue: aws.Float64(1)}, "PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling."},
		{"62: metric of another dimension. cdk-preflight", wrong, "Scalable dimension sagemaker:variant:DesiredInstanceCount only supports the following predefined metric types: "},
		{"62: a resource label is for load balancers", labelled, "Resource label"},
		{"T1: the enum does not know what the multi-model page wrote", unknown, "Value 'InvocationsPerInstance' at 'targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType'"},
		{"63: both kinds of customized metric. cdk-preflight", custom(mixed), "The customized metric specification is not valid."},
		{"63: half a customized metric", custom(types.CustomizedMetricSpecification{MetricName: aws.String("M")}), "The customized metric specification is not valid."},
		{"64: two queries return data", custom(types.CustomizedMetricSpecification{Metrics: []types.TargetTrackingMetricDataQuery{
			{Id: aws.String("a"), Expression: aws.String("1")}, {Id: aws.String("b"), Expression: aws.String("2")}}}), "The customized metric specification is not valid."},
		{"64: an id that does not begin with a small letter", custom(types.CustomizedMetricSpecification{Metrics: []types.TargetTrackingMetricDataQuery{
			{Id: aws.String("A"), Expression: aws.String("1")}}}), "The customized metric specification is not valid."},
	} {
		t.Run(tc.why, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.register(variantID, instances, 1, 3)
			in := policyInput("p", types.PolicyTypeTargetTrackingScaling)
			in.TargetTrackingScalingPolicyConfiguration = tc.in
			_, err := w.aas.PutScalingPolicy(ctx, in)
			refused(t, err, "ValidationException", tc.text)
		})
	}
}

// Refusals of step configurations; the words are cdk-preflight's (facts 79 to 84).
func TestStepScalingRefuses(t *testing.T) {
	f := aws.Float64
	st := func(lower, upper *float64, n int32) step {
		return step{MetricIntervalLowerBound: lower, MetricIntervalUpperBound: upper, ScalingAdjustment: &n}
	}
	change := func(steps ...step) *stepping {
		return &stepping{AdjustmentType: types.AdjustmentTypeChangeInCapacity, StepAdjustments: steps}
	}
	magnitude := oneStep()
	magnitude.MinAdjustmentMagnitude = aws.Int32(1)
	untyped := oneStep()
	untyped.AdjustmentType = ""
	exact := change(st(f(0), nil, -1))
	exact.AdjustmentType = types.AdjustmentTypeExactCapacity
	for _, tc := range []struct {
		in   *stepping
		text string
	}{
		{untyped, "Adjustment type must be specified"},
		{change(), "There must be at least one step adjustment"},
		{magnitude, "Minimum adjustment magnitude is only allowed for adjustment type PercentChangeInCapacity"},
		{exact, "Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity"},
		{change(st(f(0), f(10), 1), st(f(5), nil, 2)), "Step adjustment intervals cannot overlap"},
		{change(st(f(0), f(10), 1), st(f(20), nil, 2)), "Step adjustment intervals cannot have gaps between them"},
		{change(st(nil, f(-5), 1), st(nil, f(0), 2)), "At most one step adjustment may have an unspecified lower bound"},
		{change(st(f(0), nil, 1), st(f(5), nil, 2)), "At most one step adjustment may have an unspecified upper bound"},
		{change(st(f(-5), f(0), 1)), "There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative lower bound"},
		{change(st(f(0), f(5), 1)), "There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper bound"},
		{change(st(nil, nil, 1)), "Both lower and upper bounds of a step adjustment cannot be left unspecified"},
		{change(st(f(5), f(5), 1)), "lower bound"},
	} {
		t.Run(tc.text, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.register(variantID, instances, 1, 3)
			in := policyInput("p", types.PolicyTypeStepScaling)
			in.StepScalingPolicyConfiguration = tc.in
			_, err := w.aas.PutScalingPolicy(ctx, in)
			refused(t, err, "ValidationException", tc.text)
		})
	}
}

// Facts 49, 53, 54, 117: type and configuration have to agree.
func TestPolicyTypeAndConfiguration(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	put := func(name string, kind types.PolicyType, tt *tracking, st *stepping) error {
		in := policyInput(name, kind)
		in.TargetTrackingScalingPolicyConfiguration, in.StepScalingPolicyConfiguration = tt, st
		_, err := w.aas.PutScalingPolicy(ctx, in)
		return err
	}
	refused(t, put("p", types.PolicyTypeStepScaling, invocations(1), nil), "ValidationException", "StepScaling policy configuration must be specified")
	refused(t, put("p", types.PolicyTypeTargetTrackingScaling, nil, nil), "ValidationException", "TargetTrackingScaling policy configuration must be specified")
	refused(t, put("p", "", invocations(1), nil), "ValidationException", "PolicyType must be specified")
	refused(t, put("p", types.PolicyTypePredictiveScaling, nil, nil), "ValidationException", "PredictiveScaling")
	w.putStep("p")
	refused(t, put("p", types.PolicyTypeTargetTrackingScaling, invocations(1), nil), "ValidationException", "The policy type cannot be changed for an existing scaling policy")
	if err := put("p", "", nil, nil); err != nil { // fact 52: keeps its configuration
		t.Error(err)
	}
}

// Fact 55: one target-tracking policy for a metric. hashicorp/terraform-provider-aws#41179
func TestOnePolicyForAMetric(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	w.register(otherID, instances, 1, 3)
	w.putTracking("a", 70)
	in := policyInput("b", types.PolicyTypeTargetTrackingScaling)
	in.TargetTrackingScalingPolicyConfiguration = invocations(50)
	_, err := w.aas.PutScalingPolicy(ctx, in)
	refused(t, err, "ValidationException", "Only one TargetTrackingScaling policy for a given metric specification is allowed.")
	w.putTracking("a", 50)
	in.ResourceId = aws.String(otherID)
	must[*aas.PutScalingPolicyOutput](w)(w.aas.PutScalingPolicy(ctx, in))
}

// Facts 56, 72 to 74: the alarms of target tracking. repost.aws QUf450Wsd9RROGGOIwaolN9w
func TestTrackingAlarms(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	first := w.putTracking("tt", 1500)
	if len(first.Alarms) != 2 {
		t.Fatalf("%d alarms", len(first.Alarms))
	}
	form := regexp.MustCompile(`^TargetTracking-endpoint/my-endpoint/variant/my-variant-Alarm(High|Low)-[0-9a-f-]{36}$`)
	for _, a := range first.Alarms {
		if !form.MatchString(*a.AlarmName) {
			t.Errorf("alarm name %s", *a.AlarmName)
		}
		c := w.state().Regions["us-east-1"].Alarms.Get(*a.AlarmName).Config
		got := fmt.Sprintln(c["ComparisonOperator"], c["Threshold"], c["EvaluationPeriods"], c["Period"], c["Statistic"])
		want := "GreaterThanThreshold 1500 3 60 Sum\n"
		if strings.Contains(*a.AlarmName, "Low") {
			want = "LessThanThreshold 1350 15 60 Sum\n"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", *a.AlarmName, got, want)
		}
		action := c.Strs("AlarmActions")[0]
		if !strings.HasPrefix(action, *first.PolicyARN+":createdBy/") || !strings.Contains(c.Str("AlarmDescription"), action) {
			t.Errorf("action %s, description %s", action, c.Str("AlarmDescription"))
		}
	}
	again := w.putTracking("tt", 1000)
	if *again.PolicyARN != *first.PolicyARN {
		t.Errorf("an update changed the ARN")
	}
	if *again.Alarms[0].AlarmName == *first.Alarms[0].AlarmName {
		t.Errorf("an update kept the alarm names")
	}
	if n := w.state().Regions["us-east-1"].Alarms.Len(); n != 2 {
		t.Errorf("%d alarms after the update", n)
	}
	must[*aas.DeleteScalingPolicyOutput](w)(w.aas.DeleteScalingPolicy(ctx, &aas.DeleteScalingPolicyInput{PolicyName: aws.String("tt"),
		ServiceNamespace: sagemaker, ResourceId: aws.String(variantID), ScalableDimension: instances}))
	if n := w.state().Regions["us-east-1"].Alarms.Len(); n != 0 { // fact 78
		t.Errorf("%d alarms after the deletion", n)
	}
}

// Fact 69 (UNSURE): DisableScaleIn leaves AlarmLow out. Fact 75: 10 s metrics.
func TestTrackingAlarmVariants(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	in := policyInput("tt", types.PolicyTypeTargetTrackingScaling)
	in.TargetTrackingScalingPolicyConfiguration = invocations(5)
	in.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType =
		types.MetricTypeSageMakerVariantConcurrentRequestsPerModelHighResolution
	for _, a := range must[*aas.PutScalingPolicyOutput](w)(w.aas.PutScalingPolicy(ctx, in)).Alarms {
		c := w.state().Regions["us-east-1"].Alarms.Get(*a.AlarmName).Config
		want := "10 3"
		if strings.Contains(*a.AlarmName, "Low") {
			want = "10 90"
		}
		if got := fmt.Sprint(c["Period"], c["EvaluationPeriods"]); got != want {
			t.Errorf("%s: %s", *a.AlarmName, got)
		}
	}
	in.TargetTrackingScalingPolicyConfiguration.DisableScaleIn = aws.Bool(true)
	if n := len(must[*aas.PutScalingPolicyOutput](w)(w.aas.PutScalingPolicy(ctx, in)).Alarms); n != 1 {
		t.Errorf("%d alarms with DisableScaleIn", n)
	}
}

// Facts 39, 52, 67, 80, 84: Describe shows what was sent, steps by lower bound, and an
// update replaces the whole configuration.
func TestDescribePolicy(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	in := policyInput("p", types.PolicyTypeStepScaling)
	in.StepScalingPolicyConfiguration = oneStep()
	in.StepScalingPolicyConfiguration.Cooldown = aws.Int32(30)
	in.StepScalingPolicyConfiguration.StepAdjustments = []step{
		{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)},
		{MetricIntervalUpperBound: aws.Float64(0), ScalingAdjustment: aws.Int32(-1)}}
	out := must[*aas.PutScalingPolicyOutput](w)(w.aas.PutScalingPolicy(ctx, in))
	p := w.policies()[0]
	if !regexp.MustCompile(`^arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:[0-9a-f-]{36}:resource/sagemaker/endpoint/my-endpoint/variant/my-variant:policyName/p$`).MatchString(*p.PolicyARN) ||
		*p.PolicyARN != *out.PolicyARN { // fact 51
		t.Errorf("ARN %s", *p.PolicyARN)
	}
	if s := p.StepScalingPolicyConfiguration; *s.StepAdjustments[0].ScalingAdjustment != -1 || *s.Cooldown != 30 {
		t.Errorf("%+v", s)
	}
	w.putStep("p")
	if s := w.policies()[0].StepScalingPolicyConfiguration; len(s.StepAdjustments) != 1 || s.Cooldown != nil || s.MetricAggregationType != "" {
		t.Errorf("%+v", s)
	}
}

// Facts 51, 88: deleting and putting a policy gives it another ARN. UNSURE for the former.
func TestPolicyARNChanges(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	first := w.putStep("p").PolicyARN
	del := &aas.DeleteScalingPolicyInput{PolicyName: aws.String("p"), ServiceNamespace: sagemaker, ResourceId: aws.String(variantID), ScalableDimension: instances}
	must[*aas.DeleteScalingPolicyOutput](w)(w.aas.DeleteScalingPolicy(ctx, del))
	if *w.putStep("p").PolicyARN == *first {
		t.Error("the same ARN again")
	}
	must[*aas.DeleteScalingPolicyOutput](w)(w.aas.DeleteScalingPolicy(ctx, del))
	_, err := w.aas.DeleteScalingPolicy(ctx, del)
	refused(t, err, "ObjectNotFoundException", "No scaling policy found") // fact 107
}

// Fact 111: 50 policies a target, 20 steps a policy. Quotas page of the user guide.
func TestPolicyQuotas(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	for i := range 50 {
		w.putStep(fmt.Sprintf("p%d", i))
	}
	in := policyInput("one-more", types.PolicyTypeStepScaling)
	in.StepScalingPolicyConfiguration = oneStep()
	_, err := w.aas.PutScalingPolicy(ctx, in)
	refused(t, err, "LimitExceededException", "50")
	in = policyInput("p1", types.PolicyTypeStepScaling)
	in.StepScalingPolicyConfiguration = oneStep()
	in.StepScalingPolicyConfiguration.StepAdjustments = nil
	for i := range 21 {
		s := step{MetricIntervalLowerBound: aws.Float64(float64(i)), ScalingAdjustment: aws.Int32(1)}
		if i < 20 {
			s.MetricIntervalUpperBound = aws.Float64(float64(i + 1))
		}
		in.StepScalingPolicyConfiguration.StepAdjustments = append(in.StepScalingPolicyConfiguration.StepAdjustments, s)
	}
	_, err = w.aas.PutScalingPolicy(ctx, in)
	refused(t, err, "LimitExceededException", "20")
}

// Facts 40, 59: CloudWatch rights of the caller.
func TestPoliciesNeedCloudWatch(t *testing.T) {
	w := newWorld(t, sandbox.Options{Deny: []string{"cloudwatch:*"}})
	w.register(variantID, instances, 1, 3)
	in := policyInput("tt", types.PolicyTypeTargetTrackingScaling)
	in.TargetTrackingScalingPolicyConfiguration = invocations(5)
	_, err := w.aas.PutScalingPolicy(ctx, in)
	refused(t, err, "FailedResourceAccessException", "is not authorized to perform: cloudwatch:PutMetricAlarm")
	_, err = w.aas.DescribeScalingPolicies(ctx, &aas.DescribeScalingPoliciesInput{ServiceNamespace: sagemaker})
	refused(t, err, "FailedResourceAccessException", "is not authorized to perform: cloudwatch:DescribeAlarms")
}
