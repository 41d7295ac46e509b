package render

import (
	"io"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/plan"
)

// Refusal writes why a plan is not carried out: each change that trips one of the missing
// guards, the arithmetic of those guards, and the command that gives consent. given are
// the guards the user already allowed; the offered command keeps them.
func Refusal(w io.Writer, pl *plan.Plan, missing, given []plan.GuardName, opts Options) error {
	p := &page{opts: opts}
	var addresses []string
	for _, g := range pl.Guards {
		if slices.Contains(missing, g.Name) {
			addresses = append(addresses, g.Addresses...)
		}
	}
	slices.Sort(addresses)
	addresses = slices.Compact(addresses)
	verb := "needs"
	if len(addresses) != 1 {
		verb = "need"
	}
	p.line("scalectl: ", count(len(addresses), "change", "changes"), " ", verb, " consent")
	for _, c := range deletionsFirst(pl.Changes) {
		if slices.Contains(addresses, c.Address) {
			p.refused(c)
		}
	}
	for _, g := range pl.Guards {
		if slices.Contains(missing, g.Name) {
			p.para(plain, "  guard ", clean(string(g.Name))+": "+clean(g.Arithmetic))
		}
	}
	if len(opts.Command) > 0 {
		var allow []plan.GuardName
		for _, n := range plan.GuardNames() {
			if slices.Contains(missing, n) || slices.Contains(given, n) {
				allow = append(allow, n)
			}
		}
		p.line("  to go ahead, run:")
		p.line("    ", applyCommand(opts, pl, allow))
	}
	return p.flush(w)
}

// refused writes one change on one line where it is one setting, and why it is risky.
func (p *page) refused(c *plan.Change) {
	parts := []string{"  " + clean(c.Address)}
	if len(c.Fields) == 1 && c.Action != plan.Delete {
		f := c.Fields[0]
		parts = append(parts, clean(f.Path), value(f.Before)+" -> "+value(f.After))
	} else {
		parts = append(parts, string(c.Action))
	}
	p.line(strings.Join(parts, "  "))
	if why := because(c); why != "" {
		p.para(plain, "  ", why)
	}
	for _, e := range c.Effects {
		p.para(plain, "  ", clean(e))
	}
}
