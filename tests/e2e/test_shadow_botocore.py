#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is said to be taken instead of a profile, against what botocore takes
of the same two files."""

import itertools
import unittest
from unittest import mock

import botocore.session
import rig

OURS = "ASIAIOSFODNN7EXAMPLE"
OTHER = "AKIAI44QH8DHBEXAMPLE"
THAT_ROLE = "arn:aws:iam::999999999999:role/Other"
ANSWER = '{{"Version":1,"AccessKeyId":"{}","SecretAccessKey":"x"}}'

STATIC = (f"aws_access_key_id = {OTHER}", "aws_secret_access_key = wJalr")
SSO = ("sso_start_url = https://d.awsapps.com/start", "sso_region = eu-central-1")

# What a section may hold, in pieces that are put together.
PIECES = {
    "region": ("region = eu-west-1", "output = json"),
    "static": STATIC,
    "no id": ("aws_access_key_id =",),
    "role": (f"role_arn = {THAT_ROLE}", "source_profile = base"),
    "role alone": (f"role_arn = {THAT_ROLE}",),
    "source": ("source_profile = base",),
    "web": ("web_identity_token_file = /nowhere",),
    "sso": SSO,
    "sso role": ("sso_role_name = r", "sso_account_id = 123456789012"),
    "sso session": ("sso_session = mine",),
    "process": ("credential_process = @other",),
    "same process": ("credential_process = @ours",),
}


class Shadows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = rig.Rig()
        cls.addClassCleanup(cls.rig.close)

    def process(self, name, key):
        path = self.rig.folder / name
        path.write_text(f"#!/bin/sh\necho '{ANSWER.format(key)}'\n")
        path.chmod(0o755)
        return str(path)

    def setUp(self):
        self.ours = self.process("ours", OURS)
        self.other = self.process("other", OTHER)

    def section(self, name, *lines):
        text = "\n".join([f"[{name}]", *lines, ""])
        return text.replace("@ours", self.ours).replace("@other", self.other)

    def write(self, plain, own=()):
        """plain: of [dev] or another section of the credentials file."""
        self.rig.config_file.write_text(
            self.section("profile base", *STATIC)
            + self.section(
                "profile dev",
                "stskey_key = pkcs11:token=work?module-name=softhsm2",
                "stskey_access_key_id = AKIAIOSFODNN7EXAMPLE",
                "region = eu-central-1",
                "credential_process = @ours",
                *own,
            )
            + self.section(
                "profile admin", f"role_arn = {rig.ADMIN}", "source_profile = dev"
            )
            + "[sso-session mine]\nsso_region = eu-central-1\n"
            "sso_start_url = https://d.awsapps.com/start\n"
        )
        self.rig.credentials_file.write_text(
            "".join(self.section(name, *lines) for name, lines in plain.items())
        )
        self.rig.credentials_file.chmod(0o600)

    def takes_ours(self, profile):
        """Whether botocore comes to our process, and no other role."""
        env = {
            "HOME": str(self.rig.home),
            "PATH": "/usr/bin:/bin",
            "AWS_PROFILE": profile,
            "AWS_CONFIG_FILE": str(self.rig.config_file),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.rig.credentials_file),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        with mock.patch.dict("os.environ", env, clear=True):
            try:
                got = botocore.session.Session().get_credentials()
            # Of which kind matters to nobody: it is not ours.
            except Exception:  # pylint: disable=broad-except
                return False
        if profile == "admin" and got.method == "assume-role":
            # pylint: disable=protected-access
            fetcher = got._refresh_using.__self__
            got = fetcher._source_credentials
            if fetcher._role_arn != rig.ADMIN:
                return False
        # Any other would go and ask AWS.
        return got.method == "custom-process" and got.access_key == OURS

    def said(self, profile, rc):
        """The sentences; what `credentials` refuses as well counts as one."""
        result = self.rig.stskey("status", "--profile", profile)
        self.assertEqual(result.rc, rc, result)
        self.assertNotIn("wJalr", result.out + result.err)
        return [s for s in result.err.splitlines() if "AWS tools" in s or result.rc]

    def compare(self, profile, rc=0):
        taken, said = self.takes_ours(profile), self.said(profile, rc)
        if not taken:
            self.assertNotEqual(said, [])
        elif said:
            # Other SDKs are not as patient, and nothing more is claimed.
            self.assertEqual([s for s in said if "some AWS tools" not in s], [])
        return taken

    def together(self, *counts):
        for n in counts:
            for names in itertools.combinations(PIECES, n):
                lines = [line for name in names for line in PIECES[name]]
                keys = [line.split(" =")[0] for line in lines]
                if len(set(keys)) == len(keys):
                    yield names, lines

    def test_credentials_file(self):
        seen = {False: 0, True: 0}
        for names, lines in self.together(1, 2):
            self.write({"dev": lines})
            with self.subTest(names=names):
                seen[self.compare("dev")] += 1
        # Both are there to be told apart.
        self.assertGreater(min(seen.values()), 10, seen)

    def test_role(self):
        """One that the SDK assumes itself, with what the profile gives it."""
        seen = {False: 0, True: 0}
        for section in ("admin", "dev"):
            for names, lines in self.together(1):
                self.write({section: lines})
                with self.subTest(names=names, section=section):
                    seen[self.compare("admin")] += 1
        self.assertGreater(min(seen.values()), 5, seen)

    def test_profile(self):
        for names, lines in self.together(1, 2):
            if any("credential_process" in s or s.startswith("region") for s in lines):
                continue
            self.write({}, lines)
            with self.subTest(names=names):
                role = any(s.startswith("role_arn") for s in lines)
                self.compare("dev", rig.CONFIG if role else 0)


if __name__ == "__main__":
    rig.main()
