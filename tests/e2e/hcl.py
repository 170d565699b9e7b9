# SPDX-License-Identifier: Apache-2.0
"""
The part of HCL that Terraform files of policies are made of, read strictly
(HCL Native Syntax Specification): blocks with quoted labels, attributes whose
values are quoted templates without interpolation, lists of these, or a
reference.  Anything else is an error.
"""

import re

_TOKENS = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<space>[ \t]+)"
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*)"
    r"|(?P<mark>[{}\[\]=,])"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class Wrong(ValueError):
    """It is not HCL, or none that belongs here."""


class Reference(str):
    """data.aws_iam_policy_document.x.json"""


class Block(list):
    """The labels and what is inside: (name, value) and Blocks, in order."""

    def __init__(self, kind, labels):
        super().__init__()
        self.kind, self.labels = kind, labels

    def blocks(self, kind):
        return [b for b in self if isinstance(b, Block) and b.kind == kind]

    def attributes(self):
        return {b[0]: b[1] for b in self if not isinstance(b, Block)}


def _literal(token):
    def one(match):
        text = match[0]
        if text in ("$${", "%%{"):
            return text[1:]
        if text in ("${", "%{"):
            raise Wrong(f"an interpolation: {token}")
        if text[1:] not in _ESCAPES:
            raise Wrong(f"an unknown escape: {token}")
        return _ESCAPES[text[1:]]

    return re.sub(r"\\.|\$\$\{|%%\{|\$\{|%\{", one, token[1:-1])


class _Reader:
    def __init__(self, text):
        self.tokens, at = [], 0
        while at < len(text):
            match = _TOKENS.match(text, at)
            if not match:
                raise Wrong(f"no token: {text[at : at + 40]!r}")
            at = match.end()
            if match.lastgroup not in ("space", "comment"):
                self.tokens.append((match.lastgroup, match[0]))
        self.tokens.append(("end", ""))

    def peek(self):
        return self.tokens[0]

    def take(self, kind, text=None):
        have = self.tokens.pop(0)
        if have[0] != kind or text not in (None, have[1]):
            raise Wrong(f"{text or kind} wanted, {have} found")
        return have[1]

    def lines(self):
        while self.peek()[0] == "newline":
            self.tokens.pop(0)

    def value(self):
        kind, text = self.peek()
        if kind == "string":
            return _literal(self.take("string"))
        if kind == "name" and "." in text:
            return Reference(self.take("name"))
        self.take("mark", "[")
        values = []
        self.lines()
        while self.peek() != ("mark", "]"):
            values.append(self.value())
            self.lines()
            if self.peek() != ("mark", "]"):
                self.take("mark", ",")
                self.lines()
        self.take("mark", "]")
        return values

    def body(self, into, end):
        names = set()
        self.lines()
        while self.peek() != end:
            name = self.take("name")
            if self.peek() == ("mark", "="):
                self.take("mark")
                if name in names:
                    raise Wrong(f"{name} is set twice")
                names.add(name)
                into.append((name, self.value()))
            else:
                into.append(self.block(name))
            self.take("newline")
            self.lines()
        return into

    def block(self, kind):
        labels = []
        while self.peek()[0] == "string":
            labels.append(_literal(self.take("string")))
        self.take("mark", "{")
        self.take("newline")
        block = self.body(Block(kind, labels), ("mark", "}"))
        self.take("mark", "}")
        return block


def read(text):
    """The blocks of a file."""
    return _Reader(text).body(Block("", []), ("end", ""))


_DOCUMENT = {"sid", "effect", "actions", "resources"}


def _one(values):
    return values[0] if len(values) == 1 else values


def _statement(block):
    have = block.attributes()
    if set(have) - _DOCUMENT or {b.kind for b in block if isinstance(b, Block)} - {
        "principals",
        "condition",
    }:
        raise Wrong(f"no part of a statement: {block}")
    made = {"Sid": have["sid"]} if "sid" in have else {}
    made["Effect"] = have["effect"]
    for principals in block.blocks("principals"):
        who = principals.attributes()
        made["Principal"] = {who["type"]: _one(who["identifiers"])}
    made["Action"] = _one(have["actions"])
    if "resources" in have:
        made["Resource"] = _one(have["resources"])
    for condition in block.blocks("condition"):
        test = condition.attributes()
        made.setdefault("Condition", {}).setdefault(test["test"], {})[
            test["variable"]
        ] = _one(test["values"])
    return made


def documents(text):
    """{name: policy} of the data blocks, as Terraform would render them."""
    made = {}
    for block in read(text):
        if not isinstance(block, Block):
            raise Wrong(f"an attribute outside of a block: {block}")
        if block.kind != "data":
            continue
        kind, name = block.labels
        if kind != "aws_iam_policy_document" or name in made:
            raise Wrong(f"data {kind} {name}")
        made[name] = {
            "Version": "2012-10-17",
            "Statement": [_statement(s) for s in block.blocks("statement")],
        }
    return made
