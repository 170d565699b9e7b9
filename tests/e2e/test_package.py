#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
The README's way to a build, an installation and a Debian package; what is in
the package; and the README's first steps on a machine that has nothing else.
"""

import concurrent.futures
import contextlib
import fcntl
import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import clean
import rig
import showing

KEPT = rig.SOURCE / "build" / "machine"
LINKED = ("libcurl4", "libexpat1", "libfido2-1", "libssl3")
ALSO = ("awscli", "less", "softhsm2")  # what a person would have there
USER = "dev"
PLACES = (
    r"usr/bin/stskey",
    r"usr/libexec/stskey/stskey-\w+",
    r"usr/share/bash-completion/completions/\w+",
    r"usr/share/(fish/vendor_completions\.d|zsh/vendor-completions)/[\w.]+",
    r"usr/share/doc/stskey/(copyright|changelog(\.Debian)?\.gz|README\.md)",
    r"usr/share/doc/stskey/docs/[\w/.-]+",
    r"usr/share/doc/stskey/examples/70-stskey-fido\.rules",
    r"usr/share/lintian/overrides/stskey",
    r"usr/share/man/man[1-8]/stskey[\w-]*\.[1-8]\.gz",
)


def shown(start):
    """The one command of the README that begins so."""
    found = [c for c in showing.commands_of("README.md") if c.startswith(start)]
    if len(found) != 1:
        raise AssertionError(f"the README shows {len(found)} times {start!r}")
    return found[0]


def run(argv, **more):
    return subprocess.run(
        [str(a) for a in argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        **more,
    )


def must(argv, **more):
    done = run(argv, **more)
    if done.returncode != 0:
        raise AssertionError(f"{argv}: {done.stdout[-4000:]}")
    return done.stdout


@contextlib.contextmanager
def one_at_a_time(what):
    """The folders below build/ are those of every build's tests."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with open(KEPT / f"{what}.lock", "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def as_shown(start, **env):
    """A command of the README, from the root of the sources."""
    env = {k: v for k, v in {**os.environ, **env}.items() if k != "LD_PRELOAD"}
    if shutil.which("ccache"):
        env["CMAKE_C_COMPILER_LAUNCHER"] = "ccache"
    return must(["sh", "-c", shown(start)], cwd=rig.SOURCE, env=env)


@functools.cache
def built():
    with one_at_a_time("build"):
        for start in ("cmake -S", "cmake --build", "cpack"):
            as_shown(start)
    return rig.SOURCE / re.search(r"\./(\S+\.deb)", shown("sudo apt "))[1]


class Package(unittest.TestCase):
    def setUp(self):
        self.deb = built()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stskey-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_installed(self):
        """cmake --install, into a root of its own."""
        as_shown("cmake --install", DESTDIR=str(self.folder))
        prefix = self.folder / "usr" / "local"
        said = must([prefix / "bin" / "stskey", "version"])
        self.assertRegex(said, r"\Astskey \d+\.\d+\.\d+\n\Z")
        for page in ("man1/stskey.1", "man5/stskey-config.5"):
            self.assertTrue((prefix / "share" / "man" / page).is_file(), page)

    def lint(self, deb):
        return run(["lintian", "--allow-root", "--fail-on", "error,warning", deb])

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian(self):
        result = self.lint(self.deb)
        self.assertEqual((result.returncode, result.stdout), (0, ""), result)

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian_sees(self):
        tree, planted = self.folder / "tree", self.folder / "planted.deb"
        must(["dpkg-deb", "-R", self.deb, tree])
        (tree / "usr" / "share" / "doc" / "stskey" / "copyright").unlink()
        must(["dpkg-deb", "--root-owner-group", "-b", tree, planted])
        result = self.lint(planted)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("no-copyright-file", result.stdout)

    def test_files(self):
        """Each in its place, root's, for all to read and nobody to change."""
        found = []
        for line in must(["dpkg-deb", "-c", self.deb]).splitlines():
            mode, owner, *_, name = line.split()
            name = name.removeprefix("./")
            with self.subTest(file=name):
                self.assertEqual(owner, "root/root")
                self.assertRegex(mode, r"\A(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--)\Z")
                if not name.endswith("/"):
                    found.append(name)
                    self.assertRegex(name, rf"\A({'|'.join(PLACES)})\Z")
        for place in ("bin/stskey", "share/doc/stskey/copyright"):
            self.assertIn(f"usr/{place}", found)
        self.assertEqual([n for n in found if "/screens/" in n], [])

    def test_version(self):
        """That of the program, of both changelogs and of the README."""
        version = must(["dpkg-deb", "-f", self.deb, "Version"]).strip()
        upstream = version.rpartition("-")[0]
        self.assertEqual(must([rig.STSKEY, "version"]), f"stskey {upstream}\n")
        said = (rig.SOURCE / "packaging" / "changelog").read_text()
        self.assertIn(f"stskey ({version})", said)
        self.assertIn(upstream, (rig.SOURCE / "CHANGELOG.md").read_text())
        self.assertIn(f"stskey_{version}_", self.deb.name)


class CleanMachine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        tarball = clean.tarball_for(KEPT, LINKED + cls.loaded() + ALSO)
        reason = clean.lacking(tarball)
        if reason:
            raise unittest.SkipTest(reason)
        cls.rig = rig.Rig(tokens=())
        cls.addClassCleanup(cls.rig.close)
        folder = cls.rig.folder / "machine"
        folder.mkdir()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            building = pool.submit(built)
            with one_at_a_time("machine"):
                if not tarball.exists():
                    clean.make(folder, tarball, LINKED + cls.loaded() + ALSO)
                cls.machine = clean.Machine(folder, tarball)
            cls.addClassCleanup(cls.end)
            deb = building.result()
        cls.install(deb)
        cls.furnish()

    @staticmethod
    def loaded():
        """What the package says it needs beside what its programs link to."""
        text = (rig.SOURCE / "packaging" / "debian.cmake").read_text()
        said = re.search(r'PACKAGE_DEPENDS\s+"([^"]+)"', text)[1]
        return tuple(said.split(", "))

    @classmethod
    def end(cls):
        cls.machine.stop()
        mounts = pathlib.Path("/proc/self/mounts").read_text()
        left = list(cls.machine.folder.iterdir())
        if str(cls.machine.folder) in mounts or left:
            raise AssertionError(f"the machine left {left} {mounts}")

    @classmethod
    def must(cls, line, user="root"):
        done = cls.machine.run(line, user)
        if done.returncode != 0:
            raise AssertionError(f"{line}: {done.stdout[-4000:]}")
        return done.stdout

    @classmethod
    def install(cls, deb):
        """As the README says, by root, without what is merely recommended."""
        line = shown("sudo apt ").removeprefix("sudo ")
        place = cls.machine.root / "src" / deb.relative_to(rig.SOURCE)
        place.parent.mkdir(parents=True)
        shutil.copy(deb, place)
        line = line.replace("install", "install -y --no-install-recommends", 1)
        cls.must(f"cd /src; {line}")
        cls.must(f"apt-get install -y --no-install-recommends {' '.join(ALSO)}")

    @classmethod
    def furnish(cls):
        """A user, and what the console and the account's owner gave her."""
        cls.must(f"useradd -m -s /bin/bash {USER}")
        line = shown("sudo adduser").removeprefix("sudo ")
        cls.must(f"USER={USER}; {line}")
        cls.write(
            f"/home/{USER}/accessKeys.csv",
            f"Access key ID,Secret access key\n{rig.KEY_ID},{rig.SECRET}\n",
        )
        cls.write(
            f"/home/{USER}/.aws/config",
            cls.rig.profile("dev", region=rig.REGION, endpoint_url=cls.rig.url),
        )
        # Debian's AWS CLI is older than endpoint_url.
        cls.write(
            "/usr/local/bin/aws",
            f'#!/bin/sh\nexec /usr/bin/aws --endpoint-url {cls.rig.url} "$@"\n',
        )
        cls.must("chmod 755 /usr/local/bin/aws")
        cls.must(f"chown -R {USER}: /home/{USER}")

    @classmethod
    def write(cls, path, text):
        file = cls.machine.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def typed(self, line):
        """By the user, at a terminal."""
        argv = self.machine.argv("", USER)[:-1]
        status, said = showing.typed(self.rig, argv, f"cd; {line}")
        self.assertEqual(status, 0, f"{line}: {said}")
        return said

    def test_first_steps(self):
        token = shown("softhsm2-util")
        for line in (
            "stskey version",
            token,
            token.replace("work", "desk"),
            shown("stskey key import --to 'pkcs11:token=work' --csv"),
            shown("stskey mfa import --to 'pkcs11:token=desk'"),
        ):
            self.typed(line)
        self.assertIn(f"user/{USER}", self.typed(shown("aws sts")))
        self.typed(shown("stskey login --profile dev"))
        self.typed("stskey doctor --profile dev")
        home = self.machine.root / "home" / USER
        self.assertFalse((home / "accessKeys.csv").exists())
        config = (home / ".aws" / "config").read_text()
        self.assertIn("= /usr/bin/stskey credentials --profile dev", config)

    def test_libraries(self):
        """What is loaded late is there too: no start would miss it."""
        has = self.must("ldconfig -p")
        wanted = set()
        usr = self.machine.root / "usr"
        for path in (usr / "bin/stskey", *(usr / "libexec/stskey").iterdir()):
            text = path.read_bytes()
            wanted.update(re.findall(rb"\blib[\w-]+\.so\.\d+\b", text))
        self.assertIn(b"libassuan.so.0", wanted)
        for name in sorted(wanted):
            with self.subTest(library=name):
                self.assertIn(name.decode(), has)

    def test_reinstalled(self):
        """Purged, nothing of it is left; and it can come back."""
        files = self.must("dpkg -L stskey").split()
        ours = [f for f in files if "stskey" in f]
        self.must("dpkg --purge stskey")
        left = [f for f in ours if (self.machine.root / f[1:]).exists()]
        deb = built().relative_to(rig.SOURCE)
        self.must(f"dpkg -i /src/{deb}")
        self.assertEqual(left, [])


if __name__ == "__main__":
    rig.main()
