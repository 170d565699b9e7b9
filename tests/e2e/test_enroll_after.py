#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What comes after enrolment: resync, deactivate, remove, and mfa list."""

import enrolling
import rig
from enrolling import DEVICE, OTHER

RESYNC = ("mfa", "resync", "--profile", "dev")
DEACTIVATE = ("mfa", "deactivate", "--profile", "dev")
DEV = ("--profile", "dev")
DELETE = "DeleteVirtualMFADevice"


class After(enrolling.Enrolling):
    def setUp(self):
        super().setUp()
        self.enrolled()
        self.daily()
        self.seen = len(self.rig.posts())

    def actions(self):
        """Since the device was there and used."""
        return [r["action"] for r in self.rig.posts()[self.seen :]]

    def second(self):
        self.enrolled("--name", "spare-key")
        self.seen = len(self.rig.posts())


class Resync(After):
    def test_by_session(self):
        result = self.good(self.rig.stskey(*RESYNC))
        self.assertIn(DEVICE, result.err)
        self.assertEqual(self.actions(), ["ResyncMFADevice"])
        request = self.rig.posts()[-1]
        self.assertRegex(request["access_key_id"], "^ASIA")
        self.assertEqual(request["params"]["SerialNumber"], DEVICE)
        self.no_code_twice()
        self.good(self.rig.stskey("login", *DEV, "--fresh"))
        self.no_code_twice()

    def test_by_key(self):
        self.refused(self.rig.stskey(*RESYNC, "--bootstrap"), rig.DENIED, "bootstrap")
        self.sts.attach("bootstrap")
        self.seen = len(self.rig.posts())
        self.good(self.rig.stskey(*RESYNC, "--bootstrap"))
        self.assertEqual(self.actions(), ["ResyncMFADevice"])
        self.assertEqual(self.rig.posts()[-1]["access_key_id"], rig.KEY_ID)
        self.no_code_twice()

    def test_no_session_to_be_had(self):
        """Codes are refused, which is why: how else is said."""
        self.good(self.rig.stskey("clear"))
        denied = rig.WORLD.DENIED_CODE
        self.sts.control(
            {
                "faults": [
                    {"kind": "deny", "action": "GetSessionToken", "message": denied}
                ]
            }
        )
        result = self.rig.stskey(*RESYNC)
        self.refused(result, rig.MFA, "--bootstrap", "another device")

    def test_which(self):
        self.second()
        self.refused(self.rig.stskey(*RESYNC), rig.USAGE, "--serial-number", "2 MFA")
        self.good(self.rig.stskey(*RESYNC, "--serial-number", OTHER))
        self.assertEqual(self.rig.posts()[-1]["params"]["SerialNumber"], OTHER)
        result = self.rig.stskey(*RESYNC, "--serial-number", OTHER + "x")
        self.refused(result, rig.NOTFOUND, "mfa list")

    def test_lost(self):
        """Not sent again, since it may have been done; a new try serves."""
        for kind in ("reset", "fail-after"):
            self.sts.control(
                {"faults": [{"kind": kind, "action": "ResyncMFADevice"}]}
            )
            result = self.rig.stskey(*RESYNC)
            self.refused(result, rig.NET)
            self.good(self.rig.stskey(*RESYNC))
        self.no_code_twice()

    def test_no_device(self):
        self.rig.write_config(self.rig.dev(mfa_serial=None, stskey_mfa=None))
        for argv in (RESYNC, DEACTIVATE):
            self.refused(self.rig.stskey(*argv), rig.CONFIG, "mfa enroll")


class Deactivate(After):
    def asked(self, answer, *more):
        child = self.rig.pty(*DEACTIVATE, *more)
        child.expect(r"\[y/N\] ")
        question = child.before
        child.sendline(answer)
        child.expect(rig.pexpect_eof())
        child.wait()
        return question, child.exitstatus, child.before

    def test_no(self):
        for answer in ("n", "", "nay"):
            question, status, said = self.asked(answer)
            self.assertIn(DEVICE, question)
            self.assertRegex(question, "only one of the profile.*daily policy")
            self.assertEqual(status, rig.CANCELLED)
            self.assertRegex(said, "stays as it is")
        self.assertEqual(self.sts.devices(), [DEVICE])
        self.assertEqual(self.actions(), [])

    def test_yes(self):
        self.second()
        question, status, said = self.asked("y", "--serial-number", OTHER)
        self.assertNotIn("only one", question)
        self.assertEqual(status, 0)
        self.assertRegex(said, f"{OTHER}.*stskey_mfa.*mfa remove sealed:spare-key")
        self.assertEqual(self.actions()[-2:], ["DeactivateMFADevice", DELETE])
        self.assertEqual(self.sts.devices(), [DEVICE])
        self.assertEqual(self.sts.spare(), [])

    def test_nobody_to_ask(self):
        result = self.rig.stskey(*DEACTIVATE)
        self.refused(result, rig.USAGE, "--yes", DEVICE, "only one")
        self.assertEqual(result.err.count("stskey:"), 1)
        self.assertEqual(self.sts.devices(), [DEVICE])
        self.assertEqual(self.actions(), [])

    def test_last(self):
        """And then another first one, by the key."""
        self.good(self.rig.stskey(*DEACTIVATE, "--yes"))
        self.assertEqual(self.sts.devices() + self.sts.spare(), [])
        self.good(self.rig.stskey("mfa", "remove", "sealed:desk-key", "--yes"))
        self.rig.write_config(self.before)
        self.sts.attach("bootstrap")
        self.enrolled()
        self.has_one()

    def test_cut_between(self):
        """Taken from the user, and not deleted: the next run does that."""
        for kind in ("deny", "reset"):
            self.rig.new()
            self.enrolled()
            self.daily()
            self.sts.control({"faults": [{"kind": kind, "action": DELETE}]})
            first = self.rig.stskey(*DEACTIVATE, "--yes")
            with self.subTest(kind=kind):
                if kind == "deny":
                    self.refused(first, rig.DENIED)
                    self.good(self.rig.stskey(*DEACTIVATE, "--yes"))
                else:
                    self.good(first)
                self.assertEqual(self.sts.devices() + self.sts.spare(), [])

    def test_lost_answer(self):
        for action in ("DeactivateMFADevice", DELETE):
            for kind in ("reset", "fail-after"):
                self.rig.new()
                self.enrolled()
                self.daily()
                self.sts.control({"faults": [{"kind": kind, "action": action}]})
                result = self.rig.stskey(*DEACTIVATE, "--yes")
                with self.subTest(action=action, kind=kind):
                    self.good(result)
                    self.assertEqual(self.sts.devices() + self.sts.spare(), [])

    def test_unknown_to_iam(self):
        """Gone already, by the console."""
        with self.sts.lock:
            self.sts.world.devices.deactivate(DEVICE, "dev")
            self.sts.world.devices.delete(DEVICE)
        self.good(self.rig.stskey(*DEACTIVATE, "--yes"))
        self.assertEqual(self.actions(), ["DeactivateMFADevice", DELETE])

    def test_of_somebody_else(self):
        with self.sts.lock:
            users = self.sts.world.users
            users["eve"] = dict(users["dev"], keys={}, mfa={})
            self.sts.world.devices.deactivate(DEVICE, "dev")
            self.sts.world.devices.enable(DEVICE, "eve")
            self.addCleanup(users.pop, "eve")
        result = self.rig.stskey(*DEACTIVATE, "--yes")
        self.refused(result, rig.DENIED, "belongs to a user")
        self.assertEqual(self.sts.devices("eve"), [DEVICE])


class Remove(After):
    def test_remove(self):
        child = self.rig.pty("mfa", "remove", "sealed:desk-key")
        child.expect(r"remove sealed:desk-key for good \(named by 1 profile\)\? \[y/N\] ")
        child.sendline("n")
        child.expect("nothing was removed")
        self.assertEqual(self.rig.sealed(), ["desk-key"])
        result = self.rig.stskey("mfa", "remove", "sealed:desk-key")
        self.refused(result, rig.USAGE, "--yes")
        result = self.good(self.rig.stskey("mfa", "remove", "sealed:desk-key", "--yes"))
        self.assertRegex(result.err, "is gone.*still names it".replace(".*", r"[\s\S]*"))
        self.assertEqual(self.rig.sealed(), [])
        result = self.rig.stskey("mfa", "remove", "sealed:desk-key", "--yes")
        self.refused(result, rig.NOTFOUND, "desk-key", "mfa list")
        self.assertEqual(self.sts.devices(), [DEVICE])
        result = self.rig.stskey("login", *DEV, "--fresh")
        self.refused(result, rig.NOTFOUND, "nothing is sealed")

    def test_list(self):
        self.second()
        listed = self.good(self.rig.stskey("mfa", "list")).out.splitlines()
        self.assertEqual(len(listed), 2)
        for line, name, serial in zip(
            listed, ("desk-key", "spare-key"), (DEVICE, OTHER)
        ):
            self.assertRegex(line, rf"^sealed:{name}  {serial}  .*of 1 profile$")
        self.good(self.rig.stskey("mfa", "remove", "sealed:spare-key", "--yes"))
        listed = self.good(self.rig.stskey("mfa", "list")).out
        self.assertNotIn("spare-key", listed)


if __name__ == "__main__":
    rig.main()
