#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The life of a key on a token, and what shadows its profile."""

import re
import shutil

import importing
import rig


class KeyLife(importing.Importing):
    def test_replace(self):
        old = self.good(self.rig.import_key()).uri
        self.rig.key_uri, self.rig.mfa_uri = old, None
        self.rig.write_config(
            self.rig.dev(mfa_serial=None, stskey_mfa=None),
            self.rig.dev("same", mfa_serial=None, stskey_mfa=None),
            self.rig.role(),
        )
        new = {"key_id": importing.OTHER_ID, "secret": importing.OTHER_SECRET}
        result = self.good(self.rig.import_key("--replace", old, **new))
        self.assertNotIn(importing.OTHER_SECRET, result.out + result.err)
        text = self.rig.config_file.read_text()
        self.assertNotIn(f"object={rig.KEY_ID}", text)
        self.assertEqual(text.count(f"object={importing.OTHER_ID}"), 2)
        self.assertEqual(text.count(f"stskey_access_key_id = {importing.OTHER_ID}"), 2)
        credentials = self.run_stskey("credentials", "--profile", "same")
        self.good(credentials)
        self.assertEqual(self.rig.sts.requests[-1]["access_key_id"], importing.OTHER_ID)

    def test_replace_tells_shadows(self):
        """Each profile that was rewritten, as after --profile."""
        old = self.good(self.rig.import_key()).uri
        self.rig.key_uri, self.rig.mfa_uri = old, None
        plain = {"mfa_serial": None, "stskey_mfa": None}
        self.rig.write_config(self.rig.dev(**plain), self.rig.dev("same", **plain))
        self.rig.credentials_file.write_text(
            "[same]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = plain\n"
        )
        self.rig.credentials_file.chmod(0o600)
        self.addCleanup(self.rig.credentials_file.unlink)
        said = self.good(self.renew(old)).err
        self.assertRegex(said, r"warning: \S+credentials:\d+: section \[same\]")
        self.assertNotIn("[dev] ", said.replace("[profile dev] ", ""))

    def test_replace_offline(self):
        """Nobody asked AWS whose the new key is, and stskey_user stays."""
        old = self.good(self.rig.import_key()).uri
        self.rig.key_uri, self.rig.mfa_uri = old, None
        self.rig.write_config(self.rig.dev(mfa_serial=None, stskey_mfa=None))
        result = self.good(self.renew(old, "--offline"))
        self.assertRegex(
            result.err,
            rf"config:\d+: stskey_user is 'dev' as before.*"
            rf"`stskey key verify --access-key-id {importing.OTHER_ID} ",
        )
        self.assertIn(f"stskey_user = dev", self.rig.config_file.read_text())

    def renew(self, old, *more):
        new = {"key_id": importing.OTHER_ID, "secret": importing.OTHER_SECRET}
        return self.rig.import_key("--replace", old, *more, **new)

    def test_replace_without_type(self):
        """type= says nothing that is not known, on either side."""
        old = self.good(self.rig.import_key()).uri
        bare = old.replace(";type=secret-key", "")
        self.assertNotEqual(bare, old)
        for written, given in ((old, bare), (bare, old)):
            self.rig.write_config(
                self.rig.dev(mfa_serial=None, stskey_mfa=None, stskey_key=written)
            )
            self.good(self.renew(given))
            text = self.rig.config_file.read_text()
            self.assertIn(f"object={importing.OTHER_ID}", text)
            new = re.search("stskey_key = (.*)", text)[1]
            self.good(self.run_stskey("key", "remove", new, "--yes"))

    def test_replace_names_others(self):
        """Whoever means the same in other words still has the old key."""
        self.configure()
        old = self.rig.key_uri
        self.rig.write_config(
            self.rig.dev(stskey_mfa=None, mfa_serial=None),
            self.rig.dev("other", stskey_key=self.in_other_words(old)),
        )
        line = 1 + self.rig.config_file.read_text().splitlines().index(
            f"stskey_key = {self.in_other_words(old)}"
        )
        result = self.good(self.renew(old))
        place = rf"{self.rig.config_file}:{line} \(stskey_key of profile 'other'\)"
        self.assertRegex(result.err, place)
        self.assertIn(self.in_other_words(old), self.rig.config_file.read_text())

    def test_replace_is_of_keys(self):
        """A URI that gives MFA codes alone is no key that could be replaced."""
        self.configure()
        self.rig.write_config(self.rig.dev())
        before = self.rig.config_file.read_text()
        result = self.renew(self.rig.mfa_uri)
        self.refused(result, rig.NOTFOUND, "stskey_mfa of profile 'dev'")
        self.assertEqual(self.rig.config_file.read_text(), before)
        self.assertEqual(self.token("work", importing.OTHER_ID)["count"], 0)

    def make_foreign(self, label="team-key", secret=rig.SECRET):
        result = self.rig.run(
            ["/usr/bin/python3", rig.HERE / "p11.py", "create", "work", label]
            + [("AWS4" + secret).encode().hex()],
            env={"P11_PIN": rig.PIN},
        )
        self.assertEqual(result.rc, 0, result)
        return f"pkcs11:token=work;object={label};type=secret-key?module-name=softhsm2"

    def test_adopt(self):
        uri = self.make_foreign()
        result = self.good(
            self.run_stskey("key", "adopt", uri, "--access-key-id", rig.KEY_ID)
        )
        text = result.out + result.err
        self.assertIn("user/dev", text)
        self.assertRegex(text, r"stskey_key\s*=\s*pkcs11:\S*object=team-key")
        self.assertRegex(text, rf"stskey_access_key_id\s*=\s*{rig.KEY_ID}")

    def test_adopt_wrong_value(self):
        uri = self.make_foreign(secret=importing.OTHER_SECRET)
        result = self.run_stskey("key", "adopt", uri, "--access-key-id", rig.KEY_ID)
        self.assertEqual(result.rc, rig.DENIED, result)

    def test_list(self):
        self.good(self.rig.import_key())
        self.good(self.rig.import_seed(token="work"))
        args = ("key", "list", "--to", "pkcs11:token=work?module-name=softhsm2")
        result = self.good(self.run_stskey(*args))
        self.assertIn(rig.KEY_ID, result.out)
        self.assertIn("work", result.out)
        self.assertIn("hmac", result.out)

    def test_both_factors_on_one_device(self):
        self.rig.key_uri = self.good(self.rig.import_key()).uri
        self.rig.mfa_uri = self.good(self.rig.import_seed(token="work")).uri
        self.rig.write_config(self.rig.dev())
        for args in (("status", "--profile", "dev"), ("key", "list")):
            result = self.good(self.run_stskey(*args))
            self.assertRegex(
                result.out + result.err, "(?i)both factors on one device", args
            )
        self.rig.mfa_uri = self.good(self.rig.import_seed(token="desk")).uri
        self.rig.write_config(self.rig.dev())
        result = self.good(self.run_stskey("status", "--profile", "dev"))
        self.assertNotRegex(result.out + result.err, "(?i)both factors")

    def configure(self):
        """A key and a seed on one token."""
        self.rig.key_uri = self.good(self.rig.import_key()).uri
        self.rig.mfa_uri = self.good(self.rig.import_seed(token="work")).uri

    def serial(self, label):
        slots = self.rig.run(["softhsm2-util", "--show-slots"]).out
        found = re.findall(r"Serial number: +(\w+)[^S]*?Label: +(\w+)", slots)
        return {name: number for number, name in found}[label]

    def in_other_words(self, uri):
        """The same object, in a URI that has no word of the token's in common."""
        return uri.replace("token=work", f"serial={self.serial('work')}")

    def by_another_module(self, uri):
        """The same once more, by a module that is another file."""
        copy = self.rig.folder / "libcopy.so"
        shutil.copy(rig.SOFTHSM, copy)
        return re.sub(r"module-\w+=[^&]*", f"module-path={copy}", uri)

    def list_and_probe(self):
        return (
            self.good(self.run_stskey("key", "list")).out,
            self.good(self.run_stskey("status", "--profile", "dev", "--probe")).out,
        )

    def test_both_factors_in_other_words(self):
        self.configure()
        uris = (self.in_other_words, self.by_another_module)
        for change in uris:
            self.rig.write_config(self.rig.dev(stskey_mfa=change(self.rig.mfa_uri)))
            for text in self.list_and_probe():
                with self.subTest(change=change.__name__, text=text):
                    self.assertEqual(text.count("both factors on one device"), 1)

    def test_two_devices_of_one_make(self):
        """What tells them apart is in one of the two URIs only."""
        self.configure()
        seed = self.good(self.rig.import_seed(token="desk")).uri
        make = "manufacturer=SoftHSM%20project;"
        self.rig.write_config(
            self.rig.dev(
                stskey_key=self.rig.key_uri.replace("token=", make + "token="),
                stskey_mfa=seed.replace(
                    "token=desk", f"{make}serial={self.serial('desk')}"
                ),
            )
        )
        for text in self.list_and_probe():
            self.assertIn("desk", text)
            self.assertNotIn("both factors", text)

    def test_list_each_once(self):
        self.configure()
        self.rig.write_config(
            self.rig.dev(),
            self.rig.dev("b", stskey_key=self.in_other_words(self.rig.key_uri)),
            self.rig.dev("c", stskey_key=self.by_another_module(self.rig.key_uri)),
        )
        result = self.good(self.run_stskey("key", "list"))
        lines = result.out.splitlines()
        self.assertEqual(len([s for s in lines if f"object={rig.KEY_ID}" in s]), 1)
        self.assertIn("the key of 1 profile", result.out)
        self.assertRegex(result.out, r"the seed of 3 profiles")
        self.assertNotIn("the key of 3", result.out)

    def test_list_many(self):
        names = [f"token{i}" for i in range(18)]
        for name in names:
            self.rig.make_token(name)
        uri = self.good(self.rig.import_key(token=names[-1])).uri
        self.rig.write_config(
            *(
                self.rig.dev(name, stskey_key=uri.replace(names[-1], name))
                for name in names
            )
        )
        result = self.good(self.run_stskey("key", "list"))
        self.assertIn(f"{uri}  hmac  the key of 1 profile\n", result.out)

    def test_verify(self):
        uri = self.good(self.rig.import_key()).uri
        self.rig.key_uri = uri
        self.rig.write_config(self.rig.dev(mfa_serial=None, stskey_mfa=None))
        self.good(self.run_stskey("key", "verify", uri))
        absent = uri.replace(rig.KEY_ID, importing.OTHER_ID)
        result = self.run_stskey("key", "verify", absent)
        self.refused(result, rig.NOTFOUND, importing.OTHER_ID)

    def test_remove(self):
        uri = self.good(self.rig.import_key()).uri
        result = self.run_stskey("key", "remove", uri)
        self.refused(result, rig.USAGE, "--yes")
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 1)
        self.good(self.run_stskey("key", "remove", uri, "--yes"))
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 0)

    def test_remove_asks(self):
        uri = self.good(self.rig.import_key()).uri
        for answer, left in (("n", 1), ("y", 0)):
            child = self.rig.pty("key", "remove", uri, env=self.pin)
            child.expect(r"\?")
            child.sendline(answer)
            child.expect(rig.pexpect_eof())
            child.close()
            self.assertEqual(self.token("work", rig.KEY_ID)["count"], left)



class Shadows(importing.Importing):
    def login(self, env=None):
        return self.run_stskey("login", "--profile", "dev", env=env or {})

    def test_named(self):
        self.rig.key_uri = self.good(self.rig.import_key()).uri
        dev = self.rig.dev(mfa_serial=None, stskey_mfa=None)
        self.rig.write_config(dev)
        self.assertNotRegex(self.good(self.login()).err, "(?i)shadow|instead")
        keys = {
            "AWS_ACCESS_KEY_ID": importing.OTHER_ID,
            "AWS_SECRET_ACCESS_KEY": importing.OTHER_SECRET,
        }
        for args in (("login",), ("whoami",), ("status",)):
            result = self.run_stskey(*args, "--profile", "dev", env=keys)
            self.assertIn("AWS_ACCESS_KEY_ID", result.out + result.err, args)
            self.assertNotIn(importing.OTHER_SECRET, result.out + result.err)
        self.rig.credentials_file.write_text(
            f"[dev]\naws_access_key_id = {importing.OTHER_ID}\n"
            f"aws_secret_access_key = {importing.OTHER_SECRET}\n"
        )
        result = self.good(self.login())
        self.assertIn(str(self.rig.credentials_file), result.err)
        self.assertNotIn(importing.OTHER_SECRET, result.err)


if __name__ == "__main__":
    rig.main()
