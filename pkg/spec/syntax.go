package spec

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scalectl/scalectl/pkg/diag"
)

// reportSyntax reports an error of the YAML parser in the words of someone who looks at
// the text. tabs are the lines indented with tabs, the usual culprits.
func (p *parser) reportSyntax(err error, tabs []int) {
	e := new(syntaxError)
	if !errors.As(err, &e) {
		p.collector.add(ruleYAMLSyntax, p.src.whole(), "%v", err)
		return
	}
	if name, ok := strings.CutPrefix(e.message, "unknown anchor '"); ok {
		name = strings.TrimSuffix(name, "' referenced")
		p.collector.add(ruleAnchor, p.aliasPosition(name), "*%s has no anchor &%s before it in this file", name, name).
			hint("anchors work within one document; several files share policies by name instead")
		return
	}
	pos, atEnd := p.markPosition(e.problem)
	start, _ := p.markPosition(e.context)
	if i, found := slices.BinarySearch(tabs, pos.Line); found || p.byteAt(pos) == '\t' {
		p.reportTab(pos.Line)
		// The lines that follow at once have the same mistake.
		for line := pos.Line + 1; found && i+1 < len(tabs) && tabs[i+1] == line; line++ {
			p.reportTab(line)
			i++
		}
		return
	}
	if strings.HasPrefix(e.message, "exceeded max depth") {
		p.collector.add(ruleFileLimits, pos, "nested deeper than %d levels", maxDepth).hint("is this a scalectl spec?")
		return
	}
	if at, found := p.openQuote(pos); found {
		f := p.collector.add(ruleYAMLSyntax, at, "the quote that opens here is not closed on its line").
			hint("close it: the lines down to %d were taken for its text", pos.Line)
		f.Related = []diag.Related{{Position: pos, Message: "the text stops making sense here"}}
		return
	}
	message, hint := p.syntaxWords(e.message, pos)
	switch {
	case atEnd && !start.IsZero():
		pos, start = start, diag.Position{}
	case p.leftOpen(start, pos):
		pos, start = start, pos
		f := p.collector.add(ruleYAMLSyntax, pos, "the %q that opens here is not closed", p.byteAt(pos)).hint("%s", hint)
		f.Related = []diag.Related{{Position: start, Message: "this does not belong inside it"}}
		return
	}
	f := p.collector.add(ruleYAMLSyntax, pos, "%s", message).hint("%s", hint)
	if !start.IsZero() && start.Line != pos.Line {
		f.Related = []diag.Related{{Position: start, Message: "what is being read began here"}}
	}
}

// byteAt returns the byte at a position, 0 at the end of a line.
func (p *parser) byteAt(pos diag.Position) byte {
	line := p.src.line(pos.Line)
	if pos.Column < 1 || pos.Column > len(line) {
		return 0
	}
	return line[pos.Column-1]
}

// markPosition turns a mark of the parser (line and column from 0, in characters) into
// a position inside the file, and tells whether it lies behind the last word.
func (p *parser) markPosition(mark [2]int) (pos diag.Position, atEnd bool) {
	if mark[0] < 0 {
		return diag.Position{}, false
	}
	line, col := mark[0], mark[1]
	end := len(bytes.TrimRight(p.src.data, " \t\r\n"))
	if line >= len(p.src.lines) {
		return p.src.positionAt(max(0, end-1), 1), true
	}
	offset := p.src.lines[line]
	for range col {
		if offset >= len(p.src.data) || p.src.data[offset] == '\n' {
			break
		}
		_, size := utf8.DecodeRune(p.src.data[offset:])
		offset += size
	}
	if offset >= end {
		return p.src.positionAt(max(0, end-1), 1), true
	}
	return p.src.positionAt(offset, 1), false
}

// syntaxWords translates the messages of the YAML parser.
func (p *parser) syntaxWords(message string, pos diag.Position) (text, hint string) {
	rest := ""
	if line := p.src.line(pos.Line); pos.Column <= len(line) && pos.Column > 0 {
		rest = string(line[pos.Column-1:])
	}
	switch {
	case strings.HasPrefix(message, "mapping values are not allowed"):
		return `this ":" has no place here`, `a value that contains ": " is written in quotes; a key stands at the indentation of its neighbours`
	case strings.HasPrefix(message, "did not find expected ',' or"):
		return "the { } or [ ] that is open here is not continued with a comma or closed", `values that contain { } [ ] , are written in quotes inside it: "${endpoint}"`
	case strings.HasPrefix(message, "could not find expected ':'"):
		return `this is neither "key: value" nor the continuation of the line above`, `put ": " behind the key`
	case strings.HasPrefix(message, "did not find expected key"), strings.HasPrefix(message, "did not find expected <document start>"):
		return "this does not continue what stands above it", "align it with its neighbours: the indentation fits no open mapping"
	case strings.HasPrefix(message, "did not find expected '-' indicator"):
		return "a list stands above and this is no item of it", `start items with "- "; keys cannot follow list items at the same indentation`
	case strings.HasPrefix(message, "block sequence entries are not allowed"), strings.HasPrefix(message, "block collections"):
		return `a list cannot begin here`, "put the first item on a line of its own"
	case strings.HasPrefix(message, "found character that cannot start any token"):
		r, _ := utf8.DecodeRuneInString(rest)
		return "a value cannot start with " + quoteRune(r), "write the value in quotes"
	case strings.HasPrefix(message, "found unexpected end of stream"):
		return "the quote that opens here is never closed", "close it on the same line"
	case strings.HasPrefix(message, "found unexpected document indicator"):
		return "a document begins inside a quoted value", "close the quote before it"
	case strings.HasPrefix(message, "did not find expected node content"):
		return "a value is missing here", "write one, or close the { } or [ ] that is open"
	case strings.HasPrefix(message, "found unknown escape character"):
		return "this backslash sequence does not exist in YAML", `use single quotes, or write \\ for a backslash`
	case strings.HasPrefix(message, "found unknown directive name"), strings.HasPrefix(message, "while scanning a %"):
		return "a line that starts with % is a directive for the YAML reader", "write the value in quotes, or remove the line"
	case strings.HasPrefix(message, "found incompatible YAML document"):
		return "only YAML 1.1 and 1.2 documents are read", "remove the %YAML line"
	case strings.HasPrefix(message, "found undefined tag handle"):
		return "this tag is not defined", "remove it: tags are not supported"
	}
	return message, "the YAML parser gave up here"
}

func quoteRune(r rune) string {
	if r == '\t' {
		return "a tab"
	}
	return `"` + string(r) + `"`
}

// aliasPosition finds the first use of an alias that has no anchor before it.
func (p *parser) aliasPosition(name string) diag.Position {
	use := regexp.MustCompile(`(^|[\s\[{,:-])\*` + regexp.QuoteMeta(name) + `($|[\s,\]}])`)
	if at := use.FindIndex(p.src.data); at != nil {
		star := at[0] + bytes.IndexByte(p.src.data[at[0]:at[1]], '*')
		return p.src.positionAt(star, len(name)+1)
	}
	return p.src.whole()
}

// tabIndents returns the numbers of the lines with a tab in front of their first word.
func tabIndents(src *source) []int {
	if bytes.IndexByte(src.data, '\t') < 0 {
		return nil
	}
	var lines []int
	for n := 1; n <= len(src.lines); n++ {
		line := src.line(n)
		word := bytes.TrimLeft(line, " \t")
		if len(word) > 0 && word[0] != '#' && bytes.IndexByte(line[:len(line)-len(word)], '\t') >= 0 {
			lines = append(lines, n)
		}
	}
	return lines
}

// reportTabs reports tab indentation that the YAML parser let pass. Tabs inside block
// and quoted scalars are text.
func (p *parser) reportTabs(lines []int, docs []*node) {
	if len(lines) == 0 {
		return
	}
	starts := scalarStarts(docs)
	text := map[*node]bool{}
	for _, n := range p.text {
		text[n] = true
	}
	for _, line := range lines {
		i, _ := slices.BinarySearchFunc(starts, line, func(n *node, line int) int { return int(n.line) - line })
		if i > 0 && text[starts[i-1]] {
			continue
		}
		p.reportTab(line)
	}
}

func (p *parser) reportTab(line int) {
	text := p.src.line(line)
	col := bytes.IndexByte(text, '\t')
	tabs := len(text[col:]) - len(bytes.TrimLeft(text[col:], "\t"))
	p.failed = true
	p.collector.add(ruleTab, p.src.positionAt(p.src.lines[line-1]+col, tabs), "a tab indents this line").
		hint("indent with spaces: YAML does not allow tabs")
}

// scalarStarts returns every scalar in the order of the lines.
func scalarStarts(docs []*node) []*node {
	var all []*node
	seen := map[*node]bool{}
	var walk func(n *node)
	walk = func(n *node) {
		if n.kind == scalarNode {
			all = append(all, n)
			return
		}
		if seen[n] {
			return
		}
		seen[n] = true
		for _, kid := range n.kids {
			walk(kid)
		}
	}
	for _, doc := range docs {
		walk(doc)
	}
	slices.SortStableFunc(all, func(a, b *node) int { return int(a.line - b.line) })
	return all
}
