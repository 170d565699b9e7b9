#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
The memory of the programs, in flight and when all is done, good and failing:
the conductor and the network process never have a secret, a seed or a PIN in
it; the token process has wiped them.
"""

import os
import signal
import subprocess

import importing
import leaking
import procs
import rig
import scanning

KEY_ID = ("--access-key-id", rig.KEY_ID)
WORK = ("key", "import", "--to", "pkcs11:token=work")
DESK = ("mfa", "import", "--to", "pkcs11:token=desk", "--serial-number", rig.SERIAL)
DEV = ("--profile", "dev")
SECRET, SEED = rig.SECRET + "\n", rig.SEED + "\n"


class Memory(scanning.Scan, rig.Case):
    WORLD = staticmethod(importing.world)

    def setUp(self):
        super().setUp()
        self.skip_unless_seen()
        self.csv = self.rig.home / "keys.csv"
        self.csv.write_text(
            f"Access key ID,Secret access key\n{rig.KEY_ID},{rig.SECRET}\n"
        )
        self.csv.chmod(0o600)
        self.rig.credentials_file.write_text(
            f"[plain]\naws_access_key_id = {rig.KEY_ID}\n"
            f"aws_secret_access_key = {rig.SECRET}\n"
        )
        self.rig.credentials_file.chmod(0o600)
        self.bad_pin = self.rig.write_pin("bad", "000000")

    def test_scan_finds(self):
        """A process that has them all is seen to have them."""
        child = self.rig.start(
            ["cat"],
            env=dict(self.rig.enrolling, A=rig.SECRET, B=rig.SEED, C=rig.PIN),
            stdin=subprocess.PIPE,
        )
        self.assertEqual(self.scan(child.pid), ["secret", "seed", "PIN"])

    def flights(self, label):
        """(arguments, standard input): what asks STS."""
        uri = f"pkcs11:token=work;object={label}1;type=secret-key"
        uri += "?module-name=softhsm2"
        yield (*WORK, *KEY_ID, "--label", label + "1"), SECRET
        yield (*WORK, "--csv", self.csv, "--label", label + "2"), ""
        yield (*WORK, "--from-credentials", "plain", "--label", label + "3"), ""
        yield ("key", "verify", uri, *KEY_ID), ""
        yield ("key", "adopt", uri, *KEY_ID), ""
        yield ("credentials", *DEV), ""
        yield ("login", "--profile", "admin"), ""

    def failures(self, label):
        """(arguments, standard input, what to do before): what fails."""
        label = ("--label", label + "9")
        bad_pin = ("--pin-source", f"file:{self.bad_pin}")
        yield (*WORK, *KEY_ID, *label, *bad_pin), SECRET, None
        yield (*WORK, *KEY_ID, *label), rig.SECRET * 2 + "\n", None
        yield (*WORK, *KEY_ID, *label), rig.SECRET[:-2] + "\n", None
        yield (*WORK, *KEY_ID, *label), SECRET, self.spoil
        yield (*WORK, *KEY_ID, *label), SECRET, None  # the label is taken
        yield (*WORK[:3], "pkcs11:token=none", *KEY_ID), SECRET, None
        yield (*DESK, *label), rig.SEED + "1\n", None
        yield (*DESK, *label, *bad_pin), SEED, None
        yield ("credentials", *DEV, *bad_pin), "", None
        yield ("credentials", *DEV), "", self.spoil
        yield ("credentials", *DEV), "", self.garbage

    def spoil(self):
        self.sts.control({"key": {rig.KEY_ID: False}})

    def garbage(self):
        self.sts.control({"faults": [{"kind": "garbage", "times": 9}]})

    def test_in_flight(self):
        command = ("exec", *DEV, "--", "true")
        for kind in ("stall", "stall-after"):
            for argv, text in (*self.flights(kind), (command, "")):
                self.rig.fresh()
                self.sts.control({"faults": [{"kind": kind}]})
                with self.subTest(argv=argv, kind=kind):
                    self.flight(self.begin(argv, text))

    def flight(self, child):
        self.assertTrue(self.sts.faults.wait_stalled())
        pids = dict(procs.helpers(child.pid), stskey=child.pid)
        self.assertEqual(set(pids), {"stskey", "stskey-net", "stskey-token"})
        for program, pid in pids.items():
            self.judge(program, pid)
        for pid in pids.values():
            os.kill(pid, signal.SIGCONT)
        self.sts.control({"release": True})
        _, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, err)

    def test_at_exit(self):
        for program in ("stskey", "stskey-net", "stskey-token"):
            for argv, text in self.flights(program):
                with self.subTest(program=program, argv=argv):
                    self.assertTrue(self.at_exit(program, argv, text), "no stop")

    def test_at_exit_of_the_rest(self):
        """What asks nothing of STS but the name, or looks at a token alone."""
        uri = self.rig.key_uri
        for argv, programs in (
            (("whoami", *DEV), ("stskey", "stskey-net", "stskey-token")),
            (("key", "list"), ("stskey", "stskey-token")),
            (("key", "remove", uri + "x", "--yes"), ("stskey", "stskey-token")),
            (("status", *DEV, "--probe"), ("stskey", "stskey-token")),
            (("clear",), ("stskey",)),
        ):
            for program in programs:
                with self.subTest(program=program, argv=argv):
                    self.assertTrue(self.at_exit(program, argv, ""), "no stop")

    def test_at_exit_of_a_seed(self):
        for program in ("stskey", "stskey-token"):
            argv = (*DESK, "--label", program)
            with self.subTest(program=program):
                self.assertTrue(self.at_exit(program, argv, SEED), "no stop")

    def test_at_exit_of_a_write(self):
        """Where the file holds the key of somebody, and a session comes to it."""
        write = ("export", *DEV, "--write", "temp")

        def before():
            answer = self.rig.stskey("credentials", *DEV).json()
            for name in ("SecretAccessKey", "SessionToken"):
                leaking.PLANTED[name] = answer[name].encode()
                self.addCleanup(leaking.PLANTED.pop, name, None)

        for program in ("stskey", "stskey-token"):
            with self.subTest(program=program):
                self.assertTrue(self.at_exit(program, write, "", before), "no stop")

    def test_the_command_has_no_more(self):
        """Of what exec knew the session alone, and that in its environment."""
        child = self.rig.start(
            [rig.STSKEY, "exec", *DEV, "--", "cat"],
            env={"A": self.rig.url},  # which a scan looks for
            stdin=subprocess.PIPE,
        )
        child.stdin.write(b"up\n")
        child.stdin.flush()
        self.assertEqual(child.stdout.readline(), b"up\n")
        self.assertEqual(self.scan(child.pid), [])
        with open(f"/proc/{child.pid}/cmdline", "rb") as file:
            self.assertEqual(file.read(), b"cat\0")

    def test_at_exit_of_failures(self):
        """Not all of them get as far as to start the network process."""
        seen = {}
        for program in ("stskey", "stskey-net", "stskey-token"):
            for argv, text, before in self.failures(program):
                with self.subTest(program=program, argv=argv):
                    stopped = self.at_exit(program, argv, text, before)
                    seen[program] = seen.get(program, 0) + stopped
        self.assertEqual(seen["stskey"], 11)
        self.assertGreaterEqual(seen["stskey-token"], 10)
        self.assertGreaterEqual(seen["stskey-net"], 3)


if __name__ == "__main__":
    rig.main()
