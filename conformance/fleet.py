"""One walk through every operation that the sandbox offers, for any client.

`walk(call)` yields nothing and returns the set of (service, operation) it used. `call`
is a function (service, operation, parameters) -> reply, so that boto3 and the AWS CLI
take the same steps.
"""

import time

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/model:1"
NAMESPACE = "sagemaker"
VARIANT = {
    "ServiceNamespace": NAMESPACE,
    "ResourceId": "endpoint/demo/variant/main",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


def wait(probe, wanted, attempts=100):
    """Polls until probe() is the wanted status."""
    for _ in range(attempts):
        status = probe()
        if status == wanted:
            return
        time.sleep(0.05)
    raise AssertionError(f"still {status}, not {wanted}")


def walk(call):
    used = set()

    def do(service, operation, **parameters):
        used.add((service, operation))
        return call(service, operation, parameters)

    def sagemaker(operation, **p):
        return do("sagemaker", operation, **p)

    def scaling(operation, **p):
        return do("application-autoscaling", operation, **p)

    def cloudwatch(operation, **p):
        return do("cloudwatch", operation, **p)

    assert do("sts", "GetCallerIdentity")["Account"] == "123456789012"

    # Something to scale.
    model_arn = sagemaker("CreateModel", ModelName="demo", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE})["ModelArn"]
    assert sagemaker("DescribeModel", ModelName="demo")["ModelArn"] == model_arn
    assert [m["ModelName"] for m in sagemaker("ListModels")["Models"]] == ["demo"]
    sagemaker(
        "CreateEndpointConfig",
        EndpointConfigName="demo-config",
        ProductionVariants=[
            {"VariantName": "main", "ModelName": "demo", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2, "InitialVariantWeight": 0.1}
        ],
    )
    config = sagemaker("DescribeEndpointConfig", EndpointConfigName="demo-config")
    assert config["ProductionVariants"][0]["InstanceType"] == "ml.m5.xlarge"
    assert len(sagemaker("ListEndpointConfigs")["EndpointConfigs"]) == 1
    endpoint_arn = sagemaker("CreateEndpoint", EndpointName="demo", EndpointConfigName="demo-config", Tags=[{"Key": "team", "Value": "ml"}])["EndpointArn"]
    wait(lambda: sagemaker("DescribeEndpoint", EndpointName="demo")["EndpointStatus"], "InService")
    assert [e["EndpointName"] for e in sagemaker("ListEndpoints", StatusEquals="InService")["Endpoints"]] == ["demo"]
    sagemaker("AddTags", ResourceArn=endpoint_arn, Tags=[{"Key": "env", "Value": "test"}])
    sagemaker("DeleteTags", ResourceArn=endpoint_arn, TagKeys=["team"])
    assert sagemaker("ListTags", ResourceArn=endpoint_arn)["Tags"] == [{"Key": "env", "Value": "test"}]
    sagemaker("UpdateEndpointWeightsAndCapacities", EndpointName="demo", DesiredWeightsAndCapacities=[{"VariantName": "main", "DesiredInstanceCount": 3}])
    wait(lambda: sagemaker("DescribeEndpoint", EndpointName="demo")["ProductionVariants"][0]["CurrentInstanceCount"], 3)
    wait(lambda: sagemaker("DescribeEndpoint", EndpointName="demo")["EndpointStatus"], "InService")

    # An endpoint that hosts inference components.
    sagemaker(
        "CreateEndpointConfig",
        EndpointConfigName="shared-config",
        ExecutionRoleArn=ROLE,
        ProductionVariants=[{"VariantName": "AllTraffic", "InstanceType": "ml.g5.2xlarge", "InitialInstanceCount": 1}],
    )
    sagemaker("CreateEndpoint", EndpointName="shared", EndpointConfigName="shared-config")
    wait(lambda: sagemaker("DescribeEndpoint", EndpointName="shared")["EndpointStatus"], "InService")
    sagemaker(
        "CreateInferenceComponent",
        InferenceComponentName="summarizer",
        EndpointName="shared",
        VariantName="AllTraffic",
        Specification={"ModelName": "demo", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}},
        RuntimeConfig={"CopyCount": 1},
    )
    component = lambda: sagemaker("DescribeInferenceComponent", InferenceComponentName="summarizer")
    wait(lambda: component()["InferenceComponentStatus"], "InService")
    assert len(sagemaker("ListInferenceComponents", EndpointNameEquals="shared")["InferenceComponents"]) == 1
    sagemaker("UpdateInferenceComponentRuntimeConfig", InferenceComponentName="summarizer", DesiredRuntimeConfig={"CopyCount": 2})
    wait(lambda: component()["RuntimeConfig"]["CurrentCopyCount"], 2)
    wait(lambda: component()["InferenceComponentStatus"], "InService")

    # Its scaling.
    target_arn = scaling("RegisterScalableTarget", **VARIANT, MinCapacity=1, MaxCapacity=4, Tags={"team": "ml"})["ScalableTargetARN"]
    assert scaling("DescribeScalableTargets", ServiceNamespace=NAMESPACE)["ScalableTargets"][0]["ScalableTargetARN"] == target_arn
    scaling("TagResource", ResourceARN=target_arn, Tags={"env": "test"})
    scaling("UntagResource", ResourceARN=target_arn, TagKeys=["team"])
    assert scaling("ListTagsForResource", ResourceARN=target_arn)["Tags"] == {"env": "test"}
    tracking = scaling(
        "PutScalingPolicy",
        **VARIANT,
        PolicyName="invocations",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        },
    )
    assert len(tracking["Alarms"]) == 2, "target tracking makes its alarms"
    step_arn = scaling(
        "PutScalingPolicy",
        **VARIANT,
        PolicyName="step",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "Cooldown": 60,
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
        },
    )["PolicyARN"]
    scaling(
        "PutScheduledAction",
        **VARIANT,
        ScheduledActionName="open",
        Schedule="cron(0 7 ? * MON-FRI *)",
        Timezone="Europe/Berlin",
        ScalableTargetAction={"MinCapacity": 2, "MaxCapacity": 4},
    )
    assert [a["ScheduledActionName"] for a in scaling("DescribeScheduledActions", ServiceNamespace=NAMESPACE)["ScheduledActions"]] == ["open"]

    # The alarm behind the step policy, and what it does.
    cloudwatch(
        "PutMetricAlarm",
        AlarmName="busy",
        MetricName="CPUUtilization",
        Namespace="/aws/sagemaker/Endpoints",
        Dimensions=[{"Name": "EndpointName", "Value": "demo"}, {"Name": "VariantName", "Value": "main"}],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=2,
        Threshold=80.0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[step_arn],
        Tags=[{"Key": "team", "Value": "ml"}],
    )
    alarm = cloudwatch("DescribeAlarms", AlarmNames=["busy"])["MetricAlarms"][0]
    assert alarm["AlarmActions"] == [step_arn]
    cloudwatch("TagResource", ResourceARN=alarm["AlarmArn"], Tags=[{"Key": "env", "Value": "test"}])
    cloudwatch("UntagResource", ResourceARN=alarm["AlarmArn"], TagKeys=["team"])
    assert cloudwatch("ListTagsForResource", ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "env", "Value": "test"}]
    cloudwatch("DisableAlarmActions", AlarmNames=["busy"])
    cloudwatch("EnableAlarmActions", AlarmNames=["busy"])
    cloudwatch("SetAlarmState", AlarmName="busy", StateValue="ALARM", StateReason="a test", StateReasonData='{"recentDatapoints": [95.0]}')
    policies = {p["PolicyName"]: p for p in scaling("DescribeScalingPolicies", ServiceNamespace=NAMESPACE)["ScalingPolicies"]}
    assert [a["AlarmName"] for a in policies["step"]["Alarms"]] == ["busy"]
    activities = scaling("DescribeScalingActivities", ServiceNamespace=NAMESPACE)["ScalingActivities"]
    assert "busy" in activities[0]["Cause"], activities

    # And all of it away again.
    scaling("DeleteScheduledAction", **VARIANT, ScheduledActionName="open")
    cloudwatch("DeleteAlarms", AlarmNames=["busy"])
    scaling("DeleteScalingPolicy", **VARIANT, PolicyName="step")
    scaling("DeleteScalingPolicy", **VARIANT, PolicyName="invocations")
    assert cloudwatch("DescribeAlarms")["MetricAlarms"] == [], "the alarms of target tracking go with their policy"
    scaling("DeregisterScalableTarget", **VARIANT)
    wait(lambda: sagemaker("DescribeEndpoint", EndpointName="demo")["EndpointStatus"], "InService")
    sagemaker("DeleteInferenceComponent", InferenceComponentName="summarizer")
    wait(lambda: len(sagemaker("ListInferenceComponents")["InferenceComponents"]), 0)
    for name in ("demo", "shared"):
        sagemaker("DeleteEndpoint", EndpointName=name)
    wait(lambda: len(sagemaker("ListEndpoints")["Endpoints"]), 0)
    for name in ("demo-config", "shared-config"):
        sagemaker("DeleteEndpointConfig", EndpointConfigName=name)
    sagemaker("DeleteModel", ModelName="demo")
    return used
