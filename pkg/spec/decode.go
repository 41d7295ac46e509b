package spec

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
)

// decoder turns nodes into the structs of the grammar. It reports every structural
// error and goes on with what is sound.
type decoder struct {
	*collector
	getenv func(string) (string, bool)
	// patch is set for the value of an environment: no key is required, null removes,
	// and the process environment is not read.
	patch bool
}

// spot is the place of a value as messages name it.
type spot struct {
	key  *node // nil for the spec itself
	item int   // counts from 1 in a list; 0 outside of one
}

func (s spot) String() string {
	switch {
	case s.key == nil:
		return "the spec"
	case s.item > 0:
		return "item " + strconv.Itoa(s.item) + " of " + strconv.Quote(s.key.value)
	}
	return strconv.Quote(s.key.value)
}

// place returns the key, or the value in a list, where the object at s is pointed at.
func (s spot) place(n *node) *node {
	if s.item > 0 || s.key == nil {
		return n
	}
	return s.key
}

// decodable is implemented by *Val, *Map and *List. decode reports whether the value is
// sound.
type decodable interface {
	decode(d *decoder, at spot, n *node, f *field) bool
}

// value decodes n into v, which is a Val, a Map, a List or a pointer to an object.
func (d *decoder) value(v reflect.Value, at spot, n *node, f *field) bool {
	if f.object != nil {
		obj := reflect.New(v.Type().Elem())
		v.Set(obj)
		return d.object(obj.Elem(), at, n, f.object)
	}
	return v.Addr().Interface().(decodable).decode(d, at, n, f)
}

// object decodes a mapping into a struct of the grammar.
func (d *decoder) object(v reflect.Value, at spot, n *node, b *binding) (sound bool) {
	obj := v.Field(0).Addr().Interface().(*Obj)
	obj.node = n
	if at.item == 0 {
		obj.key = at.key
	}
	sound = true
	defer func() { obj.broken = !sound }()
	switch {
	case n.isNull() && (d.patch || b.schema.nullable()):
		return true
	case n.kind != mapNode:
		d.wrongShape(at, n, "a mapping")
		return false
	case b.opaque:
		return true
	}
	var guessed []string // keys that unknown keys were probably meant to be
	for i := 0; i+1 < len(n.kids); i += 2 {
		key, kid := n.kids[i], n.kids[i+1]
		f := b.fields[key.value]
		if f == nil {
			if at.key == nil && strings.HasPrefix(key.value, "x-") {
				continue
			}
			// The rest of the object is as good as it was.
			guessed = append(guessed, d.unknownKey(at, key, b))
			obj.partial, obj.at().loose = true, true
			continue
		}
		if d.patch && kid.isNull() {
			continue
		}
		if !d.value(v.Field(f.index), spot{key: key}, kid, f) {
			sound = false
		}
	}
	if d.patch {
		return sound
	}
	for _, f := range b.required {
		if _, kid := n.field(f.name); kid == nil {
			sound = false
			if !slices.Contains(guessed, f.name) {
				d.add(ruleRequired, at.place(n).position(), "%s lacks %q", at, f.name).
					hint("%s: %s", f.name, firstSentence(f.schema.Description))
			}
		}
	}
	return sound
}

// unknownKey reports a key that the object does not have, and returns the key that was
// probably meant.
func (d *decoder) unknownKey(at spot, key *node, b *binding) (guess string) {
	if r, ok := reservedKeys[b.name][key.value]; ok {
		d.add(r.rule, key.position(), "%s", r.message).hint("%s", r.hint)
		return ""
	}
	if d.full() {
		return ""
	}
	guess = suggest(key.value, b.schema.Keys)
	in := ""
	if at.key != nil {
		in = " in " + at.String()
	}
	f := d.add(ruleUnknownKey, key.position(), "unknown key %q%s%s", key.value, in, didYouMean(key.value, b.schema.Keys))
	if len(b.schema.Keys) > 0 {
		f.hint("allowed here: %s", quoteList(b.schema.Keys))
	}
	return guess
}

// firstSentence shortens a description for a hint, where it continues a line.
func firstSentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimSuffix(s, ".")
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// wrongShape reports a value that is no mapping, list or single value as it should be.
func (d *decoder) wrongShape(at spot, n *node, want string) {
	if n.isNull() {
		d.add(ruleWrongType, at.place(n).position(), "%s has no value; it takes %s", at, want).
			hint("give it a value, or remove the key")
		return
	}
	is := "a " + n.kindWord()
	if n.kind == scalarNode {
		is = strconv.Quote(shorten(n.value))
	}
	f := d.add(ruleWrongType, n.position(), "%s takes %s, not %s", at, want, is)
	switch {
	case want == "a mapping" && n.kind == seqNode:
		f.hint(`write "name: ..." lines instead of "- ..." items`)
	case want == "a list" && n.kind == scalarNode:
		f.hint("write [%s]", shorten(n.value))
	}
}

// shorten keeps a quoted value readable.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

func (m *Map[T]) decode(d *decoder, at spot, n *node, f *field) (sound bool) {
	m.Obj = Obj{key: at.key, node: n}
	if n.kind != mapNode {
		d.wrongShape(at, n, "a mapping")
		m.broken = true
		return false
	}
	sound = true
	m.entries = make([]entry[T], 0, len(n.kids)/2)
	for i := 0; i+1 < len(n.kids); i += 2 {
		key, kid := n.kids[i], n.kids[i+1]
		if d.patch && kid.isNull() {
			continue
		}
		var value T
		if !d.value(reflect.ValueOf(&value).Elem(), spot{key: key}, kid, f.elem) {
			m.partial = true
			sound = sound && f.each
			continue
		}
		m.entries = append(m.entries, entry[T]{key, value})
	}
	slices.SortFunc(m.entries, func(a, b entry[T]) int { return strings.Compare(a.key.value, b.key.value) })
	m.broken = !sound
	return sound
}

func (l *List[T]) decode(d *decoder, at spot, n *node, f *field) (sound bool) {
	l.Obj = Obj{key: at.key, node: n}
	if n.kind != seqNode {
		d.wrongShape(at, n, "a list")
		l.broken = true
		return false
	}
	sound = true
	l.items = make([]T, 0, len(n.kids))
	for i, kid := range n.kids {
		var value T
		if !d.value(reflect.ValueOf(&value).Elem(), spot{key: at.key, item: i + 1}, kid, f.elem) {
			sound = false
			continue
		}
		l.items = append(l.items, value)
	}
	l.broken = !sound
	return sound
}

func (v *Val[T]) decode(d *decoder, at spot, n *node, f *field) (sound bool) {
	want := wants[T]()
	if n.kind != scalarNode || n.isNull() {
		words := want.words
		if f.schema != nil && len(f.schema.Enum) > 0 {
			words = "one of " + quoteList(f.schema.Enum)
		}
		d.wrongShape(at, n, words)
		return false
	}
	text, known, p := expandEnv(n.value, f.target, d.getenvOrNil())
	fromEnv := text != n.value || !known
	switch {
	case p != nil:
	case !known:
		return true // the form is right and the value comes later
	case n.plain && !fromEnv && yaml11Bool(text) && want.tag == boolTag:
		p = notBool(text)
	case n.plain && !fromEnv && yaml11Bool(text) && want.tag == strTag:
		p = &problem{rule: ruleYAML11Boolean, message: "is a boolean in YAML 1.1 and text in YAML 1.2", hint: "write " + strconv.Quote(text)}
	case n.plain && !fromEnv && want.tag == strTag && want.text && n.tag != strTag:
		p = &problem{rule: ruleWrongType, message: "is " + tagWords(n.tag) + " here; it takes text", hint: "write " + strconv.Quote(text)}
	case !n.plain && !fromEnv && want.tag != strTag:
		if v.value, p = want.parse(text); p == nil {
			p = &problem{rule: ruleWrongType, message: "is text; it takes " + want.words, hint: "remove the quotes: " + text}
		}
	default:
		v.value, p = want.parse(text)
	}
	if p == nil && f.schema != nil {
		p = checkSchema(f.schema, text, want.text)
	}
	if p != nil {
		var zero T
		v.value = zero
		message := p.message
		if message == "" {
			message = "is not " + want.words
		}
		if !p.whole {
			message = "is " + showValue(n, text, fromEnv) + ", which " + message
		}
		d.add(p.rule, n.position(), "%s %s", at, message).hint("%s", p.hint)
		return false
	}
	v.node = n
	if at.item == 0 {
		v.key = at.key
	}
	return true
}

// showValue writes the value for a message, with its origin if it came from the
// environment.
func showValue(n *node, text string, fromEnv bool) string {
	if fromEnv && text != "" {
		return strconv.Quote(shorten(text)) + " (from " + shorten(n.value) + ")"
	}
	if n.plain && n.tag != strTag {
		return shorten(n.value)
	}
	return strconv.Quote(shorten(n.value))
}

func tagWords(t tag) string {
	switch t {
	case boolTag:
		return "a boolean"
	case intTag, floatTag:
		return "a number"
	}
	return "no value"
}

// checkSchema applies the enum and the pattern of a text.
func checkSchema(s *schemaNode, text string, isText bool) *problem {
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
		return &problem{rule: ruleEnum, message: "is not known here" + didYouMean(text, s.Enum), hint: "allowed: " + quoteList(s.Enum)}
	}
	if isText && s.PatternText != "" && !s.Pattern.MatchString(text) {
		return &problem{rule: ruleFormat, message: "has the wrong form", hint: "it " + s.PatternText}
	}
	return nil
}

func (d *decoder) getenvOrNil() func(string) (string, bool) {
	if d.patch {
		return nil
	}
	return d.getenv
}

// want describes the values of a Go type in YAML.
type want[T any] struct {
	words string
	tag   tag  // of a plain scalar; strTag for everything with a unit
	text  bool // any text will do
	parse func(string) (T, *problem)
}

var (
	wantText     = &want[string]{"text", strTag, true, func(s string) (string, *problem) { return s, nil }}
	wantInt      = &want[int32]{"a whole number", intTag, false, parseInt}
	wantFloat    = &want[float64]{"a number", floatTag, false, parseFloat}
	wantBool     = &want[bool]{"true or false", boolTag, false, parseBool}
	wantDuration = &want[model.Seconds]{"a duration such as 30s, 10m or 1h30m", strTag, false, parseDuration}
	wantPercent  = &want[model.Percent]{"a percentage such as 30%", strTag, false, parsePercent}
	wantTime     = &want[time.Time]{"a time such as 2026-12-24T18:00:00Z", strTag, false, parseTime}
)

// wants returns the description of T, which is one of the types that a Val holds.
func wants[T any]() *want[T] {
	var w any
	switch any((*T)(nil)).(type) {
	case *string:
		w = wantText
	case *int32:
		w = wantInt
	case *float64:
		w = wantFloat
	case *bool:
		w = wantBool
	case *model.Seconds:
		w = wantDuration
	case *model.Percent:
		w = wantPercent
	case *time.Time:
		w = wantTime
	}
	return w.(*want[T])
}

// notBool explains a word that is a boolean in YAML 1.1.
func notBool(word string) *problem {
	return &problem{rule: ruleYAML11Boolean, message: "is a boolean in YAML 1.1 only", hint: "write " + strconv.FormatBool(yaml11Meaning(word))}
}

func parseBool(text string) (bool, *problem) {
	switch text {
	case "true", "True", "TRUE":
		return true, nil
	case "false", "False", "FALSE":
		return false, nil
	}
	if yaml11Bool(text) {
		return false, notBool(text)
	}
	return false, &problem{rule: ruleWrongType}
}
