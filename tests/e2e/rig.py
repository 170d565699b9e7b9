# SPDX-License-Identifier: Apache-2.0
"""
What every end-to-end test stands on; the names of planted.py and machine.py
are names of this one too.

    rig = Rig(); rig.enrol(); rig.write_config(rig.dev()); rig.stskey("credentials")
"""

import pathlib
import re
import shutil
import sys
import unittest

# pylint: disable=unused-import,unused-wildcard-import,wildcard-import
from machine import Result, Rig, Sts, pexpect_eof, uri_in
from planted import *
from planted import CANCELLED, EXEC, PIN, SECRET, SEED, SOFTHSM, STSKEY, SYS

import sts_world as WORLD


class Case(unittest.TestCase):
    """A test with an enrolled rig of its class, fresh for each test."""

    WORLD = None
    TLS = False
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.rig = Rig(cls.WORLD() if cls.WORLD else None, cls.TLS)
        cls.addClassCleanup(cls.rig.close)
        cls.rig.enrol()

    def setUp(self):
        self.rig.write_config(self.rig.dev(), self.rig.role())
        self.rig.fresh()
        self.sts = self.rig.sts

    def need_mounts(self):
        if self.rig.run(["unshare", "-m", "true"]).rc != 0:
            self.skipTest("no mount namespace here")

    def need_sight(self):
        """Of what keeps to itself, as our programs do."""
        if not may_look():
            self.skipTest("nobody may look into other processes here")

    def good(self, result):
        self.assertEqual(result.rc, 0, result)
        return result

    def credentials(self, profile="dev", *more, **options):
        """The JSON of a call that must work."""
        result = self.rig.stskey(
            "credentials", "--profile", profile, *more, **options
        )
        self.good(result)
        return result.json()

    def refused(self, result, rc, *words):
        """One sentence beginning stskey:, its status, nothing on stdout."""
        # One of ours, or of exec: not 0, and not a signal that ended it.
        self.assertIn(rc, (*range(SYS, CANCELLED + 1), *EXEC), "name the status")
        self.assertEqual(result.rc, rc, result)
        self.assertEqual(result.out, "", result)
        self.assertRegex(result.err, r"(?m)^stskey:", result)
        for word in words:
            self.assertRegex(result.err, f"(?is){word}", result)
        for secret in (SECRET, SEED, PIN):
            self.assertNotIn(secret, result.err)
        return result


def may_look():
    """Whether other processes can be looked into: CAP_SYS_PTRACE."""
    with open("/proc/self/status", encoding="ascii") as file:
        caps = re.search(r"(?m)^CapEff:\s*(\w+)", file.read())[1]
    return bool(int(caps, 16) >> 19 & 1)


def missing():
    """What this machine lacks for any of the tests; a sentence or None."""
    if not pathlib.Path(SOFTHSM).exists() or not shutil.which("softhsm2-util"):
        return "SoftHSM2 is not installed (apt-get install softhsm2)"
    for command in ("openssl", "strace"):
        if not shutil.which(command):
            return f"{command} is not installed"
    return None


def main(needs_binary=True):
    """unittest.main, with 77 for what cannot run here."""
    reason = missing()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    if needs_binary and not STSKEY.exists():
        sys.exit(f"there is no {STSKEY}: build first, or set BUILD")
    program = unittest.main(exit=False, verbosity=2, warnings="ignore")
    result = program.result
    if result.testsRun and len(result.skipped) == result.testsRun:
        sys.exit(77)
    sys.exit(not result.wasSuccessful())
