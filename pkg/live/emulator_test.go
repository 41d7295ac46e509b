package live_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

// An emulator that does not keep the tags of scalable targets leaves them unknown, which
// is asked once and is not the same as none. AWS itself is never excused.
func TestEmulatorWithoutTags(t *testing.T) {
	for _, tc := range []struct {
		why    string
		custom bool
		answer func(http.ResponseWriter)
		ok     bool
	}{
		{"moto: a bare HTTP 500", true, func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte("<!doctype html>"))
		}, true},
		{"HTTP 501", true, func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotImplemented) }, true},
		{"a code", true, func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"__type":"UnknownOperationException"}`))
		}, true},
		{"a bare HTTP 500 of AWS", false, func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte("<!doctype html>"))
		}, false},
		{"a failure with a request id", true, func(w http.ResponseWriter) {
			w.Header().Set("X-Amzn-Requestid", "1")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte("<!doctype html>"))
		}, false},
		{"a proxy's failure", true, func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte("<!doctype html>"))
		}, false},
	} {
		t.Run(tc.why, func(t *testing.T) {
			server := newSandbox(t, sandbox.Options{}, fleet)
			var asked atomic.Int32
			cfg := config(server)
			cfg.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				if r.Header.Get("X-Amz-Target") != "AnyScaleFrontendService.ListTagsForResource" {
					return server.Transport().RoundTrip(r)
				}
				asked.Add(1)
				w := httptest.NewRecorder()
				tc.answer(w)
				return w.Result(), nil
			})}
			if tc.custom {
				cfg.BaseEndpoint = aws.String("http://127.0.0.1:5000")
			}
			clients := live.NewClients(cfg, live.ClientOptions{MaxBackoff: time.Microsecond})
			got, err := (&live.Reader{Clients: clients, Parallelism: 1}).Read(t.Context(), wanted())
			if !tc.ok {
				if live.Classify(err) != live.Unavailable {
					t.Errorf("%v is %s, want unavailable", err, live.Classify(err))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !got.Targets[web].TagsUnknown || got.Targets[web].Tags != nil {
				t.Errorf("tags %v, unknown %v", got.Targets[web].Tags, got.Targets[web].TagsUnknown)
			}
			if asked.Load() != 1 {
				t.Errorf("asked %d times", asked.Load())
			}
		})
	}
}

// What else an emulator lacks is an error that says so, at once.
func TestEmulatorWithoutAnOperation(t *testing.T) {
	cfg := config(newSandbox(t, sandbox.Options{}, fleet))
	asked := 0
	cfg.BaseEndpoint = aws.String("http://127.0.0.1:5000")
	cfg.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		asked++
		w := httptest.NewRecorder()
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.WriteString("<!doctype html>")
		return w.Result(), nil
	})}
	_, err := live.NewClients(cfg, live.ClientOptions{}).ReadTarget(t.Context(), web)
	var lacking *live.NotOfferedError
	if !errors.As(err, &lacking) || asked != 1 || live.Classify(err) != live.Unavailable {
		t.Errorf("asked %d times, error %v", asked, err)
	}
	if want := "the server at http://127.0.0.1:5000 does not offer DescribeScalableTargets"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}
