package sandbox

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// The protocols of FuzzWire.
const (
	fuzzJSON = iota
	fuzzCBOR
	fuzzQuery
	fuzzProtocols
)

// FuzzWire sends any bytes as the body of any operation, or of one that does not exist, in
// each protocol. Nothing panics,
// no request is answered with an error of the server, every reply can be read in its
// protocol, and the sandbox stays usable.
func FuzzWire(f *testing.F) {
	doc, err := os.ReadFile("testdata/seed.yaml")
	if err != nil {
		f.Fatal(err)
	}
	s, err := New(Options{Start: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Seed("us-east-1", doc); err != nil {
		f.Fatal(err)
	}
	fresh, err := s.Snapshot()
	if err != nil {
		f.Fatal(err)
	}
	operations := Operations()
	for i, op := range operations {
		body := asMap(plainValue(op.input, ""))
		f.Add(byte(fuzzJSON), byte(i), appendJSON(nil, body))
		f.Add(byte(fuzzCBOR), byte(i), appendCBOR(nil, body))
		f.Add(byte(fuzzQuery), byte(i), []byte(flatten(url.Values{}, "", body).Encode()))
	}
	alarm := byte(slices.IndexFunc(operations, func(op Operation) bool { return op.Name == "PutMetricAlarm" }))
	for _, body := range []string{
		strings.Repeat("\x81", 60_000), strings.Repeat("\xa1\x61a", 20_000), // deep
		"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "\xbb\x7f\xff\xff\xff\xff\xff\xff\xff", "\x7b\x7f\xff\xff\xff\xff\xff\xff\xff", // long
		"\xbf", "\xa1\x61a\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00", "\xc1\xf9\x7e\x00", // without an end, not a number
	} {
		f.Add(byte(fuzzCBOR), alarm, []byte(body))
	}
	f.Add(byte(fuzzJSON), byte(0), []byte(strings.Repeat(`{"a":`, 10_000)))
	f.Add(byte(fuzzJSON), byte(0), []byte(`{"MinCapacity":1e999,"MaxCapacity":-0,"ResourceId":"\ud800"}`))
	f.Add(byte(fuzzQuery), alarm, []byte(strings.Repeat("a.", 30_000)+"=1"))
	f.Add(byte(fuzzQuery), alarm, []byte("AlarmNames.member.99999999999=a&AlarmNames.member.1=b&AlarmNames=%zz"))
	f.Fuzz(func(t *testing.T, protocol, number byte, body []byte) {
		if len(body) > 1<<16 {
			return
		}
		op := Operation{Name: "Nothing", svc: s.services[int(number)%len(s.services)]}
		if int(number) < len(operations) {
			op = operations[number]
		}
		if err := errors.Join(s.Restore(fresh), s.ResetLog()); err != nil {
			t.Fatal(err)
		}
		protocol %= fuzzProtocols
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, fuzzRequest(protocol, op, body))
		if rec.Code >= 500 || rec.Code < 200 {
			t.Errorf("status %d: %s", rec.Code, rec.Body)
		}
		if err := readable(protocol, rec); err != nil {
			t.Errorf("status %d, a reply that cannot be read: %v\n%q", rec.Code, err, rec.Body)
		}
		if err := s.Advance(2 * time.Hour); err != nil {
			t.Errorf("advance: %v", err)
		}
		if _, err := s.State(); err != nil {
			t.Errorf("state: %v", err)
		}
		if log, err := s.Log(); err != nil || len(log) > 1 {
			t.Errorf("%d lines of log: %v", len(log), err)
		} else if _, err := json.Marshal(log); err != nil {
			t.Errorf("the log cannot be written: %v", err)
		}
	})
}

// fuzzRequest makes the request of a client that speaks the protocol.
func fuzzRequest(protocol byte, op Operation, body []byte) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	switch protocol {
	case fuzzJSON:
		r.Header.Set("X-Amz-Target", op.svc.targetPrefix+"."+op.Name)
	case fuzzCBOR:
		r.URL.Path = "/service/" + op.svc.targetPrefix + "/operation/" + op.Name
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
	case fuzzQuery:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		form := url.Values{"Action": {op.Name}, "Version": {op.svc.version}}.Encode()
		body = []byte(form + "&" + string(body))
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	return r
}

// readable reads a reply as its protocol says. What no protocol recognises is answered in
// plain text.
func readable(protocol byte, rec *httptest.ResponseRecorder) error {
	body := rec.Body.Bytes()
	switch {
	case strings.HasPrefix(rec.Body.String(), "the sandbox does not know this kind of request"):
		return nil
	case protocol == fuzzJSON:
		var v any
		return json.Unmarshal(body, &v)
	case protocol == fuzzCBOR && len(body) == 0 && rec.Code == http.StatusOK:
		return nil // an operation without an output has no body
	case protocol == fuzzCBOR:
		_, err := cbor.Decode(body)
		return err
	}
	for dec := xml.NewDecoder(strings.NewReader(string(body))); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// flatten writes a value as the parameters of the query protocol.
func flatten(form url.Values, name string, v any) url.Values {
	join := func(part string) string { return strings.TrimPrefix(name+"."+part, ".") }
	switch v := v.(type) {
	case Map:
		for _, k := range sortedKeys(v) {
			flatten(form, join(k), v[k])
		}
	case []any:
		for i, x := range v {
			flatten(form, join("member."+strconv.Itoa(i+1)), x)
		}
	default:
		form.Set(name, strings.Trim(string(appendJSON(nil, v)), `"`))
	}
	return form
}
