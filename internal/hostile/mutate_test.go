package hostile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// A mutant is a spec with one mistake.
type mutant struct {
	file     string // that it was made from
	path     []string
	mutation *mutation
	text     []byte
	line     int // that the mistake is on
	// anchored: other places show what stands here, or this place shows what stands
	// elsewhere, so that the mistake may be reported there.
	anchored bool
}

func (m *mutant) String() string {
	return fmt.Sprintf("%s: %s at %s (line %d)", m.file, m.mutation.name, strings.Join(m.path, "."), m.line)
}

// A shape is what a value looks like before anything knows what it is for.
type shape string

// The shapes. Broken is what no place of a spec takes.
const (
	null       shape = "null"
	boolean    shape = "boolean"
	whole      shape = "whole number"
	number     shape = "number"
	text       shape = "text"
	list       shape = "list"
	mapping    shape = "mapping"
	broken     shape = "broken"
	aliased    shape = "alias"
	unresolved shape = "environment variable"
)

// A mutation puts something into the place of a value, or of a key.
type mutation struct {
	name  string
	shape shape
	// value is the YAML that replaces the value, in flow style; for a key mutation it is
	// empty and key makes the new text from the name of the key.
	value string
	key   func(name, value string) string
	// anchors are lines at the end of the file that value refers to.
	anchors string
	// remove takes the pair or the item away.
	remove bool
	// schemaKey: a key of the grammar cannot survive this, a name of the user's can.
	schemaKey bool
}

// deep is a list in a list in a list.
func deep(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

var mutations = []mutation{
	{name: "null", shape: null, value: "null"},
	{name: "tilde", shape: null, value: "~"},
	{name: "empty text", shape: text, value: `""`},
	{name: "blank text", shape: text, value: `"   "`},
	{name: "word", shape: text, value: "surprise"},
	{name: "very long text", shape: text, value: strings.Repeat("long", 2500)},
	{name: "unicode", shape: text, value: `"größe ☃ 🦀 名前"`},
	{name: "right-to-left override", shape: text, value: `"abc\u202Edef"`},
	{name: "control characters", shape: text, value: `"a\u0007\e[2J\u0000z"`},
	{name: "line breaks", shape: text, value: `"one\ntwo\r\nthree"`},
	{name: "date", shape: text, value: "2026-11-22"},
	{name: "time", shape: text, value: "2026-11-22T10:00:00Z"},
	{name: "clock time", shape: text, value: "10:30"},
	{name: "duration", shape: text, value: "90s"},
	{name: "endless duration", shape: text, value: "9999999999h"},
	{name: "percentage", shape: text, value: "300%"},
	{name: "quoted number", shape: text, value: `"1"`},
	{name: "shell", shape: text, value: "\"$(rm -rf /); `id`\""},
	{name: "arn", shape: text, value: "arn:aws:sns:us-east-1:123456789012:topic"},
	{name: "unknown variable", shape: text, value: `"${nothing}"`},
	{name: "unset environment variable", shape: unresolved, value: `"${env:SURELY_NOT_SET}"`},
	{name: "unclosed variable", shape: text, value: `"${env:"`},
	{name: "nested variable", shape: text, value: `"${env:${env:A}:-${endpoint}}"`},
	{name: "true", shape: boolean, value: "true"},
	{name: "boolean of YAML 1.1", shape: broken, value: "yes"},
	{name: "zero", shape: whole, value: "0"},
	{name: "one", shape: whole, value: "1"},
	{name: "negative", shape: whole, value: "-1"},
	{name: "largest int32", shape: whole, value: "2147483647"},
	{name: "beyond int32", shape: whole, value: "2147483648"},
	{name: "beyond int64", shape: whole, value: "99999999999999999999999999"},
	{name: "octal", shape: broken, value: "010"},
	{name: "hexadecimal", shape: broken, value: "0x1F"},
	{name: "underscores", shape: broken, value: "1_000"},
	{name: "fraction", shape: number, value: "1.5"},
	{name: "huge number", shape: number, value: "1e308"},
	{name: "beyond float64", shape: number, value: "1e999"},
	{name: "infinity", shape: broken, value: ".inf"},
	{name: "NaN", shape: broken, value: ".nan"},
	{name: "empty list", shape: list, value: "[]"},
	{name: "list", shape: list, value: "[1, two, {three: 3}]"},
	{name: "list of nulls", shape: list, value: "[null, ~]"},
	{name: "empty mapping", shape: mapping, value: "{}"},
	{name: "mapping", shape: mapping, value: "{surprise: 1}"},
	{name: "mapping of nulls", shape: mapping, value: "{surprise: null}"},
	{name: "mapping of mappings", shape: mapping, value: "{surprise: {surprise: {surprise: {}}}}"},
	{name: "deep nesting", shape: broken, value: deep(200)},
	{name: "tag", shape: broken, value: "!!binary aGVsbG8="},
	{name: "own tag", shape: broken, value: "!Ref something"},
	{name: "unknown alias", shape: broken, value: "*nowhere"},
	{name: "alias of itself", shape: broken, value: "&self [*self]"},
	{name: "alias of text", shape: aliased, value: "*there", anchors: "x-there: &there surprise\n"},
	{name: "alias of a mapping", shape: aliased, value: "*there", anchors: "x-there: &there {surprise: [1, 2]}\n"},
	{name: "merge of text", shape: broken, value: "{<<: surprise}"},
	{name: "raw control character", shape: broken, value: "a\x01b"},
	{name: "NUL", shape: broken, value: "a\x00b"},
	{name: "byte that is not UTF-8", shape: broken, value: "a\xffb"},
	{name: "unclosed quote", shape: broken, value: `"unclosed`},
	{name: "unclosed bracket", shape: broken, value: "[1, 2"},
	{name: "reserved character", shape: broken, value: "@here"},
	{name: "two colons", shape: broken, value: "a: b: c"},

	{name: "key repeated", shape: broken, key: func(k, v string) string { return k + ": " + v + ", " + k + ": " + v }},
	{name: "key misspelt", shape: broken, key: func(k, v string) string { return k + "x: " + v }, schemaKey: true},
	{name: "key in capitals", shape: broken, key: func(k, v string) string { return strings.ToUpper(k) + "Q: " + v }, schemaKey: true},
	{name: "key empty", shape: broken, key: func(_, v string) string { return `"": ` + v }, schemaKey: true},
	{name: "key null", shape: broken, key: func(_, v string) string { return "~: " + v }},
	{name: "key a number", shape: broken, key: func(_, v string) string { return "1: " + v }, schemaKey: true},
	{name: "key a list", shape: broken, key: func(_, v string) string { return "[a, b]: " + v }},
	{name: "key of control characters", shape: broken, key: func(_, v string) string { return `"\e[2J\u202E": ` + v }, schemaKey: true},
	{name: "key very long", shape: broken, key: func(_, v string) string { return strings.Repeat("k", 900) + ": " + v }, schemaKey: true},
	{name: "key an unknown alias", shape: broken, key: func(_, v string) string { return "*nowhere : " + v }},
	{name: "removed", remove: true},
}

// mark stands in for what a mutation puts into the text.
const mark = "MUTATED4711"

// mutants makes every mutant of a spec: every mutation at every node.
func mutants(t testing.TB, file string) []*mutant {
	t.Helper()
	data := read(t, file)
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	plain(&doc)
	var out []*mutant
	var walk func(parent, n *yaml.Node, at int, path []string, anchored bool)
	walk = func(parent, n *yaml.Node, at int, path []string, anchored bool) {
		anchored = anchored || n.Anchor != "" || n.Kind == yaml.AliasNode || slices.Contains(path, "<<")
		for i := range mutations {
			m := &mutations[i]
			if parent == nil && (m.key != nil || m.remove) || m.key != nil && parent.Kind != yaml.MappingNode {
				continue
			}
			mu := &mutant{file: file, path: slices.Clone(path), mutation: m, anchored: anchored}
			mu.text, mu.line = mutate(t, &doc, parent, n, at, m)
			out = append(out, mu)
		}
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i < len(n.Content); i += 2 {
				walk(n, n.Content[i+1], i+1, append(slices.Clone(path), n.Content[i].Value), anchored)
			}
		case yaml.SequenceNode:
			for i, item := range n.Content {
				walk(n, item, i, append(slices.Clone(path), "*"), anchored)
			}
		}
	}
	walk(nil, doc.Content[0], 0, nil, false)
	return out
}

// plain removes what a mutation cannot keep in place: comments, and the tags that the
// parser gives to merge keys.
func plain(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	if n.Tag == "!!merge" {
		n.Tag = ""
	}
	for _, kid := range n.Content {
		plain(kid)
	}
}

// mutate writes the document with one mutation of the node n, which is parent.Content[at],
// and returns the line that the mutation is on. The document is as before afterwards.
func mutate(t testing.TB, doc, parent, n *yaml.Node, at int, m *mutation) ([]byte, int) {
	t.Helper()
	marker := &yaml.Node{Kind: yaml.ScalarNode, Value: mark}
	if parent == nil {
		parent, at = doc, 0
	}
	before := slices.Clone(parent.Content)
	style := parent.Style
	replacement := m.value
	switch {
	case m.key != nil:
		// The whole mapping stands on one line then, so that a key can be repeated.
		whole := flow(t, n)
		parent.Style |= yaml.FlowStyle
		parent.Content[at-1], parent.Content[at] = marker, &yaml.Node{Kind: yaml.ScalarNode, Value: mark}
		replacement = m.key(before[at-1].Value, whole)
	case m.remove && parent.Kind == yaml.MappingNode:
		parent.Content = slices.Delete(slices.Clone(before), at-1, at+1)
	case m.remove:
		parent.Content = slices.Delete(slices.Clone(before), at, at+1)
	default:
		parent.Content[at] = marker
	}
	out := encode(t, doc)
	parent.Content, parent.Style = before, style
	if m.remove {
		return out, 0
	}
	pattern := mark
	if m.key != nil {
		pattern = mark + ": " + mark
	}
	i := bytes.Index(out, []byte(pattern))
	if i < 0 {
		t.Fatalf("the mark is lost in:\n%s", out)
	}
	line := 1 + bytes.Count(out[:i], []byte("\n"))
	out = bytes.Replace(out, []byte(pattern), []byte(replacement), 1)
	return append(out, m.anchors...), line
}

func encode(t testing.TB, n *yaml.Node) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// flow writes a value on one line.
func flow(t testing.TB, n *yaml.Node) string {
	t.Helper()
	var onOneLine func(n *yaml.Node) *yaml.Node
	onOneLine = func(n *yaml.Node) *yaml.Node {
		c := *n
		if c.Kind == yaml.ScalarNode {
			c.Style = yaml.DoubleQuotedStyle
			if c.ShortTag() != "!!str" {
				c.Style = 0
			}
			return &c
		}
		c.Style |= yaml.FlowStyle
		c.Content = nil
		for _, kid := range n.Content {
			c.Content = append(c.Content, onOneLine(kid))
		}
		return &c
	}
	return strings.TrimSpace(strings.ReplaceAll(string(encode(t, onOneLine(n))), "\n", " "))
}
