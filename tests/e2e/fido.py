# SPDX-License-Identifier: Apache-2.0
"""
Security keys for tests: each a process of its own, which programs see with
fido_env() in their environment.

    key = FidoKey(folder, "desk", pin="1234"); key.touch("never")
    rig.start_stskey(..., env=key.env); key.wait_for("blink"); key.unplug()

Where STSKEY_TEST_FIDO names sockets (desk.sock:spare.sock, as some tests read
the names), those are the keys, which touch themselves; all of them have the PIN
STSKEY_TEST_FIDO_PIN, or none where that is not set.  What needs other switches,
a finger, a plug or the log is skipped then.
"""

import contextlib
import fcntl
import os
import pathlib
import signal
import subprocess
import unittest

import procs
from planted import FIDO_SHIM, FIDO_SOCKETS, SOURCE

FAKE = SOURCE / "tests" / "fake" / "fido.py"
# What a test must not depend on: the keys that an older generation would be.
OTHER_HABITS = {
    "ctap20": True,
    "pin_protocols": "1",
    "id_length": 300,
    "keepalive_ms": 37,
    "timeout_code": "0x27",
    "aaguid": "6f74686572206b65792c206f74686572",
}
ENDS = ("touch", "timeout", "cancel", "gone", "unplug")
_foreign = FIDO_SOCKETS.split(":") if FIDO_SOCKETS else []
_foreign_pin = os.environ.get("STSKEY_TEST_FIDO_PIN")
# Of keys that are to have one, whoever made them.
PIN = _foreign and _foreign_pin or "271828"


def _is_foreign(switches):
    """Whether a foreign key is what these switches make of ours."""
    return switches == ({"pin": _foreign_pin} if _foreign_pin else {})


def fido_env(keys, preload=None):
    """The environment that shows these keys; `preload`: another shim as well."""
    shims = [str(p) for p in (preload, FIDO_SHIM) if p]
    # The shim has no sanitizer, and is loaded before that of the program.
    options = os.environ.get("ASAN_OPTIONS", "")
    return {
        "LD_PRELOAD": ":".join(shims),
        "STSKEY_FIDO_SOCKET": ":".join(str(k.socket) for k in keys),
        "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0".lstrip(":"),
    }


class FidoKey:
    """A key called NAME, plugged in.  True switches are flags, None is none."""

    def __init__(self, folder, name="key", **switches):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket = self.folder / f"{name}.sock"
        self.state_file = self.folder / f"{name}.state"
        self.touch_file = self.folder / f"{name}.touch"
        self.log_file = self.folder / f"{name}.log"
        self.switches, self.child = switches, None
        self.is_foreign = bool(FIDO_SOCKETS)
        if self.is_foreign:
            switches = {name: value for name, value in switches.items() if value}
            lacking = f"the switches {switches}" if switches else "the want of a PIN"
            self._ours_only(not _is_foreign(switches), lacking)
            self._ours_only(not _foreign, "one more key")
            self.socket = pathlib.Path(_foreign.pop(0))
            return
        self.log_file.touch()
        self.touch("auto")
        self.plug()

    def _ours_only(self, needed, what):
        if self.is_foreign and needed:
            raise unittest.SkipTest(f"the keys of STSKEY_TEST_FIDO lack {what}")

    @property
    def env(self):
        return fido_env([self])

    # -- the plug

    def plug(self, **changes):
        """With these switches changed from now on."""
        self._ours_only(True, "a plug")
        self.switches.update(changes)
        argv = ["/usr/bin/python3", FAKE, self.socket, self.state_file]
        argv += [self.touch_file, "--log", self.log_file, "--until-eof"]
        for name, value in self.switches.items():
            if value is not None and value is not False:
                argv.append("--" + name.replace("_", "-"))
                argv += [] if value is True else [value]
        self.child = subprocess.Popen(  # pylint: disable=consider-using-with
            [str(a) for a in argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        line = self.child.stdout.readline()
        if line != b"ready\n":
            self.stop()
            raise AssertionError(f"the key does not start: {line!r}")

    def unplug(self, number=signal.SIGTERM):
        self._ours_only(True, "a plug")
        with contextlib.suppress(ProcessLookupError):
            self.child.send_signal(number)
        self._reap()

    def replug(self, **changes):
        self.unplug()
        self.plug(**changes)

    @property
    def path(self):
        """What stands for the file of the device in /dev."""
        return f"{self.socket}.lock"

    @contextlib.contextmanager
    def held(self):
        """Another program has the key open."""
        self._ours_only(True, "a lock")
        with open(self.path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _reap(self):
        child, self.child = self.child, None
        child.wait(timeout=60)
        child.stdin.close()
        child.stdout.close()

    def stop(self):
        """For the end of a test; may be called again."""
        if self.is_foreign:
            if self.socket not in map(pathlib.Path, _foreign):
                _foreign.append(str(self.socket))
        elif self.child is not None:
            self.child.kill()
            self._reap()

    # -- the finger

    def touch(self, mode):
        """auto, once, never, or so many milliseconds of blinking."""
        self._ours_only(mode != "auto", "a finger")
        if self.is_foreign:
            return
        new = self.touch_file.with_suffix(".wanted")
        new.write_text(f"{mode}\n")
        new.replace(self.touch_file)

    # -- what happened

    def log(self):
        """[(seconds of CLOCK_MONOTONIC, event, of what)], the oldest first."""
        self._ours_only(True, "a log")
        lines = self.log_file.read_text().splitlines(keepends=True)
        fields = [line.split() for line in lines if line.endswith("\n")]
        return [(float(when), event, what) for when, event, what in fields]

    def forget(self):
        """Empties the log, where there is one."""
        if not self.is_foreign:
            os.truncate(self.log_file, 0)

    def events(self, event):
        """Of what this event was, each time: ["make", "get"]."""
        return [what for _, e, what in self.log() if e == event]

    def blinks(self):
        """How often it has blinked."""
        return len(self.events("blink"))

    def blinked(self, times):
        """Whether it did so as often; who has no log is believed."""
        return self.is_foreign or self.blinks() == times

    def is_blinking(self):
        last = [e for _, e, _ in self.log() if e == "blink" or e in ENDS]
        return bool(last) and last[-1] == "blink"

    def wait_for(self, event, n=1, seconds=60):
        """Until this has happened n times since the log was empty; when."""
        procs.until(
            lambda: len(self.events(event)) >= n,
            seconds,
            f"{n} times {event}: {self.log() if not self.is_foreign else ''}",
        )
        return [when for when, e, _ in self.log() if e == event][n - 1]
