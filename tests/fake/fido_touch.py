# SPDX-License-Identifier: Apache-2.0
"""
The finger.  A file says when it comes: `auto` (at once), `once` (at once, and
then the file says `never`), `never`, or after so many milliseconds of
blinking.  It is read anew for as long as the key blinks.
"""

import os
import pathlib
import time


class Log:
    """A line for each event, as it happens: seconds, event, what of."""

    def __init__(self, path=None):
        # pylint: disable-next=consider-using-with
        self.file = open(path, "a", encoding="ascii") if path else None

    def __call__(self, event, what="-"):
        if self.file is not None:
            self.file.write(f"{time.monotonic():.6f} {event} {what}\n")
            self.file.flush()


class Touch:
    """One wait at a time: begin(), then poll() until it is not None."""

    def __init__(self, path, log, timeout_ms, timeout_code):
        self.path, self.log = pathlib.Path(path), log
        self.timeout_ms, self.timeout_code = timeout_ms, timeout_code
        self.what, self.since = None, 0.0

    def begin(self, what):
        self.what, self.since = what, time.monotonic()
        self.log("blink", what)

    def _blinked_ms(self):
        return (time.monotonic() - self.since) * 1000

    def _mode(self):
        try:
            return self.path.read_text("ascii").strip()
        except FileNotFoundError:
            return "never"

    def poll(self):
        """0 when touched, the code of giving up, or None: not yet."""
        mode, blinked_ms = self._mode(), self._blinked_ms()
        late = mode.isdigit() and blinked_ms >= int(mode)
        if late or mode in ("auto", "once"):
            if mode == "once":
                self._write("never")
            self.end("touch")
            return 0
        if blinked_ms >= self.timeout_ms:
            self.end("timeout")
            return self.timeout_code
        return None

    def _write(self, mode):
        new = self.path.with_name(self.path.name + ".new")
        new.write_text(mode + "\n", "ascii")
        os.replace(new, self.path)

    def end(self, event):
        """It stops blinking, for this reason."""
        self.log(event, self.what)
        self.what = None
