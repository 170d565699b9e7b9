# SPDX-License-Identifier: Apache-2.0
"""
Secrets that go into an OATH key, every verb that has to do with them, good and
failing: where do they, the access code and what the key gave turn up?  And the
memory of the programs when all is done.
"""

import hashlib
import hmac
import json
import re
import time

import cards
import leaking
import rig
import scanning
from oathing import CODE, KEY_URI, NUMBER, SEED_URI, Carding

CALLS = leaking.CALLS + ",write,writev,pwrite64"
KEY_ID = ("--access-key-id", rig.KEY_ID)
BEGUN = ("--serial-number", rig.SERIAL)
SECRET, SEED = rig.SECRET + "\n", rig.SEED + "\n"
leaking.PLANTED["access code"] = CODE.encode()


def plant_dates():
    """What the key gives for the days on which this may run."""
    for day in (-1, 0, 1):
        date = time.strftime("%Y%m%d", time.gmtime(time.time() + 86400 * day))
        kdate = hmac.digest(b"AWS4" + rig.SECRET.encode(), date.encode(), "sha256")
        leaking.plant(f"kDate of {date}", kdate)


class Leaks(Carding, leaking.Judge, scanning.Scan):
    def setUp(self):
        super().setUp()
        plant_dates()
        # Among what no test looks into: the card's own memory is there.
        self.service.folder = self.rig.folder / "pins"
        self.desk = self.card("desk", serial=NUMBER, code=CODE, timeout_ms=1500)
        kept = json.loads(self.desk.state_file.read_text())
        derived = hashlib.pbkdf2_hmac(
            "sha1", CODE.encode(), bytes.fromhex(kept["salt"]), 1000, 16
        )
        leaking.plant("derived access code", derived)
        source = self.rig.write_pin("code", CODE)
        self.source = f"?pin-source=file:{source}"
        self.wrong = f"?pin-source=file:{self.rig.write_pin('other', 'cherry pie')}"
        self.config(
            stskey_key=KEY_URI + self.source, stskey_mfa=SEED_URI + self.source
        )
        self.rig.enrolling = {"AWS_ENDPOINT_URL_STS": self.rig.url}

    def steps(self):
        """(what, arguments, standard input, the finger, exit status)."""
        key = ("key", "import", *KEY_ID, "--to")
        seed = ("mfa", "import", *BEGUN, "--to")
        to = f"oath:{self.source}"
        yield "wrong code", (*key, f"oath:{self.wrong}"), SECRET, "auto", rig.PIN_REFUSED
        yield "no touch", (*key, to), SECRET, "never", rig.TOUCH
        yield "key", (*key, to), SECRET, "auto", 0
        yield "taken", (*key, to), SECRET, "auto", rig.CONFIG
        yield "spoilt", (*seed, to), rig.SEED + "1\n", "auto", rig.CONFIG
        yield "seed", (*seed, to), SEED, "auto", 0
        dev = ("--profile", "dev")
        yield "code", ("mfa", "code", *dev), "", "auto", 0
        yield "code, no touch", ("mfa", "code", *dev), "", "never", rig.TOUCH
        yield "session", ("credentials", *dev), "", "auto", 0
        yield "list", ("key", "list", "--to", to), "", "never", 0
        yield "status", ("status", *dev, "--probe"), "", "never", 0
        yield "doctor", ("doctor", *dev), "", "never", None
        remove = ("key", "remove", KEY_URI + self.source, "--yes")
        yield "remove", remove, "", "never", 0

    def judge_call(self, program, call):
        """The way in is through pcscd: one PUT, and nothing else of it."""
        if program == "stskey-token" and self.putting:
            if re.search(r'"\\0\\1\\0\\0[^"]*s[.*]', call):
                self.puts += 1
                return
        super().judge_call(program, call)

    def test_nowhere(self):
        self.puts = 0
        for what, args, text, finger, rc in self.steps():
            self.rig.fresh()
            self.desk.touch(finger)
            self.putting = "import" in args
            result, trace = self.rig.strace(
                CALLS, *args, input=text, env=self.rig.enrolling
            )
            with self.subTest(what=what):
                if rc is not None:
                    self.assertEqual(result.rc, rc, result)
                said = (result.out + result.err).encode()
                self.assertEqual(leaking.found_in(said), [])
                self.judge_trace(args, trace)
                for path in self.files():
                    with open(path, "rb") as file:
                        self.assertEqual(leaking.found_in(file.read()), [], path)
        # No touch, key and seed: what was put there was seen to be.
        self.assertEqual(self.puts, 3)

    def test_memory_at_exit(self):
        self.skip_unless_seen()
        self.desk.touch("auto")
        for program in ("stskey-token", "stskey"):
            for what, args, text, finger, _ in list(self.steps())[2:9]:
                if finger == "never":
                    continue
                with self.subTest(what=what, program=program):
                    self.assertTrue(self.at_exit(program, args, text))

    def test_memory_while_it_blinks(self):
        """The secret is in the key alone, whatever comes of the touch."""
        self.skip_unless_seen()
        self.desk.touch("auto")
        for args, text in (
            (("key", "import", "--offline", *KEY_ID, "--to", "oath:"), SECRET),
            (("mfa", "import", *BEGUN, "--to", "oath:"), SEED),
        ):
            self.good(self.rig.stskey(*args[:-1], f"oath:{self.source}", input=text))
        self.desk.replug(timeout_ms=60000)
        self.desk.touch("never")
        self.desk.forget()
        child = self.begin(("credentials", "--profile", "dev"), "")
        self.desk.wait_for("blink")
        for program, pid in (*procs_of(child), ("stskey", child.pid)):
            allowed = {"stskey-token": {"derived access code"}}.get(program, set())
            with self.subTest(program=program):
                self.assertEqual(set(self.scan(pid)) - allowed, set())


def procs_of(child):
    return scanning.procs.helpers(child.pid).items()


if __name__ == "__main__":
    cards.main()
