package sandbox

import "time"

// settle makes everything happen that happens by itself up to the present moment, in
// order of time: scheduled actions fire and transitions end.
func (s *Server) settle() {
	now := s.state.Clock.now(s.opts.Now)
	for {
		if !s.eventsKnown {
			s.nextEvent, s.eventsKnown = s.findNextEvent(), true
		}
		if s.nextEvent.IsZero() || s.nextEvent.After(now) {
			return
		}
		s.runEvents(s.nextEvent)
		s.changed()
	}
}

// findNextEvent returns the earliest moment at which something happens; zero for never.
func (s *Server) findNextEvent() time.Time {
	var next time.Time
	consider := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for _, r := range s.state.Regions {
		for _, e := range r.Endpoints.All() {
			if e.Transition != nil {
				consider(e.Transition.At)
			}
		}
		for _, c := range r.Components.All() {
			if c.Transition != nil {
				consider(c.Transition.At)
			}
		}
		for _, a := range r.ScheduledActions.All() {
			if a.NextFire != nil {
				consider(*a.NextFire)
			}
		}
	}
	return next
}

// runEvents makes happen what is due at exactly t: transitions first, so that a resource
// that gets ready at the moment of a scheduled action can be scaled by it; then scheduled
// actions by target and name.
func (s *Server) runEvents(t time.Time) {
	for _, name := range sortedKeys(s.state.Regions) {
		r := s.state.Regions[name]
		c := &Call{Now: t, Region: r, RegionName: name, AccountID: s.opts.AccountID, server: s}
		c.endTransitions()
		c.fireScheduledActions()
	}
}
