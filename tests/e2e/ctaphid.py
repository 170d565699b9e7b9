# SPDX-License-Identifier: Apache-2.0
"""A program that talks to a key without libfido2, and may be ill-mannered."""

import os
import socket
import struct

import rig  # pylint: disable=unused-import  # where the next ones are found

import fido_cbor
import fido_hid


class Program:
    """Who has the key at a socket open, and one channel of it."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(20)
        self.socket.connect(str(path))
        self.channel, self.keepalives = fido_hid.BROADCAST, []

    def close(self):
        self.socket.close()

    def packet(self, packet):
        self.socket.send(packet)

    def send(self, command, payload=b"", channel=None):
        channel = self.channel if channel is None else channel
        for packet in fido_hid.reports(channel, command, payload):
            self.packet(packet)

    def receive(self):
        """(channel, command, payload); the status of keepalives is kept."""
        while True:
            channel, command, payload = self._message()
            if command != fido_hid.KEEPALIVE:
                return channel, command, payload
            self.keepalives.append(payload[0])

    def keepalive(self):
        """The next message, which is one."""
        _, command, payload = self._message()
        assert command == fido_hid.KEEPALIVE, (command, payload)
        return payload[0]

    def _message(self):
        packet = self.socket.recv(100)
        assert len(packet) == fido_hid.REPORT, packet
        channel, command, length = struct.unpack(">IBH", packet[:7])
        data = packet[7:]
        for seq in range(128):
            if len(data) >= length:
                break
            packet = self.socket.recv(100)
            assert packet[:5] == struct.pack(">IB", channel, seq), packet
            data += packet[5:]
        return channel, command & 0x7F, data[:length]

    def call(self, command, payload=b""):
        """(command, payload) of the answer."""
        self.send(command, payload)
        channel, command, payload = self.receive()
        assert channel == self.channel, channel
        return command, payload

    def init(self):
        """A channel of its own."""
        nonce = os.urandom(8)
        command, payload = self.call(fido_hid.INIT, nonce)
        assert command == fido_hid.INIT and payload[:8] == nonce, payload
        self.channel = struct.unpack(">I", payload[8:12])[0]
        return payload

    def begin(self, command, request=None):
        """A CTAP2 command; answer() waits for what comes of it."""
        body = b"" if request is None else fido_cbor.encode(request)
        self.send(fido_hid.CBOR, bytes([command]) + body)

    def answer(self):
        """(status, the decoded answer)"""
        _, command, payload = self.receive()
        assert command == fido_hid.CBOR, (command, payload)
        return payload[0], fido_cbor.decode(payload[1:]) if payload[1:] else None

    def ctap(self, command, request=None):
        self.begin(command, request)
        return self.answer()
