#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A secret in the wrong place of a command line is never said again."""

import re

import rig

SECRETS = (
    rig.SECRET,
    rig.SEED,
    rig.SEED.lower(),
    rig.SECRET.lower(),
    "correct-horse-battery-staple-of-mine",
    rig.PIN,
)
URI = "pkcs11:token=work;object=x;type=secret-key"
WORK = ("key", "import", "--to", "pkcs11:token=work")
DESK = ("mfa", "import", "--to", "pkcs11:token=desk")


def wrong(secret):
    """Command lines with a secret where none belongs."""
    verbs = ("credentials", "login", "whoami", "status", "clear", "help")
    places = [(verb, secret) for verb in (*verbs, "key list")]
    places += [("key", secret), ("mfa", secret), (secret,), (secret, "--help")]
    places += [("key", verb, secret) for verb in ("import", "list")]
    places += [("key", v, URI, secret) for v in ("adopt", "verify", "remove")]
    options = [(*verb.split(), f"--{secret}") for verb in (*verbs, "key import")]
    options += [("credentials", f"--{secret}={secret}")]
    options += [("mfa", "import", f"--{secret}")]
    options += [(f"--{secret}",), (f"-{secret}",), ("key", f"--{secret}")]
    values = [("credentials", "--min-ttl", secret), ("login", f"--min-ttl={secret}")]
    values += [("credentials", f"--fresh={secret}")]
    values += [("key", "remove", URI, f"--yes={secret}")]
    values += [(*WORK, "--access-key-id", secret), (*WORK, f"--access-key-id={secret}")]
    values += [("credentials", "--timeout", secret)]
    values += [("credentials", "--profile", "dev", "--pin-source", secret)]
    values += [(*DESK, "--serial-number", rig.SERIAL, secret)]
    return places + options + values


def status(args, secret):
    """Nearly always a wrong command line; where it could be right, what then."""
    if "--pin-source" in args:
        return rig.CONFIG
    if secret.isdigit() and re.search("--(min-ttl|timeout)", " ".join(args)):
        return rig.NOTFOUND  # a length of time, for a profile that is not there
    if args[:2] == WORK[:2] and args[-1].endswith(secret):
        if "--access-key-id" in " ".join(args[-2:]) and re.fullmatch(r"\w{16,}", secret):
            return rig.CONFIG  # an id by its letters, of no secret
    return rig.USAGE


class Unsaid(rig.Case):
    def test_nowhere(self):
        self.unsaid(wrong)

    def test_instead_of_a_uri(self):
        """Where a key or token is named: what is no URI may be the secret."""
        self.unsaid(
            lambda secret: [
                ("key", "verify", secret),
                ("key", "verify", secret, "--access-key-id", rig.KEY_ID),
                ("key", "remove", secret),
                ("key", "remove", secret, "--yes"),
                ("key", "adopt", secret),
                ("key", "adopt", secret, "--access-key-id", rig.KEY_ID),
                ("key", "list", "--to", secret),
                (*WORK[:3], secret, "--access-key-id", rig.KEY_ID),
                (*DESK[:3], secret, "--serial-number", rig.SERIAL),
                (*WORK, "--access-key-id", rig.KEY_ID, "--replace", secret),
            ]
        )

    def unsaid(self, lines):
        for secret in SECRETS:
            for args in lines(secret):
                result = self.rig.stskey(*args, env=self.rig.enrolling)
                with self.subTest(args=args):
                    self.assertNotIn(secret, result.out + result.err)
                    self.assertEqual(result.rc, status(args, secret), result)
        self.assertEqual(self.sts.count(outcome=None), 0)

    def test_a_word_mistyped_is_said(self):
        """What cannot be a secret helps the person who mistyped it."""
        for args, word in ((("credentials", "--profil", "dev"), "--profil"),
                           (("statsu",), "statsu")):
            result = self.rig.stskey(*args)
            self.refused(result, rig.USAGE, word)


if __name__ == "__main__":
    rig.main()
