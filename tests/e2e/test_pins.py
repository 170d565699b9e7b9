#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A stored PIN has one try, however a process ends and a token is spelled."""

import os
import re

import bad
import procs
import rig


class Pins(bad.BadInput):
    def setUp(self):
        super().setUp()
        self.calls = self.rig.folder / "calls"
        self.calls.unlink(missing_ok=True)

    def counted(self, before):
        module = rig.BUILD / "tests" / "mod_count.so"
        if not module.exists():
            self.skipTest(f"{module} is not built")
        return f"{before}?module-path={module}"

    def logins(self):
        if not self.calls.exists():
            return 0
        return self.calls.read_text().split().count("C_Login")

    def test_killed_in_the_login(self):
        env = self.lying("crash-login")
        result = self.call(env=env)
        self.refused(result, rig.HELPER)
        self.write(self.no_mfa())
        self.bad(rig.PIN_REFUSED, "not known", "--retry-pin")
        self.good(self.call("credentials", "--profile", "dev", "--retry-pin"))
        self.rig.fresh()
        self.good(self.call())

    def test_no_verdict(self):
        env = self.lying("login-fails")
        self.refused(self.call(env=env), rig.TOKEN, "CKR_DEVICE_ERROR", "--retry-pin")
        self.write(self.no_mfa())
        self.bad(rig.PIN_REFUSED, "not known", "--retry-pin")
        self.good(self.call("credentials", "--profile", "dev", "--retry-pin"))

    def serial(self):
        listed = self.rig.run(["softhsm2-util", "--show-slots"]).out
        found = re.search(
            r"Serial number: +(\w+)\s+Initialized: +yes\s+"
            r"User PIN init\.: +yes\s+Label: +work\b",
            listed,
        )
        self.assertTrue(found, listed)
        return found[1]

    def asking(self):
        """A PIN source that notes each time it is asked, and then waits."""
        asked, pipe = self.rig.folder / "asked", self.rig.folder / "pin.pipe"
        script = self.rig.folder / "asked.sh"
        os.mkfifo(pipe, 0o600)
        asked.touch()
        script.write_text(
            f"#!/bin/sh\necho asked >> {asked}\nread pin < {pipe}\necho $pin\n"
        )
        script.chmod(0o700)
        return asked, pipe, f"command:{script}"

    @staticmethod
    def waits_for_a_lock(pid):
        """One of its helpers is in flock(2)."""
        return any(procs.in_flock(helper) for helper in procs.children(pid))

    def test_two_spellings(self):
        """By label and by serial number at once: one is asked, and one tried."""
        asked, pipe, source = self.asking()
        spelled = {"one": "token=work", "two": f"serial={self.serial()}"}
        self.write(
            *(
                self.no_mfa(
                    name,
                    stskey_key=self.counted(f"pkcs11:{what};object={rig.KEY_ID}"),
                    stskey_pin_source=source,
                    stskey_session_seconds=seconds,
                )
                for (name, what), seconds in zip(spelled.items(), ("3600", "7200"))
            )
        )
        env = {"STSKEY_TEST_COUNTED": rig.SOFTHSM, "STSKEY_TEST_CALLS": self.calls}
        argv = [rig.STSKEY, "credentials", "--profile"]
        one = self.rig.start([*argv, "one"], env=env)
        procs.until(lambda: asked.read_text(), 60, "the first does not ask")
        two = self.rig.start([*argv, "two"], env=env)
        procs.until(
            lambda: self.waits_for_a_lock(two.pid) or asked.read_text().count("\n") > 1,
            60,
            "the second neither waits nor asks",
        )
        pipe.write_text("000000\n")
        for child in (one, two):
            _, err = child.communicate(timeout=60)
            self.assertEqual(child.returncode, rig.PIN_REFUSED, err)
        self.assertEqual(asked.read_text(), "asked\n")
        self.assertEqual(self.logins(), 1)


if __name__ == "__main__":
    rig.main()
