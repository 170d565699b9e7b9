#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
A planted secret, seed and PIN, every verb, good and failing: where do they
turn up?  Files, output, arguments, environments, open(2)s and sockets by
strace; cores.  test_memory.py looks at the memory.
"""

import os
import re
import resource
import signal
import subprocess

import leaking
import procs
import rig

# What is refused, and how; all else must do its work.
REFUSED = {
    "again": rig.CONFIG,
    "cut": rig.CONFIG,
    "twice as long": rig.CONFIG,
    "wrong PIN": rig.PIN_REFUSED,
    "unknown to AWS": rig.DENIED,
    "secret as an argument": rig.USAGE,
    "secret as an option": rig.USAGE,
    "CSV, no such file": rig.NOTFOUND,
    "nowhere": rig.NOTFOUND,
    "seed again": rig.CONFIG,
    "seed, spoilt": rig.CONFIG,
    "exec of nothing": 127,
    "denied": rig.DENIED,
    "wrong PIN at work": rig.PIN_REFUSED,
    "garbage": rig.FORMAT,
    "unknown verb": rig.USAGE,
}


class Leaks(leaking.Judge, rig.Case):
    def no_mfa(self, **more):
        return self.rig.dev(mfa_serial=None, stskey_mfa=None, **more)

    def spoil(self):
        self.sts.control({"key": {rig.KEY_ID: False}})

    def verbs(self):
        """(what it is, arguments, standard input, what to do before)."""
        key_id = ("--access-key-id", rig.KEY_ID)
        work = ("key", "import", "--to", "pkcs11:token=work")
        desk = ("mfa", "import", "--to", "pkcs11:token=desk")
        serial = ("--serial-number", rig.SERIAL)
        secret, seed = rig.SECRET + "\n", rig.SEED.lower() + "\n"
        module = "?module-name=softhsm2"
        csv = self.rig.home / "keys.csv"
        csv.write_text(f"Access key ID,Secret access key\n{rig.KEY_ID},{rig.SECRET}\n")
        csv.chmod(0o600)
        self.rig.credentials_file.write_text(
            f"[plain]\naws_access_key_id = {rig.KEY_ID}\n"
            f"aws_secret_access_key = {rig.SECRET}\n"
        )
        self.rig.credentials_file.chmod(0o600)
        dev = ("--profile", "dev")
        bad_pin = ("--pin-source", f"file:{self.rig.write_pin('bad', '000000')}")
        label = "--label"
        imports = (
            ("import", (label, "a"), secret, None),
            ("with a profile", (label, "b", "--profile", "new"), secret, None),
            ("again", (label, "a"), secret, None),
            ("offline", (label, "c", "--offline"), secret, None),
            ("cut", (label, "d"), secret[:-2] + "\n", None),
            ("twice as long", (label, "d"), rig.SECRET * 2, None),
            ("wrong PIN", (label, "d", *bad_pin), secret, None),
            ("unknown to AWS", (label, "e"), secret, self.spoil),
            ("secret as an argument", (rig.SECRET,), "", None),
            ("secret as an option", (f"--{rig.SECRET}",), "", None),
        )
        for what, more, text, before in imports:
            yield what, (*work, *key_id, *more), text, before
        files = (
            ("CSV", ("--csv", csv, label, "f")),
            ("CSV, no such file", ("--csv", f"{csv}x")),
            ("credentials file", ("--from-credentials", "plain", label, "g", "--yes")),
            ("CSV goes", ("--csv", csv, label, "h", "--yes")),
        )
        for what, more in files:
            yield what, (*work, *more), "", None
        yield "nowhere", (*work[:3], "pkcs11:token=none", *key_id), secret, None
        yield "seed", (*desk, *serial, label, "sa"), seed, None
        yield "seed again", (*desk, *serial, label, "sa"), seed, None
        yield "seed, spoilt", (*desk, *serial, label, "sb"), rig.SEED + "1\n", None
        yield "list", ("key", "list", "--to", "pkcs11:token=work" + module), "", None
        uri = "pkcs11:token=work;object=a;type=secret-key" + module
        calls = (
            ("verify", ("key", "verify", uri, *key_id), None),
            ("adopt", ("key", "adopt", uri, *key_id), None),
            ("remove", ("key", "remove", uri, "--yes"), None),
            ("credentials", ("credentials", *dev), None),
            ("role", ("credentials", "--profile", "admin"), None),
            ("login", ("login", *dev), None),
            ("exec", ("exec", *dev, "--", "true"), None),
            ("exec of nothing", ("exec", *dev, "--", "/no/such"), None),
            ("export", ("export", *dev), None),
            ("write", ("export", *dev, "--write", "temp"), None),
            ("whoami", ("whoami", *dev), None),
            ("status", ("status",), None),
            ("status, brief", ("status", *dev, "--brief"), None),
            ("status, probe", ("status", *dev, "--probe"), None),
            ("clear", ("clear",), None),
            ("denied", ("credentials", *dev), self.spoil),
            ("wrong PIN at work", ("credentials", *dev, *bad_pin), None),
            ("garbage", ("credentials", *dev), self.garbage),
            ("unknown verb", (rig.SECRET,), None),
        )
        for what, args, before in calls:
            yield what, args, "", before

    def garbage(self):
        self.sts.control({"faults": [{"kind": "garbage", "times": 9}]})

    def test_nowhere(self):
        """All verbs under strace; files, output, argv and environment after."""
        self.need_sight()
        allowed = {str(self.rig.home / "keys.csv"), str(self.rig.credentials_file)}
        refused = dict(REFUSED)
        for what, args, text, before in self.verbs():
            self.rig.fresh()
            if before:
                before()
            result, trace = self.rig.strace(
                leaking.CALLS, *args, input=text, env=self.rig.enrolling
            )
            with self.subTest(what=what):
                self.assertEqual(result.rc, refused.pop(what, 0), result)
                self.assertEqual(
                    leaking.found_in((result.out + result.err).encode()), [], result
                )
                programs = self.judge_trace(args, trace)
                if what in ("credentials", "role", "import"):
                    self.assertLessEqual(
                        {"stskey", "stskey-net", "stskey-token"}, programs
                    )
            for path in self.files():
                with open(path, "rb") as file:
                    leaks = leaking.found_in(file.read())
                if path not in allowed:
                    self.assertEqual(leaks, [], f"{what}: {path}")
        self.assertEqual(refused, {}, "no such rows")
        for path in allowed:  # the last verbs removed what was planted there
            if os.path.exists(path):
                with open(path, "rb") as file:
                    self.assertEqual(leaking.found_in(file.read()), [], path)

    def test_trace_is_judged(self):
        """What was planted in a trace is found there."""
        start = '7 execve("/x/{}", ["x"], ["HOME=/"]) = 0\n'
        thread = "7 clone3({{flags=0}} => {{parent_tid=[8]}}, 88) = 8\n"
        for program, call in (
            ("stskey", f'7 execve("/bin/sh", ["{rig.SECRET}"], []) = 0'),
            ("stskey", f'7 execve("/bin/sh", [], ["A={rig.SEED}"]) = 0'),
            ("stskey-token", "7 socket(AF_INET, SOCK_STREAM, 0) = 5"),
            ("stskey-token", thread.format() + "8 socket(AF_INET6, 1, 0) = 5"),
            ("stskey-net", '7 openat(AT_FDCWD, "/t", O_WRONLY|O_CREAT, 0600) = 5'),
            ("stskey-net", '7 connect(5, {sun_path="/dev/log"}, 110) = 0'),
            ("stskey", f'7 sendto(5, "<86> {rig.SECRET}", 99) = 99'),
        ):
            with self.subTest(call=call), self.assertRaises(AssertionError):
                self.judge_trace((), start.format(program) + call)
        self.judge_trace((), start.format("stskey-net") + "7 socket(AF_INET) = 5")

    # -- dumpable, cores

    def test_not_dumpable(self):
        """Without the shim nobody but root may look, nor a debugger attach."""
        self.sts.control({"faults": [{"kind": "stall"}]})
        child = self.rig.start([rig.STSKEY, "credentials", "--profile", "dev"])
        self.assertTrue(self.sts.faults.wait_stalled())
        pids = dict(procs.helpers(child.pid), stskey=child.pid)
        self.assertEqual(len(pids), 3)
        for name, pid in pids.items():
            # The kernel gives /proc/PID/environ of such a process to root alone.
            owner = os.stat(f"/proc/{pid}/environ").st_uid
            self.assertEqual(owner, 0, name)
            if os.getuid() != 0:
                with self.assertRaises(PermissionError):
                    open(f"/proc/{pid}/environ", "rb").close()
            limit = resource.prlimit(pid, resource.RLIMIT_CORE)
            self.assertEqual(limit[0], 0, name)

    def test_not_dumpable_for_its_own_user(self):
        """As an unprivileged person, whose own processes these are."""
        if os.getuid() != 0:
            self.skipTest("needs root, to become somebody else")
        subprocess.run(["chown", "-R", "65534:65534", self.rig.folder], check=True)
        self.rig.folder.chmod(0o755)
        self.addCleanup(
            subprocess.run, ["chown", "-R", "0:0", self.rig.folder], check=True
        )
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for shim, readable in ((None, False), (leaking.SHIM, True)):
            if shim and (rig.SANITIZED or not leaking.SHIM.exists()):
                continue
            self.rig.fresh_as(65534)
            self.sts.control({"faults": [{"kind": "stall"}]})
            child = self.rig.start(
                [*user, rig.STSKEY, "credentials", "--profile", "dev"],
                env={"LD_PRELOAD": shim},
            )
            if not self.sts.faults.wait_stalled():
                self.rig.kill(child)
                self.fail(child.communicate())
            pids = dict(procs.helpers(child.pid), stskey=child.pid)
            for name, pid in pids.items():
                probe = self.rig.run([*user, "head", "-c1", f"/proc/{pid}/environ"])
                self.assertEqual(probe.rc == 0, readable, (name, shim))
            self.rig.kill(child)
            child.communicate()

    def test_no_core(self):
        """Killed as by a bug, with cores allowed: none is written."""
        folder = self.rig.folder / "cores"
        folder.mkdir()
        for name in ("stskey", "stskey-net", "stskey-token"):
            self.rig.fresh()
            self.sts.control({"faults": [{"kind": "stall"}]})
            child = self.rig.start(
                ["sh", "-c", 'ulimit -c unlimited && exec "$@"', "sh", rig.STSKEY]
                + ["credentials", "--profile", "dev"],
                cwd=folder,
            )
            self.assertTrue(self.sts.faults.wait_stalled())
            pids = dict(procs.helpers(child.pid), stskey=child.pid)
            os.kill(pids[name], signal.SIGSEGV)
            procs.until(lambda: not procs.alive(pids[name]), 5, f"{name} lives")
            self.sts.control({"release": True})
            child.communicate(timeout=60)
            self.assertEqual(list(folder.iterdir()), [], name)


if __name__ == "__main__":
    rig.main()
