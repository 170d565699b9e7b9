#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
A seed and a secret that are sealed to FIDO2 keys, every verb that has to do
with them, good and failing, with libfido2 telling all it does (FIDO_DEBUG):
where do they, the PIN and what the keys gave turn up?
"""

import re

import leaking
import rig
import sealing
from sealing import BEGUN, KEY_ID, SECRET, SEED

SEAL = ("mfa", "import", "--to")
CALLS = leaking.CALLS + ",write,writev,pwrite64"


def dumped(text):
    """The bytes that libfido2 shows as lines of hex."""
    data = bytearray()
    for line in text.splitlines():
        found = re.match(r"\s*(?:[0-9a-f]{4}: )?((?:[0-9a-f]{2}\s+)+)", line + " ")
        if found:
            data += bytes.fromhex(found[1])
    return bytes(data)


class LeaksFido(sealing.Keys, leaking.Judge, rig.Case):
    def setUp(self):
        super().setUp()
        self.make_keys()
        self.profiles()

    def enrolments(self):
        """(what, keys, arguments, standard input, what to do before)."""
        desk, spare, both = (self.desk,), (self.spare,), (self.desk, self.spare)
        fido = f"fido:{self.with_pin}"
        name = "--name"
        yield "seal", spare, (*SEAL, "fido:", name, "open", *BEGUN), SEED, None
        pin = (*SEAL, fido, "--pin", name, "pin", *BEGUN)
        yield "seal with PIN", desk, pin, SEED, None
        yield "taken", spare, (*SEAL, "fido:", name, "open", *BEGUN), SEED, None
        more = (*SEAL, "fido:", name, "x", *BEGUN)
        yield "spoilt", spare, more, rig.SEED + "1\n", None
        yield "no touch", spare, more, SEED, "never"
        yield "one touch", spare, more, SEED, "once"
        bad = (*SEAL, f"fido:{self.with_bad}", "--pin", name, "x", *BEGUN)
        yield "wrong PIN", desk, bad, SEED, None
        yield "no PIN set", spare, (*pin[:-4], name, "x", *BEGUN), SEED, None
        secret = ("key", "import", "--to", fido, "--pin", name, "secret", *KEY_ID)
        yield "secret", desk, secret, SECRET, None
        yield "secret, no touch", desk, (*secret[:6], "y", *KEY_ID), SECRET, "never"
        copy = ("mfa", "copy", name, "open")
        other = self.make_key("other")
        yield "copy, no touch", (self.spare, other), copy, "", "never"
        yield "copy, one touch", (self.spare, other), copy, "", "once"
        yield "copy", (self.spare, other), copy, "", None
        yield "copy of none", both, ("mfa", "copy", name, "none"), "", None

    def uses(self):
        """The same for what is there then."""
        desk, spare, both = (self.desk,), (self.spare,), (self.desk, self.spare)
        for what, keys, profile, before in (
            ("code", spare, "open", None),
            ("code, two keys", both, "open", None),
            ("code with PIN", desk, "pin", None),
            ("code, no touch", spare, "open", "never"),
            ("code with PIN, no touch", desk, "pin", "never"),
            ("code, wrong PIN", desk, "bad", None),
            ("code, damaged", spare, "damaged", None),
        ):
            yield what, keys, ("mfa", "code", "--profile", profile), "", before
        session = ("credentials", "--profile")
        yield "session", desk, (*session, "all"), "", None
        yield "another key", spare, (*session, "all", "--timeout", "3"), "", None
        yield "denied", desk, (*session, "all"), "", self.spoil
        yield "list", (), ("mfa", "list"), "", None
        yield "status", (), ("status", "--profile", "all"), "", None
        verify = ("key", "verify", f"sealed:secret{self.with_pin}", *KEY_ID)
        yield "verify", desk, verify, "", None
        for name in ("open", "pin", "damaged"):
            remove = ("mfa", "remove", f"sealed:{name}", "--yes")
            yield f"remove {name}", (), remove, "", None

    def spoil(self):
        self.sts.control({"key": {rig.KEY_ID: False}})

    # All others do what they are told.
    FAILING = {
        **dict.fromkeys(("taken", "spoilt"), rig.CONFIG),
        **dict.fromkeys(("copy of none", "another key"), rig.NOTFOUND),
        **dict.fromkeys(
            ("wrong PIN", "no PIN set", "code, wrong PIN"), rig.PIN_REFUSED
        ),
        **dict.fromkeys(
            ("no touch", "one touch", "secret, no touch", "copy, no touch")
            + ("copy, one touch", "code, no touch", "code with PIN, no touch"),
            rig.TOUCH,
        ),
        "denied": rig.DENIED,
        "code, damaged": rig.TOKEN,
    }

    def run_one(self, what, keys, args, text, before):
        self.rig.fresh()
        self.touch(before if isinstance(before, str) else "auto")
        if callable(before):
            before()
        env = dict(self.rig.enrolling, **self.plugged(*keys))
        result, trace = self.rig.strace(CALLS, *args, input=text, env=env)
        self.learn()
        with self.subTest(what=what):
            self.assertEqual(result.rc, self.FAILING.get(what, 0), result)
            said = (result.out + result.err).encode()
            self.assertEqual(leaking.found_in(said), [], what)
            self.assertEqual(leaking.found_in(dumped(result.err)), [], what)
            self.judge_trace(args, trace)
        return result

    def test_nowhere(self):
        self.need_sight()
        spoken = ""
        for step in (*self.enrolments(), None, *self.uses()):
            if step is None:
                self.damage("damaged", "open")
                continue
            spoken += self.run_one(*step).err
            for path in self.files():
                with open(path, "rb") as file:
                    leaks = leaking.found_in(file.read())
                self.assertEqual(leaks, [], f"{step[0]}: {path}")
        # It was looked at, and there was something to see.
        self.assertGreater(self.learn(), 8)
        self.assertIn(b"stskey", dumped(spoken))
        self.assertEqual(self.desk.events("pin").count("wrong"), 2)

    def test_dump_is_read(self):
        line = "0000: " + rig.SECRET.encode()[:16].hex(" ")
        self.assertIn(rig.SECRET.encode()[:16], dumped(line))
        self.assertEqual(dumped("fido_tx: dev=0x1, cmd=0x03"), b"")
        call = 'sendto(3, "\\0\\1' + rig.SECRET + '\\n", 9)'
        self.assertEqual(leaking.found_in(leaking.data_of(call)), ["secret"])


if __name__ == "__main__":
    rig.main()
