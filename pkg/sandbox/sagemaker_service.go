package sandbox

import "net/http"

// sageMakerService is the hosting part of SageMaker: JSON 1.1 (fact 2).
func sageMakerService() *service {
	return &service{
		name: ServiceSageMaker, targetPrefix: "SageMaker", jsonVersion: "1.1",
		validationCode: "ValidationException", accessDenied: "AccessDeniedException", deniedStatus: http.StatusBadRequest,
		operations: []Operation{
			{Name: "CreateModel", Mutating: true, input: smCreateModelInput, handle: createModel, resource: member("ModelName")},
			{Name: "DescribeModel", input: smModelRef, handle: describeModel, resource: member("ModelName")},
			{Name: "DeleteModel", Mutating: true, input: smModelRef, handle: deleteModel, resource: member("ModelName")},
			{Name: "ListModels", input: smListModelsInput, handle: listModels},

			{Name: "CreateEndpointConfig", Mutating: true, input: smCreateEndpointConfigInput, handle: createEndpointConfig, resource: member("EndpointConfigName")},
			{Name: "DescribeEndpointConfig", input: smConfigRef, handle: describeEndpointConfig, resource: member("EndpointConfigName")},
			{Name: "DeleteEndpointConfig", Mutating: true, input: smConfigRef, handle: deleteEndpointConfig, resource: member("EndpointConfigName")},
			{Name: "ListEndpointConfigs", input: smListModelsInput, handle: listEndpointConfigs},

			{Name: "CreateEndpoint", Mutating: true, input: smCreateEndpointInput, handle: createEndpoint, resource: endpointShown},
			{Name: "DescribeEndpoint", input: smEndpointRef, handle: describeEndpoint, resource: endpointShown},
			{Name: "DeleteEndpoint", Mutating: true, input: smEndpointRef, handle: deleteEndpoint, resource: endpointShown},
			{Name: "ListEndpoints", input: smListEndpointsInput, handle: listEndpoints},
			{Name: "UpdateEndpointWeightsAndCapacities", Mutating: true, input: smUpdateWeightsInput, handle: updateWeightsAndCapacities, resource: endpointShown},

			{Name: "CreateInferenceComponent", Mutating: true, input: smCreateInferenceComponentInput, handle: createInferenceComponent, resource: componentShown},
			{Name: "DescribeInferenceComponent", input: smComponentRef, handle: describeInferenceComponent, resource: componentShown},
			{Name: "DeleteInferenceComponent", Mutating: true, input: smComponentRef, handle: deleteInferenceComponent, resource: componentShown},
			{Name: "ListInferenceComponents", input: smListComponentsInput, handle: listInferenceComponents, resource: member("EndpointNameEquals")},
			{Name: "UpdateInferenceComponentRuntimeConfig", Mutating: true, input: smUpdateRuntimeInput, handle: updateInferenceComponentRuntimeConfig, resource: componentShown},

			{Name: "AddTags", Mutating: true, handle: addSageMakerTags, resource: member("ResourceArn"),
				input: Struct(Req("ResourceArn", smResourceARN), Req("Tags", smTags))},
			{Name: "DeleteTags", Mutating: true, handle: deleteSageMakerTags, resource: member("ResourceArn"),
				input: Struct(Req("ResourceArn", smResourceARN), Req("TagKeys", ListOf(smTagKey).Len(1, 50)))},
			{Name: "ListTags", handle: listSageMakerTags, resource: member("ResourceArn"),
				input: Struct(Req("ResourceArn", smResourceARN), Opt("NextToken", Str().Len(0, 8192)), Opt("MaxResults", Int().Range(50, -1)))},
		},
	}
}

// Shapes of references and updates.
var (
	smResourceARN  = Str().Len(0, 256).Match(`arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+`)
	smModelRef     = Struct(Req("ModelName", smModelName))
	smConfigRef    = Struct(Req("EndpointConfigName", smName))
	smEndpointRef  = Struct(Req("EndpointName", smName))
	smComponentRef = Struct(Req("InferenceComponentName", smModelName))

	smUpdateWeightsInput = Struct(
		Req("EndpointName", smName),
		Req("DesiredWeightsAndCapacities", ListOf(Struct(
			Req("VariantName", smName),
			Opt("DesiredWeight", Float32().Range(0, -1)),
			Opt("DesiredInstanceCount", Int().Range(0, -1)),
			Opt("ServerlessUpdateConfig", Struct(
				Opt("MaxConcurrency", Int().Range(1, 200)),
				Opt("ProvisionedConcurrency", Int().Range(1, 200)))))).Len(1, -1)))

	smUpdateRuntimeInput = Struct(
		Req("InferenceComponentName", smModelName),
		Req("DesiredRuntimeConfig", smComponentRuntimeConfig))
)

// The call log names endpoints and components the way scalable targets do.

func endpointShown(in Map) string { return "endpoint/" + in.Str("EndpointName") }

func componentShown(in Map) string { return "inference-component/" + in.Str("InferenceComponentName") }

// smKinds are the words of SageMaker's messages for the kinds in ARNs (facts 159, 160).
var smKinds = map[string]string{
	"model": "model", "endpoint-config": "endpoint configuration",
	"endpoint": "endpoint", "inference-component": "inference component",
}

// notFound is a ValidationException: the model declares no error for it (fact 158).
func (c *Call) notFound(kind, name string) *Error {
	return invalidf("Could not find %s %q.", smKinds[kind], c.sageMakerARN(kind, name))
}

func (c *Call) exists(kind, name string) *Error {
	return invalidf("Cannot create already existing %s %q.", smKinds[kind], c.sageMakerARN(kind, name))
}
