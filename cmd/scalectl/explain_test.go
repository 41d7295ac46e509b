package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/spec"
)

// TestExplainKnowsEveryRule runs explain for every id that a finding can carry. Only the
// rules that a comment can take away say how.
func TestExplainKnowsEveryRule(t *testing.T) {
	suppressible := map[string]bool{}
	for _, r := range spec.Rules() {
		suppressible[r.ID] = !r.Structural
	}
	for _, r := range plan.LiveRules() {
		if _, taken := suppressible[r.ID]; taken {
			t.Errorf("rule %s stands for two things", r.ID)
		}
		suppressible[r.ID] = false
	}
	if len(suppressible) < 45 {
		t.Fatalf("only %d rules", len(suppressible))
	}
	for id, want := range suppressible {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), []string{"explain", id}, strings.NewReader(""), &stdout, &stderr, system()); code != exitDone {
			t.Errorf("explain %s: exit %d: %s", id, code, stderr.String())
			continue
		}
		if !strings.HasPrefix(stdout.String(), id+" (") {
			t.Errorf("explain %s starts with %.40q", id, stdout.String())
		}
		if got := strings.Contains(strings.Join(strings.Fields(stdout.String()), " "), "scalectl:ignore "+id+" because"); got != want {
			t.Errorf("explain %s says how to suppress it: %v, want %v", id, got, want)
		}
	}
}
