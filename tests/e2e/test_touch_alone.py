#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A touch that nobody asks for any more, or that nobody can be told of here."""

import os
import shutil
import signal
import time

import procs
import rig
from touching import Touching

# How soon a key stops blinking.
SOON = 1.0
ENDS = ("touch", "timeout", "cancel", "gone", "unplug")
SHELL = ["/bin/bash", "--norc", "--noprofile"]


class Alone(Touching):
    def setUp(self):
        super().setUp()
        self.desk.touch("never")

    def stopped_after(self, when):
        """How long it went on blinking, by the key's own clock."""
        procs.until(lambda: not self.desk.is_blinking(), 5, "it blinks on")
        ended = [t for t, event, _ in self.desk.log() if event in ENDS]
        return ended[-1] - when

    def all_gone(self, pids):
        for pid in pids:
            procs.until(lambda p=pid: not procs.alive(p), 3, f"{pid} lives on")

    def works_again(self):
        """No lock was left, and the key is not busy."""
        self.desk.touch("auto")
        self.good(self.call("--timeout", "10"))


class Callers(Alone):
    """Whoever asked is killed: it cannot pass that on."""

    PYTHON = "import subprocess,sys; subprocess.run(sys.argv[1:]{})"

    def killed(self, how, **options):
        argv = [rig.STSKEY, "credentials", "--profile", "dev"]
        caller = self.rig.start(
            ["/usr/bin/python3", "-c", self.PYTHON.format(how), *argv],
            env=self.shown(),
            **options,
        )
        self.desk.wait_for("blink")
        pids = procs.children(caller.pid)
        self.assertGreaterEqual(len(pids), 3, pids)
        when = time.monotonic()
        caller.kill()
        self.assertLess(self.stopped_after(when), procs.patience(SOON))
        self.all_gone(pids)
        self.assertEqual(self.posts(), 0)
        self.works_again()

    def test_reader(self):
        """Who would have read the answer."""
        self.killed(", stdout=subprocess.PIPE")

    def test_parent(self):
        """And where somebody else would still read it."""
        self.killed("")

    def test_shell_between(self):
        """As Go's SDK starts it: the shell lives on, its reader does not."""
        line = f"{rig.STSKEY} credentials --profile dev; :"
        code = (
            "import subprocess,sys; subprocess.run(['sh','-c',sys.argv[1]],"
            "stdout=subprocess.PIPE)"
        )
        caller = self.rig.start(
            ["/usr/bin/python3", "-c", code, line], env=self.shown()
        )
        self.desk.wait_for("blink")
        when = time.monotonic()
        caller.kill()
        self.assertLess(self.stopped_after(when), procs.patience(SOON))
        self.works_again()

    def test_nohup(self):
        """That one was told to go on."""
        line = f"trap '' HUP; {rig.STSKEY} login --profile dev & wait"
        caller = self.rig.start(
            [*SHELL, "-c", line], env=self.shown(), stdout=self.devnull()
        )
        self.desk.wait_for("blink")
        caller.kill()
        procs.until(lambda: not procs.alive(caller.pid), 3, "the shell lives on")
        self.assertTrue(self.desk.is_blinking())
        self.desk.touch("auto")
        procs.until(lambda: self.posts() == 1, 60, "no session")

    def devnull(self):
        file = open(os.devnull, "wb")  # pylint: disable=consider-using-with
        self.addCleanup(file.close)
        return file

    def test_waiting_for_a_key(self):
        """Nothing blinks yet, and still nobody is left."""
        self.desk.unplug()
        try:
            argv = [rig.STSKEY, "credentials", "--profile", "dev"]
            caller = self.rig.start(
                ["/usr/bin/python3", "-c", self.PYTHON.format(""), *argv],
                env=self.shown(),
            )
            procs.until(
                lambda: "stskey-token" in procs.helpers(caller.pid), 10, "no helper"
            )
            pids = procs.children(caller.pid)
            caller.kill()
            self.all_gone(pids)
        finally:
            self.desk.plug()
        self.works_again()

    def test_one_of_many(self):
        """The one whose caller is gone fails alone; the next one blinks."""
        argv = [rig.STSKEY, "credentials", "--profile", "dev"]
        caller = self.rig.start(
            ["/usr/bin/python3", "-c", self.PYTHON.format(""), *argv],
            env=self.shown(),
        )
        self.desk.wait_for("blink")
        others = [self.begin() for _ in range(4)]
        procs.until(lambda: all(procs.in_flock(c.pid) for c in others), 60, "no wait")
        caller.kill()
        self.desk.wait_for("blink", 2)
        self.desk.touch("auto")
        for child in others:
            self.good(self.end(child))
        self.assertEqual(self.desk.blinks(), 2)
        self.assertEqual(self.posts(), 1)


class Processes(Alone):
    """What becomes of the other processes of ours when one is killed."""

    def killed(self, name):
        child = self.begin()
        self.desk.wait_for("blink")
        pids = procs.helpers(child.pid)
        when = time.monotonic()
        os.kill(pids[name], signal.SIGKILL)
        result = self.end(child)
        self.refused(result, rig.HELPER, name, "signal 9", "try again")
        self.assertLess(self.stopped_after(when), procs.patience(SOON))
        self.all_gone(pids.values())
        self.works_again()

    def test_token(self):
        self.killed("stskey-token")

    def test_busy_after_it(self):
        """A key that blinks on for who was killed is waited for."""
        self.desk.replug(outlive=True, timeout_ms=4000)
        self.addCleanup(lambda: self.desk.replug(outlive=None, timeout_ms=None))
        child = self.begin()
        self.desk.wait_for("blink")
        # So that nothing takes it back.
        os.kill(procs.helpers(child.pid)["stskey-token"], signal.SIGKILL)
        self.end(child)
        self.assertTrue(self.desk.is_blinking())
        again = self.begin()
        self.desk.wait_for("timeout")
        self.desk.touch("auto")
        self.good(self.end(again))

    def test_stopped(self):
        """A holder that is stopped is named, and nobody hangs for it."""
        holder = self.begin()
        self.desk.wait_for("blink")
        pids = [holder.pid, *procs.helpers(holder.pid).values()]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        waiter = self.rig.pty(
            *("credentials", "--profile", "dev", "--timeout", "5"), env=self.shown()
        )
        waiter.expect(rf"waiting for pid {holder.pid} [^\r\n]*stopped")
        waiter.expect("stskey: .*")
        waiter.expect(rig.pexpect_eof())
        waiter.close()
        self.assertEqual(waiter.exitstatus, rig.TIMEOUT)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        self.desk.touch("auto")
        self.good(self.end(holder))

    def test_cached_is_not_held_up(self):
        """What is in the cache needs no key: a touch elsewhere is no matter."""
        self.desk.touch("auto")
        first = self.good(self.call())
        self.desk.touch("never")
        # Not for the next half minute.
        shutil.rmtree(self.rig.state / "stskey" / "step")
        self.sts.control({"forget_codes": True})
        holder = self.begin("--fresh")
        self.desk.wait_for("blink", 2)
        self.assertEqual(self.good(self.call("--timeout", "5")).out, first.out)
        self.assertTrue(self.desk.is_blinking())
        self.desk.touch("auto")
        self.good(self.end(holder))


class Aloud(Alone):
    """No terminal, and somebody who reads standard error."""

    VERBS = (
        ("login",),
        ("whoami",),
        ("export", "--quiet"),
        ("exec", "--", "/bin/true"),
        ("login", "--quiet"),
    )

    def begun(self, verb, *more):
        self.rig.fresh()
        self.desk.forget()
        self.desk.touch("never")
        child = self.rig.start_stskey(
            *(verb, "--profile", "dev", *more), env=self.shown()
        )
        self.blinks_since = self.desk.wait_for("blink")
        return child

    def test_said_once(self):
        for verb in self.VERBS:
            with self.subTest(verb=verb):
                child = self.begun(*verb)
                line = child.stderr.readline().decode()
                self.assertTrue(self.desk.is_blinking(), line)
                said = r"^stskey: touch 'Test desk' for profile 'dev'.* \(\d+ s left\)$"
                self.assertRegex(line, said)
                self.desk.touch("auto")
                self.assertEqual(self.good(self.end(child)).err, "")

    def test_not_to_an_sdk(self):
        """Which would show it, if at all, when all is over."""
        child = self.begun("credentials")
        # An SDK's patience begins later than that of a person, who is told after 1 s.
        procs.until(lambda: time.monotonic() > self.blinks_since + 2, 30, "time stands")
        self.desk.touch("auto")
        self.assertEqual(self.good(self.end(child)).err, "")


class Jobs(Alone):
    """A shell with job control on a terminal."""

    def shell(self):
        import pexpect  # pylint: disable=import-outside-toplevel

        child = pexpect.spawn(
            SHELL[0],
            SHELL[1:] + ["-i"],
            env=self.rig.environment(dict(self.shown(), PS1="ready> ")),
            timeout=60,
            encoding="utf-8",
            dimensions=(24, 200),
        )
        child.delaybeforesend = None
        self.rig.children.append(child)
        child.expect("ready> ")
        return child

    def test_background(self):
        """Nothing is written over what is in front, and it does not stop."""
        child = self.shell()
        out = self.rig.folder / "answer"
        child.sendline(
            f"{rig.STSKEY} credentials --profile dev > {out} & echo began"
        )
        child.expect("began\r\n")
        self.desk.wait_for("blink")
        child.sendline("jobs; echo still here")
        child.expect("Running")
        child.expect("still here\r\n")
        self.assertNotIn("touch", child.before)
        self.desk.touch("auto")
        child.sendline("wait; echo ended=$?")
        child.expect("ended=0")
        self.assertIn("AccessKeyId", out.read_text())

    def test_full_screen(self):
        """An editor is in front when its helper wants a touch."""
        child = self.shell()
        out = self.rig.folder / "answer"
        child.sendline(
            f"{rig.STSKEY} credentials --profile dev > {out} & "
            "printf 'in fr''ont\\n'; cat; fg 2> /dev/null; echo ended=$?"
        )
        child.expect("in front\r\n")
        self.desk.wait_for("blink")
        child.sendline("typed to the editor")
        child.expect("typed to the editor\r\ntyped to the editor\r\n")
        self.assertNotIn("stskey: touch", child.before)
        self.desk.touch("auto")
        procs.until(lambda: self.posts() == 1, 60, "no session")
        child.sendeof()
        child.expect("ended=")
        self.assertIn("AccessKeyId", out.read_text())

    def test_stopped_and_continued(self):
        """Ctrl-Z while it blinks; fg, and the touch counts."""
        child = self.shell()
        child.sendline(f"{rig.STSKEY} login --profile dev")
        child.expect("touch 'Test desk'")
        child.sendcontrol("z")
        child.expect("Stopped")
        child.expect("ready> ")
        self.desk.touch("auto")
        child.sendline("fg")
        child.expect("dev: until")
        child.expect("ready> ")

    def test_brought_to_the_front(self):
        """It began in the background, where its words had no place."""
        child = self.shell()
        child.sendline(f"{rig.STSKEY} login --profile dev &")
        self.desk.wait_for("blink")
        child.expect("ready> ")
        child.sendline("fg")
        child.expect("touch 'Test desk' for profile 'dev'")
        child.sendintr()
        child.expect("ready> ")
        procs.until(lambda: not self.desk.is_blinking(), SOON, "it blinks on")

    def test_shell_is_closed(self):
        """With the terminal goes all that was asked for on it."""
        child = self.shell()
        child.sendline(f"{rig.STSKEY} login --profile dev")
        child.expect("touch 'Test desk'")
        pids = procs.children(child.pid)
        when = time.monotonic()
        child.close(force=True)
        self.assertLess(self.stopped_after(when), procs.patience(SOON))
        self.all_gone(pids)
        self.works_again()


if __name__ == "__main__":
    rig.main()
