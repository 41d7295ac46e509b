package plan

import (
	"fmt"
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
)

// bigFleet is n endpoints with two policies, one alarm and one scheduled action each.
func bigFleet(n int) model.Desired {
	targets := make([]model.Target, n)
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"}
	for i := range targets {
		id := model.VariantTarget(fmt.Sprintf("endpoint-%05d", i), "AllTraffic", model.InstanceCount)
		open := action("open", fmt.Sprintf("cron(%d 7 ? * MON-FRI *)", i%60), 4, 0)
		open.Timezone = zones[i%len(zones)]
		targets[i] = target(id, 1, 8, map[string]string{"team": "ml"}, tracking("cpu", "CPU", 50), step("wake", 1),
			alarm("scalectl/rec/"+id.PolicyAddress("wake"), "wake"), open)
	}
	return fleet(targets...)
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		d := bigFleet(n)
		a := liveFrom(b, d, lastYear)
		for _, bounds := range a.targets {
			bounds.MinCapacity = 4 // the schedule moved them
		}
		same := a.observed()
		empty := newAccount(sunday)
		empty.serve(d)
		fresh := empty.observed()
		for _, bench := range []struct {
			name     string
			observed model.Observed
			changes  int
		}{
			{"nothing to do", same, 0},
			{"everything to create", fresh, 5 * n},
		} {
			b.Run(fmt.Sprintf("%d endpoints, %s", n, bench.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					p := build(b, Input{Desired: d, Observed: bench.observed, Now: sunday.Add(time.Hour)})
					if len(p.Changes) != bench.changes {
						b.Fatalf("%d changes", len(p.Changes))
					}
				}
			})
		}
	}
}
