#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The PIN of a FIDO2 key where it is stored, shared, cut off, or one of two."""

import os
import signal

import fido
import procs
import rig
from touching import FIDO_PIN, NAME, URI, Touching

WRONG = "000000"


def stored_import(cls):
    """Whoever imports without a terminal gives the PIN in the URI."""
    path = cls.rig.write_pin("fido", FIDO_PIN)
    result = cls.rig.stskey(
        *("mfa", "import", "--to", f"fido:?pin-source=file:{path}"),
        *("--name", NAME, "--pin", "--serial-number", rig.SERIAL),
        input=rig.SEED + "\n",
        env=cls.desk.env,
    )
    if result.rc != 0:
        raise AssertionError(result)


class Stored(Touching):
    """The seal was made with the PIN, which comes from a file."""

    SWITCHES = {"pin": FIDO_PIN}

    @classmethod
    def imported(cls):
        stored_import(cls)

    def setUp(self):
        super().setUp()
        self.desk.replug(retries=8)
        self.desk.replug(retries=None)
        self.desk.forget()
        self.stored(FIDO_PIN)

    def stored(self, pin):
        path = self.rig.write_pin("fido", pin)
        self.config(stskey_mfa=f"{URI}?pin-source=file:{path}")

    def tried(self):
        return self.desk.events("pin")

    def test_right(self):
        self.good(self.call())
        self.assertEqual(self.tried(), ["right"])
        self.assertEqual(self.desk.blinks(), 1)

    def test_not_sent(self):
        """Of a wrong length: that would cost a try for nothing."""
        for pin in ("123", "x" * 64, "\u00e9"):
            self.rig.fresh()
            self.stored(pin)
            self.refused(self.call(), rig.PIN_REFUSED, "4 to 63 bytes")
        self.assertEqual(self.tried(), [])

    def test_sent(self):
        """The longest and the shortest that may be."""
        for pin in ("x" * 63, "1234"):
            self.rig.fresh()
            self.stored(pin)
            self.refused(self.call(), rig.PIN_REFUSED, "refused the PIN")
        self.assertEqual(self.tried(), ["wrong"] * 2)

    def test_storm(self):
        """Twenty programs, one wrong PIN: one try."""
        self.stored(WRONG)
        results = [self.end(c) for c in [self.begin() for _ in range(20)]]
        for result in results:
            self.refused(result, rig.PIN_REFUSED)
        self.assertEqual(self.tried(), ["wrong"])
        self.assertEqual(self.desk.blinks(), 0)

    def test_third_in_a_row(self):
        """That it was the third hides from nobody that it was wrong."""
        for pin in ("111111", "222222", WRONG):
            self.stored(pin)
            self.refused(self.call(), rig.PIN_REFUSED)
        self.assertEqual(self.tried(), ["wrong"] * 3)
        self.desk.replug()
        self.refused(self.call(), rig.PIN_REFUSED, "was refused before")
        self.assertEqual(self.tried(), ["wrong"] * 3)

    def test_right_one_after_three(self):
        """It was not looked at: after the next plug it is as good as before."""
        for pin in ("111111", "222222", WRONG):
            self.stored(pin)
            self.refused(self.call(), rig.PIN_REFUSED)
        self.stored(FIDO_PIN)
        self.refused(self.call(), rig.PIN_REFUSED, "until it has been unplugged")
        self.desk.replug()
        self.good(self.call())
        self.assertEqual(self.tried(), ["wrong"] * 3 + ["right"])

    def test_last_try(self):
        """A stored PIN is not used for it."""
        self.desk.replug(retries=1)
        self.refused(self.call(), rig.PIN_REFUSED, "one try left|last try")
        self.assertEqual(self.tried(), [])

    def test_retry_pin(self):
        self.stored(WRONG)
        self.refused(self.call(), rig.PIN_REFUSED)
        self.refused(self.call("--retry-pin"), rig.PIN_REFUSED, "6 tries are left")
        self.refused(self.call(), rig.PIN_REFUSED, "was refused before")
        self.assertEqual(self.tried(), ["wrong"] * 2)

    def test_killed_while_it_blinks(self):
        """The PIN was right; that is not forgotten, and not held against it."""
        self.desk.touch("never")
        child = self.begin()
        self.desk.wait_for("blink")
        os.kill(child.pid, signal.SIGTERM)
        self.end(child)
        self.desk.touch("auto")
        self.good(self.call())
        self.assertEqual(self.tried(), ["right"] * 2)

    def test_not_touched(self):
        """No touch says nothing against the PIN."""
        self.desk.touch("never")
        text = self.rig.config_file.read_text()
        self.rig.write_config(
            text.replace("stskey_touch_seconds = 20", "stskey_touch_seconds = 5")
        )
        self.refused(self.call(), rig.TOUCH, "not touched in time")
        self.desk.touch("auto")
        self.good(self.call())

    def test_profile_source_is_another_token_s(self):
        """Not even where it would be right."""
        path = self.rig.write_pin("other", FIDO_PIN)
        self.config(stskey_pin_source=f"file:{path}", stskey_key=self.rig.key_uri)
        self.refused(self.call(), rig.PIN_REFUSED)
        self.refused(
            self.call("--pin-source", f"file:{path}"), rig.PIN_REFUSED
        )
        self.refused(
            self.call(env={"STSKEY_PIN_SOURCE": f"file:{path}"}), rig.PIN_REFUSED
        )
        self.assertEqual(self.tried(), [])


class Habits(Stored):
    SWITCHES = {"pin": FIDO_PIN, **fido.OTHER_HABITS}


class Asked(Touching):
    """On a terminal."""

    SWITCHES = {"pin": FIDO_PIN}

    @classmethod
    def imported(cls):
        stored_import(cls)

    def asked(self, *words):
        child = self.rig.pty("login", "--profile", "dev", env=self.shown())
        for word in words:
            child.expect(word)
        child.expect("PIN[^\r\n]*: ?")
        return child

    def ended(self, child):
        child.expect(rig.pexpect_eof())
        child.close()
        return child.exitstatus

    def test_who_and_what_for(self):
        child = self.asked(
            "'Test desk' wants its PIN for profile 'dev', asked for by .*pid"
        )
        child.sendline(FIDO_PIN)
        self.assertEqual(self.ended(child), 0)

    def test_ctrl_c(self):
        self.desk.forget()
        child = self.asked()
        child.sendintr()
        child.expect(rig.pexpect_eof())
        child.close()
        self.assertEqual(child.signalstatus, signal.SIGINT)
        self.assertEqual(self.desk.events("pin"), [])
        self.assertEqual(self.desk.blinks(), 0)

    def test_nothing_typed(self):
        self.desk.forget()
        child = self.asked()
        child.sendline("")
        child.expect("no PIN was entered")
        self.assertEqual(self.ended(child), rig.PIN_REFUSED)
        self.assertEqual(self.desk.events("pin"), [])

    def test_too_long(self):
        """Longer than any PIN is, and not the same as none."""
        self.desk.forget()
        child = self.asked()
        child.sendline("1" * 300)
        child.expect("a PIN has at most 256 bytes")
        self.assertEqual(self.ended(child), rig.PIN_REFUSED)
        self.assertEqual(self.desk.events("pin"), [])

    def test_unplugged_at_the_prompt(self):
        child = self.asked()
        self.desk.unplug()
        try:
            child.sendline(FIDO_PIN)
            child.expect("stskey: .*was unplugged or stopped answering: put it in")
            self.assertEqual(self.ended(child), rig.TOKEN)
        finally:
            self.desk.plug()

    def test_background(self):
        """A job that cannot be seen is told where it can be asked."""
        import pexpect  # pylint: disable=import-outside-toplevel

        child = pexpect.spawn(
            "/bin/bash",
            ["--norc", "--noprofile", "-i"],
            env=self.rig.environment(dict(self.shown(), PS1="ready> ")),
            timeout=60,
            encoding="utf-8",
            dimensions=(24, 200),
        )
        self.rig.children.append(child)
        child.expect("ready> ")
        child.sendline(f"{rig.STSKEY} credentials --profile dev & wait $!; echo rc=$?")
        child.expect("nobody can be asked[^\r\n]*stskey login")
        child.expect(f"rc={rig.PIN_REFUSED}")


class TwoKeys(Touching):
    """One seal wants the PIN of its key, the other a touch alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.safe = cls.new_key("safe", pin=FIDO_PIN)
        path = cls.rig.write_pin("fido", FIDO_PIN)
        result = cls.rig.stskey(
            *("mfa", "copy", "--name", NAME, "--pin"),
            *("--to", f"fido:?pin-source=file:{path}"),
            env=fido.fido_env([cls.desk, cls.safe]),
        )
        if result.rc != 0:
            raise AssertionError(result)

    def setUp(self):
        super().setUp()
        self.safe.touch("never")
        self.safe.forget()
        self.both = self.shown(self.desk, self.safe)

    def test_each_has_its_policy(self):
        self.assertEqual(
            [s["user_verification"] for s in self.sealed()["seals"]], [False, True]
        )

    def test_without(self):
        """The one without a PIN is chosen: nobody is asked for any."""
        self.good(self.call(env=self.both))
        self.assertEqual(self.safe.events("pin"), [])
        procs.until(lambda: not self.safe.is_blinking(), 1, "it blinks on")

    def test_with(self):
        self.desk.touch("never")
        child = self.rig.pty("login", "--profile", "dev", env=self.both)
        child.expect("touch 'Test desk or Test safe' to choose it")
        self.safe.touch("auto")
        child.expect("'Test safe' wants its PIN")
        child.expect("PIN[^\r\n]*: ?")
        child.sendline(FIDO_PIN)
        child.expect("dev: until")
        child.expect(rig.pexpect_eof())
        self.assertFalse(self.desk.is_blinking())

    def test_nobody_chooses(self):
        self.desk.touch("never")
        self.config(stskey_touch_seconds=5)
        self.refused(self.call(env=self.both), rig.TOUCH, "not touched in time")
        for key in (self.desk, self.safe):
            procs.until(lambda k=key: not k.is_blinking(), 1, "it blinks on")

    def test_called_off_while_choosing(self):
        self.desk.touch("never")
        for number in (signal.SIGINT, signal.SIGKILL):
            for key in (self.desk, self.safe):
                key.forget()
            child = self.begin(env=self.both)
            for key in (self.desk, self.safe):
                key.wait_for("blink")
            os.kill(child.pid, number)
            for key in (self.desk, self.safe):
                procs.until(lambda k=key: not k.is_blinking(), 1, "it blinks on")
            self.assertEqual(self.end(child).rc, -number)


if __name__ == "__main__":
    rig.main()
