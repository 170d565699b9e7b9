#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Which FIDO2 key: the right one blinks, and what to do about any other."""

import json
import os

import fido
import procs
import rig
from touching import NAME, URI, Touching


class Which(Touching):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.new_key("other")

    def setUp(self):
        super().setUp()
        self.other.touch("auto")
        self.other.forget()

    def test_right_one(self):
        self.good(self.call(env=self.shown(self.other, self.desk)))
        self.assertEqual(self.desk.blinks(), 1)
        self.assertEqual(self.other.blinks(), 0)

    def wanted(self, *keys):
        """It says what to plug in, and takes it when it comes."""
        self.desk.unplug()
        try:
            child = self.rig.pty(
                "login", "--profile", "dev", env=self.shown(*keys, self.desk)
            )
            child.expect(r"plug in desk-key \(Test desk\)")
        finally:
            self.desk.plug()
        child.expect("dev: until")
        child.expect(rig.pexpect_eof())
        self.assertEqual(self.desk.blinks(), 1)
        for key in keys:
            self.assertEqual(key.blinks(), 0)

    def test_none(self):
        self.wanted()

    def test_wrong_one(self):
        self.wanted(self.other)

    def test_never_comes(self):
        self.refused(
            self.call("--timeout", "3", env=self.shown(self.other)),
            rig.NOTFOUND,
            r"plug in desk-key \(Test desk\)",
            f"'Test {self.other.socket.stem}' is another key",
        )
        self.assertEqual(self.other.blinks(), 0)
        self.assertEqual(self.posts(), 0)

    def test_unplugged_while_it_blinks(self):
        self.desk.touch("never")
        child = self.begin()
        self.desk.wait_for("blink")
        begun = os.times().elapsed
        self.desk.unplug()
        try:
            result = self.end(child)
        finally:
            self.desk.plug()
        self.refused(result, rig.TOKEN, "unplugged")
        self.assertLess(os.times().elapsed - begun, procs.patience(5))
        self.assertEqual(self.posts(), 0)


class Unfit(Touching):
    """Keys that cannot: said of each, by name."""

    def other(self, **switches):
        key = fido.FidoKey(self.rig.folder / "fido", "other", **switches)
        self.addCleanup(key.stop)
        return key

    def test_u2f_only(self):
        self.refused(
            self.call("--timeout", "3", env=self.shown(self.other(u2f_only=True))),
            rig.NOTFOUND,
            "'Test other' speaks U2F only",
        )

    def test_no_hmac_secret(self):
        key = self.other(no_hmac_secret=True)
        child = self.rig.pty(
            *("mfa", "import", "--to", "fido:", "--name", "unfit"),
            *("--serial-number", rig.SERIAL),
            env=self.shown(key),
        )
        child.expect("seed[^\r\n]*:")
        child.sendline(rig.SEED)
        child.expect("'Test other' has no hmac-secret")
        self.assertEqual(key.blinks(), 0)

    def test_busy(self):
        busy = self.rig.folder / "busy"
        key = self.desk
        key.replug(busy_file=busy)
        self.addCleanup(lambda: key.replug(busy_file=None))
        busy.touch()
        child = self.rig.pty("login", "--profile", "dev", env=self.shown())
        child.expect("in use by another program")
        busy.unlink()
        child.expect("dev: until")
        busy.touch()
        self.rig.fresh()
        self.refused(
            self.call("--timeout", "3"), rig.TOKEN, "in use by another program"
        )
        busy.unlink()

    def test_locked_by_another_program(self):
        """As libfido2 locks it, which would wait 21 s and hear nothing else."""
        with self.desk.held():
            result = self.call("--timeout", "3")
            self.refused(result, rig.TOKEN, "'Test desk' is in use by another program")
            self.assertLess(result.seconds, procs.patience(15))
            self.rig.fresh()
            child = self.rig.pty("login", "--profile", "dev", env=self.shown())
            child.expect("'Test desk' is in use by another program")
        child.expect("dev: until")
        child.expect(rig.pexpect_eof())


class Two(Touching):
    """The same secret sealed to a second key."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spare = cls.new_key("spare")
        cls.before = json.loads(
            (cls.rig.folder / "data" / "stskey" / "sealed" / NAME).read_text()
        )
        result = cls.rig.stskey(
            *("mfa", "copy", "--name", NAME, "--to", "fido:"),
            env=fido.fido_env([cls.desk, cls.spare]),
        )
        if result.rc != 0 or "Test desk, Test spare" not in result.err:
            raise AssertionError(result)

    def setUp(self):
        super().setUp()
        self.spare.touch("auto")
        self.spare.forget()

    def test_file(self):
        """The one that was opened has a new salt."""
        old, (desk, spare) = self.before["seals"][0], self.sealed()["seals"]
        self.assertEqual(desk["credential_id"], old["credential_id"])
        self.assertNotEqual(desk["salt"], old["salt"])
        self.assertNotEqual(desk["closed"], old["closed"])
        self.assertEqual(spare["device"], "Test spare")

    def test_either(self):
        for key in (self.desk, self.spare):
            self.rig.fresh()
            self.good(self.call(env=self.shown(key)))

    def test_first_touched_wins(self):
        for winner, loser in ((self.desk, self.spare), (self.spare, self.desk)):
            self.rig.fresh()
            for key in (winner, loser):
                key.touch("never")
                key.forget()
            child = self.begin(env=self.shown(self.desk, self.spare))
            for key in (winner, loser):
                key.wait_for("blink")
            winner.touch("auto")
            self.good(self.end(child))
            procs.until(lambda k=loser: not k.is_blinking(), 1, "it blinks on")
            self.assertEqual(loser.events("touch"), [])

    def test_no_third(self):
        """Neither key takes a second seal, and the file stays as it was."""
        whole = self.file.read_bytes()
        child = self.rig.pty(
            "mfa", "copy", "--name", NAME, env=self.shown(self.desk, self.spare)
        )
        child.expect("plug in another FIDO2 key")
        child.sendintr()
        child.expect(rig.pexpect_eof())
        self.assertEqual(self.file.read_bytes(), whole)

    def test_cut_off(self):
        """A third key that is not touched: nothing has changed."""
        whole = self.file.read_bytes()
        third = fido.FidoKey(self.rig.folder / "fido", "third")
        self.addCleanup(third.stop)
        third.touch("never")
        result = self.rig.stskey(
            *("mfa", "copy", "--name", NAME),
            env=dict(self.shown(self.desk, third), STSKEY_TOUCH_SECONDS="5"),
        )
        self.refused(result, rig.TOUCH, "Test third")
        self.assertEqual(self.file.read_bytes(), whole)


class Lying(Touching):
    """A key that answers otherwise than it should: a sentence for each."""

    def lies(self, kind, rc, *words):
        self.desk.replug(lie=kind)
        try:
            self.refused(self.call("--timeout", "8"), rc, *words)
        finally:
            self.desk.replug(lie=None)
        self.assertEqual(self.posts(), 0)

    def test_other_secret(self):
        self.lies("other-secret", rig.TOKEN, "does not open what was sealed")

    def test_wrong_flags(self):
        self.lies("wrong-flags", rig.PIN_REFUSED, "unlike when it was enrolled")

    def test_short_secret(self):
        self.lies("short-secret", rig.TOKEN, "without its secret")

    def test_long_secret(self):
        self.lies("long-secret", rig.TOKEN, "without its secret")

    def test_no_secret(self):
        self.lies("no-secret", rig.TOKEN, "without its secret")

    def test_garbage(self):
        self.lies("garbage", rig.TOKEN, "'Test desk' gives answers that cannot")

    def test_truncated(self):
        self.lies("truncated", rig.TOKEN, "'Test desk' gives answers that cannot")

    def test_huge(self):
        self.lies("huge", rig.TOKEN, "'Test desk' .*does not answer")


class Files(Touching):
    """What was done to the file is found out, and no code is used."""

    def setUp(self):
        super().setUp()
        self.whole = self.file.read_bytes()
        self.addCleanup(self.restore)

    def restore(self):
        self.file.write_bytes(self.whole)
        self.file.chmod(0o600)

    def broken(self, change, rc, *words):
        document = json.loads(self.whole)
        change(document)
        self.file.write_text(json.dumps(document))
        self.refused(self.call("--timeout", "3"), rc, *words)
        self.assertEqual(self.posts(), 0)
        steps = self.rig.state / "stskey" / "step"
        self.assertFalse(steps.exists() and list(steps.iterdir()))

    def test_bit(self):
        def flip(document):
            closed = document["seals"][0]["closed"]
            document["seals"][0]["closed"] = closed[:-8] + (
                ("A" if closed[-8] != "A" else "B") + closed[-7:]
            )

        self.broken(flip, rig.TOKEN, "does not open what was sealed")

    def test_serial(self):
        def other(document):
            document["id"] = rig.SERIAL + "x"

        self.broken(other, rig.TOKEN, "does not open what was sealed")

    def test_policy(self):
        def pin(document):
            document["seals"][0]["user_verification"] = True

        self.broken(pin, rig.PIN_REFUSED, "has no PIN yet")

    def test_use(self):
        def key(document):
            document["for"] = "HMAC-SHA256"

        self.broken(key, rig.CONFIG, "is an access key")

    def test_name(self):
        def name(document):
            document["name"] = "other-key"

        self.broken(name, rig.FORMAT, "made with the name 'other-key'")

    def test_later_version(self):
        def later(document):
            document["version"] = 2

        self.broken(later, rig.FORMAT, "later version")

    def test_swapped(self):
        """An entry of another file by the same key does not open here."""
        result = self.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", "second"),
            *("--serial-number", rig.SERIAL),
            input="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n",
            env=self.shown(),
        )
        self.good(result)
        second = json.loads(self.file.with_name("second").read_text())

        def swap(document):
            document["seals"] = second["seals"]

        self.broken(swap, rig.TOKEN, "does not open what was sealed")

    def test_gone(self):
        self.file.unlink()
        self.refused(self.call(), rig.NOTFOUND, "nothing is sealed under the name")

    def test_readable(self):
        self.file.chmod(0o644)
        self.refused(self.call(), rig.CONFIG, "chmod")

    def test_taken(self):
        result = self.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", NAME),
            *("--serial-number", rig.SERIAL),
            input=rig.SEED + "\n",
            env=self.shown(),
        )
        self.refused(result, rig.CONFIG, "already")
        self.assertEqual(self.desk.blinks(), 0)
        self.assertEqual(self.file.read_bytes(), self.whole)

    def test_removed(self):
        result = self.rig.stskey("mfa", "remove", URI, "--yes", env=self.shown())
        self.good(result)
        self.assertIn("still names it", result.err)
        self.assertFalse(self.file.exists())

    def test_not_removed_by_half_a_name(self):
        for more in ("?pin-sorce=prompt", "?", "?pin-source=prompt&x=y"):
            result = self.rig.stskey("mfa", "remove", URI + more, "--yes")
            self.refused(result, rig.CONFIG, "nothing follows but .pin-source=")
            self.assertTrue(self.file.exists())

    def damage(self):
        self.file.write_bytes(self.whole[: len(self.whole) // 2])

    def remove(self, *more):
        return self.rig.stskey("mfa", "remove", URI, *more, env=self.shown())

    def test_removed_although_damaged(self):
        """Which must not be for good before somebody has said so."""
        self.damage()
        self.refused(self.remove(), rig.USAGE, "damaged.*--yes")
        self.assertTrue(self.file.exists())
        result = self.good(self.remove("--yes"))
        self.assertRegex(result.err, "damaged(.|\n)*gone(.|\n)*is lost")
        self.assertFalse(self.file.exists())
        self.refused(self.remove("--yes"), rig.NOTFOUND, "nothing is sealed")

    def test_listed_although_damaged(self):
        """What is wrong is said, and no new device advised; others are shown."""
        self.damage()
        verbs = (("mfa", "list"), ("key", "list", "--to", "sealed:"))
        for verb in verbs:
            result = self.good(self.rig.stskey(*verb, env=self.shown()))
            self.assertNotIn(URI, result.out)
            said = f"\\Astskey: warning: the sealed file '{self.file}' [^\n]*damaged[^\n]*\n\\Z"
            self.assertRegex(result.err, said)
        second = self.file.with_name("zz")
        second.write_bytes(self.whole.replace(NAME.encode(), b"zz"))
        second.chmod(0o600)
        self.addCleanup(second.unlink)
        for verb in verbs:
            result = self.good(self.rig.stskey(*verb, env=self.shown()))
            self.assertRegex(result.out, "(?m)^sealed:zz  ")
            self.assertIn("damaged", result.err)

    def test_asked_whether_damaged_goes(self):
        self.damage()
        for answer, words in (("n", "nothing was removed"), ("y", "is lost")):
            child = self.rig.pty("mfa", "remove", URI, env=self.shown())
            child.expect("damaged.*for good.*what it sealed.*y/N")
            child.sendline(answer)
            child.expect(words)
            child.expect(rig.pexpect_eof())
            self.assertEqual(self.file.exists(), answer == "n")


if __name__ == "__main__":
    rig.main()
