#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The access key sealed as well: two touches a session, and nothing else."""

import base64
import json
import os
import shutil

import fido
import procs
import rig
from touching import NAME, URI, Touching

KEY = "work-key"
KEY_URI = f"sealed:{KEY}"
SAID = "sealed: the secret is in memory for the time of one signature"


class Secret(Touching):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.rig.stskey(
            *("key", "import", "--to", "fido:", "--name", KEY),
            *("--access-key-id", rig.KEY_ID),
            input=rig.SECRET + "\n",
            env=dict(cls.rig.enrolling, **cls.desk.env),
        )
        if result.rc != 0:
            raise AssertionError(result)

    def setUp(self):
        super().setUp()
        self.config(stskey_key=KEY_URI, stskey_pin_source=None)

    def touches(self):
        return self.desk.events("touch")

    def sealed_key(self):
        return self.file.with_name(KEY)

    # -- what it is good for

    def test_aws(self):
        said = self.rig.run(
            ["aws", "--endpoint-url", self.rig.url, "sts", "get-caller-identity"]
            + ["--profile", "admin"],
            env=self.shown(),
        )
        self.good(said)
        self.assertIn(":assumed-role/Admin/dev", said.out)
        self.assertEqual(len(self.touches()), 2)

    def test_cached(self):
        first = self.good(self.call())
        self.assertEqual(self.good(self.call()).out, first.out)
        self.assertEqual(len(self.touches()), 2)

    def test_another_clock(self):
        """The second request wants no touch more: what was opened is kept."""
        self.sts.control({"clock_offset": 3600})
        result = self.good(self.call())
        self.assertIn("seconds behind", result.err)
        self.assertEqual(self.posts(), 1)
        self.assertEqual(len(self.touches()), 2)

    def test_busy_service(self):
        """Nor does one that was put off, though its code is a new one."""
        self.sts.control({"faults": [{"kind": "throttle", "times": 1}]})
        self.good(self.call("--timeout", "80"))
        self.assertEqual(self.sts.count("GetSessionToken", None), 2)
        self.assertEqual(len(self.touches()), 2)

    def test_said(self):
        for args in (("status", "--profile", "dev"), ("key", "list")):
            out = self.good(self.rig.stskey(*args, env=self.shown())).out
            self.assertIn(SAID, out)
        self.assertEqual(self.desk.blinks(), 0)

    def test_probed(self):
        """Whether the FIDO2 key is there, and that both are on one: silently."""
        probe = ("status", "--profile", "dev", "--probe")
        out = self.good(self.rig.stskey(*probe, env=self.shown())).out
        self.assertEqual(out.count(" is plugged in, every use asks"), 2, out)
        self.assertIn("both factors on one device\n", out)
        out = self.good(self.rig.stskey("mfa", "list", env=self.shown())).out
        self.assertRegex(out, f"(?m)^{URI}  .*Test desk  plugged in  of 1 profile$")
        with self.desk.held():
            out = self.good(self.rig.stskey(*probe, env=self.shown())).out
            self.assertIn("may be plugged in: a FIDO2 key is in use", out)
            out = self.good(self.rig.stskey("mfa", "list", env=self.shown())).out
            self.assertIn("  in use by another program", out)
        self.desk.unplug()
        self.addCleanup(self.desk.plug)
        out = self.good(self.rig.stskey(*probe, env=self.shown())).out
        self.assertEqual(out.count(" is not plugged in, every use asks"), 2, out)
        self.assertNotIn("both factors", out)
        out = self.good(self.rig.stskey("mfa", "list", env=self.shown())).out
        self.assertIn("Test desk  not plugged in  of 1 profile", out)
        self.assertEqual(self.desk.blinks(), 0)

    def test_examined(self):
        """And doctor warns of it."""
        result = self.rig.stskey("doctor", "--profile", "dev", env=self.shown())
        self.assertIn("both factors are on one device", result.out)
        self.desk.unplug()
        self.addCleanup(self.desk.plug)
        result = self.rig.stskey("doctor", "--profile", "dev", env=self.shown())
        self.assertNotIn("both factors are on one device", result.out)

    def test_verify(self):
        result = self.rig.stskey(
            *("key", "verify", KEY_URI, "--access-key-id", rig.KEY_ID),
            env=dict(self.rig.enrolling, AWS_REGION=rig.REGION, **self.shown()),
        )
        self.good(result)
        self.assertEqual(len(self.touches()), 1)

    def test_verify_alone(self):
        """Without a terminal what it waits for is said all the same, and it ends."""
        self.desk.touch("never")
        self.config(
            stskey_key=KEY_URI,
            stskey_pin_source=None,
            stskey_touch_seconds=120,
            stskey_timeout_seconds=5,
        )
        result = self.rig.stskey("key", "verify", KEY_URI, env=self.shown())
        self.refused(result, rig.TOUCH, "not touched in time")
        self.assertRegex(result.err, "(?m)^stskey: touch 'Test desk'")
        self.assertLess(result.seconds, procs.patience(50))

    def test_untouched(self):
        """The first of the two, or the second: nothing is sent, or nothing said."""
        for n in (0, 1):
            self.rig.fresh()
            self.desk.forget()
            self.desk.touch("once" if n else "never")
            self.config(
                stskey_key=KEY_URI, stskey_pin_source=None, stskey_touch_seconds=5
            )
            self.refused(self.call(), rig.TOUCH, "not touched in time")
            self.assertEqual(len(self.touches()), n)
            self.assertEqual(self.posts(), 0)

    def test_moved(self):
        """Both files, on another machine."""
        other = self.rig.folder / "moved"
        shutil.copytree(self.rig.folder / "data", other, dirs_exist_ok=True)
        self.good(self.call(env={"XDG_DATA_HOME": other}))

    def test_secret_is_nowhere(self):
        """In no file of the machine, and in nothing that is said."""
        result = self.good(self.call())
        self.assertNotIn(rig.SECRET, result.out + result.err)
        for needle in (rig.SECRET, rig.SEED):
            wanted = [needle.encode(), base64.b64encode(needle.encode())]
            for folder, _, files in os.walk(self.rig.folder):
                if folder.startswith(str(self.rig.folder / "sts")):
                    continue
                for name in files:
                    if name.endswith(".sock"):
                        continue
                    with open(os.path.join(folder, name), "rb") as file:
                        text = file.read()
                    for form in wanted:
                        self.assertNotIn(form, text, name)

    # -- what is done to the file

    def change(self, path, member, value, seal=True):
        document = json.loads(path.read_text())
        (document["seals"][0] if seal else document)[member] = value
        path.write_text(json.dumps(document))

    def each(self):
        """(what is changed, how, in a seal, the status)"""
        text = base64.b64encode
        other, form = rig.TOKEN, rig.FORMAT
        yield "closed", text(bytes(80)).decode(), True, other
        yield "closed", "", True, form
        yield "closed", text(bytes(27)).decode(), True, other
        yield "salt", text(bytes(32)).decode(), True, other
        yield "salt", text(bytes(31)).decode(), True, form
        yield "salt", text(bytes(64)).decode(), True, form
        yield "aaguid", "00" * 16, True, other
        yield "aaguid", "00" * 15, True, form
        yield "device", "Another key", True, other
        yield "device", "x" * 5000, True, form
        yield "device", "\u001b[2J\n", True, other
        yield "kind", "tpm", True, form
        yield "user_verification", "true", True, form
        yield "user_verification", None, True, form
        yield "credential_id", text(bytes(64)).decode(), True, rig.NOTFOUND
        yield "credential_id", text(bytes(1025)).decode(), True, form
        yield "credential_id", "", True, form
        yield "more", 1, True, form
        yield "more", 1, False, form
        yield "seals", [], False, form
        yield "seals", {}, False, form
        yield "id", "AKIAI44QH8DHBEXAMPLE", False, other
        yield "for", "HMAC-SHA512", False, form
        yield "stskey", "other", False, form
        yield "version", 0, False, form
        yield "version", 10**30, False, form
        yield "version", "1", False, form

    def test_every_member(self):
        """Each change is found out, with a sentence, before anything is sent."""
        for path in (self.file, self.sealed_key()):
            whole = path.read_bytes()
            try:
                for member, value, seal, rc in self.each():
                    path.write_bytes(whole)
                    self.change(path, member, value, seal)
                    self.rig.fresh()
                    with self.subTest(file=path.name, member=member, value=value):
                        self.found_out(rc)
            finally:
                path.write_bytes(whole)

    def found_out(self, rc):
        result = self.call("--timeout", "2")
        self.assertEqual(result.rc, rc, result)
        self.assertRegex(result.err, r"\Astskey: [^\n\x1b]+\n\Z")
        self.assertEqual(result.out, "")
        self.assertEqual(self.posts(), 0)

    def test_no_document(self):
        whole = self.file.read_bytes()
        texts = (
            b"",
            b"null",
            b"[]",
            b"{}",
            whole[:-20],
            whole + b"x",
            whole + whole,
            b"\xff" + whole,
            whole.replace(b'"salt"', b'"salt":"","salt"'),
            whole + b" " * 70000,
            b"[" * 60000,
            whole.replace(NAME.encode(), b"desk-key\\u0000"),
        )
        try:
            for text in texts:
                self.file.write_bytes(text)
                self.rig.fresh()
                with self.subTest(text=text[:60]):
                    long = len(text) > 65536
                    self.found_out(rig.CONFIG if long else rig.FORMAT)
                    # It hides nothing else.
                    listed = self.rig.stskey(
                        "key", "list", "--to", "sealed:", env=self.shown()
                    )
                    self.assertIn(KEY_URI, listed.out, listed)
        finally:
            self.file.write_bytes(whole)

    def test_listed_by_name(self):
        """All of them, that one, or the sentence that it is not there."""

        def listed(uri):
            return self.rig.stskey("key", "list", "--to", uri, env=self.shown())

        every = self.good(listed("sealed:")).out.splitlines()
        self.assertEqual(len(every), 2, every)
        (one,) = self.good(listed(KEY_URI)).out.splitlines()
        self.assertTrue(one.startswith(f"{KEY_URI} "), one)
        self.refused(listed("sealed:nope"), rig.NOTFOUND, "'sealed:nope'", "--to sealed:")

    def test_renamed(self):
        """A file opens under no other name, nor for another use."""
        copy = self.file.with_name("another")
        for path in (self.file, self.sealed_key()):
            shutil.copy(path, copy)
            try:
                self.config(
                    stskey_key=KEY_URI,
                    stskey_mfa="sealed:another",
                    stskey_pin_source=None,
                )
                self.found_out(rig.FORMAT)
            finally:
                copy.unlink()
        self.config(stskey_key=f"sealed:{NAME}", stskey_pin_source=None)
        self.found_out(rig.CONFIG)
        self.config(stskey_key=KEY_URI, stskey_mfa=KEY_URI, stskey_pin_source=None)
        self.found_out(rig.CONFIG)

    def test_no_file(self):
        """What stands in its place is not followed, nor hung upon."""
        whole = self.file.read_bytes()
        other = self.file.with_name("elsewhere.bak")
        other.write_bytes(whole)
        other.chmod(0o600)
        self.addCleanup(other.unlink)
        makers = (
            lambda p: p.symlink_to(other),
            lambda p: p.mkdir(),
            os.mkfifo,
            lambda p: p.symlink_to("/dev/zero"),
        )
        for make in makers:
            self.file.unlink()
            make(self.file)
            try:
                result = self.call("--timeout", "5")
                self.assertEqual(result.rc, rig.CONFIG, result)
                self.assertRegex(result.err, r"\Astskey: [^\n]+\n\Z")
                self.assertEqual(self.posts(), 0)
            finally:
                if self.file.is_dir() and not self.file.is_symlink():
                    self.file.rmdir()
                else:
                    self.file.unlink()
                self.file.write_bytes(whole)
                self.file.chmod(0o600)


class SecretHabits(Secret):
    SWITCHES = fido.OTHER_HABITS


if __name__ == "__main__":
    rig.main()
