package sandbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

func actionInput(name, schedule string) *aas.PutScheduledActionInput {
	in := &aas.PutScheduledActionInput{ScheduledActionName: &name, ServiceNamespace: sagemaker,
		ResourceId: aws.String(variantID), ScalableDimension: instances,
		ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(2)}}
	if schedule != "" {
		in.Schedule = &schedule
	}
	return in
}

func (w *world) putAction(name, schedule string, lower, upper int32) {
	w.Helper()
	in := actionInput(name, schedule)
	in.ScalableTargetAction = &types.ScalableTargetAction{}
	if lower >= 0 {
		in.ScalableTargetAction.MinCapacity = &lower
	}
	if upper >= 0 {
		in.ScalableTargetAction.MaxCapacity = &upper
	}
	must[*aas.PutScheduledActionOutput](w)(w.aas.PutScheduledAction(ctx, in))
}

func (w *world) bounds() string {
	w.Helper()
	t := w.targets()[0]
	return fmt.Sprintf("%d-%d", *t.MinCapacity, *t.MaxCapacity)
}

// Refusals of PutScheduledAction; most words are cdk-preflight's.
func TestScheduledActionRefuses(t *testing.T) {
	at := func(s string) *time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return &v
	}
	for _, tc := range []struct {
		why  string
		edit func(*aas.PutScheduledActionInput)
		text string
	}{
		{"89: a colon in the name", func(in *aas.PutScheduledActionInput) { in.ScheduledActionName = aws.String("a:b") }, "at 'scheduledActionName' failed to satisfy constraint"},
		{"89: a blank at the end", func(in *aas.PutScheduledActionInput) { in.ScheduledActionName = aws.String("a ") }, "at 'scheduledActionName' failed to satisfy constraint"},
		{"90: no schedule", func(in *aas.PutScheduledActionInput) { in.Schedule = nil }, "Schedule must be set"},
		{"90: no action", func(in *aas.PutScheduledActionInput) { in.ScalableTargetAction = nil }, "ScalableTargetAction must be set"},
		{"90: an empty action", func(in *aas.PutScheduledActionInput) { in.ScalableTargetAction = &types.ScalableTargetAction{} }, "At least one of minimum capacity and maximum capacity should be provided"},
		{"20: minimum above maximum", func(in *aas.PutScheduledActionInput) { in.ScalableTargetAction.MinCapacity = aws.Int32(3) }, "Maximum capacity cannot be less than minimum capacity"},
		{"92: a zone in at()", func(in *aas.PutScheduledActionInput) { in.Schedule = aws.String("at(2030-01-01T00:00:00Z)") }, `is malformed at "Z"`},
		{"92: only a date", func(in *aas.PutScheduledActionInput) { in.Schedule = aws.String("at(2030-01-01)") }, "is too short"},
		{"93: another syntax", func(in *aas.PutScheduledActionInput) { in.Schedule = aws.String("every hour") }, "Schedule expressions must have the following syntax: rate("},
		{"93: rate(0 minutes)", func(in *aas.PutScheduledActionInput) { in.Schedule = aws.String("rate(0 minutes)") }, "less than 60 seconds apart"},
		{"95: both days given", func(in *aas.PutScheduledActionInput) { in.Schedule = aws.String("cron(0 0 * * * *)") }, "Invalid CRON expression"},
		{"95: neither day given", func(in *aas.PutScheduledActionInput) { in.Schedule = aws.String("cron(0 0 ? * ? *)") }, "Invalid CRON expression"},
		{"97: no such zone", func(in *aas.PutScheduledActionInput) { in.Timezone = aws.String("Europe/Atlantis") }, "time zone"},
		{"98: start after end", func(in *aas.PutScheduledActionInput) {
			in.StartTime, in.EndTime = at("2030-01-02T00:00:00Z"), at("2030-01-01T00:00:00Z")
		}, "StartTime must be before EndTime"},
	} {
		t.Run(tc.why, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.register(variantID, instances, 1, 3)
			in := actionInput("a", "rate(1 hour)")
			tc.edit(in)
			_, err := w.aas.PutScheduledAction(ctx, in)
			refused(t, err, "ValidationException", tc.text)
		})
	}
}

// Fact 89: the name is checked before the target is looked up. Fact 105: then the target.
func TestScheduledActionOrderOfChecks(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	_, err := w.aas.PutScheduledAction(ctx, actionInput("a/b", "rate(1 hour)"))
	refused(t, err, "ValidationException", "scheduledActionName")
	_, err = w.aas.PutScheduledAction(ctx, actionInput("a", "rate(1 hour)"))
	refused(t, err, "ObjectNotFoundException", "No scalable target registered")
}

// Fact 91: an update keeps what it leaves out, but deletes start and end.
func TestScheduledActionUpdate(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	in := actionInput("a", "cron(0 7 ? * MON-FRI *)")
	in.Timezone, in.StartTime = aws.String("Europe/Berlin"), aws.Time(start.Add(time.Hour))
	must[*aas.PutScheduledActionOutput](w)(w.aas.PutScheduledAction(ctx, in))
	in = actionInput("a", "")
	in.ScalableTargetAction = nil
	must[*aas.PutScheduledActionOutput](w)(w.aas.PutScheduledAction(ctx, in))
	out := must[*aas.DescribeScheduledActionsOutput](w)(w.aas.DescribeScheduledActions(ctx, &aas.DescribeScheduledActionsInput{ServiceNamespace: sagemaker}))
	a := out.ScheduledActions[0]
	if *a.Schedule != "cron(0 7 ? * MON-FRI *)" || *a.Timezone != "Europe/Berlin" || *a.ScalableTargetAction.MaxCapacity != 2 || a.StartTime != nil {
		t.Errorf("%+v", a)
	}
	if !strings.HasPrefix(*a.ScheduledActionARN, "arn:aws:autoscaling:us-east-1:123456789012:scheduledAction:") ||
		!strings.HasSuffix(*a.ScheduledActionARN, ":resource/sagemaker/"+variantID+":scheduledActionName/a") { // fact 104
		t.Errorf("ARN %s", *a.ScheduledActionARN)
	}
}

// Facts 46, 102: a firing overwrites the bounds, then moves the capacity, with an activity
// for each. AUG:get-started-exercise
func TestFiring(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	w.putAction("open", "cron(0 9 ? * MON-FRI *)", 5, 10)
	w.advance(time.Hour - time.Second)
	if got := w.bounds(); got != "1-3" {
		t.Fatalf("too early: %s", got)
	}
	w.advance(time.Second)
	if got := w.bounds(); got != "5-10" {
		t.Errorf("bounds %s", got)
	}
	if got := w.count("my-endpoint", "my-variant"); got != 5 {
		t.Errorf("%d instances", got)
	}
	a := w.activities()
	if len(a) != 2 || *a[1].Description != "Setting min capacity to 5 and max capacity to 10" ||
		*a[1].Cause != "scheduled action name open was triggered" ||
		*a[1].StatusMessage != "Successfully set min capacity to 5 and max capacity to 10" ||
		*a[0].Description != "Setting desired instance count to 5." || *a[0].Cause != "minimum capacity was set to 5" {
		t.Errorf("%d activities: %s, %s", len(a), *a[0].Description, *a[0].Cause)
	}
}

// Fact 102 (UNSURE): a one-sided action that would cross the other side fails and changes
// nothing.
func TestOneSidedCrossing(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	w.putAction("up", "rate(1 hour)", 5, -1)
	w.advance(time.Hour)
	if got := w.bounds(); got != "1-3" {
		t.Errorf("bounds %s", got)
	}
	if a := w.activities()[0]; a.StatusCode != types.ScalingActivityStatusCodeFailed || *a.Description != "Setting min capacity to 5" {
		t.Errorf("%s %s", a.StatusCode, *a.Description)
	}
	w.putAction("down", "rate(30 minutes)", -1, 2)
	w.advance(30 * time.Minute)
	if got := w.bounds(); got != "1-2" {
		t.Errorf("bounds %s", got)
	}
}

// Fact 27: what was due during suspension is not caught up.
func TestSuspendedSchedules(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	w.putAction("a", "rate(1 hour)", 2, 4)
	suspend := func(v bool) {
		in := registerInput(variantID, instances)
		in.SuspendedState = &types.SuspendedState{ScheduledScalingSuspended: &v}
		must[*aas.RegisterScalableTargetOutput](w)(w.aas.RegisterScalableTarget(ctx, in))
	}
	suspend(true)
	w.advance(90 * time.Minute)
	suspend(false)
	if got := w.bounds(); got != "1-3" {
		t.Errorf("caught up: %s", got)
	}
	w.advance(30 * time.Minute)
	if got := w.bounds(); got != "2-4" {
		t.Errorf("did not go on: %s", got)
	}
}

// Fact 103: while the endpoint is busy an action fails, and is not repeated.
func TestFiringOnBusyEndpoint(t *testing.T) {
	w := newWorld(t, sandbox.Options{Timing: sandbox.Timing{Scale: 2 * time.Hour}})
	w.register(variantID, instances, 3, 3)
	w.putAction("a", "rate(1 hour)", 4, 4)
	w.advance(time.Hour)
	if a := w.activities()[0]; a.StatusCode != types.ScalingActivityStatusCodeFailed || !strings.HasPrefix(*a.StatusMessage, "Resource Id ["+variantID+"] is not scalable. Reason: ") {
		t.Errorf("%s %s", a.StatusCode, aws.ToString(a.StatusMessage))
	}
	if got := w.bounds(); got != "3-3" {
		t.Errorf("bounds %s", got)
	}
	w.advance(time.Hour) // in service again, at the same moment
	if got := w.bounds(); got != "4-4" {
		t.Errorf("bounds %s", got)
	}
}

// Firings happen in order of time across targets and actions.
func TestFiringOrder(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 9)
	w.putAction("b", "cron(30 8 * * ? *)", 2, 2)
	w.putAction("a", "cron(45 8 * * ? *)", 3, 3)
	w.putAction("c", "at(2026-03-02T08:40:00)", 4, 4)
	w.advance(24*time.Hour - time.Minute)
	if got := w.bounds(); got != "3-3" {
		t.Errorf("bounds %s", got)
	}
	var causes []string
	for _, a := range w.activities() {
		if strings.HasPrefix(*a.Cause, "scheduled") {
			causes = append(causes, strings.Fields(*a.Cause)[3])
		}
	}
	if got := strings.Join(causes, " "); got != "a c b" {
		t.Errorf("newest first: %s", got)
	}
}

// Fact 111: 200 scheduled actions a target. Fact 107: deleting twice.
func TestScheduledActionQuotaAndDelete(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	for i := range 200 {
		w.putAction(fmt.Sprint(i), "rate(1 day)", 1, 2)
	}
	_, err := w.aas.PutScheduledAction(ctx, actionInput("more", "rate(1 day)"))
	refused(t, err, "LimitExceededException", "200")
	del := &aas.DeleteScheduledActionInput{ScheduledActionName: aws.String("7"), ServiceNamespace: sagemaker, ResourceId: aws.String(variantID), ScalableDimension: instances}
	must[*aas.DeleteScheduledActionOutput](w)(w.aas.DeleteScheduledAction(ctx, del))
	_, err = w.aas.DeleteScheduledAction(ctx, del)
	refused(t, err, "ObjectNotFoundException", "No scheduled action found")
}
