#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`doctor`: modules, tokens, security keys, cards; without a login or a touch."""

import os
import shutil
import socket
import subprocess

import doctoring
import fido
import hidraw
import rig

LIE = rig.BUILD / "tests" / "mod_lie.so"


class Pkcs11(doctoring.Doctoring):
    def test_no_login(self):
        env = self.setup_counting()
        found = self.well(self.examine("--profile", "dev", env=env))
        texts = [f["text"] for f in found if f["check"] == "token"]
        self.assertEqual(len([t for t in texts if t.startswith("module: ")]), 1, texts)
        for token in ("work", "desk"):
            self.assertTrue([t for t in texts if f"token: '{token}'" in t], texts)
            self.assertIn(f"PIN: token '{token}' has all its PIN tries", texts)
        self.assertEqual(self.harm(), [])

    def test_the_counting_counts(self):
        env = self.setup_counting()
        self.good(self.rig.stskey("login", "--profile", "dev", env=env))
        self.assertIn("C_Login", self.harm())

    def lying(self, lie, grade, rc=0):
        """The findings of a module that lies so."""
        path = f"?module-path={LIE}"
        uris = [u.split("?")[0] + path for u in (self.rig.key_uri, self.rig.mfa_uri)]
        self.rig.write_config(self.rig.dev(stskey_key=uris[0], stskey_mfa=uris[1]))
        env = {"STSKEY_TEST_MODULE": rig.SOFTHSM, "STSKEY_TEST_LIE": lie}
        if lie.startswith("crash"):
            # A sanitizer would tell of it at length, on standard error.
            options = os.environ.get("ASAN_OPTIONS", "")
            env["ASAN_OPTIONS"] = f"{options}:handle_segv=0".lstrip(":")
        found = self.examine("--profile", "dev", rc=rc, env=env)
        hits = [f for f in found if f["check"] == "token" and f["grade"] == grade]
        self.assertTrue(hits, found)
        return hits

    def test_tries(self):
        for lie, grade, rc, words in (
            ("count-low", "warn", 0, "wrong PIN"),
            ("final-try", "warn", 0, "one PIN try left"),
            ("count-low,final-try", "warn", 0, "one PIN try left"),
            ("locked", "fail", rig.PIN_REFUSED, "locked"),
            ("locked,final-try,count-low", "fail", rig.PIN_REFUSED, "locked"),
            ("no-pin", "fail", rig.PIN_REFUSED, "no PIN yet"),
        ):
            with self.subTest(lie=lie):
                hits = self.lying(lie, grade, rc)
                self.assertEqual(len(hits), 2, hits)
                for hit in hits:
                    self.assertIn(words, hit["text"])
                    self.assertTrue(hit["mend"])

    def test_pad(self):
        self.assertIn("PIN pad", self.lying("pad", "ok")[1]["text"])

    def test_bad_modules(self):
        """Each look has a process of its own, and the others go on."""
        for lie, rc in (
            ("no-function-list", rig.CONFIG),
            ("init-fails", rig.TOKEN),
            ("crash-init", rig.HELPER),
            ("exit", rig.HELPER),
        ):
            with self.subTest(lie=lie):
                self.lying(lie, "fail", rc)
        self.lying("print", "ok")

    def test_no_module(self):
        for name in ("module-name=nonsense", "module-path=/nowhere/x.so"):
            uri = self.rig.key_uri.split("?")[0] + "?" + name
            self.rig.write_config(self.rig.dev(stskey_key=uri))
            found = self.examine("--profile", "dev", rc=rig.CONFIG)
            self.one(found, "token", "fail")
            # The seed's token is looked at all the same.
            self.assertIn("'desk'", str(found))

    def test_gone(self):
        uri = self.rig.key_uri.replace("token=work", "token=gone")
        self.rig.write_config(self.rig.dev(stskey_key=uri))
        found = self.examine("--profile", "dev", rc=rig.NOTFOUND)
        finding = self.one(found, "token", "fail")
        self.assertIn("gone", finding["text"])
        self.assertIn("'work'", finding["text"])  # which is there
        self.assertIn("module: 'softhsm2' loads", str(found))

    def test_wrong_tries_for_real(self):
        wrong = self.rig.write_pin("wrong", "000000")
        env = {"STSKEY_PIN_SOURCE": f"file:{wrong}"}
        login = ("login", "--profile", "dev")
        self.assertEqual(self.rig.stskey(*login, env=env).rc, rig.PIN_REFUSED)
        finding = self.one(self.examine("--profile", "dev"), "token", "warn")
        self.assertIn("has seen a wrong PIN", finding["text"])
        self.good(self.rig.stskey(*login))
        self.well(self.examine("--profile", "dev"))


class Fido(doctoring.Doctoring):
    def plug(self, name="desk", **switches):
        key = fido.FidoKey(self.rig.folder / "fido", name, **switches)
        self.addCleanup(shutil.rmtree, key.folder, ignore_errors=True)
        self.addCleanup(key.stop)
        return key

    def seal(self, key):
        result = self.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", key.socket.stem),
            *("--serial-number", rig.SERIAL),
            input=rig.SEED + "\n",
            env=key.env,
        )
        self.good(result)
        self.addCleanup(shutil.rmtree, self.rig.folder / "data" / "stskey")
        self.rig.write_config(self.rig.dev(stskey_mfa=f"sealed:{key.socket.stem}"))
        key.forget()

    def test_nothing_blinks(self):
        key = self.plug(pin="1234")
        self.seal(key)
        found = self.well(self.examine("--profile", "dev", env=key.env))
        texts = [f["text"] for f in found if f["check"] in ("fido", "token")]
        self.assertIn("sealed: sealed:desk: Test desk is plugged in", texts)
        self.assertIn("PIN: 'Test desk' has a PIN, with 8 tries left", texts)
        self.assertTrue([t for t in texts if "has hmac-secret" in t], texts)
        self.assertEqual(key.blinks(), 0)
        self.assertEqual(key.events("pin"), [])

    def test_away(self):
        key = self.plug()
        self.seal(key)
        key.unplug()
        found = self.examine("--profile", "dev", env=key.env)
        finding = self.one(found, "token", "warn")
        self.assertIn("Test desk is not plugged in", finding["text"])
        self.one(found, "fido", "warn")

    def test_another_key(self):
        key = self.plug()
        self.seal(key)
        key.unplug()
        other = self.plug("other")
        found = self.examine("--profile", "dev", env=other.env)
        self.one(found, "token", "warn")
        self.assertEqual(other.blinks(), 0)

    def test_tries(self):
        for retries, grade, rc in (
            (8, "ok", 0),
            (4, "ok", 0),
            (3, "warn", 0),
            (1, "warn", 0),
            (0, "fail", rig.PIN_REFUSED),
        ):
            with self.subTest(retries=retries):
                key = self.plug(f"k{retries}", pin="1234", retries=retries)
                found = self.examine("--profile", "dev", rc=rc, env=key.env)
                hits = [f for f in found if f["text"].startswith("PIN: 'Test")]
                self.assertEqual([f["grade"] for f in hits], [grade], found)
                if rc:
                    command = f"fido2-token -R {key.path}"
                    self.assertIn(command, hits[0]["mend"])
                key.stop()

    def test_no_pin(self):
        key = self.plug()
        found = self.well(self.examine("--profile", "dev", env=key.env))
        self.assertIn("PIN: 'Test desk' has no PIN", [f["text"] for f in found])

    def test_what_cannot_serve(self):
        for switch in ("no_hmac_secret", "u2f_only"):
            with self.subTest(switch=switch):
                key = self.plug(switch, **{switch: True})
                found = self.examine("--profile", "dev", env=key.env)
                self.one(found, "fido", "warn")
                key.stop()

    def test_in_use(self):
        key = self.plug(busy=True)
        found = self.examine("--profile", "dev", env=key.env)
        self.one(found, "fido", "warn")
        self.assertEqual(key.blinks(), 0)

    def inside(self, device, uid=None):
        """
        `doctor` where the kernel shows a key that is /dev/hidraw77, if there is
        a device of that mode.
        """
        argv = hidraw.machine(self.rig.folder, device, uid)
        if self.rig.run([*argv, "true"]).rc != 0:
            self.skipTest("no mount namespace here")
        self.rig.folder.chmod(0o711)
        empty = {"HOME": "/nowhere", "AWS_CONFIG_FILE": "/nowhere/config"}
        for name in ("CACHE_HOME", "STATE_HOME", "DATA_HOME", "RUNTIME_DIR"):
            empty[f"XDG_{name}"] = "/nowhere"
        return self.rig.run([*argv, rig.STSKEY, "doctor"], env=empty)

    def test_udev_rules(self):
        """A key that may not be opened, of which libfido2 says nothing."""
        if not os.access(rig.STSKEY, os.X_OK) or os.geteuid() != 0:
            self.skipTest("only root can become somebody else")
        result = self.inside("600", uid=65534)
        self.assertEqual(result.rc, rig.TOKEN, result)
        self.assertRegex(result.out, "(?m)^fail +fido .*/dev/hidraw77.*udev's rules")
        self.assertIn("apt-get install udev", result.out)

    def test_container(self):
        result = self.inside(None)
        self.assertEqual(result.rc, rig.TOKEN, result)
        self.assertRegex(result.out, "(?m)^fail +fido .*container")
        self.assertIn("--device /dev/hidraw77", result.out)

    def test_device_that_opens(self):
        """What may be opened and is no key for libfido2 is none of ours."""
        result = self.good(self.inside("666"))
        self.assertRegex(result.out, "(?m)^ok +fido .*no security key")


class Cards(doctoring.Doctoring):
    def card(self, rc=0, **env):
        """A profile on a card, whose module is not there."""
        uri = self.rig.key_uri.split("?")[0] + "?module-path=/nowhere/opensc-pkcs11.so"
        self.rig.write_config(self.rig.dev(stskey_key=uri))
        found = self.examine("--profile", "dev", rc=rc, env=env)
        return [f for f in found if f["check"] == "pcscd"]

    def test_no_pcscd(self):
        gone = {"PCSCLITE_CSOCK_NAME": "/nowhere/pcscd.comm"}
        found = self.well(self.examine("--profile", "dev", env=gone))
        self.assertIn("no profile is on a card", self.one(found, "pcscd", "ok")["text"])
        hits = self.card(rig.CONFIG, **gone)
        self.assertEqual([f["grade"] for f in hits], ["fail"])
        self.assertIn("systemctl enable --now pcscd.socket", hits[0]["mend"])

    def test_pcscd(self):
        path = self.rig.folder / "tmp" / "pcscd.comm"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            hits = self.card(rig.CONFIG, PCSCLITE_CSOCK_NAME=str(path))
        self.assertEqual([f["grade"] for f in hits], ["ok"])

    def test_scdaemon(self):
        program = shutil.copy("/bin/sleep", self.rig.folder / "tmp" / "scdaemon")
        child = self.rig.start([program, "60"], stdout=subprocess.DEVNULL)
        path = self.rig.folder / "tmp" / "there"
        path.touch()
        env = {"PCSCLITE_CSOCK_NAME": str(path)}
        hits = self.card(rig.CONFIG, **env)
        ours = [f for f in hits if f"scdaemon (pid {child.pid})" in f["text"]]
        self.assertEqual([f["grade"] for f in ours], ["warn"], hits)
        self.assertEqual(ours[0]["mend"], "gpgconf --kill scdaemon")
        self.rig.write_config(self.rig.dev())
        self.well(self.examine("--profile", "dev", env=env))


class Wsl(doctoring.Doctoring):
    def test_wsl(self):
        version = self.rig.folder / "tmp" / "version"
        version.write_text("Linux version 5.15.90.1-microsoft-standard-WSL2\n")
        script = f'mount --bind {version} /proc/version || exit 77; exec "$@"'
        argv = ["unshare", "-m", "sh", "-c", script, "sh"]
        if self.rig.run([*argv, "true"]).rc != 0:
            self.skipTest("no mount namespace here")
        result = self.good(self.rig.run([*argv, rig.STSKEY, "doctor"]))
        self.assertRegex(result.out, "(?m)^warn +wsl .*usbipd attach --wsl")
        self.one(self.examine("--profile", "dev"), "wsl", "ok")


if __name__ == "__main__":
    rig.main()
