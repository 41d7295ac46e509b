package sandbox

// createInferenceComponent starts copies of a model on a variant without one, which takes
// Timing.Create (fact 201).
//
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateInferenceComponent.html
func createInferenceComponent(c *Call) (Map, error) {
	body, name := c.In.Clone(), c.In.Str("InferenceComponentName")
	if lookUp(&c.Region.Components, name) != nil { // wording UNSURE: after fact 160
		return nil, c.exists("inference-component", name)
	}
	e := c.Region.Endpoints.Get(endpointKey(body.Str("EndpointName")))
	if e == nil {
		return nil, c.notFound("endpoint", body.Str("EndpointName"))
	}
	v, err := componentVariant(e, body)
	if err != nil {
		return nil, err
	}
	if err := c.checkComponent(body); err != nil {
		return nil, err
	}
	if e.Status != "InService" { // our reading; samples wait for the endpoint
		return nil, invalidf("Cannot create an inference component on endpoint %q while it is %s.", e.ARN, e.Status)
	}
	tags, err := smTagMap(c.In.Maps("Tags"))
	if err != nil {
		return nil, err
	}
	delete(body, "Tags")
	body["EndpointName"], body["VariantName"] = e.Name, v.Name
	ic := &InferenceComponent{Name: name, ARN: c.sageMakerARN("inference-component", name), EndpointName: e.Name, VariantName: v.Name,
		Body: body, Status: "Creating", DesiredCopies: body.Map("RuntimeConfig").Int("CopyCount"),
		Transition: &Transition{At: c.Now.Add(c.server.opts.Timing.Create), Kind: "create"},
		Created:    c.Now, Modified: c.Now, Tags: tags}
	c.Region.Components.Put(name, ic)
	return Map{"InferenceComponentArn": ic.ARN}, nil
}

// componentVariant finds the variant for a component: the one it names, or the only one. It
// must have no model of its own (fact 137; wording pulumi/pulumi-aws#4940).
func componentVariant(e *Endpoint, body Map) (*Variant, *Error) {
	name, named := body.StrOK("VariantName")
	if !named && len(e.Variants) > 1 {
		return nil, invalidf("VariantName is required, since endpoint %q has several variants.", e.ARN)
	}
	for _, v := range e.Variants {
		if named && v.Name != name {
			continue
		}
		if v.ModelName != "" {
			return nil, invalidf("Inference Components are not supported in this Endpoint. Please make sure this endpoint can deploy inference components.")
		}
		return v, nil
	}
	return nil, invalidf("Could not find variant %q of endpoint %q.", name, e.ARN)
}

// checkComponent checks what the model leaves open; wording ours but for the copy count.
func (c *Call) checkComponent(body Map) *Error {
	specs := body.Maps("Specifications")
	if one := body.Map("Specification"); one != nil {
		if len(specs) > 0 {
			return invalidf("Specification and Specifications cannot both be specified.")
		}
		specs = []Map{one}
	}
	if len(specs) == 0 {
		return invalidf("Either Specification or Specifications must be specified.")
	}
	for _, s := range specs {
		if err := c.checkSpecification(s); err != nil {
			return err
		}
		if s.Has("BaseInferenceComponentName") {
			continue
		}
		if body.Map("RuntimeConfig").Int("CopyCount") < 1 { // fact 143
			return invalidf("Inference components copy count an integer larger than 0")
		}
	}
	return nil
}

func (c *Call) checkSpecification(s Map) *Error {
	if base, ok := s.StrOK("BaseInferenceComponentName"); ok { // an adapter
		if c.Region.Components.Get(base) == nil {
			return c.notFound("inference-component", base)
		}
		return nil
	}
	if model, ok := s.StrOK("ModelName"); ok && c.Region.Models.Get(model) == nil {
		return c.notFound("model", model)
	}
	compute := s.Map("ComputeResourceRequirements")
	switch {
	case s.Has("ModelName") == s.Has("Container"):
		return invalidf("Exactly one of ModelName and Container must be specified.")
	case compute == nil:
		return invalidf("ComputeResourceRequirements is required.")
	case compute.Has("MaxMemoryRequiredInMb") && compute.Int("MaxMemoryRequiredInMb") < compute.Int("MinMemoryRequiredInMb"):
		return invalidf("MaxMemoryRequiredInMb must not be less than MinMemoryRequiredInMb.")
	}
	return nil
}

func describeInferenceComponent(c *Call) (Map, error) {
	ic := c.Region.Components.Get(c.In.Str("InferenceComponentName"))
	if ic == nil {
		return nil, c.notFound("inference-component", c.In.Str("InferenceComponentName"))
	}
	out := Map{"InferenceComponentName": ic.Name, "InferenceComponentArn": ic.ARN, "EndpointName": ic.EndpointName,
		"EndpointArn": c.sageMakerARN("endpoint", ic.EndpointName), "VariantName": ic.VariantName,
		"InferenceComponentStatus": ic.Status, "CreationTime": ic.Created, "LastModifiedTime": ic.Modified,
		"RuntimeConfig": Map{"DesiredCopyCount": ic.DesiredCopies, "CurrentCopyCount": ic.CurrentCopies}}
	if ic.FailureReason != "" {
		out["FailureReason"] = ic.FailureReason
	}
	if s := ic.Body.Map("Specification"); s != nil {
		out["Specification"] = showSpecification(s, ic)
	}
	if list := ic.Body.Maps("Specifications"); len(list) > 0 {
		shown := []any{}
		for _, s := range list {
			shown = append(shown, showSpecification(s, ic))
		}
		out["Specifications"] = shown
	}
	return out, nil
}

// showSpecification differs from what was sent in the container's image.
func showSpecification(s Map, ic *InferenceComponent) Map {
	s = s.Clone()
	if k := s.Map("Container"); k != nil {
		if image := k.Str("Image"); image != "" {
			k["DeployedImage"] = deployedImage(image, ic.Created)
		}
		delete(k, "Image")
	}
	return s
}

// updateInferenceComponentRuntimeConfig sets the copy count, 0 included, which takes
// Timing.Scale (facts 143, 203).
//
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateInferenceComponentRuntimeConfig.html
func updateInferenceComponentRuntimeConfig(c *Call) (Map, error) {
	ic := c.Region.Components.Get(c.In.Str("InferenceComponentName"))
	if ic == nil {
		return nil, c.notFound("inference-component", c.In.Str("InferenceComponentName"))
	}
	if ic.Status != "InService" {
		return nil, invalidf("Cannot update inference component %q while it is in state %s.", ic.ARN, componentState(ic))
	}
	ic.DesiredCopies = c.In.Map("DesiredRuntimeConfig").Int("CopyCount")
	ic.Status, ic.Modified = "Updating", c.Now
	ic.Transition = &Transition{At: c.Now.Add(c.server.opts.Timing.Scale), Kind: "scale"}
	return Map{"InferenceComponentArn": ic.ARN}, nil
}

// deleteInferenceComponent takes Timing.Delete. A scalable target on the component stays
// (fact 109: UNSURE whether AWS deregisters it).
func deleteInferenceComponent(c *Call) (Map, error) {
	ic := c.Region.Components.Get(c.In.Str("InferenceComponentName"))
	if ic == nil {
		return nil, c.notFound("inference-component", c.In.Str("InferenceComponentName"))
	}
	if ic.Status != "InService" && ic.Status != "Failed" { // fact 204
		return nil, invalidf("Cannot delete inference component %q while it is in state %s.", ic.ARN, componentState(ic))
	}
	ic.Status, ic.Modified = "Deleting", c.Now
	ic.Transition = &Transition{At: c.Now.Add(c.server.opts.Timing.Delete), Kind: "delete"}
	return nil, nil
}

// componentState is the status as refusals call it (fact 204).
func componentState(ic *InferenceComponent) string {
	switch ic.Status {
	case "Creating":
		return "CREATE_IN_PROGRESS"
	case "Updating":
		return "UPDATE_RC_IN_PROGRESS"
	case "Deleting":
		return "DELETE_IN_PROGRESS"
	}
	return ic.Status
}

func listInferenceComponents(c *Call) (Map, error) {
	l := listing{c: c}
	for _, ic := range c.Region.Components.All() {
		if e, ok := c.In.StrOK("EndpointNameEquals"); ok && endpointKey(e) != endpointKey(ic.EndpointName) {
			continue
		}
		if v, ok := c.In.StrOK("VariantNameEquals"); ok && v != ic.VariantName {
			continue
		}
		l.add(ic.Name, ic.Status, ic.Created, ic.Modified, func() Map {
			return Map{"InferenceComponentName": ic.Name, "InferenceComponentArn": ic.ARN, "EndpointName": ic.EndpointName,
				"EndpointArn": c.sageMakerARN("endpoint", ic.EndpointName), "VariantName": ic.VariantName,
				"InferenceComponentStatus": ic.Status, "CreationTime": ic.Created, "LastModifiedTime": ic.Modified}
		})
	}
	return l.page("InferenceComponents")
}
