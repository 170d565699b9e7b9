#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keys and seeds into tokens, and out of the files where they lay."""

import configparser
import stat

import importing
import rig


class KeyImport(importing.Importing):
    def test_from_standard_input(self):
        result = self.good(self.rig.import_key())
        text = result.out + result.err
        self.assertIn(f"arn:aws:iam::{rig.ACCOUNT}:user/dev", text)
        self.assertRegex(result.uri, r"token=work;")
        self.assertRegex(result.uri, r"\?.*module-(name|path)=\S+")
        self.assertNotIn("pin-value", result.uri)
        self.assertRegex(text, r"stskey_key\s*=\s*pkcs11:")
        self.assertRegex(text, rf"stskey_access_key_id\s*=\s*{rig.KEY_ID}")
        self.assertRegex(text, r"stskey_user\s*=\s*dev\b")
        self.assertRegex(text, rf"credential_process\s*=\s*{rig.STSKEY} credentials")
        self.assertEqual(self.rig.sts.count("GetCallerIdentity"), 1)
        self.assertFalse(self.rig.config_file.exists())

    def test_more_than_one_line(self):
        """It may be a paste of something else, so none of it is taken."""
        for second in (importing.OTHER_SECRET, "# a remark"):
            result = self.rig.import_key(secret=f"{rig.SECRET}\n\n{second}")
            with self.subTest(second=second):
                self.refused(result, rig.USAGE, "more than one line", "--csv")
                self.assertNotIn(second, result.err)
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 0)
        self.good(self.rig.import_key(secret=f"{rig.SECRET}\r\n\n"))

    def test_object_is_locked_in(self):
        uri = self.good(self.rig.import_key()).uri
        found = self.token("work", self.object_of(uri))
        self.assertEqual(found["count"], 1)
        self.assertEqual(found["sensitive"], "01")
        self.assertEqual(found["extractable"], "00")
        self.assertEqual(found["private"], "01")
        self.assertEqual(found["value"], importing.CKR_ATTRIBUTE_SENSITIVE)
        self.assertGreaterEqual(len(found["id"]), 16)

    def test_offline(self):
        self.good(self.rig.import_key("--offline"))
        self.assertEqual(self.rig.sts.count(outcome=None), 0)

    def test_aws_does_not_know_it(self):
        self.rig.sts.control({"key": {rig.KEY_ID: False}})
        result = self.rig.import_key("--profile", "dev")
        self.assertEqual(result.rc, rig.DENIED, result)
        self.assertIn(rig.KEY_ID, result.err)
        self.assertFalse(self.rig.config_file.exists())

    def test_wrong_secret_for_the_key(self):
        result = self.rig.import_key(secret=importing.OTHER_SECRET)
        self.assertEqual(result.rc, rig.DENIED, result)
        self.assertNotIn(importing.OTHER_SECRET, result.out + result.err)

    def test_profile_is_written(self):
        before = "# mine\n[default]\nregion = us-east-1\n\n[profile other]\nx = json\n"
        self.rig.config_file.write_text(before)
        self.good(self.rig.import_key("--profile", "dev"))
        after = self.rig.config_file.read_text()
        self.assertTrue(after.startswith(before.rstrip("\n")), after)
        parser = configparser.RawConfigParser()
        parser.read_string(after)
        dev = parser["profile dev"]
        self.assertEqual(dev["stskey_access_key_id"], rig.KEY_ID)
        self.assertEqual(dev["stskey_user"], "dev")
        self.assertEqual(
            dev["credential_process"], f"{rig.STSKEY} credentials --profile dev"
        )
        self.assertIn("token=work", dev["stskey_key"])

    def test_written_profile_works(self):
        key = self.good(self.rig.import_key("--profile", "dev"))
        result = self.run_stskey(
            "credentials", "--profile", "dev", env={"AWS_REGION": rig.REGION}
        )
        self.assertTrue(self.good(result).json()["SessionToken"], key)

    def test_twice(self):
        self.good(self.rig.import_key())
        result = self.rig.import_key()
        self.refused(result, rig.CONFIG, "already|exists|label")

    def test_label(self):
        uri = self.good(self.rig.import_key("--label", "my key")).uri
        self.assertIn("object=my%20key", uri)
        self.assertEqual(self.token("work", "my key")["count"], 1)

    def test_prompt_does_not_echo(self):
        child = self.rig.pty(
            *("key", "import", "--to", "pkcs11:token=work"),
            *("--access-key-id", rig.KEY_ID),
            env=self.pin,
        )
        child.expect("(?i)secret")
        # Asked twice or not, the answer is the same; echo is off by now.
        child.expect(":")
        child.sendline(rig.SECRET)
        child.expect("stskey_key")
        child.expect(rig.pexpect_eof())
        child.close()
        self.assertEqual(child.exitstatus, 0)
        self.assertNotIn(rig.SECRET, str(child.before))

    def test_other_pin_source_for_import(self):
        good, bad = self.rig.pin_file, self.rig.write_pin("bad", "000000")
        self.rig.enrolling["STSKEY_PIN_SOURCE"] = f"file:{bad}"
        self.good(self.rig.import_key("--pin-source", f"file:{good}"))



class Where(importing.Importing):
    """What would be lost of --to and --pin is refused, before a secret is read."""

    KEY = ("key", "import", "--access-key-id", rig.KEY_ID, "--name", "x")
    URI = "pkcs11:token=work;object=x?module-name=softhsm2"
    SEED = ("mfa", "import", "--serial-number", rig.SERIAL, "--name", "x")

    def test_a_file_is_no_hardware(self):
        for verb in (self.KEY, self.SEED, ("mfa", "copy", "--name", "x")):
            for to in ("sealed:", "sealed:foo"):
                with self.subTest(verb=verb[:2], to=to):
                    result = self.run_stskey(*verb, "--to", to, input="x\n")
                    self.refused(result, rig.USAGE, "--to fido:", "--name")

    def test_profile_that_no_file_holds(self):
        """A name that could not be written leaves nothing on the token."""
        name = ("--profile", "new\nline")
        key = ("--access-key-id", rig.KEY_ID, "--offline")
        to = ("--to", "pkcs11:token=work", *name)
        for verb in (
            ("key", "import", *key, *to),
            ("key", "adopt", self.URI, *key, *name),
            ("mfa", "import", "--serial-number", rig.SERIAL, *to),
        ):
            with self.subTest(verb=verb[:2]):
                result = self.run_stskey(*verb, input="x\n")
                self.refused(result, rig.CONFIG, "--profile: .*control character")

    def test_no_access_key_id(self):
        """As any other word that is wrong: before the secret is read."""
        key = ("--access-key-id", "nonsense", "--to", "pkcs11:token=work")
        for verb in (("import",), ("adopt", self.URI), ("verify", self.URI)):
            with self.subTest(verb=verb[0]):
                more = key if verb[0] == "import" else key[:2]
                result = self.run_stskey("key", *verb, *more, input="x\n")
                self.refused(result, rig.USAGE, "'nonsense'|access key")

    def test_pin_of_another_token(self):
        for verb in (self.KEY, self.SEED):
            with self.subTest(verb=verb[:2]):
                result = self.run_stskey(
                    *(*verb, "--pin", "--to", "pkcs11:token=work"), input="x\n"
                )
                self.refused(result, rig.USAGE, "--pin", "leave it out")
                self.assertEqual(self.token("work", "x")["count"], 0)


class FromFiles(importing.Importing):
    CSV = "\ufeffAccess key ID,Secret access key\r\n{},{}\r\n"

    def csv(self):
        path = self.rig.home / "accessKeys.csv"
        path.write_text(self.CSV.format(rig.KEY_ID, rig.SECRET), encoding="utf-8")
        path.chmod(0o600)
        return path

    def import_csv(self, *more):
        return self.run_stskey(
            *("key", "import", "--to", "pkcs11:token=work"),
            *("--csv", self.csv(), *more),
        )

    def answer(self, args, answer):
        """A terminal that answers the question about removal."""
        child = self.rig.pty(*args, env=self.pin)
        child.expect(r"(?i)(remove|delete)[^\r\n]*\?")
        child.sendline(answer)
        child.expect(rig.pexpect_eof())
        child.close()
        self.assertEqual(child.exitstatus, 0, child.before)
        self.assertNotIn(rig.SECRET, child.before)

    def test_csv(self):
        result = self.good(self.import_csv())
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 1, result)
        self.assertEqual(self.rig.sts.count("GetCallerIdentity"), 1)
        # Nobody was there to be asked: the file stays.
        self.assertEqual(self.holding(rig.SECRET), ["accessKeys.csv"])

    def test_csv_removed_when_asked(self):
        path = self.csv()
        args = ("key", "import", "--to", "pkcs11:token=work", "--csv", path)
        self.answer(args, "y")
        self.assertFalse(path.exists())
        self.assertEqual(self.holding(rig.SECRET), [])

    def test_csv_that_would_not_be_gone(self):
        """A link, or one name of several: said before anything is imported."""
        path = self.csv()
        link = self.rig.folder / "link.csv"
        link.symlink_to(path)
        twin = self.rig.folder / "twin.csv"
        args = ("key", "import", "--to", "pkcs11:token=work", "--yes", "--csv")
        self.refused(self.run_stskey(*args, link), rig.CONFIG, "is a link", "readlink")
        twin.hardlink_to(path)
        result = self.run_stskey(*args, path)
        self.refused(result, rig.CONFIG, "has 2 names", "samefile")
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 0)
        self.assertIn(rig.SECRET, path.read_text("utf-8"))
        twin.unlink()
        self.good(self.run_stskey(*args, path))
        self.assertFalse(path.exists())
        self.assertTrue(link.is_symlink())

    def test_csv_kept_when_asked(self):
        path = self.csv()
        args = ("key", "import", "--to", "pkcs11:token=work", "--csv", path)
        self.answer(args, "n")
        self.assertTrue(path.exists())

    def test_csv_kept_when_aws_says_no(self):
        self.rig.sts.control({"key": {rig.KEY_ID: False}})
        result = self.import_csv()
        self.assertEqual(result.rc, rig.DENIED, result)
        self.assertEqual(self.holding(rig.SECRET), ["accessKeys.csv"])

    def test_csv_of_another_kind(self):
        for number, text in enumerate(
            ("", "hello\n", "Access key ID,Secret access key\n", "a,b\nc,d\n")
        ):
            path = self.rig.home / f"other{number}.csv"
            path.write_text(text)
            path.chmod(0o600)
            result = self.run_stskey(
                *("key", "import", "--to", "pkcs11:token=work", "--csv", path)
            )
            with self.subTest(text=text):
                self.refused(result, rig.CONFIG, "csv")

    CREDENTIALS = (
        "# kept\n[default]\naws_access_key_id = AKIAKEPTKEPTKEPTKEPT\n"
        "aws_secret_access_key = kept\n\n[dev]\n"
        f"aws_access_key_id = {rig.KEY_ID}\naws_secret_access_key = {rig.SECRET}\n"
        "\n[last]\nregion = eu-west-1\n"
    )

    def write_credentials(self):
        self.rig.credentials_file.write_text(self.CREDENTIALS)
        self.rig.credentials_file.chmod(0o600)

    def test_from_credentials(self):
        self.write_credentials()
        result = self.run_stskey(
            *("key", "import", "--to", "pkcs11:token=work"),
            *("--from-credentials", "dev"),
        )
        self.good(result)
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 1)
        self.assertEqual(self.rig.credentials_file.read_text(), self.CREDENTIALS)
        # It still shadows the profile in every SDK, and that is said.
        self.assertRegex(
            result.err,
            rf"{self.rig.credentials_file}:\d+: section \[dev\] .*AWS tools",
        )

    def test_from_credentials_removed_when_asked(self):
        self.write_credentials()
        args = ("key", "import", "--to", "pkcs11:token=work")
        self.answer((*args, "--from-credentials", "dev"), "y")
        text = self.rig.credentials_file.read_text()
        self.assertNotIn(rig.SECRET, text)
        self.assertNotIn(rig.KEY_ID, text)
        for line in ("# kept", "aws_secret_access_key = kept", "[last]", "region"):
            self.assertIn(line, text)
        mode = stat.S_IMODE(self.rig.credentials_file.stat().st_mode)
        self.assertEqual(mode, 0o600)
        self.assertEqual(self.holding(rig.SECRET), [])

    def test_from_credentials_no_such_section(self):
        self.write_credentials()
        result = self.run_stskey(
            *("key", "import", "--to", "pkcs11:token=work"),
            *("--from-credentials", "nobody"),
        )
        self.refused(result, rig.NOTFOUND, "nobody", "name a section")
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 0)

    def test_from_credentials_no_such_file(self):
        result = self.run_stskey(
            *("key", "import", "--to", "pkcs11:token=work"),
            *("--from-credentials", "dev"),
        )
        self.refused(
            result,
            rig.NOTFOUND,
            f"there is no credentials file '{self.rig.credentials_file}'",
            "AWS_SHARED_CREDENTIALS_FILE",
        )
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 0)



class MfaProfile(importing.Importing):
    """The devices that a profile has, and the one that comes to them."""

    SECOND = rig.SERIAL + "-second"

    def setUp(self):
        super().setUp()
        self.rig.key_uri = "pkcs11:token=work;object=x"

    def import_seed(self, serial, to="work", **dev):
        self.rig.write_config(self.rig.dev(**dev))
        return self.run_stskey(
            *("mfa", "import", "--to", f"pkcs11:token={to}"),
            *("--serial-number", serial, "--label", to, "--profile", "dev"),
            input=rig.SEED + "\n",
        )

    def lines(self):
        parser = configparser.RawConfigParser()
        parser.read_string(self.rig.config_file.read_text())
        dev = parser["profile dev"]
        return dev.get("mfa_serial"), dev.get("stskey_mfa")

    def test_second(self):
        """The first one stays, and SDKs go on to read its serial number."""
        self.good(self.import_seed(self.SECOND, stskey_mfa="sealed:desk-key"))
        serial, entries = self.lines()
        self.assertEqual(serial, rig.SERIAL)
        first, second = entries.split(" ")
        self.assertEqual(first, f"{rig.SERIAL}=sealed:desk-key")
        self.assertTrue(second.startswith(f"{self.SECOND}=pkcs11:"), second)

    def test_by_hand(self):
        self.good(self.import_seed(self.SECOND, stskey_mfa=None))
        self.assertIn(f"{rig.SERIAL}=prompt {self.SECOND}=pkcs11:", self.lines()[1])

    def test_command_is_last(self):
        self.good(self.import_seed(self.SECOND, stskey_mfa="command:six digits"))
        entries = self.lines()[1]
        self.assertTrue(entries.startswith(f"{self.SECOND}=pkcs11:"), entries)
        self.assertTrue(entries.endswith(f" {rig.SERIAL}=command:six digits"), entries)

    def test_same(self):
        """Of one serial number one is kept, and the others with it."""
        both = f"{rig.SERIAL}=sealed:a {self.SECOND}=sealed:b"
        self.good(self.import_seed(self.SECOND, stskey_mfa=both))
        entries = self.lines()[1]
        self.assertTrue(
            entries.startswith(f"{rig.SERIAL}=sealed:a {self.SECOND}=pkcs11:"), entries
        )
        self.assertNotIn("sealed:b", entries)

    def test_only_one(self):
        self.good(self.import_seed(rig.SERIAL, stskey_mfa="sealed:a"))
        serial, entries = self.lines()
        self.assertEqual(serial, rig.SERIAL)
        self.assertTrue(entries.startswith("pkcs11:"), entries)

    def test_refused_before_the_seed(self):
        """What the profile says does not let it in: nothing is imported."""
        full = " ".join(f"{rig.SERIAL}{n}=prompt" for n in range(8))
        for words, dev in (
            ("names 8", {"mfa_serial": None, "stskey_mfa": full}),
            ("GAHT12345678.*no", {"mfa_serial": "GAHT12345678"}),
            (r"config:\d+: stskey_mfa", {"stskey_mfa": "nonsense"}),
        ):
            with self.subTest(words=words):
                result = self.import_seed(self.SECOND, **dev)
                self.refused(result, rig.CONFIG, words)
                self.assertEqual(self.token("work", "work")["count"], 0)


class MfaImport(importing.Importing):
    def test_spaces_and_lower_case(self):
        loose = " ".join(
            rig.SEED.lower()[i : i + 4] for i in range(0, len(rig.SEED), 4)
        )
        self.rig.key_uri = self.good(self.rig.import_key()).uri
        seed = self.good(self.rig.import_seed(seed=loose))
        self.assertRegex(seed.uri, r"token=desk;")
        self.assertNotIn(loose, seed.out + seed.err)
        self.rig.mfa_uri = seed.uri
        self.rig.write_config(self.rig.dev())
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.assertEqual(result.rc, 0, result)
        self.assertIn("TokenCode", self.rig.sts.requests[-1]["params"])

    def test_locked_in(self):
        uri = self.good(self.rig.import_seed()).uri
        found = self.token("desk", self.object_of(uri))
        self.assertEqual((found["sensitive"], found["extractable"]), ("01", "00"))
        self.assertEqual(found["value"], importing.CKR_ATTRIBUTE_SENSITIVE)

    def test_short_seed(self):
        """SoftHSM2 refuses to sign with less than 20 bytes: zeros are added."""
        short = "GEZDGNBVGY3TQOJQ"
        self.rig.sts.world.users["dev"]["mfa"][rig.SERIAL] = short
        self.rig.key_uri = self.good(self.rig.import_key()).uri
        self.rig.mfa_uri = self.good(self.rig.import_seed(seed=short)).uri
        self.rig.write_config(self.rig.dev())
        self.assertEqual(self.rig.stskey("credentials", "--profile", "dev").rc, 0)

    def test_prompt_does_not_echo(self):
        child = self.rig.pty(
            *("mfa", "import", "--to", "pkcs11:token=desk"),
            *("--serial-number", rig.SERIAL),
            env=self.pin,
        )
        child.expect("(?i)seed|secret")
        child.expect(":")
        child.sendline(rig.SEED)
        child.expect("pkcs11:")
        child.expect(rig.pexpect_eof())
        child.close()
        self.assertEqual(child.exitstatus, 0)
        self.assertNotIn(rig.SEED, child.before)

    def test_refused(self):
        for seed in ("", "not base32!", "JBSWY3DP1", "ABCDEFG=ABC"):
            result = self.rig.import_seed(seed=seed)
            with self.subTest(seed=seed):
                self.refused(result, rig.CONFIG, "base32|seed")
                if seed:
                    self.assertNotIn(seed, result.err)
        result = self.rig.import_seed(seed=f"{rig.SEED}\n{rig.SEED}")
        self.refused(result, rig.USAGE, "more than one line")
        for serial in ("", "x", "has space in it", "x" * 257):
            result = self.rig.import_seed(serial=serial)
            with self.subTest(serial=serial):
                self.refused(result, rig.USAGE, "serial")
        listed = self.run_stskey(
            "key", "list", "--to", "pkcs11:token=desk?module-name=softhsm2"
        )
        self.assertNotIn("object=", listed.out)


if __name__ == "__main__":
    rig.main()
