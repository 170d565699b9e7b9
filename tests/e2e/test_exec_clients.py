#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The programs people run, with what exec, export and export --write give."""

import pathlib
import shutil
import subprocess

import procs
import rig
import running

CLIENTS = rig.HERE / "clients"
BUILT = rig.BUILD / "clients"
USER = f"arn:aws:iam::{rig.ACCOUNT}:user/dev"
# Evaluates what the first word prints, and becomes the rest.
EXPORTED = 'eval "$({stskey} export --profile dev)" && exec "$@"'


class Client:
    """A subclass says how it is started; PROFILE is "" for the environment."""

    def argv(self, profile):
        raise NotImplementedError

    def is_dev(self, result):
        key, arn = self.good(result).out.split()
        self.assertEqual(arn, USER)
        self.assertEqual(key, self.credentials()["AccessKeyId"])

    def test_exec(self):
        self.is_dev(self.exec(*self.argv(""), input="\n"))
        self.assertEqual(self.sts.count("GetSessionToken"), 1)
        self.assertEqual(self.sts.count("GetCallerIdentity"), 1)

    def test_exec_of_what_would_win(self):
        """A profile in the variables, and another key in the default one."""
        self.rig.write_config(self.no_mfa(), "[default]\nregion = us-east-1\n")
        self.rig.credentials_file.write_text(
            "[default]\naws_access_key_id = AKIAX\naws_secret_access_key = x\n"
        )
        self.addCleanup(self.rig.credentials_file.unlink)
        env = {"AWS_PROFILE": "nobody", "AWS_ROLE_ARN": rig.ADMIN}
        env["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/no/such"
        self.is_dev(self.exec(*self.argv(""), input="\n", env=env))

    def lines(self):
        """One that calls once for each line that it reads."""
        return self.argv("")

    def test_outlives_its_session(self):
        """The variables stay what they were, and AWS says that they expired."""
        self.sts.control({"shorten": 60})
        child = self.rig.start(
            [rig.STSKEY, "exec", "--profile", "dev", "--", *self.lines()],
            stdin=subprocess.PIPE,
        )
        self.addCleanup(child.stdin.close)
        child.stdin.write(b"\n")
        child.stdin.flush()
        procs.until(
            lambda: self.sts.count("GetCallerIdentity") == 1, 60, "no first call"
        )
        self.sts.control({"clock_offset": 90})
        out, err = child.communicate(b"\n", timeout=60)
        self.assertRegex((out + err).decode(), "ExpiredToken|token .*is expired")
        self.assertEqual(self.sts.count("GetSessionToken", None), 1)

    def test_exported(self):
        for shell in ("bash", "dash"):
            line = EXPORTED.format(stskey=rig.STSKEY)
            result = self.rig.run(
                [shell, "-c", line, "sh", *self.argv("")], input="\n"
            )
            self.is_dev(result)
        self.assertEqual(self.sts.count("GetSessionToken"), 1)

    def test_written(self):
        self.addCleanup(self.rig.credentials_file.unlink)
        self.good(self.rig.stskey("export", "--profile", "dev", "--write", "temp"))
        result = self.rig.run(
            self.argv("temp"), input="\n", env={"AWS_REGION": rig.REGION}
        )
        self.is_dev(result)


class AwsCli(Client, running.Running):
    def argv(self, profile):
        if not pathlib.Path(rig.AWS).exists():
            self.skipTest("Debian's awscli is not installed")
        named = ["--profile", profile] if profile else []
        named += ["--endpoint-url", self.rig.url, "--region", rig.REGION]
        return [rig.AWS, "sts", "get-caller-identity", *named]

    def is_dev(self, result):
        self.assertEqual(self.good(result).json()["Arn"], USER)

    def lines(self):
        call = " ".join(map(str, self.argv("")))
        return ["sh", "-ec", f"while read -r line; do {call}; done"]


class Boto3(Client, running.Running):
    def argv(self, profile):
        return ["/usr/bin/python3", CLIENTS / "boto3_client.py", profile, self.rig.url]


class Go(Client, running.Running):
    def argv(self, profile):
        if not (BUILT / "go" / "client").exists():
            self.skipTest("tests/e2e/clients/install.sh builds the Go client")
        return [BUILT / "go" / "client", profile, self.rig.url]


class JavaScript(Client, running.Running):
    def argv(self, profile):
        node = shutil.which("node")
        if node is None:
            self.skipTest("Node is not installed")
        if not (BUILT / "js" / "node_modules").exists():
            self.skipTest("tests/e2e/clients/install.sh installs the SDK")
        # Node looks for packages beside the script.
        script = BUILT / "js" / "environment.mjs"
        script.write_bytes((CLIENTS / "js" / "client.mjs").read_bytes())
        return [node, script, profile, self.rig.url]

    def test_written(self):
        """By its own chain, as its credential_process alone reads no such file."""
        self.addCleanup(self.rig.credentials_file.unlink)
        self.good(self.rig.stskey("export", "--profile", "dev", "--write", "temp"))
        self.is_dev(
            self.rig.run(self.argv(""), input="\n", env={"AWS_PROFILE": "temp"})
        )


if __name__ == "__main__":
    rig.main()
