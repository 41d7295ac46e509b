package spec

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

// Rule is one thing that scalectl checks in a spec, with everything that `explain`, the
// documentation and SARIF say about it.
type Rule struct {
	ID       string // kebab-case, never reused for another meaning
	Severity diag.Severity
	Title    string // one line, lower case, no full stop
	Explain  string // why it matters and what to do, in a few plain sentences
	Bad      string // an example that the rule reports; see the package comment
	Good     string // the same, corrected
	Source   string // where AWS says so: a fact number and link; "" if it is scalectl's own rule
	// Structural marks errors about the form of the files, which the loader itself
	// finds. They cannot be suppressed.
	Structural bool

	check func(*pass)
}

// pass is what a rule's check sees, and where it reports.
type pass struct {
	Fleet *Fleet
	// Targets holds every structurally sound target, sorted by id.
	Targets []*target
	// Policies holds every sound policy definition once: those of the top level, whether
	// attached or not, then those written inline.
	Policies []*policyDef
	// Now is the moment of the check. When it is zero, rules that need it return.
	Now time.Time
	// Environment is the name of the applied environment, "" for none.
	Environment string

	files    int // how many sources the fleet has
	rule     *Rule
	findings []*finding
}

// target is one scalable target with everything that a rule may ask about it.
type target struct {
	ID model.TargetID
	// Endpoint and Scaling are never nil. Exactly one of Variant and Component is set.
	Endpoint  *Endpoint
	Variant   *Variant
	Component *Component
	Scaling   *Scaling
	// Kind is how the endpoint serves as far as the spec tells. Without async,
	// serverless or components it is taken for a real-time endpoint, and KindStated is
	// false.
	Kind       model.EndpointKind
	KindStated bool
	// Policies and Actions hold the sound ones, by name.
	Policies []*policyUse
	Actions  []*actionUse
	// Complete is false when a policy or scheduled action of the target was left out
	// because of a structural error: nothing follows from its absence.
	Complete bool
	// Model is the target as it will be planned, in normal form, made of the sound parts.
	Model model.Target
}

// at makes a target a Place: the key of its variant or component.
func (t *target) at() *node {
	if t.Component != nil {
		return t.Component.at()
	}
	return t.Variant.at()
}

// policyDef is the definition of a policy.
type policyDef struct {
	*Policy
	// Shared is set for a policy of the top level.
	Shared bool
	// Uses lists the targets that it hangs on: one for an inline policy, any number for
	// a shared one.
	Uses []*policyUse
}

// policyUse is a policy on a target.
type policyUse struct {
	Target *target
	Def    *policyDef
	// Attach is the place under the target's policies that asks for it: the reference
	// for a shared policy, the definition itself for an inline one.
	Attach Place
	// Model holds the policy with ${endpoint} and the like filled in.
	Model  model.Policy
	Alarms []*alarmUse
}

// Name returns the name of the policy.
func (u *policyUse) Name() string { return u.Model.Name }

func (u *policyUse) at() *node { return u.Attach.at() }

// alarmUse is an alarm of a policy on a target.
type alarmUse struct {
	*Alarm
	Use *policyUse
	// Model holds the alarm with its final name and ${endpoint} and the like filled in.
	Model model.Alarm
}

// actionUse is a scheduled action of a target.
type actionUse struct {
	*ScheduledAction
	Target *target
	Model  model.ScheduledAction
}

// alarms yields the alarms of a step policy in the order of their keys. For any other
// policy it yields nothing.
func (p *Policy) alarms() iter.Seq[*Alarm] {
	return func(yield func(*Alarm) bool) {
		if p.StepScaling == nil {
			return
		}
		if a := p.StepScaling.Alarm; a != nil && !yield(a) {
			return
		}
		for _, a := range p.StepScaling.Alarms.All() {
			if !yield(a) {
				return
			}
		}
	}
}

// finding is a diagnostic while its rule still adds to it.
type finding struct {
	diag.Diagnostic
	rule *Rule
}

// report adds a finding of the running rule at the given place. The message is a
// complete lower-case sentence without a full stop that quotes the offending value.
func (p *pass) report(at Place, format string, args ...any) *finding {
	f := &finding{rule: p.rule, Diagnostic: diag.Diagnostic{
		Severity: p.rule.Severity,
		Rule:     p.rule.ID,
		Position: Position(at),
		Message:  fmt.Sprintf(format, args...),
	}}
	// A finding at an object as a whole is about what it lacks.
	if n := at.at(); n == nil || !n.loose {
		p.findings = append(p.findings, f)
	}
	return f
}

// hint says what to do about the finding.
func (f *finding) hint(format string, args ...any) *finding {
	f.Hint = fmt.Sprintf(format, args...)
	return f
}

// related adds a second place that explains the finding. It does nothing when the place
// is absent.
func (f *finding) related(at Place, format string, args ...any) *finding {
	if pos := Position(at); !pos.IsZero() {
		f.Related = append(f.Related, diag.Related{Position: pos, Message: fmt.Sprintf(format, args...)})
	}
	return f
}

// on names the line of a place for use in a message: "on line 10", or "in b.yaml:10:3"
// when the fleet has several files.
func (p *pass) on(at Place) string {
	pos := Position(at)
	if p.files > 1 {
		return "in " + pos.String()
	}
	return onLine(pos)
}

func onLine(pos diag.Position) string { return fmt.Sprintf("on line %d", pos.Line) }

// run applies every rule that has a check, in the order of the ids.
func (p *pass) run(rules []Rule) {
	for i := range rules {
		if rules[i].check != nil {
			p.rule = &rules[i]
			rules[i].check(p)
		}
	}
}

// registry holds every rule, sorted by id.
var registry = sync.OnceValue(func() []Rule {
	rules := allRules()
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
})

// Rules returns every rule, sorted by id. The caller owns the slice.
func Rules() []Rule { return slices.Clone(registry()) }
