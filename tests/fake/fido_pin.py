# SPDX-License-Identifier: Apache-2.0
"""authenticatorClientPIN (CTAP 2.1, section 6.5) with protocols 1 and 2."""

import hashlib
import hmac
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

import fido_code
from fido_code import Refused
from fido_state import RETRIES

MAKE, GET = 1, 2  # permissions
IN_A_ROW = 3  # wrong PINs until the key wants to be plugged in anew


def cose(public, alg):
    """A P-256 public key as COSE has it."""
    numbers = public.public_numbers()
    x, y = (n.to_bytes(32, "big") for n in (numbers.x, numbers.y))
    return {1: 2, 3: alg, -1: 1, -2: x, -3: y}


class Protocol:
    """One PIN/UV auth protocol: its key agreement key and its token."""

    def __init__(self, number):
        self.number = number
        self.regenerate()
        self.forget_token()

    def regenerate(self):
        self.private = ec.generate_private_key(ec.SECP256R1())

    def forget_token(self):
        self.token, self.permissions, self.rp_id = os.urandom(32), 0, None

    def public(self):
        return cose(self.private.public_key(), -25)

    def agree(self, theirs):
        """(HMAC key, AES key) shared with this COSE key."""
        try:
            x, y = (int.from_bytes(theirs[i], "big") for i in (-2, -3))
            peer = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(fido_code.INVALID_PARAMETER) from error
        z = self.private.exchange(ec.ECDH(), peer)
        if self.number == 1:
            return (hashlib.sha256(z).digest(),) * 2
        return tuple(
            HKDF(hashes.SHA256(), 32, bytes(32), info).derive(z)
            for info in (b"CTAP2 HMAC key", b"CTAP2 AES key")
        )

    def _cipher(self, key, iv):
        return Cipher(algorithms.AES(key), modes.CBC(iv))

    def encrypt(self, key, data):
        iv = bytes(16) if self.number == 1 else os.urandom(16)
        aes = self._cipher(key, iv).encryptor()
        done = aes.update(data) + aes.finalize()
        return done if self.number == 1 else iv + done

    def decrypt(self, key, data):
        iv = bytes(16)
        if self.number == 2:
            iv, data = data[:16], data[16:]
        if len(iv) != 16 or not data or len(data) % 16:
            raise Refused(fido_code.INVALID_PARAMETER)
        aes = self._cipher(key, iv).decryptor()
        return aes.update(data) + aes.finalize()

    def is_mac(self, key, data, mac):
        wanted = hmac.digest(key, data, "sha256")
        return hmac.compare_digest(wanted[: 16 if self.number == 1 else 32], mac)


class Pin:
    """The PIN of a key.  Wrong ones in a row are counted while it has power."""

    def __init__(self, state, log, numbers, with_permissions):
        self.state, self.log = state, log
        self.protocols = {n: Protocol(n) for n in numbers}
        self.with_permissions = with_permissions
        self.wrong_in_a_row = 0

    def protocol(self, number):
        if number is None:
            raise Refused(fido_code.MISSING_PARAMETER)
        if number not in self.protocols:
            raise Refused(fido_code.INVALID_PARAMETER)
        return self.protocols[number]

    @property
    def is_set(self):
        return bool(self.state.pin_hash)

    def set(self, pin):
        self.state.pin_hash = hashlib.sha256(pin).digest()[:16]
        self.state.retries, self.wrong_in_a_row = RETRIES, 0
        self.state.save()

    def command(self, request):
        commands = {
            1: self.get_retries,
            2: self.get_key_agreement,
            3: self.set_pin,
            4: self.change_pin,
            5: self.get_token,
        }
        if self.with_permissions:
            commands[9] = self.get_token
        number = request.get(2)
        if number is None:
            raise Refused(fido_code.MISSING_PARAMETER)
        if number not in commands:
            raise Refused(fido_code.INVALID_SUBCOMMAND)
        return commands[number](request)

    def get_retries(self, _request):
        return {3: self.state.retries}

    def get_key_agreement(self, request):
        return {1: self.protocol(request.get(1)).public()}

    def _new_pin(self, protocol, aes_key, encrypted):
        padded = protocol.decrypt(aes_key, encrypted)
        if len(padded) != 64:
            raise Refused(fido_code.INVALID_PARAMETER)
        pin = padded.rstrip(b"\0")
        if not 4 <= len(pin) <= 63:
            raise Refused(fido_code.PIN_POLICY_VIOLATION)
        self.set(pin)

    @staticmethod
    def _bytes(request, *keys):
        found = [request.get(k) for k in keys]
        if not all(isinstance(f, bytes) for f in found):
            raise Refused(fido_code.MISSING_PARAMETER)
        return found

    def set_pin(self, request):
        protocol = self.protocol(request.get(1))
        mac, new = self._bytes(request, 4, 5)
        if self.is_set:
            raise Refused(fido_code.PIN_AUTH_INVALID)
        hmac_key, aes_key = protocol.agree(request.get(3))
        if not protocol.is_mac(hmac_key, new, mac):
            raise Refused(fido_code.PIN_AUTH_INVALID)
        self._new_pin(protocol, aes_key, new)
        return {}

    def change_pin(self, request):
        protocol = self.protocol(request.get(1))
        mac, new, old = self._bytes(request, 4, 5, 6)
        self._may_try()
        hmac_key, aes_key = protocol.agree(request.get(3))
        if not protocol.is_mac(hmac_key, new + old, mac):
            raise Refused(fido_code.PIN_AUTH_INVALID)
        self._try(protocol, aes_key, old)
        self._new_pin(protocol, aes_key, new)
        for each in self.protocols.values():
            each.forget_token()
        return {}

    def get_token(self, request):
        protocol = self.protocol(request.get(1))
        (encrypted,) = self._bytes(request, 6)
        asked = MAKE | GET if request[2] == 5 else request.get(9)
        if not asked or asked & ~(MAKE | GET):
            raise Refused(fido_code.INVALID_PARAMETER)
        self._may_try()
        _, aes_key = protocol.agree(request.get(3))
        self._try(protocol, aes_key, encrypted)
        for each in self.protocols.values():
            each.forget_token()
        protocol.permissions, protocol.rp_id = asked, request.get(10)
        return {2: protocol.encrypt(aes_key, protocol.token)}

    def _may_try(self):
        if not self.is_set:
            raise Refused(fido_code.PIN_NOT_SET)
        if self.state.retries == 0:
            raise Refused(fido_code.PIN_BLOCKED)
        if self.wrong_in_a_row >= IN_A_ROW:
            raise Refused(fido_code.PIN_AUTH_BLOCKED)

    def _try(self, protocol, aes_key, encrypted):
        """The retry is on disk before the PIN is looked at."""
        self.state.retries -= 1
        self.state.save()
        left = protocol.decrypt(aes_key, encrypted)
        if hmac.compare_digest(left, self.state.pin_hash):
            self.state.retries, self.wrong_in_a_row = RETRIES, 0
            self.state.save()
            self.log("pin", "right")
            return
        self.log("pin", "wrong")
        self.wrong_in_a_row += 1
        protocol.regenerate()
        if self.state.retries == 0:
            raise Refused(fido_code.PIN_BLOCKED)
        if self.wrong_in_a_row >= IN_A_ROW:
            raise Refused(fido_code.PIN_AUTH_BLOCKED)
        raise Refused(fido_code.PIN_INVALID)

    def verified(self, request, keys, data_hash, permission, rp_id):
        """Whether a request is authenticated by a token; refused if wrongly."""
        mac, number = (request.get(k) for k in keys)
        if mac is None:
            return False
        protocol = self.protocol(number)
        if (
            not protocol.permissions & permission
            or not protocol.is_mac(protocol.token, data_hash, mac)
            or protocol.rp_id not in (None, rp_id)
        ):
            raise Refused(fido_code.PIN_AUTH_INVALID)
        protocol.rp_id = rp_id
        return True

    def used(self):
        """A touch uses a token up."""
        for each in self.protocols.values():
            each.permissions = 0
