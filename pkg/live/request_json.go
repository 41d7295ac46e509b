package live

import (
	"encoding/json"
	"reflect"
	"time"
)

// RequestJSON returns the input of a call as JSON with the API's own member names, sorted,
// unset members left out: the form in which the journal keeps what was asked of AWS.
func RequestJSON(input any) json.RawMessage {
	plain, _ := requestValue(reflect.ValueOf(input))
	b, err := json.Marshal(plain)
	if err != nil {
		// A NaN or an infinity, which no validated spec holds and AWS has no word for.
		b, _ = json.Marshal(map[string]string{"unencodable": err.Error()})
	}
	return b
}

// requestValue converts an SDK shape to plain data; ok is false for what is unset. The
// SDK's shapes hold pointers, slices, maps, scalars and times, and an unset string enum is
// the empty string.
func requestValue(v reflect.Value) (plain any, ok bool) {
	if !v.IsValid() {
		return nil, false
	}
	if t, isTime := v.Interface().(time.Time); isTime {
		return t.UTC().Format(time.RFC3339), true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, false
		}
		return requestSet(v.Elem())
	case reflect.Struct:
		out := map[string]any{}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				if member, ok := requestValue(v.Field(i)); ok {
					out[f.Name] = member
				}
			}
		}
		return out, true
	case reflect.Slice:
		if v.IsNil() {
			return nil, false
		}
		out := make([]any, 0, v.Len())
		for i := range v.Len() {
			item, _ := requestSet(v.Index(i))
			out = append(out, item)
		}
		return out, true
	case reflect.Map:
		if v.IsNil() {
			return nil, false
		}
		out := map[string]any{}
		for _, key := range v.MapKeys() {
			out[key.String()], _ = requestSet(v.MapIndex(key))
		}
		return out, true
	case reflect.String:
		return v.String(), v.Len() > 0
	}
	return v.Interface(), true
}

// requestSet is requestValue for what stands behind a pointer or in a container: there an
// empty string was said, not left out.
func requestSet(v reflect.Value) (any, bool) {
	if v.Kind() == reflect.String {
		return v.String(), true
	}
	return requestValue(v)
}
