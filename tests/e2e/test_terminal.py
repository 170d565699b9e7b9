#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A terminal at which a PIN is typed, and what becomes of it."""

import os
import signal
import termios

import procs
import rig

ECHO, FLAGS = termios.ECHO, 3


class Terminal(rig.Case):
    def setUp(self):
        super().setUp()
        self.rig.write_config(
            self.rig.dev(mfa_serial=None, stskey_mfa=None, stskey_pin_source="prompt")
        )

    def prompted(self, *args):
        """A shell on a terminal, with stskey at its prompt; echo is off."""
        args = args or ("credentials", "--profile", "dev")
        import pexpect  # pylint: disable=import-outside-toplevel

        # The shell stays: whose end closes a terminal, nobody can ask it.
        line = " ".join(f"'{a}'" for a in (rig.STSKEY, *args))
        child = pexpect.spawn(
            "/bin/bash",
            ["--norc", "--noprofile", "-c", f"{line}; echo ended=$?; read -r x"],
            env=self.rig.environment(self.rig.enrolling | {"STSKEY_PIN_SOURCE": None}),
            timeout=60,
            encoding="utf-8",
            dimensions=(24, 200),
        )
        child.delaybeforesend = None
        self.rig.children.append(child)
        child.expect("PIN[^\r\n]*:")
        procs.until(lambda: not self.echoes(child), 60, "what is typed is shown")
        return child

    @staticmethod
    def echoes(child):
        return bool(termios.tcgetattr(child.child_fd)[FLAGS] & ECHO)

    def of(self, child):
        """The processes by name."""
        return procs.helpers(child.pid)

    def test_good(self):
        child = self.prompted()
        child.sendline(rig.PIN)
        child.expect("ended=0")
        self.assertNotIn(rig.PIN, child.before)
        self.assertTrue(self.echoes(child))

    def test_token_process_killed(self):
        for number in (signal.SIGKILL, signal.SIGSEGV):
            child = self.prompted()
            os.kill(self.of(child)["stskey-token"], number)
            child.expect(r"ended=(\d+)")
            with self.subTest(number=number):
                self.assertEqual(int(child.match[1]), rig.HELPER)
                self.assertTrue(self.echoes(child), "the terminal stays dumb")

    def test_interrupted(self):
        """By the key, and from elsewhere."""
        for send in (
            lambda child: child.sendintr(),
            lambda child: os.kill(self.of(child)["stskey"], signal.SIGTERM),
            lambda child: os.kill(self.of(child)["stskey"], signal.SIGHUP),
        ):
            child = self.prompted()
            pids = self.of(child)
            send(child)
            procs.until(
                lambda: not any(
                    procs.alive(p) for n, p in pids.items() if "stskey" in n
                ),
                10,
                "somebody lives on",
            )
            self.assertTrue(self.echoes(child), "the terminal stays dumb")

    def test_conductor_killed(self):
        """Then the token process itself puts the terminal right."""
        child = self.prompted()
        pids = self.of(child)
        os.kill(pids["stskey"], signal.SIGKILL)
        child.expect("ended=137")
        procs.until(lambda: not procs.alive(pids["stskey-token"]), 5, "it lives on")
        procs.until(lambda: self.echoes(child), 60, "the terminal stays dumb")


if __name__ == "__main__":
    rig.main()
