package spec

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/scalectl/scalectl/pkg/diag"
)

const (
	tagSource = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html"
	tagHead   = "scaling:\n  minCapacity: 1\n  maxCapacity: 4\n  tags:\n"
)

// AWS's limits of tags (facts 32, 33 and 154). UNSURE fact 33: the exact number at which
// Application Auto Scaling refuses; the general rule of AWS is 50.
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// tagText matches the characters of keys and values.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// tagRules judge the tags of targets and alarms.
func tagRules() []Rule {
	return []Rule{{
		ID:       "tag-key",
		Severity: diag.Error,
		Title:    "a tag key that AWS does not take",
		Explain:  `A tag key has 1 to 128 characters: letters, digits, blanks and _ . : / = + - @ in any script.`,
		Bad:      tagHead + "    \"team!\": ml\n",
		Good:     tagHead + "    team: ml\n",
		Source:   "facts 32 and 154: " + tagSource,
		check: eachTag(func(p *pass, key string, at Place, _ Val[string]) {
			switch n := utf8.RuneCountInString(key); {
			case n == 0:
				p.report(at, "a tag key is empty").hint("write 1 to %d characters", maxTagKey)
			case n > maxTagKey:
				p.report(at, "the tag key has %d characters, AWS takes %d", n, maxTagKey).hint("shorten it")
			case !tagText.MatchString(key):
				p.report(at, "tag key %q has a character that AWS does not take", key).hint("use letters, digits, blanks and _ . : / = + - @")
			}
		}),
	}, {
		ID:       "tag-value",
		Severity: diag.Error,
		Title:    "a tag value that AWS does not take",
		Explain: `A tag value has 1 to 256 characters: letters, digits, blanks and _ . : / = + - @ in any script. Application Auto
Scaling refuses an empty one ("Tag values cannot be empty or blank") although its documentation allows it.`,
		Bad:    tagHead + "    team: \"\"\n",
		Good:   tagHead + "    team: ml\n",
		Source: "fact 32: " + tagSource,
		check: eachTag(func(p *pass, key string, _ Place, v Val[string]) {
			switch n := utf8.RuneCountInString(v.Get()); {
			case strings.TrimSpace(v.Get()) == "":
				p.report(v, "tag %q has an empty value", key).hint("write a value, or remove the tag")
			case n > maxTagValue:
				p.report(v, "the value of tag %q has %d characters, AWS takes %d", key, n, maxTagValue).hint("shorten it")
			case !tagText.MatchString(v.Get()):
				p.report(v, "the value %q of tag %q has a character that AWS does not take", v.Get(), key).
					hint("use letters, digits, blanks and _ . : / = + - @")
			}
		}),
	}, {
		ID:       "tag-reserved",
		Severity: diag.Error,
		Title:    "a tag key that is not yours to set",
		Explain: `Keys that begin with aws: belong to AWS, which refuses them. Keys that begin with scalectl: are how scalectl knows
what it owns: scalectl:stack comes from stack, scalectl:protect from protect.`,
		Bad:    tagHead + "    scalectl:stack: other\n",
		Good:   tagHead + "    team: ml\n",
		Source: "fact 154: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
		check: eachTag(func(p *pass, key string, at Place, _ Val[string]) {
			switch low := strings.ToLower(key); {
			case strings.HasPrefix(low, "aws:"):
				p.report(at, "tag key %q begins with aws:, which belongs to AWS", key).hint("choose another key")
			case strings.HasPrefix(low, "scalectl:"):
				p.report(at, "tag key %q begins with scalectl:, which scalectl itself sets", key).hint("choose another key, or use stack and protect")
			}
		}),
	}, {
		ID:       "tag-count",
		Severity: diag.Error,
		Title:    "more tags than a resource takes",
		Explain: `A resource takes 50 tags. The tags of a scalable target or alarm are those of the top level, its own, and
scalectl:stack (with scalectl:protect when it is protected).`,
		Bad:    tagHead + numbered(maxTags, "    key-%d: value\n"),
		Good:   tagHead + "    team: ml\n",
		Source: "facts 33 and 208: " + tagSource,
		check:  checkTagCount,
	}}
}

// eachTag makes a check of every tag, wherever it is written.
func eachTag(check func(p *pass, key string, at Place, v Val[string])) func(*pass) {
	return func(p *pass) {
		all := func(m Map[Val[string]]) {
			for key, v := range m.All() {
				check(p, key, m.KeyOf(key), v)
			}
		}
		all(p.Fleet.Tags)
		for _, t := range p.Targets {
			all(t.Scaling.Tags)
		}
		for _, def := range p.Policies {
			for a := range def.alarms() {
				all(a.Tags)
			}
		}
	}
}

func checkTagCount(p *pass) {
	report := func(at Place, what string, tags map[string]string) {
		if n := len(tags); n > maxTags {
			p.report(at, "%s has %d tags with those of scalectl, AWS takes %d", what, n, maxTags).hint("remove %d", n-maxTags)
		}
	}
	for _, t := range p.Targets {
		at := Place(t)
		if t.Scaling.Tags.IsSet() {
			at = t.Scaling.Tags
		}
		report(at, t.ID.String(), t.Model.Tags)
	}
	eachAlarmUse(p, func(a *alarmUse) {
		if a.Tags.IsSet() {
			report(a.Use.atDefinition(a.Tags), a.Model.Address(), a.Model.Tags)
		}
	})
}
