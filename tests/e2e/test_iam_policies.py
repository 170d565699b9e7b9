#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The loopback IAM itself, with boto3 as its client: who may what."""

import urllib.parse
import xml.etree.ElementTree

import iam_client
import rig
from iam_client import SETUP, STEM, USER

NAMESPACE = "{https://iam.amazonaws.com/doc/2010-05-08/}"
EXPLICIT = "with an explicit deny in an identity-based policy"
IMPLICIT = "because no identity-based policy allows the iam:"


class Bootstrap(iam_client.IamClient):
    """The policy of the hour in which the first device is enrolled."""

    def setUp(self):
        super().setUp()
        self.sts.attach("bootstrap")

    def test_enrols_and_undoes(self):
        client = self.iam()
        serial, _ = self.create(client)
        listed = client.list_virtual_mfa_devices(AssignmentStatus="Unassigned")
        serials = [d["SerialNumber"] for d in listed["VirtualMFADevices"]]
        self.assertEqual(serials, [serial])
        client.delete_virtual_mfa_device(SerialNumber=serial)
        serial, seed = self.enrolled(client)
        self.assertEqual(len(client.list_mfa_devices()["MFADevices"]), 2)
        self.sts.control({"forget_codes": True})
        client.resync_mfa_device(
            UserName="dev", SerialNumber=serial, **self.codes(seed)
        )

    def test_deactivates_and_deletes_none_in_use(self):
        client = self.iam()
        response = self.denied(
            "DeactivateMFADevice",
            USER,
            client.deactivate_mfa_device,
            UserName="dev",
            SerialNumber=rig.SERIAL,
        )
        self.assertIn(IMPLICIT + "DeactivateMFADevice", response["Error"]["Message"])
        self.refused(
            "DeleteConflict",
            "Must deactivate first",
            client.delete_virtual_mfa_device,
            SerialNumber=rig.SERIAL,
        )
        self.assertEqual(self.sts.devices(), [rig.SERIAL])

    def test_touches_nobody_else(self):
        client = self.iam()
        self.denied(
            "CreateVirtualMFADevice", STEM + "other", self.create, client, "other"
        )
        self.denied(
            "DeleteVirtualMFADevice",
            STEM + "other",
            client.delete_virtual_mfa_device,
            SerialNumber=STEM + "other",
        )
        other = USER.replace("dev", "setup")
        self.denied(
            "ListMFADevices", other, client.list_mfa_devices, UserName="setup"
        )
        serial, seed = self.create(client)
        self.denied(
            "EnableMFADevice", other, self.enable, client, serial, seed, "setup"
        )

    def test_another_user_has_devices_of_his_own(self):
        setup = self.iam(SETUP)
        serial, _ = self.enrolled(setup, "setup-one", "setup")
        self.assertEqual(self.sts.devices("setup"), [serial])
        self.assertEqual(self.sts.devices(), [rig.SERIAL])


class Daily(iam_client.IamClient):
    """The policy for good."""

    def test_key_alone_may_nothing(self):
        client = self.iam()
        of_user = {"UserName": "dev", "SerialNumber": rig.SERIAL}
        codes = self.codes(rig.SEED)
        for action, resource, call, more in (
            ("CreateVirtualMFADevice", STEM + "dev-desk", self.create, [client]),
            ("EnableMFADevice", USER, client.enable_mfa_device, dict(of_user, **codes)),
            ("ResyncMFADevice", USER, client.resync_mfa_device, dict(of_user, **codes)),
            ("DeactivateMFADevice", USER, client.deactivate_mfa_device, of_user),
            ("ListMFADevices", USER, client.list_mfa_devices, {}),
            ("ListVirtualMFADevices", "*", client.list_virtual_mfa_devices, {}),
            (
                "DeleteVirtualMFADevice",
                rig.SERIAL,
                client.delete_virtual_mfa_device,
                {"SerialNumber": rig.SERIAL},
            ),
        ):
            args, named = (more, {}) if isinstance(more, list) else ([], more)
            with self.subTest(action):
                response = self.denied(action, resource, call, *args, **named)
                self.assertIn(EXPLICIT, response["Error"]["Message"])
                self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 403)
        self.assertEqual((self.sts.devices(), self.sts.spare()), ([rig.SERIAL], []))

    def test_session_with_mfa_may_all_of_it(self):
        client = self.with_mfa()
        serial, seed = self.enrolled(client)
        self.sts.control({"forget_codes": True})
        client.resync_mfa_device(
            UserName="dev", SerialNumber=serial, **self.codes(seed)
        )
        self.assertEqual(len(client.list_mfa_devices()["MFADevices"]), 2)
        client.deactivate_mfa_device(UserName="dev", SerialNumber=serial)
        client.delete_virtual_mfa_device(SerialNumber=serial)

    def test_session_with_mfa_touches_nobody_else(self):
        client = self.with_mfa()
        self.denied(
            "CreateVirtualMFADevice", STEM + "other", self.create, client, "other"
        )
        self.denied(
            "DeactivateMFADevice",
            USER.replace("dev", "setup"),
            client.deactivate_mfa_device,
            UserName="setup",
            SerialNumber=rig.SERIAL,
        )

    def test_session_without_mfa_is_none_for_iam(self):
        """Whatever the policies say."""
        for policy in ("daily", "bootstrap", {"Statement": iam_client.ANYTHING}):
            self.sts.attach(policy)
            plain = self.client().get_session_token()["Credentials"]
            self.as_session(plain).get_caller_identity()
            response = self.refused(
                "InvalidClientTokenId",
                "The security token included in the request is invalid",
                self.iam_as(plain).list_mfa_devices,
            )
            self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 403)

    def test_session_expires(self):
        credentials = self.session(DurationSeconds=900)
        for session in self.sts.world.sessions.values():
            session["until"] = 0
        self.refused(
            "ExpiredToken", "is expired", self.iam_as(credentials).list_mfa_devices
        )

    def test_role(self):
        """A role is no user: it has to say whose, and has no policy here."""
        session = self.as_session(self.session())
        role = session.assume_role(RoleArn=rig.ADMIN, RoleSessionName="dev")
        client = self.iam_as(role["Credentials"])
        self.refused(
            "ValidationError",
            "Must specify userName when calling with non-User credentials",
            client.list_mfa_devices,
        )
        self.denied(
            "ListMFADevices",
            "arn:aws:iam::999999999999:user/dev",
            client.list_mfa_devices,
            UserName="dev",
        )


class Switched(iam_client.IamClient):
    """Policies change while it runs, and a session feels it at once."""

    def test_none(self):
        client = self.with_mfa()
        client.list_mfa_devices()
        self.sts.attach()
        response = self.denied("ListMFADevices", USER, client.list_mfa_devices)
        self.assertIn(IMPLICIT + "ListMFADevices", response["Error"]["Message"])
        self.sts.attach("daily")
        client.list_mfa_devices()

    def test_from_bootstrap_to_daily(self):
        self.sts.attach("bootstrap")
        client = self.iam()
        serial, seed = self.enrolled(client)
        self.sts.attach("daily")
        self.denied("ListMFADevices", USER, client.list_mfa_devices)
        code = rig.WORLD.hotp(seed, self.step() + 1)
        with_mfa = self.iam_as(
            self.client().get_session_token(SerialNumber=serial, TokenCode=code)[
                "Credentials"
            ]
        )
        with_mfa.list_mfa_devices()

    def test_both(self):
        """Beside the daily one the bootstrap policy is of no use to a key."""
        self.sts.attach("bootstrap", "daily")
        response = self.denied("ListMFADevices", USER, self.iam().list_mfa_devices)
        self.assertIn(EXPLICIT, response["Error"]["Message"])

    def test_restore(self):
        self.sts.attach()
        self.sts.control({"restore": True})
        self.with_mfa().list_mfa_devices()


class Signatures(iam_client.IamClient):
    """As STS judges them, but for this service and its one region."""

    def test_wrong_secret_and_unknown_key(self):
        for key, code in (
            ((rig.KEY_ID, rig.SECRET[:-1] + "Z"), "SignatureDoesNotMatch"),
            (("AKIANOBODYNOBODYNOBO", rig.SECRET), "InvalidClientTokenId"),
        ):
            self.refused(code, "", self.iam(key).list_mfa_devices)

    def test_region(self):
        self.refused(
            "SignatureDoesNotMatch",
            "Credential should be scoped to a valid region, not 'eu-central-1'. ",
            self.iam(region_name=rig.REGION).list_mfa_devices,
        )

    def test_service(self):
        client = self.iam()
        client._request_signer._signing_name = "sts"
        self.refused(
            "SignatureDoesNotMatch",
            "Credential should be scoped to correct service: 'iam'. ",
            client.list_mfa_devices,
        )

    def test_version(self):
        """An action of the one service is unknown to the other."""
        for action, version, service, region in (
            ("GetCallerIdentity", "2010-05-08", "iam", iam_client.IAM_REGION),
            ("ListMFADevices", "2011-06-15", "sts", rig.REGION),
        ):
            status, body = self.raw(service, region, Action=action, Version=version)
            self.assertEqual(status, 400, body)
            self.assertIn(b"<Code>InvalidAction</Code>", body)
            self.assertIn(f"{action} for version {version}".encode(), body)

    def test_documents(self):
        """Answers and errors are in IAM's name space, with a request id."""
        self.sts.attach({"Statement": iam_client.ANYTHING})
        serial = STEM + "dev-desk"
        results = {
            "CreateVirtualMFADevice": {"VirtualMFADeviceName": "dev-desk"},
            "ListMFADevices": {"UserName": "setup"},
            "DeleteVirtualMFADevice": {"SerialNumber": serial},
        }
        roots = {}
        for action, more in results.items():
            status, body = self.raw(Action=action, Version=iam_client.VERSION, **more)
            self.assertEqual(status, 200, body)
            roots[action] = xml.etree.ElementTree.fromstring(body)
            self.assertEqual(roots[action].tag, f"{NAMESPACE}{action}Response")
        self.assertIn(b"<MFADevices/>", self.raw_list())
        status, body = self.raw(
            Action="DeleteVirtualMFADevice",
            Version=iam_client.VERSION,
            SerialNumber=serial,
        )
        self.assertEqual(status, 404)
        roots["Error"] = xml.etree.ElementTree.fromstring(body)
        self.assertEqual(roots["Error"].tag, NAMESPACE + "ErrorResponse")
        inside = {
            action: [e.tag.removeprefix(NAMESPACE) for e in root]
            for action, root in roots.items()
        }
        self.assertEqual(
            inside,
            {
                "CreateVirtualMFADevice": [
                    "CreateVirtualMFADeviceResult",
                    "ResponseMetadata",
                ],
                "ListMFADevices": ["ListMFADevicesResult", "ResponseMetadata"],
                "DeleteVirtualMFADevice": ["ResponseMetadata"],
                "Error": ["Error", "RequestId"],
            },
        )
        for root in roots.values():
            (found,) = root.iter(NAMESPACE + "RequestId")
            self.assertRegex(found.text, r"^[0-9a-f-]{36}$")

    def raw_list(self):
        return self.raw(
            Action="ListMFADevices", Version=iam_client.VERSION, UserName="setup"
        )[1]

    def test_no_signature(self):
        form = urllib.parse.urlencode(
            {"Action": "ListMFADevices", "Version": iam_client.VERSION}
        )
        status, body = iam_client.posted(self.url, form.encode(), iam_client.FORM)
        self.assertEqual(status, 403)
        self.assertIn(b"MissingAuthenticationToken", body)
        self.assertIn(NAMESPACE.strip("{}").encode(), body)


if __name__ == "__main__":
    rig.main(needs_binary=False)
