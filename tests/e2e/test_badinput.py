#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a person can write wrong, and what a cache can be: one test each."""

import os
import shutil

import bad
import rig


class Profiles(bad.BadInput):
    def test_no_profile(self):
        self.write(self.no_mfa("dev"), self.no_mfa("prod"))
        self.bad(rig.NOTFOUND, "nobody", "dev|prod", profile="nobody")

    def test_no_default_profile(self):
        result = self.call("credentials")
        self.refused(result, rig.NOTFOUND, "default")

    def test_no_config(self):
        self.rig.config_file.unlink()
        self.bad(rig.NOTFOUND, "dev")

    def test_not_our_profile(self):
        self.write("[profile other]\nregion = eu-central-1\n")
        result = self.call(profile="other")
        self.refused(result, rig.CONFIG, "stskey_key|stskey_role_arn")

    def test_unknown_key(self):
        self.write("# a comment", self.no_mfa(stskey_sesion_seconds="900"))
        text = self.rig.config_file.read_text().splitlines()
        line = 1 + next(i for i, l in enumerate(text) if "stskey_sesion" in l)
        self.bad(
            rig.CONFIG,
            f"{self.rig.config_file}:{line}",
            "stskey_sesion_seconds",
        )

    def test_unknown_key_elsewhere(self):
        """In a profile that is none of this plan, no call fails for it."""
        self.write(self.no_mfa(), self.no_mfa("two", stskey_nonsense="1"))
        self.good(self.call())
        result = self.good(self.call("status"))
        self.assertIn("stskey_nonsense", result.err)

    def test_unknown_key_of_another_tool(self):
        self.write(self.no_mfa(cli_pager="", some_tool_key="x"))
        self.good(self.call())

    def test_shadowed_role(self):
        self.write(
            self.no_mfa(),
            self.rig.profile(
                "admin",
                region=rig.REGION,
                role_arn=rig.ADMIN,
                source_profile="dev",
                credential_process=f"{rig.STSKEY} credentials --profile admin",
            ),
        )
        for verb in ("credentials", "login"):
            result = self.call(verb, "--profile", "admin")
            self.refused(
                result,
                rig.CONFIG,
                "role_arn",
                "stskey_role_arn",
                "stskey_source_profile",
            )

    def test_loop_of_sources(self):
        self.write(
            self.rig.role("a", source="b"),
            self.rig.role("b", source="c"),
            self.rig.role("c", source="a"),
        )
        self.bad(rig.CONFIG, "each other|loop", "a -> b -> c", profile="a")

    def test_loop_of_one(self):
        self.write(self.rig.role("a", source="a"))
        self.bad(rig.CONFIG, "each other|loop|itself", profile="a")

    def test_loop_through_ourselves(self):
        """A source that runs this binary but names no key of ours."""
        self.write(
            self.rig.role("a", source="b"),
            self.rig.profile(
                "b",
                region=rig.REGION,
                credential_process=f"{rig.STSKEY} credentials --profile a",
            ),
        )
        self.bad(rig.CONFIG, "loop|itself|stskey_key", profile="a")

    def test_source_that_is_not_there(self):
        self.write(self.rig.role("a", source="gone"))
        result = self.call(profile="a")
        self.refused(result, rig.CONFIG, "gone")

    def test_too_long_a_chain(self):
        chain = [self.rig.role(f"r{i}", source=f"r{i + 1}") for i in range(40)]
        self.write(*chain, self.no_mfa("r40"))
        result = self.call(profile="r0")
        self.refused(result, rig.CONFIG)

    def test_profile_with_odd_name(self):
        for name in ("a b", "ünï", "x" * 200, "a/../../b", "%s%n", "-x"):
            self.write(self.no_mfa(name))
            with self.subTest(name=name):
                self.good(self.call(profile=name))
        outside = [p for p in self.rig.cache.rglob("*") if p.is_file()]
        for path in outside:
            self.assertEqual(path.parent.name, "stskey")



class ConfigFiles(bad.BadInput):
    def test_ten_megabytes_of_noise(self):
        self.rig.config_file.write_bytes(os.urandom(10 * 1024 * 1024))
        self.refused(self.call(), rig.CONFIG, str(self.rig.config_file))

    def test_ten_megabytes_of_comments(self):
        self.write("# noise\n" * (10 * 1024 * 1024 // 8), self.no_mfa())
        self.refused(self.call(), rig.CONFIG, str(self.rig.config_file))

    def test_not_a_config(self):
        for text in ("hello\n", "[profile dev\nregion = x\n", "\0\0\0", "= x\n"):
            self.rig.config_file.write_text(text)
            with self.subTest(text=text):
                self.refused(self.call(), rig.CONFIG, str(self.rig.config_file))

    def test_unreadable(self):
        self.as_nobody()
        self.rig.config_file.chmod(0o000)
        result = self.nobody_calls()
        self.refused(result, rig.CONFIG, "config", "permission")
        self.rig.config_file.chmod(0o600)

    def test_a_folder(self):
        self.rig.config_file.unlink()
        self.rig.config_file.mkdir()
        result = self.call()
        self.rig.config_file.rmdir()
        self.refused(result, rig.CONFIG, "config")

    def test_home_unset(self):
        self.refused(self.call(env={"HOME": None}), rig.CONFIG, "HOME")
        # All that is needed is named otherwise: no home is wanted.
        self.good(
            self.call(
                env={
                    "HOME": None,
                    "AWS_CONFIG_FILE": self.rig.config_file,
                    "AWS_SHARED_CREDENTIALS_FILE": self.rig.credentials_file,
                }
            )
        )

    def test_home_unset_and_xdg_too(self):
        names = ("CACHE_HOME", "STATE_HOME", "DATA_HOME", "RUNTIME_DIR")
        env = dict({f"XDG_{n}": None for n in names}, HOME=None)
        env["AWS_CONFIG_FILE"] = self.rig.config_file
        self.refused(self.call(env=env), rig.CONFIG, "HOME")



class Cache(bad.BadInput):
    """The cache folder is an adversary, or merely broken."""

    def only_entry(self):
        self.good(self.call())
        (entry,) = self.rig.cache_files()
        return entry

    def not_used(self, path):
        """One sentence that names the path, and nothing asked of STS."""
        count = self.sts.count("GetSessionToken")
        self.refused(self.call(), rig.CONFIG, str(path), "stskey clear")
        self.assertEqual(self.sts.count("GetSessionToken"), count)

    def test_read_only(self):
        self.as_nobody()
        self.rig.cache.chmod(0o500)
        result = self.good(self.nobody_calls())
        self.assertRegex(result.err, "(?i)not kept|cache")
        self.rig.cache.chmod(0o700)

    def test_full(self):
        script = (
            f'mount -t tmpfs -o size=4k,mode=700 tmpfs {self.rig.cache} || exit 77; '
            f'mkdir -m 700 {self.rig.cache}/stskey; '
            f'head -c 1M /dev/zero > {self.rig.cache}/x 2>/dev/null; exec "$@"'
        )
        inside = ["unshare", "-m", "sh", "-c", script, "sh"]
        if self.rig.run([*inside, "true"]).rc != 0:
            self.skipTest("no mount namespace here")
        result = self.rig.run([*inside, rig.STSKEY, "credentials", "--profile", "dev"])
        self.good(result).json()
        self.assertRegex(result.err, "(?i)not kept|no space")

    def test_torn(self):
        """Cut at any place, an entry is none: never half an answer."""
        entry = self.only_entry()
        whole = entry.read_bytes()
        for size in (0, 1, 10, len(whole) // 4, len(whole) // 2, len(whole) - 2,
                     len(whole) - 1):
            entry.write_bytes(whole[:size])
            answer = self.good(self.call()).json()
            self.assertTrue(answer["SessionToken"])
            self.assertEqual(self.sts.count("GetSessionToken"), 2, size)
            self.sts.requests.pop()

    def test_spoilt(self):
        entry = self.only_entry()
        whole = entry.read_bytes()
        for text in (b"\0" * len(whole), os.urandom(len(whole)),
                     b"{}\n", whole.replace(b"stskey1 ", b"stskey9 "),
                     whole.replace(b"\n", b" x\n", 1)):
            entry.write_bytes(text)
            self.assertTrue(self.good(self.call()).json()["SessionToken"])
            self.assertEqual(self.sts.count("GetSessionToken"), 2, text[:40])
            self.sts.requests.pop()

    def test_huge(self):
        entry = self.only_entry()
        with open(entry, "ab") as file:
            file.truncate(1 << 30)
        self.not_used(entry)

    def test_of_another_key(self):
        """An entry put under another's name is not taken for it."""
        self.write(self.no_mfa(), self.no_mfa("two", stskey_session_seconds="1000"))
        first = self.good(self.call()).json()
        self.good(self.call(profile="two"))
        one, two = self.rig.cache_files()
        two.write_bytes(one.read_bytes())
        keys = {self.good(self.call(profile=p)).json()["AccessKeyId"]
                for p in ("dev", "two")}
        self.assertEqual(len(keys), 2, first)

    def test_linked(self):
        entry = self.only_entry()
        elsewhere = self.rig.folder / "elsewhere"
        shutil.move(entry, elsewhere)
        before = elsewhere.read_bytes()
        entry.symlink_to(elsewhere)
        self.not_used(entry)
        self.assertEqual(elsewhere.read_bytes(), before, "written through a link")

    def test_folder_linked(self):
        self.only_entry()
        folder, elsewhere = self.rig.cache / "stskey", self.rig.folder / "other"
        shutil.move(folder, elsewhere)
        for file in elsewhere.iterdir():
            file.unlink()
        folder.symlink_to(elsewhere)
        result = self.good(self.call())
        self.assertEqual(self.sts.count("GetSessionToken"), 2, result)
        self.assertRegex(result.err, "(?i)not kept")
        self.assertEqual(list(elsewhere.iterdir()), [], "written through a link")

    def test_foreign(self):
        if os.getuid() != 0:
            self.skipTest("needs root, to give a file away")
        entry = self.only_entry()
        os.chown(entry, bad.NOBODY, bad.NOBODY)
        self.not_used(entry)

    def test_foreign_folder(self):
        """Our own entry in it may be read; nothing is put there."""
        if os.getuid() != 0:
            self.skipTest("needs root, to give a folder away")
        entry = self.only_entry()
        entry.unlink()
        os.chown(self.rig.cache / "stskey", bad.NOBODY, bad.NOBODY)
        result = self.good(self.call())
        self.assertEqual(self.rig.cache_files(), [])
        self.assertRegex(result.err, "(?i)belong|owner|not kept")

    def test_others_may_write(self):
        entry = self.only_entry()
        entry.chmod(0o666)
        self.not_used(entry)

    def test_a_pipe(self):
        entry = self.only_entry()
        entry.unlink()
        os.mkfifo(entry, 0o600)
        self.not_used(entry)


if __name__ == "__main__":
    rig.main()
