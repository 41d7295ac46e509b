package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
)

// Sources holds the files that findings point into, by the name in their positions. A
// missing file costs the frame, nothing else.
type Sources map[string][]byte

// Diagnostics writes findings as text, sorted: for each the line
// "file:line:column: message [rule]", the place in the file with a caret under it, the
// way out and related places; then the number of errors and warnings. Errors carry no
// word, warnings and infos say what they are.
func Diagnostics(w io.Writer, list diag.List, sources Sources, opts Options) error {
	p := &page{opts: opts}
	for _, d := range list.Sorted() {
		p.finding(d, sources)
	}
	p.line(Counts(list, len(sources)))
	return p.flush(w)
}

// Counts is the closing line of a report: "1 error, 0 warnings in 7 files".
func Counts(list diag.List, files int) string {
	text := count(list.Count(diag.Error), "error", "errors") + ", " + count(list.Count(diag.Warning), "warning", "warnings")
	if n := list.Count(diag.Info); n > 0 {
		text += ", " + count(n, "remark", "remarks")
	}
	if files > 0 {
		text += " in " + count(files, "file", "files")
	}
	return text
}

func (p *page) finding(d diag.Diagnostic, sources Sources) {
	st, word := red, ""
	switch d.Severity {
	case diag.Error:
	case diag.Warning:
		st, word = yellow, "warning: "
	default:
		st, word = cyan, clean(d.Severity.String())+": "
	}
	place := ""
	if !d.Position.IsZero() {
		place = clean(d.Position.String()) + ": "
	}
	p.line(p.paint(bold, place), p.paint(st, word+clean(d.Message)), " ", p.paint(dim, "["+clean(d.Rule)+"]"))
	p.frame(d.Position, sources, st)
	if d.Hint != "" {
		p.para(plain, "   = ", clean(d.Hint))
	}
	for _, r := range d.Related {
		text := clean(r.Message)
		if !r.Position.IsZero() {
			text = clean(r.Position.String()) + ": " + text
		}
		p.para(plain, "   = see ", text)
	}
}

// contextLines is how many lines before the finding its frame shows.
const contextLines = 2

// frame shows the place of a finding in its file, with carets under it.
func (p *page) frame(pos diag.Position, sources Sources, st style) {
	source, ok := sources[pos.File]
	if !ok || pos.Line < 1 {
		return
	}
	lines := linesAround(source, pos.Line, contextLines)
	if len(lines) == 0 {
		return // past the end of the file
	}
	number := func(n int) string { return fmt.Sprintf("%5d | ", n) }
	text := lines[len(lines)-1]
	column := min(max(pos.Column-1, 0), len(text))
	end := min(column+max(pos.Length, 0), len(text))
	// A line may be as long as the file: show what fits around the finding.
	room := max(p.opts.width()-len(number(pos.Line)), 20)
	from, to := excerpt(text, column, room)
	for i, l := range lines[:len(lines)-1] {
		_, cut := excerpt(l, 0, room)
		p.line(p.paint(dim, number(pos.Line-len(lines)+1+i)+shown(l, 0, cut)))
	}
	p.line(p.paint(dim, number(pos.Line)), shown(text, from, to))
	if pos.Column < 1 {
		return
	}
	blank := strings.Repeat(" ", len(number(pos.Line))-2) + "| "
	before := displayWidth(shown(text, from, column))
	carets := max(displayWidth(clean(text[column:max(min(end, to), column)])), 1)
	p.line(p.paint(dim, blank), strings.Repeat(" ", before), p.paint(st, strings.Repeat("^", carets)))
}

// linesAround returns line n, counted from 1, and up to before lines before it, without
// their line breaks; nothing when the text has no such line. An empty last line exists,
// because that is where "unexpected end of file" points.
func linesAround(text []byte, n, before int) []string {
	var out []string
	rest := string(text)
	for i := 1; i <= n; i++ {
		line, tail, more := strings.Cut(rest, "\n")
		if i >= n-before {
			out = append(out, strings.TrimSuffix(line, "\r"))
		}
		if !more && i < n {
			return nil
		}
		rest = tail
	}
	return out
}

// excerpt returns the byte range of a line to show in about room columns so that the byte
// at column is in view.
func excerpt(line string, column, room int) (from, to int) {
	if len(line) <= room {
		return 0, len(line)
	}
	from = max(0, min(column-room/3, len(line)-room))
	to = min(len(line), from+room)
	for from > 0 && !startsRune(line, from) {
		from--
	}
	for to < len(line) && !startsRune(line, to) {
		to--
	}
	return from, to
}

func startsRune(s string, i int) bool { return s[i]&0xC0 != 0x80 }

// shown is the part of a line as it is printed, with dots where more was cut away.
func shown(line string, from, to int) string {
	text := clean(line[from:max(to, from)])
	if from > 0 {
		text = "... " + text
	}
	return text
}
