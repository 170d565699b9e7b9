#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`status`: from files alone."""

import re

import rig


class Status(rig.Case):
    def no_mfa(self, name="dev", **more):
        return self.rig.dev(name, mfa_serial=None, stskey_mfa=None, **more)

    def status(self, *args, **more):
        return self.rig.stskey("status", *args, **more)

    def test_nothing_cached(self):
        result = self.good(self.status("--profile", "dev"))
        self.assertIn("dev", result.out)
        self.assertIn(rig.SERIAL, result.out)
        self.assertIn("token=work", result.out)
        self.assertRegex(result.out, "(?i)none|no session")
        self.assertEqual(self.sts.requests, [])

    def test_cached(self):
        self.credentials("admin")
        result = self.good(self.status("--profile", "admin"))
        self.assertIn(rig.ADMIN, result.out)
        self.assertEqual(len(re.findall(r"until .*\d\d:\d\d", result.out)), 2)
        self.assertNotIn("Secret", result.out)

    def test_all_profiles(self):
        self.rig.write_config(
            self.rig.dev(), self.rig.role(), self.rig.profile("other", region="x-y-1")
        )
        result = self.good(self.status())
        self.assertRegex(result.out, r"(?m)^dev$")
        self.assertRegex(result.out, r"(?m)^admin$")
        self.assertNotRegex(result.out, r"(?m)^other$")

    def test_brief(self):
        self.assertEqual(self.good(self.status("--profile", "dev", "--brief")).out, "")
        self.credentials()
        result = self.good(self.status("--profile", "dev", "--brief"))
        self.assertRegex(result.out, r"^dev 1[12]h\d\dm\n$")
        self.assertEqual(result.err, "")
        named = self.good(self.status("--brief", env={"AWS_PROFILE": "dev"}))
        self.assertEqual(named.out[:5], "dev 1")

    def test_brief_of_a_short_session(self):
        self.rig.write_config(self.no_mfa())
        self.sts.control({"shorten": 1000})
        self.credentials()
        result = self.good(self.status("--profile", "dev", "--brief"))
        self.assertRegex(result.out, r"^dev 1[56]m\n$")

    def test_held_honestly(self):
        result = self.good(self.status("--profile", "dev"))
        self.assertIn("hmac", result.out)

    def test_both_factors_on_one_device(self):
        uri = self.rig.key_uri.replace(rig.KEY_ID, "seed")
        self.rig.write_config(self.rig.dev(stskey_mfa=uri))
        result = self.good(self.status("--profile", "dev"))
        self.assertRegex(result.out, "(?i)both factors on one device")

    def test_no_helper_no_network(self):
        """It runs where neither helper nor token can be had."""
        result, calls = self.rig.strace(
            "execve,socket,clone,clone3,fork,vfork", "status", "--profile", "dev"
        )
        self.good(result)
        self.assertEqual(calls.count("execve("), 1, calls)
        self.assertNotRegex(calls, r"(?m)(socket|clone3?|v?fork)\(")

    def test_probe(self):
        result = self.good(self.status("--profile", "dev", "--probe"))
        self.assertRegex(result.out, "'work'")
        uri = self.rig.key_uri.replace("token=work", "token=gone")
        self.rig.write_config(self.rig.dev(stskey_key=uri))
        result = self.status("--profile", "dev", "--probe")
        self.assertIn("gone", result.out + result.err)

    def test_shadowed(self):
        keys = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "sesame"}
        result = self.good(self.status("--profile", "dev", env=keys))
        self.assertIn("AWS_ACCESS_KEY_ID", result.out + result.err)
        self.assertNotIn("sesame", result.out + result.err)

    def test_no_profile(self):
        self.refused(self.status("--profile", "nobody"), rig.NOTFOUND, "nobody")

    def test_no_key_anywhere(self):
        self.rig.write_config("[profile x]\nregion = eu-central-1\n")
        self.refused(self.status(), rig.NOTFOUND, "key import")


if __name__ == "__main__":
    rig.main()
