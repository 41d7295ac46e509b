package sandbox_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"
	"github.com/google/go-cmp/cmp"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

// emptySandbox is a sandbox with nothing in it, whose clock stands at start.
func emptySandbox(t *testing.T, opts sandbox.Options) *sandbox.Server {
	t.Helper()
	opts.Start = start
	s, err := sandbox.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// alarmProtocols are the protocols of CloudWatch (facts 3 to 6) as the SDK speaks them. nil
// is the SDK's own choice, CBOR.
var alarmProtocols = map[string]smithyhttp.ClientProtocol{
	"cbor":  nil,
	"json":  awsjson.New10(schemas.GraniteServiceVersion20100801),
	"query": awsquery.New(schemas.GraniteServiceVersion20100801),
}

func alarmClient(s *sandbox.Server, protocol smithyhttp.ClientProtocol) *cloudwatch.Client {
	return cloudwatch.New(cloudwatch.Options{Region: "us-east-1", HTTPClient: s.HTTPClient(), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", "")},
		func(o *cloudwatch.Options) {
			if protocol != nil {
				o.Protocol = protocol
			}
		})
}

// post sends a request the way a client without an SDK would.
func post(t *testing.T, s *sandbox.Server, path, body string, header map[string]string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://aws.test"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := s.HTTPClient().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(data)
}

// One life of two alarms in each protocol: what is described is what was put, plus defaults
// (facts 207, 209, 213), and is the same whatever the protocol of either side.
func TestAlarmsInEveryProtocol(t *testing.T) {
	described := map[string]string{}
	for name, protocol := range alarmProtocols {
		t.Run(name, func(t *testing.T) {
			s := emptySandbox(t, sandbox.Options{})
			c := alarmClient(s, protocol)
			_, err := c.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
				AlarmName: aws.String("wake <&> \"ü\""), AlarmDescription: aws.String(""), AlarmActions: []string{"arn:aws:sns:us-east-1:123456789012:a"},
				OKActions: []string{}, Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("HasBacklogWithoutCapacity"),
				Dimensions: []types.Dimension{{Name: aws.String("EndpointName"), Value: aws.String("e")}}, Statistic: types.StatisticAverage,
				Period: aws.Int32(60), EvaluationPeriods: aws.Int32(2), DatapointsToAlarm: aws.Int32(1), Threshold: aws.Float64(0.5),
				ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, TreatMissingData: aws.String("missing"),
				Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("ml")}},
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
				AlarmName: aws.String("math"), ActionsEnabled: aws.Bool(false), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(-70),
				ComparisonOperator: types.ComparisonOperatorLessThanThreshold,
				Metrics: []types.MetricDataQuery{
					{Id: aws.String("m1"), ReturnData: aws.Bool(false), MetricStat: &types.MetricStat{Period: aws.Int32(60), Stat: aws.String("p90"),
						Metric: &types.Metric{Namespace: aws.String("N"), MetricName: aws.String("M"), Dimensions: []types.Dimension{{Name: aws.String("D"), Value: aws.String("v")}}}}},
					{Id: aws.String("e1"), Expression: aws.String("m1 * 2"), Label: aws.String("twice")}},
			})
			if err != nil {
				t.Fatal(err)
			}
			out, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.MarshalIndent(out.MetricAlarms, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			described[name] = string(text)
			if out.CompositeAlarms == nil || len(out.CompositeAlarms) > 0 || out.NextToken != nil {
				t.Errorf("composite alarms %v, token %v; want none", out.CompositeAlarms, out.NextToken)
			}
			wake := out.MetricAlarms[1]
			if got := aws.ToString(wake.AlarmArn); got != `arn:aws:cloudwatch:us-east-1:123456789012:alarm:wake <&> "ü"` {
				t.Errorf("ARN %s", got)
			}
			if !aws.ToTime(wake.StateUpdatedTimestamp).Equal(start) || wake.StateValue != types.StateValueInsufficientData || !aws.ToBool(wake.ActionsEnabled) {
				t.Errorf("state %s since %v, enabled %v", wake.StateValue, wake.StateUpdatedTimestamp, aws.ToBool(wake.ActionsEnabled))
			}
			if got := aws.ToFloat64(out.MetricAlarms[0].Threshold); got != -70 {
				t.Errorf("threshold %v", got)
			}
			tags, err := c.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: wake.AlarmArn})
			if err != nil || len(tags.Tags) != 1 || aws.ToString(tags.Tags[0].Value) != "ml" {
				t.Errorf("tags %v, %v", tags, err)
			}
			if _, err := c.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"math"}}); err != nil {
				t.Error(err)
			}
		})
	}
	for name, text := range described {
		if d := cmp.Diff(described["cbor"], text); d != "" {
			t.Errorf("%s differs from cbor:\n%s", name, d)
		}
	}
}

// The shape's name, the query protocol's code and the HTTP status of each error (fact 7).
func TestAlarmErrorsInEveryProtocol(t *testing.T) {
	unknownARN := aws.String("arn:aws:cloudwatch:us-east-1:123456789012:alarm:none")
	for name, protocol := range alarmProtocols {
		c := alarmClient(emptySandbox(t, sandbox.Options{}), protocol)
		for _, tt := range []struct {
			why, code string // the code of the query protocol
			message   string
			status    int
			typed     any // nil: the model has no such error
			call      func() error
		}{
			{"unknown alarm", "ResourceNotFound", "Unknown alarm: none", 404, new(*types.ResourceNotFound), func() error {
				_, err := c.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("none"), StateValue: types.StateValueOk, StateReason: aws.String("")})
				return err
			}},
			{"unknown alarm in a tag operation", "ResourceNotFoundException", "", 404, new(*types.ResourceNotFoundException), func() error {
				_, err := c.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: unknownARN})
				return err
			}},
			{"not an ARN", "InvalidParameterValue", "is not the ARN", 400, new(*types.InvalidParameterValueException), func() error {
				_, err := c.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: aws.String("alarm")})
				return err
			}},
			{"names and prefix", "InvalidParameterCombination", "mutually exclusive", 400, new(*types.InvalidParameterCombinationException), func() error {
				_, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"a"}, AlarmNamePrefix: aws.String("a")})
				return err
			}},
			{"bad token", "InvalidNextToken", "token is invalid", 400, new(*types.InvalidNextToken), func() error {
				_, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{NextToken: aws.String("x")})
				return err
			}},
			{"model violation", "ValidationError", "Value '101' at 'maxRecords'", 400, new(*types.ValidationException), func() error {
				_, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(101)})
				return err
			}},
			{"unknown operation", "UnknownOperationException", "ListMetrics", 404, nil, func() error {
				_, err := c.ListMetrics(ctx, &cloudwatch.ListMetricsInput{})
				return err
			}},
		} {
			err := tt.call()
			if name != "query" || tt.typed == nil { // in query this SDK shows the shape's name
				refused(t, err, tt.code, tt.message)
			}
			if !strings.Contains(fmt.Sprint(err), tt.message) {
				t.Errorf("%s, %s: %v, want %s", name, tt.why, err, tt.message)
			}
			if tt.typed != nil && !errors.As(err, tt.typed) {
				t.Errorf("%s, %s: %v is no %T", name, tt.why, err, tt.typed)
			}
			var res *smithyhttp.ResponseError
			if !errors.As(err, &res) || res.HTTPStatusCode() != tt.status {
				t.Errorf("%s, %s: %v, want status %d", name, tt.why, err, tt.status)
			}
		}
	}
}

// CBOR replies carry Smithy-Protocol, errors included; the code of the query protocol is in
// a header (fact 4).
func TestCBORHeaders(t *testing.T) {
	s := emptySandbox(t, sandbox.Options{Throttle: map[string]sandbox.Throttle{"cloudwatch:DeleteAlarms": {Rate: 0.001}}})
	call := func(operation string) *http.Response {
		res, _ := post(t, s, "/service/GraniteServiceVersion20100801/operation/"+operation, "\xa1jAlarmNames\x81aa",
			map[string]string{"Smithy-Protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", "Accept": "application/cbor"})
		if got := res.Header.Get("Smithy-Protocol"); got != "rpc-v2-cbor" {
			t.Errorf("%s: Smithy-Protocol %q", operation, got)
		}
		return res
	}
	if res := call("DescribeAlarms"); res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/cbor" {
		t.Errorf("DescribeAlarms: %d %v", res.StatusCode, res.Header)
	}
	// An operation without output has no body and no Content-Type.
	if res := call("EnableAlarmActions"); res.StatusCode != 200 || res.ContentLength != 0 || res.Header.Get("Content-Type") != "" {
		t.Errorf("EnableAlarmActions: %d %v", res.StatusCode, res.Header)
	}
	if res := call("DeleteAlarms"); res.StatusCode != 404 || res.Header.Get("X-Amzn-Query-Error") != "ResourceNotFound;Sender" {
		t.Errorf("DeleteAlarms: %d %v", res.StatusCode, res.Header)
	}
	if res := call("DeleteAlarms"); res.Header.Get("X-Amzn-Query-Error") != "Throttling;Sender" {
		t.Errorf("DeleteAlarms again: %d %v", res.StatusCode, res.Header)
	}
}

func TestCBORRefusesGarbage(t *testing.T) {
	s := emptySandbox(t, sandbox.Options{})
	for _, body := range []string{"\xa1", "\xff", "\x81a", "\x01", "\xa1jAlarmNames\xc2\x01", "\xa1jMaxRecords\x1b\xff\xff\xff\xff\xff\xff\xff\xff", strings.Repeat("\x81", 1000)} {
		res, text := post(t, s, "/service/GraniteServiceVersion20100801/operation/DescribeAlarms", body, map[string]string{"Smithy-Protocol": "rpc-v2-cbor"})
		if res.StatusCode != 400 || !strings.Contains(text, "SerializationException") {
			t.Errorf("%q: %d %q", body, res.StatusCode, text)
		}
	}
}

// JSON 1.0 as botocore speaks it (fact 5): timestamps in seconds, the shape's name in the
// body and the query protocol's code in a header.
func TestAlarmsInJSON(t *testing.T) {
	s := emptySandbox(t, sandbox.Options{})
	call := func(operation, body string) (*http.Response, string) {
		return post(t, s, "/", body, map[string]string{"X-Amz-Target": "GraniteServiceVersion20100801." + operation,
			"Content-Type": "application/x-amz-json-1.0", "X-Amzn-Query-Mode": "true"})
	}
	res, text := call("PutMetricAlarm", `{"AlarmName":"a","MetricName":"M","Namespace":"N","Statistic":"Sum","Period":10,`+
		`"EvaluationPeriods":3,"Threshold":70,"ComparisonOperator":"GreaterThanThreshold"}`)
	if res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, text)
	}
	res, text = call("DescribeAlarms", `{"AlarmNames":["a"]}`)
	const want = `{"CompositeAlarms":[],"MetricAlarms":[{"ActionsEnabled":true,"AlarmActions":[],"AlarmArn":"arn:aws:cloudwatch:us-east-1:123456789012:alarm:a",` +
		`"AlarmConfigurationUpdatedTimestamp":1772438400,"AlarmName":"a","ComparisonOperator":"GreaterThanThreshold","Dimensions":[],"EvaluationPeriods":3,` +
		`"InsufficientDataActions":[],"MetricName":"M","Namespace":"N","OKActions":[],"Period":10,"StateReason":"Unchecked: Initial alarm creation",` +
		`"StateTransitionedTimestamp":1772438400,"StateUpdatedTimestamp":1772438400,"StateValue":"INSUFFICIENT_DATA","Statistic":"Sum","Threshold":70.0}]}`
	if d := cmp.Diff(want, text); d != "" || res.Header.Get("Content-Type") != "application/x-amz-json-1.0" {
		t.Errorf("%s\n%s", res.Header.Get("Content-Type"), d)
	}
	res, text = call("SetAlarmState", `{"AlarmName":"a","StateValue":"OK","StateReason":"r","StateReasonData":"{"}`)
	if res.StatusCode != 400 || res.Header.Get("X-Amzn-Query-Error") != "InvalidFormat;Sender" || !strings.Contains(text, `"__type":"InvalidFormatFault"`) {
		t.Errorf("%d %v %s", res.StatusCode, res.Header, text)
	}
}

// The query protocol byte by byte: result wrapper, member lists, ISO timestamps, metadata,
// and empty lists, which look like empty strings (fact 6).
func TestAlarmsInQuery(t *testing.T) {
	s := emptySandbox(t, sandbox.Options{})
	call := func(form string) (*http.Response, string) {
		return post(t, s, "/", "Version=2010-08-01&"+form, map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
	}
	res, text := call("Action=PutMetricAlarm&AlarmName=a%3C&AlarmDescription=&OKActions=&MetricName=M&Namespace=N&Statistic=Sum&Period=60&EvaluationPeriods=1" +
		"&Dimensions.member.2.Name=B&Dimensions.member.2.Value=2&Dimensions.member.1.Name=A&Dimensions.member.1.Value=1" +
		"&Threshold=1e2&ComparisonOperator=GreaterThanThreshold&ActionsEnabled=false")
	const put = `<?xml version="1.0" encoding="UTF-8"?>
<PutMetricAlarmResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><ResponseMetadata><RequestId>00000000-0000-4000-a000-000000000001</RequestId></ResponseMetadata></PutMetricAlarmResponse>
`
	if d := cmp.Diff(put, text); d != "" || res.Header.Get("Content-Type") != "text/xml" {
		t.Errorf("%v\n%s", res.Header, d)
	}
	_, text = call("Action=DescribeAlarms&AlarmNames.member.1=a%3C")
	const described = `<?xml version="1.0" encoding="UTF-8"?>
<DescribeAlarmsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><DescribeAlarmsResult><CompositeAlarms></CompositeAlarms><MetricAlarms><member><ActionsEnabled>false</ActionsEnabled><AlarmActions></AlarmActions><AlarmArn>arn:aws:cloudwatch:us-east-1:123456789012:alarm:a&lt;</AlarmArn><AlarmConfigurationUpdatedTimestamp>2026-03-02T08:00:00.000Z</AlarmConfigurationUpdatedTimestamp><AlarmDescription></AlarmDescription><AlarmName>a&lt;</AlarmName><ComparisonOperator>GreaterThanThreshold</ComparisonOperator><Dimensions><member><Name>A</Name><Value>1</Value></member><member><Name>B</Name><Value>2</Value></member></Dimensions><EvaluationPeriods>1</EvaluationPeriods><InsufficientDataActions></InsufficientDataActions><MetricName>M</MetricName><Namespace>N</Namespace><OKActions></OKActions><Period>60</Period><StateReason>Unchecked: Initial alarm creation</StateReason><StateTransitionedTimestamp>2026-03-02T08:00:00.000Z</StateTransitionedTimestamp><StateUpdatedTimestamp>2026-03-02T08:00:00.000Z</StateUpdatedTimestamp><StateValue>INSUFFICIENT_DATA</StateValue><Statistic>Sum</Statistic><Threshold>100.0</Threshold></member></MetricAlarms></DescribeAlarmsResult><ResponseMetadata><RequestId>00000000-0000-4000-a000-000000000002</RequestId></ResponseMetadata></DescribeAlarmsResponse>
`
	if d := cmp.Diff(described, text); d != "" {
		t.Error(d)
	}
	res, text = call("Action=DeleteAlarms&AlarmNames.member.1=b")
	const refusal = `<?xml version="1.0" encoding="UTF-8"?>
<ErrorResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><Error><Code>ResourceNotFound</Code><Message>Unknown alarm(s): b</Message><Type>Sender</Type></Error><RequestId>00000000-0000-4000-a000-000000000003</RequestId></ErrorResponse>
`
	if d := cmp.Diff(refusal, text); d != "" || res.StatusCode != 404 {
		t.Errorf("%d\n%s", res.StatusCode, d)
	}
	if res, text = call("Action=DeleteAlarms&AlarmNames.member.2=b"); res.StatusCode != 400 || !strings.Contains(text, "without gaps") {
		t.Errorf("a list with a gap: %d %s", res.StatusCode, text)
	}
}

// GetCallerIdentity answers with the account of the options, to the SDK and to a GET.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func TestCallerIdentity(t *testing.T) {
	s := emptySandbox(t, sandbox.Options{AccountID: "999988887777"})
	c := sts.New(sts.Options{Region: "us-east-1", HTTPClient: s.HTTPClient(), Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", "")})
	out, err := c.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(out.Account) != "999988887777" || aws.ToString(out.Arn) != "arn:aws:iam::999988887777:user/sandbox" || aws.ToString(out.UserId) == "" {
		t.Errorf("got %s %s %s", aws.ToString(out.Account), aws.ToString(out.Arn), aws.ToString(out.UserId))
	}
	query := url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}
	res, err := s.HTTPClient().Get("https://sts.test/?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(text), "<GetCallerIdentityResult><Account>999988887777</Account>") {
		t.Errorf("%s, %v", text, err)
	}
}
