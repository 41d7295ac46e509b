package spec

import (
	"cmp"

	"github.com/scalectl/scalectl/pkg/diag"
)

// anchor is a value that aliases stand for.
type anchor struct {
	node *node
	uses []*node // the first few aliases
}

// addUse remembers that an alias of the file stands for the target.
func (p *parser) addUse(target, alias *node) {
	const most = 3
	a := p.anchors[target]
	if a == nil {
		a = &anchor{node: target}
		if p.anchors == nil {
			p.anchors = map[*node]*anchor{}
		}
		p.anchors[target] = a
		p.src.anchored = append(p.src.anchored, a)
	}
	if len(a.uses) < most {
		a.uses = append(a.uses, alias)
	}
}

// relateAliases adds to every finding inside an anchored value where the value is used:
// the mistake may be in the use as well as in the definition.
func (s *source) relateAliases(list diag.List) {
	const most = 1_000 // anchors; more are the work of a generator
	for _, a := range s.anchored[:min(len(s.anchored), most)] {
		first, last := a.node.position(), a.node.lastPosition()
		for i := range list {
			pos := list[i].Position
			if pos.File != s.name || comparePlaces(pos, first) < 0 || comparePlaces(pos, last) > 0 {
				continue
			}
			for _, use := range a.uses {
				list[i].Related = append(list[i].Related, diag.Related{Position: use.position(), Message: "used by this alias"})
			}
		}
	}
}

// lastPosition returns the position of the last scalar in n.
func (n *node) lastPosition() diag.Position {
	last := n
	for len(last.kids) > 0 {
		last = last.kids[len(last.kids)-1]
	}
	pos := last.position()
	if first := n.position(); comparePlaces(pos, first) < 0 || pos.File != first.File {
		return first // the last value is itself an alias
	}
	return pos
}

func comparePlaces(a, b diag.Position) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
