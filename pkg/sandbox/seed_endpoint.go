package sandbox

import "fmt"

// The account-wide names that a seeded fleet uses where the file gives none.
const (
	seedRole  = "arn:aws:iam::123456789012:role/sagemaker"
	seedImage = "123456789012.dkr.ecr.us-east-1.amazonaws.com/model:1"
)

// seedEndpoint makes an endpoint in service, with its config, models and components.
func (c *Call) seedEndpoint(name string, in seedEndpoint) error {
	if len(in.Variants) == 0 {
		return fmt.Errorf("needs at least one variant")
	}
	if in.Config == "" {
		in.Config = name + "-config"
	}
	if in.Status == "" {
		in.Status = "InService"
	}
	e := &Endpoint{Name: name, ARN: c.sageMakerARN("endpoint", name), ConfigName: in.Config, Status: in.Status,
		Created: c.Now, Modified: c.Now, Tags: in.Tags}
	config := Map{"EndpointConfigName": in.Config}
	if in.Async {
		e.Async = Map{"OutputConfig": Map{"S3OutputPath": "s3://bucket/" + name + "/output"}}
		config["AsyncInferenceConfig"] = e.Async
	}
	var variants []Map
	for _, vn := range sortedKeys(in.Variants) {
		v, body, err := c.seedVariant(name, vn, in.Variants[vn], len(in.Components) > 0)
		if err != nil {
			return fmt.Errorf("variant %s: %w", vn, err)
		}
		e.Variants, variants = append(e.Variants, v), append(variants, body)
	}
	config["ProductionVariants"] = mapList(variants)
	if len(in.Components) > 0 {
		config["ExecutionRoleArn"] = seedRole
	}
	c.Region.EndpointConfigs.Put(in.Config, &EndpointConfig{Name: in.Config,
		ARN: c.sageMakerARN("endpoint-config", in.Config), Body: config, Created: c.Now})
	c.Region.Endpoints.Put(endpointKey(name), e)
	for _, cn := range sortedKeys(in.Components) {
		if err := c.seedComponent(e, cn, in.Components[cn]); err != nil {
			return fmt.Errorf("component %s: %w", cn, err)
		}
	}
	return nil
}

func (c *Call) seedVariant(endpoint, name string, in seedVariant, components bool) (*Variant, Map, error) {
	v := &Variant{Name: name, InstanceType: in.InstanceType, DesiredCount: 1, DesiredWeight: 1}
	if in.Weight != nil {
		v.DesiredWeight = float64(float32(*in.Weight))
	}
	body := Map{"VariantName": name, "InitialVariantWeight": v.DesiredWeight}
	if !components {
		if v.ModelName = in.Model; v.ModelName == "" {
			v.ModelName = endpoint + "-model"
		}
		body["ModelName"] = v.ModelName
		c.seedModel(v.ModelName)
	}
	switch {
	case in.Serverless != nil && (in.InstanceType != "" || in.Count != nil):
		return nil, nil, fmt.Errorf("is either serverless or has instanceType and count")
	case in.Serverless != nil:
		s := in.Serverless
		v.DesiredCount = 0
		v.DesiredServerless = &Serverless{MemorySizeInMB: s.Memory, MaxConcurrency: s.Max, ProvisionedConcurrency: s.Provisioned}
		current := *v.DesiredServerless
		v.CurrentServerless = &current
		serverless := Map{"MemorySizeInMB": s.Memory, "MaxConcurrency": s.Max}
		if s.Provisioned > 0 {
			serverless["ProvisionedConcurrency"] = s.Provisioned
		}
		body["ServerlessConfig"] = serverless
	default:
		if v.InstanceType == "" {
			v.InstanceType = "ml.m5.xlarge"
		}
		if in.Count != nil {
			v.DesiredCount = *in.Count
		}
		body["InstanceType"], body["InitialInstanceCount"] = v.InstanceType, max(v.DesiredCount, 1)
	}
	if m := in.Managed; m != nil {
		v.ManagedInstanceScaling = Map{"Status": "ENABLED", "MinInstanceCount": m.Min, "MaxInstanceCount": m.Max}
		body["ManagedInstanceScaling"] = v.ManagedInstanceScaling
	}
	v.CurrentCount, v.CurrentWeight = v.DesiredCount, v.DesiredWeight
	return v, body, nil
}

func (c *Call) seedModel(name string) {
	if c.Region.Models.Get(name) == nil {
		c.Region.Models.Put(name, &Model{Name: name, ARN: c.sageMakerARN("model", name), Created: c.Now,
			Body: Map{"ModelName": name, "ExecutionRoleArn": seedRole, "PrimaryContainer": Map{"Image": seedImage}}})
	}
}

func (c *Call) seedComponent(e *Endpoint, name string, in seedComponent) error {
	if c.Region.Components.Get(name) != nil {
		return fmt.Errorf("exists already on another endpoint")
	}
	if in.Variant == "" {
		if len(e.Variants) > 1 {
			return fmt.Errorf("needs variant, since the endpoint has several")
		}
		in.Variant = e.Variants[0].Name
	}
	copies := int64(1)
	if in.Copies != nil {
		copies = *in.Copies
	}
	if in.Model == "" {
		in.Model = name + "-model"
	}
	c.seedModel(in.Model)
	c.Region.Components.Put(name, &InferenceComponent{Name: name, ARN: c.sageMakerARN("inference-component", name),
		EndpointName: e.Name, VariantName: in.Variant, Status: "InService", CurrentCopies: copies, DesiredCopies: copies,
		Created: c.Now, Modified: c.Now, Tags: in.Tags,
		Body: Map{"InferenceComponentName": name, "EndpointName": e.Name, "VariantName": in.Variant,
			"Specification": Map{"ModelName": in.Model, "ComputeResourceRequirements": Map{"MinMemoryRequiredInMb": int64(1024)}},
			"RuntimeConfig": Map{"CopyCount": copies}}})
	return nil
}
