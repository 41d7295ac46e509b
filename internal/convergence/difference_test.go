package convergence

import (
	"bytes"
	_ "embed"
	"flag"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/scalectl/scalectl/pkg/plan"
)

//go:embed testdata/seed.yaml
var seed []byte

// TestNoFalseDifference applies random specs to a fresh sandbox and requires that nothing
// is left to do: right away, and at later moments when schedules have fired.
func TestNoFalseDifference(t *testing.T) {
	fresh := newWorld(t, seed).snapshot()
	checks := flag.Lookup("rapid.checks")
	if err := checks.Value.Set(strconv.Itoa((short(*specs) + shards - 1) / shards)); err != nil {
		t.Fatal(err)
	}
	for shard := range shards {
		t.Run(strconv.Itoa(shard), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { noFalseDifference(t, fresh) })
		})
	}
}

func noFalseDifference(t *rapid.T, fresh []byte) {
	w := newWorld(t, nil)
	w.restore(fresh)
	text := genSpec(t, 2)
	s := w.load(text)
	first := w.plan(s)
	shuffled := w.plan(w.load(shuffleYAML(t, text)))
	requireSameBytes(t, first, shuffled)
	w.mustApply(first)
	mark := w.server.Mark()
	w.requireNoChanges(s, "right after the apply")
	w.mustApply(w.plan(s))
	if calls := w.mutations(mark); len(calls) > 0 {
		t.Fatalf("the second apply made %d mutating calls, first %s", len(calls), calls[0].Operation)
	}
	for range 20 {
		minutes := rapid.IntRange(1, 60*24*9).Draw(t, "minutes later")
		if err := w.server.Advance(time.Duration(minutes) * time.Minute); err != nil {
			t.Fatalf("advance: %v", err)
		}
		w.requireNoChanges(s, "later")
	}
}

// requireSameBytes compares two plans without the positions in the file, which a shuffled
// file moves.
func requireSameBytes(t *rapid.T, a, b *plan.Plan) {
	t.Helper()
	for _, p := range []*plan.Plan{a, b} {
		for i := range p.Changes {
			p.Changes[i].Position = nil
		}
	}
	x, errX := plan.Encode(a)
	y, errY := plan.Encode(b)
	if errX != nil || errY != nil {
		t.Fatalf("encode: %v, %v", errX, errY)
	}
	if !bytes.Equal(x, y) {
		t.Fatalf("a shuffled spec gives another plan:\n%s\n%s", x, y)
	}
}
