#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
A second opinion on what lies in a SoftHSM2 token, through ctypes: nothing of
the programs under test is used.  PIN in $P11_PIN.

    p11.py create TOKEN LABEL HEX     a secret key as an HSM team would make it
    p11.py show TOKEN LABEL           JSON: how many there are, attributes
"""

import ctypes
import json
import os
import sys

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
ULONG = ctypes.c_ulong
# Places in CK_FUNCTION_LIST, PKCS#11 2.40: after the version.
NAMES = {
    "C_Initialize": 0,
    "C_Finalize": 1,
    "C_GetSlotList": 4,
    "C_GetTokenInfo": 6,
    "C_OpenSession": 12,
    "C_Login": 18,
    "C_CreateObject": 20,
    "C_GetAttributeValue": 24,
    "C_FindObjectsInit": 26,
    "C_FindObjects": 27,
}
CKA = {
    "class": 0x000,
    "token": 0x001,
    "private": 0x002,
    "label": 0x003,
    "value": 0x011,
    "key_type": 0x100,
    "id": 0x102,
    "sensitive": 0x103,
    "sign": 0x108,
    "extractable": 0x162,
    "always_sensitive": 0x165,
    "never_extractable": 0x164,
}
CKO_SECRET_KEY, CKK_GENERIC_SECRET = 4, 0x10


class Attribute(ctypes.Structure):
    _fields_ = [("type", ULONG), ("value", ctypes.c_void_p), ("length", ULONG)]


class Token:
    """A logged-in session with the token of that label."""

    def __init__(self, label, pin):
        library = ctypes.CDLL(MODULE)
        table = ctypes.POINTER(ctypes.c_void_p)()
        if library.C_GetFunctionList(ctypes.byref(table)) != 0:
            raise OSError("C_GetFunctionList")
        self.table = table
        self.call("C_Initialize", None)
        slot = self._slot(label)
        self.session = ULONG()
        place = ctypes.byref(self.session)
        self.call("C_OpenSession", slot, ULONG(6), None, None, place)
        pin = pin.encode()
        self.call("C_Login", self.session, ULONG(1), pin, ULONG(len(pin)))

    def call(self, name, *args, check=True):
        kind = ctypes.CFUNCTYPE(ULONG)
        rv = kind(self.table[NAMES[name] + 1])(*args)
        if check and rv != 0:
            raise OSError(f"{name}: {rv:#x}")
        return rv

    def _slot(self, label):
        count = ULONG(64)
        slots = (ULONG * 64)()
        self.call("C_GetSlotList", b"\1", slots, ctypes.byref(count))
        for slot in slots[: count.value]:
            info = ctypes.create_string_buffer(256)
            self.call("C_GetTokenInfo", ULONG(slot), info)
            if info.raw[:32].decode().rstrip() == label:
                return ULONG(slot)
        raise OSError(f"no token '{label}'")

    def create(self, label, value):
        yes, no = b"\1", b"\0"
        wanted = [
            ("class", bytes(ULONG(CKO_SECRET_KEY))),
            ("key_type", bytes(ULONG(CKK_GENERIC_SECRET))),
            ("token", yes),
            ("private", yes),
            ("sensitive", yes),
            ("extractable", no),
            ("sign", yes),
            ("label", label.encode()),
            ("value", value),
        ]
        template = (Attribute * len(wanted))()
        keep = []
        for at, (name, data) in zip(template, wanted):
            buffer = ctypes.create_string_buffer(data, len(data))
            keep.append(buffer)
            at.type, at.length = CKA[name], len(data)
            at.value = ctypes.cast(buffer, ctypes.c_void_p)
        handle = ULONG()
        self.call(
            "C_CreateObject",
            self.session,
            template,
            ULONG(len(wanted)),
            ctypes.byref(handle),
        )

    def find(self, label):
        data = ctypes.create_string_buffer(label.encode(), len(label.encode()))
        template = (Attribute * 1)()
        template[0].type, template[0].length = CKA["label"], len(data)
        template[0].value = ctypes.cast(data, ctypes.c_void_p)
        self.call("C_FindObjectsInit", self.session, template, ULONG(1))
        handles, count = (ULONG * 16)(), ULONG()
        place = ctypes.byref(count)
        self.call("C_FindObjects", self.session, handles, ULONG(16), place)
        return list(handles[: count.value])

    def get(self, handle, name):
        """Bytes, or the CK_RV with which it was refused."""
        buffer = ctypes.create_string_buffer(512)
        at = (Attribute * 1)()
        at[0].type, at[0].length = CKA[name], 512
        at[0].value = ctypes.cast(buffer, ctypes.c_void_p)
        rv = self.call(
            "C_GetAttributeValue",
            self.session,
            ULONG(handle),
            at,
            ULONG(1),
            check=False,
        )
        return rv if rv != 0 else buffer.raw[: at[0].length]


def main():
    verb, label, name = sys.argv[1:4]
    token = Token(label, os.environ["P11_PIN"])
    if verb == "create":
        token.create(name, bytes.fromhex(sys.argv[4]))
        return
    handles = token.find(name)
    answer = {"count": len(handles)}
    if handles:
        for attribute in sorted(set(CKA) - {"class", "key_type"}):
            got = token.get(handles[0], attribute)
            answer[attribute] = got if isinstance(got, int) else got.hex()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
