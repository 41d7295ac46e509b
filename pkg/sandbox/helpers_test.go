package sandbox_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/smithy-go"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

const (
	variantID    = "endpoint/my-endpoint/variant/my-variant"
	otherID      = "endpoint/my-endpoint/variant/other"
	serverlessID = "endpoint/quick/variant/serverless"
	componentID  = "inference-component/my-inference-component"

	instances   = types.ScalableDimensionSageMakerVariantDesiredInstanceCount
	concurrency = types.ScalableDimensionSageMakerVariantDesiredProvisionedConcurrency
	copies      = types.ScalableDimensionSageMakerInferenceComponentDesiredCopyCount
	sagemaker   = types.ServiceNamespaceSagemaker
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) // a Monday

var ctx = context.Background()

// world is a seeded sandbox with a client, whose clock stands at start.
type world struct {
	*testing.T
	s   *sandbox.Server
	aas *aas.Client
}

func newWorld(t *testing.T, opts sandbox.Options) *world {
	t.Helper()
	if opts.Start.IsZero() {
		opts.Start = start
	}
	s, err := sandbox.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("testdata/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc = doc[:strings.Index(string(doc), "# What was made elsewhere")]
	if err := s.Seed("us-east-1", doc); err != nil {
		t.Fatal(err)
	}
	return &world{t, s, aas.New(clientOptions(s))}
}

func clientOptions(s *sandbox.Server) aas.Options {
	return aas.Options{Region: "us-east-1", HTTPClient: s.HTTPClient(), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", "")}
}

func (w *world) register(id string, d types.ScalableDimension, lower, upper int32) string {
	w.Helper()
	out, err := w.aas.RegisterScalableTarget(ctx, &aas.RegisterScalableTargetInput{ServiceNamespace: sagemaker,
		ResourceId: &id, ScalableDimension: d, MinCapacity: &lower, MaxCapacity: &upper})
	if err != nil {
		w.Fatal(err)
	}
	return aws.ToString(out.ScalableTargetARN)
}

func (w *world) targets() []types.ScalableTarget {
	w.Helper()
	out, err := w.aas.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker})
	if err != nil {
		w.Fatal(err)
	}
	return out.ScalableTargets
}

func (w *world) policies() []types.ScalingPolicy {
	w.Helper()
	out, err := w.aas.DescribeScalingPolicies(ctx, &aas.DescribeScalingPoliciesInput{ServiceNamespace: sagemaker})
	if err != nil {
		w.Fatal(err)
	}
	return out.ScalingPolicies
}

func (w *world) activities() []types.ScalingActivity {
	w.Helper()
	out, err := w.aas.DescribeScalingActivities(ctx, &aas.DescribeScalingActivitiesInput{ServiceNamespace: sagemaker,
		IncludeNotScaledActivities: aws.Bool(true)})
	if err != nil {
		w.Fatal(err)
	}
	return out.ScalingActivities
}

// capacity is the live capacity of a variant or component, read from the state.
func (w *world) state() *sandbox.State {
	w.Helper()
	st, err := w.s.State()
	if err != nil {
		w.Fatal(err)
	}
	return st
}

func (w *world) count(endpoint, variant string) int64 {
	w.Helper()
	for _, v := range w.state().Regions["us-east-1"].Endpoints.Get(endpoint).Variants {
		if v.Name == variant {
			return v.DesiredCount
		}
	}
	w.Fatalf("no variant %s", variant)
	return 0
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	if err := w.s.Advance(d); err != nil {
		w.Fatal(err)
	}
}

// refused demands an error of that code whose message holds text.
func refused(t *testing.T, err error, code, text string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("got %v, want %s", err, code)
	}
	if api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), text) {
		t.Errorf("got %s: %s\nwant %s: ...%s...", api.ErrorCode(), api.ErrorMessage(), code, text)
	}
}

func must[T any](w *world) func(T, error) T {
	return func(v T, err error) T {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return v
	}
}
