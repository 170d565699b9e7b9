# SPDX-License-Identifier: Apache-2.0
"""OATH keys of all kinds: what they can do is found out by trying."""

import re
import subprocess
import unittest

import cards
import rig
from oathing import CODE, KEY_NAME, KEY_URI, NUMBER, Carding

OFFLINE = ("--offline",)


class Keys(Carding):
    def names(self, card):
        """What is on the card, whatever our own list says."""
        kept = cards.json.loads(card.state_file.read_text())["accounts"]
        return sorted(bytes.fromhex(name).decode() for name in kept)

    # -- firmware

    def test_ignores_touch(self):
        card = self.card("ignorer", serial=NUMBER, ignores_touch=True)
        self.refused(
            self.import_key(*OFFLINE), rig.UNSUPPORTED, "without one", "--no-touch"
        )
        self.assertEqual(self.names(card), [])
        self.refused(self.import_seed(), rig.UNSUPPORTED, "without one")
        self.assertEqual(self.names(card), [])

    def test_truncates(self):
        card = self.card("cutter", serial=NUMBER, truncates=True)
        for more in ((), ("--no-touch",)):
            self.refused(
                self.import_key(*OFFLINE, *more), rig.UNSUPPORTED, "six digits"
            )
            self.assertEqual(self.names(card), [])

    def test_knows_no_touch(self):
        card = self.card("old", serial=NUMBER, no_touch=True, version="4.1.9")
        self.refused(
            self.import_key(*OFFLINE), rig.UNSUPPORTED, r"4\.1\.9", "--no-touch"
        )
        self.assertEqual(self.names(card), [])
        self.good(self.import_key(*OFFLINE, "--no-touch"))

    def test_full(self):
        card = self.card("full", serial=NUMBER, slots=0)
        self.refused(self.import_key(*OFFLINE), rig.TOKEN, "is full", "ykman oath")
        self.assertEqual(self.names(card), [])

    def test_confuses_names(self):
        card = self.card("neo", serial=NUMBER, version="4.3.4")
        self.good(self.import_seed("--label", "mfa-dev"))
        before = card.state_file.read_text()
        self.refused(self.import_seed("--label", "mfa-dev-2"), rig.CONFIG, "--label")
        self.assertEqual(card.state_file.read_text(), before)

    def test_other_habits(self):
        """Another maker's, with an access code: the whole way."""
        card = self.card("other", code=CODE, **cards.OTHER_HABITS)
        source = f"?pin-source=file:{self.rig.write_pin('code', CODE)}"
        to = f"oath:serial={card.serial}"
        key = self.good(self.import_key(to=to + source))
        self.assertIn(f"stskey_key = {to};name={KEY_NAME}\n", key.out)
        self.good(self.import_seed(to=to + source))
        card.forget()
        self.config(
            stskey_key=f"{to};name={KEY_NAME}{source}",
            stskey_mfa=f"{to};name=mfa-dev-laptop{source}",
        )
        self.good(self.call())
        self.assertEqual(card.blinks(), 2)
        self.assertNotIn("wrong", card.events("code"))

    # -- without a touch

    def test_no_touch_is_said_for_ever(self):
        card = self.card("open", serial=NUMBER)
        done = self.good(self.import_key("--no-touch"))
        uri = f"{KEY_URI}?touch=no"
        self.assertIn(f"stskey_key = {uri}\n", done.out)
        self.assertIn("warning: no touch guards this key", done.err)
        self.assertEqual(card.blinks(), 0)
        self.config(stskey_key=uri, mfa_serial=None, stskey_mfa=None)
        self.good(self.call())
        self.assertEqual(card.blinks(), 0)
        self.assertIn("NO TOUCH", self.good(self.call(verb=("status",))).out)
        json = self.good(self.call("--output", "json", verb=("status",))).json()
        self.assertIs(json["profiles"][0]["no_touch"], True)
        listed = self.good(self.rig.stskey("key", "list"))
        self.assertIn(f"{uri}  hmac, NO TOUCH", listed.out)
        adopt = ("key", "adopt", KEY_URI, "--access-key-id", rig.KEY_ID, *OFFLINE)
        self.assertIn(f"stskey_key = {uri}\n", self.good(self.rig.stskey(*adopt)).out)

    # -- seeds of others

    @unittest.skipUnless(cards.shutil.which("ykman"), "ykman is not installed")
    def test_a_seed_of_ykman(self):
        card = self.card("theirs", serial=NUMBER)
        self.good(self.import_key())
        for more in ((), ("-t",)):
            subprocess.run(
                ["ykman", "--reader", card.reader, "oath", "accounts", "add", "-f"]
                + [*more, "AWS:dev it's", rig.SEED],
                check=True,
                env=self.rig.environment(),
                timeout=60,
            )
            self.rig.fresh()
            card.forget()
            self.config(stskey_mfa=f"oath:serial={NUMBER};name=AWS:dev%20it%27s")
            self.good(self.call())
            self.assertEqual(card.blinks(), 2 if more else 1)

    def test_a_seed_for_another_hash(self):
        self.card("sha256", serial=NUMBER)
        self.good(self.import_key(*OFFLINE))
        self.config(stskey_mfa=KEY_URI)
        self.refused(self.call(), rig.CONFIG, "32 bytes", "wants 20")

    # -- the access code

    def locked(self):
        card = self.card("locked", serial=NUMBER, code=CODE)
        source = f"?pin-source=file:{self.rig.write_pin('code', CODE)}"
        self.good(self.import_key(*OFFLINE, to=f"oath:{source}"))
        self.config(mfa_serial=None, stskey_mfa=None)
        card.forget()
        return card

    def test_code_is_asked_for_once(self):
        card = self.locked()
        child = self.rig.pty("credentials", "--profile", "dev", timeout=60)
        child.expect("access code of token 'Virtual'.*: ?$")
        child.sendline(CODE)
        child.expect(rig.pexpect_eof())
        self.assertIn("AccessKeyId", child.before)
        self.assertNotIn(CODE, child.before)
        self.assertEqual(card.events("code"), ["right"])
        self.assertEqual(rig_files_with(self.rig, CODE), [])

    def test_nobody_to_ask(self):
        card = self.locked()
        self.refused(self.call(), rig.PIN_REFUSED, "terminal")
        self.assertEqual(card.events("code"), [])

    def test_wrong_code(self):
        card = self.locked()
        wrong = f"?pin-source=file:{self.rig.write_pin('wrong', 'cherry pie')}"
        self.config(stskey_key=KEY_URI + wrong, mfa_serial=None, stskey_mfa=None)
        self.refused(self.call(), rig.PIN_REFUSED, "refused the access code")
        self.refused(self.call(), rig.PIN_REFUSED, "not tried again")
        self.assertEqual(card.events("code"), ["wrong"])

    def test_locked_is_not_untouched(self):
        """One status word for both: the time it took tells them apart."""
        card = self.locked()
        card.replug(hides_code=True)
        self.refused(self.call(), rig.PIN_REFUSED, "is locked", "access change")
        self.assertEqual(card.blinks(), 0)
        card.replug(hides_code=None, timeout_ms=1500)
        card.touch("never")
        source = f"?pin-source=file:{self.rig.folder / 'pins' / 'code'}"
        self.config(stskey_key=KEY_URI + source, mfa_serial=None, stskey_mfa=None)
        self.refused(self.call(), rig.TOUCH, "not touched in time")

    # -- pulled out, and lies

    def test_pulled_out_at_any_time(self):
        card = self.locked()
        source = f"?pin-source=file:{self.rig.folder / 'pins' / 'code'}"
        self.config(stskey_key=KEY_URI + source, mfa_serial=None, stskey_mfa=None)
        for instruction in ("a4", "1d", "a3", "a2"):
            with self.subTest(instruction=instruction):
                card.replug(gone_at=instruction)
                self.rig.fresh()
                result = self.call()
                self.assertEqual(result.rc, rig.TOKEN, result)
                self.assertRegex(result.err, "put .* in", result)
                card.stop()
                card.replug(gone_at=None)
        self.rig.fresh()
        self.good(self.call())

    def test_lies(self):
        card = self.card("liar", serial=NUMBER)
        self.good(self.import_key(*OFFLINE, "--no-touch"))
        self.config(
            stskey_key=f"{KEY_URI}?touch=no", mfa_serial=None, stskey_mfa=None
        )
        for lie in ("short", "long", "length", "tag", "empty", "endless"):
            with self.subTest(lie=lie):
                card.replug(lie=lie)
                self.rig.fresh()
                result = self.call()
                self.assertEqual(result.rc, rig.TOKEN, result)
                self.assertRegex(result.err, r"\Astskey: [^\n]*\n\Z")
        card.replug(lie="other")
        self.rig.fresh()
        self.refused(self.call(), rig.DENIED)

    def test_lies_of_all_commands(self):
        """One sentence, and no helper dies of it."""
        # Nonsense of the token but for these: what is more or different where
        # nothing is read, a serial number that is not to be had, no challenge.
        status = {
            **dict.fromkeys([("a4", "long"), ("a4", "other")], 0),
            **dict.fromkeys([("1d", "long"), ("1d", "length"), ("1d", "other")], 0),
            **dict.fromkeys([("a3", "length"), ("a3", "tag")], 0),
            **dict.fromkeys([("a1", "empty"), ("a1", "other")], 0),
            **{("1d", x): rig.NOTFOUND for x in ("short", "tag", "empty", "endless")},
            ("a4", "short"): rig.PIN_REFUSED,
        }
        card = self.locked()
        to = f"oath:serial={NUMBER}?pin-source=file:{self.rig.folder}/pins/code"
        for command in ("a4", "1d", "a3", "a1"):
            for lie in ("short", "long", "length", "tag", "empty", "endless", "other"):
                with self.subTest(command=command, lie=lie):
                    # A PIN of which the fate is not known is not tried again.
                    self.rig.fresh()
                    card.replug(lie=lie, lie_at=command)
                    result = self.rig.stskey("key", "list", "--to", to)
                    wanted = status.get((command, lie), rig.TOKEN)
                    self.assertEqual(result.rc, wanted, result)
                    if result.rc != 0:
                        self.assertRegex(result.err, r"(?m)^stskey: [^\n]*\n\Z")

    def test_says_nothing(self):
        """A card that never answers costs the time allowed, and no more."""
        card = self.card("silent", serial=NUMBER)
        self.good(self.import_key(*OFFLINE))
        self.config(mfa_serial=None, stskey_mfa=None)
        card.replug(lie="silent")
        self.refused(self.call("--timeout", "4"), rig.TIMEOUT, "time allowed")
        card.replug(lie=None)
        self.rig.fresh()
        self.good(self.call())

    # -- what is asked for

    def test_options(self):
        self.refused(self.import_key("--no-touch", to="fido:"), rig.USAGE, "oath:")
        self.refused(
            self.import_key("--serial", "x y", to="oath:"), rig.USAGE, "--serial"
        )
        self.card("one", serial=NUMBER)
        self.card("two", serial=7654321)
        self.refused(self.import_key(*OFFLINE), rig.CONFIG, "several", "--serial")
        done = self.good(self.import_key(*OFFLINE, "--serial", "7654321"))
        self.assertIn(f"oath:serial=7654321;name={KEY_NAME}\n", done.out)

    def test_import_config(self):
        """The keys that are in plain text, onto the card that is meant."""
        path = self.rig.credentials_file
        path.write_text(
            f"[dev]\naws_access_key_id = {rig.KEY_ID}\n"
            f"aws_secret_access_key = {rig.SECRET}\n"
        )
        path.chmod(0o600)
        self.addCleanup(path.unlink)
        self.card("one", serial=NUMBER)
        self.card("two", serial=7654321)
        args = ("import-config", "--to", "oath:", "--yes", "--no-touch", *OFFLINE)
        result = self.rig.stskey(*args)
        self.assertEqual(result.rc, rig.CONFIG, result)
        self.assertRegex(result.err, r"\[dev\]: .*several.* --serial")
        self.good(self.rig.stskey(*args, "--serial", "7654321"))
        key = f"oath:serial=7654321;name={KEY_NAME}?touch=no"
        self.assertIn(f"\nstskey_key = {key}\n", self.rig.config_file.read_text())


def rig_files_with(machine, word):
    """Files of the rig that hold the word, but for the PINs it has planted."""
    found = []
    for path in machine.folder.rglob("*"):
        if path.is_file() and "pins" not in path.parts:
            if re.search(re.escape(word).encode(), path.read_bytes()):
                found.append(path)
    return found


if __name__ == "__main__":
    cards.main()
