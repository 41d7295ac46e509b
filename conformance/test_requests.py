"""Every request that scalectl sends passes botocore's validation and the service models."""

import subprocess

import pytest

import conftest
import shapes

EXAMPLES = sorted((conftest.ROOT / "examples").glob("*.yaml"))


def scalectl(binary, sandbox, *arguments, expect=0):
    done = subprocess.run(
        [binary, *arguments], capture_output=True, text=True, cwd=conftest.ROOT, env=conftest.environment(AWS_ENDPOINT_URL=sandbox.url)
    )
    assert done.returncode == expect, f"scalectl {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=[e.stem for e in EXAMPLES])
def test_requests_of_an_example(binary, sandbox, tmp_path, example):
    sandbox.control("seed", (conftest.ROOT / "examples/sandbox/seed.yaml").read_bytes())
    scalectl(binary, sandbox, "apply", "-f", str(example), "--auto-approve")
    assert "No changes" in scalectl(binary, sandbox, "plan", "-f", str(example))

    # Then change what can be changed, and remove everything, so that every operation
    # that scalectl knows is sent.
    changed = tmp_path / "changed.yaml"
    text = example.read_text()
    header, _, _ = text.partition("\nendpoints:")
    text = text.replace("\nendpoints:", "\ntags: {team: search}\nendpoints:", 1).replace("targetValue: ", "targetValue: 0")
    text = text.replace("cooldown: 30s", "cooldown: 90s").replace("threshold: ", "threshold: 1")
    changed.write_text(text)
    scalectl(binary, sandbox, "apply", "-f", str(changed), "--auto-approve")
    nothing = tmp_path / "nothing.yaml"
    header = header.split("\npolicies:")[0]
    nothing.write_text(header + "\nendpoints: {}\n")
    scalectl(binary, sandbox, "apply", "-f", str(nothing), "--auto-approve", "--allow", "delete")

    problems = []
    seen = set()
    for entry in sandbox.log():
        seen.add(entry["operation"])
        for problem in shapes.check_request(entry["service"], entry["operation"], entry.get("input") or {}):
            problems.append(f"{entry['operation']}: {problem}")
    assert not problems, "\n".join(problems)
    assert {"RegisterScalableTarget", "PutScalingPolicy", "TagResource", "DeleteScalingPolicy", "DeregisterScalableTarget"} <= seen
