#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`clear`, and cache folders of every kind."""

import os
import signal

import procs
import rig


class Clear(rig.Case):
    def setUp(self):
        super().setUp()
        self.rig.write_config(self.rig.dev(mfa_serial=None, stskey_mfa=None))
        self.folder = self.rig.cache / "stskey"

    def clear(self, *more):
        return self.good(self.rig.stskey("clear", *more))

    def left(self):
        return sorted(p.name for p in self.folder.iterdir())

    def test_all(self):
        self.credentials()
        self.assertIn("1 session", self.clear().out)
        self.assertEqual(self.left(), ["CACHEDIR.TAG"])
        self.assertIn("0 sessions", self.clear().out)

    def killed_before_the_name(self):
        """A call that ends where the second file of one process gets its name."""
        calls = "rename,renameat,renameat2"
        trace = self.rig.folder / "pins" / "trace"
        result = self.rig.run(
            ["strace", "-f", "-o", trace, "-e", f"trace={calls}"]
            + ["-e", f"inject={calls}:error=EIO:signal=KILL:when=2"]
            + [rig.STSKEY, "credentials", "--profile", "dev"],
            env={"ASAN_OPTIONS": "detect_leaks=0"},
        )
        self.assertEqual(result.rc, -signal.SIGKILL, result)

    def test_half_written(self):
        """Killed between the writing and the naming of an entry."""
        self.killed_before_the_name()  # the first was CACHEDIR.TAG
        halves = [n for n in self.left() if n.startswith(".stskey-")]
        self.assertEqual(len(halves), 1, self.left())
        self.assertIn(b"SessionToken", (self.folder / halves[0]).read_bytes())
        self.clear()
        self.assertEqual([n for n in self.left() if n != "CACHEDIR.TAG"], [])
        self.credentials()

    def test_killed_in_the_middle(self):
        """Whenever it is killed, what is there is whole or goes with clear."""
        self.sts.control({"faults": [{"kind": "stall-after", "times": 9}]})
        for _ in range(3):
            child = self.rig.start_stskey("credentials", "--profile", "dev")
            self.assertTrue(self.sts.faults.wait_stalled())
            self.sts.control({"release": True})
            procs.until(
                lambda: self.folder.exists() or not procs.alive(child.pid),
                20,
                "no file",
            )
            os.kill(child.pid, signal.SIGKILL)
            child.communicate(timeout=60)
            self.clear()
            self.assertEqual(
                [n for n in self.left() if n != "CACHEDIR.TAG"], []
            )
        self.sts.control({"clear": True})
        self.credentials()

    def test_link(self):
        """A link among the entries goes; what it leads to stays."""
        self.credentials()
        (entry,) = self.rig.cache_files()
        treasure = self.rig.folder / "treasure"
        treasure.write_text("mine\n")
        for name in (entry.name, "another"):
            (self.folder / name).unlink(missing_ok=True)
            (self.folder / name).symlink_to(treasure)
        (self.folder / "nowhere").symlink_to(self.rig.folder / "not there")
        self.clear()
        self.assertEqual(self.left(), ["CACHEDIR.TAG"])
        self.assertEqual(treasure.read_text(), "mine\n")
        # By profile alone as well.
        entry.symlink_to(treasure)
        self.clear("--profile", "dev")
        self.assertEqual(self.left(), ["CACHEDIR.TAG"])
        self.assertEqual(treasure.read_text(), "mine\n")
        self.credentials()


class LongPath(rig.Case):
    """A cache folder whose name is very long, or too long for any system."""

    def folder(self, length):
        base = str(self.rig.folder / "long")
        while len(base) + 101 < length:
            base += "/" + "c" * 100
        base += "/" + "d" * (length - len(base) - 1)
        self.assertEqual(len(base), length)
        return base

    def test_lengths(self):
        for length in (1000, 1023, 1024, 1036, 1100, 2000, 3900, 4090, 5000, 20000):
            self.rig.fresh()
            env = {"XDG_CACHE_HOME": self.folder(length)}
            result = self.rig.stskey("credentials", "--profile", "dev", env=env)
            with self.subTest(length=length):
                self.assertNotRegex(result.err, "(?i)memory")
                codes = [r for r in self.sts.requests if "TokenCode" in r["params"]]
                if length >= 4090:
                    self.refused(result, rig.SYS)
                    self.assertEqual(codes, [], "a code was used up for nothing")
                    continue
                self.good(result)
                self.assertEqual(len(codes), 1)
                if "not kept" not in result.err:
                    again = self.rig.stskey("credentials", "--profile", "dev", env=env)
                    self.assertEqual(self.good(again).out, result.out)

    def test_state(self):
        """The same for what remembers the steps and holds the locks."""
        for length in (1036, 3900, 5000):
            self.rig.fresh()
            env = {"XDG_STATE_HOME": self.folder(length)}
            result = self.rig.stskey("credentials", "--profile", "dev", env=env)
            with self.subTest(length=length):
                self.assertNotRegex(result.err, "(?i)memory")
                if length < 4000:
                    self.good(result)
                    continue
                self.refused(result, rig.SYS)
                self.assertEqual(self.sts.count(outcome=None), 0)


if __name__ == "__main__":
    rig.main()
