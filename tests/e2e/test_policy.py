#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The policies that are printed: those of the documentation, filled in, and
what the loopback IAM makes of them."""

import json
import re
import unittest

import hcl
import iam_client
import rig
import test_docs

POLICIES = rig.SOURCE / "docs" / "policies"
KEY = {"region": rig.REGION, "stskey_key": "pkcs11:token=work;object=key"}
NAMED = {"mfa_serial": rig.SERIAL, "stskey_mfa": "prompt", "stskey_user": "dev"}
SECOND = "arn:aws:iam::999999999999:role/Second"


def key(name="dev", key_id=rig.KEY_ID, **more):
    keys = dict(KEY, stskey_access_key_id=key_id, **more)
    return rig.Rig.profile(name, **keys)


def role(name="admin", role_arn=rig.ADMIN, source="dev", **more):
    keys = {
        "region": rig.REGION,
        "stskey_role_arn": role_arn,
        "stskey_source_profile": source,
    }
    return rig.Rig.profile(name, **dict(keys, **more))


def documents(text):
    """JSON, one document after the other."""
    decoder, found = json.JSONDecoder(), []
    while text.strip():
        document, end = decoder.raw_decode(text.lstrip())
        found.append(document)
        text = text.lstrip()[end:]
    return found


def by_sid(document):
    return {s["Sid"]: s for s in document["Statement"]}


class Printing:
    """Mixed into test cases: a machine without tokens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rig = rig.Rig(tokens=())
        cls.addClassCleanup(cls.rig.close)

    def policy(self, *options, profile="dev"):
        """(standard output, standard error) of what must work."""
        result = self.rig.stskey("policy", "--profile", profile, *options)
        self.assertEqual(result.rc, 0, result)
        return result.out, result.err

    def document(self, *options, profile="dev"):
        return json.loads(self.policy(*options, profile=profile)[0])


class Documentation(Printing, unittest.TestCase):
    """docs/policies/ is what is printed, to the byte."""

    def same(self, name, out):
        text = (POLICIES / f"{name}.json").read_text("utf-8")
        self.assertEqual(out, text, f"docs/policies/{name}.json is not what it prints")

    def test_of_nobody_in_particular(self):
        self.rig.write_config(key())
        self.same("daily", self.policy("--user")[0])
        self.same("bootstrap", self.policy("--bootstrap")[0])

    def test_of_the_readme(self):
        self.rig.write_config("\n".join(test_docs.blocks("README.md")))
        self.same("trust", self.policy("--role", profile="admin")[0])

    def test_readme_filled_in(self):
        """The same documents, but for what its profiles say."""
        self.rig.write_config("\n".join(test_docs.blocks("README.md")))
        for option, name in (("--user", "daily"), ("--bootstrap", "bootstrap")):
            text = (POLICIES / f"{name}.json").read_text("utf-8")
            text = text.replace("::*:user/", f"::{rig.ACCOUNT}:user/")
            text = text.replace("::*:mfa/", f"::{rig.ACCOUNT}:mfa/")
            wanted = json.loads(text.replace("${aws:username}", "dev"))
            if name == "daily":
                by_sid(wanted)["RolesWithMfa"]["Resource"] = [
                    rig.ADMIN,
                    "arn:aws:iam::999999999999:role/Audit",
                ]
            out, err = self.policy(option)
            self.assertEqual(json.loads(out), wanted)
            self.assertNotIn("not known", err)


class Filled(Printing, unittest.TestCase):
    def test_all_that_apply(self):
        self.rig.write_config(key(), role(), key("full", "AKIAI44QH8DHBEXAMPLE", **NAMED))
        for profile, options in (
            ("dev", ("--user", "--bootstrap")),
            ("admin", ("--user", "--role", "--bootstrap")),
            ("full", ("--user",)),
        ):
            out, err = self.policy(profile=profile)
            each = [self.document(o, profile=profile) for o in options]
            self.assertEqual(documents(out), each, profile)
            headings = [line for line in err.splitlines() if line.endswith(":")]
            self.assertEqual(len(headings), len(each), err)

    def test_one_at_a_time(self):
        self.rig.write_config(key(), role())
        for options in (("--user", "--role"), ("--role", "--bootstrap")):
            result = self.rig.stskey("policy", *options)
            self.assertEqual((result.rc, result.out), (rig.USAGE, ""), result)
        result = self.rig.stskey("policy", "--role", "--profile", "dev")
        self.assertEqual((result.rc, result.out), (rig.NOTFOUND, ""), result)
        self.assertIn("'dev' assumes no role", result.err)
        result = self.rig.stskey("policy", "--profile", "nobody")
        self.assertEqual((result.rc, result.out), (rig.NOTFOUND, ""), result)

    def test_what_is_not_known(self):
        self.rig.write_config(key("k"), role(source="k"))
        out, err = self.policy("--role", profile="admin")
        self.assertIn('"arn:aws:iam::ACCOUNT_ID:user/USER_NAME"', out)
        self.assertRegex(err, "ACCOUNT_ID .* mfa_serial of profile 'k'")
        self.assertRegex(err, "USER_NAME .* stskey_user of profile 'k'")
        self.assertIn("names no MFA device", err)
        for option in ("--user", "--bootstrap"):
            _, err = self.policy(option, profile="k")
            self.assertRegex(err, r" \* stands .* mfa_serial of profile 'k'")
            self.assertRegex(err, r"\$\{aws:username\} .* stskey_user of profile 'k'")
        self.assertEqual(self.policy("--role", "--quiet", profile="admin"), (out, ""))

    def test_partitions(self):
        for partition, region in (
            ("aws", "eu-central-1"),
            ("aws-us-gov", "us-gov-west-1"),
            ("aws-cn", "cn-north-1"),
        ):
            admin = rig.ADMIN.replace(":aws:", f":{partition}:")
            serial = rig.SERIAL.replace(":aws:", f":{partition}:")
            self.rig.write_config(
                key(**dict(NAMED, region=region, mfa_serial=serial)),
                role(role_arn=admin, region=region),
                key("bare", "AKIAI44QH8DHBEXAMPLE", region=region)
            )
            with self.subTest(partition):
                text = self.policy()[0] + self.policy(profile="bare")[0]
                text += self.policy("--role", profile="admin")[0]
                self.assertEqual(
                    text.count('"arn:'), text.count(f'"arn:{partition}:iam::'), text
                )
                self.assertIn(f'"arn:{partition}:iam::123456789012:user/dev"', text)
                self.assertIn(f'"arn:{partition}:iam::*:role/*"', text)
                self.assertIn(f'"{admin}"', text)

    def test_roles(self):
        """Those of every profile that stands on the key, each once."""
        self.rig.write_config(
            key(**NAMED),
            role(),
            role("again", region="us-east-1"),
            role("second", SECOND),
            role("chained", "arn:aws:iam::999999999999:role/Far", "second"),
            key("other", "AKIAI44QH8DHBEXAMPLE"),
            role("others", "arn:aws:iam::999999999999:role/Other", "other"),
        )
        for profile in ("dev", "admin", "chained"):
            user = by_sid(self.document("--user", profile=profile))
            roles = user["RolesWithMfa"]["Resource"]
            self.assertEqual(sorted(roles), [rig.ADMIN, SECOND], profile)

    def test_devices_of_another_name(self):
        odd = f"arn:aws:iam::{rig.ACCOUNT}:mfa/office"
        self.rig.write_config(
            key(stskey_user="dev", stskey_mfa=f"{odd}=sealed:x {rig.SERIAL}=prompt")
        )
        for option, sid in (
            ("--user", "OwnMfaDevicesWithMfa"),
            ("--bootstrap", "OwnMfaDevice"),
        ):
            self.assertEqual(
                by_sid(self.document(option))[sid]["Resource"],
                [iam_client.STEM + "dev*", odd, iam_client.USER],
            )

    def test_trust(self):
        self.rig.write_config(
            key(**NAMED),
            role(external_id="ticket/7:x@y"),
            role("chained", SECOND, "admin"),
        )
        self.assertEqual(
            self.document("--role", profile="admin")["Statement"],
            [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": iam_client.USER},
                    "Action": "sts:AssumeRole",
                    "Condition": {
                        "Bool": {"aws:MultiFactorAuthPresent": "true"},
                        "StringEquals": {"sts:ExternalId": "ticket/7:x@y"},
                    },
                }
            ],
        )
        out, err = self.policy("--role", profile="chained")
        (statement,) = json.loads(out)["Statement"]
        self.assertEqual(statement["Principal"], {"AWS": rig.ADMIN})
        self.assertNotIn("Condition", statement)
        self.assertIn(f"{rig.ADMIN} needs a policy", err)

    def test_user_of_no_shape(self):
        for user in ('d"ev', "d*", "${aws:x}", "d ev"):
            self.rig.write_config(key(**dict(NAMED, stskey_user=user)))
            result = self.rig.stskey("policy", "--profile", "dev")
            self.assertEqual((result.rc, result.out), (rig.CONFIG, ""), result)
            self.assertIn("stskey_user", result.err)

    def test_too_large(self):
        roles = [
            role(f"r{i}", f"arn:aws:iam::999999999999:role/of-a-long-name-{i:03}")
            for i in range(120)
        ]
        self.rig.write_config(key(**NAMED), *roles)
        out, err = self.policy("--user")
        self.assertEqual(len(by_sid(json.loads(out))["RolesWithMfa"]["Resource"]), 120)
        wanted = re.search("warning: IAM takes 6144 characters .*", err)[0]
        # The same document, so the same count.
        out, err = self.policy("--user", "--terraform")
        self.assertIn(wanted, err)
        (made,) = hcl.documents(out).values()
        self.assertIsInstance(made, dict)
        self.rig.write_config(key(**NAMED), *roles[:40])
        for more in ((), ("--terraform",)):
            self.assertNotIn("6144", self.policy("--user", *more)[1])

    def test_from_files_alone(self):
        self.rig.write_config(key(**NAMED), role())
        result, trace = self.rig.strace(
            "execve,socket,clone,fork,vfork,clone3", "policy", "--profile", "admin"
        )
        self.assertEqual(result.rc, 0, result)
        self.assertEqual(trace.count("execve("), 1, trace)
        for call in ("socket(", "clone(", "clone3(", "fork("):
            self.assertNotIn(call, trace)
        self.assertEqual(list(self.rig.cache.iterdir()), [])


class Terraform(Printing, unittest.TestCase):
    def test_says_the_same(self):
        self.rig.write_config(
            key(**NAMED),
            role(external_id="ticket/7:x@y"),
            role("chained", SECOND, "admin"),
            key("bare", "AKIAI44QH8DHBEXAMPLE"),
            role("of bare ü", SECOND, "bare"),
        )
        for profile in ("dev", "admin", "chained", "bare", "of bare ü"):
            wanted = documents(self.policy(profile=profile)[0])
            out, _ = self.policy("--terraform", profile=profile)
            made = hcl.documents(out)
            self.assertEqual(list(made.values()), wanted, out)
            for name in made:
                self.assertRegex(name, r"\Astskey_[A-Za-z0-9_]+\Z")

    def test_policies_to_attach(self):
        self.rig.write_config(key(), role())
        out, _ = self.policy("--terraform", profile="admin")
        blocks = hcl.read(out)
        self.assertEqual(
            [b.labels for b in blocks if b.kind == "resource"],
            [
                ["aws_iam_policy", "stskey_dev_user"],
                ["aws_iam_policy", "stskey_dev_bootstrap"],
            ],
        )
        for block in blocks.blocks("resource"):
            name = block.labels[1]
            wanted = hcl.Reference(f"data.aws_iam_policy_document.{name}.json")
            self.assertEqual(block.attributes(), {"name": name, "policy": wanted})
            self.assertIsInstance(block.attributes()["policy"], hcl.Reference)

    def test_the_reader_is_strict(self):
        for wrong in (
            'a = "${b}"\n',
            'a = "x\n',
            'a = ["x" "y"]\n',
            'a = "x" b = "y"\n',
            "a = x\n",
            'data "x" "y" { a = "x" }\n',
            'data "x" "y" {\n',
            'a = "x"\na = "y"\n',
            "a: 1\n",
            'a = "\\q"\n',
        ):
            with self.subTest(wrong), self.assertRaises(hcl.Wrong):
                hcl.read(wrong)


class Evaluated(Printing, iam_client.IamClient):
    """By the loopback IAM and STS, in place of those it has."""

    def attach(self, *options, profile="dev"):
        self.sts.attach(self.document(*options, profile=profile))

    def trust(self, profile, role_arn=rig.ADMIN):
        trust = self.document("--role", profile=profile)
        roles = self.sts.world.roles
        before = roles[role_arn]["trust"]
        roles[role_arn]["trust"] = trust
        self.addCleanup(roles[role_arn].__setitem__, "trust", before)

    def assume(self, credentials, role_arn=rig.ADMIN, **more):
        client = self.as_session(credentials)
        return client.assume_role(RoleArn=role_arn, RoleSessionName="dev", **more)

    def test_bootstrap(self):
        self.rig.write_config(key(stskey_user="dev"))
        self.attach("--bootstrap")
        client = self.iam()
        self.enrolled(client)
        self.denied(
            "CreateVirtualMFADevice",
            iam_client.STEM + "other",
            *(self.create, client, "other"),
        )
        self.denied(
            "DeactivateMFADevice",
            iam_client.USER,
            client.deactivate_mfa_device,
            UserName="dev",
            SerialNumber=rig.SERIAL,
        )

    def test_user_with_mfa(self):
        self.rig.write_config(key(**NAMED), role())
        self.attach("--user")
        client = self.with_mfa()
        serial, _ = self.enrolled(client)
        client.deactivate_mfa_device(UserName="dev", SerialNumber=serial)
        client.delete_virtual_mfa_device(SerialNumber=serial)
        self.denied(
            "CreateVirtualMFADevice",
            iam_client.STEM + "other",
            *(self.create, client, "other"),
        )

    def test_user_without_mfa(self):
        self.rig.write_config(key(**NAMED), role())
        self.attach("--user")
        client = self.iam()
        response = self.denied(
            "ListMFADevices", iam_client.USER, client.list_mfa_devices
        )
        self.assertIn("explicit deny", response["Error"]["Message"])

    def test_key_rotation(self):
        self.rig.write_config(key(**NAMED))
        self.attach("--user")
        state = self.sts.world
        session = self.session()
        _, with_mfa = state.secret_of(
            session["AccessKeyId"], session["SessionToken"]
        )
        _, alone = state.secret_of(rig.KEY_ID, None)
        for action in ("Create", "Update", "Delete"):
            action = f"iam:{action}AccessKey"
            self.assertTrue(state.may(with_mfa, action, iam_client.USER))
            self.assertFalse(state.may(with_mfa, action, iam_client.USER + "2"))
            self.assertFalse(state.may(alone, action, iam_client.USER))

    def test_roles(self):
        self.rig.write_config(key(**NAMED), role())
        self.attach("--user", profile="admin")
        self.trust("admin")
        session = self.session()
        self.assume(session)
        without = self.client().get_session_token()["Credentials"]
        self.refused("AccessDenied", "", self.assume, without)
        # One that no profile names, though it would trust him.
        self.trust("admin", "arn:aws:iam::999999999999:role/Guarded")
        self.refused(
            "AccessDenied",
            "",
            self.assume,
            session,
            "arn:aws:iam::999999999999:role/Guarded",
        )

    def test_trust(self):
        """The role's own policy holds, whatever the user's allows."""
        self.rig.write_config(key(**NAMED), role(external_id="ticket/7"))
        self.sts.attach({"Statement": iam_client.ANYTHING})
        self.trust("admin")
        session = self.session()
        self.assume(session, ExternalId="ticket/7")
        self.refused("AccessDenied", "", self.assume, session)
        self.refused("AccessDenied", "", self.assume, session, ExternalId="ticket/8")
        without = self.client().get_session_token()["Credentials"]
        self.refused(
            "AccessDenied", "", self.assume, without, ExternalId="ticket/7"
        )

    def test_trust_of_another_user(self):
        self.rig.write_config(key(**dict(NAMED, stskey_user="setup")), role())
        self.sts.attach({"Statement": iam_client.ANYTHING})
        self.trust("admin")
        self.refused("AccessDenied", "", self.assume, self.session())

    def test_trust_of_a_role(self):
        following = "arn:aws:iam::999999999999:role/Next"
        self.rig.write_config(key(**NAMED), role(), role("next", following, "admin"))
        self.attach("--user", profile="next")
        self.trust("admin")
        self.trust("next", following)
        self.sts.world.roles[rig.ADMIN]["policies"] = [
            {"Statement": iam_client.ANYTHING}
        ]
        session = self.session()
        admin = self.assume(session)["Credentials"]
        self.assume(admin, following)
        self.refused("AccessDenied", "", self.assume, session, following)


if __name__ == "__main__":
    rig.main()
