#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The loopback IAM itself, with boto3 as its client: devices come and go."""

import datetime

import iam_client
import rig
from iam_client import STEM

NOWHERE = "VirtualMFADevice with serial number "


class Create(iam_client.IamClient):
    def test_answer(self):
        answer = self.with_mfa().create_virtual_mfa_device(
            VirtualMFADeviceName="dev-desk"
        )
        device = answer["VirtualMFADevice"]
        self.assertEqual(device["SerialNumber"], STEM + "dev-desk")
        seed = device["Base32StringSeed"].decode()
        self.assertRegex(seed, r"^[A-Z2-7]{64}$")
        self.assertEqual(seed, self.sts.seed(STEM + "dev-desk"))
        picture = device["QRCodePNG"]
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        self.assertIn(
            f"otpauth://totp/dev-desk@{rig.ACCOUNT}?secret={seed}".encode(), picture
        )
        self.assertRegex(answer["ResponseMetadata"]["RequestId"], r"^[0-9a-f-]{36}$")
        self.assertEqual(self.sts.spare(), [STEM + "dev-desk"])
        self.assertEqual(self.sts.devices(), [rig.SERIAL])

    def test_every_seed_is_another(self):
        client = self.with_mfa()
        seeds = {self.create(client, f"dev-{n}")[1] for n in range(5)}
        self.assertEqual(len(seeds), 5)

    def test_path(self):
        self.sts.attach({"Statement": iam_client.ANYTHING})
        client = self.iam()
        serial, _ = self.create(client, Path="/team/a/")
        self.assertEqual(serial, STEM + "team/a/dev-desk")
        self.create(client)  # another device
        for path in ("team", "/team", "team/", "/te am/", "//"):
            self.refused(
                "ValidationError",
                "The specified value for path is invalid. It must begin and end with /",
                self.create,
                client,
                "dev-more",
                Path=path,
            )
        self.refused(
            "ValidationError",
            "'path' failed to satisfy constraint: Member must have length less than "
            "or equal to 512",
            self.create,
            client,
            Path="/" + "x" * 511 + "/",
        )

    def test_taken(self):
        client = self.with_mfa()
        serial, seed = self.create(client)
        words = "MFADevice entity at the same path and name already exists."
        for name in ("dev-desk", "dev-DESK", "dev-laptop"):
            response = self.refused(
                "EntityAlreadyExists", words, self.create, client, name
            )
            self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 409)
        self.assertEqual(self.sts.seed(serial), seed)
        self.enable(client, serial, seed)
        self.refused("EntityAlreadyExists", words, self.create, client)

    def test_names(self):
        client = self.with_mfa()
        for name, words in (
            ("dev desk", "It must contain only alphanumeric characters and/or"),
            ("dev/desk", "The specified value for virtualMFADeviceName is invalid."),
            ("dev-ü", "The specified value for virtualMFADeviceName is invalid."),
            ("", "greater than or equal to 1"),
        ):
            self.refused("ValidationError", words, self.create, client, name)
        self.refused("InvalidInput", "too long", self.create, client, "dev" + "x" * 250)
        self.assertEqual(self.sts.spare(), [])

    def test_parameters(self):
        client = self.with_mfa()
        self.refused(
            "ValidationError",
            "Value null at 'virtualMFADeviceName' failed to satisfy constraint: "
            "Member must not be null",
            client.create_virtual_mfa_device,
        )
        self.refused(
            "ValidationError",
            "has no 'Tags.member.1.Key'",
            self.create,
            client,
            Tags=[{"Key": "a", "Value": "b"}],
        )
        self.refused(
            "InvalidAction",
            "Could not find operation ListUsers for version 2010-05-08",
            client.list_users,
        )


class Delete(iam_client.IamClient):
    def test_deleted(self):
        client = self.with_mfa()
        serial, seed = self.create(client)
        client.delete_virtual_mfa_device(SerialNumber=serial)
        self.assertEqual(self.sts.spare(), [])
        response = self.refused(
            "NoSuchEntity",
            NOWHERE + serial,
            client.delete_virtual_mfa_device,
            SerialNumber=serial,
        )
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 404)
        self.assertNotEqual(self.create(client)[1], seed)

    def test_in_use(self):
        client = self.with_mfa()
        serial, _ = self.enrolled(client)
        response = self.refused(
            "DeleteConflict",
            "MFA VirtualDevice in use. Must deactivate first.",
            client.delete_virtual_mfa_device,
            SerialNumber=serial,
        )
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 409)
        client.deactivate_mfa_device(UserName="dev", SerialNumber=serial)
        client.delete_virtual_mfa_device(SerialNumber=serial)

    def test_the_next_of_that_name_begins_anew(self):
        """Steps are spent of a seed, not of a name."""
        client = self.with_mfa()
        serial, _ = self.enrolled(client)
        client.deactivate_mfa_device(UserName="dev", SerialNumber=serial)
        client.delete_virtual_mfa_device(SerialNumber=serial)
        self.enrolled(client)


class List(iam_client.IamClient):
    def serials(self, answer):
        return [device["SerialNumber"] for device in answer["MFADevices"]]

    def test_own(self):
        client = self.with_mfa()
        serial, _ = self.enrolled(client)
        for who in ({}, {"UserName": "dev"}):
            answer = client.list_mfa_devices(**who)
            self.assertEqual(self.serials(answer), [rig.SERIAL, serial])
            self.assertIs(answer["IsTruncated"], False)
            self.assertNotIn("Marker", answer)
        device = answer["MFADevices"][1]
        self.assertEqual(device["UserName"], "dev")
        now = datetime.datetime.fromtimestamp(self.sts.now(), datetime.timezone.utc)
        self.assertLess(abs(now - device["EnableDate"]).total_seconds(), 10)

    def test_pages(self):
        client = self.with_mfa()
        every = [rig.SERIAL] + [self.enrolled(client, f"dev-{n}")[0] for n in range(4)]
        first = client.list_mfa_devices(MaxItems=2)
        self.assertEqual(self.serials(first), every[:2])
        self.assertIs(first["IsTruncated"], True)
        rest = client.list_mfa_devices(MaxItems=3, Marker=first["Marker"])
        self.assertEqual(self.serials(rest), every[2:])
        self.assertIs(rest["IsTruncated"], False)
        pages = client.get_paginator("list_mfa_devices").paginate(
            PaginationConfig={"PageSize": 1}
        )
        self.assertEqual([s for page in pages for s in self.serials(page)], every)

    def test_wrong(self):
        client = self.with_mfa()
        for more, words in (
            ({"MaxItems": 0}, "greater than or equal to 1"),
            ({"MaxItems": 1001}, "less than or equal to 1000"),
            ({"Marker": "somewhere"}, "Invalid Marker."),
        ):
            self.refused("ValidationError", words, client.list_mfa_devices, **more)

    def test_no_such_user(self):
        self.sts.attach({"Statement": iam_client.ANYTHING})
        response = self.refused(
            "NoSuchEntity",
            "The user with name nobody cannot be found.",
            self.iam().list_mfa_devices,
            UserName="nobody",
        )
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 404)


if __name__ == "__main__":
    rig.main(needs_binary=False)
