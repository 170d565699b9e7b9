#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`stskey_prompt`: where a person may be asked, and where nobody may."""

import procs
import rig

PINENTRY = """#!/bin/sh
echo >>{asked}
echo OK
while read -r line; do
	test "$line" != GETPIN || echo 'D {pin}'
	echo OK
done
"""


class Prompt(rig.Case):
    def setUp(self):
        super().setUp()
        self.asked = self.rig.folder / "asked"
        self.asked.unlink(missing_ok=True)
        self.program = self.rig.folder / "pinentry"
        self.program.write_text(PINENTRY.format(asked=self.asked, pin=rig.PIN))
        self.program.chmod(0o700)

    def use(self, prompt, mfa=False, **more):
        keys = {} if mfa else {"mfa_serial": None, "stskey_mfa": None}
        keys.setdefault("stskey_pin_source", "prompt")
        keys.update(stskey_pinentry=self.program, stskey_prompt=prompt, **more)
        self.rig.write_config(self.rig.dev(**keys))

    def call(self, **more):
        return self.rig.stskey("credentials", "--profile", "dev", **more)

    def on_terminal(self):
        return self.rig.pty("credentials", "--profile", "dev")

    def ended(self, child):
        child.expect(rig.pexpect_eof())
        child.close()
        return child.exitstatus

    def test_none(self):
        """At once, on a terminal or off it, and no pinentry is started."""
        self.use("none")
        result = self.refused(self.call(), rig.PIN_REFUSED, "stskey_prompt is none")
        self.assertLess(result.seconds, procs.patience(10))
        child = self.on_terminal()
        child.expect("stskey_prompt is none.*stskey login")
        self.assertEqual(self.ended(child), rig.PIN_REFUSED)
        self.assertFalse(self.asked.exists())
        self.assertEqual(self.sts.count("GetSessionToken"), 0)

    def test_none_for_codes(self):
        self.use(
            "none",
            mfa=True,
            stskey_mfa="prompt",
            stskey_pin_source=f"file:{self.rig.pin_file}",
        )
        self.refused(self.call(), rig.MFA, "stskey_prompt is none", "stskey_mfa")

    def test_none_of_the_environment(self):
        """It comes before the profile."""
        self.use("pinentry")
        env = {"STSKEY_PROMPT": "none"}
        self.refused(self.call(env=env), rig.PIN_REFUSED, "stskey_prompt is none")
        env = {"STSKEY_PROMPT": "nobody"}
        self.refused(
            self.call(env=env), rig.CONFIG, "STSKEY_PROMPT", "auto, tty, pinentry or none"
        )

    def test_stored_pins_are_no_prompt(self):
        self.use("none", stskey_pin_source=f"file:{self.rig.pin_file}")
        self.good(self.call())

    def test_pinentry(self):
        """Even where there is a terminal."""
        self.use("pinentry")
        child = self.on_terminal()
        child.expect("AccessKeyId")
        self.assertEqual(self.ended(child), 0)
        self.assertTrue(self.asked.exists())

    def test_tty(self):
        self.use("tty")
        self.refused(self.call(), rig.PIN_REFUSED, "stskey_prompt is tty")
        self.assertFalse(self.asked.exists())
        child = self.on_terminal()
        child.expect("PIN[^\r\n]*:")
        child.sendline(rig.PIN)
        child.expect("AccessKeyId")
        self.assertEqual(self.ended(child), 0)

    def test_auto(self):
        self.use("auto")
        self.good(self.call())
        self.assertTrue(self.asked.exists())

    def test_verbs_without_a_plan(self):
        self.use("none")
        env = dict(self.rig.enrolling, STSKEY_PIN_SOURCE=None)
        result = self.rig.stskey("key", "list", env=env)
        self.assertIn("stskey_prompt is none", result.err)


if __name__ == "__main__":
    rig.main()
