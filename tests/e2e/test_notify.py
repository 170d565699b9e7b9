#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`stskey_notify = expiry`: a notice before a session ends, and who waits."""

import contextlib
import os
import pathlib
import time

import procs
import rig

NOTIFY_SEND = """#!/bin/sh
printf '%s\\n' "$@" >{said}.new
mv {said}.new {said}
"""
END = 43200
NOTICE = END - 900


class Notify(rig.Case):
    def setUp(self):
        super().setUp()
        folder = self.rig.folder / "bin"
        folder.mkdir(exist_ok=True)
        self.said = self.rig.folder / "said"
        self.said.unlink(missing_ok=True)
        program = folder / "notify-send"
        program.write_text(NOTIFY_SEND.format(said=self.said))
        program.chmod(0o755)
        # Who waits leaves when the test is over, and not only because of it.
        self.addCleanup(self.end)
        self.rig.env.update(
            PATH=f"{folder}:/usr/bin:/bin:/usr/sbin:/sbin", DISPLAY=":7"
        )
        self.use()

    def end(self):
        self.rig.fresh()
        procs.until(lambda: not self.waiters(), 10, "somebody waits for nothing")

    def use(self, notify="expiry", mfa=False, **more):
        keys = {} if mfa else {"mfa_serial": None, "stskey_mfa": None}
        keys.update(more)
        self.rig.write_config(
            self.rig.dev(stskey_notify=notify, **keys),
            self.rig.role(stskey_notify=notify),
        )

    def waiters(self):
        """The processes that this rig's programs have left behind."""
        found = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                env = (folder / "environ").read_bytes()
                if b"notify" in words[1:2] and str(self.rig.home).encode() in env:
                    if procs.alive(int(folder.name)):
                        found.append(int(folder.name))
        return found

    def one(self):
        """That one waits, and holds its lock."""
        procs.until(lambda: self.waiting() is not None, 60, "nobody waits")
        return self.waiting()

    def waiting(self):
        pids = self.waiters()
        if len(pids) != 1:
            return None
        with contextlib.suppress(OSError):
            call = pathlib.Path(f"/proc/{pids[0]}/wchan").read_text()
            links = os.listdir(f"/proc/{pids[0]}/fd")
            if "poll" in call and len(links) == 5:
                return pids[0]
        return None


class Waiting(Notify):
    def test_is_left_behind(self):
        """In a session of its own, with nothing of ours but the lock."""
        keys = {"AWS_SECRET_ACCESS_KEY": "sesame", "AWS_ACCESS_KEY_ID": "AKIAX"}
        answer = self.credentials("dev", env=keys)
        pid = self.one()
        self.assertEqual(os.getsid(pid), pid)
        files = {
            int(fd): os.readlink(f"/proc/{pid}/fd/{fd}")
            for fd in os.listdir(f"/proc/{pid}/fd")
        }
        for fd in range(3):
            self.assertEqual(files.pop(fd), "/dev/null")
        lock, inotify = sorted(files.values(), key=lambda name: "inotify" in name)
        self.assertEqual(inotify, "anon_inode:inotify")
        self.assertIn("/lock/notify-", lock)
        env = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
        self.assertNotIn(b"sesame", env)
        self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")
        if rig.SANITIZED:
            return  # its memory is terabytes
        for secret in (answer["SecretAccessKey"], answer["SessionToken"], rig.SECRET):
            self.assertFalse(in_memory(pid, secret.encode()))
        # What is looked for like that is found where it is.
        self.assertTrue(in_memory(pid, str(self.rig.home).encode()))

    def test_replaced(self):
        self.credentials()
        first = self.one()
        self.credentials("dev", "--fresh")
        procs.until(lambda: not procs.alive(first), 10, "the first waits on")
        self.assertNotEqual(self.one(), first)

    def test_cleared(self):
        self.credentials()
        self.one()
        self.good(self.rig.stskey("clear"))
        procs.until(lambda: not self.waiters(), 10, "somebody waits for nothing")
        self.assertFalse(self.said.exists())

    def test_switched_off(self):
        self.use(mfa=True)
        self.credentials()
        pid = self.one()
        # Another change, and another session, are none of its concern.
        self.use(mfa=True, stskey_timeout_seconds=50)
        self.credentials("admin")
        self.assertEqual(self.one(), pid)
        self.use("none", mfa=True)
        procs.until(lambda: not self.waiters(), 10, "somebody waits for nothing")

    def test_together(self):
        """Ten that ask at once, and a role: one session, one that waits."""
        self.use(mfa=True)
        calls = [[rig.STSKEY, "credentials", "--profile", "dev"]] * 10
        for result in self.rig.many(calls):
            self.good(result)
        self.credentials("admin")
        pid = self.one()
        # One more leaves at once, well, when it has been patient.
        result = self.good(self.rig.stskey("notify", "--profile", "dev"))
        self.assertEqual(result.out + result.err, "")
        self.assertEqual(self.one(), pid)

    def test_nobody(self):
        """By default, without a desktop, of what is not cached or short."""
        self.use(None)
        self.credentials()
        self.use("none")
        self.credentials("dev", "--fresh")
        self.use()
        self.credentials("dev", "--fresh", env={"DISPLAY": None})
        self.assertEqual(self.waiters(), [])
        self.use(stskey_cache="none")
        self.credentials()
        self.assertEqual(self.waiters(), [])
        self.use(stskey_session_seconds=1800)
        self.credentials()
        procs.until(lambda: not self.waiters(), 10, "a short one is waited for")
        self.assertFalse(self.said.exists())

    def test_asked_for(self):
        self.use("none")
        self.refused(
            self.rig.stskey("notify", "--profile", "dev"), rig.CONFIG, "stskey_notify"
        )
        self.use("soon")
        self.refused(
            self.rig.stskey("login", "--profile", "dev"),
            rig.CONFIG,
            "stskey_notify",
            "none or expiry",
        )


class Notice(Notify):
    """At a time that libfaketime makes."""

    def setUp(self):
        super().setUp()
        if not pathlib.Path(rig.FAKETIME).exists():
            self.skipTest("libfaketime is not installed (apt-get install libfaketime)")
        self.credentials("dev", env={"STSKEY_NOTIFY": "none"})

    def at(self, seconds, used):
        """One that waits, so long after; the session was used so long ago."""
        (path,) = self.rig.cache_files()
        os.utime(path, (0, time.time() + seconds - used))
        options = os.environ.get("ASAN_OPTIONS", "")
        return self.rig.stskey(
            *("notify", "--profile", "dev"),
            env={
                "LD_PRELOAD": rig.FAKETIME,
                "FAKETIME": f"+{seconds}",
                "NO_FAKE_STAT": "1",
                "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0".lstrip(":"),
                "TZ": "UTC",
            },
        )

    def test_said(self):
        """Not before its time: that is a few seconds from now."""
        result = self.good(self.at(NOTICE - 4, 60))
        self.assertGreater(result.seconds, 1)
        self.assertLess(result.seconds, procs.patience(30))
        words = self.said.read_text().splitlines()
        self.assertIn("--app-name=stskey", words)
        title, text = words[words.index("--") + 1 :]
        self.assertRegex(title, r"'dev' ends at (\d{4}-\d\d-\d\d )?\d\d:\d\d$")
        self.assertIn("`stskey login --fresh --profile dev`", text)

    def test_not_used(self):
        self.good(self.at(NOTICE, 3700))
        self.assertFalse(self.said.exists())
        self.good(self.at(NOTICE, 3500))
        self.assertTrue(self.said.exists())

    def test_over(self):
        self.good(self.at(END + 1, 60))
        self.assertFalse(self.said.exists())

    def test_no_program(self):
        (self.rig.folder / "bin" / "notify-send").unlink()
        self.rig.env["PATH"] = "/nowhere"
        self.refused(self.at(NOTICE, 60), rig.SYS, "notify-send", "libnotify-bin")


def in_memory(pid, what):
    """Whether that is anywhere in what it may write to."""
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as file:
        maps = [line.split() for line in file]
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for where, modes, *_ in maps:
            first, last = (int(n, 16) for n in where.split("-"))
            if not modes.startswith("rw"):
                continue
            with contextlib.suppress(OSError):
                memory.seek(first)
                if what in memory.read(last - first):
                    return True
    return False


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: only root may look at who waits: it is not dumpable")
        raise SystemExit(77)
    if not rig.may_look():
        print("skipped: nobody may look into other processes here")
        raise SystemExit(77)
    rig.main()
