package spec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
)

// mergeDocuments joins the documents of all files into one mapping, nil when there is
// nothing to go on with. complete is false when a document had to be left out.
func mergeDocuments(docs []*node, c *collector) (root *node, complete bool) {
	m := merger{collector: c, at: map[string]int{}, unions: map[string]*unionOf{}}
	complete = true
	for _, doc := range docs {
		switch {
		case doc.isNull(): // an empty document
		case m.checkHeader(doc):
			m.add(doc)
		default:
			complete = false
		}
	}
	return m.root, complete
}

type merger struct {
	*collector
	root   *node
	at     map[string]int // place of each key in root.kids
	unions map[string]*unionOf
}

// unionOf is a mapping of named things while documents are added to it.
type unionOf struct {
	node *node
	seen *keySet
}

// checkHeader reports a document that is not written for this version, and whether to go
// on with it: a document of another tool would only give noise.
func (m *merger) checkHeader(doc *node) bool {
	if doc.kind != mapNode {
		m.report(ruleWrongType, doc, "a spec is a mapping, not a %s", doc.kindWord()).
			hint("start with apiVersion: %s", APIVersion)
		return false
	}
	known := false
	for i := 0; i < len(doc.kids); i += 2 {
		_, ok := specSchema().Properties[doc.kids[i].value]
		known = known || ok && doc.kids[i].value != "apiVersion"
	}
	key, version := doc.field("apiVersion")
	switch {
	case key == nil:
		m.report(ruleAPIVersion, doc, "this document lacks apiVersion").hint("write apiVersion: %s as its first line", APIVersion)
	case version.kind != scalarNode:
		m.report(ruleAPIVersion, version, "apiVersion is text, not a %s", version.kindWord()).hint("write apiVersion: %s", APIVersion)
	case version.value != APIVersion:
		m.report(ruleAPIVersion, version, "apiVersion %q is not known", shorten(version.value)).hint("this version of scalectl reads %s", APIVersion)
		return known && strings.HasPrefix(version.value, "scalectl")
	}
	return known || key != nil
}

func (m *merger) report(rule string, at *node, format string, args ...any) *finding {
	return m.collector.add(rule, at.position(), format, args...)
}

// add merges one document into the root.
func (m *merger) add(doc *node) {
	if m.root == nil {
		m.root = &node{src: doc.src, line: doc.line, col: doc.col, kind: mapNode}
		// The version was checked per document; the decoder only wants it to be there.
		version := *doc
		version.kind, version.value, version.kids = scalarNode, APIVersion, nil
		key := version
		key.value = "apiVersion"
		m.root.kids = []*node{&key, &version}
	}
	for i := 0; i+1 < len(doc.kids); i += 2 {
		key, value := doc.kids[i], doc.kids[i+1]
		if key.value == "apiVersion" || strings.HasPrefix(key.value, "x-") {
			continue
		}
		at, found := m.at[key.value]
		if !found {
			m.at[key.value] = len(m.root.kids)
			m.root.kids = append(m.root.kids, key, value)
			continue
		}
		first := m.root.kids[at+1]
		switch {
		case first.kind != mapNode || value.kind != mapNode:
			m.same(key, m.root.kids[at], value, first)
		case key.value == "policies" || key.value == "endpoints":
			m.root.kids[at+1] = m.union(first, value, key.value)
		default:
			m.root.kids[at+1] = m.agree(first, value)
		}
	}
}

// same reports two single values that differ.
func (m *merger) same(key, firstKey, value, first *node) {
	if equalNodes(value, first) {
		return
	}
	f := m.report(ruleConflict, value, "%q is %s here and %s %s", key.value, value.show(), first.show(), elsewhere(value, first)).
		hint("the files of a fleet agree on it: remove one of the two")
	f.Related = []diag.Related{{Position: firstKey.position(), Message: "first set here"}}
}

// show writes a value for a message.
func (n *node) show() string {
	if n.kind == scalarNode {
		return strconv.Quote(shorten(n.value))
	}
	return "a " + n.kindWord()
}

// elsewhere names the line of other, with its file if that is another one.
func elsewhere(n, other *node) string {
	pos := other.position()
	if n.src == other.src {
		return onLine(pos)
	}
	return "in " + pos.String()
}

// union joins two mappings of named things, each of which may be defined once.
func (m *merger) union(a, b *node, key string) *node {
	what := map[string]string{"policies": "policy", "endpoints": "endpoint"}[key]
	u := m.unions[key]
	if u == nil {
		out := *a
		out.kids = slices.Clone(a.kids)
		u = &unionOf{node: &out, seen: newKeySet(1 << 10)}
		for i := 0; i < len(a.kids); i += 2 {
			u.seen.add(a.kids[i])
		}
		m.unions[key] = u
	}
	for i := 0; i+1 < len(b.kids); i += 2 {
		name := b.kids[i]
		if first := u.seen.add(name); first != nil {
			f := m.report(ruleDuplicateName, name, "%s %q is already defined %s", what, name.value, elsewhere(name, first)).
				hint("a fleet defines each %s once: rename or remove one of the two", what)
			f.Related = []diag.Related{{Position: first.position(), Message: "first defined here"}}
			continue
		}
		u.node.kids = append(u.node.kids, name, b.kids[i+1])
	}
	return u.node
}

// agree joins two mappings that must not contradict each other.
func (m *merger) agree(a, b *node) *node {
	out := *a
	out.kids = slices.Clone(a.kids)
	at := keyIndex(a)
	for i := 0; i+1 < len(b.kids); i += 2 {
		key, value := b.kids[i], b.kids[i+1]
		j, found := at(key.value)
		switch {
		case !found:
			out.kids = append(out.kids, key, value)
		case out.kids[j+1].kind == mapNode && value.kind == mapNode:
			out.kids[j+1] = m.agree(out.kids[j+1], value)
		default:
			m.same(key, out.kids[j], value, out.kids[j+1])
		}
	}
	return &out
}

// keyIndex returns a function that finds the place of a key in n.kids. It indexes large
// mappings first.
func keyIndex(n *node) func(key string) (int, bool) {
	if len(n.kids) <= 32 {
		return func(key string) (int, bool) {
			for i := 0; i < len(n.kids); i += 2 {
				if n.kids[i].value == key {
					return i, true
				}
			}
			return 0, false
		}
	}
	places := make(map[string]int, len(n.kids)/2)
	for i := 0; i < len(n.kids); i += 2 {
		places[n.kids[i].value] = i
	}
	return func(key string) (int, bool) {
		i, ok := places[key]
		return i, ok
	}
}

// equalNodes reports whether two values say the same, whatever the order of keys.
func equalNodes(a, b *node) bool {
	if a == b {
		return true
	}
	if a.kind != b.kind || a.value != b.value || a.tag != b.tag || len(a.kids) != len(b.kids) {
		return false
	}
	if a.kind != mapNode {
		return slices.EqualFunc(a.kids, b.kids, equalNodes)
	}
	at := keyIndex(b)
	for i := 0; i < len(a.kids); i += 2 {
		if j, found := at(a.kids[i].value); !found || !equalNodes(a.kids[i+1], b.kids[j+1]) {
			return false
		}
	}
	return true
}
