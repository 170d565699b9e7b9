# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 for the loopback STS and IAM: requests in, answers or faults out."""

import contextlib
import http.server
import json
import os
import select
import socket
import sys
import time
import urllib.parse
import weakref

import sts_answer
from sts_answer import Refused

HUGE_BYTES = 64 * 1024 * 1024
MAX_BODY = 1024 * 1024


class Request:
    """A request as it came, byte for byte."""

    def __init__(self, handler, body):
        self.method, self.target = handler.command, handler.path
        self.headers = list(handler.headers.items())
        self.body = body
        self.proxied = "://" in self.target[:8]

    def header(self, name):
        values = [v for n, v in self.headers if n.lower() == name]
        return ",".join(values) if values else None

    def params(self):
        """The form; every name once."""
        kind = (self.header("content-type") or "").split(";")[0]
        if kind != "application/x-www-form-urlencoded":
            raise Refused(400, "MalformedInput", "the body is not a form")
        try:
            pairs = urllib.parse.parse_qsl(
                self.body.decode("ascii"),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
            )
        except ValueError as error:
            raise Refused(400, "MalformedInput", str(error)) from None
        params = dict(pairs)
        if len(params) != len(pairs):
            raise Refused(400, "MalformedInput", "a parameter came twice")
        return params


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    tls = None

    def __init__(self, address, sts):
        super().__init__(address, Handler)
        self.sts, self.open = sts, weakref.WeakSet()

    def server_close(self):
        """No more connections, and none that there is goes on."""
        super().server_close()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def finish_request(self, request, client_address):
        with self.sts.lock:
            self.sts.connections += 1
            self.open.add(request)
        if self.tls is not None:
            try:
                request.settimeout(60)
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:
                return
        super().finish_request(request, client_address)
        if self.tls is not None:
            request.close()

    def handle_error(self, request, client_address):
        """A client that leaves in the middle is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def sts(self):
        return self.server.sts

    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string(int(self.sts.now()))

    def do_HEAD(self):
        entry = self._entry()
        self._maybe_stall("HEAD", after=False)
        self.sts.record(dict(entry, outcome="warm"))
        fault = self.sts.faults.take("HEAD", ("reset", "close"))
        if fault and fault["kind"] == "reset":
            self._reset()
            return
        self.send_response(302)
        self.send_header("Location", "https://aws.amazon.com/iam")
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = self.close_connection or fault is not None

    def do_GET(self):
        if self.path == "/_control":
            self._send_json(self.sts.state())
        else:
            self._serve()

    def do_POST(self):
        if self.path == "/_control":
            wishes = json.loads(self._body() or b"{}")
            self._send_json(self.sts.control(wishes))
        else:
            self._serve()

    do_PUT = do_DELETE = do_GET

    # -- one request

    def _entry(self):
        return {
            "time": time.time(),
            "server_time": self.sts.now(),
            "method": self.command,
            "service": "sts",
            "action": None,
            "params": {},
            "user_agent": self.headers.get("User-Agent"),
            "headers": sorted(n.lower() for n in self.headers.keys()),
            "connection": self.client_address[1],
        }

    def _body(self):
        length = self.headers.get("Content-Length")
        if length is None or not length.isdigit() or int(length) > MAX_BODY:
            return b""
        return self.rfile.read(int(length))

    def _serve(self):
        entry = self._entry()
        request = Request(self, self._body())
        rid = sts_answer.request_id()
        entry["request_id"] = rid
        hint = request.body.partition(b"Action=")[2].partition(b"&")[0].decode(
            "ascii", "replace"
        )
        if not self._maybe_stall(hint, after=False):
            return
        try:
            action, values = self.sts.answer(request, entry)
            body = sts_answer.success(entry["service"], action, values, rid)
            status, entry["outcome"] = 200, "ok"
        except Refused as refused:
            shape = self.sts.faults.take(entry["action"], ("shape",)) or {}
            status = refused.status
            body = sts_answer.failure(
                entry["service"], refused, rid, shape.get("shape", "aws")
            )
            entry["outcome"] = refused.code
            entry["message"] = refused.message
        self.sts.record(entry)
        if self._maybe_stall(entry["action"], after=True):
            self._deliver(entry["action"], status, body, rid)
        self.sts.set_skew(0)

    def _maybe_stall(self, action, after):
        """False when the client has left meanwhile."""
        fault = self.sts.faults.take(
            action, ("stall-after",) if after else ("stall",)
        )
        if fault is None:
            return True
        self.sts.faults.stall(self._client_gone)
        return not self._client_gone()

    def _client_gone(self):
        poll = select.poll()
        poll.register(self.connection, select.POLLRDHUP)
        return bool(poll.poll(0))

    def _reset(self):
        """No answer: the connection ends with a RST."""
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
        )
        self.close_connection = True
        self.connection.close()

    def _deliver(self, action, status, body, rid):
        kinds = ("cut", "reset", "hangup", "garbage", "html", "huge", "empty", "close")
        fault = self.sts.faults.take(action, kinds) or {"kind": None}
        kind = fault["kind"]
        if kind == "reset":
            self._reset()
            return
        if kind == "hangup":
            self.close_connection = True
            return
        media = "text/xml"
        if kind == "garbage":
            body = b"\xff\x00<" + os.urandom(997)
        elif kind == "html":
            status, media = fault.get("status", 200), "text/html"
            body = b"<!DOCTYPE html><html><body><p>Welcome&nbsp;to the hotel"
        elif kind == "empty":
            body = b""
        length = HUGE_BYTES if kind == "huge" else len(body)
        self._head(status, media, length, rid, kind in ("cut", "close"))
        if kind == "cut":
            self.wfile.write(body[: len(body) // 2])
        elif kind == "huge":
            self._pour(body, length)
        else:
            self.wfile.write(body)

    def _head(self, status, media, length, rid, close):
        self.send_response(status)
        self.send_header("x-amzn-RequestId", rid)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.close_connection = self.close_connection or close

    def _pour(self, body, length):
        """A good answer, and then much more."""
        self.wfile.write(body[:-1])
        left = length - len(body) + 1
        while left > 0:
            left -= self.wfile.write(b" " * min(left, 65536))

    def _send_json(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
