#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tests/try.sh: alone and with a person, and nothing is left of it."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import unittest
import uuid

import planted
import procs

SCRIPT = planted.SOURCE / "tests" / "try.sh"
ARN = f"arn:aws:iam::{planted.ACCOUNT}:user/dev"
STEPS = [str(n) for n in range(1, 9)]
PROXIES = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
# What reads this, reads what is the user's.
POISON = "[profile dev]\nregion = eu-central-1\nstskey_poison = yes\n"


class Try(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stskey-try-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "tmp").mkdir()
        (self.folder / "home" / ".aws").mkdir(parents=True)
        for name in ("config", "credentials"):
            (self.folder / "home" / ".aws" / name).write_text(POISON)
        self.mark = str(uuid.uuid4())
        self.env = {
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "TRY_BUILD": str(planted.BUILD),
            "TRY_MARK": self.mark,
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "SHELL": "/bin/sh",
            "PYTHONDONTWRITEBYTECODE": "1",
            # What a person with an HSM has.
            "STSKEY_PKCS11_MODULE": "/no/such/module.so",
            # What a person behind a proxy has; nothing listens there.
            **{name: "http://127.0.0.1:1" for name in PROXIES},
            # The shim has no sanitizer, and is loaded before that of stskey.
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")
            + ":verify_asan_link_order=0:detect_leaks=0",
        }

    def processes(self):
        """Those that have their environment from here."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            if self.mark.encode() in environment and procs.alive(int(pid)):
                found.append((pid, procs.program(pid)))
        return found

    def nothing_is_left(self):
        self.assertEqual(self.processes(), [])
        self.assertEqual(os.listdir(self.folder / "tmp"), [])
        home = self.folder / "home"
        files = sorted(str(p.relative_to(home)) for p in home.rglob("*"))
        self.assertEqual(files, [".aws", ".aws/config", ".aws/credentials"])
        for name in ("config", "credentials"):
            self.assertEqual((home / ".aws" / name).read_text(), POISON)

    def terminal(self, *args):
        """The script, with a person."""
        import pexpect  # pylint: disable=import-outside-toplevel

        child = pexpect.spawn(
            "/bin/sh",
            [str(SCRIPT), *args],
            env=self.env,
            timeout=90,
            encoding="utf-8",
            dimensions=(24, 300),
        )
        child.delaybeforesend = None
        self.addCleanup(child.close, force=True)
        return child

    @staticmethod
    def echoes(child):
        return bool(termios.tcgetattr(child.child_fd)[3] & termios.ECHO)

    def ended(self, child, status):
        import pexpect  # pylint: disable=import-outside-toplevel

        child.expect(pexpect.EOF)
        child.close()
        self.assertEqual(child.exitstatus, status, child.before)
        self.nothing_is_left()

    def is_touched_by_enter(self, child, why=""):
        """It blinks for as long as nobody presses Enter."""
        child.expect(rf"stskey: touch '[^']*'{why} for .*?\] (\d+) s")
        first = int(child.match[1])
        child.expect(r"\] (\d+) s")
        self.assertLess(int(child.match[1]), first)
        child.sendline("")

    # -- the ways to run it

    def test_alone(self):
        # Where it was built, a name may have a blank.
        build = self.folder / "my build"
        build.symlink_to(planted.BUILD)
        self.env["TRY_BUILD"] = str(build)
        result = subprocess.run(
            ["sh", str(SCRIPT), "-y"],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            timeout=180,
            check=False,
        )
        out = result.stdout.decode()
        self.assertEqual(result.returncode, 0, out)
        self.assertEqual(re.findall(r"(?m)^\x1b\[1m(\d)\.", out), STEPS)
        self.assertEqual(out.count(f'"Arn": "{ARN}"'), 2, out)
        self.assertIn("stskey_mfa = sealed:desk-key", out)
        self.nothing_is_left()

    def test_with_a_person(self):
        child = self.terminal("--shell")
        # Enter before it blinks is no touch.
        child.expect_exact("Press Enter to touch the key")
        child.sendline("")
        self.is_touched_by_enter(child, r" to seal the secret \(1 of 2\)")
        self.is_touched_by_enter(child, r" to seal the secret \(2 of 2\)")
        child.expect_exact("stskey_mfa = sealed:desk-key")
        self.is_touched_by_enter(child)
        child.expect_exact(ARN)
        child.expect_exact("exit ends it")
        self.assertTrue(self.echoes(child))
        # Seals without the wait that a code may have.
        child.sendline(
            f"echo {planted.SEED} | stskey mfa import --to fido: --name spare"
            f" --serial-number {planted.SERIAL}; echo ended=$?"
        )
        child.expect_exact("stskey_mfa = sealed:spare")
        child.expect("ended=0")
        child.sendline("exit")
        self.ended(child, 0)

    def test_interrupted(self):
        child = self.terminal()
        child.expect("stskey: touch '")
        self.assertFalse(self.echoes(child))
        self.assertTrue(self.processes())
        child.sendintr()
        self.ended(child, 130)

    def test_closed(self):
        """The window is closed while it blinks: the shell tells its job."""
        import pexpect  # pylint: disable=import-outside-toplevel

        child = self.terminal()
        child.expect("stskey: touch '")
        os.killpg(child.pid, signal.SIGHUP)
        with contextlib.suppress(pexpect.ExceptionPexpect):
            child.close(force=False)  # it complains of what takes a moment
        procs.until(
            lambda: not self.processes() and not os.listdir(self.folder / "tmp"),
            20,
            "something lives on",
        )
        self.nothing_is_left()


if __name__ == "__main__":
    needed = ("awscli", "softhsm2", "python3-cryptography")
    lacking = [
        package
        for package in needed
        if subprocess.run(
            ["dpkg-query", "-W", package], capture_output=True, check=False
        ).returncode
    ]
    if lacking:
        print(f"skipped: {' '.join(lacking)} not installed")
        sys.exit(77)
    unittest.main(verbosity=2)
