#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""MFA devices enrolled: the first, by the key, and more, by the session."""

import json
import time

import enrolling
import fido
import rig
from enrolling import DEVICE, OTHER

ENROLLING = ["ListVirtualMFADevices", "CreateVirtualMFADevice", "EnableMFADevice"]


class First(enrolling.Enrolling):
    def test_enrolled(self):
        result = self.enrolled()
        self.assertEqual(result.out, "")
        self.has_one()
        self.assertTrue(self.rig.desk.blinked(2))
        actions = [r["action"] for r in self.rig.posts()]
        self.assertEqual(actions, ENROLLING)
        for request in self.rig.posts():
            self.assertEqual(request["access_key_id"], rig.KEY_ID)
            self.assertEqual(request["region"], "us-east-1")
        for words in (f"mfa_serial = {DEVICE}", "stskey_mfa = sealed:desk-key"):
            self.assertIn(words, result.err)
        self.assertRegex(result.err, "bootstrap")

    def test_then_daily(self):
        """Code, session, role, and a program that knows nothing of us."""
        self.enrolled()
        self.daily()
        who = self.rig.run(
            [rig.AWS, "--profile", "admin", "--endpoint-url", self.rig.url]
            + ["sts", "get-caller-identity", "--output", "json"],
            env={"AWS_CONFIG_FILE": self.rig.config_file},
        )
        arn = json.loads(self.good(who).out)["Arn"]
        self.assertRegex(arn, "assumed-role/Admin/")
        actions = [r["action"] for r in self.rig.posts()]
        self.assertEqual(
            actions, [*ENROLLING, "GetSessionToken", "AssumeRole", "GetCallerIdentity"]
        )
        self.assertEqual(
            self.rig.posts("GetSessionToken")[0]["params"]["SerialNumber"], DEVICE
        )
        self.no_code_twice()

    def test_both_codes_are_used(self):
        """A login right after waits for a third step."""
        self.enrolled()
        waits = self.rig.clock.waits()
        self.daily()
        self.assertGreater(self.rig.clock.waits(), waits)
        self.no_code_twice()

    def test_consecutive(self):
        self.enrolled()
        params = self.rig.posts("EnableMFADevice")[0]["params"]
        codes = [params[f"AuthenticationCode{i}"] for i in (1, 2)]
        step = int(self.rig.clock.now()) // 30
        seed = self.sts.seed(DEVICE)
        known = [rig.WORLD.hotp(seed, step + i) for i in range(-2, 1)]
        self.assertIn(codes, (known[:2], known[1:]))

    def test_named(self):
        self.enrolled("--name", "blue", "--device-name", "dev@work+1")
        self.has_one(DEVICE.replace("dev-desk-key", "dev@work+1"), "blue")

    def test_user_is_asked_for(self):
        """Without stskey_user; a path is no part of the name."""
        world = self.sts.world
        self.addCleanup(setattr, world, "_as_user", world._as_user)
        as_user = world._as_user  # pylint: disable=protected-access

        def with_path(name, *more, **options):
            caller = as_user(name, *more, **options)
            caller.arn = caller.arn.replace("user/", "user/eng/ops/")
            return caller

        world._as_user = with_path
        self.rig.write_config(
            self.rig.dev(mfa_serial=None, stskey_mfa=None, stskey_user=None)
        )
        self.enrolled()
        self.has_one()
        self.assertEqual(self.rig.posts()[0]["action"], "GetCallerIdentity")

    def test_by_the_profile_of_a_role(self):
        """The device is that of the profile with the key."""
        self.good(self.rig.stskey("mfa", "enroll", "--profile", "admin"))
        self.has_one()

    def test_list(self):
        before = self.good(self.rig.stskey("mfa", "list"))
        self.assertEqual(before.out, "")
        self.assertIn("mfa enroll", before.err)
        self.enrolled()
        after = self.good(self.rig.stskey("mfa", "list"))
        self.assertRegex(
            after.out, rf"^sealed:desk-key  {DEVICE}  \S.*  of 1 profile\n$"
        )


class OtherHabits(First):
    """By a key of another generation."""

    @staticmethod
    def machine():
        return enrolling.Machine(**fido.OTHER_HABITS)


class Taken(enrolling.Enrolling):
    """Names that are somebody's already."""

    def test_here(self):
        self.enrolled()
        self.daily()
        result = self.refused(
            self.rig.enroll(), rig.CONFIG, "--name", "mfa remove sealed:desk-key"
        )
        self.assertNotRegex(result.err, "--resume")
        self.has_one()

    def taken(self, mine):
        """IAM has that name; it is of a user, or of nobody."""
        devices = self.sts.world.devices
        self.sts.world.users["dev"]["mfa"][DEVICE] = enrolling.OTHER_SEED
        if not mine:
            devices.spare[DEVICE] = self.sts.world.users["dev"]["mfa"].pop(DEVICE)

    def test_in_iam(self):
        for mine in (True, False):
            self.rig.new()
            self.taken(mine)
            result = self.rig.enroll()
            with self.subTest(mine=mine):
                self.refused(result, rig.DENIED, "--name")
                self.assertEqual(self.sts.seed(DEVICE), enrolling.OTHER_SEED)
                self.assertEqual(self.rig.sealed(), [])
                self.nothing_begun()
                self.assertEqual(self.rig.posts("DeleteVirtualMFADevice"), [])
                self.assertTrue(self.rig.desk.blinked(0))

    def test_wrong_names(self):
        """Known before anything is made."""
        for argv in (
            ("--name", ""),
            ("--name", "a/b"),
            ("--name", ".hidden"),
            ("--name", "two\nlines", "--device-name", "dev-x"),
            ("--name", "x" * 100, "--device-name", "dev-x"),
            ("--name", "a b", "--device-name", "dev-x"),
            ("--device-name", "a b"),
            ("--device-name", ""),
            ("--device-name", "x" * 129),
        ):
            result = self.rig.enroll(*argv)
            with self.subTest(argv=argv):
                self.refused(result, rig.USAGE, "name")
                self.assertEqual(self.rig.posts("CreateVirtualMFADevice"), [])
                self.assertTrue(self.rig.desk.blinked(0))
                self.has_none()


class Second(enrolling.Enrolling):
    """With the session that the first one's code gave."""

    def setUp(self):
        super().setUp()
        self.enrolled()
        self.daily()
        self.seen = len(self.rig.posts())

    def both(self):
        return f"{DEVICE}=sealed:desk-key {OTHER}=sealed:spare-key"

    def test_enrolled(self):
        self.enrolled("--name", "spare-key")
        self.assertEqual(self.sts.devices(), [DEVICE, OTHER])
        self.assertEqual(self.sts.spare(), [])
        self.assertEqual(self.rig.lines("mfa_serial"), [DEVICE])
        self.assertEqual(self.rig.lines("stskey_mfa"), [self.both()])
        self.nothing_begun()
        for request in self.rig.posts()[self.seen :]:
            self.assertRegex(request["access_key_id"], "^ASIA")
            self.assertEqual(request["service"], "iam")

    def test_both_serve(self):
        spare = self.rig.new_key("spare")
        self.addCleanup(self.rig.show, self.rig.desk)
        self.addCleanup(self.rig.keys.remove, spare)
        self.addCleanup(spare.stop)
        self.rig.show(spare)
        self.enrolled("--name", "spare-key")
        for key, serial in ((spare, OTHER), (self.rig.desk, DEVICE)):
            self.rig.show(key)
            before = len(self.rig.posts("GetSessionToken"))
            self.credentials("dev", "--fresh")
            asked = self.rig.posts("GetSessionToken")[before:]
            with self.subTest(serial=serial):
                self.assertEqual([r["params"]["SerialNumber"] for r in asked], [serial])
        self.no_code_twice()

    def test_limit(self):
        """IAM takes no ninth, and nothing of it stays."""
        mine = self.sts.world.users["dev"]["mfa"]
        for i in range(7):
            mine[f"{OTHER}{i}"] = enrolling.OTHER_SEED
        config = self.rig.config_file.read_text()
        result = self.rig.enroll("--name", "spare-key")
        self.refused(result, rig.DENIED, r"\(8\)", "mfa deactivate", "undone")
        self.assertEqual(len(self.sts.devices()), 8)
        self.assertEqual(self.sts.spare(), [])
        self.assertEqual(self.rig.sealed(), ["desk-key"])
        self.assertEqual(self.rig.config_file.read_text(), config)
        self.nothing_begun()

    def test_after_the_session(self):
        """None is cached: one is had first, by the device that there is."""
        self.good(self.rig.stskey("clear"))
        self.enrolled("--name", "spare-key")
        self.assertEqual(
            [r["action"] for r in self.rig.posts()[self.seen :]],
            ["GetSessionToken", *ENROLLING],
        )
        self.nothing_begun()


class Backup(enrolling.Enrolling):
    """Sealed to two keys."""

    def setUp(self):
        super().setUp()
        self.spare = self.rig.new_key("spare")
        self.addCleanup(self.rig.show, self.rig.desk)
        self.addCleanup(self.rig.keys.remove, self.spare)
        self.addCleanup(self.spare.stop)

    def test_both_before_it_is_enabled(self):
        self.enrolled("--backup")
        self.has_one()
        enabled = self.rig.posts("EnableMFADevice")[0]["time"]
        for key in (self.rig.desk, self.spare):
            touched = [when for when, event, _ in key.log() if event == "touch"]
            self.assertGreaterEqual(len(touched), 2, key.log())
            self.assertLess(max(touched) + time.time() - time.monotonic(), enabled)

    def test_both_serve(self):
        self.enrolled("--backup")
        for key in (self.rig.desk, self.spare):
            self.rig.show(key)
            self.credentials("dev", "--fresh")
        self.no_code_twice()
        self.assertEqual(len(self.rig.posts("GetSessionToken")), 2)


if __name__ == "__main__":
    rig.main()
