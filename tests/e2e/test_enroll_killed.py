#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
Enrolment cut off at every step, by kill -9 of one of its processes or of all
of them: the next run says how to go on, and --resume finishes.
"""

import contextlib
import json
import mmap
import os
import signal
import struct

import enrolling
import procs
import rig

CREATE, ENABLE = "CreateVirtualMFADevice", "EnableMFADevice"
LOOK = "ListVirtualMFADevices"
DELETE = "DeleteVirtualMFADevice"
PROGRAMS = ("stskey", "stskey-net", "stskey-token", "all")
HOUR = 3600


class Killed(enrolling.Enrolling):
    MORE = ()

    def begin(self, *argv, **env):
        return self.rig.start_stskey(*(argv or (*enrolling.ENROLL, *self.MORE)), env=env)

    def kill(self, child, program):
        """And what it leaves behind ends by itself."""
        pids = {"stskey": child.pid}
        for pid in procs.children(child.pid):
            # Not what a helper has started for a moment.
            if (found := procs.stat(pid)) and found[2] == child.pid:
                pids[procs.program(pid)] = pid
        for name, pid in pids.items():
            if program in (name, "all"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.sts.control({"clear": True})
        self.rig.clock.stop(False)
        for key in self.rig.keys:
            key.touch("auto")
        _, err = child.communicate(timeout=60)
        for pid in pids.values():
            procs.until(lambda p=pid: not procs.alive(p), 10, f"{pid} lives on")
        return err.decode()

    def resumed(self):
        """A PIN that was under way is not tried again unless that is said."""
        result = self.rig.stskey(*enrolling.RESUME)
        if "--retry-pin" in result.err:
            self.refused(result, rig.PIN_REFUSED, "--resume|undone")
            # Where IAM was not asked yet, nothing is left to be finished.
            again = enrolling.RESUME if self.rig.journals() else enrolling.ENROLL
            result = self.rig.stskey(*again, "--retry-pin")
        self.good(result)

    def settled(self):
        """However far it came: what is said then, and done, until it is whole."""
        # Long enough for what a dead process left to be known for that.
        self.rig.clock.pass_by(HOUR)
        if self.rig.journals():
            result = self.rig.enroll(*self.MORE)
            self.refused(result, rig.CONFIG, "cut off", "--profile dev --resume")
            self.resumed()
        elif not self.sts.devices():
            self.assertEqual(self.sts.spare() + self.rig.sealed(), [])
            self.enrolled(*self.MORE)
        self.is_whole()

    def is_whole(self):
        self.has_one()
        self.good(self.rig.stskey("login", "--profile", "dev"))
        self.no_code_twice()

    def said(self, program, err):
        """Who outlives a helper says what became of it."""
        if program in ("stskey", "all") or f"'{enrolling.DEVICE}'; try" in err:
            return
        begun = bool(self.rig.journals())
        self.assertRegex(err, "--resume" if begun else "undone", err)

    # -- where

    def at_request(self, kind, action, program, *argv):
        self.sts.control({"faults": [{"kind": kind, "action": action}]})
        child = self.begin(*argv)
        self.assertTrue(self.sts.faults.wait_stalled())
        self.said(program, self.kill(child, program))

    def at_blink(self, n, program):
        """While the nth touch is waited for."""
        for key in self.rig.keys:
            key.touch("never")
        child, since = self.begin(), 0.0
        for _ in range(n - 1):
            since = self.touched(self.blinking(since))
        self.blinking(since)
        self.said(program, self.kill(child, program))

    def blinking(self, since):
        """The key that blinks since then; all of them where one is chosen."""
        which = self.rig.keys if since == 0.0 else self.rig.keys[:1]

        def started():
            lasts = [self.last_blink(key) for key in self.rig.keys]
            fresh = [when for when in lasts if when > since]
            return len(fresh) >= len(which) and lasts.index(max(lasts)) + 1

        found = procs.until(started, 60, f"no blink: {self.rig.desk.log()}")
        return self.rig.keys[found - 1]

    @staticmethod
    def last_blink(key):
        return max([when for when, event, _ in key.log() if event == "blink"] + [0.0])

    def touched(self, key):
        """And when; by then the finger is away again."""
        done = len(key.events("touch"))
        key.touch("once")
        return key.wait_for("touch", done + 1)

    def at_wait(self, program):
        """Between the codes."""
        self.rig.clock.stop()
        waits = self.rig.clock.waits()
        child = self.begin()
        procs.until(lambda: self.rig.clock.waits() > waits, 60, "no wait")
        self.said(program, self.kill(child, program))


class AtEveryStep(Killed):
    def each(self, cut, *args):
        for program in PROGRAMS:
            self.rig.new()
            with self.subTest(program=program, args=args):
                cut(*args, program)
                self.settled()

    def test_look(self):
        self.each(self.at_request, "stall", LOOK)

    def test_create(self):
        self.each(self.at_request, "stall", CREATE)
        self.each(self.at_request, "stall-after", CREATE)

    def test_enable(self):
        self.each(self.at_request, "stall", ENABLE)
        self.each(self.at_request, "stall-after", ENABLE)

    def test_touch(self):
        self.each(self.at_blink, 1)
        self.each(self.at_blink, 2)

    def test_wait(self):
        self.each(self.at_wait)


class TwoCuts(Killed):
    """And the resuming is cut off as well."""

    def test_lost(self):
        for kind in ("stall", "stall-after"):
            for action in (DELETE, CREATE, ENABLE):
                self.rig.new()
                with self.subTest(kind=kind, action=action):
                    self.at_request("stall-after", CREATE, "all")
                    self.at_request(kind, action, "all", *enrolling.RESUME)
                    self.settled()

    def test_sealed(self):
        for kind in ("stall", "stall-after"):
            for action in ("ListMFADevices", ENABLE):
                self.rig.new()
                with self.subTest(kind=kind, action=action):
                    self.at_wait("all")
                    self.at_request(kind, action, "all", *enrolling.RESUME)
                    self.settled()


class Lost(Killed):
    """What Create was to make may be there, and nobody has its seed."""

    def setUp(self):
        super().setUp()
        self.at_request("stall-after", CREATE, "all")
        self.assertEqual(self.sts.spare(), [enrolling.DEVICE])

    def test_not_forgotten(self):
        """Where it cannot be deleted either, the journal stays."""
        for fault, rc in (
            ({"kind": "deny", "action": DELETE}, rig.DENIED),
            ({"kind": "fail", "times": 9}, rig.NET),
            ({"kind": "reset", "times": 9}, rig.NET),
        ):
            self.sts.control({"clear": True})
            self.sts.control({"faults": [fault]})
            result = self.rig.stskey(*enrolling.RESUME)
            with self.subTest(fault=fault):
                self.refused(result, rc, "not finished", "--resume")
                self.assertNotIn("undone", result.err)
                self.assertEqual(len(self.rig.journals()), 1)
        self.sts.control({"clear": True})
        self.settled()

    def test_of_somebody_else(self):
        """By then the name is that of a device in use."""
        with self.sts.lock:
            self.sts.world.devices.enable(enrolling.DEVICE, "dev")
        result = self.rig.stskey(*enrolling.RESUME)
        self.refused(result, rig.DENIED, "of that name", "--name")
        self.assertEqual(self.sts.devices(), [enrolling.DEVICE])
        self.nothing_begun()


class OfBefore(Killed):
    """A device of the name that nobody has, and that is not ours to delete."""

    def setUp(self):
        super().setUp()
        with self.sts.lock:
            self.sts.world.devices.spare[enrolling.DEVICE] = enrolling.OTHER_SEED

    def stays(self):
        with self.sts.lock:
            seed = self.sts.world.devices.seed(enrolling.DEVICE)
        self.assertEqual(seed, enrolling.OTHER_SEED)
        self.assertEqual(self.sts.spare(), [enrolling.DEVICE])
        self.nothing_begun()

    def test_seen(self):
        """Before anything is made."""
        result = self.rig.enroll()
        self.refused(result, rig.DENIED, "of that name", "--name")
        self.assertEqual(self.rig.posts(CREATE), [])
        self.stays()

    def test_not_to_be_seen(self):
        """By a policy without that question; Create may not have come to it."""
        policy = rig.WORLD.policy("bootstrap")
        policy["Statement"] = [
            s for s in policy["Statement"] if "ListVirtual" not in str(s)
        ]
        self.sts.attach(policy)
        self.at_request("stall", CREATE, "all")
        with self.rig.net_down():
            result = self.rig.stskey(*enrolling.RESUME)
            self.refused(result, rig.NET, "not finished", "--resume")
        result = self.rig.stskey(*enrolling.RESUME)
        self.refused(result, rig.DENIED, "of that name", "--name")
        self.stays()
        self.enrolled("--name", "other", "--device-name", "dev-other")


class SealedFileGone(Killed):
    """IAM has enabled the device already, and somebody deletes its file."""

    ALLOWED = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "iam:DeactivateMFADevice", "Resource": "*"}
        ],
    }

    def cut_after_enable(self, *argv):
        self.at_request("stall-after", ENABLE, "all", *argv)

    def away(self, name="desk-key"):
        file = self.rig.folder / "data/stskey/sealed" / name
        return file, file.rename(self.rig.folder / "away")

    def allow(self):
        """What the bootstrap policy does not."""
        self.sts.attach("bootstrap", self.ALLOWED)

    def stuck(self):
        """Only others can take the device away; the file would do as well."""
        result = self.rig.stskey(*enrolling.RESUME)
        words = ("--resume", enrolling.DEVICE, "put sealed:desk-key back", "deactivate")
        self.refused(result, rig.DENIED, *words)
        self.assertEqual(len(self.rig.journals()), 1)
        self.assertEqual(self.sts.devices(), [enrolling.DEVICE])

    def test_put_back(self):
        self.cut_after_enable()
        file, away = self.away()
        self.stuck()
        away.rename(file)
        self.settled()

    def test_deactivated_elsewhere(self):
        self.cut_after_enable()
        self.away()
        self.stuck()
        self.allow()
        self.settled()

    def test_profile_has_it(self):
        """Cut off at the very end, so that a session would want that file."""
        self.cut_after_enable()
        (name,) = self.rig.journals()
        journal = self.rig.state / "stskey/enrol" / name
        text = journal.read_text()
        self.good(self.rig.stskey(*enrolling.RESUME))
        journal.write_text(text.replace("flags ", "flags enabled"))
        journal.chmod(0o600)
        file, away = self.away()
        self.stuck()
        away.rename(file)
        self.settled()

    def test_by_session(self):
        """The daily policy lets the session do it."""
        self.enrolled()
        self.daily()
        self.cut_after_enable(*enrolling.ENROLL, "--name", "spare-key")
        self.away("spare-key")
        self.good(self.rig.stskey(*enrolling.RESUME))
        both = [enrolling.DEVICE, enrolling.OTHER]
        self.assertEqual(self.sts.devices(), both)
        self.assertEqual(self.rig.sealed(), ["desk-key", "spare-key"])
        self.nothing_begun()


class PowerCut(Killed):
    """Before each change of a file, whichever process makes it."""

    def run_until(self, n, *argv):
        """How many changes there were before it ended, or was ended."""
        path = self.rig.folder / "die"
        path.write_bytes(struct.pack("qq", 0, n))
        shims = self.rig.env["LD_PRELOAD"] + f":{rig.BUILD}/tests/shim_die.so"
        child = self.begin(*argv, LD_PRELOAD=shims, STSKEY_TEST_DIE=path)
        child.communicate(timeout=60)
        with open(path, "r+b") as file, mmap.mmap(file.fileno(), 16) as shared:
            return child.returncode, struct.unpack_from("q", shared)[0]

    def test_enroll(self):
        status, changes = self.run_until(0)
        self.assertEqual(status, 0)
        self.assertGreater(changes, 20)
        for n in range(1, changes + 1):
            self.rig.new()
            with self.subTest(n=n):
                status, _ = self.run_until(n)
                self.assertEqual(status, -signal.SIGKILL)
                self.settled()


    def test_undoing(self):
        """Whose end is what it does last."""
        denied = {"faults": [{"kind": "deny", "action": ENABLE}]}
        self.sts.control(denied)
        _, changes = self.run_until(0)
        self.has_none()
        for n in range(changes - 8, changes + 1):
            self.rig.new()
            self.sts.control(denied)
            with self.subTest(n=n):
                status, _ = self.run_until(n)
                self.assertEqual(status, -signal.SIGKILL)
                self.sts.control({"clear": True})
                self.settled()

    def test_remove(self):
        remove = ("mfa", "remove", "sealed:desk-key", "--yes")
        self.enrolled()
        _, changes = self.run_until(0, *remove)
        self.assertEqual(self.rig.sealed(), [])
        self.assertGreater(changes, 1)
        for n in range(1, changes + 1):
            self.rig.new()
            self.enrolled()
            with self.subTest(n=n):
                self.run_until(n, *remove)
                listed = self.good(self.rig.stskey("mfa", "list"))
                if self.rig.sealed():
                    self.assertIn(enrolling.DEVICE, listed.out)
                    self.good(self.rig.stskey(*remove))
                self.assertEqual(self.rig.sealed(), [])


class BySession(Killed):
    """A second device; what is finished is finished with the session."""

    MORE = ("--name", "spare-key")

    def setUp(self):
        super().setUp()
        self.first()

    def first(self):
        self.enrolled()
        self.daily()

    def is_whole(self):
        self.assertEqual(self.sts.devices(), [enrolling.DEVICE, enrolling.OTHER])
        self.assertEqual(self.sts.spare(), [])
        self.assertEqual(self.rig.lines("mfa_serial"), [enrolling.DEVICE])
        both = f"{enrolling.DEVICE}=sealed:desk-key {enrolling.OTHER}=sealed:spare-key"
        self.assertEqual(self.rig.lines("stskey_mfa"), [both])
        self.nothing_begun()

    def test_second(self):
        for kind in ("stall", "stall-after"):
            for action in (CREATE, ENABLE):
                self.rig.new()
                self.first()
                with self.subTest(kind=kind, action=action):
                    self.at_request(kind, action, "all")
                    self.settled()


class WithBackup(Killed):
    MORE = ("--backup",)

    @staticmethod
    def machine():
        machine = enrolling.Machine()
        machine.new_key("spare")
        return machine

    def is_whole(self):
        super().is_whole()
        text = (self.rig.folder / "data/stskey/sealed/desk-key").read_text()
        self.assertIn("Test desk", text)
        self.assertIn("Test spare", text)

    def test_touch(self):
        for n in range(1, 7):
            self.rig.new()
            with self.subTest(n=n):
                self.at_blink(n, "all")
                self.settled()


class CommaMachine(enrolling.Machine):
    """The first key has a comma in its name, as makers' names do."""

    def new_key(self, name, **switches):
        return super().new_key("Keys, Inc" if name == "desk" else name, **switches)


class Comma(Killed):
    @staticmethod
    def machine():
        machine = CommaMachine()
        machine.new_key("spare")
        return machine

    def test_backup_is_not_forgotten(self):
        """Cut off between the two keys: --resume seals to the second one."""
        desk, _ = self.rig.keys
        for key in self.rig.keys:
            key.touch("never")
        child = self.begin(*enrolling.ENROLL, "--backup")
        desk.wait_for("blink")
        for n in (1, 2, 3):
            desk.touch("once")
            desk.wait_for("touch", n)
        desk.wait_for("blink", 4)
        self.kill(child, "all")
        self.resumed()
        text = (self.rig.folder / "data/stskey/sealed/desk-key").read_text()
        devices = [seal["device"] for seal in json.loads(text)["seals"]]
        self.assertEqual(devices, ["Test Keys, Inc", "Test spare"])


if __name__ == "__main__":
    rig.main()
