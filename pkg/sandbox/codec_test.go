package sandbox

import (
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/google/go-cmp/cmp"
)

// Every value that a Map allows, at the borders of CBOR's argument sizes, is read back by a
// decoder that somebody else wrote. https://www.rfc-editor.org/rfc/rfc8949.html
func TestAppendCBOR(t *testing.T) {
	in := Map{"null": nil, "true": true, "false": false, "float": 0.1, "time": time.UnixMilli(1772438400123).UTC(), "blob": []byte{0, 255},
		"map": Map{}, "list": []any{"", strings.Repeat("é", 200), strings.Repeat("x", 70000)}}
	var ints []any
	for _, n := range []int64{0, 23, 24, math.MaxUint8, math.MaxUint8 + 1, math.MaxUint16, math.MaxUint16 + 1, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64} {
		ints = append(ints, n, -n, -1-n)
	}
	in["ints"] = ints
	data := appendCBOR(nil, in)
	v, err := cbor.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fromCBOR(v)
	if err != nil {
		t.Fatal(err)
	}
	want := in.Clone()
	delete(want, "null") // absent and null are the same
	if d := cmp.Diff(any(want), got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(data, appendCBOR(nil, in.Clone())); d != "" {
		t.Error("the bytes follow the order of the map")
	}
	// What encoders write and appendCBOR does not: half and single floats, null, undefined,
	// indefinite lengths, timestamps in whole seconds.
	for text, want := range map[string]any{"\xf9\x3c\x00": 1.0, "\xfa\x3f\x80\x00\x00": 1.0, "\xf6": nil, "\xf7": nil, "\x9f\x01\xff": []any{int64(1)},
		"\x7faaab\xff": "ab", "\xc1\x1a\x69\xa5\x42\x80": time.Unix(1772438144, 0).UTC()} {
		v, err := cbor.Decode([]byte(text))
		if err != nil {
			t.Fatalf("%x: %v", text, err)
		}
		if got, err := fromCBOR(v); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%x: %v, %v; want %v", text, got, err, want)
		}
	}
}

// Maps have entries in the query protocol, an empty parameter is an empty list where the
// shape is a list, and other parameters of the same prefix do no harm.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
func TestQueryForm(t *testing.T) {
	op := &Operation{Name: "Op", input: Struct(Opt("M", MapOf(Str())), Opt("L", ListOf(Struct(Opt("A", Str())))), Opt("E", ListOf(Str())), Opt("S", Str()))}
	form := url.Values{"M.entry.1.key": {"k"}, "M.entry.1.value": {"v"}, "L.member.1.A": {"x"}, "E": {""}, "S": {""}, "S.more": {"y"}, "Unknown.member.1": {"z"}}
	r, err := http.NewRequest(http.MethodPost, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := queryCodec{}.decode(op, r, []byte(form.Encode()))
	want := Map{"M": Map{"k": "v"}, "L": []any{Map{"A": "x"}}, "E": []any{}, "S": ""}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	if _, err := (queryCodec{}).decode(op, r, []byte("M.entry.1.key=k")); err == nil {
		t.Error("an entry without value was accepted")
	}
}
