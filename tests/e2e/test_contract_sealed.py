# SPDX-License-Identifier: Apache-2.0
"""The contract suite over secrets sealed to a FIDO2 key, with and without PIN."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from fido import OTHER_HABITS, PIN, FidoKey
from planted import BUILD
from rig import main

PROGRAM = BUILD / "tests" / "prog_sealed_contract"


class Contract(unittest.TestCase):
    def passes(self, pin=None, **switches):
        with tempfile.TemporaryDirectory() as folder:
            key = FidoKey(folder, "key", pin=pin, **switches)
            self.addCleanup(key.stop)
            data = pathlib.Path(folder) / "data"
            data.mkdir(mode=0o700)
            env = dict(os.environ, XDG_DATA_HOME=str(data), **key.env)
            if pin:
                env["STSKEY_TEST_PIN"] = pin
            done = subprocess.run(
                [PROGRAM],
                env=env,
                check=False,
                timeout=120,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            self.assertEqual(done.returncode, 0, done.stdout)
            key.stop()

    def test_touch_alone(self):
        self.passes()

    def test_with_pin(self):
        self.passes(pin=PIN)

    def test_other_habits(self):
        self.passes(**OTHER_HABITS)

    def test_other_habits_with_pin(self):
        self.passes(pin=PIN, **OTHER_HABITS)


if __name__ == "__main__":
    main(needs_binary=False)
