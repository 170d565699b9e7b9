#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`import-config`: what people have, shown, and taken over."""

import re
import shlex

import botocore.session

import importing
import rig

TO = "pkcs11:token=work"
OBJECT = f"{TO};object={rig.KEY_ID}?module-name=softhsm2"
ODD = ("it's", "a b", "$(touch x)", 'a"b', "back\\slash", "default", "café")
REGION = {"AWS_REGION": rig.REGION}
# aws-vault as far as the command line that is printed goes.
VAULT = """#!/bin/sh
[ "$1 $2 $4" = "exec --no-session --" ] || exit 9
[ "$3" = "%s" ] || exit 8
shift 4
AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s exec "$@"
"""


class ImportConfig(importing.Importing):
    def write_keys(self, *sections, more=""):
        text = ""
        for name, key_id, secret in sections:
            text += f"[{name}]\naws_access_key_id = {key_id}\n"
            text += f"aws_secret_access_key = {secret}\n{more}"
        self.rig.credentials_file.write_text(text)
        self.rig.credentials_file.chmod(0o600)

    def two(self):
        self.write_keys(
            ("dev", rig.KEY_ID, rig.SECRET),
            ("other", importing.OTHER_ID, importing.OTHER_SECRET),
        )

    def import_config(self, *args, **more):
        result = self.run_stskey("import-config", *args, **more)
        for secret in (rig.SECRET, importing.OTHER_SECRET, rig.PIN):
            self.assertNotIn(secret, result.out + result.err)
        return result

    def shown(self, result):
        """The profiles of what was printed, as botocore loads them."""
        file = self.rig.folder / "shown"
        file.write_text(result.out)
        session = botocore.session.Session()
        session.set_config_variable("config_file", str(file))
        return session.full_config["profiles"]

    def commands(self, result):
        """{profile: the command line that imports its key}."""
        lines = re.findall(r"(?m)^#   (/\S+ key import .*)$", result.out)
        found = {}
        for line in lines:
            words = shlex.split(line)
            found[words[words.index("--profile") + 1]] = line
        return found

    def untouched(self, result):
        """Nothing was imported, written, or asked of AWS."""
        self.good(result)
        self.assertEqual(self.rig.sts.requests, [])
        self.assertFalse(self.rig.config_file.exists())
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 0)

    def test_shows(self):
        self.two()
        result = self.import_config()
        self.untouched(result)
        self.assertIn(f"# {self.rig.credentials_file}:1: ", result.out)
        for name in ("dev", "other"):
            self.assertRegex(
                result.out,
                rf"(?m)^\[profile {name}\]\nstskey_key = URI .*\n(.*\n)*"
                rf"credential_process = {rig.STSKEY} credentials --profile {name}$",
            )
        self.assertRegex(result.err, "^stskey: to import .* --to")
        # The names of keys alone: not so much as an access key id.
        self.assertNotIn(rig.KEY_ID, result.out + result.err)

    def test_dry_run(self):
        self.two()
        result = self.import_config("--dry-run", "--to", TO, "--yes")
        self.untouched(result)
        self.assertIn(f"stskey_key = {TO} ", result.out)

    def test_imports(self):
        self.two()
        result = self.import_config("--to", TO, "--yes")
        self.good(result)
        config = self.rig.config_file.read_text()
        for name, key_id in (("dev", rig.KEY_ID), ("other", importing.OTHER_ID)):
            section = config.split(f"[profile {name}]\n")[1].split("[")[0]
            self.assertIn(f"stskey_access_key_id = {key_id}", section)
            self.assertIn(f"credentials --profile {name}", section)
            self.assertEqual(self.token("work", key_id)["count"], 1)
        for secret in (rig.SECRET, importing.OTHER_SECRET):
            self.assertEqual(self.holding(secret), [])
        self.good(self.run_stskey("credentials", "--profile", "other", env=REGION))
        again = self.good(self.import_config("--to", TO, "--yes"))
        self.assertIn("nothing to import", again.err)
        self.assertEqual(again.out, "")

    def test_asks(self):
        self.two()
        child = self.rig.pty("import-config", "--to", TO, env=self.pin)
        child.expect(r"import the key of \[dev\] of .*\?")
        child.send("n\n")
        child.expect(r"import the key of \[other\] of .*\?")
        child.send("y\n")
        child.expect(r"remove the plaintext secret of \[other\]")
        child.send("y\n")
        child.expect(rig.pexpect_eof())
        child.close()
        self.assertEqual(child.exitstatus, 0)
        self.assertNotIn("[profile dev]", self.rig.config_file.read_text())
        self.assertIn("[profile other]", self.rig.config_file.read_text())
        text = self.rig.credentials_file.read_text()
        self.assertIn(rig.SECRET, text)
        self.assertNotIn(importing.OTHER_SECRET, text)

    def test_called_off(self):
        """Ctrl-C at a question is the end of all of it."""
        self.two()
        for answers in ("", "y\n"):
            child = self.rig.pty("import-config", "--to", TO, "--offline", env=self.pin)
            child.expect(r"import the key of \[dev\] of .*\?")
            child.send(answers)
            if answers:
                child.expect(r"import the key of \[other\] of .*\?")
            child.send("\x03")
            child.expect(rig.pexpect_eof())
            child.close()
            self.assertEqual(child.signalstatus, 2)
        self.assertNotIn("[profile other]", self.rig.config_file.read_text())
        self.assertEqual(self.token("work", importing.OTHER_ID)["count"], 0)

    def test_nobody_to_ask(self):
        self.two()
        result = self.import_config("--to", TO)
        self.assertEqual(result.rc, rig.USAGE, result)
        self.assertIn("--yes", result.err)
        self.assertFalse(self.rig.config_file.exists())

    def test_one_fails(self):
        """It does not keep the others, and its status is that of the run."""
        self.write_keys(
            ("first", "AKIAIOSFODNN7NOTHERE", importing.OTHER_SECRET),
            ("dev", rig.KEY_ID, rig.SECRET),
        )
        result = self.import_config("--to", TO, "--yes")
        self.assertEqual(result.rc, rig.DENIED, result)
        self.assertRegex(result.err.splitlines()[-1], r"^stskey: \[first\]: ")
        self.assertIn("[profile dev]", self.rig.config_file.read_text())
        text = self.rig.credentials_file.read_text()
        self.assertIn("[first]", text)
        self.assertNotIn(rig.KEY_ID, text)

    def test_role_of_that_name(self):
        self.rig.write_config(
            self.rig.profile("dev", role_arn=rig.ADMIN, source_profile="other")
        )
        self.two()
        result = self.import_config("--to", TO, "--yes")
        self.assertEqual(result.rc, rig.CONFIG, result)
        self.assertIn("[profile other]", self.rig.config_file.read_text())
        self.assertIn(rig.SECRET, self.rig.credentials_file.read_text())

    def test_sessions_are_left(self):
        self.write_keys(("dev", "ASIAX", "x"), more="aws_session_token = y\n")
        result = self.import_config("--to", TO, "--yes")
        self.untouched(result)
        self.assertIn("nothing to import", result.err)

    def test_nothing_there(self):
        result = self.import_config()
        self.untouched(result)
        self.assertIn("nothing to import", result.err)

    def test_keys_in_the_configuration(self):
        keys = {"aws_access_key_id": rig.KEY_ID, "aws_secret_access_key": rig.SECRET}
        self.rig.write_config(self.rig.profile("dev", **keys))
        result = self.good(self.import_config("--to", TO, "--yes"))
        self.assertIn("move its lines", result.out)
        self.assertEqual(self.rig.sts.requests, [])

    def test_odd_names(self):
        """What is shown is what is written; each line is good as it is."""
        for name in ODD:
            with self.subTest(name):
                self.write_keys((name, rig.KEY_ID, rig.SECRET))
                self.rig.config_file.unlink(missing_ok=True)
                args = ("--to", TO, "--offline", "--dry-run")
                result = self.good(self.import_config(*args))
                shown = self.shown(result)
                self.assertEqual(list(shown), [name], result)
                self.assertEqual(list(self.commands(result)), [name])
                line = self.commands(result)[name]
                self.good(self.rig.run(["sh", "-c", line], env=self.pin))
                self.good(self.run_stskey("key", "remove", OBJECT, "--yes"))
                text = self.rig.config_file.read_text()
                header = re.search(r"(?m)^\[.*\]$", text)[0]
                process = re.search("(?m)^credential_process = .*$", text)[0]
                for written in (header, process):
                    self.assertIn(f"\n{written}\n", "\n" + result.out)

    def test_name_of_no_profile(self):
        self.write_keys(("a\tb", rig.KEY_ID, rig.SECRET))
        result = self.good(self.import_config())
        self.assertIn("# no profile can be written for it: ", result.out)
        self.assertEqual(self.shown(result), {})

    def test_hands_its_options_on(self):
        """To each import, and to the lines that are shown."""
        self.two()
        options = ["--region", rig.REGION, "--pin-source", f"file:{self.rig.pin_file}"]
        for more in ([], ["--offline"], ["--yes"], ["--retry-pin"]):
            args = [*options, *more]
            result = self.import_config("--to", TO, "--dry-run", *args)
            self.untouched(result)
            for name, line in self.commands(result).items():
                words = shlex.split(line)
                self.assertEqual(words[:3], [str(rig.STSKEY), "key", "import"])
                known = ["--to", TO, "--from-credentials", name, "--profile", name]
                self.assertEqual(words[3:9], known)
                self.assertEqual(sorted(words[9:]), sorted(args))
        for to, more in (
            ("oath:", ["--serial", "1234567", "--no-touch"]),
            ("fido:", ["--pin"]),
        ):
            result = self.import_config("--to", to, "--dry-run", *more)
            self.untouched(result)
            self.assertIn(f"stskey_key = {to} (", result.out)
            for line in self.commands(result).values():
                self.assertEqual(shlex.split(line)[9:], more)

    def test_offline(self):
        """Imported and written; AWS was not asked, so the plaintext stays."""
        self.two()
        result = self.import_config("--to", TO, "--yes", "--offline")
        self.good(result)
        self.assertEqual(self.rig.sts.requests, [])
        self.assertEqual(self.token("work", importing.OTHER_ID)["count"], 1)
        self.assertIn("[profile other]", self.rig.config_file.read_text())
        self.assertIn(rig.SECRET, self.rig.credentials_file.read_text())

    def test_region(self):
        self.two()
        args = ("--to", TO, "--yes", "--region", "ap-south-1")
        self.good(self.import_config(*args))
        asked = [r for r in self.rig.sts.requests if r["method"] == "POST"]
        self.assertEqual([r["region"] for r in asked], ["ap-south-1"] * 2)

    def test_pin_source(self):
        """As a program would call it: no terminal, and a PIN of its own."""
        self.two()
        source = ("--pin-source", f"file:{self.rig.pin_file}")
        env = {"STSKEY_PIN_SOURCE": "", "STSKEY_PROMPT": "none"}
        result = self.import_config("--to", TO, "--yes", env=env)
        self.assertEqual(result.rc, rig.PIN_REFUSED, result)
        # The first is the run's, and the other one is not kept by it.
        self.assertRegex(result.err, r"(?m)^stskey: warning: \[other\]: ")
        self.assertRegex(result.err, r"(?m)^stskey: \[dev\]: ")
        self.assertFalse(self.rig.config_file.exists())
        self.good(self.import_config("--to", TO, "--yes", *source, env=env))
        self.assertIn("[profile other]", self.rig.config_file.read_text())

    def test_no_such_token(self):
        self.two()
        result = self.import_config("--to", "pkcs11:token=nowhere", "--yes")
        self.assertEqual(result.rc, rig.NOTFOUND, result)
        self.assertIn(rig.SECRET, self.rig.credentials_file.read_text())

    def test_broken_credentials(self):
        self.rig.credentials_file.write_text("[x")
        self.refused(self.import_config(), rig.CONFIG, "credentials:1")

    def test_usage(self):
        """Before anything is shown, with --dry-run as well."""
        self.two()
        for wrong, words in (
            (("--to", rig.SECRET), ["URI"]),
            (("--to", "sealed:x", "--dry-run"), ["--to fido:"]),
            (("--to", "bogus:x", "--dry-run"), ["--to names .* oath: or fido:"]),
            (("--to", TO, "--pin"), ["--pin", "--to fido:"]),
            (("--to", TO, "--no-touch", "--dry-run"), ["--to oath:"]),
            (("--to", "oath:", "--serial", "it's"), ["--serial"]),
            (("--yes",), ["--yes .*--to"]),
            (("--pin",), ["--pin .*--to"]),
            (("--serial", "7"), ["--serial .*--to"]),
            (("--no-touch",), ["--no-touch .*--to"]),
        ):
            with self.subTest(wrong):
                self.refused(self.import_config(*wrong), rig.USAGE, *words)


class Vault(importing.Importing):
    def found(self, *profiles, more=()):
        self.rig.write_config(*profiles)
        result = self.good(self.run_stskey("import-config", "--to", TO, *more))
        self.assertEqual(self.rig.sts.requests, [])
        lines = re.findall(r"(?m)^#   (aws-vault exec .*)$", result.out)
        return [(line, shlex.split(line)[3]) for line in lines]

    def test_command_lines(self):
        for line, name in (
            ("aws-vault exec --json work", "work"),
            ("/opt/bin/aws-vault export --format=json --no-session work", "work"),
            ("aws-vault exec -d 1h work --json", "work"),
            ("aws-vault list", None),
            ("aws-vaultx exec work", None),
            ("other exec work", None),
        ):
            with self.subTest(line=line):
                profile = self.rig.profile("mine", credential_process=line)
                self.assertEqual([n for _, n in self.found(profile)], [name] if name else [])

    def test_profiles_without_credentials(self):
        found = self.found(
            self.rig.profile("base", region="x-y-1"),
            self.rig.profile("with", mfa_serial=rig.SERIAL),
            self.rig.profile("role", role_arn=rig.ADMIN, source_profile="base"),
            self.rig.profile("mere", region="x-y-1"),
            self.rig.profile("sso", sso_session="x", mfa_serial=rig.SERIAL),
            self.rig.profile("ours", stskey_key="x", mfa_serial=rig.SERIAL),
        )
        self.assertEqual([name for _, name in found], ["base", "with"])

    def test_in_plain_text_as_well(self):
        """A profile whose key is in the credentials file is none of its."""
        self.rig.credentials_file.write_text("[with]\naws_secret_access_key = x\n")
        profile = self.rig.profile("with", mfa_serial=rig.SERIAL)
        found = self.found(profile, more=["--dry-run"])
        self.assertEqual(found, [])

    def test_hands_its_options_on(self):
        profile = self.rig.profile("mine", credential_process="aws-vault exec work")
        more = ["--region", "eu-west-1", "--offline", "--pin-source", "file:a b"]
        [(line, _)] = self.found(profile, more=[*more, "--yes"])
        words = shlex.split(line)
        self.assertEqual(words[-9:], ["--to", TO, "--profile", "mine", *more])

    def test_the_command_imports(self):
        folder = self.rig.folder / "bin"
        folder.mkdir()
        (folder / "aws-vault").write_text(VAULT % ("work", rig.KEY_ID, rig.SECRET))
        (folder / "aws-vault").chmod(0o755)
        profile = '[profile "my own\\"s"]\ncredential_process = aws-vault exec work\n'
        [(command, name)] = self.found(profile)
        self.assertEqual(name, "work")
        self.assertNotIn(rig.SECRET, command)
        env = dict(self.pin, PATH=f"{folder}:{self.rig.env['PATH']}")
        self.good(self.rig.run(["sh", "-c", command], env=env))
        self.assertIn(f"stskey_access_key_id = {rig.KEY_ID}", self.rig.config_file.read_text())
        self.assertEqual(self.token("work", rig.KEY_ID)["count"], 1)
        self.good(self.run_stskey("credentials", "--profile", 'my own"s', env=REGION))


if __name__ == "__main__":
    rig.main()
