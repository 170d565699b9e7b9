#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
What IAM hands out leaves stskey-net closed to whom it is for, as
docs/PROTOCOL.md says it (opened here by python3-cryptography), and is nowhere
in its memory once it has answered.
"""

import base64
import os
import pathlib
import signal
import tempfile
import unittest

import leaking
import procs
import rig
import sts_pki
import test_net
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEED = "QWERTZUIOPASDFGHJKLYXCVBNM234567QWERTZUIOPASDFGHJKLYXCVBNM234567"
CODED = base64.b64encode(SEED.encode()).decode()
PICTURE = base64.b64encode(b"\x89PNG" + b"a picture of the seed" * 40).decode()
SERIAL = "arn:aws:iam::123456789012:mfa/dev"
BODY = b"Action=CreateVirtualMFADevice&Version=2010-05-08&VirtualMFADeviceName=dev"
DEVICE = (
    "<CreateVirtualMFADeviceResponse><CreateVirtualMFADeviceResult>"
    f"<VirtualMFADevice><SerialNumber>{SERIAL}</SerialNumber>"
    f"<Base32StringSeed>{CODED}</Base32StringSeed>"
    f"<QRCodePNG>{PICTURE}</QRCodePNG></VirtualMFADevice>"
    "</CreateVirtualMFADeviceResult></CreateVirtualMFADeviceResponse>"
)
ENABLED = (
    "<EnableMFADeviceResponse><ResponseMetadata><RequestId>r-2</RequestId>"
    "</ResponseMetadata></EnableMFADeviceResponse>"
)
VALUES = {"VirtualMFADevice.SerialNumber": SERIAL}


def public(key):
    return key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )


def opened(key, sealed):
    front, nonce, rest = sealed[:32], sealed[32:44], sealed[44:]
    shared = key.exchange(x25519.X25519PublicKey.from_public_bytes(front))
    material = shared + front + public(key)
    derived = HKDF(hashes.SHA256(), 32, None, b"stskey box 1").derive(material)
    return AESGCM(derived).decrypt(nonce, rest, None)


def coded(data):
    return base64.b64encode(data).decode()


class TestSealed(unittest.TestCase):
    server, net = test_net.TestNet.server, test_net.TestNet.net

    def setUp(self):
        super().setUp()
        self.key = x25519.X25519PrivateKey.generate()

    def create(self, net, server, **more):
        return net.ask(server.url, body=coded(BODY), **more)

    def test_sealed(self):
        server = self.server(*[test_net.reply(200, DEVICE)] * 2)
        net = self.net()
        answers = [
            self.create(net, server, seal_to=coded(public(self.key))) for _ in range(2)
        ]
        sealed = [base64.b64decode(a["sealed"]) for a in answers]
        for answer, closed in zip(answers, sealed):
            self.assertEqual(answer["values"], VALUES)
            self.assertEqual(opened(self.key, closed), CODED.encode())
            with self.assertRaises(InvalidTag):
                opened(x25519.X25519PrivateKey.generate(), closed)
        self.assertNotEqual(sealed[0][:32], sealed[1][:32])

    def test_not_asked_for(self):
        server = self.server(test_net.reply(200, DEVICE))
        answer = self.create(self.net(), server)
        self.assertEqual(answer["values"], VALUES)
        self.assertNotIn("sealed", answer)

    def test_nothing_to_seal(self):
        server = self.server(test_net.reply(200, ENABLED))
        answer = self.net().ask(
            server.url,
            body=coded(b"Action=EnableMFADevice&Version=2010-05-08"),
            seal_to=coded(public(self.key)),
        )
        self.assertEqual((answer["status"], answer["values"]), (200, {}))
        self.assertNotIn("sealed", answer)

    def test_no_key(self):
        """Known before anything is sent: the seed would be lost."""
        for wrong in (b"", bytes(32), bytes(31), bytes(33), bytes(64)):
            server = self.server(test_net.reply(200, DEVICE))
            answer = self.create(self.net(), server, seal_to=coded(wrong))
            self.assertEqual(
                (answer["type"], answer["rc"]), ("unsent", rig.HELPER), wrong
            )
            self.assertEqual(server.posts, [])

    def test_memory(self):
        if rig.SANITIZED:
            self.skipTest("a sanitizer must be preloaded first")
        if not leaking.SHIM.exists():
            self.skipTest(f"{leaking.SHIM} is not built")
        for more in ({}, {"seal_to": coded(public(self.key))}):
            server = self.server(test_net.reply(200, DEVICE))
            net = self.net(LD_PRELOAD=str(leaking.SHIM))
            net.warm(server.url)
            self.assertEqual(self.create(net, server, **more)["values"], VALUES)
            os.kill(net.process.pid, signal.SIGSTOP)
            procs.until(lambda: procs.stat(net.process.pid)[1] in "tT", 5, "it runs")
            everything = b"\0".join(procs.memory(net.process.pid))
            os.kill(net.process.pid, signal.SIGCONT)
            self.assertIn(server.url.encode(), everything, "the scan sees nothing")
            for what in (SEED, CODED, PICTURE[400:464]):
                for part in (what[:24], what[-24:]):
                    where = everything.find(part.encode())
                    self.assertEqual(
                        where, -1, everything[max(0, where - 80) : where + 80]
                    )


class TestSealedTls(TestSealed):
    """And over TLS, whose library has buffers of its own."""

    @classmethod
    def setUpClass(cls):
        # pylint: disable-next=consider-using-with
        cls.folder = tempfile.TemporaryDirectory(prefix="stskey-net-")
        cls.pki = sts_pki.Pki(pathlib.Path(cls.folder.name))
        cls.ca = str(cls.pki.ca())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def server(self, *steps):
        return test_net.TestNet.server(
            self, *steps, context=self.pki.context("good")
        )

    def net(self, **more):
        return test_net.TestNet.net(self, SSL_CERT_FILE=self.ca, **more)


if __name__ == "__main__":
    rig.main()
