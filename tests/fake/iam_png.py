# SPDX-License-Identifier: Apache-2.0
"""A picture that says a text, as a QR code would, and about as large."""

import hashlib
import struct
import zlib

WIDTH = 200  # pixels, black or white


def _chunk(kind, data):
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def png(text):
    """
    PNG with the text in the clear in it, and for a picture what its hash
    makes: who may not see the text may not see this.
    """
    noise = hashlib.shake_128(text.encode()).digest(WIDTH * WIDTH // 8)
    row = WIDTH // 8
    rows = (noise[at : at + row] for at in range(0, len(noise), row))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, WIDTH, 1, 0, 0, 0, 0))
        + _chunk(b"tEXt", b"Comment\0" + text.encode())
        + _chunk(b"IDAT", zlib.compress(b"".join(b"\0" + r for r in rows)))
        + _chunk(b"IEND", b"")
    )
