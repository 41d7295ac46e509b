// Package plan compares what a spec asks for with what AWS says and writes the
// difference down as plain data: ordered changes with their fields, reasons, guards and
// effects. It makes no call, reads no clock and prints nothing; the same input always
// gives the same bytes.
package plan

import (
	"time"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

// FormatVersion is the version of the JSON form of a Plan. Readers accept any plan with
// the same major number; fields are only ever added within one.
const FormatVersion = "1.0"

// Plan is everything that one apply will do, in order, and everything a reviewer needs
// to judge it.
type Plan struct {
	FormatVersion string    `json:"formatVersion"`
	Stack         string    `json:"stack"`
	Account       string    `json:"account"`
	Region        string    `json:"region"`
	Environment   string    `json:"environment,omitempty"`
	CreatedAt     time.Time `json:"createdAt"`
	// Selection holds the --target and --exclude globs of a partial plan.
	Selection *Selection `json:"selection,omitempty"`
	// Changes are sorted deletions first, then by phase and address. The order of
	// execution is given by Change.DependsOn and Change.Order.
	Changes []Change `json:"changes"`
	// Unchanged counts the objects of the spec that need nothing.
	Unchanged int `json:"unchanged"`
	// Owned counts the live objects that belong to the stack: the base of the delete
	// guard.
	Owned    int        `json:"owned"`
	NotOwned []NotOwned `json:"notOwned,omitempty"`
	// Notes explain what is deliberately not a change, such as bounds that a schedule
	// moved.
	Notes  []Note  `json:"notes,omitempty"`
	Guards []Guard `json:"guards"`
	Digest string  `json:"digest"`
}

// Selection is what a partial plan was restricted to.
type Selection struct {
	Targets  []string `json:"targets,omitempty"`
	Excludes []string `json:"excludes,omitempty"`
}

// Action is what happens to one object.
type Action string

// The actions, in the order in which a summary names them.
const (
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace" // delete, then create under the same address
	Adopt   Action = "adopt"   // take ownership of a live object, and update it if need be
	Delete  Action = "delete"
)

// Kind is the sort of object that a change is about.
type Kind string

// The kinds, in the order in which they are written.
const (
	KindTarget          Kind = "scalable-target"
	KindPolicy          Kind = "scaling-policy"
	KindAlarm           Kind = "alarm"
	KindScheduledAction Kind = "scheduled-action"
)

// Change is what happens to one object.
type Change struct {
	Address string         `json:"address"`
	Kind    Kind           `json:"kind"`
	Action  Action         `json:"action"`
	Target  model.TargetID `json:"target"` // the scalable target it belongs to
	Name    string         `json:"name,omitempty"`
	Fields  []FieldChange  `json:"fields,omitempty"`
	Reason  Reason         `json:"reason,omitempty"`
	// Because completes the reason in plain words; Effects say what happens to capacity
	// and traffic.
	Because string      `json:"because,omitempty"`
	Effects []string    `json:"effects,omitempty"`
	Guards  []GuardName `json:"guards,omitempty"`
	// Position is where the spec asks for it; nil for what left the spec.
	Position *diag.Position `json:"position,omitempty"`
	// Fingerprint is a hash of the live fields that the change was computed from,
	// Absent when there was no such object.
	Fingerprint string `json:"fingerprint"`
	// Order ranks the changes of one target for execution; they run one after another.
	// DependsOn holds addresses in other targets' sequences, if any.
	Order     int      `json:"order"`
	DependsOn []string `json:"dependsOn,omitempty"`
	// Before and After hold the whole object. Before is nil for a create, After for a
	// delete.
	Before *Object `json:"before,omitempty"`
	After  *Object `json:"after,omitempty"`
}

// Absent is the fingerprint of an object that does not exist.
const Absent = "absent"

// Object is one of the four kinds; exactly one field is set.
type Object struct {
	Target          *model.ScalableTarget  `json:"scalableTarget,omitempty"`
	Policy          *model.Policy          `json:"scalingPolicy,omitempty"`
	Alarm           *model.Alarm           `json:"alarm,omitempty"`
	ScheduledAction *model.ScheduledAction `json:"scheduledAction,omitempty"`
}

// FieldChange is one setting. Path is the spec's own spelling, such as
// "targetTracking.targetValue" or "tags.team". Before and After are nil, string,
// float64, bool or []string; durations are written as in a spec. A nil Before means
// newly set, a nil After means removed.
type FieldChange struct {
	Path   string `json:"path"`
	Before any    `json:"before"`
	After  any    `json:"after"`
}

// OwnPolicy stands in FieldChange values for the ARN of the policy that an alarm drives,
// which nobody knows before the policy is put.
const OwnPolicy = model.PolicyARNAction

// Reason says why a change exists when the two states alone do not.
type Reason string

// The reasons.
const (
	// ReasonAdopted marks changes to a live target that carried no owner tag.
	ReasonAdopted Reason = "adopted"
	// ReasonLeftSpec marks the deletion of what the spec no longer names.
	ReasonLeftSpec Reason = "left-spec"
	// ReasonSchedule marks bounds that the scheduled actions imply at the moment.
	ReasonSchedule Reason = "schedule"
	// ReasonPolicyType marks the replacement of a policy whose type changes, which
	// AWS does not do in place.
	ReasonPolicyType Reason = "policy-type"
	// ReasonDroppedBound marks the replacement of a scheduled action that shall no longer
	// set one of the bounds.
	ReasonDroppedBound Reason = "dropped-bound"
	// ReasonMetricTaken marks the replacement of a policy that has to make room because
	// AWS allows one target-tracking policy per metric.
	ReasonMetricTaken Reason = "metric-taken"
	// ReasonNewARN marks an alarm that is put again because its policy gets a new ARN.
	ReasonNewARN Reason = "policy-arn"
	// ReasonOrphan marks an owned alarm whose policy no longer exists.
	ReasonOrphan Reason = "orphan"
)

// NotOwned is a live object that scalectl sees and leaves alone.
type NotOwned struct {
	Address string `json:"address"`
	Kind    Kind   `json:"kind"`
	Owner   string `json:"owner,omitempty"` // another stack or tool, if its marks are there
	Because string `json:"because"`
}

// Note explains something that is not a change.
type Note struct {
	Address string `json:"address"`
	Message string `json:"message"`
}

// GuardName names a refusal that --allow lifts.
type GuardName string

// The guards.
const (
	GuardDelete      GuardName = "delete"
	GuardReplace     GuardName = "replace"
	GuardAdopt       GuardName = "adopt"
	GuardCapacityCut GuardName = "capacity-cut"
	GuardProtect     GuardName = "protect"
)

// GuardNames lists every guard in the order in which output names them.
func GuardNames() []GuardName {
	return []GuardName{GuardDelete, GuardReplace, GuardAdopt, GuardCapacityCut, GuardProtect}
}

// Guard is the verdict of one guard over the whole plan. Every guard with something to
// measure is listed, tripped or not, so that a reviewer sees the limits.
type Guard struct {
	Name       GuardName `json:"name"`
	Tripped    bool      `json:"tripped"`
	Arithmetic string    `json:"arithmetic"`          // "deletes 1 of 44 owned objects = 2.3 % (limit 30 %)"
	Addresses  []string  `json:"addresses,omitempty"` // the changes that trip it
}

// IsEmpty reports whether the plan changes nothing.
func (p *Plan) IsEmpty() bool { return len(p.Changes) == 0 }

// Count returns the number of changes with the action.
func (p *Plan) Count(a Action) int {
	n := 0
	for i := range p.Changes {
		if p.Changes[i].Action == a {
			n++
		}
	}
	return n
}

// Tripped returns the names of the guards that need consent.
func (p *Plan) Tripped() []GuardName {
	var names []GuardName
	for _, g := range p.Guards {
		if g.Tripped {
			names = append(names, g.Name)
		}
	}
	return names
}
