# SPDX-License-Identifier: Apache-2.0
"""What AWS STS and IAM say, byte for byte as the services write it."""

import datetime
import secrets
import uuid
from xml.sax.saxutils import escape

XMLNS = {
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
}


class Refused(Exception):
    """An answer that is no."""

    def __init__(self, status, code, message):
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


def request_id():
    return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))


def timestamp(seconds):
    """2026-01-31T09:00:00Z"""
    when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def compact_timestamp(seconds):
    """20260131T090000Z, as X-Amz-Date has it."""
    return timestamp(seconds).replace("-", "").replace(":", "")


def elements(values, indent):
    """A dict as elements, dicts and lists in it nested; None is left out."""
    out = []
    pad = "  " * indent
    for name, value in values.items():
        if value is None:
            continue
        if isinstance(value, list):
            members = "".join(elements({"member": v}, indent + 1) for v in value)
            whole = f"<{name}>\n{members}{pad}</{name}>" if value else f"<{name}/>"
            out.append(f"{pad}{whole}\n")
        elif isinstance(value, dict):
            inner = elements(value, indent + 1)
            out.append(f"{pad}<{name}>\n{inner}{pad}</{name}>\n")
        else:
            out.append(f"{pad}<{name}>{escape(str(value))}</{name}>\n")
    return "".join(out)


def success(service, action, values, rid):
    """Of an action without a result, values are None."""
    result = ""
    if values is not None:
        inner = elements(values, 2)
        result = f"  <{action}Result>\n{inner}  </{action}Result>\n"
    return (
        f'<{action}Response xmlns="{XMLNS[service]}">\n{result}'
        f"  <ResponseMetadata>\n    <RequestId>{rid}</RequestId>\n"
        f"  </ResponseMetadata>\n</{action}Response>\n"
    ).encode()


def failure(service, refused, rid, shape="aws"):
    """The three shapes of an error: AWS, Ceph's gateway, moto."""
    kind = "Sender" if refused.status < 500 else "Receiver"
    error = {"Type": kind, "Code": refused.code, "Message": refused.message}
    if shape == "rgw":
        error.pop("Type")
        error["RequestId"] = rid
        body = f"<Error>\n{elements(error, 1)}</Error>\n"
    elif shape == "moto":
        body = (
            f"<Response>\n  <Errors>\n    <Error>\n{elements(error, 3)}"
            f"    </Error>\n  </Errors>\n  <RequestID>{rid}</RequestID>\n"
            f"</Response>\n"
        )
    else:
        body = (
            f'<ErrorResponse xmlns="{XMLNS[service]}">\n'
            f"  <Error>\n{elements(error, 2)}  </Error>\n"
            f"  <RequestId>{rid}</RequestId>\n</ErrorResponse>\n"
        )
    return body.encode()
