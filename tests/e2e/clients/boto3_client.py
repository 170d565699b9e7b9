#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
boto3 as a client of credential_process: PROFILE URL; of the environment where
PROFILE is empty.  A request for each line
on standard input, all through one session; prints "KEY-ID ARN", or "error: …".
"""

import sys

import boto3
import botocore.config

profile, url = sys.argv[1:3]
session = boto3.Session(profile_name=profile or None)
client = None
for _ in sys.stdin:
    try:
        if client is None:
            client = session.client(
                "sts",
                region_name="eu-central-1",
                endpoint_url=url,
                config=botocore.config.Config(retries={"total_max_attempts": 1}),
            )
        arn = client.get_caller_identity()["Arn"]
        used = session.get_credentials().get_frozen_credentials().access_key
        print(used, arn, flush=True)
    except Exception as error:  # whatever it is: the test wants its text
        print("error:", str(error).replace("\n", " "), flush=True)
