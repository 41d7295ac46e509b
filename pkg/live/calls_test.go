package live_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/google/go-cmp/cmp"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

var web = model.VariantTarget("web", "blue", model.InstanceCount)

// register is a small mutating call.
func register(ctx context.Context, c *live.Clients, maximum int32) error {
	_, err := c.AutoScaling.RegisterScalableTarget(ctx, live.ExpandTargetUpdate(
		model.ScalableTarget{ID: web, MaxCapacity: maximum}, live.TargetSettings{MaxCapacity: true}))
	return err
}

func TestRetries(t *testing.T) {
	const forever = -1
	for _, tc := range []struct {
		why      string
		fault    sandbox.Fault
		attempts int
		ok       bool
		class    live.Class
	}{
		{"a throttle passes", sandbox.Fault{Effect: sandbox.EffectThrottle, Times: 2}, 3, true, 0},
		{"another write is pending (fact 57)", sandbox.Fault{Effect: sandbox.EffectError, Code: "ConcurrentUpdateException", Times: 2}, 3, true, 0},
		{"CloudWatch is throttled behind Application Auto Scaling (fact 40)",
			sandbox.Fault{Effect: sandbox.EffectError, Code: "FailedResourceAccessException", Message: "... failed: Rate exceeded (Service: AmazonCloudWatch)"}, 2, true, 0},
		{"the server fails", sandbox.Fault{Effect: sandbox.EffectServerError}, 2, true, 0},
		{"the server fails with status 400", sandbox.Fault{Effect: sandbox.EffectError, Code: "InternalServiceException"}, 2, true, 0},
		{"the connection breaks", sandbox.Fault{Effect: sandbox.EffectReset}, 2, true, 0},
		{"the reply is lost", sandbox.Fault{Effect: sandbox.EffectLostReply}, 2, true, 0},
		{"throttled for ever", sandbox.Fault{Effect: sandbox.EffectThrottleAll}, live.DefaultMaxAttempts, false, live.Throttled},
		{"the server fails for ever", sandbox.Fault{Effect: sandbox.EffectServerError, Times: forever}, live.DefaultMaxAttempts, false, live.Unavailable},
		{"a write is pending for ever", sandbox.Fault{Effect: sandbox.EffectError, Code: "ConcurrentUpdateException", Times: forever}, live.DefaultMaxAttempts, false, live.Unavailable},
		{"a quota (fact 113)", sandbox.Fault{Effect: sandbox.EffectError, Code: "LimitExceededException", Message: "too many"}, 1, false, live.Other},
		{"a quota of SageMaker", sandbox.Fault{Effect: sandbox.EffectError, Code: "ResourceLimitExceeded"}, 1, false, live.Other},
		{"a bad input", sandbox.Fault{Effect: sandbox.EffectError, Code: "ValidationException"}, 1, false, live.Other},
		{"no rights", sandbox.Fault{Effect: sandbox.EffectError, Code: "AccessDeniedException"}, 1, false, live.Permission},
		{"no rights, in other words (fact 59)",
			sandbox.Fault{Effect: sandbox.EffectError, Code: "FailedResourceAccessException", Message: "User x is not authorized to perform cloudwatch:DescribeAlarms"}, 1, false, live.Permission},
		{"no rights, in still other words (fact 232)",
			sandbox.Fault{Effect: sandbox.EffectError, Code: "ValidationException", Message: "User is missing the following permissions: iam:CreateServiceLinkedRole"}, 1, false, live.Permission},
		{"the reply is garbled", sandbox.Fault{Effect: sandbox.EffectGarbled}, 1, false, live.Unavailable},
	} {
		t.Run(tc.why, func(t *testing.T) {
			server := newSandbox(t, sandbox.Options{}, fleet)
			inject(t, server, tc.fault)
			clients := newClients(server)
			err := register(t.Context(), clients, 3)
			if tc.ok != (err == nil) {
				t.Fatalf("error %v, want success %v", err, tc.ok)
			}
			if err != nil && live.Classify(err) != tc.class {
				t.Errorf("%v is %s, want %s", err, live.Classify(err), tc.class)
			}
			if got := len(operations(t, server)); got != tc.attempts {
				t.Errorf("%d attempts, want %d", got, tc.attempts)
			}
			stats := clients.Stats()
			if len(stats) != 1 || stats[0].Operation != "RegisterScalableTarget" || stats[0].Service != live.ServiceAutoScaling || !stats[0].Mutating {
				t.Errorf("counted %+v", stats)
			}
			total := stats.Total()
			if total.Calls != 1 || total.Attempts != tc.attempts || total.Retries() != tc.attempts-1 {
				t.Errorf("counted %+v", total)
			}
		})
	}
}

func TestAttemptsAreConfigurable(t *testing.T) {
	for _, tc := range []struct {
		why       string
		fromEnv   int
		option    int
		attempted int
	}{
		{"the default", 0, 0, live.DefaultMaxAttempts},
		{"AWS_MAX_ATTEMPTS", 2, 0, 2},
		{"the option wins", 2, 5, 5},
	} {
		t.Run(tc.why, func(t *testing.T) {
			server := newSandbox(t, sandbox.Options{}, fleet)
			inject(t, server, sandbox.Fault{Effect: sandbox.EffectThrottleAll})
			cfg := config(server)
			cfg.RetryMaxAttempts = tc.fromEnv
			clients := live.NewClients(cfg, live.ClientOptions{MaxAttempts: tc.option, MaxBackoff: time.Microsecond})
			if err := register(t.Context(), clients, 3); err == nil {
				t.Fatal("no error")
			}
			if got := clients.Stats().Total(); got.Attempts != tc.attempted || got.Throttled != tc.attempted || got.Failed != 1 {
				t.Errorf("counted %+v, want %d attempts", got, tc.attempted)
			}
		})
	}
}

// The pauses grow and have a limit; in the bubble they take no time.
func TestBackoffIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newSandbox(t, sandbox.Options{}, fleet)
		inject(t, server, sandbox.Fault{Effect: sandbox.EffectThrottleAll})
		clients := live.NewClients(config(server), live.ClientOptions{MaxAttempts: 12, MaxBackoff: 5 * time.Second})
		began := time.Now()
		if err := register(t.Context(), clients, 3); err == nil {
			t.Fatal("no error")
		}
		if took := time.Since(began); took > 11*5*time.Second || took < time.Second {
			t.Errorf("11 pauses of at most 5s took %s", took)
		}
	})
}

// hook records what it sees, and can refuse or interfere.
type hook struct {
	mu     sync.Mutex
	seen   []string
	before func(live.Attempt) error
	after  func()
}

func (h *hook) Before(_ context.Context, a live.Attempt) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, fmt.Sprintf("before %s:%s %d", a.Service, a.Operation, a.Number))
	if h.before != nil {
		return h.before(a)
	}
	return nil
}

func (h *hook) After(_ context.Context, a live.Attempt, r live.Reply) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, fmt.Sprintf("after %s:%s %d: %d %s id=%t", a.Service, a.Operation, a.Number, r.Status, r.Code, r.RequestID != ""))
	if h.after != nil {
		h.after()
	}
}

func TestHookSeesEveryAttempt(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	inject(t, server, sandbox.Fault{Effect: sandbox.EffectThrottle, Mutating: true}, sandbox.Fault{Effect: sandbox.EffectReset, Mutating: true, Nth: 2})
	h := &hook{}
	ctx := live.WithHook(t.Context(), h)
	clients := newClients(server)
	if err := register(ctx, clients, 3); err != nil {
		t.Fatal(err)
	}
	if _, err := clients.ReadTarget(ctx, web); err != nil { // reads are none of its business
		t.Fatal(err)
	}
	want := []string{
		"before application-autoscaling:RegisterScalableTarget 1",
		"after application-autoscaling:RegisterScalableTarget 1: 400 ThrottlingException id=true",
		"before application-autoscaling:RegisterScalableTarget 2",
		"after application-autoscaling:RegisterScalableTarget 2: 0  id=false",
		"before application-autoscaling:RegisterScalableTarget 3",
		"after application-autoscaling:RegisterScalableTarget 3: 200  id=true",
	}
	if diff := cmp.Diff(want, h.seen); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestHookKeepsAnAttemptFromLeaving(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	full := errors.New("disk full")
	h := &hook{before: func(live.Attempt) error { return full }}
	if err := register(live.WithHook(t.Context(), h), newClients(server), 3); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
	if got := operations(t, server); len(got) > 0 {
		t.Errorf("left all the same: %v", got)
	}
	if len(h.seen) != 1 {
		t.Errorf("tried again: %v", h.seen)
	}
}

// A mutating attempt under way outlives a cancelled context; the pause after it does not.
func TestCancelLetsTheAttemptInFlightFinish(t *testing.T) {
	for _, tc := range []struct {
		why    string
		fault  []sandbox.Fault
		ok     bool
		wanted int
	}{
		{"it succeeds", nil, true, 1},
		{"it is throttled and not repeated", []sandbox.Fault{{Effect: sandbox.EffectThrottleAll, Mutating: true}}, false, 1},
	} {
		t.Run(tc.why, func(t *testing.T) {
			server := newSandbox(t, sandbox.Options{}, fleet)
			inject(t, server, tc.fault...)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			h := &hook{before: func(live.Attempt) error { cancel(); return nil }}
			clients := live.NewClients(config(server), live.ClientOptions{MaxBackoff: time.Hour})
			err := register(live.WithHook(ctx, h), clients, 3)
			if tc.ok != (err == nil) {
				t.Errorf("error %v, want success %v", err, tc.ok)
			}
			if err != nil && live.Classify(err) != live.Interrupted {
				t.Errorf("%v is %s, want interrupted", err, live.Classify(err))
			}
			if got := len(operations(t, server)); got != tc.wanted {
				t.Errorf("%d attempts, want %d", got, tc.wanted)
			}
		})
	}
}

// A server that never answers costs one deadline per attempt, not for ever.
func TestSilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		cfg := config(newSandbox(t, sandbox.Options{}, fleet))
		cfg.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			attempts++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		clients := live.NewClients(cfg, live.ClientOptions{MaxAttempts: 3})
		for _, call := range []func() error{
			func() error { return register(t.Context(), clients, 3) },
			func() error { _, err := clients.ReadTarget(t.Context(), web); return err },
		} {
			attempts = 0
			err := call()
			if live.Classify(err) != live.Unavailable {
				t.Errorf("%v is %s, want unavailable", err, live.Classify(err))
			}
			if attempts != 3 {
				t.Errorf("%d attempts, want 3", attempts)
			}
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Emulators do not know the SDK's default protocol for CloudWatch (fact 4).
func TestCloudWatchProtocol(t *testing.T) {
	seed := fleet
	for _, tc := range []struct {
		why    string
		custom bool
		want   string
	}{
		{"AWS itself", false, "application/cbor"},
		{"a custom endpoint", true, "application/x-www-form-urlencoded"},
	} {
		t.Run(tc.why, func(t *testing.T) {
			server := newSandbox(t, sandbox.Options{}, seed)
			var types []string
			cfg := config(server)
			cfg.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				types = append(types, strings.TrimSuffix(r.Header.Get("Content-Type"), "; charset=utf-8"))
				return server.Transport().RoundTrip(r)
			})}
			if tc.custom {
				cfg.BaseEndpoint = aws.String("http://127.0.0.1:4566")
			}
			clients := live.NewClients(cfg, live.ClientOptions{})
			alarm, err := clients.ReadAlarm(t.Context(), "scalectl/s/orphan")
			if err != nil || alarm == nil {
				t.Fatalf("alarm %v, error %v", alarm, err)
			}
			if alarm.Threshold != 1 || alarm.Tags[model.TagStack] != "s" {
				t.Errorf("read %+v", alarm)
			}
			if diff := cmp.Diff([]string{tc.want, tc.want}, types); diff != "" {
				t.Errorf("content types: -want +got\n%s", diff)
			}
			types = nil
			if _, err := clients.ReadTarget(t.Context(), web); err != nil {
				t.Fatal(err)
			}
			if types[0] != "application/x-amz-json-1.1" {
				t.Errorf("Application Auto Scaling was spoken to in %q", types[0])
			}
		})
	}
}

// Errors keep their codes in either protocol.
func TestQueryErrors(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	web := httptest.NewServer(server)
	defer web.Close()
	cfg := config(server)
	cfg.HTTPClient, cfg.BaseEndpoint = web.Client(), aws.String(web.URL)
	clients := live.NewClients(cfg, live.ClientOptions{MaxBackoff: time.Microsecond})
	_, err := clients.CloudWatch.ListTagsForResource(t.Context(), &cloudwatch.ListTagsForResourceInput{
		ResourceARN: aws.String("arn:aws:cloudwatch:us-east-1:123456789012:alarm:no such alarm")})
	if !live.IsNotFound(err) {
		t.Errorf("%v is not recognised as not found", err)
	}
	inject(t, server, sandbox.Fault{Service: "cloudwatch", Effect: sandbox.EffectThrottleAll})
	_, err = clients.ReadAlarm(t.Context(), "x")
	if live.Classify(err) != live.Throttled {
		t.Errorf("%v is %s, want throttled", err, live.Classify(err))
	}
}

func TestCredentialErrorsArePermission(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	cfg := config(server)
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("the SSO session has expired")
	})
	err := register(t.Context(), live.NewClients(cfg, live.ClientOptions{}), 3)
	if live.Classify(err) != live.Permission {
		t.Errorf("%v is %s, want permission", err, live.Classify(err))
	}
	if got := operations(t, server); len(got) > 0 {
		t.Errorf("calls without credentials: %v", got)
	}
}

func TestClassifyWithoutACall(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	server := newSandbox(t, sandbox.Options{}, fleet)
	noRegion := config(server)
	noRegion.Region = ""
	_, placeError := live.NewClients(noRegion, live.ClientOptions{}).CheckPlace(t.Context(), "", "")
	for _, tc := range []struct {
		why  string
		err  error
		want live.Class
	}{
		{"no error", nil, live.Other},
		{"cancelled before the call", register(canceled, newClients(server), 3), live.Interrupted},
		{"wrong account", fmt.Errorf("plan: %w", &live.WrongPlaceError{What: "account"}), live.Permission},
		{"no region", placeError, live.Permission},
		{"anything else", errors.New("x"), live.Other},
	} {
		if got := live.Classify(tc.err); got != tc.want {
			t.Errorf("%s: %v is %s, want %s", tc.why, tc.err, got, tc.want)
		}
	}
}

func TestIsNotFound(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	clients := newClients(server)
	_, err := clients.AutoScaling.DeleteScalingPolicy(t.Context(), &applicationautoscaling.DeleteScalingPolicyInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(web.ResourceID),
		ScalableDimension: types.ScalableDimension(web.Dimension), PolicyName: aws.String("no such policy")})
	if !live.IsNotFound(err) {
		t.Errorf("a missing policy: %v is not recognised as not found", err)
	}
	if c, err := clients.ReadComponent(t.Context(), "no-such-component"); c != nil || err != nil {
		t.Errorf("a missing component: %v, %v", c, err)
	}
	// The same words from another service, and other words from SageMaker, mean failure.
	inject(t, server, sandbox.Fault{Effect: sandbox.EffectError, Code: "ValidationException", Message: `Could not find endpoint "x".`, Service: "application-autoscaling"},
		sandbox.Fault{Effect: sandbox.EffectError, Code: "ValidationException", Message: "1 validation error detected", Service: "sagemaker"})
	if err := register(t.Context(), clients, 3); err == nil || live.IsNotFound(err) {
		t.Errorf("a refused registration: %v", err)
	}
	if _, err := clients.ReadComponent(t.Context(), "ranker"); err == nil || live.IsNotFound(err) {
		t.Errorf("a refused description: %v", err)
	}
}

// A CallError says what was being done once, and AWS's reason without the SDK's framing.
func TestCallErrorReadsWell(t *testing.T) {
	server := newSandbox(t, sandbox.Options{}, fleet)
	inject(t, server, sandbox.Fault{Effect: sandbox.EffectThrottleAll})
	_, err := newClients(server).ReadPolicy(t.Context(), web, "track")
	const want = "describe scaling policy endpoint/web/variant/blue/policy/track: ThrottlingException: Rate exceeded (after 8 attempts)"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestRequestJSON(t *testing.T) {
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		why  string
		in   any
		want string
	}{
		{"unset members are left out, zero values are not",
			live.ExpandTargetUpdate(model.ScalableTarget{ID: web}, live.TargetSettings{MinCapacity: true, Suspended: true}),
			`{"MinCapacity":0,"ResourceId":"endpoint/web/variant/blue","ScalableDimension":"sagemaker:variant:DesiredInstanceCount","ServiceNamespace":"sagemaker","SuspendedState":{"DynamicScalingInSuspended":false,"DynamicScalingOutSuspended":false,"ScheduledScalingSuspended":false}}`},
		{"times and pointers",
			live.ExpandScheduledAction(model.ScheduledAction{Target: web, Name: "n", Schedule: "rate(1 day)", StartTime: &at}),
			`{"ResourceId":"endpoint/web/variant/blue","ScalableDimension":"sagemaker:variant:DesiredInstanceCount","ScalableTargetAction":{},"Schedule":"rate(1 day)","ScheduledActionName":"n","ServiceNamespace":"sagemaker","StartTime":"2026-05-01T00:00:00Z","Timezone":"UTC"}`},
		{"lists and maps",
			&applicationautoscaling.TagResourceInput{ResourceARN: aws.String("arn"), Tags: map[string]string{"b": "", "a": "1"}},
			`{"ResourceARN":"arn","Tags":{"a":"1","b":""}}`},
		{"lists of strings", &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"x"}}, `{"AlarmNames":["x"]}`},
	} {
		if diff := cmp.Diff(tc.want, string(live.RequestJSON(tc.in))); diff != "" {
			t.Errorf("%s: -want +got\n%s", tc.why, diff)
		}
	}
}
