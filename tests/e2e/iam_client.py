# SPDX-License-Identifier: Apache-2.0
"""boto3 as a client of the loopback IAM."""

import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials

import rig
import sts_client

IAM_REGION = "us-east-1"
VERSION = "2010-05-08"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SETUP = ("AKIASETUPSETUPSETUP1", "s" * 40)
USER = f"arn:aws:iam::{rig.ACCOUNT}:user/dev"
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
STEM = f"arn:aws:iam::{rig.ACCOUNT}:mfa/"


def posted(url, body, headers):
    """(status, body) of a POST, whatever they are."""
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


class IamClient(sts_client.StsClient):
    """The user dev (of the daily policy) and the user setup (of bootstrap)."""

    def setUp(self):
        super().setUp()
        # The service's clock stands at the begin of a step: no step ends
        # between a code and its use.
        self.sts.control({"restore": True, "clock_offset": 1 - time.time() % 30})

    def iam(self, key=sts_client.KEY, token=None, **more):
        options = {"region_name": IAM_REGION, "endpoint_url": self.url}
        options.update(more)
        return boto3.Session(*key, token).client(
            "iam",
            config=botocore.config.Config(
                retries={"total_max_attempts": 1}, parameter_validation=False
            ),
            **options,
        )

    def iam_as(self, credentials):
        key = (credentials["AccessKeyId"], credentials["SecretAccessKey"])
        return self.iam(key, credentials["SessionToken"])

    def raw(self, service="iam", region=IAM_REGION, **form):
        """(status, body) as they came, of a form signed by dev's key."""
        body = urllib.parse.urlencode(form)
        request = botocore.awsrequest.AWSRequest("POST", self.url + "/", FORM, body)
        botocore.auth.SigV4Auth(
            botocore.credentials.Credentials(*sts_client.KEY), service, region
        ).add_auth(request)
        return posted(request.url, body.encode(), dict(request.headers.items()))

    def with_mfa(self):
        """IAM for dev, by a session with MFA."""
        return self.iam_as(self.session())

    def step(self):
        return int(self.sts.now()) // 30

    def create(self, client, name="dev-desk", **more):
        """(serial number, seed in base32) of a new device."""
        answer = client.create_virtual_mfa_device(VirtualMFADeviceName=name, **more)
        device = answer["VirtualMFADevice"]
        # botocore has undone the outer base64 of the blob already.
        return device["SerialNumber"], device["Base32StringSeed"].decode()

    def codes(self, seed, last=0, gap=1):
        """Two codes as parameters; the second is of this step plus LAST."""
        step = self.step() + last
        return {
            "AuthenticationCode1": rig.WORLD.hotp(seed, step - gap),
            "AuthenticationCode2": rig.WORLD.hotp(seed, step),
        }

    def enable(self, client, serial, seed, user="dev", **more):
        return client.enable_mfa_device(
            UserName=user, SerialNumber=serial, **self.codes(seed, **more)
        )

    def enrolled(self, client, name="dev-desk", user="dev"):
        serial, seed = self.create(client, name)
        self.enable(client, serial, seed, user)
        return serial, seed

    def denied(self, action, resource, call, *args, **more):
        """Refused for want of a permission; the response."""
        words = f"is not authorized to perform: iam:{action} on resource: {resource} "
        return self.refused("AccessDenied", words, call, *args, **more)
