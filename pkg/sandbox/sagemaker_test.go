package sandbox_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	smtypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

// hosting is a sandbox with models, configs and endpoints to work on, driven in plain JSON:
// the SDK is heavy, and checks required members before the server can.
type hosting struct {
	*testing.T
	s *sandbox.Server
}

var minuteEach = sandbox.Timing{Create: time.Minute, Update: time.Minute, Scale: time.Minute, Delete: time.Minute}

func newHosting(t *testing.T, opts sandbox.Options) *hosting {
	t.Helper()
	h := &hosting{t, emptySandbox(t, opts)}
	h.ok("CreateModel", `{"ModelName":"m","PrimaryContainer":{"Image":"img:1"}}`)
	h.ok("CreateEndpointConfig", `{"EndpointConfigName":"plain","ProductionVariants":[{"VariantName":"v","ModelName":"m","InstanceType":"ml.g5.xlarge","InitialInstanceCount":2}]}`)
	h.ok("CreateEndpointConfig", `{"EndpointConfigName":"async","AsyncInferenceConfig":{"OutputConfig":{"S3OutputPath":"s3://bucket/out"}},
		"ProductionVariants":[{"VariantName":"v","ModelName":"m","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1}]}`)
	h.ok("CreateEndpointConfig", `{"EndpointConfigName":"serverless","ProductionVariants":[{"VariantName":"v","ModelName":"m",
		"ServerlessConfig":{"MemorySizeInMB":2048,"MaxConcurrency":10,"ProvisionedConcurrency":2}}]}`)
	h.ok("CreateEndpointConfig", `{"EndpointConfigName":"host","ExecutionRoleArn":"arn:aws:iam::123456789012:role/sagemaker",
		"ProductionVariants":[{"VariantName":"v","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1}]}`)
	for _, name := range []string{"plain", "async", "serverless", "host"} {
		h.ok("CreateEndpoint", fmt.Sprintf(`{"EndpointName":%q,"EndpointConfigName":%q}`, name, name))
	}
	h.advance(opts.Timing.Create)
	return h
}

func (h *hosting) advance(d time.Duration) {
	h.Helper()
	if err := h.s.Advance(d); err != nil {
		h.Fatal(err)
	}
}

// call returns the reply, or the code and message of a refusal.
func (h *hosting) call(operation, body string) (out map[string]any, code, message string) {
	h.Helper()
	res, text := post(h.T, h.s, "/", body, map[string]string{"X-Amz-Target": "SageMaker." + operation, "Content-Type": "application/x-amz-json-1.1"})
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		h.Fatalf("%s: %v in %s", operation, err, text)
	}
	if res.StatusCode == 200 {
		return out, "", ""
	}
	if res.StatusCode != 400 {
		h.Errorf("%s: status %d; refusals of SageMaker have 400 (fact 158)", operation, res.StatusCode)
	}
	return nil, out["__type"].(string), out["Message"].(string)
}

func (h *hosting) ok(operation, body string) map[string]any {
	h.Helper()
	out, code, message := h.call(operation, body)
	if code != "" {
		h.Fatalf("%s: %s: %s", operation, code, message)
	}
	return out
}

// invalid demands a ValidationException whose message holds text.
func (h *hosting) invalid(operation, body, text string) {
	h.Helper()
	_, code, message := h.call(operation, body)
	if code != "ValidationException" || !strings.Contains(message, text) {
		h.Errorf("%s %s:\ngot  %s: %s\nwant ValidationException: ...%s...", operation, body, code, message, text)
	}
}

func (h *hosting) endpoint(name string) (status string, variant map[string]any) {
	h.Helper()
	out := h.ok("DescribeEndpoint", fmt.Sprintf(`{"EndpointName":%q}`, name))
	return out["EndpointStatus"].(string), out["ProductionVariants"].([]any)[0].(map[string]any)
}

const arnStart = "arn:aws:sagemaker:us-east-1:123456789012:"

// Missing objects are ValidationExceptions with these words (facts 158, 159, 163).
func TestSageMakerNotFound(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	for _, tt := range []struct{ operation, body, want string }{
		{"DescribeModel", `{"ModelName":"X"}`, `Could not find model "` + arnStart + `model/x".`},
		{"DeleteModel", `{"ModelName":"X"}`, `Could not find model "` + arnStart + `model/x".`},
		{"DescribeEndpointConfig", `{"EndpointConfigName":"x"}`, `Could not find endpoint configuration "` + arnStart + `endpoint-config/x".`},
		{"DeleteEndpointConfig", `{"EndpointConfigName":"x"}`, `Could not find endpoint configuration "` + arnStart + `endpoint-config/x".`},
		{"DescribeEndpoint", `{"EndpointName":"x"}`, `Could not find endpoint "` + arnStart + `endpoint/x".`},
		{"DeleteEndpoint", `{"EndpointName":"x"}`, `Could not find endpoint "` + arnStart + `endpoint/x".`},
		{"UpdateEndpointWeightsAndCapacities", `{"EndpointName":"x","DesiredWeightsAndCapacities":[{"VariantName":"v"}]}`, `Could not find endpoint "` + arnStart + `endpoint/x".`},
		{"DescribeInferenceComponent", `{"InferenceComponentName":"x"}`, `Could not find inference component "` + arnStart + `inference-component/x".`},
		{"DeleteInferenceComponent", `{"InferenceComponentName":"x"}`, `Could not find inference component "` + arnStart + `inference-component/x".`},
		{"UpdateInferenceComponentRuntimeConfig", `{"InferenceComponentName":"x","DesiredRuntimeConfig":{"CopyCount":1}}`, `Could not find inference component "` + arnStart + `inference-component/x".`},
		{"ListTags", `{"ResourceArn":"` + arnStart + `endpoint/x"}`, `Could not find endpoint "` + arnStart + `endpoint/x".`},
		{"CreateEndpoint", `{"EndpointName":"x","EndpointConfigName":"x"}`, `Could not find endpoint configuration "` + arnStart + `endpoint-config/x".`},
		{"CreateEndpointConfig", `{"EndpointConfigName":"x","ProductionVariants":[{"VariantName":"v","ModelName":"x","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1}]}`,
			`Could not find model "` + arnStart + `model/x".`},
		{"CreateInferenceComponent", `{"InferenceComponentName":"x","EndpointName":"x"}`, `Could not find endpoint "` + arnStart + `endpoint/x".`},
	} {
		_, code, message := h.call(tt.operation, tt.body)
		if code != "ValidationException" || message != tt.want {
			t.Errorf("%s: got %s: %s\nwant %s", tt.operation, code, message, tt.want)
		}
	}
}

const component = `{"InferenceComponentName":%q,"EndpointName":%q,"Specification":{"ModelName":"m","ComputeResourceRequirements":{"MinMemoryRequiredInMb":1024}},"RuntimeConfig":{"CopyCount":%d}}`

// Names that exist, whatever their case (facts 152, 160; aws/sagemaker-python-sdk#4059).
func TestSageMakerExists(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	h.ok("CreateInferenceComponent", fmt.Sprintf(component, "c", "host", 1))
	for _, tt := range []struct{ operation, body, want string }{
		{"CreateModel", `{"ModelName":"M","PrimaryContainer":{"Image":"i"}}`, `Cannot create already existing model "` + arnStart + `model/m".`},
		{"CreateEndpointConfig", `{"EndpointConfigName":"plain","ProductionVariants":[{"VariantName":"v"}]}`, `Cannot create already existing endpoint configuration "` + arnStart + `endpoint-config/plain".`},
		{"CreateEndpoint", `{"EndpointName":"PLAIN","EndpointConfigName":"plain"}`, `Cannot create already existing endpoint "` + arnStart + `endpoint/plain".`},
		{"CreateInferenceComponent", fmt.Sprintf(component, "c", "host", 1), `Cannot create already existing inference component "` + arnStart + `inference-component/c".`},
	} {
		_, code, message := h.call(tt.operation, tt.body)
		if code != "ValidationException" || message != tt.want {
			t.Errorf("%s: got %s: %s\nwant %s", tt.operation, code, message, tt.want)
		}
	}
	// The case of an endpoint's name is kept (fact 116).
	h.ok("CreateEndpoint", `{"EndpointName":"MixedCase","EndpointConfigName":"plain"}`)
	if got := h.ok("DescribeEndpoint", `{"EndpointName":"mixedcase"}`)["EndpointName"]; got != "MixedCase" {
		t.Errorf("got %v", got)
	}
}

// Names of the model (fact 150).
func TestSageMakerNames(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	const pattern = "Member must satisfy regular expression pattern: "
	for _, name := range []string{"a_b", "-a", "a-", "", "a.b"} {
		h.invalid("CreateEndpoint", fmt.Sprintf(`{"EndpointName":%q,"EndpointConfigName":"plain"}`, name),
			"Value '"+name+"' at 'endpointName' failed to satisfy constraint: "+pattern+"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
		h.invalid("CreateModel", fmt.Sprintf(`{"ModelName":%q,"PrimaryContainer":{"Image":"i"}}`, name), pattern+`[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?`)
	}
	h.invalid("CreateEndpoint", `{"EndpointName":"`+strings.Repeat("a", 64)+`","EndpointConfigName":"plain"}`, "length less than or equal to 63")
	h.ok("CreateEndpoint", `{"EndpointName":"`+strings.Repeat("a", 63)+`","EndpointConfigName":"plain"}`)
	h.invalid("CreateEndpoint", `{}`, "2 validation errors detected: Value null at 'endpointName' failed to satisfy constraint: Member must not be null; Value null at 'endpointConfigName'")
}

// What CreateEndpointConfig refuses.
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
func TestCreateEndpointConfigRefuses(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	const (
		instances  = `"VariantName":"v","ModelName":"m","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1`
		host       = `"VariantName":"v","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1`
		role       = `,"ExecutionRoleArn":"arn:aws:iam::123456789012:role/sagemaker"`
		serverless = `"VariantName":"v","ModelName":"m","ServerlessConfig":{"MemorySizeInMB":2048,"MaxConcurrency":10}`
		async      = `,"AsyncInferenceConfig":{"OutputConfig":{}}`
	)
	for _, tt := range []struct{ why, variants, more, text string }{
		{"12: instance type", `{"VariantName":"v","ModelName":"m","InstanceType":"g5.xlarge","InitialInstanceCount":1}`, "",
			"Value 'g5.xlarge' at 'productionVariants.1.member.instanceType' failed to satisfy constraint: Member must satisfy enum value set: ["},
		{"119: count", `{"VariantName":"v","ModelName":"m","InstanceType":"ml.g5.xlarge","InitialInstanceCount":0}`, "", "greater than or equal to 1"},
		{"121: no capacity", `{"VariantName":"v","ModelName":"m"}`, "", "exactly one of InstanceType, InstancePools and ServerlessConfig"},
		{"127: frequency", `{` + instances + `}`, `,"MetricsConfig":{"MetricPublishFrequencyInSeconds":45}`, "MetricPublishFrequencyInSeconds"},
		{"137: components need a role", `{` + host + `}`, "", "ExecutionRoleArn is required"},
		{"139: managed scaling with a model", `{` + instances + `,"ManagedInstanceScaling":{"Status":"ENABLED"}}`, "",
			"ManagedInstanceScaling is only supported for inference component endpoints."},
		{"139: managed scaling on an asynchronous endpoint", `{` + host + `,"ManagedInstanceScaling":{"Status":"ENABLED"}}`, role + async,
			"ManagedInstanceScaling is not supported with the given EndpointConfig setup."},
		{"138: bounds", `{` + host + `,"ManagedInstanceScaling":{"MinInstanceCount":3,"MaxInstanceCount":2}}`, role, "must not be greater than MaxInstanceCount"},
		{"168: no variant", ``, "", "length greater than or equal to 1"},
		{"168: shadows", `{` + instances + `},{"VariantName":"w","ModelName":"m","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1}`,
			`,"ShadowProductionVariants":[{"VariantName":"s","ModelName":"m","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1}]`, "exactly one production variant and one shadow variant"},
		{"names are unique", `{` + instances + `},{` + instances + `}`, "", "must be unique"},
		{"170: volume", `{` + instances + `,"VolumeSizeInGB":513}`, "", "less than or equal to 512"},
		{"173: sampling", `{` + instances + `}`, `,"DataCaptureConfig":{"InitialSamplingPercentage":101,"DestinationS3Uri":"s3://b/x","CaptureOptions":[{"CaptureMode":"Input"}]}`, "less than or equal to 100"},
		{"174: output", `{` + instances + `}`, `,"AsyncInferenceConfig":{}`, "'asyncInferenceConfig.outputConfig' failed to satisfy constraint: Member must not be null"},
		{"175: memory steps", `{"VariantName":"v","ModelName":"m","ServerlessConfig":{"MemorySizeInMB":1536,"MaxConcurrency":10}}`, "", "MemorySizeInMB must be one of"},
		{"175: provisioned", `{"VariantName":"v","ModelName":"m","ServerlessConfig":{"MemorySizeInMB":1024,"MaxConcurrency":1,"ProvisionedConcurrency":2}}`, "", "ProvisionedConcurrency must not be greater"},
		{"177: one variant", `{` + serverless + `},{"VariantName":"w","ModelName":"m","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1}`, "", "one variant"},
		{"177: no capture", `{` + serverless + `}`, `,"DataCaptureConfig":{"InitialSamplingPercentage":1,"DestinationS3Uri":"s3://b/x","CaptureOptions":[{"CaptureMode":"Input"}]}`, "DataCaptureConfig is not supported"},
		{"serverless has no instances", `{` + serverless + `,"InstanceType":"ml.g5.xlarge"}`, "", "InstanceType cannot be specified for the serverless variant"},
		{"154: fifty tags", `{` + instances + `}`, `,"Tags":[` + strings.TrimSuffix(strings.Repeat(`{"Key":"k","Value":""},`, 51), ",") + `]`, "length less than or equal to 50"},
		{"154: characters", `{` + instances + `}`, `,"Tags":[{"Key":"k#","Value":""}]`, "'tags.1.member.key' failed"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			h := &hosting{t, h.s}
			h.invalid("CreateEndpointConfig", `{"EndpointConfigName":"new","ProductionVariants":[`+tt.variants+`]`+tt.more+`}`, tt.text)
		})
	}
}

// MinInstanceCount 0 is refused in one Region that was seen, and accepted elsewhere (fact 140).
func TestManagedZeroByRegion(t *testing.T) {
	s := emptySandbox(t, sandbox.Options{})
	for region, want := range map[string]string{"us-east-1": "", "eu-west-3": "Min instance count needs to be greater than 0 for enabled managed instance scaling"} {
		res, text := post(t, s, "/", `{"EndpointConfigName":"x","ExecutionRoleArn":"arn:aws:iam::123456789012:role/sagemaker","ProductionVariants":[{"VariantName":"v",
			"InstanceType":"ml.g5.xlarge","InitialInstanceCount":1,"ManagedInstanceScaling":{"Status":"ENABLED","MinInstanceCount":0,"MaxInstanceCount":2}}]}`,
			map[string]string{"X-Amz-Target": "SageMaker.CreateEndpointConfig", "Authorization": "AWS4-HMAC-SHA256 Credential=A/20260302/" + region + "/sagemaker/aws4_request"})
		if (res.StatusCode == 200) != (want == "") || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", region, res.StatusCode, text)
		}
	}
}

// What CreateModel refuses. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
func TestCreateModelRefuses(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	for _, tt := range []struct{ body, text string }{
		{`{"ModelName":"n"}`, "Either PrimaryContainer or Containers"},
		{`{"ModelName":"n","PrimaryContainer":{"Image":"i"},"Containers":[{"Image":"i"}]}`, "cannot both"},
		{`{"ModelName":"n","PrimaryContainer":{}}`, "Image or a ModelPackageName"},
		{`{"ModelName":"n","PrimaryContainer":{"Image":"i","ModelDataUrl":"bucket/x"}}`, "'primaryContainer.modelDataUrl' failed"},
		{`{"ModelName":"n","PrimaryContainer":{"Image":"i"},"ExecutionRoleArn":"arn:aws:iam::123456789012:user/x"}`, "'executionRoleArn' failed"},
	} {
		h.invalid("CreateModel", tt.body, tt.text)
	}
}

// A described config is what was put, every member of the model, with single-precision
// weights and with defaults filled in (facts 138, 170 to 174).
func TestDescribeEndpointConfigEchoes(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	const body = `{"EndpointConfigName":"full","KmsKeyId":"key","ExecutionRoleArn":"arn:aws:iam::123456789012:role/sagemaker",
		"VpcConfig":{"SecurityGroupIds":["sg-1"],"Subnets":["subnet-1"]},"MetricsConfig":{"EnableEnhancedMetrics":true,"MetricPublishFrequencyInSeconds":10},
		"AsyncInferenceConfig":{"ClientConfig":{"MaxConcurrentInvocationsPerInstance":4},"OutputConfig":{"KmsKeyId":"k","S3OutputPath":"s3://b/out","S3FailurePath":"s3://b/fail",
			"NotificationConfig":{"SuccessTopic":"arn:aws:sns:us-east-1:123456789012:t","IncludeInferenceResponseIn":["SUCCESS_NOTIFICATION_TOPIC"]}}},
		"DataCaptureConfig":{"EnableCapture":true,"InitialSamplingPercentage":10,"DestinationS3Uri":"s3://b/x","CaptureOptions":[{"CaptureMode":"Input"},{"CaptureMode":"Output"}],
			"CaptureContentTypeHeader":{"JsonContentTypes":["application/json"]}},
		"ExplainerConfig":{"ClarifyExplainerConfig":{"ShapConfig":{"ShapBaselineConfig":{"MimeType":"text/csv"},"NumberOfSamples":5}}},
		"ProductionVariants":[{"VariantName":"v","ModelName":"m","InstancePools":[{"InstanceType":"ml.g5.xlarge","Priority":1}],"InitialInstanceCount":1,"InitialVariantWeight":0.1,
			"VolumeSizeInGB":100,"RoutingConfig":{"RoutingStrategy":"LEAST_OUTSTANDING_REQUESTS"},"EnableSSMAccess":true,"ModelDataDownloadTimeoutInSeconds":600,
			"CoreDumpConfig":{"DestinationS3Uri":"s3://b/core"}}]}`
	h.ok("CreateEndpointConfig", strings.TrimSuffix(body, "}")+`,"Tags":[{"Key":"k","Value":"v"}]}`)
	var want map[string]any
	if err := json.Unmarshal([]byte(body), &want); err != nil {
		t.Fatal(err)
	}
	want["EndpointConfigArn"], want["CreationTime"], want["EnableNetworkIsolation"] = arnStart+"endpoint-config/full", float64(start.Unix()), false
	want["ProductionVariants"].([]any)[0].(map[string]any)["InitialVariantWeight"] = float64(float32(0.1))
	if d := cmp.Diff(want, h.ok("DescribeEndpointConfig", `{"EndpointConfigName":"full"}`)); d != "" {
		t.Error(d)
	}

	variant := func(config string) map[string]any {
		return h.ok("DescribeEndpointConfig", fmt.Sprintf(`{"EndpointConfigName":%q}`, config))["ProductionVariants"].([]any)[0].(map[string]any)
	}
	if got := variant("plain")["InitialVariantWeight"]; got != 1.0 {
		t.Errorf("weight %v, want the default 1", got)
	}
	if got := variant("serverless")["VolumeSizeInGB"]; got == nil {
		t.Error("a serverless variant shows no volume")
	}
	h.ok("CreateEndpointConfig", `{"EndpointConfigName":"managed","ExecutionRoleArn":"arn:aws:iam::123456789012:role/sagemaker","ProductionVariants":[{"VariantName":"v",
		"InstanceType":"ml.g5.xlarge","InitialInstanceCount":1,"ManagedInstanceScaling":{"Status":"ENABLED","ScaleInPolicy":{"Strategy":"CONSOLIDATION"}}}]}`)
	managed := map[string]any{"Status": "ENABLED", "ScaleInPolicy": map[string]any{"Strategy": "CONSOLIDATION", "MaximumStepSize": 1.0, "CooldownInMinutes": 20.0}}
	if d := cmp.Diff(managed, variant("managed")["ManagedInstanceScaling"]); d != "" {
		t.Error(d)
	}
}

// An endpoint's life on the sandbox's clock, through the SDK (facts 161, 171, 180, 181, 184 to 188).
func TestEndpointLife(t *testing.T) {
	h := newHosting(t, sandbox.Options{Timing: minuteEach})
	c := sm.New(sm.Options{Region: "us-east-1", HTTPClient: h.s.HTTPClient(), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", "")})
	name := aws.String("E")
	made, err := c.CreateEndpoint(ctx, &sm.CreateEndpointInput{EndpointName: name, EndpointConfigName: aws.String("plain"),
		Tags: []smtypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
	if err != nil {
		t.Fatal(err)
	}
	describe := func(status smtypes.EndpointStatus, current, desired int32) *sm.DescribeEndpointOutput {
		t.Helper()
		out, err := c.DescribeEndpoint(ctx, &sm.DescribeEndpointInput{EndpointName: name})
		if err != nil {
			t.Fatal(err)
		}
		v := out.ProductionVariants[0]
		if out.EndpointStatus != status || aws.ToInt32(v.CurrentInstanceCount) != current || aws.ToInt32(v.DesiredInstanceCount) != desired {
			t.Errorf("%s with %d of %d, want %s with %d of %d", out.EndpointStatus, *v.CurrentInstanceCount, *v.DesiredInstanceCount, status, current, desired)
		}
		return out
	}
	update := func(weight float32, count int32) error {
		_, err := c.UpdateEndpointWeightsAndCapacities(ctx, &sm.UpdateEndpointWeightsAndCapacitiesInput{EndpointName: name,
			DesiredWeightsAndCapacities: []smtypes.DesiredWeightAndCapacity{{VariantName: aws.String("v"), DesiredWeight: &weight, DesiredInstanceCount: &count}}})
		return err
	}
	remove := func() error {
		_, err := c.DeleteEndpoint(ctx, &sm.DeleteEndpointInput{EndpointName: name})
		return err
	}
	busy := "Cannot update in-progress endpoint \"" + aws.ToString(made.EndpointArn) + "\"."

	describe(smtypes.EndpointStatusCreating, 0, 2)
	refused(t, update(1, 3), "ValidationException", busy)
	refused(t, remove(), "ValidationException", busy)
	h.advance(time.Minute)
	out := describe(smtypes.EndpointStatusInService, 2, 2)
	if !aws.ToTime(out.CreationTime).Equal(start.Add(time.Minute)) || out.PendingDeploymentSummary != nil {
		t.Errorf("created %v, pending %v", out.CreationTime, out.PendingDeploymentSummary)
	}

	if err := update(0.1, 3); err != nil {
		t.Fatal(err)
	}
	out = describe(smtypes.EndpointStatusUpdating, 2, 3)
	if s := out.ProductionVariants[0].VariantStatus; len(s) != 1 || s[0].Status != smtypes.VariantStatusUpdating {
		t.Errorf("variant status %v", s)
	}
	refused(t, update(1, 4), "ValidationException", busy)
	h.advance(time.Minute)
	out = describe(smtypes.EndpointStatusInService, 3, 3)
	if got := aws.ToFloat32(out.ProductionVariants[0].CurrentWeight); got != 0.1 {
		t.Errorf("weight %v", got)
	}

	if err := remove(); err != nil {
		t.Fatal(err)
	}
	describe(smtypes.EndpointStatusDeleting, 3, 3)
	_, err = c.CreateEndpoint(ctx, &sm.CreateEndpointInput{EndpointName: name, EndpointConfigName: aws.String("plain")})
	refused(t, err, "ValidationException", "already existing") // the name stays taken meanwhile (fact 226)
	h.advance(time.Minute)
	_, err = c.DescribeEndpoint(ctx, &sm.DescribeEndpointInput{EndpointName: name})
	refused(t, err, "ValidationException", "Could not find endpoint")
	for operation, body := range map[string]string{"DescribeEndpointConfig": `{"EndpointConfigName":"plain"}`, "DescribeModel": `{"ModelName":"m"}`} {
		h.ok(operation, body) // config and model stay (fact 186)
	}
}

// Weights and capacities of each kind of variant (facts 118, 119, 148, 175, 188).
func TestUpdateWeightsAndCapacities(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	update := func(endpoint, change string) string {
		return fmt.Sprintf(`{"EndpointName":%q,"DesiredWeightsAndCapacities":[%s]}`, endpoint, change)
	}
	const operation = "UpdateEndpointWeightsAndCapacities"
	h.invalid(operation, update("plain", `{"VariantName":"x","DesiredInstanceCount":1}`), `The variant name(s) "x" is/are not present within endpoint configuration "plain".`)
	h.invalid(operation, update("plain", `{"VariantName":"v","DesiredInstanceCount":0}`), "at least 1")
	h.invalid(operation, update("plain", `{"VariantName":"v","DesiredInstanceCount":-1}`), "greater than or equal to 0")
	h.invalid(operation, update("plain", `{"VariantName":"v","ServerlessUpdateConfig":{"ProvisionedConcurrency":1}}`), "not serverless")
	h.invalid(operation, update("plain", `{"VariantName":"v"},{"VariantName":"v"}`), "unique")
	h.invalid(operation, update("serverless", `{"VariantName":"v","DesiredInstanceCount":1}`), "cannot be specified for the serverless variant")
	h.invalid(operation, update("serverless", `{"VariantName":"v","ServerlessUpdateConfig":{"ProvisionedConcurrency":11}}`), "must not be greater than MaxConcurrency")
	if _, v := h.endpoint("plain"); v["DesiredInstanceCount"] != 2.0 {
		t.Errorf("a refused call left %v", v)
	}

	h.ok(operation, update("async", `{"VariantName":"v","DesiredInstanceCount":0}`))
	if status, v := h.endpoint("async"); status != "InService" || v["CurrentInstanceCount"] != 0.0 {
		t.Errorf("asynchronous: %s %v", status, v)
	}
	h.ok(operation, update("serverless", `{"VariantName":"v","ServerlessUpdateConfig":{"MaxConcurrency":20,"ProvisionedConcurrency":15}}`))
	_, v := h.endpoint("serverless")
	want := map[string]any{"MemorySizeInMB": 2048.0, "MaxConcurrency": 20.0, "ProvisionedConcurrency": 15.0}
	if d := cmp.Diff(want, v["CurrentServerlessConfig"]); d != "" {
		t.Errorf("serverless:\n%s", d)
	}
}

// Quotas of instances, over all endpoints of the region (fact 162).
func TestInstanceQuota(t *testing.T) {
	h := newHosting(t, sandbox.Options{InstanceQuota: map[string]int64{"ml.g5.xlarge": 5}}) // plain, async and host use 4
	const want = "The account-level service limit 'ml.g5.xlarge for endpoint usage' is 5 Instances, with current utilization of 4 Instances and a request delta of 2 Instances."
	c := sm.New(sm.Options{Region: "us-east-1", HTTPClient: h.s.HTTPClient(), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", "")})
	_, err := c.CreateEndpoint(ctx, &sm.CreateEndpointInput{EndpointName: aws.String("more"), EndpointConfigName: aws.String("plain")})
	refused(t, err, "ResourceLimitExceeded", want)
	var modelled *smtypes.ResourceLimitExceeded
	if !errors.As(err, &modelled) {
		t.Errorf("%v is not the modelled error", err)
	}
	if _, code, message := h.call("UpdateEndpointWeightsAndCapacities", `{"EndpointName":"plain","DesiredWeightsAndCapacities":[{"VariantName":"v","DesiredInstanceCount":4}]}`); code != "ResourceLimitExceeded" || !strings.Contains(message, want) {
		t.Errorf("%s: %s", code, message)
	}
	h.ok("UpdateEndpointWeightsAndCapacities", `{"EndpointName":"plain","DesiredWeightsAndCapacities":[{"VariantName":"v","DesiredInstanceCount":3}]}`)

	// To Application Auto Scaling it is a failed activity (fact 47).
	scaling := aas.New(clientOptions(h.s))
	if _, err := scaling.RegisterScalableTarget(ctx, &aas.RegisterScalableTargetInput{ServiceNamespace: sagemaker, ScalableDimension: instances,
		ResourceId: aws.String("endpoint/plain/variant/v"), MinCapacity: aws.Int32(4), MaxCapacity: aws.Int32(8)}); err != nil {
		t.Fatal(err)
	}
	out, err := scaling.DescribeScalingActivities(ctx, &aas.DescribeScalingActivitiesInput{ServiceNamespace: sagemaker})
	if err != nil || len(out.ScalingActivities) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	a := out.ScalingActivities[0]
	if text := aws.ToString(a.StatusMessage); a.StatusCode != "Failed" || !strings.HasPrefix(text,
		"Failed to set desired instance count to 4. Reason: The account-level service limit 'ml.g5.xlarge for endpoint usage' is 5 Instances") ||
		!strings.Contains(text, "(Service: AmazonSageMaker; Status Code: 400; Error Code: ResourceLimitExceeded;") {
		t.Errorf("%s: %s", a.StatusCode, text)
	}
}

// A component's life (facts 143, 202 to 205).
func TestInferenceComponentLife(t *testing.T) {
	h := newHosting(t, sandbox.Options{Timing: minuteEach})
	describe := func(status string, current, desired float64) {
		t.Helper()
		out := h.ok("DescribeInferenceComponent", `{"InferenceComponentName":"c"}`)
		want := map[string]any{"CurrentCopyCount": current, "DesiredCopyCount": desired}
		if out["InferenceComponentStatus"] != status || !cmp.Equal(out["RuntimeConfig"], any(want)) {
			t.Errorf("%v %v, want %s %v", out["InferenceComponentStatus"], out["RuntimeConfig"], status, want)
		}
	}
	const scale = `{"InferenceComponentName":"c","DesiredRuntimeConfig":{"CopyCount":0}}`
	h.invalid("CreateInferenceComponent", fmt.Sprintf(component, "c", "host", 0), "Inference components copy count an integer larger than 0")
	h.invalid("CreateInferenceComponent", fmt.Sprintf(component, "c", "plain", 1), "Inference Components are not supported in this Endpoint.") // pulumi/pulumi-aws#4940
	h.ok("CreateInferenceComponent", fmt.Sprintf(component, "c", "host", 2))
	describe("Creating", 0, 2)
	h.invalid("DeleteInferenceComponent", `{"InferenceComponentName":"c"}`, `Cannot delete inference component "`+arnStart+`inference-component/c" while it is in state CREATE_IN_PROGRESS.`)
	h.invalid("UpdateInferenceComponentRuntimeConfig", scale, "CREATE_IN_PROGRESS")
	h.advance(time.Minute)
	describe("InService", 2, 2)
	h.ok("UpdateInferenceComponentRuntimeConfig", scale)
	describe("Updating", 2, 0)
	h.invalid("DeleteInferenceComponent", `{"InferenceComponentName":"c"}`, "UPDATE_RC_IN_PROGRESS")
	h.advance(time.Minute)
	describe("InService", 0, 0)
	h.invalid("DeleteEndpoint", `{"EndpointName":"host"}`, "while inference component")
	h.ok("DeleteInferenceComponent", `{"InferenceComponentName":"c"}`)
	describe("Deleting", 0, 0)
	h.advance(time.Minute)
	h.invalid("DescribeInferenceComponent", `{"InferenceComponentName":"c"}`, "Could not find inference component")
	h.ok("DeleteEndpoint", `{"EndpointName":"host"}`)
}

// What CreateInferenceComponent refuses (fact 201).
func TestCreateInferenceComponentRefuses(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	for _, tt := range []struct{ why, spec, text string }{
		{"one or several", `"Specification":{},"Specifications":[{}]`, "cannot both"},
		{"none", `"VariantName":"v"`, "Either Specification or Specifications"},
		{"memory", `"Specification":{"ModelName":"m","ComputeResourceRequirements":{"MinMemoryRequiredInMb":127}}`, "greater than or equal to 128"},
		{"processors", `"Specification":{"ModelName":"m","ComputeResourceRequirements":{"MinMemoryRequiredInMb":128,"NumberOfCpuCoresRequired":0.1}}`, "greater than or equal to 0.25"},
		{"no model", `"Specification":{"ComputeResourceRequirements":{"MinMemoryRequiredInMb":128}}`, "Exactly one of ModelName and Container"},
		{"unknown model", `"Specification":{"ModelName":"x","ComputeResourceRequirements":{"MinMemoryRequiredInMb":128}}`, "Could not find model"},
		{"unknown variant", `"VariantName":"x","Specification":{"ModelName":"m"}`, "Could not find variant"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			h := &hosting{t, h.s}
			h.invalid("CreateInferenceComponent", `{"InferenceComponentName":"c","EndpointName":"host","RuntimeConfig":{"CopyCount":1},`+tt.spec+`}`, tt.text)
		})
	}
}

// DeleteEndpoint deregisters scalable targets if the caller may (fact 187).
func TestDeleteEndpointDeregisters(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	c := aas.New(clientOptions(h.s))
	register := func() {
		if _, err := c.RegisterScalableTarget(ctx, &aas.RegisterScalableTargetInput{ServiceNamespace: sagemaker, ScalableDimension: instances,
			ResourceId: aws.String("endpoint/plain/variant/v"), MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(4)}); err != nil {
			t.Fatal(err)
		}
	}
	register()
	if err := h.s.SetFaults(sandbox.Faults{Deny: []string{"application-autoscaling:DeregisterScalableTarget"}}); err != nil {
		t.Fatal(err)
	}
	if _, code, message := h.call("DeleteEndpoint", `{"EndpointName":"plain"}`); code != "AccessDeniedException" ||
		!strings.HasPrefix(message, "An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity used to invoke DeleteEndpoint does not have application-autoscaling:DeregisterScalableTarget permission") {
		t.Errorf("%s: %s", code, message)
	}
	if err := h.s.ClearFaults(); err != nil {
		t.Fatal(err)
	}
	h.ok("DeleteEndpoint", `{"EndpointName":"plain"}`)
	out, err := c.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker})
	if err != nil || len(out.ScalableTargets) > 0 {
		t.Errorf("left: %v, %v", out.ScalableTargets, err)
	}
}

// AddTags merges and answers with what it was sent, DeleteTags takes unknown keys, and 50 is
// the limit, for each kind of object (fact 154).
func TestSageMakerTags(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	h.ok("CreateInferenceComponent", fmt.Sprintf(component, "Comp", "host", 1))
	h.ok("CreateModel", `{"ModelName":"Big","PrimaryContainer":{"Image":"i"},"Tags":[{"Key":"made","Value":""}]}`)
	for _, arn := range []string{"model/big", "endpoint-config/plain", "endpoint/plain", "inference-component/comp"} {
		arn = arnStart + arn
		for _, tag := range []string{`{"Key":"a","Value":"1"}`, `{"Key":"a","Value":"2"},{"Key":"made","Value":""}`} {
			out := h.ok("AddTags", fmt.Sprintf(`{"ResourceArn":%q,"Tags":[%s]}`, arn, tag))
			if got := len(out["Tags"].([]any)); got != strings.Count(tag, "Key") {
				t.Errorf("AddTags answered with %d tags to %s", got, tag)
			}
		}
		h.ok("DeleteTags", fmt.Sprintf(`{"ResourceArn":%q,"TagKeys":["made","none"]}`, arn))
		want := []any{map[string]any{"Key": "a", "Value": "2"}}
		if d := cmp.Diff(want, h.ok("ListTags", fmt.Sprintf(`{"ResourceArn":%q}`, arn))["Tags"]); d != "" {
			t.Errorf("%s:\n%s", arn, d)
		}
		var many []string
		for i := range 50 {
			many = append(many, fmt.Sprintf(`{"Key":"k%d","Value":""}`, i))
		}
		h.invalid("AddTags", fmt.Sprintf(`{"ResourceArn":%q,"Tags":[%s]}`, arn, strings.Join(many, ",")), "at most 50")
		h.ok("AddTags", fmt.Sprintf(`{"ResourceArn":%q,"Tags":[%s]}`, arn, strings.Join(many[:49], ",")))
	}
	h.invalid("AddTags", `{"ResourceArn":"`+arnStart+`model/big","Tags":[{"Key":"aws:x","Value":""}]}`, "aws:")
	h.invalid("ListTags", `{"ResourceArn":"`+arnStart+`model/big","MaxResults":49}`, "greater than or equal to 50")
	h.invalid("ListTags", `{"ResourceArn":"arn:aws:sagemaker:eu-west-1:123456789012:model/big"}`, "not of this account and region")
}

// Order, filters and pages of the List operations (fact 156).
func TestSageMakerLists(t *testing.T) {
	h := newHosting(t, sandbox.Options{Timing: sandbox.Timing{Delete: time.Minute}})
	for i := range 12 {
		h.advance(time.Second)
		h.ok("CreateModel", fmt.Sprintf(`{"ModelName":"model-%02d","PrimaryContainer":{"Image":"i"}}`, (i*5)%12))
	}
	list := func(operation, member, body string) []string {
		t.Helper()
		var out []string
		for _, v := range h.ok(operation, body)[member+"s"].([]any) {
			out = append(out, v.(map[string]any)[member+"Name"].(string))
		}
		return out
	}
	models := func(body string) []string { return list("ListModels", "Model", body) }
	if got := models(`{}`); len(got) != 10 || got[0] != "model-07" { // ten, newest first: 11*5 mod 12 is 7
		t.Errorf("the default is %v", got)
	}
	if got := models(`{"SortBy":"Name","SortOrder":"Ascending","MaxResults":3}`); !slices.Equal(got, []string{"m", "model-00", "model-01"}) {
		t.Errorf("by name: %v", got)
	}
	if got := models(`{"NameContains":"-1","SortBy":"Name"}`); !slices.Equal(got, []string{"model-11", "model-10"}) {
		t.Errorf("filtered: %v", got)
	}
	if got := models(fmt.Sprintf(`{"CreationTimeAfter":%d,"CreationTimeBefore":%d}`, start.Unix()+2, start.Unix()+4)); !slices.Equal(got, []string{"model-10"}) {
		t.Errorf("by time: %v", got)
	}

	seen, token := map[string]bool{}, ""
	for {
		out := h.ok("ListModels", `{"MaxResults":5,"SortOrder":"Ascending"`+token+`}`)
		for _, v := range out["Models"].([]any) {
			name := v.(map[string]any)["ModelName"].(string)
			if seen[name] {
				t.Errorf("%s twice", name)
			}
			seen[name] = true
			if strings.HasSuffix(name, "5") { // created already: a deletion behind the page shifts nothing
				h.ok("DeleteModel", fmt.Sprintf(`{"ModelName":%q}`, name))
			}
		}
		if out["NextToken"] == nil {
			break
		}
		token = fmt.Sprintf(`,"NextToken":%q`, out["NextToken"])
	}
	if len(seen) != 13 {
		t.Errorf("pages show %v", slices.Sorted(maps.Keys(seen)))
	}
	h.invalid("ListModels", `{"NextToken":"x"}`, "NextToken")
	h.invalid("ListModels", `{"MaxResults":101}`, "less than or equal to 100")

	h.ok("DeleteEndpoint", `{"EndpointName":"async"}`)
	if got := list("ListEndpoints", "Endpoint", `{"StatusEquals":"InService","SortBy":"Name","SortOrder":"Ascending"}`); !slices.Equal(got, []string{"host", "plain", "serverless"}) {
		t.Errorf("in service: %v", got)
	}
	if got := list("ListEndpoints", "Endpoint", `{"SortBy":"Status","SortOrder":"Ascending","MaxResults":1}`); !slices.Equal(got, []string{"async"}) {
		t.Errorf("by status: %v", got)
	}
	if got := list("ListEndpointConfigs", "EndpointConfig", `{"NameContains":"a"}`); !slices.Equal(got, []string{"plain", "async"}) {
		t.Errorf("configs: %v", got)
	}
	h.ok("CreateInferenceComponent", fmt.Sprintf(component, "c1", "host", 1))
	h.ok("CreateInferenceComponent", fmt.Sprintf(component, "c2", "host", 1))
	if got := list("ListInferenceComponents", "InferenceComponent", `{"EndpointNameEquals":"host","VariantNameEquals":"v","SortBy":"Name"}`); !slices.Equal(got, []string{"c2", "c1"}) {
		t.Errorf("components: %v", got)
	}
	if got := list("ListInferenceComponents", "InferenceComponent", `{"EndpointNameEquals":"plain"}`); got != nil {
		t.Errorf("components of another endpoint: %v", got)
	}
}

// Everything survives a restart on the same directory.
func TestSageMakerStateIsKept(t *testing.T) {
	dir := t.TempDir()
	h := newHosting(t, sandbox.Options{Dir: dir})
	before := map[string]any{}
	h.ok("CreateInferenceComponent", fmt.Sprintf(component, "c", "host", 1))
	c := alarmClient(h.s, nil)
	put(t, c, plainAlarm("a"))
	calls := map[string]string{"DescribeModel": `{"ModelName":"m"}`, "DescribeEndpointConfig": `{"EndpointConfigName":"serverless"}`,
		"DescribeEndpoint": `{"EndpointName":"serverless"}`, "DescribeInferenceComponent": `{"InferenceComponentName":"c"}`}
	for operation, body := range calls {
		before[operation] = h.ok(operation, body)
	}
	again := &hosting{t, emptySandbox(t, sandbox.Options{Dir: dir})}
	for operation, body := range calls {
		if d := cmp.Diff(before[operation], any(again.ok(operation, body))); d != "" {
			t.Errorf("%s:\n%s", operation, d)
		}
	}
	if d := cmp.Diff(oneAlarm(t, c, "a").Threshold, oneAlarm(t, alarmClient(again.s, nil), "a").Threshold); d != "" {
		t.Error(d)
	}
}

// DescribeEndpoint shows what the config said when it was put into service, even after the
// config is gone (facts 157, 179), and the images, but no instance type and no model (184).
func TestDescribeEndpointShowsTheConfig(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	h.ok("CreateEndpointConfig", `{"EndpointConfigName":"rich","AsyncInferenceConfig":{"OutputConfig":{"S3OutputPath":"s3://b/out"}},
		"DataCaptureConfig":{"EnableCapture":true,"InitialSamplingPercentage":10,"DestinationS3Uri":"s3://b/x","CaptureOptions":[{"CaptureMode":"Input"}]},
		"ProductionVariants":[{"VariantName":"v","ModelName":"m","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1,"RoutingConfig":{"RoutingStrategy":"RANDOM"}}],
		"ShadowProductionVariants":[{"VariantName":"s","ModelName":"m","InstanceType":"ml.g5.xlarge","InitialInstanceCount":1,"InitialVariantWeight":0.5}]}`)
	const deployment = `{"RollingUpdatePolicy":{"MaximumBatchSize":{"Type":"CAPACITY_PERCENT","Value":50},"WaitIntervalInSeconds":60}}`
	h.invalid("CreateEndpoint", `{"EndpointName":"rich","EndpointConfigName":"rich","DeploymentConfig":`+strings.TrimSuffix(deployment, "}")+
		`,"BlueGreenUpdatePolicy":{"TrafficRoutingConfiguration":{"Type":"ALL_AT_ONCE","WaitIntervalInSeconds":0}}}}`, "At most one of") // fact 196
	h.ok("CreateEndpoint", `{"EndpointName":"rich","EndpointConfigName":"rich","DeploymentConfig":`+deployment+`}`)
	h.ok("DeleteEndpointConfig", `{"EndpointConfigName":"rich"}`)

	got := h.ok("DescribeEndpoint", `{"EndpointName":"rich"}`)
	variant := `{"VariantName":%q,"CurrentWeight":%v,"DesiredWeight":%[2]v,"CurrentInstanceCount":1,"DesiredInstanceCount":1,
		"DeployedImages":[{"SpecifiedImage":"img:1","ResolvedImage":"img:1@sha256:4158c8065f5739060f1dd92bc5e47ba6814bf87c0b2c9afd378cfb997b857677","ResolutionTime":1772438400}]%s}`
	var want map[string]any
	if err := json.Unmarshal([]byte(`{"EndpointName":"rich","EndpointArn":"`+arnStart+`endpoint/rich","EndpointConfigName":"rich","EndpointStatus":"InService",
		"CreationTime":1772438400,"LastModifiedTime":1772438400,"AsyncInferenceConfig":{"OutputConfig":{"S3OutputPath":"s3://b/out"}},"LastDeploymentConfig":`+deployment+`,
		"DataCaptureConfig":{"EnableCapture":true,"CaptureStatus":"Started","CurrentSamplingPercentage":10,"DestinationS3Uri":"s3://b/x","KmsKeyId":""},
		"ProductionVariants":[`+fmt.Sprintf(variant, "v", 1, `,"RoutingConfig":{"RoutingStrategy":"RANDOM"}`)+`],
		"ShadowProductionVariants":[`+fmt.Sprintf(variant, "s", 0.5, "")+`]}`), &want); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A component with its own container, one of several specifications, and an adapter, which
// has no copies of its own (fact 201).
func TestDescribeInferenceComponentShowsTheSpecification(t *testing.T) {
	h := newHosting(t, sandbox.Options{})
	const compute = `"ComputeResourceRequirements":{"MinMemoryRequiredInMb":1024,"NumberOfAcceleratorDevicesRequired":1}`
	h.ok("CreateInferenceComponent", `{"InferenceComponentName":"own","EndpointName":"host","RuntimeConfig":{"CopyCount":1},
		"Specification":{"Container":{"Image":"img:1","Environment":{"A":"b"}},`+compute+`}}`)
	spec := h.ok("DescribeInferenceComponent", `{"InferenceComponentName":"own"}`)["Specification"].(map[string]any)["Container"].(map[string]any)
	if spec["Image"] != nil || spec["DeployedImage"].(map[string]any)["SpecifiedImage"] != "img:1" || !cmp.Equal(spec["Environment"], any(map[string]any{"A": "b"})) {
		t.Errorf("container %v", spec)
	}
	h.ok("CreateInferenceComponent", `{"InferenceComponentName":"several","EndpointName":"host","RuntimeConfig":{"CopyCount":1},
		"Specifications":[{"ModelName":"m","InstanceType":"ml.g5.xlarge",`+compute+`}]}`)
	if out := h.ok("DescribeInferenceComponent", `{"InferenceComponentName":"several"}`); len(out["Specifications"].([]any)) != 1 || out["Specification"] != nil {
		t.Errorf("got %v", out)
	}
	h.invalid("CreateInferenceComponent", `{"InferenceComponentName":"adapter","EndpointName":"host","Specification":{"BaseInferenceComponentName":"x"}}`, "Could not find inference component")
	h.ok("CreateInferenceComponent", `{"InferenceComponentName":"adapter","EndpointName":"host","Specification":{"BaseInferenceComponentName":"own"}}`)
}
