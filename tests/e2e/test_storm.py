#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Many at once: one prompt, one request, equal answers, and no lock left."""

import collections
import os
import signal

import procs
import rig

MANY = 50


def world():
    config = rig.WORLD.example()
    for number in range(40):
        config["roles"][f"arn:aws:iam::999999999999:role/R{number}"] = {
            "trust": rig.WORLD.policy("trust")
        }
    return config


class Storm(rig.Case):
    WORLD = staticmethod(world)

    def setUp(self):
        super().setUp()
        self.calls = self.rig.folder / "calls"
        self.calls.unlink(missing_ok=True)

    def credentials_argv(self, profile="dev"):
        return [rig.STSKEY, "credentials", "--profile", profile]

    def storm(self, n=MANY, profile="dev", env=None):
        return self.rig.many([self.credentials_argv(profile)] * n, env=env)

    def counting(self):
        """Through the module that notes every Cryptoki call."""
        module = rig.BUILD / "tests" / "mod_count.so"
        if not module.exists():
            self.skipTest(f"{module} is not built")
        uris = [
            uri.split("?")[0] + f"?module-path={module}"
            for uri in (self.rig.key_uri, self.rig.mfa_uri)
        ]
        return {
            "keys": {"stskey_key": uris[0], "stskey_mfa": uris[1]},
            "env": {
                "STSKEY_TEST_COUNTED": rig.SOFTHSM,
                "STSKEY_TEST_CALLS": self.calls,
            },
        }

    def called(self, name):
        if not self.calls.exists():
            return 0
        return self.calls.read_text().split().count(name)

    def no_mfa(self, name="dev", **more):
        return self.rig.dev(name, mfa_serial=None, stskey_mfa=None, **more)

    def equal(self, results):
        """Every one good, and the same bytes."""
        for result in results:
            self.good(result)
        self.assertEqual(len({r.out for r in results}), 1)

    def refusals(self, results, rc):
        for result in results:
            self.refused(result, rc)
        self.assertEqual(len({r.err for r in results}), 1, {r.err for r in results})

    # -- all at once

    def test_cold(self):
        counting = self.counting()
        self.rig.write_config(self.rig.dev(**counting["keys"]))
        results = self.storm(env=counting["env"])
        self.equal(results)
        self.assertEqual(self.sts.count("GetSessionToken", None), 1)
        # Two tokens in the profile: one login for the code, one for the key.
        self.assertEqual(self.called("C_Login"), 2)
        self.assertEqual(self.called("C_Sign"), 2)

    def test_cold_role(self):
        self.equal(self.storm(profile="admin"))
        self.assertEqual(self.sts.count("GetSessionToken", None), 1)
        self.assertEqual(self.sts.count("AssumeRole", None), 1)

    def test_refusal_is_shared(self):
        self.sts.control({"key": {rig.KEY_ID: False}, "faults": [{"kind": "stall"}]})
        children = [self.rig.start(self.credentials_argv()) for _ in range(MANY)]
        self.assertTrue(self.sts.faults.wait_stalled())
        procs.until(
            lambda: self.waiting(children) >= MANY - 1, 60, "not all wait for the lock"
        )
        self.sts.control({"release": True})
        results = [self.finish(child) for child in children]
        self.refusals(results, rig.DENIED)
        self.assertEqual(self.sts.count("GetSessionToken", None), 1)
        # Those who waited were told; who comes later tries anew.
        self.sts.control({"key": {rig.KEY_ID: True}, "forget_codes": True})
        self.rig.fresh()
        self.credentials()

    def waiting(self, children):
        """How many of them sleep in flock(2)."""
        return sum(procs.in_flock(child.pid) for child in children)

    def finish(self, child, timeout=60):
        out, err = child.communicate(timeout=timeout)
        return rig.Result(child.returncode, out.decode(), err.decode(), 0)

    def bad_pin(self, source):
        """A profile with a PIN source that gives a wrong one; the environment."""
        counting = self.counting()
        self.rig.write_config(
            self.no_mfa(
                stskey_key=counting["keys"]["stskey_key"], stskey_pin_source=source
            )
        )
        return counting["env"]

    def test_wrong_stored_pin(self):
        bad = self.rig.write_pin("bad", "000000")
        env = self.bad_pin(f"file:{bad}")
        results = self.storm(env=env)
        for result in results:
            self.refused(result, rig.PIN_REFUSED, "PIN")
        # That of the one try; who comes after it is told that there was one.
        said = {r.err for r in results}
        self.assertLessEqual(len(said), 2, said)
        self.assertEqual(len([s for s in said if "refused before" not in s]), 1, said)
        self.assertEqual(self.called("C_Login"), 1)
        self.assertEqual(self.sts.count(outcome=None), 0)
        # Nor by any later process, until it changes.
        later = self.rig.stskey(*self.credentials_argv()[1:], env=env)
        self.refused(later, rig.PIN_REFUSED, "--retry-pin")
        self.assertEqual(self.called("C_Login"), 1)
        again = self.rig.stskey(*self.credentials_argv()[1:], "--retry-pin", env=env)
        self.refused(again, rig.PIN_REFUSED)
        self.assertEqual(self.called("C_Login"), 2)
        self.rig.write_pin("bad", rig.PIN)
        self.credentials(env=env)

    def test_wrong_pin_is_shared(self):
        """All wait while the one is about to be refused: one sentence for all."""
        pipe, script = self.rig.folder / "pipe", self.rig.folder / "pin.sh"
        os.mkfifo(pipe, 0o600)
        script.write_text(f"#!/bin/sh\nread pin < {pipe}\necho $pin\n")
        script.chmod(0o700)
        env = self.bad_pin(f"command:{script}")
        children = [
            self.rig.start(self.credentials_argv(), env=env) for _ in range(MANY)
        ]
        procs.until(
            lambda: self.waiting(children) == MANY - 1, 60, "not all wait for the lock"
        )
        pipe.write_text("000000\n")
        self.refusals([self.finish(c) for c in children], rig.PIN_REFUSED)
        self.assertEqual(self.called("C_Login"), 1)

    # -- the holder goes

    def stalled_holder(self, others=9, kind="stall"):
        """Children of which one stands in the middle of its request."""
        self.sts.control({"faults": [{"kind": kind}]})
        children = [
            self.rig.start(self.credentials_argv()) for _ in range(others + 1)
        ]
        self.assertTrue(self.sts.faults.wait_stalled())
        holder = [c for c in children if "stskey-net" in procs.helpers(c.pid)]
        self.assertEqual(len(holder), 1)
        children.remove(holder[0])
        return holder[0], children

    def test_holder_killed(self):
        self.rig.write_config(self.no_mfa())
        holder, others = self.stalled_holder()
        helpers = procs.children(holder.pid)
        self.assertEqual(len(helpers), 2)
        os.kill(holder.pid, signal.SIGKILL)
        procs.until(
            lambda: not any(procs.alive(p) for p in helpers), 1, "helpers live on"
        )
        results = [self.finish(child) for child in others]
        self.equal(results)
        self.assertEqual(self.sts.count("GetSessionToken"), 1)

    def test_holder_killed_with_a_code_out(self):
        holder, others = self.stalled_holder(others=3)
        os.kill(holder.pid, signal.SIGKILL)
        self.sts.control({"release": True})
        self.equal([self.finish(child) for child in others])
        self.codes_once()

    def test_holder_interrupted(self):
        """Somebody's Ctrl-C is nobody else's failure."""
        self.rig.write_config(self.no_mfa())
        holder, others = self.stalled_holder(others=4)
        os.kill(holder.pid, signal.SIGINT)
        result = self.finish(holder, procs.patience(5))
        self.assertEqual(result.rc, -signal.SIGINT, result)
        self.assertEqual(result.out, "")
        self.equal([self.finish(child) for child in others])

    def test_stopped_holder_is_named(self):
        self.rig.write_config(self.no_mfa())
        holder, _ = self.stalled_holder(others=0)
        os.kill(holder.pid, signal.SIGSTOP)
        waiter = self.rig.pty("credentials", "--profile", "dev")
        waiter.expect(f"{holder.pid}")
        waiter.expect("(?i)stopped")
        os.kill(holder.pid, signal.SIGCONT)
        self.sts.control({"release": True})
        waiter.expect("AccessKeyId")
        self.good(self.finish(holder))

    # -- one device, two profiles

    def codes_once(self):
        """No code was ever sent twice, judged or not."""
        used = collections.Counter(
            (r["params"]["SerialNumber"], r["params"]["TokenCode"])
            for r in self.sts.requests
            if "TokenCode" in r["params"]
        )
        self.assertTrue(used)
        self.assertEqual(max(used.values()), 1, used)
        said = [r.get("message", "") for r in self.sts.requests]
        self.assertEqual([m for m in said if "one time pass" in m], [])

    def test_no_code_twice(self):
        """Killed between STS's judgement and our record of the answer."""
        self.rig.write_config(
            self.rig.dev(), self.rig.dev("two", stskey_session_seconds="7200")
        )
        holder, _ = self.stalled_holder(others=0, kind="stall-after")
        other = self.rig.start(self.credentials_argv("two"))
        os.kill(holder.pid, signal.SIGKILL)
        self.sts.control({"release": True})
        self.good(self.finish(other))
        self.assertEqual(self.sts.count("GetSessionToken"), 2)
        self.codes_once()

    def test_two_profiles_one_device(self):
        self.rig.write_config(
            self.rig.dev(), self.rig.dev("two", stskey_session_seconds="7200")
        )
        results = self.rig.many(
            [self.credentials_argv(p) for p in ("dev", "two") * 5]
        )
        for result in results:
            self.good(result)
        self.assertEqual(self.sts.count("GetSessionToken", None), 2)
        self.codes_once()

    # -- many roles

    def test_three_regions_forty_roles(self):
        profiles = [
            (f"{region}-{number}", region, f"arn:aws:iam::999999999999:role/R{number}")
            for region in ("eu-central-1", "us-east-1", "ap-southeast-2")
            for number in range(40)
        ]
        self.rig.write_config(
            self.rig.dev(),
            *(
                self.rig.role(name, role_arn=arn, region=region)
                for name, region, arn in profiles
            ),
        )
        results = self.rig.many(
            [self.credentials_argv(name) for name, _, _ in profiles]
        )
        for (name, _, arn), result in zip(profiles, results):
            self.assertEqual(result.rc, 0, (name, result))
            self.assertTrue(result.json()["SessionToken"], arn)
        self.assertEqual(self.sts.count("GetSessionToken", None), 1)
        self.assertIn(self.sts.count("AssumeRole", None), range(40, 121))

    def test_nothing_is_left(self):
        """No process, no lock: the next call waits for nobody."""
        self.storm(10)
        left = [
            pid
            for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
            if (procs.program(pid) or "").startswith("stskey")
            and str(self.rig.folder) in self.environ(pid)
        ]
        self.assertEqual(left, [])
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.assertLess(result.seconds, procs.patience(2))

    @staticmethod
    def environ(pid):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""


if __name__ == "__main__":
    rig.main()
