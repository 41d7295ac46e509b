package sandbox

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// Whatever a client sends, the sandbox answers and does not fall over: every member of
// every JSON operation is set to odd values, alone and deep inside a valid structure.
func TestOddInput(t *testing.T) {
	s, err := New(Options{Start: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("testdata/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Seed("us-east-1", doc); err != nil {
		t.Fatal(err)
	}
	odd := []any{nil, "", "x", "ä\n", strings.Repeat("y", 3000), int64(0), int64(-1), int64(1 << 40), 1e300, true, []any{}, []any{nil},
		[]any{int64(1)}, []any{[]any{}}, Map{}, Map{"a": nil}, Map{"a": Map{}}}
	calls := 0
	for _, svc := range s.services {
		if svc.jsonVersion == "" {
			continue
		}
		for _, op := range svc.operations {
			for _, body := range mutants(op.input, odd) {
				r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(appendJSON(nil, body))))
				r.Header.Set("X-Amz-Target", svc.targetPrefix+"."+op.Name)
				rec := httptest.NewRecorder()
				s.ServeHTTP(rec, r)
				if rec.Code >= 500 {
					t.Errorf("%s %s: %d %s", op.Name, appendJSON(nil, body), rec.Code, rec.Body)
				}
				calls++
			}
		}
	}
	if err := s.Advance(24 * time.Hour); err != nil {
		t.Error(err)
	}
	if _, err := s.State(); err != nil {
		t.Error(err)
	}
	t.Logf("%d calls", calls)
}

// mutants are the plain value of a structure with one member odd at a time.
func mutants(shape *Shape, odd []any) []any {
	var out []any
	if shape.kind != kindStruct {
		return odd
	}
	for _, f := range shape.fields {
		inner := odd
		switch {
		case f.Shape.kind == kindStruct:
			inner = append(mutants(f.Shape, odd), odd...)
		case f.Shape.kind == kindList && f.Shape.elem.kind == kindStruct:
			inner = nil
			for _, m := range mutants(f.Shape.elem, odd) {
				inner = append(inner, []any{m})
			}
		}
		for _, v := range inner {
			m := asMap(plainValue(shape, "")).Clone()
			m[f.Name] = v
			out = append(out, m)
		}
	}
	return out
}

// plainValue is something valid, or nearly so, for a shape.
func plainValue(s *Shape, name string) any {
	switch s.kind {
	case kindString:
		switch {
		case name == "ResourceId":
			return "endpoint/my-endpoint/variant/my-variant"
		case name == "ScalableDimension":
			return dimensionInstances
		case name == "ServiceNamespace":
			return "sagemaker"
		case len(s.enum) > 0:
			return s.enum[0]
		}
		return "my-endpoint"
	case kindInt:
		return int64(1)
	case kindFloat:
		return 1.0
	case kindBool:
		return true
	case kindTime:
		return int64(1900000000)
	case kindList:
		return []any{plainValue(s.elem, name)}
	case kindMap:
		return Map{"a": plainValue(s.elem, name)}
	case kindStruct:
		m := Map{}
		for _, f := range s.fields {
			if f.Required {
				m[f.Name] = plainValue(f.Shape, f.Name)
			}
		}
		return m
	}
	return Map{}
}
