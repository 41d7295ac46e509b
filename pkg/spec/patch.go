package spec

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"sync"
)

// patcher checks the environments of a spec and applies one of them.
type patcher struct {
	*collector
	base *node
	// unknown holds the names that the base does not have; they are not applied, so
	// that half of a thing does not give findings of its own.
	unknown map[*node]bool
}

// environments checks every environment of the spec, so that a mistake in one shows
// without selecting it, and returns the spec with the selected one applied and without
// the others. selected "" leaves the spec as it is.
func (p *patcher) environments(selected string) *node {
	out := *p.base
	var all *node
	out.kids = nil
	for i := 0; i+1 < len(p.base.kids); i += 2 {
		if p.base.kids[i].value == "environments" {
			all = p.base.kids[i+1]
			if all.kind == mapNode {
				continue
			}
		}
		out.kids = append(out.kids, p.base.kids[i], p.base.kids[i+1])
	}
	p.base = &out
	var names []string
	var chosen *node
	if all != nil && all.kind == mapNode {
		for i := 0; i+1 < len(all.kids); i += 2 {
			name, patch := all.kids[i], all.kids[i+1]
			names = append(names, name.value)
			p.check(name, patch)
			if name.value == selected {
				chosen = patch
			}
		}
	}
	if selected == "" {
		return p.base
	}
	if !slices.Contains(names, selected) {
		slices.Sort(names)
		at := p.base
		if all != nil {
			at = all
		}
		f := p.add(ruleEnvironment, at.position(), "there is no environment %q%s", selected, didYouMean(selected, names))
		if len(names) > 0 {
			f.hint("the spec has: %s", quoteList(names))
		} else {
			f.hint("the spec has no environments")
		}
		return p.base
	}
	if chosen.kind != mapNode {
		return p.base
	}
	return p.apply(p.base, chosen)
}

// check reports what is wrong with one environment in itself and against the base.
func (p *patcher) check(name, patch *node) {
	if patch.isNull() {
		return
	}
	d := decoder{collector: p.collector, patch: true}
	if patch.kind != mapNode {
		d.wrongShape(spot{key: name}, patch, "a mapping")
		return
	}
	var fleet *Fleet
	d.value(reflect.ValueOf(&fleet).Elem(), spot{key: name}, patch, &field{object: patchBinding()})
	p.names(p.base, patch, patchBinding(), name.value)
}

// patchBinding is the grammar of an environment: that of the spec without the keys that
// an environment cannot change.
var patchBinding = sync.OnceValue(func() *binding {
	full := fleetBinding()
	b := *full
	b.name = "Environment"
	schema := *full.schema
	b.schema = &schema
	schema.Keys = slices.DeleteFunc(slices.Clone(schema.Keys), func(key string) bool { return key == "apiVersion" || key == "environments" })
	b.fields = maps.Clone(full.fields)
	delete(b.fields, "apiVersion")
	delete(b.fields, "environments")
	return &b
})

// names reports named things in the patch that the base does not have.
func (p *patcher) names(base, patch *node, b *binding, environment string) {
	if base == nil || base.kind != mapNode || patch.kind != mapNode {
		return
	}
	for i := 0; i+1 < len(patch.kids); i += 2 {
		f := b.fields[patch.kids[i].value]
		if f == nil {
			continue
		}
		_, baseValue := base.field(f.name)
		value := patch.kids[i+1]
		switch {
		case f.object != nil:
			p.names(baseValue, value, f.object, environment)
		case f.elem != nil && f.elem.object != nil && value.kind == mapNode:
			p.entries(f, baseValue, value, environment)
		}
	}
}

func (p *patcher) entries(f *field, base, patch *node, environment string) {
	find := func(string) (int, bool) { return 0, false }
	if base != nil && base.kind == mapNode {
		find = keyIndex(base)
	} else if base != nil {
		return // reported as the wrong type
	}
	for i := 0; i+1 < len(patch.kids); i += 2 {
		name := patch.kids[i]
		j, found := find(name.value)
		if !found {
			var known []string
			if base != nil {
				for k := 0; k < len(base.kids); k += 2 {
					known = append(known, base.kids[k].value)
				}
			}
			p.add(rulePatch, name.position(), "environment %q changes %s %q, which the spec does not have%s",
				environment, singular(f.name), name.value, didYouMean(name.value, known)).
				hint("add %q to the spec itself first; an environment only changes what is there", name.value)
			p.unknown[name] = true
			continue
		}
		p.names(base.kids[j+1], patch.kids[i+1], f.elem.object, environment)
	}
}

// singular names one entry of a map of the grammar.
func singular(key string) string {
	if word, ok := map[string]string{
		"policies": "policy", "endpoints": "endpoint", "variants": "variant", "alarms": "alarm",
		"inferenceComponents": "inference component", "scheduledActions": "scheduled action",
	}[key]; ok {
		return word
	}
	return "an entry of " + strconv.Quote(key)
}

// addition returns a value that a patch adds: there is nothing for null to remove.
func (p *patcher) addition(n *node) *node {
	if n.kind != mapNode {
		return n
	}
	empty := *n
	empty.kids = nil
	return p.apply(&empty, n)
}

// apply returns base with the patch merged into it: mappings merge, anything else
// replaces, null removes. Neither argument changes, and what the patch leaves alone is
// shared.
func (p *patcher) apply(base, patch *node) *node {
	out := *base
	out.kids = slices.Clone(base.kids)
	find := keyIndex(base)
	removed := map[int]bool{}
	for i := 0; i+1 < len(patch.kids); i += 2 {
		key, value := patch.kids[i], patch.kids[i+1]
		j, found := find(key.value)
		switch {
		case p.unknown[key]:
		case value.isNull() && found:
			removed[j] = true
		case value.isNull():
		case found && out.kids[j+1].kind == mapNode && value.kind == mapNode:
			out.kids[j+1] = p.apply(out.kids[j+1], value)
		case found:
			out.kids[j], out.kids[j+1] = key, value
		default:
			out.kids = append(out.kids, key, p.addition(value))
		}
	}
	if len(removed) > 0 {
		kept := out.kids[:0]
		for i := 0; i+1 < len(out.kids); i += 2 {
			if !removed[i] {
				kept = append(kept, out.kids[i], out.kids[i+1])
			}
		}
		out.kids = kept
	}
	return &out
}
