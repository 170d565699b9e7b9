#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
The security key of the tests, shown to Debian's own fido2-token, fido2-cred
and fido2-assert: what it does, others believe too.
"""

import base64
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import procs
import rig
from fido import OTHER_HABITS, FidoKey, fido_env

HASH = base64.b64encode(b"h" * 32).decode()
ONE, TWO = b"1" * 32, b"2" * 32
UV = 0x04


def plain(text):
    return base64.b64decode(text, validate=True)


class Tools(unittest.TestCase):
    HABITS = {}
    NO_TOUCH = "FIDO_ERR_USER_ACTION_TIMEOUT"

    def setUp(self):
        if not shutil.which("fido2-token"):
            self.skipTest("fido2-tools is not installed")
        if not rig.FIDO_SHIM.exists():
            self.skipTest(f"{rig.FIDO_SHIM} is not built")
        folder = tempfile.TemporaryDirectory(prefix="stskey-fido-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def key(self, name="desk", **switches):
        key = FidoKey(self.folder, name, **dict(self.HABITS, **switches))
        self.addCleanup(key.stop)
        return key

    def file(self, lines):
        """A new one that holds these."""
        fd, name = tempfile.mkstemp(dir=self.folder)
        with open(fd, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
        return name

    def start(self, key, tool, *args, lines=(), pins=()):
        """Its parameters are in a file, PINs are typed."""
        argv = [tool, *args]
        if lines:
            argv += ["-i", self.file(lines)]
        child = subprocess.Popen(
            [str(a) for a in (*argv, *([f"sock:{key.socket}"] if key else []))],
            env=dict(os.environ, **fido_env([key] if key else [])),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # no terminal to ask at
        )
        with contextlib.suppress(BrokenPipeError):  # it says why in its words
            child.stdin.write("".join(f"{pin}\n" for pin in pins))
            child.stdin.close()
        child.stdin = None
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.kill()
        child.communicate()

    def finished(self, child, error=None):
        """Its lines; or it must fail with this error."""
        out, err = child.communicate(timeout=60)
        if error:
            self.assertEqual(child.returncode, 1, (out, err))
            self.assertRegex(err, error)
        else:
            self.assertEqual(child.returncode, 0, (out, err))
        return out.splitlines()

    def call(self, *args, error=None, **more):
        return self.finished(self.start(*args, **more), error)

    # -- what a person would do with a key

    def info(self, key):
        lines = [line.split(": ", 1) for line in self.call(key, "fido2-token", "-I")]
        return {pair[0]: pair[1] for pair in lines if len(pair) == 2}

    def retries(self, key):
        return int(self.info(key)["pin retries"])

    def set_pin(self, key, pin, **more):
        self.call(key, "fido2-token", "-S", pins=(pin, pin), **more)

    def enrol(self, key, *flags, pins=(), **more):
        """The id of a new credential."""
        lines = (HASH, "stskey", "me", base64.b64encode(b"me").decode())
        args = ("fido2-cred", "-M", "-h", *flags)
        made = self.call(key, *args, lines=lines, pins=pins, **more)
        if not made:
            return None
        self.made = made
        return made[4]

    def start_assert(self, key, credential, *flags, salt=ONE, pin=None):
        lines = [HASH, "stskey", credential]
        flags = ["-G", *flags]
        if salt:
            lines.append(base64.b64encode(salt).decode())
            flags.append("-h")
        if pin is not None:
            flags += ["-t", "pin=true"]
        pins = () if pin is None else (pin,)
        return self.start(key, "fido2-assert", *flags, lines=lines, pins=pins)

    def got(self, *args, error=None, **more):
        return self.finished(self.start_assert(*args, **more), error)

    def secret(self, *args, **more):
        """(hmac-secret, flags)"""
        lines = self.got(*args, **more)
        return plain(lines[-1]), plain(lines[2])[2 + 32]

    # -- tests

    def test_listed(self):
        keys = [self.key("desk"), self.key("second")]
        for shown in (keys, keys[1:], []):
            child = subprocess.run(
                ["fido2-token", "-L"],
                env=dict(os.environ, **fido_env([*shown])),
                capture_output=True,
                text=True,
                check=True,
            )
            lines = child.stdout.splitlines()
            self.assertEqual(len(lines), len(shown), lines)
            for key, line in zip(shown, lines):
                name = key.socket.stem
                self.assertRegex(line, rf"^(sock:)?{key.socket}(\.lock)?: .*\(Test {name}\)$")
            if shown == keys:
                keys[0].unplug()

    def test_unplugged(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            key = self.key(number.name)
            key.unplug(number)
            self.call(key, "fido2-token", "-I", error="INTERNAL")
            key.plug()
            self.assertEqual(self.retries(key), 8)

    def test_info(self):
        key = self.key()
        info = self.info(key)
        self.assertIn("FIDO_2_0", info["version strings"])
        self.assertIn("hmac-secret", info["extension strings"])
        self.assertIn("noclientPin", info["options"])
        self.assertEqual(info["pin retries"], "8")
        if key.is_foreign:
            return  # whose age is unknown
        if not self.HABITS:
            self.assertIn("FIDO_2_1", info["version strings"])
            self.assertEqual(info["pin protocols"], "2, 1")
            self.assertIn("makeCredUvNotRqd", info["options"])
        else:
            self.assertEqual(info["version strings"], "FIDO_2_0")
            self.assertEqual(info["pin protocols"], "1")
            self.assertNotIn("pinUvAuthToken", info["options"])
        other = self.key("b", aaguid="ab" * 16)
        self.assertEqual(self.info(other)["aaguid"], "ab" * 16)
        self.assertIn(", clientPin", self.info(self.key("c", pin="1234"))["options"])

    def test_credential_and_assertion_verify(self):
        key = self.key()
        credential = self.enrol(key)
        verified = self.call(None, "fido2-cred", "-V", "-h", lines=self.made)
        start = verified.index("-----BEGIN PUBLIC KEY-----")
        public = self.file(verified[start:])
        good = self.got(key, credential)[:4]
        data = bytearray(plain(good[2]))
        data[2 + 36] ^= 1  # the counter
        bad = [*good[:2], base64.b64encode(data).decode(), good[3]]
        for lines, error in ((good, None), (bad, "fido_assert_verify")):
            args = ("fido2-assert", "-V", "-h", "-i", self.file(lines), public)
            self.call(None, *args, error=error)

    def test_secret(self):
        for protocols in ("1", "2", "12"):
            key = self.key(f"by-{protocols}", pin_protocols=protocols)
            credential = self.enrol(key)
            one, flags = self.secret(key, credential)
            self.assertEqual((len(one), flags & UV), (32, 0))
            self.assertEqual(self.secret(key, credential)[0], one)
            two = self.secret(key, credential, salt=TWO)[0]
            self.assertNotEqual(two, one)
            both = self.secret(key, credential, salt=ONE + TWO)[0]
            self.assertEqual(both, one + two)
            self.assertNotEqual(self.secret(key, self.enrol(key))[0], one)

    def test_secret_of_a_pin(self):
        """With a PIN it is another, and neither changes with the PIN."""
        for protocols in ("1", "2"):
            key = self.key(f"by-{protocols}", pin_protocols=protocols)
            credential = self.enrol(key)
            without, _ = self.secret(key, credential)
            self.set_pin(key, "1234")
            self.assertEqual(self.secret(key, credential)[0], without)
            with_pin, flags = self.secret(key, credential, pin="1234")
            self.assertEqual(flags & UV, UV)
            self.assertNotEqual(with_pin, without)
            pins = ("1234", "678901", "678901")
            self.call(key, "fido2-token", "-C", pins=pins)
            self.assertEqual(self.secret(key, credential)[0], without)
            self.assertEqual(self.secret(key, credential, pin="678901")[0], with_pin)
            self.got(key, credential, pin="1234", error="PIN_INVALID")
            self.assertEqual(self.retries(key), 7)
            pins = ("1234", "2345", "2345")
            self.call(key, "fido2-token", "-C", pins=pins, error="PIN_INVALID")
            self.assertEqual(self.retries(key), 6)

    def test_pin_not_set(self):
        key = self.key()
        self.got(key, self.enrol(key), pin="1234", error="PIN_NOT_SET")

    def test_wrong_pin_down_to_blocked(self):
        key = self.key(pin="1234")
        credential = self.enrol(key, pins=("1234",))
        secret, _ = self.secret(key, credential)
        left, in_a_row = 8, 0
        while left > 0:
            left, in_a_row = left - 1, in_a_row + 1
            code = "PIN_AUTH_BLOCKED" if in_a_row == 3 else "PIN_INVALID"
            code = "PIN_BLOCKED" if left == 0 else code
            self.got(key, credential, pin="0000", error=f"FIDO_ERR_{code}$")
            self.assertEqual(self.retries(key), left)
            if in_a_row == 3:
                # Not even the right one, and it costs nothing.
                self.got(key, credential, pin="1234", error="PIN_AUTH_BLOCKED")
                self.assertEqual(self.retries(key), left)
                key.replug()
                in_a_row = 0
                self.assertEqual(self.retries(key), left)
        key.replug()
        self.got(key, credential, pin="1234", error="FIDO_ERR_PIN_BLOCKED$")
        self.assertEqual(self.secret(key, credential)[0], secret)
        self.assertEqual(key.events("pin").count("wrong"), 8)

    def test_right_pin_restores_the_retries(self):
        key = self.key(pin="1234", retries=2)
        credential = self.enrol(key, pins=("1234",))
        self.assertIn(self.retries(key), (2, 8))
        self.got(key, credential, pin="0000", error="PIN_INVALID")
        self.secret(key, credential, pin="1234")
        self.assertEqual(self.retries(key), 8)

    def test_power_cycle_keeps_credentials(self):
        key = self.key()
        credential = self.enrol(key)
        secret, _ = self.secret(key, credential)
        for number in (signal.SIGTERM, signal.SIGKILL):
            key.unplug(number)
            key.plug()
            self.assertEqual(self.secret(key, credential)[0], secret)

    def test_silent(self):
        """Which key is it: without a touch, and without a PIN."""
        right, wrong = self.key("right", pin="1234"), self.key("wrong")
        credential = self.enrol(right, pins=("1234",))
        for key in (right, wrong):
            key.touch("never")
            key.forget()
        silent = ("-t", "up=false")
        lines = self.got(right, credential, *silent, salt=None)
        self.assertEqual(plain(lines[2])[2 + 32], 0)
        self.got(wrong, credential, *silent, salt=None, error="NO_CREDENTIALS")
        self.got(wrong, credential, error="NO_CREDENTIALS")
        codes = "FIDO_ERR_(UNSUPPORTED|INVALID)_OPTION"
        self.got(right, credential, *silent, error=codes)
        self.assertEqual((right.blinks(), wrong.blinks()), (0, 0))
        self.assertEqual((right.events("silent"), wrong.log()), (["get"], []))

    def test_touch(self):
        key = self.key(timeout_ms=400)
        credential = self.enrol(key)
        for mode, end in (("auto", "touch"), ("once", "touch"), ("never", "timeout")):
            key.forget()
            key.touch(mode)
            error = self.NO_TOUCH if end == "timeout" else None
            self.got(key, credential, error=error)
            self.assertEqual(self.what_happened(key), [("blink", "get"), (end, "get")])
        self.assertGreaterEqual(self.blinked(key), 0.4)
        self.assertLess(self.blinked(key), 10)
        key.touch("60")
        key.forget()
        self.got(key, credential)
        self.assertGreaterEqual(self.blinked(key), 0.06)
        # Sooner than a touch that comes too late.
        key.touch("20000")
        self.got(key, credential, error=self.NO_TOUCH)

    @staticmethod
    def blinked(key):
        """For how many seconds, the only time."""
        begin, end = (when for when, _, _ in key.log())
        return end - begin

    @staticmethod
    def what_happened(key):
        return [(event, what) for _, event, what in key.log()]

    def test_killed_program_frees_it(self):
        key = self.key()
        credential = self.enrol(key)
        key.touch("never")
        child = self.start_assert(key, credential)
        key.wait_for("blink", 2)
        child.kill()
        key.wait_for("gone")
        self.assertFalse(key.is_blinking())
        key.touch("auto")
        self.got(key, credential)

    def test_killed_program_is_outlived(self):
        """As real keys do: it blinks on, and is busy for everyone."""
        key = self.key(outlive=True)
        credential = self.enrol(key)
        key.touch("never")
        child = self.start_assert(key, credential)
        key.wait_for("blink", 2)
        child.kill()
        child.wait()
        self.got(key, credential, error="FIDO_ERR")
        self.assertTrue(key.is_blinking())
        key.touch("auto")
        key.wait_for("touch", 2)
        self.got(key, credential)

    def test_unplugged_while_it_blinks(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            key = self.key(number.name)
            credential = self.enrol(key)
            key.touch("never")
            child = self.start_assert(key, credential)
            key.wait_for("blink", 2)
            key.unplug(number)
            self.finished(child, error="FIDO_ERR_RX")
            if number == signal.SIGTERM:
                self.assertEqual(self.what_happened(key)[-1], ("unplug", "get"))
            key.touch("auto")
            key.plug()
            self.got(key, credential)

    def test_u2f_only(self):
        key = self.key(u2f_only=True)
        self.assertIn("nocbor", self.call(key, "fido2-token", "-I")[4])
        self.assertIsNone(self.enrol(key, error="FIDO_ERR"))

    def test_busy(self):
        self.call(self.key(busy=True), "fido2-token", "-I", error="FIDO_ERR_RX")
        file = self.folder / "busy"
        key = self.key("now-and-then", busy_file=file)
        for _ in range(2):
            self.info(key)
            file.touch()
            self.call(key, "fido2-token", "-I", error="FIDO_ERR_RX")
            file.unlink()

    def test_one_program_at_a_time(self):
        """As libfido2 does on hidraw, the others wait."""
        key = self.key()
        with key.held():
            child = self.start(key, "fido2-token", "-I")
            with self.assertRaises(subprocess.TimeoutExpired):
                child.wait(timeout=1)
        self.finished(child)
        credential = self.enrol(key)
        key.touch("never")
        children = [self.start_assert(key, credential) for _ in range(2)]
        key.wait_for("blink", 2)
        procs.until(
            lambda: all(self.has_lock(c.pid) for c in children), 20, "not both there"
        )
        self.assertEqual(key.blinks(), 2)
        key.touch("auto")
        for child in children:
            self.finished(child)
        self.assertEqual(key.events("touch"), ["make", "get", "get"])

    @staticmethod
    def has_lock(pid):
        """Has its lock open, that is."""
        for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if os.readlink(fd).endswith(".lock"):
                    return True
        return False

    def test_no_hmac_secret(self):
        key = self.key(no_hmac_secret=True)
        self.assertNotIn("hmac-secret", self.info(key).get("extension strings", ""))
        self.enrol(key)
        self.assertNotIn(b"hmac-secret", plain(self.made[3]))

    def test_pin_to_make(self):
        key = self.key(pin="1234", make_uv_required=True)
        self.enrol(key, error="Enter PIN")
        credential = self.enrol(key, pins=("1234",))
        self.secret(key, credential)

    def test_always_uv(self):
        key = self.key(pin="1234", always_uv=True)
        credential = self.enrol(key, pins=("1234",))
        self.got(key, credential, error="FIDO_ERR_PIN_REQUIRED")
        self.assertEqual(self.secret(key, credential, pin="1234")[1] & UV, UV)

    def test_lies(self):
        key = self.key(pin="1234")
        credential = self.enrol(key, pins=("1234",))
        honest, _ = self.secret(key, credential)

        def lying(kind, **more):
            key.replug(lie=kind)
            return self.got(key, credential, **more)

        def told(kind):
            return plain(lying(kind)[-1])

        self.assertEqual(len(told("short-secret")), 16)
        self.assertEqual(len(told("long-secret")), 64)
        other = told("other-secret")
        self.assertEqual(len(other), 32)
        self.assertNotIn(other, (honest, self.secret(key, credential)[0]))
        lying("no-secret", error="output error")
        self.assertEqual(plain(lying("wrong-flags")[2])[2 + 32] & UV, UV)
        self.assertEqual(self.secret(key, credential, pin="1234")[1] & UV, 0)
        self.assertEqual(told("wrong-id"), honest)
        for kind in ("garbage", "truncated", "huge"):
            lying(kind, error="FIDO_ERR_(RX|INVALID_CBOR|RX_INVALID_CBOR)")
        lying("garbage-info", error="FIDO_ERR")
        self.assertEqual(told(None), honest)

    def test_another_firmware(self):
        """A key behind STSKEY_TEST_FIDO serves tests that can do with any."""
        key = self.key()
        name = type(self).__name__
        child = subprocess.run(
            [sys.executable, __file__, "-v"]
            + [f"{name}.test_{t}" for t in ("secret", "touch", "any_key", "lies")],
            env=dict(os.environ, STSKEY_TEST_FIDO=str(key.socket)),
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(child.returncode, 0, child.stderr)
        self.assertRegex(child.stderr, r"test_any_key .* ok\n")
        self.assertRegex(child.stderr, r"OK \(skipped=3\)")
        self.assertEqual(key.events("touch"), ["make", "get"])

    def test_any_key(self):
        # No switches, no finger, no log.
        key = FidoKey(self.folder)
        self.addCleanup(key.stop)
        key.touch("auto")
        self.assertEqual(len(self.secret(key, self.enrol(key))[0]), 32)


class OtherTools(Tools):
    HABITS = OTHER_HABITS
    NO_TOUCH = "FIDO_ERR_OPERATION_DENIED"


class Elsewhere(unittest.TestCase):
    """Keys behind STSKEY_TEST_FIDO, of which nothing else is known."""

    def test_scripts(self):
        """Enrolment, and two keys: all that needs no finger does with any."""
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="stskey-fido-"))
        keys = [
            FidoKey(folder, name, ctap20=True, id_length=300)
            for name in ("desk", "spare")
        ]
        for key in keys:
            self.addCleanup(key.stop)
        for script, case in (
            ("test_enroll", "First.test_enrolled"),
            ("test_enroll_after", "Remove.test_list"),
            ("test_touch_two", "Devices.test_the_one_that_is_there"),
        ):
            sockets = ":".join(str(key.socket) for key in keys)
            child = subprocess.run(
                [sys.executable, pathlib.Path(__file__).with_name(script + ".py")]
                + ["-v", case],
                env=dict(os.environ, STSKEY_TEST_FIDO=sockets),
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertRegex(child.stderr, r"Ran 1 test in .*\n\nOK\n\Z", script)
        self.assertGreater(keys[0].blinks(), 4)


if __name__ == "__main__":
    rig.main(needs_binary=False)
