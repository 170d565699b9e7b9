#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
A security key: a CTAP2 authenticator behind a Unix SOCK_SEQPACKET socket,
which shim_fido.c shows to unmodified programs.

    fido.py SOCKET STATEFILE TOUCHFILE [switches]

It says "ready" on standard output when it is plugged in; SIGTERM or SIGKILL
unplugs it, and the next start with the same STATEFILE plugs it in again.
TOUCHFILE: see fido_touch.py.  The log has a line for each event: seconds
(CLOCK_MONOTONIC), event, and of what: make, get, select or touch-only.

    blink      it waits for a touch; the wait ends with one of
    touch      it was touched
    timeout    the key gave up
    cancel     the program took it back (CTAPHID_CANCEL)
    gone       the program is no more
    unplug     the key is no more (with "-" when it did not blink)
    silent     an assertion without a touch (up=false)
    pin        a PIN was tried: "pin right", "pin wrong"
"""

import argparse
import os
import pathlib
import signal
import socket
import sys

import fido_hid
from fido_credential import Maker
from fido_ctap import Ctap
from fido_lie import KINDS, Lie
from fido_pin import Pin
from fido_state import State
from fido_touch import Log, Touch

AAGUID = "73747300000000000000000000000021"


def arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    add = parser.add_argument
    add("socket")
    add("state")
    add("touch")
    add("--log", help="where events are written")
    add("--timeout-ms", type=int, default=30000, help="of a touch")
    add("--timeout-code", type=lambda t: int(t, 0), default=0x2F)
    add("--keepalive-ms", type=int, default=100)
    add("--pin", help="set at the first start")
    add("--retries", type=int, help="left of the PIN, set at every start")
    add("--aaguid", default=AAGUID)
    add("--id-length", type=int, default=64, help="of credential ids, in bytes")
    add("--pin-protocols", choices=("1", "2", "12"))
    add("--ctap20", action="store_true", help="as keys were before CTAP 2.1")
    add("--always-uv", action="store_true")
    add("--make-uv-required", action="store_true", help="makeCredUvNotRqd off")
    add("--no-hmac-secret", action="store_true")
    add("--u2f-only", action="store_true")
    add("--busy", action="store_true", help="for everyone")
    add("--busy-file", help="busy while this file is there")
    add("--outlive", action="store_true", help="blink on when the program is gone")
    add("--lie", choices=KINDS)
    add("--outputs", help="where those of hmac-secret are written, in hex")
    add("--until-eof", action="store_true", help="of standard input")
    habits = parser.parse_args()
    if habits.pin_protocols is None:
        habits.pin_protocols = "1" if habits.ctap20 else "12"
    if not 49 <= habits.id_length <= 1023:
        parser.error("--id-length: 49 to 1023")
    return habits


def make_key(habits, log):
    state = State(habits.state)
    # The preferred one first.
    numbers = [int(n) for n in reversed(habits.pin_protocols)]
    pin = Pin(state, log, numbers, with_permissions=not habits.ctap20)
    if habits.pin and state.is_new:
        pin.set(habits.pin.encode())
    if habits.retries is not None:
        state.retries = habits.retries
        state.save()
    maker = Maker(state.master, habits.id_length)
    return Ctap(habits, state, pin, maker, Lie(habits.lie), log)


def end_by_signal(hid):
    """Signals wake the loop, which ends after what it is doing."""
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    signal.set_wakeup_fd(writing.fileno())
    hid.watch(reading, lambda file: file.recv(64))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: hid.end())
    return writing


def unlink(files):
    for file in files:
        file.unlink(missing_ok=True)


def main():
    habits = arguments()
    log = Log(habits.log)
    touch = Touch(habits.touch, log, habits.timeout_ms, habits.timeout_code)
    key = make_key(habits, log)
    # The second is what the shim locks, as libfido2 locks a device; a key that
    # is plugged in again is another device.
    files = [pathlib.Path(habits.socket), pathlib.Path(habits.socket + ".lock")]
    unlink(files)
    files[1].touch()
    hid = fido_hid.Hid(fido_hid.listen(habits.socket), habits, key, touch, log)
    waker = end_by_signal(hid)
    if habits.until_eof:
        hid.watch(sys.stdin.fileno(), lambda fd: os.read(fd, 64) or hid.end())
    print("ready", flush=True)
    hid.serve()
    unlink(files)
    waker.close()


if __name__ == "__main__":
    main()
