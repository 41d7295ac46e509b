package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/scalectl/scalectl/pkg/plan"
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

// listValue joins the items; the separator is one that no item holds.
func listValue(list []string) string {
	if len(list) == 0 {
		return "(none)"
	}
	texts := make([]string, len(list))
	separator := ", "
	for i, s := range list {
		texts[i] = bareOrQuoted(s)
		if strings.Contains(s, ",") {
			separator = "; "
		}
	}
	return strings.Join(texts, separator)
}

// bareOrQuoted quotes text that could be mistaken for something else: nothing at all,
// blanks at its ends, or the arrow and words that the output itself uses. The mark that
// stands for the ARN of an alarm's own policy is put into words.
func bareOrQuoted(s string) string {
	if s == plan.OwnPolicy {
		return "(its policy)"
	}
	if s == "" || strings.TrimSpace(s) != s || strings.Contains(s, "->") || strings.HasPrefix(s, `"`) ||
		strings.HasPrefix(s, "(") {
		return `"` + strings.ReplaceAll(clean(s), `"`, `\"`) + `"`
	}
	return clean(s)
}
