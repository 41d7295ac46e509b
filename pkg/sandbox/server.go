package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"syscall"
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

// reply is what goes back to the caller. If broken is set, nothing goes back at all.
type reply struct {
	status int
	wire
	broken error
}

// errReset is what a client sees of a broken connection.
var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// ErrCrashed is what the transport returns after a crash fault.
var ErrCrashed = errors.New("sandbox: the client has crashed (injected fault)")

// ServeHTTP answers AWS calls on every path but those under /_sandbox/, which is the
// control plane.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_sandbox/") {
		s.serveControl(w, r)
		return
	}
	rep := s.serve(r)
	if rep.broken != nil {
		panic(http.ErrAbortHandler)
	}
	for k, v := range rep.header {
		w.Header()[k] = v
	}
	w.WriteHeader(rep.status)
	_, _ = w.Write(rep.body)
}

// Transport returns a client transport that calls the server without a socket.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Server }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	rep := t.s.serve(r)
	if rep.broken != nil {
		return nil, rep.broken
	}
	if err := r.Context().Err(); err != nil {
		return nil, err // given up meanwhile: the caller does not see the reply
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", rep.status, http.StatusText(rep.status)), StatusCode: rep.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: rep.header,
		Body: io.NopCloser(strings.NewReader(string(rep.body))), ContentLength: int64(len(rep.body)), Request: r,
	}, nil
}

// HTTPClient returns a client over Transport, for aws.Config.HTTPClient.
func (s *Server) HTTPClient() *http.Client { return &http.Client{Transport: s.Transport()} }

var credentialScope = regexp.MustCompile(`Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request`)

// request is a call on its way through the server.
type request struct {
	codec     codec
	svc       *service
	op        *Operation
	in        Map
	refusal   *Error // found before the handler: unknown operation, malformed or invalid input
	region    string
	accessKey string
	entry     Entry
}

// serve carries out one call: decode, wait, faults, checks, handler, log.
func (s *Server) serve(r *http.Request) reply {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return reply{broken: err}
		}
	}
	q := s.decode(r, body)
	if q == nil {
		return reply{status: http.StatusNotFound, wire: wire{body: []byte("the sandbox does not know this kind of request\n")}}
	}
	defer s.underWay(q)()
	if !sleep(r.Context(), s.opts.Latency) {
		return reply{broken: r.Context().Err()}
	}
	if err := s.begin(); err != nil {
		return internal(q, err)
	}
	if s.state.Clock.Standing && s.opts.Tick > 0 {
		s.state.Clock.At = s.state.Clock.At.Add(s.opts.Tick)
		s.dirty = true
		s.settle()
	}
	if s.crashed {
		err := s.end()
		return reply{broken: errors.Join(ErrCrashed, err)}
	}
	var f *Fault
	if q.op != nil {
		if hit := s.fault(q.op, q.entry.Resource); hit != nil {
			c := *hit
			f = &c
		}
	}
	if f != nil && f.Delay > 0 {
		if err := s.end(); err != nil {
			return internal(q, err)
		}
		if !sleep(r.Context(), time.Duration(f.Delay)) {
			return reply{broken: r.Context().Err()}
		}
		if err := s.begin(); err != nil {
			return internal(q, err)
		}
	}
	rep, crash := s.carryOut(q, f)
	s.crashed = s.crashed || crash
	if err := s.end(); err != nil {
		return internal(q, err)
	}
	if crash && s.opts.Crash != nil {
		s.opts.Crash()
	}
	return rep
}

// decode finds codec and operation and checks the input; nil if no protocol fits.
func (s *Server) decode(r *http.Request, body []byte) *request {
	q := &request{region: s.opts.Region}
	if m := credentialScope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		q.accessKey, q.region = m[1], m[2]
	}
	var name string
	for _, c := range s.codecs {
		svc, op, ok := c.route(s.services, r, body)
		if ok {
			q.codec, q.svc, name = c, svc, op
			break
		}
	}
	if q.codec == nil {
		return nil
	}
	q.entry = Entry{Region: q.region, AccessKeyID: q.accessKey, Operation: name}
	if q.svc != nil {
		q.entry.Service = q.svc.name
		q.op = s.ops[q.svc.name+":"+name]
	}
	if q.op == nil {
		q.refusal = &Error{Code: "UnknownOperationException", Status: http.StatusNotFound,
			Message: fmt.Sprintf("the sandbox does not imitate operation %q", name)}
		return q
	}
	q.entry.Mutating = q.op.Mutating
	in, err := q.codec.decode(q.op, r, body)
	if err != nil {
		q.refusal = failf("SerializationException", "%s", err)
		return q
	}
	if _, isJSON := q.codec.(jsonCodec); isJSON && json.Valid(body) {
		q.entry.Input = body
	} else {
		q.entry.Input = appendJSON(nil, in)
	}
	var v violations
	checked, err := q.op.input.check(in, "", &v)
	switch {
	case err != nil:
		q.refusal = failf("SerializationException", "%s", err)
	case v.message() != "":
		q.refusal = failf(q.svc.validationCode, "%s", v.message())
		q.refusal.QueryCode = q.svc.validationQueryCode
		q.in = asMap(checked)
	default:
		q.in = asMap(checked)
	}
	if q.op.resource != nil && q.in != nil {
		q.entry.Resource = q.op.resource(q.in)
	}
	return q
}

// underWay counts a write to a scalable target until the returned function is called. A
// write that begins while another one to the same target is under way is refused (fact 57).
func (s *Server) underWay(q *request) func() {
	if q.op == nil || !q.op.exclusive || q.refusal != nil {
		return func() {}
	}
	key := q.region + "\n" + targetKey(q.in.Str("ServiceNamespace"), q.in.Str("ResourceId"), q.in.Str("ScalableDimension"))
	s.pendingMu.Lock()
	defer s.pendingMu.Unlock()
	if s.pending[key]++; s.pending[key] > 1 {
		// Status: UNSURE fact 9.
		q.refusal = failf("ConcurrentUpdateException", "You already have a pending update to an Auto Scaling resource.")
	}
	return func() {
		s.pendingMu.Lock()
		defer s.pendingMu.Unlock()
		if s.pending[key]--; s.pending[key] == 0 {
			delete(s.pending, key)
		}
	}
}

// carryOut runs the call with its fault, writes the log, and says whether to crash.
func (s *Server) carryOut(q *request, f *Fault) (rep reply, crash bool) {
	s.seq++
	e := &q.entry
	e.Seq, e.Time = s.seq, s.state.Clock.now(s.opts.Now)
	e.RequestID = fmt.Sprintf("00000000-0000-4000-a000-%012d", s.seq)
	if f != nil {
		e.Fault = string(f.Effect)
	}
	defer func() {
		e.Status = rep.status
		if err := s.record(*e); err != nil {
			rep = internal(q, err)
		}
		if l := s.opts.Logger; l != nil {
			l.Debug("sandbox call", "seq", e.Seq, "service", e.Service, "operation", e.Operation,
				"resource", e.Resource, "status", e.Status, "error", e.Error, "fault", e.Fault)
		}
	}()
	refuse := func(err *Error) reply {
		e.Error = err.Code
		if err.Status == 0 {
			err.Status = http.StatusBadRequest
		}
		return reply{status: err.Status, wire: q.codec.encodeError(q.svc, e.RequestID, err)}
	}

	if f != nil {
		switch f.Effect {
		case EffectCrashBefore:
			return reply{broken: ErrCrashed}, true
		case EffectReset:
			return reply{broken: errReset}, false
		case EffectError:
			return refuse(&Error{Code: f.Code, Message: f.Message, Status: f.Status}), false
		case EffectThrottle, EffectThrottleAll:
			return refuse(throttled()), false
		case EffectServerError:
			return refuse(serverError(f.Status)), false
		}
	}
	if q.op == nil {
		return refuse(q.refusal), false
	}
	if !s.allow(q.op, s.opts.Now()) {
		return refuse(throttled()), false
	}
	if s.denied(q.op.Service + ":" + q.op.Name) {
		return refuse(s.accessDenied(q)), false
	}
	if q.refusal != nil {
		return refuse(q.refusal), false
	}
	out, err := q.op.handle(&Call{In: q.in, Now: e.Time, Region: s.state.region(q.region), RegionName: q.region,
		AccountID: s.opts.AccountID, AccessKeyID: q.accessKey, RequestID: e.RequestID, Op: q.op, server: s})
	if err != nil {
		var refusal *Error
		if !errors.As(err, &refusal) {
			refusal = serverError(0)
			refusal.Message = err.Error()
		}
		rep = refuse(refusal)
	} else {
		if q.op.Mutating {
			e.Effect = true
			s.changed()
			s.settle()
		}
		rep = reply{status: http.StatusOK, wire: q.codec.encode(q.op, e.RequestID, out)}
	}
	if f != nil {
		switch f.Effect {
		case EffectCrashAfter:
			return reply{broken: ErrCrashed}, true
		case EffectLostReply:
			return reply{broken: errReset}, false
		case EffectLostReply5xx:
			return refuse(serverError(f.Status)), false
		case EffectGarbled:
			rep.body = []byte("\x00<<garbled>>" + string(rep.body[:len(rep.body)/2]))
		}
	}
	return rep, false
}

func throttled() *Error {
	return &Error{Code: "ThrottlingException", QueryCode: "Throttling", Message: "Rate exceeded", Status: http.StatusBadRequest}
}

func serverError(status int) *Error {
	if status == 0 {
		status = http.StatusInternalServerError
	}
	return &Error{Code: "InternalServiceException", QueryCode: "InternalFailure", Status: status,
		Message: "An internal service error has occurred."}
}

func (s *Server) accessDenied(q *request) *Error {
	code, status := q.svc.accessDenied, q.svc.deniedStatus
	if code == "" {
		code = "AccessDeniedException"
	}
	if status == 0 {
		status = http.StatusBadRequest
	}
	action := q.op.Service + ":" + q.op.Name
	resource := q.entry.Resource
	if resource == "" {
		resource = "*"
	}
	return &Error{Code: code, Status: status, Message: fmt.Sprintf(
		"User: arn:aws:iam::%s:user/sandbox is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		s.opts.AccountID, action, resource, action)}
}

func internal(q *request, err error) reply {
	e := serverError(0)
	e.Message = "sandbox: " + err.Error()
	return reply{status: e.Status, wire: q.codec.encodeError(q.svc, "", e)}
}

func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
