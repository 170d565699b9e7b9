#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""stskey-net alone: its wire on one side, a scripted loopback server on the other."""

import base64
import json
import os
import pathlib
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import proxy
import procs
import rig
import sts_pki

BODY = b"Action=GetSessionToken&Version=2011-06-15&TokenCode=123456"
FINE = (
    "<GetSessionTokenResponse><GetSessionTokenResult><Credentials><AccessKeyId>"
    "ASIAIOSFODNN7EXAMPLE</AccessKeyId></Credentials></GetSessionTokenResult>"
    "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
    "</GetSessionTokenResponse>"
)
THROTTLED = (
    "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message>"
    "</Error></ErrorResponse>"
)


def reply(status, body, *headers):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", body]).encode()


class Server:
    """Answers the POSTs in turn: bytes, None to close, "stall"; HEAD always."""

    def __init__(self, *steps, context=None):
        self.steps, self.context = list(steps), context
        self.posts, self.connections = [], 0
        self.stalled = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        port = self.socket.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            if self.context:
                peer = self.context.wrap_socket(peer, server_side=True)
            with peer, peer.makefile("rb") as stream:
                while self._request(peer, stream):
                    pass
        except OSError:
            peer.close()

    def _request(self, peer, stream):
        line, headers = stream.readline(), {}
        for raw in iter(stream.readline, b"\r\n"):
            if not raw:
                return False
            name, value = raw.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        if line.startswith(b"HEAD "):
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            return True
        self.posts.append((headers, stream.read(int(headers["content-length"]))))
        step = self.steps.pop(0)
        if step == "stall":
            self.stalled.set()
            return stream.read(1) != b""
        if step is not None:
            peer.sendall(step)
        return step is not None

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Net:
    """One stskey-net and its wire."""

    def __init__(self, prefix=(), **env):
        ours, theirs = socket.socketpair()
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SSL_")}
        with theirs:
            self.process = subprocess.Popen(
                [*prefix, rig.LIBEXEC / "stskey-net"],
                stdin=theirs,
                stdout=theirs,
                stderr=subprocess.PIPE,
                env={**clean, **env},
            )
        self.wire = ours
        self.wire.settimeout(30)
        self.say(type="hello", min=1, max=1)
        assert self.hear()["type"] == "welcome"

    def say(self, **message):
        text = json.dumps(message).encode()
        self.wire.sendall(struct.pack(">I", len(text)) + text)

    def _exactly(self, length):
        data = b""
        while len(data) < length:
            more = self.wire.recv(length - len(data))
            if not more:
                raise EOFError(self.process.stderr.read())
            data += more
        return data

    def hear(self):
        (length,) = struct.unpack(">I", self._exactly(4))
        return json.loads(self._exactly(length))

    def warm(self, url, **more):
        self.say(type="warm", url=url, deadline_ms=deadline(), **more)

    def send(self, url, once=False, **more):
        self.say(
            **{
                "type": "send",
                "url": url,
                "method": "POST",
                "headers": {"Content-Type": "text/x"},
                "body": base64.b64encode(BODY).decode(),
                "once": once,
                "deadline_ms": deadline(),
                **more,
            }
        )

    def ask(self, url, **more):
        self.send(url, **more)
        answer = self.hear()
        while answer["type"] == "progress":
            answer = self.hear()
        return answer

    def close(self):
        self.wire.close()
        self.process.communicate(timeout=60)
        return self.process.returncode


def deadline(seconds=60):
    return int((time.monotonic() + seconds) * 1000)


class TestNet(unittest.TestCase):
    def server(self, *steps, **more):
        server = Server(*steps, **more)
        self.addCleanup(server.close)
        return server

    def net(self, **more):
        net = Net(**more)
        self.addCleanup(net.process.stderr.close)
        self.addCleanup(net.process.wait)
        self.addCleanup(net.wire.close)
        return net

    def test_answer(self):
        server = self.server(
            reply(200, FINE, "Date: Sun, 06 Nov 1994 08:49:37 GMT"), context=None
        )
        net = self.net()
        net.warm(server.url)
        self.assertEqual(
            net.ask(server.url),
            {
                "type": "answer",
                "status": 200,
                "sent": True,
                "date": 784111777,
                "request_id": "r-1",
                "values": {"Credentials.AccessKeyId": "ASIAIOSFODNN7EXAMPLE"},
            },
        )
        headers, body = server.posts[0]
        self.assertEqual(body, BODY)
        self.assertRegex(headers["user-agent"], r"^stskey/\d+\.\d+\.\d+$")
        self.assertNotIn("authorization", headers)
        self.assertEqual(server.connections, 1)
        self.assertEqual(net.close(), 0)

    def test_session_is_signed_here(self):
        server = self.server(reply(200, FINE))
        self.net().ask(
            server.url,
            access_key_id="ASIAIOSFODNN7EXAMPLE",
            secret_access_key=rig.SECRET,
            session_token="token/+=",
            region="eu-central-1",
            service="sts",
            time=1440938160,
        )
        headers, _ = server.posts[0]
        self.assertEqual(headers["x-amz-date"], "20150830T123600Z")
        self.assertEqual(headers["x-amz-security-token"], "token/+=")
        self.assertIn(
            "Credential=ASIAIOSFODNN7EXAMPLE/20150830/eu-central-1/sts/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, ",
            headers["authorization"],
        )

    def test_tries_again(self):
        busy = [reply(400, THROTTLED), None, reply(503, "busy"), reply(200, FINE)]
        server = self.server(*busy)
        self.assertEqual(self.net().ask(server.url)["status"], 200)
        self.assertEqual([body for _, body in server.posts], [BODY] * 4)

    def test_gives_up(self):
        server = self.server(*[reply(400, THROTTLED)] * 9)
        answer = self.net().ask(server.url)
        self.assertEqual((answer["status"], answer["code"]), (400, "Throttling"))
        self.assertEqual(len(server.posts), 5)

    def test_waits_as_told(self):
        later = reply(503, "", "Retry-After: 2")
        server = self.server(later, reply(200, FINE))
        net, start = self.net(), time.monotonic()
        net.send(server.url)
        self.assertEqual(net.hear()["type"], "progress")
        self.assertEqual(net.hear()["status"], 200)
        self.assertGreaterEqual(time.monotonic() - start, 2)
        # Not beyond the deadline: then what was answered is the answer.
        server = self.server(reply(503, "", "Retry-After: 600"))
        self.assertEqual(net.ask(server.url)["status"], 503)

    def test_a_code_goes_out_once(self):
        for step in (reply(400, THROTTLED), reply(503, ""), None):
            with self.subTest(step=step):
                server = self.server(step, reply(200, FINE))
                net = self.net()
                net.warm(server.url)
                answer = net.ask(server.url, once=True)
                self.assertTrue(answer["sent"])
                self.assertEqual(len(server.posts), 1)
                kind = "unsent" if step is None else "answer"
                self.assertEqual(answer["type"], kind)

    def test_unreachable(self):
        server = Server()
        server.close()
        answer = self.net().ask(server.url, once=True)
        self.assertEqual((answer["type"], answer["rc"]), ("unsent", rig.NET))
        self.assertFalse(answer["sent"])
        self.assertIn("endpoint_url", answer["message"])

    def test_nonsense(self):
        for body in ("<html>log in</html>", "{}", "", FINE[:100], "\x1b[2J"):
            with self.subTest(body=body):
                server = self.server(reply(200, body))
                answer = self.net().ask(server.url)
                self.assertEqual((answer["type"], answer["rc"]), ("unsent", rig.FORMAT))
                self.assertTrue(answer["sent"])
                self.assertNotIn("\x1b", answer["message"])

    def test_the_other_end_goes(self):
        for farewell in ("close", "cancel"):
            with self.subTest(farewell=farewell):
                server = self.server("stall")
                net = self.net()
                net.send(server.url, once=True)
                self.assertTrue(server.stalled.wait(60))
                if farewell == "close":
                    net.wire.close()
                else:
                    net.say(type="cancel")
                start = time.monotonic()
                net.process.wait(timeout=20)
                self.assertLess(time.monotonic() - start, procs.patience(5))
                # It left by itself: the alarm's status is another.
                self.assertEqual(net.process.returncode, 0)


class TestTls(TestNet):
    """Nothing is sent to one who cannot show the right certificate."""

    @classmethod
    def setUpClass(cls):
        # pylint: disable-next=consider-using-with
        cls.folder = tempfile.TemporaryDirectory(prefix="stskey-net-")
        cls.pki = sts_pki.Pki(pathlib.Path(cls.folder.name))
        cls.ca = str(cls.pki.ca())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def refused(self, kind, part, **more):
        server = self.server(context=self.pki.context(kind))
        answer = self.net().ask(server.url, **more)
        self.assertEqual((answer["type"], answer["rc"]), ("unsent", rig.NET))
        self.assertIn(part, answer["message"])
        self.assertFalse(answer["sent"])
        self.assertEqual(server.posts, [])

    def server(self, *steps, context="tls"):
        """Everything above over TLS as well."""
        if context == "tls":
            context = self.pki.context("good")
        return super().server(*steps, context=context)

    def net(self, **more):
        more.setdefault("SSL_CERT_FILE", self.ca)
        return super().net(**more)

    def test_trusted(self):
        server = self.server(reply(200, FINE))
        net = self.net(SSL_CERT_FILE="")
        net.warm(server.url, ca_bundle=self.ca)
        self.assertEqual(net.ask(server.url, ca_bundle=self.ca)["status"], 200)
        self.assertEqual(server.connections, 1)

    def test_not_trusted(self):
        self.refused("good", "AWS_CA_BUNDLE", ca_bundle="/etc/ssl/certs")
        self.refused("wrong-host", "not one of")
        self.refused("expired", "clock")
        self.refused("old-tls", "no TLS")

    def test_missing_bundle(self):
        server = self.server()
        missing = f"{self.folder.name}/no-such"
        answer = self.net().ask(server.url, ca_bundle=missing)
        self.assertEqual(answer["rc"], rig.CONFIG)
        self.assertIn(f"'{missing}'", answer["message"])

    def test_opens_no_file_to_write_and_no_bundle(self):
        hashed = pathlib.Path("/etc/ssl/certs")
        if not any(hashed.glob("[0-9a-f]" * 8 + ".0")):
            self.skipTest("no hashed folder of certificates here")
        if rig.SANITIZED:
            self.skipTest("the leak checker cannot work under strace")
        if not rig.may_look():
            self.skipTest("nobody may look into other processes here")
        log = pathlib.Path(self.folder.name, "strace")
        net = self.net(
            prefix=["strace", "-f", "-o", log, "-e", "trace=%file"],
            SSL_CERT_FILE="",
            SSLKEYLOGFILE=str(log.with_name("keys")),
        )
        server = self.server(reply(200, FINE))
        net.warm(server.url)
        self.assertEqual(net.ask(server.url)["type"], "unsent")
        self.assertEqual(net.close(), 0)
        lines = log.read_text().splitlines()
        opened = [line for line in lines if "open" in line]
        self.assertTrue(any("libcurl" in line for line in opened))
        self.assertFalse([line for line in opened if "ca-certificates" in line])
        written = [l for l in opened if "O_RDONLY" not in l and "/dev/null" not in l]
        self.assertEqual(written, [])
        self.assertFalse(log.with_name("keys").exists())

    def test_proxy(self):
        server = self.server(reply(200, FINE), context=self.pki.context("wrong-host"))
        url = "https://elsewhere.invalid"
        way = proxy.Proxy(server.url)
        self.addCleanup(way.close)
        net = self.net(https_proxy=way.url)
        net.warm(url)
        self.assertEqual(net.ask(url)["status"], 200)
        self.assertEqual(way.asked, ["CONNECT elsewhere.invalid:443"])
        # Loopback is reached without one.
        self.assertEqual(net.ask(self.server(reply(200, FINE)).url)["status"], 200)
        self.assertEqual(len(way.asked), 1)
        way.refuse = True
        answer = self.net(https_proxy=way.url).ask(url)
        self.assertEqual((answer["rc"], answer["sent"]), (rig.NET, False))
        self.assertIn("HTTP 403", answer["message"])


if __name__ == "__main__":
    unittest.main()
