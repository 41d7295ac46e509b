package schedule

import (
	"fmt"
	"regexp"
	"strings"
)

// bareHint is the way out for a text without parentheses: mostly Unix cron.
func bareHint(s string) string {
	if text, ok := sixFields(strings.Fields(s)); ok {
		return writeHint(text, "")
	}
	if two, ok := twoActions(strings.Fields(s)); ok {
		return twoActionsHint(two)
	}
	return wordHint("", "("+s+")")
}

// wordHint is the way out for a wrong word before the parenthesis.
func wordHint(word, rest string) string {
	for _, right := range []string{"at", "rate", "cron"} {
		if parses(right + rest) {
			return writeHint(right+rest, "")
		}
		if strings.EqualFold(strings.TrimSpace(word), right) {
			return fmt.Sprintf("write %q in lower case, right before the parenthesis", right)
		}
	}
	return grammarHint
}

// writeHint offers a corrected text, or something else where that is a mistake too.
func writeHint(text, otherwise string) string {
	if parses(text) {
		return fmt.Sprintf("write %q", text)
	}
	return otherwise
}

// parses reports whether a text is a valid schedule.
func parses(s string) bool {
	_, err := parse(s)
	return err == nil
}

// fieldCountError explains a wrong number of fields with the text that was probably meant.
func fieldCountError(body token, tokens []token) *ParseError {
	hint := "the fields are minutes, hours, day-of-month, month, day-of-week and year"
	fields := texts(tokens)
	if text, ok := sixFields(fields); ok {
		hint = fmt.Sprintf("write %q", text)
		switch len(fields) {
		case 5:
			if !strings.Contains(body.text, "?") && strings.ContainsAny(fields[4], "01234567") {
				hint += " (Unix cron counts 0 = Sunday, AWS counts 1 = Sunday)"
			}
		case 7:
			hint += ", without the leading seconds"
		}
	} else if two, ok := twoActions(fields); ok {
		hint = twoActionsHint(two)
	}
	at := body
	if len(tokens) > fieldCount {
		last := tokens[len(tokens)-1]
		at = body.slice(tokens[0].at-body.at, last.at+len(last.text)-body.at)
	}
	return at.errorf(hint, "cron(...) needs 6 fields, has %d", len(tokens))
}

// secondsFirstError is for "0 0 9 * * ?": six fields, but those of Quartz without a year.
func secondsFirstError(year token, tokens []token) *ParseError {
	fixed := writeHint(cronText(append(texts(tokens)[1:], "*")), "")
	if fixed == "" {
		return year.errorf("write *", "? is not allowed in the year")
	}
	return year.errorf("if the first field is meant as seconds, "+fixed, "? is not allowed in the year")
}

// sixFields turns five fields of Unix cron, or seven with seconds, into an expression that
// AWS takes. It gives up where that would change the meaning.
func sixFields(fields []string) (string, bool) {
	var text string
	switch len(fields) {
	case 5:
		dom, dow := fields[2], fields[4]
		switch {
		case dom == "?" || dow == "?": // AWS's own syntax, only the year is missing
		case dow == "*":
			dow = "?"
		case dom == "*":
			dom, dow = "?", unixWeekdays(dow)
		default:
			return "", false
		}
		text = cronText([]string{fields[0], fields[1], dom, fields[3], dow, "*"})
	case 6:
		text = cronText(fields)
	case 7:
		text = cronText(fields[1:])
	default:
		return "", false
	}
	return text, parses(text)
}

// twoActions splits a Unix cron line that names a day of the month and a day of the week.
func twoActions(fields []string) (two [2]string, ok bool) {
	if len(fields) != 5 {
		return two, false
	}
	two[0] = cronText([]string{fields[0], fields[1], fields[2], fields[3], "?", "*"})
	two[1] = cronText([]string{fields[0], fields[1], "?", fields[3], unixWeekdays(fields[4]), "*"})
	return two, parses(two[0]) && parses(two[1])
}

func twoActionsHint(two [2]string) string {
	return fmt.Sprintf("Unix cron fires on either day, AWS needs two scheduled actions for that: %q and %q", two[0], two[1])
}

var unixWeekday = regexp.MustCompile(`\d+`)

// unixWeekdays writes the numbers of Unix cron (0 and 7 are Sunday) as names. Steps do not
// survive: AWS takes none in this field.
func unixWeekdays(s string) string {
	return unixWeekday.ReplaceAllStringFunc(s, func(n string) string {
		if len(n) == 1 && n[0] <= '7' {
			return dayNames[(n[0]-'0')%7]
		}
		return n
	})
}
