package spec

import (
	"fmt"
	"sync"

	"github.com/scalectl/scalectl/pkg/diag"
)

// collector gathers the findings of structural rules.
type collector struct {
	rules    map[string]*Rule
	findings []*finding
	// seen holds what was reported, because a node that several aliases share is
	// decoded once for each of them.
	seen map[seenKey]bool
	// dropped counts findings beyond maxFindings; the first of them stands for all.
	dropped int
}

type seenKey struct {
	rule, message string
	position      diag.Position
}

func newCollector() *collector {
	return &collector{rules: loaderRules(), seen: map[seenKey]bool{}}
}

// loaderRules returns the rules that have no check function, by id.
var loaderRules = sync.OnceValue(func() map[string]*Rule {
	rules := map[string]*Rule{}
	for _, r := range registry() {
		if r.check == nil {
			rules[r.ID] = &r
		}
	}
	return rules
})

// add reports a finding of the structural rule at the position. An unknown rule is a
// bug in scalectl.
func (c *collector) add(rule string, pos diag.Position, format string, args ...any) *finding {
	r := c.rules[rule]
	if r == nil {
		panic(fmt.Sprintf("this is a bug in scalectl: no structural rule %q", rule))
	}
	f := &finding{rule: r, Diagnostic: diag.Diagnostic{
		Severity: r.Severity,
		Rule:     r.ID,
		Position: pos,
		Message:  fmt.Sprintf(format, args...),
	}}
	key := seenKey{rule, f.Message, pos}
	if c.seen[key] {
		return f
	}
	if len(c.findings) >= maxFindings {
		if c.dropped++; c.dropped > 1 {
			return f
		}
		limit := c.rules[ruleFileLimits]
		c.findings = append(c.findings, &finding{rule: limit, Diagnostic: diag.Diagnostic{
			Severity: limit.Severity,
			Rule:     limit.ID,
			Position: pos,
			Message:  fmt.Sprintf("more than %d findings; the rest is not shown", maxFindings),
			Hint:     "mend the first ones and run again",
		}})
		return f
	}
	c.seen[key] = true
	c.findings = append(c.findings, f)
	return f
}

// full reports whether further findings would be dropped.
func (c *collector) full() bool { return c.dropped > 0 }

// hasErrors reports whether any finding is an error.
func (c *collector) hasErrors() bool {
	for _, f := range c.findings {
		if f.Severity == diag.Error {
			return true
		}
	}
	return false
}
