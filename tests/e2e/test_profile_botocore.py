#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The profile reader against botocore, on files made from a fixed seed: the
same sections, profiles and values, and the same files refused; and what an
edit writes, read again by Python's own configparser."""
import configparser
import json
import os
import random
import subprocess
import tempfile
import unittest

import botocore.configloader
import botocore.exceptions

PROGRAM = os.path.join(os.environ.get("BUILD", "."), "tests", "prog_profile")
FILES = 1500
EDITS = 300

# Only characters that str.lower() leaves as they are, beyond ASCII.
WORDS = ["region", "output", "s3", "mfa_serial", "a", "Key With Space",
         "stskey_key", "UPPER", "é", "日本", "x-y.z", "k" * 80, "[odd", "]"]
VALUES = ["", "eu-central-1", "json", "a = b", "a : b", "x # not a comment",
          "x ; nor this", "#starts so", "v" * 1000, "'quoted'", '"quoted"',
          "pkcs11:token=work;object=AKIA%20?module-name=softhsm2", "日本 語",
          "trailing   ", "\ttabbed\t", "a\u00a0b\u3000", "100%", "%(x)s",
          "[brackets]", "\u2028", "a\x0bb", "back\\slash", "😀"]
NAMES = ["default", "profile dev", "profile default", 'profile "my dev"',
         "profile 'my dev'", "profile a b", "profile", "profile  two",
         "profile\ttab", 'profile "open', "profile a\\ b", "profilex y",
         "services x", "preview", " padded ", "DEFAULT", "profile é",
         "profile " + "n" * 80, "a]b", "profile \"a\\\"b\"", "sso-session s",
         "profile ''", "[nested", "#x"]
SPACES = ["", "", "", " ", "  ", "\t", "    ", "\u00a0", "\u3000", "\x1f"]
NOISE = list("[]=:#;\n\r\t \"'\\abA") + ["\u2028", "\x85", "\ufeff", "é", "\f"]


def entry(r):
    key = r.choice(WORDS) + r.choice(["", "", str(r.randrange(30))])
    delim = r.choice([" = ", "=", ":", " : ", "  =\t", " :="])
    return r.choice(SPACES[:6]) + key + delim + r.choice(VALUES)


def block(r):
    lines = [r.choice(["s3 =", "dynamodb=", "s3 = "]) +
             r.choice(["", "", "", "x"])]
    for _ in range(r.randrange(1, 5)):
        lines.append(r.choice(["  ", "\t", " ", "    ", "\u3000"]) + r.choice(
            ["addressing_style = path", "a=b=c", "# comment = in it", "",
             "max_concurrent_requests=20", "deep = ", "= no key",
             "a = b\x0bc = d", "  deeper = 1"] +
            (["no delimiter", "a = b\x0bplain"] if r.random() < .2 else [])))
    return lines


def lines_of(r):
    lines = [r.choice(["", "# top", "; top", "  # indented"])]
    names = r.sample(NAMES, r.randrange(0, 5)) + [
        "profile p%d" % i for i in range(r.randrange(3))]
    if r.random() < .05:
        names.append(r.choice(names or ["x"]))
    for name in names:
        lines.append("%s[%s]%s" % (r.choice(SPACES[:5]), name,
                                   r.choice(["", "", " ", " tail"])))
        for _ in range(r.randrange(6)):
            kind = r.random()
            if kind < .6:
                lines.append(entry(r))
            elif kind < .75:
                lines += block(r)
            elif kind < .95:
                lines.append(r.choice(["", "# c", "  ; c", " ", "\t#"]))
            else:
                lines.append(r.choice(SPACES) + r.choice(["word", "= x", ":"]))
    return lines


def unique(lines):
    """Most files should be good: keys that are there twice get a number."""
    seen, out = set(), []
    for number, line in enumerate(lines):
        key = line.strip().lower().split("=")[0].split(":")[0].strip()
        if key in seen and line[:1] not in " \t\u00a0\u3000\x1f" and key:
            line = "u%d%s" % (number, line)
        seen.add(key)
        out.append(line)
        if line.strip().startswith("["):
            seen = {key}
    return out


def make(r):
    lines = lines_of(r)
    if r.random() < .8:
        lines = unique(lines)
    text = r.choice(["\n", "\n", "\n", "\r\n", "\r"]).join(lines)
    text += r.choice(["", "\n", "\n\n", "\r\n"])
    if r.random() < .4:
        for _ in range(r.randrange(1, 4)):
            at = r.randrange(len(text) + 1)
            text = text[:at] + r.choice(NOISE) + text[at + r.randrange(2):]
    data = text.encode()
    if r.random() < .03:
        at = r.randrange(len(data) + 1)
        data = data[:at] + r.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80",
                                     b"\xe2\x80"]) + data[at:]
    return data


def oracle(path):
    try:
        raw = botocore.configloader.raw_config_parse(path)
        loaded = botocore.configloader.load_config(path)["profiles"]
    except botocore.exceptions.ConfigParseError as e:
        return str(e)
    return {"sections": raw,
            "profiles": {k: v for k, v in loaded.items() if k != ""}}


def ours(paths):
    out = subprocess.run([PROGRAM] + paths, check=True, capture_output=True)
    return [json.loads(line) for line in out.stdout.splitlines()]


def sections_of(path):
    parser = configparser.RawConfigParser()
    parser.read([path], encoding="utf-8")
    return {name: dict(parser._sections[name]) for name in parser.sections()}


class Reading(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, data):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def test_same_as_botocore(self):
        r = random.Random(20240607)
        paths = [self.write("f%d" % i, make(r)) for i in range(FILES)]
        refused = 0
        for path, got in zip(paths, ours(paths)):
            want = oracle(path)
            with open(path, "rb") as f:
                told = repr(f.read())[:3000]
            if isinstance(want, str):
                refused += 1
                self.assertIn("error", got, "%s\n%s" % (want, told))
                self.assertRegex(got["error"], "^%s:[0-9]+: [^\n]+$" % path)
            else:
                self.assertEqual(got, want, told)
        # A generator that makes only one kind of file proves nothing.
        self.assertGreater(refused, FILES // 20)
        self.assertLess(refused, FILES * 3 // 4)

    def test_every_white_space(self):
        """Which characters are white space, and which only look so."""
        points = [c for c in map(chr, range(1, 0x3100))
                  if c.lower() == c and c not in "\n\r[#;=:"]
        paths = []
        for at in range(0, len(points), 50):
            text = "".join("[profile %x]\na =%sb%s\n%sc = %sd\n" % (
                ord(c), c, c, c, c) for c in points[at:at + 50])
            paths.append(self.write("spaces%d" % at, text.encode()))
        for path, got in zip(paths, ours(paths)):
            self.assertEqual(got, oracle(path))

    def test_names_of_any_length(self):
        text = "".join("[profile %s-%d]\nregion = r%d\n%s = %s\n" % (
            "n" * 80, i, i, "k" * 300, "v" * 1000) for i in range(200))
        path = self.write("long", text.encode())
        self.assertEqual(ours([path])[0], oracle(path))

    def test_refused_by_us_alone(self):
        """A NUL byte: Python reads on, and no AWS file has one."""
        path = self.write("nul", b"[default]\nregion = a\0b\n")
        self.assertIn("NUL", ours([path])[0]["error"])

    def edited(self, path, section, sets):
        args = [k if v is None else k + "=" + v for k, v in sets.items()]
        return subprocess.run([PROGRAM, "--edit", path, section] + args,
                              capture_output=True, check=False)

    def test_edits(self):
        r = random.Random(7)
        done = refused = 0
        while done < EDITS:
            path = self.write("e", make(r))
            if isinstance(oracle(path), str):
                continue
            before = sections_of(path)
            # A section without its closing ] at the end cannot be named so.
            names = [n for n in before if n] + ["profile added"]
            section = r.choice(names)
            sets = {k: r.choice([None, "value", "a = b", "pkcs11:x;y?z"])
                    for k in r.sample(["region", "stskey_key", "s3", "new",
                                       "output", "a"], r.randrange(1, 4))}
            self.check_edit(path, before, section, sets, refusals := [])
            done += 1
            refused += len(refusals)
        self.assertLess(refused, EDITS // 20)

    def check_edit(self, path, before, section, sets, refusals):
        out = self.edited(path, section, sets)
        if out.returncode != 0:
            self.assertIn(b"edited safely", out.stderr)
            refusals.append(section)
            return
        want = {name: dict(keys) for name, keys in before.items()}
        for key, value in sets.items():
            if value is not None:
                want.setdefault(section, {})[key] = value
            elif section in want:
                want[section].pop(key, None)
        path2 = self.write("e2", out.stdout)
        self.assertEqual(sections_of(path2), want, out.stdout)
        with open(path, "rb") as f:
            kept = [line for line in f.read().splitlines()
                    if line.strip()[:1] in (b"#", b";")]
        if not set(sets) & {k for k in before.get(section, {})}:
            self.assertEqual(kept, [line for line in out.stdout.splitlines()
                                    if line.strip()[:1] in (b"#", b";")])


if __name__ == "__main__":
    unittest.main()
