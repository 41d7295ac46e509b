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
	// marks holds for very long lines where every markEvery-th character begins, so
	// that thousands of findings on one line do not each walk it.
	marks map[int][]int
	// anchored lists the values that aliases of this file stand for.
	anchored []*anchor
}

// markEvery is the distance of the marks in characters.
const markEvery = 4096

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

// column turns a column in characters, as the YAML parser counts, into an offset in
// line n. Both columns and offsets stop at the end of the line.
func (s *source) column(n, chars int) int {
	line := s.line(n)
	offset := 0
	if len(line) > 4*markEvery {
		marks := s.marksOf(n)
		i := min((chars-1)/markEvery, len(marks)-1)
		offset, chars = marks[i], chars-i*markEvery
	}
	for ; chars > 1 && offset < len(line); chars-- {
		_, size := utf8.DecodeRune(line[offset:])
		offset += size
	}
	return offset
}

func (s *source) marksOf(n int) []int {
	marks := s.marks[n]
	if marks != nil {
		return marks
	}
	chars := 0
	for offset := range string(s.line(n)) {
		if chars%markEvery == 0 {
			marks = append(marks, offset)
		}
		chars++
	}
	if s.marks == nil {
		s.marks = map[int][]int{}
	}
	s.marks[n] = marks
	return marks
}

// positionAt turns a byte offset into a position, clamped to the file; the length ends
// with the line.
func (s *source) positionAt(offset, length int) diag.Position {
	offset = max(0, min(offset, len(s.data)))
	n, found := slices.BinarySearch(s.lines, offset)
	if !found {
		n--
	}
	column := offset - s.lines[n]
	length = max(0, min(length, len(s.line(n+1))-column))
	return diag.Position{File: s.name, Line: n + 1, Column: column + 1, Length: length}
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

// node is a YAML value with its place. Apart from loose, nodes never change once the file is read: an
// alias shares the node of its anchor, and a patched mapping is a new node that shares
// what the patch leaves alone.
type node struct {
	src *source
	// line and col count from 1; col counts characters, as the YAML parser does.
	line, col int32
	kind      kind
	tag       tag
	plain     bool // a scalar without quotes, not a block scalar
	// loose is set on the place of an object that has an unknown key: what the object
	// seems to lack may be there under another spelling.
	loose bool
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
	offset := n.src.column(int(n.line), int(n.col))
	rest := n.src.line(int(n.line))[offset:]
	return diag.Position{
		File:   n.src.name,
		Line:   int(n.line),
		Column: offset + 1,
		Length: n.underline(string(rest[:min(len(rest), maxUnderline)])),
	}
}

// maxUnderline bounds how much of a line is looked at to find the end of a value.
const maxUnderline = 4096

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

// isNull reports whether n is a null: ~, null, or nothing at all.
func (n *node) isNull() bool { return n.kind == scalarNode && n.tag == nullTag && n.plain }

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
