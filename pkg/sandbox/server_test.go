package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/smithy-go"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

func (w *world) tryRegister() error {
	in := registerInput(variantID, instances)
	in.MinCapacity, in.MaxCapacity = aws.Int32(1), aws.Int32(3)
	_, err := w.aas.RegisterScalableTarget(ctx, in)
	return err
}

func (w *world) inject(f sandbox.Fault) {
	w.Helper()
	if err := w.s.Inject(f); err != nil {
		w.Fatal(err)
	}
}

func (w *world) lastCall() sandbox.Entry {
	w.Helper()
	log, err := w.s.Log()
	if err != nil || len(log) == 0 {
		w.Fatal("no log", err)
	}
	return log[len(log)-1]
}

// What each effect does to the caller, and whether the call was carried out.
func TestFaultEffects(t *testing.T) {
	crashes := 0
	for _, tc := range []struct {
		fault  sandbox.Fault
		effect bool
		status int
		code   string // "" for a broken connection
	}{
		{sandbox.Fault{Effect: sandbox.EffectError, Code: "LimitExceededException", Message: "no more"}, false, 400, "LimitExceededException"},
		{sandbox.Fault{Effect: sandbox.EffectThrottle}, false, 400, "ThrottlingException"},
		{sandbox.Fault{Effect: sandbox.EffectThrottleAll}, false, 400, "ThrottlingException"},
		{sandbox.Fault{Effect: sandbox.EffectServerError, Status: 503}, false, 503, "InternalServiceException"},
		{sandbox.Fault{Effect: sandbox.EffectReset}, false, 0, ""},
		{sandbox.Fault{Effect: sandbox.EffectLostReply}, true, 0, ""},
		{sandbox.Fault{Effect: sandbox.EffectLostReply5xx}, true, 500, "InternalServiceException"},
		{sandbox.Fault{Effect: sandbox.EffectGarbled}, true, 200, ""},
		{sandbox.Fault{Effect: sandbox.EffectCrashBefore}, false, 0, ""},
		{sandbox.Fault{Effect: sandbox.EffectCrashAfter}, true, 0, ""},
	} {
		t.Run(string(tc.fault.Effect), func(t *testing.T) {
			w := newWorld(t, sandbox.Options{Crash: func() { crashes++ }})
			before := crashes
			tc.fault.Operation = "Register*"
			w.inject(tc.fault)
			err := w.tryRegister()
			var api smithy.APIError
			if tc.code != "" {
				refused(t, err, tc.code, "")
			} else if err == nil || errors.As(err, &api) && api.ErrorCode() != "" {
				t.Errorf("got %v", err)
			}
			if e := w.lastCall(); e.Effect != tc.effect || e.Status != tc.status || e.Fault != string(tc.fault.Effect) || !e.Mutating {
				t.Errorf("log %+v", e)
			}
			if got := w.state().Regions["us-east-1"].Targets.Len() == 1; got != tc.effect {
				t.Errorf("carried out: %v", got)
			}
			if crashed := strings.HasPrefix(string(tc.fault.Effect), "crash"); crashed != (crashes == before+1) {
				t.Errorf("crashed: %v", crashes-before)
			} else if crashed {
				if err := w.tryRegister(); !errors.Is(err, sandbox.ErrCrashed) {
					t.Errorf("a dead client still talks: %v", err)
				}
			}
			if err := w.s.ClearFaults(); err != nil {
				t.Fatal(err)
			}
			if err := w.tryRegister(); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// Which calls a rule strikes.
func TestFaultMatching(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.inject(sandbox.Fault{Mutating: true, Nth: 2, Times: 2, Effect: sandbox.EffectThrottle})
	var got []bool
	for range 5 {
		got = append(got, w.tryRegister() != nil)
		w.targets() // does not count
	}
	if want := "[false true true false false]"; want != toString(got) {
		t.Errorf("struck %v, want %s", got, want)
	}
	w.inject(sandbox.Fault{Resource: "endpoint/other/*", Times: -1, Effect: sandbox.EffectThrottle})
	w.inject(sandbox.Fault{Resource: "endpoint/my-*", Effect: sandbox.EffectError, Code: "Mine"})
	refused(t, w.tryRegister(), "Mine", "")
}

func toString(v any) string { return strings.ReplaceAll(strings.Trim(mustJSON(v), "\""), ",", " ") }

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// The committed example is valid, and typing errors are not.
func TestParseFaults(t *testing.T) {
	data, err := os.ReadFile("testdata/faults.json")
	if err != nil {
		t.Fatal(err)
	}
	f, err := sandbox.ParseFaults(data)
	if err != nil || len(f.Rules) != 11 {
		t.Errorf("%d rules, %v", len(f.Rules), err)
	}
	for _, bad := range []string{`{"rules":[{"effect":"explode"}]}`, `{"rules":[{"effect":"error"}]}`, `{"rule":[]}`,
		`{"rules":[{"effect":"delay","delay":"soon"}]}`, `{"rules":[{"effect":"reset","operation":"[x"}]}`} {
		if _, err := sandbox.ParseFaults([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

// The call log says who called what, and what came of it.
func TestCallLog(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	mark := w.s.Mark()
	w.targets()
	if m, err := w.s.Mutations(mark); err != nil || len(m) != 0 {
		t.Errorf("%v %v", m, err)
	}
	w.register(variantID, instances, 1, 3)
	m, err := w.s.Mutations(mark)
	if err != nil || len(m) != 1 {
		t.Fatalf("%v %v", m, err)
	}
	e := m[0]
	if e.Service != sandbox.ServiceAutoScaling || e.Operation != "RegisterScalableTarget" || e.Resource != variantID || e.AccessKeyID != "AKIDTEST" ||
		e.Region != "us-east-1" || !e.Time.Equal(start) || e.Seq != 2 || !strings.Contains(string(e.Input), `"MinCapacity":1`) {
		t.Errorf("%+v", e)
	}
}

// An operation the sandbox does not know, a body that is no JSON, and a wrong type.
func TestWireErrors(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	call := func(target, body string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", target)
		rec := httptest.NewRecorder()
		w.s.ServeHTTP(rec, r)
		return rec.Code, rec.Body.String()
	}
	for _, tc := range []struct{ target, body, want string }{
		{"AnyScaleFrontendService.GetPredictiveScalingForecast", "{}", "UnknownOperationException"},
		{"Nobody.DoThings", "{}", "UnknownOperationException"},
		{"AnyScaleFrontendService.DescribeScalableTargets", "{", "SerializationException"},
		{"AnyScaleFrontendService.DescribeScalableTargets", "[]", "SerializationException"},
		{"AnyScaleFrontendService.DescribeScalableTargets", `{"ServiceNamespace":7}`, "SerializationException"},
		{"AnyScaleFrontendService.DescribeScalableTargets", `{}`, "1 validation error detected: Value null at 'serviceNamespace' failed to satisfy constraint: Member must not be null"},
		{"AnyScaleFrontendService.DeregisterScalableTarget", `{"ServiceNamespace":"sagemaker"}`, "2 validation errors detected: "},
	} {
		if code, body := call(tc.target, tc.body); code < 400 || !strings.Contains(body, tc.want) {
			t.Errorf("%s %s: %d %s", tc.target, tc.body, code, body)
		}
	}
}

// Regions come from the signature and know nothing of each other.
func TestRegions(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	opts := clientOptions(w.s)
	opts.Region = "eu-west-1"
	out, err := aas.New(opts).DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker})
	if err != nil || len(out.ScalableTargets) != 0 {
		t.Errorf("%v %v", out, err)
	}
}

// Denied actions, and throttling on the wall clock.
func TestDenyAndThrottle(t *testing.T) {
	now := start
	w := newWorld(t, sandbox.Options{Deny: []string{"application-autoscaling:Register*"}, Now: func() time.Time { return now },
		Throttle: map[string]sandbox.Throttle{"application-autoscaling:DescribeScalableTargets": {Rate: 1, Burst: 2}}})
	refused(t, w.tryRegister(), "AccessDeniedException", "is not authorized to perform: application-autoscaling:RegisterScalableTarget on resource: "+variantID)
	describe := func() error {
		_, err := w.aas.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker})
		return err
	}
	if err := errors.Join(describe(), describe()); err != nil {
		t.Error(err)
	}
	refused(t, describe(), "ThrottlingException", "Rate exceeded")
	now = now.Add(time.Second)
	if err := describe(); err != nil {
		t.Error(err)
	}
}

// Fact 57: writes to one target at the same time. terraform-provider-aws#17915
func TestParallelWrites(t *testing.T) {
	w := newWorld(t, sandbox.Options{Latency: 50 * time.Millisecond})
	w.register(variantID, instances, 1, 3)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		wg.Go(func() {
			in := policyInput([]string{"a", "b"}[i], "StepScaling")
			in.StepScalingPolicyConfiguration = oneStep()
			_, errs[i] = w.aas.PutScalingPolicy(ctx, in)
		})
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v, %v", errs[0], errs[1])
	}
	refused(t, errors.Join(errs...), "ConcurrentUpdateException", "You already have a pending update to an Auto Scaling resource.")
}

// The in-process transport honours the caller's context.
func TestTransportContext(t *testing.T) {
	w := newWorld(t, sandbox.Options{Latency: time.Hour})
	c, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := w.aas.DescribeScalableTargets(c, &aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// The same over a socket: a lost reply is a broken connection.
func TestOverHTTP(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	srv := httptest.NewServer(w.s)
	defer srv.Close()
	opts := clientOptions(w.s)
	opts.BaseEndpoint, opts.HTTPClient = aws.String(srv.URL), srv.Client()
	w.aas = aas.New(opts)
	w.register(variantID, instances, 1, 3)
	w.inject(sandbox.Fault{Effect: sandbox.EffectLostReply})
	if err := w.tryRegister(); err == nil || errors.Is(err, sandbox.ErrCrashed) {
		t.Errorf("got %v", err)
	}
	if got := len(w.targets()); got != 1 {
		t.Errorf("%d targets", got)
	}
	control := func(method, path, body string) string {
		r, err := http.NewRequestWithContext(ctx, method, srv.URL+"/_sandbox/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := srv.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.Status + " " + string(data)
	}
	for _, tc := range []struct{ method, path, body, want string }{
		{"POST", "advance?d=1h", "", `200 OK {"now":"2026-03-02T09:00:00Z"}`},
		{"POST", "advance?d=soon", "", "400"},
		{"GET", "time", "", `"2026-03-02T09:00:00Z"`},
		{"POST", "time?set=2026-03-03T00:00:00Z", "", `"2026-03-03T00:00:00Z"`},
		{"GET", "log?mutating=true&after=1", "", `"operation":"RegisterScalableTarget"`},
		{"POST", "faults", `{"rules":[{"effect":"throttle"}]}`, "200"},
		{"GET", "faults", "", `"effect":"throttle"`},
		{"POST", "seed?region=eu-west-1", "endpoints: {e: {variants: {v: {}}}}", "200"},
		{"POST", "seed", "endpoint: {}", "line 1: unknown key endpoint"},
		{"GET", "state", "", `"eu-west-1"`},
		{"POST", "log/reset", "", "200"},
		{"POST", "reset", "", "200"},
		{"GET", "nothing", "", "404"},
	} {
		if got := control(tc.method, tc.path, tc.body); !strings.Contains(got, tc.want) {
			t.Errorf("%s %s: %s", tc.method, tc.path, got)
		}
	}
	if n := len(w.state().Regions); n != 0 {
		t.Errorf("%d regions after the reset", n)
	}
}

// Snapshot and Restore: a property test goes back to where it was.
func TestSnapshot(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	before, err := w.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	w.putStep("p")
	w.advance(time.Hour)
	if err := w.s.Restore(before); err != nil {
		t.Fatal(err)
	}
	after, err := w.s.Snapshot()
	if err != nil || string(after) != string(before) {
		t.Errorf("%v\n%s\n%s", err, before, after)
	}
	if !w.s.Now().Equal(start) {
		t.Errorf("the clock is at %v", w.s.Now())
	}
}

// Every operation is in the table once, with a service.
func TestOperations(t *testing.T) {
	seen, scaling := map[string]bool{}, 0
	for _, op := range sandbox.Operations() {
		key := op.Service + ":" + op.Name
		if seen[key] || op.Service == "" {
			t.Errorf("%s", key)
		}
		seen[key] = true
		if op.Service == sandbox.ServiceAutoScaling {
			scaling++
		}
		read := strings.HasPrefix(op.Name, "Describe") || strings.HasPrefix(op.Name, "List") || strings.HasPrefix(op.Name, "Get")
		if op.Mutating == read {
			t.Errorf("%s: mutating is %v", key, op.Mutating)
		}
	}
	if scaling != 13 {
		t.Errorf("%d operations of Application Auto Scaling, want all 14 but the forecast", scaling)
	}
}

func BenchmarkDescribe(b *testing.B) {
	w := newWorld(&testing.T{}, sandbox.Options{})
	w.register(variantID, instances, 1, 3)
	body := `{"ServiceNamespace":"sagemaker"}`
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "AnyScaleFrontendService.DescribeScalableTargets")
		w.s.ServeHTTP(httptest.NewRecorder(), r)
	}
}
