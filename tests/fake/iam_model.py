# SPDX-License-Identifier: Apache-2.0
"""What AWS IAM's model, as botocore has it, says of the parameters."""

import functools
import re

import botocore.loaders

from sts_answer import Refused
from sts_params import invalid

VERSION = "2010-05-08"
# Where IAM says a pattern in words: member, and what it must be.
WORDS = {
    "path": "begin and end with / and contain only alphanumeric characters "
    "and/or / characters.",
    "userName": "contain only alphanumeric characters and/or the following: "
    "+=,.@_-",
}
WORDS["virtualMFADeviceName"] = WORDS["userName"]


@functools.lru_cache(maxsize=None)
def _model():
    return botocore.loaders.Loader().load_service_model("iam", "service-2", VERSION)


def _shape(name):
    return _model()["shapes"][name]


def check(action, params):
    """The members, lengths, values and patterns of the service's model."""
    request = _shape(_model()["operations"][action]["input"]["shape"])
    for name in params:
        if name not in request["members"]:
            # IAM would pass over it; here it is a mistake worth seeing.
            raise Refused(400, "ValidationError", f"{action} has no '{name}'")
    for name in request.get("required", []):
        if name not in params:
            raise invalid(None, name, "not be null")
    for name, value in params.items():
        shape = _shape(request["members"][name]["shape"])
        if shape["type"] == "integer":
            _check_number(shape, name, value)
        else:
            _check_text(shape, name, value)


def _check_number(shape, name, value):
    if not re.fullmatch(r"-?\d{1,9}", value, re.ASCII):
        raise Refused(400, "MalformedInput", f"{name} is no integer")
    if int(value) < shape["min"]:
        rule = f"have value greater than or equal to {shape['min']}"
        raise invalid(value, name, rule)
    if int(value) > shape["max"]:
        rule = f"have value less than or equal to {shape['max']}"
        raise invalid(value, name, rule)


def _check_text(shape, name, value):
    if "enum" in shape:
        if value not in shape["enum"]:
            rule = f"satisfy enum value set: [{', '.join(shape['enum'])}]"
            raise invalid(value, name, rule)
        return
    if len(value) < shape["min"]:
        rule = f"have length greater than or equal to {shape['min']}"
        raise invalid(value, name, rule)
    if len(value) > shape.get("max", len(value)):
        rule = f"have length less than or equal to {shape['max']}"
        raise invalid(value, name, rule)
    if re.fullmatch(shape["pattern"], value, re.ASCII):
        return
    member = name[0].lower() + name[1:]
    if member not in WORDS:
        rule = f"satisfy regular expression pattern: {shape['pattern']}"
        raise invalid(value, name, rule)
    raise Refused(
        400,
        "ValidationError",
        f"The specified value for {member} is invalid. It must {WORDS[member]}",
    )
