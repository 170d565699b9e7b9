# SPDX-License-Identifier: Apache-2.0
"""CTAP2 canonical CBOR (CTAP 2.1, section 8): integers, bytes, text, arrays,
maps and booleans, of definite length."""

import struct


class Malformed(Exception):
    """These bytes are not one such item."""


def _head(major, number):
    major <<= 5
    if number < 24:
        return bytes([major | number])
    for extra, code in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if number < 1 << 8 * struct.calcsize(code):
            return bytes([major | extra]) + struct.pack(code, number)
    raise ValueError(number)


def encode(item):
    if isinstance(item, bool):
        return b"\xf5" if item else b"\xf4"
    if isinstance(item, int):
        return _head(0, item) if item >= 0 else _head(1, -1 - item)
    if isinstance(item, bytes):
        return _head(2, len(item)) + item
    if isinstance(item, str):
        text = item.encode()
        return _head(3, len(text)) + text
    if isinstance(item, (list, tuple)):
        return _head(4, len(item)) + b"".join(encode(i) for i in item)
    if isinstance(item, dict):
        pairs = [(encode(k), encode(v)) for k, v in item.items()]
        # By major type, then length, then bytes: libfido2 refuses another order.
        pairs.sort(key=lambda pair: (pair[0][0] >> 5, len(pair[0]), pair[0]))
        return _head(5, len(pairs)) + b"".join(k + v for k, v in pairs)
    raise TypeError(type(item))


class _Reader:
    DEPTH = 4  # as CTAP 2.1 allows

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if n > len(self.data) - self.at:
            raise Malformed("cut short")
        self.at += n
        return self.data[self.at - n : self.at]

    def head(self):
        first = self.take(1)[0]
        major, number = first >> 5, first & 31
        if number < 24:
            return major, number
        if number > 27:
            raise Malformed("of indefinite length")
        code = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}[number]
        return major, struct.unpack(code, self.take(struct.calcsize(code)))[0]

    def item(self, depth=0):
        major, number = self.head()
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major == 2:
            return self.take(number)
        if major == 3:
            return self.take(number).decode()
        if major == 7 and number in (20, 21):
            return number == 21
        if major in (4, 5) and depth < self.DEPTH:
            read = self.array if major == 4 else self.map
            return read(number, depth + 1)
        raise Malformed(f"major type {major}, {number}")

    def array(self, n, depth):
        return [self.item(depth) for _ in range(n)]

    def map(self, n, depth):
        found, last = {}, None
        for _ in range(n):
            begin = self.at
            key = self.item(self.DEPTH)
            raw = self.data[begin : self.at]
            order = (raw[0] >> 5, len(raw), raw)
            if last is not None and order <= last:
                raise Malformed("keys out of order")
            last = order
            found[key] = self.item(depth)
        return found


def decode(data):
    """The one item that these bytes are."""
    reader = _Reader(data)
    try:
        item = reader.item()
    except UnicodeDecodeError as error:
        raise Malformed("text that is not UTF-8") from error
    if reader.at != len(data):
        raise Malformed("bytes after the end")
    return item
