package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/scalectl/scalectl/pkg/plan"
)

// statusLook is how the end of a change appears.
var statusLooks = []struct {
	status plan.Status
	word   string
	style  style
}{
	{plan.Done, "done", green},
	{plan.Failed, "FAILED", red},
	{plan.Stale, "STALE", yellow},
	{plan.NotStarted, "not started", plain},
}

// Outcomes writes how an apply ended: one line when every change was done, otherwise what
// became of each, in the order given, and what to do next. interrupted says that the user
// stopped the run.
func Outcomes(w io.Writer, outcomes []plan.Outcome, interrupted bool, opts Options) error {
	p := &page{opts: opts}
	const statusWidth = len("not started")
	counts := map[plan.Status]int{}
	for _, o := range outcomes {
		counts[o.Status]++
	}
	table := outcomes
	if counts[plan.Done] == len(outcomes) {
		table = nil
	}
	for _, o := range table {
		word, st := clean(string(o.Status)), plain
		for _, l := range statusLooks {
			if l.status == o.Status {
				word, st = l.word, l.style
			}
		}
		p.line("  ", p.paint(st, pad(word, statusWidth)), "  ", pad(clean(string(o.Action)), len(plan.Replace)), "  ", clean(o.Address))
		if o.Error != "" {
			p.para(plain, strings.Repeat(" ", 2+statusWidth+2), clean(o.Error))
		}
	}
	if len(table) > 0 {
		p.line()
	}
	p.line(p.paint(bold, OutcomeSummary(outcomes)))
	switch {
	case interrupted:
		p.para(plain, "", "The run was interrupted after the call in flight. Nothing is rolled back: run the same command again to continue from here.")
	case counts[plan.Stale] > 0:
		p.para(plain, "", "The live state moved after the plan was made, so nothing was written over it. Make a new plan, look at it, and apply that.")
	case counts[plan.Failed] > 0:
		p.para(plain, "", "What was done stays done. Mend the cause named above and run the same command again: it continues from here.")
	}
	return p.flush(w)
}

// OutcomeSummary is the closing line of an apply: "Apply: 3 done, 1 failed, 2 not started".
func OutcomeSummary(outcomes []plan.Outcome) string {
	counts := map[plan.Status]int{}
	for _, o := range outcomes {
		counts[o.Status]++
	}
	parts := []string{fmt.Sprintf("%d done", counts[plan.Done])}
	for _, l := range statusLooks[1:] {
		if n := counts[l.status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ToLower(l.word)))
		}
	}
	return "Apply: " + strings.Join(parts, ", ")
}
