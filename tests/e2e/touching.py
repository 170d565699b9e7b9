# SPDX-License-Identifier: Apache-2.0
"""
What the tests of FIDO2 keys share: profile "dev" with its access key on
SoftHSM2 and the seed of its MFA device sealed to the key "desk".
"""

import json

import fido
import rig

NAME = "desk-key"
URI = f"sealed:{NAME}"
FIDO_PIN = fido.PIN


class Touching(rig.Case):
    """The key is plugged in, and touched at once, unless a test says other."""

    SWITCHES = {}
    MORE = ()  # for the import

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = cls.new_key("desk", **cls.SWITCHES)
        cls.imported()

    @classmethod
    def new_key(cls, name, **switches):
        key = fido.FidoKey(cls.rig.folder / "fido", name, **switches)
        cls.addClassCleanup(key.stop)
        return key

    @classmethod
    def imported(cls):
        result = cls.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", NAME),
            *("--serial-number", rig.SERIAL, *cls.MORE),
            input=rig.SEED + "\n",
            env=cls.desk.env,
        )
        if result.rc != 0:
            raise AssertionError(result)

    def setUp(self):
        super().setUp()
        self.config()
        self.desk.touch("auto")
        self.desk.forget()

    def config(self, **more):
        keys = {"stskey_mfa": URI, "stskey_touch_seconds": 20, **more}
        self.rig.write_config(self.rig.dev(**keys), self.rig.role())

    @property
    def file(self):
        return self.rig.folder / "data" / "stskey" / "sealed" / NAME

    def sealed(self):
        return json.loads(self.file.read_text())

    def shown(self, *keys):
        """The environment in which these keys are plugged in."""
        return fido.fido_env(keys or [self.desk])

    def call(self, *more, verb=("credentials",), env=None, **options):
        return self.rig.stskey(
            *(*verb, "--profile", "dev", *more),
            env=dict(self.shown(), **(env or {})),
            **options,
        )

    def begin(self, *more, env=None, **options):
        return self.rig.start_stskey(
            *("credentials", "--profile", "dev", *more),
            env=dict(self.shown(), **(env or {})),
            **options,
        )

    def end(self, child):
        out, err = child.communicate(timeout=60)
        return rig.Result(child.returncode, out.decode(), err.decode(), 0)

    def posts(self):
        return self.sts.count("GetSessionToken")
