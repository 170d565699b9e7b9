#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
The memory of the programs when a seed or a secret is sealed to a FIDO2 key:
while it blinks, after it was touched, and when all is done, good and failing.
The token process has no more than it needs for what comes next; the others
have nothing, ever.
"""

import os
import signal

import leaking
import procs
import rig
import scanning
import sealing
from sealing import BEGUN, KEY_ID, SECRET, SEED

SEAL = ("mfa", "import", "--to")
CODE = ("mfa", "code", "--profile")
SESSION = ("credentials", "--profile", "all")
PLENTY_MS = 60000


class MemoryFido(sealing.Keys, scanning.Scan, rig.Case):
    def setUp(self):
        super().setUp()
        self.skip_unless_seen()
        self.make_keys(PLENTY_MS)
        self.profiles()
        self.allowed = set()  # of the token process
        fido = f"fido:{self.with_pin}"
        for keys, argv, text in (
            ((self.spare,), (*SEAL, "fido:", "--name", "open", *BEGUN), SEED),
            ((self.desk,), (*SEAL, fido, "--pin", "--name", "pin", *BEGUN), SEED),
            (
                (self.desk,),
                ("key", "import", "--to", fido, "--pin", "--name", "secret", *KEY_ID),
                SECRET,
            ),
        ):
            env = dict(self.rig.enrolling, **self.plugged(*keys))
            self.good(self.rig.stskey(*argv, input=text, env=env))
        self.addCleanup(self.unseal_all)
        self.damage("damaged", "open")
        self.rig.fresh()

    def unseal_all(self):
        for path in self.sealed("x").parent.iterdir():
            path.unlink()

    def shown(self, *keys):
        env = self.plugged(*keys)
        return dict(env, LD_PRELOAD=f"{leaking.SHIM}:{env['LD_PRELOAD']}")

    def judge(self, program, pid):
        self.learn()
        found = set(self.scan(pid))
        if program == "stskey-token":
            found -= self.allowed
        self.assertEqual(found, set(), program)

    def judge_all(self, child):
        pids = dict(procs.helpers(child.pid), stskey=child.pid)
        for program, pid in pids.items():
            self.judge(program, pid)
        for pid in pids.values():
            os.kill(pid, signal.SIGCONT)
        return set(pids)

    def outputs_planted(self):
        return {name for name in leaking.PLANTED if name.startswith("output ")}

    # -- while it blinks

    SEEDS = {"seed in lower case", "seed, decoded"}

    def blinking(self):
        """(key, arguments, standard input, what the token process needs)."""
        fido, pin = f"fido:{self.with_pin}", {"FIDO PIN"}
        more = ("--name", "x", *BEGUN)
        yield self.spare, (*SEAL, "fido:", *more), SEED, self.SEEDS
        yield self.desk, (*SEAL, fido, "--pin", *more), SEED, self.SEEDS | pin
        yield self.spare, (*CODE, "open"), "", set()
        yield self.desk, (*CODE, "pin"), "", pin
        secret = ("key", "import", "--to", fido, "--pin", "--name", "y", *KEY_ID)
        yield self.desk, secret, SECRET, {"secret"} | pin
        yield self.spare, ("mfa", "copy", "--name", "open"), "", set()

    def test_while_it_blinks(self):
        for key, argv, text, needed in self.blinking():
            self.rig.fresh()
            key.touch("never")
            key.forget()
            self.allowed = needed
            child = self.begin(argv, text, **self.shown(key))
            key.wait_for("blink")
            with self.subTest(argv=argv):
                self.assertIn("stskey-token", self.judge_all(child))
            child.terminate()
            child.communicate(timeout=60)
            key.wait_for("cancel")

    # -- when it was touched

    def test_after_the_touch(self):
        """The seals' keys are kept, for a second try without a touch."""
        for kind in ("stall", "stall-after"):
            self.rig.fresh()
            self.touch("auto")
            self.sts.control({"faults": [{"kind": kind}]})
            child = self.begin(SESSION, "", **self.shown(self.desk))
            self.assertTrue(self.sts.faults.wait_stalled())
            self.learn()
            self.allowed = self.outputs_planted()
            with self.subTest(kind=kind):
                seen = self.judge_all(child)
                self.assertEqual(seen, {"stskey", "stskey-net", "stskey-token"})
            self.sts.control({"release": True})
            _, err = child.communicate(timeout=60)
            self.assertEqual(child.returncode, 0, err)

    # -- at the end

    def ends(self):
        """(keys, arguments, standard input, finger, exit status)."""
        desk, spare = (self.desk,), (self.spare,)
        fido, more = f"fido:{self.with_pin}", ("--name", "x", *BEGUN)
        bad = f"fido:{self.with_bad}"
        secret = ("key", "import", "--to", fido, "--pin", "--name", "y", *KEY_ID)
        yield spare, (*CODE, "open"), "", "auto", 0
        yield desk, (*CODE, "pin"), "", "auto", 0
        yield desk, SESSION, "", "auto", 0
        yield spare, (*SEAL, "fido:", *more), SEED, "auto", 0
        yield desk, secret, SECRET, "auto", 0
        yield desk, (*CODE, "bad"), "", "auto", rig.PIN_REFUSED
        yield spare, (*CODE, "damaged"), "", "auto", rig.TOKEN
        yield desk, (*CODE, "pin"), "", "never", rig.TOUCH
        yield spare, (*SEAL, "fido:", *more), SEED, "once", rig.TOUCH
        yield desk, (*SEAL, bad, "--pin", *more), SEED, "auto", rig.PIN_REFUSED
        yield desk, (*secret[:-3], "secret", *KEY_ID), SECRET, "auto", rig.CONFIG

    def test_at_exit(self):
        self.timeout_ms = sealing.GIVE_UP_MS
        for key in (self.desk, self.spare):
            key.replug(timeout_ms=self.timeout_ms)
        for keys, argv, text, finger, _ in self.ends():
            for program in ("stskey", "stskey-token"):
                for name in ("x", "y"):
                    self.sealed(name).unlink(missing_ok=True)
                self.touch(finger)
                with self.subTest(argv=argv, finger=finger, program=program):
                    env = self.shown(*keys)
                    self.assertTrue(self.at_exit(program, argv, text, **env), "no stop")

    def test_ends_are_those(self):
        """What is looked at in the test above ends as it should."""
        for key in (self.desk, self.spare):
            key.replug(timeout_ms=sealing.GIVE_UP_MS)
        for keys, argv, text, finger, status in self.ends():
            for name in ("x", "y"):
                self.sealed(name).unlink(missing_ok=True)
            self.rig.fresh()
            self.touch(finger)
            env = dict(self.rig.enrolling, **self.plugged(*keys))
            result = self.rig.stskey(*argv, input=text, env=env)
            self.assertEqual(result.rc, status, result)


if __name__ == "__main__":
    rig.main()
