#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
The programs people run, with our line in ~/.aws/config: Debian's AWS CLI and
boto3, the Go SDK, the JavaScript SDK.  tests/e2e/clients/install.sh makes the
last two.
"""

import pathlib
import shutil
import subprocess

import proxy
import rig

CLIENTS = rig.HERE / "clients"
BUILT = rig.BUILD / "clients"
USER = f"arn:aws:iam::{rig.ACCOUNT}:user/dev"
INSTALL = "run tests/e2e/clients/install.sh BUILD"


class Base(rig.Case):
    def no_mfa(self, **more):
        return self.rig.dev(mfa_serial=None, stskey_mfa=None, **more)


class AwsCli(Base):
    def aws(self, *args, **more):
        if not pathlib.Path(rig.AWS).exists():
            self.skipTest("Debian's awscli is not installed")
        return self.rig.run(
            [rig.AWS, *args, "--endpoint-url", self.rig.url, "--region", rig.REGION],
            **more,
        )

    def identity(self, profile="dev"):
        return self.aws("sts", "get-caller-identity", "--profile", profile)

    def test_obtains(self):
        for _ in range(2):
            who = self.good(self.identity()).json()
            self.assertEqual(who["Arn"], USER)
        self.assertEqual(self.sts.count("GetSessionToken"), 1)
        self.assertEqual(self.sts.count("GetCallerIdentity"), 2)

    def test_role(self):
        who = self.good(self.identity("admin")).json()
        self.assertEqual(
            who["Arn"], "arn:aws:sts::999999999999:assumed-role/Admin/dev"
        )

    def test_short_session(self):
        """The CLI runs us twice in one command when little time is left."""
        self.rig.write_config(self.rig.dev(stskey_session_seconds="900"))
        for _ in range(2):
            self.good(self.identity())
        self.assertEqual(self.sts.count("GetSessionToken"), 1)

    def test_sentence_is_seen(self):
        self.sts.control({"key": {rig.KEY_ID: False}})
        result = self.identity()
        # What the CLI itself ends with where it has no credentials.
        self.assertEqual(result.rc, 255, result)
        self.assertRegex(result.err, f"stskey: .*{rig.KEY_ID}")
        self.assertIn("InvalidClientTokenId", result.err)

    def test_loads_every_file_we_write(self):
        result = self.rig.stskey(
            *("key", "import", "--to", "pkcs11:token=work", "--label", "a b;c?d"),
            *("--access-key-id", rig.KEY_ID, "--profile", "writ ten", "--offline"),
            input=rig.SECRET + "\n",
            env=self.rig.enrolling,
        )
        self.good(result)
        shown = self.aws("configure", "list-profiles")
        self.assertIn("writ ten", self.good(shown).out.splitlines())
        value = self.aws(
            "configure", "get", "credential_process", "--profile", "writ ten"
        )
        self.assertIn(str(rig.STSKEY), self.good(value).out)

    def test_plain_form(self):
        """role_arn and source_profile: the CLI takes the role itself."""
        door = self.sts.listen("aws")
        between = proxy.Proxy(door)
        self.addCleanup(between.close)
        self.rig.write_config(
            self.rig.dev(),
            self.rig.profile(
                "plain", region=rig.REGION, role_arn=rig.ADMIN,
                source_profile="dev",
            ),
        )
        result = self.rig.run(
            [rig.AWS, "sts", "get-caller-identity", "--profile", "plain"],
            env={
                "HTTPS_PROXY": between.url,
                "AWS_CA_BUNDLE": self.sts.ca,
                "AWS_STS_REGIONAL_ENDPOINTS": "regional",
            },
        )
        who = self.good(result).json()
        self.assertIn("assumed-role/Admin/", who["Arn"])
        self.assertEqual(self.sts.count("GetSessionToken"), 1)
        self.assertEqual(self.sts.count("AssumeRole"), 1)


class Sdk:
    """What every SDK has to show; a subclass says how to start it."""

    def argv(self):
        raise NotImplementedError

    def begin(self, profile="dev"):
        child = self.rig.start(
            [*self.argv(), profile, self.rig.url],
            env={"AWS_SDK_LOAD_CONFIG": "1", "AWS_REGION": rig.REGION},
            stdin=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.rig.kill, child)
        return child

    def ask(self, child):
        child.stdin.write("\n")
        child.stdin.flush()
        line = child.stdout.readline().strip()
        self.assertTrue(line, "the client ended")
        return line

    def test_obtains(self):
        child = self.begin()
        key, arn = self.ask(child).split()
        self.assertEqual(arn, USER)
        self.assertRegex(key, "^ASIA")
        self.assertEqual(self.ask(child), f"{key} {arn}")
        self.assertEqual(self.sts.count("GetSessionToken"), 1)

    def test_role(self):
        _, arn = self.ask(self.begin("admin")).split()
        self.assertEqual(arn, "arn:aws:sts::999999999999:assumed-role/Admin/dev")

    def test_sentence_is_seen(self):
        self.sts.control({"key": {rig.KEY_ID: False}})
        child = self.begin()
        line = self.ask(child)
        self.assertRegex(line, "^error: ")
        if "stskey: " not in line:  # Go leaves our stderr to the terminal
            child.stdin.close()
            line = child.stderr.read()
        self.assertRegex(line, f"stskey: .*{rig.KEY_ID}")

    def in_another_time(self):
        """A profile whose stskey reads its clock's offset from a file."""
        if rig.SANITIZED or not pathlib.Path(rig.FAKETIME).exists():
            self.skipTest("libfaketime cannot be preloaded here")
        self.offset = self.rig.folder / "offset"
        self.pass_time(0)
        preload = (
            f"/usr/bin/env LD_PRELOAD={rig.FAKETIME} "
            f"FAKETIME_TIMESTAMP_FILE={self.offset} FAKETIME_DONT_FAKE_MONOTONIC=1 "
        )
        self.rig.write_config(
            self.no_mfa(
                credential_process=f"{preload}{rig.STSKEY} credentials --profile dev",
                stskey_session_seconds="900",
            )
        )

    def pass_time(self, seconds):
        self.offset.write_text(f"+{seconds}s\n")
        self.sts.control({"clock_offset": seconds})

    def test_two_calls_five_seconds_apart(self):
        self.in_another_time()
        child = self.begin()
        first = self.ask(child)
        self.pass_time(5)
        self.assertEqual(self.ask(child), first)
        self.assertEqual(self.sts.count("GetSessionToken"), 1)

    def test_refreshes(self):
        """Less than five minutes left: the SDK asks, and gets a new session."""
        self.in_another_time()
        self.sts.control({"shorten": 240})
        child = self.begin()
        first = self.ask(child)
        self.pass_time(130)
        second = self.ask(child)
        if second == first:  # some refresh after the request, not before it
            second = self.ask(child)
        self.assertRegex(second, "^ASIA")
        self.assertNotEqual(second, first)
        self.assertGreaterEqual(self.sts.count("GetSessionToken"), 2)


class Boto3(Sdk, Base):
    def argv(self):
        return ["/usr/bin/python3", CLIENTS / "boto3_client.py"]


class Go(Sdk, Base):
    def argv(self):
        if not (BUILT / "go" / "client").exists():
            self.skipTest(f"the Go client is not built: {INSTALL}")
        return [BUILT / "go" / "client"]


class JavaScript(Sdk, Base):
    def argv(self):
        node = shutil.which("node")
        if node is None:
            self.skipTest("Node is not installed")
        if not (BUILT / "js" / "node_modules").exists():
            self.skipTest(f"the JavaScript SDK is not installed: {INSTALL}")
        # Node looks for packages beside the script.
        script = BUILT / "js" / "client.mjs"
        script.write_bytes((CLIENTS / "js" / "client.mjs").read_bytes())
        return [node, script]


if __name__ == "__main__":
    rig.main()
