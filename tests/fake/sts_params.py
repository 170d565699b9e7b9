# SPDX-License-Identifier: Apache-2.0
"""What AWS STS's model says of the parameters of its actions."""

import re

from sts_answer import Refused

# Parameter: least, most, pattern.  Lengths, or values where pattern is None.
NAME = r"[\w+=,.@-]*"
LIMITS = {
    "RoleArn": (20, 2048, r"[\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd]+"),
    "RoleSessionName": (2, 64, NAME),
    "ExternalId": (2, 1224, r"[\w+=,.@:\/-]*"),
    "SerialNumber": (9, 256, r"[\w+=/:,.@-]*"),
    "TokenCode": (6, 6, r"[\d]*"),
    "SourceIdentity": (2, 64, NAME),
}
SECONDS = {"GetSessionToken": (900, 129600), "AssumeRole": (900, 43200)}
PARAMETERS = {
    "GetCallerIdentity": set(),
    "GetSessionToken": {"DurationSeconds", "SerialNumber", "TokenCode"},
    "AssumeRole": {
        "RoleArn",
        "RoleSessionName",
        "DurationSeconds",
        "ExternalId",
        "SerialNumber",
        "TokenCode",
        "SourceIdentity",
    },
}


def invalid(value, name, rule):
    """The refusal of a value; None is a parameter that is not there."""
    member = name[0].lower() + name[1:]
    shown = "null" if value is None else f"'{value}'"
    return Refused(
        400,
        "ValidationError",
        f"1 validation error detected: Value {shown} at '{member}' failed to "
        f"satisfy constraint: Member must {rule}",
    )


def check(action, params):
    """The lengths, values and patterns of the service's model."""
    if action not in PARAMETERS:
        raise Refused(
            400,
            "InvalidAction",
            f"Could not find operation {action} for version 2011-06-15",
        )
    for name in params:
        if name not in PARAMETERS[action]:
            # STS would pass over it; here it is a mistake worth seeing.
            raise Refused(400, "ValidationError", f"{action} has no '{name}'")
    if action == "AssumeRole":
        for name in ("RoleArn", "RoleSessionName"):
            if name not in params:
                raise invalid(None, name, "not be null")
    for name, value in params.items():
        if name == "DurationSeconds":
            check_seconds(action, value)
        else:
            check_text(name, value)
    arn = params.get("RoleArn")
    if arn and not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+", arn):
        raise Refused(400, "ValidationError", f"{arn} is invalid")


def check_seconds(action, value):
    least, most = SECONDS[action]
    if not re.fullmatch(r"\d{1,9}", value):
        raise Refused(400, "MalformedInput", "DurationSeconds is no integer")
    if int(value) < least:
        rule = f"have value greater than or equal to {least}"
        raise invalid(value, "DurationSeconds", rule)
    if int(value) > most:
        rule = f"have value less than or equal to {most}"
        raise invalid(value, "DurationSeconds", rule)


def check_text(name, value):
    least, most, pattern = LIMITS[name]
    if len(value) < least:
        raise invalid(value, name, f"have length greater than or equal to {least}")
    if len(value) > most:
        raise invalid(value, name, f"have length less than or equal to {most}")
    if not re.fullmatch(pattern, value, re.ASCII):
        raise invalid(value, name, f"satisfy regular expression pattern: {pattern}")
