#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What people are told of secrets that are sealed: that they are no more."""

import fido
import rig

SEALED = "sealed: the secret is in memory for the time of one signature"


class Said(rig.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = fido.FidoKey(cls.rig.folder / "fido", "desk")
        cls.addClassCleanup(cls.key.stop)
        cls.rig.env.update(cls.key.env)

    def seal(self, *args, secret):
        return self.good(
            self.rig.stskey(
                *(*args, "--to", "fido:", "--profile", "new"),
                input=secret + "\n",
                env=self.rig.enrolling | {"AWS_REGION": rig.REGION},
            )
        )

    def test_key(self):
        result = self.seal(
            *("key", "import", "--name", "aws-key", "--access-key-id", rig.KEY_ID),
            secret=rig.SECRET,
        )
        self.assertRegex(result.err, "the key is sealed to '[^']*' as sealed:aws-key")
        self.assertIn(SEALED, result.err)
        for args in (("status", "--profile", "new"), ("key", "list", "--to", "sealed:")):
            result = self.rig.stskey(*args, env={"AWS_REGION": rig.REGION})
            self.assertIn(SEALED, self.good(result).out)

    def test_seed(self):
        result = self.seal(
            *("mfa", "import", "--name", "desk-key", "--serial-number", rig.SERIAL),
            secret=rig.SEED,
        )
        self.assertRegex(result.err, "the seed is sealed to '[^']*' as sealed:desk-key")
        self.assertNotIn("on token", result.err)

    def test_token(self):
        result = self.good(self.rig.import_seed("--label", "another"))
        self.assertIn("the seed is on token 'desk' as pkcs11:", result.err)
        result = self.good(self.rig.import_key("--label", "another", "--offline"))
        self.assertRegex(result.err, r"the key is on token 'work' as \S+, held as hmac\b")


if __name__ == "__main__":
    rig.main()
