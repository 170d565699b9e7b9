# SPDX-License-Identifier: Apache-2.0
"""
What the tests of enrolment share: a user without any MFA device, under the
bootstrap policy, a FIDO2 key, and a clock that runs while somebody waits for
nothing but the time (shim_clock.c), so that no test waits for real.
"""

import contextlib
import mmap
import pathlib
import re
import shutil
import struct
import time

import fido
import rig

CLOCK_SHIM = rig.BUILD / "tests" / "shim_clock.so"
DEVICE = f"arn:aws:iam::{rig.ACCOUNT}:mfa/dev-desk-key"
OTHER = f"arn:aws:iam::{rig.ACCOUNT}:mfa/dev-spare-key"
OTHER_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
ENROLL = ("mfa", "enroll", "--profile", "dev")
RESUME = (*ENROLL, "--resume")


class Clock:
    """The time that the programs and the loopback live in."""

    def __init__(self, path):
        self.path = path
        path.write_bytes(bytes(24))
        with open(path, "r+b") as file:
            self.shared = mmap.mmap(file.fileno(), 24)

    def _get(self, at):
        return struct.unpack_from("q", self.shared, at)[0]

    def now(self):
        return time.time() + self._get(0) / 1000

    def pass_by(self, seconds):
        struct.pack_into("q", self.shared, 0, self._get(0) + int(seconds * 1000))

    def stop(self, stands=True):
        """From now on who waits waits for ever; or no longer."""
        struct.pack_into("q", self.shared, 8, int(stands))

    def waits(self):
        """How often anybody has waited."""
        return self._get(16)


def world():
    config = rig.WORLD.example()
    config["users"]["dev"].update(mfa={}, policies=[rig.WORLD.policy("bootstrap")])
    return config


class Machine(rig.Rig):
    """A rig with the key on "work", and FIDO2 keys: desk, and perhaps more."""

    def __init__(self, config=None, **switches):
        super().__init__(config or world(), tokens=("work",))
        self.keys, self.shims = [], [CLOCK_SHIM]
        self.clock = Clock(self.folder / "clock")
        self.sts.clock = self.clock.now
        self.env["STSKEY_TEST_CLOCK"] = str(self.clock.path)
        self.desk = self.new_key("desk", **switches)
        imported = self.import_key()
        if imported.rc != 0:
            raise AssertionError(imported)
        self.key_uri = imported.uri

    def new_key(self, name, **switches):
        """Plugged in, beside those that are there."""
        key = fido.FidoKey(self.folder / "fido", name, **switches)
        self.keys.append(key)
        self.show(*self.keys)
        return key

    def show(self, *keys):
        """The keys that programs see from now on."""
        self.env.update(fido.fido_env(keys))
        shims = ":".join(str(s) for s in self.shims)
        self.env["LD_PRELOAD"] += ":" + shims

    def new(self):
        """As on the first day."""
        self.clock.stop(False)
        self.fresh()
        self.sts.control({"restore": True})
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        (self.folder / "data").mkdir(mode=0o700)
        self.write_config(self.dev(mfa_serial=None, stskey_mfa=None), self.role())
        for key in self.keys:
            key.touch("auto")
            key.forget()

    def close(self):
        for key in self.keys:
            key.stop()
        super().close()

    # -- what is there

    def journals(self):
        return names(self.state / "stskey" / "enrol")

    def sealed(self):
        return names(self.folder / "data" / "stskey" / "sealed")

    def lines(self, key):
        """What the profiles give for a key, each time that it is there."""
        text = self.config_file.read_text()
        return re.findall(rf"(?m)^{key} *= *(.*)$", text)

    def posts(self, *actions):
        """The requests of these actions, or all, as the loopback had them."""
        return [
            r
            for r in self.sts.requests
            if r["method"] == "POST" and (not actions or r["action"] in actions)
        ]

    @contextlib.contextmanager
    def net_down(self):
        """Nobody is where STS and IAM were."""
        self.sts.shut()
        try:
            yield
        finally:
            self.sts.listen("plain", int(self.url.rsplit(":", 1)[1]))

    def enroll(self, *more, **options):
        return self.stskey(*ENROLL, *more, **options)

    def pty_shell(self, *args):
        """
        stskey under a shell that stays: whose end closes a terminal, nobody
        can ask it.
        """
        import pexpect  # pylint: disable=import-outside-toplevel

        line = " ".join(f"'{a}'" for a in (rig.STSKEY, *args))
        child = pexpect.spawn(
            "/bin/bash",
            ["--norc", "--noprofile", "-c", f"{line}; echo ended=$?; read -r x"],
            env=self.environment(),
            timeout=60,
            encoding="utf-8",
            dimensions=(40, 200),
        )
        child.delaybeforesend = None
        self.children.append(child)
        return child


def names(folder):
    """What is in a folder; that nothing half written is, nothing_begun() says."""
    found = folder.iterdir() if folder.exists() else []
    return sorted(p.name for p in found if p.suffix != ".tmp")


class Enrolling(rig.Case):
    """With a Machine of its class, as new for each test."""

    @classmethod
    def setUpClass(cls):
        cls.rig = cls.machine()
        cls.addClassCleanup(cls.rig.close)

    @staticmethod
    def machine():
        return Machine()

    def setUp(self):
        self.rig.new()
        self.sts = self.rig.sts
        self.before = self.rig.config_file.read_text()

    def has_one(self, serial=DEVICE, name="desk-key"):
        """
        Exactly this one device, here and in IAM, and nothing half made; no
        code went out twice.
        """
        self.assertEqual(self.sts.devices(), [serial])
        self.assertEqual(self.sts.spare(), [])
        self.assertEqual(self.rig.sealed(), [name])
        self.assertEqual(self.rig.lines("mfa_serial"), [serial])
        self.assertEqual(self.rig.lines("stskey_mfa"), [f"sealed:{name}"])
        self.nothing_begun()

    def has_none(self):
        """Nothing, anywhere."""
        self.assertEqual(self.sts.devices(), [])
        self.assertEqual(self.sts.spare(), [])
        self.assertEqual(self.rig.sealed(), [])
        self.assertEqual(self.rig.config_file.read_text(), self.before)
        self.nothing_begun()

    def nothing_begun(self):
        self.assertEqual(self.rig.journals(), [])
        folders = [self.rig.state, self.rig.folder / "data", self.rig.home]
        left = [p for f in folders for p in pathlib.Path(f).rglob("*.tmp")]
        self.assertEqual(left, [])
        self.no_code_twice()

    def no_code_twice(self):
        """None was sent again, nor refused."""
        spent = []
        for r in self.rig.posts():
            sent = [v for k, v in r["params"].items() if "Code" in k]
            if r["outcome"] == "ok":
                spent += [(r["params"]["SerialNumber"], code) for code in sent]
            refused = "one time pass" in r.get("message", "")
            self.assertFalse(refused, r)
            self.assertNotEqual(r["outcome"], "InvalidAuthenticationCode", r)
        self.assertEqual(len(spent), len(set(spent)), spent)

    def enrolled(self, *more, **options):
        return self.good(self.rig.enroll(*more, **options))

    def daily(self):
        """The first device is there: now the other policy, and a session."""
        self.sts.attach("daily")
        return self.good(self.rig.stskey("login", "--profile", "dev"))
