#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A seal on a second FIDO2 key: whole, or nothing has changed."""

import json
import os
import signal
import threading

import fido
import procs
import rig
from touching import FIDO_PIN, NAME, URI, Touching

SECOND_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


class Copying(Touching):
    def setUp(self):
        super().setUp()
        self.whole = self.file.read_bytes()
        self.addCleanup(self.restore)

    def restore(self):
        self.file.parent.chmod(0o700)
        self.file.unlink(missing_ok=True)
        self.file.write_bytes(self.whole)
        self.file.chmod(0o600)

    def other(self, name="other", **switches):
        # A folder for each: a key remembers its PIN.
        key = fido.FidoKey(self.rig.folder / "fido" / self.id(), name, **switches)
        self.addCleanup(key.stop)
        return key

    def copy(self, *keys, more=(), **options):
        argv = ("mfa", "copy", "--name", NAME, *more)
        return self.rig.stskey(*argv, env=dict(self.shown(*keys), **options))

    def start_copy(self, *keys, **options):
        argv = ("mfa", "copy", "--name", NAME)
        return self.rig.start_stskey(*argv, env=dict(self.shown(*keys), **options))

    def unchanged(self):
        self.assertEqual(self.file.read_bytes(), self.whole)
        # No half of a file beside it.
        names = [p.name for p in self.file.parent.iterdir()]
        self.assertEqual([n for n in names if n != NAME and n != "second"], [])

    def opens(self, *keys):
        for key in keys:
            self.rig.fresh()
            self.good(self.call(env=self.shown(key)))

    def test_whole(self):
        other = self.other()
        self.good(self.copy(self.desk, other))
        before, after = json.loads(self.whole), self.sealed()
        self.assertEqual(len(after["seals"]), 2)
        for name in ("salt", "closed"):
            self.assertNotEqual(before["seals"][0][name], after["seals"][0][name])
        for name in ("credential_id", "aaguid", "device", "user_verification"):
            self.assertEqual(before["seals"][0][name], after["seals"][0][name])
        # One touch opens and renews; two make the new seal.
        self.assertEqual((self.desk.blinks(), other.blinks()), (1, 2))
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.opens(self.desk, other)

    def test_old_file_still_opens(self):
        """A copy of the file from before is as good as it was."""
        other = self.other()
        self.good(self.copy(self.desk, other))
        self.file.write_bytes(self.whole)
        self.opens(self.desk)

    def test_other_habits(self):
        other = self.other(**fido.OTHER_HABITS)
        self.good(self.copy(self.desk, other))
        self.opens(self.desk, other)
        self.assertEqual(
            self.sealed()["seals"][1]["aaguid"], fido.OTHER_HABITS["aaguid"]
        )

    def test_many(self):
        """Each finds the next key by what it does not hold yet; the ids of all would
        be too long for a message."""
        keys = [self.desk]
        keys += [self.other(f"key{n}", **fido.OTHER_HABITS) for n in range(7)]
        for n in range(1, len(keys)):
            self.desk.touch("auto")
            self.good(self.copy(self.desk, keys[n]))
        self.assertEqual(len(self.sealed()["seals"]), len(keys))
        self.opens(*keys)

    def test_names(self):
        """Of no encoding, or too long: cut, and nowhere inside a character."""
        for name, kept in (
            (os.fsdecode(b"caf\xe9"), "caf?"),
            ("x" + "é" * 30, "x" + "é" * 28),
        ):
            self.restore()
            # The path of a socket has 107 bytes.
            other = fido.FidoKey(self.rig.folder / "f", name)
            self.addCleanup(other.stop)
            self.good(self.copy(self.desk, other))
            self.assertEqual(self.sealed()["seals"][1]["device"], f"Test {kept}")
            self.opens(self.desk, other)

    def test_too_many(self):
        document = json.loads(self.whole)
        document["seals"] *= 8
        self.file.write_text(json.dumps(document))
        result = self.copy(self.desk, self.other())
        self.assertEqual(result.rc, rig.CONFIG, result)
        self.assertRegex(result.err, "^stskey: ")
        self.assertEqual(len(self.sealed()["seals"]), 8)

    def test_to_a_token(self):
        """What holds a secret itself seals none: said before it is looked for."""
        for to in ("oath:", "pkcs11:token=desk", "oath:serial=1"):
            result = self.copy(self.desk, more=("--to", to))
            self.refused(result, rig.USAGE, "one more FIDO2 key.*--to fido:")
        self.assertTrue(self.desk.blinked(0))

    def test_pin(self):
        """The new key wants its PIN, the old one a touch as before."""
        path = self.rig.write_pin("fido", FIDO_PIN)
        other = self.other(pin=FIDO_PIN)
        result = self.copy(
            self.desk,
            other,
            more=("--pin", "--to", f"fido:?pin-source=file:{path}"),
        )
        self.good(result)
        self.assertEqual(
            [s["user_verification"] for s in self.sealed()["seals"]], [False, True]
        )
        self.opens(self.desk)
        self.config(stskey_mfa=f"{URI}?pin-source=file:{path}")
        self.opens(other)

    def test_wrong_pin(self):
        path = self.rig.write_pin("fido", "000000")
        other = self.other(pin=FIDO_PIN)
        result = self.copy(
            self.desk,
            other,
            more=("--pin", "--to", f"fido:?pin-source=file:{path}"),
        )
        self.refused(result, rig.PIN_REFUSED, "'Test other' refused the PIN")
        self.assertEqual(other.events("pin"), ["wrong"])
        self.unchanged()

    def test_killed(self):
        """Wherever it is, the old file stands."""
        other = self.other()
        for blinks in ((1, 0), (1, 1), (1, 2)):
            for key in (self.desk, other):
                key.forget()
                key.touch("never")
            child = self.start_copy(self.desk, other)
            self.desk.wait_for("blink")
            if blinks[1]:
                self.desk.touch("once")
                other.wait_for("blink")
            if blinks[1] == 2:
                other.touch("once")
                other.wait_for("blink", 2)
            os.kill(child.pid, signal.SIGKILL)
            self.end(child)
            for key in (self.desk, other):
                procs.until(lambda k=key: not k.is_blinking(), 1, "it blinks on")
            with self.subTest(blinks=blinks):
                self.unchanged()
        self.desk.touch("auto")
        self.opens(self.desk)

    def test_pulled_out(self):
        other = self.other()
        other.touch("never")
        child = self.start_copy(self.desk, other)
        other.wait_for("blink")
        other.unplug()
        self.refused(self.end(child), rig.TOKEN, "'Test other'", "unplugged")
        self.unchanged()

    def test_lies(self):
        """A new key that is broken spoils nothing."""
        for kind in (
            *("short-secret", "long-secret", "no-secret", "wrong-flags"),
            *("garbage", "truncated", "huge"),
        ):
            other = self.other(f"lies-{kind}", lie=kind)
            result = self.copy(self.desk, other)
            with self.subTest(kind=kind):
                rc = rig.PIN_REFUSED if kind == "wrong-flags" else rig.TOKEN
                self.assertEqual(result.rc, rc, result)
                self.assertRegex(result.err, rf"\Astskey: [^\n]*Test lies-{kind}[^\n]*\n\Z")
                self.unchanged()
            other.stop()

    READ_ONLY = (
        'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    )

    def test_nowhere_to_write(self):
        """Not even for root."""
        other = self.other()
        argv = [rig.STSKEY, "mfa", "copy", "--name", NAME]
        alone = ["unshare", "-r", "-m", "sh", "-c"]
        if self.rig.run([*alone, self.READ_ONLY, self.file.parent, "true"]).rc != 0:
            self.skipTest("no mounts of our own here")
        result = self.rig.run(
            [*alone, self.READ_ONLY, self.file.parent, *argv],
            env=self.shown(self.desk, other),
        )
        self.refused(result, rig.SYS, "sealed", "(?i)read-only")
        self.unchanged()
        # Nobody was asked in vain.
        self.assertEqual(self.desk.blinks() + other.blinks(), 0)
        argv = [rig.STSKEY, "mfa", "import", "--to", "fido:", "--name", "more"]
        result = self.rig.run(
            [*alone, self.READ_ONLY, self.file.parent, *argv]
            + ["--serial-number", rig.SERIAL],
            input=rig.SEED + "\n",
            env=self.shown(self.desk),
        )
        self.refused(result, rig.SYS, "sealed", "(?i)read-only")
        self.assertEqual(self.desk.blinks(), 0)

    def test_right_key_comes_later(self):
        """The new one first, and then the one that opens it."""
        other = self.other()
        self.desk.unplug()
        try:
            child = self.rig.pty(
                "mfa", "copy", "--name", NAME, env=self.shown(other, self.desk)
            )
            child.expect(r"plug in desk-key \(Test desk\)")
            self.assertEqual(other.blinks(), 0)
        finally:
            self.desk.plug()
        child.expect("is sealed to Test desk, Test other now")
        child.expect(rig.pexpect_eof())
        self.opens(self.desk, other)

    def test_alone(self):
        """Without a terminal what it waits for is said all the same, and it ends."""
        self.config(stskey_timeout_seconds=4)
        result = self.copy(self.other())
        self.refused(result, rig.NOTFOUND, "no FIDO2 key that can serve came in time")
        self.assertRegex(result.err, r"(?m)^stskey: plug in desk-key \(Test desk\)")
        self.assertLess(result.seconds, procs.patience(50))
        self.unchanged()

    def test_two_at_once(self):
        """One after the other; neither seal is lost."""
        others = [self.other(f"key{n}") for n in range(2)]
        children = [self.start_copy(self.desk, other) for other in others]
        for child in children:
            self.good(self.end(child))
        self.assertEqual(
            sorted(s["device"] for s in self.sealed()["seals"]),
            ["Test desk", "Test key0", "Test key1"],
        )
        self.opens(self.desk, *others)

    def test_beside_a_session(self):
        """A session is asked for while the seal is being renewed."""
        other = self.other()
        results = []
        thread = threading.Thread(
            target=lambda: results.append(self.copy(self.desk, other))
        )
        thread.start()
        self.good(self.call())
        thread.join()
        self.good(results[0])
        self.opens(self.desk, other)

    def test_entry_of_another_file(self):
        """What the same two keys hold of another secret is not this one."""
        other = self.other()
        self.good(self.copy(self.desk, other))
        made = self.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", "second"),
            *("--serial-number", rig.SERIAL),
            input=SECOND_SEED + "\n",
            env=self.shown(other),
        )
        self.good(made)
        second = json.loads(self.file.with_name("second").read_text())
        document = self.sealed()
        document["seals"][1] = second["seals"][0]
        self.file.write_text(json.dumps(document))
        self.rig.fresh()
        self.refused(
            self.call(env=self.shown(other)), rig.TOKEN, "does not open what was sealed"
        )
        self.assertEqual(self.posts(), 0)
        # The other entry is as good as ever.
        self.opens(self.desk)


if __name__ == "__main__":
    rig.main()
