# SPDX-License-Identifier: Apache-2.0
"""The MFA devices of the accounts: seeds, whose they are, and spent steps."""

import base64
import hashlib
import hmac
import struct

STEP_SECONDS = 30


def hotp(seed, step):
    """RFC 4226 with the seed in base32."""
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    mac = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    number = struct.unpack(">I", mac[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1000000:06d}"


class Devices:
    """Every device: those of the users (their "mfa"), and those of nobody."""

    def __init__(self, users, now):
        self.users, self.now = users, now
        self.born = now()
        self.spare = {}  # serial: seed, of a device that is not enabled
        self.since = {}  # serial: when it was enabled
        self.steps = {}  # serial: the last step accepted
        self.first = {name: dict(self.of(name)) for name in users}

    def of(self, user):
        """{serial: seed} of a user, in the order in which they were enabled."""
        return self.users[user].setdefault("mfa", {})

    def owner(self, serial):
        for name in self.users:
            if serial in self.of(name):
                return name
        return None

    def seed(self, serial):
        owner = self.owner(serial)
        return self.spare.get(serial) if owner is None else self.of(owner)[serial]

    def known(self, serial):
        """The serial of a device that has this one, in whatever case."""
        every = [*self.spare, *(s for name in self.users for s in self.of(name))]
        return next((s for s in every if s.lower() == serial.lower()), None)

    def enable(self, serial, user):
        self.of(user)[serial] = self.spare.pop(serial)
        self.since[serial] = self.now()

    def deactivate(self, serial, user):
        """Its seed stays, and so does what was spent of it."""
        self.spare[serial] = self.of(user).pop(serial)
        self.since.pop(serial, None)

    def delete(self, serial):
        del self.spare[serial]
        self.steps.pop(serial, None)

    def spend(self, serial, *codes):
        """
        Whether these are the codes of so many consecutive steps, the last one
        of now or of a neighbour, the first one later than any accepted so far.
        If so they are spent.
        """
        seed = self.seed(serial)
        present = int(self.now()) // STEP_SECONDS
        for last in (present - 1, present, present + 1):
            first = last - len(codes) + 1
            if first > self.steps.get(serial, -1) and all(
                hmac.compare_digest(hotp(seed, first + i), code)
                for i, code in enumerate(codes)
            ):
                self.steps[serial] = last
                return True
        return False

    def restore(self):
        """As at the beginning."""
        for user, devices in self.first.items():
            self.of(user).clear()
            self.of(user).update(devices)
        for memory in (self.spare, self.since, self.steps):
            memory.clear()
