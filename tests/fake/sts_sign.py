# SPDX-License-Identifier: Apache-2.0
"""Checks Signature Version 4 as STS and IAM do, with botocore's arithmetic."""

import calendar
import hashlib
import hmac
import re
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from sts_answer import Refused, compact_timestamp

SKEW_SECONDS = 15 * 60
IAM_REGION = "us-east-1"  # the one of its one endpoint
REGION = re.compile(
    r"^((us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-iso|us-isob|eu-isoe|us-isof|"
    r"eusc)-[a-z]+-\d+)$"
)
AUTHORIZATION = re.compile(
    r"^AWS4-HMAC-SHA256 Credential=(?P<credential>[^\s,]+),\s*"
    r"SignedHeaders=(?P<signed>[a-z0-9;-]+),\s*"
    r"Signature=(?P<signature>[0-9a-f]{64})$"
)


class _Exactly(SigV4Auth):
    """Signs the headers named, and no others."""

    def headers_to_sign(self, request):
        headers = HTTPHeaders()
        for name, value in request.headers.items():
            headers.add_header(name.lower(), value)
        return headers


class Signed:
    """What the Authorization header of a request says."""

    def __init__(self, request):
        text = request.header("authorization")
        if text is None:
            raise Refused(
                403,
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            )
        match = AUTHORIZATION.match(text)
        parts = match["credential"].split("/") if match else []
        if len(parts) != 5:
            raise Refused(
                400,
                "IncompleteSignature",
                "Authorization header requires existence of a 'Credential', "
                "a 'SignedHeaders' and a 'Signature' parameter.",
            )
        self.access_key_id, self.day, self.region, self.service = parts[:4]
        self.terminator = parts[4]
        self.names = match["signed"].split(";")
        self.signature = match["signature"]
        self.token = request.header("x-amz-security-token")
        self.date = request.header("x-amz-date") or ""


def _mismatch(message):
    return Refused(403, "SignatureDoesNotMatch", message)


def check_scope(signed, service):
    if signed.terminator != "aws4_request":
        raise _mismatch(
            "Credential should be scoped with a valid terminator: "
            f"'aws4_request', not '{signed.terminator}'."
        )
    if signed.service != service:
        raise _mismatch(
            f"Credential should be scoped to correct service: '{service}'. "
        )
    foreign = service == "iam" and signed.region != IAM_REGION
    if foreign or not REGION.match(signed.region):
        raise _mismatch(
            "Credential should be scoped to a valid region, "
            f"not '{signed.region}'. "
        )
    if signed.day != signed.date[:8]:
        raise _mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 "
            f"version of date from HTTP: '{signed.day}' != "
            f"'{signed.date[:8]}', from '{signed.date}'."
        )


def check_names(signed, request):
    """Which headers must be signed, and that what is named is there."""
    if signed.names != sorted(set(signed.names)):
        raise _mismatch("SignedHeaders must be sorted and named once.")
    if "host" not in signed.names:
        raise _mismatch(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS "
            "Authorization."
        )
    for name, _ in request.headers:
        lower = name.lower()
        if lower.startswith("x-amz-") and lower not in signed.names:
            raise _mismatch(f"'{lower}' must be a 'SignedHeader'.")
    for name in signed.names:
        if request.header(name) is None:
            raise _mismatch(f"the signed header '{name}' is not there.")


def check_date(signed, now):
    try:
        when = calendar.timegm(time.strptime(signed.date, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise Refused(
            400,
            "IncompleteSignature",
            "Date must be in ISO-8601 'basic format'. "
            f"Got '{signed.date}'. See http://en.wikipedia.org/wiki/ISO_8601",
        ) from None
    if when < now - SKEW_SECONDS:
        raise _mismatch(
            f"Signature expired: {signed.date} is now earlier than "
            f"{compact_timestamp(now - SKEW_SECONDS)} "
            f"({compact_timestamp(now)} - 15 min.)"
        )
    if when > now + SKEW_SECONDS:
        raise _mismatch(
            f"Signature not yet current: {signed.date} is still later than "
            f"{compact_timestamp(now + SKEW_SECONDS)} "
            f"({compact_timestamp(now)} + 15 min.)"
        )


def signature_of(signed, request, secret):
    """The signature that this request ought to carry."""
    headers = HTTPHeaders()
    for name, value in request.headers:
        if name.lower() in signed.names:
            headers.add_header(name, value)
    aws = AWSRequest(
        method=request.method,
        url=f"http://{request.header('host')}{request.target}",
        headers=headers,
        data=request.body,
    )
    aws.context["timestamp"] = signed.date
    auth = _Exactly(
        Credentials(signed.access_key_id, secret), signed.service, signed.region
    )
    canonical = auth.canonical_request(aws)
    return auth.signature(auth.string_to_sign(aws, canonical), aws)


def check_signature(signed, request, secret):
    claimed = request.header("x-amz-content-sha256")
    actual = hashlib.sha256(request.body).hexdigest()
    good = hmac.compare_digest(
        signature_of(signed, request, secret), signed.signature
    )
    if not good or claimed not in (None, actual):
        raise _mismatch(
            "The request signature we calculated does not match the "
            "signature you provided. Check your AWS Secret Access Key and "
            "signing method. Consult the service documentation for details."
        )
