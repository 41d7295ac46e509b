package sandbox_test

import (
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

// A standing clock moves by Tick at every call; a following one goes with the wall clock,
// from wherever it was set to.
func TestClock(t *testing.T) {
	wall := start
	w := newWorld(t, sandbox.Options{Tick: time.Minute, Now: func() time.Time { return wall }})
	w.targets()
	w.targets()
	if got := w.s.Now(); !got.Equal(start.Add(2 * time.Minute)) {
		t.Errorf("after two calls it is %v", got)
	}
	if err := w.s.SetTime(start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Follow(); err != nil {
		t.Fatal(err)
	}
	wall = wall.Add(time.Second)
	w.advance(time.Minute)
	if got := w.s.Now(); !got.Equal(start.Add(time.Hour + time.Minute + time.Second)) {
		t.Errorf("following, it is %v", got)
	}
	if err := w.s.Stand(); err != nil {
		t.Fatal(err)
	}
	wall = wall.Add(time.Hour)
	if got := w.s.Now(); !got.Equal(start.Add(time.Hour + time.Minute + time.Second)) {
		t.Errorf("standing again, it is %v", got)
	}
}

// On a following clock what is due happens at the next call, without Advance.
func TestFollowingClockFires(t *testing.T) {
	wall := start
	w := newWorld(t, sandbox.Options{Now: func() time.Time { return wall }})
	if err := w.s.Follow(); err != nil {
		t.Fatal(err)
	}
	w.register(variantID, instances, 1, 3)
	w.putAction("a", "rate(1 minute)", 2, 5)
	wall = wall.Add(time.Minute)
	if got := w.bounds(); got != "2-5" {
		t.Errorf("bounds %s", got)
	}
}
