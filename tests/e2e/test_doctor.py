#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`doctor`: the report, the configuration and the files."""

import os
import shutil
import stat

import doctoring
import rig


class Report(doctoring.Doctoring):
    def test_all_well(self):
        found = self.well(self.examine("--profile", "dev"))
        for check in (
            *("config", "unknown-keys", "credential-process", "shadowing"),
            *("plaintext", "permissions", "mfa", "factors", "token", "fido"),
            *("pcscd", "endpoint", "clock", "wsl"),
        ):
            self.assertIn(check, {f["check"] for f in found})
        self.assertNotIn("test-mfa", {f["check"] for f in found})

    def test_text(self):
        """A line for each thing found, whatever is in the files."""
        self.rig.write_config(self.rig.dev(stskey_kye="x"))
        text = self.rig.stskey("doctor", "--profile", "dev")
        self.assertEqual(text.rc, rig.CONFIG)
        json = self.rig.stskey("doctor", "--profile", "dev", "--output", "json")
        found = json.json()["findings"]
        lines = text.out.splitlines()
        self.assertEqual(len(lines), len(found))
        for line, finding in zip(lines, found):
            self.assertRegex(line, rf"^{finding['grade']} +{finding['check']} +\S")
            if finding["mend"]:
                self.assertTrue(line.endswith(f": `{finding['mend']}`"), line)

    def test_status_of_the_first_failure(self):
        self.rig.write_config(
            self.rig.dev(
                stskey_key=self.rig.key_uri.replace("work", "gone"),
                endpoint_url="http://127.0.0.1:1",
            )
        )
        result = self.rig.stskey("doctor", "--profile", "dev")
        self.assertEqual(result.rc, rig.NOTFOUND, result)
        self.assertRegex(result.err, r"^stskey: \d findings to mend, of which")
        self.assertIn("gone", result.err)
        self.assertEqual(result.out.count("\nfail "), 2, result)

    def test_warnings_fail_nothing(self):
        self.rig.write_config(self.rig.dev(mfa_serial=None, stskey_mfa=None))
        result = self.good(self.rig.stskey("doctor", "--profile", "dev"))
        self.assertRegex(result.out, "(?m)^warn ")
        self.assertEqual(result.err, "")

    def test_which_profiles(self):
        self.rig.write_config(
            self.rig.dev(),
            self.rig.role(),
            self.rig.profile("other", region="x-y-1"),
        )
        every = self.examine()
        texts = " ".join(f["text"] for f in every if f["check"] == "config")
        self.assertIn("dev: stskey_key", texts)
        self.assertIn("admin: stskey_role_arn", texts)
        self.assertNotIn("other", texts)
        named = self.examine(env={"AWS_PROFILE": "dev"})
        texts = " ".join(f["text"] for f in named)
        self.assertNotIn("admin", texts)
        result = self.rig.stskey("doctor", "--profile", "nobody")
        self.assertEqual(result.rc, rig.NOTFOUND)
        self.assertIn("nobody", result.err)

    def test_no_configuration(self):
        self.rig.config_file.unlink()
        finding = self.one(self.examine(), "config", "warn")
        self.assertIn("key import", finding["mend"])

    def test_odd_values(self):
        """Nothing of a file reaches the terminal as it is, nor breaks JSON."""
        odd = 'q"\\ \x1b[31m ünï'
        self.rig.write_config(self.rig.dev("dev", stskey_user=odd))
        for output in ("text", "json"):
            result = self.rig.stskey("doctor", "--output", output)
            self.assertNotIn("\x1b", result.out + result.err)
        self.examine(rc=rig.CONFIG)

    def test_usage(self):
        result = self.rig.stskey("doctor", "--output", "xml")
        self.refused(result, rig.USAGE, "text or json")


class Configuration(doctoring.Doctoring):
    def line_of(self, key):
        lines = self.rig.config_file.read_text().splitlines()
        return 1 + next(i for i, l in enumerate(lines) if l.startswith(key))

    def test_origins(self):
        found = self.examine("--profile", "admin")
        texts = [f["text"] for f in found if f["check"] == "config"]
        for key in ("stskey_key", "region", "stskey_mfa", "mfa_serial"):
            where = f"({self.rig.config_file}:{self.line_of(key)})"
            hits = [t for t in texts if t.startswith(f"dev: {key} = ")]
            self.assertEqual([t.endswith(where) for t in hits], [True], texts)

    def test_origin_in_the_environment(self):
        found = self.examine(
            "--profile", "dev", env={"STSKEY_SESSION_SECONDS": "3600"}
        )
        texts = [f["text"] for f in found if f["check"] == "config"]
        text = "dev: stskey_session_seconds = 3600 ($STSKEY_SESSION_SECONDS)"
        self.assertIn(text, texts)

    def test_no_secret_of_the_configuration(self):
        """Command lines may hold some, and so may what is no PIN source."""
        self.rig.write_config(
            self.rig.dev(
                stskey_mfa=f"command:oathtool --totp {rig.SEED}",
                stskey_pin_source=f"command:echo {rig.PIN}",
            )
        )
        found = self.examine("--profile", "dev")
        texts = " ".join(f["text"] for f in found)
        self.assertIn("stskey_mfa = command:… (", texts)
        self.assertIn("stskey_pin_source = command:… (", texts)
        for change in (
            {"stskey_pin_source": rig.PIN},
            {"stskey_key": rig.SECRET},
            {"stskey_key": f"{self.rig.key_uri}&pin-value={rig.PIN}"},
            {"stskey_mfa": rig.SEED},
        ):
            self.rig.write_config(self.rig.dev(**change))
            with self.subTest(change=list(change)):
                self.examine("--profile", "dev", rc=rig.CONFIG)

    def test_unknown_key(self):
        self.rig.write_config(
            self.rig.dev(), self.rig.profile("else", stskey_kye="x")
        )
        finding = self.one(self.examine("--profile", "dev"), "unknown-keys", "warn")
        self.assertIn(f"{self.rig.config_file}:{self.line_of('stskey_kye')}", finding["text"])
        self.assertIn("stskey_key", finding["text"])

    def test_unreadable_configuration(self):
        """What can be looked at without one is, all the same."""
        self.rig.write_config("[profile dev", "nonsense")
        found = self.examine(rc=rig.CONFIG)
        self.one(found, "config", "fail")
        self.one(found, "permissions", "ok")
        self.assertTrue([f for f in found if f["check"] == "wsl"])

    def test_shadowed(self):
        keys = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "sesame"}
        found = self.examine("--profile", "dev", env=keys)
        finding = self.one(found, "shadowing", "warn")
        self.assertIn("unset AWS_ACCESS_KEY_ID", finding["text"])
        self.assertNotIn("sesame", str(found))

    def test_shadowed_role(self):
        role = {
            "region": rig.REGION,
            "role_arn": rig.ADMIN,
            "source_profile": "dev",
            "credential_process": f"{rig.STSKEY} credentials --profile admin",
        }
        self.rig.write_config(self.rig.dev(), self.rig.profile("admin", **role))
        found = self.examine("--profile", "admin", rc=rig.CONFIG)
        self.one(found, "config", "fail")

    def test_no_mfa(self):
        self.rig.write_config(self.rig.dev(mfa_serial=None, stskey_mfa=None))
        finding = self.one(self.examine("--profile", "dev"), "mfa", "warn")
        self.assertEqual(finding["mend"], "stskey mfa enroll --profile dev")

    def test_factors(self):
        uri = self.rig.key_uri.replace(rig.KEY_ID, "seed")
        self.rig.write_config(self.rig.dev(stskey_mfa=uri))
        finding = self.one(self.examine("--profile", "dev"), "factors", "warn")
        self.assertIn("both factors", finding["text"])


class Process(doctoring.Doctoring):
    def process(self, value, grade, rc=0):
        self.rig.write_config(self.rig.dev(credential_process=value))
        found = self.examine("--profile", "dev", rc=rc)
        return self.one(found, "credential-process", grade)

    def test_ours(self):
        self.process(f"'{rig.STSKEY}' credentials --profile dev", "ok")
        link = self.rig.folder / "tmp" / "a link"
        link.symlink_to(rig.STSKEY)
        self.process(f'"{link}" credentials --profile dev', "ok")

    def test_gone(self):
        finding = self.process(
            "/nowhere/stskey credentials --profile dev", "fail", rig.CONFIG
        )
        self.assertIn("/nowhere/stskey", finding["text"])
        self.assertIn(f"'{rig.STSKEY} credentials --profile dev'", finding["mend"])

    def test_the_mending_mends(self):
        for name in ("dev", "b.c"):
            self.rig.write_config(
                self.rig.dev(name, credential_process="/nowhere/stskey credentials")
            )
            found = self.examine("--profile", name, rc=rig.CONFIG)
            finding = self.one(found, "credential-process", "fail")
            if shutil.which("aws", path="/usr/bin"):
                self.good(self.rig.run(["sh", "-c", finding["mend"]]))
                with self.subTest(name=name):
                    self.well(self.examine("--profile", name))

    def test_not_executable(self):
        path = self.rig.folder / "tmp" / "stskey"
        path.write_text("")
        if os.geteuid() == 0:  # whom only a missing x bit stops
            path.chmod(0o644)
        self.process(f"{path} credentials --profile dev", "fail", rig.CONFIG)

    def test_another(self):
        other = shutil.copy(rig.STSKEY, self.rig.folder / "tmp" / "other")
        finding = self.process(f"{other} credentials --profile dev", "warn")
        self.assertIn(str(other), finding["text"])
        self.process("stskey credentials --profile dev", "warn")

    def test_none(self):
        self.process(None, "warn")

    def test_no_command_line(self):
        self.process("'/bin/x credentials", "fail", rig.CONFIG)


class Files(doctoring.Doctoring):
    def broken(self, grade, rc=0, **more):
        found = self.examine("--profile", "dev", rc=rc, **more)
        return self.one(found, "permissions", grade)

    def mended(self, finding):
        self.good(self.rig.run(["sh", "-c", finding["mend"]]))
        self.well(self.examine("--profile", "dev"))

    def test_session(self):
        self.credentials()
        self.well(self.examine("--profile", "dev"))
        path = self.rig.cache_files()[0]
        path.chmod(0o644)
        finding = self.broken("fail", rig.CONFIG)
        self.assertIn(f"chmod 600 {path}", finding["mend"])
        self.mended(finding)

    def test_folders(self):
        self.credentials()
        folder = self.rig.state / "stskey"
        folder.chmod(0o755)
        self.mended(self.broken("warn"))
        folder.chmod(0o770)
        finding = self.broken("fail", rig.CONFIG)
        self.assertIn("0770", finding["text"])
        self.mended(finding)

    def test_link(self):
        self.credentials()
        folder = self.rig.state / "stskey"
        (folder / "odd").symlink_to("/etc/passwd")
        self.mended(self.broken("fail", rig.CONFIG))

    def test_owner(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        self.credentials()
        path = self.rig.cache_files()[0]
        os.chown(path, 12345, -1)
        finding = self.broken("fail", rig.CONFIG)
        self.assertIn("uid 12345", finding["text"])
        self.good(self.rig.run(["sh", "-c", finding["mend"].replace("sudo ", "")]))
        self.well(self.examine("--profile", "dev"))

    def test_aws_files(self):
        for path, mode in (
            (self.rig.config_file, 0o666),
            (self.rig.aws, 0o777),
        ):
            was = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode)
            with self.subTest(path=path.name):
                self.mended(self.broken("fail", rig.CONFIG))
            path.chmod(was)

    def test_credentials_file(self):
        path = self.rig.credentials_file
        path.write_text("")
        path.chmod(0o644)
        self.addCleanup(path.unlink)
        self.mended(self.broken("fail", rig.CONFIG))

    def test_pin_file(self):
        self.rig.pin_file.chmod(0o640)
        self.addCleanup(self.rig.pin_file.chmod, 0o600)
        self.mended(self.broken("fail", rig.CONFIG))
        self.rig.write_config(self.rig.dev(stskey_pin_source="file:/nowhere/pin"))
        self.broken("fail", rig.CONFIG)

    def test_nothing_is_made(self):
        """To look is not to change: files that were not there are not."""
        self.rig.write_config("[profile x]\nregion = eu-central-1\n")
        self.examine()
        left = [p for p in self.rig.state.rglob("*")]
        self.assertEqual([p for p in left if p.is_file()], [])

    def plaintext(self, text):
        self.rig.credentials_file.write_text(text)
        self.rig.credentials_file.chmod(0o600)
        self.addCleanup(self.rig.credentials_file.unlink, missing_ok=True)
        found = self.examine("--profile", "dev")
        self.assertNotIn(rig.SECRET, str(found))
        return found

    def test_plaintext(self):
        keys = f"aws_access_key_id = {rig.KEY_ID}\naws_secret_access_key = {rig.SECRET}\n"
        found = self.plaintext(f"[old]\n{keys}\n[short]\n{keys}aws_session_token = x\n")
        finding = self.one(found, "plaintext", "warn")
        self.assertIn(f"{self.rig.credentials_file}:1: section [old]", finding["text"])
        self.assertEqual(finding["mend"], "stskey import-config")
        self.one(self.plaintext(""), "plaintext", "ok")

    def test_plaintext_in_the_configuration(self):
        keys = {"aws_access_key_id": "AKIAX", "aws_secret_access_key": rig.SECRET}
        self.rig.write_config(self.rig.dev(), self.rig.profile("old", **keys))
        found = self.examine("--profile", "dev")
        finding = self.one(found, "plaintext", "warn")
        self.assertIn("[profile old]", finding["text"])

    def test_plaintext_file_that_cannot_be_read(self):
        self.rig.credentials_file.write_text("[x")
        self.rig.credentials_file.chmod(0o600)
        self.addCleanup(self.rig.credentials_file.unlink)
        found = self.examine("--profile", "dev", rc=rig.CONFIG)
        self.one(found, "plaintext", "fail")


if __name__ == "__main__":
    rig.main()
