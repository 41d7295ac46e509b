// Package model holds the nouns that scalectl works with (scalable targets, scaling
// policies, CloudWatch alarms, scheduled actions and the endpoints they belong to),
// their addresses, and the normal form that makes equal things equal. It knows no
// client, no file and no clock.
package model

import (
	"cmp"
	"fmt"
	"strings"
)

// Dimension is a scalable dimension of the sagemaker namespace of Application Auto
// Scaling.
// https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-sagemaker.html
type Dimension string

// The three dimensions that Application Auto Scaling knows for SageMaker.
const (
	InstanceCount          Dimension = "sagemaker:variant:DesiredInstanceCount"
	ProvisionedConcurrency Dimension = "sagemaker:variant:DesiredProvisionedConcurrency"
	CopyCount              Dimension = "sagemaker:inference-component:DesiredCopyCount"
)

// Dimensions lists every dimension in the order in which output names them.
func Dimensions() []Dimension {
	return []Dimension{InstanceCount, ProvisionedConcurrency, CopyCount}
}

// Unit returns what the dimension counts, in the singular or plural that fits n.
func (d Dimension) Unit(n int32) string {
	word := map[Dimension]string{
		InstanceCount:          "instance",
		ProvisionedConcurrency: "unit of provisioned concurrency",
		CopyCount:              "copy",
	}[d]
	if n == 1 || word == "" {
		return word
	}
	switch d {
	case ProvisionedConcurrency:
		return "units of provisioned concurrency"
	case CopyCount:
		return "copies"
	}
	return word + "s"
}

// TargetID is the key of a scalable target within the sagemaker namespace. Two
// dimensions share the form of their resource id, so the dimension belongs to the key.
type TargetID struct {
	ResourceID string    `json:"resourceId"`
	Dimension  Dimension `json:"dimension"`
}

// VariantTarget returns the key of the target of a production variant.
func VariantTarget(endpoint, variant string, d Dimension) TargetID {
	return TargetID{ResourceID: "endpoint/" + endpoint + "/variant/" + variant, Dimension: d}
}

// ComponentTarget returns the key of the target of an inference component.
func ComponentTarget(component string) TargetID {
	return TargetID{ResourceID: "inference-component/" + component, Dimension: CopyCount}
}

// Endpoint and Variant return the names in a variant's resource id; both are empty for
// an inference component and for a resource id of another form.
func (id TargetID) Endpoint() string { e, _ := id.variantParts(); return e }

// Variant returns the variant name of a variant's resource id, or "".
func (id TargetID) Variant() string { _, v := id.variantParts(); return v }

// Component returns the name in an inference component's resource id, or "".
func (id TargetID) Component() string {
	name, ok := strings.CutPrefix(id.ResourceID, "inference-component/")
	if !ok {
		return ""
	}
	return name
}

func (id TargetID) variantParts() (endpoint, variant string) {
	parts := strings.Split(id.ResourceID, "/")
	if len(parts) != 4 || parts[0] != "endpoint" || parts[2] != "variant" {
		return "", ""
	}
	return parts[1], parts[3]
}

// Address returns the printable name of the target. It is the resource id, except that
// provisioned concurrency, which shares its resource id with the instance count, has a
// suffix.
func (id TargetID) Address() string {
	if id.Dimension == ProvisionedConcurrency {
		return id.ResourceID + "/provisioned-concurrency"
	}
	return id.ResourceID
}

// PolicyAddress returns the printable name of a scaling policy of the target.
func (id TargetID) PolicyAddress(policy string) string { return id.Address() + "/policy/" + policy }

// ScheduleAddress returns the printable name of a scheduled action of the target.
func (id TargetID) ScheduleAddress(action string) string { return id.Address() + "/schedule/" + action }

// AlarmAddress returns the printable name of a CloudWatch alarm. Alarms live in a
// namespace of their own, so their address does not depend on a target.
func AlarmAddress(name string) string { return "alarm/" + name }

// Compare orders targets by resource id, then dimension.
func (id TargetID) Compare(other TargetID) int {
	return cmp.Or(cmp.Compare(id.ResourceID, other.ResourceID), cmp.Compare(id.Dimension, other.Dimension))
}

// String returns the address.
func (id TargetID) String() string { return id.Address() }

// Tag keys that scalectl itself writes.
const (
	// TagStack marks the owner of a scalable target or alarm.
	TagStack = "scalectl:stack"
	// TagProtect marks an object that may not be deleted without consent. It lives on
	// the object because an object that left the spec has no other memory.
	TagProtect = "scalectl:protect"
)

// ScalableTarget is what RegisterScalableTarget registers: bounds, suspension and tags.
// The capacity in between belongs to the autoscaler and is not part of it.
// https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html
type ScalableTarget struct {
	ID          TargetID          `json:"id"`
	MinCapacity int32             `json:"minCapacity"`
	MaxCapacity int32             `json:"maxCapacity"`
	Suspended   Suspended         `json:"suspended"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// Suspended tells which kinds of scaling are switched off.
type Suspended struct {
	DynamicScalingIn  bool `json:"dynamicScalingIn"`
	DynamicScalingOut bool `json:"dynamicScalingOut"`
	ScheduledScaling  bool `json:"scheduledScaling"`
}

// Seconds is a duration in whole seconds, the unit of every duration in these APIs.
type Seconds int32

// String formats the duration the way specs write it: 30s, 10m, 1h30m.
func (s Seconds) String() string {
	if s < 0 {
		return fmt.Sprintf("%ds", int32(s))
	}
	h, m, sec := s/3600, s/60%60, s%60
	var b strings.Builder
	if h > 0 {
		fmt.Fprintf(&b, "%dh", h)
	}
	if m > 0 {
		fmt.Fprintf(&b, "%dm", m)
	}
	if sec > 0 || b.Len() == 0 {
		fmt.Fprintf(&b, "%ds", sec)
	}
	return b.String()
}
