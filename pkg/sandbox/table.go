package sandbox

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strings"
)

// Table keeps objects under string keys and walks them in key order without sorting
// at every call. The zero value is empty and ready to use.
type Table[T any] struct {
	rows map[string]*T
	keys []string
}

// Get returns the object, or nil.
func (t *Table[T]) Get(key string) *T { return t.rows[key] }

// Len returns the number of objects.
func (t *Table[T]) Len() int { return len(t.keys) }

// Put stores an object, replacing one of the same key.
func (t *Table[T]) Put(key string, row *T) {
	if t.rows == nil {
		t.rows = map[string]*T{}
	}
	if _, there := t.rows[key]; !there {
		i, _ := slices.BinarySearch(t.keys, key)
		t.keys = slices.Insert(t.keys, i, key)
	}
	t.rows[key] = row
}

// Delete removes an object and reports whether it was there.
func (t *Table[T]) Delete(key string) bool {
	if _, there := t.rows[key]; !there {
		return false
	}
	delete(t.rows, key)
	i, _ := slices.BinarySearch(t.keys, key)
	t.keys = slices.Delete(t.keys, i, i+1)
	return true
}

// All walks the objects in key order. The table must not change meanwhile.
func (t *Table[T]) All() iter.Seq2[string, *T] { return t.Prefix("") }

// Prefix walks the objects whose key begins with prefix, in key order.
func (t *Table[T]) Prefix(prefix string) iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) {
		i, _ := slices.BinarySearch(t.keys, prefix)
		for _, k := range t.keys[i:] {
			if !strings.HasPrefix(k, prefix) || !yield(k, t.rows[k]) {
				return
			}
		}
	}
}

// MarshalJSON writes an object in key order.
func (t Table[T]) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range t.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		row, err := json.Marshal(t.rows[k])
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(row)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Table[T]) UnmarshalJSON(data []byte) error {
	rows := map[string]*T{}
	if err := json.Unmarshal(data, &rows); err != nil {
		return err
	}
	t.rows, t.keys = rows, make([]string, 0, len(rows))
	for k := range rows {
		t.keys = append(t.keys, k)
	}
	slices.Sort(t.keys)
	return nil
}
