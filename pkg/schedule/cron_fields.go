package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// field describes the values of one cron field.
type field struct {
	name     string
	min, max int
	base     int      // subtracted from a value to get its place in the set
	names    []string // names[0] stands for min
	maxStep  int      // 0: steps are not allowed
	wrap     bool     // whether ranges wrap around
}

var (
	monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	dayNames   = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

var cronFields = [fieldCount]field{
	minutesField:    {name: "minute", min: 0, max: 59, maxStep: 59, wrap: true},
	hoursField:      {name: "hour", min: 0, max: 23, maxStep: 23, wrap: true},
	dayOfMonthField: {name: "day-of-month", min: 1, max: 31, maxStep: 31, wrap: true},
	monthField:      {name: "month", min: 1, max: 12, names: monthNames, maxStep: 12, wrap: true},
	dayOfWeekField:  {name: "day-of-week", min: 1, max: 7, names: dayNames, wrap: true},
	yearField:       {name: "year", min: FirstYear, max: LastYear, base: FirstYear, maxStep: LastYear - FirstYear},
}

// parse reads a comma-separated list of values, ranges and steps.
func (f *field) parse(t token) (set, *ParseError) {
	var out set
	for _, item := range splitList(t) {
		s, err := f.parseItem(item, t)
		if err != nil {
			return set{}, err
		}
		out.union(s)
	}
	return out, nil
}

// splitList cuts a field at its commas; an empty member comes out as an empty token.
func splitList(t token) []token {
	var out []token
	start := 0
	for i := 0; i <= len(t.text); i++ {
		if i == len(t.text) || t.text[i] == ',' {
			out = append(out, t.slice(start, i))
			start = i + 1
		}
	}
	return out
}

// parseItem reads *, a value, a range, or one of them with a step.
func (f *field) parseItem(item, whole token) (set, *ParseError) {
	if item.text == "" {
		return set{}, whole.errorf("remove the extra comma", "%s %q has an empty list member", f.name, whole.text)
	}
	if item.text == "?" {
		return set{}, item.errorf("write *", "? is not allowed in the %s", f.name)
	}
	base, step := item, 1
	slash := strings.IndexByte(item.text, '/')
	if slash >= 0 {
		base = item.slice(0, slash)
		var err *ParseError
		if step, err = f.parseStep(item.slice(slash+1, len(item.text)), item); err != nil {
			return set{}, err
		}
	}
	from, to := f.min, f.max
	dash := strings.IndexByte(base.text, '-')
	var err *ParseError
	switch {
	case base.text == "*":
	case dash == 0 || dash > 0 && dash == len(base.text)-1:
		return set{}, base.errorf(fmt.Sprintf("a range has both ends, as in %d-%d", f.min, f.max), "%s range %q lacks an end", f.name, base.text)
	case dash > 0:
		if from, err = f.parseValue(base.slice(0, dash)); err != nil {
			return set{}, err
		}
		if to, err = f.parseValue(base.slice(dash+1, len(base.text))); err != nil {
			return set{}, err
		}
	case base.text == "" && slash >= 0:
		return set{}, item.errorf(fmt.Sprintf("write %q", "*"+item.text), "%s step %q has no start", f.name, item.text)
	default:
		if from, err = f.parseValue(base); err != nil {
			return set{}, err
		}
		if slash < 0 {
			to = from
		}
	}
	s, ok := f.span(from, to, step)
	if !ok {
		return set{}, base.errorf(fmt.Sprintf("write %q", fmt.Sprintf("%d-%d", to, from)), "%s range %q ends before it starts", f.name, base.text)
	}
	if slash >= 0 && f.maxStep == 0 {
		return set{}, item.errorf(fmt.Sprintf("write %q", f.list(s)), "%s does not take steps such as %q", f.name, item.text)
	}
	return s, nil
}

// span returns every step-th value from one to the other, wrapping around at the end of
// the field where [WrapAroundRange] allows it.
func (f *field) span(from, to, step int) (s set, ok bool) {
	size := f.max - f.min + 1
	if to < from {
		if !f.wrap {
			return set{}, false
		}
		to += size
	}
	for v := from; v <= to; v += step {
		s.add((v-f.min)%size + f.min - f.base)
	}
	return s, true
}

// list writes a set as a comma-separated list, with names where the field has them.
func (f *field) list(s set) string {
	var out []string
	for _, v := range s.members() {
		if f.names != nil {
			out = append(out, f.names[v-f.min])
		} else {
			out = append(out, strconv.Itoa(v+f.base))
		}
	}
	return strings.Join(out, ",")
}

func (f *field) parseStep(t, item token) (int, *ParseError) {
	n, err := strconv.Atoi(t.text)
	if !allDigits(t.text) || err != nil {
		return 0, item.errorf("", "%s step %q needs a whole number after the slash", f.name, item.text)
	}
	limit := f.maxStep
	if limit == 0 {
		limit = f.max
	}
	if n < 1 || n > limit {
		return 0, t.errorf(fmt.Sprintf("a step is 1 to %d", limit), "%s step %q is outside 1-%d", f.name, t.text, limit)
	}
	return n, nil
}

// parseValue reads a number or a name.
func (f *field) parseValue(t token) (int, *ParseError) {
	if t.text == "" {
		return 0, t.errorf("", "%s is missing a value", f.name)
	}
	if i := slices.Index(f.names, strings.ToUpper(t.text)); i >= 0 {
		return f.min + i, nil
	}
	if !allDigits(t.text) {
		return 0, t.errorf(f.valueHint(t.text), "%q is not a %s", t.text, f.name)
	}
	n, err := strconv.Atoi(t.text)
	if err != nil || n < f.min || n > f.max {
		hint := ""
		switch {
		case f.names != nil:
			hint = fmt.Sprintf("AWS counts %d = %s to %d = %s; a name is never mistaken", f.min, f.names[0], f.max, f.names[len(f.names)-1])
		case f.name == "hour" && n == 24:
			hint = "midnight is hour 0 of the next day"
		}
		return 0, t.errorf(hint, "%s %s is outside %d-%d", f.name, t.text, f.min, f.max)
	}
	return n, nil
}

// valueHint offers the three-letter name for a longer one.
func (f *field) valueHint(s string) string {
	if f.names == nil {
		return fmt.Sprintf("values are %d-%d", f.min, f.max)
	}
	for _, name := range f.names {
		if len(s) > len(name) && strings.EqualFold(s[:len(name)], name) {
			return fmt.Sprintf("write %q", name)
		}
	}
	return fmt.Sprintf("values are %d-%d or %s-%s", f.min, f.max, f.names[0], f.names[len(f.names)-1])
}

func allDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
