#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`doctor`: the endpoint of STS, its certificate and its clock, and MFA."""

import doctoring
import rig


class Endpoint(doctoring.Doctoring):
    def use(self, url, **more):
        self.rig.write_config(self.rig.dev(endpoint_url=url, **more))

    def broken(self, words, rc=rig.NET):
        found = self.examine("--profile", "dev", rc=rc)
        self.assertRegex(self.one(found, "endpoint", "fail")["text"], words)

    def test_certificate(self):
        self.use(self.sts.listen("tls"), ca_bundle=self.sts.ca)
        found = self.well(self.examine("--profile", "dev"))
        text = self.one(found, "endpoint", "ok")["text"]
        self.assertIn(f"its certificate is good by {self.sts.ca}", text)

    def test_bad_certificates(self):
        self.use(self.sts.listen("tls"))
        self.broken("certificate")
        for kind in ("wrong-host", "expired"):
            self.use(self.sts.listen(kind), ca_bundle=self.sts.ca)
            self.broken("certificate|host|expired")

    def test_nobody_there(self):
        self.use("http://127.0.0.1:1")
        self.broken("127.0.0.1")

    def test_bundle_not_there(self):
        self.use(self.sts.listen("tls"), ca_bundle="/nowhere/ca.pem")
        self.broken("/nowhere/ca.pem", rig.CONFIG)

    def test_each_once(self):
        self.rig.write_config(self.rig.dev(), self.rig.role())
        before = len(self.sts.requests)
        self.examine()
        asked = [r["method"] for r in self.sts.requests[before:]]
        self.assertEqual(asked, ["HEAD", "HEAD"])  # the first one warms

    def test_clock(self):
        for offset, grade, rc in (
            (0, "ok", 0),
            (10, "ok", 0),
            (60, "warn", 0),
            (-60, "warn", 0),
            (1200, "fail", rig.CLOCK),
            (-86400, "fail", rig.CLOCK),
        ):
            self.sts.control({"clock_offset": offset})
            with self.subTest(offset=offset):
                found = self.examine("--profile", "dev", rc=rc)
                finding = self.one(found, "clock", grade)
                if grade != "ok":
                    side = "behind" if offset > 0 else "ahead of"
                    self.assertIn(side, finding["text"])
                    self.assertIn("timedatectl", finding["mend"])


class TestMfa(doctoring.Doctoring):
    def try_it(self, rc=0):
        """The finding, and the actions that AWS was asked for."""
        before = len(self.sts.requests)
        args = ("doctor", "--profile", "dev", "--test-mfa", "--output", "json")
        result = self.rig.stskey(*args)
        self.assertEqual(result.rc, rc, result)
        self.assertRegex(result.err, "CloudTrail will show")
        for secret in (rig.SECRET, rig.SEED, rig.PIN):
            self.assertNotIn(secret, result.out + result.err)
        asked = [r for r in self.sts.requests[before:] if r["method"] == "POST"]
        for key in ("FwoGZXIvYXdzE", "ASIA"):  # of a session
            self.assertNotIn(key, result.out + result.err)
        hits = [f for f in result.json()["findings"] if f["check"] == "test-mfa"]
        return hits, asked

    def test_denied(self):
        """The key itself is what shows it: IAM takes no session without MFA."""
        (key, session), asked = self.try_it()
        self.assertEqual((key["grade"], session["grade"]), ("ok", "ok"))
        self.assertRegex(key["text"], "the key without a code was denied .*AccessDenied")
        self.assertRegex(session["text"], "InvalidClientTokenId.* says nothing")
        self.assertEqual(
            [(r["action"], r["outcome"]) for r in asked],
            [
                ("ListAccountAliases", "AccessDenied"),
                ("GetSessionToken", "ok"),
                ("ListAccountAliases", "InvalidClientTokenId"),
            ],
        )
        self.assertNotIn("TokenCode", asked[1]["params"])
        self.assertEqual(asked[1]["params"]["DurationSeconds"], "900")
        self.assertEqual(self.rig.cache_files(), [])

    def test_allowed_by_policy(self):
        """One that asks for no MFA: the session is refused all the same."""
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [everything]}
        self.sts.world.attach("dev", [document])
        self.addCleanup(self.sts.world.attach, "dev", ["daily"])
        (key, session), asked = self.try_it(rig.MFA)
        self.assertEqual((key["grade"], session["grade"]), ("fail", "ok"))
        self.assertRegex(key["text"], "the key without a code may use .*asks for MFA")
        self.assertEqual(key["mend"], "stskey policy --user --profile dev")
        self.assertEqual(
            [r["outcome"] for r in asked], ["ok", "ok", "InvalidClientTokenId"]
        )

    def test_sessions_let_in(self):
        """A service that lets a session without MFA in."""
        real, answer = self.sts.iam.act, {"IsTruncated": "false"}
        self.sts.iam.act = lambda action, caller, params: answer
        self.addCleanup(setattr, self.sts.iam, "act", real)
        for finding in self.try_it(rig.MFA)[0]:
            self.assertEqual(finding["grade"], "fail")
            self.assertIn("nothing asks for MFA", finding["text"])

    def test_sessions_denied_by_policy(self):
        fault = {"kind": "deny", "times": 2, "action": "ListAccountAliases"}
        self.sts.control({"faults": [fault]})
        for finding in self.try_it()[0]:
            self.assertIn("(AccessDenied), as it should be", finding["text"])

    def test_service_in_trouble(self):
        """No answer is no denial."""
        fault = {"kind": "fail", "times": 9, "action": "ListAccountAliases"}
        self.sts.control({"faults": [fault]})
        (finding,), _ = self.try_it(rig.NET)
        self.assertEqual(finding["grade"], "fail")

    def test_key_that_is_off(self):
        self.sts.control({"key": {rig.KEY_ID: False}})
        (finding,), asked = self.try_it(rig.DENIED)
        self.assertEqual(finding["grade"], "fail")
        self.assertEqual([r["action"] for r in asked], ["ListAccountAliases"])

    def test_each_key_once(self):
        self.rig.write_config(self.rig.dev(), self.rig.role(), self.rig.dev("two"))
        result = self.good(self.rig.stskey("doctor", "--test-mfa"))
        self.assertEqual(result.out.count("\nok    test-mfa"), 2, result)
        self.assertEqual(self.sts.count("GetSessionToken"), 1)


if __name__ == "__main__":
    rig.main()
