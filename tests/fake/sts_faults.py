# SPDX-License-Identifier: Apache-2.0
"""What is to go wrong at the loopback STS, and how often."""

import threading


class Faults:
    """What is to go wrong, and how often."""

    def __init__(self):
        self.changed = threading.Condition()
        self.list, self.stalled, self.releases = [], 0, 0

    def add(self, fault):
        with self.changed:
            self.list.append(dict({"times": 1}, **fault))

    def clear(self):
        with self.changed:
            self.list.clear()
            self.releases += 1
            self.changed.notify_all()

    def take(self, action, kinds):
        """The first fault that fits, used up by one; or None."""
        with self.changed:
            for fault in self.list:
                if (
                    fault["kind"] in kinds
                    and fault["times"] > 0
                    and self._fits(fault.get("action"), action)
                ):
                    fault["times"] -= 1
                    return fault
        return None

    @staticmethod
    def _fits(wanted, action):
        """A fault without an action means any POST, never the HEAD."""
        return wanted == action or (wanted is None and action != "HEAD")

    def stall(self, gone):
        """Until somebody releases it or the client has left."""
        with self.changed:
            since = self.releases
            self.stalled += 1
            self.changed.notify_all()
            while self.releases == since and not gone():
                self.changed.wait(0.05)
            self.stalled -= 1
            self.changed.notify_all()

    def release(self):
        with self.changed:
            self.releases += 1
            self.changed.notify_all()

    def wait_stalled(self, number=1, seconds=60):
        """True as soon as so many requests stand still."""
        with self.changed:
            return self.changed.wait_for(
                lambda: self.stalled >= number, timeout=seconds
            )
