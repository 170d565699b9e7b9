#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Several FIDO2 keys and several MFA devices: chosen, lost, and found again."""

import os
import signal
import subprocess

import fido
import procs
import rig
from touching import NAME, URI, Touching

SPARE = f"arn:aws:iam::{rig.ACCOUNT}:mfa/dev-spare"
SPARE_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def world():
    config = rig.WORLD.example()
    config["users"]["dev"]["mfa"][SPARE] = SPARE_SEED
    return config


class Keys(Touching):
    WORLD = staticmethod(world)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spare = cls.new_key("spare", **cls.SWITCHES)

    def setUp(self):
        super().setUp()
        self.both = self.shown(self.desk, self.spare)
        for key in (self.desk, self.spare):
            key.touch("auto")
            key.forget()

    def dark(self, *keys):
        for key in keys:
            procs.until(lambda k=key: not k.is_blinking(), 1, "it blinks on")

    def folder(self):
        return sorted(p.name for p in self.file.parent.iterdir())


class Choosing(Keys):
    """Which key takes a new seal: the one that is touched."""

    def imports(self, name, **options):
        child = self.rig.start_stskey(
            *("mfa", "import", "--to", "fido:", "--name", name),
            *("--serial-number", rig.SERIAL),
            env=dict(self.both, **options),
            stdin=subprocess.PIPE,
        )
        child.stdin.write(rig.SEED.encode() + b"\n")
        child.stdin.flush()
        for key in (self.desk, self.spare):
            key.wait_for("blink")
        return child

    def setUp(self):
        super().setUp()
        self.desk.touch("never")
        self.spare.touch("never")

    def test_chosen(self):
        for n, (key, other) in enumerate(
            ((self.desk, self.spare), (self.spare, self.desk))
        ):
            for each in (key, other):
                each.touch("never")
                each.forget()
            child = self.imports(f"chosen{n}")
            key.touch("auto")
            self.good(self.end(child))
            self.dark(other)
            self.assertEqual(other.events("touch"), [])
            # Chosen by one touch, and sealed by two.
            self.assertEqual(key.blinks(), 3)

    def test_nobody(self):
        result = self.end(self.imports("nobody", STSKEY_TOUCH_SECONDS="5"))
        self.refused(result, rig.TOUCH, "not touched in time")
        self.dark(self.desk, self.spare)
        self.assertNotIn("nobody", self.folder())

    def test_called_off(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            for key in (self.desk, self.spare):
                key.forget()
            child = self.imports("called-off")
            os.kill(child.pid, number)
            self.dark(self.desk, self.spare)
            self.assertEqual(self.end(child).rc, -number)
            self.assertNotIn("called-off", self.folder())

    def test_one_is_pulled_out(self):
        """The other one can still be touched."""
        child = self.imports("pulled")
        self.desk.unplug()
        try:
            self.spare.touch("auto")
            self.good(self.end(child))
        finally:
            self.desk.plug()

    def test_pulled_out_between_the_touches(self):
        """Half sealed is not sealed."""
        child = self.imports("half")
        self.desk.touch("once")
        # Chosen; it blinks for the credential now.
        self.desk.wait_for("blink", 2)
        self.desk.unplug()
        try:
            self.refused(self.end(child), rig.TOKEN, "unplugged")
        finally:
            self.desk.plug()
        self.assertNotIn("half", self.folder())

    def test_no_second_touch(self):
        child = self.imports("once", STSKEY_TOUCH_SECONDS="5")
        for n in (2, 3):
            self.desk.touch("once")
            self.desk.wait_for("blink", n)
        self.refused(self.end(child), rig.TOUCH, "Test desk", "not touched in time")
        self.dark(self.desk)
        self.assertNotIn("once", self.folder())


class ChoosingHabits(Choosing):
    SWITCHES = fido.OTHER_HABITS


class Copied(Keys):
    """Either opens it; both blink."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.rig.stskey(
            *("mfa", "copy", "--name", NAME),
            env=fido.fido_env([cls.desk, cls.spare]),
        )
        if result.rc != 0:
            raise AssertionError(result)

    def blinking(self, **options):
        for key in (self.desk, self.spare):
            key.touch("never")
            key.forget()
        child = self.begin(env=self.both, **options)
        for key in (self.desk, self.spare):
            key.wait_for("blink")
        return child

    def test_one_is_pulled_out(self):
        child = self.blinking()
        self.desk.unplug()
        try:
            self.spare.touch("auto")
            self.good(self.end(child))
        finally:
            self.desk.plug()

    def test_both_are_pulled_out(self):
        child = self.blinking()
        for key in (self.desk, self.spare):
            key.unplug()
        try:
            self.refused(self.end(child), rig.TOKEN, "unplugged")
        finally:
            for key in (self.desk, self.spare):
                key.plug()

    def test_one_gives_up(self):
        """Its own time is over before ours: the other one still counts."""
        self.desk.replug(timeout_ms=500, timeout_code="0x27")
        try:
            child = self.blinking()
            self.desk.wait_for("timeout")
            self.assertTrue(self.spare.is_blinking())
            self.spare.touch("auto")
            self.good(self.end(child))
        finally:
            self.desk.replug(timeout_ms=None, timeout_code=None)

    def test_codes_of_giving_up(self):
        """As keys of different makers say it."""
        for code in ("0x27", "0x2f", "0x3a"):
            self.desk.replug(timeout_ms=300, timeout_code=code)
            self.desk.touch("never")
            try:
                self.refused(self.call(), rig.TOUCH, "not touched in time")
            finally:
                self.desk.replug(timeout_ms=None, timeout_code=None)

    def test_called_off(self):
        for number in (signal.SIGINT, signal.SIGKILL):
            child = self.blinking()
            os.kill(child.pid, number)
            self.dark(self.desk, self.spare)
            self.assertEqual(self.end(child).rc, -number)

    def test_nobody(self):
        self.config(stskey_touch_seconds=5)
        child = self.blinking()
        self.refused(
            self.end(child), rig.TOUCH, "Test (desk|spare)", "not touched in time"
        )
        self.dark(self.desk, self.spare)

    def test_said(self):
        """Either is named."""
        self.desk.touch("never")
        self.spare.touch("never")
        child = self.rig.pty("login", "--profile", "dev", env=self.both)
        child.expect("touch 'Test desk or Test spare' for profile 'dev'")
        self.spare.touch("auto")
        child.expect("dev: until")


class Devices(Keys):
    """Two MFA devices, each with a seal on a key of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", "spare-key"),
            *("--serial-number", SPARE),
            input=SPARE_SEED + "\n",
            env=cls.spare.env,
        )
        if result.rc != 0:
            raise AssertionError(result)

    def listed(self, *entries, **more):
        self.config(stskey_mfa=" ".join(entries), mfa_serial=None, **more)

    def two(self):
        self.listed(f"{rig.SERIAL}={URI}", f"{SPARE}=sealed:spare-key")

    def used(self):
        return [
            r["params"].get("SerialNumber")
            for r in self.sts.requests
            if r["action"] == "GetSessionToken"
        ]

    def test_the_one_that_is_there(self):
        self.two()
        for key, other, serial in (
            (self.desk, self.spare, rig.SERIAL),
            (self.spare, self.desk, SPARE),
        ):
            self.rig.fresh()
            other.forget()
            self.good(self.call(env=self.shown(key)))
            self.assertEqual(self.used(), [serial])
            self.assertTrue(other.blinked(0))

    def test_both_are_there(self):
        """The first in the list, and nothing asks for the other."""
        for entries in (
            (f"{rig.SERIAL}={URI}", f"{SPARE}=sealed:spare-key"),
            (f"{SPARE}=sealed:spare-key", f"{rig.SERIAL}={URI}"),
        ):
            self.listed(*entries)
            self.rig.fresh()
            for key in (self.desk, self.spare):
                key.forget()
            self.good(self.call(env=self.both))
            self.assertEqual(self.used(), [entries[0].split("=")[0]])
            first = URI in entries[0]
            self.assertTrue(self.desk.blinked(int(first)))
            self.assertTrue(self.spare.blinked(int(not first)))

    def test_none_is_there(self):
        self.two()
        self.spare.unplug()
        try:
            child = self.rig.pty(
                "login", "--profile", "dev", env=self.shown(self.spare)
            )
            child.expect("plug in one of the tokens that stskey_mfa lists")
        finally:
            self.spare.plug()
        child.expect("dev: until")
        child.expect(rig.pexpect_eof())
        self.assertEqual(self.used(), [SPARE])

    def test_none_comes(self):
        self.two()
        self.spare.unplug()
        try:
            self.refused(
                self.call("--timeout", "3", env=self.shown(self.spare)),
                rig.NOTFOUND,
                "plug one in",
            )
        finally:
            self.spare.plug()

    def test_beside_a_token(self):
        """The one on SoftHSM2 serves while the FIDO2 key is elsewhere."""
        self.listed(f"{SPARE}=sealed:spare-key", f"{rig.SERIAL}={self.rig.mfa_uri}")
        self.good(self.call(env=self.shown(self.desk)))
        self.assertEqual(self.used(), [rig.SERIAL])
        self.rig.fresh()
        self.good(self.call(env=self.shown(self.spare)))
        self.assertEqual(self.used(), [SPARE])
        self.assertTrue(self.spare.blinked(1))

    def test_somebody_else_s_is_busy(self):
        """A key in use says nothing of what it holds: the other is at hand."""
        self.two()
        other = fido.FidoKey(self.rig.folder / "fido", "other", busy=True)
        self.addCleanup(other.stop)
        self.good(self.call("--timeout", "8", env=self.shown(other, self.spare)))
        self.assertEqual(self.used(), [SPARE])

    def test_the_right_one_is_busy(self):
        """Said, and waited for."""
        self.two()
        busy = self.rig.folder / "busy"
        busy.touch()
        self.desk.replug(busy_file=busy)
        try:
            child = self.rig.pty("login", "--profile", "dev", env=self.shown())
            child.expect("lists; a FIDO2 key is in use by another program")
            busy.unlink()
            child.expect("dev: until")
        finally:
            self.desk.replug(busy_file=None)

    def test_no_more_than_there_is_time(self):
        """The seconds that are said are those that are left."""
        self.two()
        self.desk.touch("never")
        child = self.rig.pty(
            *("credentials", "--profile", "dev", "--timeout", "9"),
            env=self.shown(),
        )
        child.expect(r"touch 'Test desk'[^\r\n]* (\d+) s")
        self.assertLess(int(child.match[1]), 9)
        child.expect("not touched in time")

    def test_code(self):
        """Of the one that is there, or of the one that is named."""
        self.two()
        for more, serial in ((), SPARE), (("--serial-number", rig.SERIAL), rig.SERIAL):
            said = self.good(
                self.call(
                    *more,
                    verb=("mfa", "code"),
                    env=self.shown(self.spare) if not more else self.both,
                )
            )
            self.assertRegex(said.out, r"\A\d{6}\n\Z")
            self.assertIn(serial, said.err)

    def test_code_is_used(self):
        """The next one in the same step waits for another."""
        self.two()
        first = self.good(self.call(verb=("mfa", "code"), env=self.shown()))
        second = self.call(verb=("mfa", "code"), env=self.shown())
        self.good(second)
        self.assertNotEqual(first.out, second.out)
        # It waited before the key blinked.
        self.assertTrue(self.desk.blinked(2))

    def test_probe(self):
        """Silently."""
        self.two()
        out = self.good(
            self.rig.stskey(
                "status", "--profile", "dev", "--probe", env=self.shown()
            )
        ).out
        self.assertTrue(self.desk.blinked(0))
        self.assertRegex(out, "token: 'Test desk'.*every use asks for a touch")
        self.assertRegex(out, "token: 'Test spare'")


if __name__ == "__main__":
    rig.main()
