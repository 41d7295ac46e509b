package spec

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// binding joins a struct of the grammar with the schema of its object: the struct says
// where a value goes, the schema which keys exist, which are required and which values
// are allowed.
type binding struct {
	name     string // of the Go type
	schema   *schemaNode
	fields   map[string]*field
	required []*field
	// opaque marks an object whose content is not decoded here.
	opaque bool
}

// field is one key of an object, or what all entries of a Map or List have in common.
type field struct {
	name     string
	index    int // in the struct
	schema   *schemaNode
	required bool
	// each is set on a Map whose entries stand for themselves: an error in one of them
	// leaves out that entry only.
	each bool
	// target is set where ${endpoint} and the like may stand.
	target bool
	elem   *field   // of the entries of a Map or List
	object *binding // of an object
}

var fleetBinding = sync.OnceValue(func() *binding {
	b, err := bind(reflect.TypeFor[Fleet](), specSchema())
	if err != nil {
		panic(fmt.Sprintf("this is a bug in scalectl: %v", err))
	}
	return b
})

// bind compiles the binding of a struct and the objects below it. A key that only one
// side knows is an error.
func bind(t reflect.Type, s *schemaNode) (*binding, error) {
	b := &binding{name: t.Name(), schema: s, fields: map[string]*field{}}
	b.opaque = t.NumField() == 1
	if b.opaque {
		return b, nil
	}
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Anonymous {
			continue
		}
		name := sf.Tag.Get("yaml")
		fs := s.Properties[name]
		if fs == nil {
			return nil, fmt.Errorf("%s.%s: the schema has no key %q", t.Name(), sf.Name, name)
		}
		f := &field{
			name:     name,
			index:    i,
			schema:   fs,
			required: slices.Contains(s.Required, name),
			each:     sf.Tag.Get("errors") == "each",
			target:   sf.Tag.Get("vars") == "target",
		}
		if err := f.bind(sf.Type); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t.Name(), sf.Name, err)
		}
		b.fields[name] = f
	}
	for _, key := range s.Keys {
		f := b.fields[key]
		if f == nil {
			return nil, fmt.Errorf("%s: no field for the schema's key %q", t.Name(), key)
		}
		if f.required {
			b.required = append(b.required, f)
		}
	}
	return b, nil
}

// bind compiles what lies below a field of the given type.
func (f *field) bind(t reflect.Type) (err error) {
	if t.Kind() == reflect.Pointer {
		f.object, err = bind(t.Elem(), f.schema)
		return err
	}
	below, ok := reflect.Zero(t).Interface().(interface{ element() reflect.Type })
	if !ok {
		return nil // a Val
	}
	f.elem = &field{target: f.target, schema: f.schema.Entries}
	if f.schema.Items != nil {
		f.elem.schema = f.schema.Items
	}
	if f.elem.schema == nil {
		return fmt.Errorf("the schema of %q has neither entries nor items", f.name)
	}
	return f.elem.bind(below.element())
}

func (m Map[T]) element() reflect.Type  { return reflect.TypeFor[T]() }
func (l List[T]) element() reflect.Type { return reflect.TypeFor[T]() }
