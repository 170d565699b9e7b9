#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
Enrolment that fails: undone, in IAM and here, or where that cannot be known
or done, the journal stays and the sentence names --resume.
"""

import os
import signal

import enrolling
import procs
import rig

CREATE, ENABLE = "CreateVirtualMFADevice", "EnableMFADevice"
DELETE = "DeleteVirtualMFADevice"


class Failing(enrolling.Enrolling):
    def fault(self, kind, action, **more):
        self.sts.control({"faults": [{"kind": kind, "action": action, **more}]})

    def undone(self, rc, *words):
        result = self.refused(self.rig.enroll(), rc, "undone", *words)
        self.assertNotIn("--resume", result.err)
        self.has_none()

    def stays(self, rc, *words):
        """And is finished by --resume."""
        self.refused(self.rig.enroll(), rc, "--profile dev --resume", *words)
        self.assertEqual(len(self.rig.journals()), 1)
        self.sts.control({"clear": True})
        self.good(self.rig.stskey(*enrolling.RESUME))
        self.has_one()


class Undone(Failing):
    def test_no_touch(self):
        for touch, blinks in (("never", 1), ("once", 2)):
            self.rig.new()
            self.rig.write_config(
                self.rig.dev(
                    mfa_serial=None, stskey_mfa=None, stskey_touch_seconds=5
                )
            )
            self.before = self.rig.config_file.read_text()
            self.rig.desk.touch(touch)
            with self.subTest(touch=touch):
                self.undone(rig.TOUCH, "touch")
                self.assertEqual(self.rig.desk.blinks(), blinks)

    def test_unplugged(self):
        self.rig.desk.touch("never")
        child = self.rig.start_stskey(*enrolling.ENROLL)
        self.rig.desk.wait_for("blink")
        self.rig.desk.unplug()
        self.addCleanup(self.rig.desk.plug)
        _, err = child.communicate(timeout=60)
        self.assertRegex(err.decode(), "undone.*(unplugged|pulled out|gone)")
        self.has_none()

    def test_denied(self):
        self.sts.attach()
        self.undone(rig.DENIED, "bootstrap")
        self.sts.attach("bootstrap")
        self.fault("deny", ENABLE)
        self.undone(rig.DENIED, "bootstrap")

    def test_codes_refused(self):
        self.fault("deny", ENABLE, code="InvalidAuthenticationCode")
        self.refused(self.rig.enroll(), rig.MFA, "undone", "codes")
        self.sts.requests.clear()
        self.has_none()

    def test_refused_by_the_key(self):
        """Its PIN is wrong, and known to be so before anything is asked."""
        wrong = self.rig.write_pin("wrong", "000000")
        self.undone_with("--pin-source", f"file:{wrong}")
        self.assertEqual(self.rig.posts(), [])

    def undone_with(self, *more):
        result = self.rig.enroll(*more)
        self.refused(result, rig.PIN_REFUSED, "undone")
        self.has_none()

    def test_net_is_down(self):
        with self.rig.net_down():
            self.undone(rig.NET, "connect")

    def test_throttled(self):
        """Asked again, with what was asked before."""
        for action in (CREATE, ENABLE):
            self.rig.new()
            self.fault("throttle", action)
            with self.subTest(action=action):
                self.enrolled()
                self.has_one()

    def test_name_taken_meanwhile(self):
        """Another's file is not ours to remove."""
        theirs = self.enrolled_elsewhere()
        text = theirs.read_text()
        away = theirs.rename(self.rig.folder / "away")
        self.rig.desk.forget()
        self.rig.desk.touch("once")
        child = self.rig.start_stskey(*enrolling.ENROLL)
        self.rig.desk.wait_for("blink", 2)
        away.rename(theirs)
        self.rig.desk.touch("auto")
        _, err = child.communicate(timeout=60)
        self.assertRegex(err.decode(), "undone.*another --name")
        self.assertEqual(theirs.read_text(), text)
        self.assertEqual(self.sts.spare(), [])
        self.assertEqual(self.rig.journals(), [])

    def enrolled_elsewhere(self):
        """The file of that name of another seed."""
        self.good(
            self.rig.stskey(
                *("mfa", "import", "--to", "fido:", "--name", "desk-key"),
                *("--serial-number", enrolling.OTHER),
                input=enrolling.OTHER_SEED + "\n",
            )
        )
        return self.rig.folder / "data/stskey/sealed/desk-key"


class Stays(Failing):
    def test_lost_answers(self):
        for action in (CREATE, ENABLE):
            for kind in ("cut", "reset", "hangup", "garbage", "html", "empty"):
                self.rig.new()
                with self.subTest(action=action, kind=kind):
                    self.fault(kind, action)
                    result = self.rig.enroll()
                    known = kind in ("cut", "reset", "hangup")
                    rc = rig.NET if known else rig.FORMAT
                    self.refused(result, rc, "--resume")
                    self.good(self.rig.stskey(*enrolling.RESUME))
                    self.has_one()

    def test_errors_after_the_effect(self):
        for action in (CREATE, ENABLE):
            for times in (1, 9):
                self.rig.new()
                with self.subTest(action=action, times=times):
                    self.fault("fail-after", action, times=times)
                    result = self.rig.enroll()
                    self.sts.control({"clear": True})
                    self.refused(result, rig.NET, "--resume")
                    self.good(self.rig.stskey(*enrolling.RESUME))
                    self.has_one()

    def test_undoing_fails(self):
        self.fault("deny", ENABLE)
        self.fault("deny", DELETE)
        self.stays(rig.DENIED)

    def test_net_goes_down(self):
        """Between the codes: the device is made, and nobody can be reached."""
        self.rig.clock.stop()
        child = self.rig.start_stskey(*enrolling.ENROLL)
        waits = self.rig.clock.waits()
        procs.until(lambda: self.rig.clock.waits() > waits, 60, "no wait")
        with self.rig.net_down():
            self.rig.clock.stop(False)
            _, err = child.communicate(timeout=60)
        self.assertRegex(err.decode(), "--resume")
        self.good(self.rig.stskey(*enrolling.RESUME))
        self.has_one()

    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            self.rig.new()
            self.rig.desk.touch("never")
            child = self.rig.start_stskey(*enrolling.ENROLL)
            self.rig.desk.wait_for("blink")
            os.kill(child.pid, number)
            _, err = child.communicate(timeout=60)
            with self.subTest(number=number):
                self.assertEqual(child.returncode, -number)
                self.assertRegex(err.decode(), "--resume")
                self.rig.desk.wait_for("cancel")
                self.rig.desk.touch("auto")
                self.good(self.rig.stskey(*enrolling.RESUME))
                self.has_one()


if __name__ == "__main__":
    rig.main()
