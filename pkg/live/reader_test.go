package live_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

// wanted is a spec about the fleet: one target that is ours, one that belongs to nobody.
func wanted() model.Desired {
	return model.Desired{
		Stack: "s", Account: "123456789012", Region: region,
		Targets: []model.Target{
			{ScalableTarget: model.ScalableTarget{ID: web}, Alarms: []model.Alarm{{Name: "not there yet"}}},
			{ScalableTarget: model.ScalableTarget{ID: model.VariantTarget("quick", "main", model.ProvisionedConcurrency)}},
		},
		Endpoints: []model.EndpointExpectation{{Name: "batch"}, {Name: "shared", Components: []string{"ranker", "missing"}}, {Name: "missing"}},
	}
}

func read(t *testing.T, server *sandbox.Server, d model.Desired) (model.Observed, error) {
	t.Helper()
	reader := live.Reader{Clients: newClients(server), Now: func() time.Time { return start }}
	return reader.Read(t.Context(), d)
}

func TestRead(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	got, err := read(t, server, wanted())
	if err != nil {
		t.Fatal(err)
	}
	policy := model.Policy{Target: web, Name: "track", TargetTracking: &model.TargetTracking{TargetValue: 70,
		PredefinedMetric: "SageMakerVariantInvocationsPerInstance", ScaleInCooldown: 300, ScaleOutCooldown: 300}}
	step := model.Policy{Target: web, Name: "step", StepScaling: &model.StepScaling{AdjustmentType: "ChangeInCapacity",
		MetricAggregationType: "Average", Cooldown: 300,
		StepAdjustments: []model.Step{{MetricIntervalLowerBound: model.Ptr(0.0), ScalingAdjustment: 1}}}}
	night := model.ScheduledAction{Target: web, Name: "night", Schedule: "cron(0 22 * * ? *)", Timezone: "UTC", MaxCapacity: model.Ptr(int32(2))}
	quick := model.VariantTarget("quick", "main", model.ProvisionedConcurrency)
	ranker := model.ComponentTarget("ranker")
	want := model.Observed{
		Account: "123456789012", Region: region, ReadAt: start,
		Targets: map[model.TargetID]model.ObservedTarget{
			web: {
				ScalableTarget:   model.ScalableTarget{ID: web, MinCapacity: 1, MaxCapacity: 4, Tags: map[string]string{"scalectl:stack": "s", "team": "ml"}},
				Policies:         []model.ObservedPolicy{{Policy: step, AlarmNames: []string{"made elsewhere"}}, {Policy: policy}},
				ScheduledActions: []model.ObservedScheduledAction{{ScheduledAction: night}},
			},
			quick: {ScalableTarget: model.ScalableTarget{ID: quick, MinCapacity: 1, MaxCapacity: 10}},
			// Another stack's target is seen; its children are nobody's business here.
			ranker: {ScalableTarget: model.ScalableTarget{ID: ranker, MaxCapacity: 3, Tags: map[string]string{"scalectl:stack": "other"}}},
		},
		Alarms: map[string]model.ObservedAlarm{
			"made elsewhere": {State: "INSUFFICIENT_DATA", Alarm: model.Alarm{Name: "made elsewhere", Namespace: "AWS/SageMaker", MetricName: "ModelLatency", Statistic: "Average",
				Period: 60, EvaluationPeriods: 2, DatapointsToAlarm: 2, Threshold: 0.5, ComparisonOperator: "GreaterThanThreshold",
				TreatMissingData: "missing", ActionsEnabled: true, AlarmActions: []string{"(policy)"}}},
			"scalectl/s/orphan": {State: "INSUFFICIENT_DATA", Alarm: model.Alarm{Name: "scalectl/s/orphan", Namespace: "AWS/SageMaker", MetricName: "ModelLatency", Statistic: "Average",
				Period: 60, EvaluationPeriods: 2, DatapointsToAlarm: 2, Threshold: 1, ComparisonOperator: "GreaterThanThreshold",
				TreatMissingData: "missing", ActionsEnabled: true, Tags: map[string]string{"scalectl:stack": "s"}}},
		},
		Endpoints: map[string]model.Endpoint{
			"web": {Name: "web", Status: "InService", ConfigName: "web-config", Kind: model.KindRealtime, Variants: map[string]model.Variant{
				"blue": {Name: "blue", InstanceType: "ml.m5.xlarge", DesiredInstanceCount: 2, CurrentInstanceCount: 2}}},
			"batch": {Name: "batch", Status: "InService", ConfigName: "batch-config", Kind: model.KindAsync, Variants: map[string]model.Variant{
				"all": {Name: "all", InstanceType: "ml.g4dn.2xlarge", DesiredInstanceCount: 1, CurrentInstanceCount: 1}}},
			"quick": {Name: "quick", Status: "InService", ConfigName: "quick-config", Kind: model.KindServerless, Variants: map[string]model.Variant{
				"main": {Name: "main", Serverless: true, MemorySizeInMB: 2048, MaxConcurrency: 20, ProvisionedConcurrency: 5}}},
			"shared": {Name: "shared", Status: "InService", ConfigName: "shared-config", Kind: model.KindComponents, Variants: map[string]model.Variant{
				"pool": {Name: "pool", InstanceType: "ml.g5.2xlarge", DesiredInstanceCount: 1, CurrentInstanceCount: 1, ManagedInstanceScaling: true}}},
		},
		Components: map[string]model.Component{
			"ranker": {Name: "ranker", Endpoint: "shared", Variant: "pool", Status: "InService", DesiredCopyCount: 3, CurrentCopyCount: 3},
		},
	}
	for name, a := range got.Alarms {
		for i, action := range a.AlarmActions {
			if strings.Contains(action, ":scalingPolicy:") {
				got.Alarms[name].AlarmActions[i] = "(policy)"
			}
		}
	}
	ignore := cmp.Options{
		cmpopts.IgnoreFields(model.ObservedTarget{}, "ARN", "CreationTime"),
		cmpopts.IgnoreFields(model.ObservedPolicy{}, "ARN", "CreationTime"),
		cmpopts.IgnoreFields(model.ObservedScheduledAction{}, "ARN", "CreationTime"),
		cmpopts.IgnoreFields(model.ObservedAlarm{}, "ARN"),
		// Target tracking has alarms of AWS's naming.
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".AlarmNames" },
			cmp.Transformer("own", func(names []string) int {
				return len(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.HasPrefix(n, "TargetTracking-") }))
			})),
	}
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got.Targets[web].ARN == "" || got.Targets[web].Policies[0].ARN == "" || !got.Targets[web].CreationTime.Equal(start) {
		t.Errorf("no ARNs or times: %+v", got.Targets[web])
	}
	log, err := server.Log()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range log {
		if e.Mutating {
			t.Errorf("a read made a mutating call: %s", e.Operation)
		}
		if strings.Contains(string(e.Input), "TargetTracking-") {
			t.Errorf("an alarm of target tracking was looked at: %s %s", e.Operation, e.Input)
		}
	}
}

func TestReadRefusesTheWrongPlace(t *testing.T) {
	for _, tc := range []struct {
		why    string
		change func(*model.Desired)
		want   live.WrongPlaceError
		calls  []string
	}{
		{"account", func(d *model.Desired) { d.Account = "210987654321" },
			live.WrongPlaceError{What: "account", Want: "210987654321", Got: "123456789012"}, []string{"sts:GetCallerIdentity"}},
		{"region", func(d *model.Desired) { d.Region = "eu-west-1" },
			live.WrongPlaceError{What: "region", Want: "eu-west-1", Got: region}, nil},
	} {
		t.Run(tc.why, func(t *testing.T) {
			server := newSandbox(t, sandbox.Options{}, fleet)
			d := wanted()
			tc.change(&d)
			_, err := read(t, server, d)
			var wrong *live.WrongPlaceError
			if !errors.As(err, &wrong) || *wrong != tc.want {
				t.Errorf("error %v, want %v", err, &tc.want)
			}
			if diff := cmp.Diff(tc.calls, operations(t, server)); diff != "" {
				t.Errorf("calls: -want +got\n%s", diff)
			}
		})
	}
}

// No operation that Read makes may fail without failing the whole: what it could not see
// would look deleted.
func TestHalfReadFleetIsRefused(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	if _, err := read(t, server, wanted()); err != nil {
		t.Fatal(err)
	}
	made := operations(t, server)
	slices.Sort(made)
	made = slices.Compact(made)
	if len(made) != 10 {
		t.Fatalf("Read made %d kinds of calls: %v", len(made), made)
	}
	for _, op := range made {
		service, operation, _ := strings.Cut(op, ":")
		for _, tc := range []struct {
			fault sandbox.Fault
			want  live.Class
		}{
			{sandbox.Fault{Effect: sandbox.EffectError, Code: "AccessDeniedException", Message: "not allowed"}, live.Permission},
			{sandbox.Fault{Effect: sandbox.EffectThrottleAll}, live.Throttled},
			{sandbox.Fault{Effect: sandbox.EffectGarbled}, live.Unavailable},
		} {
			t.Run(op+" "+string(tc.fault.Effect), func(t *testing.T) {
				server := newSandbox(t, sandbox.Options{}, fleet)
				tc.fault.Service, tc.fault.Operation = service, operation
				inject(t, server, tc.fault)
				got, err := read(t, server, wanted())
				if err == nil {
					t.Fatal("no error")
				}
				if live.Classify(err) != tc.want {
					t.Errorf("%v is %s, want %s", err, live.Classify(err), tc.want)
				}
				if diff := cmp.Diff(model.Observed{}, got); diff != "" {
					t.Errorf("something was returned with the error: %s", diff)
				}
				var call *live.CallError
				if !errors.As(err, &call) || call.What == "" {
					t.Errorf("%v does not say which call it was", err)
				}
			})
		}
	}
}

// bigFleet is n real-time endpoints with a target each, of which the first owned are ours,
// with two policies and a scheduled action each, and one alarm each.
func bigFleet(n, owned int) (seed string, d model.Desired) {
	var endpoints, targets, policies, alarms, schedules strings.Builder
	d = model.Desired{Stack: "s"}
	for i := range n {
		name := fmt.Sprintf("e%04d", i)
		id := model.VariantTarget(name, "v", model.InstanceCount)
		tags := ""
		if i < owned {
			tags = `, Tags: {"scalectl:stack": s}`
			d.Targets = append(d.Targets, model.Target{ScalableTarget: model.ScalableTarget{ID: id}})
		}
		key := fmt.Sprintf(`ResourceId: %s, ScalableDimension: "%s"`, id.ResourceID, id.Dimension)
		fmt.Fprintf(&endpoints, "  %s: {variants: {v: {instanceType: ml.m5.large}}}\n", name)
		fmt.Fprintf(&targets, "  - {%s, MinCapacity: 1, MaxCapacity: 4%s}\n", key, tags)
		fmt.Fprintf(&policies, "  - {%s, PolicyName: a, PolicyType: TargetTrackingScaling, TargetTrackingScalingPolicyConfiguration: {TargetValue: 70, PredefinedMetricSpecification: {PredefinedMetricType: SageMakerVariantInvocationsPerInstance}}}\n", key)
		fmt.Fprintf(&policies, "  - {%s, PolicyName: b, PolicyType: StepScaling, StepScalingPolicyConfiguration: {AdjustmentType: ChangeInCapacity, StepAdjustments: [{MetricIntervalLowerBound: 0, ScalingAdjustment: 1}]}}\n", key)
		fmt.Fprintf(&alarms, "  - {AlarmName: scalectl/s/%s, Namespace: N, MetricName: M, Statistic: Average, Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: GreaterThanThreshold, AlarmActions: [\"policy:%s/b\"], Tags: [{Key: \"scalectl:stack\", Value: s}]}\n", name, id.ResourceID)
		fmt.Fprintf(&schedules, "  - {%s, ScheduledActionName: s, Schedule: rate(1 day), ScalableTargetAction: {MinCapacity: 1}}\n", key)
	}
	return "endpoints:\n" + endpoints.String() + "scalableTargets:\n" + targets.String() + "policies:\n" + policies.String() +
		"alarms:\n" + alarms.String() + "scheduledActions:\n" + schedules.String(), d
}

func TestReadFollowsPagesWithFewCalls(t *testing.T) {
	const n = 120
	for _, tc := range []struct {
		why   string
		owned int
		want  map[string]int
	}{
		{"all of the namespace is ours: lists of the namespace", n, map[string]int{
			"application-autoscaling:DescribeScalableTargets":  3,  // 50 a page
			"application-autoscaling:DescribeScalingPolicies":  24, // 10 a page
			"application-autoscaling:DescribeScheduledActions": 3,
			"sagemaker:DescribeEndpoint":                       n,
		}},
		{"little of it is ours: resource by resource", 2, map[string]int{
			"application-autoscaling:DescribeScalableTargets":  3,
			"application-autoscaling:DescribeScalingPolicies":  2,
			"application-autoscaling:DescribeScheduledActions": 2,
			"sagemaker:DescribeEndpoint":                       2,
		}},
	} {
		t.Run(tc.why, func(t *testing.T) {
			seed, d := bigFleet(n, tc.owned)
			server := newSandbox(t, sandbox.Options{}, seed)
			got, err := read(t, server, d)
			if err != nil {
				t.Fatal(err)
			}
			tc.want["sts:GetCallerIdentity"] = 1
			tc.want["application-autoscaling:ListTagsForResource"] = n
			tc.want["cloudwatch:DescribeAlarms"] = 2 // 100 a page
			tc.want["cloudwatch:ListTagsForResource"] = n
			tc.want["sagemaker:DescribeEndpointConfig"] = tc.want["sagemaker:DescribeEndpoint"]
			calls := map[string]int{}
			for _, op := range operations(t, server) {
				calls[op]++
			}
			if diff := cmp.Diff(tc.want, calls); diff != "" {
				t.Errorf("calls: -want +got\n%s", diff)
			}
			if len(got.Targets) != n || len(got.Alarms) != n || len(got.Endpoints) != tc.owned {
				t.Errorf("%d targets, %d alarms, %d endpoints", len(got.Targets), len(got.Alarms), len(got.Endpoints))
			}
			full := 0
			for _, target := range got.Targets {
				if len(target.Policies) == 2 && len(target.ScheduledActions) == 1 {
					full++
				}
			}
			if full != tc.owned {
				t.Errorf("%d targets with all their children, want %d", full, tc.owned)
			}
		})
	}
}

// Alarms with names of their own are asked for by name, a hundred at a time.
func TestReadManyNamedAlarms(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	d := wanted()
	for i := range 150 {
		d.Targets[0].Alarms = append(d.Targets[0].Alarms, model.Alarm{Name: fmt.Sprintf("custom-%03d", i)},
			model.Alarm{Name: fmt.Sprintf("scalectl/s/%03d", i)}) // in the list by prefix, or not there
	}
	got, err := read(t, server, d)
	if err != nil {
		t.Fatal(err)
	}
	if n := count(operations(t, server), "cloudwatch:DescribeAlarms"); n != 3 {
		t.Errorf("%d calls, want 1 by prefix and 2 by name", n)
	}
	if len(got.Alarms) != 2 {
		t.Errorf("%d alarms, want 2", len(got.Alarms))
	}
}

// The config of a running endpoint can be gone (fact 179): its kind is unknown then.
func TestReadEndpointWhoseConfigIsGone(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	inject(t, server, sandbox.Fault{Operation: "DescribeEndpointConfig", Resource: "web-config", Effect: sandbox.EffectError,
		Code: "ValidationException", Message: `Could not find endpoint configuration "arn".`})
	got, err := read(t, server, wanted())
	if err != nil {
		t.Fatal(err)
	}
	want := model.Endpoint{Name: "web", Status: "InService", ConfigName: "web-config",
		Variants: map[string]model.Variant{"blue": {Name: "blue", DesiredInstanceCount: 2, CurrentInstanceCount: 2}}}
	if diff := cmp.Diff(want, got.Endpoints["web"]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A target that vanishes between two calls is neither there nor absent.
func TestReadNoticesVanishingTarget(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	inject(t, server, sandbox.Fault{Operation: "ListTagsForResource", Effect: sandbox.EffectError, Code: "ResourceNotFoundException"})
	_, err := read(t, server, wanted())
	var moved *live.MovedError
	if !errors.As(err, &moved) {
		t.Errorf("error %v, want a MovedError", err)
	}
}

func TestReadReportsProgress(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	last := map[live.Subject]live.Progress{}
	reader := live.Reader{Clients: newClients(server), Parallelism: 3, Progress: func(p live.Progress) { last[p.Subject] = p }}
	if _, err := reader.Read(t.Context(), wanted()); err != nil {
		t.Fatal(err)
	}
	if p := last[live.ReadingTargetTags]; p.Done != 3 || p.Total != 3 {
		t.Errorf("tags: %+v, want 3 of 3", p)
	}
	if p := last[live.ReadingEndpoints]; p.Done != 5 || p.Total != 5 {
		t.Errorf("endpoints: %+v, want 5 of 5", p)
	}
	if p := last[live.ReadingTargets]; p.Done != 3 {
		t.Errorf("targets: %+v, want 3", p)
	}
}
