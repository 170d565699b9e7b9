# SPDX-License-Identifier: Apache-2.0
"""A forward proxy on loopback that leads everywhere to one place."""

import http.server
import select
import socket
import threading
import urllib.parse


class Proxy:
    """CONNECT and absolute-form requests alike end at target."""

    def __init__(self, target, refuse=False):
        place = urllib.parse.urlsplit(target)
        self.target = (place.hostname, place.port)
        self.asked = []  # "CONNECT host:443", "POST http://..."
        self.refuse = refuse
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.server.proxy = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_CONNECT(self):
        proxy = self.server.proxy
        proxy.asked.append(f"CONNECT {self.path}")
        self.close_connection = True
        if proxy.refuse:
            self.send_error(403, "no way through")
            return
        with socket.create_connection(proxy.target) as there:
            self.send_response_only(200, "Connection established")
            self.end_headers()
            _pump(self.connection, there)

    def _forward(self):
        """The request as it is, with the path alone, on a fresh connection."""
        proxy = self.server.proxy
        proxy.asked.append(f"{self.command} {self.path}")
        self.close_connection = True
        place = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        head = f"{self.command} {place.path or '/'} HTTP/1.1\r\n"
        for name, value in self.headers.items():
            if not name.lower().startswith("proxy-"):
                head += f"{name}: {value}\r\n"
        with socket.create_connection(proxy.target) as there:
            there.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)
            while data := there.recv(65536):
                self.connection.sendall(data)

    do_GET = do_HEAD = do_POST = _forward


def _pump(one, two):
    ends = {one: two, two: one}
    while True:
        for here in select.select(list(ends), [], [])[0]:
            try:
                data = here.recv(65536)
                if not data:
                    return
                ends[here].sendall(data)
            except OSError:
                return
