package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/plan"
)

// look is how an action appears. The word alone carries the meaning.
type look struct {
	symbol string
	word   string
	style  style
	count  string // behind a number in the summary
	always bool   // named in the summary even when the number is 0
}

// looks holds every action in the order of the summary.
var looks = []struct {
	action plan.Action
	look
}{
	{plan.Create, look{"  +", "CREATE", green, "to create", true}},
	{plan.Update, look{"  ~", "UPDATE", yellow, "to update", true}},
	{plan.Replace, look{"-/+", "REPLACE", magenta, "to replace", false}},
	{plan.Adopt, look{"  ^", "ADOPT", cyan, "to adopt", false}},
	{plan.Delete, look{"  -", "DELETE", red, "to delete", true}},
}

func lookOf(a plan.Action) look {
	for _, l := range looks {
		if l.action == a {
			return l.look
		}
	}
	return look{symbol: "  ?", word: strings.ToUpper(clean(string(a)))}
}

// Indents of a change's lines: behind its action word, and its fields.
const (
	changeIndent = 13
	fieldIndent  = 6
)

// Plan writes a plan as text. Deletions come first whatever the order of p.Changes, and
// every change is written out in full, but for switches that a new object leaves off. A plan without changes says "No changes". The only
// error is one of w.
func Plan(w io.Writer, p *plan.Plan, opts Options) error {
	pg := &page{opts: opts}
	pg.header(p)
	for _, c := range deletionsFirst(p.Changes) {
		pg.change(c)
	}
	pg.remarks(p)
	pg.summary(p)
	return pg.flush(w)
}

func (p *page) header(pl *plan.Plan) {
	parts := []string{"scalectl plan"}
	add := func(label, v string) {
		if v != "" {
			parts = append(parts, label+clean(v))
		}
	}
	add("stack ", pl.Stack)
	add("env ", pl.Environment)
	add("account ", pl.Account)
	add("region ", pl.Region)
	var line string
	for _, part := range parts {
		if line != "" && displayWidth(line)+3+displayWidth(part) > p.opts.width() {
			p.line(p.paint(bold, line))
			line = "   " + part
			continue
		}
		if line != "" {
			line += "   "
		}
		line += part
	}
	p.line(p.paint(bold, line))
	if pl.Selection != nil {
		p.para(yellow, "PARTIAL  ", "restricted by "+selection(pl.Selection)+
			"; nothing else was compared, and nothing is said about it")
	}
	p.line()
}

func selection(s *plan.Selection) string {
	var words []string
	for _, t := range s.Targets {
		words = append(words, "--target "+shellQuote(t))
	}
	for _, e := range s.Excludes {
		words = append(words, "--exclude "+shellQuote(e))
	}
	return strings.Join(words, " ")
}

func deletionsFirst(changes []plan.Change) []*plan.Change {
	out := make([]*plan.Change, len(changes))
	for i := range changes {
		out[i] = &changes[i]
	}
	slices.SortStableFunc(out, func(a, b *plan.Change) int { return deletionRank(a) - deletionRank(b) })
	return out
}

func deletionRank(c *plan.Change) int {
	if c.Action == plan.Delete {
		return 0
	}
	return 1
}

func (p *page) change(c *plan.Change) {
	lk := lookOf(c.Action)
	first := pad(lk.symbol+" "+lk.word, changeIndent)
	address := clean(c.Address)
	place := ""
	if c.Position != nil && !c.Position.IsZero() {
		place = clean(fmt.Sprintf("%s:%d", c.Position.File, c.Position.Line))
	}
	gap := p.opts.width() - changeIndent - displayWidth(address) - displayWidth(place)
	if place == "" || gap < 2 {
		p.line(p.paint(lk.style, first), p.paint(bold, address))
		if place != "" {
			p.line(strings.Repeat(" ", changeIndent), p.paint(dim, place))
		}
	} else {
		p.line(p.paint(lk.style, first), p.paint(bold, address), strings.Repeat(" ", gap), p.paint(dim, place))
	}
	if why := because(c); why != "" {
		p.para(plain, strings.Repeat(" ", fieldIndent)+"because ", why)
	}
	p.fields(groupFields("", worthShowing(c)), c.Action, fieldIndent)
	if text := nextFirings(c.After, p.opts.Now); text != "" {
		p.para(plain, strings.Repeat(" ", fieldIndent)+"next: ", text)
	}
	for _, e := range c.Effects {
		p.para(plain, strings.Repeat(" ", fieldIndent)+"effect: ", clean(e))
	}
	if len(c.Guards) > 0 {
		p.para(yellow, strings.Repeat(" ", fieldIndent)+"! ", "needs consent: "+allowFlags(c.Guards))
	}
	p.line()
}

// because says why a change exists: the change's own words, or those that fit its reason.
func because(c *plan.Change) string {
	if c.Because != "" {
		return clean(c.Because)
	}
	switch c.Reason {
	case "":
		return ""
	case plan.ReasonAdopted:
		return "the scalable target carries no owner tag; from now on this stack owns it"
	case plan.ReasonLeftSpec:
		return "the spec no longer names it"
	case plan.ReasonSchedule:
		return "the scheduled actions imply these bounds at the moment"
	case plan.ReasonPolicyType:
		return "AWS does not change the type of a policy in place"
	case plan.ReasonDroppedBound:
		return "AWS may keep a bound that an update leaves out"
	case plan.ReasonMetricTaken:
		return "AWS allows one target-tracking policy per metric, so it has to make room first"
	case plan.ReasonNewARN:
		return "its policy gets a new ARN"
	case plan.ReasonOrphan:
		return "its policy no longer exists"
	}
	return clean(string(c.Reason))
}

func allowFlags(names []plan.GuardName) string {
	flags := make([]string, len(names))
	for i, n := range names {
		flags[i] = "--allow " + clean(string(n))
	}
	return strings.Join(flags, " ")
}

// remarks writes what is not a change.
func (p *page) remarks(pl *plan.Plan) {
	if len(pl.Notes) > 0 {
		for _, n := range pl.Notes {
			p.line("  note       ", clean(n.Address))
			p.para(plain, strings.Repeat(" ", changeIndent), clean(n.Message))
		}
		p.line()
	}
	if len(pl.NotOwned) > 0 {
		for _, n := range pl.NotOwned {
			p.line("  not owned  ", clean(n.Address))
			text := clean(n.Because)
			if n.Owner != "" {
				text = strings.TrimPrefix(text+"; ", "; ") + "owner: " + clean(n.Owner)
			}
			p.para(dim, strings.Repeat(" ", changeIndent), text)
		}
		p.line()
	}
	p.line("  ", p.paint(dim, fmt.Sprintf("unchanged %d   not owned %d   desired counts: left to the autoscaler",
		pl.Unchanged, len(pl.NotOwned))))
	p.line()
}

func (p *page) summary(pl *plan.Plan) {
	partial := ""
	if pl.Selection != nil {
		partial = " (PARTIAL: " + selection(pl.Selection) + ")"
	}
	if pl.IsEmpty() {
		p.line(p.paint(bold, "No changes"), ": the live state matches the spec", partial)
		return
	}
	p.line(p.paint(bold, Summary(pl)), partial)
	p.guards(pl)
	p.line("Digest: ", clean(pl.Digest))
	if len(p.opts.Command) > 0 {
		p.line("To apply exactly this plan:")
		p.line("  ", applyCommand(p.opts, pl, pl.Tripped()))
	}
}

// guards writes the arithmetic of every guard that has something to measure, and names the
// others.
func (p *page) guards(pl *plan.Plan) {
	if len(pl.Guards) == 0 {
		return
	}
	p.line("Guards:")
	var quiet []string
	for _, g := range pl.Guards {
		name := clean(string(g.Name))
		switch {
		case g.Tripped:
			p.para(yellow, "  "+pad(name, guardWidth)+"  ", clean(g.Arithmetic)+": NEEDS --allow "+name)
		case g.Name == plan.GuardDelete && pl.Count(plan.Delete) > 0 || len(g.Addresses) > 0:
			p.para(plain, "  "+pad(name, guardWidth)+"  ", clean(g.Arithmetic)+": ok")
		default:
			quiet = append(quiet, name)
		}
	}
	if len(quiet) > 0 {
		p.para(plain, "  ok: ", strings.Join(quiet, ", "))
	}
}

// guardWidth is the width of the longest name of a guard.
const guardWidth = len(plan.GuardCapacityCut)

// applyCommand is the line that carries out the plan with the consent it needs.
func applyCommand(opts Options, pl *plan.Plan, allow []plan.GuardName) string {
	words := slices.Clone(opts.Command)
	if !opts.CommandHoldsDigest {
		words = append(words, "--expect-digest", clean(pl.Digest))
	}
	for _, n := range allow {
		words = append(words, "--allow", string(n))
	}
	return Command(words...)
}

// Summary is the closing line of a plan: "Plan: 1 to create, 2 to update, 0 to delete".
// Replacements and adoptions are named where there are any.
func Summary(pl *plan.Plan) string {
	var parts []string
	for _, l := range looks {
		if n := pl.Count(l.action); n > 0 || l.always {
			parts = append(parts, fmt.Sprintf("%d %s", n, l.count))
		}
	}
	return "Plan: " + strings.Join(parts, ", ")
}
