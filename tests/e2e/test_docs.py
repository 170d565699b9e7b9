#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the documentation shows: profiles that botocore and the AWS CLI load
and stskey plans, and options that there are."""

import json
import re
import unittest

import botocore.session

import rig
import showing

PAGES = (
    *("README.md", "CHANGELOG.md", "docs/SECURITY.md", "docs/SEALED.md"),
    *("man/stskey.1", "man/stskey-config.5"),
)
# `aws configure get KEY --profile NAME` for each pair of standard input, in
# one process: the CLI takes longer to start than to answer.
AWS_CLI = r"""
import contextlib, io, json, sys
sys.path.append("/usr/lib/python3/dist-packages")
from awscli.clidriver import create_clidriver
answers = []
for profile, key in json.load(sys.stdin):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = create_clidriver().main(
            ["configure", "get", key, "--profile", profile]
        )
    answers.append([status, said.getvalue()])
json.dump(answers, sys.stdout)
"""
# What a profile may lack that a line alone is put into.
BASE = {
    "region": "eu-central-1",
    "stskey_key": "pkcs11:token=work;object=x?module-name=softhsm2",
    "stskey_access_key_id": rig.KEY_ID,
}
# Lines that make sense together alone.
BESIDE = {
    "stskey_role_arn": {"stskey_source_profile": "dev"},
    "stskey_source_profile": {"stskey_role_arn": rig.ADMIN},
    "role_arn": {"source_profile": "dev"},
    "source_profile": {"role_arn": rig.ADMIN},
}


def text_of(page):
    text = (rig.SOURCE / page).read_text(encoding="utf-8")
    # Of mdoc: the literal lines as they are shown.
    return re.sub(r"(?m)^\.D[1l] ", "    ", text).replace("\\-", "-")


def blocks(page):
    """The profiles a page shows, as the files that people would have."""
    lines, found, inside = text_of(page).splitlines(), [], False
    for line in lines:
        line = line.strip()
        if re.fullmatch(r"\[(profile \S+|default|defaults)\]", line):
            found.append([])
            inside = True
        elif not re.match(r"[a-z0-9_]+ += |#", line):
            inside = inside and line == ""
        if inside and line:
            found[-1].append(line)
    return ["\n".join(block) + "\n" for block in found]


def loose(page):
    """Lines of a profile that stand alone: "mfa_serial = arn:aws:iam::…"."""
    shown = "\n".join(blocks(page))
    lines = re.findall(r"(?m)^ {3,}([a-z0-9_]+ += \S.*)$", text_of(page))
    spans = re.findall(r"`((?:stskey|mfa|role)_[a-z0-9_]+ = [^`]+)`", text_of(page))
    return [line for line in lines + spans if line not in shown]


def commands(page):
    """[(verb, options)] of the calls of stskey that a page shows."""
    text = text_of(page)
    known = "|".join(sorted(showing.verbs(), key=len, reverse=True))
    calls = re.findall(
        rf"(?m)(?:^ +|`)(?:\S*/)?stskey ({known})(?![\w-])([^`\n]*)", text
    )
    return [(verb, re.findall(r"--[a-z-]+", rest)) for verb, rest in calls]


class Docs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = rig.Rig(tokens=())
        cls.addClassCleanup(cls.rig.close)

    def loaded(self, text):
        """What botocore makes of a file with this in it."""
        self.rig.write_config(text)
        session = botocore.session.Session()
        session.set_config_variable("config_file", str(self.rig.config_file))
        return session.full_config["profiles"]

    def same_to_the_cli(self, profiles):
        """The AWS CLI has the same values in the file that was loaded last."""
        pairs = [(p, key) for p, keys in profiles.items() for key in keys]
        result = self.rig.run(
            ["/usr/bin/python3", "-c", AWS_CLI], input=json.dumps(pairs)
        )
        self.assertEqual(result.rc, 0, result)
        for (name, key), answer in zip(pairs, result.json(), strict=True):
            with self.subTest(profile=name, key=key):
                self.assertEqual(answer, [0, profiles[name][key] + "\n"])

    def planned(self, name):
        result = self.rig.stskey("status", "--profile", name)
        self.assertEqual((result.rc, result.err), (0, ""), result)

    def config(self, page):
        """All profiles of a page: some stand on each other."""
        return "\n".join(blocks(page))

    def test_readme_begins(self):
        """What it is in three sentences, the two commands, the recording."""
        head = text_of("README.md").partition("\n## ")[0]
        _, what, how, commands, _, shown = head.split("\n\n", 5)
        self.assertEqual(len(re.findall(r"\.(?=\s|$)", what)), 3, what)
        self.assertIn("Debian 12", how)
        found = re.findall(r"(?m)^    sh tests/(try|all)\.sh  ", commands)
        self.assertEqual((found, len(commands.splitlines())), (["try", "all"], 2))
        self.assertRegex(shown, r"\A    00:00 \$ ")

    def test_profiles(self):
        for page in ("README.md", "man/stskey.1", "man/stskey-config.5"):
            text = self.config(page)
            profiles = self.loaded(text)
            self.assertGreater(len(profiles), 2, page)
            self.same_to_the_cli(profiles)
            for name, keys in profiles.items():
                with self.subTest(page=page, profile=name):
                    for key, value in keys.items():
                        self.assertRegex(
                            text, rf"(?m)^{key} += {re.escape(value)}$"
                        )
                    # A role in the plain form of AWS is one for the SDK.
                    self.planned(name)

    def alone(self):
        """{the name of a profile: (a line that stands alone, the profile)}."""
        found = {}
        for page in PAGES:
            for line in loose(page):
                key, value = re.fullmatch(r"(\S+) += (.*)", line).groups()
                keys = {key: value}
                # An example of several devices is one with each ARN cut.
                if not re.search(r"\bARN\b|…", value):
                    found[f"p{len(found)}"] = (f"{page}: {line}", keys)
        return found

    def test_lines_alone(self):
        lines = self.alone()
        self.assertGreater(len(lines), 25)
        text = "".join(self.rig.profile(n, **k) for n, (_, k) in lines.items())
        profiles = self.loaded(text)
        for name, (line, keys) in lines.items():
            with self.subTest(line=line):
                self.assertEqual(profiles[name], keys)
        self.same_to_the_cli(profiles)

    def test_lines_are_planned(self):
        lines = self.alone()
        text = [self.rig.profile("dev", **BASE)]
        for name, (_, keys) in lines.items():
            (key,) = keys
            role = key in BESIDE
            base = {"region": BASE["region"], **BESIDE[key]} if role else BASE
            # A list of devices has their names in it.
            if key == "stskey_mfa" and not keys[key].startswith("arn:"):
                base = {"mfa_serial": rig.SERIAL, **base}
            text.append(self.rig.profile(name, **dict(base, **keys)))
        self.loaded("\n".join(text))
        for name, (line, _) in lines.items():
            with self.subTest(line=line):
                self.planned(name)

    def test_defaults(self):
        """What is shown of /etc/stskey/config, as one: an overlay over /etc."""
        shown = [b for page in PAGES for b in blocks(page) if "[defaults]" in b]
        self.assertTrue(shown)
        upper, work = self.rig.folder / "upper", self.rig.folder / "work"
        (upper / "stskey").mkdir(parents=True)
        work.mkdir()
        script = (
            # Over a tmpfs: a container's own files cannot be laid over others.
            f"mount -t tmpfs none {work} && cp -a {upper} {work}/upper && "
            f"mkdir {work}/work && mount -t overlay overlay -o lowerdir=/etc,"
            f'upperdir={work}/upper,workdir={work}/work /etc || exit 77; exec "$@"'
        )
        inside = ["unshare", "-m", "sh", "-c", script, "sh"]
        if self.rig.run([*inside, "true"]).rc != 0:
            self.skipTest("no mount namespace with an overlay here")
        self.rig.write_config(self.rig.profile("dev", **BASE))
        call = [*inside, rig.STSKEY, "status", "--profile", "dev"]
        for block, rc in [(b, 0) for b in shown] + [("[defaults]\na = b\n", 3)]:
            with self.subTest(block=block):
                (upper / "stskey" / "config").write_text(block)
                result = self.rig.run(call)
                self.assertEqual(result.rc, rc, result)

    def test_commands(self):
        shown = {}
        for page in PAGES:
            for verb, options in commands(page):
                with self.subTest(page=page, verb=verb):
                    if verb not in shown:
                        result = self.rig.stskey(*verb.split(), "--help")
                        shown[verb] = set(re.findall("--[a-z-]+", result.out))
                    self.assertEqual(set(options) - shown[verb] - {"--help"}, set())
        # The manual has an example of each, so that none was passed over.
        self.assertEqual(set(shown), set(showing.verbs()))

    def test_options_in_the_manual(self):
        """Each that --help has stands in the entry of its verb."""
        commands = text_of("man/stskey.1").partition("\n.Sh COMMANDS\n")[2]
        commands, _, rest = commands.partition("\n.Sh ")
        # Of all verbs, and of all that may need a PIN: said once, at the end.
        common = set(re.findall(r"Fl -([a-z-]+)", commands.rpartition("\n.El\n")[2]))
        self.assertEqual(common, {"quiet", "verbose", "pin-source", "retry-pin"})
        entries = re.split(r"(?m)^\.It Cm ", commands)
        for verb in showing.verbs():
            (entry,) = [e for e in entries if re.match(rf"{verb}(?![a-z -]*[a-z])", e)]
            said = set(re.findall(r"Fl -([a-z-]+)", entry))
            shown = self.rig.stskey(*verb.split(), "--help").out
            shown = set(re.findall(r"(?m)^  --([a-z-]+)", shown))
            with self.subTest(verb=verb):
                self.assertEqual(shown - common - said, set())

    def test_verbs_are_those_of_the_program(self):
        """What reads the table in C misses none that the program lists."""
        found = set()
        for line in self.rig.stskey("help").out.splitlines():
            words = re.match(r"  ([a-z-]+) +(.*)", line)
            if words is None:
                continue
            own = self.rig.stskey("help", words[1]).out
            second = re.findall(rf"(?m)^  {words[1]} ([a-z-]+)", own)
            found.update([f"{words[1]} {s}" for s in second] or [words[1]])
        self.assertEqual(found, set(showing.verbs()))


if __name__ == "__main__":
    rig.main()
