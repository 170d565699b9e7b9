# SPDX-License-Identifier: Apache-2.0
"""
The commands that the documentation shows, and a person at a terminal who types
them and answers what is asked.
"""

import re
import textwrap

import planted
from importing import OTHER_ID, OTHER_SECRET

PAGES = (
    *("README.md", "docs/SECURITY.md", "docs/SEALED.md", "docs/PROTOCOL.md"),
    *("man/stskey.1", "man/stskey-config.5"),
)
# What begins a command where it stands in a sentence.
PROGRAMS = (
    *("apt", "aws", "cmake", "cpack", "eval", "man", "sh", "softhsm2-util"),
    "sudo",
)
ESCAPES = {r"\-": "-", r"\(dq": '"', r"\(aq": "'", r"\e": "\\", r"\&": ""}
PLACE = r"\[(?:profile \S+|default|defaults|policy)\]$"
CONFIG = rf"#|{PLACE}|[a-z_0-9]+ += "

# What stands before a command in a transcript, and in one with the time.
PROMPT = r"^(?:\d\d:\d\d )?\$ "
# What stays until it is left: once it shows this, by that.
CTRL_C = "\x03"
ENDLESS = {
    r"stskey status --watch$": ("PROFILE", CTRL_C),
    r"stskey exec( --profile \S+)?$": (r"[#$] ?$", "exit"),
}
ANSWERS = (
    (r"PIN[^\r\n]*: ?$", planted.PIN),
    (r"(?i)secret[^\r\n]*: ?$", None),  # that of the access key id in question
    (r"(?i)seed[^\r\n]*: ?$", planted.SEED),
    (r"\[y/N\] ?$", "y"),
)


def verbs():
    """Those of stskey.c's table."""
    text = (planted.SOURCE / "signer" / "stskey.c").read_text("utf-8")
    return re.findall(r'\{ "([a-z-]+(?: [a-z]+)?)",\s+\w+,', text)


def of_manual(text):
    """The literal lines, as they are shown."""
    for escape, instead in ESCAPES.items():
        text = text.replace(escape, instead)
    lines = re.findall(r"(?m)^\.D[1l] (.*)$", text)
    for block in re.findall(r"(?ms)^\.Bd -literal.*?$\n(.*?)^\.Ed", text):
        lines += block.splitlines()
    return lines


def of_markdown(text):
    """(lines of blocks; spans).  Of a transcript: what is typed in it."""
    fences = re.findall(r"(?ms)^```(\w*)\n(.*?)^```", text)
    blocks = [body for kind, body in fences if kind != "json"]
    text = re.sub(r"(?ms)^```.*?^```", "", text)
    blocks += re.findall(r"(?m)(?:^ {4,}\S.*\n)+", text)
    lines = []
    for block in blocks:
        shown = [line.strip() for line in block.splitlines()]
        if re.match(PROMPT, shown[0]):
            typed_there = [re.split(PROMPT, x) for x in shown]
            shown = [x[1] for x in typed_there if len(x) == 2]
            # Those of docs/screens/ are what test_screens.py runs.
            shown = [] if textwrap.dedent(block) in screens() else shown
        lines += shown
    return lines, re.findall(r"`([^`\n]+)`", text)


def screens():
    folder = planted.SOURCE / "docs" / "screens"
    return [p.read_text("utf-8") for p in folder.glob("*.txt")]


def is_command(span):
    called = "|".join(sorted(map(re.escape, verbs()), key=len, reverse=True))
    return re.match(rf"stskey ({called})(?![\w-])", span) or any(
        span.startswith(f"{program} ") for program in PROGRAMS
    )


def commands_of(page, text=None):
    """In the order of the page, each once; what a comment says is left out."""
    if text is None:
        text = (planted.SOURCE / page).read_text("utf-8")
    if page.startswith("man/"):
        lines, spans = of_manual(text), []
    else:
        lines, spans = of_markdown(text)
        if page != "README.md":  # there a block is a format, not a command
            lines = [line for line in lines if is_command(line)]
    lines = [line for line in lines if line and not re.match(CONFIG, line)]
    found = lines + [span for span in spans if is_command(span)]
    return list(dict.fromkeys(re.sub(r"\s{2,}#.*", "", x) for x in found))


def commands():
    return list(dict.fromkeys(c for page in PAGES for c in commands_of(page)))


def typed(rig, argv, line, **options):
    """
    (status, all that the terminal showed) of a line that a shell is given as
    its last argument; None for one that hangs or is cut off.
    """
    import pexpect  # pylint: disable=import-outside-toplevel

    child = pexpect.spawn(
        str(argv[0]),
        [*map(str, argv[1:]), f"{line}\nread -r -p ended=$?"],
        timeout=60,
        encoding="utf-8",
        dimensions=(40, 200),
        **options,
    )
    rig.children.append(child)
    return converse(child, line)


def converse(child, line):
    """Answers what is asked, up to the end."""
    import pexpect  # pylint: disable=import-outside-toplevel

    secret = OTHER_SECRET if OTHER_ID in line else planted.SECRET
    answers = [(pattern, answer or secret) for pattern, answer in ANSWERS]
    for pattern, way in ENDLESS.items():
        if re.match(pattern, line):
            answers = [way]
    patterns = [r"ended=(\d+)", pexpect.EOF, pexpect.TIMEOUT]
    shown = ""
    while True:
        which = child.expect(patterns + [pattern for pattern, _ in answers])
        shown += child.before
        if which == 0:
            child.sendline("")
            return int(child.match[1]), shown
        if which < 3:
            return None, shown
        shown += child.after
        answer = answers[which - 3][1]
        if answer == CTRL_C:
            child.sendintr()
            child.expect([r"ended=130", pexpect.EOF])
            return 0, shown
        child.sendline(answer)
