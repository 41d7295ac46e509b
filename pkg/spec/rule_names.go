package spec

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scalectl/scalectl/pkg/diag"
)

const maxPolicyName = 256

// Name patterns of SageMaker (fact 150). Both end at 63 characters.
var (
	hostingName   = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)
	componentName = regexp.MustCompile(`^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$`)
)

// oneTarget is the smallest example of a target under the given endpoint and variant.
func oneTarget(endpoint, variant string) string {
	return "endpoints:\n  " + endpoint + ":\n    variants:\n      " + variant + ": {scaling: {minCapacity: 1, maxCapacity: 4}}\n"
}

// nameRules judge the names that the user chose.
func nameRules() []Rule {
	return []Rule{{
		ID:       "resource-name",
		Severity: diag.Error,
		Title:    "a name that SageMaker does not take",
		Explain: `Names of endpoints, variants and inference components have 1 to 63 letters, digits and hyphens, and begin and
end with a letter or digit. Underscores and dots do not exist in them, so a name with one cannot belong to anything that AWS
knows.`,
		Bad:    oneTarget("my_ranker", "main"),
		Good:   oneTarget("my-ranker", "main"),
		Source: "fact 150: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
		check:  checkResourceNames,
	}, {
		ID:       "policy-name",
		Severity: diag.Error,
		Title:    "a policy name that Application Auto Scaling does not take",
		Explain: `The name of a scaling policy has 1 to 256 printable characters. It cannot be changed later: another name is
another policy, and the change is a deletion followed by a creation.`,
		Bad:    withPolicies + strings.Replace(rate70, "rate-70", `"rate\t70"`, 1),
		Good:   withPolicies + rate70,
		Source: "fact 49: " + putPolicySource,
		check: func(p *pass) {
			for _, def := range p.Policies {
				name := def.Name()
				switch n := utf8.RuneCountInString(name); {
				case n == 0:
					p.report(def, "the policy has an empty name").hint("write 1 to %d printable characters", maxPolicyName)
				case n > maxPolicyName:
					p.report(def, "the policy name has %d characters, AWS takes %d", n, maxPolicyName).hint("shorten it")
				case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
					p.report(def, "policy name %q has a character that cannot be printed", name).hint("remove it")
				}
			}
		},
	}, {
		ID:       "schedule-name",
		Severity: diag.Error,
		Title:    "a scheduled action name that Application Auto Scaling does not take",
		Explain: `The name of a scheduled action has 1 to 256 characters, no colon, slash, vertical bar or control character, and no
blank at its ends. AWS checks the name before anything else.`,
		Bad:    scheduled(`"open/berlin": {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`),
		Good:   scheduled(`"open-berlin": {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`),
		Source: "fact 89: " + scheduledSource,
		check: eachAction(func(p *pass, a *actionUse) {
			name := a.Name()
			switch n := utf8.RuneCountInString(name); {
			case n == 0:
				p.report(a, "the scheduled action has an empty name").hint("write 1 to %d characters", maxPolicyName)
			case n > maxPolicyName:
				p.report(a, "the scheduled action name has %d characters, AWS takes %d", n, maxPolicyName).hint("shorten it")
			case strings.ContainsAny(name, ":/|"):
				c := name[strings.IndexAny(name, ":/|")]
				p.report(a, "scheduled action name %q has a %q", name, c).hint("write %q", strings.NewReplacer(":", "-", "/", "-", "|", "-").Replace(name))
			case hasControl(name):
				p.report(a, "scheduled action name %q has a control character", name).hint("remove it")
			case strings.TrimSpace(name) != name:
				p.report(a, "scheduled action name %q has a blank at its ends", name).hint("write %q", strings.TrimSpace(name))
			}
		}),
	}}
}

func checkResourceNames(p *pass) {
	one := func(what, name string, at Place, pattern *regexp.Regexp) {
		if !pattern.MatchString(name) {
			f := p.report(at, "%s name %q is not 1 to 63 letters, digits and hyphens", what, name)
			if fixed := strings.NewReplacer("_", "-", ".", "-", " ", "-").Replace(name); pattern.MatchString(fixed) {
				f.hint("did you mean %q?", fixed)
			} else {
				f.hint("it begins and ends with a letter or digit")
			}
		}
	}
	for name, e := range p.Fleet.Endpoints.All() {
		one("endpoint", name, e, hostingName)
		for name, v := range e.Variants.All() {
			one("variant", name, v, hostingName)
		}
		for name, c := range e.InferenceComponents.All() {
			one("inference component", name, c, componentName)
		}
	}
}
