#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""TAB: what the program says of it, and what the shells make of that."""

import re
import shlex
import subprocess
import unittest

import procs
import rig
import shells

ODD = ["my profile", "it's", "café ü", 'a"b$c', "team:ops=1", "back\\slash"]
VALUED = re.compile(r"  --([a-z-]+) (\S+)  ?")
LIE = rig.BUILD / "tests" / "mod_lie.so"


def section(name):
    """With what quotes it needs."""
    return f"[profile {shlex.quote(name)}]\n"


class Completion(unittest.TestCase):
    TOKENS = ()

    @classmethod
    def setUpClass(cls):
        cls.rig = rig.Rig(tokens=cls.TOKENS)
        cls.addClassCleanup(cls.rig.close)

    def complete(self, *words, **more):
        """{word: help} of what is offered for the last of these."""
        result = self.rig.stskey("complete", *words, **more)
        self.assertEqual((result.rc, result.err), (0, ""), result)
        lines = result.out.splitlines()
        return dict((line + "\t").split("\t")[:2] for line in lines)

    def shells(self, *words):
        """What a shell has to know itself."""
        return self.complete(*words).get("")


class Program(Completion):
    """stskey complete: the table of verbs and options, and the files."""

    def setUp(self):
        self.rig.write_config(
            self.rig.profile(
                "dev",
                region=rig.REGION,
                mfa_serial=rig.SERIAL,
                stskey_mfa="sealed:desk",
                stskey_key="pkcs11:token=work;object=key",
                stskey_access_key_id=rig.KEY_ID,
            ),
            self.rig.profile(
                "admin",
                region="us-east-1",
                stskey_role_arn=rig.ADMIN,
                stskey_source_profile="dev",
                stskey_mfa=f"{rig.SERIAL}2=sealed:home command:x",
            ),
            *(section(name) for name in ODD),
        )

    def help(self, *verb):
        result = self.rig.stskey(*verb, "--help")
        self.assertEqual(result.rc, 0, result)
        return result.out

    def verbs(self):
        """As the help has them, which is held to the table by another test."""
        top = re.findall(r"(?m)^  ([a-z-]+) ", self.rig.stskey("help").out)
        for word in top:
            lines = re.findall(rf"(?m)^  {word} ([a-z-]+)", self.help(word))
            yield from [(word, second) for second in lines] or [(word,)]

    def test_verbs(self):
        verbs = list(self.verbs())
        self.assertIn(("policy",), verbs)
        self.assertIn(("mfa", "enroll"), verbs)
        for before in ((), ("help",)):
            first = self.complete(*before, "")
            self.assertEqual(set(first), {v[0] for v in verbs})
            self.assertTrue(all(first.values()), first)
            nouns = {v[0] for v in verbs if len(v) > 1}
            self.assertLessEqual({"key", "mfa", "token"}, nouns)
            for noun in nouns:
                own = {v[1] for v in verbs if v[0] == noun}
                self.assertEqual(set(self.complete(*before, noun, "")), own)
        self.assertEqual(self.complete("bogus", ""), {})
        self.assertEqual(self.complete("bogus", "bogus", ""), {})

    def test_options(self):
        for verb in self.verbs():
            listed = re.findall(r"(?m)^  (--[a-z-]+)", self.help(*verb))
            offered = self.complete(*verb, "-")
            with self.subTest(verb=verb):
                if verb != ("help",):
                    self.assertEqual(set(offered) - {"--"}, {*listed, "--help"})
        once = self.complete("login", "--profile", "x", "--fresh", "--min-ttl=1h", "--")
        self.assertIn("--quiet", once)
        self.assertEqual({"--profile", "--fresh", "--min-ttl"} & set(once), set())

    def test_every_value_has_a_row(self):
        """Of signer/cmd/complete_value.c, for an option or its kind of value."""
        seen = 0
        for verb in self.verbs():
            text = self.help(*verb)
            for name, _ in VALUED.findall(text):
                seen += 1
                said = self.shells(*verb, f"--{name}", "")
                self.assertNotEqual(said, "unknown", f"{verb} --{name}")
                said = self.shells(*verb, f"--{name}=")
                self.assertNotEqual(said, "unknown", f"{verb} --{name}=")
            if re.match(r"usage: stskey [a-z -]+ [A-Z]", text):
                self.assertNotEqual(self.shells(*verb, ""), "unknown", verb)
        self.assertGreater(seen, 20)

    def test_profiles(self):
        offered = self.complete("login", "--profile", "")
        self.assertEqual(list(offered), ["dev", "admin", *ODD])
        self.assertEqual(offered["admin"], rig.ADMIN)
        self.assertEqual(
            list(self.complete("login", "--profile=")),
            [f"--profile={name}" for name in offered],
        )
        other = self.rig.folder / "elsewhere"
        other.write_text("[profile there]\n[default]\n[services x]\n")
        env = {"AWS_CONFIG_FILE": other}
        offered = self.complete("login", "--profile", "", env=env)
        self.assertEqual(list(offered), ["there", "default"])

    def test_values(self):
        for words, wanted in (
            (("status", "--output"), ["text", "json"]),
            (("key", "verify", "--access-key-id"), [rig.KEY_ID]),
            (("mfa", "code", "--serial-number"), [rig.SERIAL, rig.SERIAL + "2"]),
            (("key", "import", "--region"), [rig.REGION, "us-east-1"]),
            (("mfa", "copy", "--to"), ["fido:"]),
            (("exec", "--region"), [rig.REGION, "us-east-1"]),
            (("mfa", "enroll", "--name"), []),
        ):
            with self.subTest(words):
                self.assertEqual(list(self.complete(*words, "")), wanted)
        self.assertIn("1h", self.complete("login", "--min-ttl", ""))
        self.assertIn("prompt", self.complete("login", "--pin-source", ""))
        self.assertEqual(self.shells("key", "import", "--csv", ""), "files")
        formats = self.complete("export", "--format", "")
        self.assertLessEqual({"env", "dotenv", "windows-cmd"}, set(formats))
        for name in formats:
            result = self.rig.stskey("export", "--format", name, "--profile", "none")
            self.assertEqual(result.rc, rig.NOTFOUND, result)
        self.assertEqual(self.shells("exec", "--fresh", "--", ""), "command")
        self.assertEqual(self.shells("exec", "--", "aws", "--profile", ""), "command")

    def test_what_is_on_tokens_and_sealed(self):
        sealed = self.rig.folder / "data" / "stskey" / "sealed"
        sealed.mkdir(parents=True, mode=0o700, exist_ok=True)
        (sealed / "laptop").write_text("")
        (sealed / ".not one").write_text("")
        for verb in (("key", "remove"), ("key", "verify"), ("mfa", "remove")):
            self.assertEqual(
                set(self.complete(*verb, "")),
                {"pkcs11:token=work;object=key", "sealed:desk", "sealed:home"}
                | {"sealed:laptop"},
            )
        self.assertEqual(list(self.complete("mfa", "copy", "--name", "")), ["laptop"])
        # After the place come the options.
        self.assertIn("--yes", self.complete("key", "remove", "sealed:desk", ""))

    def test_plaintext_profiles(self):
        self.rig.credentials_file.write_text(
            f"[old key]\naws_secret_access_key = {rig.SECRET}\n"
        )
        result = self.rig.stskey("complete", "key", "import", "--from-credentials", "")
        self.assertEqual((result.out, result.err), ("old key\n", ""))

    def test_says_nothing_of_what_is_wrong(self):
        self.rig.write_config("[profile", "x")
        self.assertEqual(self.complete("login", "--profile", ""), {})
        self.assertEqual(self.complete(), {})
        self.assertEqual(self.complete("login", "--bogus", ""), self.complete("login", ""))

    def test_hidden(self):
        self.assertNotIn("complete", self.complete(""))
        self.assertNotRegex(self.rig.stskey("help").out, r"(?m)^ +complete")

    def test_from_files_alone(self):
        """But for what names tokens, no helper is started."""
        for words in (("",), ("login", "--profile", ""), ("key", "remove", "")):
            result, trace = self.rig.strace("execve,connect", "complete", *words)
            self.assertEqual(result.rc, 0, result)
            self.assertEqual(trace.count("execve("), 1, words)
            self.assertNotIn("connect(", trace)


class Tokens(Completion):
    TOKENS = ("work", "desk too")

    def setUp(self):
        self.asked = self.rig.folder / "asked"
        self.asked.unlink(missing_ok=True)

    def write(self, uri):
        self.rig.write_config(
            self.rig.profile(
                "dev",
                stskey_key=uri,
                stskey_access_key_id=rig.KEY_ID,
                stskey_pin_source=f"command:touch {self.asked}; echo {rig.PIN}",
            )
        )

    def found(self, **more):
        offered = self.complete("key", "import", "--to", "", **more)
        self.assertFalse(self.asked.exists())
        kinds = {"fido:", "oath:"}
        self.assertLessEqual(kinds, set(offered))
        return {re.sub(r"\?.*", "", o) for o in offered} - kinds

    def test_in_reach(self):
        both = {"pkcs11:token=work", "pkcs11:token=desk%20too"}
        # Nobody has named a module: all that are registered.
        self.write("sealed:x")
        self.assertEqual(self.found() & both, both)
        self.write("pkcs11:token=x?module-name=softhsm2")
        self.assertEqual(self.found(), both)
        self.write(f"pkcs11:token=x?module-path={rig.SOFTHSM}")
        self.assertEqual(self.found(), both)
        kinds = {"sealed:", "oath:"}
        self.assertLessEqual(kinds, set(self.complete("key", "list", "--to", "")))

    def test_uri_is_good(self):
        self.write("pkcs11:token=x?module-name=softhsm2")
        for uri in self.complete("key", "list", "--to", ""):
            # Of the kinds alone one wants a service that may not be here.
            if uri not in ("sealed:", "oath:"):
                result = self.rig.stskey("key", "list", "--to", uri, env=self.rig.enrolling)
                self.assertEqual(result.rc, 0, result)

    def test_module_that_hangs_or_fails(self):
        self.write(f"pkcs11:token=x?module-path={LIE}")
        for lie in ("hang-init", "crash-init", "exit", "print"):
            with self.subTest(lie):
                env = {"STSKEY_TEST_LIE": lie, "STSKEY_TEST_MODULE": rig.SOFTHSM}
                result = self.rig.stskey("complete", "key", "list", "--to", "", env=env)
                self.assertEqual(result.rc, 0, result)
                # A sanitizer tells of a crash, in whatever process.
                if not rig.SANITIZED:
                    self.assertEqual(result.err, "")
                self.assertIn("sealed:\n", result.out)
                self.assertEqual("pkcs11:token=work" in result.out, lie == "print")
                # Two seconds and an end; the rest is for a busy machine.
                self.assertLess(result.seconds, procs.patience(20))

    def test_no_module(self):
        self.write("pkcs11:token=x?module-name=there-is-none")
        self.assertEqual(self.found(), set())


class Shells(Completion):
    """Each in its own way: the words of the line, after TAB."""

    TOKENS = ("work",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prefix = cls.rig.folder / "installed"
        subprocess.run(
            ["cmake", "--install", rig.BUILD, "--prefix", cls.prefix],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        key = "stskey_key = pkcs11:token=x?module-name=softhsm2"
        cls.rig.write_config(*map(section, ODD), section("dev") + key)
        (cls.rig.home / "some keys.csv").write_text("")

    def check(self, name):
        shell = shells.Shell(self.rig, name, self.prefix)
        token = "pkcs11:token=work?module-name=softhsm2"
        login = ["login", "--profile"]
        for typed, wanted in (
            ("cred", ["credentials"]),
            ("mfa enr", ["mfa", "enroll"]),
            ("help key ad", ["help", "key", "adopt"]),
            ("policy --terr", ["policy", "--terraform"]),
            ("status --output j", ["status", "--output", "json"]),
            ("status --output=j", ["status", "--output=json"]),
            ("login --profile my", [*login, "my profile"]),
            ("login --profile my\\ p", [*login, "my profile"]),
            ("login --profile 'my", [*login, "my profile"]),
            ('login --profile "my p', [*login, "my profile"]),
            ("login --profile=my", ["login", "--profile=my profile"]),
            ("login --profile it", [*login, "it's"]),
            ("login --profile caf", [*login, "café ü"]),
            ("login --profile café\\ ", [*login, "café ü"]),
            ("login --profile a", [*login, 'a"b$c']),
            ('login --profile "a', [*login, 'a"b$c']),
            ("login --profile team", [*login, "team:ops=1"]),
            ("login --profile team:o", [*login, "team:ops=1"]),
            ("login --profile team:ops=", [*login, "team:ops=1"]),
            ("login --profile=team:o", ["login", "--profile=team:ops=1"]),
            ("login --profile back", [*login, "back\\slash"]),
            ("login --pin-source fil", ["login", "--pin-source", "file:"]),
            ("key import --csv so", ["key", "import", "--csv", "some keys.csv"]),
            ("key import --csv=so", ["key", "import", "--csv=some keys.csv"]),
            ("key list --to seal", ["key", "list", "--to", "sealed:"]),
            ("key list --to oa", ["key", "list", "--to", "oath:"]),
            ("mfa import --to fi", ["mfa", "import", "--to", "fido:"]),
            ("mfa copy --to ", ["mfa", "copy", "--to", "fido:"]),
            ("import-config --to oa", ["import-config", "--to", "oath:"]),
            ("tok", ["token"]),
            ("token l", ["token", "list"]),
            ("key import --to pk", ["key", "import", "--to", token]),
            ("key import --to pkcs11:t", ["key", "import", "--to", token]),
            ("key import --to 'pk", ["key", "import", "--to", token]),
            ("key import --to=pkcs11:", ["key", "import", f"--to={token}"]),
            ("exec --profile dev -- unam", ["exec", "--profile", "dev", "--", "uname"]),
            ("exec -- cat som", ["exec", "--", "cat", "some keys.csv"]),
            ("bogus x", ["bogus", "x"]),
        ):
            self.assertEqual(shell.words("stskey " + typed), wanted, typed)

    def test_bash(self):
        self.check("bash")

    def test_zsh(self):
        self.check("zsh")

    def test_fish(self):
        self.check("fish")

    def test_bash_offers_all(self):
        """M-* puts every one on the line."""
        shell = shells.Shell(self.rig, "bash", self.prefix)
        words = shell.words("stskey login --profile ", "\x1b*")
        self.assertEqual(sorted(words[2:]), sorted([*ODD, "dev"]))

    def test_fish_offers_all(self):
        result = self.rig.run(
            ["/usr/bin/fish", "-c", "complete -C 'stskey login --profile '"],
            env=shells.environment(self.prefix),
        )
        offered = [line.split("\t")[0] for line in result.out.splitlines()]
        self.assertEqual(sorted(offered), sorted([*ODD, "dev"]), result)

    def test_path_of_the_program(self):
        """The one that was typed is asked, wherever it is."""
        for name in shells.COMMANDS:
            shell = shells.Shell(self.rig, name, self.prefix)
            # bash-completion loads at the first TAB, of a path without effect.
            self.assertEqual(shell.words("stskey cred"), ["credentials"])
            shell.child.sendline("export PATH=/usr/bin:/bin")
            shell.child.expect_exact(shells.READY)
            typed = f"{self.prefix}/bin/stskey"
            shell.child.send(f"{typed} cred\t\x01printf '<%s>' \x05\n")
            shell.child.expect_exact(f"<{typed}><credentials>")

    def test_none(self):
        """Nothing is offered, nor said, where there is no program to ask."""
        for name in shells.COMMANDS:
            shell = shells.Shell(self.rig, name, self.prefix)
            shell.child.sendline("export PATH=/usr/bin:/bin")
            shell.child.expect_exact(shells.READY)
            self.assertEqual(shell.words("stskey cred"), ["cred"])
            self.assertNotIn("ound", shell.child.before)


if __name__ == "__main__":
    rig.main()
