#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The main job in one go, over TLS: from a secret to a program that works."""

import pathlib
import unittest

import rig


class Job(unittest.TestCase):
    def setUp(self):
        self.rig = rig.Rig(tls=True)
        self.addCleanup(self.rig.close)

    def good(self, result):
        self.assertEqual(result.rc, 0, result)
        return result

    def test_from_secret_to_credentials(self):
        self.good(self.rig.import_key("--profile", "dev"))
        self.good(self.rig.import_seed("--profile", "dev"))
        text = self.rig.config_file.read_text()
        self.assertIn("[profile dev]", text)
        self.rig.write_config(
            text.replace(
                "[profile dev]",
                f"[profile dev]\nregion = {rig.REGION}\n"
                f"endpoint_url = {self.rig.url}\n"
                f"stskey_pin_source = file:{self.rig.pin_file}",
            ),
            self.rig.role(),
        )
        first = self.good(self.rig.stskey("credentials", "--profile", "dev"))
        self.assertEqual(first.json()["AccountId"], rig.ACCOUNT)
        again = self.good(self.rig.stskey("credentials", "--profile", "dev"))
        self.assertEqual(again.out, first.out)
        self.good(self.rig.stskey("credentials", "--profile", "admin"))
        login = self.good(self.rig.stskey("login", "--profile", "admin"))
        self.assertRegex(login.out, r"^admin: until ")
        who = self.good(self.rig.stskey("whoami", "--profile", "admin"))
        self.assertIn("assumed-role/Admin/dev", who.out)
        brief = self.good(self.rig.stskey("status", "--profile", "dev", "--brief"))
        self.assertRegex(brief.out, r"^dev 1[12]h\d\dm\n$")
        self.the_cli()
        asked = [r["action"] for r in self.rig.sts.requests if r["method"] == "POST"]
        self.assertEqual(asked.count("GetSessionToken"), 1, asked)
        self.assertEqual(asked.count("AssumeRole"), 1, asked)

    def the_cli(self):
        if not pathlib.Path(rig.AWS).exists():
            self.skipTest("Debian's awscli is not installed")
        who = self.good(
            self.rig.run(
                [rig.AWS, "sts", "get-caller-identity", "--profile", "dev"]
                + ["--endpoint-url", self.rig.url, "--ca-bundle", self.rig.sts.ca]
            )
        )
        self.assertEqual(who.json()["Arn"], f"arn:aws:iam::{rig.ACCOUNT}:user/dev")


if __name__ == "__main__":
    rig.main()
