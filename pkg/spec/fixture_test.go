package spec

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/scalectl/scalectl/pkg/diag"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fixtures is the folder of the spec fixtures; the package comment tells how it is laid
// out.
var fixtures = filepath.Join("..", "..", "testdata", "spec")

// fixture is one spec to load, of one file or several.
type fixture struct {
	name    string // of the file, without its folder
	rule    string // the part of the name in front of the first dot
	sources []Source
	opts    Options
}

// fixtureNow is the present of a fixture or example that names none.
var fixtureNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func readFixtures(t testing.TB, folder string) []fixture {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(fixtures, folder))
	if err != nil {
		t.Fatal(err)
	}
	var out []fixture
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if ext != ".yaml" && ext != ".txtar" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(fixtures, folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		f := newFixture(t, e.Name(), data)
		out = append(out, f)
	}
	return out
}

func newFixture(t testing.TB, name string, data []byte) fixture {
	t.Helper()
	rule, _, _ := strings.Cut(name, ".")
	f := fixture{name: name, rule: rule}
	comment := data
	if filepath.Ext(name) == ".txtar" {
		a := txtar.Parse(data)
		comment = a.Comment
		for _, file := range a.Files {
			f.sources = append(f.sources, Source{Name: file.Name, Data: file.Data})
		}
	} else {
		f.sources = []Source{{Name: name, Data: data}}
	}
	f.opts = headerOptions(t, name, comment)
	return f
}

// headerOptions reads the option comments at the top of a fixture.
func headerOptions(t testing.TB, name string, data []byte) Options {
	t.Helper()
	opts := Options{Now: fixtureNow}
	env := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() && strings.HasPrefix(lines.Text(), "#") {
		key, value, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(lines.Text(), "#")), ": ")
		switch key {
		case "now":
			now, err := time.Parse(time.RFC3339, value)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			opts.Now = now
		case "environment":
			opts.Environment = value
		case "setenv":
			k, v, _ := strings.Cut(value, "=")
			env[k] = v
		case "maxbytes":
			if _, err := fmt.Sscan(value, &opts.MaxBytes); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	opts.Getenv = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	return opts
}

// printList writes findings for a golden file: one line each, with what belongs to it
// indented below.
func printList(list diag.List) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n", d.Position, d.Severity, d.Message, d.Rule)
		if d.Position.Length > 1 {
			fmt.Fprintf(&b, "    underlines %d bytes\n", d.Position.Length)
		}
		if d.Hint != "" {
			fmt.Fprintf(&b, "    hint: %s\n", d.Hint)
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "    %s: %s\n", r.Position, r.Message)
		}
	}
	return b.String()
}

// otherRules returns the ids of findings of other rules than the one.
func otherRules(list diag.List, rule string) []string {
	var others []string
	for _, d := range list {
		if d.Rule != rule && !slices.Contains(others, d.Rule) {
			others = append(others, d.Rule)
		}
	}
	return others
}

// TestErrFixtures holds the findings of every failing fixture to its golden file, and to
// the rule that it is named for.
func TestErrFixtures(t *testing.T) {
	for _, f := range readFixtures(t, "err") {
		t.Run(f.name, func(t *testing.T) {
			s, list := Load(f.sources, f.opts)
			if len(list) == 0 {
				t.Fatal("no findings")
			}
			if (s == nil) != list.HasErrors() {
				t.Errorf("spec is nil: %v, list has errors: %v", s == nil, list.HasErrors())
			}
			if others := otherRules(list, f.rule); others != nil {
				t.Errorf("findings of other rules: %v\n%s", others, printList(list))
			}
			checkPositions(t, f.sources, list)
			golden := filepath.Join(fixtures, "err", strings.TrimSuffix(f.name, filepath.Ext(f.name))+".txt")
			got := printList(list)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("findings differ from %s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

// TestOKFixtures requires that a passing fixture has no finding at all.
func TestOKFixtures(t *testing.T) {
	for _, f := range readFixtures(t, "ok") {
		t.Run(f.name, func(t *testing.T) {
			s, list := Load(f.sources, f.opts)
			if s == nil || len(list) > 0 {
				t.Errorf("findings:\n%s", printList(list))
			}
		})
	}
}

// checkPositions requires that every finding stands inside its file.
func checkPositions(t testing.TB, sources []Source, list diag.List) {
	t.Helper()
	for _, d := range list {
		places := []diag.Position{d.Position}
		for _, r := range d.Related {
			places = append(places, r.Position)
		}
		for _, pos := range places {
			if err := insideFile(sources, pos); err != nil {
				t.Errorf("%s: %v", d.Error(), err)
			}
		}
	}
}

// insideFile returns an error unless the position and its length lie inside one of the sources.
func insideFile(sources []Source, pos diag.Position) error {
	i := slices.IndexFunc(sources, func(s Source) bool { return s.Name == pos.File })
	if i < 0 {
		return fmt.Errorf("no file %q", pos.File)
	}
	src := newSource(pos.File, trimBOM(sources[i].Data))
	if pos.Line < 1 || pos.Line > len(src.lines) {
		return fmt.Errorf("line %d of %d", pos.Line, len(src.lines))
	}
	if line := src.line(pos.Line); pos.Column < 1 || pos.Column > len(line)+1 || pos.Column-1+pos.Length > max(len(line), 1) {
		return fmt.Errorf("column %d, length %d on a line of %d bytes", pos.Column, pos.Length, len(line))
	}
	return nil
}

// exampleSpec completes the example of a rule to a whole spec; see the package comment.
func exampleSpec(example string) []byte {
	if strings.HasPrefix(example, "scaling:") {
		var b strings.Builder
		b.WriteString("endpoints:\n  ranker:\n    variants:\n      main:\n")
		for line := range strings.Lines(example) {
			b.WriteString("        " + line)
		}
		example = b.String()
	}
	if !strings.Contains(example, "apiVersion:") {
		example = "apiVersion: scalectl/v1\nstack: example\n" + example
	}
	return []byte(example)
}

// TestEveryRule requires of every rule an explanation, true examples and both fixtures.
func TestEveryRule(t *testing.T) {
	have := map[string]bool{}
	for _, folder := range []string{"err", "ok"} {
		for _, f := range readFixtures(t, folder) {
			have[folder+"/"+f.rule] = true
		}
	}
	for _, r := range Rules() {
		t.Run(r.ID, func(t *testing.T) {
			if r.Title == "" || r.Explain == "" {
				t.Error("the rule has no title or no explanation")
			}
			for _, folder := range []string{"err", "ok"} {
				if !have[folder+"/"+r.ID] {
					t.Errorf("no fixture testdata/spec/%s/%s.yaml", folder, r.ID)
				}
			}
			bad := newFixture(t, r.ID+".yaml", exampleSpec(r.Bad))
			if _, list := Load(bad.sources, bad.opts); len(list) == 0 || len(otherRules(list, r.ID)) > 0 {
				t.Errorf("the bad example gives:\n%s", printList(list))
			}
			good := newFixture(t, r.ID+".yaml", exampleSpec(r.Good))
			if s, list := Load(good.sources, good.opts); s == nil || len(list) > 0 {
				t.Errorf("the good example gives:\n%s", printList(list))
			}
		})
	}
}
