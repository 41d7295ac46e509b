package live_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	cloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/model"
)

// The property tests here play AWS in the simplest way: what an input says is what a
// description returns, in another order. Flatten(Expand(x)) must then be x.

func TestTargetSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := model.ScalableTarget{
			ID:          genTargetID(t),
			MinCapacity: rapid.Int32().Draw(t, "min"),
			MaxCapacity: rapid.Int32().Draw(t, "max"),
			Suspended: model.Suspended{
				DynamicScalingIn:  rapid.Bool().Draw(t, "in"),
				DynamicScalingOut: rapid.Bool().Draw(t, "out"),
				ScheduledScaling:  rapid.Bool().Draw(t, "scheduled"),
			},
			Tags: genMap(t, "tags"),
		}
		in := live.ExpandTarget(want)
		got, err := live.FlattenTarget(autoscaling.ScalableTarget{
			ServiceNamespace: in.ServiceNamespace, ResourceId: in.ResourceId, ScalableDimension: in.ScalableDimension,
			MinCapacity: in.MinCapacity, MaxCapacity: in.MaxCapacity, SuspendedState: in.SuspendedState,
		})
		if err != nil {
			t.Fatal(err)
		}
		got.Tags = in.Tags // read by a call of their own
		if diff := cmp.Diff(want, got.ScalableTarget); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
	})
}

func TestPolicySurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := genPolicy(t)
		in := live.ExpandPolicy(want)
		if in.PolicyType == "" {
			t.Fatal("no policy type")
		}
		if tt := in.TargetTrackingScalingPolicyConfiguration; tt != nil && tt.CustomizedMetricSpecification != nil {
			slices.Reverse(tt.CustomizedMetricSpecification.Dimensions)
			slices.Reverse(tt.CustomizedMetricSpecification.Metrics)
		}
		if st := in.StepScalingPolicyConfiguration; st != nil {
			slices.Reverse(st.StepAdjustments)
		}
		got, err := live.FlattenPolicy(autoscaling.ScalingPolicy{
			PolicyARN: aws.String("arn"), PolicyName: in.PolicyName, PolicyType: in.PolicyType,
			ResourceId: in.ResourceId, ScalableDimension: in.ScalableDimension,
			TargetTrackingScalingPolicyConfiguration: in.TargetTrackingScalingPolicyConfiguration,
			StepScalingPolicyConfiguration:           in.StepScalingPolicyConfiguration,
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Policy); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
	})
}

func TestScheduledActionSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := model.ScheduledAction{
			Target:      genTargetID(t),
			Name:        genName(t, "name"),
			Schedule:    rapid.SampledFrom([]string{"rate(1 hour)", "cron(0 7 ? * MON-FRI *)", "at(2027-01-01T00:00:00)"}).Draw(t, "schedule"),
			Timezone:    rapid.SampledFrom([]string{"", "UTC", "Europe/Berlin"}).Draw(t, "zone"),
			StartTime:   genTime(t, "start"),
			EndTime:     genTime(t, "end"),
			MinCapacity: rapid.Ptr(rapid.Int32(), true).Draw(t, "min"),
			MaxCapacity: rapid.Ptr(rapid.Int32(), true).Draw(t, "max"),
		}.Normal()
		in := live.ExpandScheduledAction(want)
		if in.Timezone == nil {
			t.Fatal("the time zone must be sent even when it is UTC")
		}
		got, err := live.FlattenScheduledAction(autoscaling.ScheduledAction{
			ScheduledActionName: in.ScheduledActionName, ResourceId: in.ResourceId, ScalableDimension: in.ScalableDimension,
			Schedule: in.Schedule, Timezone: in.Timezone, StartTime: in.StartTime, EndTime: in.EndTime,
			ScalableTargetAction: in.ScalableTargetAction,
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.ScheduledAction); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
	})
}

func TestAlarmSurvives(t *testing.T) {
	const arn = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/sagemaker/x:policyName/p"
	rapid.Check(t, func(t *rapid.T) {
		want := genAlarm(t)
		in := live.ExpandAlarm(want, arn)
		if slices.Contains(in.AlarmActions, model.PolicyARNAction) {
			t.Fatal("the placeholder of the policy ARN was sent")
		}
		if in.Tags != nil {
			t.Fatal("tags are sent with new alarms only")
		}
		slices.Reverse(in.Dimensions)
		slices.Reverse(in.Metrics)
		slices.Reverse(in.AlarmActions)
		got, err := live.FlattenAlarm(cloudwatch.MetricAlarm{
			AlarmName: in.AlarmName, AlarmArn: aws.String("arn"), AlarmDescription: in.AlarmDescription,
			ActionsEnabled: in.ActionsEnabled, AlarmActions: in.AlarmActions, OKActions: in.OKActions,
			InsufficientDataActions: in.InsufficientDataActions, MetricName: in.MetricName, Namespace: in.Namespace,
			Dimensions: in.Dimensions, Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic, Unit: in.Unit,
			Period: in.Period, Metrics: in.Metrics, EvaluationPeriods: in.EvaluationPeriods,
			DatapointsToAlarm: in.DatapointsToAlarm, Threshold: in.Threshold, ComparisonOperator: in.ComparisonOperator,
			TreatMissingData: in.TreatMissingData, EvaluateLowSampleCountPercentile: in.EvaluateLowSampleCountPercentile,
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Unmanaged) > 0 {
			t.Fatalf("settings without a word: %v", got.Unmanaged)
		}
		have := got.WithPolicyARN(arn).Normal()
		have.Tags, have.Target, have.Policy = want.Tags, want.Target, want.Policy // not in DescribeAlarms
		if diff := cmp.Diff(want, have); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
	})
}

// What AWS leaves out of a description is its default, not a difference.
func TestFlattenFillsDefaults(t *testing.T) {
	policy := func(p autoscaling.ScalingPolicy) model.Policy {
		p.PolicyARN, p.PolicyName = aws.String("arn"), aws.String("p")
		p.ResourceId, p.ScalableDimension = aws.String("endpoint/e/variant/v"), "sagemaker:variant:DesiredInstanceCount"
		got, err := live.FlattenPolicy(p)
		if err != nil {
			t.Fatal(err)
		}
		return got.Policy
	}
	tracking := policy(autoscaling.ScalingPolicy{PolicyType: "TargetTrackingScaling",
		TargetTrackingScalingPolicyConfiguration: &autoscaling.TargetTrackingScalingPolicyConfiguration{
			TargetValue: aws.Float64(7),
			CustomizedMetricSpecification: &autoscaling.CustomizedMetricSpecification{
				Metrics: []autoscaling.TargetTrackingMetricDataQuery{{Id: aws.String("e"), Expression: aws.String("1")}}}}})
	want := &model.TargetTracking{TargetValue: 7, ScaleInCooldown: 300, ScaleOutCooldown: 300,
		CustomizedMetric: &model.CustomizedMetric{Metrics: []model.MetricQuery{{ID: "e", Expression: "1", ReturnData: true}}}}
	if diff := cmp.Diff(want, tracking.TargetTracking); diff != "" {
		t.Errorf("target tracking: -want +got\n%s", diff)
	}
	step := policy(autoscaling.ScalingPolicy{PolicyType: "StepScaling",
		StepScalingPolicyConfiguration: &autoscaling.StepScalingPolicyConfiguration{AdjustmentType: "ExactCapacity"}})
	if diff := cmp.Diff(&model.StepScaling{AdjustmentType: "ExactCapacity", MetricAggregationType: "Average", Cooldown: 300,
		StepAdjustments: []model.Step{}}, step.StepScaling); diff != "" {
		t.Errorf("step scaling: -want +got\n%s", diff)
	}
	alarm, err := live.FlattenAlarm(cloudwatch.MetricAlarm{AlarmName: aws.String("a"), AlarmArn: aws.String("arn"), EvaluationPeriods: aws.Int32(3)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(model.Alarm{Name: "a", EvaluationPeriods: 3, DatapointsToAlarm: 3, TreatMissingData: "missing", ActionsEnabled: true}, alarm.Alarm); diff != "" {
		t.Errorf("alarm: -want +got\n%s", diff)
	}
	action, err := live.FlattenScheduledAction(autoscaling.ScheduledAction{ScheduledActionName: aws.String("s"),
		ResourceId: aws.String("inference-component/c"), Schedule: aws.String("rate(1 day)")})
	if err != nil {
		t.Fatal(err)
	}
	if action.Timezone != "UTC" {
		t.Errorf("time zone %q, want UTC", action.Timezone)
	}
}

// Settings that a spec has no word for are named, because putting the alarm erases them.
func TestUnmanagedAlarmSettings(t *testing.T) {
	got, err := live.FlattenAlarm(cloudwatch.MetricAlarm{AlarmName: aws.String("a"), AlarmArn: aws.String("arn"),
		ThresholdMetricId: aws.String("ad1"), EvaluationInterval: aws.Int32(60), WarmUpConfiguration: &cloudwatch.WarmUpConfiguration{}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"EvaluationInterval", "ThresholdMetricId", "WarmUpConfiguration"}, got.Unmanaged); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A description that lacks what AWS always returns was not understood.
func TestFlattenRefusesIncompleteReplies(t *testing.T) {
	id, dimension := aws.String("endpoint/e/variant/v"), autoscaling.ScalableDimension("sagemaker:variant:DesiredInstanceCount")
	for why, flatten := range map[string]func() error{
		"target without bounds": func() error {
			_, err := live.FlattenTarget(autoscaling.ScalableTarget{ResourceId: id, ScalableDimension: dimension})
			return err
		},
		"target without id": func() error {
			_, err := live.FlattenTarget(autoscaling.ScalableTarget{MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(1)})
			return err
		},
		"policy without configuration": func() error {
			_, err := live.FlattenPolicy(autoscaling.ScalingPolicy{PolicyARN: id, PolicyName: id, ResourceId: id, PolicyType: "StepScaling"})
			return err
		},
		"scheduled action without schedule": func() error {
			_, err := live.FlattenScheduledAction(autoscaling.ScheduledAction{ScheduledActionName: id, ResourceId: id})
			return err
		},
		"alarm without name": func() error {
			_, err := live.FlattenAlarm(cloudwatch.MetricAlarm{})
			return err
		},
	} {
		if err := flatten(); live.Classify(err) != live.Unavailable {
			t.Errorf("%s: %v is %s, want unavailable", why, err, live.Classify(err))
		}
	}
	_, err := live.FlattenPolicy(autoscaling.ScalingPolicy{PolicyARN: id, PolicyName: id, ResourceId: id, PolicyType: "PredictiveScaling"})
	if err == nil {
		t.Error("a policy of an unknown type was taken for one we know")
	}
}

func genName(t *rapid.T, label string) string {
	return rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9-]{0,12}`).Draw(t, label)
}

func genTargetID(t *rapid.T) model.TargetID {
	switch d := rapid.SampledFrom(model.Dimensions()).Draw(t, "dimension"); d {
	case model.CopyCount:
		return model.ComponentTarget(genName(t, "component"))
	default:
		return model.VariantTarget(genName(t, "endpoint"), genName(t, "variant"), d)
	}
}

func genMap(t *rapid.T, label string) map[string]string {
	m := rapid.MapOfN(rapid.StringMatching(`[A-Z][a-z]{0,5}`), rapid.StringMatching(`[ -~]{1,8}`), 0, 4).Draw(t, label)
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}

func genTime(t *rapid.T, label string) *time.Time {
	if rapid.Bool().Draw(t, label+" unset") {
		return nil
	}
	at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, label), 0).In(time.FixedZone("somewhere", 3600))
	return &at
}

func genSeconds(t *rapid.T, label string) model.Seconds {
	return model.Seconds(rapid.Int32Range(0, 86400).Draw(t, label))
}

// genQueries draws metric math; only CloudWatch's has periods and accounts.
func genQueries(t *rapid.T, forAlarm bool) []model.MetricQuery {
	var out []model.MetricQuery
	for _, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z][a-z0-9]{0,4}`), 1, 4, rapid.ID[string]).Draw(t, "queries") {
		q := model.MetricQuery{ID: id, ReturnData: rapid.Bool().Draw(t, "return"), Label: rapid.SampledFrom([]string{"", "label"}).Draw(t, "label")}
		if rapid.Bool().Draw(t, "expression") {
			q.Expression = "m1/m2"
			if forAlarm {
				q.Period = genSeconds(t, "period")
			}
		} else {
			q.MetricStat = &model.MetricStat{MetricName: genName(t, "metric"), Namespace: "AWS/SageMaker", Stat: "p99",
				Dimensions: genMap(t, "dimensions"), Unit: rapid.SampledFrom([]string{"", "Count"}).Draw(t, "unit")}
			if forAlarm {
				q.MetricStat.Period = genSeconds(t, "period")
			}
		}
		if forAlarm {
			q.AccountID = rapid.SampledFrom([]string{"", "210987654321"}).Draw(t, "account")
		}
		out = append(out, q)
	}
	return out
}

func genPolicy(t *rapid.T) model.Policy {
	p := model.Policy{Target: genTargetID(t), Name: genName(t, "name")}
	if rapid.Bool().Draw(t, "step") {
		p.StepScaling = &model.StepScaling{
			AdjustmentType:         rapid.SampledFrom([]string{model.ChangeInCapacity, model.PercentChangeInCapacity, model.ExactCapacity}).Draw(t, "adjustment"),
			MetricAggregationType:  rapid.SampledFrom([]string{"", "Average", "Maximum", "Minimum"}).Draw(t, "aggregation"),
			Cooldown:               genSeconds(t, "cooldown"),
			MinAdjustmentMagnitude: rapid.Ptr(rapid.Int32(), true).Draw(t, "magnitude"),
		}
		// Intervals as AWS allows them: side by side, open only at the ends.
		bounds := rapid.SliceOfNDistinct(rapid.Float64Range(-1e6, 1e6), 1, 5, rapid.ID[float64]).Draw(t, "bounds")
		slices.Sort(bounds)
		for i := range bounds {
			step := model.Step{MetricIntervalLowerBound: &bounds[i], ScalingAdjustment: rapid.Int32().Draw(t, "change")}
			if i+1 < len(bounds) {
				step.MetricIntervalUpperBound = &bounds[i+1]
			}
			p.StepScaling.StepAdjustments = append(p.StepScaling.StepAdjustments, step)
		}
		return p.Normal()
	}
	p.TargetTracking = &model.TargetTracking{
		TargetValue:      rapid.Float64Range(1e-9, 1e9).Draw(t, "target value"),
		ScaleInCooldown:  genSeconds(t, "in"),
		ScaleOutCooldown: genSeconds(t, "out"),
		DisableScaleIn:   rapid.Bool().Draw(t, "disable"),
	}
	switch rapid.IntRange(0, 2).Draw(t, "metric") {
	case 0:
		p.TargetTracking.PredefinedMetric = "SageMakerVariantInvocationsPerInstance"
	case 1:
		p.TargetTracking.CustomizedMetric = &model.CustomizedMetric{MetricName: "CPUUtilization", Namespace: "/aws/sagemaker/Endpoints",
			Statistic: "Average", Unit: rapid.SampledFrom([]string{"", "Percent"}).Draw(t, "unit"), Dimensions: genMap(t, "dimensions")}
	case 2:
		p.TargetTracking.CustomizedMetric = &model.CustomizedMetric{Metrics: genQueries(t, false)}
	}
	return p.Normal()
}

func genAlarm(t *rapid.T) model.Alarm {
	actions := rapid.SliceOfN(rapid.SampledFrom([]string{"arn:aws:sns:us-east-1:1:a", "arn:aws:sns:us-east-1:1:b"}), 0, 2)
	a := model.Alarm{
		Name:                    genName(t, "name"),
		Target:                  genTargetID(t),
		Policy:                  genName(t, "policy"),
		Description:             rapid.StringMatching(`[ -~]{0,20}`).Draw(t, "description"),
		EvaluationPeriods:       rapid.Int32Range(1, 20).Draw(t, "periods"),
		DatapointsToAlarm:       rapid.Int32Range(0, 20).Draw(t, "datapoints"),
		Threshold:               rapid.Float64Range(-1e9, 1e9).Draw(t, "threshold"),
		ComparisonOperator:      "GreaterThanThreshold",
		TreatMissingData:        rapid.SampledFrom([]string{"", "missing", "breaching"}).Draw(t, "missing"),
		ActionsEnabled:          rapid.Bool().Draw(t, "enabled"),
		AlarmActions:            append(actions.Draw(t, "alarm"), model.PolicyARNAction),
		OKActions:               actions.Draw(t, "ok"),
		InsufficientDataActions: actions.Draw(t, "insufficient"),
		Tags:                    genMap(t, "tags"),
	}
	if rapid.Bool().Draw(t, "math") {
		a.Metrics = genQueries(t, true)
		return a.Normal()
	}
	a.MetricName, a.Namespace, a.Dimensions = genName(t, "metric"), "AWS/SageMaker", genMap(t, "dimensions")
	a.Period = model.Seconds(60 * rapid.Int32Range(1, 60).Draw(t, "period"))
	a.Unit = rapid.SampledFrom([]string{"", "Count"}).Draw(t, "unit")
	if rapid.Bool().Draw(t, "percentile") {
		a.ExtendedStatistic, a.EvaluateLowSampleCountPercentile = "p99", rapid.SampledFrom([]string{"", "ignore"}).Draw(t, "low")
	} else {
		a.Statistic = "Average"
	}
	return a.Normal()
}
