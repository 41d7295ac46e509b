package spec

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRulesDocument holds docs/rules.md to the rules; -update rewrites it.
func TestRulesDocument(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "rules.md")
	want := rulesDocument(Rules())
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/rules.md is not what the rules say; run go test ./pkg/spec -run TestRulesDocument -update (-want +got):\n%s", diff)
	}
}

// rulesDocument writes the rules as Markdown: a table, then each in turn.
func rulesDocument(rules []Rule) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Rules

What %[1]sscalectl validate%[1]s checks, offline and without credentials: %[2]d rules. %[1]sscalectl explain RULE%[1]s shows
one of them with an example. A finding of a rule that is not marked *structural* is taken away by a comment on its line,
or alone on the line above it: %[1]s# scalectl:ignore RULE because REASON%[1]s.

This file is generated from the rules; change them in %[1]spkg/spec%[1]s.

| rule | severity | what it finds |
| --- | --- | --- |
`, "`", len(rules))
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", r.ID, r.ID, severityOf(r), r.Title)
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\n## %s\n\n%s: %s.\n\n%s\n", r.ID, severityOf(r), r.Title, r.Explain)
		if at := strings.Index(r.Source, "https://"); at >= 0 {
			fmt.Fprintf(&b, "\nSource: <%s>\n", r.Source[at:])
		}
		// An example that only shows a large number would bury the rest.
		if lines := strings.Count(r.Bad, "\n"); lines < 40 {
			fmt.Fprintf(&b, "\nReported:\n\n```yaml\n%s```\n\nCorrected:\n\n```yaml\n%s```\n", endLine(r.Bad), endLine(r.Good))
		}
	}
	return b.Bytes()
}

func severityOf(r Rule) string {
	if r.Structural {
		return r.Severity.String() + ", *structural*"
	}
	return r.Severity.String()
}

func endLine(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}

// TestRuleTexts checks what readers see of each rule.
func TestRuleTexts(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] {
			t.Errorf("%s: two rules of this id", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || strings.HasSuffix(r.Title, ".") || r.Title != strings.TrimSpace(r.Title) {
			t.Errorf("%s: title %q is empty or ends in a full stop", r.ID, r.Title)
		}
		if !strings.HasSuffix(strings.TrimSpace(r.Explain), ".") && !strings.HasSuffix(strings.TrimSpace(r.Explain), ")") {
			t.Errorf("%s: explain text does not end a sentence", r.ID)
		}
		for line := range strings.Lines(r.Explain) {
			if len(line) > 140 {
				t.Errorf("%s: explain text has a line of %d bytes", r.ID, len(line))
			}
		}
	}
}
