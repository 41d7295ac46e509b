package spec

import (
	"strings"
	"testing"

	"github.com/scalectl/scalectl/pkg/diag"
)

// TestSyntaxPositions watches over the places that are read from the state of the YAML
// parser: if its fields were called otherwise, every error would be on line 1.
func TestSyntaxPositions(t *testing.T) {
	for _, test := range []struct {
		why, text    string
		line, column int
	}{
		{"a colon", "a:\n  b: c: d\n", 2, 7},
		{"a colon behind letters of several bytes", "a:\n  ü: é: d\n", 2, 9},
		{"a character", "a:\n  b: @c\n", 2, 6},
		{"an item", "a:\n  - b\n  c: d\n", 3, 3},
		{"an indentation", "a:\n    b: c\n  d: e\n", 3, 3},
		{"a second document", "a: b\n---\nc: d: e\n", 3, 5},
		{"a quote", "a: b\nc: \"d\n", 2, 4},
		{"a bracket", "a: b\nc: [d\n", 2, 4},
	} {
		_, list := Load([]Source{{Name: "spec.yaml", Data: []byte(test.text)}}, Options{})
		var found bool
		for _, d := range list {
			if d.Rule == ruleYAMLSyntax {
				found = d.Position.Line == test.line && d.Position.Column == test.column
			}
		}
		if !found {
			t.Errorf("%s: want line %d, column %d:\n%s", test.why, test.line, test.column, printList(list))
		}
	}
}

// TestPositionsAreBytes checks columns and lengths of values on lines with letters of
// several bytes, in quotes, and on lines long enough to be indexed.
func TestPositionsAreBytes(t *testing.T) {
	long := strings.Repeat("é", 5*markEvery)
	for _, test := range []struct {
		why, text string
		want      diag.Position
	}{
		{"plain", "a: bcd\n", diag.Position{Line: 1, Column: 4, Length: 3}},
		{"behind letters of two bytes", "é: bcd\n", diag.Position{Line: 1, Column: 5, Length: 3}},
		{"double quotes", `a: "b\"c" # d` + "\n", diag.Position{Line: 1, Column: 4, Length: 6}},
		{"single quotes", `a: 'b''c' # d` + "\n", diag.Position{Line: 1, Column: 4, Length: 6}},
		{"a block", "a: |\n  b\n", diag.Position{Line: 1, Column: 4, Length: 1}},
		{"a mapping", "a: {b: c}\n", diag.Position{Line: 1, Column: 4, Length: 1}},
		{"a long line", "a: [" + long + ", bcd]\n", diag.Position{Line: 1, Column: 4, Length: 1}},
	} {
		c := newCollector()
		docs, _, ok := parseFile(newSource("spec.yaml", []byte(test.text)), c)
		if !ok {
			t.Fatalf("%s: no YAML", test.why)
		}
		test.want.File = "spec.yaml"
		if got := docs[0].kids[1].position(); got != test.want {
			t.Errorf("%s: position %+v, want %+v", test.why, got, test.want)
		}
	}
	docs, _, _ := parseFile(newSource("spec.yaml", []byte("a: ["+long+", bcd]\n")), newCollector())
	if got, want := docs[0].kids[1].kids[1].position().Column, len("a: [")+len(long)+len(", ")+1; got != want {
		t.Errorf("behind a long line: column %d, want %d", got, want)
	}
}

// TestVariablesWithoutQuotes checks what becomes of ${...} where YAML wants quotes.
func TestVariablesWithoutQuotes(t *testing.T) {
	value := func(text string) (string, diag.List) {
		t.Helper()
		c := newCollector()
		docs, _, _ := parseFile(newSource("spec.yaml", []byte(text)), c)
		var list diag.List
		for _, f := range c.findings {
			list = append(list, f.Diagnostic)
		}
		if len(docs) == 0 {
			return "", list
		}
		return docs[0].kids[1].kids[1].value, list
	}
	for _, test := range []struct{ why, text, want, rule string }{
		{"in a mapping", "a: {b: ${c}}\n", "${c}", ruleUnquotedVariable},
		{"with text around", "a: {b: x-${c}-y}\n", "x-${c}-y", ruleUnquotedVariable},
		{"in quotes nothing is masked", "a: {b: \"${c}\"}\n", "${c}", ""},
		{"the mask stands in the file already", "a: {b: ${c}, d: \"$(e)\"}\n", "${c}", ruleUnquotedVariable},
		{"an escape could spell the mask", "a: {b: ${c}, d: \"\\x24(e)\"}\n", "", ruleYAMLSyntax},
		{"in a block mapping no mask is needed", "a:\n  b: ${c}\n", "${c}", ""},
		{"an error elsewhere", "a: {b: ${c}}\nd: e: f\n", "", ruleYAMLSyntax},
	} {
		got, list := value(test.text)
		rule := ""
		if len(list) > 0 {
			rule = list[0].Rule
		}
		if got != test.want || rule != test.rule || len(list) > 1 {
			t.Errorf("%s: %q, %s\nwant %q, %s", test.why, got, printList(list), test.want, test.rule)
		}
	}
}

// TestAliasesShareNodes checks that aliases cost nothing to hold and are bounded in what
// they stand for, whatever way they are nested.
func TestAliasesShareNodes(t *testing.T) {
	docs, _, ok := parseFile(newSource("spec.yaml", []byte("a: &x {b: [1, 2]}\nc: [*x, *x]\n")), newCollector())
	if !ok {
		t.Fatal("no YAML")
	}
	list := docs[0].kids[3]
	if list.kids[0] != docs[0].kids[1] || list.kids[1] != list.kids[0] {
		t.Error("an alias is a copy")
	}
	if want := int32(1 + 2*list.kids[0].size); list.size != want {
		t.Errorf("size %d, want %d", list.size, want)
	}
}
