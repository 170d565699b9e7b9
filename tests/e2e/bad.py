# SPDX-License-Identifier: Apache-2.0
"""What the tests of bad input share."""

import os
import subprocess

import procs
import rig

NOBODY = 65534
QUICK = 15  # seconds: a refusal never takes longer


class BadInput(rig.Case):
    def setUp(self):
        super().setUp()
        self.write(self.no_mfa())

    def no_mfa(self, name="dev", **more):
        keys = {"mfa_serial": None, "stskey_mfa": None}
        return self.rig.dev(name, **dict(keys, **more))

    def write(self, *parts):
        self.rig.write_config(*parts)

    def call(self, *args, profile="dev", **more):
        args = args or ("credentials", "--profile", profile)
        result = self.rig.stskey(*args, **more)
        self.assertLess(result.seconds, procs.patience(QUICK), result)
        return result

    def bad(self, rc, *words, **more):
        """One sentence, its status, nothing else, and nobody was asked."""
        result = self.refused(self.call(**more), rc, *words)
        self.assertEqual(len(result.err.strip().splitlines()), 1, result.err)
        return result

    def lying(self, lies, uri=None):
        """A profile over the module that lies; the environment for it."""
        module = rig.BUILD / "tests" / "mod_lie.so"
        if not module.exists():
            self.skipTest(f"{module} is not built")
        uri = (uri or self.rig.key_uri).split("?")[0] + f"?module-path={module}"
        self.write(self.no_mfa(stskey_key=uri))
        return {"STSKEY_TEST_LIE": lies, "STSKEY_TEST_MODULE": rig.SOFTHSM}

    # -- as somebody without privileges

    def as_nobody(self):
        if os.getuid() != 0:
            self.skipTest("needs root, to become somebody else")
        subprocess.run(
            ["chown", "-R", f"{NOBODY}:{NOBODY}", self.rig.folder], check=True
        )
        self.rig.folder.chmod(0o755)

    def nobody_calls(self, *args):
        args = args or ("credentials", "--profile", "dev")
        return self.rig.run(
            ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            + [rig.STSKEY, *args]
        )

    def tearDown(self):
        """Whatever happened, the next call of a good profile works."""
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "0:0", self.rig.folder], check=True)
        self.rig.fresh()
        self.write(self.no_mfa())
        result = self.call()
        self.assertEqual(result.rc, 0, f"left behind: {result}")
