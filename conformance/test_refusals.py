"""Wrong calls get the error codes of AWS, parsed by botocore.

The codes come from AWS's service models and from observations of the live service; each
row says what it is about.
"""

import botocore.exceptions
import pytest

import fleet

TARGET = fleet.VARIANT | {"MinCapacity": 1, "MaxCapacity": 4}
TRACKING = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}
STEP = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}]}
ALARM = {
    "AlarmName": "a",
    "MetricName": "m",
    "Namespace": "n",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
SEED = b"""
endpoints:
  demo:
    variants:
      main: {instanceType: ml.m5.xlarge, count: 1}
  burst:
    variants:
      main: {instanceType: ml.t2.medium, count: 1}
"""


def tracking(name, configuration=TRACKING, **more):
    return fleet.VARIANT | {
        "PolicyName": name,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": configuration,
    } | more


def step(name, configuration=STEP):
    return fleet.VARIANT | {"PolicyName": name, "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": configuration}


def action(schedule, bounds, **more):
    return fleet.VARIANT | {"ScheduledActionName": "s", "Schedule": schedule, "ScalableTargetAction": bounds} | more


REFUSALS = [
    # (why, service, operation, parameters, code, part of the message)
    ("minimum above maximum", "application-autoscaling", "register_scalable_target", TARGET | {"MinCapacity": 5},
     "ValidationException", "Maximum capacity cannot be less than minimum capacity"),
    ("no such endpoint", "application-autoscaling", "register_scalable_target", TARGET | {"ResourceId": "endpoint/none/variant/main"},
     "ValidationException", ""),
    ("burstable instances", "application-autoscaling", "register_scalable_target", TARGET | {"ResourceId": "endpoint/burst/variant/main"},
     "ValidationException", "You cannot register a variant with ml.t2.medium"),
    ("a resource id of another form", "application-autoscaling", "register_scalable_target", TARGET | {"ResourceId": "service/x"},
     "ValidationException", "Unsupported service namespace, resource type or scalable dimension"),
    ("an unknown dimension", "application-autoscaling", "register_scalable_target", TARGET | {"ScalableDimension": "sagemaker:variant:Nothing"},
     "ValidationException", "1 validation error detected"),
    ("a policy without its target", "application-autoscaling", "put_scaling_policy", tracking("p", ResourceId="endpoint/demo/variant/other"),
     "ObjectNotFoundException", "No scalable target registered"),
    ("target value zero", "application-autoscaling", "put_scaling_policy", tracking("p", TRACKING | {"TargetValue": 0.0}),
     "ValidationException", "target value must be between"),
    ("a configuration of the wrong type", "application-autoscaling", "put_scaling_policy",
     fleet.VARIANT | {"PolicyName": "p", "PolicyType": "StepScaling", "TargetTrackingScalingPolicyConfiguration": TRACKING},
     "ValidationException", "StepScaling policy configuration must be specified"),
    ("no metric", "application-autoscaling", "put_scaling_policy", tracking("p", {"TargetValue": 1.0}),
     "ValidationException", "must be set for target tracking scaling"),
    ("two metrics", "application-autoscaling", "put_scaling_policy",
     tracking("p", TRACKING | {"CustomizedMetricSpecification": {"MetricName": "m", "Namespace": "n", "Statistic": "Average"}}),
     "ValidationException", "Only one of PredefinedMetricSpecification or CustomizedMetricSpecification"),
    ("a predefined metric of another dimension", "application-autoscaling", "put_scaling_policy",
     tracking("p", {"TargetValue": 1.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerInferenceComponentInvocationsPerCopy"}}),
     "ValidationException", "only supports the following predefined metric types"),
    ("an unknown predefined metric", "application-autoscaling", "put_scaling_policy",
     tracking("p", {"TargetValue": 1.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "InvocationsPerInstance"}}),
     "ValidationException", "1 validation error detected"),
    ("a second policy on one metric", "application-autoscaling", "put_scaling_policy", tracking("second"),
     "ValidationException", "Only one TargetTrackingScaling policy for a given metric specification is allowed."),
    ("another type under the same name", "application-autoscaling", "put_scaling_policy", step("first"),
     "ValidationException", ""),
    ("overlapping steps", "application-autoscaling", "put_scaling_policy",
     step("s", STEP | {"StepAdjustments": [
         {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 1},
         {"MetricIntervalLowerBound": 5.0, "ScalingAdjustment": 2}]}),
     "ValidationException", "Step adjustment intervals cannot overlap"),
    ("a gap between steps", "application-autoscaling", "put_scaling_policy",
     step("s", STEP | {"StepAdjustments": [
         {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 1},
         {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 2}]}),
     "ValidationException", "cannot have gaps"),
    ("magnitude without percent", "application-autoscaling", "put_scaling_policy", step("s", STEP | {"MinAdjustmentMagnitude": 2}),
     "ValidationException", "Minimum adjustment magnitude is only allowed"),
    ("no steps", "application-autoscaling", "put_scaling_policy", step("s", {"AdjustmentType": "ChangeInCapacity"}),
     "ValidationException", "There must be at least one step adjustment"),
    ("no bounds", "application-autoscaling", "put_scheduled_action", action("rate(1 hour)", {}),
     "ValidationException", "At least one of minimum capacity and maximum capacity"),
    ("both day fields", "application-autoscaling", "put_scheduled_action", action("cron(0 7 * * * *)", {"MinCapacity": 1}),
     "ValidationException", "Invalid CRON expression"),
    ("not a schedule", "application-autoscaling", "put_scheduled_action", action("every day", {"MinCapacity": 1}),
     "ValidationException", "Invalid schedule expression"),
    ("start after end", "application-autoscaling", "put_scheduled_action",
     action("rate(1 hour)", {"MinCapacity": 1}, StartTime=1900000000, EndTime=1800000000),
     "ValidationException", "StartTime must be before EndTime"),
    ("a scheduled action without its target", "application-autoscaling", "put_scheduled_action",
     action("rate(1 hour)", {"MinCapacity": 1}, ResourceId="endpoint/demo/variant/other"), "ObjectNotFoundException", ""),
    ("deleting a policy that is not there", "application-autoscaling", "delete_scaling_policy", fleet.VARIANT | {"PolicyName": "none"},
     "ObjectNotFoundException", ""),
    ("deleting a scheduled action that is not there", "application-autoscaling", "delete_scheduled_action",
     fleet.VARIANT | {"ScheduledActionName": "none"}, "ObjectNotFoundException", ""),
    ("deregistering what is not there", "application-autoscaling", "deregister_scalable_target",
     fleet.VARIANT | {"ResourceId": "endpoint/demo/variant/other"}, "ObjectNotFoundException", ""),
    ("tags on a target that exists", "application-autoscaling", "register_scalable_target", TARGET | {"Tags": {"a": "b"}},
     "ValidationException", "already exists"),
    ("tagging what is not there", "application-autoscaling", "tag_resource",
     {"ResourceARN": "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/1234abcd56ab78cd901ef1234567890ab123", "Tags": {"a": "b"}},
     "ResourceNotFoundException", ""),
    ("a bad token", "application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "sagemaker", "NextToken": "junk"},
     "InvalidNextTokenException", ""),
    ("a dimension without a resource", "application-autoscaling", "describe_scaling_policies",
     {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}, "ValidationException", ""),
    ("describing an endpoint that is not there", "sagemaker", "describe_endpoint", {"EndpointName": "none"},
     "ValidationException", "Could not find endpoint"),
    ("describing a config that is not there", "sagemaker", "describe_endpoint_config", {"EndpointConfigName": "none"},
     "ValidationException", "Could not find endpoint configuration"),
    ("describing a model that is not there", "sagemaker", "describe_model", {"ModelName": "none"}, "ValidationException", "Could not find model"),
    ("describing a component that is not there", "sagemaker", "describe_inference_component", {"InferenceComponentName": "none"},
     "ValidationException", "Could not find inference component"),
    ("an endpoint that exists", "sagemaker", "create_endpoint", {"EndpointName": "demo", "EndpointConfigName": "demo-config"},
     "ValidationException", "Cannot create already existing endpoint"),
    ("a config that is not there", "sagemaker", "create_endpoint", {"EndpointName": "new", "EndpointConfigName": "none"},
     "ValidationException", "Could not find endpoint configuration"),
    ("a name with an underscore", "sagemaker", "create_endpoint", {"EndpointName": "a_b", "EndpointConfigName": "demo-config"},
     "ValidationException", "1 validation error detected"),
    ("alarm window longer than a day", "cloudwatch", "put_metric_alarm", ALARM | {"EvaluationPeriods": 2000},
     "ValidationError", "EvaluationPeriods * Period must be <= 86400"),
    ("both kinds of statistic", "cloudwatch", "put_metric_alarm", ALARM | {"ExtendedStatistic": "p99"}, "ValidationError", "Exactly one of"),
    ("tagging an alarm that is not there", "cloudwatch", "tag_resource",
     {"ResourceARN": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:none", "Tags": [{"Key": "a", "Value": "b"}]}, "ResourceNotFoundException", ""),
    ("the state of an alarm that is not there", "cloudwatch", "set_alarm_state",
     {"AlarmName": "none", "StateValue": "OK", "StateReason": "r"}, "ResourceNotFound", ""),
]


@pytest.fixture
def seeded(sandbox):
    sandbox.control("seed", SEED)
    scaling = sandbox.client("application-autoscaling")
    scaling.register_scalable_target(**TARGET)
    scaling.put_scaling_policy(**tracking("first"))
    return sandbox


@pytest.mark.parametrize("why, service, operation, parameters, code, message", REFUSALS, ids=[r[0] for r in REFUSALS])
def test_refusal(seeded, why, service, operation, parameters, code, message):
    before = seeded.control("state")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        getattr(seeded.client(service), operation)(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert message in error["Message"], error
    assert seeded.control("state") == before, "a refused call changed something"
