# SPDX-License-Identifier: Apache-2.0
"""
The card around the applet: SELECT, Yubico's management applet with the serial
number, answers in pieces (61xx), and lies.
"""

import struct

import oath_applet
from oath_applet import FINE, UNKNOWN, Refused, tlv

ATR = bytes.fromhex("3bfd1300008131fe158073c021c057597562694b657940")
MANAGEMENT = bytes.fromhex("a000000527471117")
NO_APPLET = 0x6A82

# What a card may say to a command; see KINDS.
LIES = {
    "short": lambda answer: answer[:-5],
    "long": lambda answer: answer + b"\x75\x21" * 100,
    "length": lambda answer: answer[:1] + b"\x7f" + answer[2:],
    "tag": lambda answer: b"\x42" + answer[1:],
    "empty": lambda answer: b"",
    "other": lambda answer: answer[:-1] + bytes([answer[-1] ^ 1]) if answer else b"x",
}
KINDS = sorted([*LIES, "endless", "silent"])


class Card:
    """answer(APDU) is data and status word; power() is a reset."""

    def __init__(self, habits, applet, log):
        self.habits, self.applet, self.log = habits, applet, log
        self.selected, self.rest = None, b""

    def power(self):
        self.selected, self.rest = None, b""

    def answer(self, apdu):
        """None: the card says nothing more."""
        if len(apdu) < 4:
            return b"\x67\x00"
        cla, ins, p1, p2 = apdu[:4]
        size = apdu[4] if len(apdu) > 5 else 0
        data = apdu[5 : 5 + size]
        if cla != 0 or len(data) != size or len(apdu) > 6 + size:
            return b"\x67\x00"
        self.log("apdu", f"{ins:02x}")
        if ins == 0xA5 and self.selected == "oath":
            if self.habits.lie == "endless":
                return bytes(255) + b"\x61\xff"
            return self.piece()
        try:
            self.rest = self.command(ins, p1, p2, data)
        except Refused as refused:
            self.rest = b""
            return struct.pack(">H", refused.status)
        if self.habits.lie and ins == self.habits.lie_at:
            return self.lie()
        return self.piece()

    def lie(self):
        kind, answer = self.habits.lie, self.rest
        if kind == "silent":
            return None
        if kind == "endless":
            return bytes(255) + b"\x61\xff"
        self.rest = LIES[kind](answer)
        return self.piece()

    def piece(self):
        size = self.habits.chunk
        head, self.rest = self.rest[:size], self.rest[size:]
        if not self.rest:
            return head + struct.pack(">H", FINE)
        return head + bytes([0x61, min(len(self.rest), 255)])

    def command(self, ins, p1, p2, data):
        if ins == 0xA4 and p1 == 0x04:
            return self.select(data)
        if self.selected == "oath":
            return self.applet.run(ins, p1, p2, data)
        if self.selected == "management" and ins == 0x1D:
            return self.config()
        raise Refused(UNKNOWN)

    def select(self, aid):
        if aid == oath_applet.AID and not self.habits.no_oath:
            self.selected = "oath"
            return self.applet.select()
        if aid == MANAGEMENT and self.habits.serial is not None:
            self.selected = "management"
            return f"Virtual mgr - FW version {self.habits.version}".encode()
        raise Refused(NO_APPLET)

    def config(self):
        major, minor, patch = (int(n) for n in self.habits.version.split("."))
        told = (
            tlv(0x01, b"\x02\x3f")
            + tlv(0x02, struct.pack(">I", self.habits.serial))
            + tlv(0x03, b"\x02\x3f")
            + tlv(0x04, b"\x01")
            + tlv(0x05, bytes([major, minor, patch]))
        )
        return bytes([len(told)]) + told
