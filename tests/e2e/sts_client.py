# SPDX-License-Identifier: Apache-2.0
"""boto3 as a client of the loopback STS."""

import json
import tempfile
import unittest

import boto3
import botocore.config
import botocore.exceptions

import rig

KEY = (rig.KEY_ID, rig.SECRET)


def world():
    config = rig.WORLD.example()
    trust = json.loads(json.dumps(config["roles"][rig.ADMIN]["trust"]))
    trust["Statement"][0]["Condition"]["StringEquals"] = {"sts:ExternalId": "ticket/7"}
    config["roles"]["arn:aws:iam::999999999999:role/Guarded"] = {"trust": trust}
    config["roles"]["arn:aws:iam::999999999999:role/Next"] = {
        "trust": {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": rig.ADMIN},
                "Action": "sts:AssumeRole",
            }
        }
    }
    config["users"]["dev"]["keys"]["AKIAI44QH8DHBEXAMPLE"] = {
        "secret": "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
        "active": False,
    }
    config["users"]["setup"] = {
        "account": rig.ACCOUNT,
        "id": "AIDASETUP",
        "keys": {"AKIASETUPSETUPSETUP1": {"secret": "s" * 40}},
        "policies": [rig.WORLD.policy("bootstrap")],
    }
    return config


class StsClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="stskey-sts-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.sts = rig.Sts(cls.folder.name, world())
        cls.addClassCleanup(cls.sts.close)
        cls.url = cls.sts.listen("plain")

    def setUp(self):
        self.sts.control({"clear": True, "clock_offset": 0, "forget_codes": True})
        self.sts.control({"regions_off": [], "shorten": None})
        self.sts.requests.clear()

    def client(self, key=KEY, token=None, **more):
        options = {"region_name": rig.REGION, "endpoint_url": self.url}
        options.update(more)
        return boto3.Session(*key, token).client(
            "sts",
            config=botocore.config.Config(
                retries={"total_max_attempts": 1}, parameter_validation=False
            ),
            **options,
        )

    def as_session(self, credentials):
        key = (credentials["AccessKeyId"], credentials["SecretAccessKey"])
        return self.client(key, credentials["SessionToken"])

    def code(self, ahead=0):
        step = int(self.sts.now()) // 30 + ahead
        return rig.WORLD.hotp(rig.SEED, step)

    def refused(self, code, words, call, *args, **more):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(*args, **more)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code)
        self.assertIn(words, error["Message"])
        return caught.exception.response

    def session(self, **more):
        return self.client().get_session_token(
            SerialNumber=rig.SERIAL, TokenCode=self.code(), **more
        )["Credentials"]
