package sandbox_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

// plainAlarm is a valid alarm on one metric.
func plainAlarm(name string) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{AlarmName: &name, Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("HasBacklogWithoutCapacity"),
		Statistic: types.StatisticAverage, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(1),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold}
}

// mathAlarm is a valid alarm on an expression.
func mathAlarm(name string) *cloudwatch.PutMetricAlarmInput {
	in := plainAlarm(name)
	in.Namespace, in.MetricName, in.Statistic, in.Period = nil, nil, "", nil
	in.Metrics = []types.MetricDataQuery{metricQuery("m1", false), {Id: aws.String("e1"), Expression: aws.String("m1*2")}}
	return in
}

func metricQuery(id string, returnData bool) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, ReturnData: &returnData, MetricStat: &types.MetricStat{Period: aws.Int32(60), Stat: aws.String("Sum"),
		Metric: &types.Metric{Namespace: aws.String("N"), MetricName: aws.String("M")}}}
}

func put(t *testing.T, c *cloudwatch.Client, in *cloudwatch.PutMetricAlarmInput) {
	t.Helper()
	if _, err := c.PutMetricAlarm(ctx, in); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, c *cloudwatch.Client, in *cloudwatch.DescribeAlarmsInput) []string {
	t.Helper()
	out, err := c.DescribeAlarms(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, a := range out.MetricAlarms {
		list = append(list, aws.ToString(a.AlarmName))
	}
	return list
}

func oneAlarm(t *testing.T, c *cloudwatch.Client, name string) types.MetricAlarm {
	t.Helper()
	out, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil || len(out.MetricAlarms) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	return out.MetricAlarms[0]
}

// What PutMetricAlarm refuses. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func TestPutMetricAlarmRefuses(t *testing.T) {
	c := alarmClient(emptySandbox(t, sandbox.Options{}), nil)
	for _, tt := range []struct {
		why  string // the fact or the issue it was seen in
		edit func(*cloudwatch.PutMetricAlarmInput)
		math bool
		text string
	}{
		{"209: length", func(in *cloudwatch.PutMetricAlarmInput) { *in.AlarmName = fmt.Sprintf("%0256d", 0) }, false, "length less than or equal to 255"},
		{"209: control characters", func(in *cloudwatch.PutMetricAlarmInput) { *in.AlarmName = "a\tb" }, false, "control characters"},
		{"209: five actions", func(in *cloudwatch.PutMetricAlarmInput) {
			in.AlarmActions = slices.Repeat([]string{"arn:aws:sns:us-east-1:123456789012:a"}, 6)
		}, false, "'alarmActions' failed to satisfy constraint: Member must have length less than or equal to 5"},
		{"boto3#1745: actions are ARNs", func(in *cloudwatch.PutMetricAlarmInput) { in.InsufficientDataActions = []string{"notBreaching"} }, false, "Invalid arn syntax: notBreaching"},
		{"210: treatment of missing data", func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = aws.String("notbreaching") }, false, "TreatMissingData"},
		{"211: period", func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(90) }, false, "Period must be"},
		{"211: period required", func(in *cloudwatch.PutMetricAlarmInput) { in.Period = nil }, false, "Period must not be null"},
		{"212: a day", func(in *cloudwatch.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(1441) }, false, "more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600"},
		{"212: a week", func(in *cloudwatch.PutMetricAlarmInput) {
			in.Period, in.EvaluationPeriods = aws.Int32(3600), aws.Int32(169)
		}, false, "604800"},
		{"213: datapoints", func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(4) }, false, "DatapointsToAlarm"},
		{"214: both statistics", func(in *cloudwatch.PutMetricAlarmInput) { in.ExtendedStatistic = aws.String("p90") }, false, "Exactly one of Statistic and ExtendedStatistic"},
		{"214: no statistic", func(in *cloudwatch.PutMetricAlarmInput) { in.Statistic = "" }, false, "Exactly one of Statistic and ExtendedStatistic"},
		{"terraform-provider-aws#11105", func(in *cloudwatch.PutMetricAlarmInput) { in.MetricName = nil }, false, "MetricName must not be null"},
		{"a static alarm needs a threshold", func(in *cloudwatch.PutMetricAlarmInput) { in.Threshold = nil }, false, "Exactly one of Threshold"},
		{"cfn-lint#1306: both thresholds", func(in *cloudwatch.PutMetricAlarmInput) { in.ThresholdMetricId = aws.String("m1") }, false, "Threshold and ThresholdMetricId cannot both be set"},
		{"troposphere#1276: statistic with math", func(in *cloudwatch.PutMetricAlarmInput) { in.Statistic = types.StatisticSum }, true, "Statistic should not be set if list of Metrics is set."},
		{"cfn-lint#1306: unit with math", func(in *cloudwatch.PutMetricAlarmInput) { in.Unit = types.StandardUnitCount }, true, "Unit should not be set if list of Metrics is set."},
		{"terraform-provider-aws#29894", func(in *cloudwatch.PutMetricAlarmInput) { in.Metrics[0].ReturnData = nil }, true, "Exactly one element of the metrics list should return data."},
		{"214: ids are unique", func(in *cloudwatch.PutMetricAlarmInput) { in.Metrics[1].Id = aws.String("m1") }, true, "more than once"},
		{"64: ids begin in lower case", func(in *cloudwatch.PutMetricAlarmInput) { in.Metrics[0].Id = aws.String("M1") }, true, "lower-case letter"},
		{"214: metric or expression", func(in *cloudwatch.PutMetricAlarmInput) { in.Metrics[0].Expression = aws.String("1") }, true, "Exactly one of MetricStat and Expression"},
		{"214: ten expressions", func(in *cloudwatch.PutMetricAlarmInput) {
			for i := range 10 {
				in.Metrics = append(in.Metrics, types.MetricDataQuery{Id: aws.String(fmt.Sprintf("x%d", i)), Expression: aws.String("1"), ReturnData: aws.Bool(false)})
			}
		}, true, "at most 10"},
		{"216: anomaly detection does not scale", func(in *cloudwatch.PutMetricAlarmInput) {
			in.Threshold, in.ThresholdMetricId = nil, aws.String("e1")
			in.AlarmActions = []string{"arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:x:resource/sagemaker/endpoint/E/variant/V:policyName/N"}
		}, true, "Auto Scaling actions"},
		{"an enum of the model", func(in *cloudwatch.PutMetricAlarmInput) { in.ComparisonOperator = "Over" }, false,
			"1 validation error detected: Value 'Over' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [GreaterThanOrEqualToThreshold"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			in := plainAlarm("a")
			if tt.math {
				in = mathAlarm("a")
			}
			put(t, c, in) // valid before the edit
			tt.edit(in)
			_, err := c.PutMetricAlarm(ctx, in)
			refused(t, err, "ValidationError", tt.text)
		})
	}
}

// The windows and periods at the limit are accepted (facts 211, 212).
func TestPutMetricAlarmAcceptsTheLimits(t *testing.T) {
	c := alarmClient(emptySandbox(t, sandbox.Options{}), nil)
	for _, tt := range []struct{ period, evaluations int32 }{{10, 8640}, {20, 1}, {30, 1}, {60, 1440}, {3540, 24}, {3600, 168}, {604800, 1}} {
		in := plainAlarm("a")
		in.Period, in.EvaluationPeriods = &tt.period, &tt.evaluations
		put(t, c, in)
	}
}

// An alarm on an anomaly band: the metric and the band return data, and the band's id is the
// threshold (fact 214). https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func TestPutAnomalyAlarm(t *testing.T) {
	c := alarmClient(emptySandbox(t, sandbox.Options{}), nil)
	in := mathAlarm("band")
	in.Threshold, in.ThresholdMetricId = nil, aws.String("e1")
	in.ComparisonOperator = types.ComparisonOperatorGreaterThanUpperThreshold
	in.Metrics[1].Expression = aws.String("ANOMALY_DETECTION_BAND(m1, 2)")
	_, err := c.PutMetricAlarm(ctx, in)
	refused(t, err, "ValidationError", "Exactly two elements of the metrics list should return data.")
	in.Metrics[0].ReturnData = aws.Bool(true)
	put(t, c, in)
	if a := oneAlarm(t, c, "band"); aws.ToString(a.ThresholdMetricId) != "e1" || a.Threshold != nil {
		t.Errorf("threshold %v, %v", a.ThresholdMetricId, a.Threshold)
	}
	in.ThresholdMetricId = aws.String("x")
	_, err = c.PutMetricAlarm(ctx, in)
	refused(t, err, "ValidationError", "matching the ThresholdMetricId")
}

// An update replaces the configuration, keeps the state and ignores tags (facts 207, 208).
func TestPutMetricAlarmAgain(t *testing.T) {
	s := emptySandbox(t, sandbox.Options{})
	c := alarmClient(s, nil)
	in := plainAlarm("a")
	in.TreatMissingData = aws.String("breaching")
	in.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("first")}}
	put(t, c, in)
	if _, err := c.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("a"), StateValue: types.StateValueAlarm,
		StateReason: aws.String("test"), StateReasonData: aws.String(`{"x":1}`)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	again := plainAlarm("a")
	again.Threshold = aws.Float64(2)
	again.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("second")}}
	put(t, c, again)

	a := oneAlarm(t, c, "a")
	if a.StateValue != types.StateValueAlarm || aws.ToString(a.StateReasonData) != `{"x":1}` || !aws.ToTime(a.StateUpdatedTimestamp).Equal(start) {
		t.Errorf("state %s %v since %v was not kept", a.StateValue, aws.ToString(a.StateReasonData), a.StateUpdatedTimestamp)
	}
	if aws.ToFloat64(a.Threshold) != 2 || a.TreatMissingData != nil || !aws.ToTime(a.AlarmConfigurationUpdatedTimestamp).Equal(start.Add(time.Minute)) {
		t.Errorf("configuration of %v was not replaced: threshold %v, missing data %v", a.AlarmConfigurationUpdatedTimestamp, *a.Threshold, a.TreatMissingData)
	}
	tags, err := c.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: a.AlarmArn})
	if err != nil || len(tags.Tags) != 1 || aws.ToString(tags.Tags[0].Value) != "first" {
		t.Errorf("tags %v, %v; want the first ones", tags, err)
	}
}

// TagResource merges, UntagResource takes unknown keys, and the limit is 50 (fact 208).
func TestAlarmTags(t *testing.T) {
	c := alarmClient(emptySandbox(t, sandbox.Options{}), nil)
	put(t, c, plainAlarm("a"))
	arn := oneAlarm(t, c, "a").AlarmArn
	tag := func(n int) error {
		var tags []types.Tag
		for i := range n {
			tags = append(tags, types.Tag{Key: aws.String(fmt.Sprintf("k%02d", i)), Value: aws.String("")})
		}
		_, err := c.TagResource(ctx, &cloudwatch.TagResourceInput{ResourceARN: arn, Tags: tags})
		return err
	}
	refused(t, tag(51), "InvalidParameterValue", "at most 50")
	for range 2 {
		if err := tag(50); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.UntagResource(ctx, &cloudwatch.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"k00", "none"}}); err != nil {
		t.Fatal(err)
	}
	out, err := c.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: arn})
	if err != nil || len(out.Tags) != 49 || aws.ToString(out.Tags[0].Key) != "k01" {
		t.Errorf("%d tags, %v; want k01 to k49", len(out.Tags), err)
	}
	_, err = c.TagResource(ctx, &cloudwatch.TagResourceInput{ResourceARN: arn, Tags: []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("")}}})
	refused(t, err, "InvalidParameterValue", "aws:")
}

// The filters of DescribeAlarms (fact 219).
func TestDescribeAlarmsFilters(t *testing.T) {
	c := alarmClient(emptySandbox(t, sandbox.Options{}), nil)
	const policy = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:x:resource/sagemaker/endpoint/E/variant/V:policyName/N"
	for _, name := range []string{"c", "b/1", "b/2", "a"} {
		in := plainAlarm(name)
		if name == "b/2" {
			in.OKActions = []string{policy}
		}
		put(t, c, in)
	}
	if _, err := c.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("c"), StateValue: types.StateValueOk, StateReason: aws.String("t")}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		why  string
		in   cloudwatch.DescribeAlarmsInput
		want []string
	}{
		{"all, by name", cloudwatch.DescribeAlarmsInput{}, []string{"a", "b/1", "b/2", "c"}},
		{"unknown names are left out", cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"c", "none", "a"}}, []string{"a", "c"}},
		{"prefix", cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("b/")}, []string{"b/1", "b/2"}},
		{"state", cloudwatch.DescribeAlarmsInput{StateValue: types.StateValueOk}, []string{"c"}},
		{"action prefix, in any list", cloudwatch.DescribeAlarmsInput{ActionPrefix: aws.String(policy[:30])}, []string{"b/2"}},
		{"metric alarms when asked for", cloudwatch.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm}, AlarmNamePrefix: aws.String("a")}, []string{"a"}},
		{"composite alarms only", cloudwatch.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}}, nil},
	} {
		if got := names(t, c, &tt.in); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.why, got, tt.want)
		}
	}
}

// Pages are exact even if alarms come and go in between, and a token belongs to its question.
func TestDescribeAlarmsPages(t *testing.T) {
	c := alarmClient(emptySandbox(t, sandbox.Options{}), nil)
	for i := range 5 {
		put(t, c, plainAlarm(fmt.Sprintf("a%d", i)))
	}
	first, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(2)})
	if err != nil || len(first.MetricAlarms) != 2 {
		t.Fatal(err)
	}
	if _, err := c.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a0", "a1"}}); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c, &cloudwatch.DescribeAlarmsInput{NextToken: first.NextToken}); !slices.Equal(got, []string{"a2", "a3", "a4"}) {
		t.Errorf("the rest is %v", got)
	}
	_, err = c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{NextToken: first.NextToken, StateValue: types.StateValueOk})
	refused(t, err, "InvalidNextToken", "")
}

// Known alarms are deleted even if others are wrong; none known is an error (fact 220, UNSURE).
func TestDeleteAlarms(t *testing.T) {
	c := alarmClient(emptySandbox(t, sandbox.Options{}), nil)
	put(t, c, plainAlarm("a"))
	in := &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"none", "a"}}
	if _, err := c.DeleteAlarms(ctx, in); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c, &cloudwatch.DescribeAlarmsInput{}); got != nil {
		t.Errorf("left: %v", got)
	}
	_, err := c.DeleteAlarms(ctx, in)
	refused(t, err, "ResourceNotFound", "none, a")
}

// Actions are switched for known alarms; the operations have no error for others.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html
func TestAlarmActionsSwitch(t *testing.T) {
	c := alarmClient(emptySandbox(t, sandbox.Options{}), nil)
	put(t, c, plainAlarm("a"))
	if _, err := c.DisableAlarmActions(ctx, &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"a", "none"}}); err != nil {
		t.Fatal(err)
	}
	if aws.ToBool(oneAlarm(t, c, "a").ActionsEnabled) {
		t.Error("still enabled")
	}
	if _, err := c.EnableAlarmActions(ctx, &cloudwatch.EnableAlarmActionsInput{AlarmNames: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	if !aws.ToBool(oneAlarm(t, c, "a").ActionsEnabled) {
		t.Error("still disabled")
	}
}

// A refused permission of CloudWatch is AccessDenied with status 403, unlike elsewhere.
func TestAlarmAccessDenied(t *testing.T) {
	c := alarmClient(emptySandbox(t, sandbox.Options{Deny: []string{"cloudwatch:*"}}), nil)
	_, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	refused(t, err, "AccessDenied", "is not authorized to perform: cloudwatch:DescribeAlarms")
}
