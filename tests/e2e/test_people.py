#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What people are told: shadows, clocks, lifetimes, tokens that are gone."""

import re

import granted
import importing
import rig

SHADOW = (
    f"[{{}}]\naws_access_key_id = {importing.OTHER_ID}\n"
    f"aws_secret_access_key = {importing.OTHER_SECRET}\n"
)


class Shadows(importing.Importing):
    def shadow(self, profile):
        self.rig.credentials_file.write_text("# static\n" + SHADOW.format(profile))
        self.rig.credentials_file.chmod(0o600)

    def named(self, result):
        self.good(result)
        self.assertIn(f"{self.rig.credentials_file}:2", result.err)
        self.assertNotIn(importing.OTHER_SECRET, result.out + result.err)
        self.assertNotIn(importing.OTHER_ID, result.err)

    def test_imports(self):
        self.good(self.rig.import_key("--profile", "dev", "--label", "before"))
        self.shadow("dev")
        self.named(self.rig.import_key("--profile", "dev"))
        self.named(self.rig.import_seed("--profile", "dev"))
        # Of another name, it shadows nothing.
        self.shadow("other")
        result = self.good(self.rig.import_key("--profile", "dev", "--label", "c"))
        self.assertNotIn(str(self.rig.credentials_file), result.err)

    def test_status(self):
        self.good(self.rig.import_key("--profile", "dev"))
        self.shadow("dev")
        for args in ((), ("--profile", "dev")):
            env = {"AWS_REGION": rig.REGION}
            self.named(self.run_stskey("status", *args, env=env))


class Told(granted.Granted):
    def say(self, *args, **more):
        return self.rig.stskey(*args, env=self.rig.enrolling, **more)

    def test_mistyped_key(self):
        """A section that is nobody's but for one mistyped key of ours."""
        for section in ("mine", "default"):
            lonely = self.rig.profile(section, stskey_kye="x")
            if section == "default":
                lonely = lonely.replace("[profile default]", "[default]")
            self.rig.write_config(self.rig.dev(), lonely)
            text = self.rig.config_file.read_text().splitlines()
            line = 1 + text.index("stskey_kye = x")
            for args in ((), ("--profile", "dev")):
                result = self.good(self.rig.stskey("status", *args))
                with self.subTest(section=section, args=args):
                    self.assertIn(f"{self.rig.config_file}:{line}", result.err)
                    self.assertIn("stskey_kye", result.err)

    # -- STS grants less

    def test_less_than_wanted(self):
        self.rig.write_config(self.no_mfa())
        self.sts.control({"shorten": 3700})
        for verb in ("credentials", "login"):
            self.rig.stskey("clear")
            result = self.rig.stskey(verb, "--profile", "dev", "--min-ttl", "4h")
            with self.subTest(verb=verb):
                self.refused(result, rig.DENIED, r"granted (3700|36\d\d) s", "--min-ttl")
        # It is as good as any for who wants less.
        self.credentials("dev", "--min-ttl", "50m")

    # -- the clock

    def hour_off(self, offset):
        self.sts.control({"clock_offset": offset})

    def told_of_the_clock(self, result, offset):
        self.good(result)
        seconds = re.search(r"(\d+) seconds (behind|ahead)", result.err)
        self.assertTrue(seconds, result)
        self.assertAlmostEqual(int(seconds[1]), abs(offset), delta=5)
        self.assertEqual(seconds[2], "behind" if offset > 0 else "ahead")

    def test_clock(self):
        self.rig.write_config(self.no_mfa())
        for number, offset in enumerate((3600, -3600)):
            self.rig.fresh()
            self.hour_off(offset)
            key_id = ("--access-key-id", rig.KEY_ID)
            whoami = ("whoami", "--profile", "dev")
            verify = ("key", "verify", self.rig.key_uri, *key_id)
            for args in (whoami, verify):
                with self.subTest(args=args, offset=offset):
                    self.told_of_the_clock(self.say(*args), offset)
            result = self.rig.import_key("--label", f"clock{number}")
            with self.subTest(what="import", offset=offset):
                self.told_of_the_clock(result, offset)

    # -- status --probe

    def probe(self):
        return self.good(self.rig.stskey("status", "--profile", "dev", "--probe")).out

    def test_probe(self):
        here = re.findall(r"(?m)^ +token: .*$", self.probe())
        self.assertEqual(len(here), 2, here)
        self.assertRegex(here[0], "'work'.*plugged in")
        self.assertRegex(here[1], "'desk'.*plugged in")

    def test_probe_of_what_is_gone(self):
        key, seed = self.rig.key_uri, self.rig.mfa_uri
        cases = (
            ({"stskey_mfa": seed.replace("token=desk", "token=gone")}, 1, "gone"),
            ({"stskey_key": key.replace("token=work", "token=gone")}, 0, "gone"),
        )
        for changes, line, word in cases:
            self.rig.write_config(self.rig.dev(**changes))
            said = re.findall(r"(?m)^ +token: .*$", self.probe())
            with self.subTest(changes=changes):
                self.assertEqual(len(said), 2, said)
                self.assertIn(word, said[line])
                self.assertIn("no token", said[line])
                self.assertRegex(said[1 - line], "'(work|desk)'.*plugged in")

    def test_probe_of_what_is_absent(self):
        """Without a PIN nobody sees private objects: so nothing is claimed."""
        uri = self.rig.key_uri.replace(rig.KEY_ID, "absent")
        self.rig.write_config(self.no_mfa(stskey_key=uri))
        (said,) = re.findall(r"(?m)^ +token: .*$", self.probe())
        self.assertNotRegex(said, "holds it(?! if)")

    # -- what STS says is not for a terminal

    def test_control_characters(self):
        """In an Arn they are a refusal; nothing is printed or written raw."""
        self.rig.write_config(self.no_mfa())
        world = self.sts.world
        honest = type(world)._identity
        for spoilt in ("\u009b2J", "\r\nstskey: fine", "\t", "\u202e", "\x7f", " x"):
            for name in ("Arn", "UserId", "Account"):
                def identity(caller, params, name=name, spoilt=spoilt):
                    good = honest(caller, params)
                    return dict(good, **{name: good[name] + spoilt})

                world._identity = identity
                self.addCleanup(lambda: world.__dict__.pop("_identity", None))
                with self.subTest(name=name, spoilt=spoilt):
                    self.plain(spoilt)

    def plain(self, spoilt):
        verify = ("key", "verify", self.rig.key_uri, "--access-key-id", rig.KEY_ID)
        adopt = (*verify[:1], "adopt", *verify[2:], "--profile", "adopted")
        for args in (("whoami", "--profile", "dev"), verify, adopt):
            result = self.say(*args)
            self.assertEqual(result.rc, rig.FORMAT, result)
            self.assertEqual(result.out, "")
            self.assertNotIn(spoilt, result.err)
            self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertNotIn("adopted", self.rig.config_file.read_text())

    # -- regions

    def test_region_of_the_caller(self):
        """AWS_REGION, as in every AWS tool, comes before the profile's."""
        self.rig.write_config(self.no_mfa())
        self.credentials(env={"AWS_REGION": "us-west-2"})
        self.assertEqual(self.requests()[0]["region"], "us-west-2")

    def test_session_under_a_role(self):
        """It is the key profile's own, wherever the role is wanted."""
        self.rig.write_config(self.rig.dev(), self.rig.role(region="us-east-1"))
        self.credentials("admin")
        self.assertEqual(self.requests("GetSessionToken")[0]["region"], rig.REGION)
        self.assertEqual(self.requests("AssumeRole")[0]["region"], "us-east-1")

    def test_regions_share_a_session(self):
        regions = (rig.REGION, "us-west-2", "ap-southeast-2")
        self.rig.write_config(
            self.rig.dev(), *(self.rig.role(f"r-{r}", region=r) for r in regions)
        )
        for region in regions:
            self.credentials(f"r-{region}")
            self.credentials("dev", env={"AWS_REGION": region})
        self.assertEqual(len(self.requests("GetSessionToken")), 1)


class Replace(importing.Importing):
    def setUp(self):
        super().setUp()
        self.uri = self.good(self.rig.import_key("--offline")).uri
        self.new = self.good(
            self.rig.import_key("--offline", "--label", "new", token="desk")
        ).uri
        self.rig.key_uri, self.rig.mfa_uri = self.uri, None
        self.rig.write_config(self.rig.dev(mfa_serial=None, stskey_mfa=None))
        self.before = self.rig.config_file.read_text()

    def adopt(self, old):
        return self.run_stskey(
            *("key", "adopt", self.new, "--access-key-id", rig.KEY_ID),
            *("--offline", "--replace", old),
        )

    def test_what_is_no_key(self):
        """A part of the URI is not the URI."""
        for old in ("softhsm2", "pkcs11:", "token=work", "pkcs11:token=work",
                    self.uri.replace("token=work", "token=desk"), rig.KEY_ID):
            with self.subTest(old=old):
                self.refused(self.adopt(old), rig.NOTFOUND if ":" in old else rig.USAGE)
                self.assertEqual(self.rig.config_file.read_text(), self.before)

    def test_another_order(self):
        path, _, query = self.uri.removeprefix("pkcs11:").partition("?")
        turned = "pkcs11:" + ";".join(reversed(path.split(";"))) + "?" + query
        self.assertNotEqual(turned, self.uri)
        self.good(self.adopt(turned))
        text = self.rig.config_file.read_text()
        self.assertNotIn(self.uri, text)
        self.assertEqual(text.count("object=new"), 1)
        self.assertEqual(text.count("[profile"), 1)


if __name__ == "__main__":
    rig.main()
