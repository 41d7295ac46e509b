package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scalectl/scalectl/pkg/diag"
)

// mutant is a spec with one value or key replaced.
type mutant struct {
	why  string
	data []byte
	line int // of the change
	// wrong is set when the result can only be wrong on that line.
	wrong bool
}

// TestMutants replaces every value and every key of the examples by everything that it
// should not be. Whatever the result, there is no panic, no position lies outside the
// file, and a value that no field takes is reported on its own line.
func TestMutants(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	n := 0
	for _, file := range append(files, wholeGrammar) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mutants(t, data) {
			n++
			sources := []Source{{Name: "spec.yaml", Data: m.data}}
			s, list := Load(sources, Options{Now: fixtureNow})
			if (s == nil) != list.HasErrors() {
				t.Fatalf("%s: %s: spec is nil: %v, errors: %v", file, m.why, s == nil, list.HasErrors())
			}
			checkPositions(t, sources, list)
			onLine := func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Position.Line == m.line }
			if m.wrong && !slices.ContainsFunc(list, onLine) {
				t.Errorf("%s: %s: no error on line %d:\n%s", filepath.Base(file), m.why, m.line, printList(list))
			}
		}
	}
	if n < 2000 {
		t.Errorf("only %d mutants", n)
	}
}

// mutants builds the mutants of a spec.
func mutants(t *testing.T, data []byte) []mutant {
	t.Helper()
	src := newSource("spec.yaml", data)
	docs, _, ok := parseFile(src, newCollector())
	if !ok {
		t.Fatal("the example is no YAML")
	}
	var out []mutant
	splice := func(n *node, text, why string, wrong bool) {
		pos := n.position()
		start := src.lines[pos.Line-1] + pos.Column - 1
		changed := slices.Concat(data[:start], []byte(text), data[start+pos.Length:])
		out = append(out, mutant{fmt.Sprintf("line %d: %s", pos.Line, why), changed, pos.Line, wrong})
	}
	var walk func(n *node, s *schemaNode)
	walk = func(n *node, s *schemaNode) {
		if n.kind == scalarNode {
			isText := slices.Equal(s.Types, []string{"string"}) && s.Pattern == nil && len(s.Enum) == 0
			for _, text := range []string{"{a: b}", "[a]", "~"} {
				splice(n, text, n.value+" becomes "+text, true)
			}
			for _, text := range []string{"17", "1.5", "true", "yes", "010", "2026-01-01"} {
				splice(n, text, n.value+" becomes "+text, false)
			}
			for _, text := range []string{"*nothing", "!!str x", "${nothing}", "${env:NOTHING}"} {
				splice(n, quoteIfFlow(text), n.value+" becomes "+text, true)
			}
			for _, text := range []string{"\"text\"", "''", "\"\""} {
				splice(n, text, n.value+" becomes "+text, !isText && !strings.Contains(n.value, "m") && s.Pattern == nil && len(s.Enum) == 0)
			}
			splice(n, "\"", n.value+" becomes a quote", false)
			return
		}
		for i := 0; n.kind == mapNode && i < len(n.kids); i += 2 {
			key, kid := n.kids[i], n.kids[i+1]
			child, free := s.Properties[key.value], false
			if child == nil {
				child, free = s.Entries, true
			}
			splice(key, "zzz", "key "+key.value+" becomes zzz", !free)
			splice(key, "[a]", "key "+key.value+" becomes a list", true)
			splice(key, "${env:NOTHING}", "key "+key.value+" becomes a variable", !free)
			if kid.kind == scalarNode || kid.position().Line == key.position().Line {
				splice(key, "? "+key.value+"\n  #", "key "+key.value+" loses its value", false)
			}
			if child != nil && child != specSchema().Properties["environments"].Entries {
				walk(kid, child)
			}
		}
		for i := 0; n.kind == seqNode && i < len(n.kids); i++ {
			walk(n.kids[i], s.Items)
		}
	}
	walk(docs[0], specSchema())
	return out
}

// quoteIfFlow quotes variables, which stand without quotes outside of { } and [ ] only.
func quoteIfFlow(text string) string {
	if strings.HasPrefix(text, "$") {
		return `"` + text + `"`
	}
	return text
}

// TestTruncated loads a spec cut off at every seventh byte.
func TestTruncated(t *testing.T) {
	data, err := os.ReadFile(wholeGrammar)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(data); n += 7 {
		sources := []Source{{Name: "spec.yaml", Data: data[:n]}}
		s, list := Load(sources, Options{Now: fixtureNow})
		if (s == nil) != list.HasErrors() {
			t.Fatalf("cut at %d: spec is nil: %v, errors: %v", n, s == nil, list.HasErrors())
		}
		checkPositions(t, sources, list)
		if t.Failed() {
			t.Fatalf("cut at %d", n)
		}
	}
}

// FuzzLoad loads anything. There is a Spec or an error, never a panic, and every finding
// stands inside the file.
func FuzzLoad(f *testing.F) {
	for _, folder := range []string{"err", "ok"} {
		for _, fixture := range readFixtures(f, folder) {
			for _, s := range fixture.sources {
				f.Add(s.Data, fixture.opts.Environment)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "*.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, wholeGrammar) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "prod")
	}
	getenv := func(name string) (string, bool) { return strings.ToLower(name), len(name)%2 == 0 }
	f.Fuzz(func(t *testing.T, data []byte, environment string) {
		sources := []Source{{Name: "spec.yaml", Data: data}}
		s, list := Load(sources, Options{Environment: environment, Getenv: getenv, Now: fixtureNow, MaxBytes: 1 << 20})
		if (s == nil) != list.HasErrors() {
			t.Fatalf("spec is nil: %v, errors: %v", s == nil, list.HasErrors())
		}
		checkPositions(t, sources, list)
	})
}
