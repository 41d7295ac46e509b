package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"iter"
)

// page cuts one page out of rows that come in key order. A token is opaque to clients: it
// holds the last key shown and a hash of the filters, since AWS refuses a token that
// belongs to another question.
func page[T any](c *Call, rows iter.Seq2[string, T], size int, show func(string, T) (Map, bool)) (items []any, next any, err *Error) {
	if n, ok := c.In.IntOK("MaxResults"); ok {
		size = int(n)
	}
	filters := c.In.Clone()
	delete(filters, "NextToken")
	delete(filters, "MaxResults")
	h := fnv.New64a()
	fmt.Fprint(h, c.Op.Name, string(appendJSON(nil, filters)))
	hash := h.Sum64()

	var token struct {
		Hash uint64
		Last string
	}
	if text, ok := c.In.StrOK("NextToken"); ok {
		data, decodeErr := base64.RawURLEncoding.DecodeString(text)
		if decodeErr != nil || json.Unmarshal(data, &token) != nil || token.Hash != hash {
			return nil, nil, failf("InvalidNextTokenException", "The specified next token is invalid.") // wording UNSURE fact 37
		}
	}
	items = []any{}
	last := ""
	for key, row := range rows {
		if token.Last != "" && key <= token.Last {
			continue
		}
		m, ok := show(key, row)
		if !ok {
			continue
		}
		if len(items) == size {
			token.Hash, token.Last = hash, last
			data, marshalErr := json.Marshal(token)
			if marshalErr != nil {
				return nil, nil, serverError(0)
			}
			return items, base64.RawURLEncoding.EncodeToString(data), nil
		}
		items, last = append(items, m), key
	}
	return items, nil, nil
}
