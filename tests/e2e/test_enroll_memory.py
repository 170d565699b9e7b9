#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
The memory of the programs while a device is enrolled: its seed is in
stskey-net until that one answer is sealed, in stskey-token until it is sealed
again, and in stskey never; nor is the picture of it.
"""

import os
import re
import signal

import enrolling
import leaking
import procs
import rig
from seeds import Leaks

PROGRAMS = ("stskey", "stskey-net", "stskey-token")


class Memory(Leaks):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rig.shims.append(leaking.SHIM)
        cls.rig.show(*cls.rig.keys)

    def setUp(self):
        super().setUp()
        if rig.SANITIZED:
            self.skipTest("a sanitizer must be preloaded first")
        if not leaking.SHIM.exists():
            self.skipTest(f"{leaking.SHIM} is not built")

    def scan(self, pid):
        os.kill(pid, signal.SIGSTOP)
        procs.until(lambda: procs.stat(pid)[1] in "tT", 60, "it does not stop")
        everything = b"\0".join(procs.memory(pid))
        home = f"HOME={self.rig.home}".encode()
        self.assertIn(home, everything, "the scan sees nothing")
        return self.found_in(everything)

    def judge(self, child, allowed=()):
        """All three, now."""
        self.assertEqual(len(self.seeds()), 1)
        pids = dict(procs.helpers(child.pid), stskey=child.pid)
        self.assertEqual(set(pids), set(PROGRAMS))
        found = {}
        for program, pid in pids.items():
            found[program] = self.scan(pid)
            if program not in allowed:
                self.assertEqual(found[program], set(), program)
        for pid in pids.values():
            os.kill(pid, signal.SIGCONT)
        return found

    def test_answered(self):
        """stskey-token has it, since it is to seal it; nobody else has."""
        self.rig.desk.touch("never")
        child = self.rig.start_stskey(*enrolling.ENROLL)
        self.rig.desk.wait_for("blink")
        found = self.judge(child, ["stskey-token"])
        self.assertTrue(found["stskey-token"], "where is it?")

    def test_sealed(self):
        self.rig.clock.stop()
        waits = self.rig.clock.waits()
        child = self.rig.start_stskey(*enrolling.ENROLL)
        procs.until(lambda: self.rig.clock.waits() > waits, 60, "no wait")
        self.judge(child)

    def test_enabling(self):
        for kind in ("stall", "stall-after"):
            self.rig.new()
            self.sts.control({"faults": [{"kind": kind, "action": "EnableMFADevice"}]})
            child = self.rig.start_stskey(*enrolling.ENROLL)
            self.assertTrue(self.sts.faults.wait_stalled())
            self.judge(child)

    def stopped(self, child, program):
        """Its process, when all is done and nothing is unmapped yet."""
        def at_its_end():
            for pid in [child.pid, *procs.children(child.pid)]:
                found = procs.stat(pid)
                if not found or found[1] != "T" or procs.program(pid) != program:
                    continue
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    if b"\0probe\0" not in file.read():
                        return pid
                os.kill(pid, signal.SIGCONT)
            return None

        return procs.until(at_its_end, 30, f"{program} does not reach its end")

    def at_exit(self, program, during=None, *more):
        self.rig.new()
        child = self.rig.start_stskey(
            *enrolling.ENROLL, *more, env={"STSKEY_TEST_STOP_AT_EXIT": program}
        )
        if during:
            during()
        pid = self.stopped(child, program)
        self.assertEqual(len(self.seeds()), 1)
        self.assertEqual(self.scan(pid), set())
        self.rig.kill(child)
        child.communicate()

    def test_at_exit(self):
        for program in PROGRAMS:
            with self.subTest(program=program):
                self.at_exit(program)

    def test_at_exit_of_a_failure(self):
        """The key is pulled out, and the undoing fails."""
        for program in PROGRAMS:
            with self.subTest(program=program):
                self.at_exit(program, self.pull_out)
                self.rig.desk.plug()

    def pull_out(self):
        self.sts.control(
            {"faults": [{"kind": "deny", "action": "DeleteVirtualMFADevice"}]}
        )
        self.rig.desk.touch("never")
        self.rig.desk.wait_for("blink")
        self.rig.desk.unplug()

    def test_at_exit_of_show_seed(self):
        """Not even its blocks are left."""
        env = {"STSKEY_TEST_STOP_AT_EXIT": "stskey-token"}
        child = self.rig.pty(*enrolling.ENROLL, "--show-seed", env=env)
        child.expect("press Enter: ")
        (row,) = re.findall("\x1b\\[30;107m([^\x1b]*)\x1b", child.before)[6:7]
        child.sendline("")
        pid = self.stopped(child, "stskey-token")
        self.assertEqual(self.scan(pid), set())
        everything = b"\0".join(procs.memory(pid))
        self.assertNotIn(row.strip().encode(), everything)


if __name__ == "__main__":
    rig.main()
