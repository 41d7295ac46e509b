// Package spec reads the YAML of a fleet and either returns what it asks for, as a
// model.Desired, or says everything that is wrong with it. It decides what the text
// means; it reads no file, no clock and no environment of its own, and calls nothing.
//
// # The road of a file
//
//	bytes -> parse (YAML to nodes) -> merge (documents, files) -> patch (environment)
//	      -> decode (nodes to Fleet, every structural error) -> resolve (targets)
//	      -> rules -> suppress -> lower (model.Desired)
//
// A structural error does not end the run: the objects that are sound go on to the rules,
// so that one run reports everything. An object with a missing or wrong value is left out
// together with what depends on it, so that no finding is the echo of another; an unknown
// key leaves the rest of its object standing.
//
// # Grammar and schema
//
// The structs of types.go say where a value goes, the JSON schema in package schemas says
// which keys exist, which are required, which words are allowed, and what everything
// means. bind joins the two when the first spec is loaded; the decoder works through the
// result. What it takes is then validated by a general JSON schema library as well, one
// endpoint at a time: the second opinion that the schema in an editor and the decoder mean
// the same. The library alone cannot tell a missing unit from a wrong type, nor point at a
// misspelt key.
//
// # How a rule is added
//
// A rule is a Rule value in one of the functions listed in rules.go, usually in a file
// rule_<topic>.go:
//
//	func capacityRules() []Rule {
//		return []Rule{{
//			ID:       "capacity-range",
//			Severity: diag.Error,
//			Title:    "minCapacity is above maxCapacity",
//			Explain:  "Application Auto Scaling refuses a target whose minimum ...",
//			Bad:      "scaling:\n  minCapacity: 4\n  maxCapacity: 2\n",
//			Good:     "scaling:\n  minCapacity: 2\n  maxCapacity: 4\n",
//			Source:   "fact 20: https://docs.aws.amazon.com/...",
//			check: func(p *pass) {
//				for _, t := range p.Targets {
//					lo, hi := t.Scaling.MinCapacity, t.Scaling.MaxCapacity
//					if lo.Get() > hi.Get() {
//						p.report(lo, "minCapacity %d is above maxCapacity %d %s", lo.Get(), hi.Get(), p.on(hi)).
//							hint("swap the two or raise maxCapacity")
//					}
//				}
//			},
//		}}
//	}
//
// A check sees p.Targets (every sound target with its sound policies and actions),
// p.Policies (every sound policy definition once, attached or not) and p.Fleet (the typed
// spec). A rule about the definition of a policy walks p.Policies, so that a policy with
// a thousand targets gives one finding; a rule about a policy on a target walks
// p.Targets. Required keys are set and enums hold a known value in everything that a
// check sees. A rule that concludes from something being absent ("no policy wakes this
// target") looks at target.Complete first.
//
// Bad and Good are examples that a test loads. An example is a whole spec, or starts with
// a top-level key (the header is put in front), or starts with "scaling:" (it becomes the
// scaling of variant main of endpoint ranker). Bad must be reported by its rule and by no
// other, Good by none.
//
// # Fixtures
//
// testdata/spec/err/<rule-id>.yaml fails with exactly that rule; the findings stand in
// <rule-id>.txt beside it and `go test ./pkg/spec -update` rewrites them.
// testdata/spec/ok/<rule-id>.yaml is the corrected file and has no finding at all. More
// fixtures of one rule are called <rule-id>.<what>.yaml. A fixture of several files is a
// txtar archive with the ending .txtar. Comments at the top of a fixture set options:
//
//	# now: 2026-11-22T12:00:00Z
//	# environment: prod
//	# setenv: NAME=value
//
// Every registered rule needs both fixtures, an explain text and true examples;
// TestEveryRule insists.
//
// # Suppression
//
// A line comment "# scalectl:ignore RULE-ID because REASON", on the line of a finding or
// alone on the line above it, takes that finding away. Structural rules (Rule.Structural)
// cannot be suppressed, since without a readable spec there is nothing to plan.
package spec
