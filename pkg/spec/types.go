package spec

import (
	"time"

	"github.com/scalectl/scalectl/pkg/model"
)

// APIVersion is the value of apiVersion that this version reads.
const APIVersion = "scalectl/v1"

// The structs below are the grammar of the spec: one struct per object, one field per
// key. The yaml tag is the key. Which keys are required, which values are allowed and
// what each key means stands in schemas/scalectl.v1.schema.json; a test holds the two
// together in both directions. errors:"each" marks a Map whose entries stand for
// themselves: an error in one leaves out that entry alone. vars:"target" marks where
// ${endpoint}, ${variant} and ${component} may stand; such a Val holds the text before
// they are filled in.

// Fleet is the whole spec: every file, merged, with the selected environment applied.
type Fleet struct {
	Obj
	APIVersion   Val[string]       `yaml:"apiVersion"`
	Stack        Val[string]       `yaml:"stack"`
	Account      Val[string]       `yaml:"account"`
	Region       Val[string]       `yaml:"region"`
	Tags         Map[Val[string]]  `yaml:"tags"`
	Guards       *Guards           `yaml:"guards"`
	Policies     Map[*Policy]      `yaml:"policies" errors:"each"`
	Endpoints    Map[*Endpoint]    `yaml:"endpoints" errors:"each"`
	Environments Map[*Environment] `yaml:"environments"`
}

// Guards holds the limits that a plan may not pass without consent.
type Guards struct {
	Obj
	MaxDeletes Val[model.Percent] `yaml:"maxDeletes"`
}

// Environment is a named patch over the rest of the spec. Its values are merged before
// the spec is typed, so the struct holds no fields: rules see the patched Fleet.
type Environment struct{ Obj }

// Endpoint is a SageMaker endpoint that was made elsewhere. Async and the variants'
// facts are statements about it; only what stands under scaling is managed.
type Endpoint struct {
	Obj
	Async               *Async          `yaml:"async"`
	Variants            Map[*Variant]   `yaml:"variants" errors:"each"`
	InferenceComponents Map[*Component] `yaml:"inferenceComponents" errors:"each"`
}

// Async states that an endpoint is asynchronous. `async: {}` says no more than that.
type Async struct {
	Obj
	MaxConcurrentInvocationsPerInstance Val[int32] `yaml:"maxConcurrentInvocationsPerInstance"`
}

// Variant is a production variant.
type Variant struct {
	Obj
	InstanceType Val[string] `yaml:"instanceType"`
	Serverless   *Serverless `yaml:"serverless"`
	Scaling      *Scaling    `yaml:"scaling"`
}

// Serverless states that a variant is serverless.
type Serverless struct {
	Obj
	MemorySizeInMB         Val[int32] `yaml:"memorySizeInMB"`
	MaxConcurrency         Val[int32] `yaml:"maxConcurrency"`
	ProvisionedConcurrency Val[int32] `yaml:"provisionedConcurrency"`
}

// Component is an inference component.
type Component struct {
	Obj
	Scaling *Scaling `yaml:"scaling"`
}

// The values of Scaling.Dimension.
const (
	DimensionInstanceCount          = "DesiredInstanceCount"
	DimensionProvisionedConcurrency = "DesiredProvisionedConcurrency"
	DimensionCopyCount              = "DesiredCopyCount"
)

// Scaling is a scalable target and everything that hangs off it.
type Scaling struct {
	Obj
	Dimension        Val[string]           `yaml:"dimension"`
	MinCapacity      Val[int32]            `yaml:"minCapacity"`
	MaxCapacity      Val[int32]            `yaml:"maxCapacity"`
	Policies         Map[*Policy]          `yaml:"policies" errors:"each"`
	ScheduledActions Map[*ScheduledAction] `yaml:"scheduledActions" errors:"each"`
	Suspended        *Suspended            `yaml:"suspended"`
	Tags             Map[Val[string]]      `yaml:"tags"`
	Protect          Val[bool]             `yaml:"protect"`
}

// Suspended switches kinds of scaling off.
type Suspended struct {
	Obj
	DynamicScalingIn  Val[bool] `yaml:"dynamicScalingIn"`
	DynamicScalingOut Val[bool] `yaml:"dynamicScalingOut"`
	ScheduledScaling  Val[bool] `yaml:"scheduledScaling"`
}

// Policy is a scaling policy: exactly one of TargetTracking and StepScaling, or neither
// where a target attaches a policy of the top level by name.
type Policy struct {
	Obj
	TargetTracking *TargetTracking `yaml:"targetTracking"`
	StepScaling    *StepScaling    `yaml:"stepScaling"`
}

// TargetTracking keeps a metric near a value.
type TargetTracking struct {
	Obj
	TargetValue      Val[float64]       `yaml:"targetValue"`
	PredefinedMetric Val[string]        `yaml:"predefinedMetric"`
	CustomizedMetric *CustomizedMetric  `yaml:"customizedMetric"`
	ScaleInCooldown  Val[model.Seconds] `yaml:"scaleInCooldown"`
	ScaleOutCooldown Val[model.Seconds] `yaml:"scaleOutCooldown"`
	DisableScaleIn   Val[bool]          `yaml:"disableScaleIn"`
}

// CustomizedMetric is the metric of a target-tracking policy: one metric, or metric math.
type CustomizedMetric struct {
	Obj
	MetricName Val[string]        `yaml:"metricName"`
	Namespace  Val[string]        `yaml:"namespace"`
	Dimensions Map[Val[string]]   `yaml:"dimensions" vars:"target"`
	Statistic  Val[string]        `yaml:"statistic"`
	Unit       Val[string]        `yaml:"unit"`
	Metrics    List[*MetricQuery] `yaml:"metrics"`
}

// MetricQuery is one line of metric math. Period and AccountID exist in alarms only.
type MetricQuery struct {
	Obj
	ID         Val[string]        `yaml:"id"`
	Expression Val[string]        `yaml:"expression"`
	Label      Val[string]        `yaml:"label"`
	ReturnData Val[bool]          `yaml:"returnData"`
	MetricStat *MetricStat        `yaml:"metricStat"`
	Period     Val[model.Seconds] `yaml:"period"`
	AccountID  Val[string]        `yaml:"accountId"`
}

// MetricStat is the metric of a MetricQuery. Period exists in alarms only.
type MetricStat struct {
	Obj
	MetricName Val[string]        `yaml:"metricName"`
	Namespace  Val[string]        `yaml:"namespace"`
	Dimensions Map[Val[string]]   `yaml:"dimensions" vars:"target"`
	Stat       Val[string]        `yaml:"stat"`
	Unit       Val[string]        `yaml:"unit"`
	Period     Val[model.Seconds] `yaml:"period"`
}

// StepScaling changes capacity by an amount that depends on how far an alarm is
// breached. Its alarms stand in Alarm (one) or Alarms (several, by key).
type StepScaling struct {
	Obj
	AdjustmentType         Val[string]        `yaml:"adjustmentType"`
	MetricAggregationType  Val[string]        `yaml:"metricAggregationType"`
	Cooldown               Val[model.Seconds] `yaml:"cooldown"`
	MinAdjustmentMagnitude Val[int32]         `yaml:"minAdjustmentMagnitude"`
	StepAdjustments        List[*Step]        `yaml:"stepAdjustments"`
	Alarm                  *Alarm             `yaml:"alarm"`
	Alarms                 Map[*Alarm]        `yaml:"alarms"`
}

// Step is one interval of a step policy.
type Step struct {
	Obj
	MetricIntervalLowerBound Val[float64] `yaml:"metricIntervalLowerBound"`
	MetricIntervalUpperBound Val[float64] `yaml:"metricIntervalUpperBound"`
	ScalingAdjustment        Val[int32]   `yaml:"scalingAdjustment"`
}

// Alarm is a CloudWatch alarm that drives the step policy it stands in.
type Alarm struct {
	Obj
	AlarmName                        Val[string]        `yaml:"name" vars:"target"`
	Description                      Val[string]        `yaml:"description" vars:"target"`
	MetricName                       Val[string]        `yaml:"metricName"`
	Namespace                        Val[string]        `yaml:"namespace"`
	Dimensions                       Map[Val[string]]   `yaml:"dimensions" vars:"target"`
	Statistic                        Val[string]        `yaml:"statistic"`
	ExtendedStatistic                Val[string]        `yaml:"extendedStatistic"`
	Unit                             Val[string]        `yaml:"unit"`
	Period                           Val[model.Seconds] `yaml:"period"`
	Metrics                          List[*MetricQuery] `yaml:"metrics"`
	EvaluationPeriods                Val[int32]         `yaml:"evaluationPeriods"`
	DatapointsToAlarm                Val[int32]         `yaml:"datapointsToAlarm"`
	Threshold                        Val[float64]       `yaml:"threshold"`
	ComparisonOperator               Val[string]        `yaml:"comparisonOperator"`
	TreatMissingData                 Val[string]        `yaml:"treatMissingData"`
	EvaluateLowSampleCountPercentile Val[string]        `yaml:"evaluateLowSampleCountPercentile"`
	ActionsEnabled                   Val[bool]          `yaml:"actionsEnabled"`
	AlarmActions                     List[Val[string]]  `yaml:"alarmActions"`
	OKActions                        List[Val[string]]  `yaml:"okActions"`
	InsufficientDataActions          List[Val[string]]  `yaml:"insufficientDataActions"`
	Tags                             Map[Val[string]]   `yaml:"tags"`
}

// ScheduledAction sets the bounds of a target at given times.
type ScheduledAction struct {
	Obj
	Schedule    Val[string]    `yaml:"schedule"`
	Timezone    Val[string]    `yaml:"timezone"`
	StartTime   Val[time.Time] `yaml:"startTime"`
	EndTime     Val[time.Time] `yaml:"endTime"`
	MinCapacity Val[int32]     `yaml:"minCapacity"`
	MaxCapacity Val[int32]     `yaml:"maxCapacity"`
}
