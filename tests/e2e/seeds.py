# SPDX-License-Identifier: Apache-2.0
"""The seed of a device that the loopback made, wherever it should not be."""

import base64

import enrolling

import iam_world


def shapes(serial, seed):
    """Every shape in which the seed could turn up."""
    raw = base64.b32decode(seed)
    picture = iam_world.qr_code(serial, seed)
    found = {
        "seed": seed[:24],
        "end of the seed": seed[-24:],
        "seed in lower case": seed.lower()[:24],
        "seed in base64": base64.b64encode(seed.encode())[:32],
        "seed, decoded": raw[:20],
        "end of the seed, decoded": raw[-20:],
        "seed in hex": raw.hex()[:32],
        "decoded seed in base64": base64.b64encode(raw)[:24],
    }
    for at in (60, len(picture) // 2, len(picture) - 60):
        found[f"picture at {at}"] = picture[at : at + 24]
        coded = base64.b64encode(picture)
        found[f"coded picture at {at}"] = coded[at : at + 24]
    return {k: v.encode() if isinstance(v, str) else v for k, v in found.items()}


class Leaks(enrolling.Enrolling):
    def seeds(self):
        """What the loopback has handed out."""
        serials = self.sts.devices() + self.sts.spare()
        return [(s, self.sts.seed(s)) for s in serials]

    def found_in(self, data):
        found = set()
        for serial, seed in self.seeds():
            for name, shape in shapes(serial, seed).items():
                if shape in data:
                    found.add(name)
        return found

    def files(self):
        """All that a person's programs have written, and where."""
        for folder in ("home", "cache", "state", "data", "run", "tmp"):
            for path in (self.rig.folder / folder).rglob("*"):
                if path.is_file():
                    yield path

    def nowhere(self, *texts):
        self.assertEqual(len(self.seeds()), 1)
        for text in texts:
            self.assertEqual(self.found_in(text.encode()), set(), text)
        for path in self.files():
            self.assertEqual(self.found_in(path.read_bytes()), set(), path)
