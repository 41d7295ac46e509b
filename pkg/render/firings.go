package render

import (
	"strings"
	"time"

	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/schedule"
)

// firings is how many coming firings of a scheduled action are shown.
const firings = 3

// nextFirings names the next moments at which the action fires after now, in its own time
// zone and, for the first, in UTC: "Mon 23 Nov 07:00 CET (06:00 UTC), Tue 24 Nov 07:00".
// It is empty for any other object and without a present moment.
func nextFirings(o *plan.Object, now time.Time) string {
	if o == nil || o.ScheduledAction == nil || now.IsZero() {
		return ""
	}
	a := o.ScheduledAction
	expr, err := schedule.Parse(a.Schedule)
	if err != nil {
		return "unknown: " + clean(err.Error())
	}
	loc, err := schedule.LoadLocation(a.Timezone)
	if err != nil {
		return "unknown: " + clean(err.Error())
	}
	var window schedule.Window
	if a.StartTime != nil {
		window.Start = *a.StartTime
	}
	if a.EndTime != nil {
		window.End = *a.EndTime
	}
	if !expr.Anchored(window) {
		return "counted from the moment at which AWS stores the action: " + schedule.FirstOfRate
	}
	var times []time.Time
	for t := now; len(times) < firings; {
		next, ok := expr.Next(t, loc, window)
		if !ok {
			break
		}
		times = append(times, next)
		t = next
	}
	if len(times) == 0 {
		return "never again"
	}
	texts := make([]string, len(times))
	for i, t := range times {
		texts[i] = moment(t.In(loc), now, i == 0)
	}
	if len(times) < firings {
		texts = append(texts, "then never again")
	}
	return strings.Join(texts, ", ")
}

// moment writes a local time; the year only where it is not that of now, the zone and UTC
// only in full.
func moment(t, now time.Time, full bool) string {
	layout := "Mon 2 Jan 15:04"
	if t.Year() != now.In(t.Location()).Year() {
		layout = "Mon 2 Jan 2006 15:04"
	}
	if t.Second() != 0 {
		layout += ":05"
	}
	text := t.Format(layout)
	if !full {
		return text
	}
	if zone, offset := t.Zone(); offset != 0 || zone != "UTC" {
		return text + " " + clean(zone) + " (" + utc(t) + ")"
	}
	return text + " UTC"
}

// utc names the weekday too where UTC has another date.
func utc(t time.Time) string {
	u := t.UTC()
	if u.Day() != t.Day() {
		return u.Format("Mon 15:04 UTC")
	}
	return u.Format("15:04 UTC")
}
