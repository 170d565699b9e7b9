#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Several MFA devices of one user: which gives the code, and what is said."""

import rig

OTHER = f"arn:aws:iam::{rig.ACCOUNT}:mfa/dev-spare"
OTHER_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
GONE = "pkcs11:token=gone;object=seed?module-name=softhsm2"


def world():
    config = rig.WORLD.example()
    config["users"]["dev"]["mfa"][OTHER] = OTHER_SEED
    return config


class MfaList(rig.Case):
    WORLD = staticmethod(world)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rig.make_token("spare")
        spare = cls.rig.import_seed(token="spare", serial=OTHER, seed=OTHER_SEED)
        cls.spare_uri = spare.uri
        if spare.rc != 0:
            raise AssertionError(spare)

    def configure(self, *entries, serial=None, role=None, **more):
        """dev with that list, admin with what a role may say."""
        mfa = " ".join(entries)
        self.rig.write_config(
            self.rig.dev(mfa_serial=serial, stskey_mfa=mfa, **more),
            self.rig.role(**(role or {})),
        )

    def both(self):
        return f"{rig.SERIAL}={self.rig.mfa_uri}", f"{OTHER}={self.spare_uri}"

    def posts(self):
        """Action and MFA device of every request that was made."""
        return [
            (r["action"], r["params"].get("SerialNumber"))
            for r in self.sts.requests
            if r["method"] == "POST"
        ]

    # -- what gives the code

    def test_a_named_device_is_enough(self):
        """No mfa_serial is needed beside it."""
        self.configure(self.both()[1])
        self.credentials()
        self.assertEqual(self.posts(), [("GetSessionToken", OTHER)])

    def test_the_first_there(self):
        for entries, serial in (
            (self.both(), rig.SERIAL),
            (self.both()[::-1], OTHER),
            ((f"{rig.SERIAL}={GONE}", self.both()[1]), OTHER),
        ):
            self.rig.fresh()
            self.configure(*entries, serial=rig.SERIAL)
            self.credentials()
            with self.subTest(entries=entries):
                self.assertEqual(self.posts(), [("GetSessionToken", serial)])

    def test_one_session(self):
        """Whichever gave the code, and in whatever order they stand."""
        self.configure(*self.both())
        first = self.credentials()
        self.configure(*self.both()[::-1], serial=OTHER)
        self.assertEqual(self.credentials(), first)
        self.configure(self.both()[0])
        self.assertNotEqual(self.credentials(), first)

    def command(self, seed):
        script = self.rig.folder / "code.py"
        script.write_text(
            f"import sys,time; sys.path.insert(0,{str(rig.SOURCE / 'tests/fake')!r})\n"
            f"import sts_world; print(sts_world.hotp({seed!r},int(time.time())//30))\n"
        )
        return f"command:/usr/bin/python3 {script}"

    def test_without_any_token(self):
        """What needs none serves when none is there, and only then."""
        command = f"{OTHER}={self.command(OTHER_SEED)}"
        self.configure(f"{rig.SERIAL}={GONE}", command)
        self.credentials()
        self.assertEqual(self.posts(), [("GetSessionToken", OTHER)])
        self.rig.fresh()
        self.configure(self.both()[0], command)
        self.credentials()
        self.assertEqual(self.posts(), [("GetSessionToken", rig.SERIAL)])

    def test_roles(self):
        """The same devices are one session, others go straight from the key."""
        self.configure(*self.both(), role={"mfa_serial": OTHER})
        self.credentials("admin")
        self.assertEqual(
            self.posts(), [("GetSessionToken", rig.SERIAL), ("AssumeRole", None)]
        )
        self.rig.fresh()
        self.configure(*self.both(), role={"stskey_mfa": self.both()[1]})
        self.credentials("admin")
        self.assertEqual(self.posts(), [("AssumeRole", OTHER)])

    # -- what is said

    def test_wrong_lists(self):
        one, two = self.both()
        secret = "wJalrXUtnFEMI"
        for entries, words in (
            ((one, secret), "ARN"),
            ((one, two, one), "entry 3 is for the same device as entry 1"),
            ((one, f"{OTHER}={secret}"), "codes come from"),
            ((f"sealed:{secret}/x",), "name after sealed:"),
        ):
            self.configure(*entries)
            with self.subTest(entries=entries):
                for verb in ("credentials", "status"):
                    result = self.rig.stskey(verb, "--profile", "dev")
                    self.refused(result, rig.CONFIG, words, r"config:\d+: stskey_mfa")
                    self.assertNotIn(secret, result.err)
        self.assertEqual(self.posts(), [])

    def test_another_mfa_serial(self):
        third = f"arn:aws:iam::{rig.ACCOUNT}:mfa/third"
        self.configure(*self.both(), serial=third)
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.refused(result, rig.CONFIG, "other devices than mfa_serial")

    def test_touch_seconds(self):
        self.configure(self.both()[0], stskey_touch_seconds="121")
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.refused(result, rig.CONFIG, "stskey_touch_seconds", "5 to 120")
        for verb in (("key", "list"), ("key", "verify", self.rig.key_uri)):
            result = self.rig.stskey(*verb, env={"STSKEY_TOUCH_SECONDS": "x"})
            self.refused(result, rig.CONFIG, "STSKEY_TOUCH_SECONDS", "5 to 120")

    def test_status(self):
        self.configure(*self.both(), f"{OTHER}2=sealed:desk-key")
        out = self.good(self.rig.stskey("status", "--profile", "dev")).out
        self.assertIn(f"MFA: {rig.SERIAL} from {self.rig.mfa_uri}\n", out)
        self.assertIn(f"MFA: {OTHER} from {self.spare_uri}\n", out)
        self.assertIn(f"MFA: {OTHER}2 from sealed:desk-key\n", out)
        self.assertNotIn("one device", out)

    def test_status_of_sealed(self):
        self.configure(
            *self.both(),
            f"{OTHER}2=sealed:desk-key",
            stskey_key="sealed:desk-key?pin-source=prompt",
        )
        out = self.good(self.rig.stskey("status", "--profile", "dev")).out
        self.assertIn(
            "sealed: the secret is in memory for the time of one signature", out
        )
        self.assertIn(
            f"both factors on one device, where the code is that of {OTHER}2", out
        )

    def test_probe(self):
        self.configure(*self.both(), f"{OTHER}2=prompt")
        out = self.good(self.rig.stskey("status", "--profile", "dev", "--probe")).out
        for token in ("work", "desk", "spare"):
            self.assertRegex(out, rf"token: '{token}' \(.*serial .*\) is plugged in")

    def test_key_list(self):
        """Every token of the list, and both factors on one of them."""
        self.configure(*self.both())
        out = self.good(self.rig.stskey("key", "list")).out
        for token in ("work", "desk", "spare"):
            self.assertRegex(out, f"(?m)^pkcs11:.*token={token}.*  hmac")
        self.assertNotIn("one device", out)
        self.configure(self.both()[0], f"{OTHER}={self.rig.key_uri}")
        out = self.good(self.rig.stskey("key", "list")).out
        self.assertIn("dev: both factors on one device", out)


if __name__ == "__main__":
    rig.main()
