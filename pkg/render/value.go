package render

import (
	"fmt"
	"strconv"
	"strings"
)

// value writes one side of a field change. Text stays bare where that is unambiguous.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return "(unset)"
	case string:
		return bareOrQuoted(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []string:
		return listValue(v)
	case []any: // what JSON makes of a []string
		texts := make([]string, len(v))
		for i, e := range v {
			texts[i] = fmt.Sprint(e)
		}
		return listValue(texts)
	}
	return clean(fmt.Sprint(v))
}

func listValue(list []string) string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = bareOrQuoted(s)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// bareOrQuoted quotes text that could be mistaken for something else: nothing at all,
// blanks at its ends, or the arrow and brackets that the output itself uses.
func bareOrQuoted(s string) string {
	if s == "" || strings.TrimSpace(s) != s || strings.Contains(s, "->") || strings.HasPrefix(s, `"`) ||
		strings.HasPrefix(s, "(unset") || strings.HasPrefix(s, "[") {
		return `"` + strings.ReplaceAll(clean(s), `"`, `\"`) + `"`
	}
	return clean(s)
}
