# SPDX-License-Identifier: Apache-2.0
"""What a key keeps without power: the master key, the hash of the PIN, the
retries left and the signature counter."""

import json
import os
import pathlib
import secrets

RETRIES = 8


class State:
    """A file of JSON, replaced whole at every change."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.is_new = not self.path.exists()
        kept = {} if self.is_new else json.loads(self.path.read_text("ascii"))
        self.master = bytes.fromhex(kept.get("master", secrets.token_hex(32)))
        self.pin_hash = bytes.fromhex(kept.get("pin_hash", ""))
        self.retries = kept.get("retries", RETRIES)
        self.counter = kept.get("counter", 0)
        self.save()

    def save(self):
        kept = {
            "master": self.master.hex(),
            "pin_hash": self.pin_hash.hex(),
            "retries": self.retries,
            "counter": self.counter,
        }
        new = self.path.with_name(self.path.name + ".new")
        new.write_text(json.dumps(kept) + "\n", "ascii")
        os.replace(new, self.path)

    def count(self):
        """The next number of the signature counter."""
        self.counter += 1
        self.save()
        return self.counter
