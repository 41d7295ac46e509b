package plan

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/scalectl/scalectl/pkg/model"
	"pgregory.net/rapid"
)

func TestGlobs(t *testing.T) {
	const policy = "endpoint/ranker/variant/main/policy/cpu"
	tests := []struct {
		glob, address, target string
		want                  bool
	}{
		{"endpoint/ranker", policy, "", true},
		{"endpoint/ranker/variant/main", policy, "", true},
		{policy, policy, "", true},
		{"endpoint/rank", policy, "", false},
		{"ranker", policy, "", false},
		{"endpoint/*/variant/main", policy, "", true},
		{"endpoint/*/main", policy, "", false},
		{"endpoint/**/cpu", policy, "", true},
		{"**/policy/*", policy, "", true},
		{"**", policy, "", true},
		{"*", policy, "", true}, // "endpoint" is above it
		{"endpoint/r?nker", policy, "", true},
		{"endpoint/ranke?", policy, "", true},
		{"endpoint/ranker?variant", policy, "", false},
		{"**/policy/c*", policy, "", true},
		{"**/policy/c", policy, "", false},
		{"endpoint/(ranker", policy, "", false},
		{"endpoint/.*", policy, "", false},
		{"alarm/scalectl/rec", "alarm/scalectl/rec/wake", "", true},
		{"endpoint/ranker", "alarm/wake", "endpoint/ranker/variant/main", true},
		{"endpoint/search", "alarm/wake", "endpoint/ranker/variant/main", false},
		{"**/policy/cpu", "alarm/wake", "endpoint/ranker/variant/main", false},
	}
	for _, tt := range tests {
		s, err := newSelector(&Selection{Targets: []string{tt.glob}})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.keeps(tt.address, tt.target); got != tt.want {
			t.Errorf("%s keeps %s of %q: %v", tt.glob, tt.address, tt.target, got)
		}
		s, err = newSelector(&Selection{Excludes: []string{tt.glob}})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.keeps(tt.address, tt.target); got == tt.want {
			t.Errorf("excluding %s keeps %s of %q: %v", tt.glob, tt.address, tt.target, got)
		}
	}
}

func TestBadGlob(t *testing.T) {
	for _, s := range []*Selection{{Targets: []string{"endpoint/a", ""}}, {Excludes: []string{""}}} {
		_, err := Build(Input{Selection: s})
		var bad *SelectionError
		if !errors.As(err, &bad) || err.Error() != `address glob "": is empty` || errors.Unwrap(err) == nil {
			t.Errorf("got %v", err)
		}
	}
}

func TestSelection(t *testing.T) {
	first := fleet(target(ranker, 1, 8, tracking("cpu", "CPU", 50), step("wake", 1), alarm("wake", "wake"), action("open", "cron(0 7 * * ? *)", 4, 0)),
		target(searcher, 0, 3, tracking("use", "Concurrency", 5)))
	trackings := func(metrics ...string) model.Desired {
		t := target(ranker, 1, 8)
		for i, m := range metrics {
			if m != "" {
				t = withPolicy(t, tracking(string(rune('a'+i)), m, 50))
			}
		}
		return fleet(t)
	}
	r := ranker.Address()
	tests := []struct {
		name       string
		live, want model.Desired
		selection  Selection
		changes    []string
		notes      []string
		why        string
	}{
		{name: "one target", live: fleet(), want: first, selection: Selection{Targets: []string{"inference-component/*"}},
			changes: []string{"create inference-component/search", "create inference-component/search/policy/use"}, why: "nothing of the other"},
		{name: "a policy needs its target", live: fleet(), want: first, selection: Selection{Targets: []string{"**/policy/cpu"}},
			changes: []string{"create " + r, "create " + r + "/policy/cpu"}, why: "AWS refuses policies of targets that are not registered"},
		{name: "an alarm needs its policy and that the target", live: fleet(), want: first, selection: Selection{Targets: []string{"alarm/wake"}},
			changes: []string{"create " + r, "create " + r + "/policy/wake", "create alarm/wake"}, why: "the alarm names the policy's ARN"},
		{name: "exclusion wins", live: fleet(), want: first, selection: Selection{Targets: []string{"endpoint/ranker"}, Excludes: []string{"**/policy/cpu", "**/schedule/*"}},
			changes: []string{"create " + r, "create " + r + "/policy/wake", "create alarm/wake"}, why: "what is selected and excluded is excluded"},
		{name: "exclusion alone", live: fleet(), want: first, selection: Selection{Excludes: []string{"endpoint/ranker"}},
			changes: []string{"create inference-component/search", "create inference-component/search/policy/use"}, why: "without a selection everything is selected"},
		{name: "an excluded policy takes its alarm along", live: fleet(), want: first, selection: Selection{Targets: []string{"endpoint/ranker"}, Excludes: []string{"**/policy/wake", "**/schedule/*"}},
			changes: []string{"create " + r, "create " + r + "/policy/cpu"},
			notes:   []string{"alarm/wake left out: it cannot be done without endpoint/ranker/variant/main/policy/wake, which is excluded"},
			why:     "an alarm without its policy is nothing"},
		{name: "a replaced policy takes its alarm along", live: fleet(target(ranker, 1, 8, tracking("wake", "CPU", 50), step("old", 1), alarm("wake", "old"))), want: fleet(target(ranker, 1, 8, step("wake", 1), step("old", 1), alarm("wake", "wake"))),
			selection: Selection{Targets: []string{"**/policy/wake"}}, changes: []string{"replace " + r + "/policy/wake", "update alarm/wake"}, why: "the ARN in the alarm would go stale"},
		{name: "half of a swap", live: trackings("1", "2"), want: trackings("2", "1"), selection: Selection{Targets: []string{"**/policy/a"}},
			changes: []string{"delete " + r + "/policy/b", "update " + r + "/policy/a", "create " + r + "/policy/b"}, why: "a can only have the metric of b if b has another"},
		{name: "a swap with one side excluded", live: trackings("1", "2"), want: trackings("2", "1"), selection: Selection{Excludes: []string{"**/policy/b"}},
			notes: []string{"endpoint/ranker/variant/main/policy/a left out: it cannot be done without endpoint/ranker/variant/main/policy/b, which is excluded"},
			why:   "nothing of the swap is possible"},
		{name: "a cycle with one side excluded", live: trackings("1", "2", "3"), want: trackings("2", "3", "1"), selection: Selection{Targets: []string{"**/policy/a"}, Excludes: []string{"**/policy/c"}},
			notes: []string{"endpoint/ranker/variant/main/policy/a left out: it cannot be done without endpoint/ranker/variant/main/policy/b, which is excluded"},
			why:   "a needs b, and b needs the excluded c; this once went round for ever"},
		{name: "a chain with its end excluded", live: trackings("1", "2", "3"), want: trackings("2", "3", "4"), selection: Selection{Excludes: []string{"**/policy/c"}},
			notes: []string{
				"endpoint/ranker/variant/main/policy/a left out: it cannot be done without endpoint/ranker/variant/main/policy/b, which is excluded",
				"endpoint/ranker/variant/main/policy/b left out: it cannot be done without endpoint/ranker/variant/main/policy/c, which is excluded"},
			why: "exclusion spreads along the chain"},
		{name: "a chain with its head excluded", live: trackings("1", "2", "3"), want: trackings("2", "3", "4"), selection: Selection{Excludes: []string{"**/policy/a"}},
			changes: []string{"update " + r + "/policy/c", "update " + r + "/policy/b"}, why: "the rest does not need it"},
		{name: "a pruned target needs its children gone", live: first, want: fleet(), selection: Selection{Targets: []string{"inference-component/search"}},
			changes: []string{"delete inference-component/search/policy/use", "delete inference-component/search"}, why: "deregistering deletes them anyway"},
		{name: "a pruned target with an excluded child", live: first, want: fleet(), selection: Selection{Targets: []string{"endpoint/ranker"}, Excludes: []string{"**/policy/cpu"}},
			changes: []string{"delete " + r + "/schedule/open", "delete alarm/wake", "delete " + r + "/policy/wake"},
			notes:   []string{"endpoint/ranker/variant/main left out: it cannot be done without endpoint/ranker/variant/main/policy/cpu, which is excluded"},
			why:     "deregistering would delete the excluded policy"},
		{name: "nothing", live: first, want: fleet(), selection: Selection{Targets: []string{"endpoint/elsewhere"}}, why: "no such address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newAccount(lastYear)
			a.serve(first)
			a.serve(tt.live)
			a.apply(t, tt.live)
			p := build(t, Input{Desired: tt.want, Observed: a.observed(), Now: a.now, Selection: &tt.selection})
			a.log = nil
			if err := a.run(p); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.changes, a.log); diff != "" {
				t.Errorf("%s\n%s", tt.why, diff)
			}
			var notes []string
			for _, n := range p.Notes {
				notes = append(notes, n.Address+" "+n.Message)
			}
			if diff := cmp.Diff(tt.notes, notes); diff != "" {
				t.Errorf("%s\n%s", tt.why, diff)
			}
			if p.Selection == nil || p.Digest == build(t, Input{Desired: tt.want, Observed: a.observed(), Now: a.now}).Digest && len(a.log) > 0 {
				t.Error("the partial plan passes for the whole")
			}
		})
	}
}

// drawSelection draws globs over the addresses of drawFleet.
func drawSelection(t *rapid.T) *Selection {
	glob := rapid.SampledFrom([]string{
		"endpoint/ranker", "inference-component", "**/policy/a", "**/policy/b", "**/policy/c", "**/policy/d", "**/policy/*",
		"alarm", "alarm/**/x", "**/schedule/p", "endpoint/*/variant/main", "inference-component/search/policy/?",
	})
	return &Selection{
		Targets:  rapid.SliceOfN(glob, 0, 2).Draw(t, "targets"),
		Excludes: rapid.SliceOfN(glob, 0, 2).Draw(t, "excludes"),
	}
}

// TestPartialPlansRun: AWS never refuses a partial plan, nothing excluded is touched, and
// the whole plan afterwards completes it.
func TestPartialPlansRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newAccount(sunday)
		a.serve(fleet(target(ranker, 1, 8), target(searcher, 1, 8)))
		a.apply(t, drawFleet(t))
		disturb(t, a)
		want := drawFleet(t)
		selection := drawSelection(t)
		p := build(t, Input{Desired: want, Observed: a.observed(), Now: a.now, Selection: selection})
		excluded, err := newSelector(&Selection{Excludes: selection.Excludes})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Changes {
			if !excluded.keeps(c.Address, "") {
				t.Fatalf("%s is excluded", c.Address)
			}
		}
		whole := a.plan(t, want)
		for _, c := range p.Changes {
			if !slices.ContainsFunc(whole.Changes, func(w Change) bool { return w.Address == c.Address && w.Action == c.Action }) {
				t.Fatalf("%s %s is not in the whole plan", c.Action, c.Address)
			}
		}
		if err := a.run(p); err != nil {
			t.Fatalf("%v\nselection %v", err, selection)
		}
		if err := a.run(a.plan(t, want)); err != nil {
			t.Fatalf("completing %v: %v", selection, err)
		}
		if again := a.plan(t, want); !again.IsEmpty() {
			t.Fatalf("a further plan: %s", strings.Join(summary(again), ", "))
		}
	})
}
