# SPDX-License-Identifier: Apache-2.0
"""
The shells, each on a terminal of its own, with the completions of an
installation: what the words of a line are after TAB was pressed.
"""

import re

import pexpect

READY = "READY> "
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07]*\x07|\x1b[=>(].?|\r")

# Nothing of the person who runs the tests is read.
COMMANDS = {
    "bash": ["/bin/bash", "--norc", "--noprofile", "-i"],
    "zsh": ["/usr/bin/zsh", "-f", "-i"],
    "fish": ["/usr/bin/fish", "-i"],
}
SETUPS = {
    "bash": "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; "
    ". /usr/share/bash-completion/bash_completion; PS1='READ''Y> '",
    "zsh": "unsetopt promptsp beep; bindkey -e; "
    "fpath=({prefix}/share/zsh/site-functions $fpath); "
    "autoload -Uz compinit; compinit -u -D; PS1='READ''Y> '",
    "fish": "function fish_prompt; echo -n 'READ''Y> '; end",
}


def environment(prefix):
    """What shows the installation to programs and shells."""
    return {
        "PATH": f"{prefix}/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "XDG_DATA_DIRS": f"{prefix}/share:/usr/share",
        "TERM": "xterm",
    }


class Shell:
    """One that runs.  Its end is the rig's."""

    def __init__(self, rig, name, prefix):
        argv = COMMANDS[name]
        self.child = pexpect.spawn(
            argv[0],
            argv[1:],
            env=rig.environment(environment(prefix)),
            timeout=60,
            encoding="utf-8",
            dimensions=(24, 1000),
            cwd=str(rig.home),
        )
        self.child.delaybeforesend = None
        rig.children.append(self.child)
        self.child.sendline(SETUPS[name].format(prefix=prefix))
        self.child.expect_exact(READY)

    def words(self, typed, key="\t"):
        """Those that the shell makes of it, without the first."""
        self.child.send(typed + key)
        # At the front of the line, so that it is printed instead of run.
        self.child.send("\x01printf '<%s>' \x05\n")
        self.child.expect(r"<stskey>((?:<[^\r\n]*?>)*)(?=[^<>]*READY> )")
        found = _ESCAPES.sub("", self.child.match[1])
        self.child.expect_exact(READY)
        return re.findall("<(.*?)>", found)
