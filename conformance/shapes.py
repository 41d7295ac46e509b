"""Checks replies and requests against the service models that ship with botocore.

botocore itself is lenient: it drops members that it does not know and does not miss those
that are required. These checks are not.
"""

import json
import re

import botocore.session
import botocore.validate


def check_replies_of(client):
    """Makes every reply that the client gets pass through check_reply."""
    client.meta.events.register("before-parse", check_reply)


def check_reply(operation_model, response_dict, **_):
    protocol = operation_model.service_model.resolved_protocol
    if response_dict["status_code"] >= 300 or protocol != "json":
        return
    body = response_dict["body"]
    value = json.loads(body) if body else {}
    shape = operation_model.output_shape
    problems = []
    if shape is None:
        if value:
            problems.append(f"a reply where the model has none: {value}")
    else:
        check(shape, value, shape.name, problems)
    assert not problems, f"{operation_model.name}: " + "; ".join(problems)


def check(shape, value, path, problems):
    """Appends what is wrong with a JSON value of the given shape."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            problems.append(f"{path} is {value!r}, not an object")
            return
        for name in value:
            if name not in shape.members:
                problems.append(f"{path}.{name} is not in the model")
        for name in shape.required_members:
            if value.get(name) is None:
                problems.append(f"{path}.{name} is missing")
        for name, member in shape.members.items():
            if value.get(name) is not None:
                check(member, value[name], f"{path}.{name}", problems)
    elif kind == "list":
        if not isinstance(value, list):
            problems.append(f"{path} is {value!r}, not a list")
            return
        bounds(shape, len(value), path, problems)
        for i, item in enumerate(value):
            check(shape.member, item, f"{path}[{i}]", problems)
    elif kind == "map":
        if not isinstance(value, dict):
            problems.append(f"{path} is {value!r}, not a map")
            return
        for k, v in value.items():
            check(shape.key, k, f"{path} key {k!r}", problems)
            check(shape.value, v, f"{path}[{k!r}]", problems)
    elif kind == "string":
        if not isinstance(value, str):
            problems.append(f"{path} is {value!r}, not a string")
            return
        if shape.enum and value not in shape.enum:
            problems.append(f"{path} is {value!r}, not one of {shape.enum}")
        bounds(shape, len(value), path, problems)
        pattern = shape.metadata.get("pattern")
        if pattern and not matches(pattern, value):
            problems.append(f"{path} is {value!r}, which does not match {pattern}")
    elif kind in ("integer", "long"):
        if not isinstance(value, int) or isinstance(value, bool):
            problems.append(f"{path} is {value!r}, not an integer")
            return
        bounds(shape, value, path, problems)
    elif kind in ("double", "float", "timestamp"):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            problems.append(f"{path} is {value!r}, not a number")
    elif kind == "boolean":
        if not isinstance(value, bool):
            problems.append(f"{path} is {value!r}, not a boolean")


def bounds(shape, n, path, problems):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and n < low:
        problems.append(f"{path}: {n} is below {low}")
    if high is not None and n > high:
        problems.append(f"{path}: {n} is above {high}")


def matches(pattern, value):
    """Reports whether a model's pattern matches, as far as Python's dialect can tell."""
    pattern = re.sub(r"\\p\{Print\}", r"[^\\x00-\\x1f\\x7f]", pattern)
    if r"\p{" in pattern or r"\u{" in pattern or r"\uD" in pattern:
        return True  # Unicode classes of Java: Python's re has no word for them
    return re.fullmatch(pattern, value) is not None


SIGNING_NAMES = {
    "application-autoscaling": "application-autoscaling",
    "cloudwatch": "cloudwatch",
    "monitoring": "cloudwatch",
    "sagemaker": "sagemaker",
    "sts": "sts",
}

def typed(shape, value):
    """Gives the strings of a query request the types of their shapes: that protocol has
    no types on the wire. Anything that does not read as its type stays a string."""
    if isinstance(value, dict) and shape.type_name == "structure":
        return {k: typed(shape.members[k], v) if k in shape.members else v for k, v in value.items()}
    if isinstance(value, list) and shape.type_name == "list":
        return [typed(shape.member, item) for item in value]
    if isinstance(value, str):
        try:
            if shape.type_name in ("integer", "long"):
                return int(value)
            if shape.type_name in ("double", "float"):
                return float(value)
        except ValueError:
            return value
        if shape.type_name == "boolean" and value in ("true", "false"):
            return value == "true"
    return value


_session = botocore.session.get_session()


def check_request(service, operation, parameters):
    """Returns what botocore and the service model find wrong with a request."""
    model = _session.get_service_model(SIGNING_NAMES[service]).operation_model(operation)
    shape = model.input_shape
    if shape is None:
        return []
    parameters = typed(shape, parameters)
    report = botocore.validate.ParamValidator().validate(parameters, shape)
    problems = [report.generate_report()] if report.has_errors() else []
    check(shape, parameters, operation, problems)
    return problems
