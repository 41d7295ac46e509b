"""boto3 and the AWS CLI perform every operation that the sandbox offers."""

import json
import os
import subprocess
import sys

from botocore import xform_name

import conftest
import fleet


def offered(sandbox):
    return {(op["service"], op["operation"]) for op in sandbox.operations()}


def test_boto3_performs_every_operation(sandbox):
    clients = {}

    def call(service, operation, parameters):
        client = clients.setdefault(service, None) or sandbox.client(service)
        clients[service] = client
        return getattr(client, xform_name(operation))(**parameters)

    assert fleet.walk(call) == offered(sandbox)


def test_aws_cli_performs_every_operation(sandbox):
    aws = os.path.join(os.path.dirname(sys.executable), "aws")

    def call(service, operation, parameters):
        done = subprocess.run(
            [aws, service, xform_name(operation, "-"), "--no-paginate", "--output", "json", "--cli-input-json", json.dumps(parameters)],
            capture_output=True,
            text=True,
            env=conftest.environment(AWS_ENDPOINT_URL=sandbox.url),
        )
        assert done.returncode == 0, f"aws {service} {operation}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else {}

    assert fleet.walk(call) == offered(sandbox)
