#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""~/.aws/config as others write it too, and as others read what we wrote."""

import configparser
import fcntl
import subprocess

import botocore.compat
import botocore.session

import importing
import procs
import rig

ODD = (
    *("it's q\"uote", "a  b", "$HOME `id`", "back\\slash"),
    *("a;b|c&d", "#x y", "ünï x"),
)


class Config(importing.Importing):
    def sections(self):
        parser = configparser.RawConfigParser()
        parser.read_string(self.rig.config_file.read_text())
        return set(parser.sections())

    def import_argv(self, *more, token="work"):
        return [
            *(rig.STSKEY, "key", "import", "--to", f"pkcs11:token={token}"),
            *("--access-key-id", rig.KEY_ID, *more),
        ]

    def start(self, argv):
        return self.rig.start(argv, env=self.pin, stdin=subprocess.PIPE)

    def finish(self, child, text=""):
        out, err = child.communicate(text.encode(), timeout=60)
        return rig.Result(child.returncode, out.decode(), err.decode(), 0)

    def test_written_meanwhile(self):
        """Another program's lines, while we wait for the secret."""
        self.rig.config_file.write_text("[profile before]\nregion = x-y-1\n")
        child = self.start(self.import_argv("--profile", "late", "--offline"))
        procs.until(
            lambda: "stskey-token" in procs.helpers(child.pid), 20, "no helper"
        )
        with open(self.rig.config_file, "a", encoding="utf-8") as file:
            file.write("[profile mine]\nregion = eu-west-1\n")
        self.good(self.finish(child, rig.SECRET + "\n"))
        names = {"profile before", "profile mine", "profile late"}
        self.assertEqual(self.sections(), names)
        self.assertIn("region = eu-west-1", self.rig.config_file.read_text())

    def adopting(self, uri, profile):
        return [
            *(rig.STSKEY, "key", "adopt", uri, "--access-key-id", rig.KEY_ID),
            *("--profile", profile, "--offline"),
        ]

    def two_tokens(self):
        return [
            self.good(self.rig.import_key("--offline", token=token)).uri
            for token in ("work", "desk")
        ]

    def test_six_at_once(self):
        uris = self.two_tokens() * 3
        results = self.rig.many(
            [self.adopting(uri, f"p{n}") for n, uri in enumerate(uris)], env=self.pin
        )
        for result in results:
            self.good(result)
        self.assertEqual(self.sections(), {f"profile p{n}" for n in range(6)})

    def test_one_writer(self):
        """Whoever writes has the lock; the others wait, and then read anew."""
        uris = self.two_tokens()
        folder = self.rig.state / "stskey" / "lock"
        with open(folder / "config", "w", encoding="ascii") as lock:
            (folder / "config").chmod(0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            children = [
                self.start(self.adopting(u, f"p{n}")) for n, u in enumerate(uris)
            ]
            procs.until(
                lambda: all(procs.in_flock(c.pid) for c in children),
                20,
                "they do not wait for who writes",
            )
            self.rig.config_file.write_text("[profile other]\nregion = x-y-1\n")
        for child in children:
            self.good(self.finish(child))
        self.assertEqual(self.sections(), {"profile other", "profile p0", "profile p1"})

    # -- a profile that no SDK would ask us for

    def test_role_arn_is_refused(self):
        """Before a secret is asked for; nothing is written, nor on a token."""
        before = (
            "[profile sh]\nrole_arn = " + rig.ADMIN + "\nsource_profile = dev\n"
        )
        self.rig.config_file.write_text(before)
        child = self.start(self.import_argv("--profile", "sh", "--label", "never"))
        # Standard input stays open: whoever reads it waits.
        self.assertEqual(child.wait(60), rig.CONFIG)
        self.refused(self.finish(child), rig.CONFIG, "role_arn", "source_profile")
        self.assertEqual(self.rig.config_file.read_text(), before)
        self.assertEqual(self.token("work", "never")["count"], 0)
        self.assertEqual(self.rig.sts.count(outcome=None), 0)

    # -- what others read of it

    def test_odd_names(self):
        """The words of credential_process, as botocore and a shell split them."""
        uri = self.good(self.rig.import_key("--offline")).uri
        for name in ODD:
            with self.subTest(name=name):
                self.rig.config_file.unlink(missing_ok=True)
                result = self.rig.run(self.adopting(uri, name), env=self.pin)
                self.good(result)
                self.judge(name)

    def judge(self, name):
        session = botocore.session.Session()
        session.set_config_variable("config_file", str(self.rig.config_file))
        profiles = session.full_config["profiles"]
        self.assertEqual(list(profiles), [name])
        line = profiles[name]["credential_process"]
        words = [str(rig.STSKEY), "credentials", "--profile", name]
        self.assertEqual(botocore.compat.compat_shell_split(line), words)
        shown = self.rig.run(["sh", "-c", f"printf '%s\\0' {line}"])
        self.assertEqual(shown.out.split("\0")[:-1], words)


if __name__ == "__main__":
    rig.main()
