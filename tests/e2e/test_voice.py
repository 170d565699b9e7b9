#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""--quiet and --verbose: what is said on the way."""

import rig


class Voice(rig.Case):
    def test_verbose(self):
        """Each step, in its order; standard output stays as it is."""
        self.rig.write_config(
            self.rig.dev(stskey_mfa="command:echo sesame"), self.rig.role()
        )
        args = ("credentials", "--profile", "admin", "--verbose")
        result = self.rig.stskey(*args)
        self.refused(result, rig.MFA)
        self.assertNotIn("sesame", result.err)
        self.rig.write_config(self.rig.dev(), self.rig.role())
        result = self.good(self.rig.stskey(*args))
        self.assertTrue(result.json()["AccessKeyId"])
        for line in result.err.splitlines():
            self.assertRegex(line, r"^stskey: \[\d+ ms\] ")
        steps = [line.partition("] ")[2] for line in result.err.splitlines()]
        wanted = (
            f"profile 'admin' of {self.rig.config_file}: key {rig.KEY_ID} (pkcs11:",
            f"role {rig.ADMIN}: not cached",
            "session of 'dev': not cached",
            "starting stskey-token",
            "starting stskey-net",
            f"connecting to {self.rig.url}",
            f"MFA code of {rig.SERIAL}, from pkcs11",
            "signing GetSessionToken by the key",
            "sending it",
            "HTTP 200, request id ",
            "keeping it as ",
            "signing AssumeRole by the session",
            "HTTP 200, request id ",
            "keeping it as ",
        )
        at = 0
        for want in wanted:
            found = [i for i, s in enumerate(steps) if i >= at and s.startswith(want)]
            self.assertTrue(found, (want, steps))
            at = found[0] + 1
        cached = self.good(self.rig.stskey(*args)).err
        self.assertIn(f"role {rig.ADMIN}: cached", cached)

    def test_no_secret_in_steps(self):
        """Whatever the verb."""
        verbs = (
            ("credentials",),
            ("login",),
            ("whoami",),
            ("export",),
            ("exec", "--", "/bin/true"),
        )
        for verb, *more in verbs:
            self.rig.fresh()
            args = (verb, "--profile", "admin", "--verbose", *more)
            said = self.good(self.rig.stskey(*args)).err
            codes = [r["params"].get("TokenCode") for r in self.sts.requests]
            codes = [code for code in codes if code]
            kept = [self.credentials(name) for name in ("admin", "dev")]
            secrets = [rig.SECRET, rig.SEED, rig.PIN, *codes]
            for answer in kept:
                secrets += [answer["SecretAccessKey"], answer["SessionToken"]]
            self.assertEqual(len(codes), 1)
            with self.subTest(verb=verb):
                self.assertRegex(said, "HTTP 200")
                for secret in secrets:
                    self.assertNotIn(secret, said)

    def test_quiet(self):
        """Warnings go; an error stays."""
        env = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "sesame"}
        login = ("login", "--profile", "dev")
        self.assertIn("AWS_ACCESS_KEY_ID", self.rig.stskey(*login, env=env).err)
        result = self.good(self.rig.stskey(*login, "--quiet", env=env))
        self.assertEqual(result.err, "")
        self.assertIn("until", result.out)
        self.refused(
            self.rig.stskey("login", "--quiet", "--profile", "x"), rig.NOTFOUND, "'x'"
        )

    def test_both(self):
        result = self.rig.stskey("status", "--quiet", "--verbose")
        self.refused(result, rig.USAGE, "--quiet", "--verbose")

    def test_help(self):
        for verb in ("status", "login", "log"):
            text = self.good(self.rig.stskey(verb, "--help")).out
            self.assertIn("--quiet", text)
            self.assertIn("--verbose", text)


if __name__ == "__main__":
    rig.main()
