package sandbox

import "strings"

// updateWeightsAndCapacities sets weights and capacities of variants, which takes
// Timing.Scale. It does not look at scalable targets: a capacity outside their bounds
// stands until Application Auto Scaling next acts (fact 188). Several capacities in one
// call are carried out (trap T32: UNSURE).
//
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html
func updateWeightsAndCapacities(c *Call) (Map, error) {
	e := c.Region.Endpoints.Get(endpointKey(c.In.Str("EndpointName")))
	if e == nil {
		return nil, c.notFound("endpoint", c.In.Str("EndpointName"))
	}
	if e.Status != "InService" {
		return nil, busyEndpoint(e)
	}
	variants := map[string]*Variant{}
	for _, v := range e.Variants {
		variants[v.Name] = v
	}
	var unknown []string
	seen := map[string]bool{}
	more := map[string]int64{}
	for _, d := range c.In.Maps("DesiredWeightsAndCapacities") {
		name := d.Str("VariantName")
		v := variants[name]
		if v == nil {
			unknown = append(unknown, name)
			continue
		}
		if seen[name] {
			return nil, invalidf("Variant names must be unique: %s", name)
		}
		seen[name] = true
		if err := checkDesired(e, v, d); err != nil {
			return nil, err
		}
		if n, ok := d.IntOK("DesiredInstanceCount"); ok {
			more[v.InstanceType] += n - v.DesiredCount
		}
	}
	if len(unknown) > 0 { // wording as in getmoto/moto#5082
		return nil, invalidf("The variant name(s) %q is/are not present within endpoint configuration %q.", strings.Join(unknown, ", "), e.ConfigName)
	}
	for _, t := range sortedKeys(more) {
		if err := c.instanceQuota(t, more[t]); err != nil {
			return nil, err
		}
	}

	for _, d := range c.In.Maps("DesiredWeightsAndCapacities") {
		v := variants[d.Str("VariantName")]
		v.Status = "Updating"
		if n, ok := d.IntOK("DesiredInstanceCount"); ok {
			v.DesiredCount = n
		}
		if w, ok := d.FloatOK("DesiredWeight"); ok {
			v.DesiredWeight = w
		}
		if s := d.Map("ServerlessUpdateConfig"); s != nil {
			desired := desiredServerless(v, s)
			v.DesiredServerless = &desired
		}
	}
	e.Status, e.Modified = "Updating", c.Now
	e.Transition = &Transition{At: c.Now.Add(c.server.opts.Timing.Scale), Kind: "scale"}
	return Map{"EndpointArn": e.ARN}, nil
}

// checkDesired checks what is wanted of one variant; the wording is ours.
func checkDesired(e *Endpoint, v *Variant, d Map) *Error {
	n, counted := d.IntOK("DesiredInstanceCount")
	s := d.Map("ServerlessUpdateConfig")
	switch {
	case counted && v.DesiredServerless != nil:
		return invalidf("DesiredInstanceCount cannot be specified for the serverless variant %s.", v.Name)
	case s != nil && v.DesiredServerless == nil:
		return invalidf("ServerlessUpdateConfig cannot be specified for variant %s, which is not serverless.", v.Name)
	case counted && n == 0 && v.ModelName != "" && e.Async == nil: // facts 118, 119
		return invalidf("Variant %q of a real-time endpoint needs at least 1 instance", v.Name)
	}
	if s != nil {
		if want := desiredServerless(v, s); want.ProvisionedConcurrency > want.MaxConcurrency { // fact 175
			return invalidf("ProvisionedConcurrency must not be greater than MaxConcurrency.")
		}
	}
	return nil
}

// desiredServerless is the variant's configuration with what an update sends.
func desiredServerless(v *Variant, update Map) Serverless {
	out := *v.DesiredServerless
	if n, ok := update.IntOK("MaxConcurrency"); ok {
		out.MaxConcurrency = n
	}
	if n, ok := update.IntOK("ProvisionedConcurrency"); ok {
		out.ProvisionedConcurrency = n
	}
	return out
}
