package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/model"
)

// LiveFingerprint hashes the part of a live object that the change was computed from.
// An apply takes it again right before the write and stops when it differs from
// Change.Fingerprint, because none of these APIs offers a conditional write.
//
// For a scalable target that part is only what the change touches: bounds move with
// every scheduled action, so a change of tags must not go stale because of them. For
// everything else it is the whole object, since the write replaces the whole object.
// live may be nil or empty, which means absent.
func (c *Change) LiveFingerprint(live *Object) string {
	leaves := live.leaves()
	if leaves == nil {
		return Absent
	}
	var basis settings
	switch {
	case live.Target != nil && c.Action == Delete:
		for _, s := range leaves {
			if s.path == "tags."+model.TagStack || s.path == "tags."+model.TagProtect {
				basis = append(basis, s)
			}
		}
	case live.Target != nil:
		touched := map[string]bool{}
		for _, f := range c.Fields {
			touched[f.Path] = true
		}
		for _, s := range leaves {
			if touched[s.path] {
				basis = append(basis, s)
			}
		}
	case live.Alarm != nil:
		// Replacing a policy takes its ARN out of the alarm, and the replacement is an
		// earlier step of the same plan: policy ARNs do not count.
		a := *live.Alarm
		a.AlarmActions = slices.DeleteFunc(slices.Clone(a.AlarmActions), isPolicyAction)
		basis = alarmLeaves(a.Normal())
	default:
		basis = leaves
	}
	h := sha256.New()
	for _, s := range basis {
		fmt.Fprintf(h, "%s=%s\n", s.path, mustJSON(s.value))
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func isPolicyAction(action string) bool {
	return action == model.PolicyARNAction || strings.Contains(action, ":scalingPolicy:")
}

// Moved lists how a live object differs from what the plan saw, for the account that a
// stale change gives. It returns nil when the change's fingerprint still fits.
func (c *Change) Moved(live *Object) []FieldChange {
	if c.LiveFingerprint(live) == c.Fingerprint {
		return nil
	}
	return diff(c.Before, live)
}

// Reached reports whether the live object already is what the change wants, so that no
// call is needed. That happens when an earlier run was cut off after its write.
func (c *Change) Reached(live *Object) bool {
	if c.After == nil {
		return live.leaves() == nil
	}
	if live.leaves() == nil || c.Action == Replace {
		return false
	}
	return len(diff(live, c.After)) == 0
}

// digestBytes is how much of the hash a digest keeps. Somebody who writes both the spec
// that is approved and the one that is applied must not find two plans with one digest,
// so it is 128 bits although fewer would tell honest plans apart.
const digestBytes = 16

// digest hashes what the plan does and nothing else: not when it was made, not where
// the spec asks for it, not the live capacity that its effects mention.
func (p *Plan) digest() string {
	type effect struct {
		Address string        `json:"address"`
		Kind    Kind          `json:"kind"`
		Action  Action        `json:"action"`
		Fields  []FieldChange `json:"fields"`
		// Drives is the policy that PolicyARNAction stands for in an alarm, which its
		// fields do not name.
		Drives string `json:"drives,omitempty"`
	}
	effects := make([]effect, 0, len(p.Changes))
	for i := range p.Changes {
		c := &p.Changes[i]
		e := effect{Address: c.Address, Kind: c.Kind, Action: c.Action, Fields: c.Fields}
		if c.After != nil && c.After.Alarm != nil {
			e.Drives = c.After.Alarm.Target.PolicyAddress(c.After.Alarm.Policy)
		}
		effects = append(effects, e)
	}
	sum := sha256.Sum256(mustJSON(struct {
		Stack, Account, Region string
		Effects                []effect
	}{p.Stack, p.Account, p.Region, effects}))
	return hex.EncodeToString(sum[:digestBytes])
}

// mustJSON encodes plain data of this package, which cannot fail.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("this is a bug in scalectl: encode %T: %v", v, err))
	}
	return b
}
