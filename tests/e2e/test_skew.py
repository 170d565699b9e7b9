#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A clock that is wrong for long: the second caller of one MFA device."""

import unittest

import enrolling
import fido
import rig


class Skew(rig.Case):
    """
    Two profiles, two sessions, one device; STS's clock is not ours.  Who waits
    for nothing but the time does not wait for real.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = enrolling.Clock(cls.rig.folder / "clock")
        cls.rig.sts.clock = cls.clock.now
        cls.rig.env.update(fido.fido_env([], preload=enrolling.CLOCK_SHIM))
        cls.rig.env["STSKEY_TEST_CLOCK"] = str(cls.clock.path)

    def setUp(self):
        super().setUp()
        self.rig.write_config(
            self.rig.dev("one"), self.rig.dev("two", stskey_session_seconds=7200)
        )

    def both(self, offset):
        self.sts.control({"clock_offset": offset})
        for profile in ("one", "two"):
            result = self.good(self.rig.stskey("login", "--profile", profile))
            yield profile, result

    def codes(self):
        return [
            r["params"]["TokenCode"]
            for r in self.sts.requests
            if r.get("params", {}).get("TokenCode")
        ]

    def test_slow(self):
        said = dict(self.both(3600))
        self.assertIn("clock", said["one"].err)
        # The record of the first code told the second caller the time.
        self.assertNotIn("clock", said["two"].err)
        codes = self.codes()
        self.assertEqual(len(codes), len(set(codes)), codes)
        self.assertEqual(len(codes), 3)

    def test_fast(self):
        list(self.both(-3600))
        codes = self.codes()
        self.assertEqual(len(codes), len(set(codes)), codes)
        self.assertEqual(len(codes), 3)

    def test_within_the_window(self):
        """Near enough for the signature, but the code is of another time."""
        behind, ahead = "60[0-9] seconds behind", "(600|59[0-9]) seconds ahead"
        for offset, words in ((600, behind), (-600, ahead)):
            self.rig.fresh()
            said = dict(self.both(offset))
            with self.subTest(offset=offset):
                self.assertRegex(said["one"].err, f"clock is .*{words}")
                self.assertNotIn("clock", said["two"].err)
                codes = self.codes()
                self.assertEqual(len(codes), len(set(codes)), codes)
                self.assertEqual(len(codes), 3)

    def test_code_made_elsewhere(self):
        """By whatever clock: ours cannot mend it, but is to be known of."""
        self.rig.write_config(self.rig.dev(stskey_mfa="command:echo 123456"))
        for offset, words in ((600, "10 minutes behind"), (-600, "minutes ahead")):
            self.rig.fresh()
            self.sts.control({"clock_offset": offset})
            result = self.rig.stskey("login", "--profile", "dev")
            with self.subTest(offset=offset):
                self.refused(result, rig.MFA, f"clock .*{words}.*set it right")
                self.assertNotIn("that code is wrong", result.err)

    def test_set_right_in_between(self):
        self.sts.control({"clock_offset": -3600})
        self.good(self.rig.stskey("login", "--profile", "one"))
        self.sts.control({"clock_offset": 0})
        self.good(self.rig.stskey("login", "--profile", "two"))
        codes = self.codes()
        self.assertEqual(len(codes), len(set(codes)), codes)


if __name__ == "__main__":
    unittest.main(verbosity=2)
