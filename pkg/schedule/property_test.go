package schedule

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var testZones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Santiago", "Australia/Sydney",
	"Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Asia/Kolkata", "Asia/Tehran", "Asia/Gaza",
	"Africa/Casablanca", "Antarctica/Troll", "Europe/Dublin",
}

// genItems draws a list of values, ranges and steps.
func genItems(name string, low, high int, names []string, steps, wrap bool) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		value := func(from int) (int, string) {
			v := rapid.IntRange(from, high).Draw(t, name)
			if names != nil && rapid.Bool().Draw(t, "named") {
				return v, names[v-low]
			}
			return v, fmt.Sprint(v)
		}
		var items []string
		for range rapid.IntRange(1, 4).Draw(t, "items") {
			v, item := value(low)
			switch rapid.IntRange(0, 2).Draw(t, "shape") {
			case 0:
				if wrap {
					v = low
				}
				_, to := value(v)
				item += "-" + to
			case 1:
				item = rapid.SampledFrom([]string{"*", item}).Draw(t, "start")
				if item != "*" && !steps {
					break
				}
				if steps {
					item += fmt.Sprintf("/%d", rapid.IntRange(1, min(high, 60)-1).Draw(t, "step"))
				}
			}
			items = append(items, item)
		}
		return strings.Join(items, ",")
	})
}

func genCron(dense bool) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		fields := []string{
			genItems("minute", 0, 59, nil, true, true).Draw(t, "minutes"),
			genItems("hour", 0, 23, nil, true, true).Draw(t, "hours"),
			"?", "*", "?", "*",
		}
		if !dense || rapid.Bool().Draw(t, "some months") {
			fields[3] = genItems("month", 1, 12, monthNames, true, true).Draw(t, "months")
		}
		if !dense && rapid.Bool().Draw(t, "some years") {
			fields[5] = genItems("year", 1970, 2199, nil, true, false).Draw(t, "years")
		}
		if rapid.Bool().Draw(t, "by date") {
			fields[2] = rapid.OneOf(
				genItems("day", 1, 31, nil, true, true),
				rapid.SampledFrom([]string{"*", "L", "LW", "L-1", "L-30", "L-2W", "1W", "15W", "31W", "30"}),
			).Draw(t, "days")
		} else {
			fields[4] = rapid.OneOf(
				genItems("weekday", 1, 7, dayNames, false, true),
				rapid.SampledFrom([]string{"*", "L", "6L", "SUNL", "6#3", "MON#1", "7#5", "FRI-MON"}),
			).Draw(t, "weekdays")
		}
		return "cron(" + strings.Join(fields, " ") + ")"
	})
}

// genInstant draws a time, half of them close to a change of the clocks.
func genInstant(loc *time.Location, from, to int) *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		low := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		high := time.Date(to, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		at := time.Unix(rapid.Int64Range(low, high).Draw(t, "unix"), 0).UTC()
		if rapid.Bool().Draw(t, "at a change") {
			if _, end := at.In(loc).ZoneBounds(); !end.IsZero() && end.Year() < to {
				at = end.UTC().Add(time.Duration(rapid.IntRange(-180, 180).Draw(t, "minutes")) * time.Minute)
			}
		}
		return at.Add(rapid.SampledFrom([]time.Duration{0, 1, time.Second, time.Minute - 1}).Draw(t, "fraction"))
	})
}

func genZone() *rapid.Generator[*time.Location] {
	return rapid.Map(rapid.SampledFrom(testZones), func(name string) *time.Location {
		loc, err := LoadLocation(name)
		if err != nil {
			panic(err)
		}
		return loc
	})
}

// TestFiringsMatchOracle walks over three days in both directions and finds exactly the
// minutes that the oracle finds by looking at each of them.
func TestFiringsMatchOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := genCron(true).Draw(t, "schedule")
		loc := genZone().Draw(t, "zone")
		from := genInstant(loc, 1975, 2100).Draw(t, "from")
		if rapid.Bool().Draw(t, "ends there") {
			from = from.Add(-72 * time.Hour)
		}
		to := from.Add(72 * time.Hour)
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		want := oracleFirings(text, loc, from, to)
		var forwards, backwards []time.Time
		for at, ok := e.Next(from, loc, Window{}); ok && !at.After(to); at, ok = e.Next(at, loc, Window{}) {
			forwards = append(forwards, at.UTC())
		}
		for at, ok := e.Prev(to, loc, Window{}); ok && at.After(from); at, ok = e.Prev(at.Add(-1), loc, Window{}) {
			backwards = append([]time.Time{at.UTC()}, backwards...)
		}
		if diff := cmp.Diff(want, forwards); diff != "" {
			t.Fatalf("%s in %s, Next from %v (-oracle +got):\n%s", text, loc, from, diff)
		}
		if diff := cmp.Diff(want, backwards); diff != "" {
			t.Fatalf("%s in %s, Prev from %v (-oracle +got):\n%s", text, loc, to, diff)
		}
	})
}

// TestDatesMatchOracle compares every day of 40 years for each form of the day fields.
func TestDatesMatchOracle(t *testing.T) {
	for _, days := range []string{
		"? * *", "* * ?", "31 * ?", "29 2 ?", "30 2 ?", "L * ?", "LW * ?", "L-1 * ?", "L-30 * ?", "L-28W 2 ?", "1W * ?",
		"2W * ?", "29W * ?", "31W * ?", "28-3 * ?", "*/7 JAN,JUL ?", "5/9 NOV-FEB ?", "? * 2-6", "? * FRI-MON", "? * 6#5",
		"? 2 1#5", "? * 7#1", "? * 1L", "? * SATL", "? * L", "? 3/3 WED,4",
	} {
		parts := strings.Fields(days)
		text := fmt.Sprintf("cron(0 0 %s %s %s *)", parts[0], parts[1], parts[2])
		e := mustParse(t, text)
		fields := strings.Fields(text[len("cron(") : len(text)-1])
		first, last := time.Date(1996, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
		next, _ := e.Next(first.Add(-1), time.UTC, Window{})
		for day := first; day.Before(last); day = day.AddDate(0, 0, 1) {
			fires := next.Equal(day)
			if want := oracleDate(fields, day); fires != want {
				t.Errorf("%s on %s: fires %v, the oracle says %v", text, day.Format("Mon 2006-01-02"), fires, want)
				break
			}
			if fires {
				next, _ = e.Next(day, time.UTC, Window{})
			}
		}
	}
}

func genWindow(loc *time.Location) *rapid.Generator[Window] {
	return rapid.Custom(func(t *rapid.T) (w Window) {
		if rapid.Bool().Draw(t, "has start") {
			w.Start = genInstant(loc, 1990, 2060).Draw(t, "start")
		}
		if rapid.Bool().Draw(t, "has end") {
			w.End = genInstant(loc, 2000, 2090).Draw(t, "end")
		}
		return w
	})
}

func genExpression(loc *time.Location) *rapid.Generator[*Expression] {
	return rapid.Custom(func(t *rapid.T) *Expression {
		var text string
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			text = genInstant(loc, 1980, 2080).Draw(t, "at").Format("at(" + atLayout + ")")
		case 1:
			text = fmt.Sprintf("rate(%d %s)", rapid.IntRange(1, 5000).Draw(t, "n"),
				rapid.SampledFrom([]string{"minute", "minutes", "hour", "hours", "day", "days"}).Draw(t, "unit"))
		default:
			text = genCron(false).Draw(t, "cron")
		}
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return e.WithAnchor(genInstant(loc, 1990, 2060).Draw(t, "anchor"))
	})
}

// TestPrevMirrorsNext holds for every kind, zone, window and time.
func TestPrevMirrorsNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc := genZone().Draw(t, "zone")
		e := genExpression(loc).Draw(t, "schedule")
		w := genWindow(loc).Draw(t, "window")
		now := genInstant(loc, 1969, 2201).Draw(t, "now")
		next, ok := e.Next(now, loc, w)
		if ok {
			if !next.After(now) || w.Empty() || !w.holds(next) {
				t.Fatalf("%s: Next(%v) = %v, window %v", e, now, next, w)
			}
			if back, ok := e.Prev(next, loc, w); !ok || !back.Equal(next) {
				t.Fatalf("%s: Prev(Next(%v)) = %v %v, want %v", e, now, back, ok, next)
			}
			if between, ok := e.Prev(next.Add(-1), loc, w); ok && between.After(now) {
				t.Fatalf("%s: %v fires between %v and Next %v", e, between, now, next)
			}
		} else if late, ok := e.Prev(time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), loc, w); ok && late.After(now) {
			t.Fatalf("%s: Next(%v) finds nothing, Prev finds %v", e, now, late)
		}
		prev, ok := e.Prev(now, loc, w)
		if ok {
			if prev.After(now) {
				t.Fatalf("%s: Prev(%v) = %v", e, now, prev)
			}
			if forth, ok := e.Next(prev.Add(-1), loc, w); !ok || !forth.Equal(prev) {
				t.Fatalf("%s: Next before Prev(%v) = %v %v, want %v", e, now, forth, ok, prev)
			}
		}
	})
}

// TestSpellingDoesNotMatter shuffles lists, changes case and blanks, and reads back.
func TestSpellingDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := genCron(false).Draw(t, "schedule")
		fields := strings.Fields(text[len("cron(") : len(text)-1])
		for i, f := range fields {
			fields[i] = strings.Join(rapid.Permutation(strings.Split(f, ",")).Draw(t, "order"), ",")
		}
		shuffled := "cron(" + strings.ToLower(strings.Join(fields, "  ")) + ")"
		a, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Parse(shuffled)
		if err != nil {
			t.Fatal(err)
		}
		if !a.Equal(b) {
			t.Fatalf("%s and %s are not equal", text, shuffled)
		}
		if a.Never() == b.Never() && a.Describe(nil) != b.Describe(nil) &&
			!strings.Contains(a.Describe(nil), "cron(") {
			t.Fatalf("%q and %q describe equal schedules", a.Describe(nil), b.Describe(nil))
		}
		again, err := Parse(b.String())
		if err != nil || !again.Equal(b) || again.String() != b.String() {
			t.Fatalf("%s reads back as %v, %v", b, again, err)
		}
	})
}

// TestDescriptionsAreUnambiguous collects descriptions: two schedules that differ never
// share one.
func TestDescriptionsAreUnambiguous(t *testing.T) {
	seen := map[string]*Expression{}
	rapid.Check(t, func(t *rapid.T) {
		fields := []string{
			rapid.SampledFrom([]string{"0", "30", "*", "*/15", "0/30", "5/10", "0,30", "0-29"}).Draw(t, "minutes"),
			rapid.SampledFrom([]string{"7", "*", "8-17", "*/2", "*/6", "22-2", "0-23", "1-23/2", "7,19"}).Draw(t, "hours"),
			"?",
			rapid.SampledFrom([]string{"*", "1", "JAN,JUL", "6-8", "*/3", "NOV-FEB"}).Draw(t, "months"),
			"?",
			rapid.SampledFrom([]string{"*", "2026", "2026-2030", "2026/2", "2026,2027", "*/100"}).Draw(t, "years"),
		}
		if rapid.Bool().Draw(t, "by date") {
			fields[2] = rapid.SampledFrom([]string{"*", "1", "1,15", "1-7", "L", "LW", "L-1", "L-2", "L-1W", "15W", "*/2"}).Draw(t, "days")
		} else {
			fields[4] = rapid.SampledFrom([]string{"*", "2", "2-6", "1,7", "7-1", "6L", "L", "6#3", "2#1", "FRI-MON"}).Draw(t, "weekdays")
		}
		e, err := Parse("cron(" + strings.Join(fields, " ") + ")")
		if err != nil {
			t.Fatal(err)
		}
		words := e.Describe(nil)
		if other := seen[words]; other != nil && !other.Equal(e) {
			t.Fatalf("%s and %s are both %q", e, other, words)
		}
		seen[words] = e
	})
}
