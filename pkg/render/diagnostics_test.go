package render

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/scalectl/scalectl/pkg/diag"
	"pgregory.net/rapid"
)

const fleet = `apiVersion: scalectl/v1
stack: größe
endpoints:
  ranker:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacty: 4
` + "\tbad: tab\n"

func findings() diag.List {
	return diag.List{
		{
			Severity: diag.Error, Rule: "unknown-key", Position: diag.Position{File: "fleet.yaml", Line: 9, Column: 11, Length: 10},
			Message: `unknown key "maxCapacty" in "scaling"; did you mean "maxCapacity"?`,
			Hint:    "allowed here: maxCapacity, minCapacity, policies, scheduledActions, suspended, tags, protect, dimension",
		},
		{
			Severity: diag.Warning, Rule: "tag-case", Position: diag.Position{File: "fleet.yaml", Line: 2, Column: 8, Length: 7},
			Message: `stack "größe" is not ASCII`, Hint: "write it in ASCII",
			Related: []diag.Related{{Position: diag.Position{File: "other.yaml", Line: 1, Column: 1}, Message: "it stands here too"}},
		},
		{Severity: diag.Error, Rule: "tab", Position: diag.Position{File: "fleet.yaml", Line: 10, Column: 2}, Message: "a tab indents this line", Hint: "use blanks"},
		{Severity: diag.Info, Rule: "eof", Position: diag.Position{File: "fleet.yaml", Line: 11, Column: 1}, Message: "the file ends here"},
		{Severity: diag.Error, Rule: "nowhere", Message: "no file was read: 100%\nof them"},
	}
}

func sources() Sources { return Sources{"fleet.yaml": []byte(fleet), "other.yaml": []byte("x\n")} }

func TestDiagnostics(t *testing.T) {
	rules := []Rule{
		{ID: "unknown-key", Severity: diag.Error, Title: "unknown key", Explain: "Every key must be known."},
		{ID: "tag-case", Severity: diag.Warning, Title: "odd tag"},
		{ID: "unused", Severity: diag.Error, Title: "not in the report"},
	}
	golden(t, "diagnostics.txt", func(w io.Writer) error { return Diagnostics(w, findings(), sources(), Options{}) })
	golden(t, "diagnostics_none.txt", func(w io.Writer) error { return Diagnostics(w, nil, sources(), Options{}) })
	golden(t, "diagnostics.json", func(w io.Writer) error { return DiagnosticsJSON(w, findings(), sources()) })
	golden(t, "diagnostics_none.json", func(w io.Writer) error { return DiagnosticsJSON(w, nil, nil) })
	golden(t, "diagnostics.github", func(w io.Writer) error { return DiagnosticsGitHub(w, findings()) })
	golden(t, "diagnostics.sarif", func(w io.Writer) error {
		return DiagnosticsSARIF(w, findings(), sources(), rules, "1.2.3")
	})
}

// TestFrameOfLongLine: a file of one endless line gives a frame, not the whole file.
func TestFrameOfLongLine(t *testing.T) {
	long := strings.Repeat("ä", 1<<20) + "NEEDLE" + strings.Repeat("z", 1<<20)
	var b bytes.Buffer
	d := diag.Diagnostic{Rule: "x", Message: "m", Position: diag.Position{File: "f", Line: 1, Column: 2<<20 + 1, Length: 6}}
	if err := Diagnostics(&b, diag.List{d}, Sources{"f": []byte(long)}, Options{}); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 1000 {
		t.Fatalf("the report has %d bytes", b.Len())
	}
	lines := strings.Split(b.String(), "\n")
	text, carets := []rune(lines[1]), []rune(lines[2])
	for i, r := range carets {
		if (r == '^') != (i < len(text) && strings.ContainsRune("NEDL", text[i])) {
			t.Fatalf("the carets do not stand under the word:\n%s", b.String())
		}
	}
}

// TestDiagnosticsAnyPosition: whatever a position says about whatever file, nothing
// panics, nothing unprintable comes out and a workflow command stays one line.
func TestDiagnosticsAnyPosition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.SliceOf(rapid.Byte()).Draw(t, "source")
		d := diag.Diagnostic{
			Severity: diag.Severity(rapid.IntRange(0, 3).Draw(t, "severity")),
			Rule:     rapid.String().Draw(t, "rule"),
			Message:  rapid.String().Draw(t, "message"),
			Hint:     rapid.String().Draw(t, "hint"),
			Position: diag.Position{
				File: rapid.StringN(1, 5, 20).Draw(t, "file"), Line: rapid.IntRange(-1, 9).Draw(t, "line"),
				Column: rapid.IntRange(-1, 200).Draw(t, "column"), Length: rapid.IntRange(-1, 200).Draw(t, "length"),
			},
		}
		files := Sources{d.Position.File: source}
		var text, github, sarif bytes.Buffer
		if err := Diagnostics(&text, diag.List{d}, files, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, l := range strings.Split(text.String(), "\n") {
			if !isClean(l) {
				t.Fatalf("line %q can reach a terminal as more than text", l)
			}
		}
		if err := DiagnosticsGitHub(&github, diag.List{d}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(github.String(), "\n"); got != 1 || strings.Contains(github.String(), "\r") {
			t.Fatalf("workflow command of %d lines: %q", got, github.String())
		}
		if err := DiagnosticsSARIF(&sarif, diag.List{d}, files, nil, ""); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(sarif.Bytes()) {
			t.Fatalf("not JSON: %s", sarif.String())
		}
	})
}
