#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who waits for a key that is not there is in nobody's way."""

import os
import shutil

import fido
import hidraw
import procs
import rig
from touching import URI, Touching

NOBODY = 65534


class Waiting(Touching):
    """Profile "spare" has its access key on a key that is there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spare = cls.new_key("spare")
        result = cls.rig.stskey(
            *("key", "import", "--to", "fido:", "--name", "spare-key"),
            *("--access-key-id", rig.KEY_ID),
            input=rig.SECRET + "\n",
            env=dict(cls.rig.enrolling, **cls.spare.env),
        )
        if result.rc != 0:
            raise AssertionError(result)

    def setUp(self):
        super().setUp()
        self.spare.touch("auto")
        self.spare.forget()
        self.both = self.shown(self.desk, self.spare)
        self.rig.write_config(
            self.rig.dev(stskey_mfa=URI),
            self.rig.dev(
                "spare",
                stskey_key="sealed:spare-key",
                stskey_mfa=None,
                mfa_serial=None,
            ),
        )

    def other(self, seconds):
        return self.rig.start_stskey(
            *("credentials", "--profile", "spare", "--timeout", str(seconds)),
            env=self.both,
        )

    def test_another_key_is_there(self):
        self.desk.unplug()
        self.addCleanup(self.desk.plug)
        first = self.rig.pty("login", "--profile", "dev", env=self.both)
        first.expect("plug in desk-key")
        self.good(self.end(self.other(20)))
        self.assertEqual(self.spare.blinks(), 1)

    def test_it_comes_after_all(self):
        """The wait goes on where it was when the other one is done."""
        self.desk.unplug()
        first = self.rig.pty("login", "--profile", "dev", env=self.both)
        try:
            first.expect("plug in desk-key")
            self.spare.touch("never")
            second = self.other(30)
            self.spare.wait_for("blink")
        finally:
            self.desk.plug()
        # One blinks at a time.
        self.assertEqual(self.desk.blinks(), 0)
        self.spare.touch("auto")
        self.good(self.end(second))
        first.expect("dev: until")

    def test_busy_and_not_ours(self):
        """Nor who waits for a program that is none of ours."""
        busy = fido.FidoKey(self.rig.folder / "fido", "other", busy=True)
        self.addCleanup(busy.stop)
        self.desk.unplug()
        self.addCleanup(self.desk.plug)
        shown = self.shown(busy, self.desk, self.spare)
        first = self.rig.pty("login", "--profile", "dev", env=shown)
        first.expect("'Test other' is in use by another program")
        self.good(self.end(self.other(20)))

    def test_may_not_be_opened(self):
        """As when somebody comes by ssh: libfido2 says nothing of such a key."""
        if os.geteuid() != 0:
            self.skipTest("only root can become somebody else")
        argv = hidraw.machine(self.rig.folder, "600", NOBODY)
        if self.rig.run([*argv, "true"]).rc != 0:
            self.skipTest("no mount namespace here")
        self.rig.folder.chmod(0o711)
        home = self.rig.folder / "nobody"
        shutil.copytree(self.rig.folder / "data", home / "data")
        shutil.copy(self.rig.config_file, home / "config")
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        env = {"HOME": home, "AWS_CONFIG_FILE": home / "config"}
        for name in ("data", "state", "cache"):
            env[f"XDG_{name.upper()}_HOME"] = home / name
        asking = ("credentials", "--profile", "spare", "--timeout", "3")
        self.refused(
            self.rig.run([*argv, rig.STSKEY, *asking], env=env),
            rig.TOKEN,
            "/dev/hidraw77 is a security key that this user may not open",
            "udev",
            r"or plug in spare-key \(Test spare\)",
        )

    def test_holder_is_named(self):
        """By who gives up without a terminal, with the key it wanted."""
        self.desk.touch("never")
        first = self.begin(env=self.both)
        self.desk.wait_for("blink")
        token = procs.helpers(first.pid)["stskey-token"]
        self.refused(
            self.end(self.other(4)),
            rig.TIMEOUT,
            r"spare-key \(Test spare\) was not looked for",
            rf"process {token} \('[^']+', profile 'dev'\) has held 'FIDO2 keys' for",
        )
        self.assertEqual(self.spare.blinks(), 0)
        self.desk.touch("auto")
        self.good(self.end(first))


if __name__ == "__main__":
    rig.main()
