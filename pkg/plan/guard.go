package plan

import (
	"fmt"
	"slices"

	"github.com/scalectl/scalectl/pkg/model"
)

// guards measures every guard over the changes of the plan, and marks the deletions when
// there are more of them than the limit allows.
func (p *Plan) guards(maxDeletes model.Percent) []Guard {
	deletes := p.markDeletes(maxDeletes)
	all := []Guard{deletes}
	words := map[GuardName]string{
		GuardReplace:     "changes that leave a target without its only policy for a moment",
		GuardAdopt:       "changes to what somebody else made or owns",
		GuardCapacityCut: "targets with more capacity in service than the new maximum",
		GuardProtect:     "deletions of protected objects",
	}
	for _, name := range GuardNames() {
		if name == GuardDelete {
			continue
		}
		g := Guard{Name: name}
		for i := range p.Changes {
			if slices.Contains(p.Changes[i].Guards, name) {
				g.Addresses = append(g.Addresses, p.Changes[i].Address)
			}
		}
		g.Tripped = len(g.Addresses) > 0
		g.Arithmetic = fmt.Sprintf("%s: %d (limit 0)", words[name], len(g.Addresses))
		all = append(all, g)
	}
	return all
}

// markDeletes measures the share of the stack's live objects that the plan deletes for
// good. What is deleted only to be created again in the same plan does not count.
func (p *Plan) markDeletes(limit model.Percent) Guard {
	g := Guard{Name: GuardDelete}
	created := map[string]bool{}
	for i := range p.Changes {
		if p.Changes[i].Action == Create {
			created[p.Changes[i].Address] = true
		}
	}
	var doomed []int
	for i := range p.Changes {
		if p.Changes[i].Action == Delete && !created[p.Changes[i].Address] {
			doomed = append(doomed, i)
			g.Addresses = append(g.Addresses, p.Changes[i].Address)
		}
	}
	share := 0.0
	if p.Owned > 0 {
		share = 100 * float64(len(doomed)) / float64(p.Owned)
	}
	g.Arithmetic = fmt.Sprintf("deletes %d of %d live objects of the stack = %.1f %% (limit %v %%)", len(doomed), p.Owned, share, float64(limit))
	g.Tripped = len(doomed) > 0 && share > float64(limit)
	if !g.Tripped {
		g.Addresses = nil
		return g
	}
	for _, i := range doomed {
		p.Changes[i].Guards = append([]GuardName{GuardDelete}, p.Changes[i].Guards...)
	}
	return g
}
