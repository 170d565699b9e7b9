#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
docs/screens/: what a person sees at a terminal, as text.  What differs from
one run to the next (times, process ids, folders) counts as the same.  With
WRITE_SCREENS set they are written, not compared.  twenty.txt, which stands at
the top of the README, has its own commands in it, and they are run; it is a
recording, each line with the time at which it came, as of a person who reads
before typing on.
"""

import os
import re
import signal
import time

import fido
import rig

FOLDER = rig.SOURCE / "docs" / "screens"
TOUCH = r"(stskey: touch .*\[[#.]{10}\] \d+ s)"
TOUCHED = "(one touch, and that line is gone)"
WRITING = bool(os.environ.get("WRITE_SCREENS"))
# How long that person takes; a test has nobody to wait for.
READING = 5 if WRITING else 0
CLOCK = r"(?m)^\d\d:\d\d (?=.)"
SAME = (
    (r"stskey-e2e-\w+", "stskey-e2e-x"),
    (r"/tmp/stskey-e2e-x/home", "~"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "2026-11-24 08:14:03"),
    (r"until \d\d:\d\d", "until 20:14"),
    (r"until \d{4}-\d\d-\d\d \d\d:\d\d", "until 20:14"),
    (r"\bASIA\w+", "ASIAIOSFODNN7EXAMPLE"),
    (r"request [0-9a-f-]{36}", "request 5847ca94-00aa-4ece-8e48-db5d269e19e8"),
    (r"for \S+ \(pid \d+\)", "for terraform (pid 4711)"),
    (r"by \S+ \(pid \d+\)", "by bash (pid 4711)"),
    (r"12h00m", "11h59m"),
    (r"1h00m ", "59m   "),
    (r"\[[#.]{10}\] \d+ s", "[##########] 30 s"),
    (r"http://127.0.0.1:\d+", "http://127.0.0.1:4566"),
    (r"serial [0-9a-f]{16}\b", "serial 2eca1baf503a4943"),
    (r"/tmp/stskey-e2e-x/\S+\.sock\S*(?=\))", "/dev/hidraw3"),
    (r"/tmp/stskey-e2e-x/pins", "/run/secrets"),
    (r"are \d+ s apart", "are 0 s apart"),
    # What is on this machine besides.
    (r"(?m)^\w+ +(pcscd|wsl) .*\n", ""),
)


def usual(text):
    for pattern, instead in SAME:
        text = re.sub(pattern, instead, text)
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


class Screens(rig.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = fido.FidoKey(cls.rig.folder / "fido", "desk")
        cls.addClassCleanup(cls.key.stop)
        cls.rig.env.update(cls.key.env, TERM="xterm", NO_COLOR="1")
        result = cls.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", "desk-key"),
            *("--serial-number", rig.SERIAL),
            input=rig.SEED + "\n",
        )
        if result.rc != 0:
            raise AssertionError(result)

    def setUp(self):
        super().setUp()
        self.begun = None
        self.key.touch("auto")
        self.rig.write_config(
            self.rig.dev(stskey_mfa="sealed:desk-key"),
            self.rig.role(),
            self.rig.dev("ops", stskey_mfa="prompt", stskey_session_seconds=3600),
        )

    def terminal(self, *args):
        return self.spawn([rig.STSKEY, *args])

    def spawn(self, argv, **more):
        import pexpect  # pylint: disable=import-outside-toplevel

        child = pexpect.spawn(
            str(argv[0]),
            list(argv[1:]),
            env=self.rig.environment(more.pop("env", {})),
            **more,
            encoding="utf-8",
            timeout=60,
            dimensions=(24, 100),
        )
        self.rig.children.append(child)
        return child

    def shown(self, *args):
        """A command as it is typed, and what comes of it."""
        child = self.terminal(*args)
        child.expect(rig.pexpect_eof())
        return f"$ stskey {' '.join(args)}\n" + child.before.replace("\r", "")

    def same(self, name, text):
        path = FOLDER / name
        if WRITING:
            path.write_text(usual(text))
        got, want = usual(text), usual(path.read_text())
        self.assertEqual(re.sub(CLOCK, "", got), re.sub(CLOCK, "", want))

    def test_login(self):
        """While the key blinks, and afterwards."""
        self.key.touch("never")
        child = self.terminal("login", "--profile", "dev")
        child.expect(TOUCH)
        line = child.match[1].replace("\r", "")
        self.key.touch("auto")
        child.expect(rig.pexpect_eof())
        self.assertIn("\x1b[", child.before)
        after = child.before.rpartition("\x1b[J")[2].replace("\r", "")
        self.same(
            "login.txt",
            "$ stskey login --profile dev\n"
            + line
            + "\n\n(a touch later, in the place of that line)\n\n"
            + "$ stskey login --profile dev\n"
            + after,
        )

    def test_doctor(self):
        """What is well, and what is not, with what mends it."""
        self.rig.credentials_file.write_text(
            f"[old]\naws_access_key_id = {rig.KEY_ID}\naws_secret_access_key = plain\n"
        )
        self.rig.credentials_file.chmod(0o644)
        self.addCleanup(self.rig.credentials_file.unlink)
        self.same("doctor.txt", self.shown("doctor", "--profile", "dev"))

    def timed(self, text):
        """Each line with the time, from the first on."""
        now = time.monotonic()
        self.begun = self.begun or now
        minutes, seconds = divmod(int(now - self.begun), 60)
        return "".join(f"{minutes:02}:{seconds:02} {x}\n" for x in text.splitlines())

    def typed(self, line, here):
        """A line of a shell in that folder, and what comes of it."""
        env = {"PATH": f"{rig.STSKEY.parent}:{self.rig.env['PATH']}"}
        argv = ["/bin/bash", "--norc", "--noprofile", "-c", line]
        said = self.timed(f"$ {line}")
        child = self.spawn(argv, cwd=str(here), env=env)
        if child.expect([TOUCH, rig.pexpect_eof()]) == 0:
            said += self.timed(child.match[1])
            time.sleep(READING)
            self.key.touch("once")
            child.expect(rig.pexpect_eof())
            said += self.timed(TOUCHED)
        said += self.timed(child.before.rpartition("\x1b[J")[2].replace("\r", ""))
        time.sleep(READING)
        return said

    def test_twenty(self):
        """Twenty at once: as many answers, and one touch."""
        self.rig.write_config(
            self.rig.dev(stskey_mfa="sealed:desk-key"), self.rig.role()
        )
        self.key.touch("never")
        self.key.forget()
        here = self.rig.folder / "here"
        here.mkdir()
        shown = (FOLDER / "twenty.txt").read_text()
        lines = re.findall(r"(?m)^(?:\d\d:\d\d )?\$ (.*)$", shown)
        self.assertIn("seq 20", lines[0])
        self.same("twenty.txt", "".join(self.typed(line, here) for line in lines))
        answers = {p.read_text() for p in here.glob("*.json")}
        self.assertEqual(len(list(here.glob("*.json"))), 20)
        self.assertEqual(len(answers), 1)
        self.assertIn('"SessionToken"', answers.pop())
        self.assertEqual(self.key.events("touch"), ["get"])
        self.assertEqual(self.key.blinks(), 1)
        for action in ("GetSessionToken", "AssumeRole"):
            self.assertEqual(self.sts.count(action), 1, action)

    def test_twenty_in_the_readme(self):
        """Half a minute, line by line."""
        text = (FOLDER / "twenty.txt").read_text()
        times = re.findall(r"(?m)^00:(\d\d) ", text)
        self.assertEqual(len(times), len(text.splitlines()))
        self.assertEqual((times[0], times), ("00", sorted(times)))
        self.assertTrue(10 <= int(times[-1]) <= 30, times)
        block = "".join(f"    {line}\n" for line in text.splitlines())
        readme = (rig.SOURCE / "README.md").read_text()
        head = readme.partition("\n## ")[0]
        self.assertIn(f"\n\n{block}\n", head + "\n")

    def test_status(self):
        self.credentials("admin")
        self.same("status.txt", self.shown("status"))

    def picture(self, child, pattern):
        """The next that is drawn whole and has that in it."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            child.expect(r"\x1b\[\?2026h\x1b\[H(.*?)\x1b\[J\x1b\[\?2026l")
            drawn = re.sub(r"\x1b\[[0-9;]*[Km]|\r", "", child.match[1])
            if re.search(pattern, drawn):
                return drawn.rstrip("\n") + "\n"
        self.fail(f"never drawn: {pattern}")

    def test_watch(self):
        """In place: what another program does shows a second later."""
        self.credentials("admin")
        child = self.terminal("status", "--watch")
        before = self.picture(child, "admin .*just now")
        self.good(self.rig.stskey("clear", "--profile", "admin"))
        after = self.picture(child, "admin .*none +none")
        child.sendintr()
        child.expect(rig.pexpect_eof())
        child.close()
        self.assertEqual(child.signalstatus, signal.SIGINT)
        self.same(
            "watch.txt",
            "$ stskey status --watch\n"
            + before
            + "\n(after `stskey clear --profile admin` in another terminal, in the"
            " same place)\n\n"
            + after
            + "\n(Ctrl-C: the terminal is as it was before)\n",
        )

    def test_log(self):
        self.credentials("admin")
        self.same("log.txt", self.shown("log", "--since", "1d"))


if __name__ == "__main__":
    rig.main()
