package schedule

import "math/bits"

// set is a set of small integers, 0 to 255: enough for the years counted from FirstYear.
// Sets are comparable with ==.
type set [4]uint64

func (s *set) add(i int) { s[i>>6] |= 1 << (i & 63) }

func (s *set) has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

func (s *set) union(o set) {
	for i := range s {
		s[i] |= o[i]
	}
}

// intersect returns what both sets hold.
func (s *set) intersect(o set) set {
	for i := range o {
		o[i] &= s[i]
	}
	return o
}

func (s *set) len() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// next returns the smallest member that is at least i.
func (s *set) next(i int) (int, bool) {
	if i < 0 {
		i = 0
	}
	for w := i >> 6; w < len(s); w++ {
		word := s[w]
		if w == i>>6 {
			word &= ^uint64(0) << (i & 63)
		}
		if word != 0 {
			return w<<6 + bits.TrailingZeros64(word), true
		}
	}
	return 0, false
}

// prev returns the largest member that is at most i.
func (s *set) prev(i int) (int, bool) {
	if i > 255 {
		i = 255
	}
	if i < 0 {
		return 0, false
	}
	for w := i >> 6; w >= 0; w-- {
		word := s[w]
		if w == i>>6 {
			word &= ^uint64(0) >> (63 - i&63)
		}
		if word != 0 {
			return w<<6 + 63 - bits.LeadingZeros64(word), true
		}
	}
	return 0, false
}

// members lists the set in ascending order.
func (s *set) members() []int {
	var out []int
	for i, ok := s.next(0); ok; i, ok = s.next(i + 1) {
		out = append(out, i)
	}
	return out
}
