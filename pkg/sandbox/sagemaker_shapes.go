package sandbox

// Shapes of the hosting operations, after the service model (service sagemaker, version
// 2017-07-24), structure by structure. Patterns that Go's regular expressions cannot
// express are left out: of ModelPackageName and of a rollback alarm's name.

var (
	// smName is the pattern of endpoints, endpoint configs and variants, smModelName that of
	// models and inference components (facts 150, 151).
	smName      = Str().Len(0, 63).Match(`[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`)
	smModelName = Str().Len(0, 63).Match(`[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?`)

	// smInstanceType accepts what looks like an instance type. AWS has a list of some 270, to
	// which it adds every month (facts 10, 12).
	smInstanceType = Enum("ml.t2.medium", "ml.m5.large", "ml.m5.xlarge", "ml.c5.large", "ml.g4dn.xlarge", "ml.g5.xlarge",
		"ml.p4d.24xlarge").OrLike(`ml\.[a-z0-9-]+\.[a-z0-9]+`)

	// Tags (fact 154).
	smTagKey = Str().Len(1, 128).Match(`([\p{L}\p{Z}\p{N}_.:/=+\-@]*)`)
	smTags   = ListOf(Struct(Req("Key", smTagKey), Req("Value", Str().Len(0, 256).Match(`([\p{L}\p{Z}\p{N}_.:/=+\-@]*)`)))).Len(0, 50)

	smContainerImage = Str().Len(0, 255).Match(`[\S]+`)

	smRepositoryAuthConfig = Struct(
		Req("RepositoryCredentialsProviderArn", Str().Len(1, 2048)),
	)

	smImageConfig = Struct(
		Req("RepositoryAccessMode", Enum("Platform", "Vpc")),
		Opt("RepositoryAuthConfig", smRepositoryAuthConfig),
	)
	smURL        = Str().Len(0, 1024).Match(`(https|s3)://([^/]+)/?(.*)`)
	smS3ModelURI = Str().Len(0, 1024).Match(`(https|s3)://([^/]+)/?(.*)`)

	smModelAccessConfig = Struct(
		Req("AcceptEula", Bool()),
	)

	smInferenceHubAccessConfig = Struct(
		Req("HubContentArn", Str().Len(0, 255)),
	)

	smS3ModelDataSource = Struct(
		Req("S3Uri", smS3ModelURI),
		Req("S3DataType", Enum("S3Prefix", "S3Object")),
		Req("CompressionType", Enum("None", "Gzip")),
		Opt("ModelAccessConfig", smModelAccessConfig),
		Opt("HubAccessConfig", smInferenceHubAccessConfig),
		Opt("ManifestS3Uri", smS3ModelURI),
		Opt("ETag", Str()),
		Opt("ManifestEtag", Str()),
	)

	smModelDataSource = Struct(
		Opt("S3DataSource", smS3ModelDataSource),
	)

	smAdditionalModelDataSource = Struct(
		Req("ChannelName", Str().Len(1, 64).Match(`[A-Za-z0-9\.\-_]+`)),
		Req("S3DataSource", smS3ModelDataSource),
	)

	smMultiModelConfig = Struct(
		Opt("ModelCacheSetting", Enum("Enabled", "Disabled")),
	)

	smContainerDefinition = Struct(
		Opt("ContainerHostname", Str().Len(0, 63).Match(`[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`)),
		Opt("Image", smContainerImage),
		Opt("ImageConfig", smImageConfig),
		Opt("Mode", Enum("SingleModel", "MultiModel")),
		Opt("ModelDataUrl", smURL),
		Opt("ModelDataSource", smModelDataSource),
		Opt("AdditionalModelDataSources", ListOf(smAdditionalModelDataSource).Len(0, 5)),
		Opt("Environment", MapOf(Str().Len(0, 1024)).Len(0, 100)),
		Opt("ModelPackageName", Str().Len(1, 176)),
		Opt("InferenceSpecificationName", Str().Len(1, 63).Match(`[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`)),
		Opt("MultiModelConfig", smMultiModelConfig),
	)

	smInferenceExecutionConfig = Struct(
		Req("Mode", Enum("Serial", "Direct")),
	)
	smRoleARN = Str().Len(20, 2048).Match(`arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`)

	smVPCConfig = Struct(
		Req("SecurityGroupIds", ListOf(Str().Len(0, 32).Match(`[-0-9a-zA-Z]+`)).Len(1, 5)),
		Req("Subnets", ListOf(Str().Len(0, 32).Match(`[-0-9a-zA-Z]+`)).Len(1, 16)),
	)

	smCreateModelInput = Struct(
		Req("ModelName", smModelName),
		Opt("PrimaryContainer", smContainerDefinition),
		Opt("Containers", ListOf(smContainerDefinition).Len(0, 15)),
		Opt("InferenceExecutionConfig", smInferenceExecutionConfig),
		Opt("ExecutionRoleArn", smRoleARN),
		Opt("Tags", smTags),
		Opt("VpcConfig", smVPCConfig),
		Opt("EnableNetworkIsolation", Bool()),
	)

	smInstancePool = Struct(
		Req("InstanceType", smInstanceType),
		Opt("ModelNameOverride", smModelName),
		Req("Priority", Int().Range(1, 5)),
	)
	smDestinationS3URI = Str().Len(0, 512).Match(`(https|s3)://([^/])/?(.*)`)
	smKMSKeyID         = Str().Len(0, 2048).Match(`[a-zA-Z0-9:/_-]*`)

	smVariantCoreDumpConfig = Struct(
		Req("DestinationS3Uri", smDestinationS3URI),
		Opt("KmsKeyId", smKMSKeyID),
	)

	smVariantServerlessConfig = Struct(
		Req("MemorySizeInMB", Int().Range(1024, 6144)),
		Req("MaxConcurrency", Int().Range(1, 200)),
		Opt("ProvisionedConcurrency", Int().Range(1, 200)),
	)

	smVariantScaleInPolicy = Struct(
		Req("Strategy", Enum("IDLE_RELEASE", "CONSOLIDATION")),
		Opt("MaximumStepSize", Int().Range(1, 100)),
		Opt("CooldownInMinutes", Int().Range(5, 1440)),
	)

	smVariantManagedInstanceScaling = Struct(
		Opt("Status", Enum("ENABLED", "DISABLED")),
		Opt("MinInstanceCount", Int().Range(0, -1)),
		Opt("MaxInstanceCount", Int().Range(1, -1)),
		Opt("ScaleInPolicy", smVariantScaleInPolicy),
	)

	smVariantRoutingConfig = Struct(
		Req("RoutingStrategy", Enum("LEAST_OUTSTANDING_REQUESTS", "RANDOM")),
	)

	smVariantCapacityReservationConfig = Struct(
		Opt("CapacityReservationPreference", Enum("capacity-reservations-only")),
		Opt("MlReservationArn", Str().Len(20, 258).Match(`arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z0-9\-]{1,14}/.*`)),
	)

	smProductionVariant = Struct(
		Req("VariantName", smName),
		Opt("ModelName", smModelName),
		Opt("InitialInstanceCount", Int().Range(1, -1)),
		Opt("InstanceType", smInstanceType),
		Opt("InstancePools", ListOf(smInstancePool).Len(1, 5)),
		Opt("VariantInstanceProvisionTimeoutInSeconds", Int().Range(300, 3600)),
		Opt("InitialVariantWeight", Float32().Range(0, -1)),
		Opt("AcceleratorType", Enum("ml.eia1.medium", "ml.eia1.large", "ml.eia1.xlarge", "ml.eia2.medium", "ml.eia2.large", "ml.eia2.xlarge")),
		Opt("CoreDumpConfig", smVariantCoreDumpConfig),
		Opt("ServerlessConfig", smVariantServerlessConfig),
		Opt("VolumeSizeInGB", Int().Range(1, 512)),
		Opt("ModelDataDownloadTimeoutInSeconds", Int().Range(60, 3600)),
		Opt("ContainerStartupHealthCheckTimeoutInSeconds", Int().Range(60, 3600)),
		Opt("EnableSSMAccess", Bool()),
		Opt("ManagedInstanceScaling", smVariantManagedInstanceScaling),
		Opt("RoutingConfig", smVariantRoutingConfig),
		Opt("InferenceAmiVersion", Enum("al2-ami-sagemaker-inference-gpu-2", "al2-ami-sagemaker-inference-gpu-2-1", "al2-ami-sagemaker-inference-gpu-3-1", "al2-ami-sagemaker-inference-neuron-2", "al2023-ami-sagemaker-inference-gpu-4-1")),
		Opt("CapacityReservationConfig", smVariantCapacityReservationConfig),
	)

	smCaptureOption = Struct(
		Req("CaptureMode", Enum("Input", "Output", "InputAndOutput")),
	)

	smCaptureContentTypeHeader = Struct(
		Opt("CsvContentTypes", ListOf(Str().Len(1, 256).Match(`[a-zA-Z0-9](-*[a-zA-Z0-9])*\/[a-zA-Z0-9](-*[a-zA-Z0-9.])*`)).Len(1, 10)),
		Opt("JsonContentTypes", ListOf(Str().Len(1, 256).Match(`[a-zA-Z0-9](-*[a-zA-Z0-9])*\/[a-zA-Z0-9](-*[a-zA-Z0-9.])*`)).Len(1, 10)),
	)

	smDataCaptureConfig = Struct(
		Opt("EnableCapture", Bool()),
		Req("InitialSamplingPercentage", Int().Range(0, 100)),
		Req("DestinationS3Uri", smDestinationS3URI),
		Opt("KmsKeyId", smKMSKeyID),
		Req("CaptureOptions", ListOf(smCaptureOption).Len(1, 32)),
		Opt("CaptureContentTypeHeader", smCaptureContentTypeHeader),
	)

	smAsyncInferenceClientConfig = Struct(
		Opt("MaxConcurrentInvocationsPerInstance", Int().Range(1, 1000)),
	)
	smSNSTopicARN = Str().Len(0, 2048).Match(`arn:aws[a-z\-]*:sns:[a-z0-9\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+`)

	smAsyncInferenceNotificationConfig = Struct(
		Opt("SuccessTopic", smSNSTopicARN),
		Opt("ErrorTopic", smSNSTopicARN),
		Opt("IncludeInferenceResponseIn", ListOf(Enum("SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC")).Len(0, 2)),
	)

	smAsyncInferenceOutputConfig = Struct(
		Opt("KmsKeyId", smKMSKeyID),
		Opt("S3OutputPath", smDestinationS3URI),
		Opt("NotificationConfig", smAsyncInferenceNotificationConfig),
		Opt("S3FailurePath", smDestinationS3URI),
	)

	smAsyncInferenceConfig = Struct(
		Opt("ClientConfig", smAsyncInferenceClientConfig),
		Req("OutputConfig", smAsyncInferenceOutputConfig),
	)

	smClarifyInferenceConfig = Struct(
		Opt("FeaturesAttribute", Str().Len(1, 64)),
		Opt("ContentTemplate", Str().Len(1, 64)),
		Opt("MaxRecordCount", Int().Range(1, -1)),
		Opt("MaxPayloadInMB", Int().Range(1, 25)),
		Opt("ProbabilityIndex", Int().Range(0, -1)),
		Opt("LabelIndex", Int().Range(0, -1)),
		Opt("ProbabilityAttribute", Str().Len(1, 64)),
		Opt("LabelAttribute", Str().Len(1, 64)),
		Opt("LabelHeaders", ListOf(Str().Len(1, 64)).Len(1, 16)),
		Opt("FeatureHeaders", ListOf(Str().Len(1, 64)).Len(1, 256)),
		Opt("FeatureTypes", ListOf(Enum("numerical", "categorical", "text")).Len(1, 256)),
	)

	smClarifyShapBaselineConfig = Struct(
		Opt("MimeType", Str().Len(0, 255).Match(`[a-zA-Z0-9](-*[a-zA-Z0-9])*\/[a-zA-Z0-9](-*[a-zA-Z0-9+.])*`)),
		Opt("ShapBaseline", Str().Len(1, 4096)),
		Opt("ShapBaselineUri", smURL),
	)

	smClarifyTextConfig = Struct(
		Req("Language", Str()),
		Req("Granularity", Enum("token", "sentence", "paragraph")),
	)

	smClarifyShapConfig = Struct(
		Req("ShapBaselineConfig", smClarifyShapBaselineConfig),
		Opt("NumberOfSamples", Int().Range(1, -1)),
		Opt("UseLogit", Bool()),
		Opt("Seed", Int()),
		Opt("TextConfig", smClarifyTextConfig),
	)

	smClarifyExplainerConfig = Struct(
		Opt("EnableExplanations", Str().Len(1, 64)),
		Opt("InferenceConfig", smClarifyInferenceConfig),
		Req("ShapConfig", smClarifyShapConfig),
	)

	smExplainerConfig = Struct(
		Opt("ClarifyExplainerConfig", smClarifyExplainerConfig),
	)

	smMetricsConfig = Struct(
		Opt("EnableEnhancedMetrics", Bool()),
		Opt("MetricPublishFrequencyInSeconds", Int()),
	)

	smCreateEndpointConfigInput = Struct(
		Req("EndpointConfigName", smName),
		Req("ProductionVariants", ListOf(smProductionVariant).Len(1, 10)),
		Opt("DataCaptureConfig", smDataCaptureConfig),
		Opt("Tags", smTags),
		Opt("KmsKeyId", smKMSKeyID),
		Opt("AsyncInferenceConfig", smAsyncInferenceConfig),
		Opt("ExplainerConfig", smExplainerConfig),
		Opt("ShadowProductionVariants", ListOf(smProductionVariant).Len(1, 10)),
		Opt("ExecutionRoleArn", smRoleARN),
		Opt("VpcConfig", smVPCConfig),
		Opt("EnableNetworkIsolation", Bool()),
		Opt("MetricsConfig", smMetricsConfig),
	)

	smCapacitySize = Struct(
		Req("Type", Enum("INSTANCE_COUNT", "CAPACITY_PERCENT")),
		Req("Value", Int().Range(1, -1)),
	)

	smTrafficRoutingConfig = Struct(
		Req("Type", Enum("ALL_AT_ONCE", "CANARY", "LINEAR")),
		Req("WaitIntervalInSeconds", Int().Range(0, 3600)),
		Opt("CanarySize", smCapacitySize),
		Opt("LinearStepSize", smCapacitySize),
	)
	smMaximumExecutionTimeoutInSeconds = Int().Range(600, 28800)

	smBlueGreenUpdatePolicy = Struct(
		Req("TrafficRoutingConfiguration", smTrafficRoutingConfig),
		Opt("TerminationWaitInSeconds", Int().Range(0, 3600)),
		Opt("MaximumExecutionTimeoutInSeconds", smMaximumExecutionTimeoutInSeconds),
	)

	smRollingUpdatePolicy = Struct(
		Req("MaximumBatchSize", smCapacitySize),
		Req("WaitIntervalInSeconds", Int().Range(0, 3600)),
		Opt("MaximumExecutionTimeoutInSeconds", smMaximumExecutionTimeoutInSeconds),
		Opt("RollbackMaximumBatchSize", smCapacitySize),
	)

	smAlarm = Struct(
		Opt("AlarmName", Str().Len(1, 255)),
	)

	smAutoRollbackConfig = Struct(
		Opt("Alarms", ListOf(smAlarm).Len(1, 10)),
	)

	smDeploymentConfig = Struct(
		Opt("BlueGreenUpdatePolicy", smBlueGreenUpdatePolicy),
		Opt("RollingUpdatePolicy", smRollingUpdatePolicy),
		Opt("AutoRollbackConfiguration", smAutoRollbackConfig),
	)

	smCreateEndpointInput = Struct(
		Req("EndpointName", smName),
		Req("EndpointConfigName", smName),
		Opt("DeploymentConfig", smDeploymentConfig),
		Opt("Tags", smTags),
	)

	smComponentContainerSpecification = Struct(
		Opt("Image", smContainerImage),
		Opt("ArtifactUrl", smURL),
		Opt("Environment", MapOf(Str().Len(0, 1024)).Len(0, 100)),
	)

	smComponentStartupParameters = Struct(
		Opt("ModelDataDownloadTimeoutInSeconds", Int().Range(60, 3600)),
		Opt("ContainerStartupHealthCheckTimeoutInSeconds", Int().Range(60, 3600)),
	)

	smComponentCompute = Struct(
		Opt("NumberOfCpuCoresRequired", Float32().Range(0.25, -1)),
		Opt("NumberOfAcceleratorDevicesRequired", Float32().Range(1, -1)),
		Req("MinMemoryRequiredInMb", Int().Range(128, -1)),
		Opt("MaxMemoryRequiredInMb", Int().Range(128, -1)),
	)

	smComponentDataCacheConfig = Struct(
		Req("EnableCaching", Bool()),
	)

	smComponentAvailabilityZoneBalance = Struct(
		Req("EnforcementMode", Enum("PERMISSIVE")),
		Opt("MaxImbalance", Int().Range(0, 100)),
	)

	smComponentSchedulingConfig = Struct(
		Req("PlacementStrategy", Enum("SPREAD", "BINPACK")),
		Opt("AvailabilityZoneBalance", smComponentAvailabilityZoneBalance),
	)

	smComponentSpecification = Struct(
		Opt("InstanceType", smInstanceType),
		Opt("ModelName", smModelName),
		Opt("Container", smComponentContainerSpecification),
		Opt("StartupParameters", smComponentStartupParameters),
		Opt("ComputeResourceRequirements", smComponentCompute),
		Opt("BaseInferenceComponentName", smModelName),
		Opt("DataCacheConfig", smComponentDataCacheConfig),
		Opt("SchedulingConfig", smComponentSchedulingConfig),
	)

	smComponentRuntimeConfig = Struct(
		Req("CopyCount", Int().Range(0, -1)),
	)

	smCreateInferenceComponentInput = Struct(
		Req("InferenceComponentName", smModelName),
		Req("EndpointName", smName),
		Opt("VariantName", smName),
		Opt("Specification", smComponentSpecification),
		Opt("Specifications", ListOf(smComponentSpecification).Len(1, 5)),
		Opt("RuntimeConfig", smComponentRuntimeConfig),
		Opt("Tags", smTags),
	)
)
