package render

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/plan"
)

// MarkdownBudget is the most that Markdown writes, in bytes, of which a text has at least
// as many as characters however they are counted. GitHub takes comments of up to 65,536
// characters; the rest is left to whoever posts the text.
const MarkdownBudget = 60_000

// TooLargeError says that not even the names of what a plan removes fit into one comment.
type TooLargeError struct {
	Removed int // objects that the plan deletes or replaces
	Size    int // bytes of the shortest text that names them all
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("no Markdown: the plan deletes or replaces %d objects, and naming them takes %d characters of the %d that a comment may have; "+
		"review the plan as text or JSON", e.Removed, e.Size, MarkdownBudget)
}

// detail is how much of a plan is written out.
type detail struct {
	diff    bool // the whole plan as text, folded
	changes bool // a line for each change that removes nothing
	counts  bool // counts for each endpoint, where changes is not set
	remarks bool // notes and what is not owned
	reasons bool // fields, reasons and effects of removals; the arithmetic of guards
}

// details are the ways to write a plan, the most complete first.
var details = []detail{
	{diff: true, changes: true, remarks: true, reasons: true},
	{changes: true, remarks: true, reasons: true},
	{counts: true, remarks: true, reasons: true},
	{counts: true, reasons: true},
	{reasons: true},
	{},
}

// Markdown writes a plan as GitHub Flavored Markdown for a comment on a pull request, in
// the most complete way that fits MarkdownBudget. Whatever is left out, and the text says
// what, every deletion, every replacement and every tripped guard stays, outside of any
// fold. Where even that is too long, nothing is written and the error is a *TooLargeError.
//
// The first line is a hidden marker by which a later comment finds this one:
//
//	<!-- scalectl:plan stack=STACK env=ENVIRONMENT digest=DIGEST -->
//
// Width and Color of the options do not matter.
func Markdown(w io.Writer, p *plan.Plan, opts Options) error {
	size := 0
	for _, d := range details {
		text := markdown(p, opts, d)
		if size = len(text); size <= MarkdownBudget {
			_, err := io.WriteString(w, text)
			return err
		}
	}
	return &TooLargeError{Removed: p.Count(plan.Delete) + p.Count(plan.Replace), Size: size}
}

// Limits of single texts, in characters, so that none takes the room of others.
const (
	maxName    = 200  // stack, environment, account, region
	maxField   = 200  // a field with its values, in a table
	maxGlobs   = 500  // the globs of a partial plan
	maxCommand = 4000 // the command that applies the plan
)

// sheet collects Markdown.
type sheet struct {
	strings.Builder
	plan *plan.Plan
	opts Options
	detail
}

func markdown(p *plan.Plan, opts Options, d detail) string {
	opts.Width, opts.Color = 0, false
	s := &sheet{plan: p, opts: opts, detail: d}
	s.header()
	s.consent()
	s.removals()
	s.others()
	s.notes()
	s.closing()
	return s.String()
}

// full reports whether the text is already too long, so that the rest need not be written.
// The shortest text is written to its end, because its length is reported.
func (s *sheet) full() bool { return s.detail != detail{} && s.Len() > MarkdownBudget }

func (s *sheet) line(format string, args ...any) { fmt.Fprintf(&s.Builder, format+"\n", args...) }

func (s *sheet) header() {
	p := s.plan
	key := func(v string) string { return url.QueryEscape(cut(v, maxName)) }
	s.line("<!-- scalectl:plan stack=%s env=%s digest=%s -->", key(p.Stack), key(p.Environment), key(p.Digest))
	title := "### scalectl plan: " + span(cut(p.Stack, maxName))
	if p.Environment != "" {
		title += " in " + span(cut(p.Environment, maxName))
	}
	s.line("%s\n", title)
	if p.IsEmpty() {
		s.line("**No changes**: the live state matches the spec.\n")
	} else {
		var counts []string
		for _, l := range slices.Backward(looks) { // deletions first
			if n := p.Count(l.action); n > 0 || l.action == plan.Delete {
				counts = append(counts, fmt.Sprintf("%d %s", n, l.count))
			}
		}
		s.line("**%s**\n", strings.Join(counts, ", "))
	}
	s.line("account %s, region %s, made %s\n", span(cut(p.Account, maxName)), span(cut(p.Region, maxName)),
		p.CreatedAt.UTC().Format("2 Jan 2006 15:04 UTC"))
	if p.Selection != nil {
		s.line("> **PARTIAL**: restricted by %s; nothing else was compared.\n", span(cut(selection(p.Selection), maxGlobs)))
	}
}

// consent lists the guards that have tripped, and names the others.
func (s *sheet) consent() {
	var quiet []string
	tripped := false
	for _, g := range s.plan.Guards {
		if !g.Tripped {
			quiet = append(quiet, span(string(g.Name)))
			continue
		}
		if !tripped {
			s.line("#### Needs consent\n")
			tripped = true
		}
		text := "- " + span("--allow "+string(g.Name))
		if s.reasons {
			text += ": " + prose(g.Arithmetic)
		}
		s.line("%s", text)
	}
	if tripped {
		s.line("")
	}
	if len(quiet) > 0 && !s.plan.IsEmpty() {
		s.line("Guards that are satisfied: %s\n", strings.Join(quiet, ", "))
	}
}

// removes reports whether a live object goes away, if only to be made anew.
func removes(c *plan.Change) bool { return c.Action == plan.Delete || c.Action == plan.Replace }

// removals writes what is deleted, then what is replaced. Each has a line of its own that
// names it in full, in a table where there is room for reasons.
func (s *sheet) removals() {
	var list []*plan.Change
	for _, c := range deletionsFirst(s.plan.Changes) {
		if removes(c) {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return
	}
	s.line("#### Removes\n")
	if s.reasons {
		s.table(list)
		return
	}
	for _, c := range list {
		s.line("- %s %s", word(c), span(c.Address))
	}
	s.line("\nWhat they were and why they go did not fit into this comment.\n")
}

func word(c *plan.Change) string { return "**" + prose(lookOf(c.Action).word) + "**" }

// table writes one row for each change.
func (s *sheet) table(list []*plan.Change) {
	s.line("| Action | Object | Fields | Why and effect | Source |")
	s.line("| --- | --- | --- | --- | --- |")
	for _, c := range list {
		if s.full() {
			return
		}
		var fields []string
		for _, f := range worthShowing(c) {
			fields = append(fields, span(cut(f.Path+": "+sides(f, c.Action), maxField)))
		}
		source := ""
		if c.Position != nil && !c.Position.IsZero() {
			source = span(fmt.Sprintf("%s:%d", c.Position.File, c.Position.Line))
		}
		s.line("| %s | %s | %s | %s | %s |", word(c), span(c.Address), strings.Join(fields, "<br>"),
			strings.Join(s.why(c), "<br>"), source)
	}
	s.line("")
}

// sides writes what a field was and will be, or the only one that there is.
func sides(f plan.FieldChange, action plan.Action) string {
	switch {
	case action == plan.Create && f.Before == nil:
		return value(f.After)
	case f.After == nil && action == plan.Delete:
		return value(f.Before)
	case f.After == nil:
		return value(f.Before) + " -> (removed)"
	}
	return value(f.Before) + " -> " + value(f.After)
}

func (s *sheet) why(c *plan.Change) []string {
	var parts []string
	if text := because(c); text != "" {
		parts = append(parts, prose(text))
	}
	if text := nextFirings(c.After, s.opts.Now); text != "" {
		parts = append(parts, "next: "+prose(text))
	}
	for _, e := range c.Effects {
		parts = append(parts, "effect: "+prose(e))
	}
	if len(c.Guards) > 0 {
		parts = append(parts, "**needs** "+span(allowFlags(c.Guards)))
	}
	return parts
}

// others writes the changes that remove nothing.
func (s *sheet) others() {
	var list []*plan.Change
	for i := range s.plan.Changes {
		if c := &s.plan.Changes[i]; !removes(c) {
			list = append(list, c)
		}
	}
	switch {
	case len(list) == 0:
	case s.changes:
		s.line("#### Changes\n")
		s.table(list)
	case s.counts:
		s.line("#### Changes\n\nOne by one they did not fit into this comment.\n")
		s.countTable(list)
	default:
		s.line("The %s that remove nothing did not fit into this comment.\n", count(len(list), "change", "changes"))
	}
}

// countTable counts changes by endpoint and action.
func (s *sheet) countTable(list []*plan.Change) {
	actions := []plan.Action{plan.Adopt, plan.Update, plan.Create}
	counts := map[string]map[plan.Action]int{}
	for _, c := range list {
		place := c.Target.ResourceID
		if e := c.Target.Endpoint(); e != "" {
			place = "endpoint/" + e
		}
		if place == "" {
			place = c.Address
		}
		if counts[place] == nil {
			counts[place] = map[plan.Action]int{}
		}
		counts[place][c.Action]++
	}
	s.line("| Endpoint or component | to adopt | to update | to create |\n| --- | --- | --- | --- |")
	for _, place := range slices.Sorted(maps.Keys(counts)) {
		row := "| " + span(place) + " |"
		for _, a := range actions {
			row += fmt.Sprintf(" %d |", counts[place][a])
		}
		s.line("%s", row)
	}
	s.line("")
}

// notes writes what is not a change.
func (s *sheet) notes() {
	p := s.plan
	if s.remarks && len(p.Notes) > 0 {
		s.line("#### Notes\n")
		for _, n := range p.Notes {
			s.line("- %s: %s", span(n.Address), prose(n.Message))
		}
		s.line("")
	}
	if s.remarks && len(p.NotOwned) > 0 {
		s.line("#### Not owned, left alone\n")
		for _, n := range p.NotOwned {
			text := prose(n.Because)
			if n.Owner != "" {
				text += ", owner " + span(n.Owner)
			}
			s.line("- %s: %s", span(n.Address), text)
		}
		s.line("")
	}
	left := ""
	if !s.remarks && len(p.Notes)+len(p.NotOwned) > 0 {
		left = fmt.Sprintf("; %s and the list of what is not owned did not fit into this comment", count(len(p.Notes), "note", "notes"))
	}
	s.line("unchanged %d, not owned %d, desired counts are left to the autoscaler%s\n", p.Unchanged, len(p.NotOwned), left)
}

// closing writes the digest, how to apply, and the whole plan as text.
func (s *sheet) closing() {
	p := s.plan
	if !p.IsEmpty() {
		s.line("Digest %s", span(cut(p.Digest, maxName)))
		command := ""
		if len(s.opts.Command) > 0 {
			command = applyCommand(s.opts, p, p.Tripped())
		}
		switch {
		case command == "":
		case len(command) > maxCommand:
			s.line("\nThe command that applies exactly this plan is too long for this comment.")
		default:
			s.line("\nTo apply exactly this plan:\n\n%s", strings.TrimRight(fenced("sh", command), "\n"))
		}
	}
	switch {
	case p.IsEmpty():
	case s.diff:
		pg := &page{opts: s.opts}
		for _, c := range deletionsFirst(p.Changes) {
			if s.full() || pg.Len() > MarkdownBudget {
				break
			}
			pg.change(c)
		}
		s.line("\n<details>\n<summary>All fields of all changes</summary>\n\n%s\n</details>", fenced("text", pg.String()))
	default:
		s.line("\nThe full plan did not fit into this comment: read it as text or JSON.")
	}
}
