#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`status` on a terminal: a line a profile, and --watch."""

import fcntl
import os
import re
import signal
import struct
import termios
import time

import procs
import rig

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
STYLE = re.compile(r"\x1b\[\d*m")
XTERM = {"TERM": "xterm-256color"}
TIOCGPTN = 0x80045430  # <asm-generic/ioctls.h>; Python has no name for it


class Terminal(rig.Case):
    def setUp(self):
        super().setUp()
        self.rig.write_config(
            self.rig.dev(),
            self.rig.role(),
            self.rig.dev("other", mfa_serial=None, stskey_mfa=None),
        )

    def pty(self, *args, columns=140, rows=24, env=None):
        import pexpect  # pylint: disable=import-outside-toplevel

        child = pexpect.spawn(
            str(rig.STSKEY),
            ["status", *args],
            env=self.rig.environment({**XTERM, **(env or {})}),
            encoding="utf-8",
            timeout=60,
            dimensions=(rows, columns),
        )
        child.delaybeforesend = None
        self.rig.children.append(child)
        return child

    def screen(self, *args, columns=140, env=None, rc=0):
        """The lines of one that ends by itself."""
        child = self.pty(*args, columns=columns, env=env)
        child.expect(rig.pexpect_eof())
        child.close()
        self.assertEqual(child.exitstatus, rc, child.before)
        return child.before.split("\r\n")[:-1]

    def entries(self, kind):
        return [p for p in self.rig.cache_files() if p.name.startswith(kind)]

    def set_left(self, kind, left, granted, used=0):
        """Of what is cached: seconds that are left, and were granted."""
        (path,) = self.entries(kind)
        head, _, rest = path.read_text().partition("\n")
        words = head.split(" ", 4)
        words[1] = str(int(time.time()) + left)
        words[2] = str(int(time.time()) + left - granted)
        words[3] = "0"
        path.write_text(" ".join(words) + "\n" + rest)
        os.utime(path, (0, time.time() - used))


class Table(Terminal):
    def test_lines(self):
        self.credentials("admin")
        title, dev, admin, other = map(
            lambda line: STYLE.sub("", line), self.screen()
        )
        for word in ("PROFILE", "KEY", "MFA", "SESSION", "ROLE", "LAST USED"):
            self.assertIn(word, title)
        self.assertRegex(
            dev,
            r"^dev +work \(hmac\)  dev-laptop \(pkcs11\)  █{10} 1[12]h\d\dm +"
            r"-  +just now *$",
        )
        self.assertRegex(
            admin, r"^admin .*  █{10} 1[12]h\d\dm +█{10} (1h00|59)m +just now *$"
        )
        self.assertRegex(other, r"^other +work \(hmac\)  -  +none  +-  +- *$")

    def test_one(self):
        title, dev = self.screen("--profile", "dev")
        self.assertIn("dev", dev)
        self.assertNotIn("ROLE", title)
        (sentence,) = self.screen("--profile", "x", rc=rig.NOTFOUND)
        self.assertIn("stskey:", sentence)

    def test_left(self):
        """As a bar, in a colour that says how soon there is a new one."""
        self.credentials("admin")
        for left, granted, full, colour, words in (
            (36000, 36000, 10, 32, "10h00m|9h59m"),
            (18000, 36000, 5, 32, "5h00m|4h59m"),
            (7000, 36000, 2, 33, "1h56m"),
            (900, 36000, 1, 31, "15m|14m"),
            (50, 36000, 1, 31, "[45]?[0-9]s"),
        ):
            self.set_left("session", left, granted)
            line = self.screen("--profile", "dev")[1]
            with self.subTest(left=left):
                self.assertRegex(
                    line, rf"\x1b\[{colour}m█{{{full}}}░{{{10 - full}}}\x1b\[0m ({words})"
                )
        self.set_left("session", -5, 36000)
        self.assertRegex(STYLE.sub("", self.screen("--profile", "dev")[1]), "  none ")

    def test_used(self):
        self.credentials("dev")
        for age, words in (
            (10, "just now"),
            (600, "10 min ago"),
            (7300, "2 h ago"),
            (180000, "2 d ago"),
        ):
            self.set_left("session", 36000, 43200, age)
            self.assertIn(words, self.screen("--profile", "dev")[1])

    def test_plain(self):
        """Without colours, and without what is not ASCII."""
        self.credentials("admin")
        text = "\n".join(self.screen(env={"NO_COLOR": "1"}))
        self.assertNotIn("\x1b", text)
        self.assertIn("█", text)
        self.assertIn("\x1b", "\n".join(self.screen(env={"NO_COLOR": ""})))
        for env in ({"TERM": "dumb"}, {"TERM": "dumb", "LANG": "C"}):
            text = "\n".join(self.screen(env=env))
            self.assertNotIn("\x1b", text)
            self.assertTrue(text.isascii(), text)
            self.assertIn("##########", text)
        text = "\n".join(self.screen(env={"LANG": "C"}))
        self.assertIn("\x1b", text)
        self.assertTrue(text.isascii(), text)

    def test_widths(self):
        """No line is wider than the terminal, and all fit its columns."""
        self.credentials("admin")
        broken = self.rig.dev("of-a-long-name-é-of-no-use", stskey_cahce="none")
        self.rig.write_config(self.rig.dev(), self.rig.role(), broken)
        for columns in (*range(10, 120, 3), 200, 500):
            lines = self.screen(columns=columns)
            shown = [STYLE.sub("", line) for line in lines if "warning" not in line]
            with self.subTest(columns=columns):
                self.assertEqual(len(shown), 4, shown)
                self.assertLessEqual(max(map(len, shown)), columns, shown)
                self.assertIn("dev", shown[1])

    def test_wrong(self):
        """One that cannot be used says why in its line."""
        self.rig.write_config(self.rig.dev("dev", stskey_cahce="none"), self.rig.role())
        lines = [STYLE.sub("", line) for line in self.screen(columns=200)]
        found = [line for line in lines if line.startswith("dev ")]
        self.assertEqual(len(found), 1, lines)
        self.assertIn("did you mean 'stskey_cache'?", found[0])

    def test_as_off_a_terminal(self):
        args = ("--profile", "dev")
        want = self.good(self.rig.stskey("status", *args)).out.splitlines()
        self.assertEqual(self.screen(*args, "--output", "text"), want)
        (brief,) = self.screen("--brief", *args, columns=80) or [""]
        self.assertEqual(brief, "")

    def test_control_characters(self):
        self.rig.write_config(self.rig.dev("a\u009b2Jb"))
        text = "".join(self.screen(env={"NO_COLOR": "1"}))
        self.assertNotIn("\u009b", text)
        self.assertIn("2Jb", text)


class Watch(Terminal):
    def watch(self, *args, **more):
        child = self.pty("--watch", *args, **more)
        child.expect_exact(ENTER)
        return child

    @staticmethod
    def modes(child):
        return termios.tcgetattr(child.child_fd)

    def drawn(self, child, pattern):
        """The next whole picture, which has to have that in it."""
        for _ in range(20):
            child.expect(r"\x1b\[\?2026h\x1b\[H(.*?)\x1b\[J\x1b\[\?2026l")
            picture = STYLE.sub("", child.match[1])
            if re.search(pattern, picture):
                return picture
        self.fail(f"never drawn: {pattern}; but {picture!r}")

    @staticmethod
    def unread(child):
        """Bytes that were typed and that nobody has read."""
        number = fcntl.ioctl(child.fileno(), TIOCGPTN, bytes(4))
        tty = os.open(
            f"/dev/pts/{struct.unpack('i', number)[0]}", os.O_RDWR | os.O_NOCTTY
        )
        try:
            there = fcntl.ioctl(tty, termios.FIONREAD, bytes(4))
            return struct.unpack("i", there)[0]
        finally:
            os.close(tty)

    @staticmethod
    def switches(pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            found = re.search(r"\nvoluntary_ctxt_switches:\s*(\d+)", file.read())
        return int(found[1])

    def test_follows(self):
        """In place, whole lines, no more often than there is news."""
        self.credentials("admin")
        child = self.watch()
        picture = self.drawn(child, "dev ")
        self.assertTrue(picture.startswith("PROFILE"))
        for line in picture.split("\n"):
            self.assertTrue(line.rstrip("\r").endswith("\x1b[K"), line)
        begun, before = time.monotonic(), self.switches(child.pid)
        self.good(self.rig.stskey("clear"))
        self.assertIn("none", self.drawn(child, "admin .*none"))
        self.rig.write_config(self.rig.dev("another"))
        self.drawn(child, "another")
        self.rig.config_file.write_text("[profile x]\nstskey_key = \n")
        self.drawn(child, "(?i)stskey_key|no profile")
        self.rig.write_config(self.rig.dev())
        self.drawn(child, "dev ")
        seconds = time.monotonic() - begun
        self.assertLessEqual(self.switches(child.pid) - before, 20 + 8 * seconds)
        child.sendintr()
        child.expect_exact(LEAVE)

    def test_gives_the_terminal_back(self):
        for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            child = self.pty("--watch")
            child.expect_exact(ENTER)
            self.drawn(child, "dev")
            procs.until(
                lambda: not self.modes(child)[3] & termios.ECHO, 10, "it echoes"
            )
            child.send("typed")
            procs.until(lambda: self.unread(child) == 5, 60, "it was not typed")
            os.kill(child.pid, end)
            child.expect(rig.pexpect_eof())
            self.assertTrue(child.before.endswith(LEAVE), child.before)
            self.assertNotIn("typed", child.before)
            child.close()
            with self.subTest(end=end):
                self.assertEqual(child.signalstatus, end)

    def test_resized(self):
        child = self.watch(columns=140)
        self.drawn(child, "LAST USED")
        for columns, has in ((40, "ROLE *\x1b"), (140, "LAST USED"), (25, "SESSION *\x1b")):
            child.setwinsize(24, columns)
            picture = self.drawn(child, has)
            lines = re.sub(r"\x1b\[K|\r", "", picture).split("\n")
            self.assertLessEqual(max(map(len, lines)), columns)
        child.sendintr()
        child.expect_exact(LEAVE)

    def test_more_than_fit(self):
        self.rig.write_config(*(self.rig.dev(f"p{i}") for i in range(30)))
        child = self.watch(rows=10)
        picture = self.drawn(child, "p8")
        self.assertEqual(len(picture.split("\n")), 10)
        self.assertNotIn("p9 ", picture)
        child.sendintr()
        child.expect_exact(LEAVE)

    def test_stopped(self):
        """Ctrl-Z: the shell has its terminal; fg: it is drawn again."""
        import pexpect  # pylint: disable=import-outside-toplevel

        shell = pexpect.spawn(
            "/bin/bash",
            ["--norc", "--noprofile", "-i"],
            env=self.rig.environment({**XTERM, "PS1": "ready> "}),
            encoding="utf-8",
            timeout=60,
            dimensions=(24, 140),
        )
        self.rig.children.append(shell)
        shell.expect_exact("ready> ")
        shell.sendline(f"{rig.STSKEY} status --watch")
        for _ in range(2):
            shell.expect_exact(ENTER)
            self.drawn(shell, "dev")
            shell.sendcontrol("z")
            shell.expect_exact(LEAVE)
            shell.expect_exact("ready> ")
            self.assertTrue(self.modes(shell)[3] & termios.ISIG)
            shell.sendline("echo a''live")
            shell.expect_exact("alive")
            shell.sendline("fg")
        shell.expect_exact(ENTER)
        self.drawn(shell, "dev")
        shell.sendintr()
        shell.expect_exact(LEAVE)
        shell.sendline("echo status=$?")
        shell.expect_exact("status=130")

    def test_no_terminal(self):
        self.refused(self.rig.stskey("status", "--watch"), rig.USAGE, "terminal")
        (sentence,) = self.screen("--watch", env={"TERM": "dumb"}, rc=rig.USAGE)
        self.assertIn("TERM", sentence)
        for more in (("--output", "json"), ("--brief",), ("--probe",)):
            self.refused(self.rig.stskey("status", "--watch", *more), rig.USAGE)


if __name__ == "__main__":
    rig.main()
