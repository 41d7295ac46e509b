package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Options configures a Server. The zero value is a sandbox in memory whose clock follows
// the wall clock.
type Options struct {
	// Dir keeps the state between processes; "" keeps it in memory.
	Dir string
	// LockWait is how long to wait for another process that uses Dir; 0 is ten seconds.
	LockWait time.Duration
	// Start makes the clock of a fresh sandbox stand still at this moment, so that it moves
	// only by Advance, SetTime and Tick. A state read from Dir keeps the clock it has.
	Start time.Time
	// Tick moves a standing clock at every call, for clients that poll.
	Tick time.Duration
	// Now is the wall clock; nil is time.Now.
	Now func() time.Time
	// AccountID is the caller's account; "" is 123456789012.
	AccountID string
	// Region is used for requests whose signature names none; "" is us-east-1.
	Region string
	// Latency delays every call by that much wall-clock time.
	Latency time.Duration
	// Throttle limits calls by "service:Operation", "service:*" or "*".
	Throttle map[string]Throttle
	// Timing is how long SageMaker takes for things.
	Timing Timing
	// InstanceQuota is how many instances of a type, such as "ml.g5.xlarge", all endpoints of
	// a region may use; types not named are unlimited.
	InstanceQuota map[string]int64
	// MaxTargets is the account's quota of scalable targets for each dimension; 0 is AWS's
	// default of 500, which can be raised (fact 111).
	MaxTargets int
	// Deny lists IAM actions (globs) that every caller is refused.
	Deny []string
	// Crash is called by the crash faults: os.Exit in a command, in a test something that
	// stops the client, such as cancelling its context. If it returns, or is nil, the server
	// breaks this connection and every later one, without effect, until ClearFaults.
	Crash func()
	// Logger gets one debug line for each call; nil is silent.
	Logger *slog.Logger
}

// Timing is how long, on the sandbox's clock, SageMaker takes. Zero is at once.
type Timing struct {
	Create time.Duration // endpoint Creating, component Creating
	Update time.Duration // endpoint Updating after UpdateEndpoint, component Updating
	Scale  time.Duration // Updating after a change of capacity
	Delete time.Duration // Deleting
}

// Server is the embedded AWS. It is an http.Handler and is safe for concurrent use;
// calls are carried out one at a time.
type Server struct {
	opts     Options
	services []*service
	codecs   []codec
	ops      map[string]*Operation // "service:Operation"

	mu      sync.Mutex
	state   *State
	store   *store
	log     []Entry
	seq     int64
	faults  Faults
	crashed bool
	buckets map[string]*bucket

	// pending counts the writes under way to each scalable target; it has its own lock,
	// because a call is under way while it waits for the other one.
	pendingMu sync.Mutex
	pending   map[string]int

	// nextEvent is when something next happens by itself, zero for never; it is only
	// valid while eventsKnown. dirty: the state differs from what is stored.
	nextEvent   time.Time
	eventsKnown bool
	dirty       bool
}

// New makes a server, reading the state from Options.Dir if there is one.
func New(opts Options) (*Server, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.AccountID == "" {
		opts.AccountID = "123456789012"
	}
	if opts.Region == "" {
		opts.Region = "us-east-1"
	}
	s := &Server{opts: opts, services: allServices(), codecs: codecs(), ops: map[string]*Operation{},
		buckets: map[string]*bucket{}, pending: map[string]int{}}
	for _, svc := range s.services {
		for i := range svc.operations {
			s.ops[svc.name+":"+svc.operations[i].Name] = &svc.operations[i]
		}
	}
	s.state = s.freshState()
	if opts.Dir != "" {
		st, err := openStore(opts.Dir, opts.LockWait)
		if err != nil {
			return nil, fmt.Errorf("open sandbox: %w", err)
		}
		s.store = st
		if err := s.begin(); err != nil {
			return nil, fmt.Errorf("open sandbox: %w", err)
		}
		s.dirty = s.dirty || st.fresh
		if err := s.end(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Server) freshState() *State {
	st := newState()
	if !s.opts.Start.IsZero() {
		st.Clock.Standing = true
		st.Clock.set(s.opts.Start, s.opts.Now)
	}
	return st
}

func (s *Server) setState(data []byte) error {
	st := newState()
	if err := json.Unmarshal(data, st); err != nil {
		return err
	}
	s.state, s.eventsKnown = st, false
	return nil
}

func (s *Server) newID() string {
	s.state.IDs++
	return newID(s.state.IDs)
}

// begin takes the locks and brings the state up to the present moment; end stores what
// has changed and gives the locks up.
func (s *Server) begin() error {
	s.mu.Lock()
	if s.store != nil {
		err := s.store.enter(s)
		if err == nil {
			if err = s.loadFaults(); err != nil {
				err = errors.Join(err, s.store.leave(s, false))
			}
		}
		if err != nil {
			s.mu.Unlock()
			return err
		}
	}
	s.settle()
	return nil
}

func (s *Server) end() error {
	defer s.mu.Unlock()
	save := s.dirty
	s.dirty = false
	if s.store == nil {
		return nil
	}
	var err error
	if len(s.faults.Rules) > 0 {
		err = s.saveCounters()
	}
	return errors.Join(err, s.store.leave(s, save))
}

// exclusively runs f on the up-to-date state and then whatever the clock makes happen.
func (s *Server) exclusively(f func() error) error {
	if err := s.begin(); err != nil {
		return err
	}
	err := f()
	s.changed()
	s.settle()
	return errors.Join(err, s.end())
}

// catchUp brings the state up to the present moment and to what other processes
// have written.
func (s *Server) catchUp() error {
	if err := s.begin(); err != nil {
		return err
	}
	return s.end()
}

// changed notes that the state is no longer the stored one.
func (s *Server) changed() { s.dirty, s.eventsKnown = true, false }

// Snapshot returns the state, clock included; Restore goes back to it. The call log and
// the faults are no part of it.
func (s *Server) Snapshot() ([]byte, error) {
	if err := s.catchUp(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.state)
}

// State returns a copy of the state.
func (s *Server) State() (*State, error) {
	data, err := s.Snapshot()
	if err != nil {
		return nil, err
	}
	st := newState()
	return st, json.Unmarshal(data, st)
}

// Restore replaces the state by one that Snapshot returned.
func (s *Server) Restore(snapshot []byte) error {
	return s.exclusively(func() error { return s.setState(snapshot) })
}

// Reset empties the sandbox: state, faults and call log. The clock stays where it is.
func (s *Server) Reset() error {
	err := s.exclusively(func() error {
		clock := s.state.Clock
		s.state = newState()
		s.state.Clock = clock
		return nil
	})
	return errors.Join(err, s.ClearFaults(), s.ResetLog())
}
