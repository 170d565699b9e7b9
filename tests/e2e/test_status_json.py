#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`status --output json`, whose shape others rely on; and when it was used."""

import datetime
import os
import time

import rig

PROFILE = ["profile", "error", "key", "access_key_id", "held", "no_touch", "mfa", "sessions"]
MFA = ["serial", "source", "same_device_as_key"]
SESSION = ["kind", "role_arn", "cached", "expires", "seconds_left"]
SESSION += ["seconds_granted", "last_used"]


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Json(rig.Case):
    def status(self, *args):
        result = self.good(self.rig.stskey("status", "--output", "json", *args))
        self.assertEqual(result.err, "")
        self.assertEqual(result.out.count("\n"), 1)
        return result.json()

    def one(self, name):
        (profile,) = self.status("--profile", name)["profiles"]
        return profile

    def test_shape(self):
        empty = self.status()
        self.assertEqual(list(empty), ["version", "profiles"])
        self.assertEqual(empty["version"], 1)
        dev, admin = empty["profiles"]
        self.assertEqual((list(dev), list(admin)), (PROFILE, PROFILE))
        self.assertEqual(list(dev["mfa"][0]), MFA)
        self.assertEqual(list(dev["sessions"][0]), SESSION)
        none = {"cached": False, "expires": None, "seconds_left": 0}
        none.update(seconds_granted=0, last_used=None, kind="session", role_arn=None)
        self.assertEqual(dev["sessions"], [none])
        self.assertEqual(
            admin["sessions"], [none, dict(none, kind="role", role_arn=rig.ADMIN)]
        )
        self.assertEqual(
            {k: dev[k] for k in PROFILE[:6]},
            {
                "profile": "dev",
                "error": None,
                "key": self.rig.key_uri,
                "access_key_id": rig.KEY_ID,
                "held": "hmac",
                "no_touch": False,
            },
        )
        self.assertEqual(dev["mfa"][0]["serial"], rig.SERIAL)
        self.assertEqual(dev["mfa"][0]["source"], self.rig.mfa_uri)

    def test_cached(self):
        answer = self.credentials("admin")
        session, role = self.one("admin")["sessions"]
        self.assertTrue(session["cached"] and role["cached"])
        self.assertEqual(role["expires"], answer["Expiration"])
        self.assertAlmostEqual(role["seconds_left"], 3600, delta=30)
        self.assertAlmostEqual(session["seconds_granted"], 43200, delta=30)
        for link in (session, role):
            self.assertAlmostEqual(moment(link["last_used"]), time.time(), delta=60)

    def test_wrong(self):
        """One that cannot be used is among them; asked for, it is an error."""
        broken = self.rig.dev("broken", stskey_cahce="none")
        self.rig.write_config(self.rig.dev(), broken)
        dev, wrong = self.status()["profiles"]
        self.assertIsNone(dev["error"])
        self.assertEqual(list(wrong), ["profile", "error"])
        self.assertIn("stskey_cahce", wrong["error"])
        json = ("status", "--output", "json")
        self.refused(
            self.rig.stskey(*json, "--profile", "broken"), rig.CONFIG, "stskey_cahce"
        )
        self.refused(self.rig.stskey(*json, "--profile", "x"), rig.NOTFOUND, "'x'")
        self.refused(self.rig.stskey(*json, "--brief"), rig.USAGE, "--brief")
        self.refused(self.rig.stskey("status", "--output", "yaml"), rig.USAGE, "json")

    # -- when it was used

    def age(self, seconds):
        for path in self.rig.cache_files():
            os.utime(path, (0, time.time() - seconds))

    def used(self, name="admin"):
        return [
            round(time.time() - moment(s["last_used"]))
            for s in self.one(name)["sessions"]
        ]

    def test_used(self):
        """What is served is used; what signs is too; a look at it is none."""
        self.credentials("admin")
        self.age(7200)
        for _ in range(2):
            for age in self.used():
                self.assertAlmostEqual(age, 7200, delta=5)
        self.credentials("admin")
        session, role = self.used()
        self.assertAlmostEqual(session, 7200, delta=5)
        self.assertLess(role, 60)
        self.credentials("admin", "--fresh")
        self.assertLess(max(self.used()), 60)
        self.age(7200)
        (path,) = [p for p in self.rig.cache_files() if p.name.startswith("role")]
        path.unlink()
        self.credentials("admin")
        self.assertLess(max(self.used()), 60)

    def test_what_it_costs(self):
        """One system call in a minute, on what is served, and no write."""
        self.credentials("admin")
        calls = "utimensat,futimesat,utime,utimes,write,pwrite64,rename"
        served = ("credentials", "--profile", "admin")
        for age, times in ((0, 0), (50, 0), (70, 1)):
            self.age(age)
            result, trace = self.rig.strace(calls, *served)
            self.good(result)
            with self.subTest(age=age):
                self.assertEqual(trace.count("utime"), times, trace)
                self.assertEqual(trace.count("write("), 1, trace)
        self.age(70)
        for args in (("--brief",), ("--output", "json")):
            _, trace = self.rig.strace(calls, "status", "--profile", "admin", *args)
            self.assertEqual(trace.count("utime"), 0, trace)


if __name__ == "__main__":
    rig.main()
