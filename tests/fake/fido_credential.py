# SPDX-License-Identifier: Apache-2.0
"""
Credentials that the key does not store: all of one is in its id (a nonce, a
byte of properties, a tag over both and the relying party), and its secrets
are derived from the nonce with the master key.
"""

import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HMAC_SECRET = 0x10  # beside the level of credProtect
TAG = 32


class Credential:
    def __init__(self, master, identifier):
        self.master, self.id = master, identifier
        self.protect = identifier[-TAG - 1] & 3
        self.has_hmac_secret = bool(identifier[-TAG - 1] & HMAC_SECRET)

    def _derive(self, label):
        return hmac.digest(self.master, label + b"\0" + self.id, "sha256")

    def _private(self):
        number = int.from_bytes(self._derive(b"private key"), "big")
        return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())

    def public(self):
        return self._private().public_key()

    def sign(self, data):
        return self._private().sign(data, ec.ECDSA(hashes.SHA256()))

    def outputs(self, salts, verified):
        """hmac-secret's: another secret with user verification than without."""
        random = self._derive(b"with UV" if verified else b"without UV")
        return b"".join(
            hmac.digest(random, salts[at : at + 32], "sha256")
            for at in range(0, len(salts), 32)
        )


class Maker:
    """Makes and knows again the credentials of one master key."""

    def __init__(self, master, id_length):
        self.master, self.id_length = master, id_length

    def _tag(self, rp_id, head):
        rp_hash = hashlib.sha256(rp_id.encode()).digest()
        return hmac.digest(self.master, b"id\0" + rp_hash + head, "sha256")

    def make(self, rp_id, protect, hmac_secret):
        properties = protect | (HMAC_SECRET if hmac_secret else 0)
        nonce = secrets.token_bytes(self.id_length - 1 - TAG)
        head = nonce + bytes([properties])
        return Credential(self.master, head + self._tag(rp_id, head))

    def find(self, rp_id, listed):
        """Those of a list of descriptors that are this key's."""
        ids = [entry.get("id", b"") for entry in listed]
        return [
            Credential(self.master, i)
            for i in ids
            if len(i) > TAG + 1
            and hmac.compare_digest(self._tag(rp_id, i[:-TAG]), i[-TAG:])
        ]
