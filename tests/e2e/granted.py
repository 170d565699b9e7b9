# SPDX-License-Identifier: Apache-2.0
"""What the tests of granted credentials share: a world with more roles."""

import json
import time

import boto3

import rig

GUARDED = "arn:aws:iam::999999999999:role/Guarded"
PLAIN = "arn:aws:iam::123456789012:role/NoMfa"


def world():
    config = rig.WORLD.example()
    trust = json.loads(json.dumps(rig.WORLD.policy("trust")))
    trust["Statement"][0]["Condition"]["StringEquals"] = {
        "sts:ExternalId": "ticket/7:x@y"
    }
    config["roles"][GUARDED] = {"trust": trust, "max_seconds": 7200}
    user = f"arn:aws:iam::{rig.ACCOUNT}:user/dev"
    config["roles"][PLAIN] = {
        "trust": {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": user},
                "Action": "sts:AssumeRole",
            }
        }
    }
    # The daily policy denies whatever comes without MFA; this user has none.
    config["users"]["dev"]["policies"] = [
        {"Statement": s}
        for s in rig.WORLD.policy("daily")["Statement"]
        if s["Effect"] == "Allow"
    ]
    return config


class Granted(rig.Case):
    WORLD = staticmethod(world)

    def requests(self, action=None):
        return [
            r
            for r in self.sts.requests
            if r["method"] == "POST" and action in (None, r["action"])
        ]

    def actions(self):
        return [r["action"] for r in self.requests()]

    def client(self, answer):
        return boto3.Session(
            answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"]
        ).client("sts", region_name=rig.REGION, endpoint_url=self.rig.url)

    def until(self, answer):
        when = time.strptime(answer["Expiration"], "%Y-%m-%dT%H:%M:%SZ")
        return time.mktime(when) - time.timezone - time.time()

    def no_mfa(self, **more):
        return self.rig.dev(mfa_serial=None, stskey_mfa=None, **more)
