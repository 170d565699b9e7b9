# SPDX-License-Identifier: Apache-2.0
"""What /proc says of the processes that a test has started."""

import os
import pathlib
import time

FLOCK = {"x86_64": "73", "aarch64": "32"}.get(os.uname().machine)


def stat(pid):
    """(name, state, parent), or None when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    name = text[text.index("(") + 1 : text.rindex(")")]
    state, parent = text[text.rindex(")") + 2 :].split()[:2]
    return name, state, int(parent)


def alive(pid):
    found = stat(pid)
    return found is not None and found[1] not in "ZX"


def program(pid):
    """The program's file name; stat's is cut at 15 bytes."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        found = stat(pid)
        return found[0] if found else None


def children(pid):
    """Every descendant, nearest first."""
    pids = [int(p) for p in os.listdir("/proc") if p.isdigit()]
    parents = {p: s[2] for p in pids if (s := stat(p)) is not None}
    found, seeds = [], [pid]
    while seeds:
        seeds = [p for p, parent in parents.items() if parent in seeds]
        found += seeds
    return found


def strays(folder):
    """Programs of ours that still run with this folder in their environment."""
    needle, found = os.fsencode(str(folder)) + b"/", []
    for pid in (int(p) for p in os.listdir("/proc") if p.isdigit()):
        seen = stat(pid)
        if seen is None or not seen[0].startswith("stskey") or seen[1] in "ZX":
            continue
        try:
            environ = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue  # gone, or another person's
        if needle in environ:
            found.append(pid)
    return found


def helpers(pid):
    """{"stskey-net": PID, "stskey-token": PID} of a conductor."""
    return {program(p): p for p in children(pid)}


def in_flock(pid):
    """Whether it sleeps in flock(2)."""
    try:
        with open(f"/proc/{pid}/syscall", encoding="ascii") as file:
            return file.read().split()[0] == FLOCK
    except FileNotFoundError:
        if not alive(pid):
            return False
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    # It keeps to itself, and a container's root may not look: who waits.  Of
    # whom nothing can be known, nothing is claimed.
    try:
        with open("/proc/locks", encoding="ascii") as file:
            waiting = [line.split() for line in file if "-> FLOCK" in line]
    except OSError:
        return False
    return any(words[5] == str(pid) for words in waiting)


def patience(seconds):
    """So long where nobody else works, and longer the more do beside us.

    Four times so long at the most, and where the load cannot be known; but ten
    times where that is a minute or less.
    """
    most = max(4, min(10, 60 / max(seconds, 1)))
    try:
        with open("/proc/loadavg", encoding="ascii") as file:
            last_minute, _, _, tasks, _ = file.read().split()
        busy = max(float(last_minute), int(tasks.split("/")[0]))
    except (OSError, ValueError):
        return seconds * most
    share = busy / len(os.sched_getaffinity(0))
    return seconds * min(max(share, 1), most)


def until(condition, seconds, what):
    """Looks often; the answer, or AssertionError after that much patience."""
    begun = time.monotonic()
    while True:
        late = time.monotonic() - begun
        answer = condition()
        if answer:
            return answer
        if late > seconds and late > patience(seconds):
            raise AssertionError(f"after {seconds} s: {what}")
        time.sleep(0.01)


def memory(pid):
    """All that is readable of a process, as chunks of bytes."""
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps:
        regions = [line.split() for line in maps]
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for region in regions:
            if "r" not in region[1] or region[-1] in ("[vvar]", "[vsyscall]"):
                continue
            begin, end = (int(x, 16) for x in region[0].split("-"))
            try:
                mem.seek(begin)
                yield mem.read(end - begin)
            except OSError:
                continue  # a guard page
