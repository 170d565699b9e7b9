#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tally.py SKIPS RUN.xml...: what the runs of ctest came to.

Prints each test that was skipped with its reason, then each that failed, and
at last the count summed over the runs, alone on its line.  Fails when a test
failed, when nothing passed, and when a test or a case of one was skipped that
SKIPS does not list; of what it lists for a bare machine or for an ordinary
user, on any other or of root.

RUN-alone.xml is what became of those that failed in RUN.xml, each tried once
more with nothing beside it.  Those that pass so are named with what they said
at first; more than ALONE of them are too many, and fail.
"""

import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ALONE = 3
CAP_SYS_PTRACE = 19

# What Python's unittest prints of a case, "test_x (module.Class.test_x) ...
# skipped 'reason'" with a docstring's first line before the dots, and at its
# end "OK (skipped=2)".
CASE = re.compile(
    r"^(?:test_|setUp)\w+ \(\w+\.([\w.]+)[^)\n]*\)(?:\n[^\n]*?)? \.\.\. "
    r"skipped ['\"](.*)['\"]$",
    re.M,
)
CASES = re.compile(r"^(?:OK|FAILED) \(.*\bskipped=(\d+)", re.M)


def bare():
    """Whether this machine lets root mount nothing, or not see every process."""
    mount = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/tmp"]
    mounts = subprocess.run(mount, stderr=subprocess.DEVNULL, check=False)
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    caps = int(re.search(r"(?m)^CapEff:\s*(\w+)", status)[1], 16)
    return mounts.returncode != 0 or not caps >> CAP_SYS_PTRACE & 1


def listed(path):
    """The names in the file: of any machine, or RUN:, bare: or user:name."""
    with open(path, encoding="utf-8") as f:
        lines = [line.strip() for line in f]
    return {x.split()[0] for x in lines if x and not x.startswith("#")}


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def what_failed(said):
    """Of a failed test's output, the part to read first."""
    lines = said.strip().splitlines()
    start = next((n for n, x in enumerate(lines) if x.startswith("=====")), None)
    return lines[start:][:30] if start is not None else lines[-15:]


def outcomes(path):
    """Of each test of a run: name, 'passed', 'failed' or 'skipped', output."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        said = case.findtext("system-out") or ""
        if case.find("skipped") is not None:
            yield case.get("name"), "skipped", said
        elif case.find("failure") is None and case.get("status") == "run":
            yield case.get("name"), "passed", said
        else:
            yield case.get("name"), "failed", said


def cases(name, said):
    """The cases within a test that passed which were skipped all the same."""
    named = CASE.findall(said)
    for case, reason in named:
        yield f"{name}/{case}", reason
    count = sum(int(n) for n in CASES.findall(said))
    for n in range(len(named), count):
        yield f"{name}/case-{n + 1}", "not named by the test"


def tried(run, runs):
    """The outcomes of a run, of what failed there those of the second try, and
    what the first try of those that then passed had said."""
    again = str(pathlib.Path(run).with_suffix("")) + "-alone.xml"
    second = {x[0]: x for x in outcomes(again)} if again in runs else {}
    first = list(outcomes(run))
    told = []
    for name, outcome, said in first:
        if outcome == "failed" and second.get(name, ("", ""))[1] == "passed":
            told += [f"  {line}" for line in what_failed(said)]
            told.append(f"passed only alone: {name} ({run})")
    return [x if x[1] != "failed" else second.get(x[0], x) for x in first], told


def main(skips, runs):
    allowed = listed(skips)
    count = {"passed": 0, "failed": 0, "skipped": 0}
    bad = []
    alone = 0
    anywhere = ["", *["bare:"] * bare(), *["user:"] * (os.geteuid() != 0)]
    for run in [x for x in runs if not x.endswith("-alone.xml")]:
        results, told = tried(run, runs)
        print(*told, sep="\n", end="\n" if told else "")
        alone += sum(line.startswith("passed only alone") for line in told)
        for name, outcome, said in results:
            count[outcome] += 1
            out = list(cases(name, said)) if outcome == "passed" else []
            if outcome == "skipped":
                out = [(name, last_line(said))]
            elif outcome == "failed":
                bad += [f"  {line}" for line in what_failed(said)]
                bad.append(f"failed: {name} ({run})")
            for which, reason in out:
                print(f"skipped: {which}: {reason}")
                here = [*anywhere, f"{pathlib.Path(run).stem}:"]
                if not allowed & {prefix + which for prefix in here}:
                    bad.append(f"not in {skips}: {which}")
    if alone > ALONE:
        bad.append(f"{alone} passed only alone, {ALONE} are borne with")
    if count["passed"] == 0:
        bad.append("nothing passed")
    for line in bad:
        print(line)
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**count))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
