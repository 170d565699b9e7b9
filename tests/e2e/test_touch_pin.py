#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The PIN of a FIDO2 key: asked once, tried once, and never another's."""

import fido
import rig
from touching import FIDO_PIN, NAME, URI, Touching


class WithPin(Touching):
    """A key whose every use wants its PIN."""

    SWITCHES = {"pin": FIDO_PIN}

    @classmethod
    def imported(cls):
        child = cls.rig.pty(
            *("mfa", "import", "--to", "fido:", "--name", NAME, "--pin"),
            *("--serial-number", rig.SERIAL),
            env=cls.desk.env,
        )
        child.expect("seed[^\r\n]*:")
        child.sendline(rig.SEED)
        child.expect("'Test desk' wants its PIN")
        child.expect("tries are left")
        child.expect("PIN[^\r\n]*:")
        child.sendline(FIDO_PIN)
        child.expect(f"stskey_mfa = {URI}")
        child.expect(rig.pexpect_eof())

    def setUp(self):
        super().setUp()
        if not self.desk.is_foreign:
            self.heal()

    def heal(self):
        """All tries again."""
        self.desk.replug(retries=8)
        self.desk.forget()

    def typed(self, pin, *expected):
        child = self.rig.pty("login", "--profile", "dev", env=self.shown())
        child.expect("PIN[^\r\n]*:")
        child.sendline(pin)
        for words in expected:
            child.expect(words)
        child.expect(rig.pexpect_eof())
        self.assertNotIn(pin, child.before)
        child.close()
        return child.exitstatus

    def test_file(self):
        self.assertIs(self.sealed()["seals"][0]["user_verification"], True)

    def test_good(self):
        self.assertEqual(self.typed(FIDO_PIN, "dev: until"), 0)
        self.assertTrue(self.desk.blinked(1))

    def test_wrong(self):
        self.heal()
        self.assertEqual(
            self.typed("000000", "refused the PIN, and 7 tries are left"),
            rig.PIN_REFUSED,
        )
        self.assertEqual(self.desk.events("pin"), ["wrong"])
        self.assertEqual(self.desk.blinks(), 0)

    def test_not_sent(self):
        for pin in ("123", "x" * 64):
            self.assertEqual(
                self.typed(pin, "has 4 to 63 bytes, so this one was not tried"),
                rig.PIN_REFUSED,
            )
        self.assertEqual(self.desk.events("pin"), [])

    def test_three_wrong(self):
        self.heal()
        for _ in range(2):
            self.typed("000000", "refused the PIN")
        self.typed("000000", "takes no PIN after three wrong ones|refused the PIN")
        self.assertEqual(
            self.typed(FIDO_PIN, "until it has been unplugged"), rig.PIN_REFUSED
        )
        self.desk.replug()
        self.assertEqual(self.typed(FIDO_PIN, "dev: until"), 0)

    def test_last_try(self):
        self.heal()
        self.desk.replug(retries=1)
        child = self.rig.pty("login", "--profile", "dev", env=self.shown())
        child.expect("last try")
        child.expect(r"\(yes or no\):")
        child.sendline("no")
        child.expect("left alone")
        child.expect(rig.pexpect_eof())
        self.assertEqual(self.desk.events("pin"), [])
        child = self.rig.pty("login", "--profile", "dev", env=self.shown())
        child.expect(r"\(yes or no\):")
        child.sendline("yes")
        child.expect("PIN[^\r\n]*:")
        child.sendline("000000")
        child.expect("blocked for good")
        child.expect(rig.pexpect_eof())
        self.refused(
            self.call(),
            rig.PIN_REFUSED,
            "blocked for good",
            f"fido2-token -R {self.desk.path}`",
        )

    def test_nobody(self):
        """The PIN that the profile keeps for its other token is not sent."""
        self.refused(self.call(), rig.PIN_REFUSED, "nobody can be asked")
        self.assertEqual(self.desk.events("pin"), [])

    def test_source(self):
        path = self.rig.write_pin("fido", FIDO_PIN)
        self.config(stskey_mfa=f"{URI}?pin-source=file:{path}")
        self.good(self.call())
        self.assertEqual(self.desk.events("pin"), ["right"])

    def test_wrong_source(self):
        self.heal()
        path = self.rig.write_pin("fido", "000000")
        self.config(stskey_mfa=f"{URI}?pin-source=file:{path}")
        self.refused(self.call(), rig.PIN_REFUSED, "7 tries are left")
        self.refused(self.call(), rig.PIN_REFUSED, "was refused before")
        self.assertEqual(self.desk.events("pin"), ["wrong"])


class OtherHabits(WithPin):
    SWITCHES = {"pin": FIDO_PIN, **fido.OTHER_HABITS}


class Policies(Touching):
    """What a key wants, and what was asked for when it was enrolled."""

    def other(self, **switches):
        # A folder for each: a key remembers its PIN.
        folder = self.rig.folder / "fido" / self.id()
        key = fido.FidoKey(folder, "other", **switches)
        self.addCleanup(key.stop)
        return key

    def imports(self, key, name, *more):
        child = self.rig.pty(
            *("mfa", "import", "--to", "fido:", "--name", name, *more),
            *("--serial-number", rig.SERIAL),
            env=self.shown(key),
        )
        child.expect("seed[^\r\n]*:")
        child.sendline(rig.SEED)
        return child

    def test_none_set(self):
        other = self.other()
        child = self.imports(other, "unset", "--pin")
        # The command as it is to be typed.
        child.expect(f"set one with `fido2-token -S {other.path}` and run")
        child.expect(rig.pexpect_eof())

    def test_for_making_only(self):
        """Older keys with a PIN want it to make a credential at all."""
        key = self.other(pin=FIDO_PIN, make_uv_required=True)
        child = self.imports(key, "made")
        child.expect("PIN[^\r\n]*:")
        child.sendline(FIDO_PIN)
        child.expect("stskey_mfa = sealed:made")
        child.expect(rig.pexpect_eof())
        self.config(stskey_mfa="sealed:made")
        self.good(self.call(env=self.shown(key)))

    def test_always(self):
        key = self.other(pin=FIDO_PIN, always_uv=True)
        child = self.imports(key, "always")
        child.expect("PIN[^\r\n]*:")
        child.sendline(FIDO_PIN)
        child.expect("warning: [^\r\n]*always wants its PIN")
        child.expect("stskey_mfa = sealed:always")
        child.expect(rig.pexpect_eof())
        text = self.file.with_name("always").read_text()
        self.assertIn('"user_verification": true', text)

    def test_always_and_asked_for(self):
        """Nothing needs to be said; of a copy made without --pin it does."""
        key = self.other(pin=FIDO_PIN, always_uv=True)
        child = self.imports(key, "asked", "--pin")
        child.expect("PIN[^\r\n]*:")
        child.sendline(FIDO_PIN)
        child.expect("stskey_mfa = sealed:asked")
        self.assertNotIn("warning", child.before)
        child.expect(rig.pexpect_eof())
        self.desk.touch("auto")
        copy = self.rig.pty(
            *("mfa", "copy", "--name", NAME, "--to", "fido:"),
            env=self.shown(self.desk, key),
        )
        copy.expect("PIN[^\r\n]*:")
        copy.sendline(FIDO_PIN)
        copy.expect("warning: [^\r\n]*always wants its PIN")
        copy.expect("is sealed to")
        copy.expect(rig.pexpect_eof())

    def test_switched_on(self):
        """Enrolled by a touch alone; then it wants the PIN always."""
        key = self.other(pin=FIDO_PIN)
        child = self.imports(key, "switched")
        child.expect("stskey_mfa = sealed:switched")
        child.expect(rig.pexpect_eof())
        key.replug(always_uv=True)
        self.config(stskey_mfa="sealed:switched")
        self.refused(
            self.call("--timeout", "5", env=self.shown(key)),
            rig.PIN_REFUSED,
            "Test other",
            "--pin",
        )
        self.assertEqual(self.posts(), 0)


if __name__ == "__main__":
    rig.main()
