#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
Every command that the README and the manual pages show is run, as it is
written, by a shell on a terminal, where a person answers what is asked: on
SoftHSM2 tokens, a loopback STS and IAM, and a FIDO2 key that is touched.
"""

import re
import shlex
import shutil
import unittest

import enrolling
import rig
import showing
from enrolling import DEVICE, OTHER_SEED
from importing import OTHER_ID, OTHER_SECRET

OLD = f"arn:aws:iam::{rig.ACCOUNT}:mfa/dev-old-key"
WORK = f"pkcs11:token=work;object={rig.KEY_ID};type=secret-key?module-name=softhsm2"
# What is not run here, and why.
ELSEWHERE = {
    r"sh tests/try\.sh": "test_try.py runs it",
    r"sh tests/all\.sh": "it runs this test",
    r"cmake |cpack |sudo ": "test_package.py runs it",
    r".* --to oath:": "it needs a card and pcscd: test_oath.py runs them",
    r"man stskey": "a pager; the lint of the pages is mandoc's",
}
# What stands for something else in a sentence; a command has it all.
INSTEAD = {
    r"stskey key import … ": f"stskey key import --to 'pkcs11:token=work' "
    f"--access-key-id {OTHER_ID} ",
    r"\bOLD-URI\b": f"'{WORK}'",
    r"\bURI\b": "'pkcs11:token=hsm;object=aws-prod?module-name=softhsm2'",
    r"AKIA…": rig.KEY_ID,
    r"\bARN\b": rig.SERIAL,
    r"^stskey mfa copy$": "stskey mfa copy --name desk-key",
}
# How the machine is before: "desk", where everything is at its place, unless
# one of these begins the command.
SCENES = (
    ("stskey key import … ", "desk"),
    ("stskey key import", "bare"),
    ("stskey mfa import", "bare"),
    ("stskey mfa enroll --profile dev --backup", "first day"),
    ("softhsm2-util", "bare"),
)


# The programs of a sentence's example: they want credentials that work.
STAND_IN = """#!/bin/sh
test -n "$AWS_SESSION_TOKEN" && exec aws sts get-caller-identity
"""


def world():
    config = rig.WORLD.example()
    dev = config["users"]["dev"]
    dev["keys"][OTHER_ID] = {"secret": OTHER_SECRET}
    dev["mfa"].update({DEVICE: OTHER_SEED, OLD: rig.SEED[:32]})
    config["roles"][rig.ADMIN.replace("Admin", "Audit")] = {
        "trust": rig.WORLD.policy("trust"),
        "max_seconds": 3600,
    }
    return config


class Place(enrolling.Machine):
    """A desk with all that the examples name."""

    FOLDERS = ("home", "data", "softhsm")

    def __init__(self):
        super().__init__(world())
        self.here = self.folder / "here"
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        (self.bin / "stskey").symlink_to(rig.STSKEY)
        # Debian's AWS CLI is older than endpoint_url.
        aws = self.bin / "aws"
        aws.write_text(f'#!/bin/sh\nexec {rig.AWS} --endpoint-url {self.url} "$@"\n')
        aws.chmod(0o755)
        for name in ("make", "terraform"):
            (self.bin / name).write_text(STAND_IN)
            (self.bin / name).chmod(0o755)
        self.env.update(
            PATH=f"{self.bin}:{self.env['PATH']}",
            SHELL="/bin/sh",
            TERM="xterm",
            AWS_ENDPOINT_URL_STS=self.url,
            AWS_ENDPOINT_URL_IAM=self.url,
            STSKEY_PIN_SOURCE=f"file:{self.pin_file}",
        )
        self.spare = self.new_key("spare")
        self._lay_out()

    def _must(self, *args, **more):
        result = self.stskey(*args, **more)
        if result.rc != 0:
            raise AssertionError((args, result))

    def _lay_out(self):
        shutil.rmtree(self.folder / "softhsm" / "tokens")
        (self.folder / "softhsm" / "tokens").mkdir(mode=0o700)
        for label in ("work", "desk", "hsm"):
            self.make_token(label)
        bare = self.profile("dev", region=rig.REGION, endpoint_url=self.url)
        self.write_config(bare)
        self._keep("bare")
        self.key_uri = self.import_key().uri
        self.write_config(self.dev(mfa_serial=None, stskey_mfa=None))
        self._keep("first day")
        self.mfa_uri = self.import_seed().uri
        for name, seed, serial in (
            ("desk-key", OTHER_SEED, DEVICE),
            ("old-key", rig.SEED[:32], OLD),
        ):
            self.show(self.desk)
            self._must(
                *("mfa", "import", "--to", "fido:", "--name", name),
                *("--serial-number", serial),
                input=seed + "\n",
            )
        self.show(self.desk, self.spare)
        p11 = [rig.HERE / "p11.py", "create", "hsm", "aws-prod"]
        p11 = ["/usr/bin/python3", *p11, ("AWS4" + rig.SECRET).encode().hex()]
        result = self.run(p11, env={"P11_PIN": rig.PIN})
        if result.rc != 0:
            raise AssertionError(result)
        devices = f"{rig.SERIAL}={self.mfa_uri} {DEVICE}=sealed:desk-key"
        devices += f" {OLD}=sealed:old-key"
        audit = self.profile(
            "audit",
            region=rig.REGION,
            role_arn=rig.ADMIN.replace("Admin", "Audit"),
            source_profile="dev",
        )
        self.write_config(self.dev(stskey_mfa=devices), self.role(), audit)
        self._keep("desk")

    def _keep(self, scene):
        for name in self.FOLDERS:
            shutil.copytree(self.folder / name, self.folder / "kept" / scene / name)

    def back_to(self, scene):
        """As it was then, with a session where there can be one."""
        self.fresh()
        self.clock.pass_by(60)
        for name in self.FOLDERS:
            shutil.rmtree(self.folder / name)
            shutil.copytree(self.folder / "kept" / scene / name, self.folder / name)
        shutil.rmtree(self.here, ignore_errors=True)
        self.here.mkdir()
        (self.here / "accessKeys.csv").write_text(
            f"Access key ID,Secret access key\n{rig.KEY_ID},{rig.SECRET}\n"
        )
        self.sts.control({"restore": True})
        if scene == "first day":
            with self.sts.lock:
                self.sts.world.devices.of("dev").clear()
            self.sts.attach("bootstrap")
        if scene == "desk":
            self._must("login", "--profile", "dev")

    def typed(self, line):
        """(status, all that the terminal showed) of a line of a shell."""
        argv = ["/bin/bash", "--norc", "--noprofile", "-c"]
        env = {}
        if "--profile" not in line:  # then it is that of whoever reads
            env["AWS_PROFILE"] = "dev"
        if line.endswith("| source"):
            line = f"fish -c {shlex.quote(line)}"
        env = self.environment(env)
        return showing.typed(self, argv, line, env=env, cwd=self.here)


def whole(line):
    for pattern, instead in INSTEAD.items():
        line = re.sub(pattern, lambda _, i=instead: i, line)
    return line


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Place()
        cls.addClassCleanup(cls.rig.close)

    def run_shown(self, line):
        scene = next((s for start, s in SCENES if line.startswith(start)), "desk")
        self.rig.back_to(scene)
        return self.rig.typed(whole(line))

    def test_all(self):
        run = 0
        for line in showing.commands():
            if any(re.match(pattern, line) for pattern in ELSEWHERE):
                continue
            with self.subTest(command=line):
                status, shown = self.run_shown(line)
                self.assertEqual(status, 0, shown)
                run += 1
        self.assertGreater(run, 35)

    def test_what_is_run_elsewhere(self):
        """Nothing is on that list for nothing."""
        for pattern in ELSEWHERE:
            with self.subTest(pattern=pattern):
                self.assertTrue(
                    any(re.match(pattern, line) for line in showing.commands())
                )

    def test_planted(self):
        """One that fails is found in a page, is run, and is seen to fail."""
        planted = (
            ("man/x.1", ".Dl stskey whoami --profile nobody\n"),
            ("man/x.1", ".Bd -literal\nstskey enrol\n.Ed\n"),
            ("README.md", "Ask\n\n    false --help  # or so\n"),
            ("README.md", "```sh\nstskey key list --to sealed\n```\n"),
            ("README.md", "So:\n\n    $ stskey status --profile nobody\n    dev\n"),
            ("README.md", "Ask `stskey login --profile nobody` for it.\n"),
            ("docs/x.md", "Ask `aws sts get-caller-identity --profile nobody`.\n"),
        )
        for page, text in planted:
            with self.subTest(text=text):
                (line,) = showing.commands_of(page, text)
                status, shown = self.run_shown(line)
                self.assertNotIn(status, (0, None), shown)


if __name__ == "__main__":
    rig.main()
