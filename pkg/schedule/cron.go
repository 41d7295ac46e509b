package schedule

import (
	"fmt"
	"strings"
)

// cron is what the six fields mean. Two texts with the same meaning have equal values:
// the field that is "?" holds every day, since the other one decides.
type cron struct {
	minutes set // 0-59
	hours   set // 0-23
	days    monthDays
	months  set // 1-12
	weekday weekDays
	years   set // counted from FirstYear
}

// Positions of the fields.
const (
	minutesField = iota
	hoursField
	dayOfMonthField
	monthField
	dayOfWeekField
	yearField
	fieldCount
)

// parseCron reads the inside of cron(...).
func parseCron(body token) (*Expression, *ParseError) {
	tokens := splitFields(body)
	if len(tokens) != fieldCount {
		return nil, fieldCountError(body, tokens)
	}
	var c cron
	var err *ParseError
	for i, t := range tokens {
		switch i {
		case minutesField:
			c.minutes, err = cronFields[i].parse(t)
		case hoursField:
			c.hours, err = cronFields[i].parse(t)
		case dayOfMonthField:
			c.days, err = parseMonthDays(t)
		case monthField:
			c.months, err = cronFields[i].parse(t)
		case dayOfWeekField:
			c.weekday, err = parseWeekDays(t)
		case yearField:
			if t.text == "?" {
				return nil, secondsFirstError(t, tokens)
			}
			c.years, err = cronFields[i].parse(t)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := checkQuestionMarks(tokens); err != nil {
		return nil, err
	}
	return &Expression{kind: Cron, cron: c, text: cronText(texts(tokens))}, nil
}

// checkQuestionMarks enforces that exactly one of the two day fields is "?".
func checkQuestionMarks(tokens []token) *ParseError {
	dom, dow := tokens[dayOfMonthField], tokens[dayOfWeekField]
	replaced := func(field int, by string) string {
		fields := texts(tokens)
		fields[field] = by
		return cronText(fields)
	}
	switch {
	case dom.text == "?" && dow.text == "?":
		return dow.errorf(fmt.Sprintf("replace the day-of-week by *: %q", replaced(dayOfWeekField, "*")),
			"day-of-month and day-of-week are both ?")
	case dom.text == "?" || dow.text == "?":
		return nil
	case dow.text == "*":
		return dow.errorf(fmt.Sprintf("replace the day-of-week by ?: %q", replaced(dayOfWeekField, "?")),
			"neither day-of-month %q nor day-of-week %q is ?", dom.text, dow.text)
	case dom.text == "*":
		hint := fmt.Sprintf("replace the day-of-month by ?: %q", replaced(dayOfMonthField, "?"))
		if strings.ContainsAny(dow.text, "1234567") {
			hint += " (AWS counts 1 = Sunday, 2 = Monday)"
		}
		return dom.errorf(hint, "neither day-of-month %q nor day-of-week %q is ?", dom.text, dow.text)
	}
	return dow.errorf(fmt.Sprintf("AWS cannot combine them: keep %q or %q, or make two scheduled actions",
		replaced(dayOfWeekField, "?"), replaced(dayOfMonthField, "?")),
		"neither day-of-month %q nor day-of-week %q is ?", dom.text, dow.text)
}

// splitFields cuts the body at blanks.
func splitFields(body token) []token {
	var out []token
	start := -1
	for i := 0; i <= len(body.text); i++ {
		blank := i == len(body.text) || body.text[i] == ' ' || body.text[i] == '\t'
		switch {
		case !blank && start < 0:
			start = i
		case blank && start >= 0:
			out = append(out, body.slice(start, i))
			start = -1
		}
	}
	return out
}

func texts(tokens []token) []string {
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.text
	}
	return out
}

func cronText(fields []string) string {
	return "cron(" + strings.ToUpper(strings.Join(fields, " ")) + ")"
}
