#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""export --write: one section of ~/.aws/credentials, and nothing else of it."""

import configparser
import pathlib
import re
import signal
import struct

import rig
import running

# Comments, odd spacing, other people's keys, an indented section, no last \n.
FILE = """# mine
[old]
aws_access_key_id=AKIAOTHERSEXAMPLE000
aws_secret_access_key :  otherSecret/one
 ; a comment


[ temp ]
region = x
aws_access_key_id = ASIAOLD
# between
aws_secret_access_key = old
aws_session_token = old
s3 =
    max = 1
[shaped]
  aws_access_key_id = ASIAOLD
  aws_secret_access_key = old
  aws_session_token =   old
  aws_security_token = older
[last]
region = eu-west-1"""


class Write(running.Running):
    def setUp(self):
        super().setUp()
        self.file = self.rig.credentials_file
        self.file.unlink(missing_ok=True)

    def write(self, name="target", *options, **more):
        return self.rig.stskey(
            "export", "--profile", "dev", "--write", name, *options, **more
        )

    def keys(self, name):
        parser = configparser.RawConfigParser()
        parser.read_string(self.file.read_text())
        return dict(parser[name])

    def put(self, text, mode=0o600):
        self.file.write_text(text)
        self.file.chmod(mode)

    def wanted(self, profile="dev"):
        answer = self.credentials(profile)
        return {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }

    def test_a_new_file(self):
        result = self.good(self.write())
        self.assertEqual(result.out, "")
        self.assertRegex(
            result.err,
            rf"^stskey: \[target\] of {self.file} has the credentials of 'dev' until "
            r"[^\n]*\d\d:\d\d\n$",
        )
        self.assertEqual(self.keys("target"), self.wanted())
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        again = self.file.read_bytes()
        self.good(self.write())
        self.assertEqual(self.file.read_bytes(), again)

    def test_where_the_variable_says(self):
        path = self.rig.home / "new folder" / "mine"
        self.good(self.write(env={"AWS_SHARED_CREDENTIALS_FILE": path}))
        self.assertIn("[target]", path.read_text())
        self.assertFalse(self.file.exists())

    def test_a_program_takes_it(self):
        if not pathlib.Path(rig.AWS).exists():
            self.skipTest("Debian's awscli is not installed")
        self.put(FILE + "\n")
        for name in ("target", "last", "shaped"):
            self.good(self.write(name))
            result = self.rig.run(
                [rig.AWS, "sts", "get-caller-identity", "--profile", name]
                + ["--endpoint-url", self.rig.url, "--region", rig.REGION]
            )
            who = self.good(result).json()
            self.assertEqual(who["Arn"], f"arn:aws:iam::{rig.ACCOUNT}:user/dev")

    def test_every_other_byte_stays(self):
        wanted = self.wanted()
        key, secret, token = wanted.values()
        for newline in ("\n", "\r\n"):
            for name, pairs in (
                (
                    " temp ",
                    {
                        "_id = ASIAOLD\n# between": f"_id = {key}\n# between",
                        "_key = old\naws_session_token = old": f"_key = {secret}"
                        f"\naws_session_token = {token}",
                    },
                ),
                (
                    "shaped",
                    {
                        "  aws_access_key_id = ASIAOLD": f"  aws_access_key_id = {key}",
                        "  aws_secret_access_key = old": "  aws_secret_access_key = "
                        + secret,
                        "token =   old": f"token =   {token}",
                        "token = older": f"token = {token}",
                    },
                ),
                ("last", {}),
                ("new", {}),
            ):
                lines = "".join(f"{k} = {v}\n" for k, v in wanted.items())
                text = FILE
                for old, fresh in pairs.items():
                    self.assertEqual(text.count(old), 1, old)
                    text = text.replace(old, fresh)
                if name == "last":
                    text += "\n" + lines
                elif name == "new":
                    text += "\n\n[new]\n" + lines
                self.file.unlink(missing_ok=True)  # its owner may not write it
                self.file.write_bytes(FILE.replace("\n", newline).encode())
                self.file.chmod(0o400)
                with self.subTest(name=name, newline=newline):
                    self.good(self.write(name))
                    now = self.file.read_bytes().decode()
                    self.assertEqual(now, text.replace("\n", newline))
                    self.assertEqual(self.file.stat().st_mode & 0o777, 0o400)

    def test_through_a_link(self):
        real = self.rig.home / "real"
        real.write_text(FILE)
        real.chmod(0o600)
        self.file.symlink_to(real)
        self.good(self.write())
        self.assertTrue(self.file.is_symlink())
        self.assertIn("[target]", real.read_text())
        self.file.unlink()

    def test_a_key_that_lasts_stays(self):
        for section in (
            f"aws_access_key_id = {rig.KEY_ID}\naws_secret_access_key = x\n",
            "aws_secret_access_key = x\n",
            "aws_access_key_id = x\naws_session_token =\n",
            f"AWS_ACCESS_KEY_ID = {rig.KEY_ID}\naws_session_token = stale\n",
        ):
            text = f"# first\n[target]\n{section}"
            self.put(text)
            with self.subTest(section=section):
                result = self.write()
                self.refused(
                    result, rig.CONFIG, f"{self.file}:2: ", "long-term", "another name"
                )
                self.assertEqual(len(result.err.splitlines()), 1)
                self.assertEqual(self.file.read_text(), text)

    def test_names(self):
        self.put(FILE)
        self.refused(self.write("DEFAULT"), rig.CONFIG, "every profile")
        self.refused(self.write("profile old"), rig.CONFIG, "leave 'profile ' out")
        for name, rc in (
            ("a\nb", rig.CONFIG), ("a\nb = c", rig.CONFIG), ("", rig.USAGE)
        ):
            self.refused(self.write(name), rc)
            self.assertEqual(self.file.read_text(), FILE)
        for name in ("a b", 'it\'s "$x"', "é", "a]b"):
            self.good(self.write(name))
            self.assertEqual(self.keys(name), self.wanted())

    def test_files_that_are_refused(self):
        self.put(FILE, 0o644)
        self.refused(self.write(), rig.CONFIG, str(self.file), "chmod")
        self.put("[a]\n[a]\n")
        self.refused(self.write(), rig.CONFIG, f"{self.file}:2")
        self.assertEqual(self.file.read_text(), "[a]\n[a]\n")

    def test_other_options(self):
        for more in (("--format", "env"), ("--unset",), ("--region", "eu-west-1")):
            result = self.write("x", *more)
            self.refused(result, rig.USAGE, "--write")
        self.assertEqual(self.actions(), [])

    def test_who_reads_it(self):
        """The token process alone: it may hold keys of other people."""
        self.need_sight()
        self.put(FILE)
        _, trace = self.rig.strace(
            "execve,open,openat", "export", "--profile", "dev", "--write", "target"
        )
        programs, readers = {}, set()
        for line in trace.splitlines():
            pid, call = line.split(maxsplit=1)
            started = re.match(r'execve\("[^"]*/([^"/]+)"', call)
            if started:
                programs[pid] = started[1]
            if f'"{self.file}"' in call:
                readers.add(programs[pid])
        self.assertEqual(readers, {"stskey-token"})

    def test_a_profile_it_shadows(self):
        result = self.good(self.write("dev"))
        self.assertRegex(result.err, r"(?m)^stskey: warning: .*\[dev\].*expired")
        login = self.good(self.rig.stskey("login", "--profile", "dev"))
        self.assertRegex(login.err, r"\[dev\] holds temporary credentials")

    # -- many, and those that do not get to the end

    def test_all_at_once(self):
        self.put(FILE)
        names = [f"n{i}" for i in range(10)]
        argv = (rig.STSKEY, "export", "--profile", "dev", "--write")
        for result in self.rig.many([(*argv, n) for n in names]):
            self.good(result)
        wanted = self.wanted()
        for name in names:
            self.assertEqual(self.keys(name), wanted)
        self.assertTrue(self.file.read_text().startswith(FILE))
        self.assertEqual(self.sts.count("GetSessionToken"), 1)

    def test_full(self):
        self.put(FILE)
        self.credentials()
        script = (
            f"mount -t tmpfs -o size=16k,mode=700 tmpfs {self.rig.aws} || exit 77; "
            f"printf '%s' \"$1\" > {self.file}; chmod 600 {self.file}; "
            f"head -c 64k /dev/zero > {self.rig.aws}/fill 2> /dev/null; "
            f"printf '%s' \"$2\" > {self.rig.folder}/config; "
            f"AWS_CONFIG_FILE={self.rig.folder}/config "
            f"{rig.STSKEY} export --profile dev --write target; status=$?; "
            f"cat {self.file}; ls -A {self.rig.aws}; exit $status"
        )
        self.need_mounts()
        result = self.rig.run(
            ["unshare", "-m", "sh", "-c", script, "sh", FILE, self.no_mfa()]
        )
        if result.rc == 77:
            self.skipTest("unshare and mount are not allowed here")
        self.assertEqual(result.rc, rig.SYS, result)
        self.assertRegex(result.err, "(?s)^stskey: .*full.*nothing was changed")
        self.assertEqual(result.out, FILE + "credentials\nfill\n")

    def run_until(self, n):
        """Killed before the change of a file of that number; how many there were."""
        counted = self.rig.folder / "die"
        counted.write_bytes(struct.pack("qq", 0, n))
        ours = self.rig.env.get("ASAN_OPTIONS", "")
        result = self.write(
            env={
                "LD_PRELOAD": rig.BUILD / "tests" / "shim_die.so",
                "STSKEY_TEST_DIE": counted,
                "ASAN_OPTIONS": f"{ours}:verify_asan_link_order=0".lstrip(":"),
            }
        )
        return result, struct.unpack("qq", counted.read_bytes())[0]

    def test_killed(self):
        """Before each change of a file, whichever process makes it: all or none."""
        self.put(FILE)
        wanted = self.wanted()
        result, changes = self.run_until(0)
        self.good(result)
        self.assertGreaterEqual(changes, 3)
        for n in range(1, changes + 1):
            self.put(FILE)
            result, _ = self.run_until(n)
            with self.subTest(n=n):
                self.assertEqual(result.rc, -signal.SIGKILL)
                text = self.file.read_text()
                if text != FILE:
                    self.assertTrue(text.startswith(FILE))
                    self.assertEqual(self.keys("target"), wanted)
                # Nothing is in the way of the next one.
                self.good(self.write("target", "--timeout", "20s"))
                self.assertEqual(self.keys("target"), wanted)


if __name__ == "__main__":
    rig.main()
