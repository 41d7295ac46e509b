package schedule

import (
	"testing"
	"time"
)

var benchmarks = []struct{ name, schedule, zone string }{
	{"weekdays-utc", "cron(0 7 ? * MON-FRI *)", "UTC"},
	{"weekdays-berlin", "cron(0 7 ? * MON-FRI *)", "Europe/Berlin"},
	{"leap-day", "cron(0 0 29 2 ? *)", "Europe/Berlin"},
	{"fifth-friday", "cron(0 0 ? * 6#5 *)", "Europe/Berlin"},
	{"never", "cron(0 0 31 2 ? *)", "UTC"},
	{"at", "at(2026-05-01T09:30:00)", "Europe/Berlin"},
	{"rate", "rate(5 minutes)", "UTC"},
}

func benchmark(b *testing.B, step func(*Expression, time.Time, *time.Location, Window) (time.Time, bool)) {
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	w := Window{Start: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, bb := range benchmarks {
		e, loc := mustParse(b, bb.schedule), mustZone(b, bb.zone)
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				step(e, at, loc, w)
			}
		})
	}
}

func BenchmarkNext(b *testing.B) { benchmark(b, (*Expression).Next) }

func BenchmarkPrev(b *testing.B) { benchmark(b, (*Expression).Prev) }

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mustParse(b, "cron(0/15 7-19 ? * MON-FRI *)")
	}
}

// TestFiringsDoNotAllocate holds because status and plan ask for every scheduled action of
// a fleet.
func TestFiringsDoNotAllocate(t *testing.T) {
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for _, bb := range benchmarks {
		e, loc := mustParse(t, bb.schedule), mustZone(t, bb.zone)
		if n := testing.AllocsPerRun(10, func() {
			e.Next(at, loc, Window{})
			e.Prev(at, loc, Window{})
		}); n > 0 {
			t.Errorf("%s in %s: %v allocations", bb.schedule, bb.zone, n)
		}
	}
}
