# SPDX-License-Identifier: Apache-2.0
"""Looking at the memory of the programs, for what was planted."""

import os
import signal
import subprocess

import leaking
import procs
import rig


class Scan:
    """Of a rig.Case."""

    def skip_unless_seen(self):
        if rig.SANITIZED:
            self.skipTest("a sanitizer must be preloaded first")
        if not leaking.SHIM.exists():
            self.skipTest(f"{leaking.SHIM} is not built")

    def scan(self, pid):
        """What was planted and is in the memory of a process, now stopped."""
        os.kill(pid, signal.SIGSTOP)
        procs.until(lambda: procs.stat(pid)[1] in "tT", 60, "it does not stop")
        everything = b"\0".join(procs.memory(pid))
        for known in (f"HOME={self.rig.home}", self.rig.url):
            self.assertTrue(known.encode() in everything, "the scan sees nothing")
        return leaking.found_in(everything)

    def judge(self, program, pid):
        """
        SoftHSM2, which is in the token process, is a token and keeps what it
        likes of a PIN; of keys it keeps none unencrypted either.
        """
        allowed = {"PIN"} if program == "stskey-token" else set()
        self.assertEqual(set(self.scan(pid)) - allowed, set(), program)

    def begin(self, argv, text, **env):
        """It, with these changes of its environment."""
        child = self.rig.start(
            [rig.STSKEY, *argv],
            env={**self.rig.enrolling, "LD_PRELOAD": leaking.SHIM, **env},
            stdin=subprocess.PIPE,
        )
        child.stdin.write(text.encode())
        child.stdin.close()
        child.stdin = None
        return child

    @staticmethod
    def is_main(pid):
        """And not one that the token process looks at a module with."""
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"\0probe\0" not in file.read()

    # pylint: disable-next=too-many-arguments
    def at_exit(self, program, argv, text, before=None, **env):
        """Stopped when all is done, before anything is unmapped."""
        self.rig.fresh()
        if before:
            before()
        child = self.begin(argv, text, STSKEY_TEST_STOP_AT_EXIT=program, **env)

        def stopped():
            for pid in [child.pid, *procs.children(child.pid)]:
                found = procs.stat(pid)
                if not found or found[1] != "T" or procs.program(pid) != program:
                    continue
                if self.is_main(pid):
                    return pid
                os.kill(pid, signal.SIGCONT)
            return -1 if child.poll() is not None else None

        pid = procs.until(stopped, 60, f"{program} does not reach its end")
        if pid > 0:
            # Its parent would not wait that long for it to end.
            os.kill(child.pid, signal.SIGSTOP)
            self.judge(program, pid)
            os.kill(pid, signal.SIGCONT)
        self.rig.kill(child)
        child.communicate()
        return pid > 0
