#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is said to somebody who does not know what to write."""

import re
import unittest

import rig
import showing

ROWS, COLUMNS = 24, 80


class Help(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = rig.Rig(tokens=())
        cls.addClassCleanup(cls.rig.close)
        cls.verbs = showing.verbs()
        cls.nouns = list(dict.fromkeys(v.split()[0] for v in cls.verbs if " " in v))

    def lines(self, *args):
        result = self.rig.stskey(*args)
        self.assertEqual((result.rc, result.err), (0, ""), result)
        return result.out.splitlines()

    def fits(self, lines):
        # The prompt that comes after it has a row as well.
        self.assertLess(len(lines), ROWS, lines)
        self.assertLess(max(map(len, lines)), COLUMNS, lines)

    def test_every_verb(self):
        self.assertIn("key import", self.verbs)
        lines = self.lines("help")
        self.fits(lines)
        self.assertEqual(self.lines("--help"), lines)
        nouns = re.search(r"`stskey help NOUN` \(([a-z, ]+)\)", lines[-1])[1]
        self.assertEqual(nouns.split(", "), self.nouns)
        words = {line.split()[0]: line for line in lines if line.startswith("  ")}
        self.assertEqual(set(words), {v.split()[0] for v in self.verbs})
        for noun in self.nouns:
            own = [v.split()[1] for v in self.verbs if v.startswith(noun + " ")]
            self.assertTrue(words[noun].endswith(" " + ", ".join(own)), words[noun])

    def test_verbs_of_a_noun(self):
        for noun in self.nouns:
            lines = self.lines("help", noun)
            self.assertEqual(self.lines(noun, "--help"), lines)
            self.fits(lines)
            own = [v for v in self.verbs if v.startswith(noun + " ")]
            shown = [line.strip() for line in lines if line.startswith("  ")]
            self.assertEqual([" ".join(s.split()[:2]) for s in shown], own)
            result = self.rig.stskey(noun)
            self.assertEqual((result.rc, result.out), (rig.USAGE, ""), result)
            self.assertIn(f"`stskey help {noun}`", result.err)

    def test_options(self):
        for verb in self.verbs:
            lines = self.lines(*verb.split(), "--help")
            with self.subTest(verb=verb):
                self.assertTrue(lines[0].startswith(f"usage: stskey {verb}"), lines)
                self.assertLess(len(lines), ROWS)

    def test_more_than_there_is_use_for(self):
        for words in (
            ("help", "log", "extra"),
            ("help", "key", "import", "extra"),
            ("--help", "log", "extra"),
            ("version", "extra"),
            ("--version", "extra"),
            ("version", "--profile", "dev"),
        ):
            with self.subTest(words=words):
                result = self.rig.stskey(*words)
                self.assertEqual((result.rc, result.out), (rig.USAGE, ""), result)
                self.assertRegex(result.err, "^stskey: (help|version) has no ")
        self.assertEqual(self.lines("version", "--quiet"), self.lines("--version"))

    def test_meant(self):
        for word, said in (
            ("statsu", "'statsu' is no verb; did you mean 'status'?"),
            ("import-confg", "is no verb; did you mean 'import-config'?"),
            ("tokne", "is no verb; `stskey help`"),
        ):
            result = self.rig.stskey(word)
            self.assertEqual((result.rc, result.out), (rig.USAGE, ""), result)
            self.assertIn(said, result.err)
        result = self.rig.stskey("key", "imprt")
        self.assertIn("'key' is no verb by itself; did you mean 'key import'?", result.err)

    def test_no_verb(self):
        result = self.rig.stskey("bogus")
        self.assertEqual((result.rc, result.out), (rig.USAGE, ""), result)
        self.assertRegex(result.err, "'bogus' is no verb; `stskey help`")


if __name__ == "__main__":
    rig.main()
