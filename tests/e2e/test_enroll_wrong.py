#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Wrong use of enrolment, journals that are none, two at once, wrong clocks."""

import os
import shlex

import enrolling
import procs
import rig
from enrolling import DEVICE, RESUME


class Profiles(enrolling.Enrolling):
    def wrong(self, rc, *words, argv=enrolling.ENROLL, **more):
        self.refused(self.rig.stskey(*argv, **more), rc, *words)
        self.assertEqual(self.rig.posts("CreateVirtualMFADevice"), [])
        self.assertEqual(self.rig.desk.blinks(), 0)
        self.assertEqual(self.rig.journals(), [])

    def test_no_such_profile(self):
        argv = ("mfa", "enroll", "--profile", "none")
        self.wrong(rig.NOTFOUND, "none", argv=argv)

    def test_no_profile_named(self):
        self.wrong(rig.NOTFOUND, "default", argv=("mfa", "enroll"))

    def test_no_key(self):
        self.rig.write_config(self.rig.profile("dev", region=rig.REGION))
        self.wrong(rig.CONFIG, "stskey_key")

    def test_no_config(self):
        self.rig.config_file.unlink()
        self.wrong(rig.NOTFOUND, "dev")

    def test_named_by_the_environment(self):
        self.good(self.rig.stskey("mfa", "enroll", env={"AWS_PROFILE": "admin"}))
        self.has_one()

    def test_root(self):
        """Only users have devices that can be enrolled so."""
        world = self.sts.world
        as_user = world._as_user  # pylint: disable=protected-access
        self.addCleanup(setattr, world, "_as_user", as_user)

        def root(name, *more, **options):
            caller = as_user(name, *more, **options)
            caller.arn = f"arn:aws:iam::{rig.ACCOUNT}:root"
            return caller

        world._as_user = root
        self.rig.write_config(
            self.rig.dev(mfa_serial=None, stskey_mfa=None, stskey_user=None)
        )
        self.wrong(rig.CONFIG, ":root", "only IAM users")

    def test_mfa_already_by_hand(self):
        """A device that is typed from is one, and the session is by it."""
        self.sts.world.users["dev"]["mfa"][enrolling.OTHER] = enrolling.OTHER_SEED
        self.rig.write_config(self.rig.dev(mfa_serial=enrolling.OTHER, stskey_mfa=None))
        self.wrong(rig.MFA, "code|login")

    def test_unknown_user(self):
        self.rig.write_config(
            self.rig.dev(mfa_serial=None, stskey_mfa=None, stskey_user="nobody")
        )
        self.before = self.rig.config_file.read_text()
        result = self.rig.enroll()
        self.refused(result, rig.DENIED, "policy|stskey_user")
        self.has_none()


class Journals(enrolling.Enrolling):
    def cut(self, argv=enrolling.ENROLL):
        """An enrolment that waits for its second code, killed; its journal."""
        self.rig.clock.stop()
        waits = self.rig.clock.waits()
        child = self.rig.start_stskey(*argv)
        procs.until(lambda: self.rig.clock.waits() > waits, 60, "no wait")
        self.rig.kill(child)
        child.communicate()
        self.rig.clock.stop(False)
        (name,) = self.rig.journals()
        return self.rig.state / "stskey" / "enrol" / name

    def test_nothing_to_resume(self):
        self.refused(self.rig.stskey(*RESUME), rig.NOTFOUND, "without --resume")
        self.assertEqual(self.rig.posts(), [])
        self.enrolled()
        self.refused(self.rig.stskey(*RESUME), rig.NOTFOUND, "without --resume")
        self.has_one()

    def test_of_another_profile(self):
        """Which has an enrolment of its own to begin."""
        self.cut()
        other = self.rig.dev("other", mfa_serial=None, stskey_mfa=None)
        self.rig.write_config(self.before, other)
        result = self.rig.stskey("mfa", "enroll", "--profile", "other", "--resume")
        self.refused(result, rig.NOTFOUND, "'other'", "without --resume")
        self.good(self.rig.stskey(*RESUME))
        self.assertEqual(self.sts.devices(), [DEVICE])

    def test_what_it_holds(self):
        path = self.cut()
        self.assertEqual(path.stat().st_mode & 0o7777, 0o600)
        self.assertEqual(
            path.read_text().splitlines(),
            ["stskey enrol 1", "profile dev", "name desk-key"]
            + ["device dev-desk-key", f"serial {DEVICE}", "flags  asked fresh"],
        )

    def test_damaged(self):
        path = self.cut()
        text = path.read_text()
        cut = [text[:n] for n in (0, 1, 14, 20, len(text) - 1)]
        lines = text.replace("profile dev\n", ""), text + "more\n"
        others = text.replace("profile dev", "profile x"), "\0" * len(text), text * 2
        for damaged in (*cut, *lines, *others, "x" * 20000):
            path.write_text(damaged)
            for argv in (enrolling.ENROLL, RESUME):
                result = self.rig.stskey(*argv)
                with self.subTest(damaged=damaged[:100], argv=argv):
                    self.refused(result, rig.CONFIG, "damaged.*remove|larger")
                    self.assertIn(str(path), result.err)
        self.assertEqual(self.sts.spare(), [DEVICE])

    def test_of_another_version(self):
        path = self.cut()
        path.write_text(path.read_text().replace("enrol 1", "enrol 2"))
        for argv in (enrolling.ENROLL, RESUME):
            result = self.rig.stskey(*argv)
            self.refused(result, rig.CONFIG, "another version")
            self.assertNotIn("damaged", result.err)

    def test_options_are_those_of_the_beginning(self):
        """What would give another enrolment, or less than is asked, is refused."""
        self.cut()
        for option in (
            ("--name", "other"),
            ("--device-name", "dev-other"),
            ("--pin",),
            ("--backup",),
        ):
            result = self.rig.stskey(*RESUME, *option)
            with self.subTest(option=option):
                self.refused(result, rig.USAGE, "'desk-key'", f"{option[0]}: resume")
                self.assertEqual(len(self.rig.journals()), 1)
        same = ("--name", "desk-key", "--device-name", "dev-desk-key")
        self.good(self.rig.stskey(*RESUME, *same))
        self.has_one()

    def test_options_said_again(self):
        path = self.cut()
        path.write_text(path.read_text().replace("flags ", "flags pin"))
        self.good(self.rig.stskey(*RESUME, "--pin"))
        self.has_one()

    def test_advice_can_be_typed(self):
        """The name of a profile may be of several words."""
        self.rig.write_config(self.rig.dev("a b", mfa_serial=None, stskey_mfa=None))
        argv = ("mfa", "enroll", "--profile", "a b")
        self.refused(
            self.rig.stskey("mfa", "resync", "--profile", "a b"),
            *(rig.CONFIG, "stskey mfa enroll --profile 'a b'`"),
        )
        self.cut(argv)
        result = self.refused(self.rig.stskey(*argv), rig.CONFIG, "cut off")
        command = shlex.split(result.err.split("`")[1])
        self.assertEqual(command, ["stskey", *argv, "--resume"])
        finished = self.good(self.rig.stskey(*command[1:]))
        self.assertIn("stskey login --profile 'a b'`", finished.err)

    def test_sealed_of_another_device(self):
        path = self.cut()
        path.write_text(path.read_text().replace(DEVICE, enrolling.OTHER))
        result = self.rig.stskey(*RESUME)
        self.refused(result, rig.CONFIG, "of another device")
        self.assertEqual(self.rig.sealed(), ["desk-key"])

    def test_sealed_file_damaged(self):
        self.cut()
        path = self.rig.folder / "data/stskey/sealed/desk-key"
        text = path.read_text()
        path.write_text(text[: len(text) // 2])
        result = self.rig.stskey(*RESUME)
        self.refused(result, rig.CONFIG, "undone", "mfa remove sealed:desk-key")
        self.assertEqual(path.read_text(), text[: len(text) // 2])
        self.assertEqual(self.sts.spare() + self.rig.journals(), [])


class Folders(enrolling.Enrolling):
    def unwritable(self, folder, rc, *words):
        """As somebody whom the mode stops, so not as root."""
        self.rig.fresh_as(12345)
        result = self.rig.enroll()
        self.refused(result, rc, *words)

    def test_state_in_the_way(self):
        """A file where the folder is to be."""
        (self.rig.state / "stskey").write_text("")
        result = self.rig.enroll()
        self.refused(result, rig.CONFIG, "state/stskey", "remove it")
        self.assertEqual(self.rig.posts(), [])

    def test_enrol_in_the_way(self):
        (self.rig.state / "stskey").mkdir(mode=0o700)
        (self.rig.state / "stskey" / "enrol").write_text("")
        result = self.rig.enroll()
        self.refused(result, rig.CONFIG, "stskey/enrol", "remove it")
        self.assertEqual(self.rig.posts(), [])

    def test_sealed_in_the_way(self):
        """Then no device is made in vain, and nobody is asked to touch."""
        (self.rig.folder / "data" / "stskey").mkdir(mode=0o700)
        path = self.rig.folder / "data" / "stskey" / "sealed"
        path.write_text("")
        result = self.rig.enroll()
        self.refused(result, rig.CONFIG, "stskey/sealed", "remove it")
        self.assertEqual(self.rig.posts("CreateVirtualMFADevice"), [])
        self.assertEqual(self.rig.desk.blinks(), 0)
        path.unlink()
        self.has_none()

    def read_only(self, folder):
        """The command, where that folder is on a read-only file system."""
        return [
            *("unshare", "-m", "sh", "-c"),
            'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"',
            str(folder),
            *(str(a) for a in (rig.STSKEY, *enrolling.ENROLL)),
        ]

    def test_read_only(self):
        if os.geteuid() != 0:
            self.skipTest("only root may mount")
        self.need_mounts()
        for folder in (self.rig.state, self.rig.folder / "data", self.rig.aws):
            self.rig.new()
            result = self.rig.run(self.read_only(folder))
            with self.subTest(folder=folder):
                self.refused(result, rig.SYS, "read-only")
                if folder == self.rig.aws:
                    self.refused(result, rig.SYS, "IAM has enabled", "--resume")
                    self.good(self.rig.stskey(*RESUME))
                    self.has_one()
                else:
                    self.has_none()
                    self.assertEqual(self.rig.posts("CreateVirtualMFADevice"), [])
                    self.assertEqual(self.rig.desk.blinks(), 0)


class TwoAtOnce(enrolling.Enrolling):
    def test_two(self):
        self.rig.desk.touch("never")
        first = self.rig.start_stskey(*enrolling.ENROLL)
        self.rig.desk.wait_for("blink")
        for argv in (enrolling.ENROLL, (*enrolling.ENROLL, "--name", "b"), RESUME):
            self.refused(self.rig.stskey(*argv), rig.TIMEOUT, "under way", "wait")
        self.rig.desk.touch("auto")
        _, err = first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0, err)
        self.has_one()

    def test_one_after_the_other(self):
        """The second reads what the first has written meanwhile."""
        self.rig.clock.stop()
        first = self.rig.start_stskey(*enrolling.ENROLL)
        waits = self.rig.clock.waits()
        procs.until(lambda: self.rig.clock.waits() > waits, 60, "no wait")
        second = self.rig.start_stskey(*enrolling.ENROLL, "--name", "spare-key")
        procs.until(lambda: procs.in_flock(second.pid), 60, "it does not wait")
        self.rig.clock.stop(False)
        for child in (first, second):
            _, err = child.communicate(timeout=60)
            self.assertEqual(child.returncode, 0, err)
        self.assertEqual(self.sts.devices(), [DEVICE, enrolling.OTHER])
        self.assertEqual(self.rig.lines("mfa_serial"), [DEVICE])
        self.assertEqual(
            self.rig.lines("stskey_mfa"),
            [f"{DEVICE}=sealed:desk-key {enrolling.OTHER}=sealed:spare-key"],
        )
        self.nothing_begun()


class WrongClock(enrolling.Enrolling):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.sts.control, {"clock_offset": 0})

    def test_another_clock(self):
        """Taken over for both codes, and said."""
        # A second may pass between the two clocks' being read.
        offsets = ((600, "60[01] seconds behind"), (-600, "(599|600) seconds ahead"))
        for offset, words in offsets:
            self.rig.new()
            self.sts.control({"clock_offset": offset})
            with self.subTest(offset=offset):
                result = self.enrolled()
                self.assertRegex(result.err, f"clock is {words} .*set the clock")
                self.has_one()

    def test_too_far(self):
        """The key signs one request by another's time, and here are several."""
        for offset in (3600, -3600, 3 * 86400):
            self.rig.new()
            self.sts.control({"clock_offset": offset})
            result = self.rig.enroll()
            with self.subTest(offset=offset):
                self.refused(result, rig.CLOCK, "undone", "clock", "set it right")
                self.assertNotIn("warning", result.err)
                self.has_none()

    def test_by_session(self):
        """The session's key signs as often as it must."""
        self.enrolled()
        self.sts.attach("daily")
        self.sts.control({"clock_offset": 3600})
        result = self.enrolled("--name", "spare-key")
        self.assertRegex(result.err, "3600 seconds behind")
        self.assertEqual(self.sts.devices(), [DEVICE, enrolling.OTHER])
        self.nothing_begun()


if __name__ == "__main__":
    rig.main()
