package plan

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/scalectl/scalectl/pkg/model"
)

// SelectionError reports a --target or --exclude glob that cannot be read.
type SelectionError struct {
	Glob string
	Err  error
}

func (e *SelectionError) Error() string { return fmt.Sprintf("address glob %q: %v", e.Glob, e.Err) }

// Unwrap returns what is wrong with the glob.
func (e *SelectionError) Unwrap() error { return e.Err }

// selector decides which changes a partial plan keeps. A glob matches an address, the
// address of its target, or anything above either: "endpoint/ranker" selects all that
// hangs off the endpoint. "*" stands for a run of characters without a slash, "**" for
// any run, "?" for one character. An exclusion wins over a selection.
type selector struct{ include, exclude []*regexp.Regexp }

func newSelector(s *Selection) (*selector, error) {
	if s == nil {
		return &selector{}, nil
	}
	include, err := compileGlobs(s.Targets)
	if err != nil {
		return nil, err
	}
	exclude, err := compileGlobs(s.Excludes)
	if err != nil {
		return nil, err
	}
	return &selector{include, exclude}, nil
}

func compileGlobs(globs []string) ([]*regexp.Regexp, error) {
	var out []*regexp.Regexp
	for _, glob := range globs {
		if glob == "" {
			return nil, &SelectionError{glob, fmt.Errorf("is empty")}
		}
		var b strings.Builder
		b.WriteString(`^(?s:`)
		for rest := glob; rest != ""; {
			switch {
			case strings.HasPrefix(rest, "**"):
				b.WriteString(`.*`)
				rest = rest[2:]
			case rest[0] == '*':
				b.WriteString(`[^/]*`)
				rest = rest[1:]
			case rest[0] == '?':
				b.WriteString(`[^/]`)
				rest = rest[1:]
			default:
				n := strings.IndexAny(rest, "*?")
				if n < 0 {
					n = len(rest)
				}
				b.WriteString(regexp.QuoteMeta(rest[:n]))
				rest = rest[n:]
			}
		}
		b.WriteString(`)(/|$)`)
		re, err := regexp.Compile(b.String())
		if err != nil {
			return nil, &SelectionError{glob, err}
		}
		out = append(out, re)
	}
	return out, nil
}

// keeps reports whether an object is part of the plan. Target is the address of the
// scalable target it hangs off, or "".
func (s *selector) keeps(address, target string) bool {
	matches := func(globs []*regexp.Regexp) bool {
		for _, re := range globs {
			if re.MatchString(address) || target != "" && re.MatchString(target) {
				return true
			}
		}
		return false
	}
	return (len(s.include) == 0 || matches(s.include)) && !matches(s.exclude)
}

// touches reports whether anything of a target of the spec may be part of the plan, so
// that its endpoint has to be there.
func (s *selector) touches(t model.Target) bool {
	at := t.ID.Address()
	if s.keeps(at, at) {
		return true
	}
	for _, p := range t.Policies {
		if s.keeps(p.Address(), at) {
			return true
		}
	}
	for _, a := range t.Alarms {
		if s.keeps(a.Address(), at) {
			return true
		}
	}
	for _, a := range t.ScheduledActions {
		if s.keeps(a.Address(), at) {
			return true
		}
	}
	return false
}

// filter keeps the selected changes together with what they cannot do without: the
// registration of their target, the policy of an alarm, the deletion that frees a
// metric. A change whose prerequisite is excluded is left out, with a note.
func (s *selector) filter(changes []Change) ([]Change, []Note) {
	if len(s.include) == 0 && len(s.exclude) == 0 {
		return changes, nil
	}
	only := selector{exclude: s.exclude}
	selected, impossible := make([]bool, len(changes)), make([]bool, len(changes))
	byTarget := map[model.TargetID][]int{}
	for i := range changes {
		c := &changes[i]
		target := ""
		if c.Target != (model.TargetID{}) {
			target = c.Target.Address()
		}
		selected[i] = s.keeps(c.Address, target)
		impossible[i] = !only.keeps(c.Address, target)
		byTarget[c.Target] = append(byTarget[c.Target], i)
	}
	var notes []Note
	needed := func(i, j int) bool { return i != j && needs(&changes[i], &changes[j]) }
	// An exclusion spreads to whatever needs the excluded, then a selection to whatever
	// it needs. Both only ever grow, so both come to an end.
	for _, group := range byTarget {
		spread(group, impossible, func(from, to int) bool { return needed(to, from) }, func(from, to int) {
			if selected[to] {
				notes = append(notes, Note{changes[to].Address, "left out: it cannot be done without " + changes[from].Address + ", which is excluded"})
			}
		})
		for _, i := range group {
			selected[i] = selected[i] && !impossible[i]
		}
		spread(group, selected, needed, func(int, int) {})
	}
	out := []Change{}
	for i := range changes {
		if selected[i] {
			out = append(out, changes[i])
		}
	}
	return out, notes
}

// spread marks every member of the group that a marked one leads to, and tells of each.
func spread(group []int, marked []bool, leads func(from, to int) bool, tell func(from, to int)) {
	var todo []int
	for _, i := range group {
		if marked[i] {
			todo = append(todo, i)
		}
	}
	for len(todo) > 0 {
		from := todo[0]
		todo = todo[1:]
		for _, to := range group {
			if !marked[to] && leads(from, to) {
				marked[to] = true
				tell(from, to)
				todo = append(todo, to)
			}
		}
	}
}

// needs reports whether change c cannot be carried out unless change p of the same
// target was.
func needs(c, p *Change) bool {
	switch {
	case c.Address == p.Address:
		return c.Action != p.Action // the two halves of a delete and create
	case p.Kind == KindTarget && p.Action == Create:
		return c.Action != Delete
	case c.Kind == KindTarget && c.Action == Delete:
		return p.Action == Delete // deregistering deletes the children anyway
	case c.Kind == KindAlarm && p.Kind == KindPolicy:
		return c.After != nil && c.After.Alarm.Policy == p.Name && (p.Action == Create || p.Action == Replace)
	case c.Kind == KindPolicy && p.Kind == KindAlarm:
		// A policy made anew leaves its alarm with a stale ARN.
		return (c.Action == Create || c.Action == Replace) &&
			p.Before != nil && p.After != nil && p.After.Alarm.Policy == c.Name
	case c.Kind == KindPolicy && p.Kind == KindPolicy && c.After != nil && p.Before != nil:
		key := c.After.Policy.MetricKey()
		return key != "" && key == p.Before.Policy.MetricKey()
	}
	return false
}
