#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Enrolment at a terminal: PIN, touches, the wait, the QR code of a seed."""

import os
import re
import shutil
import signal

import enrolling
import fido
import procs
import rig
from enrolling import DEVICE

SCREEN, BACK = "\x1b[?1049h", "\x1b[?1049l"
FIDO_PIN = fido.PIN
SCANNED = r"press Enter: "


WAITING = r"waiting for the next MFA code of '[^']*' \[#*\.*\] (\d+) s"


class AtTerminal(enrolling.Enrolling):
    def begin(self, *more):
        child = self.rig.pty(*enrolling.ENROLL, *more)
        self.seen = ""
        return child

    def until(self, child, what):
        child.expect(what)
        self.seen += child.before + child.after

    def end(self, child, status=0):
        child.expect(rig.pexpect_eof())
        self.seen += child.before
        child.wait()
        ended = child.signalstatus if child.exitstatus is None else child.exitstatus
        self.assertEqual(ended, status, self.seen)
        return self.seen


class Seen(AtTerminal):
    def test_touches(self):
        seen = self.end(self.begin())
        for n in (1, 2):
            self.assertRegex(seen, rf"touch 'Test desk' to seal .*{n} of 2.*'dev'")
        self.has_one()

    def test_wait(self):
        """Which code is waited for, and the seconds, counted down."""
        self.rig.clock.stop()
        child = self.begin()
        self.until(child, WAITING)
        first = int(child.match[1])
        self.assertLessEqual(first, 30)
        self.assertIn(DEVICE, child.after)
        if first > 2:
            self.rig.clock.pass_by(2)
            self.until(child, WAITING)
            self.assertLess(int(child.match[1]), first)
        self.rig.clock.stop(False)
        self.end(child)
        self.has_one()

    def test_backup(self):
        """Which key is to be touched when."""
        self.spare = self.rig.new_key("spare")
        self.addCleanup(self.rig.show, self.rig.desk)
        self.addCleanup(self.rig.keys.remove, self.spare)
        self.addCleanup(self.spare.stop)
        seen = self.end(self.begin("--backup"))
        self.assertRegex(seen, "second key")
        self.assertIn("Test spare", seen + self.sealed_text())
        self.has_one()

    def sealed_text(self):
        return (self.rig.folder / "data/stskey/sealed/desk-key").read_text()

    def test_ctrl_c(self):
        """Nobody waits for an undoing: the journal stays, and how is said."""
        self.rig.desk.touch("never")
        child = self.begin()
        self.until(child, "touch 'Test desk'")
        self.rig.desk.wait_for("blink")
        child.sendintr()
        self.assertRegex(self.end(child, 2), "not finished.*--resume")
        self.assertEqual(len(self.rig.journals()), 1)
        self.rig.desk.touch("auto")
        self.good(self.rig.stskey(*enrolling.RESUME))
        self.has_one()


class WithPin(AtTerminal):
    @staticmethod
    def machine():
        return enrolling.Machine(pin=FIDO_PIN)

    def enroll_with_pin(self, *more):
        child = self.begin("--pin", *more)
        self.until(child, r"PIN of token 'Test desk': ")
        child.sendline(FIDO_PIN)
        return child

    def test_asked_once(self):
        seen = self.end(self.enroll_with_pin())
        self.assertEqual(seen.count("wants its PIN"), 1)
        self.assertNotIn(FIDO_PIN, seen)
        self.has_one()
        listed = self.good(self.rig.stskey("mfa", "list"))
        self.assertIn("(PIN)", listed.out)

    def test_code_wants_it(self):
        self.end(self.enroll_with_pin())
        result = self.rig.stskey("login", "--profile", "dev")
        self.refused(result, rig.PIN_REFUSED, "PIN of token")
        child = self.rig.pty("login", "--profile", "dev")
        child.expect("PIN of token 'Test desk': ")
        child.sendline(FIDO_PIN)
        child.expect("dev: until")

    def test_wrong(self):
        child = self.begin("--pin")
        self.until(child, r"PIN of token 'Test desk': ")
        child.sendline("654321")
        seen = self.end(child, rig.PIN_REFUSED)
        self.assertRegex(seen, "undone")
        self.assertNotIn("654321", seen)
        self.assertEqual(self.rig.desk.events("pin"), ["wrong"])
        self.has_none()

    def test_nobody_to_ask(self):
        result = self.rig.enroll("--pin")
        self.refused(result, rig.PIN_REFUSED, "undone", "terminal")
        self.has_none()


class NoPin(AtTerminal):
    def test_none_set(self):
        """The key has no PIN yet: how to set one."""
        result = self.rig.enroll("--pin")
        self.refused(
            result,
            rig.PIN_REFUSED,
            "undone",
            "fido2-token|set a PIN|PIN first",
        )
        self.has_none()


class ShowSeed(AtTerminal):
    def drawn(self):
        """What a camera reads from the blocks."""
        if not shutil.which("zbarimg"):
            self.skipTest("zbarimg is not installed (apt-get install zbar-tools)")
        screen = self.seen[self.seen.index(SCREEN) :]
        rows = re.findall("\x1b\\[30;107m([^\x1b]*)\x1b\\[0m", screen)
        bits = []
        for row in rows:
            bits.append(["1" if c in "▀█" else "0" for c in row])
            bits.append(["1" if c in "▄█" else "0" for c in row])
        # Four times as large, since a camera has more pixels than that.
        lines = ["".join(b * 4 for b in row) for row in bits for _ in range(4)]
        picture = self.rig.folder / "qr.pbm"
        picture.write_text(f"P1\n{len(lines[0])} {len(lines)}\n" + "\n".join(lines))
        self.assertEqual(len({len(line) for line in lines}), 1)
        read = self.rig.run(["zbarimg", "-q", "--raw", picture])
        return self.good(read).out.strip()

    def shown(self, *more):
        child = self.begin("--show-seed", *more)
        self.until(child, SCANNED)
        return child

    def hidden(self):
        """The seed is on the other screen alone, and that is left again."""
        self.assertEqual(self.seen.count(SCREEN), 1)
        self.assertEqual(self.seen.count(BACK), 1)
        front, rest = self.seen.split(SCREEN)
        behind, back = rest.split(BACK)
        self.assertIn("█", behind)
        for text in (front, back):
            self.assertNotRegex(text, "[▀▄█]|otpauth|[A-Z2-7]{20}")

    def test_shown(self):
        child = self.shown()
        (serial,) = self.sts.spare()
        seed = self.sts.seed(serial)
        read = self.drawn()
        child.sendline("")
        self.end(child)
        self.assertEqual(
            read, f"otpauth://totp/AWS:dev-desk-key?secret={seed}&issuer=AWS"
        )
        self.hidden()
        self.has_one()

    def test_ctrl_c(self):
        child = self.shown()
        child.sendintr()
        self.assertRegex(self.end(child, 2), "--resume")
        self.hidden()
        self.good(self.rig.stskey(*enrolling.RESUME))
        self.has_one()

    def test_killed(self):
        """The conductor's end puts the screen back as well."""
        child = self.rig.pty_shell(*enrolling.ENROLL, "--show-seed")
        self.seen = ""
        self.until(child, SCANNED)
        pid = procs.helpers(child.pid)["stskey"]
        os.kill(pid, signal.SIGKILL)
        self.until(child, re.escape(BACK))
        self.hidden()

    def test_without_terminal(self):
        """Known before anything is made."""
        result = self.rig.enroll("--show-seed")
        self.refused(result, rig.UNSUPPORTED, "--show-seed", "terminal")
        self.assertEqual(self.rig.posts(), [])
        self.has_none()

    def test_too_late(self):
        """It is sealed: nobody can show it any more."""
        self.rig.clock.stop()
        child = self.begin()
        self.until(child, "waiting for the next")
        self.rig.kill(child)
        child.wait()
        self.rig.clock.stop(False)
        child = self.rig.pty(*enrolling.RESUME, "--show-seed")
        self.assertRegex(self.end(child), "cannot be shown")
        self.assertNotIn("█", self.seen)
        self.has_one()


if __name__ == "__main__":
    rig.main()
