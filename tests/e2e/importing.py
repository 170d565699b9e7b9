# SPDX-License-Identifier: Apache-2.0
"""What the tests of import share: a machine that has nothing yet."""

import os
import re
import unittest

import rig

OTHER_ID = "AKIAI44QH8DHBEXAMPLE"
OTHER_SECRET = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
CKR_ATTRIBUTE_SENSITIVE = 0x11


def world():
    config = rig.WORLD.example()
    config["users"]["dev"]["keys"][OTHER_ID] = {"secret": OTHER_SECRET}
    return config


class Importing(unittest.TestCase):
    def setUp(self):
        self.rig = rig.Rig(world())
        self.addCleanup(self.rig.close)
        self.pin = self.rig.enrolling

    def run_stskey(self, *args, **more):
        env = dict(self.pin, **more.pop("env", {}))
        return self.rig.stskey(*args, env=env, **more)

    def good(self, result):
        self.assertEqual(result.rc, 0, result)
        self.assertNotIn(rig.SECRET, result.out + result.err)
        self.assertNotIn(rig.SEED, result.out + result.err)
        self.assertNotIn(rig.PIN, result.out + result.err)
        return result

    def refused(self, result, rc, *words):
        return rig.Case.refused(self, result, rc, *words)

    def token(self, label, name):
        """What another program finds in the token."""
        result = self.rig.run(
            ["/usr/bin/python3", rig.HERE / "p11.py", "show", label, name],
            env={"P11_PIN": rig.PIN},
        )
        self.assertEqual(result.rc, 0, result)
        return result.json()

    def object_of(self, uri):
        return re.search(r"object=([^;?]*)", uri)[1]

    def holding(self, secret):
        """Files of the person's home that hold a text."""
        found = []
        for folder, _, names in os.walk(self.rig.home):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    if secret.encode() in file.read():
                        found.append(name)
        return found
