#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The loopback IAM itself, with boto3 as its client: devices of a user."""

import iam_client
import rig
from iam_client import STEM

NOT_VALID = "Authentication code for device is not valid."
NOWHERE = "VirtualMFADevice with serial number "


class Enable(iam_client.IamClient):
    def test_then_it_serves(self):
        client = self.with_mfa()
        serial, seed = self.create(client)
        answer = self.enable(client, serial, seed)
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 200)
        self.assertEqual(self.sts.devices(), [rig.SERIAL, serial])
        self.assertEqual(self.sts.spare(), [])
        following = rig.WORLD.hotp(seed, self.step() + 1)
        self.client().get_session_token(SerialNumber=serial, TokenCode=following)

    def test_serves_a_role(self):
        serial, seed = self.enrolled(self.with_mfa())
        self.client().assume_role(
            RoleArn=rig.ADMIN,
            RoleSessionName="dev",
            SerialNumber=serial,
            TokenCode=rig.WORLD.hotp(seed, self.step() + 1),
        )

    def test_before_it_is_enabled_it_does_not(self):
        serial, seed = self.create(self.with_mfa())
        self.refused(
            "AccessDenied",
            rig.WORLD.DENIED_SERIAL,
            self.client().get_session_token,
            SerialNumber=serial,
            TokenCode=rig.WORLD.hotp(seed, self.step()),
        )

    def test_its_codes_are_spent(self):
        client = self.with_mfa()
        serial, seed = self.create(client)
        codes = self.codes(seed)
        client.enable_mfa_device(UserName="dev", SerialNumber=serial, **codes)
        for code in codes.values():
            self.refused(
                "AccessDenied",
                rig.WORLD.DENIED_CODE,
                self.client().get_session_token,
                SerialNumber=serial,
                TokenCode=code,
            )

    def test_codes(self):
        client = self.with_mfa()
        serial, seed = self.create(client)
        right = self.codes(seed)
        swapped = dict(zip(right, reversed(list(right.values()))))
        first = right["AuthenticationCode1"]
        wrong = {
            "not consecutive": self.codes(seed, gap=2),
            "swapped": swapped,
            "one twice": dict.fromkeys(right, first),
            "too old": self.codes(seed, last=-2),
            "too new": self.codes(seed, last=2),
            "of another seed": self.codes(rig.SEED),
            "the first right": dict(right, AuthenticationCode2="000000"),
            "the second right": dict(right, AuthenticationCode1="000000"),
        }
        for what, codes in wrong.items():
            with self.subTest(what):
                response = self.refused(
                    "InvalidAuthenticationCode",
                    NOT_VALID,
                    client.enable_mfa_device,
                    UserName="dev",
                    SerialNumber=serial,
                    **codes,
                )
                self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 403)
        self.assertEqual(self.sts.spare(), [serial])
        client.enable_mfa_device(UserName="dev", SerialNumber=serial, **right)

    def test_window(self):
        """The second code may be of the step before, of this or the next."""
        for last in (-1, 0, 1):
            self.sts.control({"restore": True})
            client = self.with_mfa()
            serial, seed = self.create(client)
            self.enable(client, serial, seed, last=last)

    def test_malformed(self):
        client = self.with_mfa()
        serial, seed = self.create(client)
        good = dict(self.codes(seed), UserName="dev", SerialNumber=serial)
        for name, value, words in (
            ("AuthenticationCode1", "12345", "greater than or equal to 6"),
            ("AuthenticationCode2", "1234567", "less than or equal to 6"),
            ("AuthenticationCode1", "12345x", "regular expression pattern: [\\d]+"),
            ("AuthenticationCode1", "１２３４５６", "regular expression pattern"),
            ("SerialNumber", "arn:aws", "greater than or equal to 9"),
            ("SerialNumber", serial + " x", "regular expression pattern"),
            ("UserName", "de v", "The specified value for userName is invalid."),
            ("UserName", "x" * 129, "less than or equal to 128"),
        ):
            with self.subTest(name=name, value=value):
                self.refused(
                    "ValidationError",
                    words,
                    client.enable_mfa_device,
                    **dict(good, **{name: value}),
                )
        for name in good:
            rest = {n: v for n, v in good.items() if n != name}
            self.refused(
                "ValidationError", "not be null", client.enable_mfa_device, **rest
            )
        client.enable_mfa_device(**good)

    def test_no_such_device(self):
        client = self.with_mfa()
        elsewhere = "arn:aws:iam::999999999999:mfa/dev-desk"
        self.sts.world.devices.spare[elsewhere] = rig.SEED
        for serial in (STEM + "dev-none", elsewhere):
            response = self.refused(
                "NoSuchEntity",
                NOWHERE + serial,
                self.enable,
                client,
                serial,
                rig.SEED,
            )
            self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 404)

    def test_in_use(self):
        client = self.with_mfa()
        serial, seed = self.enrolled(client)
        response = self.refused(
            "EntityAlreadyExists",
            "MFA Device is already in use.",
            self.enable,
            client,
            serial,
            seed,
            last=1,
        )
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 409)

    def test_eight_of_a_user(self):
        client = self.with_mfa()
        for number in range(7):
            self.enrolled(client, f"dev-{number}")
        serial, seed = self.create(client, "dev-eighth")  # the laptop is the first
        response = self.refused(
            "LimitExceeded",
            "Cannot exceed quota for MFADevicesPerUser: 8",
            self.enable,
            client,
            serial,
            seed,
        )
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 409)
        client.deactivate_mfa_device(UserName="dev", SerialNumber=STEM + "dev-0")
        self.enable(client, serial, seed)
        self.assertEqual(len(self.sts.devices()), 8)


class Resync(iam_client.IamClient):
    def test_spends_its_codes(self):
        client = self.with_mfa()
        serial, seed = self.enrolled(client)
        self.sts.control({"forget_codes": True})
        codes = self.codes(seed)
        call = client.resync_mfa_device
        call(UserName="dev", SerialNumber=serial, **codes)
        self.refused(
            "InvalidAuthenticationCode",
            NOT_VALID,
            call,
            UserName="dev",
            SerialNumber=serial,
            **codes,
        )
        self.refused(
            "AccessDenied",
            rig.WORLD.DENIED_CODE,
            self.client().get_session_token,
            SerialNumber=serial,
            TokenCode=codes["AuthenticationCode2"],
        )

    def test_a_code_spent_before(self):
        """One that STS took is not half of a pair."""
        client = self.with_mfa()
        serial, seed = self.enrolled(client)
        self.sts.control({"forget_codes": True})
        codes = self.codes(seed)
        self.client().get_session_token(
            SerialNumber=serial, TokenCode=codes["AuthenticationCode1"]
        )
        for more in (codes, self.codes(seed, gap=2)):
            self.refused(
                "InvalidAuthenticationCode",
                NOT_VALID,
                client.resync_mfa_device,
                UserName="dev",
                SerialNumber=serial,
                **more,
            )

    def test_not_a_device_of_the_user(self):
        client = self.with_mfa()
        serial, seed = self.create(client)
        for serial, words in (
            (serial, "MFA Device invalid for user."),
            (STEM + "dev-none", NOWHERE + STEM + "dev-none"),
        ):
            for call in (client.resync_mfa_device, client.deactivate_mfa_device):
                codes = self.codes(seed) if call == client.resync_mfa_device else {}
                self.refused(
                    "NoSuchEntity",
                    words,
                    call,
                    UserName="dev",
                    SerialNumber=serial,
                    **codes,
                )

    def test_deactivated(self):
        """STS takes its codes no more; its seed stays, and can be enabled again."""
        client = self.with_mfa()
        serial, seed = self.enrolled(client)
        client.deactivate_mfa_device(UserName="dev", SerialNumber=serial)
        self.assertEqual(self.sts.devices(), [rig.SERIAL])
        self.assertEqual(self.sts.spare(), [serial])
        self.refused(
            "AccessDenied",
            rig.WORLD.DENIED_SERIAL,
            self.client().get_session_token,
            SerialNumber=serial,
            TokenCode=rig.WORLD.hotp(seed, self.step() + 1),
        )
        self.refused(
            "InvalidAuthenticationCode", NOT_VALID, self.enable, client, serial, seed
        )
        self.sts.control({"forget_codes": True})
        self.enable(client, serial, seed)

    def test_last_device(self):
        """The session that it made lives on; there is no next one with MFA."""
        client = self.with_mfa()
        client.deactivate_mfa_device(UserName="dev", SerialNumber=rig.SERIAL)
        self.assertEqual(client.list_mfa_devices()["MFADevices"], [])
        client.delete_virtual_mfa_device(SerialNumber=rig.SERIAL)
        self.assertEqual((self.sts.devices(), self.sts.spare()), ([], []))
        self.assertIsNone(self.sts.seed(rig.SERIAL))


if __name__ == "__main__":
    rig.main(needs_binary=False)
