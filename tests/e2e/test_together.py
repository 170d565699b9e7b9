#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Several at once that share an answer, a token, a device, or nothing."""

import base64
import os
import signal
import time

import procs
import rig

KEYS = {
    f"AKIATOGETHER{n:08d}": base64.b64encode(bytes([n] * 30)).decode()
    for n in range(8)
}
PHONE = f"arn:aws:iam::{rig.ACCOUNT}:mfa/dev-phone"
PHONE_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def world():
    config = rig.WORLD.example()
    dev = config["users"]["dev"]
    dev["keys"].update({key: {"secret": secret} for key, secret in KEYS.items()})
    dev["mfa"][PHONE] = PHONE_SEED
    return config


class Together(rig.Case):
    WORLD = staticmethod(world)

    def argv(self, profile="dev", *more):
        return [rig.STSKEY, "credentials", "--profile", profile, *more]

    def no_mfa(self, name="dev", **more):
        return self.rig.dev(name, mfa_serial=None, stskey_mfa=None, **more)

    def finish(self, child, timeout=60):
        out, err = child.communicate(timeout=timeout)
        return rig.Result(child.returncode, out.decode(), err.decode(), 0)

    def all_wait_but_one(self, children):
        procs.until(
            lambda: sum(procs.in_flock(c.pid) for c in children) == len(children) - 1,
            30,
            "not all the others wait for the one",
        )

    # -- one answer for all

    def fresh_ones(self, number=10):
        self.sts.control({"faults": [{"kind": "stall"}]})
        children = [
            self.rig.start(self.argv("dev", "--fresh")) for _ in range(number)
        ]
        self.assertTrue(self.sts.faults.wait_stalled())
        self.all_wait_but_one(children)
        self.sts.control({"release": True})
        answers = {self.good(self.finish(c)).out for c in children}
        self.assertEqual(len(answers), 1)
        return answers.pop()

    def test_fresh_is_one_flight(self):
        self.rig.write_config(self.no_mfa())
        before = self.rig.stskey("credentials", "--profile", "dev").out
        first = self.fresh_ones()
        self.assertEqual(self.sts.count("GetSessionToken", None), 2)
        self.assertNotEqual(first, before)
        # They were one flight; those who come later are another.
        second = self.fresh_ones()
        self.assertEqual(self.sts.count("GetSessionToken", None), 3)
        self.assertNotEqual(second, first)

    def test_fresh_with_nothing_cached(self):
        self.rig.write_config(self.no_mfa())
        self.fresh_ones()
        self.assertEqual(self.sts.count("GetSessionToken", None), 1)

    def pinentry(self, answer="ERR 83886179 Operation cancelled <Pinentry>"):
        """One that waits for a word, and then answers so; its calls."""
        asked, gate = self.rig.folder / "asked", self.rig.folder / "gate"
        program = self.rig.folder / "pinentry"
        asked.unlink(missing_ok=True)
        if not gate.exists():
            os.mkfifo(gate, 0o600)
        program.write_text(
            "#!/bin/sh\nexec 2> /dev/null\necho OK\n"
            "while read -r line; do case $line in\n"
            f"GETPIN*) echo window >> {asked}; read -r word < {gate}\n"
            f"  echo '{answer}';;\n"
            "BYE*) echo OK; exit;;\n*) echo OK;;\nesac; done\n"
        )
        program.chmod(0o700)
        self.rig.write_config(
            self.no_mfa(stskey_pinentry=program, stskey_pin_source="prompt")
        )
        return asked, gate

    def test_cancel_is_shared(self):
        asked, gate = self.pinentry()
        children = [self.rig.start(self.argv()) for _ in range(5)]
        procs.until(asked.exists, 60, "no window")
        self.all_wait_but_one(children)
        gate.write_text("cancel\n")
        results = [self.finish(child) for child in children]
        for result in results:
            self.refused(result, rig.CANCELLED)
        self.assertEqual(len({r.err for r in results}), 1, {r.err for r in results})
        self.assertEqual(asked.read_text().split(), ["window"])
        self.assertEqual(self.sts.count(outcome=None), 0)

    # -- what only one of them could not do

    def at_a_terminal(self):
        """Who waits where a person can be asked."""
        waiter = self.rig.pty("credentials", "--profile", "dev", "--timeout", "60")
        procs.until(lambda: procs.in_flock(waiter.pid), 60, "it does not wait")
        return waiter

    def test_nobody_to_ask_is_not_shared(self):
        """That the holder had nobody to ask is no matter at a terminal."""
        asked, gate = self.pinentry("ERR 83886340 No pinentry")
        holder = self.rig.start(self.argv(), start_new_session=True)
        procs.until(asked.exists, 60, "no window")
        waiter = self.at_a_terminal()
        gate.write_text("go\n")
        self.refused(self.finish(holder), rig.PIN_REFUSED, "nobody can be asked")
        waiter.expect("(?i)PIN.*:")
        waiter.sendline(rig.PIN)
        waiter.expect("AccessKeyId")

    def test_own_pin_source_is_not_shared(self):
        """Nor that its PIN came from somewhere else, and was wrong."""
        asked, gate = self.rig.folder / "asked", self.rig.folder / "gate"
        asked.unlink(missing_ok=True)
        if not gate.exists():
            os.mkfifo(gate, 0o600)
        self.rig.write_config(self.no_mfa(stskey_pin_source=None))
        command = f"command:echo > {asked}; cat {gate}"
        holder = self.rig.start(self.argv(), env={"STSKEY_PIN_SOURCE": command})
        procs.until(asked.exists, 60, "no question")
        right = {"STSKEY_PIN_SOURCE": f"file:{self.rig.pin_file}"}
        waiter = self.rig.start(self.argv(), env=right)
        procs.until(lambda: procs.in_flock(waiter.pid), 60, "it does not wait")
        gate.write_text("000000\n")
        self.refused(self.finish(holder), rig.PIN_REFUSED)
        self.good(self.finish(waiter))

    def test_own_time_is_not_shared(self):
        """Nor that the holder had less time."""
        self.rig.write_config(self.no_mfa())
        self.sts.control({"faults": [{"kind": "stall"}]})
        holder = self.rig.start(self.argv("dev", "--timeout", "4"))
        self.assertTrue(self.sts.faults.wait_stalled())
        waiter = self.at_a_terminal()
        self.refused(self.finish(holder), rig.TIMEOUT)
        waiter.expect("AccessKeyId")

    # -- one token for many

    def test_eight_keys_on_one_token(self):
        """SoftHSM2 fails in most parallel logins; nobody may notice."""
        profiles = []
        for n, (key_id, secret) in enumerate(KEYS.items()):
            result = self.rig.import_key("--offline", key_id=key_id, secret=secret)
            profiles.append(
                self.no_mfa(
                    f"k{n}",
                    stskey_key=self.good(result).uri,
                    stskey_access_key_id=key_id,
                )
            )
        for _ in range(4):
            self.rig.fresh()
            self.rig.write_config(*profiles)
            results = self.rig.many([self.argv(f"k{n}") for n in range(len(KEYS))])
            for result in results:
                self.good(result)
            self.assertEqual(self.sts.count("GetSessionToken", None), len(KEYS))

    # -- one waits for its time step, the others need not

    def waiting_for_its_step(self):
        """A call that waits for the next half minute, all tokens in its plan."""
        procs.until(lambda: time.time() % 30 < 12, 30, "the clock stands still")
        self.credentials("dev")
        waiter = self.rig.pty("credentials", "--profile", "two")
        waiter.expect(r"(?i)\d+ s|code|half minute|step")
        return waiter

    def test_no_token_is_held_while_waiting(self):
        seed = self.rig.import_seed(
            serial=PHONE, seed=PHONE_SEED, token="desk"
        )
        self.good(seed)
        self.rig.fresh()
        self.rig.write_config(
            self.rig.dev(),
            self.rig.dev("two", stskey_session_seconds="7200"),
            self.rig.dev(
                "phone",
                mfa_serial=PHONE,
                stskey_mfa=seed.uri,
                stskey_session_seconds="3700",
            ),
            self.no_mfa("plain"),
        )
        waiter = self.waiting_for_its_step()
        step = int(time.time()) // 30
        for profile in ("plain", "phone"):
            self.credentials(profile)
        asked = [r["params"].get("DurationSeconds") for r in self.sts.requests]
        self.assertEqual(int(time.time()) // 30, step, "the machine is too slow")
        self.assertNotIn("7200", asked, "it did not wait at all")
        self.assertTrue(waiter.isalive())

    # -- who waits is told for whom

    def test_waiter_is_told(self):
        self.rig.write_config(self.no_mfa())
        self.sts.control({"faults": [{"kind": "stall"}]})
        began = time.time()
        holder = self.rig.start(self.argv())
        self.assertTrue(self.sts.faults.wait_stalled())
        waiter = self.rig.pty("credentials", "--profile", "dev")
        waiter.expect(
            r"dev: waiting for pid (\d+) \(([^\r\n]*), profile dev\) "
            r"since (\d\d:\d\d:\d\d)"
        )
        pid, program, since = waiter.match.groups()
        self.assertEqual(int(pid), holder.pid)
        self.assertIn(str(os.getpid()), program)  # who called the holder
        times = (time.strftime("%H:%M:%S", time.localtime(began + s)) for s in range(9))
        self.assertIn(since, times)
        self.assertNotIn("stopped", waiter.before + waiter.after)
        os.kill(holder.pid, signal.SIGSTOP)
        waiter.expect("stopped")
        os.kill(holder.pid, signal.SIGCONT)
        self.sts.control({"release": True})
        waiter.expect("AccessKeyId")
        self.good(self.finish(holder))


if __name__ == "__main__":
    rig.main()
