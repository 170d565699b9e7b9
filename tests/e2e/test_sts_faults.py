#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The loopback STS itself: faults, TLS, and as a program."""

import http.client
import json
import pathlib
import ssl
import subprocess
import sys
import urllib.request

import botocore.exceptions
import botocore.parsers

import rig
import sts_client


class Faults(sts_client.StsClient):
    def test_region_off(self):
        self.sts.control({"regions_off": [rig.REGION]})
        self.refused(
            "RegionDisabledException",
            "STS is not activated in this region for account:123456789012",
            self.client().get_caller_identity,
        )

    def test_throttle_and_fail(self):
        faults = [{"kind": "throttle", "times": 1}, {"kind": "fail", "status": 503}]
        self.sts.control({"faults": faults})
        call = self.client().get_caller_identity
        response = self.refused("Throttling", "Rate exceeded", call)
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 400)
        response = self.refused("InternalFailure", "", call)
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 503)
        call()
        self.assertEqual(self.sts.count("GetCallerIdentity"), 1)
        self.assertEqual(self.sts.count("GetCallerIdentity", None), 3)

    def test_broken_answers(self):
        for kind in ("cut", "reset", "garbage", "html", "empty"):
            self.sts.control({"faults": [{"kind": kind}]})
            with self.subTest(kind=kind), self.assertRaises(
                (
                    botocore.exceptions.HTTPClientError,
                    botocore.parsers.ResponseParserError,
                )
            ):
                answer = self.client().get_caller_identity()
                if "Arn" not in answer:
                    raise botocore.parsers.ResponseParserError("no Arn")

    def test_huge_answer(self):
        self.sts.control({"faults": [{"kind": "huge"}]})
        host = self.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host)
        connection.request("POST", "/", b"")
        length = connection.getresponse().headers["Content-Length"]
        self.assertGreater(int(length), 2**25)
        connection.close()

    def test_stall(self):
        self.sts.control({"faults": [{"kind": "stall"}]})
        host = self.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host)
        connection.request("POST", "/", b"")
        self.assertTrue(self.sts.faults.wait_stalled())
        self.sts.control({"release": True})
        self.assertEqual(connection.getresponse().status, 400)
        connection.close()

    def test_warm(self):
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"))
        connection.request("HEAD", "/")
        response = connection.getresponse()
        self.assertEqual(response.status, 302)
        response.read()
        connection.request("HEAD", "/")
        self.assertEqual(connection.getresponse().status, 302)
        connection.close()
        self.assertEqual(len({r["connection"] for r in self.sts.requests}), 1)
        self.assertEqual(self.sts.count(outcome=None), 0)

    def test_doors(self):
        tls = self.sts.listen("tls")
        self.client(endpoint_url=tls, verify=self.sts.ca).get_caller_identity()
        with self.assertRaises(botocore.exceptions.SSLError):
            self.client(endpoint_url=tls).get_caller_identity()
        for kind in ("wrong-host", "expired"):
            door = self.sts.listen(kind)
            with self.subTest(kind=kind), self.assertRaises(
                botocore.exceptions.SSLError
            ):
                self.client(
                    endpoint_url=door, verify=self.sts.ca
                ).get_caller_identity()

    def test_old_tls(self):
        door = self.sts.listen("old-tls")
        host, port = door.removeprefix("https://").split(":")
        context = ssl.create_default_context(cafile=self.sts.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        connection = http.client.HTTPSConnection(host, int(port), context=context)
        with self.assertRaises(ssl.SSLError):
            connection.request("HEAD", "/")
        connection.close()

    def test_as_a_program(self):
        here = pathlib.Path(self.folder.name) / "program"
        with subprocess.Popen(
            [sys.executable, rig.SOURCE / "tests/fake/sts.py"]
            + ["--dir", here, "--until-eof"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            word, plain, tls = child.stdout.readline().split()
            self.assertEqual(word, "ready")
            self.assertEqual((here / "url").read_text(), plain + "\n")
            self.client(endpoint_url=plain).get_caller_identity()
            self.client(
                endpoint_url=tls, verify=str(here / "ca.pem")
            ).get_caller_identity()
            wish = urllib.request.Request(
                plain + "/_control", b'{"faults": [{"kind": "throttle"}]}'
            )
            with urllib.request.urlopen(wish) as answer:
                self.assertEqual(json.load(answer)["accepted"], 2)
            self.refused(
                "Throttling",
                "",
                self.client(endpoint_url=plain).get_caller_identity,
            )
            lines = (here / "requests.jsonl").read_text().splitlines()
            self.assertEqual(
                [json.loads(line)["outcome"] for line in lines],
                ["ok", "ok", "Throttling"],
            )
            child.stdin.close()
            self.assertEqual(child.wait(timeout=60), 0)


if __name__ == "__main__":
    rig.main(needs_binary=False)
