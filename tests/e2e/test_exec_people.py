#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
exec where it is started from: many at once, at a terminal, from a background
job, from a program that has a terminal which is not in front, from none.
"""

import json
import re

import rig
import running

MANY = 20
# Starts the rest of its words in a process group that is not in front, with
# pipes, and prints what came of it: as an editor does that was begun in a shell.
EDITOR = """
import os, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL,
    stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=os.setpgrp)
print("rc=%d out=%r err=%r" % (done.returncode, done.stdout, done.stderr))
"""


# The same for many at once: a line of JSON with what each printed.
EDITORS = """
import json, os, subprocess, sys
at_once = [subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL,
    stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=os.setpgrp)
    for _ in range(int(sys.argv[1]))]
ended = [(p.communicate(), p.returncode) for p in at_once]
with open(os.environ["ANSWERS"], "w") as f:
    json.dump([[rc, out.decode(), err.decode()] for (out, err), rc in ended], f)
print("all ended")
"""


def terminal(machine, program, *argv, **env):
    """A program on a terminal of its own, for pexpect."""
    import pexpect  # pylint: disable=import-outside-toplevel

    child = pexpect.spawn(
        program,
        [str(a) for a in argv],
        env=machine.environment(env),
        timeout=120,
        encoding="utf-8",
        dimensions=(24, 1000),
    )
    child.delaybeforesend = None
    machine.children.append(child)
    return child


def bash(machine):
    """An interactive one, with job control."""
    options = {"PS1": "<ready>", "HISTFILE": None}
    child = terminal(machine, "/bin/bash", "--norc", "--noprofile", "-i", **options)
    child.expect("<ready>")
    child.sendline("bind 'set enable-bracketed-paste off'; stty -echo")
    child.expect("<ready>")
    return child


class Many(rig.Case):
    """With MFA: a code is good for once, and they all want it."""

    def test_at_once(self):
        argv = [rig.STSKEY, "exec", "--profile", "dev", "--", *running.SHOW]
        results = self.rig.many([argv] * MANY)
        keys = {
            json.loads(self.good(r).out)["AWS_ACCESS_KEY_ID"] for r in results
        }
        self.assertEqual(len(keys), 1)
        self.assertEqual(self.sts.count("GetSessionToken", None), 1)

    def test_of_a_role_at_once(self):
        """exec, export and credentials: what one of them made is for all."""
        kinds = (
            ("exec", "--profile", "admin", "--", *running.SHOW),
            ("export", "--profile", "admin", "--format", "json"),
            ("credentials", "--profile", "admin"),
        )
        argvs = [[rig.STSKEY, *kinds[i % 3]] for i in range(MANY)]
        keys = set()
        for result in self.rig.many(argvs):
            answer = self.good(result).json()
            keys.add(answer.get("AWS_ACCESS_KEY_ID") or answer["AccessKeyId"])
        self.assertEqual(len(keys), 1)
        self.assertEqual(self.sts.count("GetSessionToken", None), 1)
        self.assertEqual(self.sts.count("AssumeRole", None), 1)

    def one_session(self, answers):
        self.assertEqual(len(answers), MANY)
        self.assertEqual(len({json.loads(a)["AccessKeyId"] for a in answers}), 1)
        self.assertEqual(self.sts.count("GetSessionToken", None), 1)

    def test_from_background_jobs(self):
        """None is stopped, and nothing is written over what is in front."""
        child = bash(self.rig)
        out = self.rig.folder / "answers"
        out.mkdir()
        call = f"{rig.STSKEY} credentials --profile dev"
        child.sendline(
            f"for n in {{1..{MANY}}}; do {call} > {out}/$n & done > /dev/null 2>&1; "
            "wait; echo all 'ended'"
        )
        child.expect("all ended\r\n")
        self.assertNotIn("stskey:", child.before)
        self.assertNotIn("Stopped", child.before)
        self.one_session([path.read_text() for path in out.iterdir()])

    def test_from_an_editor(self):
        """Its terminal is there, and another process group is in front."""
        answers = self.rig.folder / "ended"
        command = [rig.STSKEY, "credentials", "--profile", "dev"]
        child = terminal(
            *(self.rig, "/usr/bin/python3", "-c", EDITORS, MANY, *command),
            ANSWERS=answers,
        )
        child.expect("all ended\r\n")
        ended = json.loads(answers.read_text())
        self.assertEqual({(rc, err) for rc, _, err in ended}, {(0, "")})
        self.one_session([out for _, out, _ in ended])


class People(running.Running):
    def asking(self):
        """A profile that wants a PIN typed."""
        self.rig.write_config(self.no_mfa(stskey_pin_source="prompt"))

    def test_refused_at_once(self):
        self.sts.control({"key": {rig.KEY_ID: False}})
        argv = [rig.STSKEY, "exec", "--profile", "dev", "--", "true"]
        for result in self.rig.many([argv] * 5):
            self.refused(result, running.FAILED, "InvalidClientTokenId")

    def line(self, command):
        return f"{rig.STSKEY} exec --profile dev -- {command}"

    def test_in_front(self):
        """The PIN is typed, and then the terminal is the command's."""
        self.asking()
        child = bash(self.rig)
        child.sendline(self.line("sh -c 'stty -a; read -r x; echo \"got=<$x>\"'"))
        child.expect("PIN[^\r\n]*:")
        child.sendline(rig.PIN)
        # As it was before: the shell's own modes, which have no echo here.
        child.expect(r"isig icanon iexten -echo ")
        child.sendline("typed")
        child.expect("got=<typed>")
        child.expect("<ready>")
        child.sendline("stty echo; echo rc=$?")
        child.expect("rc=0")

    def test_job_control(self):
        """It is the command that stops and goes on, in the shell's own job."""
        child = bash(self.rig)
        child.sendline(self.line("cat"))
        child.sendline("one")
        child.expect("one\r\n")
        child.sendcontrol("z")
        child.expect("Stopped.*<ready>")
        child.sendline("fg")
        child.expect("cat\r\n")
        child.sendline("two")
        child.expect("two\r\n")
        child.sendcontrol("c")
        child.expect("<ready>")
        child.sendline("echo rc=$?")
        child.expect("rc=130")

    def test_as_a_background_job(self):
        child = bash(self.rig)
        command = "sh -c 'echo profile=$STSKEY_PROFILE'"
        child.sendline(self.line(command) + " & wait $!; echo rc=$?")
        child.expect("profile=dev\r\n.*rc=0")

    def test_as_a_background_job_that_must_ask(self):
        """An error at once: neither is it stopped, nor does it read the line."""
        self.asking()
        child = bash(self.rig)
        child.sendline(self.line("true") + " & wait $!; echo rc=$?")
        child.expect(r"stskey: [^\r\n]*PIN[^\r\n]*\r\n")
        child.expect(rf"rc={running.FAILED}\r\n")
        child.sendline("echo still=here")
        child.expect("still=here")

    def editor(self, *command):
        call = (rig.STSKEY, "exec", "--profile", "dev", "--", *command)
        child = terminal(self.rig, "/usr/bin/python3", "-c", EDITOR, *call)
        child.expect(r"rc=(\d+) out=(b[^\r\n]*) err=(b[^\r\n]*)\r\n")
        return int(child.match[1]), child.match[2], child.match[3]

    def test_from_an_editor(self):
        status, out, err = self.editor("sh", "-c", "echo $STSKEY_PROFILE; exit 7")
        self.assertEqual((status, out, err), (7, r"b'dev\n'", "b''"))

    def test_from_an_editor_that_must_ask(self):
        """No pinentry either: one sentence, and no key tried."""
        self.asking()
        status, out, err = self.editor("true")
        self.assertEqual((status, out), (running.FAILED, "b''"))
        self.assertTrue(re.search("stskey: .*PIN", err), err)
        self.assertEqual(self.actions(), [])

    def test_without_a_terminal_that_must_ask(self):
        self.asking()
        self.refused(self.exec("true"), running.FAILED, "PIN")


if __name__ == "__main__":
    rig.main()
