# SPDX-License-Identifier: Apache-2.0
"""What the card keeps without power: its salt, access code and accounts."""

import json
import os
import pathlib
import secrets


class Account:
    """One entry: kind and algorithm in one byte, digits, key, touch, counter."""

    # pylint: disable-next=too-many-arguments
    def __init__(self, kind, digits, key, touch=False, counter=0):
        self.kind, self.digits, self.key = kind, digits, key
        self.touch, self.counter = touch, counter

    def kept(self):
        return dict(vars(self), key=self.key.hex())

    @staticmethod
    def of(kept):
        return Account(**dict(kept, key=bytes.fromhex(kept["key"])))


class State:
    """A file of JSON, replaced whole at every change."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.is_new = not self.path.exists()
        kept = {} if self.is_new else json.loads(self.path.read_text("ascii"))
        self.salt = bytes.fromhex(kept.get("salt", secrets.token_hex(8)))
        self.code = bytes.fromhex(kept.get("code", ""))
        self.accounts = {
            bytes.fromhex(name): Account.of(account)
            for name, account in kept.get("accounts", {}).items()
        }
        self.save()

    def save(self):
        kept = {
            "salt": self.salt.hex(),
            "code": self.code.hex(),
            "accounts": {n.hex(): a.kept() for n, a in self.accounts.items()},
        }
        new = self.path.with_name(self.path.name + ".new")
        new.write_text(json.dumps(kept) + "\n", "ascii")
        os.replace(new, self.path)

    def reset(self):
        self.salt, self.code, self.accounts = secrets.token_bytes(8), b"", {}
        self.save()
