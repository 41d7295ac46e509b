package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

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
