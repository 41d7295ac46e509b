package live

import (
	"iter"
	"maps"
	"slices"
)

// said returns nil for a string that was not given, as the SDK wants unset members.
func said(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// put adds an entry to a map that stays nil while it is empty.
func put(m *map[string]string, key, value string) {
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[key] = value
}

// sortedMap iterates over a map in the order of its keys, so that requests are the same
// bytes each time.
func sortedMap(m map[string]string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
