package convergence

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/sandbox"
	"github.com/scalectl/scalectl/pkg/spec"
)

// TestCrashAtEveryCall kills the client before and after every mutating call of random
// transitions from one spec to another, and requires that the next run ends where an
// undisturbed one does.
func TestCrashAtEveryCall(t *testing.T) {
	n := short(*transitions)
	for shard := range shards {
		t.Run(fmt.Sprint("shard", shard), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, seed)
			fresh := w.snapshot()
			tried, points := 0, 0
			for i := shard; i < n; i += shards {
				pair := genTransition.Example(i)
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					w.tb = t
					w.restore(fresh)
					from := w.load(pair[0])
					w.mustApply(w.plan(from))
					points += w.crashEverywhere(from, w.load(pair[1]))
				})
				tried++
			}
			t.Logf("%d transitions, %d crash points", tried, points)
			if points < 10*tried {
				t.Errorf("only %d crash points: the generator has lost its variety", points)
			}
		})
	}
}

var genTransition = rapid.Custom(func(t *rapid.T) [2][]byte { return [2][]byte{genSpec(t, 3), genSpec(t, 3)} })

// TestCrashExamples does the same for the first apply of every example, and for its way
// back to nothing.
func TestCrashExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	exampleSeed, err := os.ReadFile("../../examples/sandbox/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, exampleSeed)
	fresh := w.snapshot()
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			w.tb = t
			w.restore(fresh)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := w.load(text)
			nothing := *s
			nothing.Desired.Targets, nothing.Desired.Endpoints = nil, nil
			if n := w.crashEverywhere(&nothing, s); n == 0 {
				t.Error("the first apply makes no mutating call")
			}
			w.restore(fresh)
			w.mustApply(w.plan(s))
			w.crashEverywhere(s, &nothing)
		})
	}
}

// crashEverywhere starts from the present state, which is that of the spec from, and
// returns at how many points it killed the client on the way to the spec to.
func (w *world) crashEverywhere(from, to *spec.Spec) int {
	w.Helper()
	before := w.snapshot()
	foreign := w.foreign()
	p := w.plan(to)
	mark := w.server.Mark()
	if !w.apply(p) {
		w.mustApply(w.plan(to)) // reports what went wrong
		w.Fatalf("the undisturbed apply did not finish")
	}
	calls := len(w.mutations(mark))
	end := w.read(to)
	w.requireEmpty(w.build(to, end), "after the undisturbed apply")
	want := w.essence(end)

	for nth := 1; nth <= calls; nth++ {
		for _, effect := range []sandbox.Effect{sandbox.EffectCrashBefore, sandbox.EffectCrashAfter} {
			w.restore(before)
			if err := w.server.SetFaults(sandbox.Faults{Rules: []sandbox.Fault{{Mutating: true, Nth: nth, Effect: effect}}}); err != nil {
				w.Fatalf("set faults: %v", err)
			}
			if w.apply(w.plan(to)) {
				w.Fatalf("%s at call %d of %d went unnoticed", effect, nth, calls)
			}
			if err := w.server.ClearFaults(); err != nil {
				w.Fatalf("clear faults: %v", err)
			}
			moment := fmt.Sprintf("after %s at mutating call %d of %d", effect, nth, calls)
			between := w.read(to)
			w.checkPromises(from, to, p, between, moment)
			w.mustApply(w.build(to, between))
			end := w.read(to)
			w.requireEmpty(w.build(to, end), moment+" and another run")
			requireSame(w, moment+" another run ends elsewhere than an undisturbed one", want, w.essence(end))
			if got := w.foreign(); got != foreign {
				w.Fatalf("%s: what we do not own has changed:\n%s\nwas\n%s", moment, got, foreign)
			}
		}
	}
	return 2 * calls
}

// checkPromises looks at the state between two calls: a target that scales before and
// after has a policy all the time, except where the plan announced a gap that AWS forces.
func (w *world) checkPromises(from, to *spec.Spec, p *plan.Plan, o model.Observed, moment string) {
	w.Helper()
	for _, want := range to.Desired.Targets {
		i := slices.IndexFunc(from.Desired.Targets, func(t model.Target) bool { return t.ID == want.ID })
		if i < 0 || len(want.Policies) == 0 || len(from.Desired.Targets[i].Policies) == 0 {
			continue
		}
		announced := slices.ContainsFunc(p.Changes, func(c plan.Change) bool {
			return c.Target == want.ID && slices.Contains(c.Guards, plan.GuardReplace)
		})
		live, ok := o.Targets[want.ID]
		if !ok {
			w.Fatalf("%s: target %s is gone", moment, want.ID)
		}
		if len(live.Policies) == 0 && !announced {
			w.Fatalf("%s: target %s has no policy, and the plan did not say so", moment, want.ID)
		}
	}
	for id := range o.Targets {
		if n, ok := o.Capacity(id); ok {
			t := o.Targets[id]
			if n < t.MinCapacity || n > t.MaxCapacity {
				w.Fatalf("%s: capacity %d of %s is outside %d to %d", moment, n, id, t.MinCapacity, t.MaxCapacity)
			}
		}
	}
}

// foreign describes what the seed made under nobody's name, which no run may touch.
func (w *world) foreign() string {
	w.Helper()
	var b strings.Builder
	id := model.VariantTarget("elsewhere", "main", model.InstanceCount)
	target, err := w.clients.ReadTarget(w.context(), id)
	if err != nil {
		w.Fatalf("read %s: %v", id, err)
	}
	if target == nil {
		return "(none)"
	}
	fmt.Fprintf(&b, "%+v\n", target.ScalableTarget)
	policy, err := w.clients.ReadPolicy(w.context(), id, "by-hand")
	if err != nil {
		w.Fatalf("read policy by-hand: %v", err)
	}
	fmt.Fprintf(&b, "%+v %+v\n", policy.Name, *policy.TargetTracking)
	return b.String()
}
