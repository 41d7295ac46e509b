package render

import (
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/plan"
)

// containers are the keys of a spec that hold further keys of their own, in contrast to
// keys that users choose and that may contain dots themselves, such as tags.
var containers = []string{"targetTracking", "customizedMetric", "dimensions", "stepScaling", "suspended"}

// fieldGroup is a tree of fields as the spec nests them. A key that only one field shares
// is not worth a level and stays part of the field's dotted path.
type fieldGroup struct {
	name   string
	leaves []plan.FieldChange // Path is relative to the group
	groups []*fieldGroup
}

// offByDefault are switches that are off in every new object unless the spec turns them
// on. A new object shows them only then.
var offByDefault = []string{
	"suspended.dynamicScalingIn", "suspended.dynamicScalingOut", "suspended.scheduledScaling", "targetTracking.disableScaleIn",
}

// worthShowing drops the switches that say nothing about a new object.
func worthShowing(c *plan.Change) []plan.FieldChange {
	if c.Action != plan.Create {
		return c.Fields
	}
	var out []plan.FieldChange
	for _, f := range c.Fields {
		if f.After != false || !slices.Contains(offByDefault, f.Path) {
			out = append(out, f)
		}
	}
	return out
}

func groupFields(name string, fields []plan.FieldChange) *fieldGroup {
	g := &fieldGroup{name: name}
	inside := map[string][]plan.FieldChange{}
	for _, f := range fields {
		if head, rest, ok := strings.Cut(f.Path, "."); ok && slices.Contains(containers, head) {
			f.Path = rest
			inside[head] = append(inside[head], f)
		}
	}
	seen := map[string]bool{}
	for _, f := range fields {
		head, _, _ := strings.Cut(f.Path, ".")
		switch {
		case len(inside[head]) < 2:
			g.leaves = append(g.leaves, f)
		case !seen[head]:
			seen[head] = true
			g.groups = append(g.groups, groupFields(head, inside[head]))
		}
	}
	return g
}

// maxAlign is the widest name for which its siblings' values move to the right.
const maxAlign = 36

// fields writes the tree, indented by indent columns.
func (p *page) fields(g *fieldGroup, action plan.Action, indent int) {
	lead := strings.Repeat(" ", indent)
	column := 0
	for _, f := range g.leaves {
		if w := displayWidth(clean(f.Path)); w <= maxAlign {
			column = max(column, w)
		}
	}
	for _, f := range g.leaves {
		p.field(lead+pad(clean(f.Path), column)+"  ", f, action)
	}
	for _, sub := range g.groups {
		p.line(lead, clean(sub.name))
		p.fields(sub, action, indent+2)
	}
}

// field writes one setting behind its name. Both sides go on lines of their own when one
// line cannot hold them.
func (p *page) field(lead string, f plan.FieldChange, action plan.Action) {
	switch {
	case action == plan.Create && f.Before == nil:
		p.line(lead, value(f.After))
		return
	case action == plan.Delete && f.After == nil:
		p.line(lead, value(f.Before))
		return
	}
	before, after := value(f.Before), value(f.After)
	if f.After == nil {
		after = "(removed)"
	}
	if displayWidth(lead)+displayWidth(before)+displayWidth(" -> ")+displayWidth(after) <= p.opts.width() {
		p.line(lead, p.paint(dim, before), " -> ", p.paint(bold, after))
		return
	}
	indent := strings.Repeat(" ", displayWidth(lead)-displayWidth(strings.TrimLeft(lead, " "))+4)
	p.line(strings.TrimRight(lead, " "))
	p.line(indent, "   ", p.paint(dim, before))
	p.line(indent, "-> ", p.paint(bold, after))
}
