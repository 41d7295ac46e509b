package schedule

import "testing"

func TestDescribe(t *testing.T) {
	for _, tt := range []struct{ schedule, zone, want, why string }{
		{"cron(0 7 ? * MON-FRI *)", "Europe/Berlin", "Mon-Fri 07:00 Europe/Berlin", "the usual one"},
		{"cron(0 7 ? * 2-6 *)", "Europe/Berlin", "Mon-Fri 07:00 Europe/Berlin", "the same in numbers"},
		{"cron(0 7 * * ? *)", "", "daily 07:00 UTC", "every day"},
		{"cron(30 7,19 ? * SAT,SUN *)", "UTC", "Sat,Sun 07:30, 19:30 UTC", "two days are not a range"},
		{"cron(0 7 ? * FRI-MON *)", "UTC", "Mon,Fri-Sun 07:00 UTC", "a week starts on Monday"},
		{"cron(0 9 ? * 6#3 *)", "UTC", "third Fri of the month 09:00 UTC", "by week"},
		{"cron(0 9 ? JAN,JUL 6L *)", "UTC", "last Fri of Jan,Jul 09:00 UTC", "the last, in some months"},
		{"cron(0 9 1,15 * ? *)", "UTC", "days 1,15 of the month 09:00 UTC", "by date"},
		{"cron(0 9 1 JAN ? 2027)", "UTC", "day 1 of Jan in 2027 09:00 UTC", "one year"},
		{"cron(0 9 L * ? *)", "UTC", "last day of the month 09:00 UTC", "L"},
		{"cron(0 9 L-2 * ? *)", "UTC", "2 days before the last of the month 09:00 UTC", "L with an offset"},
		{"cron(0 9 LW * ? *)", "UTC", "last weekday of the month 09:00 UTC", "LW"},
		{"cron(0 9 15W * ? *)", "UTC", "weekday nearest to day 15 of the month 09:00 UTC", "W"},
		{"cron(0 9 * 6-8 ? *)", "UTC", "daily in Jun-Aug 09:00 UTC", "every day of some months"},
		{"cron(* * * * ? *)", "UTC", "daily every minute UTC", "all the time"},
		{"cron(*/15 * * * ? *)", "UTC", "daily every 15 minutes UTC", "an even step"},
		{"cron(*/15 8-17 ? * MON-FRI *)", "UTC", "Mon-Fri every 15 minutes from 08:00 to 17:45 UTC", "ends with the last firing"},
		{"cron(20 * * * ? *)", "UTC", "daily every hour at :20 UTC", "hourly"},
		{"cron(0 8-17 ? * MON-FRI *)", "UTC", "Mon-Fri every hour from 08:00 to 17:00 UTC", "office hours"},
		{"cron(10 */2 * * ? *)", "UTC", "daily every 2 hours from 00:10 UTC", "an even step of hours"},
		{"cron(*/7 * * * ? *)", "UTC", "cron(*/7 * * * ? *) UTC", "56 to 00 is 4 minutes: words would mislead"},
		{"cron(0 22-2 ? * FRI *)", "UTC", "cron(0 22-2 ? * FRI *) UTC", "two of them are on Friday morning: words would mislead"},
		{"cron(0 0 31 2 ? *)", "UTC", "never: cron(0 0 31 2 ? *)", "no such date"},
		{"rate(5 minutes)", "Europe/Berlin", "every 5 minutes", "a rate has no time zone"},
		{"rate(60 minutes)", "UTC", "every hour", "in the largest unit"},
		{"rate(36 hours)", "UTC", "every 36 hours", "not a whole number of days"},
		{"at(2026-05-01T09:30:00)", "Asia/Tokyo", "once at 2026-05-01 09:30 Asia/Tokyo", "local time"},
		{"at(2026-05-01T09:30:15)", "UTC", "once at 2026-05-01 09:30:15 UTC", "seconds only when there are some"},
	} {
		if got := mustParse(t, tt.schedule).Describe(mustZone(t, tt.zone)); got != tt.want {
			t.Errorf("%s: got %q, want %q (%s)", tt.schedule, got, tt.want, tt.why)
		}
	}
}
