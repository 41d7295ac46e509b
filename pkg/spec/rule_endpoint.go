package spec

import (
	"regexp"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

const endpointConfigSource = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"

// maxAsyncInvocations is the largest MaxConcurrentInvocationsPerInstance.
const maxAsyncInvocations = 1000

// queueTarget is an example of an asynchronous endpoint scaled on its backlog.
func queueTarget(async string) string {
	return `endpoints:
  sdxl:
    async: ` + async + `
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 5
          policies:
            backlog:
              targetTracking:
                customizedMetric:
                  metricName: ApproximateBacklogSizePerInstance
                  namespace: AWS/SageMaker
                  dimensions: {EndpointName: "${endpoint}"}
                  statistic: Average
                targetValue: 5
`
}

func instanceTarget(instanceType string) string {
	return "endpoints:\n  ranker:\n    variants:\n      main:\n        instanceType: " + instanceType +
		"\n        scaling: {minCapacity: 1, maxCapacity: 4}\n"
}

// endpointRules judge what a spec states about endpoints on instances.
func endpointRules() []Rule {
	return []Rule{{
		ID:       "burstable-instance",
		Severity: diag.Error,
		Title:    "a burstable instance type cannot be scaled",
		Explain: `Application Auto Scaling does not register variants on ml.t2 instances: their performance depends on credits, so
their load says nothing about the capacity that is needed. Use another type, such as ml.m5.large. (ml.trn1 and ml.trn2 are not
burstable.)`,
		Bad:    instanceTarget("ml.t2.medium"),
		Good:   instanceTarget("ml.m5.large"),
		Source: "fact 120: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html",
		check: func(p *pass) {
			for _, t := range p.Targets {
				if t.Variant == nil || t.ID.Dimension != model.InstanceCount {
					continue
				}
				if v := t.Variant.InstanceType; burstable.MatchString(v.Get()) {
					p.report(v, "instance type %q is burstable, and Application Auto Scaling does not scale those", v.Get()).
						hint("use another type, such as ml.m5.large")
				}
			}
		},
	}, {
		ID:       "instance-type",
		Severity: diag.Warning,
		Title:    "an instance type that looks misspelt",
		Explain: `Instance types of SageMaker are written ml.FAMILY.SIZE, such as ml.g5.2xlarge; without ml. it is a type of EC2. New
families appear all the time, so only the form is checked, and plan compares the type with the live endpoint.`,
		Bad:    instanceTarget("g5.xlarge"),
		Good:   instanceTarget("ml.g5.xlarge"),
		Source: "fact 10: " + endpointConfigSource,
		check: func(p *pass) {
			for _, e := range p.Fleet.Endpoints.All() {
				for _, v := range e.Variants.All() {
					checkInstanceType(p, v.InstanceType)
				}
			}
		},
	}, {
		ID:       "async-concurrency",
		Severity: diag.Warning,
		Title:    "an asynchronous endpoint without maxConcurrentInvocationsPerInstance",
		Explain: `Without maxConcurrentInvocationsPerInstance SageMaker picks a number, and the backlog for each instance means little:
its alarm can stay in INSUFFICIENT_DATA. Set it in the endpoint's AsyncInferenceConfig, and state it here.`,
		Bad:    queueTarget("{}"),
		Good:   queueTarget("{maxConcurrentInvocationsPerInstance: 4}"),
		Source: "fact 136: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html",
		check:  checkAsyncConcurrency,
	}, {
		ID:       "async-concurrency-range",
		Severity: diag.Error,
		Title:    "maxConcurrentInvocationsPerInstance is out of range",
		Explain:  `An instance of an asynchronous endpoint works on 1 to 1000 requests at a time.`,
		Bad:      queueTarget("{maxConcurrentInvocationsPerInstance: 0}"),
		Good:     queueTarget("{maxConcurrentInvocationsPerInstance: 4}"),
		Source:   "fact 136: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceClientConfig.html",
		check: func(p *pass) {
			for _, e := range p.Fleet.Endpoints.All() {
				if e.Async == nil {
					continue
				}
				v := e.Async.MaxConcurrentInvocationsPerInstance
				if v.IsSet() && (v.Get() < 1 || v.Get() > maxAsyncInvocations) {
					p.report(v, "maxConcurrentInvocationsPerInstance %d is not between 1 and %d", v.Get(), maxAsyncInvocations).
						hint("write %d", min(max(v.Get(), 1), maxAsyncInvocations))
				}
			}
		},
	}}
}

// burstable matches the T families of EC2; ml.trn1 and ml.trn2 are Trainium.
var burstable = regexp.MustCompile(`^ml\.t\d`)

// instanceShape matches every type that SageMaker has had so far, and those to come.
var instanceShape = regexp.MustCompile(`^ml\.[a-z][a-z0-9-]*\.(?:medium|large|xlarge|\d+xlarge|metal(?:-\d+xl)?)$`)

func checkInstanceType(p *pass, v Val[string]) {
	text := v.Get()
	if !v.IsSet() || instanceShape.MatchString(text) {
		return
	}
	f := p.report(v, "instance type %q is not written ml.FAMILY.SIZE", text)
	for _, guess := range []string{strings.ToLower(text), "ml." + strings.ToLower(text), strings.ReplaceAll(strings.ToLower(text), "-", ".")} {
		if instanceShape.MatchString(guess) {
			f.hint("did you mean %q?", guess)
			return
		}
	}
	f.hint("write a type such as ml.g5.2xlarge")
}

func checkAsyncConcurrency(p *pass) {
	for _, t := range p.Targets {
		if t.Endpoint.Async == nil || t.Endpoint.Async.MaxConcurrentInvocationsPerInstance.IsSet() {
			continue
		}
		for _, u := range t.Policies {
			if tracksBacklog(u) {
				p.report(t.Endpoint.Async, "endpoint %q is scaled on its backlog and states no maxConcurrentInvocationsPerInstance", t.Endpoint.Name()).
					hint("set it on the endpoint and write it here, such as async: {maxConcurrentInvocationsPerInstance: 4}").
					related(u, "the policy on the backlog")
				break
			}
		}
	}
}

// tracksBacklog reports whether the policy follows the backlog for each instance.
func tracksBacklog(u *policyUse) bool {
	for _, m := range u.metrics() {
		if m.namespace == namespaceRequests && m.name == "ApproximateBacklogSizePerInstance" {
			return true
		}
	}
	return false
}
