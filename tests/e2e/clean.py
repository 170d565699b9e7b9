# SPDX-License-Identifier: Apache-2.0
"""
A machine with nothing on it but a minimal Debian, by debootstrap from the
mirror that apt uses here, on a tmpfs in mount and pid namespaces of its own.

    machine = Machine(folder, tarball); machine.start(); machine.run("id", user="dev")
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import urllib.request

import planted
import procs

SCRIPT = planted.HERE / "clean_machine.sh"
ALONE = ["unshare", "-m", "-p", "--fork", "--kill-child=KILL"]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def mirror():
    """(suite, URL) of Debian's own packages in apt's sources, or None."""
    said = subprocess.run(
        ["apt-get", "indextargets", "Created-By: Packages", "Component: main"]
        + ["--format", "$(LABEL) $(SUITE) $(CODENAME) $(REPO_URI)"],
        capture_output=True,
        check=False,
    ).stdout.decode()
    for line in said.splitlines():
        label, _, codename, url = line.split()
        if label == "Debian" and "-" not in codename and url.startswith("http"):
            return codename, url
    return None


def lacking(tarball):
    """What keeps this machine from having another one inside; or None."""
    if os.getuid() != 0:
        return "only root can make a machine in a folder"
    for command in ("debootstrap", "unshare", "nsenter"):
        if not shutil.which(command):
            return f"{command} is not installed"
    if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
        return "there are no mount and pid namespaces here"
    if tarball.exists():
        return None
    found = mirror()
    if found is None:
        return "apt's sources name no mirror of Debian"
    try:
        release = f"{found[1]}dists/{found[0]}/InRelease"
        urllib.request.urlopen(release, timeout=20).close()
    except OSError as error:
        return f"the mirror {found[1]} does not answer: {error}"
    return None


def tarball_for(folder, packages):
    """Where a machine is kept that has in store what these need."""
    text = "\n".join([SCRIPT.read_text(), *packages])
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    return pathlib.Path(folder) / f"machine-{name}.tar"


def make(folder, tarball, packages):
    """From the mirror, with these packages in apt's cache."""
    tarball.parent.mkdir(parents=True, exist_ok=True)
    for old in tarball.parent.glob("machine-*"):
        old.unlink()
    argv = [*ALONE, "sh", SCRIPT, "make", tarball, *mirror(), *packages]
    done = subprocess.run(
        [str(a) for a in argv],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(done.stdout.decode()[-4000:])


class Machine:
    """Started in an empty folder; nothing of it is left after stop()."""

    def __init__(self, folder, tarball):
        self.folder = pathlib.Path(folder)
        self.child = subprocess.Popen(  # pylint: disable=consider-using-with
            [*ALONE, "sh", str(SCRIPT), "start", str(tarball)],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        line = self.child.stdout.readline()
        if line != b"ready\n":
            self.stop()
            raise AssertionError(f"the machine does not start: {line!r}")
        self.pid = procs.children(self.child.pid)[0]
        self.root = pathlib.Path(f"/proc/{self.pid}/cwd/root")

    def argv(self, line, user="root"):
        """What runs a line of a shell in there, as that user would log in."""
        home = "/root" if user == "root" else f"/home/{user}"
        return [
            *("nsenter", "-t", str(self.pid), "-m", "-p"),
            *("chroot", f"{self.folder}/root"),
            *("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"),
            *("env", "-i", f"HOME={home}", f"USER={user}", f"PATH={PATH}"),
            *("LANG=C.UTF-8", "TERM=xterm", "DEBIAN_FRONTEND=noninteractive"),
            *("/bin/bash", "-c", f"cd; {line}"),
        ]

    def run(self, line, user="root"):
        """The CompletedProcess of a line; its output is one text."""
        return subprocess.run(
            self.argv(line, user),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )

    def stop(self):
        """As a kill would end it."""
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()
