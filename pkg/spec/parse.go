package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/scalectl/scalectl/pkg/diag"
)

// parseFile turns the bytes of a file into one node per document. It reports everything
// that keeps the text from being plain YAML 1.2. complete is false when a part of the
// file could not be read, so that what is missing may well stand there. text holds the
// scalars in which a comment mark is part of the value.
func parseFile(src *source, c *collector) (docs, text []*node, complete bool) {
	if !checkBytes(src, c) {
		return nil, nil, false
	}
	tabs := tabIndents(src)
	keepText := len(tabs) > 0 || bytes.Contains(src.data, []byte(ignoreMark))
	p := &parser{src: src, collector: c, keepText: keepText}
	docs, err := p.documents(src.data)
	if err != nil {
		if masked, unmask := maskVariables(src.data); masked != nil {
			src.anchored = nil
			p = &parser{src: src, collector: c, keepText: keepText, unmask: unmask}
			docs, err = p.documents(masked)
		}
	}
	if err != nil {
		p.reportSyntax(err, tabs)
		p.flush()
		return docs, p.text, false
	}
	p.flush()
	p.reportTabs(tabs, docs)
	return docs, p.text, !p.failed
}

// checkBytes reports text that no YAML parser should see.
func checkBytes(src *source, c *collector) bool {
	data := src.data
	for _, mark := range []struct{ bytes, name string }{
		{"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"}, {"\x00\x00\xfe\xff", "UTF-32"},
	} {
		if bytes.HasPrefix(data, []byte(mark.bytes)) {
			c.add(ruleEncoding, src.whole(), "the file is %s text", mark.name).
				hint("save it as UTF-8")
			return false
		}
	}
	nodes := 0
	for i := 0; i < len(data); {
		b := data[i]
		size := 1
		switch {
		case b == '\n', b == ',', b == '[', b == '{':
			nodes++
		case b == ':' && i+1 < len(data) && data[i+1] == ' ':
			nodes++
		case b == '\r' && (i+1 == len(data) || data[i+1] != '\n'):
			c.add(ruleEncoding, src.positionAt(i, 1), "a carriage return stands here without a line feed").
				hint("save the file with Unix line ends")
			return false
		case b < ' ' && b != '\t' && b != '\r', b == 0x7f:
			c.add(ruleEncoding, src.positionAt(i, 1), "control character 0x%02x is not allowed in YAML", b).
				hint("is this a binary file?")
			return false
		case b >= utf8.RuneSelf:
			var r rune
			if r, size = utf8.DecodeRune(data[i:]); r == utf8.RuneError && size == 1 {
				c.add(ruleEncoding, src.positionAt(i, 1), "byte 0x%02x is not UTF-8", b).
					hint("save the file as UTF-8")
				return false
			} else if r == 0x85 || r == 0x2028 || r == 0x2029 {
				// YAML versions disagree on whether these end a line.
				c.add(ruleEncoding, src.positionAt(i, size), "line separator U+%04X ends a line for some YAML readers", r).
					hint("remove it")
				return false
			} else if r >= 0x80 && r < 0xa0 || r == 0xfffe || r == 0xffff || r == 0xfeff {
				c.add(ruleEncoding, src.positionAt(i, size), "control character U+%04X is not allowed in YAML", r).
					hint("remove it")
				return false
			}
		}
		if nodes > maxNodes {
			c.add(ruleFileLimits, src.positionAt(i, 1), "the file holds more than %d values", maxNodes).
				hint("split it into several files")
			return false
		}
		i += size
	}
	return true
}

// parser reads one file.
type parser struct {
	src       *source
	collector *collector
	// unmask undoes maskVariables in a scalar; nil when nothing was masked.
	unmask func(string) string
	// pending holds what is reported if this attempt turns out to be the last.
	pending []func()
	failed  bool // an error was reported that leaves something out

	done     map[*yaml.Node]*node // anchored nodes; nil while being converted
	aliased  int                  // nodes that aliases stand for
	overflow bool                 // maxAliasNodes was reported
	tooDeep  bool                 // maxDepth was reported
	anchors  map[*node]*anchor
	words    map[string]string // interned keys
	slab     []node
	// text collects, with keepText, the scalars in which a tab or a comment mark is
	// part of the value.
	text     []*node
	keepText bool
}

// later queues a report; see pending.
func (p *parser) later(rule string, n *node, format string, args ...any) *finding {
	f := &finding{}
	p.failed = true
	if len(p.pending) > maxFindings {
		return f
	}
	p.pending = append(p.pending, func() {
		added := p.collector.add(rule, n.position(), format, args...)
		added.Hint, added.Related = f.Hint, f.Related
	})
	return f
}

// flush reports what is pending.
func (p *parser) flush() {
	for _, report := range p.pending {
		report()
	}
	p.pending = nil
}

// syntaxError is an error of the YAML parser with the places it knows.
type syntaxError struct {
	message string
	// problem and context are line and column from 0; line -1 means unknown.
	problem, context [2]int
}

func (e *syntaxError) Error() string { return e.message }

// documents parses and converts every document. On an error it returns the documents
// before it.
func (p *parser) documents(data []byte) (docs []*node, err error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := decodeSafely(dec, &doc)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return docs, newSyntaxError(dec, err)
		}
		if len(docs) == maxDocuments {
			at := p.newNode(&doc)
			p.later(ruleFileLimits, at, "the file holds more than %d documents", maxDocuments).
				hint("split it into several files")
			return docs, nil
		}
		if len(doc.Content) == 0 {
			continue
		}
		root := doc.Content[0]
		doc.Content = nil
		p.done = map[*yaml.Node]*node{}
		if n := p.convert(root, 1, false); n != nil {
			docs = append(docs, n)
		}
	}
}

// decodeSafely turns a panic of the YAML parser into an error, so that a bug there ends
// in a finding about the file.
func decodeSafely(dec *yaml.Decoder, doc *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML parser failed on this file: %v", r)
		}
	}()
	return dec.Decode(doc)
}

// newSyntaxError adds the places that the parser knows to its error. The text of the
// error has a line only sometimes, and for errors of the grammar one too low, so the
// marks are read from the parser's own state; gopkg.in/yaml.v3 is archived and will not
// move them. TestSyntaxPositions watches over it.
func newSyntaxError(dec *yaml.Decoder, err error) *syntaxError {
	e := &syntaxError{
		message: strings.TrimPrefix(err.Error(), "yaml: "),
		problem: [2]int{-1, 0},
		context: [2]int{-1, 0},
	}
	if rest, ok := strings.CutPrefix(e.message, "line "); ok {
		if _, text, ok := strings.Cut(rest, ": "); ok {
			e.message = text
		}
	}
	state := reflect.ValueOf(dec).Elem().FieldByName("parser")
	if state.Kind() == reflect.Pointer && !state.IsNil() {
		state = state.Elem().FieldByName("parser")
	}
	if state.Kind() != reflect.Struct {
		return e
	}
	mark := func(name string) [2]int {
		m := state.FieldByName(name)
		if m.Kind() != reflect.Struct {
			return [2]int{-1, 0}
		}
		line, col := m.FieldByName("line"), m.FieldByName("column")
		if !line.CanInt() || !col.CanInt() {
			return [2]int{-1, 0}
		}
		return [2]int{int(line.Int()), int(col.Int())}
	}
	e.problem, e.context = mark("problem_mark"), mark("context_mark")
	if context := state.FieldByName("context"); context.Kind() != reflect.String || context.Len() == 0 {
		e.context = [2]int{-1, 0}
	}
	return e
}

// convert turns a YAML node into ours. It returns nil for a node that it had to leave
// out, after queueing the reason.
func (p *parser) convert(y *yaml.Node, depth int, inFlow bool) *node {
	if y.Kind == yaml.AliasNode {
		return p.alias(y)
	}
	n := p.newNode(y)
	if depth > maxDepth {
		if !p.tooDeep {
			p.tooDeep = true
			p.later(ruleFileLimits, n, "nested deeper than %d levels", maxDepth).hint("is this a scalectl spec?")
		}
		y.Content = nil
		return nil
	}
	if y.Anchor != "" {
		p.done[y] = nil
		defer func() { p.done[y] = n }()
	}
	if y.Style&yaml.TaggedStyle != 0 {
		p.later(ruleTag, n, "the YAML tag %q is not supported", y.Tag).
			hint("remove the tag; text that looks like a number or a boolean is written in quotes")
		n.kind = lostNode
		return nil
	}
	inFlow = inFlow || y.Style&yaml.FlowStyle != 0
	switch y.Kind {
	case yaml.ScalarNode:
		p.scalar(n, y, inFlow)
	case yaml.SequenceNode:
		n.kind = seqNode
		n.kids = make([]*node, 0, len(y.Content))
		for i, item := range y.Content {
			if kid := p.convert(item, depth+1, inFlow); kid != nil {
				n.kids = append(n.kids, kid)
				n.size += kid.size
			}
			y.Content[i] = nil
		}
	case yaml.MappingNode:
		n.kind = mapNode
		p.mapping(n, y, depth, inFlow)
	}
	return n
}

// newNode returns a node at y's place with nothing in it.
func (p *parser) newNode(y *yaml.Node) *node {
	if len(p.slab) == 0 {
		p.slab = make([]node, 256)
	}
	n := &p.slab[0]
	p.slab = p.slab[1:]
	*n = node{src: p.src, line: int32(max(1, y.Line)), col: int32(max(1, y.Column)), size: 1}
	return n
}

const quotedStyles = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle
const blockStyles = yaml.LiteralStyle | yaml.FoldedStyle

func (p *parser) scalar(n *node, y *yaml.Node, inFlow bool) {
	n.kind = scalarNode
	n.value = y.Value
	n.plain = y.Style&(quotedStyles|blockStyles) == 0
	if p.unmask != nil {
		if text := p.unmask(n.value); text != n.value {
			n.value = text
			if n.plain && inFlow {
				p.pending = append(p.pending, func() {
					p.collector.add(ruleUnquotedVariable, n.position(), "%s inside { } or [ ] is not YAML without quotes", text).
						hint("write %q: scalectl reads it either way, editors and other tools do not", text)
				})
			}
		}
	}
	if n.plain {
		n.tag = plainTag(n.value)
	}
	if p.keepText && (!n.plain || strings.Contains(n.value, ignoreMark)) {
		p.text = append(p.text, n)
	}
}

func (p *parser) mapping(n *node, y *yaml.Node, depth int, inFlow bool) {
	n.kids = make([]*node, 0, len(y.Content))
	seen := newKeySet(len(y.Content) / 2)
	var merges []*node
	for i := 0; i+1 < len(y.Content); i += 2 {
		yk, yv := y.Content[i], y.Content[i+1]
		merge := yk.Kind == yaml.ScalarNode && yk.Value == "<<" && yk.Style&(quotedStyles|yaml.TaggedStyle) == 0
		key := p.convert(yk, depth+1, inFlow)
		value := p.convert(yv, depth+1, inFlow)
		y.Content[i], y.Content[i+1] = nil, nil
		switch {
		case key == nil:
			continue
		case key.kind != scalarNode:
			p.later(ruleWrongType, key, "a key is a single word here, not a %s", key.kindWord())
			continue
		case key.tag == nullTag && key.plain:
			p.later(ruleWrongType, key, "this key is empty")
			continue
		}
		if first := seen.add(key); first != nil {
			f := p.later(ruleDuplicateKey, key, "key %q is already set on line %d", key.value, first.line)
			f.Related = []diag.Related{{Position: first.position(), Message: "first set here"}}
			continue
		}
		if merge {
			if value != nil {
				merges = append(merges, key, value)
			}
			continue
		}
		if key.plain && yaml11Bool(key.value) {
			p.later(ruleYAML11Boolean, key, "the key %s is a boolean in YAML 1.1", key.value).
				hint("write %q", key.value)
		}
		key.value = p.intern(key.value)
		if value == nil {
			continue
		}
		n.kids = append(n.kids, key, value)
		n.size += 1 + value.size
	}
	for i := 0; i < len(merges); i += 2 {
		p.mergeInto(n, merges[i], merges[i+1], seen)
	}
}

// mergeInto adds what a `<<` key brings: every key that the mapping does not set itself.
// In a list the earlier mapping wins.
func (p *parser) mergeInto(n, key, value *node, seen *keySet) {
	from := []*node{value}
	if value.kind == seqNode {
		from = value.kids
	}
	for _, m := range from {
		if m.kind != mapNode {
			p.later(ruleWrongType, key, `"<<" merges mappings, not a %s`, m.kindWord()).
				hint("write <<: *name, where &name stands in front of a mapping")
			continue
		}
		for i := 0; i < len(m.kids); i += 2 {
			if seen.add(m.kids[i]) == nil {
				n.kids = append(n.kids, m.kids[i], m.kids[i+1])
				n.size += 1 + m.kids[i+1].size
			}
		}
	}
}

// alias returns the node that an alias stands for: the same one, not a copy, so that a
// nest of aliases costs nothing to hold. What it costs to walk is bounded here.
func (p *parser) alias(y *yaml.Node) *node {
	at := p.newNode(y)
	target, known := p.done[y.Alias]
	switch {
	case !known:
		p.later(ruleAnchor, at, "*%s has no anchor &%s before it in this document", y.Value, y.Value).
			hint("repeat the anchor in each document; policies are shared by name instead")
		return nil
	case target != nil && target.kind == lostNode:
		return nil
	case target == nil:
		p.later(ruleAnchor, at, "*%s stands inside the value that it stands for", y.Value).
			hint("an alias cannot contain itself")
		return nil
	}
	if p.aliased += int(target.size); p.aliased > maxAliasNodes {
		if !p.overflow {
			p.overflow = true
			p.later(ruleFileLimits, at, "the aliases of this file stand for more than %d values", maxAliasNodes).
				hint("is this an alias bomb? Generate separate files instead")
		}
		return nil
	}
	p.addUse(target, at)
	return target
}

// intern returns s in one copy per file: the same few keys make up most of a fleet.
func (p *parser) intern(s string) string {
	if p.words == nil {
		p.words = map[string]string{}
	}
	if word, ok := p.words[s]; ok {
		return word
	}
	p.words[s] = s
	return s
}

// keySet finds repeated keys of one mapping.
type keySet struct {
	few  []*node
	many map[string]*node
}

func newKeySet(n int) *keySet {
	if n > 16 {
		return &keySet{many: make(map[string]*node, n)}
	}
	return &keySet{}
}

// add returns the earlier key of the same name, or nil after adding this one.
func (s *keySet) add(key *node) *node {
	if s.many != nil {
		if first := s.many[key.value]; first != nil {
			return first
		}
		s.many[key.value] = key
		return nil
	}
	for _, k := range s.few {
		if k.value == key.value {
			return k
		}
	}
	if s.few = append(s.few, key); len(s.few) > 32 { // merges may bring many
		s.many = map[string]*node{}
		for _, k := range s.few {
			s.many[k.value] = k
		}
	}
	return nil
}

func (n *node) kindWord() string {
	switch n.kind {
	case mapNode:
		return "mapping"
	case seqNode:
		return "list"
	}
	return "single value"
}

// maskVariables rewrites every ${...} as $(...), or with another pair of brackets that
// the file does not use, so that YAML lets it stand in { } and [ ] without quotes. The
// lengths stay, and with them every position. It returns nil when there is nothing to
// mask or no way to do it without doubt.
func maskVariables(data []byte) (masked []byte, unmask func(string) string) {
	if !bytes.Contains(data, []byte("${")) || escapedCharacter.Match(data) {
		return nil, nil
	}
	for _, pair := range []string{"()", "<>", "~~", "^^", ";;"} {
		if bytes.Contains(data, []byte("$"+pair[:1])) {
			continue
		}
		open, end := pair[0], pair[1]
		variable := regexp.MustCompile(`\$\{[^{}\n"'` + regexp.QuoteMeta(pair) + `]*\}`)
		masked = variable.ReplaceAllFunc(data, func(v []byte) []byte {
			v = bytes.Clone(v)
			v[1], v[len(v)-1] = open, end
			return v
		})
		maskedVariable := regexp.MustCompile(`\$` + regexp.QuoteMeta(pair[:1]) + `([^{}\n"'` + regexp.QuoteMeta(pair) + `]*)` + regexp.QuoteMeta(pair[1:]))
		return masked, func(s string) string {
			if !strings.Contains(s, "$"+pair[:1]) {
				return s
			}
			return maskedVariable.ReplaceAllString(s, "$${$1}")
		}
	}
	return nil, nil
}

// escapedCharacter finds the escapes that could spell a masked variable.
var escapedCharacter = regexp.MustCompile(`\\[xuU]`)
