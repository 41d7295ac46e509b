package spec

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
	"pgregory.net/rapid"
)

func TestPlainTag(t *testing.T) {
	for text, want := range map[string]tag{
		"": nullTag, "~": nullTag, "null": nullTag, "NULL": nullTag, "nUll": strTag,
		"true": boolTag, "False": boolTag, "tRUE": strTag, "yes": strTag,
		"0": intTag, "-12": intTag, "+12": intTag, "007": intTag, "0x1f": intTag, "0o17": intTag, "1_000": intTag, "0b11": intTag,
		"1.5": floatTag, "-.5": floatTag, "1e3": floatTag, "1.": floatTag, ".inf": floatTag, "-.INF": floatTag, ".NaN": floatTag,
		"1h": strTag, "30%": strTag, "12:30": strTag, "2026-11-22": strTag, "-": strTag, ".": strTag, "+": strTag, "1.2.3": strTag, "0x": strTag,
	} {
		if got := plainTag(text); got != want {
			t.Errorf("plainTag(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestYAML11Bool(t *testing.T) {
	for text, want := range map[string]bool{
		"yes": true, "Yes": true, "YES": true, "no": true, "on": true, "On": true, "OFF": true,
		"yEs": false, "y": false, "n": false, "true": false, "none": false, "": false, "nö": false,
	} {
		if got := yaml11Bool(text); got != want {
			t.Errorf("yaml11Bool(%q) = %v", text, got)
		}
	}
}

// TestNumbers checks which texts are numbers, and that everything YAML calls a number is
// either one or explained.
func TestNumbers(t *testing.T) {
	for text, want := range map[string]int32{"0": 0, "7": 7, "-3": -3, "2147483647": math.MaxInt32, "-2147483648": math.MinInt32} {
		if got, p := parseInt(text); got != want || p != nil {
			t.Errorf("parseInt(%q) = %d, %v", text, got, p)
		}
	}
	for text, want := range map[string]float64{"0": 0, "7": 7, "-0.5": -0.5, "1e3": 1000, "2.5E-3": 0.0025} {
		if got, p := parseFloat(text); got != want || p != nil {
			t.Errorf("parseFloat(%q) = %v, %v", text, got, p)
		}
	}
	for text, hint := range map[string]string{
		"010": "write 10, or 8 if octal is meant", "-010": "write -10, or -8 if octal is meant", "08": "write 8", "00": "write 0, or 0 if octal is meant",
		"0x10": "write 16", "0o10": "write 8", "0b11": "write 3", "1_000": "write 1000", "+5": "write 5", "2147483648": "", "-0x1": "write -1",
	} {
		if _, p := parseInt(text); p == nil || p.rule != ruleNumberFormat || p.hint != hint {
			t.Errorf("parseInt(%q) gives %+v, want the hint %q", text, p, hint)
		}
	}
	for text, hint := range map[string]string{".5": "write 0.5", "5.": "write 5", "+1.5": "write 1.5", ".inf": "", ".nan": "", "1e999": "", "01.5": "write 1.5"} {
		if _, p := parseFloat(text); p == nil || p.rule != ruleNumberFormat || !strings.HasPrefix(p.hint, hint) {
			t.Errorf("parseFloat(%q) gives %+v, want the hint %q", text, p, hint)
		}
	}
	for _, text := range []string{"", "four", "1.5", "1e3", "4 instances", "0x"} {
		if _, p := parseInt(text); p == nil || p.rule != ruleWrongType && text != "1e3" {
			t.Errorf("parseInt(%q) gives %+v", text, p)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]model.Seconds{"0s": 0, "30s": 30, "10m": 600, "1h30m": 5400, "90s": 90, "1h0m1s": 3601, "007s": 7} {
		if got, p := parseDuration(text); got != want || p != nil {
			t.Errorf("parseDuration(%q) = %d, %v", text, got, p)
		}
	}
	for text, hint := range map[string]string{
		"300": "write 5m if seconds are meant", "45": "write 45s if seconds are meant", "5 min": "write 5m", "1.5h": "write 1h30m", "2 hours": "write 2h",
		"60000000h": "", "4000000000s": "", "1m1h": "write 1h1m", "-5m": "", "": "", "s": "", "1d": "", "1500ms": "",
	} {
		_, p := parseDuration(text)
		if p == nil || p.rule != ruleDuration || hint != "" && p.hint != hint || p.hint == "" {
			t.Errorf("parseDuration(%q) gives %+v, want the hint %q", text, p, hint)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := model.Seconds(rapid.Int32Min(0).Draw(t, "seconds"))
		if got, p := parseDuration(want.String()); got != want || p != nil {
			t.Errorf("parseDuration(%q) = %d, %v", want, got, p)
		}
	})
}

func TestParsePercent(t *testing.T) {
	for text, want := range map[string]model.Percent{"0%": 0, "30%": 30, "12.5%": 12.5, "100%": 100} {
		if got, p := parsePercent(text); got != want || p != nil {
			t.Errorf("parsePercent(%q) = %v, %v", text, got, p)
		}
	}
	for text, hint := range map[string]string{
		"30": "write 30%", "0.3": "write 0.3%, or 30% if a share of 1 is meant", "101%": "write a percentage such as 30%", "-1%": "write a percentage such as 30%",
		"%": "write a percentage such as 30%", "": "write a percentage such as 30%", "1e9%": "write a percentage such as 30%",
	} {
		if _, p := parsePercent(text); p == nil || p.rule != rulePercent || p.hint != hint {
			t.Errorf("parsePercent(%q) gives %+v, want the hint %q", text, p, hint)
		}
	}
}

func TestParseTime(t *testing.T) {
	want := time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC)
	if got, p := parseTime("2026-12-24T18:00:00Z"); !got.Equal(want) || p != nil {
		t.Errorf("got %v, %v", got, p)
	}
	for text, hint := range map[string]string{
		"2026-12-24T19:00:00+01:00": "write 2026-12-24T18:00:00Z", "2026-12-24 18:00": "write 2026-12-24T18:00:00Z", "2026-12-24": "write 2026-12-24T00:00:00Z",
		"2026-12-24T18:00:00.25Z": "write 2026-12-24T18:00:00Z", "24.12.2026": "write it as 2026-12-24T18:00:00Z", "2026-02-30T00:00:00Z": "write it as 2026-12-24T18:00:00Z",
	} {
		if _, p := parseTime(text); p == nil || p.rule != ruleTimestamp || p.hint != hint {
			t.Errorf("parseTime(%q) gives %+v, want the hint %q", text, p, hint)
		}
	}
}

func TestSuggest(t *testing.T) {
	keys := []string{"dimension", "minCapacity", "maxCapacity", "policies", "scheduledActions", "suspended", "tags", "protect"}
	for word, want := range map[string]string{
		"maxCapacty": "maxCapacity", "mincapacity": "minCapacity", "MAXCAPACITY": "maxCapacity", "polices": "policies", "policy": "policies",
		"schedule": "scheduledActions", "min": "minCapacity", "max": "maxCapacity", "tag": "tags", "tgas": "tags", "capacity": "", "xyz": "", "": "", "x": "", "replicas": "",
		"suspend": "suspended", "actions": "scheduledActions",
	} {
		if got := suggest(word, keys); got != want {
			t.Errorf("suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestTypos(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"ab", "ba", 1}, {"abcd", "acbd", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}, {"same", "same", 0}} {
		if got := typos(test.a, test.b, 100); got != test.want {
			t.Errorf("typos(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
		if got := typos(test.b, test.a, 100); got != test.want {
			t.Errorf("typos(%q, %q) = %d, want %d", test.b, test.a, got, test.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-d]{0,8}`)
		a, b, limit := word.Draw(t, "a"), word.Draw(t, "b"), rapid.IntRange(1, 5).Draw(t, "limit")
		if full, cut := typos(a, b, 100), typos(a, b, limit); cut != min(full, limit) {
			t.Errorf("typos(%q, %q) is %d, with limit %d it is %d", a, b, full, limit, cut)
		}
	})
}

func TestExpandEnv(t *testing.T) {
	getenv := func(name string) (string, bool) {
		v, ok := map[string]string{"TEAM": "ml", "EMPTY": "", "SNEAKY": "${endpoint}"}[name]
		return v, ok
	}
	for _, test := range []struct {
		why, text  string
		keepTarget bool
		want       string
		rule       string
	}{
		{why: "nothing to do", text: "a $b {c}", want: "a $b {c}"},
		{why: "a variable", text: "x${env:TEAM}y", want: "xmly"},
		{why: "two", text: "${env:TEAM}${env:TEAM}", want: "mlml"},
		{why: "a default that is not needed", text: "${env:TEAM:-x}", want: "ml"},
		{why: "a default", text: "${env:NONE:-a:-b}", want: "a:-b"},
		{why: "an empty default", text: "${env:NONE:-}", want: ""},
		{why: "a default for an empty variable", text: "${env:EMPTY:-x}", want: "x"},
		{why: "an empty variable", text: "${env:EMPTY}", want: ""},
		{why: "an escape", text: "$${env:TEAM}", want: "${env:TEAM}"},
		{why: "an escape behind a variable", text: "${env:TEAM}$${x}", want: "ml${x}"},
		{why: "missing", text: "${env:NONE}", rule: ruleEnvVarMissing},
		{why: "unknown", text: "${team}", rule: ruleVariable},
		{why: "not here", text: "${endpoint}", rule: ruleVariable},
		{why: "unclosed", text: "${env:TEAM", rule: ruleVariable},
		{why: "no name", text: "${env:}", rule: ruleVariable},
		{why: "a name that is none", text: "${env:A-B}", rule: ruleVariable},
		{why: "the target's names stay", text: "${endpoint}-${env:TEAM}", keepTarget: true, want: "${endpoint}-ml"},
		{why: "what comes from the environment is text", text: "${env:SNEAKY}", keepTarget: true, want: "$${endpoint}"},
		{why: "what comes from the environment is text here too", text: "${env:SNEAKY}", want: "${endpoint}"},
		{why: "an escape stays one", text: "$${endpoint}", keepTarget: true, want: "$${endpoint}"},
	} {
		got, known, p := expandEnv(test.text, test.keepTarget, getenv)
		rule := ""
		if p != nil {
			rule = p.rule
		}
		if got != test.want || rule != test.rule || !known {
			t.Errorf("%s: %q gives %q, %v, %+v; want %q, %q", test.why, test.text, got, known, p, test.want, test.rule)
		}
	}
	if _, known, p := expandEnv("${env:NONE}", false, nil); known || p != nil {
		t.Errorf("without an environment: %v, %+v", known, p)
	}
}

func TestExpandTarget(t *testing.T) {
	names := map[string]string{"endpoint": "ranker", "variant": "main"}
	for _, test := range []struct{ template, want, missing string }{
		{"plain", "plain", ""},
		{"${endpoint}/${variant}", "ranker/main", ""},
		{"$${endpoint}", "${endpoint}", ""},
		{"a $${x} ${variant}", "a ${x} main", ""},
		{"${component}", "", "component"},
	} {
		if got, missing := expandTarget(test.template, names); got != test.want || missing != test.missing {
			t.Errorf("%q gives %q, %q", test.template, got, missing)
		}
	}
}
