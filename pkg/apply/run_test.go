package apply_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/google/go-cmp/cmp"

	"github.com/scalectl/scalectl/pkg/apply"
	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

// A target is created, changed in every part, and pruned, with exactly these calls.
func TestLifeOfATarget(t *testing.T) {
	w := newWorld(t, full("a"))
	steps := []struct {
		why     string
		targets []model.Target
		want    []string
	}{
		{"created", []model.Target{full("a")}, []string{
			"RegisterScalableTarget endpoint/a/variant/v",
			"PutScalingPolicy endpoint/a/variant/v/step",
			"PutScalingPolicy endpoint/a/variant/v/track",
			"PutMetricAlarm scalectl/s/endpoint/a/variant/v/policy/step",
			"PutScheduledAction endpoint/a/variant/v/night",
		}},
		{"changed", []model.Target{changed("a")}, []string{
			"RegisterScalableTarget endpoint/a/variant/v",
			"UntagResource (target)",
			"TagResource (target)",
			"PutScalingPolicy endpoint/a/variant/v/step",
			"PutScalingPolicy endpoint/a/variant/v/track",
			"PutMetricAlarm scalectl/s/endpoint/a/variant/v/policy/step",
			"TagResource (alarm)",
			"PutScheduledAction endpoint/a/variant/v/night",
		}},
		{"pruned", nil, []string{
			"DeleteScheduledAction endpoint/a/variant/v/night",
			"DeleteAlarms scalectl/s/endpoint/a/variant/v/policy/step",
			"DeleteScalingPolicy endpoint/a/variant/v/step",
			"DeleteScalingPolicy endpoint/a/variant/v/track",
			"DeregisterScalableTarget endpoint/a/variant/v",
		}},
	}
	for _, step := range steps {
		w.desired.Targets = step.targets
		mark := w.server.Mark()
		w.converge()
		if diff := cmp.Diff(step.want, readable(w.mutations(mark))); diff != "" {
			t.Errorf("%s: -want +got\n%s", step.why, diff)
		}
	}
}

// readable replaces ARNs, which hold ids, by what they are of, and separators by slashes.
func readable(calls []string) []string {
	out := make([]string, len(calls))
	for i, c := range calls {
		operation, resource, _ := strings.Cut(c, " ")
		switch {
		case strings.Contains(resource, ":scalable-target/"):
			resource = "(target)"
		case strings.HasPrefix(resource, "arn:aws:cloudwatch:"):
			resource = "(alarm)"
		}
		out[i] = operation + " " + resource
	}
	return out
}

// A plan that was carried out is done, without a call, however often it is applied.
func TestApplyingTwiceMakesNoCall(t *testing.T) {
	for _, after := range []model.Target{full("a"), changed("a")} {
		w := newWorld(t, full("a"))
		w.converge()
		w.desired.Targets = []model.Target{after}
		if cmp.Equal(after, full("a")) {
			w = newWorld(t, full("a"))
		}
		p := w.plan()
		w.run(p, options())
		mark := w.server.Mark()
		r := w.run(p, options())
		if got := w.mutations(mark); len(got) > 0 {
			t.Errorf("the second apply made calls: %v", got)
		}
		if n := r.Count(plan.Done); n != len(p.Changes) {
			t.Errorf("%d of %d changes done: %v", n, len(p.Changes), statuses(r))
		}
	}
}

// Only what differs is sent for a target: tags alone register nothing, because that would
// move capacity (fact 15), and a bound alone does not repeat the other settings.
func TestTargetUpdatesSendOnlyWhatDiffers(t *testing.T) {
	for _, tc := range []struct {
		why    string
		change func(*model.Target)
		want   []string
	}{
		{"tags", func(t *model.Target) { t.Tags["team"] = "search" },
			[]string{`{"ResourceARN":"(arn)","Tags":{"team":"search"}}`}},
		{"a tag less", func(t *model.Target) { delete(t.Tags, "team") },
			[]string{`{"ResourceARN":"(arn)","TagKeys":["team"]}`}},
		{"one bound", func(t *model.Target) { t.MaxCapacity = 9 },
			[]string{`{"MaxCapacity":9,"ResourceId":"endpoint/a/variant/v","ScalableDimension":"sagemaker:variant:DesiredInstanceCount","ServiceNamespace":"sagemaker"}`}},
		{"one switch of the three (fact 26)", func(t *model.Target) { t.Suspended.DynamicScalingIn = true },
			[]string{`{"ResourceId":"endpoint/a/variant/v","ScalableDimension":"sagemaker:variant:DesiredInstanceCount","ServiceNamespace":"sagemaker",` +
				`"SuspendedState":{"DynamicScalingInSuspended":true,"DynamicScalingOutSuspended":false,"ScheduledScalingSuspended":false}}`}},
	} {
		t.Run(tc.why, func(t *testing.T) {
			w := newWorld(t, full("a"))
			w.converge()
			changed := clone(full("a"))
			tc.change(&changed)
			w.desired.Targets = []model.Target{changed}
			var journal journalBuffer
			opts := options()
			opts.Journal = &journal
			w.run(w.plan(), opts)
			w.settled()
			var got []string
			for _, line := range lines(t, journal.Bytes()) {
				if line.Type == "call" {
					got = append(got, arnOf.ReplaceAllString(string(line.Request), "(arn)"))
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("requests: -want +got\n%s", diff)
			}
		})
	}
}

// A live target that belongs to nobody is taken over without being registered again when
// its settings fit.
func TestAdoptionOnlyTags(t *testing.T) {
	w := newWorld(t, full("a"))
	if _, err := w.clients.AutoScaling.RegisterScalableTarget(t.Context(), live.ExpandTarget(model.ScalableTarget{ID: target("a"), MinCapacity: 1, MaxCapacity: 4})); err != nil {
		t.Fatal(err)
	}
	mark := w.server.Mark()
	w.converge()
	got := readable(w.mutations(mark))
	if len(got) == 0 || got[0] != "TagResource (target)" || slices.ContainsFunc(got, func(c string) bool { return strings.HasPrefix(c, "Register") }) {
		t.Errorf("calls %v", got)
	}
}

// The writes of one target follow each other in the plan's order, with one target begun
// at a time by one worker, and any number of workers never writes to a target twice at
// once, which the sandbox refuses like AWS (fact 57).
func TestOrderOfWrites(t *testing.T) {
	for _, parallelism := range []int{1, 3} {
		w := newWorld(t, full("a"), full("b"), full("c"))
		p := w.plan()
		opts := options()
		opts.Parallelism = parallelism
		mark := w.server.Mark()
		r := w.run(p, opts)
		if n := r.Count(plan.Done); n != len(p.Changes) {
			t.Fatalf("%d of %d changes done: %v", n, len(p.Changes), statuses(r))
		}
		log, err := w.server.Mutations(mark)
		if err != nil {
			t.Fatal(err)
		}
		byTarget := map[string][]string{}
		var whole []string
		for _, e := range log {
			if e.Error != "" {
				t.Errorf("%s %s was refused: %s", e.Operation, e.Resource, e.Error)
			}
			endpoint := strings.Split(e.Resource[strings.Index(e.Resource, "endpoint/"):], "/")[1]
			byTarget[endpoint] = append(byTarget[endpoint], e.Operation)
			whole = append(whole, endpoint)
		}
		for _, endpoint := range []string{"a", "b", "c"} {
			want := []string{"RegisterScalableTarget", "PutScalingPolicy", "PutScalingPolicy", "PutMetricAlarm", "PutScheduledAction"}
			if diff := cmp.Diff(want, byTarget[endpoint]); diff != "" {
				t.Errorf("parallelism %d, target %s: -want +got\n%s", parallelism, endpoint, diff)
			}
		}
		if parallelism == 1 && len(slices.Compact(whole)) != 3 {
			t.Errorf("a target was begun before another was finished: %v", whole)
		}
		w.settled()
	}
}

// What moved between plan and apply stops its own target, with an account, and no other.
func TestStale(t *testing.T) {
	id := target("a")
	for _, tc := range []struct {
		why     string
		before  []model.Target // live when the plan is made, beside b
		after   model.Target   // wanted by the plan
		meddle  func(context.Context, *live.Clients) error
		address string
		want    string
		started int // changes of the target that came first and are done
	}{
		{why: "target, bound", before: []model.Target{full("a")}, after: changed("a"), address: id.Address(),
			meddle: func(ctx context.Context, c *live.Clients) error {
				_, err := c.AutoScaling.RegisterScalableTarget(ctx, live.ExpandTargetUpdate(model.ScalableTarget{ID: id, MaxCapacity: 5}, live.TargetSettings{MaxCapacity: true}))
				return err
			},
			want: "it changed after the plan was made: maxCapacity was 4 and is now 5, the plan wanted 6"},
		{why: "target, made meanwhile", after: full("a"), address: id.Address(),
			meddle: func(ctx context.Context, c *live.Clients) error {
				_, err := c.AutoScaling.RegisterScalableTarget(ctx, live.ExpandTarget(model.ScalableTarget{ID: id, MinCapacity: 1, MaxCapacity: 2}))
				return err
			},
			want: "it was created after the plan was made"},
		{why: "target, gone", before: []model.Target{full("a")}, after: changed("a"), address: id.Address(),
			meddle: func(ctx context.Context, c *live.Clients) error {
				_, err := c.AutoScaling.DeregisterScalableTarget(ctx, &applicationautoscaling.DeregisterScalableTargetInput{
					ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(id.ResourceID), ScalableDimension: types.ScalableDimension(id.Dimension)})
				return err
			},
			want: "it was deleted after the plan was made"},
		{why: "policy", before: []model.Target{full("a")}, after: changed("a"), address: id.PolicyAddress("track"), started: 2,
			meddle: func(ctx context.Context, c *live.Clients) error {
				_, err := c.AutoScaling.PutScalingPolicy(ctx, live.ExpandPolicy(model.Policy{Target: id, Name: "track", TargetTracking: tracked(60)}))
				return err
			},
			want: "it changed after the plan was made: targetTracking.targetValue was 70 and is now 60, the plan wanted 50"},
		{why: "alarm", before: []model.Target{full("a")}, after: changed("a"), address: model.AlarmAddress("scalectl/s/" + id.PolicyAddress("step")), started: 3,
			meddle: func(ctx context.Context, c *live.Clients) error {
				a := alarmOf(id, "step", 1)
				a.TreatMissingData = "breaching"
				p, err := c.ReadPolicy(ctx, id, "step")
				if err != nil {
					return err
				}
				_, err = c.CloudWatch.PutMetricAlarm(ctx, live.ExpandAlarm(a, p.ARN))
				return err
			},
			want: `it changed after the plan was made: treatMissingData was "missing" and is now "breaching"`},
		{why: "scheduled action", before: []model.Target{full("a")}, after: changed("a"), address: id.ScheduleAddress("night"), started: 4,
			meddle: func(ctx context.Context, c *live.Clients) error {
				a := scheduled(id, "night", nil, model.Ptr(int32(4)))
				_, err := c.AutoScaling.PutScheduledAction(ctx, live.ExpandScheduledAction(a))
				return err
			},
			want: "it changed after the plan was made: maxCapacity was 2 and is now 4, the plan wanted 3"},
	} {
		t.Run(tc.why, func(t *testing.T) {
			w := newWorld(t, append(tc.before, full("b"))...)
			w.converge()
			w.desired.Targets = []model.Target{tc.after, changed("b")}
			p := w.plan()
			if err := tc.meddle(t.Context(), w.clients); err != nil {
				t.Fatal(err)
			}
			mark := w.server.Mark()
			r := w.run(p, options())
			ours, started := 0, 0
			for i, o := range r.Outcomes {
				switch {
				case p.Changes[i].Target != id:
					if o.Status != plan.Done {
						t.Errorf("another target: %+v", o)
					}
				case o.Address == tc.address:
					if o.Status != plan.Stale || o.Error != tc.want || o.Calls != 0 {
						t.Errorf("got %+v\nwant stale: %s", o, tc.want)
					}
				case o.Status == plan.Done:
					started++
				case o.Status != plan.NotStarted || !strings.Contains(o.Error, tc.address):
					t.Errorf("after the stale change: %+v", o)
				default:
					ours++
				}
			}
			if started != tc.started || r.Count(plan.Failed) != 0 {
				t.Errorf("%d changes of the target done before, want %d; %v", started, tc.started, statuses(r))
			}
			for _, c := range w.mutations(mark) {
				if tc.started == 0 && strings.Contains(c, "endpoint/a/") {
					t.Errorf("a write to the stale target: %s", c)
				}
			}
		})
	}
}

// The bounds of a target move with every scheduled action; a plan about other settings
// does not go stale by it.
func TestMovedBoundsDoNotStopOtherSettings(t *testing.T) {
	w := newWorld(t, full("a"))
	w.converge()
	after := clone(full("a"))
	after.Tags["team"] = "search"
	w.desired.Targets = []model.Target{after}
	p := w.plan()
	if _, err := w.clients.AutoScaling.RegisterScalableTarget(t.Context(), live.ExpandTargetUpdate(
		model.ScalableTarget{ID: target("a"), MaxCapacity: 2}, live.TargetSettings{MaxCapacity: true})); err != nil {
		t.Fatal(err)
	}
	r := w.run(p, options())
	if diff := cmp.Diff(map[string]string{"endpoint/a/variant/v": "done in 1"}, statuses(r)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A lost or unreadable reply is no failure when the effect is there, at any call.
func TestLostReplies(t *testing.T) {
	for _, effect := range []sandbox.Effect{sandbox.EffectLostReply, sandbox.EffectLostReply5xx, sandbox.EffectGarbled, sandbox.EffectReset, sandbox.EffectThrottle} {
		for _, transition := range []struct {
			why           string
			before, after []model.Target
		}{
			{"create", nil, []model.Target{full("a")}},
			{"change", []model.Target{full("a")}, []model.Target{changed("a")}},
			{"prune", []model.Target{full("a")}, nil},
		} {
			for n := 1; ; n++ {
				w := newWorld(t, transition.before...)
				w.converge()
				w.desired.Targets = transition.after
				p := w.plan()
				w.inject(sandbox.Fault{Mutating: true, Nth: n, Effect: effect})
				mark := w.server.Mark()
				r := w.run(p, options())
				struck := slices.ContainsFunc(must(w.server.Mutations(mark)), func(e sandbox.Entry) bool { return e.Fault != "" })
				if !struck {
					if n < 5 {
						t.Errorf("%s: only %d calls", transition.why, n-1)
					}
					break
				}
				w.inject()
				if r.Count(plan.Done) != len(p.Changes) {
					t.Errorf("%s, %s at call %d: %v", transition.why, effect, n, r.Outcomes)
				}
				w.settled()
			}
		}
	}
}

// When every reply is lost, only another look tells that the work is done.
func TestAllRepliesLost(t *testing.T) {
	retyped := clone(full("a"))
	retyped.Policies[1] = model.Policy{Target: retyped.ID, Name: "track", StepScaling: stepped(3)}
	for _, transition := range []struct {
		why           string
		before, after []model.Target
		operation     string
	}{
		{"create", nil, []model.Target{full("a")}, "*"},
		{"change of type", []model.Target{full("a")}, []model.Target{retyped}, "Put*"},
		{"prune", []model.Target{full("a")}, nil, "*"},
	} {
		w := newWorld(t, transition.before...)
		w.converge()
		w.desired.Targets = transition.after
		p := w.plan()
		w.inject(sandbox.Fault{Mutating: true, Operation: transition.operation, Effect: sandbox.EffectLostReply, Times: -1})
		if r := w.run(p, options()); r.Count(plan.Done) != len(p.Changes) {
			t.Errorf("%s: %v", transition.why, r.Outcomes)
		}
		w.inject()
		w.settled()
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A failure stops its own target; the others go on, and the next run does the rest.
func TestFailure(t *testing.T) {
	for _, tc := range []struct {
		why   string
		fault sandbox.Fault
		class live.Class
		calls int // attempts of the failing call
	}{
		{"a quota is not retried (fact 113)", sandbox.Fault{Effect: sandbox.EffectError, Code: "LimitExceededException", Message: "too many", Times: -1}, live.Other, 1},
		{"no rights", sandbox.Fault{Effect: sandbox.EffectError, Code: "AccessDeniedException", Times: -1}, live.Permission, 1},
		{"throttled for ever", sandbox.Fault{Effect: sandbox.EffectThrottleAll}, live.Throttled, 3},
		{"no connection", sandbox.Fault{Effect: sandbox.EffectReset, Times: -1}, live.Unavailable, 3},
	} {
		t.Run(tc.why, func(t *testing.T) {
			w := newWorld(t, full("a"), full("b"))
			p := w.plan()
			tc.fault.Operation, tc.fault.Resource = "PutScalingPolicy", "endpoint/a/*"
			w.inject(tc.fault)
			mark := w.server.Mark()
			r := w.run(p, options())
			want := map[string]string{
				"endpoint/a/variant/v":                              "done in 1",
				"endpoint/a/variant/v/policy/step":                  "failed in 1",
				"endpoint/a/variant/v/policy/track":                 "not-started in 0",
				"alarm/scalectl/s/endpoint/a/variant/v/policy/step": "not-started in 0",
				"endpoint/a/variant/v/schedule/night":               "not-started in 0",
				"endpoint/b/variant/v":                              "done in 1",
				"endpoint/b/variant/v/policy/step":                  "done in 1",
				"endpoint/b/variant/v/policy/track":                 "done in 1",
				"alarm/scalectl/s/endpoint/b/variant/v/policy/step": "done in 1",
				"endpoint/b/variant/v/schedule/night":               "done in 1",
			}
			if diff := cmp.Diff(want, statuses(r)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if len(r.Failures) != 1 || r.Failures[0].Address != "endpoint/a/variant/v/policy/step" || live.Classify(r.Failures[0].Err) != tc.class {
				t.Errorf("failures %v, want one that is %s", r.Failures, tc.class)
			}
			attempts := 0
			for _, c := range w.mutations(mark) {
				if c == "PutScalingPolicy endpoint/a/variant/v/step" {
					attempts++
				}
			}
			if attempts != tc.calls {
				t.Errorf("%d attempts, want %d", attempts, tc.calls)
			}
			w.inject()
			w.converge()
		})
	}
}

// AWS may take a moment to see a target that was just registered (fact 18).
func TestNewTargetIsNotSeenYet(t *testing.T) {
	w := newWorld(t, full("a"))
	p := w.plan()
	w.inject(sandbox.Fault{Operation: "PutScalingPolicy", Effect: sandbox.EffectError, Code: "ObjectNotFoundException", Times: 3})
	var pauses []time.Duration
	opts := options()
	opts.Wait = func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil }
	r := w.run(p, opts)
	if n := r.Count(plan.Done); n != len(p.Changes) {
		t.Errorf("%d of %d changes done: %v", n, len(p.Changes), r.Outcomes)
	}
	if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, pauses); diff != "" {
		t.Errorf("pauses: -want +got\n%s", diff)
	}

	// A target that was there before has no such excuse.
	w.desired.Targets = []model.Target{changed("a")}
	p = w.plan()
	w.inject(sandbox.Fault{Operation: "PutScheduledAction", Effect: sandbox.EffectError, Code: "ObjectNotFoundException", Times: -1},
		sandbox.Fault{Operation: "RegisterScalableTarget", Effect: sandbox.EffectError, Code: "ValidationException", Times: -1})
	pauses = nil
	w.run(p, opts)
	if len(pauses) > 0 {
		t.Errorf("waited %v", pauses)
	}
}

// The wait for a new target has an end.
func TestNewTargetIsNeverSeen(t *testing.T) {
	w := newWorld(t, full("a"))
	p := w.plan()
	w.inject(sandbox.Fault{Operation: "PutScalingPolicy", Effect: sandbox.EffectError, Code: "ObjectNotFoundException", Times: -1})
	var total time.Duration
	opts := options()
	opts.Wait = func(_ context.Context, d time.Duration) error { total += d; return nil }
	r := w.run(p, opts)
	if r.Count(plan.Failed) != 1 || total != 90*time.Second {
		t.Errorf("gave up after %s: %v", total, statuses(r))
	}
}

// A policy that is made anew has a new ARN, and its alarm names it in the same run.
func TestAlarmFollowsItsPolicy(t *testing.T) {
	w := newWorld(t, full("a"))
	w.converge()
	id := target("a")
	old := w.alarmActions("scalectl/s/" + id.PolicyAddress("step"))

	// Both policies change their type, so that each is deleted and put.
	after := clone(full("a"))
	after.Policies[0] = model.Policy{Target: id, Name: "step", TargetTracking: tracked(70)}
	after.Policies[1] = model.Policy{Target: id, Name: "track", StepScaling: stepped(1)}
	after.Alarms = nil
	w.desired.Targets = []model.Target{after}
	w.converge()
	w.desired.Targets = []model.Target{full("a")}
	w.converge()
	now := w.alarmActions("scalectl/s/" + id.PolicyAddress("step"))
	policy, err := w.clients.ReadPolicy(t.Context(), id, "step")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{policy.ARN}, now); diff != "" {
		t.Errorf("the alarm's actions: -want +got\n%s", diff)
	}

	// The target was made anew behind our back: the alarm drives a policy that is no more.
	if _, err := w.clients.AutoScaling.DeregisterScalableTarget(t.Context(), &applicationautoscaling.DeregisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(id.ResourceID), ScalableDimension: types.ScalableDimension(id.Dimension)}); err != nil {
		t.Fatal(err)
	}
	w.converge()
	if again := w.alarmActions("scalectl/s/" + id.PolicyAddress("step")); cmp.Equal(old, again) || len(again) != 1 {
		t.Errorf("the alarm's actions were %v and are %v", old, again)
	}
}

// An alarm whose policy was made anew by somebody between plan and apply is put with the
// new ARN, though the plan knows of its tags only.
func TestAlarmFollowsItsPolicyUnplanned(t *testing.T) {
	id := target("a")
	w := newWorld(t, full("a"))
	w.converge()
	after := clone(full("a"))
	after.Alarms[0].Tags = map[string]string{model.TagStack: "s", "team": "ml"}
	w.desired.Targets = []model.Target{after}
	p := w.plan()
	if _, err := w.clients.AutoScaling.DeleteScalingPolicy(t.Context(), &applicationautoscaling.DeleteScalingPolicyInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(id.ResourceID),
		ScalableDimension: types.ScalableDimension(id.Dimension), PolicyName: aws.String("step")}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.clients.AutoScaling.PutScalingPolicy(t.Context(), live.ExpandPolicy(full("a").Policies[0])); err != nil {
		t.Fatal(err)
	}
	w.run(p, options())
	w.settled()
}

// The ARN of a policy put in this run is known without another call.
func TestPolicyARNIsRemembered(t *testing.T) {
	w := newWorld(t, full("a"))
	r := w.run(w.plan(), options())
	for _, op := range r.Calls {
		if op.Operation == "DescribeScalingPolicies" && op.Calls != 2 {
			t.Errorf("%d looks at two policies", op.Calls)
		}
		if op.Operation == "PutScalingPolicy" && (op.Calls != 2 || !op.Mutating) {
			t.Errorf("counted %+v", op)
		}
	}
}

func (w *world) alarmActions(name string) []string {
	w.Helper()
	out, err := w.clients.CloudWatch.DescribeAlarms(w.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil || len(out.MetricAlarms) != 1 {
		w.Fatalf("alarm %s: %v, %v", name, out, err)
	}
	return out.MetricAlarms[0].AlarmActions
}

// An action that no longer sets one of the bounds is made anew, since AWS may keep what an
// update leaves out (fact 91).
func TestScheduledActionDropsABound(t *testing.T) {
	before := clone(full("a"))
	before.ScheduledActions[0] = scheduled(before.ID, "night", model.Ptr(int32(1)), model.Ptr(int32(2)))
	w := newWorld(t, before)
	w.converge()
	w.desired.Targets = []model.Target{full("a")}
	mark := w.server.Mark()
	w.converge()
	want := []string{"DeleteScheduledAction endpoint/a/variant/v/night", "PutScheduledAction endpoint/a/variant/v/night"}
	if diff := cmp.Diff(want, readable(w.mutations(mark))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWrongPlaceAndEmptyPlan(t *testing.T) {
	w := newWorld(t, full("a"))
	p := w.plan()
	p.Account = "210987654321"
	mark := w.server.Mark()
	r, err := apply.Run(t.Context(), w.clients, p, options())
	var wrong *live.WrongPlaceError
	if !errors.As(err, &wrong) || len(r.Outcomes) > 0 {
		t.Errorf("result %v, error %v", r, err)
	}
	if got := w.mutations(mark); len(got) > 0 {
		t.Errorf("calls in the wrong account: %v", got)
	}
	before := w.clients.Stats().Total().Calls
	r, err = apply.Run(t.Context(), w.clients, &plan.Plan{}, options())
	if err != nil || len(r.Outcomes) > 0 || w.clients.Stats().Total().Calls != before {
		t.Errorf("an empty plan: %v, %v", r, err)
	}
}

// Changes wait for those of other targets that they depend on, whatever the order of the
// targets, and do not start when those were not done.
func TestDependencies(t *testing.T) {
	w := newWorld(t, full("a"), full("b"))
	p := w.plan()
	for i, c := range p.Changes {
		if c.Address == target("a").Address() {
			p.Changes[i].DependsOn = []string{target("b").ScheduleAddress("night"), "not in the plan"}
		}
	}
	mark := w.server.Mark()
	r := w.run(p, options())
	calls := readable(w.mutations(mark))
	if len(calls) != 10 || calls[5] != "RegisterScalableTarget endpoint/a/variant/v" || r.Count(plan.Done) != 10 {
		t.Errorf("calls %v, %v", calls, statuses(r))
	}

	w = newWorld(t, full("a"), full("b"))
	w.inject(sandbox.Fault{Operation: "PutScheduledAction", Effect: sandbox.EffectError, Code: "ValidationException", Times: -1})
	r = w.run(p, options())
	if r.Count(plan.Done) != 4 || r.Count(plan.Failed) != 1 || r.Count(plan.NotStarted) != 5 {
		t.Errorf("after a failure: %v", statuses(r))
	}

	for i, c := range p.Changes {
		if c.Address == target("b").Address() {
			p.Changes[i].DependsOn = []string{target("a").Address()}
		}
	}
	mark = w.server.Mark()
	if _, err := apply.Run(t.Context(), w.clients, p, options()); err == nil || !strings.Contains(err.Error(), "contradicts itself") {
		t.Errorf("a circle: error %v", err)
	}
	if got := w.mutations(mark); len(got) > 0 {
		t.Errorf("calls of a plan that cannot be carried out: %v", got)
	}
}

func TestEvents(t *testing.T) {
	w := newWorld(t, full("a"))
	p := w.plan()
	w.inject(sandbox.Fault{Operation: "PutScalingPolicy", Resource: "*step", Effect: sandbox.EffectThrottle},
		sandbox.Fault{Operation: "PutMetricAlarm", Effect: sandbox.EffectError, Code: "ValidationError", Message: "no", Times: -1})
	var got []string
	opts := options()
	opts.Progress = func(e apply.Event) {
		text := string(e.Kind) + " " + e.Address
		switch e.Kind {
		case apply.Calling:
			text += " " + e.Operation
		case apply.CallFailed:
			if e.Throttled {
				text += " throttled"
			}
		case apply.Finished:
			text += " " + string(e.Outcome.Status)
		}
		got = append(got, strings.ReplaceAll(text, "endpoint/a/variant/v", "@"))
	}
	w.run(p, opts)
	want := []string{
		"started @", "calling @ application-autoscaling:RegisterScalableTarget", "finished @ done",
		"started @/policy/step", "calling @/policy/step application-autoscaling:PutScalingPolicy", "call-failed @/policy/step throttled",
		"calling @/policy/step application-autoscaling:PutScalingPolicy", "finished @/policy/step done",
		"started @/policy/track", "calling @/policy/track application-autoscaling:PutScalingPolicy", "finished @/policy/track done",
		"started alarm/scalectl/s/@/policy/step", "calling alarm/scalectl/s/@/policy/step cloudwatch:PutMetricAlarm",
		"call-failed alarm/scalectl/s/@/policy/step", "finished alarm/scalectl/s/@/policy/step failed",
		"finished @/schedule/night not-started",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
