# SPDX-License-Identifier: Apache-2.0
"""Answers that a broken or hostile key gives to make and get."""

import os

import fido_cbor

KINDS = (
    "short-secret",  # hmac-secret's output is 16 bytes shorter
    "long-secret",  # two outputs, whatever was asked
    "no-secret",  # none, as if nothing had been asked
    "other-secret",  # another one each time
    "wrong-flags",  # user verification, contrary to what was done
    "wrong-id",  # of a credential that nobody asked for
    "garbage",  # not CBOR
    "truncated",  # half an answer
    "huge",  # 7000 bytes
    "garbage-info",  # getInfo is not CBOR
)


class Lie:
    def __init__(self, kind=None):
        self.kind = kind

    def outputs(self, honest):
        """Of hmac-secret, in the clear; None: no such answer."""
        return {
            "short-secret": honest[:-16],
            "long-secret": (honest * 2)[:64],
            "no-secret": None,
            "other-secret": os.urandom(len(honest)),
        }.get(self.kind, honest)

    def flags(self, honest):
        return honest ^ 0x04 if self.kind == "wrong-flags" else honest

    def id(self, honest):
        return os.urandom(len(honest)) if self.kind == "wrong-id" else honest

    def answer(self, command, honest):
        """The CBOR of a good answer as it is sent."""
        if self.kind == "garbage-info" and command == "info":
            return b"\xff" * len(honest)
        if command not in ("make", "get"):
            return honest
        if self.kind == "garbage":
            return b"\xff" * len(honest)
        if self.kind == "truncated":
            return honest[: len(honest) // 2]
        if self.kind == "huge":
            return fido_cbor.encode({9: os.urandom(6995)})
        return honest
