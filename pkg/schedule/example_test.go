package schedule_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/scalectl/scalectl/pkg/schedule"
)

func ExampleParse() {
	e, err := schedule.Parse("cron(0 7 ? * mon-fri *)")
	if err != nil {
		panic(err)
	}
	fmt.Println(e.Kind(), e)
	// Output: cron cron(0 7 ? * MON-FRI *)
}

func ExampleParseError() {
	const text = "cron(0 7 * * 1-5)"
	_, err := schedule.Parse(text)
	var pe *schedule.ParseError
	if errors.As(err, &pe) {
		fmt.Printf("%q: %s\n%s\n", text[pe.Offset:pe.Offset+pe.Length], pe.Msg, pe.Hint)
	}
	// Output:
	// "0 7 * * 1-5": cron(...) needs 6 fields, has 5
	// write "cron(0 7 ? * MON-FRI *)" (Unix cron counts 0 = Sunday, AWS counts 1 = Sunday)
}

func ExampleExpression_Next() {
	e, _ := schedule.Parse("cron(30 2 ? * SUN *)")
	berlin, _ := schedule.LoadLocation("Europe/Berlin")
	now := time.Date(2026, 3, 22, 12, 0, 0, 0, time.UTC)
	for range 2 { // the clock skips 02:30 on the first of the two Sundays
		now, _ = e.Next(now, berlin, schedule.Window{})
		fmt.Println(now)
	}
	// Output:
	// 2026-03-29 03:00:00 +0200 CEST
	// 2026-04-05 02:30:00 +0200 CEST
}

func ExampleExpression_Prev() {
	e, _ := schedule.Parse("cron(0 7 ? * MON-FRI *)")
	w := schedule.Window{Start: time.Date(2026, 1, 3, 12, 0, 0, 0, time.UTC)}
	saturday := time.Date(2026, 1, 3, 18, 0, 0, 0, time.UTC)
	fmt.Println(e.Prev(saturday, time.UTC, w)) // it ran at its start time
	// Output: 2026-01-03 12:00:00 +0000 UTC true
}

func ExampleExpression_Anchored() {
	e, _ := schedule.Parse("rate(12 hours)")
	created := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	fmt.Println(e.Anchored(schedule.Window{}))
	fmt.Println(e.Anchored(schedule.Window{Start: created}))
	fmt.Println(e.WithAnchor(created).Next(created, time.UTC, schedule.Window{}))
	// Output:
	// false
	// true
	// 2026-01-01 21:00:00 +0000 UTC true
}

func ExampleExpression_Describe() {
	berlin, _ := schedule.LoadLocation("Europe/Berlin")
	for _, text := range []string{"cron(0 7 ? * 2-6 *)", "cron(0/30 9-16 ? * 6#3 *)", "rate(1 minutes)"} {
		e, _ := schedule.Parse(text)
		fmt.Println(e.Describe(berlin))
	}
	// Output:
	// Mon-Fri 07:00 Europe/Berlin
	// third Fri of the month every 30 minutes from 09:00 to 16:30 Europe/Berlin
	// every minute
}

func ExampleLoadLocation() {
	_, err := schedule.LoadLocation("US/Eastern")
	fmt.Println(err)
	// Output: time zone "US/Eastern" is an old alias; write "America/New_York"
}
