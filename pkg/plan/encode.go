package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxEncodedSize is the largest plan file that Decode reads, in bytes. A plan of 5,000
// changes takes about a twentieth of it.
const MaxEncodedSize = 256 << 20

// Encode returns the JSON form of a plan: indented, with a final newline, the same
// bytes for the same plan.
func Encode(p *Plan) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("encode plan: %w", err)
	}
	return b.Bytes(), nil
}

// FormatError reports a plan file that cannot be used.
type FormatError struct{ Problem string }

func (e *FormatError) Error() string { return "plan file: " + e.Problem }

func formatErrorf(format string, args ...any) error {
	return &FormatError{fmt.Sprintf(format, args...)}
}

// Decode reads the JSON form of a plan and checks that it is whole and means what it
// shows: a known version, a digest that fits, and for every change the same fields that
// a comparison of its two objects gives. A plan file is data from a stranger; what a
// reviewer read in it must be what an apply carries out. Every error is a *FormatError.
func Decode(data []byte) (*Plan, error) {
	if len(data) > MaxEncodedSize {
		return nil, formatErrorf("is %d bytes long, more than %d", len(data), MaxEncodedSize)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	p := new(Plan)
	if err := dec.Decode(p); err != nil {
		return nil, formatErrorf("is not a plan: %v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, formatErrorf("has something after the plan")
	}
	major, _, _ := strings.Cut(p.FormatVersion, ".")
	if want, _, _ := strings.Cut(FormatVersion, "."); major != want {
		return nil, formatErrorf("has formatVersion %q; this scalectl reads %s.x", p.FormatVersion, want)
	}
	if p.Stack == "" || p.Account == "" || p.Region == "" {
		return nil, formatErrorf("does not say which stack, account and region it is for")
	}
	for i := range p.Changes {
		if err := p.Changes[i].check(); err != nil {
			return nil, formatErrorf("change %d (%s): %v", i+1, p.Changes[i].Address, err)
		}
	}
	if p.Digest != p.digest() {
		return nil, formatErrorf("its digest %q does not fit its contents: it was edited or cut", p.Digest)
	}
	if err := p.checkGuards(); err != nil {
		return nil, formatErrorf("%v", err)
	}
	if err := p.checkOrder(); err != nil {
		return nil, formatErrorf("%v", err)
	}
	return p, nil
}

// plainValue turns the []any that JSON gives back into the []string it was.
func plainValue(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := make([]string, 0, len(list))
	for _, item := range list {
		s, ok := item.(string)
		if !ok {
			return v
		}
		out = append(out, s)
	}
	return out
}
