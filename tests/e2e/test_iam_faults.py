#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The loopback IAM itself: faults, aimed at one action; lost answers; counts."""

import email.utils
import http.client
import json
import pathlib
import subprocess
import sys
import threading
import urllib.request

import botocore.exceptions
import botocore.parsers

import iam_client
import rig
from iam_client import STEM

BROKEN = (
    botocore.exceptions.HTTPClientError,
    botocore.parsers.ResponseParserError,
    KeyError,  # an answer, but not the one
)
AFTER = ("cut", "reset", "hangup", "garbage", "html", "empty")


class Faults(iam_client.IamClient):
    def fault(self, kind, action, **more):
        self.sts.control({"faults": [dict(more, kind=kind, action=action)]})

    def test_before_it_takes_effect(self):
        client = self.with_mfa()
        for kind, code, status in (
            ("throttle", "Throttling", 400),
            ("fail", "InternalFailure", 500),
            ("deny", "AccessDenied", 403),
        ):
            self.fault(kind, "CreateVirtualMFADevice")
            client.list_mfa_devices()  # not aimed at this one
            response = self.refused(code, "", self.create, client)
            self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], status)
            self.assertEqual(self.sts.spare(), [])
        self.create(client)

    def test_deny_in_iam_words(self):
        client = self.with_mfa()
        self.fault(
            "deny",
            "EnableMFADevice",
            status=409,
            code="EntityTemporarilyUnmodifiable",
            message="Try again later.",
        )
        serial, seed = self.create(client)
        self.refused(
            "EntityTemporarilyUnmodifiable",
            "Try again later.",
            self.enable,
            client,
            serial,
            seed,
        )
        self.enable(client, serial, seed)

    def test_create_answer_lost(self):
        """The device is there, and nobody was told its seed."""
        client = self.with_mfa()
        for kind in AFTER:
            self.fault(kind, "CreateVirtualMFADevice")
            with self.subTest(kind):
                client.list_mfa_devices()
                with self.assertRaises(BROKEN):
                    self.create(client)
                self.assertEqual(self.sts.spare(), [STEM + "dev-desk"])
                self.refused("EntityAlreadyExists", "", self.create, client)
            client.delete_virtual_mfa_device(SerialNumber=STEM + "dev-desk")

    def test_enable_answer_lost(self):
        """The device is enabled and its codes are spent."""
        client = self.with_mfa()
        for kind in ("cut", "reset", "hangup", "fail-after"):
            serial, seed = self.create(client)
            self.fault(kind, "EnableMFADevice")
            with self.subTest(kind):
                with self.assertRaises((*BROKEN, botocore.exceptions.ClientError)):
                    self.enable(client, serial, seed)
                self.assertEqual(self.sts.devices(), [rig.SERIAL, serial])
                self.refused(
                    "EntityAlreadyExists", "in use", self.enable, client, serial, seed
                )
                self.refused(
                    "AccessDenied",
                    rig.WORLD.DENIED_CODE,
                    self.client().get_session_token,
                    SerialNumber=serial,
                    TokenCode=rig.WORLD.hotp(seed, self.step()),
                )
            client.deactivate_mfa_device(UserName="dev", SerialNumber=serial)
            client.delete_virtual_mfa_device(SerialNumber=serial)

    def test_fail_after(self):
        """A failure that was none: the service says 500 and has done it."""
        client = self.with_mfa()
        self.fault("fail-after", "DeleteVirtualMFADevice")
        serial, _ = self.create(client)
        response = self.refused(
            "InternalFailure", "", client.delete_virtual_mfa_device, SerialNumber=serial
        )
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 500)
        self.assertEqual(self.sts.spare(), [])

    def test_hangup_says_nothing(self):
        host = self.url.removeprefix("http://")
        self.fault("hangup", None)
        connection = http.client.HTTPConnection(host)
        connection.request("POST", "/", b"")
        with self.assertRaises(http.client.RemoteDisconnected):
            connection.getresponse()
        connection.close()

    def test_clock_of_one_action(self):
        client = self.with_mfa()
        for seconds, words in ((960, "Signature expired: "), (-960, "not yet current")):
            self.fault("skew", "CreateVirtualMFADevice", seconds=seconds)
            client.list_mfa_devices()
            at = self.sts.now()
            response = self.refused(
                "SignatureDoesNotMatch", words, self.create, client
            )
            date = response["ResponseMetadata"]["HTTPHeaders"]["date"]
            said = http_time(date)
            self.assertAlmostEqual(said, at + seconds, delta=5)
        self.create(client)

    def test_clock_for_all(self):
        self.sts.control({"clock_offset": 16 * 60})
        self.refused(
            "SignatureDoesNotMatch",
            "Signature expired: ",
            self.iam().list_mfa_devices,
        )

    def stalled(self, kind, client, serial, seed):
        """Starts EnableMFADevice and returns when it stands still."""
        self.fault(kind, "EnableMFADevice")
        thread = threading.Thread(target=self.enable, args=(client, serial, seed))
        thread.start()
        self.assertTrue(self.sts.faults.wait_stalled())
        return thread

    def test_stall(self):
        """Before it takes effect, or after."""
        client = self.with_mfa()
        for kind, while_stalled in (("stall", 1), ("stall-after", 2)):
            serial, seed = self.create(client)
            thread = self.stalled(kind, client, serial, seed)
            self.assertEqual(len(self.sts.devices()), while_stalled)
            self.sts.control({"release": True})
            thread.join()
            self.assertEqual(len(self.sts.devices()), 2)
            client.deactivate_mfa_device(UserName="dev", SerialNumber=serial)
            client.delete_virtual_mfa_device(SerialNumber=serial)

    def test_client_killed_while_it_stalls(self):
        """Before the effect there is none; after it, it stays."""
        self.sts.attach("bootstrap")
        outfile = f"{self.folder.name}/qr"  # whose mode is changed
        for kind, left in (("stall", []), ("stall-after", [STEM + "dev-desk"])):
            self.fault(kind, "CreateVirtualMFADevice")
            with subprocess.Popen(
                [rig.AWS, "iam", "create-virtual-mfa-device"]
                + ["--virtual-mfa-device-name", "dev-desk", "--outfile", outfile]
                + ["--bootstrap-method", "Base32StringSeed"]
                + ["--endpoint-url", self.url, "--region", iam_client.IAM_REGION],
                env={
                    "AWS_ACCESS_KEY_ID": rig.KEY_ID,
                    "AWS_SECRET_ACCESS_KEY": rig.SECRET,
                    "HOME": self.folder.name,
                    "PATH": "/usr/bin:/bin",
                },
                stdout=subprocess.DEVNULL,
            ) as child:
                self.assertTrue(self.sts.faults.wait_stalled())
                child.kill()
            with self.sts.faults.changed:
                self.assertTrue(
                    self.sts.faults.changed.wait_for(
                        lambda: self.sts.faults.stalled == 0, timeout=20
                    )
                )
            self.assertEqual(self.sts.spare(), left)

    def test_counts(self):
        client = self.with_mfa()
        serial, seed = self.create(client)
        self.refused("EntityAlreadyExists", "", self.create, client)
        self.enable(client, serial, seed)
        for action, good, every in (
            ("CreateVirtualMFADevice", 1, 2),
            ("EnableMFADevice", 1, 1),
            ("ListMFADevices", 0, 0),
            ("GetSessionToken", 1, 1),
        ):
            self.assertEqual(self.sts.count(action), good, action)
            self.assertEqual(self.sts.count(action, None), every, action)
        self.assertEqual(
            self.sts.count("CreateVirtualMFADevice", "EntityAlreadyExists"), 1
        )

    def test_record_has_no_seed(self):
        _, seed = self.create(self.with_mfa())
        lines = (self.sts.folder / "requests.jsonl").read_text()
        self.assertIn("CreateVirtualMFADevice", lines)
        self.assertNotIn(seed, lines)
        self.assertNotIn(seed, json.dumps(self.sts.state()))


class Program(iam_client.IamClient):
    def test_as_a_program(self):
        """Policies are switched, and devices seen, from outside."""
        here = pathlib.Path(self.folder.name) / "program"
        with subprocess.Popen(
            [sys.executable, rig.SOURCE / "tests/fake/sts.py"]
            + ["--dir", here, "--until-eof"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            _, plain, _ = child.stdout.readline().split()
            client = self.iam(endpoint_url=plain)
            self.refused("AccessDenied", "", self.create, client)
            self.asked(plain, {"policies": {"dev": ["bootstrap"]}})
            self.create(client)
            state = self.asked(plain, {})
            self.assertEqual(state["spare"], [STEM + "dev-desk"])
            self.assertEqual(state["devices"], {"dev": [rig.SERIAL]})
            self.assertEqual(state["counts"]["CreateVirtualMFADevice"], 2)
            self.assertEqual(self.asked(plain, {"restore": True})["spare"], [])
            self.refused("AccessDenied", "", self.create, client)
            child.stdin.close()
            self.assertEqual(child.wait(timeout=60), 0)

    @staticmethod
    def asked(url, wishes):
        request = urllib.request.Request(
            url + "/_control", json.dumps(wishes).encode()
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def http_time(text):
    """Seconds of an HTTP date."""
    return email.utils.parsedate_to_datetime(text).timestamp()


if __name__ == "__main__":
    rig.main(needs_binary=False)
