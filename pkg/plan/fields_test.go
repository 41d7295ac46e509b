package plan

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/scalectl/scalectl/pkg/model"
)

// fullObjects has every field of every kind of object set, once for each form that
// excludes another.
func fullObjects() map[string]*Object {
	query := model.MetricQuery{ID: "m1", Label: "l", ReturnData: true, AccountID: "1",
		MetricStat: &model.MetricStat{MetricName: "M", Namespace: "N", Dimensions: map[string]string{"a": "b"}, Stat: "Average", Unit: "Count", Period: 60}}
	expression := model.MetricQuery{ID: "e1", Expression: "m1*2", Label: "l", ReturnData: true, Period: 60, AccountID: "1"}
	single := model.CustomizedMetric{MetricName: "M", Namespace: "N", Dimensions: map[string]string{"a": "b"}, Statistic: "Sum", Unit: "Count"}
	tracking := func(tt model.TargetTracking) *Object {
		tt.TargetValue, tt.ScaleInCooldown, tt.ScaleOutCooldown, tt.DisableScaleIn = 50, 60, 30, true
		return &Object{Policy: &model.Policy{Target: ranker, Name: "p", TargetTracking: &tt}}
	}
	start, end := sunday, sunday.Add(time.Hour)
	return map[string]*Object{
		"target": {Target: &model.ScalableTarget{ID: ranker, MinCapacity: 1, MaxCapacity: 8, Tags: map[string]string{"a": "b"},
			Suspended: model.Suspended{DynamicScalingIn: true, DynamicScalingOut: true, ScheduledScaling: true}}},
		"predefined": tracking(model.TargetTracking{PredefinedMetric: "P"}),
		"customized": tracking(model.TargetTracking{CustomizedMetric: &single}),
		"math":       tracking(model.TargetTracking{CustomizedMetric: &model.CustomizedMetric{Metrics: []model.MetricQuery{query}}}),
		"expression": tracking(model.TargetTracking{CustomizedMetric: &model.CustomizedMetric{Metrics: []model.MetricQuery{expression}}}),
		"step": {Policy: &model.Policy{Target: ranker, Name: "p", StepScaling: &model.StepScaling{
			AdjustmentType: model.PercentChangeInCapacity, MetricAggregationType: "Maximum", Cooldown: 60, MinAdjustmentMagnitude: model.Ptr[int32](2),
			StepAdjustments: []model.Step{{MetricIntervalLowerBound: model.Ptr(1.0), MetricIntervalUpperBound: model.Ptr(2.0), ScalingAdjustment: 3}}}}},
		"alarm": {Alarm: &model.Alarm{Name: "a", Target: ranker, Policy: "p", Description: "d", MetricName: "M", Namespace: "N", Dimensions: map[string]string{"a": "b"},
			Statistic: "Sum", ExtendedStatistic: "p99", Unit: "Count", Period: 60, Metrics: []model.MetricQuery{query}, EvaluationPeriods: 3, DatapointsToAlarm: 2, Threshold: 1,
			ComparisonOperator: "GreaterThanThreshold", TreatMissingData: "breaching", EvaluateLowSampleCountPercentile: "ignore", ActionsEnabled: true,
			AlarmActions: []string{"a"}, OKActions: []string{"b"}, InsufficientDataActions: []string{"c"}, Tags: map[string]string{"a": "b"}}},
		"scheduled action": {ScheduledAction: &model.ScheduledAction{Target: ranker, Name: "s", Schedule: "rate(1 hour)", Timezone: "Europe/Berlin",
			StartTime: &start, EndTime: &end, MinCapacity: model.Ptr[int32](1), MaxCapacity: model.Ptr[int32](2)}},
	}
}

// identity names the fields that say which object it is rather than what it is like. The
// policy of an alarm is in the digest instead.
var identity = []string{"Target.ID", "Policy.Target", "Policy.Name", "Alarm.Name", "Alarm.Target", "Alarm.Policy", "ScheduledAction.Target", "ScheduledAction.Name"}

// TestDiffSeesEveryField changes each field of each object, one at a time, and requires a
// difference. A field that is added to the model and forgotten here fails.
func TestDiffSeesEveryField(t *testing.T) {
	seen := map[string]bool{}
	for name, original := range fullObjects() {
		for leaf := 0; ; leaf++ {
			changed, path := clone(t, original), ""
			n := 0
			walk(reflect.ValueOf(changed), "", func(at string, change func()) {
				if n == leaf {
					path = at
					change()
				}
				n++
			})
			if leaf == n {
				break
			}
			seen[path] = true
			isIdentity := slices.ContainsFunc(identity, func(id string) bool { return path == id || strings.HasPrefix(path, id+".") })
			if differs := len(diff(original, changed)) > 0; differs == isIdentity {
				t.Errorf("%s: a change of %s is a difference: %v", name, path, differs)
			}
		}
		if fields := diff(original, clone(t, original)); len(fields) > 0 {
			t.Errorf("%s differs from its copy: %v", name, fields)
		}
	}
	for _, want := range []string{"Policy.TargetTracking.CustomizedMetric.Metrics.MetricStat.Stat", "Alarm.Metrics.AccountID", "ScheduledAction.EndTime", "Target.Suspended.ScheduledScaling"} {
		if !seen[want] {
			t.Errorf("%s was not looked at", want)
		}
	}
}

// walk calls visit for every leaf with a function that changes it.
func walk(v reflect.Value, path string, visit func(path string, change func())) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if v.Type().Elem() == reflect.TypeFor[time.Time]() {
			visit(path, func() { v.Elem().Set(reflect.ValueOf(v.Elem().Interface().(time.Time).Add(time.Second))) })
			return
		}
		walk(v.Elem(), path, visit)
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), visit)
		}
	case reflect.Slice:
		if v.Len() > 0 && v.Index(0).Kind() == reflect.Struct {
			walk(v.Index(0), path, visit)
			return
		}
		visit(path, func() { v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem())) })
	case reflect.Map:
		visit(path, func() { v.Set(reflect.ValueOf(map[string]string{"a": "changed"})) })
	case reflect.String:
		visit(path, func() { v.SetString(v.String() + "x") })
	case reflect.Bool:
		visit(path, func() { v.SetBool(!v.Bool()) })
	case reflect.Int32:
		visit(path, func() { v.SetInt(v.Int() + 1) })
	case reflect.Float64:
		visit(path, func() { v.SetFloat(v.Float() + 0.5) })
	default:
		panic(fmt.Sprintf("a field of kind %s at %s", v.Kind(), path))
	}
}

func clone(t *testing.T, o *Object) *Object {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	out := new(Object)
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDiffOfNothing(t *testing.T) {
	for name, o := range fullObjects() {
		created, deleted := diff(nil, o), diff(o, nil)
		if len(created) == 0 || len(created) != len(deleted) {
			t.Errorf("%s: %d fields created, %d deleted", name, len(created), len(deleted))
		}
		paths := map[string]bool{}
		for i, f := range created {
			if f.Before != nil || deleted[i].After != nil || deleted[i].Path != f.Path {
				t.Errorf("%s: %v and %v", name, f, deleted[i])
			}
			if paths[f.Path] {
				t.Errorf("%s has two fields %s", name, f.Path)
			}
			paths[f.Path] = true
		}
	}
	if fields := diff(nil, nil); len(fields) > 0 {
		t.Errorf("%v", fields)
	}
}

func TestStepText(t *testing.T) {
	f := model.Ptr[float64]
	for _, tt := range []struct {
		step model.Step
		kind string
		want string
	}{
		{model.Step{MetricIntervalLowerBound: f(0), ScalingAdjustment: 1}, model.ChangeInCapacity, "[0, ..): +1"},
		{model.Step{MetricIntervalLowerBound: f(0), MetricIntervalUpperBound: f(10), ScalingAdjustment: 25}, model.PercentChangeInCapacity, "[0, 10): +25 %"},
		{model.Step{MetricIntervalUpperBound: f(0), ScalingAdjustment: -1}, model.ChangeInCapacity, "(.., 0]: -1"},
		{model.Step{MetricIntervalLowerBound: f(-10), MetricIntervalUpperBound: f(0), ScalingAdjustment: -25}, model.PercentChangeInCapacity, "(-10, 0]: -25 %"},
		{model.Step{MetricIntervalLowerBound: f(0.5), MetricIntervalUpperBound: f(1e21), ScalingAdjustment: 0}, model.ExactCapacity, "[0.5, 1e+21): exactly 0"},
		{model.Step{ScalingAdjustment: 2}, model.ChangeInCapacity, "(.., ..): +2"},
	} {
		if got := stepText(tt.step, tt.kind); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestFieldGroup(t *testing.T) {
	for path, want := range map[string]string{"tags.team": "tags", "minCapacity": "minCapacity", "targetTracking.customizedMetric.unit": "targetTracking"} {
		if got := (FieldChange{Path: path}).Group(); got != want {
			t.Errorf("%s is in %s", path, got)
		}
	}
}

// TestFingerprint: which changes of the live object make a change stale.
func TestFingerprint(t *testing.T) {
	live := func() *Object {
		return &Object{Target: &model.ScalableTarget{ID: ranker, MinCapacity: 1, MaxCapacity: 8,
			Tags: map[string]string{model.TagStack: "rec", "team": "web"}}}
	}
	edit := func(f func(*model.ScalableTarget)) *Object { o := live(); f(o.Target); return o }
	bounds := complete(Change{Action: Update, Before: live(), After: edit(func(t *model.ScalableTarget) { t.MaxCapacity = 9 })})
	tags := complete(Change{Action: Update, Before: live(), After: edit(func(t *model.ScalableTarget) { t.Tags = map[string]string{model.TagStack: "rec", "owner": "ml"} })})
	gone := complete(Change{Action: Delete, Before: live()})
	made := complete(Change{Action: Create, After: live()})
	tests := []struct {
		name                    string
		live                    *Object
		bounds, tags, del, made bool // whether each change is stale
	}{
		{"as planned", live(), false, false, false, true},
		{"absent", nil, true, true, true, false},
		{"empty", &Object{}, true, true, true, false},
		{"a schedule fired", edit(func(t *model.ScalableTarget) { t.MinCapacity = 4 }), false, false, false, true},
		{"the planned bound moved", edit(func(t *model.ScalableTarget) { t.MaxCapacity = 10 }), true, false, false, true},
		{"a planned tag changed", edit(func(t *model.ScalableTarget) { t.Tags["team"] = "ml" }), false, true, false, true},
		{"a planned tag appeared", edit(func(t *model.ScalableTarget) { t.Tags["owner"] = "web" }), false, true, false, true},
		{"another tag appeared", edit(func(t *model.ScalableTarget) { t.Tags["stray"] = "x" }), false, false, false, true},
		{"another stack took it", edit(func(t *model.ScalableTarget) { t.Tags[model.TagStack] = "search" }), false, false, true, true},
		{"it was protected", edit(func(t *model.ScalableTarget) { t.Tags[model.TagProtect] = "true" }), false, false, true, true},
	}
	for _, tt := range tests {
		for _, c := range []struct {
			what   string
			change Change
			stale  bool
		}{{"bounds", bounds, tt.bounds}, {"tags", tags, tt.tags}, {"deletion", gone, tt.del}, {"creation", made, tt.made}} {
			if stale := c.change.LiveFingerprint(tt.live) != c.change.Fingerprint; stale != c.stale {
				t.Errorf("%s: %s stale: %v", tt.name, c.what, stale)
			}
			if moved := c.change.Moved(tt.live); (len(moved) > 0) != c.stale && c.change.Before != nil {
				t.Errorf("%s: %s moved %v", tt.name, c.what, moved)
			}
		}
	}
}

// TestFingerprintOfAnAlarm: replacing the policy takes its ARN out of the alarm, which
// does not make the alarm's own change stale; anything else does.
func TestFingerprintOfAnAlarm(t *testing.T) {
	live := func(actions ...string) *Object {
		a := alarm("wake", "wake")
		a.AlarmActions = actions
		return &Object{Alarm: &a}
	}
	const arn = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/sagemaker/endpoint/ranker/variant/main:policyName/wake"
	c := complete(Change{Action: Update, Before: live(arn, "arn:sns"), After: live(model.PolicyARNAction, "arn:sns")})
	for _, same := range []*Object{live(arn, "arn:sns"), live("arn:sns"), live("arn:sns", strings.Replace(arn, ":1:", ":2:", 1))} {
		if moved := c.Moved(same); moved != nil {
			t.Errorf("stale: %v", moved)
		}
	}
	other := live(arn, "arn:sns")
	other.Alarm.Threshold = 7
	for _, moved := range []*Object{live(arn), live(arn, "arn:other"), other, nil} {
		if c.Moved(moved) == nil {
			t.Errorf("not stale")
		}
	}
}

func TestReached(t *testing.T) {
	before := &Object{Target: &model.ScalableTarget{ID: ranker, MinCapacity: 1, MaxCapacity: 8}}
	after := &Object{Target: &model.ScalableTarget{ID: ranker, MinCapacity: 1, MaxCapacity: 9}}
	for _, tt := range []struct {
		name string
		c    Change
		live *Object
		want bool
	}{
		{"updated", Change{Action: Update, Before: before, After: after}, after, true},
		{"not updated", Change{Action: Update, Before: before, After: after}, before, false},
		{"created", Change{Action: Create, After: after}, after, true},
		{"not created", Change{Action: Create, After: after}, nil, false},
		{"deleted", Change{Action: Delete, Before: before}, nil, true},
		{"not deleted", Change{Action: Delete, Before: before}, before, false},
		{"a replacement is never known to be done", Change{Action: Replace, Before: before, After: after}, after, false},
	} {
		if got := tt.c.Reached(tt.live); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestCounts(t *testing.T) {
	p := &Plan{Changes: []Change{{Action: Create}, {Action: Delete}, {Action: Create}}, Guards: []Guard{{Name: GuardAdopt}, {Name: GuardDelete, Tripped: true}}}
	if p.Count(Create) != 2 || p.Count(Delete) != 1 || p.Count(Adopt) != 0 || p.IsEmpty() || !(&Plan{}).IsEmpty() {
		t.Errorf("%d to create, %d to delete", p.Count(Create), p.Count(Delete))
	}
	if diff := cmp.Diff([]GuardName{GuardDelete}, p.Tripped()); diff != "" {
		t.Error(diff)
	}
}
