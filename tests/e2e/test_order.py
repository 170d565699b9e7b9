#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What comes before what, and which program has which descriptor."""

import os
import re

import procs
import rig

FILES = "openat,close,fsync,fdatasync,rename,renameat,renameat2"
FRAMES = "write,writev,sendto,sendmsg"


class Order(rig.Case):
    def no_mfa(self, **more):
        return self.rig.dev(mfa_serial=None, stskey_mfa=None, **more)

    def gated(self):
        """A PIN command that waits at a gate; the gate, and what it touches."""
        gate, asked = self.rig.folder / "gate", self.rig.folder / "asked"
        script = self.rig.folder / "pin.sh"
        asked.unlink(missing_ok=True)
        if not gate.exists():
            os.mkfifo(gate, 0o600)
        script.write_text(f"#!/bin/sh\n: > {asked}\ncat {gate}\n")
        script.chmod(0o700)
        self.rig.write_config(self.no_mfa(stskey_pin_source=f"command:{script}"))
        return gate, asked

    def test_step_is_on_disk_before_the_code_leaves(self):
        self.need_sight()
        result, trace = self.rig.strace(
            f"{FILES},{FRAMES}", "credentials", "--profile", "dev"
        )
        self.good(result)
        self.judge_steps(trace)

    @staticmethod
    def of_one(trace, word):
        """The calls of the first thread that says this, whole."""
        begun, calls = {}, {}
        for line in trace.splitlines():
            pid, _, call = line.partition(" ")
            call = call.strip()
            if call.endswith("<unfinished ...>"):
                begun[pid] = call.removesuffix("<unfinished ...>").rstrip()
                continue
            resumed = re.match(r"<\.\.\. \w+ resumed>(.*)$", call)
            if resumed:
                call = begun.pop(pid, "") + resumed[1]
            calls.setdefault(pid, []).append(call)
        return next(of for of in calls.values() if any(word in c for c in of))

    def judge_steps(self, trace):
        """
        The record (a file under .../step) is flushed, has its name, and so has
        the folder; then comes the frame with the code.
        """
        lines = self.of_one(trace, "code_made")
        leaves = next(n for n, line in enumerate(lines) if "code_made" in line)
        paths, flushed, named = {}, [], False
        for line in lines[:leaves]:
            opened = re.match(r'openat\([^"]*"([^"]*)".* = (\d+)$', line)
            if opened:
                paths[opened[2]] = opened[1]
            synced = re.match(r"f(?:data)?sync\((\d+)\) += 0$", line)
            if synced and "step" in paths.get(synced[1], ""):
                flushed.append((paths[synced[1]], named))
            if line.startswith("rename") and "/step/" in line:
                self.assertTrue(flushed, "it has its name before it is flushed")
                named = True
        self.assertTrue(named, "no record was written before the code left")
        self.assertTrue(flushed[-1][1], f"its folder is not flushed: {flushed}")

    def test_trace_is_judged(self):
        """Any other order is seen."""
        opened = '7 openat(AT_FDCWD, "/s/step/.stskey-1.tmp", O_WRONLY) = 5'
        folder = '7 openat(AT_FDCWD, "/s/step", O_RDONLY) = 6'
        sync, sync_folder = "7 fsync(5) = 0", "7 fsync(6) = 0"
        name = '7 rename("/s/step/.stskey-1.tmp", "/s/step/x") = 0'
        code = '7 sendto(3, "{\\"type\\":\\"code_made\\"", 9) = 9'
        good = [opened, sync, name, folder, sync_folder, code]
        self.judge_steps("\n".join(good))
        for bad in (
            [opened, name, folder, sync_folder, code],
            [opened, name, sync, folder, sync_folder, code],
            [opened, sync, folder, sync_folder, code, name],
            [code, *good[:-1]],
            [opened, sync, name, code],
        ):
            with self.subTest(bad=bad), self.assertRaises(AssertionError):
                self.judge_steps("\n".join(bad))

    def test_network_is_warm_before_the_pin(self):
        """The way to STS is open while the person is still being asked."""
        gate, asked = self.gated()
        child = self.rig.start_stskey("credentials", "--profile", "dev")
        procs.until(asked.exists, 60, "no PIN is asked for")
        procs.until(
            lambda: any(r["method"] == "HEAD" for r in self.sts.requests),
            20,
            "nobody connects while the PIN is awaited",
        )
        self.assertEqual(self.sts.count(outcome=None), 0)
        gate.write_text(rig.PIN + "\n")
        out, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, (out, err))
        connections = {r["connection"] for r in self.sts.requests}
        self.assertEqual(len(connections), 1, "the warm connection was not used")

    # -- descriptors

    def planted_in(self, *fds):
        """{program: {descriptor: what it is}} above 2, with fds of a caller."""
        self.need_sight()
        gate, asked = self.gated()
        lines = "".join(f"exec {fd}< {rig.HERE}/rig.py\n" for fd in fds)
        child = self.rig.start(
            ["bash", "-c", lines + 'exec "$@"', "bash", rig.STSKEY]
            + ["credentials", "--profile", "dev"]
        )
        procs.until(asked.exists, 60, "no PIN is asked for")
        procs.until(
            lambda: any(r["method"] == "HEAD" for r in self.sts.requests), 20, "no HEAD"
        )
        pids = dict(procs.helpers(child.pid), stskey=child.pid)
        found = {
            name: self.open_in(pids[name])
            for name in ("stskey", "stskey-net", "stskey-token")
        }
        gate.write_text(rig.PIN + "\n")
        child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0)
        return found

    @staticmethod
    def open_in(pid):
        folder = f"/proc/{pid}/fd"
        found = {}
        for name in os.listdir(folder):
            if int(name) > 2:
                found[int(name)] = os.readlink(f"{folder}/{name}")
        return found

    def test_network_has_only_its_own(self):
        found = self.planted_in(3, 7, 9)
        net = found["stskey-net"]
        self.assertNotIn(str(rig.HERE / "rig.py"), net.values())
        for fd, what in net.items():
            self.assertRegex(what, r"^(socket|pipe|anon_inode):", fd)

    def test_pin_on_another_descriptor(self):
        """Which the token process therefore does have."""
        self.rig.write_config(self.no_mfa(stskey_pin_source=None))
        result = self.rig.run(
            ["bash", "-c", f'exec 7< {self.rig.pin_file}; exec "$@"', "bash"]
            + [rig.STSKEY, "credentials", "--profile", "dev", "--pin-source", "fd:7"]
        )
        self.good(result).json()

    def test_pin_beside_other_descriptors(self):
        """fd:0, while a caller's descriptor 3 is something else."""
        self.rig.write_config(self.no_mfa(stskey_pin_source=None))
        for redirect in ("", f"3< {rig.HERE}/rig.py", "3<&1", "3< /dev/null 4<&3"):
            self.rig.fresh()
            result = self.rig.run(
                ["bash", "-c", f'exec {redirect}; "$@"', "bash", rig.STSKEY]
                + ["credentials", "--profile", "dev", "--pin-source", "fd:0"],
                input=rig.PIN + "\n",
            )
            with self.subTest(redirect=redirect):
                self.good(result).json()


if __name__ == "__main__":
    rig.main()
