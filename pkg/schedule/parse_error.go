package schedule

import "fmt"

// ParseError says what is wrong with a schedule expression or a time zone name, and where.
type ParseError struct {
	Offset, Length int    // the offending bytes within the text; Length 0 marks a place where something is missing
	Msg            string // lower case, quotes the offending value
	Hint           string // a way out, such as the corrected text; may be empty
}

// Error returns the message and, where there is one, the way out.
func (e *ParseError) Error() string {
	if e.Hint == "" {
		return e.Msg
	}
	return e.Msg + "; " + e.Hint
}

// token is a piece of the text with its byte offset, so that errors can point at it.
type token struct {
	text string
	at   int
}

// slice returns the bytes from i to j of the token as a token of its own.
func (t token) slice(i, j int) token { return token{t.text[i:j], t.at + i} }

// errorf makes an error that points at the whole token.
func (t token) errorf(hint, format string, args ...any) *ParseError {
	return &ParseError{Offset: t.at, Length: len(t.text), Msg: fmt.Sprintf(format, args...), Hint: hint}
}
