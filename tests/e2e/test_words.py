#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Words that mean nothing: what was probably meant, and never a secret."""

import rig


class Words(rig.Case):
    def meant(self, word, *args, rc=rig.USAGE):
        """The one sentence of that call ends in "did you mean 'word'?"."""
        result = self.refused(self.rig.stskey(*args), rc)
        self.assertEqual(len(result.err.splitlines()), 1, result)
        self.assertRegex(result.err, f"did you mean '{word}'\\?$", result)
        return result

    def nothing_meant(self, *args):
        result = self.refused(self.rig.stskey(*args), rig.USAGE)
        self.assertNotIn("did you mean", result.err)
        return result

    def test_verbs(self):
        self.meant("login", "logn")
        self.meant("exec", "exce")
        self.meant("export", "exprot")
        self.meant("login", "lgoin", "--profile", "dev")
        self.meant("key list", "key", "lst")
        self.meant("mfa remove", "mfa", "remvoe", "sealed:x")
        self.meant("status", "help", "statsu")
        self.meant("key list", "help", "key", "lst")

    def test_far_from_every_verb(self):
        for words in (["frobnicate"], ["x"], ["key"], ["key", "frobnicate"]):
            self.assertIn("stskey help", self.nothing_meant(*words).err)

    def test_options(self):
        self.meant("--profile", "credentials", "--profil", "dev")
        self.meant("--brief", "status", "--breif")
        self.nothing_meant("status", "--frobnicate")

    def test_profiles(self):
        missing = {"rc": rig.NOTFOUND}
        result = self.meant("dev", "credentials", "--profile", "dve", **missing)
        self.assertIn("'dve'", result.err)
        self.meant("admin", "login", "--profile", "Admim", **missing)
        far = self.rig.stskey("login", "--profile", "frobnicate")
        self.refused(far, rig.NOTFOUND, "such as 'dev', 'admin'")

    def test_keys(self):
        self.rig.write_config(self.rig.dev(stskey_kye="x"))
        result = self.meant(
            "stskey_key", "credentials", "--profile", "dev", rc=rig.CONFIG
        )
        self.assertRegex(result.err, rf"{self.rig.config_file}:\d+: 'stskey_kye'")

    def test_secrets_are_not_compared(self):
        """What may be one is neither repeated nor likened to anything."""
        for secret in (rig.SECRET, rig.PIN, rig.SEED, "Login", "log1n"):
            for args in ([secret], ["login", secret], ["help", secret]):
                result = self.nothing_meant(*args)
                self.assertNotIn(secret, result.err)
        result = self.nothing_meant("kye", rig.PIN)
        self.assertNotIn(rig.PIN, result.err)

    def test_the_second_word_is_not_repeated(self):
        result = self.meant("key list", "key", "lits")
        self.assertNotIn("lits", result.err)


class Help(rig.Case):
    def test_of_a_verb(self):
        for verb in (["login"], ["key", "import"], ["help"]):
            with self.subTest(verb=verb):
                long = self.good(self.rig.stskey(*verb, "--help"))
                short = self.good(self.rig.stskey("help", *verb))
                self.assertIn("usage: stskey " + " ".join(verb), short.out)
                self.assertEqual(short.out, long.out)

    def test_of_all(self):
        every = self.good(self.rig.stskey("help")).out
        self.assertEqual(every, self.good(self.rig.stskey("--help")).out)
        for line in (r"login  +\w", r"key  +import, ", r"mfa  +enroll, "):
            self.assertRegex(every, rf"(?m)^  {line}")

    def test_of_the_first_word(self):
        keys = self.good(self.rig.stskey("help", "key")).out
        self.assertRegex(keys, r"(?m)^  key import ")
        for line in keys.splitlines()[2:]:
            self.assertRegex(line, "^  key ")


if __name__ == "__main__":
    rig.main()
