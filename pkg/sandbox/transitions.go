package sandbox

// endTransitions ends every transition that is due at c.Now.
func (c *Call) endTransitions() {
	for _, e := range c.Region.Endpoints.All() {
		if e.Transition != nil && !e.Transition.At.After(c.Now) {
			c.endEndpointTransition(e)
		}
	}
	for _, ic := range c.Region.Components.All() {
		if ic.Transition != nil && !ic.Transition.At.After(c.Now) {
			c.endComponentTransition(ic)
		}
	}
}

func (c *Call) endEndpointTransition(e *Endpoint)             { e.Transition = nil }
func (c *Call) endComponentTransition(ic *InferenceComponent) { ic.Transition = nil }
func (c *Call) fireScheduledActions()                         {}
