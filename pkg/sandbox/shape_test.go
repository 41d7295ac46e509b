package sandbox

import "testing"

// Patterns are compiled when first used; this uses all of them.
func TestPatternsCompile(t *testing.T) {
	count := 0
	var walk func(*Shape)
	walk = func(s *Shape) {
		for _, match := range []func(string) bool{s.matches, s.like} {
			if match != nil {
				match("")
				count++
			}
		}
		if s.elem != nil {
			walk(s.elem)
		}
		for _, f := range s.fields {
			walk(f.Shape)
		}
	}
	for _, op := range Operations() {
		walk(op.input)
	}
	if count == 0 {
		t.Error("no shape has a pattern")
	}
}
