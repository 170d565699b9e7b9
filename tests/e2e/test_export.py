#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""export: what it prints, and what the shells of Debian make of it."""

import configparser
import json
import shutil
import subprocess

import rig
import running
from running import VARIABLES

# Those that read what env prints, and how each is started without its files.
FAMILY = {
    "bash": ["bash", "--norc", "--noprofile"],
    "bash, as sh": ["bash", "--posix", "--norc", "--noprofile"],
    "dash": ["dash"],
    "zsh": ["zsh", "-f"],
    "zsh, with its odd quotes": ["zsh", "-f", "-o", "rcquotes", "-o", "bang_hist"],
    "ksh": ["ksh93"],
    "mksh": ["mksh"],
    "yash": ["yash"],
    "busybox": ["busybox", "sh"],
}
FISH = {"fish": ["fish", "--no-config"]}
PROG = rig.BUILD / "tests" / "prog_quote"
# Nobody calls a profile so; a section's name may be all of these.
ODD = "it's a \"$HOME\" `id` 50% !x \\ \\' #; ~ * é"
WORDS = (
    ODD,
    "",
    "two\nlines\n",
    "\n",
    "'",
    "''",
    "'''a'''",
    "\\",
    "\\\\'\\",
    "$(id) ${HOME} $HOME $$",
    "`id`",
    "!! !id !$",
    "%HOME% 100%",
    "a=b;c&d|e<f>g(h)[i]{j}",
    "-n -e",
    "~root",
    "\t tab\r",
    '"',
    "\u2018curly\u2019",
    "\x01\x1b[0m\x7f",
)


def shells(which):
    """(what it is, how it is started) of those that a machine has."""
    for what, argv in which.items():
        if shutil.which(argv[0]):
            yield what, argv


class Base(running.Running):
    def export(self, *options, profile="dev", **more):
        return self.rig.stskey("export", "--profile", profile, *options, **more)

    def named(self, name):
        """The one profile there is, of that name."""
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        text = self.no_mfa().replace("[profile dev]", f'[profile "{quoted}"]')
        self.rig.write_config(text)
        return name

    def environment_after(self, argv, script):
        """What a program has that this shell starts after the script."""
        show = " ".join(("/usr/bin/python3", "-c", f"'{running.PROGRAM}'"))
        done = subprocess.run(
            [*argv, "-c", f"{script}\n{show}\n"],
            env=self.rig.environment(),
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        shown = json.loads(done.stdout)
        return {n: shown[n] for n in VARIABLES if n in shown}


class Shells(Base):
    def test_all_are_there(self):
        """Else the others of this class would prove little."""
        missing = [w for w, a in {**FAMILY, **FISH}.items() if not shutil.which(a[0])]
        self.assertEqual(missing, [], "tests/packages.txt has their packages")

    def sets_and_unsets(self, which, form, evaluate):
        """Out of the program by eval, as the manual page has it."""
        name = self.named(ODD)
        wanted = self.expected(name)
        for what, argv in shells(which):
            with self.subTest(shell=what):
                # The name reaches the shell by a variable, not by quotes.
                sets = evaluate(f'{rig.STSKEY} export --format {form}')
                unsets = evaluate(f"{rig.STSKEY} export --unset --format {form}")
                self.rig.env["AWS_PROFILE"] = name
                self.addCleanup(self.rig.env.pop, "AWS_PROFILE", None)
                shown = self.environment_after(argv, sets)
                self.assertEqual(shown, wanted)
                self.assertEqual(self.environment_after(argv, f"{sets}\n{unsets}"), {})
                # Of what is not there as well.
                self.assertEqual(self.environment_after(argv, unsets), {})

    def test_env(self):
        self.sets_and_unsets(FAMILY, "env", lambda c: f'eval "$({c} --quiet)"')

    def test_fish(self):
        self.sets_and_unsets(FISH, "fish", lambda c: f"{c} --quiet | source")

    def test_env_no_export(self):
        self.sets_and_unsets(
            FAMILY, "env-no-export", lambda c: f'set -a; eval "$({c} --quiet)"; set +a'
        )
        plain = self.environment_after(
            ["dash"], f'eval "$({rig.STSKEY} export --format env-no-export --quiet)"'
        )
        self.assertEqual(plain, {})

    def test_words(self):
        """Each word as an assignment, read back by a program of the shell's."""
        show = "/usr/bin/python3 -c 'import os; os.write(1, os.environb[b\"V\"])'"
        for which, how, line in (
            (FAMILY, "sh", "export V="),
            (FISH, "fish", "set -gx V "),
        ):
            for what, argv in shells(which):
                for word in WORDS:
                    script = line.encode() + self.quoted(how, word) + b"\n"
                    with self.subTest(shell=what, word=word):
                        self.assertEqual(self.read_back(argv, script, show), word)

    def test_words_interactively(self):
        """Where ! means history; and typed as they are, not evaluated."""
        show = "/usr/bin/python3 -c 'import os; os.write(1, os.environb[b\"V\"])'"
        for argv in (FAMILY["bash"], FAMILY["zsh"]):
            if not shutil.which(argv[0]):
                continue
            for word in WORDS:
                script = b"export V=" + self.quoted("sh", word) + b"\n"
                source = self.rig.folder / "script"
                source.write_bytes(script)
                text = f". {source}\n{show}\n"
                with self.subTest(shell=argv[0], word=word):
                    done = subprocess.run(
                        [*argv, "-i", "-c", text],
                        env=self.rig.environment({"HISTFILE": None}),
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        start_new_session=True,
                        check=True,
                        timeout=60,
                    )
                    self.assertEqual(done.stdout.decode(), word)

    def quoted(self, how, word):
        done = subprocess.run(
            [PROG, how], input=word.encode(), stdout=subprocess.PIPE, check=False
        )
        self.assertEqual(done.returncode, 0, word)
        return done.stdout

    def read_back(self, argv, script, show):
        path = self.rig.folder / "script"
        path.write_bytes(script + show.encode() + b"\n")
        done = subprocess.run(
            [*argv, path],
            env=self.rig.environment(),
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        return done.stdout.decode()


class Formats(Base):
    def unset(self, form):
        return self.good(self.rig.stskey("export", "--unset", "--format", form)).out

    def test_json(self):
        answer = self.good(self.export("--format", "json"))
        self.assertEqual(answer.json(), self.expected())

    def test_process(self):
        answer = self.good(self.export("--format", "process"))
        self.assertEqual(answer.json(), self.credentials())
        plain = self.rig.stskey("credentials", "--profile", "dev")
        self.assertEqual(answer.out, plain.out)

    def test_ini(self):
        for name in ("dev", ODD):
            self.named(name)
            wanted = self.expected(name)
            text = self.good(self.export("--format", "ini", profile=name)).out
            parser = configparser.RawConfigParser()
            parser.read_string(text)
            self.assertEqual(parser.sections(), [name])
            self.assertEqual(
                dict(parser[name]), {n.lower(): wanted[n] for n in VARIABLES[:3]}
            )

    def test_dotenv(self):
        import dotenv  # pylint: disable=import-outside-toplevel

        for name in ("dev", "a b", 'x # "y"'):
            self.named(name)
            text = self.good(self.export("--format", "dotenv", profile=name)).out
            path = self.rig.folder / "dotenv"
            path.write_text(text)
            wanted = self.expected(name)
            self.assertEqual(dict(dotenv.dotenv_values(path)), wanted)
        # `docker run --env-file` takes everything after the = as it is.
        self.rig.write_config(self.no_mfa())
        text = self.good(self.export("--format", "dotenv")).out
        lines = dict(line.split("=", 1) for line in text.splitlines())
        self.assertEqual(lines, self.expected())

    def test_powershell(self):
        """By its rules: there is none in Debian."""
        wanted = self.expected()
        text = self.good(self.export("--format", "powershell")).out
        lines = [f"$Env:{name} = '{value}'" for name, value in wanted.items()]
        self.assertEqual(text.splitlines(), lines)
        self.assertEqual(
            self.unset("powershell").splitlines(),
            [f"Remove-Item Env:{name} -ErrorAction Ignore" for name in VARIABLES],
        )

    def test_windows_cmd(self):
        wanted = self.expected()
        text = self.good(self.export("--format", "windows-cmd")).out
        lines = [f'set "{name}={value}"' for name, value in wanted.items()]
        self.assertEqual(text.splitlines(), lines)
        lines = [f'set "{name}="' for name in VARIABLES]
        self.assertEqual(self.unset("windows-cmd").splitlines(), lines)

    def test_what_cannot_be_written(self):
        """No line is better than one that means something else."""
        for form, name in (("windows-cmd", "50%"), ("dotenv", "it's")):
            self.named(name)
            result = self.export("--format", form, profile=name)
            self.refused(result, rig.UNSUPPORTED, "STSKEY_PROFILE", f"--format {form}")

    def test_wrong_words(self):
        self.refused(self.export("--format", "fsh"), rig.USAGE, "did you mean 'fish'")
        self.refused(self.export("--format", "x"), rig.USAGE, "env-no-export")
        for form in ("json", "process", "ini", "dotenv"):
            result = self.export("--unset", "--format", form)
            self.refused(result, rig.USAGE, f"--format {form}", "--unset")
        self.assertEqual(self.actions(), [])

    def test_unset_needs_nothing(self):
        self.rig.write_config("")
        result = self.good(self.rig.stskey("export", "--unset"))
        self.assertEqual(result.out, "".join(f"unset {n}\n" for n in VARIABLES))

    def test_a_profile_that_wins(self):
        result = self.good(self.export(env={"AWS_PROFILE": "other"}))
        self.assertRegex(result.err, r"^stskey: warning: AWS_PROFILE is set[^\n]*\n$")
        self.assertEqual(self.good(self.export()).err, "")

    def test_region(self):
        shown = self.good(self.export("--format", "json", "--region", "eu-west-3"))
        self.assertEqual(shown.json()["AWS_REGION"], "eu-west-3")
        self.refused(self.export("--region", "x y"), rig.USAGE, "--region")


class Terminal(Base):
    def test_hint(self):
        """Whoever reads credentials at a terminal wanted something else."""
        child = self.rig.pty("credentials", "--profile", "dev")
        child.expect(r"stskey: [^\n]*`stskey exec`[^\n]*`stskey export`[^\n]*\n")
        self.assertIn('{"Version":1,', child.before)
        child.expect(rig.pexpect_eof())
        # Standard error alone on a terminal is no such thing.
        quiet = self.good(self.rig.stskey("credentials", "--profile", "dev"))
        self.assertEqual(quiet.err, "")


if __name__ == "__main__":
    rig.main()
