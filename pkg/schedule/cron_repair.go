package schedule

import (
	"fmt"
	"regexp"
	"strings"
)

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
		hint = fmt.Sprintf("Unix cron fires on either day, AWS needs two scheduled actions for that: %q and %q", two[0], two[1])
	}
	at := body
	if len(tokens) > fieldCount {
		last := tokens[len(tokens)-1]
		at = body.slice(tokens[0].at-body.at, last.at+len(last.text)-body.at)
	}
	return at.errorf(hint, "cron(...) has 6 fields, not %d", len(tokens))
}

// secondsFirstError is for "0 0 9 * * ?": six fields, but those of Quartz without a year.
func secondsFirstError(year token, tokens []token) *ParseError {
	hint := "write *"
	if text := cronText(append(texts(tokens)[1:], "*")); parses(text) {
		hint = fmt.Sprintf("if the first field is meant as seconds, write %q", text)
	}
	return year.errorf(hint, "? is not allowed in the year")
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
