package spec

// grammarRules are about single values and keys.
func grammarRules() []Rule {
	return []Rule{{
		ID:    ruleAPIVersion,
		Title: "a document has no apiVersion, or another one",
		Explain: `Every document of every file names the version of the grammar, so that a later scalectl still
reads it and a file of another tool is noticed.`,
		Bad:  "apiVersion: apps/v1\nstack: ranker\n",
		Good: "apiVersion: scalectl/v1\nstack: ranker\n",
	}, {
		ID:    ruleUnknownKey,
		Title: "a key does not exist",
		Explain: `A misspelt key would silently leave its setting at the default, so unknown keys are errors. Keys
at the top level that start with x- are yours.`,
		Bad:  "scaling:\n  minCapacity: 1\n  maxCapacty: 4\n",
		Good: "scaling:\n  minCapacity: 1\n  maxCapacity: 4\n",
	}, {
		ID:      ruleRequired,
		Title:   "a required key is missing",
		Explain: `AWS needs the value, or scalectl cannot tell what is meant without it.`,
		Bad:     "scaling:\n  minCapacity: 1\n",
		Good:    "scaling:\n  minCapacity: 1\n  maxCapacity: 4\n",
	}, {
		ID:    ruleWrongType,
		Title: "a value has the wrong type",
		Explain: `Numbers and booleans are written without quotes, text that looks like one of them with quotes,
mappings as "key: value" lines and lists as "- item" lines. An account id is text: as a number it would lose its leading
zeros.`,
		Bad:  "account: 123456789012\n",
		Good: "account: \"123456789012\"\n",
	}, {
		ID:      ruleEnum,
		Title:   "a word is not one of those allowed",
		Explain: `AWS knows a closed list of words here, in exactly this spelling.`,
		Bad: `policies:
  cpu:
    targetTracking:
      customizedMetric:
        metricName: CPUUtilization
        namespace: /aws/sagemaker/Endpoints
        dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"}
        statistic: average
      targetValue: 50
endpoints:
  ranker:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
          policies: {cpu: {}}
`,
		Good: `policies:
  cpu:
    targetTracking:
      customizedMetric:
        metricName: CPUUtilization
        namespace: /aws/sagemaker/Endpoints
        dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"}
        statistic: Average
      targetValue: 50
endpoints:
  ranker:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
          policies: {cpu: {}}
`,
	}, {
		ID:    ruleFormat,
		Title: "a text has the wrong form",
		Explain: `A stack becomes a tag and part of alarm names, an account has 12 digits, and a region looks like
us-east-1.`,
		Bad:  "account: \"12345\"\n",
		Good: "account: \"123456789012\"\n",
	}, {
		ID:    ruleDuration,
		Title: "a duration has no unit",
		Explain: `Durations are written 30s, 10m or 1h30m. A bare number is refused, since both seconds and
minutes are common in AWS's APIs.`,
		Bad: `scaling:
  minCapacity: 1
  maxCapacity: 4
  policies:
    rate:
      targetTracking:
        predefinedMetric: SageMakerVariantInvocationsPerInstance
        targetValue: 70
        scaleInCooldown: 600
`,
		Good: `scaling:
  minCapacity: 1
  maxCapacity: 4
  policies:
    rate:
      targetTracking:
        predefinedMetric: SageMakerVariantInvocationsPerInstance
        targetValue: 70
        scaleInCooldown: 10m
`,
	}, {
		ID:    rulePercent,
		Title: "a percentage has no percent sign",
		Explain: `Percentages are written 30%, so that nobody takes 0.3 for 30 percent or for a third of one. They
lie between 0% and 100%.`,
		Bad:  "guards: {maxDeletes: \"30\"}\n",
		Good: "guards: {maxDeletes: 30%}\n",
	}, {
		ID:    ruleTimestamp,
		Title: "a time is not written in RFC 3339 and UTC",
		Explain: `The start and end of a scheduled action are instants in UTC, written 2026-12-24T18:00:00Z, even
when its schedule has a time zone.`,
		Bad: `scaling:
  minCapacity: 1
  maxCapacity: 4
  scheduledActions:
    morning:
      schedule: cron(0 7 ? * MON-FRI *)
      startTime: 2026-12-24T18:00:00+01:00
      minCapacity: 2
      maxCapacity: 4
`,
		Good: `scaling:
  minCapacity: 1
  maxCapacity: 4
  scheduledActions:
    morning:
      schedule: cron(0 7 ? * MON-FRI *)
      startTime: 2026-12-24T17:00:00Z
      minCapacity: 2
      maxCapacity: 4
`,
		Source: "fact 97: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html",
	}, {
		ID:    ruleOwned,
		Title: "a key belongs to an endpoint that scalectl would have to make",
		Explain: `This version manages the scaling of endpoints that were made elsewhere. It refuses what it would
not carry out, so that nobody believes it done.`,
		Bad: `endpoints:
  ranker:
    variants:
      main:
        model: ranker
        scaling:
          minCapacity: 1
          maxCapacity: 4
`,
		Good: `endpoints:
  ranker:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
`,
	}, {
		ID:    ruleTargetRole,
		Title: "a scalable target names a role",
		Explain: `For SageMaker, Application Auto Scaling always works with its service-linked role and replaces any
other, so a role in the spec would be a difference for ever.`,
		Bad:    "scaling:\n  minCapacity: 1\n  maxCapacity: 4\n  roleArn: arn:aws:iam::123456789012:role/scaling\n",
		Good:   "scaling:\n  minCapacity: 1\n  maxCapacity: 4\n",
		Source: "fact 24: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html",
	}, {
		ID:    ruleVariable,
		Title: "a variable does not exist here",
		Explain: `${env:NAME} and ${env:NAME:-default} may stand in every value. ${endpoint}, ${variant} and
${component} stand for the names of the target, in dimensions and in the name and description of an alarm. $${ stands for the
two characters themselves.`,
		Bad:  "tags:\n  team: ${team}\n",
		Good: "tags:\n  team: ${env:TEAM:-ml}\n",
	}, {
		ID:    ruleEnvVarMissing,
		Title: "an environment variable is not set",
		Explain: `The value needs a variable of the environment that scalectl runs in, and there is no
default.`,
		Bad:  "tags:\n  team: ${env:TEAM}\n",
		Good: "tags:\n  team: ${env:TEAM:-ml}\n",
	}, {
		ID:    rulePolicyType,
		Title: "a policy has both types or none",
		Explain: `A policy is either target tracking or step scaling. Under a target, an empty policy attaches the
one of the same name from the top level.`,
		Bad: "policies:\n  rate: {}\n",
		Good: `policies:
  rate:
    targetTracking:
      predefinedMetric: SageMakerVariantInvocationsPerInstance
      targetValue: 70
endpoints:
  ranker:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
          policies: {rate: {}}
`,
		Source: "fact 54: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html",
	}, {
		ID:    ruleAlarmChoice,
		Title: "a step policy has both alarm and alarms",
		Explain: `alarm holds the one alarm of a policy, alarms several with a key each. With both it would be
unclear which of them carries the name of the policy.`,
		Bad:  stepWith("alarm: " + oneAlarm + "\n        alarms:\n          high: " + oneAlarm),
		Good: stepWith("alarms:\n          high: " + oneAlarm),
	}}
}

// oneAlarm is an alarm on one line.
const oneAlarm = `{metricName: Invocations, namespace: AWS/SageMaker, dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"},` +
	` statistic: Sum, period: 1m, evaluationPeriods: 3, threshold: 500, comparisonOperator: GreaterThanOrEqualToThreshold}`

// stepWith is a target with a step policy that ends in the given lines.
func stepWith(lines string) string {
	return `scaling:
  minCapacity: 1
  maxCapacity: 4
  policies:
    busy:
      stepScaling:
        adjustmentType: ChangeInCapacity
        stepAdjustments:
          - {metricIntervalLowerBound: 0, scalingAdjustment: 1}
        ` + lines + "\n"
}
