"""Fixtures: the scalectl binary, a served sandbox, and clients of it."""

import json
import os
import pathlib
import re
import subprocess
import urllib.request

import boto3
import botocore.config
import pytest

import shapes

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACCOUNT = "123456789012"
REGION = "us-east-1"

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "conformance",
    "AWS_SECRET_ACCESS_KEY": "conformance",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_PAGER": "",
}


def environment(**more):
    """The environment of a client: this process's without any AWS setting."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return env | ENVIRONMENT | more


class Sandbox:
    """A running `scalectl sandbox serve`."""

    def __init__(self, binary, state):
        self.process = subprocess.Popen(
            [binary, "sandbox", "serve", "--addr", "127.0.0.1:0", "--state", str(state)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        line = self.process.stdout.readline()
        match = re.search(r"http://[\d.:]+", line)
        assert match, f"sandbox serve printed {line!r} instead of its address"
        self.url = match.group()

    def control(self, path, body=None, method=None):
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=body, method=method)
        with urllib.request.urlopen(request) as reply:
            return reply.read().decode()

    def log(self):
        return [json.loads(line) for line in self.control("log").splitlines()]

    def reset(self):
        self.control("reset", b"")

    def operations(self):
        return json.loads(self.control("operations"))

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)

    def client(self, service):
        client = boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="conformance",
            aws_secret_access_key="conformance",
            config=botocore.config.Config(retries={"max_attempts": 1}),
        )
        shapes.check_replies_of(client)
        return client


@pytest.fixture(scope="session")
def binary():
    path = os.environ.get("SCALECTL", str(ROOT / "bin" / "scalectl"))
    assert os.path.exists(path), f"{path} is missing: run make conformance"
    return path


@pytest.fixture(scope="session")
def served(binary, tmp_path_factory):
    sandbox = Sandbox(binary, tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(served):
    served.reset()
    return served
