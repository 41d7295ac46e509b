package live_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

const region = "us-east-1"

// start is the moment at which the sandbox's clock stands; a Monday.
var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// fleet is one target of each dimension with a few children, all made elsewhere.
const fleet = `
endpoints:
  web:
    variants:
      blue: {instanceType: ml.m5.xlarge, count: 2}
  batch:
    async: true
    variants:
      all: {instanceType: ml.g4dn.2xlarge}
  quick:
    variants:
      main: {serverless: {memory: 2048, max: 20, provisioned: 5}}
  shared:
    variants:
      pool: {instanceType: ml.g5.2xlarge, managedInstanceScaling: {min: 1, max: 4}}
    components:
      ranker: {copies: 3}
scalableTargets:
  - {ResourceId: endpoint/web/variant/blue, ScalableDimension: "sagemaker:variant:DesiredInstanceCount", MinCapacity: 1, MaxCapacity: 4, Tags: {"scalectl:stack": s, team: ml}}
  - {ResourceId: endpoint/quick/variant/main, ScalableDimension: "sagemaker:variant:DesiredProvisionedConcurrency", MinCapacity: 1, MaxCapacity: 10}
  - {ResourceId: inference-component/ranker, ScalableDimension: "sagemaker:inference-component:DesiredCopyCount", MinCapacity: 0, MaxCapacity: 3, Tags: {"scalectl:stack": other}}
policies:
  - PolicyName: track
    ResourceId: endpoint/web/variant/blue
    ScalableDimension: sagemaker:variant:DesiredInstanceCount
    PolicyType: TargetTrackingScaling
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 70
      PredefinedMetricSpecification: {PredefinedMetricType: SageMakerVariantInvocationsPerInstance}
  - PolicyName: step
    ResourceId: endpoint/web/variant/blue
    ScalableDimension: sagemaker:variant:DesiredInstanceCount
    PolicyType: StepScaling
    StepScalingPolicyConfiguration:
      AdjustmentType: ChangeInCapacity
      StepAdjustments:
        - {MetricIntervalLowerBound: 0, ScalingAdjustment: 1}
  - PolicyName: foreign
    ResourceId: inference-component/ranker
    ScalableDimension: sagemaker:inference-component:DesiredCopyCount
    PolicyType: TargetTrackingScaling
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 5
      PredefinedMetricSpecification: {PredefinedMetricType: SageMakerInferenceComponentInvocationsPerCopy}
alarms:
  - {AlarmName: "made elsewhere", Namespace: AWS/SageMaker, MetricName: ModelLatency, Statistic: Average, Period: 60, EvaluationPeriods: 2, Threshold: 0.5, ComparisonOperator: GreaterThanThreshold, AlarmActions: ["policy:endpoint/web/variant/blue/step"]}
  - {AlarmName: "scalectl/s/orphan", Namespace: AWS/SageMaker, MetricName: ModelLatency, Statistic: Average, Period: 60, EvaluationPeriods: 2, Threshold: 1, ComparisonOperator: GreaterThanThreshold, Tags: [{Key: "scalectl:stack", Value: s}]}
  - {AlarmName: "scalectl/s2/not of this stack", Namespace: AWS/SageMaker, MetricName: ModelLatency, Statistic: Average, Period: 60, EvaluationPeriods: 2, Threshold: 1, ComparisonOperator: GreaterThanThreshold}
scheduledActions:
  - ScheduledActionName: night
    ResourceId: endpoint/web/variant/blue
    ScalableDimension: sagemaker:variant:DesiredInstanceCount
    Schedule: cron(0 22 * * ? *)
    ScalableTargetAction: {MaxCapacity: 2}
`

func newSandbox(t *testing.T, opts sandbox.Options, seed string) *sandbox.Server {
	t.Helper()
	if opts.Start.IsZero() {
		opts.Start = start
	}
	server, err := sandbox.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Seed(region, []byte(seed)); err != nil {
		t.Fatal(err)
	}
	return server
}

func config(server *sandbox.Server) aws.Config {
	return aws.Config{
		Region:      region,
		HTTPClient:  server.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""),
	}
}

// newClients makes clients that do not pause between attempts.
func newClients(server *sandbox.Server) *live.Clients {
	return live.NewClients(config(server), live.ClientOptions{MaxBackoff: time.Microsecond})
}

func inject(t *testing.T, server *sandbox.Server, rules ...sandbox.Fault) {
	t.Helper()
	if err := server.SetFaults(sandbox.Faults{Rules: rules}); err != nil {
		t.Fatal(err)
	}
}

// operations returns the operations of the sandbox's log, one entry per attempt.
func operations(t *testing.T, server *sandbox.Server) []string {
	t.Helper()
	log, err := server.Log()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range log {
		out = append(out, e.Service+":"+e.Operation)
	}
	return out
}

func count(list []string, item string) int {
	n := 0
	for _, s := range list {
		if s == item {
			n++
		}
	}
	return n
}
