package spec

import (
	"bytes"
	"regexp"
	"slices"

	"github.com/scalectl/scalectl/pkg/diag"
)

// A quote or a bracket that nobody closes makes the YAML parser stumble much later, at
// the next quote or at whatever follows. The functions here find where it was opened.

// openQuote returns the place of a quote that is opened above pos and not closed on its
// own line, when the next quote of its kind was plainly meant to open a value: it stands
// on the line of pos, or what follows it could not follow a value. Quoted values of
// several lines that end well are passed over.
func (p *parser) openQuote(pos diag.Position) (at diag.Position, found bool) {
	for n := 1; n < pos.Line; n++ {
		line := p.src.line(n)
		if blockScalar.Match(line) {
			for n+1 < pos.Line && (len(bytes.TrimSpace(p.src.line(n+1))) == 0 || indentation(p.src.line(n+1)) > indentation(line)) {
				n++
			}
			continue
		}
		col, quote := unclosedQuote(line)
		if col < 0 {
			continue
		}
		end := n + 1
		for end < pos.Line && bytes.IndexByte(p.src.line(end), quote) < 0 {
			end++
		}
		_, rest, closed := bytes.Cut(p.src.line(end), []byte{quote})
		rest = bytes.TrimSpace(rest)
		if closed && (end == pos.Line || len(rest) > 0 && bytes.IndexByte([]byte("#,]}:"), rest[0]) < 0) {
			return p.src.positionAt(p.src.lines[n-1]+col, 1), true
		}
		n = end
	}
	return diag.Position{}, false
}

// blockScalar is a line that ends by opening a literal or folded text.
var blockScalar = regexp.MustCompile(`(^|[\s:-])[|>][-+0-9]*\s*(#.*)?$`)

// unclosedQuote returns the offset of a quote that begins a value on the line and is not
// closed there, or -1.
func unclosedQuote(line []byte) (offset int, quote byte) {
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '#' && (i == 0 || line[i-1] == ' '):
			return -1, 0
		case c != '"' && c != '\'' || !beginsValue(line[:i]):
			continue
		}
		end := i + 1
		for end < len(line) && line[end] != c {
			if c == '"' && line[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(line) {
			return i, c
		}
		i = end
	}
	return -1, 0
}

// beginsValue reports whether a quote behind the text would begin a value rather than
// stand inside one.
func beginsValue(before []byte) bool {
	text := bytes.TrimRight(before, " ")
	if len(text) == 0 {
		return true
	}
	return bytes.IndexByte([]byte("[{,"), text[len(text)-1]) >= 0 ||
		len(text) < len(before) && bytes.IndexByte([]byte(":-?"), text[len(text)-1]) >= 0
}

// leftOpen reports whether the bracket at start was probably never closed: the parser gave
// up at a line that is not indented more than the one with the bracket.
func (p *parser) leftOpen(start, pos diag.Position) bool {
	return !start.IsZero() && start.Line < pos.Line && slices.Contains([]byte("[{"), p.byteAt(start)) &&
		indentation(p.src.line(pos.Line)) <= indentation(p.src.line(start.Line))
}

// indentation returns the number of blanks in front of a line.
func indentation(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }
