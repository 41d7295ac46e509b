package sandbox

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"
)

// createEndpoint puts a config into service, which takes Timing.Create.
//
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html
func createEndpoint(c *Call) (Map, error) {
	name := c.In.Str("EndpointName")
	if c.Region.Endpoints.Get(endpointKey(name)) != nil { // facts 152, 160
		return nil, c.exists("endpoint", name)
	}
	ec := c.Region.EndpointConfigs.Get(c.In.Str("EndpointConfigName"))
	if ec == nil { // fact 163
		return nil, c.notFound("endpoint-config", c.In.Str("EndpointConfigName"))
	}
	if d := c.In.Map("DeploymentConfig"); d.Has("BlueGreenUpdatePolicy") && d.Has("RollingUpdatePolicy") { // fact 196
		return nil, invalidf("At most one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified.")
	}
	e := &Endpoint{Name: name, ARN: c.sageMakerARN("endpoint", name), ConfigName: ec.Name, Status: "Creating",
		Async: ec.Body.Map("AsyncInferenceConfig").Clone(), DataCapture: ec.Body.Map("DataCaptureConfig").Clone(),
		Explainer: ec.Body.Map("ExplainerConfig").Clone(), LastDeployment: c.In.Map("DeploymentConfig").Clone(),
		Variants: newVariants(ec.Body.Maps("ProductionVariants")), Shadows: newVariants(ec.Body.Maps("ShadowProductionVariants")),
		Transition: &Transition{At: c.Now.Add(c.server.opts.Timing.Create), Kind: "create"},
		Created:    c.Now, Modified: c.Now}
	wanted := map[string]int64{}
	for _, v := range e.allVariants() {
		if v.ModelName != "" && c.Region.Models.Get(v.ModelName) == nil {
			return nil, c.notFound("model", v.ModelName)
		}
		wanted[v.InstanceType] += v.DesiredCount
	}
	for _, t := range sortedKeys(wanted) {
		if err := c.instanceQuota(t, wanted[t]); err != nil {
			return nil, err
		}
	}
	var err *Error
	if e.Tags, err = smTagMap(c.In.Maps("Tags")); err != nil {
		return nil, err
	}
	c.Region.Endpoints.Put(endpointKey(name), e)
	return Map{"EndpointArn": e.ARN}, nil
}

// newVariants makes the variants of a config as they are while the endpoint is created.
func newVariants(config []Map) []*Variant {
	var out []*Variant
	for _, m := range config {
		v := &Variant{Name: m.Str("VariantName"), ModelName: m.Str("ModelName"), InstanceType: m.Str("InstanceType"),
			DesiredCount: m.Int("InitialInstanceCount"), DesiredWeight: m.Float("InitialVariantWeight"),
			ManagedInstanceScaling: m.Map("ManagedInstanceScaling").Clone(), RoutingConfig: m.Map("RoutingConfig").Clone(),
			Status: "Creating"}
		if s := m.Map("ServerlessConfig"); s != nil {
			config := Serverless{s.Int("MemorySizeInMB"), s.Int("MaxConcurrency"), s.Int("ProvisionedConcurrency")}
			current := config
			v.DesiredServerless, v.CurrentServerless = &config, &current
		}
		out = append(out, v)
	}
	return out
}

func (e *Endpoint) allVariants() []*Variant { return slices.Concat(e.Variants, e.Shadows) }

// instanceQuota refuses more instances of a type than Options.InstanceQuota allows (fact 162).
func (c *Call) instanceQuota(instanceType string, delta int64) *Error {
	limit, limited := c.server.opts.InstanceQuota[instanceType]
	if !limited || delta <= 0 {
		return nil
	}
	var used int64
	for _, e := range c.Region.Endpoints.All() {
		for _, v := range e.allVariants() {
			if v.InstanceType == instanceType {
				used += v.DesiredCount
			}
		}
	}
	if used+delta <= limit {
		return nil
	}
	return failf("ResourceLimitExceeded", "The account-level service limit '%s for endpoint usage' is %d Instances, "+
		"with current utilization of %d Instances and a request delta of %d Instances. "+
		"Please contact AWS support to request an increase for this limit.", instanceType, limit, used, delta)
}

func describeEndpoint(c *Call) (Map, error) {
	e := c.Region.Endpoints.Get(endpointKey(c.In.Str("EndpointName")))
	if e == nil {
		return nil, c.notFound("endpoint", c.In.Str("EndpointName"))
	}
	out := Map{"EndpointName": e.Name, "EndpointArn": e.ARN, "EndpointConfigName": e.ConfigName, "EndpointStatus": e.Status,
		"CreationTime": e.Created, "LastModifiedTime": e.Modified, "ProductionVariants": c.showVariants(e, e.Variants)}
	if len(e.Shadows) > 0 {
		out["ShadowProductionVariants"] = c.showVariants(e, e.Shadows)
	}
	if e.FailureReason != "" {
		out["FailureReason"] = e.FailureReason
	}
	for member, m := range map[string]Map{"AsyncInferenceConfig": e.Async, "ExplainerConfig": e.Explainer, "LastDeploymentConfig": e.LastDeployment} {
		if m != nil {
			out[member] = m.Clone()
		}
	}
	if d := e.DataCapture; d != nil {
		status := "Stopped"
		if d.Bool("EnableCapture") && e.Status == "InService" {
			status = "Started"
		}
		out["DataCaptureConfig"] = Map{"EnableCapture": d.Bool("EnableCapture"), "CaptureStatus": status,
			"CurrentSamplingPercentage": d.Int("InitialSamplingPercentage"), "DestinationS3Uri": d.Str("DestinationS3Uri"),
			"KmsKeyId": d.Str("KmsKeyId")}
	}
	if p := e.Pending; p != nil {
		out["PendingDeploymentSummary"] = Map{"EndpointConfigName": p.ConfigName, "StartTime": p.Started,
			"ProductionVariants": c.showVariants(e, p.Variants)}
	}
	return out, nil
}

// showVariants shows variants the way DescribeEndpoint does: with neither instance type nor
// model (fact 184).
func (c *Call) showVariants(e *Endpoint, variants []*Variant) []any {
	out := []any{}
	for _, v := range variants {
		m := Map{"VariantName": v.Name, "CurrentWeight": v.CurrentWeight, "DesiredWeight": v.DesiredWeight,
			"CurrentInstanceCount": v.CurrentCount, "DesiredInstanceCount": v.DesiredCount}
		if v.Status != "" {
			m["VariantStatus"] = []any{Map{"Status": v.Status, "StartTime": e.Modified}}
		}
		if v.ManagedInstanceScaling != nil {
			m["ManagedInstanceScaling"] = v.ManagedInstanceScaling.Clone()
		}
		if v.RoutingConfig != nil {
			m["RoutingConfig"] = v.RoutingConfig.Clone()
		}
		if v.CurrentServerless != nil {
			m["CurrentServerlessConfig"], m["DesiredServerlessConfig"] = v.CurrentServerless.show(), v.DesiredServerless.show()
		}
		if model := c.Region.Models.Get(v.ModelName); model != nil {
			if image := model.Body.Map("PrimaryContainer").Str("Image"); image != "" {
				m["DeployedImages"] = []any{deployedImage(image, e.Created)}
			}
		}
		out = append(out, m)
	}
	return out
}

func (s *Serverless) show() Map {
	m := Map{"MemorySizeInMB": s.MemorySizeInMB, "MaxConcurrency": s.MaxConcurrency}
	if s.ProvisionedConcurrency > 0 {
		m["ProvisionedConcurrency"] = s.ProvisionedConcurrency
	}
	return m
}

// deployedImage resolves an image to a digest, of its name.
func deployedImage(image string, at time.Time) Map {
	return Map{"SpecifiedImage": image, "ResolvedImage": fmt.Sprintf("%s@sha256:%x", image, sha256.Sum256([]byte(image))),
		"ResolutionTime": at}
}

// deleteEndpoint takes Timing.Delete; config and models stay (fact 186).
//
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpoint.html
func deleteEndpoint(c *Call) (Map, error) {
	e := c.Region.Endpoints.Get(endpointKey(c.In.Str("EndpointName")))
	if e == nil {
		return nil, c.notFound("endpoint", c.In.Str("EndpointName"))
	}
	switch e.Status {
	case "InService", "Failed", "OutOfService", "UpdateRollbackFailed":
	default:
		return nil, busyEndpoint(e)
	}
	if deleteNeedsNoComponents {
		for _, ic := range c.Region.Components.All() {
			if ic.EndpointName == e.Name {
				return nil, invalidf("Cannot delete endpoint %q while inference component %q exists on it.", e.ARN, ic.ARN)
			}
		}
	}
	targets := c.targetsOfEndpoint(e.Name)
	if len(targets) > 0 && c.server.denied(ServiceAutoScaling+":DeregisterScalableTarget") { // fact 187; the code is our reading
		return nil, failf("AccessDeniedException", "An Application AutoScaling scalable target exists for a variant being deleted, "+
			"and the IAM identity used to invoke DeleteEndpoint does not have application-autoscaling:DeregisterScalableTarget "+
			"permission to deregister the scalable target.")
	}
	for _, t := range targets {
		c.deregister(t)
	}
	e.Status, e.Modified = "Deleting", c.Now
	e.Transition = &Transition{At: c.Now.Add(c.server.opts.Timing.Delete), Kind: "delete"}
	for _, v := range e.allVariants() {
		v.Status = "Deleting"
	}
	return nil, nil
}

// deleteNeedsNoComponents: an endpoint that still has inference components cannot be
// deleted. UNSURE fact 205: sources contradict each other; this is the stricter reading.
const deleteNeedsNoComponents = true

// busyEndpoint refuses while something is under way (fact 161).
func busyEndpoint(e *Endpoint) *Error {
	return invalidf("Cannot update in-progress endpoint %q.", e.ARN)
}

func listEndpoints(c *Call) (Map, error) {
	l := listing{c: c}
	for _, e := range c.Region.Endpoints.All() {
		l.add(e.Name, e.Status, e.Created, e.Modified, func() Map {
			return Map{"EndpointName": e.Name, "EndpointArn": e.ARN, "EndpointStatus": e.Status,
				"CreationTime": e.Created, "LastModifiedTime": e.Modified}
		})
	}
	return l.page("Endpoints")
}
