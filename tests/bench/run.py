#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
run.py [--quick]: what stskey costs, against its bounds.

Every time is a ratio of least times (wall clock and processor) of programs
that ran beside each other in shuffled order, and so says little about the
machine.  Prints a table, each bound with its value and whether it holds, and
exits with 1 when one does not.  BUILD names the build (build/gcc), which has
to be a hardened one; --quick takes a fifth of the rounds.
"""

import base64
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

# pylint: disable=wrong-import-position
import rig as rigs
from fido import FidoKey
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SPAWN = rigs.BUILD / "tests" / "prog_spawn"
EMPTY = rigs.BUILD / "tests" / "prog_empty"
P11SIGN = rigs.BUILD / "tests" / "prog_p11sign"
COUNT = rigs.BUILD / "tests" / "mod_count.so"
TRUE = pathlib.Path("/usr/bin/true")
NAMES = {
    "cached": "cached call",
    "exec": "exec of an empty program",
    "export": "export",
    "brief": "status --brief",
}
FIDO2_ASSERT = pathlib.Path("/usr/bin/fido2-assert")
MEMORY = "/dev/shm"  # a disk that costs nothing
SYSTEM_BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
QUICK = "--quick" in sys.argv[1:]

Cost = collections.namedtuple("Cost", "wall wall_median cpu cpu_median rss failed")


def rounds(n):
    return max(3, n // 5) if QUICK else n


class Table:
    """Bounds, values, and whether all hold."""

    def __init__(self):
        self.good = True
        print(f"{'what':58} {'value':>9} {'bound':>9}")

    def row(self, what, value, bound, detail=""):
        holds = value <= bound
        self.good &= holds
        shown = f"{value:9.2f}" if isinstance(value, float) else f"{value:9d}"
        verdict = "pass" if holds else "FAIL"
        print(f"{what:58} {shown} {'<= ' + str(bound):>9}  {verdict}  {detail}")
        sys.stdout.flush()

    @staticmethod
    def note(text):
        print(f"  {text}", flush=True)


class Bench:
    """The rig of one machine, with its key on a token and no MFA."""

    def __init__(self, rig):
        self.rig = rig
        imported = rig.import_key()
        seeded = rig.import_seed(token="work")
        if imported.rc or seeded.rc:
            sys.exit(f"enrolment failed: {imported} {seeded}")
        rig.key_uri, rig.mfa_uri = imported.uri, seeded.uri
        self.label = re.search(r"object=([^;?]*)", imported.uri).group(1)
        # A code is good for one 30 s step: what is measured again and again
        # goes without.
        no_mfa = {"mfa_serial": None, "stskey_mfa": None}
        key, seed = through_counter(rig.key_uri), through_counter(rig.mfa_uri)
        rig.write_config(
            rig.dev(**no_mfa),
            rig.dev("signature", stskey_key=key, **no_mfa),
            rig.dev("both", stskey_key=key, stskey_mfa=seed),
        )
        rig.fresh()
        self.stskey, self.empty = installed(rig.folder / "installed")
        self.command = [self.stskey, "credentials", "--profile", "dev"]

    # pylint: disable-next=too-many-arguments
    def measure(self, programs, times, width=1, env=None, warmup=2, err=None):
        """Cost by name, of {name: argv}."""
        lines = "".join(
            "\t".join([name, *map(str, argv)]) + "\n"
            for name, argv in programs.items()
        )
        done = subprocess.run(
            [SPAWN, str(warmup), str(times), str(width)],
            input=lines,
            env=self.rig.environment(env),
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
            check=True,
        )
        costs = {}
        for line in done.stdout.splitlines():
            name, *values = line.split("\t")
            costs[name] = Cost(*map(float, values))
            if costs[name].failed:
                sys.exit(f"{name} failed {values[-1]} times: {programs[name]}")
        return costs

    def strace(self, argv, *options, env=None):
        """The lines of a trace of a run that must succeed or may not."""
        with tempfile.NamedTemporaryFile() as out:
            done = self.rig.run(
                ["/usr/bin/strace", "-f", "-o", out.name, *options, *argv],
                env=env,
            )
            trace = pathlib.Path(out.name).read_text("utf-8", "replace")
        return done, trace.splitlines()

    # -- a cached call

    def cached(self, table):
        warm = self.rig.run(self.command)
        if warm.rc:
            sys.exit(f"the first call failed: {warm}")
        status = [self.command[0], "status"]
        programs = {
            "empty": [self.empty],
            "cached": self.command,
            "status": status,
        }
        cost = self.measure(programs, rounds(400))
        empty, cached = cost["empty"], cost["cached"]
        table.row(
            "cached call / empty program, wall",
            cached.wall / empty.wall,
            1.35,
            f"{cached.wall:.0f} us / {empty.wall:.0f} us",
        )
        table.row(
            "cached call / empty program, processor",
            cached.cpu / empty.cpu,
            1.35,
            f"{cached.cpu:.0f} us / {empty.cpu:.0f} us",
        )
        table.row(
            "cached call, peak memory in KB",
            int(cached.rss),
            3 * 1024,
            f"an empty program: {empty.rss:.0f}",
        )
        table.row("status from files, ms", cost["status"].wall / 1000, 50)
        done, trace = self.strace(self.command)
        calls = [line for line in trace if re.match(r"\d+ +\w+\(", line)]
        if done.rc or not calls:
            sys.exit(f"strace failed: {done}")
        table.row("cached call, system calls", len(calls), 60)
        del programs["status"]
        cost = self.measure(programs, rounds(150), width=100)
        empty, cached = cost["empty"], cost["cached"]
        table.row(
            "100 cached at once / 100 empty programs, wall",
            cached.wall / empty.wall,
            1.35,
            f"{cached.wall / 1000:.1f} ms / {empty.wall / 1000:.1f} ms",
        )
        table.row(
            "100 cached at once / 100 empty programs, processor",
            cached.cpu / empty.cpu,
            1.35,
        )

    # -- what people start all day

    def daily(self, table):
        """The verbs that prompts, scripts and shells call, all cached."""
        stskey, dev = self.command[0], ("--profile", "dev")
        programs = {
            "empty": [self.empty],
            "cached": self.command,
            "exec": [stskey, "exec", *dev, "--", self.empty],
            "true": [stskey, "exec", *dev, "--", TRUE],
            "bare true": [TRUE],
            "export": [stskey, "export", *dev],
            "brief": [stskey, "status", *dev, "--brief"],
        }
        cost = self.measure(programs, rounds(400))
        for kind in ("wall", "cpu"):
            took = {name: getattr(c, kind) for name, c in cost.items()}
            what = {"wall": "wall", "cpu": "processor"}[kind]
            table.row(
                f"exec true / (cached call + true), {what}",
                took["true"] / (took["cached"] + took["bare true"]),
                1.1,
                f"{took['true']:.0f} us / ({took['cached']:.0f} + "
                f"{took['bare true']:.0f}) us",
            )
            for name, bound in (("exec", 2.5), ("export", 1.5), ("brief", 1.5)):
                table.row(
                    f"{NAMES[name]} / empty program, {what}",
                    took[name] / took["empty"],
                    bound,
                    f"{took[name]:.0f} us / {took['empty']:.0f} us",
                )
        self.beside_the_cli(table, cost)

    def beside_the_cli(self, table, cost):
        """What the AWS CLI takes for the same, from variables: no process runs."""
        aws = [rigs.AWS, "configure", "export-credentials"]
        answer = self.rig.run(self.command).json()
        env = {
            "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
            "AWS_SESSION_TOKEN": answer["SessionToken"],
        }
        cli = self.measure({"cli": aws}, rounds(15), env=env)["cli"].wall
        for name in ("cached", "export", "exec", "brief"):
            table.row(
                f"{NAMES[name]}, % of aws configure export-credentials",
                100 * cost[name].wall / cli,
                2.0,
                f"{cost[name].wall / 1000:.1f} ms / {cli / 1000:.0f} ms",
            )

    # -- a cold call

    def curl(self):
        """The same request to the same endpoint, signed beforehand."""
        url = self.rig.url + "/"
        body = "Action=GetSessionToken&DurationSeconds=43200&Version=2011-06-15"
        kind = "application/x-www-form-urlencoded; charset=utf-8"
        request = AWSRequest("POST", url, {"Content-Type": kind}, body)
        key = Credentials(rigs.KEY_ID, rigs.SECRET)
        SigV4Auth(key, "sts", rigs.REGION).add_auth(request)
        argv = ["/usr/bin/curl", "-sSf", "--cacert", self.rig.sts.ca]
        for name, value in request.headers.items():
            argv += ["-H", f"{name}: {value}"]
        return [*argv, "--data-raw", body, url]

    def cold(self, table):
        programs = {
            "cold": [*self.command, "--fresh"],
            "sign": [P11SIGN, rigs.SOFTHSM, "work", self.label, self.rig.pin_file],
            "curl": self.curl(),
        }
        cost = self.measure(programs, rounds(100))
        both = cost["sign"].wall + cost["curl"].wall
        table.row(
            "cold call over TLS / (bare PKCS#11 signature + curl), wall",
            cost["cold"].wall / both,
            1.0,
            f"{cost['cold'].wall / 1000:.1f} ms / ({cost['sign'].wall / 1000:.1f}"
            f" + {cost['curl'].wall / 1000:.1f}) ms",
        )
        cpu = cost["sign"].cpu + cost["curl"].cpu
        table.note(f"processor: {cost['cold'].cpu / cpu:.2f} of it (no bound)")

    # -- certificates

    def certificates(self, table, folder):
        """A file of one, a folder of hashed names, and a file of them all."""
        one = self.rig.sts.ca
        pems = [pathlib.Path(one).read_text("ascii"), *bundle()]
        rehashed = folder / "certs"
        rehashed.mkdir()
        for n, pem in enumerate(pems):
            (rehashed / f"{n}.pem").write_text(pem)
        subprocess.run(
            ["openssl", "rehash", rehashed],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        whole = folder / "whole.pem"
        whole.write_text("".join(pems))
        fresh = [*self.command, "--fresh"]
        best = {}
        # In turns, since each needs another environment.
        for _ in range(5):
            for name, env in (
                ("one", {"AWS_CA_BUNDLE": one}),
                ("folder", {"AWS_CA_BUNDLE": None, "SSL_CERT_DIR": rehashed}),
                ("whole", {"AWS_CA_BUNDLE": whole}),
            ):
                took = self.measure({name: fresh}, rounds(15), env=env)[name].wall
                best[name] = min(best.get(name, took), took)
        least = best.pop("one")
        more = {name: (took - least) / 1000 for name, took in best.items()}
        table.row(
            f"{len(pems)} certificates: what a folder adds / what a bundle adds",
            more["folder"] / more["whole"],
            0.1,
            f"{more['folder']:+.1f} ms / {more['whole']:+.1f} ms",
        )
        # With what a machine has by itself, the call fails (our authority is
        # not among them) without having read the bundle.
        done, trace = self.strace(
            fresh, "-e", "trace=open,openat", env={"AWS_CA_BUNDLE": None}
        )
        opened = [line for line in trace if "ca-certificates.crt" in line]
        looked = [line for line in trace if "/etc/ssl/certs" in line]
        if done.rc == 0 or (not looked and SYSTEM_BUNDLE.exists()):
            sys.exit(f"the system's certificates were not asked: {done}")
        table.row("certificate bundles parsed whole", len(opened), 0)

    # -- Cryptoki

    def cryptoki(self, table):
        """A call with a signature, and one with a code as well."""
        calls = self.counted("signature")
        table.row(
            "Cryptoki calls for a signature",
            sum(calls.values()),
            14,
            listing(calls),
        )
        calls = self.counted("both")
        table.row(
            "Cryptoki logins for a code and a signature on one token",
            calls["C_Login"],
            1,
            f"{sum(calls.values())} calls: {listing(calls)}",
        )

    def counted(self, profile):
        """How often each function was called: tests/fake/mod_count.c tells."""
        calls = self.rig.folder / f"calls-{profile}"
        self.rig.fresh()
        done = self.rig.stskey(
            *("credentials", "--profile", profile),
            env={
                "STSKEY_TEST_COUNTED": rigs.SOFTHSM,
                "STSKEY_TEST_CALLS": calls,
            },
        )
        if done.rc:
            sys.exit(f"the counted call failed: {done}")
        return collections.Counter(calls.read_text().split())

    # -- a touch

    def touch(self, table):
        """A code of a seed that is sealed to a FIDO2 key, touched at once."""
        key = FidoKey(self.rig.folder / "fido")
        try:
            self.code(table, key)
        finally:
            key.stop()

    def code(self, table, key):
        sealed = self.rig.stskey(
            *("mfa", "import", "--to", "fido:", "--name", "desk-key"),
            *("--serial-number", rigs.SERIAL),
            input=rigs.SEED + "\n",
            env=key.env,
        )
        if sealed.rc:
            sys.exit(f"the seed was not sealed: {sealed}")
        self.rig.write_config(self.rig.dev(stskey_mfa="sealed:desk-key"))
        # A step is on the disk before its code is handed out, and no disk is
        # like another: that is told apart from what the program takes.
        with tempfile.TemporaryDirectory(dir=MEMORY) as state:
            code, tool = self.touched(key, pathlib.Path(state))
        table.row(
            "MFA code with an instant touch / fido2-assert, wall",
            code / tool,
            1.3,
            f"{code / 1000:.1f} ms / {tool / 1000:.1f} ms",
        )
        code, tool = self.touched(key, self.rig.state)
        table.note(f"with its step on this disk: {code / tool:.2f} (no bound)")

    def touched(self, key, state):
        """The least times of a code and of what the tool does."""
        programs = {
            "code": [self.stskey, "mfa", "code", "--profile", "dev"],
            "tool": self.assertion(key),
        }
        env = dict(key.env, XDG_STATE_HOME=state)
        best = {}
        for _ in range(rounds(200)):
            # Else it would wait for the next step.
            for record in (state / "stskey" / "step").glob("*"):
                record.unlink()
            programs = dict(reversed(programs.items()))
            key.forget()
            cost = self.measure(programs, 1, env=env, warmup=0, err=subprocess.DEVNULL)
            if key.events("touch") != ["get", "get"]:
                sys.exit(f"not one touch each: {key.log()}")
            for name in programs:
                best[name] = min(best.get(name, cost[name].wall), cost[name].wall)
        return best["code"], best["tool"]

    def assertion(self, key):
        """What the same touch costs Yubico's tool."""
        sealed = self.rig.folder / "data" / "stskey" / "sealed" / "desk-key"
        seal = json.loads(sealed.read_text())["seals"][0]
        asked = self.rig.folder / "asked"
        hashed = base64.b64encode(bytes(32)).decode()
        asked.write_text(
            "\n".join([hashed, "stskey", seal["credential_id"], seal["salt"], ""])
        )
        return [FIDO2_ASSERT, "-G", "-h", "-i", asked, f"sock:{key.socket}"]

    # -- a storm

    def storm(self, table):
        """Many ask while there is no session: one of them gets it."""
        programs = {"call": self.command}
        best = {}
        for _ in range(rounds(15)):
            for width in (1, 50):
                self.rig.fresh()
                took = self.measure(programs, 1, width, warmup=0)["call"].wall
                best[width] = min(best.get(width, took), took)
                posts = self.rig.sts.count("GetSessionToken")
                if posts != 1:
                    sys.exit(f"{width} at once made {posts} requests, not 1")
        warm = self.measure(programs, rounds(40), 50)["call"].wall
        table.row(
            "50 cold at once / (one cold + 50 warm), wall",
            best[50] / (best[1] + warm),
            2.0,
            f"{best[50] / 1000:.1f} ms / ({best[1] / 1000:.1f} + "
            f"{warm / 1000:.1f}) ms",
        )


def installed(folder):
    """The program where it was installed, and the empty one copied likewise:
    what a linker wrote lies in smaller pieces of memory than a copy of it."""
    subprocess.run(
        ["cmake", "--install", rigs.BUILD, "--prefix", folder],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    shutil.copy(EMPTY, folder / "bin")
    return folder / "bin" / rigs.STSKEY.name, folder / "bin" / EMPTY.name


def through_counter(uri):
    """The same object, by way of the module that counts."""
    attributes = uri.split("?")[0]
    return f"{attributes}?module-path={COUNT}"


def listing(calls):
    return " ".join(f"{n}x{name}" for name, n in sorted(calls.items()))


def bundle():
    """The certificates a machine trusts by itself, one PEM each."""
    if not SYSTEM_BUNDLE.exists():
        return []
    return re.findall(
        "-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n",
        SYSTEM_BUNDLE.read_text("ascii", "replace"),
        re.DOTALL,
    )


def ready():
    """A hardened build with everything that is measured, or the reason."""
    if rigs.missing():
        sys.exit(rigs.missing())
    for program in (rigs.STSKEY, SPAWN, EMPTY, P11SIGN, COUNT, rigs.FIDO_SHIM):
        if not program.exists():
            sys.exit(f"there is no {program}: build first, or set BUILD")
    if not pathlib.Path(rigs.AWS).exists():
        sys.exit("Debian's awscli is not installed (apt-get install awscli)")
    if not FIDO2_ASSERT.exists():
        sys.exit("fido2-assert is not installed (apt-get install fido2-tools)")
    cache = (rigs.BUILD / "CMakeCache.txt").read_text()
    if re.search(r"^SANITIZE:\w+=.|^CMAKE_BUILD_TYPE:\w+=Debug", cache, re.M):
        sys.exit(f"{rigs.BUILD} is not built as it is shipped: use build/gcc")


def main():
    ready()
    rig = rigs.Rig(tls=True)
    try:
        bench, table = Bench(rig), Table()
        bench.cached(table)
        bench.daily(table)
        bench.cold(table)
        bench.certificates(table, rig.folder)
        bench.cryptoki(table)
        bench.storm(table)
        bench.touch(table)
    finally:
        rig.close()
    print("every bound holds" if table.good else "a bound does NOT hold")
    return 0 if table.good else 1


if __name__ == "__main__":
    sys.exit(main())
