package schedule

import (
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's zones
)

func mustParse(t testing.TB, s string) *Expression {
	t.Helper()
	e, err := Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return e
}

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := LoadLocation(name)
	if err != nil {
		t.Fatalf("LoadLocation(%q): %v", name, err)
	}
	return loc
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	out, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFirings lists the firings of an expression forwards from a time, and walks back over
// the same ones.
func TestFirings(t *testing.T) {
	for _, tt := range []struct {
		schedule, zone, start, end string
		after                      string
		want                       []string // "none" ends the list: nothing fires afterwards
		why                        string
	}{
		{schedule: "cron(0 9 ? * 2-6 *)", zone: "UTC", after: "2026-01-01T12:00:00Z",
			want: []string{"2026-01-02T09:00:00Z", "2026-01-05T09:00:00Z", "2026-01-06T09:00:00Z", "2026-01-07T09:00:00Z", "2026-01-08T09:00:00Z", "2026-01-09T09:00:00Z", "2026-01-12T09:00:00Z"},
			why:  "AWS counts 1 = Sunday, so 2-6 is Monday to Friday"},
		{schedule: "cron(30 6 ? * 2 *)", zone: "UTC", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-01-05T06:30:00Z", "2026-01-12T06:30:00Z"},
			why:  "2 is Monday, although AWS's guide of 2023 called it Tuesday (T9)"},
		{schedule: "cron(0 9 ? * 6#3 *)", zone: "UTC", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-01-16T09:00:00Z", "2026-02-20T09:00:00Z", "2026-03-20T09:00:00Z"},
			why:  "6#3 is the third Friday"},
		{schedule: "cron(0 0 ? * 6#5 *)", zone: "UTC", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-01-30T00:00:00Z", "2026-05-29T00:00:00Z", "2026-07-31T00:00:00Z"},
			why:  "months without a fifth Friday are skipped"},
		{schedule: "cron(0 0 29 2 ? *)", zone: "UTC", after: "2096-02-29T00:00:00Z",
			want: []string{"2104-02-29T00:00:00Z"}, why: "2100 is not a leap year"},
		{schedule: "cron(0 0 31 2 ? *)", zone: "UTC", after: "1970-01-01T00:00:00Z",
			want: []string{"none"}, why: "there is no 31 February"},
		{schedule: "cron(0 12 L * ? *)", zone: "UTC", after: "2028-01-31T12:00:00Z",
			want: []string{"2028-02-29T12:00:00Z", "2028-03-31T12:00:00Z", "2028-04-30T12:00:00Z"}, why: "L follows the length of the month"},
		{schedule: "cron(0 12 L-3 * ? *)", zone: "UTC", after: "2026-02-01T00:00:00Z",
			want: []string{"2026-02-25T12:00:00Z", "2026-03-28T12:00:00Z"}, why: "Quartz counts back from the last day"},
		{schedule: "cron(0 12 LW * ? *)", zone: "UTC", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-01-30T12:00:00Z", "2026-02-27T12:00:00Z", "2026-03-31T12:00:00Z"}, why: "both months end on a Saturday, March on a Tuesday"},
		{schedule: "cron(0 12 1W * ? *)", zone: "UTC", after: "2026-07-15T00:00:00Z",
			want: []string{"2026-08-03T12:00:00Z", "2026-09-01T12:00:00Z"}, why: "1 August 2026 is a Saturday and W does not leave the month"},
		{schedule: "cron(0 12 15W * ? *)", zone: "UTC", after: "2026-08-01T00:00:00Z",
			want: []string{"2026-08-14T12:00:00Z", "2026-09-15T12:00:00Z"}, why: "15 August 2026 is a Saturday"},
		{schedule: "cron(0 12 31W * ? *)", zone: "UTC", after: "2026-04-01T00:00:00Z",
			want: []string{"2026-05-29T12:00:00Z"}, why: "April has no day 31; 31 May 2026 is a Sunday and the last day"},
		{schedule: "cron(15 10 ? * 6L *)", zone: "UTC", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-01-30T10:15:00Z", "2026-02-27T10:15:00Z"}, why: "the last Friday, from AWS's own examples"},
		{schedule: "cron(0 0 ? * L *)", zone: "UTC", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-01-03T00:00:00Z", "2026-01-10T00:00:00Z"}, why: "L alone is the last day of the week, Saturday"},
		{schedule: "cron(0 22-2 * * ? *)", zone: "UTC", after: "2026-01-01T20:00:00Z",
			want: []string{"2026-01-01T22:00:00Z", "2026-01-01T23:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T01:00:00Z", "2026-01-02T02:00:00Z", "2026-01-02T22:00:00Z"},
			why:  WrapAroundRange},
		{schedule: "cron(0 0 ? * FRI-MON *)", zone: "UTC", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z"}, why: WrapAroundRange},
		{schedule: "cron(1/10 8 1 1 ? 2026)", zone: "UTC", after: "2026-01-01T08:31:00Z",
			want: []string{"2026-01-01T08:41:00Z", "2026-01-01T08:51:00Z", "none"}, why: "1/10 starts at minute 1; only 2026"},
		{schedule: "cron(0 9 ? * 2-6 *)", zone: "UTC", after: "2026-01-02T08:59:59.999999999Z",
			want: []string{"2026-01-02T09:00:00Z"}, why: "a fraction before the minute"},

		{schedule: "cron(0 7 ? * MON-FRI *)", zone: "Europe/Berlin", after: "2026-03-26T12:00:00Z",
			want: []string{"2026-03-27T06:00:00Z", "2026-03-30T05:00:00Z"}, why: "07:00 stays 07:00 across the clock change of 29 March"},
		{schedule: "cron(30 2 * * ? *)", zone: "Europe/Berlin", after: "2026-03-28T12:00:00Z",
			want: []string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}, why: SkippedLocalTime},
		{schedule: "cron(*/15 * * * ? *)", zone: "Europe/Berlin", after: "2026-03-29T00:30:00Z",
			want: []string{"2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:15:00Z"}, why: "four skipped times and 03:00 itself are one firing"},
		{schedule: "cron(30 2 * * ? *)", zone: "Europe/Berlin", after: "2026-10-24T12:00:00Z",
			want: []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}, why: RepeatedLocalTime},
		{schedule: "cron(30 2 * * ? *)", zone: "Europe/Berlin", after: "2026-10-25T01:10:00Z",
			want: []string{"2026-10-26T01:30:00Z"}, why: "the clock shows 02:10 for the second time, 02:30 has been"},
		{schedule: "cron(*/15 * * * ? *)", zone: "Europe/Berlin", after: "2026-10-25T00:30:00Z",
			want: []string{"2026-10-25T00:45:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:15:00Z"}, why: "the repeated hour pauses every expression"},
		{schedule: "cron(30 2 * * ? *)", zone: "Australia/Sydney", after: "2026-10-03T12:00:00Z",
			want: []string{"2026-10-03T16:00:00Z", "2026-10-04T15:30:00Z"}, why: "south of the equator the gap is in October: " + SkippedLocalTime},
		{schedule: "cron(30 2 * * ? *)", zone: "Australia/Sydney", after: "2026-04-03T20:00:00Z",
			want: []string{"2026-04-04T15:30:00Z", "2026-04-05T16:30:00Z"}, why: "and the repeated hour in April: " + RepeatedLocalTime},
		{schedule: "cron(15 2 * * ? *)", zone: "Australia/Lord_Howe", after: "2026-10-03T12:00:00Z",
			want: []string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}, why: "a gap of half an hour"},
		{schedule: "cron(0 9 * * ? *)", zone: "Pacific/Apia", after: "2011-12-29T19:00:00Z",
			want: []string{"2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"}, why: "Samoa skipped the whole of 30 December 2011"},
		{schedule: "cron(0 9 * * ? *)", zone: "Europe/Berlin", after: "2040-12-30T08:00:00Z",
			want: []string{"2040-12-31T08:00:00Z", "2041-01-01T08:00:00Z"}, why: "Go's ZoneBounds stands still on this day"},

		{schedule: "at(2026-05-01T09:30:00)", zone: "America/New_York", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-05-01T13:30:00Z", "none"}, why: "local to the time zone, once"},
		{schedule: "at(2026-03-08T02:30:00)", zone: "America/New_York", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-03-08T07:00:00Z", "none"}, why: SkippedLocalTime},
		{schedule: "at(2026-11-01T01:30:00)", zone: "America/New_York", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-11-01T05:30:00Z", "none"}, why: RepeatedLocalTime},
		{schedule: "at(2026-05-01T09:30:00)", zone: "UTC", start: "2026-06-01T00:00:00Z", after: "2026-01-01T00:00:00Z",
			want: []string{"none"}, why: AtOutsideWindow},

		{schedule: "rate(1 day)", zone: "Europe/Berlin", start: "2026-03-28T06:00:00Z", after: "2026-01-01T00:00:00Z",
			want: []string{"2026-03-28T06:00:00Z", "2026-03-29T06:00:00Z", "2026-03-30T06:00:00Z"}, why: "a rate is elapsed time: 24 hours across a clock change"},
		{schedule: "rate(90 minutes)", start: "2026-01-01T00:10:30Z", end: "2026-01-01T03:10:30Z", after: "2026-01-01T00:10:30Z",
			want: []string{"2026-01-01T01:40:30Z", "2026-01-01T03:10:30Z", "none"}, why: EndOfWindow},
		{schedule: "rate(5 minutes)", after: "2026-01-01T00:00:00Z",
			want: []string{"none"}, why: "without a start time the phase is not known"},
		{schedule: "cron(0 7 * * ? *)", zone: "UTC", start: "2026-01-01T12:34:00Z", end: "2026-01-02T23:00:00Z", after: "2025-12-31T00:00:00Z",
			want: []string{"2026-01-01T12:34:00Z", "2026-01-02T07:00:00Z", "none"}, why: "a recurring action runs at its start time, then by its recurrence (fact 98)"},
		{schedule: "cron(0 7 * * ? *)", zone: "UTC", start: "2026-01-02T00:00:00Z", end: "2026-01-01T00:00:00Z", after: "2025-12-31T00:00:00Z",
			want: []string{"none"}, why: "a window that ends before it starts is empty"},
	} {
		t.Run(tt.schedule+" "+tt.zone+" "+tt.after, func(t *testing.T) {
			e := mustParse(t, tt.schedule)
			loc := mustZone(t, tt.zone)
			w := Window{Start: instant(t, tt.start), End: instant(t, tt.end)}
			now := instant(t, tt.after)
			for i, want := range tt.want {
				got, ok := e.Next(now, loc, w)
				if want == "none" {
					if ok {
						t.Errorf("firing %d: got %v, want none (%s)", i, got.UTC(), tt.why)
					}
					break
				}
				if !ok || !got.Equal(instant(t, want)) {
					t.Fatalf("firing %d after %v: got %v %v, want %s (%s)", i, now, got.UTC(), ok, want, tt.why)
				}
				if back, ok := e.Prev(got, loc, w); !ok || !back.Equal(got) {
					t.Errorf("Prev at firing %d: got %v %v, want the same instant (%s)", i, back.UTC(), ok, tt.why)
				}
				if i > 0 {
					if back, ok := e.Prev(got.Add(-1), loc, w); !ok || !back.Equal(now) {
						t.Errorf("Prev before firing %d: got %v %v, want %v (%s)", i, back.UTC(), ok, now, tt.why)
					}
				}
				now = got
			}
		})
	}
}

// TestPrev holds the cases that a walk over firings does not reach.
func TestPrev(t *testing.T) {
	for _, tt := range []struct{ schedule, zone, start, end, at, want, why string }{
		{"cron(*/15 * * * ? *)", "Europe/Berlin", "", "", "2026-10-25T01:10:00Z", "2026-10-25T00:45:00Z",
			"the clock shows 02:10 for the second time; 02:45 has been"},
		{"cron(*/15 * * * ? *)", "Australia/Lord_Howe", "", "", "2026-04-04T15:05:00Z", "2026-04-04T14:45:00Z",
			"half an hour is repeated, from 01:30"},
		{"cron(0 7 ? * MON-FRI *)", "Europe/Berlin", "", "", "2026-01-05T05:59:59Z", "2026-01-02T06:00:00Z", "Monday before seven: it was Friday"},
		{"cron(0 7 * * ? *)", "UTC", "2026-01-01T12:34:00Z", "", "2026-01-01T20:00:00Z", "2026-01-01T12:34:00Z", "only the start time has fired"},
		{"cron(0 7 * * ? *)", "UTC", "", "2026-01-03T06:00:00Z", "2027-01-01T00:00:00Z", "2026-01-02T07:00:00Z", "the last one before the end"},
		{"cron(0 7 * * ? 2026)", "UTC", "", "", "2199-01-01T00:00:00Z", "2026-12-31T07:00:00Z", "the year list has ended"},
		{"cron(0 7 * * ? 2026)", "UTC", "", "", "2026-01-01T06:00:00Z", "", "the year list has not begun"},
		{"at(2026-05-01T09:30:00)", "UTC", "", "", "2026-05-01T09:29:59Z", "", "not yet"},
		{"rate(1 hour)", "UTC", "2026-01-01T00:00:00Z", "", "2025-12-31T23:59:59Z", "", "before the start time"},
	} {
		e, loc := mustParse(t, tt.schedule), mustZone(t, tt.zone)
		got, ok := e.Prev(instant(t, tt.at), loc, Window{Start: instant(t, tt.start), End: instant(t, tt.end)})
		if ok != (tt.want != "") || !got.Equal(instant(t, tt.want)) {
			t.Errorf("%s in %s: Prev(%s) is %v %v, want %q (%s)", tt.schedule, tt.zone, tt.at, got.UTC(), ok, tt.want, tt.why)
		}
	}
}

func TestAnchor(t *testing.T) {
	created := instant(t, "2026-01-01T09:00:00Z")
	e := mustParse(t, "rate(12 hours)").WithAnchor(created)
	first := created.Add(12 * time.Hour)
	if got, ok := e.Next(created.Add(-time.Hour), nil, Window{}); !ok || !got.Equal(first) {
		t.Errorf("first firing: got %v %v, want %v (%s)", got, ok, first, FirstOfRate)
	}
	if got, ok := e.Prev(first.Add(-1), nil, Window{}); ok {
		t.Errorf("before the first firing: got %v (%s)", got, FirstOfRate)
	}
	w := Window{Start: created.Add(time.Hour)}
	if got, ok := e.Next(created, nil, w); !ok || !got.Equal(w.Start) {
		t.Errorf("got %v %v, want the start time: it goes before the anchor", got, ok)
	}
	if cron := mustParse(t, "cron(0 0 * * ? *)"); cron.WithAnchor(created) != cron {
		t.Error("a cron expression has no phase")
	}
}

// TestEveryZoneAdvances walks each zone through the end of a leap year far ahead, where
// Go's ZoneBounds returns an end that lies in the past.
func TestEveryZoneAdvances(t *testing.T) {
	e := mustParse(t, "cron(30 0/8 * * ? *)")
	for _, name := range zoneNames().names {
		loc := mustZone(t, name)
		now := time.Date(2096, 12, 28, 0, 0, 0, 0, loc)
		for range 21 {
			next, ok := e.Next(now, loc, Window{})
			if back, _ := e.Prev(next, loc, Window{}); !ok || !back.Equal(next) || next.Sub(now) > 8*time.Hour {
				t.Fatalf("%s: Next(%v) = %v %v, and back %v", name, now, next, ok, back)
			}
			now = next
		}
	}
}
