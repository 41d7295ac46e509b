package model

import (
	"encoding/json"
	"fmt"
	"time"
)

// Desired is what a fleet of spec files asks for: everything below one stack in one
// account and region. Targets are sorted by id, their children by name.
type Desired struct {
	Stack      string   `json:"stack"`
	Account    string   `json:"account,omitempty"`
	Region     string   `json:"region,omitempty"`
	MaxDeletes Percent  `json:"maxDeletes"`
	Targets    []Target `json:"targets,omitempty"`
	// Endpoints holds what the spec says about endpoints made elsewhere, by name. It is
	// compared with the live endpoint so that a wrong belief is found before a write.
	Endpoints []EndpointExpectation `json:"endpoints,omitempty"`
}

// Percent is a share between 0 and 100.
type Percent float64

// DefaultMaxDeletes is the share of owned objects that a plan may delete without
// consent when the spec sets no guards.maxDeletes.
const DefaultMaxDeletes Percent = 30

// Target is a scalable target with everything that hangs off it.
type Target struct {
	ScalableTarget
	Policies         []Policy          `json:"policies,omitempty"`
	Alarms           []Alarm           `json:"alarms,omitempty"`
	ScheduledActions []ScheduledAction `json:"scheduledActions,omitempty"`
	// Protect asks for consent before the target or anything below it is deleted.
	Protect bool `json:"protect,omitempty"`
}

// EndpointKind is how an endpoint serves; it decides which metrics exist.
type EndpointKind string

// The endpoint kinds.
const (
	KindRealtime   EndpointKind = "realtime"
	KindServerless EndpointKind = "serverless"
	KindAsync      EndpointKind = "async"
	KindComponents EndpointKind = "inference-components"
)

// EndpointExpectation is what a spec says about an endpoint it does not own. A zero
// field is no statement.
type EndpointExpectation struct {
	Name     string               `json:"name"`
	Kind     EndpointKind         `json:"kind,omitempty"`
	Variants []VariantExpectation `json:"variants,omitempty"`
	// Components are names of inference components that must be on the endpoint.
	Components []string `json:"components,omitempty"`
}

// VariantExpectation is the part of an EndpointExpectation about one variant.
type VariantExpectation struct {
	Name           string `json:"name"`
	InstanceType   string `json:"instanceType,omitempty"`
	MaxConcurrency int32  `json:"maxConcurrency,omitempty"`
	MemorySizeInMB int32  `json:"memorySizeInMB,omitempty"`
}

// Observed is what AWS says at one moment. A thing that does not exist is absent. It is
// only ever complete: a reader that could not see everything returns an error instead.
type Observed struct {
	Account    string
	Region     string
	ReadAt     time.Time
	Targets    map[TargetID]ObservedTarget
	Alarms     map[string]ObservedAlarm
	Endpoints  map[string]Endpoint
	Components map[string]Component
}

// ObservedTarget is a registered scalable target and its children, sorted by name.
type ObservedTarget struct {
	ScalableTarget
	ARN          string
	CreationTime time.Time
	// TagsUnknown is set for targets registered before AWS gave targets an ARN: their
	// tags cannot be read, which is not the same as having none.
	TagsUnknown      bool
	Policies         []ObservedPolicy
	ScheduledActions []ObservedScheduledAction
}

// ObservedPolicy is a live scaling policy. AlarmNames lists the alarms that AWS made for
// target tracking, or the alarms whose actions name a step policy.
type ObservedPolicy struct {
	Policy
	ARN          string
	CreationTime time.Time
	AlarmNames   []string
}

// ObservedScheduledAction is a live scheduled action.
type ObservedScheduledAction struct {
	ScheduledAction
	ARN          string
	CreationTime time.Time
}

// ObservedAlarm is a live CloudWatch alarm. Its AlarmActions hold ARNs as AWS returned
// them; see Alarm.WithPolicyARN.
type ObservedAlarm struct {
	Alarm
	ARN   string
	State string
	// Unmanaged names alarm settings that scalectl has no word for but would erase by
	// putting the alarm, since PutMetricAlarm replaces the whole configuration.
	Unmanaged []string
}

// Endpoint is a live endpoint as far as scaling needs to know it.
type Endpoint struct {
	Name       string
	Status     string
	ConfigName string
	Kind       EndpointKind
	Variants   map[string]Variant
}

// Variant is a live production variant. Counts are AWS's own.
type Variant struct {
	Name                   string
	InstanceType           string
	DesiredInstanceCount   int32
	CurrentInstanceCount   int32
	Serverless             bool
	MemorySizeInMB         int32
	MaxConcurrency         int32
	ProvisionedConcurrency int32
	ManagedInstanceScaling bool
}

// Component is a live inference component.
type Component struct {
	Name             string
	Endpoint         string
	Variant          string
	Status           string
	DesiredCopyCount int32
	CurrentCopyCount int32
}

// Capacity returns the capacity that AWS is asked to keep for the target now, and
// whether the resource was found.
func (o Observed) Capacity(id TargetID) (n int32, ok bool) {
	switch id.Dimension {
	case CopyCount:
		c, ok := o.Components[id.Component()]
		return c.DesiredCopyCount, ok
	case ProvisionedConcurrency:
		v, ok := o.Endpoints[id.Endpoint()].Variants[id.Variant()]
		return v.ProvisionedConcurrency, ok
	}
	v, ok := o.Endpoints[id.Endpoint()].Variants[id.Variant()]
	return v.DesiredInstanceCount, ok
}

// Ptr returns a pointer to a copy of v.
func Ptr[T any](v T) *T { return &v }

// canonicalJSON encodes v with sorted map keys, for keys and hashes.
func canonicalJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("this is a bug in scalectl: encode %T: %v", v, err))
	}
	return string(b)
}
