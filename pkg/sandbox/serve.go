package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"
)

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
