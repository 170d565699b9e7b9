#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The line on the terminal that asks for a touch: whole, and in place."""

import os
import re

import fido
import rig

ROLE = "arn:aws:iam::999999999999:role/engineering/on-call/of-the-second-week-of-a-month/Admin"
BAR = r"\[(#*)(\.*)\] (\d+) s"


def world():
    config = rig.WORLD.example()
    config["roles"][ROLE] = config["roles"][rig.ADMIN]
    return config


class TouchLine(rig.Case):
    WORLD = staticmethod(world)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = fido.FidoKey(cls.rig.folder / "fido", "desk")
        cls.addClassCleanup(cls.key.stop)
        cls.rig.env.update(cls.key.env)
        result = cls.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", "desk-key"),
            *("--serial-number", rig.SERIAL),
            input=rig.SEED + "\n",
        )
        if result.rc != 0:
            raise AssertionError(result)

    def setUp(self):
        super().setUp()
        self.rig.write_config(
            self.rig.dev(stskey_mfa="sealed:desk-key"),
            self.rig.role("on-call-of-the-second-week", role_arn=ROLE),
        )

    def test_line(self):
        self.key.touch("never")
        child = self.rig.pty("login", "--profile", "on-call-of-the-second-week")
        # What is for whom, and who asks, however long that is.
        child.expect("stskey: touch '[^']*desk' for profile 'on-call-of-the-second-week'")
        child.expect_exact(f", role {ROLE}, asked for by ")
        child.expect(rf"\(pid {os.getpid()}\) " + BAR)
        first = child.match
        self.assertIn(int(first[3]), range(25, 31))
        self.assertEqual(len(first[1]) + len(first[2]), 10)
        # The next second takes its place: two rows of the 200 columns.
        child.expect_exact("\r\x1b[1A\x1b[Jstskey: touch")
        child.expect(BAR)
        self.assertLess(int(child.match[3]), int(first[3]))
        self.key.touch("auto")
        child.expect(rig.pexpect_eof())
        # And it is gone before anything else is said.
        self.assertRegex(
            child.before, r"\r\x1b\[1A\x1b\[J(?!stskey: touch)[^\r]*: until "
        )
        child.close()
        self.assertEqual(child.exitstatus, 0)
        self.assertEqual(re.findall("touch", child.before.rpartition("\x1b[J")[2]), [])


if __name__ == "__main__":
    rig.main()
