package sandbox

import "time"

// clockState is the sandbox's own clock. It either stands still at At and moves only by
// Advance, SetTime and Options.Tick, or it follows the wall clock with an offset.
type clockState struct {
	Standing bool
	At       time.Time
	Offset   time.Duration
}

func (c *clockState) now(wall func() time.Time) time.Time {
	if c.Standing {
		return c.At
	}
	return wall().Add(c.Offset).UTC().Truncate(time.Millisecond)
}

func (c *clockState) set(t time.Time, wall func() time.Time) {
	t = t.UTC().Truncate(time.Millisecond)
	if c.Standing {
		c.At = t
	} else {
		c.Offset = t.Sub(wall())
	}
}

// Now returns the sandbox's time.
func (s *Server) Now() time.Time {
	_ = s.catchUp() // another process may have moved the clock; if not readable, ours is right enough
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Clock.now(s.opts.Now)
}

// Advance moves the clock forward. Whatever happens by itself in between, such as a
// scheduled action firing or an endpoint getting InService, has happened, in order of
// time, when Advance returns.
func (s *Server) Advance(d time.Duration) error {
	return s.exclusively(func() error {
		s.state.Clock.set(s.state.Clock.now(s.opts.Now).Add(d), s.opts.Now)
		return nil
	})
}

// SetTime moves the clock to t. Going back is allowed for setting up a test: nothing that
// has happened is undone, and nothing happens twice.
func (s *Server) SetTime(t time.Time) error {
	return s.exclusively(func() error {
		s.state.Clock.set(t, s.opts.Now)
		return nil
	})
}

// Stand stops the clock, so that from now on it moves only by Advance and SetTime; Follow
// lets it run with the wall clock again, from where it stands.
func (s *Server) Stand() error {
	return s.exclusively(func() error {
		c := &s.state.Clock
		c.At, c.Standing = c.now(s.opts.Now), true
		return nil
	})
}

// Follow lets a standing clock run with the wall clock again.
func (s *Server) Follow() error {
	return s.exclusively(func() error {
		c := &s.state.Clock
		now := c.now(s.opts.Now)
		c.Standing = false
		c.set(now, s.opts.Now)
		return nil
	})
}
