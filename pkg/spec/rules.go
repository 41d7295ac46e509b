package spec

import "slices"

// allRules is the registry: one line for each file of rules.
func allRules() []Rule {
	return slices.Concat(
		structuralRules(),
		alarmRules(),
		capacityRules(),
		endpointRules(),
		mathRules(),
		metricFormRules(),
		metricRules(),
		nameRules(),
		policyRules(),
		scheduleRules(),
		serverlessRules(),
		stepRules(),
		tagRules(),
	)
}
