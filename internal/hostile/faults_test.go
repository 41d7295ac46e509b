package hostile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/apply"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

// attempts is how often the program tries one call: live.DefaultMaxAttempts.
const attempts = 8

// A setback is something that AWS or the network does to a write.
type setback struct {
	name  string
	fault sandbox.Fault
	// stops: the change fails, and code is the exit code if nothing else was done. Without
	// it the run gets over the setback.
	stops bool
	code  int
	// mayStop: the run gets over it where the write is all of its change. Where another one
	// belongs to the change, that one is not made after eight unclear replies.
	mayStop bool
}

var setbacks = []setback{
	{name: "throttled once", fault: sandbox.Fault{Effect: sandbox.EffectThrottle}},
	{name: "throttled three times", fault: sandbox.Fault{Effect: sandbox.EffectThrottle, Times: 3}},
	{name: "5xx once", fault: sandbox.Fault{Effect: sandbox.EffectServerError}},
	{name: "lost reply", fault: sandbox.Fault{Effect: sandbox.EffectLostReply}},
	{name: "every reply of the first call lost", fault: sandbox.Fault{Effect: sandbox.EffectLostReply, Times: attempts}, code: exitUnavailable, mayStop: true},
	{name: "5xx after the effect", fault: sandbox.Fault{Effect: sandbox.EffectLostReply5xx}},
	{name: "every call a 5xx after the effect", fault: sandbox.Fault{Effect: sandbox.EffectLostReply5xx, Times: attempts}, code: exitUnavailable, mayStop: true},
	{name: "connection reset", fault: sandbox.Fault{Effect: sandbox.EffectReset}},
	{name: "concurrent update", fault: refusal("ConcurrentUpdateException", "You already have a pending update to an Auto Scaling resource.")},
	{name: "hidden throttle of CloudWatch", fault: refusal("FailedResourceAccessException", "Unable to describe alarms: Rate exceeded")},
	{name: "garbled reply", fault: sandbox.Fault{Effect: sandbox.EffectGarbled}},
	{name: "throttled for ever", fault: sandbox.Fault{Effect: sandbox.EffectThrottle, Times: -1}, stops: true, code: exitUnavailable},
	{name: "5xx for ever", fault: sandbox.Fault{Effect: sandbox.EffectServerError, Times: -1}, stops: true, code: exitUnavailable},
	{name: "reset for ever", fault: sandbox.Fault{Effect: sandbox.EffectReset, Times: -1}, stops: true, code: exitUnavailable},
	{name: "denied", fault: refusal("AccessDeniedException", "User is not authorized to perform this"), stops: true, code: exitDenied},
	{name: "quota", fault: refusal("LimitExceededException", "Too many of these"), stops: true, code: exitPartial},
	{name: "refused input", fault: refusal("ValidationException", "no"), stops: true, code: exitPartial},
}

func refusal(code, message string) sandbox.Fault {
	return sandbox.Fault{Effect: sandbox.EffectError, Code: code, Message: message}
}

// TestSetbacks lets every kind of write of one apply meet every setback. The run gets over
// it, or stops with a full account and the right exit code; the journal says what AWS saw,
// line by line; and a run without setbacks then finds the rest to do, does it, and leaves
// nothing. The writes come from the log of an apply, so that a new one is covered by
// itself.
func TestSetbacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "testdata/seed.yaml")
	w.mustApply("testdata/before.yaml")
	before := w.snapshot()
	w.restore(before)
	w.mustApply("testdata/everything.yaml")
	want := w.objects()
	var operations []string
	for _, e := range w.mutations() {
		operations = append(operations, e.Service+":"+e.Operation)
	}
	slices.Sort(operations)
	operations = slices.Compact(operations)
	if len(operations) < 12 {
		t.Fatalf("an apply of everything makes only these writes: %v", operations)
	}
	runs, overcome, stopped, codes := 0, 0, 0, map[int]int{}
	for _, operation := range operations {
		for i, s := range setbacks {
			if testing.Short() && i%6 != 0 {
				continue
			}
			runs++
			what := operation + " " + s.name
			w.restore(before)
			f := s.fault
			f.Service, f.Operation, _ = strings.Cut(operation, ":")
			w.inject(sandbox.Faults{Rules: []sandbox.Fault{f}})
			journal := filepath.Join(t.TempDir(), "journal.jsonl")
			r := w.run(applyArgs("-f", "testdata/everything.yaml", "--journal", journal)...)
			account := checkJournal(t, what, journal, w.mutations())
			switch {
			case !s.stops && !s.mayStop && r.code != exitDone:
				t.Errorf("%s: exit code %d, want a run that gets over it\n%s", what, r.code, r.stderr)
			case s.stops || s.mayStop && r.code != exitDone:
				wantCode := exitPartial
				if account[plan.Done] == 0 {
					wantCode = s.code
				}
				if r.code != wantCode || account[plan.Failed] == 0 {
					t.Errorf("%s: exit code %d, want %d; %v\n%s", what, r.code, wantCode, account, r.stderr)
				}
				stopped++
			default:
				overcome++
			}
			codes[r.code]++
			w.converges(what, want)
		}
	}
	t.Logf("%d writes x %d setbacks: %d overcome, %d stopped; exit codes %v; all converged afterwards",
		len(operations), len(setbacks), overcome, stopped, codes)
	if overcome+stopped != runs || runs < 12*len(setbacks) && !testing.Short() {
		t.Errorf("%d runs, of which %d are accounted for", runs, overcome+stopped)
	}
}

// converges applies once more without faults, and requires the wanted objects and nothing
// left to do.
func (w *world) converges(what, want string) {
	w.Helper()
	if err := w.server.ClearFaults(); err != nil {
		w.Fatal(err)
	}
	if r := w.run(applyArgs("-f", "testdata/everything.yaml")...); r.code != exitDone {
		w.Errorf("%s: the clean run after it: exit code %d\n%s", what, r.code, r.stderr)
	}
	if r := w.run("plan", "-f", "testdata/everything.yaml", "--detailed-exitcode"); r.code != exitDone || !strings.Contains(r.stdout, "No changes") {
		w.Errorf("%s: the plan at the end: exit code %d\n%s", what, r.code, r.stdout)
	}
	if got := w.objects(); got != want {
		w.Errorf("%s: ends elsewhere than an undisturbed run:\n%s\nwant\n%s", what, got, want)
	}
}

// objects counts what the sandbox holds, by kind and name: doubles would show.
func (w *world) objects() string {
	w.Helper()
	state, err := w.server.State()
	if err != nil {
		w.Fatal(err)
	}
	region := state.Regions["us-east-1"]
	var names []string
	for key := range region.Targets.All() {
		names = append(names, "target "+key)
	}
	for key := range region.Policies.All() {
		names = append(names, "policy "+key)
	}
	for key := range region.ScheduledActions.All() {
		names = append(names, "action "+key)
	}
	for key := range region.Alarms.All() {
		// The names that AWS gives to the alarms of target tracking hold an id.
		if i := strings.LastIndex(key, "-AlarmHigh-"); i >= 0 {
			key = key[:i]
		} else if i := strings.LastIndex(key, "-AlarmLow-"); i >= 0 {
			key = key[:i]
		}
		names = append(names, "alarm "+key)
	}
	slices.Sort(names)
	return strings.Join(names, "\n")
}

// checkJournal holds a journal against the calls that AWS saw: one call line, in order for
// each object, and one result for each of them. It returns how many changes ended how, and
// requires that all of them did.
func checkJournal(t *testing.T, what, file string, calls []sandbox.Entry) map[plan.Status]int {
	t.Helper()
	account := map[plan.Status]int{}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return account
	}
	planned, ended := 0, 0
	var sent, seen []string
	results := map[int]int{}
	for line := range bytes.Lines(data) {
		var l apply.Line
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatalf("%s: journal line %q: %v", what, line, err)
		}
		switch l.Type {
		case "begin":
			for _, n := range l.Changes {
				planned += n
			}
		case "call":
			sent = append(sent, l.Operation+" "+canonical(t, l.Request))
			results[l.Seq]++
		case "result":
			results[l.Call]--
		case "outcome":
			account[plan.Status(l.Status)]++
			ended++
		case "end":
			for status, n := range l.Counts {
				if account[status] != n {
					t.Errorf("%s: the journal ends with %d %s, its outcomes are %v", what, n, status, account)
				}
			}
		}
	}
	for seq, n := range results {
		if n != 0 {
			t.Errorf("%s: the call on line %d of the journal has no result, or several", what, seq)
		}
	}
	if planned == 0 || ended != planned {
		t.Errorf("%s: %d outcomes of %d changes", what, ended, planned)
	}
	for _, c := range calls {
		seen = append(seen, c.Service+":"+c.Operation+" "+canonical(t, c.Input))
	}
	slices.Sort(sent)
	slices.Sort(seen)
	if !slices.Equal(sent, seen) {
		t.Errorf("%s: the journal has %d calls and AWS saw %d:\n%s\n\n%s", what, len(sent), len(seen), strings.Join(sent, "\n"), strings.Join(seen, "\n"))
	}
	return account
}

// canonical writes the input of a call so that two spellings of it compare equal: the
// journal has times for people, the wire has seconds.
func canonical(t *testing.T, input json.RawMessage) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(input, &v); err != nil {
		t.Fatalf("input %q: %v", input, err)
	}
	for name, value := range v {
		if text, ok := value.(string); ok && strings.HasSuffix(name, "Time") {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			v[name] = at.Unix()
		}
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestUnreadableDuringApply takes each read away between a saved plan and its apply. What
// cannot be looked at is not written to.
func TestUnreadableDuringApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "testdata/seed.yaml")
	w.mustApply("testdata/before.yaml")
	before := w.snapshot()
	saved := filepath.Join(t.TempDir(), "plan.json")
	if r := w.run("plan", "-f", "testdata/everything.yaml", "--out", saved); r.code != exitDone {
		t.Fatalf("plan: exit code %d\n%s", r.code, r.stderr)
	}
	w.restore(before)
	w.mustApply("testdata/everything.yaml")
	operations, _ := readsOf(w.log())
	runs := 0
	for _, operation := range operations {
		service, name, _ := strings.Cut(operation, ":")
		for i, h := range hindrances {
			if testing.Short() && i%4 != 0 {
				continue
			}
			runs++
			what := fmt.Sprintf("apply of a saved plan, %s %s", operation, h.name)
			w.restore(before)
			w.inject(h.faults(service, name))
			journal := filepath.Join(t.TempDir(), "journal.jsonl")
			r := w.run("apply", saved, "--allow", "delete", "--allow", "replace", "--journal", journal)
			if !slices.ContainsFunc(w.log(), func(e sandbox.Entry) bool {
				return e.Service+":"+e.Operation == operation && (e.Error != "" || e.Fault != "")
			}) {
				// The apply of a saved plan does not read this itself. Application Auto
				// Scaling may do so in the caller's name, and then says what is missing.
				if r.code != exitDone && !strings.Contains(r.stderr, operation) {
					t.Errorf("%s: exit code %d though nothing hindered it\n%s", what, r.code, r.stderr)
				}
				continue
			}
			if data, err := os.ReadFile(journal); err != nil || len(data) == 0 {
				// It did not get as far as the first change.
				if len(w.mutations()) > 0 || r.code != h.code {
					t.Errorf("%s: exit code %d, want %d, and %d writes without a journal\n%s", what, r.code, h.code, len(w.mutations()), r.stderr)
				}
				continue
			}
			account := checkJournal(t, what, journal, w.mutations())
			wantCode := exitPartial
			if account[plan.Done] == 0 {
				wantCode = h.code
			}
			if r.code != wantCode || account[plan.Failed] == 0 {
				t.Errorf("%s: exit code %d, want %d; %v\n%s", what, r.code, wantCode, account, r.stderr)
			}
			if !strings.Contains(r.stderr, h.says) {
				t.Errorf("%s: stderr does not say %q:\n%s", what, h.says, r.stderr)
			}
		}
	}
	t.Logf("%d reads x %d hindrances: %d applies of a saved plan", len(operations), len(hindrances), runs)
}

// oneChange is a single change of before.yaml, and what somebody else may do meanwhile to
// the same object.
var oneChange = []struct{ kind, address, old, planned, edited string }{
	{"target", "endpoint/ranker/variant/main", "owner: search", "owner: ads", "owner: web"},
	{"policy", "endpoint/ranker/variant/main/policy/invocations", "targetValue: 100", "targetValue: 70", "targetValue: 55"},
	{"alarm", "alarm/scalectl/everything/endpoint/ranker/variant/main/policy/latency", "evaluationPeriods: 3", "evaluationPeriods: 5", "evaluationPeriods: 4"},
	{"scheduled action", "endpoint/ranker/variant/main/schedule/night", "maxCapacity: 3}", "maxCapacity: 2}", "maxCapacity: 1}"},
}

// variant writes before.yaml with one value changed and returns the name of the file.
func variant(t *testing.T, old, changed string) string {
	t.Helper()
	text := string(read(t, "testdata/before.yaml"))
	if !strings.Contains(text, old) {
		t.Fatalf("before.yaml has no %q", old)
	}
	return write(t, filepath.Join(t.TempDir(), "fleet.yaml"), []byte(strings.Replace(text, old, changed, 1)))
}

// TestOneChange: where nothing was done at all, the exit code says why.
func TestOneChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "testdata/seed.yaml")
	w.mustApply("testdata/before.yaml")
	before := w.snapshot()
	codes := map[int]int{}
	for _, c := range oneChange {
		planned, edited := variant(t, c.old, c.planned), variant(t, c.old, c.edited)
		for i, s := range setbacks {
			if testing.Short() && i%2 != 0 {
				continue
			}
			what := "one change of a " + c.kind + ", " + s.name
			w.restore(before)
			f := s.fault
			f.Mutating = true
			w.inject(sandbox.Faults{Rules: []sandbox.Fault{f}})
			want := exitDone
			if s.stops {
				want = s.code
			}
			r := w.run(applyArgs("-f", planned)...)
			if r.code != want {
				t.Errorf("%s: exit code %d, want %d\n%s", what, r.code, want, r.stderr)
			}
			codes[r.code]++
			if err := w.server.ClearFaults(); err != nil {
				t.Fatal(err)
			}
			if r := w.run(applyArgs("-f", planned)...); r.code != exitDone {
				t.Errorf("%s: the clean run after it: exit code %d\n%s", what, r.code, r.stderr)
			}
			if r := w.run("plan", "-f", planned, "--detailed-exitcode"); r.code != exitDone {
				t.Errorf("%s: something is left to do:\n%s", what, r.stdout)
			}
		}

		what := "a " + c.kind + " that somebody edited after the plan"
		saved := filepath.Join(t.TempDir(), "plan.json")
		w.restore(before)
		if r := w.run("plan", "-f", planned, "--out", saved); r.code != exitDone {
			t.Fatalf("plan: exit code %d\n%s", r.code, r.stderr)
		}
		w.mustApply(edited)
		if err := w.server.ResetLog(); err != nil {
			t.Fatal(err)
		}
		r := w.run("apply", saved)
		if r.code != exitStale || !strings.Contains(r.stderr, c.address) {
			t.Errorf("%s: exit code %d, want %d\n%s", what, r.code, exitStale, r.stderr)
		}
		if calls := w.mutations(); len(calls) > 0 {
			t.Errorf("%s: written to all the same: %s %s", what, calls[0].Operation, calls[0].Input)
		}
		codes[r.code]++
	}
	t.Logf("%d kinds x (%d setbacks + 1 edit): exit codes %v", len(oneChange), len(setbacks), codes)
	for _, code := range []int{exitDone, exitStale, exitDenied, exitPartial, exitUnavailable} {
		if codes[code] == 0 {
			t.Errorf("no run ended with exit code %d", code)
		}
	}
}

// TestEditedMeanwhile: of a large plan, what somebody edited after it was made is left
// alone together with what follows it on the same target, and the other targets are done.
func TestEditedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "testdata/seed.yaml")
	w.mustApply("testdata/before.yaml")
	before := w.snapshot()
	saved := filepath.Join(t.TempDir(), "plan.json")
	if r := w.run("plan", "-f", "testdata/everything.yaml", "--out", saved); r.code != exitDone {
		t.Fatalf("plan: exit code %d\n%s", r.code, r.stderr)
	}
	for _, c := range oneChange {
		w.restore(before)
		w.mustApply(variant(t, c.old, c.edited))
		if err := w.server.ResetLog(); err != nil {
			t.Fatal(err)
		}
		journal := filepath.Join(t.TempDir(), "journal.jsonl")
		r := w.run("apply", saved, "--allow", "delete", "--allow", "replace", "--journal", journal)
		account := checkJournal(t, c.kind, journal, w.mutations())
		if r.code != exitPartial || account[plan.Stale] != 1 || account[plan.Failed] != 0 || account[plan.Done] < 10 {
			t.Errorf("edited %s: exit code %d, %v\n%s", c.kind, r.code, account, r.stderr)
		}
		for line := range bytes.Lines(read(t, journal)) {
			var l apply.Line
			if err := json.Unmarshal(line, &l); err != nil {
				t.Fatal(err)
			}
			if l.Address != c.address {
				continue
			}
			if l.Type == "call" || l.Type == "outcome" && l.Status != string(plan.Stale) {
				t.Errorf("edited %s: the journal has %s", c.kind, line)
			}
		}
		w.converges("edited "+c.kind, w.wanted(before))
	}
}

// wanted is what an undisturbed apply of everything leaves behind. The present state is
// kept.
func (w *world) wanted(before []byte) string {
	w.Helper()
	now := w.snapshot()
	w.restore(before)
	w.mustApply("testdata/everything.yaml")
	want := w.objects()
	w.restore(now)
	return want
}
