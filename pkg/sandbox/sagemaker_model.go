package sandbox

// createModel records a model; nothing about it can change later (fact 167).
//
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
func createModel(c *Call) (Map, error) {
	body, name := c.In.Clone(), c.In.Str("ModelName")
	if lookUp(&c.Region.Models, name) != nil { // aws/sagemaker-python-sdk#4059
		return nil, c.exists("model", name)
	}
	containers := body.Maps("Containers")
	primary := body.Map("PrimaryContainer")
	switch { // wording ours
	case primary != nil && len(containers) > 0:
		return nil, invalidf("PrimaryContainer and Containers cannot both be specified.")
	case primary == nil && len(containers) == 0:
		return nil, invalidf("Either PrimaryContainer or Containers must be specified.")
	case primary != nil:
		containers = []Map{primary}
	}
	for _, k := range containers {
		if !k.Has("Image") && !k.Has("ModelPackageName") {
			return nil, invalidf("A container must have an Image or a ModelPackageName.")
		}
		if k.Has("ModelDataUrl") && k.Has("ModelDataSource") {
			return nil, invalidf("ModelDataUrl and ModelDataSource cannot both be specified.")
		}
	}
	tags, err := smTagMap(c.In.Maps("Tags"))
	if err != nil {
		return nil, err
	}
	// Defaults that Describe shows (fact 172; which of them is our reading).
	for _, k := range containers {
		setDefault(k, "Mode", "SingleModel")
	}
	setDefault(body, "EnableNetworkIsolation", false)
	delete(body, "Tags")
	m := &Model{Name: name, ARN: c.sageMakerARN("model", name), Body: body, Created: c.Now, Tags: tags}
	c.Region.Models.Put(name, m)
	return Map{"ModelArn": m.ARN}, nil
}

func describeModel(c *Call) (Map, error) {
	m := c.Region.Models.Get(c.In.Str("ModelName"))
	if m == nil {
		return nil, c.notFound("model", c.In.Str("ModelName"))
	}
	out := m.Body.Clone()
	out["ModelArn"], out["CreationTime"] = m.ARN, m.Created
	return out, nil
}

// deleteModel removes the record, even while an endpoint runs it (fact 179).
func deleteModel(c *Call) (Map, error) {
	if !c.Region.Models.Delete(c.In.Str("ModelName")) {
		return nil, c.notFound("model", c.In.Str("ModelName"))
	}
	return nil, nil
}

func listModels(c *Call) (Map, error) {
	l := listing{c: c}
	for _, m := range c.Region.Models.All() {
		l.add(m.Name, "", m.Created, m.Created, func() Map {
			return Map{"ModelName": m.Name, "ModelArn": m.ARN, "CreationTime": m.Created}
		})
	}
	return l.page("Models")
}
