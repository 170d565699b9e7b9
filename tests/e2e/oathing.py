# SPDX-License-Identifier: Apache-2.0
"""
What the tests of OATH keys share: profile "dev" with its access key and the
seed of its MFA device both on the card "desk", each behind a touch.
"""

import re

import cards
import rig

NUMBER = 1234567
KEY_NAME = f"_hidden:aws-sigv4:{rig.KEY_ID}"
KEY_URI = f"oath:serial={NUMBER};name={KEY_NAME}"
SEED_URI = f"oath:serial={NUMBER};name=mfa-dev-laptop"
CODE = "tomato soup"


class Carding(rig.Case):
    """A rig without other tokens, pcscd, and no card yet."""

    @classmethod
    def setUpClass(cls):
        cls.rig = rig.Rig(tokens=())
        cls.addClassCleanup(cls.rig.close)
        cls.service = cards.Pcscd(cls.rig.folder / "cards")
        cls.addClassCleanup(cls.service.stop)

    def setUp(self):
        self.rig.fresh()
        self.sts = self.rig.sts
        self.rig.write_config("# none")

    def card(self, name, **switches):
        """A new one for each test."""
        name = f"{self.id().rsplit('.', maxsplit=1)[-1]}-{name}"
        return self.a_card(self, name, **switches)

    @classmethod
    def a_card(cls, case, name, **switches):
        card = cards.OathCard(cls.service, name, **switches)
        (case.addCleanup if case is not cls else cls.addClassCleanup)(card.stop)
        return card

    @classmethod
    def import_key(cls, *more, to="oath:", **options):
        return cls.rig.stskey(
            *("key", "import", "--to", to, "--access-key-id", rig.KEY_ID, *more),
            input=rig.SECRET + "\n",
            env={"AWS_ENDPOINT_URL_STS": cls.rig.url},
            **options,
        )

    @classmethod
    def import_seed(cls, *more, to="oath:", seed=rig.SEED, **options):
        return cls.rig.stskey(
            *("mfa", "import", "--to", to, "--serial-number", rig.SERIAL, *more),
            input=seed + "\n",
            **options,
        )

    def config(self, **more):
        keys = {
            "stskey_key": KEY_URI,
            "stskey_mfa": SEED_URI,
            "stskey_touch_seconds": 20,
            "stskey_pin_source": None,
        }
        self.rig.write_config(self.rig.dev(**{**keys, **more}), self.rig.role())

    def call(self, *more, verb=("credentials",), **options):
        return self.rig.stskey(*verb, "--profile", "dev", *more, **options)

    def posts(self):
        return self.sts.count("GetSessionToken")

    def end(self, child):
        out, err = child.communicate(timeout=60)
        return rig.Result(child.returncode, out.decode(), err.decode(), 0)


class Desk(Carding):
    """With that card, and both secrets on it."""

    SWITCHES = {}
    MORE = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = cls.a_card(cls, "desk", serial=NUMBER, **cls.SWITCHES)
        for done in (cls.import_key(*cls.MORE), cls.import_seed(*cls.MORE)):
            if done.rc != 0:
                raise AssertionError(done)

    def setUp(self):
        super().setUp()
        if self.desk.child is None:
            self.desk.plug()
        self.desk.touch("auto")
        self.desk.forget()
        self.config()


def words(result):
    """Standard error on one line."""
    return re.sub(r"\s+", " ", result.err)
