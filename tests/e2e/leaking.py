# SPDX-License-Identifier: Apache-2.0
"""What was planted, in every shape in which it could turn up, and where."""

import ast
import base64
import os
import re

import rig

RAW_SEED = base64.b32decode(rig.SEED)
FIDO_PIN = "271828182845"


def base64_of(data):
    return base64.b64encode(data).rstrip(b"=")


PLANTED = {
    "secret": rig.SECRET.encode(),
    "seed": rig.SEED.encode(),
    "seed in lower case": rig.SEED.lower().encode(),
    "seed, decoded": RAW_SEED,
    "seed in hex": RAW_SEED.hex().encode(),
    "seed, decoded, in base64": base64_of(RAW_SEED),
    "seed in base64": base64_of(rig.SEED.encode()),
    "secret in base64": base64_of(rig.SECRET.encode()),
    "secret in hex": rig.SECRET.encode().hex().encode(),
    "AWS4 and the secret in base64": base64_of(b"AWS4" + rig.SECRET.encode()),
    "PIN": rig.PIN.encode(),
    "FIDO PIN": FIDO_PIN.encode(),
}
SHIM = rig.BUILD / "tests" / "shim_dumpable.so"
CALLS = (
    "execve,clone,clone3,fork,vfork,openat,open,creat,socket,connect,sendto,sendmsg"
)
# What carries bytes away.
SENDS = re.compile(r"(sendto|sendmsg|p?write(v|64)?)\(")


def found_in(data):
    return [name for name, secret in PLANTED.items() if secret in data]


def plant(name, data):
    """One more, in the shapes that bytes have."""
    PLANTED[name] = data
    PLANTED[f"{name} in hex"] = data.hex().encode()
    PLANTED[f"{name} in base64"] = base64_of(data)


def data_of(call):
    """The bytes that strace shows as strings."""
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', call)
    return b"\0".join(ast.literal_eval(f'b"{s}"') for s in strings if s.isascii())


class Judge:
    """Of a rig.Case."""

    def files(self):
        """Every file of the rig but what was planted: PINs, STS's accounts."""
        for folder, folders, names in os.walk(self.rig.folder):
            folders[:] = [f for f in folders if f not in ("sts", "pins")]
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    yield path

    def judge_trace(self, args, trace):
        """The programs it has; a thread or fork is its parent's program."""
        programs = {}
        for line in trace.splitlines():
            pid, _, call = line.partition(" ")
            call = call.strip()
            if call.startswith("execve("):
                path = re.match(r'execve\("([^"]*)"', call)[1]
                programs[pid] = path.rsplit("/", maxsplit=1)[-1]
                if rig.SECRET not in " ".join(map(str, args)):
                    self.assertEqual(found_in(call.encode()), [], call[:300])
            born = re.search(r"^(?:<\.\.\. )?(?:clone3?|v?fork)\b.* = (\d+)$", call)
            if born:
                programs.setdefault(born[1], programs.get(pid))
            self.judge_call(programs.get(pid), call)
        return set(programs.values())

    def judge_call(self, program, call):
        if program == "stskey-token":
            self.assertNotRegex(call, r"socket\(AF_(INET|NETLINK|PACKET)")
        if program == "stskey-net" and re.match(r"(open|openat|creat)\(", call):
            # Nor is it of stskey-net where a test tells it the time.
            told = f'"{self.rig.folder}/clock"'
            if '"/dev/null"' not in call and told not in call:
                self.assertNotRegex(call, r"O_WRONLY|O_RDWR|O_CREAT|^creat", call)
        # The conductor logs what was done, SoftHSM2 its own troubles.
        if "/dev/log" in call:
            self.assertIn(program, ("stskey", "stskey-token"), call)
        if SENDS.match(call) and program in ("stskey", "stskey-net", "stskey-token"):
            self.assertEqual(found_in(call.encode()), [], call[:300])
            self.assertEqual(found_in(data_of(call)), [], call[:300])
