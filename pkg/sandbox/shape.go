package sandbox

import (
	"encoding/base64"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

type kind int

const (
	kindString kind = iota
	kindInt
	kindFloat
	kindBool
	kindTime
	kindBlob
	kindList
	kindMap
	kindStruct
	kindAny
)

// Shape describes one member of an input the way AWS's service models do. Checking an
// input against its shape brings every protocol's spelling of a value (the query
// protocol knows only strings) into one form and finds the violations that AWS reports
// before any handler runs: "1 validation error detected: Value ...".
//
// Shapes are built once and shared; the methods return a copy.
type Shape struct {
	kind     kind
	min, max *float64 // length, count or value, by kind
	matches  func(string) bool
	patText  string // what the message quotes
	enum     []string
	like     func(string) bool // besides enum
	single   bool              // float: single precision
	elem     *Shape
	fields   []Field
}

// Field is one member of a structure.
type Field struct {
	Name     string
	Shape    *Shape
	Required bool
}

// Opt is an optional member, Req a required one.
func Opt(name string, s *Shape) Field { return Field{name, s, false} }

// Req is a required member.
func Req(name string, s *Shape) Field { return Field{name, s, true} }

// Constructors of shapes, by type.
func Str() *Shape               { return &Shape{kind: kindString} }
func Int() *Shape               { return &Shape{kind: kindInt} }
func Float() *Shape             { return &Shape{kind: kindFloat} }
func Float32() *Shape           { return &Shape{kind: kindFloat, single: true} }
func Bool() *Shape              { return &Shape{kind: kindBool} }
func Time() *Shape              { return &Shape{kind: kindTime} }
func Blob() *Shape              { return &Shape{kind: kindBlob} }
func ListOf(elem *Shape) *Shape { return &Shape{kind: kindList, elem: elem} }
func MapOf(elem *Shape) *Shape  { return &Shape{kind: kindMap, elem: elem} }
func Struct(f ...Field) *Shape  { return &Shape{kind: kindStruct, fields: f} }

// Any accepts anything and leaves it alone; only for JSON services.
func Any() *Shape { return &Shape{kind: kindAny} }

// Enum is a string that must be one of the values.
func Enum(values ...string) *Shape { return &Shape{kind: kindString, enum: values} }

// OrLike accepts further strings beside the listed ones, for enums that AWS extends too often
// to list (fact 10).
func (s *Shape) OrLike(pattern string) *Shape {
	c := *s
	c.like = lazyMatch(pattern)
	return &c
}

// Len limits a string's length or a list's or map's count. max < 0 means no maximum.
func (s *Shape) Len(min, max int) *Shape { return s.Range(float64(min), float64(max)) }

// Range limits a number. A negative max with a min of 0 or more means no maximum.
func (s *Shape) Range(min, max float64) *Shape {
	c := *s
	c.min = &min
	if max >= min {
		c.max = &max
	}
	return &c
}

// Match demands that the whole string match the regular expression, which is also
// what the error message quotes.
func (s *Shape) Match(pattern string) *Shape {
	return s.MatchFunc(pattern, lazyMatch(pattern))
}

// lazyMatch matches whole strings. Patterns are compiled when first needed: there are many,
// and every start of the program would pay for them.
func lazyMatch(pattern string) func(string) bool {
	re := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) })
	return func(s string) bool { return re().MatchString(s) }
}

// MatchFunc is Match for patterns that Go's regular expressions cannot express.
func (s *Shape) MatchFunc(pattern string, matches func(string) bool) *Shape {
	c := *s
	c.matches, c.patText = matches, pattern
	return &c
}

// violations collects what AWS reports in one message.
type violations struct{ list []string }

func (v *violations) add(value any, path, constraint string) {
	shown := "null"
	if value != nil {
		shown = "'" + showValue(value) + "'"
	}
	v.list = append(v.list, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: %s", shown, path, constraint))
}

// message is AWS's wording for one or several violations, "" for none.
func (v *violations) message() string {
	switch n := len(v.list); n {
	case 0:
		return ""
	case 1:
		return "1 validation error detected: " + v.list[0]
	default:
		return fmt.Sprintf("%d validation errors detected: %s", n, strings.Join(v.list, "; "))
	}
}

func showValue(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case Map:
		keys := sortedKeys(v)
		parts := make([]string, len(keys))
		for i, k := range keys {
			parts[i] = k + "=" + showValue(v[k])
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = showValue(x)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v)
}

// typeError is a value that cannot be read as its type at all; AWS answers these with
// SerializationException (JSON, CBOR) or MalformedInput (query).
type typeError struct{ path, want string }

func (e *typeError) Error() string {
	return fmt.Sprintf("Unexpected value at %s: expected %s", e.path, e.want)
}

// check brings v into the form of the shape. Violations go to out; the error is only
// for values of the wrong type. Members that the shape does not know are dropped, as
// AWS drops them.
func (s *Shape) check(v any, path string, out *violations) (any, error) {
	switch s.kind {
	case kindAny:
		return v, nil
	case kindString:
		x, ok := v.(string)
		if !ok {
			return nil, &typeError{path, "string"}
		}
		s.checkString(x, path, out)
		return x, nil
	case kindInt, kindFloat:
		return s.checkNumber(v, path, out)
	case kindBool:
		switch x := v.(type) {
		case bool:
			return x, nil
		case string:
			if b, err := strconv.ParseBool(strings.ToLower(x)); err == nil {
				return b, nil
			}
		}
		return nil, &typeError{path, "boolean"}
	case kindTime:
		t, ok := toTime(v)
		if !ok {
			return nil, &typeError{path, "timestamp"}
		}
		return t, nil
	case kindBlob:
		switch x := v.(type) {
		case []byte:
			return x, nil
		case string:
			if b, err := base64.StdEncoding.DecodeString(x); err == nil {
				return b, nil
			}
		}
		return nil, &typeError{path, "blob"}
	case kindList:
		return s.checkList(v, path, out)
	case kindMap:
		x := asMap(v)
		if x == nil {
			return nil, &typeError{path, "map"}
		}
		s.checkCount(len(x), x, path, out)
		res := make(Map, len(x))
		for _, k := range sortedKeys(x) {
			if x[k] == nil {
				continue
			}
			y, err := s.elem.check(x[k], path+"."+k+".member", out)
			if err != nil {
				return nil, err
			}
			res[k] = y
		}
		return res, nil
	}
	x := asMap(v)
	if x == nil {
		return nil, &typeError{path, "structure"}
	}
	res := make(Map, len(x))
	for _, f := range s.fields {
		p := lowerFirst(f.Name)
		if path != "" {
			p = path + "." + p
		}
		y := x[f.Name]
		if y == nil {
			if f.Required {
				out.add(nil, p, "Member must not be null")
			}
			continue
		}
		z, err := f.Shape.check(y, p, out)
		if err != nil {
			return nil, err
		}
		res[f.Name] = z
	}
	return res, nil
}

func (s *Shape) checkString(x, path string, out *violations) {
	if s.enum != nil && !slices.Contains(s.enum, x) && (s.like == nil || !s.like(x)) {
		out.add(x, path, "Member must satisfy enum value set: ["+strings.Join(s.enum, ", ")+"]")
	}
	n := float64(utf8.RuneCountInString(x))
	if s.min != nil && n < *s.min {
		out.add(x, path, "Member must have length greater than or equal to "+trimFloat(*s.min))
	}
	if s.max != nil && n > *s.max {
		out.add(x, path, "Member must have length less than or equal to "+trimFloat(*s.max))
	}
	if s.matches != nil && !s.matches(x) {
		out.add(x, path, "Member must satisfy regular expression pattern: "+s.patText)
	}
}

func (s *Shape) checkCount(n int, v any, path string, out *violations) {
	if s.min != nil && float64(n) < *s.min {
		out.add(v, path, "Member must have length greater than or equal to "+trimFloat(*s.min))
	}
	if s.max != nil && float64(n) > *s.max {
		out.add(v, path, "Member must have length less than or equal to "+trimFloat(*s.max))
	}
}

func (s *Shape) checkNumber(v any, path string, out *violations) (any, error) {
	var f float64
	switch x := v.(type) {
	case int64:
		f = float64(x)
	case float64:
		f = x
	case string:
		y, err := strconv.ParseFloat(x, 64)
		if err != nil {
			return nil, &typeError{path, "number"}
		}
		f = y
	default:
		return nil, &typeError{path, "number"}
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, &typeError{path, "finite number"}
	}
	var res any = f
	if s.kind == kindInt {
		if f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 { // none of the services takes 64 bits
			return nil, &typeError{path, "integer"}
		}
		res = int64(f)
	} else if s.single {
		f = float64(float32(f))
		res = f
	}
	if s.min != nil && f < *s.min {
		out.add(res, path, "Member must have value greater than or equal to "+trimFloat(*s.min))
	}
	if s.max != nil && f > *s.max {
		out.add(res, path, "Member must have value less than or equal to "+trimFloat(*s.max))
	}
	return res, nil
}

func (s *Shape) checkList(v any, path string, out *violations) (any, error) {
	x, ok := v.([]any)
	if !ok {
		return nil, &typeError{path, "list"}
	}
	s.checkCount(len(x), x, path, out)
	res := make([]any, 0, len(x))
	for i, e := range x {
		p := path + "." + strconv.Itoa(i+1) + ".member"
		if e == nil {
			out.add(nil, p, "Member must not be null")
			continue
		}
		y, err := s.elem.check(e, p, out)
		if err != nil {
			return nil, err
		}
		res = append(res, y)
	}
	return res, nil
}

// toTime reads a timestamp in any of the protocols' spellings, to the millisecond.
func toTime(v any) (time.Time, bool) {
	switch x := v.(type) {
	case time.Time:
		return x.UTC().Truncate(time.Millisecond), true
	case int64:
		return time.Unix(x, 0).UTC(), true
	case float64:
		return time.UnixMilli(int64(math.Round(x * 1000))).UTC(), true
	case string:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
			if t, err := time.Parse(layout, x); err == nil {
				return t.UTC().Truncate(time.Millisecond), true
			}
		}
		if f, err := strconv.ParseFloat(x, 64); err == nil {
			return toTime(f)
		}
	}
	return time.Time{}, false
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func trimFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
