package spec

import (
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
)

// yamlRules are about the text of a file before anything in it has a meaning.
func yamlRules() []Rule {
	return []Rule{{
		ID:    ruleEncoding,
		Title: "the file is not UTF-8 text",
		Explain: `A spec is UTF-8 text. Other encodings, binary data and control characters cannot be read as
YAML.`,
		Bad:  "tags: {team: \"m\x01l\"}\n",
		Good: "tags: {team: ml}\n",
	}, {
		ID:    ruleFileLimits,
		Title: "a file is larger, deeper or longer than a spec can be",
		Explain: `The loader bounds the size of all files together (32 MiB), the values, documents and nesting of
one file, and how much its aliases stand for, so that a wrong file gives a finding and not an exhausted machine. The limits
are far above what 10,000 endpoints need.`,
		Bad:  "x-deep: " + strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1) + "\n",
		Good: "x-deep: [[]]\n",
	}, {
		ID:    ruleYAMLSyntax,
		Title: "the text is not YAML",
		Explain: `The file cannot be read further than this place. The documents before it and the other files are
still checked.`,
		Bad:  "tags: {team: ml\n",
		Good: "tags: {team: ml}\n",
	}, {
		ID:      ruleTab,
		Title:   "a line is indented with a tab",
		Explain: `YAML forbids tabs in indentation, because editors show them with different widths.`,
		Bad:     "tags:\n\tteam: ml\n",
		Good:    "tags:\n  team: ml\n",
	}, {
		ID:    ruleAnchor,
		Title: "an alias has no anchor",
		Explain: `"*name" stands for the value marked "&name" earlier in the same document. It cannot reach into
other documents or files, and it cannot stand inside the value that it stands for. Keys at the top level that start with x-
are a good place for anchored values. Policies are shared by name, also between files.`,
		Bad:  "tags: *common\n",
		Good: "x-common: &common {team: ml}\ntags: *common\n",
	}, {
		ID:    ruleTag,
		Title: "a YAML tag is used",
		Explain: `Tags such as !!str or !Ref change what a value is in ways that editors and the schema do not
see. Quotes make text of a number.`,
		Bad:  "account: !!str 123456789012\n",
		Good: "account: \"123456789012\"\n",
	}, {
		ID:       ruleUnquotedVariable,
		Severity: diag.Warning,
		Title:    "a variable stands without quotes inside { } or [ ]",
		Explain: `Inside { } and [ ] YAML takes the braces of ${...} for its own, so editors and other tools refuse
the file. scalectl understands what is meant; with quotes everything else does too.`,
		Bad:  "tags: {team: ${env:TEAM:-ml}}\n",
		Good: "tags: {team: \"${env:TEAM:-ml}\"}\n",
	}, {
		ID:    ruleYAML11Boolean,
		Title: "a word is a boolean in YAML 1.1 only",
		Explain: `yes, no, on and off are booleans in YAML 1.1 and plain text in YAML 1.2, so two tools read the
same file differently. Write true or false for a boolean, and quotes around the word where text is meant.`,
		Bad:  "tags: {nightly: on}\n",
		Good: "tags: {nightly: \"on\"}\n",
	}, {
		ID:    ruleNumberFormat,
		Title: "a number is written in a way that YAML versions read differently",
		Explain: `Numbers are written in decimal: 10, not 010, 0x0a, 1_0 or +10. YAML 1.1 reads 010 as eight, YAML
1.2 as ten. Infinity and NaN are no values for anything here.`,
		Bad:  "scaling:\n  minCapacity: 1\n  maxCapacity: 010\n",
		Good: "scaling:\n  minCapacity: 1\n  maxCapacity: 10\n",
	}, {
		ID:    ruleDuplicateKey,
		Title: "a key is set twice",
		Explain: `Many YAML readers silently take the last value of a repeated key. Here it is an error, since one
of the two is a mistake.`,
		Bad:  "tags:\n  team: ml\n  team: search\n",
		Good: "tags:\n  team: ml\n",
	}}
}

// suppressionRules are about the comments that take findings away.
func suppressionRules() []Rule {
	return []Rule{{
		ID:    ruleSuppression,
		Title: "a scalectl:ignore comment is not understood",
		Explain: `The comment names one rule and a reason: "# scalectl:ignore RULE-ID because REASON". It takes away
the findings of that rule on its own line, or on the next line if it stands alone. Rules about the form of the file cannot be
suppressed.`,
		Bad:  "tags: {team: ml} # scalectl:ignore unused-suppression\n",
		Good: "tags: {team: ml} # see the runbook\n",
	}, {
		ID:       ruleUnusedSuppression,
		Severity: diag.Warning,
		Title:    "a scalectl:ignore comment takes nothing away",
		Explain: `The rule has no finding at this place. A comment that outlives its reason would hide the next
mistake.`,
		Bad:  "tags: {team: ml} # scalectl:ignore capacity-range because the quota is being raised\n",
		Good: "tags: {team: ml}\n",
	}}
}
