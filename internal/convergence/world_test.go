// Package convergence holds the tests that run the whole road, from YAML to AWS and back,
// on random fleets: no false difference, the same end after a crash at any call, and the
// promises that hold at every moment in between.
package convergence

import (
	"context"
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"github.com/scalectl/scalectl/pkg/apply"
	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/sandbox"
	"github.com/scalectl/scalectl/pkg/spec"
)

// How much is tried. The tests share the work between the processors of a small machine.
var (
	specs       = flag.Int("specs", 2000, "random specs to look for false differences in")
	transitions = flag.Int("transitions", 200, "random spec transitions to crash at every call")
)

// shards is how many tests share the work.
const shards = 2

// start is the first moment of every test: a Sunday, so that weekday schedules fire.
var start = time.Date(2026, 11, 22, 9, 41, 17, 0, time.UTC)

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// world is one sandbox and a client of it.
type world struct {
	tb
	server  *sandbox.Server
	clients *live.Clients
}

// newWorld makes a sandbox that holds what the seed describes, nothing if it is nil.
func newWorld(t tb, seed []byte) *world {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{Start: start})
	if err != nil {
		t.Fatalf("start the sandbox: %v", err)
	}
	if seed != nil {
		if err := server.Seed("us-east-1", seed); err != nil {
			t.Fatalf("seed the sandbox: %v", err)
		}
	}
	return &world{tb: t, server: server, clients: client(server)}
}

// client makes clients that call the sandbox in this process and do not retry: a crashed
// process does not come back for its call.
func client(server *sandbox.Server) *live.Clients {
	return live.NewClients(aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:  server.HTTPClient(),
	}, live.ClientOptions{MaxAttempts: 1})
}

func (w *world) context() context.Context { return context.Background() }

func (w *world) snapshot() []byte {
	w.Helper()
	data, err := w.server.Snapshot()
	if err != nil {
		w.Fatalf("snapshot: %v", err)
	}
	return data
}

func (w *world) restore(snapshot []byte) {
	w.Helper()
	if err := w.server.Restore(snapshot); err != nil {
		w.Fatalf("restore: %v", err)
	}
	if err := w.server.ClearFaults(); err != nil {
		w.Fatalf("clear faults: %v", err)
	}
	if err := w.server.ResetLog(); err != nil {
		w.Fatalf("reset log: %v", err)
	}
}

func (w *world) load(text []byte) *spec.Spec {
	w.Helper()
	s, problems := spec.Load([]spec.Source{{Name: "fleet.yaml", Data: text}}, spec.Options{Now: w.server.Now()})
	if s == nil {
		w.Fatalf("the spec is not valid:\n%v\n%s", problems, text)
	}
	return s
}

// read reads what the spec is about and requires that reading changed nothing.
func (w *world) read(s *spec.Spec) model.Observed {
	w.Helper()
	mark := w.server.Mark()
	reader := &live.Reader{Clients: w.clients, Parallelism: 4}
	observed, err := reader.Read(w.context(), s.Desired)
	if err != nil {
		w.Fatalf("read: %v", err)
	}
	if calls := w.mutations(mark); len(calls) > 0 {
		w.Fatalf("reading made %d mutating calls, first %s", len(calls), calls[0].Operation)
	}
	return observed
}

// build plans the spec for what was read.
func (w *world) build(s *spec.Spec, observed model.Observed) *plan.Plan {
	w.Helper()
	p, err := plan.Build(plan.Input{Desired: s.Desired, Observed: observed, Positions: s.Positions, Now: w.server.Now()})
	if err != nil {
		w.Fatalf("build: %v", err)
	}
	return p
}

func (w *world) plan(s *spec.Spec) *plan.Plan {
	w.Helper()
	return w.build(s, w.read(s))
}

// apply carries a plan out and returns whether all of it was done.
func (w *world) apply(p *plan.Plan) (ok bool) {
	w.Helper()
	result, err := apply.Run(context.Background(), w.clients, p, apply.Options{Parallelism: 1, Now: w.server.Now})
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(result.Outcomes, func(o plan.Outcome) bool { return o.Status != plan.Done })
}

// mustApply carries a plan out through its JSON form, as a pull request does.
func (w *world) mustApply(p *plan.Plan) {
	w.Helper()
	data, err := plan.Encode(p)
	if err != nil {
		w.Fatalf("encode: %v", err)
	}
	decoded, err := plan.Decode(data)
	if err != nil {
		w.Fatalf("decode: %v\n%s", err, data)
	}
	result, err := apply.Run(context.Background(), w.clients, decoded, apply.Options{Parallelism: 4, Now: w.server.Now})
	if err != nil {
		w.Fatalf("apply: %v", err)
	}
	for _, o := range result.Outcomes {
		if o.Status != plan.Done {
			w.Fatalf("%s %s: %s: %s\n%s", o.Action, o.Address, o.Status, o.Error, data)
		}
	}
}

// requireNoChanges plans and fails if there is anything to do.
func (w *world) requireNoChanges(s *spec.Spec, when string) {
	w.Helper()
	w.requireEmpty(w.plan(s), when)
}

func (w *world) requireEmpty(p *plan.Plan, when string) {
	w.Helper()
	if !p.IsEmpty() {
		data, _ := plan.Encode(p)
		w.Fatalf("%s (sandbox time %s) the plan is not empty:\n%s", when, w.server.Now().Format(time.RFC3339), data)
	}
}

func (w *world) mutations(mark int64) []sandbox.Entry {
	w.Helper()
	calls, err := w.server.Mutations(mark)
	if err != nil {
		w.Fatalf("read the call log: %v", err)
	}
	return calls
}

// essence drops from what was read, in place, whatever differs between two equal fleets:
// ARNs, times, and the names of alarms that AWS made.
func (w *world) essence(o model.Observed) model.Observed {
	w.Helper()
	arns := map[string]string{}
	for id, target := range o.Targets {
		target.ARN, target.CreationTime = "", time.Time{}
		for i := range target.Policies {
			p := &target.Policies[i]
			arns[p.ARN] = p.Address()
			p.ARN, p.CreationTime = "", time.Time{}
			if p.TargetTracking != nil {
				p.AlarmNames = nil
			}
		}
		for i := range target.ScheduledActions {
			a := &target.ScheduledActions[i]
			a.ARN, a.CreationTime = "", time.Time{}
		}
		o.Targets[id] = target
	}
	for name, alarm := range o.Alarms {
		alarm.ARN = ""
		alarm.AlarmActions = slices.Clone(alarm.AlarmActions)
		for i, action := range alarm.AlarmActions {
			if address, ok := arns[action]; ok {
				alarm.AlarmActions[i] = address
			} else if strings.Contains(action, ":scalingPolicy:") {
				w.Fatalf("alarm %s names a policy that does not exist: %s", name, action)
			}
		}
		o.Alarms[name] = alarm
	}
	o.ReadAt = time.Time{}
	return o
}

func requireSame(t tb, what string, want, got model.Observed) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// short trims a number of checks in -short runs, such as those under the race detector.
func short(n int) int {
	if testing.Short() {
		return max(1, n/100)
	}
	return n
}
