#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the desktop is told of a touch, and desktops that do not behave."""

import os
import signal
import stat
import time

import procs
import rig
from touching import URI, Touching


class Notice(Touching):
    """notify-send is a script of the test."""

    LOG = """for word; do printf '%s\\n' "$word"; done >> "$NOTIFY_LOG"\n"""

    def setUp(self):
        super().setUp()
        self.log = self.rig.folder / "notices"
        self.log.write_text("")
        self.bin = self.rig.folder / "bin"
        self.bin.mkdir(exist_ok=True)
        self.sends(self.LOG + "echo 7\n")

    def sends(self, script):
        path = self.bin / "notify-send"
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def desktop(self, **more):
        return {
            "PATH": f"{self.bin}:{self.rig.env['PATH']}",
            "NOTIFY_LOG": self.log,
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
            **more,
        }

    def quick(self, **options):
        """With the data alone on standard output."""
        begun = time.monotonic()
        result = self.good(self.call(env=self.desktop(), **options))
        self.assertEqual(result.json()["Version"], 1)
        self.assertEqual(result.err, "")
        return time.monotonic() - begun

    # -- desktops

    def test_says_nothing_back(self):
        """An old notify-send that knows no --print-id."""
        self.sends("echo 'Unknown option --print-id' >&2; exit 1\n")
        self.quick()

    def test_answers_nonsense(self):
        """What it prints is no argument of ours."""
        for word in ("--help", "12;rm -rf", "$(id)", "x" * 100000, "\\0377\\0376"):
            self.log.write_text("")
            self.rig.fresh()
            self.sends(self.LOG + f"printf '%b\\n' '{word}'\n")
            self.quick()
            with self.subTest(word=word[:20]):
                said = self.log.read_text()
                for part in ("--replace-id=-", "rm -rf", "$(id)", "xxxx"):
                    self.assertNotIn(part, said)

    def marked(self, mark, seconds):
        """Its number, when it came so far as to write it before it was ended."""
        for _ in range(20):
            self.assertLess(self.quick(), procs.patience(seconds))
            if mark.exists() and mark.read_text().endswith("\n"):
                return int(mark.read_text())
            self.rig.fresh()
        self.fail("it never got half a second to itself")

    def test_hangs(self):
        """It costs half a second, and nothing of it stays."""
        mark = self.rig.folder / "hanging"
        self.sends(f"echo $$ > {mark}\nexec sleep 600\n")
        pid = self.marked(mark, 5)
        procs.until(lambda: not procs.alive(pid), 3, "it lives on")

    def test_is_deaf(self):
        """It ignores what it can."""
        mark = self.rig.folder / "deaf"
        self.sends(f"trap '' TERM HUP INT\necho $$ > {mark}\nwhile :; do sleep 1; done\n")
        pid = self.marked(mark, 8)
        procs.until(lambda: not procs.alive(pid), 5, "it lives on")

    def test_not_there(self):
        os.remove(self.bin / "notify-send")
        self.quick()

    def test_not_to_be_run(self):
        (self.bin / "notify-send").chmod(0o600)
        self.quick()

    def test_writes_on_and_on(self):
        self.sends("exec yes 4711\n")
        self.assertLess(self.quick(), procs.patience(5))

    # -- words

    def test_seconds(self):
        """It goes away by itself when the touch is not waited for any more."""
        self.config(stskey_touch_seconds=25)
        self.quick()
        said = self.log.read_text()
        self.assertIn("--expire-time=25000", said)
        # Which not every desktop goes by.
        self.assertRegex(said, r"(?m)^touch 'Test desk' .*, within 25 s$")

    def test_markup(self):
        """A profile's name is shown as it is written."""
        self.rig.write_config(
            self.rig.dev("<b>a&b</b>", stskey_mfa=URI, credential_process=None)
        )
        result = self.rig.stskey(
            *("credentials", "--profile", "<b>a&b</b>"),
            env=dict(self.shown(), **self.desktop()),
        )
        self.good(result)
        said = self.log.read_text()
        self.assertIn("profile '&lt;b&gt;a&amp;b&lt;/b&gt;'", said)
        self.assertNotIn("<b>", said)

    def test_nothing_secret(self):
        self.quick()
        code = self.sts.requests[-1]["params"]["TokenCode"]
        said = self.log.read_text()
        for secret in (rig.SECRET, rig.SEED, rig.PIN, code):
            self.assertNotIn(secret, said)

    def test_plug_in(self):
        """A key that is not there is asked for where it can be read."""
        self.desk.unplug()
        try:
            child = self.begin(env=self.desktop())
            procs.until(
                lambda: "plug in desk-key (Test desk)" in self.log.read_text(),
                10,
                "nothing is said",
            )
            self.assertIn("profile 'dev', asked for by", self.log.read_text())
        finally:
            self.desk.plug()
        self.good(self.end(child))
        self.assertIn("touch 'Test desk'", self.log.read_text())
        self.assertIn("--replace-id=7", self.log.read_text())

    def test_background_job(self):
        """No terminal may be written to, so this is all that people see."""
        self.desk.touch("never")
        child = self.begin(env=self.desktop())
        self.desk.wait_for("blink")
        procs.until(lambda: "touch" in self.log.read_text(), 60, "nothing is said")
        child.terminate()
        self.end(child)
        procs.until(
            lambda: "--replace-id=7" in self.log.read_text(), 3, "it is still shown"
        )

    def test_token_is_killed(self):
        """Who asked for a touch cannot take that back: it is, all the same."""
        self.desk.touch("never")
        child = self.begin(env=self.desktop())
        self.desk.wait_for("blink")
        procs.until(lambda: "touch" in self.log.read_text(), 60, "nothing is said")
        os.kill(procs.helpers(child.pid)["stskey-token"], signal.SIGKILL)
        self.refused(self.end(child), rig.HELPER, "signal 9")
        procs.until(
            lambda: "--replace-id=7" in self.log.read_text(), 10, "it is still shown"
        )
        self.assertEqual(self.log.read_text().count("--replace-id"), 1)

    def test_taken_back_once(self):
        self.quick()
        self.assertEqual(self.log.read_text().count("--replace-id"), 1)

    def test_storm(self):
        """Twenty wait, one is heard."""
        self.desk.touch("never")
        children = [self.begin(env=self.desktop()) for _ in range(20)]
        self.desk.wait_for("blink")
        procs.until(
            lambda: sum(procs.in_flock(c.pid) for c in children) == 19, 30, "no storm"
        )
        self.desk.touch("auto")
        for child in children:
            self.good(self.end(child))
        self.assertEqual(self.log.read_text().count("Touch your security key\n"), 1)

    def test_cached_is_silent(self):
        self.quick()
        self.log.write_text("")
        self.quick()
        self.assertEqual(self.log.read_text(), "")


if __name__ == "__main__":
    rig.main()
