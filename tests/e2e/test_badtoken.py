#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens, modules, PINs, secrets and seeds that are wrong: one test each."""

import shutil
import subprocess

import bad
import procs
import rig


class Tokens(bad.BadInput):
    def test_token_absent(self):
        uri = self.rig.key_uri.replace("token=work", "token=gone")
        self.write(self.no_mfa(stskey_key=uri))
        self.bad(rig.NOTFOUND, "gone")

    def test_token_without_the_key(self):
        uri = self.rig.key_uri.replace("token=work", "token=desk")
        self.write(self.no_mfa(stskey_key=uri))
        self.bad(rig.NOTFOUND, "desk", rig.KEY_ID)

    def test_two_tokens_that_match(self):
        self.rig.make_token("work")
        self.addCleanup(
            subprocess.run,
            ["softhsm2-util", "--delete-token", "--token", "work"],
            env=self.rig.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.bad(rig.CONFIG, "work", "serial")
        # Which of the two is deleted is chance: make it whole again.
        self.addCleanup(self.remake)

    def remake(self):
        for file in (self.rig.folder / "softhsm" / "tokens").iterdir():
            shutil.rmtree(file)
        for label in ("work", "desk"):
            self.rig.make_token(label)
        self.rig.enrol()

    def tearDown(self):
        if self._testMethodName == "test_two_tokens_that_match":
            return  # its clean-up enrols anew, which shows the same
        super().tearDown()

    def test_not_a_uri(self):
        for uri in (
            "work",
            "pkcs11:",
            "pkcs11:token",
            "pkcs11:token=%zz",
            "pkcs11:tokn=work;object=x",
            "oath:name=x;serial=1;serial=2",
            "piv:serial=1;name=x",
            "x" * 10000,
        ):
            self.write(self.no_mfa(stskey_key=uri))
            with self.subTest(uri=uri[:40]):
                self.refused(self.call(), rig.CONFIG)

    def test_pin_value(self):
        uri = self.rig.key_uri + f"&pin-value={rig.PIN}"
        self.write(self.no_mfa(stskey_key=uri))
        self.bad(rig.CONFIG, "pin-value", "pin-source")

    def test_module_not_there(self):
        uri = self.rig.key_uri.split("?")[0]
        libc = "/lib/x86_64-linux-gnu/libc.so.6"
        for module in ("/nonexistent.so", "/etc/passwd", libc):
            self.write(self.no_mfa(stskey_key=f"{uri}?module-path={module}"))
            with self.subTest(module=module):
                result = self.call()
                self.refused(result, rig.CONFIG, module)

    def test_module_unknown(self):
        uri = self.rig.key_uri.split("?")[0]
        self.write(self.no_mfa(stskey_key=f"{uri}?module-name=nosuch"))
        self.bad(rig.CONFIG, "nosuch")

    def test_module_relative(self):
        uri = self.rig.key_uri.split("?")[0]
        self.write(self.no_mfa(stskey_key=f"{uri}?module-path=libsofthsm2.so"))
        result = self.call(cwd="/usr/lib/softhsm")
        self.refused(result, rig.CONFIG, "absolute|module-path")

    def test_module_crashes(self):
        for lie in ("crash-init", "crash-sign", "exit"):
            env = self.lying(lie)
            with self.subTest(lie=lie):
                result = self.call(env=env)
                self.refused(result, rig.HELPER, "stskey-token")

    def test_module_prints(self):
        env = self.lying("print")
        result = self.good(self.call(env=env))
        self.assertTrue(result.json()["SessionToken"])
        self.assertEqual(result.out.count("\n"), 1)

    def test_module_hangs(self):
        for lie in ("hang-init", "hang-sign"):
            env = self.lying(lie)
            with self.subTest(lie=lie):
                result = self.call(
                    "credentials", "--profile", "dev", "--timeout", "2", env=env
                )
                self.refused(result, rig.TIMEOUT, "stskey-token")

    def test_module_lies_about_the_mac(self):
        for lie in ("short-mac", "long-mac", "fail-sign"):
            env = self.lying(lie)
            with self.subTest(lie=lie):
                self.refused(self.call(env=env), rig.TOKEN, "token 'work'")

    def test_token_leaves(self):
        result = self.call(env=self.lying("removed"))
        self.refused(result, rig.NOTFOUND, "pulled out")



class Pins(bad.BadInput):
    def test_wrong(self):
        bad = self.rig.write_pin("bad", "000000")
        self.write(self.no_mfa(stskey_pin_source=f"file:{bad}"))
        result = self.bad(rig.PIN_REFUSED, "work", "PIN")
        self.assertNotIn("000000", result.err)

    def test_locked(self):
        result = self.call(env=self.lying("locked"))
        self.refused(result, rig.PIN_REFUSED, "locked")

    def test_last_try(self):
        """A stored PIN is never spent on the last try without a person."""
        result = self.call(env=self.lying("final-try"))
        words = ("nobody can be asked for the PIN of token 'work'", "has one try left")
        self.refused(result, rig.PIN_REFUSED, *words)
        self.assertEqual(self.sts.count(outcome=None), 0)

    def test_no_pin_set(self):
        result = self.call(env=self.lying("no-pin"))
        self.refused(result, rig.PIN_REFUSED, "PIN")

    def test_file_others_can_read(self):
        pin = self.rig.write_pin("open", rig.PIN)
        pin.chmod(0o644)
        self.write(self.no_mfa(stskey_pin_source=f"file:{pin}"))
        result = self.call()
        self.refused(result, rig.CONFIG, str(pin), "chmod|read")

    def test_file_not_there(self):
        self.write(self.no_mfa(stskey_pin_source="file:/nonexistent/pin"))
        result = self.call()
        self.refused(result, rig.PIN_REFUSED, "/nonexistent/pin")

    def test_file_empty_and_long(self):
        for text, rc in (
            ("", rig.PIN_REFUSED),
            ("\n", rig.PIN_REFUSED),
            ("x" * 5000, rig.CONFIG),
            ("a\nb\n", rig.PIN_REFUSED),
            ("12\x0034", rig.PIN_REFUSED),
        ):
            pin = self.rig.write_pin("odd", text)
            self.write(self.no_mfa(stskey_pin_source=f"file:{pin}"))
            with self.subTest(text=text[:10]):
                self.refused(self.call(), rc, "PIN")

    def test_command_fails(self):
        for command, rc in (
            ("/bin/false", rig.CONFIG),
            ("/nonexistent", rig.CONFIG),
            ("echo", rig.PIN_REFUSED),
            ("kill -9 $$", rig.CONFIG),
        ):
            self.write(self.no_mfa(stskey_pin_source=f"command:{command}"))
            with self.subTest(command=command):
                self.refused(self.call(), rc, "PIN source")

    def test_the_pin_itself(self):
        self.write(self.no_mfa(stskey_pin_source=rig.PIN))
        self.bad(rig.CONFIG, "stskey_pin_source|PIN")

    def test_no_terminal(self):
        self.write(self.no_mfa(stskey_pin_source=None))
        result = self.call(env={"STSKEY_PINENTRY": "/bin/false"})
        self.refused(result, rig.PIN_REFUSED, "PIN", "pin.source")
        self.assertLess(result.seconds, procs.patience(5))

    def test_background_job(self):
        """It neither asks nor is stopped by the terminal."""
        self.write(self.no_mfa(stskey_pin_source=None))
        import pexpect  # pylint: disable=import-outside-toplevel

        job = f"{rig.STSKEY} credentials --profile dev"
        child = pexpect.spawn(
            "/bin/bash",
            ["-mc", f'{job} & wait $!; echo "ended with $?"; read -r line'],
            env=self.rig.environment({"STSKEY_PINENTRY": "/bin/false"}),
            timeout=60,
            encoding="utf-8",
        )
        child.expect(f"ended with {rig.PIN_REFUSED}")
        child.close(force=True)



class Imports(bad.BadInput):
    def start(self, secret, *more):
        label = f"new{len(secret)}"
        result = self.rig.import_key("--label", label, *more, secret=secret)
        self.assertLess(result.seconds, procs.patience(bad.QUICK))
        listed = self.call(
            *("key", "list", "--to", "pkcs11:token=work?module-name=softhsm2"),
            env=self.rig.enrolling,
        )
        self.assertNotIn(f"object={label};", listed.out)
        return result

    def test_secret_of_wrong_shape(self):
        for secret in (
            "",
            rig.SECRET[:-1],
            rig.SECRET + "x",
            rig.SECRET[:-1] + " ",
            rig.SECRET[:-1] + "é",
            rig.KEY_ID,
            "x" * 100000,
            "\0" * 40,
        ):
            result = self.start(secret)
            with self.subTest(length=len(secret)):
                rc = rig.CONFIG if len(secret) < 1024 else rig.FORMAT
                self.refused(result, rc, "secret|line")
                if len(secret) > 10:
                    self.assertNotIn(secret[:10], result.err.replace(rig.KEY_ID, ""))

    def test_access_key_id_of_wrong_shape(self):
        for number, key_id in enumerate(
            ("", "x", "ASIAIOSFODNN7EXAMPLE", rig.KEY_ID + "é", rig.SECRET)
        ):
            result = self.rig.import_key("--label", f"id{number}", key_id=key_id)
            with self.subTest(key_id=key_id[:5]):
                self.refused(result, rig.USAGE, "access.key")

    def test_base32_that_is_not(self):
        for seed in ("", "1" * 32, "ABC", "ÄÖÜ" * 8, rig.SEED + "!", "x" * 100000):
            result = self.rig.import_seed("--label", "new", seed=seed)
            with self.subTest(length=len(seed)):
                rc = rig.CONFIG if len(seed) < 1024 else rig.FORMAT
                self.refused(result, rc, "base32|seed|line")

    def test_no_secret_at_all(self):
        result = self.rig.stskey(
            *("key", "import", "--to", "pkcs11:token=work"),
            *("--access-key-id", rig.KEY_ID),
            env=self.rig.enrolling,
        )
        self.refused(result, rig.CONFIG, "secret")

    def test_usage(self):
        for args in (
            (),
            ("frobnicate",),
            ("credentials", "--nonsense"),
            ("credentials", "extra"),
            ("credentials", "--profile"),
            ("credentials", "--profile", "a", "--profile", "b"),
            ("credentials", "--min-ttl", "x"),
            ("credentials", "--min-ttl", "-5"),
            ("credentials", "--min-ttl", "99999999999999999999"),
            ("key",),
            ("key", "import"),
            ("key", "import", "--to", "pkcs11:token=work", "--csv", "a",
             "--from-credentials", "b"),
            ("mfa", "import"),
            ("",),
        ):
            with self.subTest(args=args):
                self.refused(self.rig.stskey(*args), rig.USAGE)


if __name__ == "__main__":
    rig.main()
