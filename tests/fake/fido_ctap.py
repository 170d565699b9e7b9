# SPDX-License-Identifier: Apache-2.0
"""
The commands of CTAP2 (section 6).  A command is a generator: it yields its
name when a touch is wanted, is sent the status of the wait, and returns its
answer.
"""

import hashlib
import struct

import fido_cbor
import fido_code
import fido_pin
from fido_code import Refused

UP, UV, AT, ED = 0x01, 0x04, 0x40, 0x80
ES256 = -7
MAX_MESSAGE = 1200


def touched(what):
    code = yield what
    if code != fido_code.OK:
        raise Refused(code)


def option(options, name, default):
    value = options.get(name, default)
    if not isinstance(value, bool):
        raise Refused(fido_code.INVALID_CBOR)
    return value


def needed(request, key, kind):
    if key not in request:
        raise Refused(fido_code.MISSING_PARAMETER)
    if not isinstance(request[key], kind):
        raise Refused(fido_code.INVALID_CBOR)
    return request[key]


class Ctap:
    """A key's mind; `habits` are the switches of fido.py."""

    # pylint: disable-next=too-many-arguments
    def __init__(self, habits, state, pin, maker, lie, log):
        self.habits, self.state, self.pin = habits, state, pin
        self.maker, self.lie, self.log = maker, lie, log
        self.commands = {
            0x01: ("make", self.make),
            0x02: ("get", self.get),
            0x04: ("info", self.info),
            0x06: ("pin", self.client_pin),
            0x0B: ("select", self.select),
        }
        if habits.ctap20:
            del self.commands[0x0B]

    def run(self, message):
        """The generator of one request: it returns status and CBOR."""
        name, command = self.commands.get(message[0], (None, None))
        if len(message) > MAX_MESSAGE:
            return bytes([fido_code.REQUEST_TOO_LARGE])
        if command is None:
            return bytes([fido_code.INVALID_COMMAND])
        try:
            request = fido_cbor.decode(message[1:]) if message[1:] else {}
            if not isinstance(request, dict):
                raise Refused(fido_code.INVALID_CBOR)
            answer = yield from command(request)
        except fido_cbor.Malformed:
            return bytes([fido_code.INVALID_CBOR])
        except Refused as refused:
            return bytes([refused.code])
        body = fido_cbor.encode(answer) if answer else b""
        return bytes([fido_code.OK]) + self.lie.answer(name, body)

    # -- getInfo, clientPIN, selection

    def info(self, _request):
        habits = self.habits
        options = {
            "rk": False,
            "up": True,
            "plat": False,
            "clientPin": self.pin.is_set,
        }
        extensions = [] if habits.no_hmac_secret else ["hmac-secret"]
        answer = {
            1: ["FIDO_2_0"],
            2: extensions,
            3: bytes.fromhex(habits.aaguid),
            4: options,
            5: MAX_MESSAGE,
            6: list(self.pin.protocols),
        }
        if not habits.ctap20:
            answer[1].append("FIDO_2_1")
            extensions.insert(0, "credProtect")
            options["pinUvAuthToken"] = True
            options["makeCredUvNotRqd"] = self._make_without_uv()
            options["alwaysUv"] = habits.always_uv
            answer.update(
                {
                    7: 8,
                    8: habits.id_length,
                    9: ["usb"],
                    10: [{"alg": ES256, "type": "public-key"}],
                    13: 4,
                    14: 0x050403,
                }
            )
        return {key: value for key, value in answer.items() if value != []}
        yield  # a generator, as all commands are

    def client_pin(self, request):
        return self.pin.command(request)
        yield  # as above

    def select(self, _request):
        yield from touched("select")
        return {}

    # -- what make and get have in common

    def _make_without_uv(self):
        habits = self.habits
        return not (habits.ctap20 or habits.make_uv_required or habits.always_uv)

    def _touch_only(self, mac):
        """An empty pinUvAuthParam asks for nothing but a touch."""
        if mac == b"":
            yield from touched("touch-only")
            has_pin = self.pin.is_set
            raise Refused(
                fido_code.PIN_INVALID if has_pin else fido_code.PIN_NOT_SET
            )

    def _signed(self, rp_id, flags, more, data_hash, credential):
        """(authenticator data, its signature)"""
        rp_hash = hashlib.sha256(rp_id.encode()).digest()
        head = struct.pack(">BI", self.lie.flags(flags), self.state.count())
        data = rp_hash + head + more
        return data, credential.sign(data + data_hash)

    # -- makeCredential

    def make(self, request):
        yield from self._touch_only(request.get(8))
        data_hash = needed(request, 1, bytes)
        rp_id = needed(needed(request, 2, dict), "id", str)
        needed(needed(request, 3, dict), "id", bytes)
        algorithms = [p.get("alg") for p in needed(request, 4, list)]
        if ES256 not in algorithms:
            raise Refused(fido_code.UNSUPPORTED_ALGORITHM)
        options = request.get(7, {})
        if option(options, "rk", False):
            raise Refused(fido_code.UNSUPPORTED_OPTION)
        if not option(options, "up", True):
            raise Refused(fido_code.INVALID_OPTION)
        verified = self._verified(request, (8, 9), fido_pin.MAKE, rp_id, options)
        must = self.pin.is_set and not self._make_without_uv()
        must = must or self.habits.always_uv
        if must and not verified:
            raise Refused(fido_code.PIN_REQUIRED)
        excluded = self.maker.find(rp_id, request.get(5, []))
        yield from touched("make")
        self.pin.used()
        if any(c.protect < 3 or verified for c in excluded):
            raise Refused(fido_code.CREDENTIAL_EXCLUDED)
        return self._made(rp_id, verified, request.get(6, {}), data_hash)

    def _verified(self, request, keys, permission, rp_id, options):
        """By PIN: `uv` means a finger on a reader, which this key has not."""
        data_hash = request[1 if permission == fido_pin.MAKE else 2]
        verified = self.pin.verified(request, keys, data_hash, permission, rp_id)
        if not verified and option(options, "uv", False):
            raise Refused(fido_code.INVALID_OPTION)
        return verified

    def _made(self, rp_id, verified, asked, data_hash):
        done = {}
        protect = 1
        if not self.habits.ctap20 and asked.get("credProtect") in (1, 2, 3):
            protect = done["credProtect"] = asked["credProtect"]
        if asked.get("hmac-secret") is True and not self.habits.no_hmac_secret:
            done["hmac-secret"] = True
        credential = self.maker.make(rp_id, protect, "hmac-secret" in done)
        more = bytes.fromhex(self.habits.aaguid)
        more += struct.pack(">H", len(credential.id)) + credential.id
        more += fido_cbor.encode(fido_pin.cose(credential.public(), ES256))
        more += fido_cbor.encode(done) if done else b""
        flags = UP | AT | (UV if verified else 0) | (ED if done else 0)
        data, signature = self._signed(rp_id, flags, more, data_hash, credential)
        return {1: "packed", 2: data, 3: {"alg": ES256, "sig": signature}}

    # -- getAssertion

    def get(self, request):
        yield from self._touch_only(request.get(6))
        rp_id, data_hash = needed(request, 1, str), needed(request, 2, bytes)
        options, extensions = request.get(5, {}), request.get(4, {})
        touch = option(options, "up", True)
        if "rk" in options:
            raise Refused(fido_code.UNSUPPORTED_OPTION)
        verified = self._verified(request, (6, 7), fido_pin.GET, rp_id, options)
        if self.habits.always_uv and touch and not verified:
            raise Refused(fido_code.PIN_REQUIRED)
        found = self.maker.find(rp_id, request.get(3, []))
        found = [c for c in found if c.protect < 3 or verified]
        if not found:
            raise Refused(fido_code.NO_CREDENTIALS)
        asked = extensions.get("hmac-secret")
        if self.habits.no_hmac_secret or not found[0].has_hmac_secret:
            asked = None
        if asked is not None and not touch:
            codes = (fido_code.UNSUPPORTED_OPTION, fido_code.INVALID_OPTION)
            raise Refused(codes[self.habits.ctap20])  # both are seen on keys
        salts = self._salts(asked) if asked is not None else None
        if touch:
            yield from touched("get")
            self.pin.used()
        else:
            self.log("silent", "get")
        flags = (UP if touch else 0) | (UV if verified else 0)
        more = self._secret(asked, salts, found[0], verified)
        flags |= ED if more else 0
        data, signature = self._signed(rp_id, flags, more, data_hash, found[0])
        shown = {"id": self.lie.id(found[0].id), "type": "public-key"}
        return {1: shown, 2: data, 3: signature}

    def _agreed(self, asked):
        protocol = self.pin.protocol(asked.get(4, 1))
        return protocol, *protocol.agree(asked.get(1))

    def _salts(self, asked):
        encrypted, mac = needed(asked, 2, bytes), needed(asked, 3, bytes)
        protocol, hmac_key, aes_key = self._agreed(asked)
        if not protocol.is_mac(hmac_key, encrypted, mac):
            raise Refused(fido_code.PIN_AUTH_INVALID)
        salts = protocol.decrypt(aes_key, encrypted)
        if len(salts) not in (32, 64):
            raise Refused(fido_code.INVALID_LENGTH)
        return salts

    def _secret(self, asked, salts, credential, verified):
        """The extension's part of the authenticator data, or nothing."""
        if asked is None:
            return b""
        honest = credential.outputs(salts, verified)
        if self.habits.outputs:
            with open(self.habits.outputs, "a", encoding="ascii") as file:
                file.write(honest.hex() + "\n")
        outputs = self.lie.outputs(honest)
        if outputs is None:
            return b""
        protocol, _, aes_key = self._agreed(asked)
        sealed = protocol.encrypt(aes_key, outputs)
        return fido_cbor.encode({"hmac-secret": sealed})
