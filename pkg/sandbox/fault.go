package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Faults is what to inject, as a Go value, as faults.json in the state directory, and as
// the body of POST /_sandbox/faults.
type Faults struct {
	Rules []Fault `json:"rules,omitempty"`
	// Deny lists IAM actions, with globs, that every caller is refused, such as
	// "application-autoscaling:PutScalingPolicy" or "sagemaker:*".
	Deny []string `json:"deny,omitempty"`
}

// Fault is one rule: which calls, and what happens to them. The first rule that applies to
// a call wins.
type Fault struct {
	// Which calls. Globs as in path.Match; empty matches everything.
	Service   string `json:"service,omitempty"`
	Operation string `json:"operation,omitempty"`
	Resource  string `json:"resource,omitempty"` // a "*" in it also matches slashes
	Mutating  bool   `json:"mutating,omitempty"` // only mutating calls count
	// Nth is the first matching call affected, from 1; 0 is 1. Times is how many from there
	// on; 0 is 1, and -1 is all.
	Nth   int `json:"nth,omitempty"`
	Times int `json:"times,omitempty"`

	// What happens.
	Effect Effect `json:"effect"`
	// For EffectError: code and message, and the status (400 if 0).
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Status  int    `json:"status,omitempty"`
	// Delay before anything else; with EffectDelay that is all.
	Delay Duration `json:"delay,omitempty"`

	seen int // matching calls so far
}

// Effect is what a fault does.
type Effect string

const (
	EffectError        Effect = "error"        // refuse with Code, Message, Status; no effect
	EffectThrottle     Effect = "throttle"     // ThrottlingException, Rate exceeded; no effect
	EffectThrottleAll  Effect = "throttleAll"  // the same for every matching call from Nth on
	EffectServerError  Effect = "serverError"  // HTTP 500 InternalServiceException (or Status); no effect
	EffectReset        Effect = "reset"        // the connection breaks before the call; no effect
	EffectLostReply    Effect = "lostReply"    // the call is carried out, then the connection breaks
	EffectLostReply5xx Effect = "lostReply5xx" // the call is carried out, then HTTP 500
	EffectGarbled      Effect = "garbledReply" // the call is carried out, the reply is not parseable
	EffectDelay        Effect = "delay"        // only Delay
	EffectCrashBefore  Effect = "crashBefore"  // Options.Crash before the call
	EffectCrashAfter   Effect = "crashAfter"   // Options.Crash after the call
)

var effects = []Effect{EffectError, EffectThrottle, EffectThrottleAll, EffectServerError, EffectReset,
	EffectLostReply, EffectLostReply5xx, EffectGarbled, EffectDelay, EffectCrashBefore, EffectCrashAfter}

// Duration is a time.Duration that JSON spells "1m30s".
type Duration time.Duration

// MarshalText writes "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads "1m30s".
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

const (
	faultsFile   = "faults.json"
	countersFile = "fault-counters.json"
)

// ParseFaults reads the JSON form; unknown keys and effects are errors.
func ParseFaults(data []byte) (Faults, error) {
	var f Faults
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return Faults{}, fmt.Errorf("faults: %w", err)
	}
	return f, f.validate()
}

func (f Faults) validate() error {
	for i, r := range f.Rules {
		if !slices.Contains(effects, r.Effect) {
			return fmt.Errorf("faults: rule %d: unknown effect %q; one of %v", i+1, r.Effect, effects)
		}
		if r.Effect == EffectError && r.Code == "" {
			return fmt.Errorf("faults: rule %d: effect error needs a code", i+1)
		}
		for _, glob := range []string{r.Service, r.Operation} {
			if _, err := path.Match(glob, ""); err != nil {
				return fmt.Errorf("faults: rule %d: %q: %w", i+1, glob, err)
			}
		}
	}
	return nil
}

// SetFaults replaces all faults; counting starts anew. With a directory they are also
// written to faults.json there, and hold for other processes.
func (s *Server) SetFaults(f Faults) error {
	if err := f.validate(); err != nil {
		return err
	}
	return s.exclusively(func() error {
		s.faults, s.crashed = f, false
		s.faults.Rules = append([]Fault(nil), f.Rules...)
		for i := range s.faults.Rules {
			s.faults.Rules[i].seen = 0
		}
		if s.store == nil {
			return nil
		}
		data, err := json.MarshalIndent(f, "", "  ")
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(s.store.dir, faultsFile), append(data, '\n')); err != nil {
			return err
		}
		return s.saveCounters()
	})
}

// Inject adds a rule after those already there.
func (s *Server) Inject(rule Fault) error {
	s.mu.Lock()
	f := s.faults
	s.mu.Unlock()
	f.Rules = append(append([]Fault(nil), f.Rules...), rule)
	return s.SetFaults(f)
}

// ClearFaults removes all faults, and lets a crashed client's successor through.
func (s *Server) ClearFaults() error { return s.SetFaults(Faults{}) }

// counters is how far each rule has counted, for the next process on the directory. Text
// is the faults.json they belong to: an edited file counts anew.
type counters struct {
	Text string
	Seen []int
}

func (s *Server) saveCounters() error {
	text, err := os.ReadFile(filepath.Join(s.store.dir, faultsFile))
	if err != nil {
		return nil //nolint:nilerr // no file, nothing to count
	}
	c := counters{Text: string(text)}
	for _, r := range s.faults.Rules {
		c.Seen = append(c.Seen, r.seen)
	}
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(s.store.dir, countersFile), data)
}

// loadFaults reads faults.json, which people also write by hand, and the counters.
func (s *Server) loadFaults() error {
	text, err := os.ReadFile(filepath.Join(s.store.dir, faultsFile))
	if err != nil {
		if os.IsNotExist(err) {
			s.faults = Faults{}
			return nil
		}
		return err
	}
	f, err := ParseFaults(text)
	if err != nil {
		return fmt.Errorf("%s: %w", faultsFile, err)
	}
	var c counters
	if data, err := os.ReadFile(filepath.Join(s.store.dir, countersFile)); err == nil {
		if json.Unmarshal(data, &c) == nil && c.Text == string(text) && len(c.Seen) == len(f.Rules) {
			for i := range f.Rules {
				f.Rules[i].seen = c.Seen[i]
			}
		}
	}
	s.faults = f
	return nil
}

// fault counts a call against the rules and returns the one that strikes, or nil.
func (s *Server) fault(op *Operation, resource string) *Fault {
	var hit *Fault
	for i := range s.faults.Rules {
		r := &s.faults.Rules[i]
		if r.Mutating && !op.Mutating || !glob(r.Service, op.Service) || !glob(r.Operation, op.Name) ||
			!wildcard(r.Resource, resource) {
			continue
		}
		r.seen++
		first, times := max(r.Nth, 1), r.Times
		if times == 0 {
			times = 1
		}
		if r.Effect == EffectThrottleAll {
			times = -1
		}
		if hit == nil && r.seen >= first && (times < 0 || r.seen < first+times) {
			hit = r
		}
	}
	return hit
}

// denied reports whether an IAM action, such as "sagemaker:DescribeEndpoint", is refused.
func (s *Server) denied(action string) bool {
	match := func(pattern string) bool { return glob(pattern, action) }
	return slices.ContainsFunc(s.opts.Deny, match) || slices.ContainsFunc(s.faults.Deny, match)
}

func glob(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	ok, err := path.Match(pattern, s)
	return err == nil && ok
}

// wildcard is glob for resource ids, where "*" crosses slashes.
func wildcard(pattern, s string) bool {
	return pattern == "" || glob(strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(s, "/", "\x00"))
}
