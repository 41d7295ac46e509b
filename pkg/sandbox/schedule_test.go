package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

func stamp(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The grammar is EventBridge's: facts 92 to 98.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
func TestNextFirings(t *testing.T) {
	for _, tc := range []struct {
		why, expression, zone, after, want string // want: UTC, "-" for never
	}{
		{"weekdays", "cron(0 7 ? * MON-FRI *)", "", "2026-03-06T07:00:00Z", "2026-03-09T07:00 2026-03-10T07:00"},
		{"1 is Sunday", "cron(0 7 ? * 1 *)", "", "2026-03-02T00:00:00Z", "2026-03-08T07:00 2026-03-15T07:00"},
		{"steps", "cron(0/20 9 * * ? *)", "", "2026-03-02T09:00:00Z", "2026-03-02T09:20 2026-03-02T09:40 2026-03-03T09:00"},
		{"a step over everything", "cron(*/30 */12 * * ? *)", "", "2026-03-02T00:00:00Z", "2026-03-02T00:30 2026-03-02T12:00"},
		{"a list with names", "cron(0 0 1 JAN,JUL ? *)", "", "2026-03-02T00:00:00Z", "2026-07-01T00:00 2027-01-01T00:00"},
		{"the last day of the month", "cron(0 0 L * ? *)", "", "2028-02-01T00:00:00Z", "2028-02-29T00:00 2028-03-31T00:00"},
		{"the weekday nearest to the first", "cron(0 0 1W * ? *)", "", "2026-08-01T00:00:00Z", "2026-08-03T00:00 2026-09-01T00:00"},
		{"the weekday nearest to the 31st", "cron(0 0 31W * ? *)", "", "2026-05-01T00:00:00Z", "2026-05-29T00:00 2026-07-31T00:00"},
		{"the last weekday", "cron(0 0 LW * ? *)", "", "2026-05-01T00:00:00Z", "2026-05-29T00:00"},
		{"the last Friday", "cron(0 0 ? * 6L *)", "", "2026-03-02T00:00:00Z", "2026-03-27T00:00 2026-04-24T00:00"},
		{"the second Tuesday", "cron(0 0 ? * 3#2 *)", "", "2026-03-02T00:00:00Z", "2026-03-10T00:00 2026-04-14T00:00"},
		{"L as a weekday is Saturday", "cron(0 0 ? * L *)", "", "2026-03-02T00:00:00Z", "2026-03-07T00:00 2026-03-14T00:00"},
		{"a range around the weekend", "cron(0 0 ? * FRI-MON *)", "", "2026-03-03T00:00:00Z", "2026-03-06T00:00 2026-03-07T00:00 2026-03-08T00:00 2026-03-09T00:00 2026-03-13T00:00"},
		{"a range around midnight", "cron(0 22-1 * * ? *)", "", "2026-03-02T21:00:00Z", "2026-03-02T22:00 2026-03-02T23:00 2026-03-03T00:00 2026-03-03T01:00 2026-03-03T22:00"},
		{"years", "cron(0 0 29 2 ? 2028-2032)", "", "2026-01-01T00:00:00Z", "2028-02-29T00:00 2032-02-29T00:00 -"},
		{"never", "cron(0 0 30 2 ? *)", "", "2026-01-01T00:00:00Z", "-"},
		{"five fields", "cron(0 7 ? * MON)", "", "2026-03-02T08:00:00Z", "2026-03-09T07:00"},
		{"seven fields begin with seconds", "cron(30 0 7 ? * MON *)", "", "2026-03-02T08:00:00Z", "2026-03-09T07:00"},
		{"a zone with summer time", "cron(0 7 * * ? *)", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-28T06:00 2026-03-29T05:00"},
		{"a skipped local time", "cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00 2026-03-30T00:30"},
		{"several skipped local times are one", "cron(0/15 2 * * ? *)", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00 2026-03-30T00:00"},
		{"a repeated local time", "cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30 2026-10-26T01:30"},
		{"every half hour through a repeated hour", "cron(0/30 2,3 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:00 2026-10-25T00:30 2026-10-25T02:00 2026-10-25T02:30"},
		{"a zone with half an hour", "cron(0 0 * * ? *)", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-04T13:00 2026-04-05T13:30"},
		{"at", "at(2026-03-02T10:00:30)", "", "2026-03-02T00:00:00Z", "2026-03-02T10:00 -"},
		{"at in a zone", "at(2026-03-02T10:00:00)", "America/New_York", "2026-03-02T00:00:00Z", "2026-03-02T15:00 -"},
		{"at in the past (UNSURE fact 99)", "at(2026-03-02T10:00:00)", "", "2026-03-02T10:00:00Z", "-"},
		{"rate counts from the creation", "rate(5 hours)", "", "2026-03-02T00:00:00Z", "2026-03-02T05:00 2026-03-02T10:00"},
		{"rate in the middle", "rate(1days)", "", "2026-03-04T13:00:00Z", "2026-03-05T00:00"},
	} {
		t.Run(tc.why, func(t *testing.T) {
			s := sandbox.Schedule{Expression: tc.expression, Timezone: tc.zone, Created: stamp(t, "2026-03-02T00:00:00Z")}
			at := stamp(t, tc.after)
			for _, want := range strings.Fields(tc.want) {
				next, ok, err := s.Next(at)
				got := next.Format("2006-01-02T15:04")
				if !ok {
					got = "-"
				}
				if err != nil || got != want {
					t.Fatalf("after %v: %s, %v, want %s", at, got, err, want)
				}
				at = next
			}
		})
	}
}

// Fact 98: a recurring action runs at its start, then by its recurrence, until its end.
func TestWindow(t *testing.T) {
	from, to := stamp(t, "2026-03-02T10:30:00Z"), stamp(t, "2026-03-02T13:00:00Z")
	for _, tc := range []struct{ expression, want string }{
		{"cron(0 * * * ? *)", "10:30 11:00 12:00 13:00 -"},
		{"rate(1 hour)", "10:30 11:30 12:30 -"},
		{"at(2026-03-02T12:00:00)", "12:00 -"},
		{"at(2026-03-02T10:00:00)", "-"},
		{"at(2026-03-02T14:00:00)", "-"},
	} {
		s := sandbox.Schedule{Expression: tc.expression, Start: &from, End: &to, Created: stamp(t, "2026-03-01T00:10:00Z")}
		at := stamp(t, "2026-03-02T08:00:00Z")
		for _, want := range strings.Fields(tc.want) {
			next, ok, err := s.Next(at)
			got := next.Format("15:04")
			if !ok {
				got = "-"
			}
			if err != nil || got != want {
				t.Errorf("%s after %v: %s, %v, want %s", tc.expression, at, got, err, want)
			}
			at = next
		}
	}
}

// What AWS's parser refuses (facts 93, 95).
func TestBadSchedules(t *testing.T) {
	for _, bad := range []string{"", "cron()", "cron(0 7 * * MON *)", "cron(0 7 ? * 0 *)", "cron(60 7 ? * MON *)", "cron(0 24 ? * MON *)",
		"cron(0 7 32 * ? *)", "cron(0 7 1 13 ? *)", "cron(0 7 ? * MON 2200)", "cron(0 7 ? * MON 2030-2029)", "cron(0 7 ? * 3#6 *)",
		"cron(0/0 7 ? * MON *)", "cron(+5 7 ? * MON *)", "cron(, 7 ? * MON *)", "cron(0 7 ? * MON * * *)", "rate(x hours)", "rate(1 week)",
		"rate(99999999999999999999 days)", "at(2026-13-01T00:00:00)", "at(tomorrow)", "CRON(0 7 ? * MON *)"} {
		if _, _, err := (sandbox.Schedule{Expression: bad}).Next(start); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
