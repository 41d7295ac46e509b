package sandbox

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Map is the one form in which inputs and outputs travel between the wire protocols
// and the handlers. Its values are string, bool, int64, float64, time.Time, []byte,
// []any, Map and nil, nothing else; Shape.check brings every input into that form.
//
// The accessors return the zero value for an absent member; those ending in OK say
// whether it was there, which matters because AWS keeps what an update leaves out.
type Map map[string]any

// Has reports whether the member was sent and is not null.
func (m Map) Has(name string) bool { return m[name] != nil }

// Str returns a string member.
func (m Map) Str(name string) string { s, _ := m[name].(string); return s }

// StrOK returns a string member and whether it is there.
func (m Map) StrOK(name string) (string, bool) { s, ok := m[name].(string); return s, ok }

// Int returns an integer member.
func (m Map) Int(name string) int64 { n, _ := m.IntOK(name); return n }

// IntOK returns an integer member and whether it is there.
func (m Map) IntOK(name string) (int64, bool) {
	switch v := m[name].(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case float64:
		return int64(v), true
	}
	return 0, false
}

// Float returns a number.
func (m Map) Float(name string) float64 { f, _ := m.FloatOK(name); return f }

// FloatOK returns a number and whether it is there.
func (m Map) FloatOK(name string) (float64, bool) {
	switch v := m[name].(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	}
	return 0, false
}

// Bool returns a boolean member.
func (m Map) Bool(name string) bool { b, _ := m[name].(bool); return b }

// BoolOK returns a boolean member and whether it is there.
func (m Map) BoolOK(name string) (bool, bool) { b, ok := m[name].(bool); return b, ok }

// TimeOK returns a timestamp member and whether it is there.
func (m Map) TimeOK(name string) (time.Time, bool) { t, ok := m[name].(time.Time); return t, ok }

// Map returns a structure member, nil if it is absent.
func (m Map) Map(name string) Map { return asMap(m[name]) }

// List returns a list member, nil if it is absent.
func (m Map) List(name string) []any { l, _ := m[name].([]any); return l }

// Maps returns a list of structures.
func (m Map) Maps(name string) []Map {
	var out []Map
	for _, v := range m.List(name) {
		out = append(out, asMap(v))
	}
	return out
}

// Strs returns a list of strings.
func (m Map) Strs(name string) []string {
	var out []string
	for _, v := range m.List(name) {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Clone copies a map and everything in it.
func (m Map) Clone() Map {
	if m == nil {
		return nil
	}
	return cloneValue(m).(Map)
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case Map:
		out := make(Map, len(v))
		for k, x := range v {
			out[k] = cloneValue(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = cloneValue(x)
		}
		return out
	}
	return v
}

func asMap(v any) Map {
	switch v := v.(type) {
	case Map:
		return v
	case map[string]any:
		return Map(v)
	}
	return nil
}

func mapList(in []Map) []any {
	out := make([]any, len(in))
	for i, m := range in {
		out[i] = m
	}
	return out
}

// sameValue compares two values; 2 and 2.0 are the same, because a stored number
// loses the difference when the state is read back from its file.
func sameValue(a, b any) bool {
	switch x := a.(type) {
	case Map:
		y, ok := b.(Map)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, v := range x {
			w, there := y[k]
			if !there || !sameValue(v, w) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !sameValue(x[i], y[i]) {
				return false
			}
		}
		return true
	case int64, float64:
		f, _ := Map{"v": a}.FloatOK("v")
		g, ok := Map{"v": b}.FloatOK("v")
		return ok && f == g
	}
	return reflect.DeepEqual(a, b)
}

// UnmarshalJSON reads a stored map; whole numbers become int64.
func (m *Map) UnmarshalJSON(data []byte) error {
	v, err := decodeJSON(data)
	if err != nil {
		return err
	}
	if v == nil {
		*m = nil
		return nil
	}
	x, ok := v.(Map)
	if !ok {
		return &json.UnmarshalTypeError{Value: "non-object", Type: reflect.TypeFor[Map]()}
	}
	*m = x
	return nil
}

// decodeJSON reads one JSON value into the forms that Map allows.
func decodeJSON(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return fromJSON(v), nil
}

func fromJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = fromJSON(x)
		}
		return Map(v)
	case []any:
		for i, x := range v {
			v[i] = fromJSON(x)
		}
		return v
	case json.Number:
		if !strings.ContainsAny(string(v), ".eE") {
			if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
				return n
			}
		}
		f, err := v.Float64()
		if err != nil {
			return math.Inf(1)
		}
		return f
	}
	return v
}
