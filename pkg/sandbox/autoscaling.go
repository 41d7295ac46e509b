package sandbox

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The three scalable dimensions of SageMaker (section 2.1 of the facts).
const (
	dimensionInstances   = "sagemaker:variant:DesiredInstanceCount"
	dimensionConcurrency = "sagemaker:variant:DesiredProvisionedConcurrency"
	dimensionCopies      = "sagemaker:inference-component:DesiredCopyCount"
)

// Quotas of Application Auto Scaling (fact 111).
const (
	maxTargets           = 500 // per dimension and region, unless Options.MaxTargets says otherwise
	maxPolicies          = 50  // per target
	maxScheduledActions  = 200 // per target
	maxStepAdjustments   = 20  // per policy
	maxTags              = 50  // UNSURE fact 33
	pageSize             = 50  // fact 36
	policyPageSize       = 10  // fact 36
	maxFilterItems       = 50  // fact 37
	serviceLinkedRole    = "aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
	unsupportedTargetMsg = "Unsupported service namespace, resource type or scalable dimension" // fact 22
)

var (
	serviceNamespaces = []string{"ecs", "elasticmapreduce", "ec2", "appstream", "dynamodb", "rds", "sagemaker",
		"custom-resource", "comprehend", "lambda", "cassandra", "kafka", "elasticache", "neptune", "workspaces"}
	scalableDimensions = []string{"ecs:service:DesiredCount", "ec2:spot-fleet-request:TargetCapacity",
		"elasticmapreduce:instancegroup:InstanceCount", "appstream:fleet:DesiredCapacity",
		"dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits", "dynamodb:index:ReadCapacityUnits",
		"dynamodb:index:WriteCapacityUnits", "rds:cluster:ReadReplicaCount", dimensionInstances,
		"custom-resource:ResourceType:Property", "comprehend:document-classifier-endpoint:DesiredInferenceUnits",
		"comprehend:entity-recognizer-endpoint:DesiredInferenceUnits", "lambda:function:ProvisionedConcurrency",
		"cassandra:table:ReadCapacityUnits", "cassandra:table:WriteCapacityUnits", "kafka:broker-storage:VolumeSize",
		"elasticache:cache-cluster:Nodes", "elasticache:replication-group:NodeGroups",
		"elasticache:replication-group:Replicas", "neptune:cluster:ReadReplicaCount", dimensionConcurrency,
		dimensionCopies, "workspaces:workspacespool:DesiredUserSessions"}
)

// Shapes that several operations share, from the service model.
var (
	shapeNamespace = Enum(serviceNamespaces...)
	shapeDimension = Enum(scalableDimensions...)
	shapeLongID    = Str().Len(1, 1600)
	shapeIDs       = ListOf(shapeLongID).Len(0, maxFilterItems)
	shapeToken     = Str()
	shapeTagARN    = Str().Len(1, 1011).Match(`arn:.+:application-autoscaling:.+:[0-9]+:scalable-target\/[a-zA-Z0-9-]+`)
	shapeTags      = MapOf(Str().Len(0, 256))
)

func keyFields(more ...Field) []Field {
	return append([]Field{Req("ServiceNamespace", shapeNamespace), Req("ResourceId", shapeLongID),
		Req("ScalableDimension", shapeDimension)}, more...)
}

func pageFields(size int, more ...Field) []Field {
	return append([]Field{Req("ServiceNamespace", shapeNamespace), Opt("ScalableDimension", shapeDimension),
		Opt("MaxResults", Int().Range(1, float64(size))), Opt("NextToken", shapeToken)}, more...)
}

// autoScalingService is Application Auto Scaling: JSON 1.1 (fact 1).
func autoScalingService() *service {
	resource := func(in Map) string { return in.Str("ResourceId") }
	named := func(member string) func(Map) string {
		return func(in Map) string { return in.Str("ResourceId") + "/" + in.Str(member) }
	}
	arn := func(in Map) string { return in.Str("ResourceARN") }
	return &service{
		name: ServiceAutoScaling, targetPrefix: "AnyScaleFrontendService", jsonVersion: "1.1",
		validationCode: "ValidationException", accessDenied: "AccessDeniedException",
		deniedStatus: http.StatusBadRequest,
		operations: []Operation{
			{Name: "RegisterScalableTarget", Mutating: true, exclusive: true, handle: registerScalableTarget, resource: resource,
				input: Struct(keyFields(Opt("MinCapacity", Int()), Opt("MaxCapacity", Int()),
					Opt("RoleARN", shapeLongID), Opt("SuspendedState", shapeSuspended), Opt("Tags", shapeTags))...)},
			{Name: "DeregisterScalableTarget", Mutating: true, exclusive: true, handle: deregisterScalableTarget, resource: resource,
				input: Struct(keyFields()...)},
			{Name: "DescribeScalableTargets", handle: describeScalableTargets,
				input: Struct(pageFields(pageSize, Opt("ResourceIds", shapeIDs))...)},

			{Name: "PutScalingPolicy", Mutating: true, exclusive: true, handle: putScalingPolicy, resource: named("PolicyName"),
				input: Struct(keyFields(Req("PolicyName", Str().Len(1, 256).Match(`\P{C}+`)),
					Opt("PolicyType", Enum("StepScaling", "TargetTrackingScaling", "PredictiveScaling")),
					Opt("StepScalingPolicyConfiguration", shapeStep),
					Opt("TargetTrackingScalingPolicyConfiguration", shapeTargetTracking),
					Opt("PredictiveScalingPolicyConfiguration", Any()))...)},
			{Name: "DeleteScalingPolicy", Mutating: true, exclusive: true, handle: deleteScalingPolicy, resource: named("PolicyName"),
				input: Struct(keyFields(Req("PolicyName", shapeLongID))...)},
			{Name: "DescribeScalingPolicies", handle: describeScalingPolicies, resource: resource,
				input: Struct(pageFields(policyPageSize, Opt("PolicyNames", shapeIDs), Opt("ResourceId", shapeLongID))...)},

			{Name: "PutScheduledAction", Mutating: true, handle: putScheduledAction, resource: named("ScheduledActionName"),
				input: Struct(keyFields(Req("ScheduledActionName", shapeActionName), Opt("Schedule", shapeLongID),
					Opt("Timezone", shapeLongID), Opt("StartTime", Time()), Opt("EndTime", Time()),
					Opt("ScalableTargetAction", Struct(Opt("MinCapacity", Int()), Opt("MaxCapacity", Int()))))...)},
			{Name: "DeleteScheduledAction", Mutating: true, handle: deleteScheduledAction, resource: named("ScheduledActionName"),
				input: Struct(keyFields(Req("ScheduledActionName", shapeLongID))...)},
			{Name: "DescribeScheduledActions", handle: describeScheduledActions, resource: resource,
				input: Struct(pageFields(pageSize, Opt("ScheduledActionNames", shapeIDs), Opt("ResourceId", shapeLongID))...)},

			{Name: "DescribeScalingActivities", handle: describeScalingActivities, resource: resource,
				input: Struct(pageFields(pageSize, Opt("ResourceId", shapeLongID), Opt("IncludeNotScaledActivities", Bool()))...)},

			{Name: "TagResource", Mutating: true, handle: tagScalableTarget, resource: arn,
				input: Struct(Req("ResourceARN", shapeTagARN), Req("Tags", shapeTags))},
			{Name: "UntagResource", Mutating: true, handle: untagScalableTarget, resource: arn,
				input: Struct(Req("ResourceARN", shapeTagARN), Req("TagKeys", ListOf(Str().Len(1, 128)).Len(0, 200)))},
			{Name: "ListTagsForResource", handle: listScalableTargetTags, resource: arn,
				input: Struct(Req("ResourceARN", shapeTagARN))},
		},
	}
}

var (
	variantResource   = regexp.MustCompile(`^endpoint/([a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62})/variant/([a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62})$`)
	componentResource = regexp.MustCompile(`^inference-component/([a-zA-Z0-9](?:[\-a-zA-Z0-9]*[a-zA-Z0-9])?)$`)
)

// targetRef is the key of a scalable target, taken apart.
type targetRef struct {
	namespace, resourceID, dimension string
	endpoint, variant, component     string
}

func (r targetRef) key() string { return targetKey(r.namespace, r.resourceID, r.dimension) }

// ref reads the key of a target from the input. What SageMaker does not have is refused
// the way AAS refuses it everywhere (fact 22).
func (c *Call) ref() (targetRef, *Error) {
	return newRef(c.In.Str("ServiceNamespace"), c.In.Str("ResourceId"), c.In.Str("ScalableDimension"))
}

func newRef(namespace, resourceID, dimension string) (targetRef, *Error) {
	r := targetRef{namespace: namespace, resourceID: resourceID, dimension: dimension}
	if namespace != "sagemaker" {
		return r, invalidf(unsupportedTargetMsg)
	}
	switch dimension {
	case dimensionInstances, dimensionConcurrency:
		if m := variantResource.FindStringSubmatch(resourceID); m != nil {
			r.endpoint, r.variant = m[1], m[2]
			return r, nil
		}
	case dimensionCopies:
		if m := componentResource.FindStringSubmatch(resourceID); m != nil {
			r.component = m[1]
			return r, nil
		}
	}
	return r, invalidf(unsupportedTargetMsg)
}

// target returns the registered target that the input names.
func (c *Call) target() (*ScalableTarget, *Error) {
	r, err := c.ref()
	if err != nil {
		return nil, err
	}
	t := c.Region.Targets.Get(r.key())
	if t == nil {
		// fact 50; https://github.com/ansible/ansible/issues/35632
		return nil, failf("ObjectNotFoundException",
			"No scalable target registered for service namespace: %s, resource ID: %s, scalable dimension: %s",
			r.namespace, r.resourceID, r.dimension)
	}
	return t, nil
}

// describeFilter refuses a dimension without a resource id (fact 35).
func (c *Call) describeFilter(hasResource bool) *Error {
	if c.In.Has("ScalableDimension") && !hasResource {
		return invalidf("If you specify a scalable dimension, you must also specify a resource ID.") // wording UNSURE fact 35
	}
	return nil
}

// splitKey takes apart the key of what hangs on a target: target key and name.
func splitKey(key string) (target targetRef, name string) {
	parts := strings.SplitN(key, "\n", 4)
	return targetRef{namespace: parts[0], resourceID: parts[1], dimension: parts[2]}, parts[3]
}

// matches reports whether a target's namespace, id and dimension pass the filters, of
// which empty ones let everything pass.
func (r targetRef) matches(namespace string, ids []string, dimension string) bool {
	return r.namespace == namespace && (len(ids) == 0 || slices.Contains(ids, r.resourceID)) &&
		(dimension == "" || r.dimension == dimension)
}

func optionalID(in Map) []string {
	if id, ok := in.StrOK("ResourceId"); ok {
		return []string{id}
	}
	return nil
}
