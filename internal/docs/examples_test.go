package docs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/sandbox"
	"github.com/scalectl/scalectl/pkg/spec"
	"gopkg.in/yaml.v3"
)

// start is the time at which the sandbox of every page stands: a Monday.
var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// stateDir is the sandbox that examples use: `--sandbox .sandbox`.
const stateDir = ".sandbox"

// TestExamples runs the examples of every page, top to bottom, in a folder that holds
// examples/ and an empty sandbox whose clock stands still. A fence is
//
//   - console: commands behind "$ " and what they print. A command that fails is followed
//     by "$ echo $?". -update rewrites what they print.
//   - yaml or json: parsed. A whole spec (it has an apiVersion) must have no finding, or
//     with the word invalid must have an error.
//   - anything else: left alone here.
//
// A fence with file=NAME is written to that file for the commands below it.
func TestExamples(t *testing.T) {
	for _, file := range pages(t) {
		if filepath.Base(file) == "rules.md" {
			continue // its examples are those of the rules, which pkg/spec checks one by one
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			text := read(t, file)
			lines := strings.Split(text, "\n")
			dir := exampleFolder(t)
			var out []string // the page as it should be
			done := 0        // lines of the page that are in out
			for _, f := range fences(t, file, text) {
				body := f.Body
				if name := f.option("file"); name != "" {
					if err := os.WriteFile(filepath.Join(dir, name), []byte(f.text()), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				switch f.lang() {
				case "yaml":
					checkYAML(t, file, f)
				case "json":
					if !json.Valid([]byte(f.text())) {
						t.Errorf("%s:%d: not JSON", file, f.Line)
					}
				case "console":
					body = console(t, file, dir, f)
				}
				out = append(append(out, lines[done:f.Line-1]...), body...)
				done = f.Line - 1 + len(f.Body)
			}
			out = append(out, lines[done:]...)
			want := strings.Join(out, "\n")
			if *update {
				golden(t, file, want)
			} else if diff := cmp.Diff(text, want); diff != "" {
				t.Errorf("%s does not show what the program prints; run go test ./internal/docs -update (-the page, +the program):\n%s",
					filepath.Base(file), diff)
			}
		})
	}
}

// TestDemo: what README.md tells a newcomer to run first ends well, and shows the plan.
func TestDemo(t *testing.T) {
	demo, err := filepath.Abs(filepath.Join(root, ".ci", "demo"))
	if err != nil {
		t.Fatal(err)
	}
	out, code := shell(t, exampleFolder(t), demo+" scalectl", 0)
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	at := 0
	for _, want := range []string{"0 errors", "CREATE", "Digest: ", "Apply: 4 done", "PutMetricAlarm", "No changes"} {
		i := strings.Index(out[at:], want)
		if i < 0 {
			t.Fatalf("the demo does not show %q, or not in its place:\n%s", want, out)
		}
		at += i
	}
}

// exampleFolder is where the examples of one page run.
func exampleFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	srv, err := sandbox.New(sandbox.Options{Dir: filepath.Join(dir, stateDir)})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(srv.SetTime(start), srv.Stand()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// console runs the commands of a fence and returns its body with what they print now.
func console(t *testing.T, file, dir string, f fence) []string {
	t.Helper()
	var body []string
	code, asked := 0, true
	for i := 0; i < len(f.Body); i++ {
		line, ok := strings.CutPrefix(f.Body[i], "$ ")
		if !ok {
			if i == 0 {
				t.Fatalf("%s:%d: a console fence begins with a command", file, f.Line)
			}
			continue // old output
		}
		at := fmt.Sprintf("%s:%d", file, f.Line+i)
		body = append(body, f.Body[i])
		for strings.HasSuffix(line, `\`) && i+1 < len(f.Body) {
			i++
			body = append(body, f.Body[i])
			line = strings.TrimSuffix(line, `\`) + f.Body[i]
		}
		if line == "echo $?" {
			asked = true
		}
		if !asked {
			t.Errorf("%s: the command above ends with %d, which the page does not show by echo $?", at, code)
		}
		var out string
		out, code = shell(t, dir, line, code)
		asked = code == 0
		body = append(body, printed(out)...)
	}
	if !asked {
		t.Errorf("%s:%d: the last command ends with %d, which the page does not show by echo $?", file, f.Line, code)
	}
	return body
}

// printed is output as a page shows it: lines without blanks at their ends.
func printed(out string) []string {
	if out == "" {
		return nil
	}
	lines := strings.Split(strings.TrimRight(out, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// checkYAML parses a fence, and validates it if it is a whole spec.
func checkYAML(t *testing.T, file string, f fence) {
	t.Helper()
	at := fmt.Sprintf("%s:%d", file, f.Line)
	whole := false
	dec := yaml.NewDecoder(bytes.NewReader([]byte(f.text())))
	for {
		var doc map[string]any
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("%s: %v", at, err)
			return
		}
		whole = whole || doc["apiVersion"] != nil
	}
	if !whole {
		if f.has("invalid") {
			t.Errorf("%s: invalid is said of whole specs only", at)
		}
		return
	}
	_, findings := spec.Load([]spec.Source{{Name: at, Data: []byte(f.text())}}, spec.Options{Now: start})
	if f.has("invalid") {
		if !findings.HasErrors() {
			t.Errorf("%s: the spec is said to be invalid, but it has no error", at)
		}
		return
	}
	for _, d := range findings {
		if d.Severity != diag.Info {
			t.Errorf("%s: %s [%s]", d.Position, d.Message, d.Rule)
		}
	}
}
