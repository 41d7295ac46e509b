"""Every request that scalectl sends passes botocore's validation and the service models."""

import json
import re
import subprocess

import pytest

import conftest
import shapes

EXAMPLES = sorted((conftest.ROOT / "examples").glob("*.yaml"))


def scalectl(binary, sandbox, *arguments, expect=0):
    """Runs scalectl against a server, or with the sandbox None without one."""
    more = {"AWS_ENDPOINT_URL": sandbox.url} if sandbox else {}
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, cwd=conftest.ROOT, env=conftest.environment(**more))
    assert done.returncode == expect, f"scalectl {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def versions(example, folder):
    """An example, the same with everything changed that can be, and nothing at all, so
    that every operation that scalectl knows is sent."""
    text = example.read_text()
    header = text.split("\nendpoints:")[0].split("\npolicies:")[0]
    text = text.replace("\nendpoints:", "\ntags: {team: search}\nendpoints:", 1)
    text = re.sub(r"targetValue: ([\d.]+)", lambda m: f"targetValue: {float(m[1]) * 1.25:g}", text)
    text = re.sub(r"cooldown: \w+", "cooldown: 90s", text)
    text = re.sub(r"threshold: [\d.]+", "threshold: 2", text)
    changed, nothing = folder / "changed.yaml", folder / "nothing.yaml"
    changed.write_text(text)
    nothing.write_text(header + "\nendpoints: {}\n")
    return str(example), str(changed), str(nothing)


def check_log(entries):
    problems = []
    for entry in entries:
        for problem in shapes.check_request(entry["service"], entry["operation"], entry.get("input") or {}):
            problems.append(f"{entry['operation']}: {problem}")
    assert not problems, "\n".join(problems)
    seen = {entry["operation"] for entry in entries}
    assert {"RegisterScalableTarget", "PutScalingPolicy", "TagResource", "DeleteScalingPolicy", "DeregisterScalableTarget"} <= seen


@pytest.mark.parametrize("example", EXAMPLES, ids=[e.stem for e in EXAMPLES])
def test_requests_to_a_server(binary, sandbox, tmp_path, example):
    """CloudWatch is spoken to in the query protocol."""
    sandbox.control("seed", (conftest.ROOT / "examples/sandbox/seed.yaml").read_bytes())
    for version in versions(example, tmp_path):
        scalectl(binary, sandbox, "apply", "-f", version, "--auto-approve", "--allow", "delete")
        assert "No changes" in scalectl(binary, sandbox, "plan", "-f", version)
    check_log(sandbox.log())


@pytest.mark.parametrize("example", EXAMPLES, ids=[e.stem for e in EXAMPLES])
def test_requests_in_the_process(binary, tmp_path, example):
    """CloudWatch is spoken to as AWS would be, in RPC v2 CBOR."""
    state = str(tmp_path / "sandbox")
    scalectl(binary, None, "sandbox", "seed", "examples/sandbox/seed.yaml", "--state", state)
    for version in versions(example, tmp_path):
        scalectl(binary, None, "apply", "-f", version, "--sandbox", state, "--auto-approve", "--allow", "delete")
        assert "No changes" in scalectl(binary, None, "plan", "-f", version, "--sandbox", state)
    log = (tmp_path / "sandbox" / "calls.jsonl").read_text()
    check_log([json.loads(line) for line in log.splitlines()])
