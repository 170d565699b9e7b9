#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The way to STS: what passes by itself, what is tried again, what is said."""

import contextlib
import os
import signal
import socket
import threading
import time

import network
import procs
import rig


class Passing(network.Network):
    """Trouble that is over when one asks again."""

    def test_throttled(self):
        self.fault("throttle", 2)
        self.good(self.call())
        self.assertEqual(self.tried(), 3)

    def test_server_error(self):
        for status in (500, 502, 503, 504):
            self.rig.fresh()
            self.fault("fail", status=status)
            self.good(self.call())
            self.assertEqual(self.tried(), 2, status)

    def test_cut_and_reset(self):
        for kind in ("cut", "reset"):
            self.rig.fresh()
            self.fault(kind)
            result = self.call()
            with self.subTest(kind=kind):
                self.good(result)
                self.assertEqual(self.tried(), 2)

    def test_warm_connection_dies(self):
        for kind in ("close", "reset"):
            self.rig.fresh()
            self.fault(kind, action="HEAD")
            with self.subTest(kind=kind):
                self.good(self.call())
                self.assertEqual(self.tried(), 1)

    def test_one_connection(self):
        """Warm means: HEAD and POST on the same connection."""
        self.good(self.call())
        used = {r["connection"] for r in self.sts.requests}
        methods = [r["method"] for r in self.sts.requests]
        self.assertEqual(methods, ["HEAD", "POST"])
        self.assertEqual(len(used), 1)

    def test_port_that_opens_late(self):
        """Refused at first: the next try finds it."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        self.use(f"http://127.0.0.1:{port}")
        child = self.rig.start_stskey("credentials", "--profile", "dev")
        procs.until(lambda: procs.children(child.pid), 60, "no helper")
        self.sts.listen("plain", port)
        _, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, err)



class WithCode(network.Network):
    """A request with a code is never sent twice, whatever happens to it."""

    def setUp(self):
        super().setUp()
        self.use(self.rig.url, mfa=True)

    def check(self):
        result = self.call("--timeout", "50")
        codes = self.codes()
        self.assertTrue(codes)
        self.assertEqual(len(codes), len(set(codes)), "a code was sent twice")
        return result

    def test_throttled(self):
        self.fault("throttle")
        self.good(self.check())
        self.assertEqual(len(self.codes()), 2)

    def test_cut(self):
        self.fault("cut")
        self.refused(self.check(), rig.NET, "cut the connection")

    def test_reset(self):
        self.fault("reset")
        self.refused(self.check(), rig.NET, "cut the connection")

    def test_server_error(self):
        self.fault("fail", status=503)
        self.good(self.check())

    def test_not_sent(self):
        """Nothing went out: the step may be used by the next call at once."""
        self.use("http://127.0.0.1:1", mfa=True)
        result = self.call("--timeout", "3")
        self.refused(result, rig.NET, "cannot connect")
        self.use(self.rig.url, mfa=True)
        begun = time.monotonic()
        self.good(self.call())
        took = time.monotonic() - begun
        self.assertLess(took, procs.patience(5), "it waited for another step")



class Lasting(network.Network):
    """Trouble that stays: a sentence, soon."""

    def lasting(self, rc, *words, **options):
        result = self.call("--timeout", "8", **options)
        self.refused(result, rc, *words)
        self.assertLess(result.seconds, procs.patience(20))
        self.assertEqual(len(result.err.strip().splitlines()), 1, result.err)
        return result

    def test_throttled(self):
        self.fault("throttle", 999)
        self.lasting(rig.NET, "Throttling|Rate exceeded")
        self.assertGreater(self.tried(), 2)
        self.assertLess(self.tried(), 40)

    def test_server_error(self):
        self.fault("fail", 999, status=500)
        self.lasting(rig.NET, "HTTP 500")

    def test_nobody_listens(self):
        self.use("http://127.0.0.1:1")
        self.lasting(rig.NET, "127.0.0.1", "refused|connect")

    def test_unknown_host(self):
        self.use("https://sts.nowhere.invalid")
        self.lasting(rig.NET, "sts.nowhere.invalid")

    def test_garbage(self):
        for kind in ("garbage", "empty"):
            self.rig.fresh()
            self.fault(kind, 999)
            result = self.call("--timeout", "8")
            with self.subTest(kind=kind):
                self.refused(result, rig.FORMAT, "none of AWS")

    def test_portal_page(self):
        """A hotel answers everything with its own page."""
        for status, rc in ((200, rig.FORMAT), (403, rig.FORMAT), (511, rig.NET)):
            self.rig.fresh()
            self.fault("html", 999, status=status)
            result = self.call("--timeout", "8")
            with self.subTest(status=status):
                self.refused(result, rc)
                self.assertNotIn("<html", result.err)

    def test_huge_answer(self):
        """It stops reading, and needs no memory for it."""
        self.fault("huge", 999)
        result = self.call("--timeout", "8")
        self.refused(result, rig.FORMAT, "far larger")
        self.assertLess(result.seconds, procs.patience(15))

    def test_no_answer(self):
        self.fault("stall", 99)
        result = self.call("--timeout", "3")
        self.refused(result, rig.TIMEOUT, "--timeout|in time|no time")
        self.assertLess(result.seconds, procs.patience(6))

    def test_silence_at_connecting(self):
        """Connections are taken and nothing is ever said, TLS or not."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            for scheme in ("http", "https"):
                self.use(f"{scheme}://127.0.0.1:{port}")
                result = self.call("--timeout", "2")
                with self.subTest(scheme=scheme):
                    self.refused(result, rig.TIMEOUT)
                    self.assertLess(result.seconds, procs.patience(5))

    def test_drips(self):
        """A byte a time is no way to keep us for ever."""
        stop = threading.Event()
        begun = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
        server = socket.create_server(("127.0.0.1", 0))

        def drip(connection):
            with connection:
                try:
                    # The warm connection's HEAD has no body to drip.
                    if connection.recv(65536).startswith(b"HEAD"):
                        connection.sendall(begun)
                        connection.recv(65536)
                    connection.sendall(begun)
                    while not stop.wait(0.05):
                        connection.sendall(b"<")
                except OSError:
                    pass

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=drip, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        self.addCleanup(server.close)
        self.addCleanup(stop.set)
        self.use(f"http://127.0.0.1:{server.getsockname()[1]}")
        result = self.call("--timeout", "3")
        self.refused(result, rig.TIMEOUT)
        self.assertLess(result.seconds, procs.patience(6))

    def test_not_http(self):
        for noise, rc in (
            (b"", rig.NET),
            (b"SSH-2.0-OpenSSH_9\r\n", rig.FORMAT),
            (b"\0" * 4096, rig.FORMAT),
            (b"x" * 100000, rig.FORMAT),
        ):
            server = socket.create_server(("127.0.0.1", 0))

            def serve(server=server, noise=noise):
                while True:
                    try:
                        connection, _ = server.accept()
                    except OSError:
                        return
                    with connection, contextlib.suppress(OSError):
                        # Closed with the request unread it would be a reset.
                        connection.recv(65536)
                        connection.sendall(noise)

            threading.Thread(target=serve, daemon=True).start()
            self.use(f"http://127.0.0.1:{server.getsockname()[1]}")
            result = self.call("--timeout", "3")
            server.close()
            with self.subTest(noise=noise[:10]):
                self.refused(result, rc)

    def test_redirect(self):
        """A signed request follows nobody elsewhere."""
        elsewhere = self.sts.listen("plain")
        server = socket.create_server(("127.0.0.1", 0))

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(
                            f"HTTP/1.1 307 x\r\nLocation: {elsewhere}/\r\n"
                            "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
                        )
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        self.addCleanup(server.close)
        self.use(f"http://127.0.0.1:{server.getsockname()[1]}")
        result = self.call("--timeout", "5")
        self.refused(result, rig.FORMAT, "HTTP 307")
        self.assertEqual(self.sts.count(outcome=None), 0)



class Cancelled(network.Network):
    def test_client_is_gone(self):
        """Killed while STS thinks: the connection ends at once."""
        self.fault("stall")
        child = self.rig.start_stskey("credentials", "--profile", "dev")
        self.assertTrue(self.sts.faults.wait_stalled())
        os.kill(child.pid, signal.SIGKILL)
        procs.until(
            lambda: self.sts.faults.stalled == 0, 2, "the request is still open"
        )


if __name__ == "__main__":
    rig.main()
