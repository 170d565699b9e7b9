#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""TAB where OATH keys are plugged in, in each shell."""

import subprocess

import cards
import rig
import shells
from oathing import CODE, NUMBER, Carding

WORK = "pkcs11:token=work?module-name=softhsm2"
# What each verb takes besides the tokens that are there.
FORMS = (
    (("key", "list"), {"sealed:", "oath:"}),
    (("key", "import"), {"fido:", "oath:"}),
    (("mfa", "import"), {"fido:", "oath:"}),
    (("import-config",), {"fido:", "oath:"}),
)


class Oath(Carding):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rig.make_token("work")
        cls.desk = cls.a_card(cls, "desk", serial=NUMBER)
        # An access code is nobody's business here.
        cls.shut = cls.a_card(cls, "shut", serial=7654321, code=CODE)
        cls.prefix = cls.rig.folder / "installed"
        subprocess.run(
            ["cmake", "--install", rig.BUILD, "--prefix", cls.prefix],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def setUp(self):
        super().setUp()
        key = "stskey_key = pkcs11:token=x?module-name=softhsm2"
        self.rig.write_config(f"[profile dev]\n{key}\n")

    def complete(self, *words):
        result = self.rig.stskey("complete", *words)
        self.assertEqual((result.rc, result.err), (0, ""), result)
        return {line.split("\t")[0] for line in result.out.splitlines()}

    def test_every_form(self):
        there = {WORK, f"oath:serial={NUMBER}", "oath:serial=7654321"}
        for verb, forms in FORMS:
            with self.subTest(verb=verb):
                self.assertEqual(self.complete(*verb, "--to", ""), there | forms)
                joined = {f"--to={uri}" for uri in there | forms}
                self.assertEqual(self.complete(*verb, "--to="), joined)
        self.assertEqual(self.complete("mfa", "copy", "--to", ""), {"fido:"})
        for card in (self.desk, self.shut):
            self.assertEqual(card.blinks(), 0)

    def test_each_is_taken(self):
        # Nobody is here to be asked for the code; without a name, for which.
        rest = {"oath:", "oath:serial=7654321"}
        for uri in self.complete("key", "list", "--to", "") - rest:
            env = self.rig.enrolling
            self.good(self.rig.stskey("key", "list", "--to", uri, env=env))

    def test_serials(self):
        for verb in (("key", "import"), ("mfa", "import"), ("import-config",)):
            offered = self.complete(*verb, "--serial", "")
            self.assertEqual(offered, {str(NUMBER), "7654321"})

    def check(self, name):
        shell = shells.Shell(self.rig, name, self.prefix)
        uri = f"oath:serial={NUMBER}"
        for typed, wanted in (
            ("key list --to seal", ["key", "list", "--to", "sealed:"]),
            ("key list --to oath:serial=1", ["key", "list", "--to", uri]),
            ("key import --to oath:serial=12", ["key", "import", "--to", uri]),
            ("key import --to=oath:serial=12", ["key", "import", f"--to={uri}"]),
            ("mfa import --to 'oath:serial=1", ["mfa", "import", "--to", uri]),
            ("mfa import --to pk", ["mfa", "import", "--to", WORK]),
            ("import-config --to oath:serial=1", ["import-config", "--to", uri]),
            ("key import --serial 1", ["key", "import", "--serial", str(NUMBER)]),
        ):
            self.assertEqual(shell.words("stskey " + typed), wanted, typed)

    def test_bash(self):
        self.check("bash")

    def test_zsh(self):
        self.check("zsh")

    def test_fish(self):
        self.check("fish")


if __name__ == "__main__":
    cards.main()
