package spec

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/scalectl/scalectl/pkg/model"
)

// plainTag returns the type that the YAML 1.2 core schema gives a scalar without
// quotes. https://yaml.org/spec/1.2.2/#103-core-schema
func plainTag(s string) tag {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return nullTag
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return boolTag
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN":
		return floatTag
	}
	if c := s[0]; c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') {
		return strTag
	}
	switch {
	case anyInt.MatchString(s):
		return intTag
	case anyFloat.MatchString(s):
		return floatTag
	}
	return strTag
}

// Numbers as some YAML version reads them, and as JSON and this package write them.
var (
	anyInt    = regexp.MustCompile(`^[-+]?(0[xob][0-9a-fA-F_]+|[0-9][0-9_]*)$`)
	anyFloat  = regexp.MustCompile(`^[-+]?(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$`)
	goodInt   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	goodFloat = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
)

// yaml11Bool reports whether YAML 1.1 reads the word as a boolean although YAML 1.2
// does not.
func yaml11Bool(s string) bool {
	if len(s) < 2 || len(s) > 3 {
		return false
	}
	switch strings.ToLower(s) {
	case "yes", "no", "on", "off":
		return s == strings.ToLower(s) || s == strings.ToUpper(s) || s == strings.ToUpper(s[:1])+strings.ToLower(s[1:])
	}
	return false
}

// yaml11Meaning returns the boolean that YAML 1.1 reads.
func yaml11Meaning(s string) bool {
	s = strings.ToLower(s)
	return s == "yes" || s == "on"
}

// A problem says why a text is no value of a type.
type problem struct {
	rule string
	// message ends the sentence `"maxCapacity" is two, which ...`, or, with whole, the
	// sentence `"maxCapacity" ...`. "" stands for "is not a whole number" and the like.
	message string
	hint    string
	whole   bool
}

func parseInt(text string) (int32, *problem) {
	if !goodInt.MatchString(text) {
		if p := numberProblem(text); p != nil {
			return 0, p
		}
		return 0, &problem{rule: ruleWrongType}
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, &problem{rule: ruleNumberFormat, message: "does not fit into 32 bits"}
	}
	return int32(n), nil
}

func parseFloat(text string) (float64, *problem) {
	if !goodFloat.MatchString(text) {
		if p := numberProblem(text); p != nil {
			return 0, p
		}
		return 0, &problem{rule: ruleWrongType}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, &problem{rule: ruleNumberFormat, message: "is too large for a number"}
	}
	return f, nil
}

// numberProblem explains numbers that YAML versions read differently, or that are no
// JSON numbers. It returns nil for text that is no number at all.
func numberProblem(text string) *problem {
	sign, digits := "", text
	if text != "" && (text[0] == '-' || text[0] == '+') {
		digits = text[1:]
		if text[0] == '-' {
			sign = "-"
		}
	}
	switch lower := strings.ToLower(digits); {
	case lower == ".inf" || lower == ".nan":
		return &problem{rule: ruleNumberFormat, message: "is no finite number"}
	case !anyInt.MatchString(text) && !anyFloat.MatchString(text):
		return nil
	case strings.Contains(digits, "_"):
		return &problem{rule: ruleNumberFormat, message: "YAML 1.2 reads as text", hint: "write " + strings.ReplaceAll(text, "_", "")}
	case len(lower) > 1 && lower[0] == '0' && strings.ContainsRune("xob", rune(lower[1])):
		p := &problem{rule: ruleNumberFormat, message: "is not written in decimal"}
		if n, err := strconv.ParseInt(sign+lower, 0, 64); err == nil {
			p.hint = "write " + strconv.FormatInt(n, 10)
		}
		return p
	case len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9':
		decimal := sign + strings.TrimLeft(digits[:len(digits)-1], "0") + digits[len(digits)-1:]
		p := &problem{rule: ruleNumberFormat, message: "looks octal, and YAML versions read it differently", hint: "write " + decimal}
		if n, err := strconv.ParseInt(digits, 8, 64); err == nil {
			p.hint += ", or " + sign + strconv.FormatInt(n, 10) + " if octal is meant"
		}
		return p
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && !goodFloat.MatchString(text) {
		return &problem{rule: ruleNumberFormat, message: "is not written as a plain decimal", hint: "write " + strconv.FormatFloat(f, 'f', -1, 64)}
	}
	return nil
}

var durationText = regexp.MustCompile(`^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$`)

// unitWords turns what people write into what time.ParseDuration reads.
var unitWords = strings.NewReplacer(" ", "", "seconds", "s", "second", "s", "secs", "s", "sec", "s",
	"minutes", "m", "minute", "m", "mins", "m", "min", "m", "hours", "h", "hour", "h", "hrs", "h", "hr", "h")

// parseDuration reads 30s, 10m, 1h30m.
func parseDuration(text string) (model.Seconds, *problem) {
	const forms = "write a duration such as 30s, 10m or 1h30m"
	m := durationText.FindStringSubmatch(text)
	if m == nil || text == "" {
		if n, err := strconv.ParseInt(text, 10, 32); err == nil && n >= 0 {
			return 0, &problem{rule: ruleDuration, message: "has no unit", hint: "write " + model.Seconds(n).String() + " if seconds are meant"}
		}
		if d, err := time.ParseDuration(unitWords.Replace(strings.ToLower(text))); err == nil && d >= 0 && d%time.Second == 0 && d <= math.MaxInt32*time.Second {
			return 0, &problem{rule: ruleDuration, message: "is not written like 30s, 10m or 1h30m", hint: "write " + model.Seconds(d/time.Second).String()}
		}
		return 0, &problem{rule: ruleDuration, message: "is no duration", hint: forms}
	}
	total := int64(0)
	for i, unit := range []int64{3600, 60, 1} {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.ParseInt(m[i+1], 10, 32)
		if total += n * unit; err != nil || total > math.MaxInt32 {
			return 0, &problem{rule: ruleDuration, message: "is longer than AWS can hold", hint: forms}
		}
	}
	return model.Seconds(total), nil
}

// parsePercent reads 30% or 12.5%, from 0 to 100.
func parsePercent(text string) (model.Percent, *problem) {
	number, found := strings.CutSuffix(text, "%")
	if !goodFloat.MatchString(number) {
		return 0, &problem{rule: rulePercent, message: "is no percentage", hint: "write a percentage such as 30%"}
	}
	f, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil || f < 0 || f > 100:
		return 0, &problem{rule: rulePercent, message: "is not between 0% and 100%", hint: "write a percentage such as 30%"}
	case !found:
		hint := "write " + number + "%"
		if f <= 1 {
			hint += ", or " + strconv.FormatFloat(math.Round(f*1e6)/1e4, 'f', -1, 64) + "% if a share of 1 is meant"
		}
		return 0, &problem{rule: rulePercent, message: "has no percent sign", hint: hint}
	}
	return model.Percent(f), nil
}

// parseTime reads an RFC 3339 time in UTC, such as 2026-12-24T18:00:00Z.
func parseTime(text string) (time.Time, *problem) {
	const form = "write it as 2026-12-24T18:00:00Z"
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
			if t, err := time.Parse(layout, text); err == nil {
				return time.Time{}, &problem{rule: ruleTimestamp, message: "is not a full time in UTC", hint: "write " + t.Format(time.RFC3339)}
			}
		}
		return time.Time{}, &problem{rule: ruleTimestamp, message: "is no time", hint: form}
	}
	if !strings.HasSuffix(text, "Z") {
		return time.Time{}, &problem{rule: ruleTimestamp, message: "is not in UTC", hint: "write " + t.UTC().Format(time.RFC3339)}
	}
	if t.Nanosecond() != 0 {
		return time.Time{}, &problem{rule: ruleTimestamp, message: "has fractions of a second", hint: "write " + t.Truncate(time.Second).Format(time.RFC3339)}
	}
	return t, nil
}
