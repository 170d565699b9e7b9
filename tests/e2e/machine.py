# SPDX-License-Identifier: Apache-2.0
"""
One machine of one person: a home of its own, two SoftHSM2 tokens, a loopback
STS, and the programs that were built.

Nothing of the person who runs the tests is read: HOME, the XDG folders and
every AWS_, STSKEY_ and proxy variable are the rig's own.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import procs
from planted import (
    ADMIN,
    KEY_ID,
    PIN,
    REGION,
    SECRET,
    SEED,
    SERIAL,
    SO_PIN,
    SOURCE,
    STSKEY,
)

sys.dont_write_bytecode = True
sys.path.append(str(SOURCE / "tests" / "fake"))

# pylint: disable=wrong-import-position
from sts import Sts

_DROP = re.compile(
    r"^(AWS_|_AWS_|STSKEY_|SSL_CERT_|XDG_|LD_|MALLOC_|PYTHON|NODE_|GO|npm_)"
    r"|_PROXY$|_CA_BUNDLE$|^LC_|^LANGUAGE$"
    r"|^(CURL_HOME|DISPLAY|WAYLAND_DISPLAY|TMPDIR|NO_COLOR|COLUMNS|LINES)$",
    re.IGNORECASE,
)
# What a client library inside the test itself would otherwise read.
for _name in [n for n in os.environ if _DROP.search(n) and n != "PYTHONPATH"]:
    del os.environ[_name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


class Result:
    """What a program did."""

    def __init__(self, rc, out, err, seconds):
        self.rc, self.out, self.err, self.seconds = rc, out, err, seconds

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"rc={self.rc} out={self.out!r} err={self.err!r}"


class Rig:
    """One machine of one person; close() leaves nothing behind."""

    def __init__(self, world=None, tls=False, tokens=("work", "desk")):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stskey-e2e-"))
        self.home = self.folder / "home"
        self.aws = self.home / ".aws"
        self.cache = self.folder / "cache"
        self.state = self.folder / "state"
        for name in ("home/.aws", "cache", "state", "data", "run", "pins", "tmp"):
            (self.folder / name).mkdir(parents=True, mode=0o700)
        self.config_file = self.aws / "config"
        self.credentials_file = self.aws / "credentials"
        self.children = []
        self.sts = Sts(self.folder / "sts", world)
        self.url = self.sts.listen("tls" if tls else "plain")
        self.env = self._environment(tls)
        self.pin_file = self.write_pin("pin", PIN)
        # For what is asked before a profile says where and how.
        self.enrolling = {
            "STSKEY_PIN_SOURCE": f"file:{self.pin_file}",
            "AWS_ENDPOINT_URL_STS": self.url,
        }
        self.key_uri = self.mfa_uri = None
        self._make_softhsm()
        for label in tokens:
            self.make_token(label)

    def _environment(self, tls):
        env = {k: v for k, v in os.environ.items() if not _DROP.search(k)}
        folder = str(self.folder)
        env.update(
            HOME=str(self.home),
            XDG_CACHE_HOME=folder + "/cache",
            XDG_STATE_HOME=folder + "/state",
            XDG_DATA_HOME=folder + "/data",
            XDG_CONFIG_HOME=folder + "/config",
            XDG_RUNTIME_DIR=folder + "/run",
            TMPDIR=folder + "/tmp",
            LANG="C.UTF-8",
            PATH="/usr/bin:/bin:/usr/sbin:/sbin",
            SOFTHSM2_CONF=folder + "/softhsm/softhsm2.conf",
            AWS_EC2_METADATA_DISABLED="true",
        )
        if tls:
            env["AWS_CA_BUNDLE"] = self.sts.ca
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        return env

    # -- tokens

    def _make_softhsm(self):
        folder = self.folder / "softhsm"
        (folder / "tokens").mkdir(parents=True, mode=0o700)
        (folder / "softhsm2.conf").write_text(
            f"directories.tokendir = {folder}/tokens\n"
            "objectstore.backend = file\nlog.level = ERROR\n"
        )

    def make_token(self, label, pin=PIN):
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label]
            + ["--so-pin", SO_PIN, "--pin", pin],
            env=self.env,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def write_pin(self, name, pin):
        path = self.folder / "pins" / name
        path.write_text(pin + "\n")
        path.chmod(0o600)
        return path

    # -- running

    def environment(self, env=None):
        """The rig's, with changes; None removes a name."""
        merged = dict(self.env, **(env or {}))
        return {k: str(v) for k, v in merged.items() if v is not None}

    # pylint: disable-next=too-many-arguments
    def run(self, argv, input=None, env=None, timeout=90, pass_fds=(), cwd=None):
        """Without a terminal: setsid, and nothing on standard input."""
        begun = time.monotonic()
        child = self.start(
            argv, env, stdin=subprocess.PIPE, pass_fds=pass_fds, cwd=cwd
        )
        text = (input or "").encode("utf-8", "surrogateescape")
        try:
            out, err = child.communicate(text, timeout=timeout)
        except subprocess.TimeoutExpired as expired:
            self.kill(child)
            out, err = child.communicate()
            raise AssertionError(
                f"{argv} hung for {timeout} s: {err!r}"
            ) from expired
        seconds = time.monotonic() - begun
        decoded = (b.decode("utf-8", "replace") for b in (out, err))
        return Result(child.returncode, *decoded, seconds)

    def start(self, argv, env=None, **more):
        """A child of ours, in a session of its own, killed by close()."""
        options = dict(
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        options.update(more)
        child = subprocess.Popen(  # pylint: disable=consider-using-with
            [str(a) for a in argv], env=self.environment(env), **options
        )
        self.children.append(child)
        return child

    def stskey(self, *args, **more):
        return self.run([STSKEY, *args], **more)

    def strace(self, calls, *args, env=None, **more):
        """(the Result of stskey, the text of the trace of these calls)."""
        trace = self.folder / "pins" / "trace"
        env = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), **(env or {})}
        result = self.run(
            ["strace", "-f", "-v", "-s", "100000", "-o", trace]
            + ["-e", f"trace={calls}", STSKEY, *args],
            # The leak checker is a tracer itself, and there can be but one.
            env=dict(env, ASAN_OPTIONS=env["ASAN_OPTIONS"] + ":detect_leaks=0"),
            **more,
        )
        return result, trace.read_text("utf-8", "replace")

    def start_stskey(self, *args, env=None, **more):
        return self.start([STSKEY, *args], env=env, **more)

    def many(self, argvs, env=None, timeout=120):
        """All at once; their Results, in order."""
        begun = time.monotonic()
        children = [self.start(argv, env=env) for argv in argvs]
        results = []
        for child in children:
            left = max(1, timeout - (time.monotonic() - begun))
            try:
                out, err = child.communicate(timeout=left)
            except subprocess.TimeoutExpired:
                self.kill(child)
                out, err = child.communicate()
                err += b"\n(killed by the test: it hung)"
            results.append(
                Result(
                    child.returncode,
                    out.decode(),
                    err.decode(),
                    time.monotonic() - begun,
                )
            )
        return results

    def pty(self, *args, env=None, timeout=60, program=STSKEY):
        """stskey on a terminal of its own, for pexpect."""
        import pexpect  # pylint: disable=import-outside-toplevel

        child = pexpect.spawn(
            str(program),
            [str(a) for a in args],
            env=self.environment(env),
            timeout=timeout,
            encoding="utf-8",
            dimensions=(24, 200),
        )
        child.delaybeforesend = None
        self.children.append(child)
        return child

    @staticmethod
    def kill(child):
        """It and whatever it left in its session's process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)

    # -- files

    def write_config(self, *parts):
        self.config_file.write_text("\n".join(parts) + "\n")
        self.config_file.chmod(0o600)

    def dev(self, name="dev", **more):
        """The profile of the key, as the README has it; None leaves out."""
        keys = {
            "region": REGION,
            "endpoint_url": self.url,
            "mfa_serial": SERIAL,
            "stskey_mfa": self.mfa_uri,
            "stskey_key": self.key_uri,
            "stskey_access_key_id": KEY_ID,
            "stskey_user": "dev",
            "stskey_pin_source": f"file:{self.pin_file}",
            "credential_process": f"{STSKEY} credentials --profile {name}",
        }
        return self.profile(name, **dict(keys, **more))

    def role(self, name="admin", source="dev", role_arn=ADMIN, **more):
        """A role under it."""
        keys = {
            "region": REGION,
            "endpoint_url": self.url,
            "stskey_role_arn": role_arn,
            "stskey_source_profile": source,
            "credential_process": f"{STSKEY} credentials --profile {name}",
        }
        return self.profile(name, **dict(keys, **more))

    @staticmethod
    def profile(profile_name, **keys):
        if " " in profile_name:
            profile_name = f'"{profile_name}"'
        lines = [f"[profile {profile_name}]"]
        lines += [f"{k} = {v}" for k, v in keys.items() if v is not None]
        return "\n".join(lines) + "\n"

    def cache_files(self):
        """Entries of the session cache."""
        folder = self.cache / "stskey"
        if not folder.exists():
            return []
        return sorted(
            p for p in folder.iterdir() if p.is_file() and p.name != "CACHEDIR.TAG"
        )

    def fresh(self):
        """As on a new machine: no process, no session, no step, no fault."""
        self.reap()
        for folder in (self.cache, self.state, self.folder / "run"):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
        self.sts.control(
            {
                "clear": True,
                "clock_offset": 0,
                "shorten": None,
                "regions_off": [],
                "forget_codes": True,
                "key": {KEY_ID: True},
            }
        )
        with self.sts.lock:
            self.sts.requests.clear()
            self.sts.counts.clear()

    def fresh_as(self, uid):
        """The same for an unprivileged person to whom the folder belongs."""
        self.fresh()
        for folder in (self.cache, self.state, self.folder / "run"):
            os.chown(folder, uid, uid)

    # -- enrolment

    def import_key(self, *more, token="work", key_id=KEY_ID, secret=SECRET):
        """The Result; the URI it printed is in .uri."""
        result = self.stskey(
            *("key", "import", "--to", f"pkcs11:token={token}"),
            *("--access-key-id", key_id, *more),
            input=secret + "\n",
            env=self.enrolling,
        )
        result.uri = uri_in(result.out + result.err)
        return result

    def import_seed(self, *more, token="desk", serial=SERIAL, seed=SEED):
        result = self.stskey(
            *("mfa", "import", "--to", f"pkcs11:token={token}"),
            *("--serial-number", serial, *more),
            input=seed + "\n",
            env=self.enrolling,
        )
        result.uri = uri_in(result.out + result.err)
        return result

    def enrol(self):
        """Key on "work", seed on "desk", profile "dev" written."""
        key, seed = self.import_key(), self.import_seed()
        if key.rc != 0 or seed.rc != 0:
            raise AssertionError(f"enrolment failed: {key} {seed}")
        self.key_uri, self.mfa_uri = key.uri, seed.uri
        if self.key_uri is None or self.mfa_uri is None:
            raise AssertionError(f"no URI printed: {key} {seed}")
        self.write_config(self.dev())
        self.fresh()
        return self

    def reap(self):
        """Ends every child that a test has left, and what these have left."""
        for child in self.children:
            if not isinstance(child, subprocess.Popen):
                child.close(force=True)  # pexpect's
                continue
            if child.poll() is None:
                self.kill(child)
                child.wait()
            for stream in (child.stdin, child.stdout, child.stderr):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
        self.children.clear()
        procs.until(self._no_strays, 30, f"{self.folder} is in use")

    def _no_strays(self):
        """They would write into what the next test finds."""
        left = procs.strays(self.folder)
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        return not left

    def close(self):
        self.reap()
        self.sts.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def pexpect_eof():
    """pexpect's end of file; the import is late because few tests need it."""
    import pexpect  # pylint: disable=import-outside-toplevel

    return pexpect.EOF


def uri_in(text):
    """The URI that an import printed for the configuration, or named."""
    found = re.findall(r"stskey_(?:key|mfa)\s*=\s*(pkcs11:\S+)", text)
    found = found or re.findall(r"pkcs11:[^\s'\",]*object=[^\s'\",]*", text)
    return found[-1] if found else None
