package schedule

import (
	"fmt"
	"strings"
	"time"
)

// Kind tells the three forms of a schedule apart.
type Kind int

// The kinds, by the word before the parenthesis.
const (
	At   Kind = iota // once
	Rate             // at a fixed interval of elapsed time
	Cron             // at times of the calendar
)

// String returns the word that an expression of this kind starts with.
func (k Kind) String() string {
	switch k {
	case At:
		return "at"
	case Rate:
		return "rate"
	case Cron:
		return "cron"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Expression is a parsed Application Auto Scaling schedule. It is immutable, so it may be
// shared and used by several goroutines at once. Only Parse makes valid ones.
type Expression struct {
	kind   Kind
	text   string
	at     time.Time // kind At: the wall clock reading, held in UTC
	every  int64     // kind Rate: the period in seconds
	anchor time.Time // kind Rate: see WithAnchor
	cron   cron      // kind Cron
}

const grammarHint = `write "at(yyyy-MM-ddTHH:mm:ss)", "rate(<number> minutes|hours|days)" or ` +
	`"cron(<minutes> <hours> <day-of-month> <month> <day-of-week> <year>)"`

// Parse reads a schedule as PutScheduledAction takes it. Every error is a *ParseError.
//
// It is stricter than AWS in one respect: a cron expression has exactly six fields. AWS
// was seen to take five and seven as well, but the two dialects number weekdays
// differently, and the hint of the error says what six-field text was probably meant.
func Parse(s string) (*Expression, error) {
	e, err := parse(s)
	if err != nil {
		return nil, err
	}
	return e, nil
}

func parse(s string) (*Expression, *ParseError) {
	whole := token{s, 0}
	trimmed := strings.TrimSpace(s)
	if trimmed == "" {
		return nil, whole.errorf(grammarHint, "schedule is empty")
	}
	if trimmed != s {
		return nil, whole.errorf(writeHint(trimmed, "leave the blanks out"), "schedule %q has blanks around it", s)
	}
	open := strings.IndexByte(s, '(')
	if open < 0 {
		return nil, whole.errorf(bareHint(s), "invalid schedule expression %q", s)
	}
	word := whole.slice(0, open)
	switch word.text {
	case "at", "rate", "cron":
	default:
		return nil, word.errorf(wordHint(word.text, s[open:]), "schedule starts with %q, not with at, rate or cron", word.text)
	}
	end := strings.IndexByte(s, ')')
	if end < 0 {
		missing := token{"", len(s)}
		return nil, missing.errorf(writeHint(s+")", grammarHint), "schedule %q has no closing parenthesis", s)
	}
	if end != len(s)-1 {
		rest := whole.slice(end+1, len(s))
		return nil, rest.errorf(writeHint(s[:end+1], grammarHint), "schedule has %q after the closing parenthesis", rest.text)
	}
	body := whole.slice(open+1, end)
	switch word.text {
	case "at":
		return parseAt(body)
	case "rate":
		return parseRate(body)
	}
	return parseCron(body)
}

// Kind returns which of the three forms the expression has.
func (e *Expression) Kind() Kind { return e.kind }

// String returns the expression as it is sent to AWS: as written, but with single blanks,
// names in upper case, and rates with the unit that goes with the number. It parses to an
// equal expression.
func (e *Expression) String() string { return e.text }

// Equal reports whether the two fire at the same instants in every zone and window, however
// they are written: "cron(0 7 ? * 2-6 *)" equals "cron(0 7 ? * MON-FRI *)", and
// "rate(60 minutes)" equals "rate(1 hour)". A nil expression equals only nil.
func (e *Expression) Equal(o *Expression) bool {
	if e == nil || o == nil {
		return e == o
	}
	return e.kind == o.kind && e.at.Equal(o.at) && e.every == o.every &&
		e.anchor.Equal(o.anchor) && e.cron == o.cron
}

// WithAnchor returns the expression with a known phase: t is the creation time of the
// scheduled action, from which AWS counts a rate that has no start time. The first firing
// is one period later ([FirstOfRate]). A start time in the window goes before the anchor;
// at and cron expressions do not have a phase and are returned as they are.
func (e *Expression) WithAnchor(t time.Time) *Expression {
	if e.kind != Rate {
		return e
	}
	anchored := *e
	anchored.anchor = t
	return &anchored
}

// Anchored reports whether the firings within w can be computed. Only a rate with neither
// a start time nor an anchor cannot: AWS counts it from the creation of the action, which
// the expression does not know.
func (e *Expression) Anchored(w Window) bool {
	return e.kind != Rate || !w.Start.IsZero() || !e.anchor.IsZero()
}

// Never reports that no date satisfies the expression, such as 31 February or a year list
// and month day that do not meet. It does not depend on a window or time zone.
func (e *Expression) Never() bool {
	if e.kind != Cron {
		return false
	}
	_, ok := e.cron.next(time.Date(FirstYear, 1, 1, 0, 0, 0, 0, time.UTC))
	return !ok
}
