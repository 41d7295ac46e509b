package spec

import (
	"iter"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
)

// Place is anything that stands somewhere in a spec file: a Val, an object, a Map, a
// List or the key of one of them. A Place of something absent has no position.
type Place interface{ at() *node }

// place is the Place of a single node, such as a key.
type place struct{ n *node }

func (p place) at() *node { return p.n }

// Position returns where p stands, the zero Position when it is absent.
func Position(p Place) diag.Position {
	if p == nil {
		return diag.Position{}
	}
	return p.at().position()
}

// Val is an optional scalar of the spec together with its place. The zero Val is
// absent. As a Place it is the value; Key is the key in front of it.
type Val[T any] struct {
	value     T
	key, node *node
}

// IsSet reports whether the spec holds a sound value here. A value of the wrong type
// was reported by the loader and is not set.
func (v Val[T]) IsSet() bool { return v.node != nil }

// Get returns the value, the zero T when absent.
func (v Val[T]) Get() T { return v.value }

// Or returns the value, or def when absent.
func (v Val[T]) Or(def T) T {
	if v.node == nil {
		return def
	}
	return v.value
}

// Ptr returns a new pointer to the value, nil when absent.
func (v Val[T]) Ptr() *T {
	if v.node == nil {
		return nil
	}
	value := v.value
	return &value
}

// Key returns the place of the key; in a list, of the value.
func (v Val[T]) Key() Place { return place{orNode(v.key, v.node)} }

func (v Val[T]) at() *node { return v.node }

// Obj is embedded in every struct of the spec. It knows the key that the object was
// written under and its own first byte. As a Place an object is its key, because that
// is the word a reader looks for; an item of a list is its first byte.
type Obj struct {
	key, node *node
	// broken is set when a value of the object itself, or of an unnamed object below
	// it, has a structural error.
	broken bool
	// partial is set when a named child (an element of a Map) is broken, or a key is not
	// known: what seems to be missing may be there under another spelling.
	partial bool
}

// Name returns the key that the object was written under, such as the name of a policy.
func (o Obj) Name() string {
	if o.key == nil {
		return ""
	}
	return o.key.value
}

// Key returns the place of the object's key.
func (o Obj) Key() Place { return place{orNode(o.key, o.node)} }

// Body returns the place of the object's first byte.
func (o Obj) Body() Place { return place{o.node} }

func (o Obj) at() *node { return orNode(o.key, o.node) }

// Map is a mapping from names that the user chose to T. T is a pointer to a struct
// that embeds Obj, or a Val. The zero Map is absent and empty.
type Map[T any] struct {
	Obj
	entries []entry[T] // sorted by name
}

type entry[T any] struct {
	key   *node
	value T
}

// IsSet reports whether the map is written in the spec, even if empty.
func (m Map[T]) IsSet() bool { return m.node != nil }

// Len returns the number of sound entries.
func (m Map[T]) Len() int { return len(m.entries) }

// All yields the entries in the order of their names.
func (m Map[T]) All() iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for _, e := range m.entries {
			if !yield(e.key.value, e.value) {
				return
			}
		}
	}
}

// Names returns the names in order.
func (m Map[T]) Names() []string {
	names := make([]string, len(m.entries))
	for i, e := range m.entries {
		names[i] = e.key.value
	}
	return names
}

// Get returns the entry of the given name.
func (m Map[T]) Get(name string) (T, bool) {
	i, ok := m.find(name)
	if !ok {
		var zero T
		return zero, false
	}
	return m.entries[i].value, true
}

// KeyOf returns the place of the key of the given name.
func (m Map[T]) KeyOf(name string) Place {
	i, ok := m.find(name)
	if !ok {
		return place{}
	}
	return place{m.entries[i].key}
}

func (m Map[T]) find(name string) (int, bool) {
	return slices.BinarySearchFunc(m.entries, name, func(e entry[T], name string) int {
		return strings.Compare(e.key.value, name)
	})
}

// List is a sequence of T in the order of the file. T is as in Map.
type List[T any] struct {
	Obj
	items []T
}

// IsSet reports whether the list is written in the spec, even if empty.
func (l List[T]) IsSet() bool { return l.node != nil }

// Len returns the number of sound items.
func (l List[T]) Len() int { return len(l.items) }

// At returns item i.
func (l List[T]) At(i int) T { return l.items[i] }

// All yields the items in order.
func (l List[T]) All() iter.Seq2[int, T] { return slices.All(l.items) }

// plain turns a Map of scalars into a Go map, nil when empty.
func plain(m Map[Val[string]]) map[string]string {
	if len(m.entries) == 0 {
		return nil
	}
	out := make(map[string]string, len(m.entries))
	for _, e := range m.entries {
		out[e.key.value] = e.value.value
	}
	return out
}

func orNode(a, b *node) *node {
	if a != nil {
		return a
	}
	return b
}
