package apply_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scalectl/scalectl/pkg/apply"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

// interruptAt runs the plan with one worker and cancels the context while the n-th
// mutating attempt is about to leave.
func (w *world) interruptAt(p *plan.Plan, n int) (apply.Result, []apply.Line) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	defer cancel()
	var journal journalBuffer
	opts := options()
	opts.Parallelism, opts.Journal = 1, &journal
	opts.Progress = func(e apply.Event) {
		if e.Kind == apply.Calling {
			if n--; n == 0 {
				cancel()
			}
		}
	}
	r, err := apply.Run(ctx, w.clients, p, opts)
	if err != nil {
		w.Fatal(err)
	}
	w.complete(p, r)
	return r, lines(w.T, journal.Bytes())
}

// At whichever call the run is interrupted: that call is finished and written down, its
// change is completed, the rest is not started, and the next run does it.
func TestInterruption(t *testing.T) {
	for _, transition := range []struct {
		why           string
		before, after []model.Target
	}{
		{"create", nil, []model.Target{full("a"), full("b")}},
		{"change", []model.Target{full("a"), full("b")}, []model.Target{changed("a"), changed("b")}},
		{"prune", []model.Target{full("a"), full("b")}, nil},
	} {
		for n := 1; ; n++ {
			w := newWorld(t, transition.before...)
			w.converge()
			w.desired.Targets = transition.after
			p := w.plan()
			mark := w.server.Mark()
			r, journal := w.interruptAt(p, n)
			if !r.Interrupted {
				if n < 8 || r.Count(plan.Done) != len(p.Changes) {
					t.Errorf("%s, call %d: not interrupted: %v", transition.why, n, statuses(r))
				}
				break
			}
			if r.Count(plan.Failed) > 0 || r.Count(plan.NotStarted) == 0 {
				t.Errorf("%s, call %d: %v", transition.why, n, statuses(r))
			}
			calls := 0
			for _, o := range r.Outcomes {
				calls += o.Calls
				if o.Status == plan.NotStarted && (o.Calls != 0 || o.Error != "the run was interrupted") {
					t.Errorf("%s, call %d: %+v", transition.why, n, o)
				}
			}
			if made := len(w.mutations(mark)); made != calls || made < n {
				t.Errorf("%s, call %d: %d calls were made and %d counted", transition.why, n, made, calls)
			}
			checkPaired(t, journal)
			if last := journal[len(journal)-1]; last.Type != "end" || !last.Interrupted {
				t.Errorf("%s, call %d: the journal ends with %+v", transition.why, n, last)
			}
			w.converge()
		}
	}
}

// checkPaired requires a result for every call in a journal.
func checkPaired(t *testing.T, journal []apply.Line) {
	t.Helper()
	open := map[int]bool{}
	for _, line := range journal {
		switch line.Type {
		case "call":
			open[line.Seq] = true
		case "result":
			if !open[line.Call] {
				t.Errorf("a result without a call: %+v", line)
			}
			delete(open, line.Call)
		}
	}
	if len(open) > 0 {
		t.Errorf("calls without a result: %v", open)
	}
}

// A policy that makes room for another on the same metric is not left away: the stop comes
// after the other.
func TestInterruptionDoesNotLeaveAGap(t *testing.T) {
	id := target("a")
	before := full("a")
	after := clone(full("a"))
	after.Policies[1] = model.Policy{Target: id, Name: "renamed", TargetTracking: tracked(70)}
	w := newWorld(t, before)
	w.converge()
	w.desired.Targets = []model.Target{after, full("b")}
	mark := w.server.Mark()
	p := w.plan()
	r, _ := w.interruptAt(p, 1)
	want := []string{"DeleteScalingPolicy endpoint/a/variant/v/track", "PutScalingPolicy endpoint/a/variant/v/renamed"}
	if diff := cmp.Diff(want, readable(w.mutations(mark))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !r.Interrupted || r.Count(plan.Done) != 2 || r.Count(plan.NotStarted) != 5 {
		t.Errorf("%v", statuses(r))
	}
	w.converge()
}

// The same within one change: a policy that is replaced is put back.
func TestInterruptionFinishesAReplacement(t *testing.T) {
	after := clone(full("a"))
	after.Policies[1] = model.Policy{Target: after.ID, Name: "track", StepScaling: stepped(3)}
	after.ScheduledActions[0].MaxCapacity = model.Ptr(int32(3))
	w := newWorld(t, full("a"))
	w.converge()
	w.desired.Targets = []model.Target{after}
	mark := w.server.Mark()
	r, _ := w.interruptAt(w.plan(), 1)
	calls := readable(w.mutations(mark))
	want := []string{"DeleteScalingPolicy endpoint/a/variant/v/track", "PutScalingPolicy endpoint/a/variant/v/track"}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if r.Count(plan.Done) != 1 || r.Count(plan.NotStarted) != 1 {
		t.Errorf("%v", statuses(r))
	}
	w.converge()
}

// Interrupted while a throttled call waits for its next attempt: nothing was carried out.
func TestInterruptionDuringBackoff(t *testing.T) {
	w := newWorld(t, full("a"))
	w.inject(sandbox.Fault{Mutating: true, Effect: sandbox.EffectThrottleAll})
	p := w.plan()
	r, _ := w.interruptAt(p, 1)
	if !r.Interrupted || r.Count(plan.NotStarted) != len(p.Changes) {
		t.Errorf("%v", r.Outcomes)
	}
	// With a lost reply it may have been.
	w.inject(sandbox.Fault{Mutating: true, Effect: sandbox.EffectLostReply})
	r, journal := w.interruptAt(p, 1)
	if !r.Interrupted || r.Count(plan.Failed) != 1 {
		t.Errorf("%v", r.Outcomes)
	}
	if i := slices.IndexFunc(journal, func(l apply.Line) bool { return l.Type == "result" }); i < 0 || journal[i].Status != "unknown" {
		t.Errorf("journal: %+v", journal)
	}
	w.inject()
	w.converge()
}

// Cancelled before it began: nothing is done, and everything has an outcome or the error
// says that nothing was begun.
func TestCancelledBeforehand(t *testing.T) {
	w := newWorld(t, full("a"))
	p := w.plan()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mark := w.server.Mark()
	r, err := apply.Run(ctx, w.clients, p, options())
	if !errors.Is(err, context.Canceled) || len(r.Outcomes) > 0 {
		t.Errorf("result %v, error %v", r, err)
	}
	if got := w.mutations(mark); len(got) > 0 {
		t.Errorf("calls: %v", got)
	}
}

// Killed before or after any call, the next run ends in the same state as an undisturbed
// one.
func TestCrashAtEveryCall(t *testing.T) {
	id := target("a")
	renamed := clone(full("a"))
	renamed.Policies[1] = model.Policy{Target: id, Name: "renamed", TargetTracking: tracked(70)}
	retyped := clone(full("a"))
	retyped.Policies[1] = model.Policy{Target: id, Name: "track", StepScaling: stepped(3)}
	for _, transition := range []struct {
		why           string
		before, after []model.Target
	}{
		{"create", nil, []model.Target{full("a"), full("b")}},
		{"change", []model.Target{full("a")}, []model.Target{changed("a")}},
		{"rename on a metric", []model.Target{full("a")}, []model.Target{renamed}},
		{"change of type", []model.Target{full("a")}, []model.Target{retyped}},
		{"prune", []model.Target{full("a"), full("b")}, []model.Target{full("b")}},
	} {
		undisturbed := newWorld(t, transition.before...)
		undisturbed.converge()
		undisturbed.desired.Targets = transition.after
		undisturbed.converge()
		want := undisturbed.state()
		for _, effect := range []sandbox.Effect{sandbox.EffectCrashBefore, sandbox.EffectCrashAfter} {
			for n := 1; ; n++ {
				w := newWorld(t, transition.before...)
				w.converge()
				w.desired.Targets = transition.after
				p := w.plan()
				w.inject(sandbox.Fault{Mutating: true, Nth: n, Effect: effect})
				opts := options()
				opts.Parallelism = 1
				r := w.run(p, opts)
				if r.Count(plan.Done) == len(p.Changes) {
					break
				}
				w.inject()
				w.converge()
				if diff := cmp.Diff(want, w.state()); diff != "" {
					t.Errorf("%s, %s at call %d: -want +got\n%s", transition.why, effect, n, diff)
				}
			}
		}
	}
}
