"""scalectl, unchanged, against moto_server: a second server, written by others.

Only AWS_ENDPOINT_URL and credentials are set. What moto cannot do is listed here by name
and each line is checked, so that a moto that learns it is noticed.
"""

import re
import subprocess
import sys
import textwrap
import threading

import boto3
import botocore.exceptions
import pytest

import conftest
import fleet
from test_requests import scalectl


class Moto:
    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=conftest.environment(),
        )
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            if match := re.search(r"Running on (http://127\.0\.0\.1:\d+)", line):
                self.url = match.group(1)
                break
        else:
            raise AssertionError("moto_server did not start:\n" + "".join(seen))
        # Its request log has to be read, or the pipe fills up and the server stops.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.url, region_name=conftest.REGION, aws_access_key_id="conformance", aws_secret_access_key="conformance"
        )

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def moto():
    server = Moto()
    yield server
    server.stop()


def make_endpoint(moto, name, instance_type="ml.m5.xlarge", **config):
    sagemaker = moto.client("sagemaker")
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=fleet.ROLE, PrimaryContainer={"Image": fleet.IMAGE})
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": instance_type, "InitialInstanceCount": 1, "InitialVariantWeight": 1.0}
        ],
        **config,
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


SPEC = """
    apiVersion: scalectl/v1
    stack: moto
    region: us-east-1
    endpoints:
      ranker:
        variants:
          AllTraffic:
            scaling:
              minCapacity: {minimum}
              maxCapacity: 8
              policies:
                invocations:
                  targetTracking:
                    predefinedMetric: SageMakerVariantInvocationsPerInstance
                    targetValue: {target}
                    scaleInCooldown: 10m
                gpu:
                  targetTracking:
                    customizedMetric:
                      metricName: GPUUtilization
                      namespace: /aws/sagemaker/Endpoints
                      dimensions: {{EndpointName: "${{endpoint}}", VariantName: "${{variant}}"}}
                      statistic: Average
                      unit: Percent
                    targetValue: 50
                slow:
                  stepScaling:
                    adjustmentType: ChangeInCapacity
                    cooldown: 1m
                    stepAdjustments:
                      - {{metricIntervalLowerBound: 0, metricIntervalUpperBound: 1000, scalingAdjustment: 1}}
                      - {{metricIntervalLowerBound: 1000, scalingAdjustment: 2}}
                    alarm:
                      metricName: ModelLatency
                      namespace: AWS/SageMaker
                      dimensions: {{EndpointName: "${{endpoint}}", VariantName: "${{variant}}"}}
                      statistic: Average
                      period: 1m
                      evaluationPeriods: 3
                      threshold: 500
                      comparisonOperator: GreaterThanThreshold
                      treatMissingData: notBreaching
              scheduledActions:
                {action}:
                  schedule: cron(0 7 ? * MON-FRI *)
                  timezone: Europe/Berlin
                  minCapacity: {minimum}
                  maxCapacity: 8
"""


def write(path, **values):
    path.write_text(textwrap.dedent(SPEC).format(**({"minimum": 1, "target": 70, "action": "open"} | values)))
    return str(path)


def test_whole_path(binary, moto, tmp_path):
    make_endpoint(moto, "ranker")
    spec = write(tmp_path / "fleet.yaml")
    assert "1 to create" not in scalectl(binary, moto, "validate", "-f", spec)
    scalectl(binary, moto, "plan", "-f", spec, "--detailed-exitcode", expect=2)
    scalectl(binary, moto, "apply", "-f", spec, "--auto-approve")
    assert "No changes" in scalectl(binary, moto, "plan", "-f", spec, "--detailed-exitcode")

    # Every kind of object is there, as moto tells another client.
    scaling, cloudwatch = moto.client("application-autoscaling"), moto.client("cloudwatch")
    target = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"][0]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 8)
    policies = {p["PolicyName"]: p for p in scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]}
    assert set(policies) == {"invocations", "gpu", "slow"}
    alarm = cloudwatch.describe_alarms(AlarmNamePrefix="scalectl/moto/")["MetricAlarms"][0]
    assert alarm["AlarmActions"] == [policies["slow"]["PolicyARN"]]

    # A change, and everything away again.
    spec = write(tmp_path / "fleet.yaml", minimum=2, target=50, action="early")
    # Without tags nothing proves that the target is ours: a deletion needs consent.
    refused = scalectl(binary, moto, "apply", "-f", spec, "--auto-approve", expect=4)
    assert "endpoint/ranker/variant/AllTraffic/schedule/open" in refused
    scalectl(binary, moto, "apply", "-f", spec, "--auto-approve", "--allow", "adopt")
    assert "No changes" in scalectl(binary, moto, "plan", "-f", spec)
    target = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"][0]
    assert target["MinCapacity"] == 2
    assert [a["ScheduledActionName"] for a in scaling.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"]] == ["early"]

@pytest.mark.parametrize("example", ["2-real-time-under-load.yaml", "3-multi-model.yaml", "5-async-from-zero.yaml"])
def test_example(binary, moto, example):
    """The scenarios whose operations moto has: all that scale instances."""
    endpoints = {"2": ["xgboost-endpoint"], "3": ["multi-model-cpu", "multi-model-gpu"], "5": ["async-sdxl"]}[example[0]]
    config = {}
    if example[0] == "5":
        config = {"instance_type": "ml.g4dn.2xlarge", "AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}}
    for name in endpoints:
        make_endpoint(moto, name, **config)
    path = f"examples/{example}"
    scalectl(binary, moto, "apply", "-f", path, "--auto-approve")
    assert "No changes" in scalectl(binary, moto, "plan", "-f", path, "--detailed-exitcode")


# What moto cannot do, so that scalectl is not tested against it there. Without the tags
# of scalable targets nothing that left a spec can be recognised as ours, so pruning is
# out too; and moto gives a policy a new ARN at every put, so that the alarm of a changed
# step policy follows only in the next apply.
TARGET_ARN = "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/1234abcd56ab78cd901ef1234567890ab123"
CONCURRENCY = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/ranker/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredProvisionedConcurrency",
    "MinCapacity": 1,
    "MaxCapacity": 2,
}
COPIES = CONCURRENCY | {"ResourceId": "inference-component/c", "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount"}
MISSING = [
    ("tags of scalable targets", "application-autoscaling", "list_tags_for_resource", {"ResourceARN": TARGET_ARN}),
    ("changing the tags of scalable targets", "application-autoscaling", "tag_resource", {"ResourceARN": TARGET_ARN, "Tags": {"a": "b"}}),
    ("provisioned concurrency", "application-autoscaling", "register_scalable_target", CONCURRENCY),
    ("copies of inference components", "application-autoscaling", "register_scalable_target", COPIES),
    ("inference components", "sagemaker", "list_inference_components", {}),
    ("the history of scaling", "application-autoscaling", "describe_scaling_activities", {"ServiceNamespace": "sagemaker"}),
]


@pytest.mark.parametrize("what, service, operation, parameters", MISSING, ids=[m[0] for m in MISSING])
def test_moto_still_lacks(moto, what, service, operation, parameters):
    with pytest.raises(botocore.exceptions.ClientError):
        getattr(moto.client(service), operation)(**parameters)
