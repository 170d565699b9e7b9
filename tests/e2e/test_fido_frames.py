#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The security key of the tests by its frames, as libfido2 does not send them."""

import hmac
import os
import struct
import tempfile
import time
import unittest

import procs
import rig
from ctaphid import Program
from fido import OTHER_HABITS, FidoKey

import fido_cbor
import fido_hid
import fido_pin

MAKE, GET, INFO, PIN, SELECT = 1, 2, 4, 6, 0x0B
HASH = bytes(32)


def making(**more):
    """A makeCredential, and what else by the numbers of its parameters."""
    request = {
        1: HASH,
        2: {"id": "stskey"},
        3: {"id": b"me", "name": "me"},
        4: [{"alg": -7, "type": "public-key"}],
    }
    request.update({int(name[1:]): value for name, value in more.items()})
    return request


def listed(length):
    """The id of a credential of nobody."""
    return {"id": bytes(length), "type": "public-key"}


class Frames(unittest.TestCase):
    HABITS = {}

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stskey-fido-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def key(self, name="desk", **switches):
        key = FidoKey(self.folder, name, **dict(self.HABITS, **switches))
        self.addCleanup(key.stop)
        return key

    def program(self, key):
        """Who has it open."""
        program = Program(key.socket)
        self.addCleanup(program.close)
        program.init()
        return program

    def error(self, program, code):
        _, command, payload = program.receive()
        self.assertEqual((command, payload), (fido_hid.ERROR, bytes([code])))

    # -- frames

    def test_init(self):
        key = self.key()
        one, two = self.program(key), self.program(key)
        self.assertNotEqual(one.channel, two.channel)
        self.assertEqual(one.init()[16], fido_hid.CAN_CBOR | fido_hid.NO_MSG)

    def test_ping(self):
        program = self.program(self.key())
        for n in (0, 1, 57, 58, 116, 117, fido_hid.LONGEST):
            data = os.urandom(n)
            self.assertEqual(program.call(fido_hid.PING, data), (fido_hid.PING, data))

    def test_errors(self):
        program = self.program(self.key())
        frames = list(
            fido_hid.reports(program.channel, fido_hid.PING, bytes(200))
        )
        program.packet(frames[0])
        program.packet(frames[2])
        self.error(program, fido_hid.INVALID_SEQ)
        program.packet(frames[1])  # of nothing: no answer
        program.send(0x2A)
        self.error(program, fido_hid.INVALID_COMMAND)
        program.send(fido_hid.MSG, b"\0\3\0\0")
        self.error(program, fido_hid.INVALID_COMMAND)
        program.send(fido_hid.PING, b"x", channel=0x12345678)
        self.error(program, fido_hid.INVALID_CHANNEL)
        program.send(fido_hid.INIT, b"1234567")
        self.error(program, fido_hid.INVALID_LENGTH)
        head = struct.pack(">IBH", program.channel, 0x81, fido_hid.LONGEST + 1)
        program.packet(head.ljust(64, b"\0"))
        self.error(program, fido_hid.INVALID_LENGTH)
        self.assertEqual(program.ctap(INFO)[0], 0)

    def test_channel_of_another(self):
        """A channel is no other connection's."""
        key = self.key()
        one, two = self.program(key), self.program(key)
        two.send(fido_hid.PING, b"x", channel=one.channel)
        self.error(two, fido_hid.INVALID_CHANNEL)

    def test_busy_for_others(self):
        key = self.key()
        key.touch("never")
        one, two = self.program(key), self.program(key)
        one.begin(MAKE, making())
        key.wait_for("blink")
        two.begin(INFO)
        self.error(two, fido_hid.CHANNEL_BUSY)
        two.send(fido_hid.CANCEL)  # which is not its to cancel
        third = self.program(key)  # a channel is to be had
        third.send(fido_hid.PING, b"x")
        self.error(third, fido_hid.CHANNEL_BUSY)
        key.touch("auto")
        self.assertEqual(one.answer()[0], 0)
        self.assertEqual(two.ctap(INFO)[0], 0)
        self.assertEqual(key.events("cancel"), [])

    def test_keepalive(self):
        for ms in (20, 250):
            key = self.key(f"every-{ms}", keepalive_ms=ms)
            key.touch("never")
            program = self.program(key)
            program.begin(MAKE, making())
            self.assertEqual(program.keepalive(), fido_hid.PROCESSING)
            times = [time.monotonic()]
            for _ in range(4):
                self.assertEqual(program.keepalive(), fido_hid.UP_NEEDED)
                times.append(time.monotonic())
            between = [b - a for a, b in zip(times, times[1:])]
            self.assertGreater(times[-1] - times[0], ms / 1000 * 3)
            self.assertLess(min(between), ms / 1000 + 0.1)

    def test_cancel(self):
        key = self.key()
        key.touch("never")
        program = self.program(key)
        program.send(fido_hid.CANCEL)  # of nothing: no answer
        for n in (1, 2):
            program.begin(MAKE, making())
            key.wait_for("blink", n)
            self.assertTrue(key.is_blinking())
            program.send(fido_hid.CANCEL)
            self.assertEqual(program.answer(), (0x2D, None))
            self.assertEqual(key.events("cancel"), ["make"] * n)
            self.assertFalse(key.is_blinking())

    def test_resynchronised(self):
        """INIT on its own channel ends what a program has begun."""
        key = self.key()
        key.touch("never")
        program = self.program(key)
        program.begin(MAKE, making())
        key.wait_for("blink")
        program.init()
        self.assertEqual(key.events("cancel"), ["make"])
        self.assertEqual(program.ctap(INFO)[0], 0)

    # -- commands

    def test_info(self):
        status, info = self.program(self.key()).ctap(INFO)
        self.assertEqual(status, 0)
        self.assertEqual(info[1][0], "FIDO_2_0")
        self.assertIn("hmac-secret", info[2])
        self.assertIs(info[4]["clientPin"], False)

    def test_selection(self):
        key = self.key()
        status, _ = self.program(key).ctap(SELECT)
        if self.HABITS:
            self.assertEqual(status, 0x01)  # there was none before CTAP 2.1
        else:
            self.assertEqual(status, 0)
            self.assertEqual(key.events("touch"), ["select"])

    def test_touch_only(self):
        for name, pin, code in (("none", None, 0x35), ("set", "1234", 0x31)):
            key = self.key(name, pin=pin)
            program = self.program(key)
            request = making(_8=b"", _9=1)
            self.assertEqual(program.ctap(MAKE, request), (code, None))
            getting = {1: "stskey", 2: HASH, 6: b"", 7: 1}
            self.assertEqual(program.ctap(GET, getting), (code, None))
            self.assertEqual(key.events("touch"), ["touch-only"] * 2)
            self.assertEqual(key.events("pin"), [])

    def made(self, program, **more):
        """The id of a new credential."""
        status, answer = program.ctap(MAKE, making(**more))
        self.assertEqual(status, 0)
        length = struct.unpack(">H", answer[2][53:55])[0]
        return answer[2][55 : 55 + length]

    def test_exclude(self):
        key = self.key()
        program = self.program(key)
        ours = {"id": self.made(program), "type": "public-key"}
        other = {"id": bytes(64), "type": "public-key"}
        self.assertEqual(program.ctap(MAKE, making(_5=[other, ours]))[0], 0x19)
        self.assertEqual(program.ctap(MAKE, making(_5=[other]))[0], 0)
        self.assertEqual(key.blinks(), 3)  # refused after a touch

    def test_asks_no_touch_for_what_it_refuses(self):
        key = self.key()
        program = self.program(key)
        nobody = [listed(64)]
        key.touch("never")
        for code, command, request in (
            (0x14, MAKE, {1: HASH}),
            (0x26, MAKE, making(_4=[{"alg": -257, "type": "public-key"}])),
            (0x2B, MAKE, making(_7={"rk": True})),
            (0x2C, MAKE, making(_7={"uv": True})),
            (0x14, MAKE, making(_8=bytes(16))),
            (0x02, MAKE, making(_8=bytes(16), _9=3)),
            (0x33, MAKE, making(_8=bytes(16), _9=1)),
            (0x2E, GET, {1: "stskey", 2: HASH}),
            (0x2E, GET, {1: "stskey", 2: HASH, 3: nobody}),
            (0x3E, PIN, {1: 1, 2: 6}),
            (0x02, PIN, {1: 3, 2: 2}),
            (0x01, 0x41, None),
        ):
            with self.subTest(code=code, request=request):
                self.assertEqual(program.ctap(command, request), (code, None))
        program.send(fido_hid.CBOR, b"\1\xa1\1")
        self.assertEqual(program.answer(), (0x12, None))
        self.assertEqual(key.blinks(), 0)

    def test_several_in_the_allow_list(self):
        program = self.program(self.key())
        ids = [self.made(program), self.made(program)]
        for shown in (ids[:1], ids[1:], [bytes(64), ids[1]]):
            shown = [{"id": i, "type": "public-key"} for i in shown]
            request = {1: "stskey", 2: HASH, 3: shown, 5: {"up": False}}
            status, answer = program.ctap(GET, request)
            self.assertEqual((status, answer[1]), (0, shown[-1]))
            request[1] = "another"
            self.assertEqual(program.ctap(GET, request)[0], 0x2E)

    def test_protected(self):
        """credProtect 3 hides a credential from those without a PIN."""
        program = self.program(self.key())
        for level in (1, 2, 3):
            made = self.made(program, _6={"credProtect": level})
            shown = [{"id": made, "type": "public-key"}]
            request = {1: "stskey", 2: HASH, 3: shown, 5: {"up": False}}
            hidden = level == 3 and not self.HABITS
            self.assertEqual(program.ctap(GET, request)[0], 0x2E if hidden else 0)

    def test_new_pin(self):
        """Of 4 to 63 bytes; and it is set but once."""
        for number in (1, 2):
            key = self.key(f"by-{number}", pin_protocols=str(number))
            program = self.program(key)
            for pin, code in ((b"123", 0x37), (b"x" * 64, 0x37), (b"x" * 63, 0)):
                request = self.setting(program, number, pin)
                wrong = request | {4: bytes(32)}
                self.assertEqual(program.ctap(PIN, wrong)[0], 0x33)
                self.assertEqual(program.ctap(PIN, request)[0], code)
            self.assertEqual(program.ctap(PIN, request)[0], 0x33)

    @staticmethod
    def setting(program, number, pin):
        """The request that sets it."""
        ours = fido_pin.Protocol(number)
        _, answer = program.ctap(PIN, {1: number, 2: 2})
        hmac_key, aes_key = ours.agree(answer[1])
        sealed = ours.encrypt(aes_key, pin.ljust(64, b"\0"))
        mac = hmac.digest(hmac_key, sealed, "sha256")[: 16 * number]
        return {1: number, 2: 3, 3: ours.public(), 4: mac, 5: sealed}

    def test_id_length(self):
        for n in (49, 200, 1023):
            program = self.program(self.key(f"long-{n}", id_length=n))
            self.assertEqual(len(self.made(program)), n)

    def test_message_too_large(self):
        """As it says of itself in getInfo."""
        program = self.program(self.key())
        longest = program.ctap(INFO, None)[1][5]
        spare = longest - 1 - len(fido_cbor.encode(making(_5=[listed(256)])))
        for more, code in ((0, 0), (1, 0x39)):
            request = making(_5=[listed(256 + spare + more)])
            self.assertEqual(program.ctap(MAKE, request)[0], code)

    def test_touch_is_looked_at_while_it_blinks(self):
        key = self.key()
        key.touch("never")
        program = self.program(key)
        program.begin(MAKE, making())
        key.wait_for("blink")
        begun = time.monotonic()
        key.touch("once")
        self.assertEqual(program.answer()[0], 0)
        self.assertLess(time.monotonic() - begun, procs.patience(10))
        program.begin(MAKE, making())
        key.wait_for("blink", 2)
        self.assertEqual(key.touch_file.read_text(), "never\n")
        self.assertEqual(key.blinks(), 2)


class OtherFrames(Frames):
    HABITS = OTHER_HABITS


class Cbor(unittest.TestCase):
    def test_canonical(self):
        for item, data in (
            ({-1: 1, 3: 2, "b": 3, "aa": 4, 24: 5}, "a50302181805200161620362616104"),
            ([True, False, b"x", "é"], "84f5f4417862c3a9"),
            ({10: 1000, 9: 70000}, "a2091a000111700a1903e8"),
        ):
            self.assertEqual(fido_cbor.encode(item).hex(), data)
            self.assertEqual(fido_cbor.decode(bytes.fromhex(data)), item)

    def test_malformed(self):
        for data in (
            "",
            "0000",  # bytes after the end
            "4161"[:2],  # cut short
            "9fff",  # of indefinite length
            "a203000200",  # keys out of order
            "a202000200",  # twice
            "61ff",  # not UTF-8
            "f6",
            "8181818181" + "80",  # too deep
        ):
            with self.subTest(data=data), self.assertRaises(fido_cbor.Malformed):
                fido_cbor.decode(bytes.fromhex(data))


if __name__ == "__main__":
    rig.main(needs_binary=False)
