package schedule

// The constants below name the choices this package makes where AWS's documentation is
// silent. Each is a belief about AWS that one look at a real account could settle; they
// are strings so that documentation and explanations can quote them.
const (
	// SkippedLocalTime is what happens to 02:30 on the night the clock goes from 02:00
	// to 03:00. Several skipped times of one expression make one firing.
	SkippedLocalTime = "a local time that the clock skips fires at the first instant after the gap"

	// RepeatedLocalTime is what happens to 02:30 on the night the clock goes from 03:00
	// back to 02:00. It holds for every expression: "every 15 minutes" pauses for the
	// repeated hour.
	RepeatedLocalTime = "a local time that the clock repeats fires once, at its first occurrence"

	// FirstOfRate is when a rate without a start time fires first: as EventBridge does it,
	// one period after the action was made, not at once.
	FirstOfRate = "a rate without a start time fires first one period after its creation"

	// EndOfWindow says that a firing exactly at the end time still happens.
	EndOfWindow = "a firing at exactly the end time happens, any later one does not"

	// AtOutsideWindow is what a window does to a one-time action: the start time adds no
	// firing of its own, as it does for recurring ones.
	AtOutsideWindow = "at(...) outside the start and end time never fires, and the start time does not fire it"

	// WrapAroundRange is how FRI-MON and 22-2 are read. Quartz, whose syntax AWS follows,
	// takes them this way; AWS does not mention them. Years do not wrap around.
	WrapAroundRange = "a range whose end lies before its start wraps around: FRI-MON is FRI,SAT,SUN,MON"
)

// Years that a cron expression can name. Nothing fires outside of them.
const (
	FirstYear = 1970
	LastYear  = 2199
)
