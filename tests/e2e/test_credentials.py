#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `credentials` and `login` obtain, by which requests."""

import pathlib

import granted
import rig


class Session(granted.Granted):
    def test_json(self):
        result = self.rig.stskey("credentials", "--profile", "dev")
        answer = self.good(result).json()
        self.assertEqual(
            set(answer),
            {
                "Version",
                "AccessKeyId",
                "SecretAccessKey",
                "SessionToken",
                "Expiration",
                "AccountId",
            },
        )
        self.assertIs(type(answer["Version"]), int)
        self.assertEqual(answer["Version"], 1)
        self.assertRegex(answer["AccessKeyId"], "^ASIA")
        self.assertEqual(answer["AccountId"], rig.ACCOUNT)
        self.assertRegex(answer["Expiration"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(result.out.count("\n"), 1)
        self.assertAlmostEqual(self.until(answer), 43200, delta=60)
        who = self.client(answer).get_caller_identity()
        self.assertEqual(who["Arn"], f"arn:aws:iam::{rig.ACCOUNT}:user/dev")

    def test_request(self):
        self.credentials()
        (request,) = self.requests()
        self.assertEqual(request["action"], "GetSessionToken")
        self.assertEqual(request["access_key_id"], rig.KEY_ID)
        self.assertEqual(request["region"], rig.REGION)
        self.assertEqual(request["params"]["SerialNumber"], rig.SERIAL)
        self.assertRegex(request["params"]["TokenCode"], r"^\d{6}$")
        self.assertEqual(request["params"]["DurationSeconds"], "43200")
        self.assertIn("content-type", request["signed_headers"])
        self.assertRegex(request["user_agent"] or "", "(?i)stskey")

    def test_cached(self):
        first = self.rig.stskey("credentials", "--profile", "dev")
        second = self.rig.stskey("credentials", "--profile", "dev")
        self.assertEqual(self.good(first).out, self.good(second).out)
        self.assertEqual(second.err, "")
        self.assertEqual(self.actions(), ["GetSessionToken"])

    def test_session_seconds(self):
        for seconds in ("900", "129600"):
            self.rig.write_config(self.no_mfa(stskey_session_seconds=seconds))
            self.credentials()
            params = self.requests()[-1]["params"]
            self.assertEqual(params["DurationSeconds"], seconds)

    def test_bad_seconds(self):
        for seconds in ("899", "129601", "1h", "-1", "x", "99999999999999999999"):
            self.rig.write_config(self.rig.dev(stskey_session_seconds=seconds))
            result = self.rig.stskey("credentials", "--profile", "dev")
            with self.subTest(seconds=seconds):
                self.refused(result, rig.CONFIG, "stskey_session_seconds")
        self.assertEqual(self.actions(), [])

    def test_fresh(self):
        self.rig.write_config(self.no_mfa())
        first = self.credentials()
        self.assertEqual(self.credentials(), first)
        # Within one second as well: --fresh never returns what was there.
        self.assertNotEqual(self.credentials("dev", "--fresh"), first)
        self.assertEqual(len(self.requests()), 2)

    def test_min_ttl(self):
        self.rig.write_config(self.no_mfa())
        self.sts.control({"shorten": 3600})
        first = self.credentials("dev", "--min-ttl", "50m")
        self.sts.control({"shorten": None})
        self.assertEqual(self.credentials("dev", "--min-ttl", "50m"), first)
        longer = self.credentials("dev", "--min-ttl", "4h")
        self.assertNotEqual(longer, first)
        self.assertGreater(self.until(longer), 4 * 3600)
        self.assertEqual(len(self.requests()), 2)

    def test_min_ttl_beyond_the_cap(self):
        result = self.rig.stskey("credentials", "--profile", "dev", "--min-ttl", "37h")
        self.refused(result, rig.USAGE, "129600|36 ?h")
        result = self.rig.stskey("login", "--profile", "admin", "--min-ttl", "4h")
        self.refused(result, rig.USAGE, "3600|1 ?h")
        self.assertEqual(self.actions(), [])

    def test_near_its_end(self):
        """At half of a short life, a new session, before an SDK has to ask."""
        self.rig.write_config(self.no_mfa())
        self.sts.control({"shorten": 900})
        first = self.credentials()
        for later, calls in ((5, 1), (440, 1), (460, 2)):
            answer = self.later(later)
            self.assertEqual(len(self.requests()), calls, later)
            self.assertEqual(answer == first, calls == 1)

    def later(self, seconds):
        """The answer so many seconds from now, here and at STS."""
        if rig.SANITIZED or not pathlib.Path(rig.FAKETIME).exists():
            self.skipTest("libfaketime cannot be preloaded here")
        self.sts.control({"clock_offset": seconds})
        return self.credentials(
            env={
                "LD_PRELOAD": rig.FAKETIME,
                "FAKETIME": f"+{seconds}s",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        )

    def test_expired(self):
        self.rig.write_config(self.no_mfa(stskey_session_seconds="900"))
        first = self.credentials()
        self.assertNotEqual(self.later(901), first)



class Role(granted.Granted):
    def test_by_session(self):
        answer = self.credentials("admin")
        self.assertEqual(self.actions(), ["GetSessionToken", "AssumeRole"])
        first, second = self.requests()
        self.assertIn("TokenCode", first["params"])
        self.assertNotIn("TokenCode", second["params"])
        self.assertRegex(second["access_key_id"], "^ASIA")
        self.assertEqual(second["params"]["RoleArn"], rig.ADMIN)
        self.assertEqual(second["params"]["RoleSessionName"], "dev")
        self.assertEqual(answer["AccountId"], "999999999999")
        self.assertAlmostEqual(self.until(answer), 3600, delta=60)
        who = self.client(answer).get_caller_identity()
        self.assertEqual(
            who["Arn"], "arn:aws:sts::999999999999:assumed-role/Admin/dev"
        )

    def test_session_is_shared(self):
        self.credentials("dev")
        self.credentials("admin")
        self.credentials("dev")
        self.assertEqual(self.actions(), ["GetSessionToken", "AssumeRole"])

    def test_role_is_renewed_from_the_session(self):
        self.sts.control({"shorten": 900})
        self.credentials("admin")
        role = [f for f in self.rig.cache_files() if "dmin" in f.name]
        self.assertEqual(len(role), 1, self.rig.cache_files())
        role[0].unlink()
        self.credentials("admin")
        self.assertEqual(
            self.actions(), ["GetSessionToken", "AssumeRole", "AssumeRole"]
        )

    def test_by_key(self):
        self.rig.write_config(
            self.rig.dev(),
            self.rig.role(stskey_role_direct="true", duration_seconds="7200"),
        )
        answer = self.credentials("admin")
        (request,) = self.requests()
        self.assertEqual(request["action"], "AssumeRole")
        self.assertEqual(request["access_key_id"], rig.KEY_ID)
        self.assertIn("TokenCode", request["params"])
        self.assertEqual(request["params"]["SerialNumber"], rig.SERIAL)
        self.assertEqual(request["params"]["DurationSeconds"], "7200")
        self.assertAlmostEqual(self.until(answer), 7200, delta=60)

    def test_without_mfa_by_key(self):
        self.rig.write_config(self.no_mfa(), self.rig.role(role_arn=granted.PLAIN))
        # The user's policy wants MFA, but the role's trust names the user.
        self.credentials("admin")
        (request,) = self.requests()
        self.assertEqual(request["action"], "AssumeRole")
        self.assertEqual(request["access_key_id"], rig.KEY_ID)
        self.assertNotIn("TokenCode", request["params"])

    def test_mfa_on_the_role_profile(self):
        self.rig.write_config(
            self.no_mfa(),
            self.rig.role(mfa_serial=rig.SERIAL, stskey_mfa=self.rig.mfa_uri),
        )
        self.credentials("admin")
        self.assertEqual(self.actions(), ["GetSessionToken", "AssumeRole"])
        self.assertEqual(self.requests()[0]["params"]["SerialNumber"], rig.SERIAL)

    def test_external_id_and_name(self):
        self.rig.write_config(
            self.rig.dev(),
            self.rig.role(
                role_arn=granted.GUARDED,
                external_id="ticket/7:x@y",
                role_session_name="me+you=us,.@-_",
                duration_seconds="1800",
            ),
        )
        answer = self.credentials("admin")
        params = self.requests("AssumeRole")[0]["params"]
        self.assertEqual(params["ExternalId"], "ticket/7:x@y")
        self.assertEqual(params["RoleSessionName"], "me+you=us,.@-_")
        self.assertEqual(params["DurationSeconds"], "1800")
        self.assertAlmostEqual(self.until(answer), 1800, delta=60)

    def test_external_id_missing(self):
        self.rig.write_config(self.rig.dev(), self.rig.role(role_arn=granted.GUARDED))
        result = self.rig.stskey("credentials", "--profile", "admin")
        self.refused(result, rig.DENIED, "Guarded", "external_id", "request")

    def test_bad_names(self):
        for key, value in (
            ("role_session_name", "has space"),
            ("role_session_name", "x" * 65),
            ("external_id", "x"),
            ("duration_seconds", "899"),
            ("duration_seconds", "43201"),
            ("stskey_role_arn", "Admin"),
        ):
            self.rig.write_config(self.rig.dev(), self.rig.role(**{key: value}))
            result = self.rig.stskey("credentials", "--profile", "admin")
            with self.subTest(key=key, value=value):
                self.refused(result, rig.CONFIG, "role_arn|" + key)
        self.assertEqual(self.actions(), [])

    def test_longer_than_a_chained_role_may_be(self):
        self.rig.write_config(
            self.rig.dev(), self.rig.role(duration_seconds="7200")
        )
        self.good(self.rig.stskey("credentials", "--profile", "admin"))
        # Capped: never more than STS grants was asked for.
        self.assertEqual(
            self.requests("AssumeRole")[0]["params"]["DurationSeconds"], "3600"
        )

    def test_role_of_a_role(self):
        nested = "arn:aws:iam::999999999999:role/Next"
        self.sts.world.roles[nested] = {
            "trust": {
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"AWS": rig.ADMIN},
                    "Action": "sts:AssumeRole",
                }
            }
        }
        self.rig.write_config(
            self.rig.dev(),
            self.rig.role(),
            self.rig.role("next", source="admin", role_arn=nested),
        )
        self.credentials("next")
        self.assertEqual(
            self.actions(), ["GetSessionToken", "AssumeRole", "AssumeRole"]
        )

    def test_plain_form_with_login(self):
        """role_arn and source_profile: the SDK's own way; login serves it."""
        self.rig.write_config(
            self.rig.dev(),
            self.rig.profile(
                "plain", region=rig.REGION, role_arn=rig.ADMIN,
                source_profile="dev", endpoint_url=self.rig.url,
            ),
        )
        result = self.good(self.rig.stskey("login", "--profile", "plain"))
        self.assertRegex(result.out, r"^plain: until .*\d\d:\d\d\n$")
        self.assertEqual(self.actions()[0], "GetSessionToken")
        before = self.sts.count("GetSessionToken")
        self.credentials("dev")
        self.assertEqual(self.sts.count("GetSessionToken"), before)



class Login(granted.Granted):
    def test_says_until_when(self):
        result = self.good(self.rig.stskey("login", "--profile", "dev"))
        self.assertRegex(result.out, r"^dev: until (\d{4}-\d\d-\d\d )?\d\d:\d\d\n$")
        text = result.out + result.err
        session = next(iter(self.sts.world.sessions.values()))
        for secret in (session["secret"], session["token"], rig.SECRET, rig.PIN):
            self.assertNotIn(secret, text)
        self.credentials()
        self.assertEqual(self.actions(), ["GetSessionToken"])

    def test_whoami(self):
        result = self.good(self.rig.stskey("whoami", "--profile", "admin"))
        self.assertIn(
            "arn:aws:sts::999999999999:assumed-role/Admin/dev", result.out
        )
        self.assertEqual(
            self.actions(), ["GetSessionToken", "AssumeRole", "GetCallerIdentity"]
        )

    def test_clear(self):
        for verb in ("clear", "logout"):
            self.rig.write_config(self.no_mfa())
            first = self.credentials()
            self.good(self.rig.stskey(verb))
            self.assertEqual(self.rig.cache_files(), [])
            self.assertNotEqual(self.credentials(), first)

    def test_clear_one(self):
        self.rig.write_config(self.no_mfa(), self.rig.role(role_arn=granted.PLAIN))
        self.credentials("admin")
        self.credentials("dev")
        self.good(self.rig.stskey("clear", "--profile", "admin"))
        self.credentials("dev")
        self.assertEqual(self.sts.count("GetSessionToken"), 1)


if __name__ == "__main__":
    rig.main()
