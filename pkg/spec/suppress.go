package spec

import (
	"bytes"
	"regexp"
	"slices"

	"github.com/scalectl/scalectl/pkg/diag"
)

// ignoreMark starts a suppression comment.
const ignoreMark = "scalectl:ignore"

// suppression is one well-formed comment.
type suppression struct {
	rule string
	line int // whose findings it takes away
	at   diag.Position
	used bool
}

var ignoreForm = regexp.MustCompile(`^` + ignoreMark + `\s+([a-z0-9-]+)\s+because\s+\S`)

// suppressions reads the comments of a file. text holds the scalars of the file that
// contain the mark as part of a value.
func suppressions(src *source, text []*node, rules []Rule, c *collector) []*suppression {
	if !bytes.Contains(src.data, []byte(ignoreMark)) {
		return nil
	}
	var ids []string
	for _, r := range rules {
		if !r.Structural {
			ids = append(ids, r.ID)
		}
	}
	var out []*suppression
	for n := 1; n <= len(src.lines); n++ {
		line := src.line(n)
		hash, found := commentStart(line)
		if !found || insideText(text, n, hash) {
			continue
		}
		comment := bytes.TrimSpace(line[hash+1:])
		if !bytes.HasPrefix(comment, []byte(ignoreMark)) {
			continue
		}
		at := src.positionAt(src.lines[n-1]+hash, len(bytes.TrimRight(line[hash:], " \t")))
		m := ignoreForm.FindSubmatch(comment)
		if m == nil {
			c.add(ruleSuppression, at, "this comment names no rule or no reason").
				hint("write # %s RULE-ID because REASON", ignoreMark)
			continue
		}
		s := &suppression{rule: string(m[1]), line: n, at: at}
		if len(bytes.TrimSpace(line[:hash])) == 0 {
			s.line = nextContent(src, n)
		}
		switch {
		case slices.Contains(ids, s.rule):
			out = append(out, s)
		case slices.ContainsFunc(rules, func(r Rule) bool { return r.ID == s.rule }):
			c.add(ruleSuppression, at, "rule %q is about the form of the file and cannot be suppressed", s.rule).
				hint("mend the finding and remove the comment")
		default:
			c.add(ruleSuppression, at, "there is no rule %q%s", s.rule, didYouMean(s.rule, ids)).
				hint("the rule of a finding stands in brackets at its end")
		}
	}
	return out
}

// commentStart returns where the comment that holds the mark begins: a # at the start of
// the line or behind a blank.
func commentStart(line []byte) (int, bool) {
	mark := bytes.Index(line, []byte(ignoreMark))
	if mark < 0 {
		return 0, false
	}
	for i := mark - 1; i >= 0; i-- {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return i, len(bytes.TrimSpace(line[i+1:mark])) == 0
		}
	}
	return 0, false
}

// insideText reports whether a byte of a line lies inside one of the values.
func insideText(text []*node, line, offset int) bool {
	return slices.ContainsFunc(text, func(n *node) bool {
		last := int(n.line) + bytes.Count([]byte(n.value), []byte("\n"))
		if int(n.line) == line {
			p := n.position()
			return p.Column-1 <= offset && offset < p.Column-1+p.Length
		}
		return int(n.line) < line && line <= last+1
	})
}

// nextContent returns the first line behind n that is neither empty nor a comment.
func nextContent(src *source, n int) int {
	for next := n + 1; next <= len(src.lines); next++ {
		line := bytes.TrimSpace(src.line(next))
		if len(line) > 0 && line[0] != '#' {
			return next
		}
	}
	return n
}

// suppress returns the findings that no comment takes away.
func suppress(findings []*finding, comments map[string][]*suppression) []*finding {
	if len(comments) == 0 {
		return findings
	}
	return slices.DeleteFunc(findings, func(f *finding) bool {
		if f.rule.Structural {
			return false
		}
		taken := false
		for _, s := range comments[f.Position.File] {
			if s.rule == f.Rule && s.line == f.Position.Line {
				s.used, taken = true, true
			}
		}
		return taken
	})
}
