# SPDX-License-Identifier: Apache-2.0
"""
The YKOATH applet: Yubico's "YKOATH Protocol Specification", with the habits
that firmwares differ in as switches.
"""

import hashlib
import hmac
import secrets
import struct

from oath_state import Account

AID = bytes.fromhex("a0000005272101")
HASHES = {1: hashlib.sha1, 2: hashlib.sha256, 3: hashlib.sha512}
HOTP, TOTP, TOUCH = 0x10, 0x20, 0x02
NAME_MAX, KEY_MAX, CHALLENGE_MAX = 64, 64, 64

FINE = 0x9000
DENIED, INVALID, BAD, NO_SUCH = 0x6982, 0x6985, 0x6A80, 0x6984
FULL, UNKNOWN = 0x6A84, 0x6D00


class Refused(Exception):
    """With this status word."""

    def __init__(self, status):
        super().__init__(f"{status:04x}")
        self.status = status


def tlv(tag, value):
    return bytes([tag, len(value)]) + value


def fields(data):
    """[(tag, value)]; the property has no length byte."""
    found, at = [], 0
    try:
        while at < len(data):
            tag = data[at]
            size = 1 if tag == 0x78 else data[at + 1]
            at += 1 if tag == 0x78 else 2
            if at + size > len(data):
                raise Refused(BAD)
            found.append((tag, data[at : at + size]))
            at += size
    except IndexError:
        raise Refused(BAD) from None
    return found


def need(data, *tags):
    """The values of these tags, each of which must be there."""
    found = dict(fields(data))
    if any(tag not in found for tag in tags):
        raise Refused(BAD)
    values = [found[tag] for tag in tags]
    return values[0] if len(values) == 1 else values


class Applet:
    """finger(name) blocks until it is touched: True, or False: nobody did."""

    def __init__(self, habits, state, finger, log):
        self.habits, self.state, self.log = habits, state, log
        self.finger = finger
        self.challenge, self.open = b"", False

    def select(self):
        version = bytes(int(n) for n in self.habits.version.split("."))
        answer = tlv(0x79, version) + tlv(0x71, self.state.salt)
        self.open = not self.state.code
        if not self.open and not self.habits.hides_code:
            self.challenge = secrets.token_bytes(8)
            answer += tlv(0x74, self.challenge) + tlv(0x7B, b"\x01")
        return answer

    def run(self, ins, p1, p2, data):
        if ins == 0x04:
            if (p1, p2) != (0xDE, 0xAD):
                raise Refused(BAD)
            self.state.reset()
            self.open = True
            return b""
        if ins == 0xA3:
            return self.validate(data)
        if not self.open:
            raise Refused(DENIED)
        verbs = {
            0x01: self.put,
            0x02: self.delete,
            0x03: self.set_code,
            0xA1: self.list,
        }
        if ins == 0xA2:
            return self.calculate(p2, data)
        if ins == 0xA4:
            return self.calculate_all(data)
        if ins not in verbs:
            raise Refused(UNKNOWN)
        return verbs[ins](data)

    def validate(self, data):
        response, challenge = need(data, 0x75, 0x74)
        if not self.state.code:
            raise Refused(NO_SUCH)
        want = hmac.digest(self.state.code, self.challenge, "sha1")
        self.log("code", "right" if response == want else "wrong")
        if response != want:
            raise Refused(BAD)
        self.open = True
        return tlv(0x75, hmac.digest(self.state.code, challenge, "sha1"))

    def set_code(self, data):
        found = dict(fields(data))
        key = found.get(0x73, b"")
        if key:
            want = hmac.digest(key[1:], found[0x74], "sha1")
            if found.get(0x75) != want:
                raise Refused(BAD)
        self.state.code = key[1:]
        self.state.save()
        return b""

    def put(self, data):
        name, key = need(data, 0x71, 0x73)
        touch = dict(fields(data)).get(0x78, b"\0")[0] & TOUCH != 0
        kind = key[0] if key else 0
        if kind & 0x0F not in HASHES or kind & 0xF0 not in (HOTP, TOTP):
            raise Refused(BAD)
        if not 0 < len(name) <= NAME_MAX or not 14 <= len(key) - 2 <= KEY_MAX:
            raise Refused(BAD)
        if name in self.state.accounts and self.habits.keeps_names:
            raise Refused(INVALID)
        new = name not in self.state.accounts
        if new and len(self.state.accounts) >= self.habits.slots:
            raise Refused(FULL)
        if touch and self.habits.no_touch:
            raise Refused(BAD)
        self.state.accounts[name] = Account(kind, key[1], key[2:], touch)
        self.state.save()
        self.log("put", "touch" if touch else "plain")
        return b""

    def delete(self, data):
        name = need(data, 0x71)
        if self.state.accounts.pop(name, None) is None:
            raise Refused(NO_SUCH)
        self.state.save()
        self.log("delete")
        return b""

    def list(self, _):
        self.log("list")
        return b"".join(
            tlv(0x72, bytes([account.kind]) + name)
            for name, account in self.state.accounts.items()
        )

    def mac(self, account, challenge, full):
        if not 0 < len(challenge) <= self.habits.challenge_max:
            raise Refused(BAD)
        digest = hmac.digest(account.key, challenge, HASHES[account.kind & 0x0F])
        if full and not self.habits.truncates:
            return tlv(0x75, bytes([account.digits]) + digest)
        at = digest[-1] & 0x0F
        code = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
        return tlv(0x76, bytes([account.digits]) + struct.pack(">I", code))

    def calculate(self, p2, data):
        name, challenge = need(data, 0x71, 0x74)
        account = self.state.accounts.get(name)
        if account is None:
            raise Refused(NO_SUCH)
        if account.kind & 0xF0 == HOTP:
            account.counter += 1
            challenge = struct.pack(">Q", account.counter - 1)
        if account.touch and not self.habits.ignores_touch:
            if not self.finger():
                raise Refused(DENIED)
        self.log("calculate", "full" if p2 == 0 else "short")
        return self.mac(account, challenge, p2 == 0)

    def calculate_all(self, data):
        challenge = need(data, 0x74)
        answer = b""
        for name, account in self.state.accounts.items():
            answer += tlv(0x71, name)
            if account.kind & 0xF0 == HOTP:
                answer += tlv(0x77, bytes([account.digits]))
            elif account.touch:
                answer += tlv(0x7C, bytes([account.digits]))
            else:
                answer += self.mac(account, challenge, False)
        self.log("all")
        return answer
