// Package diag holds the findings that scalectl reports about a user's files: a
// severity, a rule id, a position, a message and a way out. It decides nothing and
// prints nothing; package render turns findings into text, JSON, annotations or SARIF.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity orders findings. The zero value is Error, so that a finding whose author
// forgot the severity stops a run rather than slipping through.
type Severity int

// The severities, worst first.
const (
	Error Severity = iota
	Warning
	Info
)

// String returns the lower-case name used in every output format.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Info:
		return "info"
	}
	return fmt.Sprintf("severity(%d)", int(s))
}

// MarshalText makes a severity readable in JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	switch string(text) {
	case "error":
		*s = Error
	case "warning":
		*s = Warning
	case "info":
		*s = Info
	default:
		return fmt.Errorf("unknown severity %q", text)
	}
	return nil
}

// Position is a place in a file. Line and Column count from 1; Column counts bytes,
// as compilers and editors' jump-to-error parsers do. Length is the number of bytes
// to underline, 0 when only the start is known. The zero Position means "no place".
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Length int    `json:"length,omitempty"`
}

// IsZero reports whether the position names no place.
func (p Position) IsZero() bool { return p == Position{} }

// String formats the position as file:line:column, the form that editors open.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Related is a second place that explains a finding, such as the first definition of
// a duplicate.
type Related struct {
	Position Position `json:"position"`
	Message  string   `json:"message"`
}

// Diagnostic is one finding. Message is a complete lower-case sentence without a full
// stop that quotes the offending value; Hint says what to do about it and may be empty
// only where the message already does.
type Diagnostic struct {
	Severity Severity  `json:"severity"`
	Rule     string    `json:"rule"`
	Position Position  `json:"position"`
	Message  string    `json:"message"`
	Hint     string    `json:"hint,omitempty"`
	Related  []Related `json:"related,omitempty"`
}

// Error makes a diagnostic usable as a Go error in the one-line form
// "file:line:column: message [rule]".
func (d Diagnostic) Error() string {
	if d.Position.IsZero() {
		return fmt.Sprintf("%s [%s]", d.Message, d.Rule)
	}
	return fmt.Sprintf("%s: %s [%s]", d.Position, d.Message, d.Rule)
}

// List is a set of findings.
type List []Diagnostic

// HasErrors reports whether any finding is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count returns how many findings have the severity.
func (l List) Count(s Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Sorted returns the findings ordered by file, line, column, severity, rule and
// message. Of findings that agree in all of these only one is kept, whatever their hints.
// The receiver is left as it is, and its order makes no difference.
func (l List) Sorted() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Position.File, b.Position.File),
			cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Position.Column, b.Position.Column),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.Position.Length, b.Position.Length),
			cmp.Compare(a.Hint, b.Hint),
			slices.CompareFunc(a.Related, b.Related, func(x, y Related) int {
				return cmp.Or(cmp.Compare(x.Position.String(), y.Position.String()), cmp.Compare(x.Message, y.Message))
			}),
		)
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return a.Severity == b.Severity && a.Rule == b.Rule && a.Position == b.Position && a.Message == b.Message
	})
}
