package model

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestSecondsString(t *testing.T) {
	for s, want := range map[Seconds]string{
		0: "0s", 1: "1s", 30: "30s", 59: "59s", 60: "1m", 61: "1m1s", 90: "1m30s", 600: "10m", 3600: "1h", 3601: "1h1s", 5400: "1h30m",
		3661: "1h1m1s", 86400: "24h", 2147483647: "596523h14m7s", -5: "-5s",
	} {
		if got := s.String(); got != want {
			t.Errorf("%d is %q, not %q", int32(s), got, want)
		}
	}
}

// TestSecondsStringIsADuration: Go's own parser reads what String writes.
func TestSecondsStringIsADuration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Seconds(rapid.Int32().Draw(t, "seconds"))
		d, err := time.ParseDuration(s.String())
		if err != nil || d != time.Duration(s)*time.Second {
			t.Fatalf("%d is %q, which is %v, %v", int32(s), s, d, err)
		}
	})
}

func TestDimensionUnit(t *testing.T) {
	want := map[Dimension][2]string{
		InstanceCount:          {"instance", "instances"},
		ProvisionedConcurrency: {"unit of provisioned concurrency", "units of provisioned concurrency"},
		CopyCount:              {"copy", "copies"},
		"another":              {"", ""},
	}
	for d, words := range want {
		if one, none, two := d.Unit(1), d.Unit(0), d.Unit(2); one != words[0] || none != words[1] || two != words[1] {
			t.Errorf("%s: 1 %s, 0 %s, 2 %s", d, one, none, two)
		}
	}
	for _, d := range Dimensions() {
		if want[d][0] == "" {
			t.Errorf("%s has no unit", d)
		}
	}
}

func TestTargetID(t *testing.T) {
	tests := []struct {
		id                           TargetID
		address                      string
		endpoint, variant, component string
	}{
		{VariantTarget("ranker", "main", InstanceCount), "endpoint/ranker/variant/main", "ranker", "main", ""},
		{VariantTarget("ranker", "main", ProvisionedConcurrency), "endpoint/ranker/variant/main/provisioned-concurrency", "ranker", "main", ""},
		{ComponentTarget("llama"), "inference-component/llama", "", "", "llama"},
		{TargetID{ResourceID: "service/default/web", Dimension: "ecs:service:DesiredCount"}, "service/default/web", "", "", ""},
		{TargetID{ResourceID: "endpoint/ranker/variant", Dimension: InstanceCount}, "endpoint/ranker/variant", "", "", ""},
		{TargetID{}, "", "", "", ""},
	}
	for _, tt := range tests {
		id := tt.id
		if id.Address() != tt.address || id.String() != tt.address {
			t.Errorf("%+v has the address %q", id, id)
		}
		if id.Endpoint() != tt.endpoint || id.Variant() != tt.variant || id.Component() != tt.component {
			t.Errorf("%s: endpoint %q, variant %q, component %q", id, id.Endpoint(), id.Variant(), id.Component())
		}
	}
	if got := ranker.PolicyAddress("cpu"); got != "endpoint/ranker/variant/main/policy/cpu" {
		t.Error(got)
	}
	if got := ranker.ScheduleAddress("open"); got != "endpoint/ranker/variant/main/schedule/open" {
		t.Error(got)
	}
	if got := AlarmAddress("a/b"); got != "alarm/a/b" {
		t.Error(got)
	}
}

var ranker = VariantTarget("ranker", "main", InstanceCount)

// drawID draws the key of a target with names that AWS allows: letters, digits, hyphens.
func drawID(t *rapid.T) TargetID {
	name := rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,4}[a-z0-9])?`)
	switch rapid.IntRange(0, 2).Draw(t, "dimension") {
	case 0:
		return VariantTarget(name.Draw(t, "endpoint"), name.Draw(t, "variant"), InstanceCount)
	case 1:
		return VariantTarget(name.Draw(t, "endpoint"), name.Draw(t, "variant"), ProvisionedConcurrency)
	}
	return ComponentTarget(name.Draw(t, "component"))
}

// TestAddressesAreUnique: two objects with one address are one object. Policies may have
// slashes in their names, as AWS allows any printable character there.
func TestAddressesAreUnique(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen := map[string]string{}
		add := func(address, what string) {
			if other, ok := seen[address]; ok && other != what {
				t.Fatalf("%s is the address of %s and of %s", address, what, other)
			}
			seen[address] = what
		}
		name := rapid.SampledFrom([]string{"a", "b", "policy", "a/b", "policy/a", "provisioned-concurrency"})
		for range 20 {
			id := drawID(t)
			add(id.Address(), fmt.Sprintf("%q", []string{"target", id.ResourceID, string(id.Dimension)}))
			policy := Policy{Target: id, Name: name.Draw(t, "policy")}
			add(policy.Address(), fmt.Sprintf("%q", []string{"policy", id.ResourceID, string(id.Dimension), policy.Name}))
			action := ScheduledAction{Target: id, Name: strings.ReplaceAll(name.Draw(t, "action"), "/", "-")}
			add(action.Address(), fmt.Sprintf("%q", []string{"schedule", id.ResourceID, string(id.Dimension), action.Name}))
			alarm := Alarm{Name: name.Draw(t, "alarm"), Target: id}
			add(alarm.Address(), fmt.Sprintf("%q", []string{"alarm", alarm.Name}))
		}
	})
}

func TestTargetIDCompare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawID(t), drawID(t)
		if (a.Compare(b) == 0) != (a == b) || a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%v against %v: %d and %d", a, b, a.Compare(b), b.Compare(a))
		}
	})
}

func drawMap(t *rapid.T, label string) map[string]string {
	if rapid.Bool().Draw(t, "no "+label) {
		return nil
	}
	word := rapid.SampledFrom([]string{"a", "b", "c"})
	return rapid.MapOfN(word, word, 0, 3).Draw(t, label)
}

func drawQueries(t *rapid.T) []MetricQuery {
	var out []MetricQuery
	for _, id := range rapid.Permutation([]string{"e1", "m1", "m2"}).Draw(t, "ids")[:rapid.IntRange(0, 3).Draw(t, "queries")] {
		q := MetricQuery{ID: id, ReturnData: rapid.Bool().Draw(t, "return")}
		if id == "e1" {
			q.Expression = "m1/m2"
		} else {
			q.MetricStat = &MetricStat{MetricName: "M", Namespace: "N", Stat: "Average", Dimensions: drawMap(t, "dimensions")}
		}
		out = append(out, q)
	}
	return out
}

func drawPolicy(t *rapid.T) Policy {
	p := Policy{Target: drawID(t), Name: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")}
	if rapid.Bool().Draw(t, "step") {
		st := &StepScaling{AdjustmentType: ChangeInCapacity, Cooldown: DefaultCooldown,
			MetricAggregationType: rapid.SampledFrom([]string{"", AggregationAverage, "Maximum"}).Draw(t, "aggregation")}
		if rapid.Bool().Draw(t, "magnitude") {
			st.MinAdjustmentMagnitude = Ptr(rapid.Int32Range(1, 3).Draw(t, "min"))
		}
		// Intervals that meet, as AWS asks for, in any order.
		bounds := []*float64{nil, Ptr(-10.0), Ptr(0.0), Ptr(10.0), nil}
		var steps []Step
		for i := range rapid.IntRange(0, 4).Draw(t, "steps") {
			steps = append(steps, Step{bounds[i], bounds[i+1], int32(i)})
		}
		if len(steps) > 0 {
			steps = rapid.Permutation(steps).Draw(t, "order")
		}
		st.StepAdjustments = steps
		p.StepScaling = st
		return p
	}
	p.TargetTracking = &TargetTracking{TargetValue: 50, ScaleInCooldown: DefaultCooldown, ScaleOutCooldown: DefaultCooldown}
	if rapid.Bool().Draw(t, "predefined") {
		p.TargetTracking.PredefinedMetric = "SageMakerVariantInvocationsPerInstance"
		return p
	}
	p.TargetTracking.CustomizedMetric = &CustomizedMetric{Metrics: drawQueries(t)}
	if len(p.TargetTracking.CustomizedMetric.Metrics) == 0 {
		p.TargetTracking.CustomizedMetric = &CustomizedMetric{MetricName: "M", Namespace: "N", Statistic: "Average", Dimensions: drawMap(t, "dimensions")}
	}
	return p
}

func drawAlarm(t *rapid.T) Alarm {
	actions := func(label string) []string {
		return rapid.SliceOfN(rapid.SampledFrom([]string{PolicyARNAction, "arn:1", "arn:2"}), 0, 3).Draw(t, label)
	}
	return Alarm{
		Name: "alarm", Target: drawID(t), Policy: "a", Metrics: drawQueries(t), Dimensions: drawMap(t, "dimensions"), Tags: drawMap(t, "tags"),
		EvaluationPeriods: rapid.Int32Range(1, 3).Draw(t, "periods"), DatapointsToAlarm: rapid.Int32Range(0, 1).Draw(t, "datapoints"),
		TreatMissingData: rapid.SampledFrom([]string{"", MissingDataMissing, "breaching"}).Draw(t, "missing"),
		AlarmActions:     actions("alarm actions"), OKActions: actions("ok actions"), InsufficientDataActions: actions("other actions"),
	}
}

func drawAction(t *rapid.T) ScheduledAction {
	a := ScheduledAction{Target: drawID(t), Name: "open", Schedule: "rate(1 hour)", Timezone: rapid.SampledFrom([]string{"", UTC, "Europe/Berlin"}).Draw(t, "zone")}
	zone := time.FixedZone("somewhere", rapid.IntRange(-12, 14).Draw(t, "offset")*3600)
	if rapid.Bool().Draw(t, "starts") {
		a.StartTime = Ptr(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "start"), rapid.Int64Range(0, 999999999).Draw(t, "nanoseconds")).In(zone))
	}
	if rapid.Bool().Draw(t, "ends") {
		a.EndTime = Ptr(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "end"), 0).In(zone))
	}
	if rapid.Bool().Draw(t, "has min") {
		a.MinCapacity = Ptr(rapid.Int32Range(0, 3).Draw(t, "min"))
	}
	return a
}

// checkNormal: the normal form is its own normal form, and making it leaves the original
// alone and shares nothing with it that could be changed.
func checkNormal[T any](t *rapid.T, original T, normal func(T) T, spoil func(T)) {
	before := canonicalJSON(original)
	once := normal(original)
	if canonicalJSON(original) != before {
		t.Fatalf("making the normal form changed\n%s\nto\n%s", before, canonicalJSON(original))
	}
	if diff := cmp.Diff(once, normal(once)); diff != "" {
		t.Fatalf("the normal form of a normal form is another: %s", diff)
	}
	spoil(once)
	if canonicalJSON(original) != before {
		t.Fatalf("changing the normal form changed the original:\n%s\n%s", before, canonicalJSON(original))
	}
}

func spoilQueries(queries []MetricQuery) {
	for i := range queries {
		if stat := queries[i].MetricStat; stat != nil {
			stat.MetricName = "spoilt"
			spoilMap(stat.Dimensions)
		}
		queries[i].ID = "spoilt"
	}
}

func spoilMap(m map[string]string) {
	for k := range m {
		m[k] = "spoilt"
	}
}

func spoilList(list []string) {
	for i := range list {
		list[i] = "spoilt"
	}
}

func TestNormalForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkNormal(t, drawPolicy(t), Policy.Normal, func(p Policy) {
			if tt := p.TargetTracking; tt != nil {
				tt.TargetValue = -1
				if m := tt.CustomizedMetric; m != nil {
					m.MetricName = "spoilt"
					spoilMap(m.Dimensions)
					spoilQueries(m.Metrics)
				}
			}
			if st := p.StepScaling; st != nil {
				st.Cooldown = -1
				if st.MinAdjustmentMagnitude != nil {
					*st.MinAdjustmentMagnitude = -1
				}
				for i := range st.StepAdjustments {
					if low := st.StepAdjustments[i].MetricIntervalLowerBound; low != nil {
						*low = -99
					}
					if high := st.StepAdjustments[i].MetricIntervalUpperBound; high != nil {
						*high = -99
					}
					st.StepAdjustments[i].ScalingAdjustment = -1
				}
			}
		})
		checkNormal(t, drawAlarm(t), Alarm.Normal, func(a Alarm) {
			spoilMap(a.Dimensions)
			spoilMap(a.Tags)
			spoilQueries(a.Metrics)
			spoilList(a.AlarmActions)
			spoilList(a.OKActions)
			spoilList(a.InsufficientDataActions)
		})
		checkNormal(t, drawAction(t), ScheduledAction.Normal, func(a ScheduledAction) {
			for _, at := range []*time.Time{a.StartTime, a.EndTime} {
				if at != nil {
					*at = at.Add(time.Hour)
				}
			}
			for _, n := range []*int32{a.MinCapacity, a.MaxCapacity} {
				if n != nil {
					*n = -1
				}
			}
		})
	})
}

// TestEqualThingsHaveEqualNormalForms says each thing in another way that AWS treats
// alike: defaults written out, lists in another order, empty for absent, a trip through
// JSON.
func TestEqualThingsHaveEqualNormalForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		same := throughJSON(t, p)
		if st := same.StepScaling; st != nil {
			if st.MetricAggregationType == "" {
				st.MetricAggregationType = AggregationAverage
			}
			if len(st.StepAdjustments) > 0 {
				st.StepAdjustments = rapid.Permutation(st.StepAdjustments).Draw(t, "steps")
			}
		}
		if tt := same.TargetTracking; tt != nil && tt.CustomizedMetric != nil {
			tt.CustomizedMetric.Metrics = reordered(t, tt.CustomizedMetric.Metrics)
			tt.CustomizedMetric.Dimensions = orEmpty(tt.CustomizedMetric.Dimensions)
		}
		if diff := cmp.Diff(p.Normal(), same.Normal()); diff != "" {
			t.Fatal(diff)
		}
		if p.MetricKey() != same.MetricKey() {
			t.Fatalf("metric %q and %q", p.MetricKey(), same.MetricKey())
		}

		a := drawAlarm(t)
		other := throughJSON(t, a)
		if other.DatapointsToAlarm == 0 {
			other.DatapointsToAlarm = other.EvaluationPeriods
		}
		if other.TreatMissingData == "" {
			other.TreatMissingData = MissingDataMissing
		}
		other.AlarmActions = append(other.AlarmActions, a.AlarmActions...)
		other.Metrics = reordered(t, other.Metrics)
		other.Tags, other.Dimensions = orEmpty(other.Tags), orEmpty(other.Dimensions)
		if diff := cmp.Diff(a.Normal(), other.Normal()); diff != "" {
			t.Fatal(diff)
		}

		s := drawAction(t)
		again := throughJSON(t, s)
		if again.Timezone == "" {
			again.Timezone = UTC
		}
		if again.StartTime != nil {
			again.StartTime = Ptr(again.StartTime.In(time.FixedZone("elsewhere", 3600)))
		}
		if diff := cmp.Diff(s.Normal(), again.Normal()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func throughJSON[T any](t *rapid.T, v T) T {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func reordered(t *rapid.T, queries []MetricQuery) []MetricQuery {
	if len(queries) == 0 {
		return []MetricQuery{}
	}
	return rapid.Permutation(queries).Draw(t, "queries")
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func TestMetricKey(t *testing.T) {
	custom := func(m CustomizedMetric) Policy {
		return Policy{Name: "x", TargetTracking: &TargetTracking{CustomizedMetric: &m}}
	}
	predefined := func(name string, value float64) Policy {
		return Policy{Name: name, TargetTracking: &TargetTracking{PredefinedMetric: "SageMakerVariantInvocationsPerInstance", TargetValue: value}}
	}
	if a, b := predefined("a", 50).MetricKey(), predefined("b", 70).MetricKey(); a != b || a == "" {
		t.Errorf("name and value are not part of the metric: %q, %q", a, b)
	}
	if key := (Policy{StepScaling: &StepScaling{}}).MetricKey(); key != "" {
		t.Errorf("a step policy follows no metric: %q", key)
	}
	base := CustomizedMetric{MetricName: "M", Namespace: "N", Statistic: "Average", Unit: "Percent", Dimensions: map[string]string{"a": "b"}}
	seen := map[string]string{predefined("a", 50).MetricKey(): "predefined", custom(base).MetricKey(): "base"}
	for name, change := range map[string]func(*CustomizedMetric){
		"name":       func(m *CustomizedMetric) { m.MetricName = "O" },
		"namespace":  func(m *CustomizedMetric) { m.Namespace = "O" },
		"statistic":  func(m *CustomizedMetric) { m.Statistic = "Sum" },
		"unit":       func(m *CustomizedMetric) { m.Unit = "" },
		"dimensions": func(m *CustomizedMetric) { m.Dimensions = map[string]string{"a": "c"} },
		"math":       func(m *CustomizedMetric) { *m = CustomizedMetric{Metrics: []MetricQuery{{ID: "m1"}}} },
	} {
		m := base
		change(&m)
		key := custom(m).MetricKey()
		if other, ok := seen[key]; ok {
			t.Errorf("another %s has the key of %s", name, other)
		}
		seen[key] = name
	}
}

func TestPolicyType(t *testing.T) {
	if got := (Policy{StepScaling: &StepScaling{}}).Type(); got != "StepScaling" {
		t.Error(got)
	}
	if got := (Policy{TargetTracking: &TargetTracking{}}).Type(); got != "TargetTrackingScaling" {
		t.Error(got)
	}
}

func TestWithPolicyARN(t *testing.T) {
	live := Alarm{AlarmActions: []string{"arn:sns", "arn:policy"}}
	got := live.WithPolicyARN("arn:policy")
	if diff := cmp.Diff([]string{"arn:sns", PolicyARNAction}, got.AlarmActions); diff != "" {
		t.Error(diff)
	}
	if live.AlarmActions[1] != "arn:policy" {
		t.Error("the receiver changed")
	}
	if diff := cmp.Diff(live, live.WithPolicyARN(""), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("no ARN, no change: %s", diff)
	}
	if diff := cmp.Diff(live, live.WithPolicyARN("arn:other")); diff != "" {
		t.Error(diff)
	}
}

func TestCapacity(t *testing.T) {
	o := Observed{
		Endpoints: map[string]Endpoint{
			"ranker": {Variants: map[string]Variant{"main": {DesiredInstanceCount: 3, CurrentInstanceCount: 2}}},
			"tiny":   {Variants: map[string]Variant{"main": {Serverless: true, ProvisionedConcurrency: 5}}},
		},
		Components: map[string]Component{"llama": {DesiredCopyCount: 4, CurrentCopyCount: 1}},
	}
	for _, tt := range []struct {
		id TargetID
		n  int32
		ok bool
	}{
		{ranker, 3, true},
		{VariantTarget("tiny", "main", ProvisionedConcurrency), 5, true},
		{ComponentTarget("llama"), 4, true},
		{VariantTarget("ranker", "shadow", InstanceCount), 0, false},
		{VariantTarget("gone", "main", InstanceCount), 0, false},
		{VariantTarget("gone", "main", ProvisionedConcurrency), 0, false},
		{ComponentTarget("gone"), 0, false},
	} {
		if n, ok := o.Capacity(tt.id); n != tt.n || ok != tt.ok {
			t.Errorf("%s: %d, %v", tt.id, n, ok)
		}
	}
}
