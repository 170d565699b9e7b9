# SPDX-License-Identifier: Apache-2.0
"""The contract suite over an OATH key behind pcscd, with and without code."""

import os
import subprocess
import tempfile
import unittest

import cards
from planted import BUILD

PROGRAM = BUILD / "tests" / "prog_oath_contract"


class Contract(unittest.TestCase):
    def passes(self, code=None, **switches):
        with tempfile.TemporaryDirectory() as folder:
            service = cards.Pcscd(folder)
            self.addCleanup(service.stop)
            card = cards.OathCard(service, "key", code=code, **switches)
            self.addCleanup(card.stop)
            env = dict(os.environ, STSKEY_TEST_SERIAL=card.serial)
            if code:
                env["STSKEY_TEST_PIN"] = code
            done = subprocess.run(
                [PROGRAM],
                env=env,
                check=False,
                timeout=200,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(card.events("code").count("wrong"), 1 if code else 0)
            card.stop()
            service.stop()

    def test_touch_alone(self):
        self.passes(serial=1234567)

    def test_with_access_code(self):
        self.passes(code="tomato soup", serial=1234567)

    def test_other_habits(self):
        self.passes(**cards.OTHER_HABITS)

    def test_other_habits_with_access_code(self):
        self.passes(code="tomato soup", **cards.OTHER_HABITS)


if __name__ == "__main__":
    cards.main(needs_binary=False)
