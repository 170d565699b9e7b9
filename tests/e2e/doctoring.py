# SPDX-License-Identifier: Apache-2.0
"""What the tests of `doctor` share: its findings, and that it harms nothing."""

import rig

COUNTED = rig.BUILD / "tests" / "mod_count.so"
# What mends things.
COMMANDS = (
    *("stskey", "aws", "chmod", "chown", "rm", "apt-get", "systemctl", "udevadm"),
    *("timedatectl", "gpgconf", "fido2-token", "pkcs11-tool"),
)
# What would ask for a PIN, or leave a trace on the token.
HARM = ("C_Login", "C_OpenSession", "C_SignInit", "C_CreateObject")


class Doctoring(rig.Case):
    def setUp(self):
        super().setUp()
        self.calls = self.rig.folder / "tmp" / "calls"
        self.calls.unlink(missing_ok=True)

    def examine(self, *args, rc=0, harmless=True, **more):
        """The findings of a run that must end with that status."""
        before = len(self.sts.requests)
        result = self.rig.stskey("doctor", "--output", "json", *args, **more)
        self.assertEqual(result.rc, rc, result)
        answer = result.json()
        self.assertEqual(answer["rc"], rc)
        for secret in (rig.SECRET, rig.SEED, rig.PIN):
            self.assertNotIn(secret, result.out + result.err)
        if harmless:
            asked = {r["method"] for r in self.sts.requests[before:]}
            self.assertLessEqual(asked, {"HEAD"})
            self.assertEqual(result.err.count("\n"), 1 if rc else 0, result)
        for finding in answer["findings"]:
            self.assertIn(finding["grade"], ("ok", "warn", "fail"))
            self.assertEqual(finding["rc"] != 0, finding["grade"] == "fail", finding)
            if finding["mend"]:
                self.is_command(finding["mend"])
        return answer["findings"]

    def is_command(self, line):
        """What may be pasted into a shell, whatever names are in it."""
        self.assertEqual(self.rig.run(["sh", "-n", "-c", line]).rc, 0, line)
        self.assertNotRegex(line, r"(?i)BUSID|, (or|and|then) ", line)
        for command in line.split(" && "):
            self.assertIn(command.removeprefix("sudo ").split()[0], COMMANDS, line)

    def setup_counting(self):
        """The tokens through the module that writes its calls down."""
        path = f"?module-path={COUNTED}"
        uris = [u.split("?")[0] + path for u in (self.rig.key_uri, self.rig.mfa_uri)]
        self.rig.write_config(self.rig.dev(stskey_key=uris[0], stskey_mfa=uris[1]))
        return {
            "STSKEY_TEST_COUNTED": rig.SOFTHSM,
            "STSKEY_TEST_CALLS": str(self.calls),
        }

    def harm(self):
        """Calls to the module that an examination has no business with."""
        calls = self.calls.read_text().split()
        self.assertIn("C_GetTokenInfo", calls)
        return [c for c in calls if c in HARM]

    def well(self, found):
        self.assertEqual([f for f in found if f["grade"] != "ok"], [])
        return found

    def one(self, found, check, grade):
        """The one finding of that check, of that grade at least."""
        hits = [f for f in found if f["check"] == check]
        if grade != "ok":
            hits = [f for f in hits if f["grade"] != "ok"]
        self.assertEqual([f["grade"] for f in hits], [grade], found)
        return hits[0]
