package sandbox

import "slices"

// createEndpointConfig records a config; nothing about it can change later (fact 168).
//
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
func createEndpointConfig(c *Call) (Map, error) {
	body, name := c.In.Clone(), c.In.Str("EndpointConfigName")
	if lookUp(&c.Region.EndpointConfigs, name) != nil {
		return nil, c.exists("endpoint-config", name)
	}
	if err := c.checkConfig(body); err != nil {
		return nil, err
	}
	tags, err := smTagMap(c.In.Maps("Tags"))
	if err != nil {
		return nil, err
	}
	for _, v := range configVariants(body) {
		setVariantDefaults(v)
	}
	setDefault(body, "EnableNetworkIsolation", false)
	delete(body, "Tags")
	ec := &EndpointConfig{Name: name, ARN: c.sageMakerARN("endpoint-config", name), Body: body, Created: c.Now, Tags: tags}
	c.Region.EndpointConfigs.Put(name, ec)
	return Map{"EndpointConfigArn": ec.ARN}, nil
}

// configVariants returns production and shadow variants.
func configVariants(body Map) []Map {
	return slices.Concat(body.Maps("ProductionVariants"), body.Maps("ShadowProductionVariants"))
}

// serverlessVolume is what Describe shows as VolumeSizeInGB of a serverless variant, where
// nobody can set it. UNSURE fact 172: only that there is a value is known.
const serverlessVolume = 30

// setVariantDefaults fills in what Describe shows without it having been sent (facts 138,
// 170, 172).
func setVariantDefaults(v Map) {
	setDefault(v, "InitialVariantWeight", 1.0)
	if v.Has("ServerlessConfig") {
		setDefault(v, "VolumeSizeInGB", int64(serverlessVolume))
	}
	if p := v.Map("ManagedInstanceScaling").Map("ScaleInPolicy"); p != nil {
		setDefault(p, "MaximumStepSize", int64(1))
		setDefault(p, "CooldownInMinutes", int64(20))
	}
}

// Where no source quotes SageMaker, the wording below is ours; the code is always
// ValidationException.

func (c *Call) checkConfig(body Map) *Error {
	production, shadow := body.Maps("ProductionVariants"), body.Maps("ShadowProductionVariants")
	if len(shadow) > 0 && (len(production) != 1 || len(shadow) != 1) { // fact 168
		return invalidf("Shadow variants need exactly one production variant and one shadow variant.")
	}
	var names []string
	for _, v := range configVariants(body) {
		if slices.Contains(names, v.Str("VariantName")) {
			return invalidf("Variant names must be unique: %s", v.Str("VariantName"))
		}
		names = append(names, v.Str("VariantName"))
		if err := c.checkVariant(body, v); err != nil {
			return err
		}
	}
	if n, ok := body.Map("MetricsConfig").IntOK("MetricPublishFrequencyInSeconds"); ok &&
		!slices.Contains([]int64{10, 30, 60, 120, 180, 240, 300}, n) { // fact 127
		return invalidf("MetricPublishFrequencyInSeconds must be one of 10, 30, 60, 120, 180, 240, 300.")
	}
	return nil
}

func (c *Call) checkVariant(body, v Map) *Error {
	name := v.Str("VariantName")
	if model, ok := v.StrOK("ModelName"); ok {
		if c.Region.Models.Get(model) == nil { // fact 163
			return c.notFound("model", model)
		}
	} else if !body.Has("ExecutionRoleArn") { // a host of inference components (fact 137)
		return invalidf("ExecutionRoleArn is required, since variant %s has no ModelName.", name)
	}
	if err := c.checkManagedScaling(body, v); err != nil {
		return err
	}
	if v.Has("ServerlessConfig") {
		return checkServerlessVariant(body, v)
	}
	switch {
	case v.Has("InstanceType") == v.Has("InstancePools"): // fact 121
		return invalidf("Variant %s needs exactly one of InstanceType, InstancePools and ServerlessConfig.", name)
	case !v.Has("InitialInstanceCount"):
		return invalidf("Variant %s needs InitialInstanceCount.", name)
	}
	return nil
}

// checkServerlessVariant knows facts 175 and 177.
func checkServerlessVariant(body, v Map) *Error {
	name, config := v.Str("VariantName"), v.Map("ServerlessConfig")
	for _, member := range []string{"InstanceType", "InstancePools", "InitialInstanceCount", "VolumeSizeInGB", "AcceleratorType", "ManagedInstanceScaling"} {
		if v.Has(member) {
			return invalidf("%s cannot be specified for the serverless variant %s.", member, name)
		}
	}
	for _, member := range []string{"DataCaptureConfig", "AsyncInferenceConfig", "VpcConfig", "ShadowProductionVariants"} {
		if body.Has(member) {
			return invalidf("%s is not supported with serverless variants.", member)
		}
	}
	switch {
	case !v.Has("ModelName"):
		return invalidf("The serverless variant %s needs ModelName.", name)
	case len(body.Maps("ProductionVariants")) > 1:
		return invalidf("Serverless endpoints have one variant.")
	case body.Bool("EnableNetworkIsolation"):
		return invalidf("Network isolation is not supported with serverless variants.")
	case config.Int("MemorySizeInMB")%1024 != 0:
		return invalidf("MemorySizeInMB must be one of 1024, 2048, 3072, 4096, 5120, 6144.")
	case config.Int("ProvisionedConcurrency") > config.Int("MaxConcurrency"):
		return invalidf("ProvisionedConcurrency must not be greater than MaxConcurrency.")
	}
	return nil
}

// regionsWithoutManagedZero refuse MinInstanceCount 0; others take it (fact 140: one Region
// was seen to refuse).
var regionsWithoutManagedZero = []string{"eu-west-3"}

// checkManagedScaling knows facts 138 to 140.
func (c *Call) checkManagedScaling(body, v Map) *Error {
	m := v.Map("ManagedInstanceScaling")
	if m == nil {
		return nil
	}
	lower, hasLower := m.IntOK("MinInstanceCount")
	upper, hasUpper := m.IntOK("MaxInstanceCount")
	switch {
	case v.Has("ModelName"):
		return invalidf("ManagedInstanceScaling is only supported for inference component endpoints.")
	case body.Has("AsyncInferenceConfig"), body.Has("ShadowProductionVariants"):
		return invalidf("ManagedInstanceScaling is not supported with the given EndpointConfig setup.")
	case hasLower && hasUpper && lower > upper:
		return invalidf("MinInstanceCount must not be greater than MaxInstanceCount.")
	case m.Str("Status") == "ENABLED" && hasLower && lower == 0 && slices.Contains(regionsWithoutManagedZero, c.RegionName):
		return invalidf("Min instance count needs to be greater than 0 for enabled managed instance scaling")
	}
	return nil
}

func describeEndpointConfig(c *Call) (Map, error) {
	ec := c.Region.EndpointConfigs.Get(c.In.Str("EndpointConfigName"))
	if ec == nil {
		return nil, c.notFound("endpoint-config", c.In.Str("EndpointConfigName"))
	}
	out := ec.Body.Clone()
	out["EndpointConfigArn"], out["CreationTime"] = ec.ARN, ec.Created
	return out, nil
}

// deleteEndpointConfig removes the record, even while an endpoint uses it (fact 179).
func deleteEndpointConfig(c *Call) (Map, error) {
	if !c.Region.EndpointConfigs.Delete(c.In.Str("EndpointConfigName")) {
		return nil, c.notFound("endpoint-config", c.In.Str("EndpointConfigName"))
	}
	return nil, nil
}

func listEndpointConfigs(c *Call) (Map, error) {
	l := listing{c: c}
	for _, ec := range c.Region.EndpointConfigs.All() {
		l.add(ec.Name, "", ec.Created, ec.Created, func() Map {
			return Map{"EndpointConfigName": ec.Name, "EndpointConfigArn": ec.ARN, "CreationTime": ec.Created}
		})
	}
	return l.page("EndpointConfigs")
}
