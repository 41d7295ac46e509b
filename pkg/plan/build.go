package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

// Input is everything that a plan is computed from.
type Input struct {
	Desired  model.Desired
	Observed model.Observed
	// Positions tells where the spec asks for an address.
	Positions   map[string]diag.Position
	Environment string
	// Now decides which scheduled actions have fired. It is also the plan's CreatedAt.
	Now time.Time
	// Selection restricts the plan to some addresses; nil means everything.
	Selection *Selection
}

// ProblemsError reports that the spec does not fit the live endpoints: an endpoint that
// is not there, a variant of another kind. No plan is made from it.
type ProblemsError struct{ Problems diag.List }

// Error summarizes the problems in one line.
func (e *ProblemsError) Error() string {
	if len(e.Problems) == 1 {
		return e.Problems[0].Error()
	}
	return fmt.Sprintf("the spec does not fit the live endpoints: %d problems, first %s", len(e.Problems), e.Problems[0].Error())
}

// Build compares the desired with the observed state. The result is complete and
// sorted, and depends on nothing but the input, whose lists may come in any order. The
// error is a *ProblemsError when the user can mend it, a *SelectionError for a glob that
// cannot be read.
func Build(in Input) (*Plan, error) {
	selected, err := newSelector(in.Selection)
	if err != nil {
		return nil, err
	}
	in.Desired.Targets = sortedTargets(in.Desired.Targets)
	b := &builder{Input: in, claimed: map[string]bool{}, calendar: newCalendar(), changes: []Change{}}
	if problems := b.checkEndpoints(selected); len(problems) > 0 {
		return nil, &ProblemsError{Problems: problems.Sorted()}
	}
	wanted := map[model.TargetID]bool{}
	for _, target := range in.Desired.Targets {
		wanted[target.ID] = true
		for _, alarm := range target.Alarms {
			b.claimed[alarm.Name] = true
		}
	}
	for _, target := range in.Desired.Targets {
		if err := b.target(target); err != nil {
			return nil, err
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(in.Observed.Targets), model.TargetID.Compare) {
		if !wanted[id] {
			b.leftover(in.Observed.Targets[id])
		}
	}
	b.orphans()

	p := &Plan{
		FormatVersion: FormatVersion,
		Stack:         in.Desired.Stack,
		Account:       in.Observed.Account,
		Region:        in.Observed.Region,
		Environment:   in.Environment,
		CreatedAt:     in.Now.UTC().Truncate(time.Second),
		Selection:     in.Selection,
		Changes:       b.changes,
		Unchanged:     b.unchanged,
		Owned:         b.owned,
		NotOwned:      b.notOwned,
		Notes:         b.notes,
	}
	var left []Note
	p.Changes, left = selected.filter(p.Changes)
	p.Notes = append(p.Notes, left...)
	p.sort()
	p.Guards = p.guards(in.Desired.MaxDeletes)
	p.Digest = p.digest()
	return p, nil
}

// builder collects the plan while it walks the targets.
type builder struct {
	Input
	changes   []Change
	notOwned  []NotOwned
	notes     []Note
	unchanged int
	owned     int
	// claimed holds the names of alarms that are in the spec or were already dealt with.
	claimed  map[string]bool
	calendar *calendar
}

// sortedTargets returns the targets by id and their children by name.
func sortedTargets(in []model.Target) []model.Target {
	out := slices.SortedFunc(slices.Values(in), func(a, b model.Target) int { return a.ID.Compare(b.ID) })
	for i := range out {
		t := &out[i]
		t.Policies = byName(t.Policies, func(p model.Policy) string { return p.Name })
		t.Alarms = byName(t.Alarms, func(a model.Alarm) string { return a.Name })
		t.ScheduledActions = byName(t.ScheduledActions, func(a model.ScheduledAction) string { return a.Name })
	}
	return out
}

// sortedLive returns the live target with its children by name.
func sortedLive(t model.ObservedTarget) model.ObservedTarget {
	t.Policies = byName(t.Policies, func(p model.ObservedPolicy) string { return p.Name })
	t.ScheduledActions = byName(t.ScheduledActions, func(a model.ObservedScheduledAction) string { return a.Name })
	return t
}

// byName returns the list in the order of names, and the list itself if it is so already.
func byName[T any](in []T, name func(T) string) []T {
	compare := func(a, b T) int { return strings.Compare(name(a), name(b)) }
	if slices.IsSortedFunc(in, compare) {
		return in
	}
	return slices.SortedFunc(slices.Values(in), compare)
}

// position returns where the spec asks for an address, or nil.
func (b *builder) position(address string) *diag.Position {
	pos, ok := b.Positions[address]
	if !ok {
		return nil
	}
	return &pos
}

// ownership is what the tags of a live object say.
type ownership int

const (
	unowned ownership = iota // no mark at all
	ours
	foreign // marked by another stack or tool
	unknown // the tags cannot be read
)

// owner reads the marks of a live object. name is the other owner in words.
func (b *builder) owner(tags map[string]string, tagsUnknown bool) (o ownership, name string) {
	if tagsUnknown {
		return unknown, ""
	}
	switch stack := tags[model.TagStack]; {
	case stack == b.Desired.Stack:
		return ours, ""
	case stack != "":
		return foreign, "scalectl stack " + stack
	}
	if stack := tags["aws:cloudformation:stack-name"]; stack != "" {
		return foreign, "CloudFormation stack " + stack
	}
	return unowned, ""
}

// target compares one target of the spec, and everything below it.
func (b *builder) target(want model.Target) error {
	if err := distinctMetrics(want.Policies); err != nil {
		return fmt.Errorf("%s: %w", want.ID.Address(), err)
	}
	live, exists := b.Observed.Targets[want.ID]
	if !exists {
		live = model.ObservedTarget{}
	}
	seq := &sequence{builder: b, want: want, live: sortedLive(live)}
	if err := seq.register(exists); err != nil {
		return err
	}
	seq.policies()
	seq.alarms()
	seq.schedules()
	seq.finish()
	return nil
}

// leftover deals with a live target that the spec does not name: pruned when it is
// ours, otherwise only listed.
func (b *builder) leftover(live model.ObservedTarget) {
	own, name := b.owner(live.Tags, live.TagsUnknown)
	if own != ours {
		because := "it carries no mark of a scalectl stack"
		switch own {
		case foreign:
			because = "it belongs to " + name
		case unknown:
			because = "its tags cannot be read"
		}
		b.notOwned = append(b.notOwned, NotOwned{Address: live.ID.Address(), Kind: KindTarget, Owner: name, Because: because})
		b.leave(live)
		return
	}
	seq := &sequence{builder: b, want: model.Target{ScalableTarget: model.ScalableTarget{ID: live.ID}}, live: sortedLive(live), pruned: true, reason: ReasonLeftSpec}
	seq.policies()
	seq.alarms()
	seq.schedules()
	b.owned++
	seq.add(Change{
		Address: live.ID.Address(), Kind: KindTarget, Action: Delete, Reason: ReasonLeftSpec,
		Before: &Object{Target: &live.ScalableTarget}, Effects: seq.pruneEffects(),
	})
	seq.finish()
}

// leave lists those of our alarms that drive the policies of a target that is not ours.
// Deleting them would stop a scaling that somebody else may rely on.
func (b *builder) leave(live model.ObservedTarget) {
	for _, policy := range live.Policies {
		for _, name := range policy.AlarmNames {
			alarm, ok := b.Observed.Alarms[name]
			if own, _ := b.owner(alarm.Tags, false); !ok || own != ours || b.claimed[name] {
				continue
			}
			b.claimed[name] = true
			b.notOwned = append(b.notOwned, NotOwned{Address: alarm.Address(), Kind: KindAlarm,
				Because: "it carries the mark of this stack, but drives policy " + policy.Name + " of a target that does not"})
		}
	}
}

// orphans deals with the alarms that no target accounted for.
func (b *builder) orphans() {
	for _, name := range slices.Sorted(maps.Keys(b.Observed.Alarms)) {
		if b.claimed[name] {
			continue
		}
		live := b.Observed.Alarms[name]
		if own, _ := b.owner(live.Tags, false); own != ours {
			continue
		}
		b.owned++
		change := Change{
			Address: model.AlarmAddress(name), Kind: KindAlarm, Action: Delete, Name: name, Reason: ReasonOrphan,
			Because: "no scaling policy is behind it any more", Before: &Object{Alarm: &live.Alarm},
		}
		if live.Tags[model.TagProtect] == "true" {
			change.Guards = append(change.Guards, GuardProtect)
		}
		b.changes = append(b.changes, complete(change))
	}
}

// complete fills in what follows from a change's two objects.
func complete(c Change) Change {
	c.Fields = diff(c.Before, c.After)
	c.Fingerprint = c.LiveFingerprint(c.Before)
	return c
}

// sort puts deletions first, then the kinds in the order in which they are written,
// then addresses; a deletion and a creation of one address keep that order.
func (p *Plan) sort() {
	slices.SortStableFunc(p.Changes, func(a, b Change) int {
		return compareRank(rank(a), rank(b), a.Address, b.Address)
	})
	slices.SortFunc(p.NotOwned, func(a, b NotOwned) int { return strings.Compare(a.Address, b.Address) })
	slices.SortFunc(p.Notes, func(a, b Note) int {
		return compareRank(0, 0, a.Address+"\x00"+a.Message, b.Address+"\x00"+b.Message)
	})
}

func compareRank(a, b int, x, y string) int {
	if a != b {
		return a - b
	}
	return strings.Compare(x, y)
}

// kinds is the order in which objects are written.
var kinds = []Kind{KindTarget, KindPolicy, KindAlarm, KindScheduledAction}

func rank(c Change) int {
	r := slices.Index(kinds, c.Kind)
	if c.Action == Delete {
		return -r - 1 // children before their target, and all before the rest
	}
	return r
}
