package render

import (
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/schedule"
)

func TestNextFirings(t *testing.T) {
	end := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		why      string
		schedule string
		zone     string
		end      *time.Time
		want     string
	}{
		{
			"local time first, UTC beside it", "cron(0 7 ? * MON-FRI *)", "Europe/Berlin", nil,
			"Mon 23 Nov 07:00 CET (06:00 UTC), Tue 24 Nov 07:00, Wed 25 Nov 07:00",
		},
		{"UTC is not repeated", "cron(0 7 ? * MON *)", "", nil, "Mon 23 Nov 07:00 UTC, Mon 30 Nov 07:00, Mon 7 Dec 07:00"},
		{
			"another year and another weekday in UTC are named", "cron(0 1 1 1 ? *)", "Asia/Tokyo", nil,
			"Fri 1 Jan 2027 01:00 JST (Thu 16:00 UTC), Sat 1 Jan 2028 01:00, Mon 1 Jan 2029 01:00",
		},
		{"the end of the window is told", "cron(0 7 ? * * *)", "UTC", &end, "Mon 23 Nov 07:00 UTC, then never again"},
		{"over", "at(2020-01-01T00:00:00)", "UTC", nil, "never again"},
		{
			"a rate counts from its creation, which is still to come", "rate(5 minutes)", "UTC", nil,
			"counted from the moment at which AWS stores the action: " + schedule.FirstOfRate,
		},
	} {
		t.Run(tt.why, func(t *testing.T) {
			got := nextFirings(&plan.Object{ScheduledAction: &model.ScheduledAction{
				Schedule: tt.schedule, Timezone: tt.zone, EndTime: tt.end,
			}}, now)
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
