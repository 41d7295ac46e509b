package spec

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scalectl/scalectl/pkg/diag"
)

// source is one file with an index of its lines.
type source struct {
	name  string
	data  []byte
	lines []int // offset of the first byte of each line
}

func newSource(name string, data []byte) *source {
	s := &source{name: name, data: data, lines: make([]int, 1, 1+bytes.Count(data, []byte("\n")))}
	for i, b := range data {
		if b == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// line returns line n, counted from 1, without its line break; "" outside the file.
func (s *source) line(n int) []byte {
	if n < 1 || n > len(s.lines) {
		return nil
	}
	start, end := s.lines[n-1], len(s.data)
	if n < len(s.lines) {
		end = s.lines[n] - 1
	}
	return bytes.TrimSuffix(s.data[start:end], []byte("\r"))
}

// positionAt turns a byte offset into a position, clamped to the file.
func (s *source) positionAt(offset, length int) diag.Position {
	offset = max(0, min(offset, len(s.data)))
	n, found := slices.BinarySearch(s.lines, offset)
	if !found {
		n--
	}
	return diag.Position{File: s.name, Line: n + 1, Column: offset - s.lines[n] + 1, Length: length}
}

// whole returns the position that stands for the file as a whole: its first byte.
func (s *source) whole() diag.Position {
	return diag.Position{File: s.name, Line: 1, Column: 1}
}

// A kind is the shape of a node.
type kind uint8

const (
	scalarNode kind = iota
	mapNode
	seqNode
	lostNode // anchored, and left out because of an error
)

// A tag is the YAML 1.2 core type of a scalar.
type tag uint8

const (
	strTag tag = iota
	nullTag
	boolTag
	intTag
	floatTag
)

// node is a YAML value with its place. Nodes never change once the file is read: an
// alias shares the node of its anchor, and a patched mapping is a new node that shares
// what the patch leaves alone.
type node struct {
	src *source
	// line and col count from 1; col counts characters, as the YAML parser does.
	line, col int32
	kind      kind
	tag       tag
	plain     bool // a scalar without quotes, not a block scalar
	// size is the number of nodes below this one plus itself with aliases expanded.
	size  int32
	value string
	// kids are key, value, key, value in a mapping, items in a sequence.
	kids []*node
}

// position returns where n stands; the zero Position for nil.
func (n *node) position() diag.Position {
	if n == nil {
		return diag.Position{}
	}
	p := diag.Position{File: n.src.name, Line: int(n.line), Column: 1}
	rest := n.src.line(p.Line)
	for i := int32(1); i < n.col && len(rest) > 0; i++ {
		_, size := utf8.DecodeRune(rest)
		p.Column += size
		rest = rest[size:]
	}
	p.Length = n.underline(string(rest))
	return p
}

// underline returns how many bytes of rest, the line from n's first byte on, belong
// to n.
func (n *node) underline(rest string) int {
	if n.kind != scalarNode || rest == "" {
		return min(1, len(rest))
	}
	if n.plain && strings.HasPrefix(rest, n.value) {
		return len(n.value)
	}
	if q := rest[0]; q == '"' || q == '\'' {
		for i := 1; i < len(rest); i++ {
			switch {
			case q == '"' && rest[i] == '\\':
				i++
			case rest[i] == q && q == '\'' && i+1 < len(rest) && rest[i+1] == q:
				i++
			case rest[i] == q:
				return i + 1
			}
		}
	}
	return len(strings.TrimRight(rest, " \t"))
}

// field returns the value of a key of a mapping and the key's own node.
func (n *node) field(name string) (key, value *node) {
	if n == nil || n.kind != mapNode {
		return nil, nil
	}
	for i := 0; i < len(n.kids); i += 2 {
		if n.kids[i].value == name {
			return n.kids[i], n.kids[i+1]
		}
	}
	return nil, nil
}
