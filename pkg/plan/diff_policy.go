package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/scalectl/scalectl/pkg/model"
)

// maxPolicies is how many scaling policies AWS allows on one target; not adjustable.
// https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-quotas.html
const maxPolicies = 50

// policyWrite is a policy that has to be put.
type policyWrite struct {
	want model.Policy
	live *model.ObservedPolicy // nil if it has to be created
}

// distinctMetrics refuses two target-tracking policies on one metric, which no order of
// writes can bring about. The validator finds them first, in better words.
func distinctMetrics(policies []model.Policy) error {
	holder := map[string]string{}
	for _, p := range policies {
		k := p.MetricKey()
		if k == "" {
			continue
		}
		if other, taken := holder[k]; taken {
			return fmt.Errorf("policies %s and %s follow the same metric, and AWS allows one target-tracking policy per metric", other, p.Name)
		}
		holder[k] = p.Name
	}
	return nil
}

// policies compares the scaling policies of the target and orders the writes so that
// AWS never sees two target-tracking policies on one metric, which it refuses.
func (s *sequence) policies() {
	s.newARN = map[string]bool{}
	live := map[string]*model.ObservedPolicy{}
	for i := range s.live.Policies {
		live[s.live.Policies[i].Name] = &s.live.Policies[i]
	}
	s.owned += len(live)

	var writes []policyWrite
	var named []string
	creates := 0
	for _, want := range s.want.Policies {
		named = append(named, want.Name)
		have := live[want.Name]
		if have != nil && len(diff(&Object{Policy: &have.Policy}, &Object{Policy: &want})) == 0 {
			s.unchanged++
			continue
		}
		if have == nil {
			creates++
		}
		writes = append(writes, policyWrite{want, have})
	}

	var gone []*model.ObservedPolicy
	for i := range s.live.Policies {
		if p := &s.live.Policies[i]; !slices.Contains(named, p.Name) {
			gone = append(gone, p)
		}
	}
	if len(live)+creates > maxPolicies {
		for _, p := range gone {
			s.deletePolicy(p, s.addFirst, "")
			delete(live, p.Name)
		}
		gone = nil
	}
	gone = s.writePolicies(writes, gone, live)
	for _, p := range gone {
		s.deletePolicy(p, s.add, "")
	}
}

// writePolicies emits the writes, each as soon as no other live policy holds its metric,
// and the deletions that have to make room first. It returns what is still to delete.
func (s *sequence) writePolicies(writes []policyWrite, gone []*model.ObservedPolicy, live map[string]*model.ObservedPolicy) []*model.ObservedPolicy {
	if len(writes) == 0 {
		return gone
	}
	// holds maps a metric to the name of the live policy that follows it now.
	holds := map[string]string{}
	key := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(live)) {
		if k := live[name].MetricKey(); k != "" {
			holds[k], key[name] = name, k
		}
	}
	release := func(name string) {
		if k := key[name]; k != "" {
			delete(holds, k)
			delete(key, name)
		}
	}
	free := func(w policyWrite) bool {
		holder, taken := holds[w.want.MetricKey()]
		return !taken || holder == w.want.Name
	}
	for len(writes) > 0 {
		next := slices.IndexFunc(writes, free)
		if next >= 0 {
			w := writes[next]
			writes = slices.Delete(writes, next, next+1)
			s.putPolicy(w)
			release(w.want.Name)
			if k := w.want.MetricKey(); k != "" {
				holds[k], key[w.want.Name] = w.want.Name, k
			}
			continue
		}
		// Every write waits for a metric. Since each metric is wanted once, the trail from
		// the first write to whoever holds its metric and so on either ends at a policy
		// that leaves anyway, or comes back to the first: then one of the circle is
		// deleted and created again later.
		first := writes[0].want.Name
		waits, holder := first, holds[writes[0].want.MetricKey()]
		for {
			if i := slices.IndexFunc(gone, func(p *model.ObservedPolicy) bool { return p.Name == holder }); i >= 0 {
				s.deletePolicy(gone[i], s.addFirst, waits)
				gone = slices.Delete(gone, i, i+1)
				break
			}
			i := slices.IndexFunc(writes, func(w policyWrite) bool { return w.want.Name == holder })
			next := holds[writes[i].want.MetricKey()]
			if next == first {
				s.deletePolicy(writes[i].live, s.addFirst, waits)
				writes[i].live = nil
				break
			}
			waits, holder = holder, next
		}
		release(holder)
	}
	return gone
}

// putPolicy adds the change that brings one policy to its wanted form.
func (s *sequence) putPolicy(w policyWrite) {
	c := Change{Address: w.want.Address(), Kind: KindPolicy, Name: w.want.Name, After: &Object{Policy: &w.want}}
	switch {
	case w.live == nil:
		c.Action = Create
		if _, was := s.livePolicy(w.want.Name); was {
			c.Reason, c.Because = ReasonMetricTaken, "it was deleted above to free its metric for another policy"
		}
		s.newARN[w.want.Name] = true
	case w.live.Type() != w.want.Type():
		// UNSURE (fact 53): whether AWS changes the type in place. Deleting first is
		// right either way.
		c.Action, c.Reason = Replace, ReasonPolicyType
		c.Because = "the type of a scaling policy cannot be changed"
		c.Before = &Object{Policy: &w.live.Policy}
		c.Effects = append(c.Effects, "the target is without this policy for the moment between the two calls")
		if s.onlyPolicy(w.want.Name) {
			c.Guards = append(c.Guards, GuardReplace)
		}
		s.newARN[w.want.Name] = true
	default:
		c.Action = Update
		c.Before = &Object{Policy: &w.live.Policy}
	}
	c.Effects = append(c.Effects, trackingEffects(diff(c.Before, c.After), c.Action)...)
	s.add(c)
}

// deletePolicy adds the deletion of a live policy. For is the policy that needs its
// metric, or "".
func (s *sequence) deletePolicy(p *model.ObservedPolicy, add func(Change), For string) {
	c := Change{Address: p.Address(), Kind: KindPolicy, Action: Delete, Name: p.Name, Reason: s.reason, Before: &Object{Policy: &p.Policy}}
	if s.adopted {
		c.Because = "nothing shows that the target was ours so far, and the spec does not name this policy"
		c.Guards = append(c.Guards, GuardAdopt)
	}
	stays := slices.ContainsFunc(s.want.Policies, func(w model.Policy) bool { return w.Name == p.Name })
	if stays {
		c.Guards = nil
	}
	if For != "" {
		c.Because = "AWS allows one target-tracking policy per metric, and policy " + For + " takes this one"
		c.Effects = append(c.Effects, "no policy follows this metric for the moment between the two calls")
		if stays {
			c.Reason = ReasonMetricTaken
		}
		if s.onlyPolicy(p.Name) {
			c.Guards = append(c.Guards, GuardReplace)
		}
	}
	if !s.pruned && !stays {
		c.Effects = append(c.Effects, s.withoutEffects(p.Policy)...)
	}
	add(c)
}

// onlyPolicy reports whether no other live policy stays on the target while the named
// one is away.
func (s *sequence) onlyPolicy(name string) bool {
	for _, p := range s.want.Policies {
		if p.Name == name {
			continue
		}
		if have, ok := s.livePolicy(p.Name); ok && have.Type() == p.Type() {
			return false
		}
	}
	return true
}

func (s *sequence) livePolicy(name string) (model.ObservedPolicy, bool) {
	i := slices.IndexFunc(s.live.Policies, func(p model.ObservedPolicy) bool { return p.Name == name })
	if i < 0 {
		return model.ObservedPolicy{}, false
	}
	return s.live.Policies[i], true
}
