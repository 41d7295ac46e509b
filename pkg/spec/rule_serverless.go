package spec

import (
	"slices"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

const (
	serverlessSource      = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"
	serverlessScaleSource = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html"
)

// SageMaker's limits of serverless inference (facts 175 and 176).
const (
	maxServerlessConcurrency  = 200
	maxServerlessEndpoints    = 50
	largeRegionConcurrency    = 1000
	standardRegionConcurrency = 500
)

var serverlessMemory = []int32{1024, 2048, 3072, 4096, 5120, 6144}

// largeRegions have the higher account limit of serverless concurrency.
var largeRegions = []string{"us-east-1", "us-east-2", "us-west-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-central-1", "eu-west-1"}

// serverlessFact is an example of a serverless variant.
func serverlessFact(fact string) string {
	return "endpoints:\n  ranker:\n    variants:\n      main:\n        serverless: {" + fact + "}\n"
}

// serverlessTarget is an example of a target for provisioned concurrency.
func serverlessTarget(fact, bounds string) string {
	return serverlessFact(fact) + "        scaling: {dimension: DesiredProvisionedConcurrency, " + bounds + "}\n"
}

// serverlessRules judge what a spec states about serverless variants.
func serverlessRules() []Rule {
	return []Rule{{
		ID:       "serverless-memory",
		Severity: diag.Error,
		Title:    "a memory size that serverless inference does not have",
		Explain: `A serverless endpoint has 1024, 2048, 3072, 4096, 5120 or 6144 MB of memory. The API's model allows any number in
between; the service does not.`,
		Bad:    serverlessFact("memorySizeInMB: 3000, maxConcurrency: 20"),
		Good:   serverlessFact("memorySizeInMB: 3072, maxConcurrency: 20"),
		Source: "fact 175: " + serverlessSource,
		check: eachServerless(func(p *pass, _ *Variant, s *Serverless) {
			v := s.MemorySizeInMB
			if !v.IsSet() || slices.Contains(serverlessMemory, v.Get()) {
				return
			}
			up := serverlessMemory[len(serverlessMemory)-1]
			for _, size := range slices.Backward(serverlessMemory) {
				if size >= v.Get() {
					up = size
				}
			}
			p.report(v, "memorySizeInMB %d is not 1024, 2048, 3072, 4096, 5120 or 6144", v.Get()).hint("write %d", up)
		}),
	}, {
		ID:       "serverless-concurrency",
		Severity: diag.Error,
		Title:    "a concurrency that a serverless endpoint cannot have",
		Explain:  `maxConcurrency and provisionedConcurrency of a serverless endpoint are 1 to 200 each.`,
		Bad:      serverlessFact("memorySizeInMB: 3072, maxConcurrency: 250"),
		Good:     serverlessFact("memorySizeInMB: 3072, maxConcurrency: 200"),
		Source:   "fact 175: " + serverlessSource,
		check: eachServerless(func(p *pass, _ *Variant, s *Serverless) {
			one := func(name string, v Val[int32]) {
				if v.IsSet() && (v.Get() < 1 || v.Get() > maxServerlessConcurrency) {
					p.report(v, "%s %d is not between 1 and %d", name, v.Get(), maxServerlessConcurrency).
						hint("write %d", min(max(v.Get(), 1), maxServerlessConcurrency))
				}
			}
			one("maxConcurrency", s.MaxConcurrency)
			one("provisionedConcurrency", s.ProvisionedConcurrency)
		}),
	}, {
		ID:       "serverless-provisioned",
		Severity: diag.Error,
		Title:    "more provisioned concurrency than the endpoint's maximum",
		Explain: `Provisioned concurrency is the part of maxConcurrency that is kept warm, so it cannot be more. The same holds for
the bounds of a scalable target, and those that a scheduled action sets: the scale-out beyond maxConcurrency would fail.`,
		Bad:    serverlessTarget("memorySizeInMB: 3072, maxConcurrency: 20", "minCapacity: 1, maxCapacity: 30"),
		Good:   serverlessTarget("memorySizeInMB: 3072, maxConcurrency: 20", "minCapacity: 1, maxCapacity: 20"),
		Source: "facts 147 and 175: " + serverlessScaleSource,
		check:  checkServerlessProvisioned,
	}, {
		ID:       "serverless-variants",
		Severity: diag.Error,
		Title:    "a serverless endpoint with several variants",
		Explain: `A serverless endpoint has exactly one production variant: several variants are among the features that serverless
inference lacks.`,
		Bad:    serverlessFact("memorySizeInMB: 3072, maxConcurrency: 20") + "      spare: {}\n",
		Good:   serverlessFact("memorySizeInMB: 3072, maxConcurrency: 20"),
		Source: "fact 177: " + serverlessSource,
		check:  checkServerlessVariants,
	}, {
		ID:       "serverless-instance",
		Severity: diag.Error,
		Title:    "a serverless variant with instances",
		Explain: `A variant is either serverless or runs on instances. A serverless one has no instance type and no GPU, and its
endpoint is neither asynchronous nor made of inference components. An instance-based endpoint cannot become serverless, and a
serverless one that became instance-based cannot return.`,
		Bad:    serverlessFact("memorySizeInMB: 3072, maxConcurrency: 20") + "        instanceType: ml.m5.large\n",
		Good:   serverlessFact("memorySizeInMB: 3072, maxConcurrency: 20"),
		Source: "facts 177 and 178: " + serverlessSource,
		check: eachServerlessEndpoint(func(p *pass, e *Endpoint, v *Variant) {
			if v.InstanceType.IsSet() {
				p.report(v.InstanceType, "variant %q has serverless and instanceType %q", v.Name(), v.InstanceType.Get()).
					hint("keep the one that DescribeEndpointConfig shows").related(v.Serverless, "serverless is stated here")
			}
			if e.Async != nil {
				p.report(e.Async, "endpoint %q is stated to be asynchronous and serverless", e.Name()).
					hint("keep the one that DescribeEndpointConfig shows").related(v.Serverless, "serverless is stated here")
			}
			if e.InferenceComponents.Len() > 0 {
				p.report(e.InferenceComponents, "endpoint %q is serverless and cannot have inference components", e.Name()).
					hint("keep what DescribeEndpoint shows").related(v.Serverless, "serverless is stated here")
			}
		}),
	}, {
		ID:       "serverless-account-concurrency",
		Severity: diag.Warning,
		Title:    "more serverless concurrency than an account has",
		Explain: `The concurrency of all serverless endpoints of an account in a region is limited: 1000 in us-east-1, us-east-2,
us-west-2, ap-southeast-1, ap-southeast-2, ap-northeast-1, eu-central-1 and eu-west-1, and 500 elsewhere, unless AWS raised it.
The endpoints of this spec alone exceed it.`,
		Bad: "region: eu-west-3\nendpoints:\n" + serverlessEndpoints(3, "maxConcurrency: 200"),
		Good: "region: eu-west-1\nendpoints:\n" +
			serverlessEndpoints(3, "maxConcurrency: 200"),
		Source: "fact 176: " + serverlessSource,
		check:  checkAccountConcurrency,
	}, {
		ID:       "serverless-endpoint-count",
		Severity: diag.Warning,
		Title:    "more serverless endpoints than an account has",
		Explain:  `An account may have 50 serverless endpoints in a region, unless AWS raised the limit.`,
		Bad:      "endpoints:\n" + serverlessEndpoints(maxServerlessEndpoints+1, "maxConcurrency: 2"),
		Good:     "endpoints:\n" + serverlessEndpoints(2, "maxConcurrency: 2"),
		Source:   "fact 176: " + serverlessSource,
		check: func(p *pass) {
			var all []*Endpoint
			eachServerlessEndpoint(func(_ *pass, e *Endpoint, _ *Variant) {
				if len(all) == 0 || all[len(all)-1] != e {
					all = append(all, e)
				}
			})(p)
			if n := len(all); n > maxServerlessEndpoints {
				p.report(all[maxServerlessEndpoints], "the fleet has %d serverless endpoints, an account has %d in a region", n, maxServerlessEndpoints).
					hint("ask AWS for a higher limit, or split the fleet over regions")
			}
		},
	}}
}

func serverlessEndpoints(n int, fact string) string {
	return numbered(n, "  ranker-%d: {variants: {main: {serverless: {memorySizeInMB: 2048, "+fact+"}}}}\n")
}

// eachServerlessEndpoint makes a check of every variant that is stated to be serverless.
func eachServerlessEndpoint(check func(*pass, *Endpoint, *Variant)) func(*pass) {
	return func(p *pass) {
		for _, e := range p.Fleet.Endpoints.All() {
			for _, v := range e.Variants.All() {
				if v.Serverless != nil {
					check(p, e, v)
				}
			}
		}
	}
}

func eachServerless(check func(*pass, *Variant, *Serverless)) func(*pass) {
	return eachServerlessEndpoint(func(p *pass, _ *Endpoint, v *Variant) { check(p, v, v.Serverless) })
}

func checkServerlessVariants(p *pass) {
	for _, e := range p.Fleet.Endpoints.All() {
		var first *Variant
		for _, v := range e.Variants.All() {
			if first == nil && v.Serverless != nil {
				first = v
			}
		}
		if first == nil {
			continue
		}
		for name, v := range e.Variants.All() {
			if v != first {
				p.report(v, "endpoint %q is serverless and cannot have variant %q besides %q", e.Name(), name, first.Name()).
					hint("remove one of them; serverless endpoints have a single variant").
					related(first.Serverless, "serverless is stated here")
			}
		}
	}
}

func checkServerlessProvisioned(p *pass) {
	eachServerless(func(p *pass, v *Variant, s *Serverless) {
		if n, most := s.ProvisionedConcurrency, s.MaxConcurrency; n.IsSet() && most.IsSet() && n.Get() > most.Get() {
			p.report(n, "provisionedConcurrency %d of variant %q is above its maxConcurrency %d", n.Get(), v.Name(), most.Get()).
				hint("write at most %d, or raise maxConcurrency", most.Get()).related(most, "the maximum")
		}
	})(p)
	for _, t := range p.Targets {
		if t.ID.Dimension != model.ProvisionedConcurrency || t.Variant == nil || t.Variant.Serverless == nil {
			continue
		}
		most := t.Variant.Serverless.MaxConcurrency
		if !most.IsSet() {
			continue
		}
		t.bounds(func(name string, v Val[int32]) {
			if v.IsSet() && v.Get() > most.Get() {
				p.report(v, "%s %d of provisioned concurrency is above maxConcurrency %d of variant %q", name, v.Get(), most.Get(), t.Variant.Name()).
					hint("write at most %d, or raise maxConcurrency", most.Get()).related(most, "the maximum of the variant")
			}
		})
	}
}

func checkAccountConcurrency(p *pass) {
	region := p.Fleet.Region
	if !region.IsSet() {
		return
	}
	limit := int64(standardRegionConcurrency)
	if slices.Contains(largeRegions, region.Get()) {
		limit = largeRegionConcurrency
	}
	sum, reported := int64(0), false
	eachServerless(func(p *pass, _ *Variant, s *Serverless) {
		n := s.MaxConcurrency
		if sum += int64(max(n.Get(), 0)); sum > limit && !reported {
			reported = true
			p.report(n, "with this endpoint the serverless endpoints have a concurrency of %d, an account has %d in %s", sum, limit, region.Get()).
				hint("lower maxConcurrency, or ask AWS for a higher limit")
		}
	})(p)
}
