#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
docs/screens/: what a person sees at a terminal, as text.  What differs from
one run to the next (times, process ids, folders) counts as the same.  With
WRITE_SCREENS set they are written, not compared.  twenty.txt, which stands at
the top of the README, has its own commands in it, and they are run.
"""

import os
import re

import fido
import rig

FOLDER = rig.SOURCE / "docs" / "screens"
TOUCH = r"(stskey: touch .*\[[#.]{10}\] \d+ s)"
TOUCHED = "(one touch, and that line is gone)"
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
        if os.environ.get("WRITE_SCREENS"):
            path.write_text(usual(text))
        self.assertEqual(usual(text), usual(path.read_text()))

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

    def typed(self, line, here):
        """A line of a shell in that folder, and what comes of it."""
        env = {"PATH": f"{rig.STSKEY.parent}:{self.rig.env['PATH']}"}
        argv = ["/bin/bash", "--norc", "--noprofile", "-c", line]
        child = self.spawn(argv, cwd=str(here), env=env)
        said = f"$ {line}\n"
        if child.expect([TOUCH, rig.pexpect_eof()]) == 0:
            said += f"{child.match[1]}\n{TOUCHED}\n"
            self.key.touch("once")
            child.expect(rig.pexpect_eof())
        return said + child.before.rpartition("\x1b[J")[2].replace("\r", "")

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
        lines = [x[2:] for x in shown.splitlines() if x.startswith("$ ")]
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
        text = (FOLDER / "twenty.txt").read_text()
        block = "".join(f"    {line}\n" for line in text.splitlines())
        readme = (rig.SOURCE / "README.md").read_text()
        self.assertIn(f"\n\n{block}\n", readme.partition("\n## ")[0])

    def test_status(self):
        self.credentials("admin")
        self.same("status.txt", self.shown("status"))

    def test_log(self):
        self.credentials("admin")
        self.same("log.txt", self.shown("log", "--since", "1d"))


if __name__ == "__main__":
    rig.main()
