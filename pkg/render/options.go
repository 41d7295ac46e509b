// Package render turns plans, findings and outcomes into text for people and into the
// formats that other tools read. It decides nothing: order, reasons, effects and guards
// are printed as they were worked out elsewhere. It reads no clock and no environment;
// width, colour and the present time come in as options.
//
// Meaning is never carried by colour alone, and no name out of a file or an account can
// reach the terminal as anything but printable text.
package render

import (
	"io"
	"strings"
	"time"
)

// DefaultWidth is the width of text output in columns where none is given.
const DefaultWidth = 80

// Options say how text looks. The zero value is 80 columns without colour.
type Options struct {
	// Width is the number of columns to wrap at; 0 means DefaultWidth. Addresses, values
	// and commands are never broken, so a line may still be longer.
	Width int
	// Color adds ANSI colours.
	Color bool
	// Now is the moment from which the next firings of scheduled actions are counted.
	// The zero time leaves them out.
	Now time.Time
	// Command is the command that applies the plan, as separate words without consent
	// and digest, such as {"scalectl", "apply", "-f", "fleet.yaml"}. Empty leaves the
	// closing line of a plan and of a refusal out.
	Command []string
	// CommandHoldsDigest is set when Command names a saved plan, which carries its digest
	// itself.
	CommandHoldsDigest bool
}

func (o Options) width() int {
	if o.Width <= 0 {
		return DefaultWidth
	}
	return o.Width
}

// style is an ANSI "select graphic rendition" sequence.
type style string

const (
	plain   style = ""
	bold    style = "1"
	dim     style = "2"
	red     style = "31"
	green   style = "32"
	yellow  style = "33"
	magenta style = "35"
	cyan    style = "36"
)

// page collects text. Everything that may hold foreign characters goes through clean
// before it gets here.
type page struct {
	strings.Builder
	opts Options
}

// paint returns s in the style, or unchanged without colour.
func (p *page) paint(st style, s string) string {
	if !p.opts.Color || st == plain || s == "" {
		return s
	}
	return "\x1b[" + string(st) + "m" + s + "\x1b[0m"
}

// line writes the parts as one line without trailing blanks.
func (p *page) line(parts ...string) {
	p.WriteString(strings.TrimRight(strings.Join(parts, ""), " "))
	p.WriteByte('\n')
}

// para writes text wrapped at the page's width. The first line starts with first, the
// others with as many blanks as first is wide; st applies to the text only.
func (p *page) para(st style, first, text string) {
	indent := strings.Repeat(" ", displayWidth(first))
	for i, l := range wrap(text, p.opts.width()-displayWidth(first)) {
		lead := indent
		if i == 0 {
			lead = first
		}
		p.line(lead, p.paint(st, l))
	}
}

func (p *page) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.String())
	return err
}
