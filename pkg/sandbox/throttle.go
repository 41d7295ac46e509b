package sandbox

import "time"

// Throttle is a token bucket per operation, on the wall clock.
type Throttle struct {
	Rate  float64 // calls a second; 0 = unlimited
	Burst int     // calls at once; 0 is 1
}

type bucket struct {
	tokens float64
	at     time.Time
}

// allow takes a token for "service:Operation". Options.Throttle is looked up by
// "service:Operation", then "service:*", then "*".
func (s *Server) allow(op *Operation, wall time.Time) bool {
	name := op.Service + ":" + op.Name
	t, ok := s.opts.Throttle[name]
	if !ok {
		if t, ok = s.opts.Throttle[op.Service+":*"]; !ok {
			t = s.opts.Throttle["*"]
		}
	}
	if t.Rate <= 0 {
		return true
	}
	burst := float64(max(t.Burst, 1))
	b := s.buckets[name]
	if b == nil {
		b = &bucket{tokens: burst, at: wall}
		s.buckets[name] = b
	}
	b.tokens = min(burst, b.tokens+t.Rate*wall.Sub(b.at).Seconds())
	b.at = wall
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
