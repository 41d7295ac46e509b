package sandbox

// endTransitions ends every transition that is due at c.Now.
func (c *Call) endTransitions() {
	var endpoints []*Endpoint // collected first: ending a deletion changes the table
	for _, e := range c.Region.Endpoints.All() {
		if e.Transition != nil && !e.Transition.At.After(c.Now) {
			endpoints = append(endpoints, e)
		}
	}
	for _, e := range endpoints {
		c.endEndpointTransition(e)
	}
	var components []*InferenceComponent
	for _, ic := range c.Region.Components.All() {
		if ic.Transition != nil && !ic.Transition.At.After(c.Now) {
			components = append(components, ic)
		}
	}
	for _, ic := range components {
		c.endComponentTransition(ic)
	}
}

// endEndpointTransition makes the endpoint what its transition announced.
func (c *Call) endEndpointTransition(e *Endpoint) {
	kind := e.Transition.Kind
	e.Transition = nil
	if kind == "delete" {
		c.Region.Endpoints.Delete(endpointKey(e.Name))
		return
	}
	// "create" and "scale" reach what is desired. An update is UpdateEndpoint's affair.
	e.Status = "InService"
	for _, v := range append(append([]*Variant(nil), e.Variants...), e.Shadows...) {
		v.CurrentCount, v.CurrentWeight, v.Status = v.DesiredCount, v.DesiredWeight, ""
		if v.DesiredServerless != nil {
			s := *v.DesiredServerless
			v.CurrentServerless = &s
		}
	}
	c.finishScaling()
}

// endComponentTransition makes the component what its transition announced.
func (c *Call) endComponentTransition(ic *InferenceComponent) {
	kind := ic.Transition.Kind
	ic.Transition = nil
	if kind == "delete" {
		c.Region.Components.Delete(ic.Name)
		return
	}
	ic.Status, ic.CurrentCopies = "InService", ic.DesiredCopies
	c.finishScaling()
}
