# SPDX-License-Identifier: Apache-2.0
"""
Smart cards for tests: pcscd with virtual readers in namespaces of this test's
own, since vpcd listens at every address and /run/pcscd is the machine's.

    if __name__ == "__main__":
        cards.main()              # instead of rig.main()

    service = Pcscd(folder); card = OathCard(service, "key", serial=1234)
"""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import unittest

import procs
import rig
from planted import SOURCE, VECTORS

FAKE = SOURCE / "tests" / "fake" / "oath.py"
DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
# Where an ordinary user's PATH does not lead.
PCSCD = shutil.which("pcscd") or shutil.which("pcscd", path="/usr/sbin")
MARK = "TEST_IS_INSIDE"
# vpcd knows no more than the two slots of one reader.
PORT, READERS = 35963, 2
# What a test must not depend on: a card of another make.
OTHER_HABITS = {
    "version": "4.3.7",
    "chunk": 40,
    "keeps_names": True,
    "challenge_max": 8,
    "serial": None,
}


def missing():
    """What this machine lacks for smart cards; a sentence or None."""
    if not PCSCD:
        return "pcscd is not installed (apt-get install pcscd)"
    if not os.path.exists(DRIVER):
        return "vpcd is not installed (apt-get install vsmartcard-vpcd)"
    return None


def _loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = struct.pack("16sH14x", b"lo", 0x1 | 0x40)  # IFF_UP, RUNNING
        fcntl.ioctl(s, 0x8914, request)  # SIOCSIFFLAGS


def go_inside():
    """This program again, in a network and a /run of its own."""
    if os.environ.get(MARK) != "yes":
        argv = ["unshare", "-m", "-n", "--propagation", "private"]
        for more in ([], ["-r"])[os.geteuid() != 0 :]:
            # A container's root may have no namespace but within one of users.
            probe = subprocess.run(
                [*argv, *more, "true"], stderr=subprocess.PIPE, check=False
            )
            if probe.returncode == 0:
                argv += more
                break
        if probe.returncode != 0:
            print(f"skipped: no namespaces here: {probe.stderr.decode().strip()}")
            sys.exit(77)
        os.environ[MARK] = "yes"
        if VECTORS:
            os.environ["STSKEY_VECTORS"] = VECTORS
        os.execvp("unshare", [*argv, sys.executable, *sys.argv])
    del os.environ[MARK]
    _loopback_up()
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    os.mkdir("/run/pcscd", 0o755)


def main(needs_binary=True):
    """unittest.main inside, with 77 for what cannot run here."""
    reason = missing()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    go_inside()
    rig.main(needs_binary)


class Pcscd:
    """The service, with empty readers."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "reader.conf"
        self.free = list(range(PORT, PORT + READERS))
        self.child = None
        self.start()

    def _write(self):
        text = (
            f'FRIENDLYNAME "Virtual"\nDEVICENAME /dev/null:{PORT:#x}\n'
            f"LIBPATH {DRIVER}\nCHANNELID {PORT:#x}\n"
        )
        self.config.write_text(text)

    def start(self, readers=True):
        self._write()
        if not readers:
            self.config.write_text("# none\n")
        for name in ("pcscd.comm", "pcscd.pid"):
            pathlib.Path("/run/pcscd", name).unlink(missing_ok=True)
        log = open(self.folder / "pcscd.log", "ab")  # pylint: disable=consider-using-with
        self.child = subprocess.Popen(  # pylint: disable=consider-using-with
            # It ends with whoever started it, whatever becomes of them.
            ["setpriv", "--pdeathsig", "KILL", PCSCD, "--foreground"]
            + ["-c", self.config],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        procs.until(self._answers, 30, "pcscd does not answer")

    def _answers(self):
        if self.child.poll() is not None:
            raise AssertionError((self.folder / "pcscd.log").read_text())
        with socket.socket(socket.AF_UNIX) as s:
            return s.connect_ex("/run/pcscd/pcscd.comm") == 0

    def stop(self):
        if self.child is None:
            return
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child = None


def present(reader):
    """Whether pcscd sees a card in it, powered."""
    # pylint: disable-next=import-error,import-outside-toplevel
    import smartcard.scard as pcsc

    rv, context = pcsc.SCardEstablishContext(pcsc.SCARD_SCOPE_SYSTEM)
    if rv != pcsc.SCARD_S_SUCCESS:
        return False
    try:
        rv, names = pcsc.SCardListReaders(context, [])
        if rv != pcsc.SCARD_S_SUCCESS or reader not in names:
            return False
        asked = [(reader, pcsc.SCARD_STATE_UNAWARE)]
        rv, told = pcsc.SCardGetStatusChange(context, 0, asked)
        state = told[0][1]
        return bool(state & pcsc.SCARD_STATE_PRESENT) and not state & (
            pcsc.SCARD_STATE_MUTE
        )
    finally:
        pcsc.SCardReleaseContext(context)


class OathCard:
    """A card called NAME, in a reader.  True switches are flags, None is none."""

    def __init__(self, service, name="key", **switches):
        folder = service.folder
        self.service = service
        self.state_file = folder / f"{name}.state"
        self.touch_file = folder / f"{name}.touch"
        self.log_file = folder / f"{name}.log"
        self.switches, self.child = switches, None
        self.port = service.free.pop(0)
        self.reader = f"Virtual 00 0{self.port - PORT}"
        self.log_file.touch()
        self.touch("auto")
        self.plug()

    def plug(self, **changes):
        """With these switches changed from now on."""
        self.switches.update(changes)
        self._start()
        # pcscd takes a card that comes while it is done with another one for
        # mute, and stays by that.
        for _ in range(3):
            try:
                procs.until(self.is_in, 5, f"{self.reader} does not see its card")
                return
            except AssertionError:
                self.child.kill()
                self._reap()
                self._start()
        procs.until(self.is_in, 20, f"{self.reader} does not see its card")

    def _start(self):
        argv = ["/usr/bin/python3", FAKE, self.port, self.state_file]
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
            raise AssertionError(f"the card does not start: {line!r}")

    def unplug(self, number=signal.SIGTERM):
        if self.child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.child.send_signal(number)
        self._reap()
        procs.until(lambda: not self.is_in(), 30, f"{self.reader} keeps its card")

    def replug(self, **changes):
        self.unplug()
        self.plug(**changes)

    @property
    def serial(self):
        """As URIs have it: the number, or the id of the applet in hex."""
        if self.switches.get("serial") is not None:
            return str(self.switches["serial"])
        return json.loads(self.state_file.read_text())["salt"]

    def is_in(self):
        return present(self.reader)

    def _reap(self):
        child, self.child = self.child, None
        child.wait(timeout=60)
        child.stdin.close()
        child.stdout.close()

    def stop(self):
        """For the end of a test; may be called again."""
        if self.child is not None:
            self.child.kill()
            self._reap()
            self.service.free.insert(0, self.port)

    # -- the finger

    def touch(self, mode):
        """auto, once, never, or so many milliseconds of blinking."""
        new = self.touch_file.with_suffix(".wanted")
        new.write_text(f"{mode}\n")
        new.replace(self.touch_file)

    # -- what happened

    def log(self):
        """[(seconds of CLOCK_MONOTONIC, event, of what)], the oldest first."""
        lines = self.log_file.read_text().splitlines(keepends=True)
        fields = [line.split() for line in lines if line.endswith("\n")]
        return [(float(when), event, what) for when, event, what in fields]

    def forget(self):
        """Empties the log."""
        os.truncate(self.log_file, 0)

    def events(self, event):
        """Of what this event was, each time."""
        return [what for _, e, what in self.log() if e == event]

    def blinks(self):
        return len(self.events("blink"))

    def is_blinking(self):
        ends = ("blink", "touch", "timeout")
        last = [e for _, e, _ in self.log() if e in ends]
        return bool(last) and last[-1] == "blink"

    def wait_for(self, event, n=1, seconds=60):
        """Until this has happened n times since the log was empty; when."""
        procs.until(
            lambda: len(self.events(event)) >= n,
            seconds,
            f"{n} times {event}: {self.log()}",
        )
        return [when for when, e, _ in self.log() if e == event][n - 1]


@contextlib.contextmanager
def exclusive(reader):
    """Another program, as gpg's scdaemon does, has the card for itself."""
    # pylint: disable-next=import-error,import-outside-toplevel
    import smartcard.scard as pcsc

    rv, context = pcsc.SCardEstablishContext(pcsc.SCARD_SCOPE_SYSTEM)
    assert rv == 0, rv
    both = pcsc.SCARD_PROTOCOL_T0 | pcsc.SCARD_PROTOCOL_T1
    rv, card, _ = pcsc.SCardConnect(context, reader, pcsc.SCARD_SHARE_EXCLUSIVE, both)
    assert rv == 0, rv
    try:
        yield
    finally:
        pcsc.SCardDisconnect(card, pcsc.SCARD_LEAVE_CARD)
        pcsc.SCardReleaseContext(context)
