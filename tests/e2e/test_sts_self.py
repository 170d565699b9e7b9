#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The loopback STS itself, with boto3 as its client: who may what."""

import json
import re
import time
import urllib.error
import urllib.request

import rig
import sts_client


class Signatures(sts_client.StsClient):
    def test_identity(self):
        answer = self.client().get_caller_identity()
        self.assertEqual(answer["Arn"], f"arn:aws:iam::{rig.ACCOUNT}:user/dev")
        self.assertEqual(answer["Account"], rig.ACCOUNT)
        self.assertRegex(answer["ResponseMetadata"]["RequestId"], r"^[0-9a-f-]{36}$")

    def test_published_codes(self):
        """RFC 6238, appendix B, SHA-1: the last six of its eight digits."""
        seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        self.assertEqual(rig.WORLD.hotp(seed, 59 // 30), "287082")
        self.assertEqual(rig.WORLD.hotp(seed, 1111111109 // 30), "081804")

    def test_wrong_secret(self):
        client = self.client((rig.KEY_ID, rig.SECRET[:-1] + "Z"))
        self.refused(
            "SignatureDoesNotMatch",
            "does not match the signature",
            client.get_caller_identity,
        )

    def test_unknown_and_inactive_key(self):
        for key in ("AKIANOBODYNOBODYNOBO", "AKIAI44QH8DHBEXAMPLE"):
            self.refused(
                "InvalidClientTokenId",
                "security token included in the request is invalid",
                self.client((key, "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"))
                .get_caller_identity,
            )

    def test_other_service_and_region(self):
        def signed_for(service, region):
            client = self.client(region_name=region)
            client.meta.events.register(
                "choose-signer.sts",
                lambda **_: None,
            )
            client._request_signer._signing_name = service
            return client

        self.refused(
            "SignatureDoesNotMatch",
            "correct service",
            signed_for("iam", rig.REGION).get_caller_identity,
        )
        self.refused(
            "SignatureDoesNotMatch",
            "valid region",
            signed_for("sts", "middle-earth-1").get_caller_identity,
        )

    def test_changed_after_signing(self):
        client = self.client()

        def change(request, **_):
            request.body = request.body.replace("=1000", "=2000")

        client.meta.events.register("before-send.sts", change)
        self.refused(
            "SignatureDoesNotMatch",
            "does not match",
            client.get_session_token,
            DurationSeconds=1000,
        )

    def test_unsigned_header(self):
        client = self.client()

        def add(request, **_):
            request.headers["X-Amz-Meta"] = "later"

        client.meta.events.register("before-send.sts", add)
        self.refused(
            "SignatureDoesNotMatch", "x-amz-meta", client.get_caller_identity
        )

    def test_no_signature(self):
        request = urllib.request.Request(
            self.url,
            b"Action=GetCallerIdentity&Version=2011-06-15",
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        self.assertEqual(caught.exception.code, 403)
        self.assertIn(b"MissingAuthenticationToken", caught.exception.read())
        caught.exception.close()

    def test_clock(self):
        self.sts.control({"clock_offset": 14 * 60})
        self.client().get_caller_identity()
        self.sts.control({"clock_offset": 16 * 60})
        self.refused(
            "SignatureDoesNotMatch",
            "Signature expired: ",
            self.client().get_caller_identity,
        )
        self.sts.control({"clock_offset": -16 * 60})
        response = self.refused(
            "SignatureDoesNotMatch",
            "Signature not yet current: ",
            self.client().get_caller_identity,
        )
        date = response["ResponseMetadata"]["HTTPHeaders"]["date"]
        told = time.mktime(time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT"))
        self.assertAlmostEqual(
            told - time.timezone, time.time() - 16 * 60, delta=5
        )



class Actions(sts_client.StsClient):
    # -- GetSessionToken

    def test_session(self):
        credentials = self.session(DurationSeconds=900)
        self.assertAlmostEqual(
            credentials["Expiration"].timestamp(), time.time() + 900, delta=5
        )
        who = self.as_session(credentials).get_caller_identity()
        self.assertEqual(who["Arn"], f"arn:aws:iam::{rig.ACCOUNT}:user/dev")
        self.refused(
            "AccessDenied",
            "Cannot call GetSessionToken with session credentials",
            self.as_session(credentials).get_session_token,
        )

    def test_session_expires(self):
        self.sts.control({"shorten": 600})
        session = self.as_session(self.session())
        session.get_caller_identity()
        self.sts.control({"clock_offset": 601})
        self.refused("ExpiredToken", "is expired", session.get_caller_identity)

    def test_session_foreign_token(self):
        one, two = self.session(), self.client().get_session_token()["Credentials"]
        mixed = dict(one, SessionToken=two["SessionToken"])
        self.refused(
            "InvalidClientTokenId",
            "is invalid",
            self.as_session(mixed).get_caller_identity,
        )

    def test_session_seconds(self):
        for seconds, words in ((899, "equal to 900"), (129601, "equal to 129600")):
            self.refused(
                "ValidationError",
                words,
                self.client().get_session_token,
                DurationSeconds=seconds,
            )

    def test_code_once(self):
        code = self.code()
        call = self.client().get_session_token
        call(SerialNumber=rig.SERIAL, TokenCode=code)
        self.refused(
            "AccessDenied",
            rig.WORLD.DENIED_CODE,
            call,
            SerialNumber=rig.SERIAL,
            TokenCode=code,
        )

    def test_code_older_than_last(self):
        call = self.client().get_session_token
        call(SerialNumber=rig.SERIAL, TokenCode=self.code(1))
        self.refused(
            "AccessDenied",
            "invalid MFA one time pass code. ",
            call,
            SerialNumber=rig.SERIAL,
            TokenCode=self.code(),
        )

    def test_code_window(self):
        call = self.client().get_session_token
        for ahead in (-3, 3):
            self.refused(
                "AccessDenied",
                "invalid MFA one time pass code. ",
                call,
                SerialNumber=rig.SERIAL,
                TokenCode=self.code(ahead),
            )

    def test_code_serial(self):
        call = self.client().get_session_token
        self.refused(
            "AccessDenied",
            "verify your MFA serial number is valid",
            call,
            SerialNumber=rig.SERIAL + "x",
            TokenCode=self.code(),
        )
        self.refused(
            "AccessDenied",
            "must provide both MFA serial number and one time pass code",
            call,
            SerialNumber=rig.SERIAL,
        )
        self.refused(
            "ValidationError",
            "satisfy regular expression pattern",
            call,
            SerialNumber=rig.SERIAL,
            TokenCode="12345x",
        )

    # -- AssumeRole

    def assume(self, client, role=rig.ADMIN, name="dev", **more):
        return client.assume_role(RoleArn=role, RoleSessionName=name, **more)

    def test_role_needs_mfa(self):
        words = "is not authorized to perform: sts:AssumeRole on resource: "
        self.refused("AccessDenied", words, self.assume, self.client())
        plain = self.client().get_session_token()["Credentials"]
        self.refused("AccessDenied", words, self.assume, self.as_session(plain))

    def test_role_by_session(self):
        answer = self.assume(self.as_session(self.session()))
        self.assertEqual(
            answer["AssumedRoleUser"]["Arn"],
            "arn:aws:sts::999999999999:assumed-role/Admin/dev",
        )
        who = self.as_session(answer["Credentials"]).get_caller_identity()
        self.assertEqual(who["Account"], "999999999999")

    def test_role_by_key_with_code(self):
        answer = self.assume(
            self.client(),
            SerialNumber=rig.SERIAL,
            TokenCode=self.code(),
            DurationSeconds=43200,
        )
        self.assertAlmostEqual(
            answer["Credentials"]["Expiration"].timestamp(),
            time.time() + 43200,
            delta=5,
        )

    def test_role_chaining(self):
        session = self.as_session(self.session())
        self.refused(
            "ValidationError",
            "exceeds the 1 hour session limit for roles assumed by role chaining",
            self.assume,
            session,
            DurationSeconds=3601,
        )
        admin = self.as_session(self.assume(session)["Credentials"])
        following = "arn:aws:iam::999999999999:role/Next"
        self.assume(admin, following)
        self.refused("AccessDenied", "not authorized", self.assume, session, following)

    def test_role_longest(self):
        self.refused(
            "ValidationError",
            "exceeds the MaxSessionDuration set for this role",
            self.assume,
            self.client(),
            "arn:aws:iam::999999999999:role/Guarded",
            DurationSeconds=3601,
            SerialNumber=rig.SERIAL,
            TokenCode=self.code(),
        )

    def test_role_external_id(self):
        session = self.as_session(self.session())
        guarded = "arn:aws:iam::999999999999:role/Guarded"
        self.refused("AccessDenied", "not authorized", self.assume, session, guarded)
        self.refused(
            "AccessDenied",
            "not authorized",
            self.assume,
            session,
            guarded,
            ExternalId="ticket/8",
        )
        self.assume(session, guarded, ExternalId="ticket/7")

    def test_role_unknown(self):
        session = self.as_session(self.session())
        self.refused(
            "AccessDenied",
            "not authorized",
            self.assume,
            session,
            "arn:aws:iam::999999999999:role/Nobody",
        )

    def test_names(self):
        session = self.as_session(self.session())
        for role, name, words in (
            (rig.ADMIN, "has space", "'roleSessionName' failed"),
            (rig.ADMIN, "ü" * 3, "'roleSessionName' failed"),
            (rig.ADMIN, "x" * 65, "less than or equal to 64"),
            ("arn:aws:iam::99999999999:role/Admin", "dev", "is invalid"),
        ):
            self.refused(
                "ValidationError", words, self.assume, session, role, name
            )

    def test_unknown_parameter_and_action(self):
        client = self.client()

        def change(params, **_):
            params["body"]["DurationSecond"] = "900"

        client.meta.events.register("before-call.sts", change)
        self.refused(
            "ValidationError", "has no 'DurationSecond'", client.get_session_token
        )
        self.refused(
            "InvalidAction",
            "GetFederationToken",
            client.get_federation_token,
            Name="someone",
        )

    # -- the README's policies

    def test_policies(self):
        state = self.sts.world
        action = ("iam:CreateAccessKey", f"arn:aws:iam::{rig.ACCOUNT}:user/setup")
        _, setup = state.secret_of("AKIASETUPSETUPSETUP1", None)
        self.assertTrue(state.may(setup, *action))
        self.assertFalse(state.may(setup, "iam:CreateAccessKey", action[1] + "2"))
        self.assertFalse(state.may(setup, "sts:AssumeRole", rig.ADMIN))
        self.assertFalse(state.may(setup, "iam:PutUserPolicy", action[1]))

        own = f"arn:aws:iam::{rig.ACCOUNT}:user/dev"
        _, key = state.secret_of(*sts_client.KEY[:1], None)
        self.assertFalse(state.may(key, "iam:GetUser", own))
        credentials = self.session()
        _, session = state.secret_of(
            credentials["AccessKeyId"], credentials["SessionToken"]
        )
        self.assertTrue(state.may(session, "iam:GetUser", own))
        self.assertTrue(state.may(session, "sts:AssumeRole", rig.ADMIN))
        self.assertTrue(state.may(session, "iam:CreateAccessKey", own))
        self.assertFalse(state.may(session, "iam:CreateAccessKey", own + "2"))
        self.assertFalse(state.may(key, "iam:CreateAccessKey", own))
        self.assertFalse(state.may(session, "iam:PutUserPolicy", own))

    def test_policies_are_those_of_the_readme(self):
        readme = (rig.SOURCE / "README.md").read_text(encoding="utf-8")
        printed = [
            json.loads(block)
            for block in re.findall(r"```json\n(.*?)```", readme, re.S)
        ]
        for name in ("daily", "bootstrap", "trust"):
            self.assertIn(rig.WORLD.policy(name), printed, name)

    def test_policies_allow_nothing_without_mfa(self):
        """Every Allow of the daily policy and the trust policy says MFA."""
        for name in ("daily", "trust"):
            for statement in rig.WORLD.policy(name)["Statement"]:
                if statement["Effect"] == "Allow":
                    self.assertEqual(
                        statement["Condition"]["Bool"],
                        {"aws:MultiFactorAuthPresent": "true"},
                    )


if __name__ == "__main__":
    rig.main(needs_binary=False)
