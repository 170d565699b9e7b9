#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Helpers that are gone or mad, signals, closed descriptors."""

import os
import pathlib
import shutil
import signal

import bad
import procs
import rig


class Helpers(bad.BadInput):
    def elsewhere(self):
        """A copy of the conductor with helpers to spoil."""
        folder = pathlib.Path(
            shutil.copytree(rig.BUILD / "bin", self.rig.folder / "copy" / "bin")
        ).parent
        shutil.copytree(rig.LIBEXEC, folder / "libexec" / "stskey")
        self.addCleanup(shutil.rmtree, folder)
        return folder

    def spoilt(self, name, script):
        folder = self.elsewhere()
        path = folder / "libexec" / "stskey" / name
        path.unlink()
        if script is not None:
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)
        return self.rig.run(
            [folder / "bin" / "stskey", "credentials", "--profile", "dev"], timeout=60
        )

    def test_not_there(self):
        for name in ("stskey-token", "stskey-net"):
            with self.subTest(name=name):
                result = self.spoilt(name, None)
                self.refused(result, rig.HELPER, name)
                self.doCleanups()

    def test_dies(self):
        for name in ("stskey-token", "stskey-net"):
            for script in ("exit 0", "exit 3", "kill -9 $$"):
                with self.subTest(name=name, script=script):
                    self.refused(self.spoilt(name, script), rig.HELPER, name)
                    self.doCleanups()

    def test_nonsense(self):
        """Noise, a frame too long, JSON that is no message, the wrong one."""
        for script in (
            "head -c 65536 /dev/urandom >&0",
            r"printf '\377\377\377\377' >&0; exec cat >/dev/null",
            r"printf '\0\0\0\2{}' >&0; exec cat >/dev/null",
            r"printf '\0\0\0\5[[[[[' >&0; exec cat >/dev/null",
            r"""printf '\0\0\0\015{"type":"ok"}' >&0; exec cat >/dev/null""",
            r"printf '\0\0\0\0' >&0; exec cat >/dev/null",
        ):
            for name in ("stskey-token", "stskey-net"):
                with self.subTest(name=name, script=script):
                    result = self.spoilt(name, script)
                    self.refused(result, rig.HELPER, name)
                    self.assertLess(result.seconds, procs.patience(bad.QUICK))
                    self.doCleanups()

    def test_killed(self):
        for name in ("stskey-token", "stskey-net"):
            self.rig.fresh()
            self.sts.control({"faults": [{"kind": "stall"}]})
            child = self.rig.start_stskey("credentials", "--profile", "dev")
            self.assertTrue(self.sts.faults.wait_stalled())
            helpers = procs.helpers(child.pid)
            os.kill(helpers[name], signal.SIGKILL)
            if name == "stskey-token":
                self.sts.control({"release": True})
            out, err = child.communicate(timeout=procs.patience(bad.QUICK))
            with self.subTest(name=name):
                if child.returncode == 0:
                    # It had done its part: the answer is as good as any.
                    self.assertEqual(name, "stskey-token")
                    continue
                result = rig.Result(child.returncode, out.decode(), err.decode(), 0)
                self.refused(result, rig.HELPER, name)

    def test_interrupted(self):
        """Dies of the same signal, says nothing on stdout, leaves nobody."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.rig.fresh()
            self.sts.control({"faults": [{"kind": "stall"}]})
            child = self.rig.start_stskey("credentials", "--profile", "dev")
            self.assertTrue(self.sts.faults.wait_stalled())
            helpers = list(procs.helpers(child.pid).values())
            os.kill(child.pid, number)
            out, _ = child.communicate(timeout=procs.patience(5))
            with self.subTest(number=number):
                self.assertEqual(child.returncode, -number)
                self.assertEqual(out, b"")
                procs.until(
                    lambda: not any(procs.alive(p) for p in helpers), 1, "helpers live"
                )

    def test_standard_output_is_full(self):
        with open("/dev/full", "wb") as full:
            args = ("credentials", "--profile", "dev")
            child = self.rig.start_stskey(*args, stdout=full)
            _, err = child.communicate(timeout=procs.patience(bad.QUICK))
        self.assertEqual(child.returncode, rig.SYS)
        self.assertRegex(err.decode(), "^stskey: ")

    def test_standard_descriptors_closed(self):
        """No file of ours lands on 0, 1 or 2."""
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            self.rig.fresh()
            result = self.rig.run(
                ["sh", "-c", f'"$@" {closed}', "sh", rig.STSKEY, "credentials"]
                + ["--profile", "dev"]
            )
            with self.subTest(closed=closed):
                if ">&-" not in closed.replace("2>&-", ""):
                    self.good(result)
                else:
                    # Credentials that nobody gets are no success.
                    self.assertEqual(result.rc, rig.SYS, result)
            for path in self.rig.state.rglob("*"):
                if path.is_file():
                    self.assertNotIn(b'"SessionToken"', path.read_bytes())

    def test_unreachable(self):
        self.write(self.no_mfa(endpoint_url="http://127.0.0.1:1"))
        self.refused(self.call(), rig.NET, "127.0.0.1")


if __name__ == "__main__":
    rig.main()
