package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// State is everything that the sandbox remembers but the call log. It is kept as JSON,
// so every field is exported.
type State struct {
	Clock   clockState
	IDs     int64 // uuids handed out so far
	Regions map[string]*Region
}

func newState() *State { return &State{Regions: map[string]*Region{}} }

func (s *State) region(name string) *Region {
	r := s.Regions[name]
	if r == nil {
		r = &Region{Name: name}
		s.Regions[name] = r
	}
	return r
}

// newID makes the uuid of counter n.
func newID(n int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "scalectl sandbox %d", n))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}

// Region is the state of one region.
type Region struct {
	Name string

	// SageMaker; keys are names in lower case where AWS compares them that way (fact 152),
	// see endpointKey.
	Models          Table[Model]
	EndpointConfigs Table[EndpointConfig]
	Endpoints       Table[Endpoint]
	Components      Table[InferenceComponent]

	// Application Auto Scaling. Keys are targetKey, and targetKey plus name for what hangs
	// on a target.
	Targets          Table[ScalableTarget]
	Policies         Table[ScalingPolicy]
	ScheduledActions Table[ScheduledAction]
	Activities       []*Activity // oldest first

	// CloudWatch, by alarm name.
	Alarms Table[Alarm]
}

// endpointKey is the key of Region.Endpoints: endpoint names are compared without case.
func endpointKey(name string) string { return strings.ToLower(name) }

// Endpoint is a SageMaker endpoint.
type Endpoint struct {
	Name          string
	ARN           string
	ConfigName    string
	Status        string // InService, Creating, Updating, Deleting, Failed, ...
	FailureReason string `json:",omitempty"`
	Variants      []*Variant
	Shadows       []*Variant `json:",omitempty"`
	// Async, DataCapture and the like are copies from the config at the time it was applied,
	// because a config may be deleted while it serves.
	Async          Map `json:",omitempty"`
	DataCapture    Map `json:",omitempty"`
	Explainer      Map `json:",omitempty"`
	LastDeployment Map `json:",omitempty"`
	// Pending is the update under way, for DescribeEndpoint's PendingDeploymentSummary.
	Pending *PendingUpdate `json:",omitempty"`
	// Transition ends the present status at its time; nil when nothing is under way.
	Transition *Transition `json:",omitempty"`
	Created    time.Time
	Modified   time.Time
	Tags       map[string]string `json:",omitempty"`
}

// Variant is a production variant as it runs.
type Variant struct {
	Name         string
	ModelName    string `json:",omitempty"` // empty with inference components
	InstanceType string `json:",omitempty"` // empty when serverless or with instance pools

	CurrentCount, DesiredCount   int64
	CurrentWeight, DesiredWeight float64 // always a float32's value (fact 171)

	// Serverless is set on serverless variants only, both together.
	CurrentServerless *Serverless `json:",omitempty"`
	DesiredServerless *Serverless `json:",omitempty"`

	ManagedInstanceScaling Map    `json:",omitempty"`
	RoutingConfig          Map    `json:",omitempty"`
	Status                 string `json:",omitempty"` // VariantStatus while something is under way
}

// Serverless is a serverless variant's configuration.
type Serverless struct {
	MemorySizeInMB         int64
	MaxConcurrency         int64
	ProvisionedConcurrency int64 // 0 = none
}

// PendingUpdate is an UpdateEndpoint that has not finished.
type PendingUpdate struct {
	ConfigName string
	Started    time.Time
	Variants   []*Variant
	Shadows    []*Variant `json:",omitempty"`
	// Outcome "" lands; "rollback" returns to the old config; "failed" is UpdateRollbackFailed.
	Outcome string `json:",omitempty"`
	Reason  string `json:",omitempty"`
}

// Transition is a change of status that happens by itself at a moment of the clock.
type Transition struct {
	At time.Time
	// Kind says what happens: "create", "update", "scale", "delete" or "rollback".
	Kind string
}

// EndpointConfig is immutable. Body is the CreateEndpointConfig input, checked, without
// Tags.
type EndpointConfig struct {
	Name    string
	ARN     string
	Body    Map
	Created time.Time
	Tags    map[string]string `json:",omitempty"`
}

// Model is immutable. Body is the CreateModel input, checked, without Tags.
type Model struct {
	Name    string
	ARN     string
	Body    Map
	Created time.Time
	Tags    map[string]string `json:",omitempty"`
}

// InferenceComponent runs copies on a variant's instances.
type InferenceComponent struct {
	Name          string
	ARN           string
	EndpointName  string
	VariantName   string
	Body          Map // the CreateInferenceComponent input without Tags
	Status        string
	FailureReason string `json:",omitempty"`
	CurrentCopies int64
	DesiredCopies int64
	Transition    *Transition `json:",omitempty"`
	Created       time.Time
	Modified      time.Time
	Tags          map[string]string `json:",omitempty"`
}

// ScalableTarget is a registration with Application Auto Scaling.
type ScalableTarget struct {
	Namespace, ResourceID, Dimension string

	ID        string // 36 characters, in the ARN of the target and of everything on it
	ARN       string
	Min, Max  int64
	Suspended Suspended
	Created   time.Time
	Tags      map[string]string `json:",omitempty"`
}

// Suspended is the SuspendedState of a target.
type Suspended struct{ ScalingIn, ScalingOut, Scheduled bool }

// targetKey is the key of Region.Targets, and with a name after it of what hangs on a
// target. No part can contain a line feed (facts 13, 89).
func targetKey(namespace, resourceID, dimension string) string {
	return namespace + "\n" + resourceID + "\n" + dimension + "\n"
}

func (t *ScalableTarget) key() string { return targetKey(t.Namespace, t.ResourceID, t.Dimension) }

// ScalingPolicy is a policy on a target. Config is the configuration of its type.
type ScalingPolicy struct {
	Target  string // targetKey
	Name    string
	ARN     string
	Type    string
	Config  Map
	Alarms  []string `json:",omitempty"` // names of the alarms of target tracking, which AWS owns
	Created time.Time
	// CooldownUntil: no further step scaling before (fact 80).
	CooldownUntil time.Time
}

// ScheduledAction is a scheduled action on a target.
type ScheduledAction struct {
	Target    string // targetKey
	Name      string
	ARN       string
	Schedule  string
	Timezone  string `json:",omitempty"`
	Start     *time.Time
	End       *time.Time
	Min, Max  *int64
	Created   time.Time
	NextFire  *time.Time // nil: never again
	LastFired *time.Time
}

// Activity is a scaling activity. Open ones end with the transition of their resource.
type Activity struct {
	ID                               string
	Seq                              int64 // grows with every activity
	Namespace, ResourceID, Dimension string
	Description, Cause               string
	Start                            time.Time
	End                              *time.Time
	Status, Message                  string
	NotScaled                        []Map `json:",omitempty"` // NotScaledReasons: a decision not to act
	// Pending is the capacity an open activity waits for.
	Pending *int64 `json:",omitempty"`
}

// Alarm is a CloudWatch metric alarm. Config is the PutMetricAlarm input, checked,
// without Tags and with defaults as DescribeAlarms shows them.
type Alarm struct {
	Name   string
	ARN    string
	Config Map
	// Policy is the ARN of the target-tracking policy that made the alarm, "" for alarms
	// that somebody put.
	Policy string `json:",omitempty"`

	State           string // OK, ALARM, INSUFFICIENT_DATA
	StateReason     string
	StateReasonData string `json:",omitempty"`
	StateUpdated    time.Time
	StateChanged    time.Time
	ConfigUpdated   time.Time
	Tags            map[string]string `json:",omitempty"`
}
