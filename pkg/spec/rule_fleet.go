package spec

// fleetRules are about names, and about how files, environments and targets fit
// together.
func fleetRules() []Rule {
	return []Rule{{
		ID:    ruleEmptySpec,
		Title: "there is nothing in the files",
		Explain: `None of the files holds a document. A spec that manages nothing still names its apiVersion and
stack: applying it removes what the stack owns.`,
		Bad:  "# apiVersion: scalectl/v1\n# stack: ranker\n",
		Good: "apiVersion: scalectl/v1\nstack: ranker\n",
	}, {
		ID:    ruleConflict,
		Title: "two documents disagree",
		Explain: `The documents and files of a fleet are one spec. stack, account, region, tags, guards and
environments may stand in any of them; where one stands twice, both must say the same.`,
		Bad:  "apiVersion: scalectl/v1\nstack: ranker\n---\napiVersion: scalectl/v1\nstack: search\n",
		Good: "apiVersion: scalectl/v1\nstack: ranker\n---\napiVersion: scalectl/v1\nregion: us-east-1\n",
	}, {
		ID:    ruleDuplicateName,
		Title: "two things have the same name",
		Explain: `A policy of the top level and an endpoint are defined in one place of the fleet. SageMaker compares
endpoint names without regard to case. An inference component has one name in its whole region, and so has an alarm.`,
		Bad:    "endpoints:\n  ranker: {}\n  Ranker: {}\n",
		Good:   "endpoints:\n  ranker: {}\n  ranker-2: {}\n",
		Source: "fact 152: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
	}, {
		ID:    ruleEnvironment,
		Title: "the chosen environment does not exist",
		Explain: `--env selects one of the names under environments. The examples are loaded with the environment
prod.`,
		Bad: `# environment: prod
apiVersion: scalectl/v1
stack: ranker
environments:
  production: {region: us-east-1}
`,
		Good: `# environment: prod
apiVersion: scalectl/v1
stack: ranker
environments:
  prod: {region: us-east-1}
`,
	}, {
		ID:    rulePatch,
		Title: "an environment changes something that the spec does not have",
		Explain: `An environment changes endpoints, variants, components, policies, scheduled actions and alarms that
the spec already has. A name that the spec lacks is most likely misspelt.`,
		Bad: `endpoints:
  ranker:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
environments:
  prod:
    endpoints:
      rnaker: {variants: {main: {scaling: {maxCapacity: 8}}}}
`,
		Good: `endpoints:
  ranker:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
environments:
  prod:
    endpoints:
      ranker: {variants: {main: {scaling: {maxCapacity: 8}}}}
`,
	}, {
		ID:    ruleUnknownPolicy,
		Title: "a target attaches a policy that does not exist",
		Explain: `An empty policy under a target ("name: {}") attaches the policy of that name from the top level of
the fleet.`,
		Bad: "scaling:\n  minCapacity: 1\n  maxCapacity: 4\n  policies: {rate-70: {}}\n",
		Good: `policies:
  rate-70:
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
          policies: {rate-70: {}}
`,
	}, {
		ID:    ruleAmbiguous,
		Title: "a target defines a policy whose name the top level has too",
		Explain: `It would be unclear whether the definition under the target replaces, changes or repeats the shared
one. Give one of them another name.`,
		Bad: `policies:
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
          policies:
            rate:
              targetTracking:
                predefinedMetric: SageMakerVariantInvocationsPerInstance
                targetValue: 50
  search:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
          policies: {rate: {}}
`,
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
          policies:
            rate-50:
              targetTracking:
                predefinedMetric: SageMakerVariantInvocationsPerInstance
                targetValue: 50
  search:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
          policies: {rate: {}}
`,
	}, {
		ID:    ruleDimension,
		Title: "the scalable dimension does not fit what is scaled",
		Explain: `A component scales by DesiredCopyCount, a serverless variant by DesiredProvisionedConcurrency and any
other variant by DesiredInstanceCount.`,
		Bad:    "scaling:\n  dimension: DesiredCopyCount\n  minCapacity: 1\n  maxCapacity: 4\n",
		Good:   "scaling:\n  dimension: DesiredInstanceCount\n  minCapacity: 1\n  maxCapacity: 4\n",
		Source: "fact 115: https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-sagemaker.html",
	}}
}
