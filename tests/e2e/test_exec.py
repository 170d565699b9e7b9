#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""exec: the command, its environment, and that it is the process itself."""

import json
import os
import pathlib
import resource
import signal
import subprocess

import granted
import procs
import rig
import running
from running import CANNOT_RUN, FAILED, NO_COMMAND, VARIABLES

CONFLICTING = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CREDENTIAL_FILE",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_EXPIRATION",
    "AWS_ACCOUNT_ID",
)


def world():
    config = granted.world()
    config["roles"][granted.PLAIN]["max_seconds"] = 43200
    return config


class Environment(running.Running):
    WORLD = staticmethod(world)

    def test_variables(self):
        shown = self.shown()
        wanted = self.expected()
        self.assertEqual({n: shown[n] for n in VARIABLES}, wanted)
        self.assertRegex(shown["AWS_ACCESS_KEY_ID"], "^ASIA")
        self.assertEqual(self.sts.count("GetSessionToken"), 1)

    def test_the_rest_stays(self):
        given = {"A": "", "B": "x=y", "AWS_CONFIG_FILE": str(self.rig.config_file)}
        shown = self.shown(env=given)
        kept = {n: v for n, v in shown.items() if n not in VARIABLES}
        # Python's own, where the locale is plain.
        kept.pop("LC_CTYPE", None)
        self.assertEqual(kept, self.rig.environment(given))

    def test_conflicting(self):
        given = {name: "x" for name in (*CONFLICTING, *VARIABLES[:5])}
        shown = self.shown(env=given)
        for name in CONFLICTING:
            self.assertNotIn(name, shown)
        wanted = self.expected()
        self.assertEqual({n: shown[n] for n in VARIABLES}, wanted)

    def test_each_once(self):
        """Also where a name was there twice: getenv(3) takes the first."""
        given = self.rig.environment({"AWS_SESSION_TOKEN": "stale"})
        program = (
            "import os, sys; os.execve(sys.argv[1], sys.argv[1:], "
            "{**os.environ, 'AWS_SESSION_TOKEN': 'stale'})"
        )
        result = self.rig.run(
            ["/usr/bin/python3", "-c", program, rig.STSKEY, "exec"]
            + ["--profile", "dev", "--", "/usr/bin/env"],
            env=given,
        )
        names = [line.split("=")[0] for line in self.good(result).out.splitlines()]
        for name in VARIABLES:
            self.assertEqual(names.count(name), 1, name)

    def test_region(self):
        for env, options, want in (
            ({}, (), rig.REGION),
            ({"AWS_REGION": "us-east-1"}, (), "us-east-1"),
            ({"AWS_DEFAULT_REGION": "us-east-2"}, (), "us-east-2"),
            ({"AWS_REGION": "us-east-1"}, ("--region", "eu-west-3"), "eu-west-3"),
        ):
            shown = self.shown(*options, env=env)
            with self.subTest(env=env, options=options):
                self.assertEqual(shown["AWS_REGION"], want)
                self.assertEqual(shown["AWS_DEFAULT_REGION"], want)
        # One session for all of them.
        self.assertEqual(self.sts.count("GetSessionToken"), 1)
        bad = self.exec("true", options=("--region", "eu west"))
        self.refused(bad, FAILED, "--region")

    def test_nested(self):
        """The inner one's: said, and in the inner one's region."""
        self.rig.write_config(
            self.no_mfa(), self.rig.role(role_arn=granted.PLAIN, region="us-west-2")
        )
        inner = (rig.STSKEY, "exec", "--profile", "admin", "--", *running.SHOW)
        result = self.good(self.exec(*inner))
        shown = json.loads(result.out)
        self.assertRegex(
            result.err, r"^stskey: warning: .*inside.*'dev'.*'admin'[^\n]*\n$"
        )
        wanted = self.expected("admin", "us-west-2")
        self.assertEqual({n: shown[n] for n in VARIABLES}, wanted)
        quiet = (rig.STSKEY, "exec", "--quiet", *inner[2:])
        self.assertEqual(self.good(self.exec(*quiet)).err, "")

    def test_longer_than_an_hour(self):
        """A role for so long is asked of the key itself."""
        self.rig.write_config(
            self.no_mfa(),
            self.rig.role(role_arn=granted.PLAIN, duration_seconds="900"),
        )
        longer = ("--min-ttl", "2h")
        argv = (rig.STSKEY, "exec", "--profile", "admin", *longer, "--", "true")
        for result in self.rig.many([argv] * 5):
            self.good(result)
        self.assertEqual(self.actions(), ["AssumeRole"])
        request = self.requests("AssumeRole")[0]
        self.assertEqual(request["access_key_id"], rig.KEY_ID)
        self.assertEqual(request["params"]["DurationSeconds"], "7200")
        far = self.exec("true", profile="admin", options=("--min-ttl", "13h"))
        self.refused(far, FAILED, "--min-ttl", "43200")


class Itself(running.Running):
    """The command takes our place, as by exec in a shell."""

    def test_status(self):
        for status in (0, 1, 2, 17, 125, 126, 127, 128, 255):
            result = self.exec("sh", "-c", f"exit {status}")
            self.assertEqual((result.rc, result.err), (status, ""))

    def test_our_own_failures(self):
        """125 whatever it was, 126 and 127 as env(1)."""
        self.refused(self.exec("true", profile="none"), FAILED, "'none'")
        self.refused(self.rig.stskey("exec", "--profil", "dev"), FAILED, "--profile")
        self.refused(self.rig.stskey("exec", "true"), FAILED, "--")
        for command in ("no-such-command", "./no/such", str(self.rig.home / "no")):
            self.refused(self.exec(command), NO_COMMAND, "not found")
        orphan = self.rig.home / "orphan"
        orphan.write_text("#!/no/such/interpreter\n")
        orphan.chmod(0o700)
        self.refused(self.exec(orphan), NO_COMMAND, "interpreter")
        plain = self.rig.home / "plain"
        plain.write_text("x")
        plain.chmod(0o600)
        self.refused(self.exec(plain), CANNOT_RUN, "cannot be run")
        self.refused(self.exec(self.rig.home), CANNOT_RUN, "cannot be run")
        self.sts.control({"key": {rig.KEY_ID: False}})
        denied = self.exec("true", options=("--fresh",))
        self.refused(denied, FAILED, "InvalidClientTokenId")

    def test_a_script_without_a_first_line(self):
        script = self.rig.home / "script"
        script.write_text('echo "$1 $STSKEY_PROFILE"\n')
        script.chmod(0o700)
        self.assertEqual(self.good(self.exec(script, "a b")).out, "a b dev\n")

    def test_arguments(self):
        """All of them, --help and -- among them, and none of our reading."""
        words = ["--help", "-h", "--", "", "a b", "--profile", "none", "\n"]
        program = "import json, sys; print(json.dumps(sys.argv[1:]))"
        result = self.exec("/usr/bin/python3", "-c", program, *words)
        self.assertEqual(json.loads(self.good(result).out), words)

    def test_standard_streams(self):
        """Bytes that came for the command are the command's."""
        text = "one\ntwo\0three\n"
        result = self.good(self.exec("cat", input=text))
        self.assertEqual((result.out, result.err), (text, ""))

    def test_signals(self):
        """It is the command that gets them: no other process is there."""
        ask = (
            "trap 'echo caught; exit 42' {}; echo $$ ready; "
            "while :; do read -r x || exit 1; done"
        )
        for name in ("TERM", "INT", "HUP", "USR1", "QUIT"):
            child = self.rig.start_stskey(
                *("exec", "--profile", "dev", "--", "sh", "-c", ask.format(name)),
                stdin=subprocess.PIPE,
            )
            line = child.stdout.readline().decode()
            with self.subTest(name=name):
                self.assertEqual(line, f"{child.pid} ready\n")
                self.assertEqual(procs.children(child.pid), [])
                child.send_signal(getattr(signal, f"SIG{name}"))
                out, err = child.communicate(timeout=60)
                self.assertEqual((out, err), (b"caught\n", b""))
                self.assertEqual(child.returncode, 42)
        child = self.rig.start_stskey(
            *("exec", "--profile", "dev", "--", "sh", "-c", "echo up; exec cat"),
            stdin=subprocess.PIPE,
        )
        self.assertEqual(child.stdout.readline(), b"up\n")
        child.terminate()
        child.communicate(timeout=60)
        self.assertEqual(child.returncode, -signal.SIGTERM)

    def test_signal_before_the_command(self):
        """One that comes while STS is asked ends it, and the command is not run."""
        self.sts.control({"faults": [{"kind": "stall"}]})
        ran = self.rig.folder / "ran"
        child = self.rig.start_stskey("exec", "--profile", "dev", "--", "touch", ran)
        self.assertTrue(self.sts.faults.wait_stalled())
        child.terminate()
        child.communicate(timeout=60)
        self.assertEqual(child.returncode, -signal.SIGTERM)
        self.assertFalse(ran.exists())

    def test_shell(self):
        shell = self.rig.home / "my shell"
        shell.write_text('#!/bin/sh\necho "$0 $# $STSKEY_PROFILE"\n')
        shell.chmod(0o700)
        for words in ((), ("--",)):
            result = self.rig.stskey(
                "exec", "--profile", "dev", *words, env={"SHELL": shell}
            )
            self.assertEqual(self.good(result).out, f"{shell} 0 dev\n")
        for none in (None, ""):
            result = self.rig.stskey(
                *("exec", "--profile", "dev"),
                env={"SHELL": none},
                input='echo "$0 $STSKEY_PROFILE"\n',
            )
            self.assertEqual(self.good(result).out, "/bin/sh dev\n")


# What a process has of its caller, in the words of the kernel.
STATE = """
import json, os, resource, signal
want = ("SigBlk", "SigIgn", "SigCgt", "CoreDumping", "NoNewPrivs")
status = dict(l.rstrip().split(":\\t") for l in open("/proc/self/status")
              if l.split(":")[0] in want)
fds = sorted(f for f in os.listdir("/proc/self/fd")
             if os.path.exists("/proc/self/fd/" + f))
names = [n for n in dir(resource) if n.startswith("RLIMIT_")]
limits = {n: resource.getrlimit(getattr(resource, n)) for n in names}
print(json.dumps([status, fds, limits, os.getcwd(), os.umask(0),
    signal.getitimer(signal.ITIMER_REAL), os.getpgrp() == os.getpid()]))
"""


class Inherited(running.Running):
    """What the command is given is what we were given."""

    def states(self, prepare):
        """The same program, straight and by exec, cold and cached."""
        program = ["/usr/bin/python3", "-IS", "-c", STATE]
        ours = [str(rig.STSKEY), "exec", "--profile", "dev", "--"]
        # A sanitizer would take the cores before we see what there was.
        options = self.rig.env.get("ASAN_OPTIONS", "")
        env = {"ASAN_OPTIONS": f"{options}:disable_coredump=0".lstrip(":")}
        self.rig.fresh()
        for argv in (program, [*ours, *program], [*ours, *program]):
            child = self.rig.start(
                argv, env, preexec_fn=prepare, close_fds=False, cwd=self.rig.home
            )
            out, err = child.communicate(timeout=90)
            self.assertEqual((child.returncode, err), (0, b""))
            yield json.loads(out)

    def alike(self, prepare):
        straight, cold, cached = self.states(prepare)
        self.assertEqual(cold, straight)
        self.assertEqual(cached, straight)
        return straight

    def test_as_it_was(self):
        self.alike(lambda: None)

    def test_odd(self):
        """Cores, a mask, ignored signals, descriptors that are left open."""

        def prepare():
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            soft = 4096 if hard < 0 else min(hard, 4096)
            resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
            for number in (signal.SIGHUP, signal.SIGPIPE, signal.SIGALRM):
                signal.signal(number, signal.SIG_IGN)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(
                signal.SIG_SETMASK, {signal.SIGUSR2, signal.SIGTTOU, signal.SIGALRM}
            )
            os.umask(0o027)
            os.dup2(1, 7)
            os.dup2(1, 63)
            os.set_inheritable(7, True)

        status, fds, limits, *_ = self.alike(prepare)
        self.assertIn("63", fds)
        self.assertNotEqual(limits["RLIMIT_CORE"][0], 0)
        ignored = int(status["SigIgn"], 16)
        for number in (signal.SIGHUP, signal.SIGPIPE, signal.SIGALRM):
            self.assertTrue(ignored & (1 << (number - 1)), number)

    def test_after_waiting(self):
        """For another one, on a lock that a timer has it look up from."""
        program = ["/usr/bin/python3", "-IS", "-c", STATE]
        ours = [str(rig.STSKEY), "exec", "--profile", "dev", "--"]
        self.sts.control({"faults": [{"kind": "stall"}]})
        first = self.rig.start([*ours, "true"])
        self.assertTrue(self.sts.faults.wait_stalled())
        second = self.rig.start([*ours, *program])
        procs.until(lambda: procs.in_flock(second.pid), 30, "it does not wait")
        self.sts.control({"release": True})
        waited, err = second.communicate(timeout=90)
        self.assertEqual((second.returncode, err), (0, b""))
        self.assertEqual(first.wait(timeout=60), 0)
        straight = self.rig.start(program)
        self.assertEqual(json.loads(waited), json.loads(straight.communicate()[0]))

    def test_plain_signals(self):
        """SIGPIPE ends the command, unless our caller ignored it."""

        def prepare():
            for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, set())

        status, *_ = self.alike(prepare)
        # Python ignores SIGPIPE and SIGXFSZ itself.
        self.assertEqual(int(status["SigBlk"], 16), 0)

    def test_process_substitution(self):
        line = f'{rig.STSKEY} exec --profile dev -- cat <(echo one) <(echo two)'
        result = self.rig.run(["/bin/bash", "-c", line])
        self.assertEqual(self.good(result).out, "one\ntwo\n")

    def test_dumpable_is_its_own(self):
        program = (
            "import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
        )
        result = self.exec("/usr/bin/python3", "-c", program)
        self.assertEqual(self.good(result).out, "1\n")

    def test_nothing_of_ours_is_left(self):
        """No helper, no lock and no child, once the command runs."""
        child = self.rig.start_stskey(
            *("exec", "--profile", "dev", "--", "sh", "-c", "echo up; exec cat"),
            stdin=subprocess.PIPE,
        )
        self.assertEqual(child.stdout.readline(), b"up\n")
        self.assertEqual(procs.children(child.pid), [])
        self.assertEqual(procs.strays(self.rig.folder), [])
        # Another one gets at the session, and at a new one, at once.
        self.good(self.exec("true", options=("--timeout", "20s")))
        self.good(self.exec("true", options=("--timeout", "20s", "--fresh")))
        child.stdin.close()
        self.assertEqual(child.wait(timeout=60), 0)


class Time(running.Running):
    def later(self, seconds, *options):
        """The key id that a command started then has."""
        if rig.SANITIZED or not pathlib.Path(rig.FAKETIME).exists():
            self.skipTest("libfaketime cannot be preloaded here")
        self.sts.control({"clock_offset": seconds})
        shown = self.shown(
            *options,
            env={
                "LD_PRELOAD": rig.FAKETIME,
                "FAKETIME": f"+{seconds}s",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            },
        )
        return shown["AWS_ACCESS_KEY_ID"]

    def test_a_long_run(self):
        """Each start has what is fresh then, and what --min-ttl asks for."""
        self.sts.control({"shorten": 3600})
        first = self.later(0)
        self.assertEqual(self.later(600, "--min-ttl", "45m"), first)
        # 50 minutes are left at 600 s, 44 at 960.
        second = self.later(960, "--min-ttl", "45m")
        self.assertNotEqual(second, first)
        self.assertEqual(self.later(961), second)
        third = self.later(960 + 3601)
        self.assertNotEqual(third, second)
        self.assertEqual(self.sts.count("GetSessionToken"), 3)


if __name__ == "__main__":
    rig.main()
