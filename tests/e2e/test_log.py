#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`log`: every touch and every request of a key or code, and who asked."""

import datetime
import json
import os
import re
import stat

import fido
import rig


class Log(rig.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = fido.FidoKey(cls.rig.folder / "fido", "desk")
        cls.addClassCleanup(cls.key.stop)
        cls.rig.env.update(cls.key.env)
        result = cls.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", "desk-key"),
            *("--serial-number", rig.SERIAL),
            input=rig.SEED + "\n",
        )
        if result.rc != 0:
            raise AssertionError(result)
        cls.of_import = cls.lines()

    def setUp(self):
        super().setUp()
        self.key.touch("auto")
        self.rig.write_config(
            self.rig.dev(stskey_mfa="sealed:desk-key"),
            self.rig.role(),
            self.rig.dev("plain", mfa_serial=None, stskey_mfa=None),
        )

    @classmethod
    def path(cls):
        return cls.rig.state / "stskey" / "log"

    @classmethod
    def lines(cls):
        if not cls.path().exists():
            return []
        return [json.loads(line) for line in cls.path().read_text().splitlines()]

    def log(self, *args, **more):
        return self.good(self.rig.stskey("log", *args, **more)).out

    def test_a_request(self):
        """Who, what, by which key and code, a touch, and what came of it."""
        answer = self.credentials()
        (line,) = self.lines()
        device = self.key.log() and line["touched"]
        self.assertEqual(len(device), 1)
        self.assertIn("desk", device[0])
        when = datetime.datetime.fromisoformat(line.pop("time").replace("Z", "+00:00"))
        age = datetime.datetime.now(datetime.timezone.utc) - when
        self.assertLess(age.total_seconds(), 60)
        self.assertRegex(line.pop("request_id"), r"^[0-9a-f-]{36}$")
        with open("/proc/self/comm", encoding="ascii") as comm:
            program = comm.read().strip()
        self.assertEqual(
            line,
            {
                "program": program,
                "pid": os.getpid(),
                "profile": "dev",
                "action": "GetSessionToken",
                "outcome": "ok",
                "service": "sts",
                "mfa_serial": rig.SERIAL,
                "signed_by": rig.KEY_ID,
                "access_key_id": answer["AccessKeyId"],
                "touched": device,
            },
        )
        mode = self.path().stat().st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_no_secret(self):
        answer = self.credentials("admin")
        self.good(self.rig.stskey("whoami", "--profile", "dev"))
        text = self.path().read_text()
        codes = [r["params"].get("TokenCode") for r in self.sts.requests]
        for secret in (answer["SecretAccessKey"], answer["SessionToken"], *codes):
            if secret:
                self.assertNotIn(secret, text.replace(str(os.getpid()), ""))

    def test_what_is_logged(self):
        """A session alone asks without a line; a cached one asks nobody."""
        for _ in range(2):
            self.credentials("admin")
        self.assertEqual([e["action"] for e in self.lines()], ["GetSessionToken"])
        result = self.rig.stskey(
            *("key", "verify", self.rig.key_uri, "--access-key-id", rig.KEY_ID),
            env=self.rig.enrolling,
        )
        self.good(result)
        last = self.lines()[-1]
        self.assertEqual(last["action"], "GetCallerIdentity")
        self.assertEqual(last["signed_by"], rig.KEY_ID)
        self.assertEqual(last["touched"], [])

    def test_role_by_the_key(self):
        self.rig.write_config(
            self.rig.dev(stskey_mfa="sealed:desk-key"),
            self.rig.role(stskey_role_direct="true"),
        )
        self.credentials("admin")
        (line,) = self.lines()
        self.assertEqual(line["action"], "AssumeRole")
        self.assertEqual(line["role_arn"], rig.ADMIN)
        self.assertEqual(line["profile"], "admin")

    def test_refused(self):
        self.sts.control({"key": {rig.KEY_ID: False}})
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.refused(result, rig.DENIED)
        (line,) = self.lines()
        self.assertEqual(line["outcome"], "InvalidClientTokenId")
        self.assertNotIn("access_key_id", line)
        self.assertIn("request_id", line)

    def test_no_answer(self):
        self.sts.control({"faults": [{"kind": "hangup", "times": 9}]})
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.refused(result, rig.NET)
        self.assertEqual([e["outcome"] for e in self.lines()], ["no answer"])

    def test_touch_without_a_request(self):
        """One that was not given, one of an import, and a code for others."""
        self.assertEqual([e["action"] for e in self.of_import], ["touch"])
        self.assertEqual(self.of_import[0]["outcome"], "ok")
        self.assertGreaterEqual(len(self.of_import[0]["touched"]), 1)
        code = self.good(self.rig.stskey("mfa", "code", "--profile", "dev"))
        last = self.lines()[-1]
        self.assertEqual((last["action"], last["outcome"]), ("code", "ok"))
        self.assertEqual(last["mfa_serial"], rig.SERIAL)
        self.assertEqual(len(last["touched"]), 1)
        self.assertNotIn(code.out.strip(), json.dumps({**last, "pid": 0}))
        self.rig.fresh()
        self.key.touch("never")
        self.rig.write_config(
            self.rig.dev(stskey_mfa="sealed:desk-key", stskey_touch_seconds=5)
        )
        result = self.rig.stskey("credentials", "--profile", "dev")
        self.refused(result, rig.TOUCH)
        (line,) = self.lines()
        self.assertEqual(
            (line["action"], line["outcome"], line["profile"]),
            ("touch", "not touched", "dev"),
        )

    def test_read(self):
        self.credentials("admin")
        self.credentials("plain")
        text = self.log()
        self.assertEqual(len(text.splitlines()), 2)
        self.assertRegex(
            text.splitlines()[0],
            r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  admin: GetSessionToken ok, for "
            rf".* \(pid {os.getpid()}\), touch of '.*desk.*', code of {rig.SERIAL}, "
            rf"key {rig.KEY_ID}, session ASIA\w+, request [0-9a-f-]+$",
        )
        self.assertRegex(text.splitlines()[1], "  plain: ")
        self.assertEqual(len(self.log("--profile", "plain").splitlines()), 1)
        raw = self.log("--output", "json")
        self.assertEqual(raw, self.path().read_text())
        self.assertEqual(self.log("--profile", "nobody"), "")
        self.refused(
            self.rig.stskey("log", "--output", "xml"), rig.USAGE, "text or json"
        )

    def test_since(self):
        self.credentials()
        (line,) = self.lines()
        old = dict(line, time="2020-02-29T23:59:59Z", action="Old")
        with self.path().open("a") as file:
            file.write(json.dumps(old) + "\n")
        self.assertIn("Old", self.log())
        self.assertNotIn("Old", self.log("--since", "1d"))
        self.assertIn("GetSessionToken", self.log("--since", "1d"))

    def test_rubbish(self):
        """Lines of others are told of, and move no cursor."""
        self.credentials()
        (line,) = self.lines()
        with self.path().open("a") as file:
            file.write("{ torn\n" + json.dumps(dict(line, action="\x1b[2J")) + "\n")
        result = self.good(self.rig.stskey("log"))
        self.assertEqual(len(result.out.splitlines()), 2)
        self.assertNotIn("\x1b", result.out)
        self.assertIn("1 line", result.err)

    def test_none(self):
        result = self.good(self.rig.stskey("log"))
        self.assertEqual(result.out, "")

    def test_failing_log(self):
        """Said once, and nothing fails by it."""
        (self.rig.state / "stskey").mkdir(mode=0o700)
        self.path().symlink_to("/dev/null")
        result = self.good(self.rig.stskey("credentials", "--profile", "plain"))
        self.assertEqual(len(re.findall("not in the log", result.err)), 1)
        self.assertIn("link", result.err)
        again = ("credentials", "--profile", "plain", "--fresh", "--quiet")
        quiet = self.rig.stskey(*again)
        self.assertEqual(self.good(quiet).err, "")

    def test_syslog(self):
        """A daemon of our own, in a mount namespace with another /dev."""
        script = self.rig.folder / "syslog.sh"
        script.write_text(SYSLOG)
        heard, dev = self.rig.folder / "heard", self.rig.folder / "dev"
        dev.mkdir()
        inside = ["unshare", "-m", "sh", script, dev, heard]
        if self.rig.run([*inside, "true"]).rc != 0:
            self.skipTest("no mount namespace here")
        call = [rig.STSKEY, "credentials", "--profile", "dev"]
        self.good(self.rig.run([*inside, *call]))
        (line,) = self.lines()
        # 86: LOG_AUTHPRIV (10) and LOG_INFO (6).
        found = re.search(r"^<86>.* stskey\[\d+\]: (\{.*\})$", heard.read_text())
        self.assertTrue(found, heard.read_text())
        self.assertEqual(json.loads(found[1]), line)


SYSLOG = r"""
dev=$1 heard=$2
shift 2
mount -t tmpfs tmpfs "$dev" || exit 77
for name in null zero random urandom tty; do
	: > "$dev/$name"
	mount --bind "/dev/$name" "$dev/$name" || exit 77
done
ln -s /proc/self/fd "$dev/fd"
mount --bind "$dev" /dev || exit 77
/usr/bin/python3 - "$heard" <<'END' &
import socket, sys
daemon = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
daemon.bind("/dev/log")
with open(sys.argv[1], "wb", buffering=0) as file:
    open(sys.argv[1] + ".ready", "w").close()
    while True:
        file.write(daemon.recv(65536).rstrip(b"\n\0") + b"\n")
END
until [ -e "$heard.ready" ]; do sleep 0.05; done
status=0
"$@" || status=$?
until [ -s "$heard" ] || [ "$1" = true ]; do sleep 0.05; done
kill $!
rm -f "$heard.ready"
exit $status
"""


class Together(rig.Case):
    def test_ten(self):
        """Ten that write at once: a line each, whole."""
        names = [f"p{i}" for i in range(10)]
        self.rig.write_config(
            *(
                self.rig.dev(
                    name,
                    mfa_serial=None,
                    stskey_mfa=None,
                    stskey_session_seconds=3600 + i,
                )
                for i, name in enumerate(names)
            )
        )
        calls = [[rig.STSKEY, "credentials", "--profile", name] for name in names]
        for result in self.rig.many(calls):
            self.good(result)
        lines = (self.rig.state / "stskey" / "log").read_text().splitlines()
        self.assertEqual(sorted(json.loads(x)["profile"] for x in lines), names)


if __name__ == "__main__":
    rig.main()
