# SPDX-License-Identifier: Apache-2.0
"""
CTAPHID (CTAP 2.1, section 11.2): 64-byte reports, each a packet of a Unix
socket.  Every client has the key's other end to itself, as if it were a hub;
the key does one thing at a time, and is busy for every other channel.
"""

import os
import selectors
import socket
import struct
import time

import fido_code

REPORT = 64
BROADCAST = 0xFFFFFFFF
PING, MSG, INIT, CBOR, CANCEL, KEEPALIVE, ERROR = 1, 3, 6, 0x10, 0x11, 0x3B, 0x3F
PROCESSING, UP_NEEDED = 1, 2
CAN_CBOR, NO_MSG = 0x04, 0x08
INVALID_COMMAND, INVALID_LENGTH, INVALID_SEQ = 1, 3, 4
CHANNEL_BUSY, INVALID_CHANNEL = 6, 0x0B
LONGEST = REPORT - 7 + 128 * (REPORT - 5)
POLL_MS = 5  # how often the touch file is read


def reports(channel, command, payload):
    """The packets of a message."""
    head = struct.pack(">IBH", channel, 0x80 | command, len(payload))
    yield (head + payload[: REPORT - 7]).ljust(REPORT, b"\0")
    rest = payload[REPORT - 7 :]
    for seq, at in enumerate(range(0, len(rest), REPORT - 5)):
        packet = struct.pack(">IB", channel, seq) + rest[at : at + REPORT - 5]
        yield packet.ljust(REPORT, b"\0")


class Partial:
    """A message of which packets are still to come."""

    def __init__(self, command, length, data):
        self.command, self.length, self.data, self.seq = command, length, data, 0

    def add(self, seq, data):
        """Whether that was the next packet."""
        if seq != self.seq:
            return False
        self.seq, self.data = seq + 1, self.data + data
        return True

    @property
    def message(self):
        return self.data[: self.length] if len(self.data) >= self.length else None


class Client:
    """Who has the key open: a connection and its channels."""

    def __init__(self, connection):
        self.connection, self.channels, self.partial = connection, set(), {}

    def send(self, channel, command, payload):
        try:
            for packet in reports(channel, command, payload):
                self.connection.send(packet)
        except OSError:
            pass  # it is gone, or does not read: hidraw loses them as well


class Operation:
    """The one command that is under way."""

    def __init__(self, client, channel, steps):
        self.client, self.channel, self.steps = client, channel, steps
        self.status, self.next_keepalive = PROCESSING, 0.0


class Hid:
    """serve() returns when end() has been called, as from a signal handler."""

    # pylint: disable-next=too-many-arguments
    def __init__(self, listening, habits, ctap, touch, log):
        self.habits, self.ctap = habits, ctap
        self.touch, self.log = touch, log
        self.last_channel, self.operation, self.ended = 0, None, False
        self.selector = selectors.DefaultSelector()
        self.watch(listening, self.accept)

    def watch(self, file, when_readable):
        self.selector.register(file, selectors.EVENT_READ, when_readable)

    def end(self):
        self.ended = True

    def serve(self):
        while not self.ended:
            patience = POLL_MS / 1000 if self.operation else None
            for key, _ in self.selector.select(patience):
                key.data(key.fileobj)
            if self.operation:
                self.attend()
        if self.touch.what:
            self.touch.end("unplug")
        else:
            self.log("unplug")

    # -- clients

    def accept(self, listening):
        connection, _ = listening.accept()
        connection.setblocking(False)
        client = Client(connection)
        self.watch(connection, lambda _: self.receive(client))

    def receive(self, client):
        try:
            packet = client.connection.recv(REPORT + 1)
        except ConnectionResetError:
            packet = b""
        if packet:
            self.packet(client, packet.ljust(REPORT, b"\0"))
            return
        self.selector.unregister(client.connection)
        client.connection.close()
        ours = self.operation and self.operation.client is client
        if ours and not self.habits.outlive:
            self.stop("gone")

    def packet(self, client, packet):
        channel, command = struct.unpack(">IB", packet[:5])
        if command & 0x80:
            length = struct.unpack(">H", packet[5:7])[0]
            if length > LONGEST:
                client.send(channel, ERROR, bytes([INVALID_LENGTH]))
                return
            partial = Partial(command & 0x7F, length, packet[7:])
        else:
            partial = client.partial.pop(channel, None)
            if partial is None:
                return  # as the standard says of stray ones
            if not partial.add(command, packet[5:]):
                client.send(channel, ERROR, bytes([INVALID_SEQ]))
                return
        if partial.message is None:
            client.partial[channel] = partial
        else:
            client.partial.pop(channel, None)
            self.message(client, channel, partial.command, partial.message)

    # -- messages

    def is_busy(self):
        path = self.habits.busy_file
        return self.habits.busy or (path is not None and os.path.exists(path))

    def message(self, client, channel, command, payload):
        if command == CANCEL:
            self.cancel(client, channel)
            return
        if self.is_busy():
            client.send(channel, ERROR, bytes([CHANNEL_BUSY]))
        elif command == INIT:
            self.init(client, channel, payload)
        elif channel not in client.channels:
            client.send(channel, ERROR, bytes([INVALID_CHANNEL]))
        elif self.operation:
            client.send(channel, ERROR, bytes([CHANNEL_BUSY]))
        elif command == PING:
            client.send(channel, PING, payload)
        elif command == CBOR and payload and not self.habits.u2f_only:
            self.begin(Operation(client, channel, self.ctap.run(payload)))
        elif command == MSG and self.habits.u2f_only:
            client.send(channel, MSG, self.u2f(payload))
        else:
            client.send(channel, ERROR, bytes([INVALID_COMMAND]))

    def init(self, client, channel, nonce):
        if len(nonce) != 8:
            client.send(channel, ERROR, bytes([INVALID_LENGTH]))
            return
        given = channel
        if channel == BROADCAST:
            self.last_channel += 1
            given = self.last_channel
            client.channels.add(given)
        elif self.operation and self.operation.channel == channel:
            self.stop("cancel")
        can = 0 if self.habits.u2f_only else CAN_CBOR | NO_MSG
        answer = nonce + struct.pack(">IBBBBB", given, 2, 5, 4, 3, can)
        client.send(channel, INIT, answer)

    @staticmethod
    def u2f(apdu):
        """An old key: it says its version, and that nothing is its own."""
        return b"U2F_V2\x90\x00" if apdu[1:2] == b"\x03" else b"\x6a\x80"

    # -- the operation

    def begin(self, operation):
        self.operation = operation
        self.step(None)

    def step(self, value):
        """On to the next touch, or to the end."""
        operation = self.operation
        try:
            what = operation.steps.send(value)
        except StopIteration as end:
            operation.client.send(operation.channel, CBOR, end.value)
            self.operation = None
            return
        operation.status = UP_NEEDED
        self.keepalive(PROCESSING)
        self.touch.begin(what)

    def keepalive(self, status):
        operation = self.operation
        operation.client.send(operation.channel, KEEPALIVE, bytes([status]))
        operation.next_keepalive = time.monotonic() + self.habits.keepalive_ms / 1000

    def attend(self):
        code = self.touch.poll()
        if code is not None:
            self.step(code)
        elif time.monotonic() >= self.operation.next_keepalive:
            self.keepalive(UP_NEEDED)

    def cancel(self, client, channel):
        operation = self.operation
        if operation and (operation.client, operation.channel) == (client, channel):
            self.touch.end("cancel")
            self.step(fido_code.KEEPALIVE_CANCEL)

    def stop(self, event):
        """Without an answer."""
        self.touch.end(event)
        self.operation.steps.close()
        self.operation = None


def listen(path):
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(path)
    os.chmod(path, 0o666)  # as udev lets whoever sits there
    listening.listen(16)
    return listening
