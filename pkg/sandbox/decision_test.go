package sandbox_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

func (w *world) cloudwatch() *cloudwatch.Client {
	return cloudwatch.New(cloudwatch.Options{Region: "us-east-1", HTTPClient: w.s.HTTPClient(), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", "")})
}

func (w *world) putAlarm(name, action string, threshold float64) {
	w.Helper()
	must[*cloudwatch.PutMetricAlarmOutput](w)(w.cloudwatch().PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{AlarmName: &name,
		MetricName: aws.String("M"), Namespace: aws.String("N"), Statistic: cwtypes.StatisticAverage, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(1), Threshold: &threshold, ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
		AlarmActions: []string{action}}))
}

// ring sets an alarm to ALARM with a value of its metric; without one for NaN.
func (w *world) ring(name string, value *float64) {
	w.Helper()
	in := &cloudwatch.SetAlarmStateInput{AlarmName: &name, StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("test")}
	if value != nil {
		in.StateReasonData = aws.String(fmt.Sprintf(`{"version":"1.0","recentDatapoints":[%g]}`, *value))
	}
	must[*cloudwatch.SetAlarmStateOutput](w)(w.cloudwatch().SetAlarmState(ctx, in))
}

// Fact 41: a step policy lists the alarms that name it. Facts 87, 88: deleting it takes the
// link away and leaves the alarm.
func TestStepPolicyAlarms(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 9)
	arn := *w.putStep("p").PolicyARN
	w.putAlarm("mine", arn, 70)
	if a := w.policies()[0].Alarms; len(a) != 1 || *a[0].AlarmName != "mine" || *a[0].AlarmARN != "arn:aws:cloudwatch:us-east-1:123456789012:alarm:mine" {
		t.Errorf("%+v", a)
	}
	must[*aas.DeleteScalingPolicyOutput](w)(w.aas.DeleteScalingPolicy(ctx, &aas.DeleteScalingPolicyInput{PolicyName: aws.String("p"),
		ServiceNamespace: sagemaker, ResourceId: aws.String(variantID), ScalableDimension: instances}))
	if a := w.state().Regions["us-east-1"].Alarms.Get("mine"); a == nil || len(a.Config.List("AlarmActions")) != 0 {
		t.Errorf("%+v", a)
	}
}

// Facts 82, 85, 221: the step is chosen by value minus threshold.
func TestStepDecision(t *testing.T) {
	f := aws.Float64
	for _, tc := range []struct {
		why   string
		kind  types.AdjustmentType
		value *float64
		want  int64
	}{
		{"no value: the step at the threshold", types.AdjustmentTypeChangeInCapacity, nil, 5},
		{"inside the first step", types.AdjustmentTypeChangeInCapacity, f(75), 5},
		{"the lower bound belongs to the step above", types.AdjustmentTypeChangeInCapacity, f(80), 7},
		{"below the threshold", types.AdjustmentTypeChangeInCapacity, f(60), 3},
		{"exact", types.AdjustmentTypeExactCapacity, f(85), 3},
		{"1 percent of 4 is less than one, so one", types.AdjustmentTypePercentChangeInCapacity, f(75), 5},
	} {
		t.Run(tc.why, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.register(variantID, instances, 4, 9)
			w.register(variantID, instances, 1, 9)
			low := int32(-1)
			if tc.kind == types.AdjustmentTypeExactCapacity {
				low = 1
			}
			in := policyInput("p", types.PolicyTypeStepScaling)
			in.StepScalingPolicyConfiguration = &stepping{AdjustmentType: tc.kind, StepAdjustments: []step{
				{MetricIntervalUpperBound: f(0), ScalingAdjustment: &low},
				{MetricIntervalLowerBound: f(0), MetricIntervalUpperBound: f(10), ScalingAdjustment: aws.Int32(1)},
				{MetricIntervalLowerBound: f(10), ScalingAdjustment: aws.Int32(3)}}}
			w.putAlarm("a", *must[*aas.PutScalingPolicyOutput](w)(w.aas.PutScalingPolicy(ctx, in)).PolicyARN, 70)
			w.ring("a", tc.value)
			if got := w.count("my-endpoint", "my-variant"); got != tc.want {
				t.Errorf("%d instances, want %d", got, tc.want)
			}
			if a := w.activities()[0]; *a.Cause != "monitor alarm a in state ALARM triggered policy p" { // fact 45
				t.Errorf("cause %s", *a.Cause)
			}
		})
	}
}

// Facts 27, 48, 80: cooldown, bounds and suspension.
func TestDecisionLimits(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 4)
	w.putAlarm("a", *w.putStep("p").PolicyARN, 70)
	counts := func() int64 { return w.count("my-endpoint", "my-variant") }
	w.ring("a", nil)
	w.ring("a", nil) // in the cooldown of 300 s
	if got := counts(); got != 3 {
		t.Fatalf("%d instances after two alarms in one cooldown", got)
	}
	w.advance(5 * time.Minute)
	w.ring("a", nil)
	w.advance(5 * time.Minute)
	w.ring("a", nil)
	a := w.activities()[0]
	if counts() != 4 || len(a.NotScaledReasons) != 1 || *a.NotScaledReasons[0].Code != "AlreadyAtMaxCapacity" || *a.NotScaledReasons[0].MaxCapacity != 4 ||
		*a.Description != "Attempting to scale due to alarm triggered" || a.StatusCode != types.ScalingActivityStatusCodeFailed {
		t.Errorf("%d instances, %+v", counts(), a)
	}
	out := must[*aas.DescribeScalingActivitiesOutput](w)(w.aas.DescribeScalingActivities(ctx, &aas.DescribeScalingActivitiesInput{ServiceNamespace: sagemaker}))
	if len(out.ScalingActivities[0].NotScaledReasons) != 0 {
		t.Errorf("shown without IncludeNotScaledActivities")
	}
	w.register(variantID, instances, 1, 9)
	in := registerInput(variantID, instances)
	in.SuspendedState = &types.SuspendedState{DynamicScalingOutSuspended: aws.Bool(true)}
	must[*aas.RegisterScalableTargetOutput](w)(w.aas.RegisterScalableTarget(ctx, in))
	w.ring("a", nil)
	if counts() != 4 {
		t.Errorf("scaled out while suspended")
	}
}

// Fact 70: target tracking goes for the capacity that brings the metric to its target.
func TestTrackingDecision(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 9)
	for _, a := range w.putTracking("tt", 70).Alarms {
		if len(*a.AlarmName) > 0 && w.state().Regions["us-east-1"].Alarms.Get(*a.AlarmName).Config.Int("EvaluationPeriods") == 3 {
			w.ring(*a.AlarmName, aws.Float64(170))
		}
	}
	if got := w.count("my-endpoint", "my-variant"); got != 5 { // 2 x 170 / 70 = 4.86
		t.Errorf("%d instances", got)
	}
}
