package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

// Two servers on one directory are two processes: each sees what the other did.
func TestSharedDirectory(t *testing.T) {
	dir := t.TempDir()
	a := newWorld(t, sandbox.Options{Dir: dir})
	b := newWorld(t, sandbox.Options{Dir: dir})
	a.register(variantID, instances, 1, 3)
	if n := len(b.targets()); n != 1 {
		t.Fatalf("the other one sees %d targets", n)
	}
	b.advance(time.Hour)
	if !a.s.Now().Equal(start.Add(time.Hour)) {
		t.Errorf("the clock is at %v", a.s.Now())
	}
	var wg sync.WaitGroup
	for i, w := range []*world{a, b} {
		wg.Go(func() {
			for j := range 20 {
				in := actionInput(string(rune('a'+i))+string(rune('a'+j)), "rate(1 day)")
				if _, err := w.aas.PutScheduledAction(ctx, in); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := a.state().Regions["us-east-1"].ScheduledActions.Len(); n != 40 {
		t.Errorf("%d of 40 actions", n)
	}
	log, err := b.s.Log()
	if err != nil || len(log) != 42 {
		t.Fatalf("%d calls logged, %v", len(log), err)
	}
	for i, e := range log {
		if e.Seq != int64(i+1) {
			t.Fatalf("call %d has number %d", i+1, e.Seq)
		}
	}
}

// A new process finds the state, the clock and the log of the last one, also after a crash
// in the middle.
func TestStateSurvives(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, sandbox.Options{Dir: dir})
	w.advance(time.Minute)
	w.inject(sandbox.Fault{Mutating: true, Effect: sandbox.EffectCrashAfter})
	if err := w.tryRegister(); err == nil {
		t.Fatal("no crash")
	}
	again := newWorld(t, sandbox.Options{Dir: dir, Start: start.AddDate(1, 0, 0)})
	if !again.s.Now().Equal(start.Add(time.Minute)) || len(again.targets()) != 1 {
		t.Errorf("%v, %d targets", again.s.Now(), len(again.targets()))
	}
	if err := again.tryRegister(); err != nil { // the rule has struck, and remembers it
		t.Error(err)
	}
	if err := again.s.Reset(); err != nil {
		t.Fatal(err)
	}
	if log, err := again.s.Log(); err != nil || len(log) != 0 {
		t.Errorf("%v %v", log, err)
	}
}

// Somebody may write faults.json by hand while the sandbox runs.
func TestFaultsFile(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, sandbox.Options{Dir: dir})
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "faults.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"rules":[{"operation":"RegisterScalableTarget","nth":2,"effect":"throttle"}]}`)
	if err := w.tryRegister(); err != nil {
		t.Error(err)
	}
	other := newWorld(t, sandbox.Options{Dir: dir}) // counting goes on in the next process
	refused(t, other.tryRegister(), "ThrottlingException", "")
	write(`{"deny":["application-autoscaling:Describe*"]}`)
	_, err := w.aas.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: sagemaker})
	refused(t, err, "AccessDeniedException", "")
	write(`{"rules":[{"effect":"none"}]}`)
	refused(t, w.tryRegister(), "InternalServiceException", `unknown effect "none"`)
}

// A directory that somebody else holds is a clear error, after a bounded wait.
func TestLockedDirectory(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, sandbox.Options{Dir: dir, LockWait: 20 * time.Millisecond})
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := sandbox.LockForTest(f); err != nil {
		t.Skip(err)
	}
	if err := w.tryRegister(); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("got %v", err)
	}
}

// What was seeded, from the committed example.
func TestSeed(t *testing.T) {
	s, err := sandbox.New(sandbox.Options{Start: start})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("testdata/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // seeding twice is harmless
		if err := s.Seed("us-east-1", doc); err != nil {
			t.Fatal(err)
		}
	}
	w := &world{t, s, aas.New(clientOptions(s))}
	r := w.state().Regions["us-east-1"]
	if r.Endpoints.Len() != 5 || r.Components.Len() != 1 || r.Targets.Len() != 1 || r.ScheduledActions.Len() != 1 || r.Alarms.Len() != 1 {
		t.Errorf("%d %d %d %d %d", r.Endpoints.Len(), r.Components.Len(), r.Targets.Len(), r.ScheduledActions.Len(), r.Alarms.Len())
	}
	if a := w.policies()[0].Alarms; len(a) != 1 || *a[0].AlarmName != "batch-has-backlog" {
		t.Errorf("%+v", a)
	}
	if m := w.s.Mark(); m != 1 { // the call above, and nothing of the seed
		t.Errorf("%d calls logged", m)
	}
	for bad, want := range map[string]string{
		"endpoints:\n  e:\n    variant: {}":                                    "line 3: unknown key variant",
		"scalableTargets:\n  - ResourceID: x":                                  "line 2: unknown key ResourceID",
		"scalableTargets:\n  - {ResourceId: x}":                                "line 2: 1 validation error detected",
		"endpoints: {e: {variants: {v: {count: 1, serverless: {memory: 1}}}}}": "either serverless",
		"endpoints: {e: {}}":                                                   "at least one variant",
	} {
		if err := s.Seed("us-east-1", []byte(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if w.state().Regions["us-east-1"].Endpoints.Get("e") != nil {
		t.Error("half a seed was kept")
	}
}
