#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
The seed that IAM hands out, and the picture of it: not in files, output,
arguments or environments, nor in what passes between the programs.
test_enroll_memory.py looks at the memory.
"""

import re

import enrolling
import leaking
import procs
import rig
from seeds import Leaks, shapes


class Written(Leaks):
    def test_scan_finds(self):
        self.enrolled()
        ((serial, seed),) = self.seeds()
        for shape in shapes(serial, seed).values():
            path = self.rig.home / "found"
            path.write_bytes(b"x" + shape + b"x")
            with self.assertRaises(AssertionError):
                self.nowhere()

    def test_output_and_files(self):
        result = self.enrolled(env={"FIDO_DEBUG": "1", "CURLOPT_VERBOSE": "1"})
        self.assertGreater(len(list(self.files())), 3)
        self.nowhere(result.out, result.err)

    def test_while_it_is_sealed(self):
        self.need_sight()
        self.rig.desk.touch("never")
        child = self.rig.start_stskey(*enrolling.ENROLL)
        self.rig.desk.wait_for("blink")
        self.nowhere()
        for pid in [child.pid, *procs.helpers(child.pid).values()]:
            for name in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    self.assertEqual(self.found_in(file.read()), set())

    def test_traced(self):
        """What passes between the programs, and goes to the disk."""
        self.need_sight()
        options = {"ASAN_OPTIONS": self.rig.env["ASAN_OPTIONS"]}
        result, trace = self.rig.strace("all", *enrolling.ENROLL, env=options)
        self.good(result)
        names = dict(re.findall(r'(?m)^(\d+) +execve\("[^"]*/([^"/]*)"', trace))
        self.assertEqual(set(names.values()), {"stskey", "stskey-net", "stskey-token"})
        of_net = {pid for pid, name in names.items() if name == "stskey-net"}
        lines = trace.splitlines()
        threads = {
            m[2]: m[1] for m in re.finditer(r"(?m)^(\d+) +clone3?\(.*= (\d+)$", trace)
        }
        of_net |= {t for t, parent in threads.items() if parent in of_net}
        others = [line for line in lines if line.split()[0] not in of_net]
        self.assertGreater(len(others), 100)
        self.nowhere("\n".join(others))


class TypedPin(leaking.Judge, Leaks):
    """The PIN of the FIDO2 key, typed at a terminal for each verb that asks."""

    PROMPT = r"tries are left[^:]*PIN[^\r\n]*:"

    @staticmethod
    def machine():
        return enrolling.Machine(pin=leaking.FIDO_PIN)

    files = Leaks.files

    def typed(self, *args):
        """What the terminal showed; the PIN is nowhere in a trace or a file."""
        trace = self.rig.folder / "pins" / "typed"
        calls = leaking.CALLS + ",write,writev,pwrite64"
        options = self.rig.env["ASAN_OPTIONS"] + ":detect_leaks=0"
        argv = ["-f", "-v", "-s", "100000", "-o", trace, "-e", f"trace={calls}"]
        child = self.rig.pty(
            *(*argv, rig.STSKEY, *args),
            program="strace",
            env={"FIDO_DEBUG": "1", "ASAN_OPTIONS": options},
            timeout=60,
        )
        seen, asked = "", 0
        while child.expect([self.PROMPT, rig.pexpect_eof()]) == 0:
            seen += child.before + child.after
            child.sendline(leaking.FIDO_PIN)
            asked += 1
        seen += child.before
        child.wait()
        self.assertEqual(child.exitstatus, 0, seen)
        self.assertGreater(asked, 0, seen)
        self.pin_is_nowhere(args, seen, trace.read_text("utf-8", "replace"))
        return seen

    def pin_is_nowhere(self, args, seen, trace):
        self.assertEqual(leaking.found_in(seen.encode()), [])
        programs = self.judge_trace(args, trace)
        self.assertLessEqual({"stskey", "stskey-net", "stskey-token"}, programs)
        for path in self.files():
            self.assertEqual(leaking.found_in(path.read_bytes()), [], path)

    def test_each(self):
        self.need_sight()
        self.typed(*enrolling.ENROLL, "--pin")
        self.has_one()
        self.sts.attach("daily")
        of = ("--profile", "dev")
        for args in (("mfa", "resync", *of), ("mfa", "deactivate", *of, "--yes")):
            # The session is made anew, so that it is asked for.
            self.good(self.rig.stskey("clear"))
            with self.subTest(args=args):
                self.typed(*args)
        self.assertEqual(self.sts.devices(), [])
        self.assertEqual(set(self.rig.desk.events("pin")), {"right"})

    def test_is_seen_where_it_is(self):
        """An echo, a file and a trace with it are found."""
        shown = f'7 execve("{rig.STSKEY}", ["stskey"], ["X=1"]) = 0\n'
        sent = f'7 write(4, "x{leaking.FIDO_PIN}", 13) = 13\n'
        with self.assertRaises(AssertionError):
            self.pin_is_nowhere((), leaking.FIDO_PIN, shown)
        with self.assertRaises(AssertionError):
            self.judge_trace((), shown + sent)
        (self.rig.home / "found").write_text(leaking.FIDO_PIN)
        found = [leaking.found_in(p.read_bytes()) for p in self.files()]
        self.assertIn(["FIDO PIN"], found)
        (self.rig.home / "found").unlink()


if __name__ == "__main__":
    rig.main()
