#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A touch makes the MFA code: once a session, said, and called off in time."""

import os
import re
import signal
import stat

import fido
import procs
import rig
from touching import NAME, URI, Touching

# How soon a key stops blinking.
SOON = 1.0

NOTIFY = """#!/bin/sh
for word; do printf '%s\\n' "$word"; done >> "$NOTIFY_LOG"
echo -- >> "$NOTIFY_LOG"
echo 42
"""


class Job(Touching):
    def test_session(self):
        first = self.good(self.call()).json()
        self.assertEqual(first["Version"], 1)
        self.assertEqual(self.good(self.call()).json(), first)
        self.assertEqual(self.posts(), 1)
        if not self.desk.is_foreign:
            self.assertEqual(self.desk.events("touch"), ["get"])

    def test_aws(self):
        said = self.rig.run(
            ["aws", "--endpoint-url", self.rig.url, "sts", "get-caller-identity"]
            + ["--profile", "admin"],
            env=self.shown(),
        )
        self.good(said)
        self.assertIn(":assumed-role/Admin/dev", said.out)

    def test_says_how_it_is_held(self):
        listed = self.good(self.rig.stskey("mfa", "list", env=self.shown()))
        self.assertIn(URI, listed.out)
        self.assertIn(rig.SERIAL, listed.out)
        status = self.good(self.call(verb=("status",)))
        self.assertIn(f"{rig.SERIAL} from {URI}", status.out)

    def test_code(self):
        said = self.good(self.call(verb=("mfa", "code")))
        self.assertRegex(said.out, r"\A\d{6}\n\Z")
        self.assertRegex(said.err, r"for \d+ more seconds")
        # It is on record: nothing else gets that one.
        self.assertTrue(list((self.rig.state / "stskey" / "step").iterdir()))

    def test_code_for_nobody(self):
        """Its standard output is closed: the code is lost, and that is said."""
        lost = self.rig.run(
            ["sh", "-c", '"$@" >&-', "sh", rig.STSKEY, "mfa", "code"]
            + ["--profile", "dev"],
            env=self.desk.env,
        )
        self.refused(lost, rig.SYS, "standard output")

    def test_seconds_of_a_code(self):
        """By the clock that it was made by."""
        self.sts.control({"clock_offset": 3600})
        self.addCleanup(self.sts.control, {"clock_offset": 0})
        self.good(self.call(verb=("login",)))
        said = self.good(self.call(verb=("mfa", "code")))
        seconds = int(re.search(r"for (-?\d+) more seconds", said.err)[1])
        self.assertIn(seconds, range(0, 31))

    def test_another_machine(self):
        """The file, the key, and nothing else of the old machine."""
        other = self.rig.folder / "other-data"
        (other / "stskey" / "sealed").mkdir(parents=True, mode=0o700)
        for folder in (other, other / "stskey", other / "stskey" / "sealed"):
            folder.chmod(0o700)
        copy = other / "stskey" / "sealed" / NAME
        copy.write_bytes(self.file.read_bytes())
        copy.chmod(0o600)
        self.good(self.call(env={"XDG_DATA_HOME": other}))


class OtherHabits(Job):
    SWITCHES = fido.OTHER_HABITS


class SealedKey(Touching):
    """The access key too: nothing but a FIDO2 key on the desk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.rig.stskey(
            *("key", "import", "--to", "fido:", "--name", "work-key"),
            *("--access-key-id", rig.KEY_ID),
            input=rig.SECRET + "\n",
            env=dict(cls.rig.enrolling, **cls.desk.env),
        )
        if result.rc != 0 or "stskey_key = sealed:work-key" not in result.out:
            raise AssertionError(result)

    def test_both(self):
        self.config(stskey_key="sealed:work-key")
        self.good(self.call())
        # One for the code and one for the signature, never a third.
        if not self.desk.is_foreign:
            self.assertEqual(self.desk.blinks(), 2)
        status = self.good(self.call(verb=("status",)))
        self.assertIn(
            "sealed: the secret is in memory for the time of one signature",
            status.out,
        )


class Finger(Touching):
    def setUp(self):
        super().setUp()
        self.desk.touch("never")

    def test_nobody(self):
        self.config(stskey_touch_seconds=5)
        self.refused(self.call(), rig.TOUCH, "Test desk", "not touched in time")
        self.assertFalse(self.desk.is_blinking())
        self.assertEqual(self.posts(), 0)
        self.desk.touch("auto")
        self.good(self.call())

    def called_off(self, number):
        child = self.begin()
        self.desk.wait_for("blink")
        begun = os.times().elapsed
        helpers = procs.helpers(child.pid)
        os.kill(child.pid, number)
        procs.until(lambda: not self.desk.is_blinking(), SOON, "it blinks on")
        self.assertLess(os.times().elapsed - begun, procs.patience(SOON))
        result = self.end(child)
        self.assertEqual(result.rc, -number, result)
        self.assertEqual(result.out, "")
        for pid in helpers.values():
            procs.until(lambda p=pid: not procs.alive(p), 2, "a helper lives on")
        self.assertEqual(self.posts(), 0)
        # Nothing is left locked, and no key busy.
        self.desk.touch("auto")
        self.good(self.call("--timeout", "20"))

    def test_nobody_by_configuration(self):
        """As under a service: at once, and it does not blink."""
        self.desk.touch("never")
        result = self.call(env={"STSKEY_PROMPT": "none"})
        self.refused(result, rig.TOUCH, "'Test desk'", "stskey_prompt is none")
        self.assertIn("`stskey login`", result.err)
        self.assertFalse(self.desk.is_blinking())
        self.assertTrue(self.desk.blinked(0))
        self.assertEqual(self.posts(), 0)
        self.desk.touch("auto")
        self.good(self.call())
        # What is kept needs nobody.
        self.good(self.call(env={"STSKEY_PROMPT": "none"}))

    def test_ctrl_c(self):
        self.called_off(signal.SIGINT)

    def test_sigterm(self):
        self.called_off(signal.SIGTERM)

    def test_kill(self):
        self.called_off(signal.SIGKILL)

    def test_hangup(self):
        self.called_off(signal.SIGHUP)

    def test_storm(self):
        children = [self.begin() for _ in range(20)]
        self.desk.wait_for("blink")
        self.desk.touch("auto")
        results = [self.end(child) for child in children]
        for result in results:
            self.good(result)
        self.assertEqual(len({r.out for r in results}), 1)
        self.assertEqual(self.desk.blinks(), 1)
        self.assertEqual(self.posts(), 1)

    def test_storm_refused(self):
        # Long enough for all to come before it is over.
        self.config(stskey_touch_seconds=10)
        results = [self.end(c) for c in [self.begin() for _ in range(20)]]
        for result in results:
            self.refused(result, rig.TOUCH, "not touched in time")
        self.assertEqual(len({r.err for r in results}), 1)
        self.assertEqual(self.desk.blinks(), 1)

    def test_own_time_is_not_shared(self):
        """Who had less time to wait for a touch speaks for itself alone."""
        holder = self.begin("--timeout", "6")
        self.desk.wait_for("blink")
        waiter = self.begin()
        self.assertEqual(self.end(holder).rc, rig.TOUCH)
        self.desk.touch("auto")
        self.good(self.end(waiter))

    def test_terminal(self):
        child = self.rig.pty("login", "--profile", "dev", env=self.shown())
        child.expect(
            r"touch 'Test desk' for profile 'dev', asked for by "
            r"[^\r\n]* \(pid \d+\)[^\r\n]*?(\d+) s"
        )
        self.assertLessEqual(int(child.match[1]), 20)
        self.desk.touch("auto")
        child.expect("dev: until")
        child.expect(rig.pexpect_eof())


class Desktop(Touching):
    """SDKs swallow what is written: then the desktop says it."""

    def setUp(self):
        super().setUp()
        self.log = self.rig.folder / "notices"
        self.log.write_text("")
        bin_folder = self.rig.folder / "bin"
        bin_folder.mkdir(exist_ok=True)
        script = bin_folder / "notify-send"
        script.write_text(NOTIFY)
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        self.desktop = {
            "PATH": f"{bin_folder}:{self.rig.env['PATH']}",
            "NOTIFY_LOG": self.log,
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
        }

    def test_said_and_gone(self):
        self.desk.touch("never")
        child = self.begin(env=self.desktop)
        self.desk.wait_for("blink")
        procs.until(lambda: "Test desk" in self.log.read_text(), 60, "no notice")
        said = self.log.read_text()
        self.assertIn("touch 'Test desk' for profile 'dev', asked for by", said)
        self.assertIn(f"(pid {os.getpid()})", said)
        self.assertNotIn("--replace-id", said)
        self.desk.touch("auto")
        result = self.good(self.end(child))
        self.assertEqual(result.json()["Version"], 1)
        self.assertEqual(result.err, "")
        self.assertIn("--replace-id=42", self.log.read_text())

    def test_role(self):
        self.config()
        self.rig.write_config(
            self.rig.dev(stskey_mfa=URI),
            self.rig.role(stskey_role_direct="true"),
        )
        self.good(
            self.rig.stskey(
                *("credentials", "--profile", "admin"),
                env=dict(self.shown(), **self.desktop),
            )
        )
        self.assertIn(f"profile 'admin', role {rig.ADMIN}", self.log.read_text())

    def test_none(self):
        """No desktop, no terminal: it works all the same."""
        result = self.good(self.call(env={"NOTIFY_LOG": self.log}))
        self.assertEqual(result.err, "")
        self.assertEqual(self.log.read_text(), "")


if __name__ == "__main__":
    rig.main()
