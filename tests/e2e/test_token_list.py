# SPDX-License-Identifier: Apache-2.0
"""`token list`: tokens of every kind, and what stands in the way of some."""

import pathlib
import subprocess

import cards
import fido
import rig
from oathing import NUMBER

MODULES = pathlib.Path("/etc/pkcs11/modules")


class TokenList(rig.Case):
    @classmethod
    def setUpClass(cls):
        cls.rig = rig.Rig()
        cls.addClassCleanup(cls.rig.close)
        cls.service = cards.Pcscd(cls.rig.folder / "cards")
        cls.addClassCleanup(cls.service.stop)

    def setUp(self):
        self.rig.fresh()
        self.rig.write_config("# none")

    def listed(self, **options):
        result = self.good(self.rig.stskey("token", "list", **options))
        return result.out.splitlines(), result.err

    def test_every_kind(self):
        card = cards.OathCard(self.service, "card", serial=NUMBER, code="x")
        self.addCleanup(card.stop)
        nameless = cards.OathCard(self.service, "nameless", version="4.2.6")
        self.addCleanup(nameless.stop)
        key = fido.FidoKey(self.rig.folder / "fido", "key")
        self.addCleanup(key.stop)
        lines, err = self.listed(env=key.env)
        self.assertEqual(err, "")
        found = {line.split("  ")[0]: line.split("  ")[1:] for line in lines}
        for label in ("work", "desk"):
            uri = f"pkcs11:token={label}?module-name=softhsm2"
            self.assertEqual(found[uri][0], "hmac, code")
            self.assertIn("list of mechanisms", found[uri][2])
        for serial in (str(NUMBER), nameless.serial):
            self.assertEqual(found[f"oath:serial={serial}"][0], "hmac, code")
        self.assertIn("firmware 4.2.6", found[f"oath:serial={nameless.serial}"][2])
        self.assertEqual(found["fido:"][0], "sealed")
        self.assertIn("hmac-secret", found["fido:"][2])
        # Nothing was asked of anyone.
        self.assertEqual(card.events("code"), [])
        self.assertEqual((card.blinks(), key.blinks()), (0, 0))

    def test_another_program_has_one(self):
        card = cards.OathCard(self.service, "held", serial=NUMBER)
        self.addCleanup(card.stop)
        with cards.exclusive(card.reader):
            lines, err = self.listed()
        self.assertNotIn("oath:", "".join(lines))
        self.assertRegex(err, "warning: .*scdaemon")

    def test_a_module_that_does_not_load(self):
        if not MODULES.is_dir():
            MODULES.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", MODULES], check=True)
        self.addCleanup(subprocess.run, ["umount", MODULES], check=True)
        broken = self.rig.folder / "broken.so"
        broken.write_bytes(b"no library")
        (MODULES / "broken.module").write_text(f"module: {broken}\n")
        lines, err = self.listed()
        self.assertIn("pkcs11:token=work", "".join(lines))
        self.assertRegex(err, "warning: the tokens of PKCS#11 module 'broken'")

    def test_nothing(self):
        """What is not there is said, and so is what would make it so."""
        self.service.stop()
        self.addCleanup(self.service.start)
        none = self.rig.folder / "none.conf"
        empty = self.rig.folder / "no-tokens"
        empty.mkdir(exist_ok=True)
        none.write_text(f"directories.tokendir = {empty}\nobjectstore.backend = file\n")
        result = self.rig.stskey("token", "list", env={"SOFTHSM2_CONF": none})
        self.assertRegex(result.err, "warning: pcscd, .* does not run")
        self.assertNotIn("softhsm", result.out)
        self.assertEqual(result.rc, rig.NOTFOUND, result)


if __name__ == "__main__":
    cards.main()
