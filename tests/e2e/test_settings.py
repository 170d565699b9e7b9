#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Profiles, variables and caches that decide, and what STS refuses."""

import time

import granted
import rig


class Settings(granted.Granted):
    def test_environment(self):
        default = self.no_mfa(name="default", stskey_session_seconds="1000")
        default = default.replace("[profile default]", "[default]")
        self.rig.write_config(self.no_mfa(), default)
        for env, seconds in (({}, "1000"), ({"AWS_PROFILE": "dev"}, "43200")):
            self.good(self.rig.stskey("credentials", env=env))
            params = self.requests()[-1]["params"]
            self.assertEqual(params["DurationSeconds"], seconds)
        self.credentials("dev", env={"AWS_PROFILE": "nobody"})

    def test_setting_from_environment(self):
        """STSKEY_X for every stskey_x."""
        self.rig.write_config(self.no_mfa())
        self.credentials(env={"STSKEY_SESSION_SECONDS": "1234"})
        params = self.requests()[-1]["params"]
        self.assertEqual(params["DurationSeconds"], "1234")

    def test_module(self):
        """Where the URI names none; and a wrong one is not said to be the URI's."""
        bare = self.rig.key_uri.split("?")[0]
        wrong = {"stskey_key": bare, "stskey_pkcs11_module": "/nowhere/x.so"}
        self.rig.write_config(self.no_mfa(**wrong))
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.refused(result, rig.CONFIG, "stskey_pkcs11_module", "'/nowhere/x.so'")
        self.assertNotIn("module-path=", result.err)
        env = {"STSKEY_PKCS11_MODULE": "nosuch"}
        result = self.rig.stskey("credentials", "--profile", "dev", env=env)
        self.refused(result, rig.CONFIG, "STSKEY_PKCS11_MODULE", "'nosuch'")
        self.credentials(env={"STSKEY_PKCS11_MODULE": rig.SOFTHSM})

    def test_region_from_environment(self):
        self.rig.write_config(self.no_mfa(region=None))
        self.credentials(env={"AWS_REGION": "us-west-2"})
        self.assertEqual(self.requests()[0]["region"], "us-west-2")
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.refused(result, rig.CONFIG, "region")

    def test_region_from_environment_for_a_role(self):
        self.credentials("admin", env={"AWS_REGION": "us-west-2"})
        self.assertEqual(self.requests("AssumeRole")[0]["region"], "us-west-2")

    def test_config_file_elsewhere(self):
        elsewhere = self.rig.folder / "elsewhere"
        elsewhere.write_text(self.no_mfa())
        self.rig.config_file.unlink()
        self.credentials(env={"AWS_CONFIG_FILE": elsewhere})

    def test_endpoint_from_environment(self):
        self.rig.write_config(self.no_mfa(endpoint_url="http://127.0.0.1:1"))
        self.credentials(env={"AWS_ENDPOINT_URL_STS": self.rig.url})

    def test_endpoint_must_be_safe(self):
        for url in (
            "http://sts.eu-central-1.amazonaws.com",
            "http://192.0.2.1:80",
            "ftp://127.0.0.1",
            "https://user:pass@localhost",
            "sts.amazonaws.com",
        ):
            self.rig.write_config(self.no_mfa(endpoint_url=url))
            result = self.rig.stskey("credentials", "--profile", "dev")
            with self.subTest(url=url):
                self.refused(result, rig.CONFIG, "endpoint_url|https")
                self.assertNotIn("user:pass", result.err)

    def test_cache_none(self):
        self.rig.write_config(self.no_mfa(stskey_cache="none"))
        first = self.credentials()
        self.assertNotEqual(self.credentials(), first)
        self.assertEqual(self.rig.cache_files(), [])

    def test_cache_runtime(self):
        self.rig.write_config(self.no_mfa(stskey_cache="runtime"))
        first = self.credentials()
        self.assertEqual(self.credentials(), first)
        self.assertEqual(self.rig.cache_files(), [])
        self.assertTrue(list((self.rig.folder / "run" / "stskey").iterdir()))

    def test_cache_files(self):
        self.credentials("admin")
        folder = self.rig.cache / "stskey"
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)
        self.assertIn("Signature: 8a477f597d28d172789f06886806bc55",
                      (folder / "CACHEDIR.TAG").read_text())
        names = [f.name for f in self.rig.cache_files()]
        self.assertEqual(len(names), 2, names)
        for file in self.rig.cache_files():
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            self.assertRegex(file.name, r"[0-9a-f]{16}$")

    def test_more_mfa_than_cached(self):
        """A session without MFA is not served once mfa_serial is added."""
        self.rig.write_config(self.no_mfa())
        plain = self.credentials()
        self.rig.write_config(self.rig.dev())
        self.assertNotEqual(self.credentials(), plain)

    def test_site_defaults(self):
        """/etc/stskey/config [defaults], in a mount namespace of its own."""
        site = self.rig.folder / "site"
        site.mkdir()
        (site / "config").write_text("[defaults]\nstskey_session_seconds = 1800\n")
        (site / "config").chmod(0o644)
        upper, work = self.rig.folder / "upper", self.rig.folder / "work"
        (upper / "stskey").mkdir(parents=True)
        work.mkdir()
        (upper / "stskey" / "config").write_bytes((site / "config").read_bytes())
        script = (
            # Over a tmpfs: a container's own files cannot be laid over others.
            f"mount -t tmpfs none {work} && cp -a {upper} {work}/upper && "
            f"mkdir {work}/work && mount -t overlay overlay -o lowerdir=/etc,"
            f'upperdir={work}/upper,workdir={work}/work /etc || exit 77; exec "$@"'
        )
        inside = ["unshare", "-m", "sh", "-c", script, "sh"]
        if self.rig.run([*inside, "true"]).rc != 0:
            self.skipTest("no mount namespace with an overlay here")
        self.rig.write_config(self.no_mfa())
        call = [*inside, rig.STSKEY, "credentials", "--profile", "dev"]
        self.good(self.rig.run(call))
        self.assertEqual(
            self.requests()[0]["params"]["DurationSeconds"], "1800"
        )

    def test_mfa_from_a_command(self):
        script = self.rig.folder / "code.py"
        script.write_text(
            f"import sys,time; sys.path.insert(0,{str(rig.SOURCE / 'tests/fake')!r})\n"
            f"import sts_world; print(sts_world.hotp({rig.SEED!r},"
            "int(time.time())//30))\n"
        )
        self.rig.write_config(
            self.rig.dev(stskey_mfa=f"command:/usr/bin/python3 {script}")
        )
        self.credentials()
        self.assertIn("TokenCode", self.requests()[0]["params"])
        script.write_text("print('12345')\n")
        self.rig.fresh()
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.refused(result, rig.MFA, "six digits|6 digits")
        self.assertNotIn("12345", result.err)

    def test_mfa_typed(self):
        self.rig.write_config(self.rig.dev(stskey_mfa="prompt"))
        child = self.rig.pty("login", "--profile", "dev")
        child.expect("(?i)code")
        child.sendline(rig.WORLD.hotp(rig.SEED, int(time.time()) // 30))
        child.expect("dev: until")
        child.expect(rig.pexpect_eof())
        child.close()
        self.assertEqual(child.exitstatus, 0)
        self.assertEqual(self.actions(), ["GetSessionToken"])



class Sentences(granted.Granted):
    """STS's no, as the person reads it: what to do, and AWS's own words."""

    def check(self, rc, *words, profile="dev"):
        result = self.rig.stskey("credentials", "--profile", profile)
        self.refused(result, rc, *words)
        self.assertEqual(len(result.err.strip().splitlines()), 1, result.err)
        self.assertRegex(result.err, r"[0-9a-f]{8}-[0-9a-f]{4}-")

    def test_wrong_code(self):
        self.sts.world.users["dev"]["mfa"][rig.SERIAL] = rig.SEED[::-1]
        try:
            self.check(rig.MFA, "code", "dev-laptop", "invalid MFA one time pass")
        finally:
            self.sts.world.users["dev"]["mfa"][rig.SERIAL] = rig.SEED

    def test_wrong_serial(self):
        self.rig.write_config(self.rig.dev(mfa_serial=rig.SERIAL + "-old"))
        self.check(rig.MFA, "dev-laptop-old", "mfa_serial")

    def test_inactive_key(self):
        self.sts.control({"key": {rig.KEY_ID: False}})
        self.check(rig.DENIED, rig.KEY_ID, "inactive")

    def test_denied_role(self):
        self.rig.write_config(
            self.rig.dev(), self.rig.role(role_arn=rig.ADMIN + "istrator")
        )
        self.check(rig.DENIED, "Administrator", "trust policy", profile="admin")

    def test_region_off(self):
        self.sts.control({"regions_off": [rig.REGION]})
        self.check(rig.DENIED, rig.REGION, "switch")

    def test_three_shapes(self):
        for shape in ("aws", "rgw", "moto"):
            self.sts.control({"key": {rig.KEY_ID: False}})
            self.sts.control({"faults": [{"kind": "shape", "shape": shape}]})
            with self.subTest(shape=shape):
                self.check(rig.DENIED, "InvalidClientTokenId", rig.KEY_ID)
            self.rig.fresh()


if __name__ == "__main__":
    rig.main()
