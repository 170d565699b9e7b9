#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
A smart card with a YKOATH applet, in a virtual reader of pcscd (vsmartcard's
vpcd, which listens on PORT).

    oath.py PORT STATEFILE TOUCHFILE [switches]

It says "ready" on standard output once pcscd has powered it; SIGTERM or
SIGKILL pulls it out, and the next start with the same STATEFILE puts it in
again.  TOUCHFILE: see fido_touch.py; `auto` is a finger that takes a while.
The log has a line for each event: seconds (CLOCK_MONOTONIC), event, of what.

    blink      it waits for a touch; the wait ends with one of
    touch      it was touched
    timeout    the card gave up
    apdu       a command came, with this instruction byte
    put, delete, list, all, calculate, code    it did that
"""

import argparse
import hashlib
import os
import select
import socket
import struct
import sys
import time

from fido_touch import Log, Touch
from oath_applet import Applet
from oath_card import ATR, KINDS, Card
from oath_state import State

POWER_OFF, POWER_ON, RESET, GET_ATR = 0, 1, 2, 4
POLL_SECONDS = 0.01


def arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    add = parser.add_argument
    add("port", type=int)
    add("state")
    add("touch")
    add("--log", help="where events are written")
    add("--timeout-ms", type=int, default=15000, help="of a touch")
    add("--auto-ms", type=int, default=750, help="what `auto` takes")
    add("--serial", type=int, help="none: the card tells none")
    add("--version", default="5.4.3", help="of the firmware")
    add("--code", help="the access code, set at the first start")
    add("--hides-code", action="store_true", help="SELECT does not tell of it")
    add("--slots", type=int, default=32)
    add("--chunk", type=int, default=256, help="bytes of an answer at a time")
    add("--challenge-max", type=int, default=64)
    add("--no-oath", action="store_true", help="another kind of card")
    add("--no-touch", action="store_true", help="refuses the property")
    add("--ignores-touch", action="store_true", help="takes it, and no more")
    add("--truncates", action="store_true", help="whatever is asked for")
    add("--keeps-names", action="store_true", help="no PUT over an entry")
    add("--gone-at", type=lambda t: int(t, 16), help="pulled at this instruction")
    add("--lie", choices=KINDS)
    add("--lie-at", type=lambda t: int(t, 16), default=0xA2, help="instruction")
    add("--until-eof", action="store_true", help="of standard input")
    return parser.parse_args()


class Finger:
    """Waits for the touch, and sees the plug pulled meanwhile."""

    def __init__(self, habits, log):
        self.habits = habits
        self.touch = Touch(habits.touch, log, habits.timeout_ms, 1)

    def __call__(self):
        begun = time.monotonic()
        self.touch.begin("oath")
        while True:
            if time.monotonic() - begun >= self.habits.auto_ms / 1000:
                verdict = self.touch.poll()
                if verdict is not None:
                    return verdict == 0
            time.sleep(POLL_SECONDS)
            leave_at_eof(self.habits)


def leave_at_eof(habits):
    """Ends with the test that started it."""
    if habits.until_eof and select.select([sys.stdin], [], [], 0)[0]:
        os._exit(0)


def take(link, size):
    data = b""
    while len(data) < size:
        # vpcd sends the length by itself, and waits for it to be acknowledged.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        more = link.recv(size - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


def serve(link, card, habits):
    """vpcd's protocol: two bytes of length, then a command or an APDU."""
    said = False
    while True:
        watched = [link] + ([sys.stdin] if habits.until_eof else [])
        ready = select.select(watched, [], [])[0]
        if sys.stdin in ready:
            return
        message = take(link, struct.unpack(">H", take(link, 2))[0])
        if len(message) == 1:
            if message[0] in (POWER_OFF, POWER_ON, RESET):
                card.power()
            if message[0] == GET_ATR:
                link.sendall(struct.pack(">H", len(ATR)) + ATR)
                if not said:
                    print("ready", flush=True)
                said = True
            continue
        if habits.gone_at is not None and message[1] == habits.gone_at:
            return
        answer = card.answer(message)
        if answer is not None:
            link.sendall(struct.pack(">H", len(answer)) + answer)


def main():
    habits = arguments()
    log = Log(habits.log)
    state = State(habits.state)
    if habits.code and state.is_new:
        state.code = hashlib.pbkdf2_hmac(
            "sha1", habits.code.encode(), state.salt, 1000, 16
        )
        state.save()
    applet = Applet(habits, state, Finger(habits, log), log)
    with socket.create_connection(("127.0.0.1", habits.port), timeout=20) as link:
        link.settimeout(None)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        serve(link, Card(habits, applet, log), habits)


if __name__ == "__main__":
    main()
