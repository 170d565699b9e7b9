# SPDX-License-Identifier: Apache-2.0
"""
A machine with FIDO2 keys, for the leak tests: what the keys give (hmac-secret)
and the PIN are planted like the seed and the secret.
"""

import hmac
import json

import leaking
import rig
from fido import FidoKey, fido_env

# Longer than any of ours needs, shorter than a test's patience.
GIVE_UP_MS = 400
BEGUN = ("--serial-number", rig.SERIAL)
KEY_ID = ("--access-key-id", rig.KEY_ID)
SECRET, SEED = rig.SECRET + "\n", rig.SEED.lower() + "\n"


def derived(output):
    """What the box of a seal is closed with: HKDF-SHA-256, as docs/SEALED.md."""
    prk = hmac.digest(bytes(32), output, "sha256")
    return hmac.digest(prk, b"stskey sealed 1\x01", "sha256")


class Keys:
    """Of a rig.Case: `desk` with a PIN and `spare` without, plugged in or not."""

    def make_keys(self, timeout_ms=GIVE_UP_MS):
        # Among what no test looks into: it is all in there.
        self.folder = self.rig.folder / "pins" / "fido"
        self.outputs = self.folder / "outputs"
        self.folder.mkdir(exist_ok=True)
        self.outputs.touch()
        self.keys, self.timeout_ms = [], timeout_ms
        self.desk = self.make_key("desk", pin=leaking.FIDO_PIN)
        self.spare = self.make_key("spare")
        self.pin = self.rig.write_pin("fido-pin", leaking.FIDO_PIN)
        self.bad = self.rig.write_pin("fido-bad", "314159265358")
        self.with_pin = f"?pin-source=file:{self.pin}"
        self.with_bad = f"?pin-source=file:{self.bad}"

    def make_key(self, name, **switches):
        key = FidoKey(
            self.folder,
            name,
            outputs=self.outputs,
            timeout_ms=self.timeout_ms,
            **switches,
        )
        self.addCleanup(key.stop)
        self.keys.append(key)
        return key

    def plugged(self, *keys):
        """The environment in which these are, and libfido2 tells all it does."""
        return dict(fido_env(keys), FIDO_DEBUG="1")

    def touch(self, mode):
        for key in self.keys:
            key.touch(mode)

    def learn(self):
        """Plants what the keys have given so far; how many there are."""
        given = self.outputs.read_text("ascii").split()
        for n, line in enumerate(given):
            data = bytes.fromhex(line)
            for i in range(0, len(data), 32):
                output = data[i : i + 32]
                leaking.plant(f"output {n}.{i}", output)
                leaking.plant(f"key of output {n}.{i}", derived(output))
        return len(given)

    def sealed(self, name):
        return self.rig.folder / "data" / "stskey" / "sealed" / name

    def damage(self, name, source):
        """A copy with one byte of what is closed changed."""
        file = json.loads(self.sealed(source).read_text())
        closed = file["seals"][0]["closed"]
        file["seals"][0]["closed"] = ("A" if closed[20] != "A" else "B").join(
            (closed[:20], closed[21:])
        )
        file["name"] = name
        self.sealed(name).write_text(json.dumps(file))
        self.sealed(name).chmod(0o600)

    def profiles(self):
        """Who has the seed and the secret where."""
        self.rig.write_config(
            self.rig.dev("open", stskey_mfa="sealed:open"),
            self.rig.dev("pin", stskey_mfa="sealed:pin" + self.with_pin),
            self.rig.dev("bad", stskey_mfa="sealed:pin" + self.with_bad),
            self.rig.dev("damaged", stskey_mfa="sealed:damaged"),
            self.rig.dev(
                "all",
                stskey_mfa="sealed:pin" + self.with_pin,
                stskey_key="sealed:secret" + self.with_pin,
            ),
        )
