package schedule

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		kind     Kind
		why      string
	}{
		{"at(2026-05-01T09:30:00)", "at(2026-05-01T09:30:00)", At, "the form of the API reference"},
		{"rate(5 minutes)", "rate(5 minutes)", Rate, "the form of the API reference"},
		{"rate(5minutes)", "rate(5 minutes)", Rate, "AWS's own error message makes the blank optional (fact 93)"},
		{"rate(1 minutes)", "rate(1 minute)", Rate, "unlike EventBridge, singular and plural are the same (fact 93, T10)"},
		{"rate(2 hour)", "rate(2 hours)", Rate, "the same the other way round"},
		{"rate(07 day)", "rate(7 days)", Rate, "leading zeros"},
		{"cron(0 9 ? * MON-FRI *)", "cron(0 9 ? * MON-FRI *)", Cron, "the form of the guide"},
		{"cron(0 9 ? jan-Mar mon,fri *)", "cron(0 9 ? JAN-MAR MON,FRI *)", Cron, "names are not case-sensitive"},
		{"cron( 0   9 ?\t* 6l * )", "cron(0 9 ? * 6L *)", Cron, "fields are separated by white space"},
		{"cron(0/5,7-9 */2 1,15 1-12/3 ? 2026-2030,2040/2)", "cron(0/5,7-9 */2 1,15 1-12/3 ? 2026-2030,2040/2)", Cron, "lists of ranges and steps"},
		{"cron(0 0 L-2W * ? *)", "cron(0 0 L-2W * ? *)", Cron, "Quartz combines the two"},
		{"cron(0 0 * * ? *)", "cron(0 0 * * ? *)", Cron, "(*,?) of fact 95"},
		{"cron(0 0 ? * * *)", "cron(0 0 ? * * *)", Cron, "(?,*) of fact 95"},
	} {
		e, err := Parse(tt.in)
		if err != nil {
			t.Errorf("Parse(%q): %v (%s)", tt.in, err, tt.why)
			continue
		}
		if e.String() != tt.want || e.Kind() != tt.kind {
			t.Errorf("Parse(%q) is %s %q, want %s %q (%s)", tt.in, e.Kind(), e, tt.kind, tt.want, tt.why)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		in   string
		at   string // the bytes that the error points at
		msg  string
		hint string // a part of the hint
		why  string
	}{
		{"", "", "schedule is empty", `"rate(<number> minutes|hours|days)"`, "shows the three forms"},
		{" rate(1 day)", " rate(1 day)", "has blanks around it", `write "rate(1 day)"`, "AWS would see the blank"},
		{"0 9 * * 1-5", "0 9 * * 1-5", "invalid schedule expression", `write "cron(0 9 ? * MON-FRI *)"`, "a line from a crontab, whose 1 is Monday"},
		{"5 minutes", "5 minutes", "invalid schedule expression", `write "rate(5 minutes)"`, "the word is missing"},
		{"2026-01-01T00:00:00", "2026-01-01T00:00:00", "invalid schedule expression", `write "at(2026-01-01T00:00:00)"`, "the word is missing"},
		{"CRON(0 9 * * ? *)", "CRON", `starts with "CRON"`, `write "cron(0 9 * * ? *)"`, "AWS writes it in lower case"},
		{"every(5 minutes)", "every", `starts with "every"`, `write "rate(5 minutes)"`, "another scheduler's word"},
		{"cron(0 9 * * ? *", "", "no closing parenthesis", `write "cron(0 9 * * ? *)"`, "points behind the text"},
		{"rate(1 day) UTC", " UTC", "after the closing parenthesis", `write "rate(1 day)"`, "the zone goes elsewhere"},

		{"cron()", "", "needs 6 fields, has 0", "minutes, hours, day-of-month", "names the fields"},
		{"cron(0 9 * * 1-5)", "0 9 * * 1-5", "needs 6 fields, has 5", `write "cron(0 9 ? * MON-FRI *)"`, "Unix cron: 1 is Monday"},
		{"cron(0 9 * * 0,7)", "0 9 * * 0,7", "has 5", `write "cron(0 9 ? * SUN,SUN *)"`, "both are Sunday in Unix cron"},
		{"cron(0 9 * * ?)", "0 9 * * ?", "has 5", `write "cron(0 9 * * ? *)"`, "AWS's own syntax without the year"},
		{"cron(0 9 1 * 1)", "0 9 1 * 1", "has 5", `"cron(0 9 1 * ? *)" and "cron(0 9 ? * MON *)"`, "Unix cron means either day"},
		{"cron(0 0 9 * * ? *)", "0 0 9 * * ? *", "has 7", `write "cron(0 9 * * ? *)"`, "leading seconds (fact 96)"},
		{"cron(0 0 9 * * ?)", "?", "not allowed in the year", `"cron(0 9 * * ? *)"`, "Quartz: seconds first, no year"},

		{"cron(30 6 * * 2 *)", "*", `neither day-of-month "*" nor day-of-week "2" is ?`, `replace the day-of-month by ?: "cron(30 6 ? * 2 *)" (AWS counts 1 = Sunday, 2 = Monday)`, "the wrong example of AWS's guide (T9)"},
		{"cron(30 6 1 * * *)", "*", "nor day-of-week", `replace the day-of-week by ?: "cron(30 6 1 * ? *)"`, "the one without a value gives way"},
		{"cron(0 0 * * * *)", "*", "nor day-of-week", `"cron(0 0 * * ? *)"`, "(*,*) of fact 95"},
		{"cron(0 0 1 * 2 *)", "2", "nor day-of-week", "two scheduled actions", "(1,2) of fact 95"},
		{"cron(0 0 ? * ? *)", "?", "are both ?", `"cron(0 0 ? * * *)"`, "(?,?) of fact 95"},
		{"cron(0 0 ?,1 * ? *)", "?", "combined with other values", "alone", "? is not a value"},
		{"cron(? 0 * * ? *)", "?", "not allowed in the minute", "write *", "only the day fields take it"},

		{"cron(60 6 ? * * *)", "60", "minute 60 is outside 0-59", "", "points at the value"},
		{"cron(0 1,24 ? * * *)", "24", "hour 24 is outside 0-23", "hour 0 of the next day", "midnight"},
		{"cron(0 6 ? * 0 *)", "0", "day-of-week 0 is outside 1-7", `AWS counts 1 = Sunday; if 0 is meant as Sunday, as in Unix cron, write "SUN"`, "Unix numbering"},
		{"cron(0 6 ? * 0-4 *)", "0", "day-of-week 0", `write "SUN-THU"`, "Unix numbering"},
		{"cron(0 6 ? * 8 *)", "8", "day-of-week 8 is outside 1-7", "1 = SUN to 7 = SAT", "beyond Saturday"},
		{"cron(0 6 ? * MONDAY *)", "MONDAY", `"MONDAY" is not a day-of-week`, `write "MON"`, "three letters"},
		{"cron(0 6 ? * 2/2 *)", "2/2", "does not take steps", `write "MON,WED,FRI"`, "AWS lists no / for this field (fact 94)"},
		{"cron(0/60 6 ? * * *)", "60", `minute step "60" is outside 1-59`, "1 to 59", "an hourly schedule is not a step of 60 minutes"},
		{"cron(*/0 6 ? * * *)", "0", `step "0"`, "1 to 59", "would never advance"},
		{"cron(/5 6 ? * * *)", "/5", "has no start", `write "*/5"`, "Quartz takes it, AWS does not say so"},
		{"cron(0,,5 6 ? * * *)", "0,,5", "empty list member", "extra comma", "points at the field"},
		{"cron(-5 6 ? * * *)", "-5", "lacks an end", "0-59", "not a negative number"},
		{"cron(0 6 1,L * ? *)", "1,L", "is not a day-of-month", "alone in the field", "Quartz does not combine them"},
		{"cron(0 6 32W * ? *)", "32", "day-of-month 32 is outside 1-31", "", "points at the number"},
		{"cron(0 6 L-31 * ? *)", "L-31", "other than 1-30 days", "", "no month is that long"},
		{"cron(0 6 ? * 6#6 *)", "6", "no such week", "1 to 5", "points behind the #"},
		{"cron(0 6 ? * 3#1,6#3 *)", "3#1,6#3", "combines # or L", "two scheduled actions", "AWS's own counter-example"},
		{"cron(0 6 ? * ? 1969)", "1969", "year 1969 is outside 1970-2199", "", "before the rule about ?"},
		{"cron(0 6 1 * ? 2030-2026)", "2030-2026", "ends before it starts", `write "2026-2030"`, "years do not wrap around"},
		{"cron(a 6 1 * ? *)", "a", `"a" is not a minute`, "0-59", "no names here"},

		{"rate(0 minutes)", "0", "rate of 0 minutes is less than 60 seconds", `"rate(1 minute)"`, "AWS: less than 60 seconds apart (fact 93)"},
		{"rate(30 seconds)", "seconds", `does not take "seconds"`, "1 minute", "not a unit of AWS"},
		{"rate(120 seconds)", "seconds", `does not take "seconds"`, `write "rate(2 minutes)"`, "can be said in minutes"},
		{"rate(5  minutes)", "5  minutes", "malformed", `write "rate(5 minutes)"`, "AWS takes one blank at most"},
		{"rate(1.5 hours)", "1.5 hours", "whole number", `write "rate(90 minutes)"`, "can be said in minutes"},
		{"rate(2 weeks)", "weeks", `does not take "weeks"`, `write "rate(14 days)"`, "can be said in days"},
		{"rate(5)", "5", "needs a unit", "rate(<number> minutes|hours|days)", "shows the form"},
		{"rate(99999999999 days)", "99999999999", "longer than", "", "would overflow"},

		{"at(2026-01-01T00:00:00Z)", "Z", `takes no time zone, but ends in "Z"`, `write "at(2026-01-01T00:00:00)" and set timezone:`, "T11"},
		{"at(2026-01-01T00:00:00+02:00)", "+02:00", "takes no time zone", "timezone:", "T11"},
		{"at(2026-01-01)", "2026-01-01", "needs a time of day", `write "at(2026-01-01T00:00:00)" for midnight`, "AWS: too short (fact 92)"},
		{"at(2026-01-01T00:00)", "2026-01-01T00:00", "needs seconds", `write "at(2026-01-01T00:00:00)"`, "AWS: too short"},
		{"at(2026-01-01 00:00:00)", " ", `needs a "T"`, `write "at(2026-01-01T00:00:00)"`, "YAML's own way of writing times"},
		{"at(2026-02-29T00:00:00)", "2026-02-29T00:00:00", "no such date or time", "February 2026 has 28 days", "not a leap year"},
		{"at(2026-01-01T24:00:00)", "2026-01-01T24:00:00", "no such date or time", "23:59:59", "midnight is 00:00:00"},
		{"at(0206-01-01T00:00:00)", "0206", "outside 1970-2199", "", "a slip of the fingers"},
		{"at(tomorrow)", "tomorrow", "needs a date and time", "at(yyyy-MM-ddTHH:mm:ss)", "shows the form"},
	} {
		_, err := Parse(tt.in)
		var pe *ParseError
		if !errors.As(err, &pe) {
			t.Errorf("Parse(%q): got %v, want a ParseError (%s)", tt.in, err, tt.why)
			continue
		}
		if at := tt.in[pe.Offset : pe.Offset+pe.Length]; at != tt.at {
			t.Errorf("Parse(%q) points at %q, want %q (%s)", tt.in, at, tt.at, tt.why)
		}
		if !strings.Contains(pe.Msg, tt.msg) || !strings.Contains(pe.Hint, tt.hint) {
			t.Errorf("Parse(%q): %v, want %q and %q (%s)", tt.in, err, tt.msg, tt.hint, tt.why)
		}
	}
}

func TestEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
		why  string
	}{
		{"cron(0 7 ? * 2-6 *)", "cron(0 7 ? * MON-FRI *)", true, "numbers and names"},
		{"cron(0 7 ? * * *)", "cron(0 7 * * ? *)", true, "every day either way"},
		{"cron(*/15 7 ? * * *)", "cron(0,15,30,45 7 ? * * *)", true, "steps and lists"},
		{"cron(0 7 ? * L *)", "cron(0 7 ? * SAT *)", true, "L alone is Saturday"},
		{"cron(0 7 ? * 6L *)", "cron(0 7 ? * FRI *)", false, "only the last one"},
		{"cron(0 7 15 * ? *)", "cron(0 7 15W * ? *)", false, "W moves"},
		{"rate(60 minutes)", "rate(1 hour)", true, "the same period"},
		{"rate(1 day)", "cron(0 0 * * ? *)", false, "elapsed time is not the calendar"},
		{"at(2026-01-01T00:00:00)", "at(2026-01-01T00:00:01)", false, "a second apart"},
	} {
		if got := mustParse(t, tt.a).Equal(mustParse(t, tt.b)); got != tt.want {
			t.Errorf("%s Equal %s is %v (%s)", tt.a, tt.b, got, tt.why)
		}
	}
	var none *Expression
	if !none.Equal(nil) || none.Equal(mustParse(t, "rate(1 day)")) || mustParse(t, "rate(1 day)").Equal(nil) {
		t.Error("nil must equal only nil")
	}
}

func TestNever(t *testing.T) {
	for in, want := range map[string]bool{
		"cron(0 0 31 2 ? *)":              true,
		"cron(0 0 31 4,6,9,11 ? *)":       true,
		"cron(0 0 29 2 ? 2100)":           true,
		"cron(0 0 31W 2 ? *)":             true,
		"cron(0 0 L-29 2 ? *)":            true,
		"cron(0 0 L-28 2 ? *)":            false,
		"cron(0 0 29 2 ? *)":              false,
		"cron(0 0 ? 2 1#5 *)":             false,
		"cron(0 0 ? 2 1#5 2026-2030)":     true,
		"cron(59 23 31 12 ? 2199)":        false,
		"rate(1 minute)":                  false,
		"at(1970-01-01T00:00:00)":         false,
		"cron(0 0 1 1 ? 1970)":            false,
		"cron(0 0 30 2/12 ? 1970-2199/3)": true,
	} {
		if got := mustParse(t, in).Never(); got != want {
			t.Errorf("%s Never is %v", in, got)
		}
	}
}

// corrected finds the texts that a hint offers for copying.
var corrected = regexp.MustCompile(`"(?:at|rate|cron)\([^"<]*\)"`)

// checkHint fails when an error points outside of the text or offers another mistake.
func checkHint(t *testing.T, in string, err error) {
	t.Helper()
	var pe *ParseError
	if !errors.As(err, &pe) {
		t.Fatalf("Parse(%q): %v is no ParseError", in, err)
	}
	if pe.Offset < 0 || pe.Length < 0 || pe.Offset+pe.Length > len(in) || pe.Msg == "" {
		t.Fatalf("Parse(%q): %+v", in, pe)
	}
	for _, quoted := range corrected.FindAllString(pe.Hint, -1) {
		text, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("Parse(%q): hint %s: %v", in, pe.Hint, err)
		}
		if strings.Contains(text, "yyyy") {
			continue
		}
		if _, err := Parse(text); err != nil {
			t.Fatalf("Parse(%q): the hint offers %q, but: %v", in, text, err)
		}
	}
}

// FuzzParse holds that nothing panics, that what parses reads back the same, and that
// every corrected text in a hint is right.
func FuzzParse(f *testing.F) {
	f.Add("cron(0 9 ? * MON-FRI *)")
	f.Add("rate(5 minutes)")
	f.Add("at(2026-05-01T09:30:00)")
	f.Fuzz(func(t *testing.T, in string) {
		e, err := Parse(in)
		if err != nil {
			checkHint(t, in, err)
			return
		}
		again, err := Parse(e.String())
		if err != nil {
			t.Fatalf("Parse(%q) writes %q, which does not parse: %v", in, e, err)
		}
		if !again.Equal(e) || again.String() != e.String() || again.Describe(nil) != e.Describe(nil) {
			t.Fatalf("Parse(%q) writes %q, which reads back as %q", in, e, again)
		}
	})
}
