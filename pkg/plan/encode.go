package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/model"
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
	return p, nil
}

// check finds contradictions within a change, and brings its values to the types that
// the rest of the package uses.
func (c *Change) check() error {
	for i := range c.Fields {
		c.Fields[i].Before = plainValue(c.Fields[i].Before)
		c.Fields[i].After = plainValue(c.Fields[i].After)
	}
	wantBefore, wantAfter := true, true
	switch c.Action {
	case Create:
		wantBefore = false
	case Delete:
		wantAfter = false
	case Update, Replace, Adopt:
	default:
		return fmt.Errorf("unknown action %q", c.Action)
	}
	if (c.Before != nil) != wantBefore || (c.After != nil) != wantAfter {
		return fmt.Errorf("action %s does not go with its before and after", c.Action)
	}
	for _, o := range []*Object{c.Before, c.After} {
		if o == nil {
			continue
		}
		if err := o.check(c); err != nil {
			return err
		}
	}
	if fields := diff(c.Before, c.After); !slices.EqualFunc(fields, c.Fields, func(a, b FieldChange) bool {
		return a.Path == b.Path && sameValue(a.Before, b.Before) && sameValue(a.After, b.After)
	}) {
		return errors.New("its fields do not fit its before and after")
	}
	if fingerprint := c.LiveFingerprint(c.Before); fingerprint != c.Fingerprint {
		return errors.New("its fingerprint does not fit its before")
	}
	return nil
}

// check makes sure that an object is exactly one thing, and the thing that its change
// names.
func (o *Object) check(c *Change) error {
	var kind Kind
	var address string
	target := c.Target
	n := 0
	if o.Target != nil {
		n, kind, address, target = n+1, KindTarget, o.Target.ID.Address(), o.Target.ID
	}
	if o.Policy != nil {
		n, kind, address, target = n+1, KindPolicy, o.Policy.Address(), o.Policy.Target
		if (o.Policy.TargetTracking == nil) == (o.Policy.StepScaling == nil) {
			return errors.New("a policy has exactly one of targetTracking and stepScaling")
		}
	}
	if o.Alarm != nil {
		n, kind, address = n+1, KindAlarm, o.Alarm.Address()
		if o == c.After {
			target = o.Alarm.Target
		}
	}
	if o.ScheduledAction != nil {
		n, kind, address, target = n+1, KindScheduledAction, o.ScheduledAction.Address(), o.ScheduledAction.Target
	}
	switch {
	case n != 1:
		return errors.New("an object is exactly one kind of thing")
	case kind != c.Kind || address != c.Address || target != c.Target:
		return fmt.Errorf("it holds %s %s", kind, address)
	case c.Target != (model.TargetID{}) && !slices.Contains(model.Dimensions(), c.Target.Dimension):
		return fmt.Errorf("unknown dimension %q", c.Target.Dimension)
	}
	return nil
}

// checkGuards makes sure that the summary of guards names every guard that a change
// carries, since the summary is what consent is asked for.
func (p *Plan) checkGuards() error {
	tripped := p.Tripped()
	for i := range p.Changes {
		for _, g := range p.Changes[i].Guards {
			if !slices.Contains(tripped, g) {
				return fmt.Errorf("change %d (%s) carries guard %q, which the plan does not list as tripped", i+1, p.Changes[i].Address, g)
			}
		}
	}
	return nil
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
