package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// row is one object of a listing: the key by which the listing is ordered, unique in it,
// and how to show the object.
type row struct {
	key  string
	show func() Map
}

// cutPage sorts the rows and returns the page that the call asks for: of the size that the
// member sizeMember gives, or else of size rows. Its token is opaque: it holds the last key
// shown, so that rows which come and go between two calls shift nothing, and a hash of the
// question, since a token belongs to one. ok is false for a bad token.
func cutPage(c *Call, rows []row, descending bool, sizeMember string, size int) (items []any, next any, ok bool) {
	if n, given := c.In.IntOK(sizeMember); given {
		size = int(n)
	}
	question := c.In.Clone()
	delete(question, "NextToken")
	delete(question, sizeMember)
	h := fnv.New64a()
	fmt.Fprint(h, c.Op.Name, string(appendJSON(nil, question)))

	type token struct {
		Hash uint64
		Last string
	}
	var from token
	text, resumed := c.In.StrOK("NextToken")
	if resumed {
		data, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || json.Unmarshal(data, &from) != nil || from.Hash != h.Sum64() {
			return nil, nil, false
		}
	}
	compare := strings.Compare
	if descending {
		compare = func(a, b string) int { return strings.Compare(b, a) }
	}
	slices.SortFunc(rows, func(a, b row) int { return compare(a.key, b.key) })
	if resumed {
		rows = slices.DeleteFunc(rows, func(r row) bool { return compare(r.key, from.Last) <= 0 })
	}
	items = []any{}
	for _, r := range rows[:min(size, len(rows))] {
		items = append(items, r.show())
	}
	if len(rows) > size {
		data, err := json.Marshal(token{h.Sum64(), rows[size-1].key})
		if err != nil {
			panic(err) // a string and a number
		}
		next = base64.RawURLEncoding.EncodeToString(data)
	}
	return items, next, true
}
