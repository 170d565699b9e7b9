# SPDX-License-Identifier: Apache-2.0
"""The card of the tests itself: published answers, its switches, and ykman."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import cards
from planted import VECTORS

import sts_world as WORLD

SELECT = "00a4040007a0000005272101"
# AWS General Reference, "Examples of how to derive a signing key": the secret
# of 40 bytes behind "AWS4", and its kDate of 2015-08-30, as YKOATH carries them.
NAME = "_hidden:aws-sigv4:AKIDEXAMPLE".encode().hex()
PUT = (
    f"0001000051711d{NAME}732e2206"
    "41575334774a616c725855746e46454d492f4b374d44454e472b62507852666943594558414d504c454b4559"
    "7802"
)
CALCULATE = f"00a2000029711d{NAME}74083230313530383330"
KDATE = "0138c7a6cbd60aa727b2f653a522567439dfb9f3e72b21f9b25941a42f04a7cd"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Link:
    """Raw APDUs to the card in a reader, in one connection."""

    def __init__(self, reader):
        # pylint: disable-next=import-error,import-outside-toplevel
        import smartcard.scard as pcsc

        self.pcsc = pcsc
        rv, self.context = pcsc.SCardEstablishContext(pcsc.SCARD_SCOPE_SYSTEM)
        assert rv == 0, rv
        both = pcsc.SCARD_PROTOCOL_T0 | pcsc.SCARD_PROTOCOL_T1
        rv, self.card, self.protocol = pcsc.SCardConnect(
            self.context, reader, pcsc.SCARD_SHARE_SHARED, both
        )
        assert rv == 0, rv

    def __call__(self, apdu):
        data = list(bytes.fromhex(apdu))
        rv, answer = self.pcsc.SCardTransmit(self.card, self.protocol, data)
        assert rv == 0, rv
        return bytes(answer).hex()

    def close(self):
        self.pcsc.SCardDisconnect(self.card, self.pcsc.SCARD_LEAVE_CARD)
        self.pcsc.SCardReleaseContext(self.context)


class Card(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="stskey-oath-")
        cls.addClassCleanup(shutil.rmtree, folder, True)
        cls.service = cards.Pcscd(folder)
        cls.addClassCleanup(cls.service.stop)

    def card(self, **switches):
        name = re.sub(r"\W", "-", self.id())
        card = cards.OathCard(self.service, name, **{"auto_ms": 10, **switches})
        self.addCleanup(card.stop)
        return card

    def link(self, card):
        link = Link(card.reader)
        self.addCleanup(link.close)
        return link


class Kat(Card):
    def check(self, put, calculate, response):
        card = self.card(serial=1234567)
        link = self.link(card)
        self.assertRegex(link(SELECT), "^7903......7108.{16}9000$")
        self.assertEqual(link(put), "9000")
        self.assertEqual(link(calculate), response)
        self.assertEqual(card.blinks(), 1)

    def test_typed(self):
        self.check(PUT, CALCULATE, f"752106{KDATE}9000")

    @unittest.skipUnless(VECTORS, "kat.json is not where STSKEY_VECTORS says")
    def test_published(self):
        path = pathlib.Path(VECTORS, "kat.json")
        known = json.loads(path.read_text())["ykoath"]
        self.assertEqual(known["select"], SELECT)
        self.assertEqual(known["put"], PUT)
        self.assertEqual(known["calculate"], CALCULATE)
        self.check(known["put"], known["calculate"], known["response"])


class Switches(Card):
    def put(self, link, name, touch=False):
        field = f"71{len(name):02x}{name.encode().hex()}"
        data = field + "73162106" + "11" * 20 + ("7802" if touch else "")
        return link(f"00010000{len(data) // 2:02x}{data}")

    def test_full(self):
        link = self.link(self.card(slots=1))
        link(SELECT)
        self.assertEqual(self.put(link, "one"), "9000")
        self.assertEqual(self.put(link, "two"), "6a84")
        self.assertEqual(self.put(link, "one"), "9000")

    def test_locked(self):
        link = self.link(self.card(code="tomato"))
        self.assertRegex(link(SELECT), "7408.{16}7b01019000$")
        self.assertEqual(self.put(link, "one"), "6982")
        self.assertEqual(link("00a1000000"), "6982")

    def test_nobody_touches(self):
        card = self.card(timeout_ms=50)
        card.touch("never")
        link = self.link(card)
        link(SELECT)
        self.put(link, "one", touch=True)
        self.assertEqual(link("00a200000f71036f6e6574080000000000000001"), "6982")
        self.assertEqual(card.events("timeout"), ["oath"])

    def test_pieces(self):
        link = self.link(self.card(chunk=16))
        link(SELECT)
        for i in range(3):
            self.put(link, f"entry-{i}")
        said = link("00a1000000")
        whole = ""
        while said[-4:-2] == "61":
            whole += said[:-4]
            said = link("00a5000000")
        whole += said[:-4]
        self.assertEqual(said[-4:], "9000")
        self.assertEqual(
            whole, "".join("720821" + f"entry-{i}".encode().hex() for i in range(3))
        )

    def test_truncates(self):
        link = self.link(self.card(truncates=True))
        link(SELECT)
        self.put(link, "one")
        said = link("00a200000f71036f6e6574080000000000000001")
        self.assertRegex(said, "^760506.{8}9000$")


@unittest.skipUnless(shutil.which("ykman"), "ykman is not installed")
class Ykman(Card):
    def ykman(self, card, *args, text=""):
        done = subprocess.run(
            ["ykman", "--reader", card.reader, "oath", *args],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
            env=dict(os.environ, HOME=str(self.service.folder)),
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_same_accounts_and_codes(self):
        card = self.card(serial=1234567)
        self.ykman(card, "accounts", "add", "-t", "AWS:dev", SEED)
        self.ykman(card, "accounts", "add", "AWS:ops", SEED)
        self.assertEqual(
            self.ykman(card, "accounts", "list").split(), ["AWS:dev", "AWS:ops"]
        )
        for name in ("AWS:dev", "AWS:ops"):
            before = int(time.time()) // 30
            said = self.ykman(card, "accounts", "code", "--single", name)
            steps = range(before, int(time.time()) // 30 + 1)
            codes = [WORLD.hotp(SEED, step) for step in steps]
            self.assertIn(said.split()[-1], codes)
        self.assertEqual(card.blinks(), 1)


if __name__ == "__main__":
    cards.main(needs_binary=False)
