// Package schedule reads the schedule expressions of Application Auto Scaling and works
// out when they fire.
//
// It decides three things: whether a text is an at(...), rate(...) or cron(...) that AWS
// takes, which instants it stands for in a time zone, and how to say that in plain words.
// It never looks at the clock: every instant is an argument.
//
// The grammar is the one of PutScheduledAction, which differs from Unix cron in the
// numbering of weekdays (1 is Sunday) and from EventBridge in being lenient about
// "rate(1 minutes)":
//
//	at(yyyy-MM-ddTHH:mm:ss)                                 once, local to the time zone
//	rate(<n> minute|minutes|hour|hours|day|days)            elapsed time, no time zone
//	cron(minutes hours day-of-month month day-of-week year) local to the time zone
//
// What AWS does not say is decided here, one constant or comment for each: local times
// that a clock change skips or repeats ([SkippedLocalTime], [RepeatedLocalTime]), the
// first firing of a rate without a start time ([FirstOfRate]), whether the end of a window
// belongs to it ([EndOfWindow]), and ranges that wrap around ([WrapAroundRange]).
//
// See https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
// and https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html.
package schedule
