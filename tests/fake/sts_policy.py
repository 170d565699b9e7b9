# SPDX-License-Identifier: Apache-2.0
"""IAM's policy language, as far as the policies of the README use it."""

import fnmatch
import re

ALLOW, DENY, NEITHER = "Allow", "Deny", None


def _list(value):
    return value if isinstance(value, list) else [value]


def _glob(pattern, text):
    """IAM's * and ?, and no other magic."""
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def _expand(pattern, context):
    return re.sub(
        r"\$\{([^}]+)\}",
        lambda m: context.get(m[1].lower(), "\0"),
        pattern,
    )


def _covers(statement, key, text, context, fold=False):
    """Action, Resource and their Not- forms."""
    if key in statement:
        wanted = True
    elif "Not" + key in statement:
        key, wanted = "Not" + key, False
    else:
        return key == "Resource"  # a trust policy names none
    hit = False
    for pattern in _list(statement[key]):
        pattern = _expand(pattern, context)
        if fold:
            pattern, subject = pattern.lower(), text.lower()
        else:
            subject = text
        hit = hit or _glob(pattern, subject)
    return hit == wanted


_TESTS = {
    "Bool": lambda have, want: have.lower() == want.lower(),
    "StringEquals": lambda have, want: have == want,
    "StringNotEquals": lambda have, want: have != want,
    "StringLike": lambda have, want: _glob(want, have),
    "ArnLike": lambda have, want: _glob(want, have),
}


def _holds(operator, key, wants, context):
    if_exists = operator.endswith("IfExists")
    name = operator[: -len("IfExists")] if if_exists else operator
    test = _TESTS[name]  # an operator we do not know must not pass silently
    have = context.get(key.lower())
    if have is None:
        return if_exists or name == "StringNotEquals"
    tests = (test(have, str(want)) for want in _list(wants))
    return all(tests) if name == "StringNotEquals" else any(tests)


def _conditions(statement, context):
    for operator, keys in statement.get("Condition", {}).items():
        for key, wants in keys.items():
            if not _holds(operator, key, wants, context):
                return False
    return True


def evaluate(policies, action, resource, context):
    """Allow, Deny or neither.  A context key that is absent is not there."""
    context = {key.lower(): value for key, value in context.items()}
    verdict = NEITHER
    for policy in policies:
        for statement in _list(policy["Statement"]):
            if (
                _covers(statement, "Action", action, context, fold=True)
                and _covers(statement, "Resource", resource, context)
                and _conditions(statement, context)
            ):
                if statement["Effect"] == DENY:
                    return DENY
                verdict = ALLOW
    return verdict


def _principal_names(entry, arns, account):
    """Whether a Principal entry means this caller; "direct" if by name."""
    if entry == "*" or entry in arns:
        return "direct"
    if entry in (account, f"arn:aws:iam::{account}:root"):
        return "account"
    return None


def trusts(policy, arns, account, action, context):
    """
    What a role's trust policy says of a caller: DENY, NEITHER, "direct" (named
    itself: enough within one account) or "account" (its own policy decides).
    """
    context = {key.lower(): value for key, value in context.items()}
    verdict = NEITHER
    for statement in _list(policy["Statement"]):
        principal = statement.get("Principal", {})
        entries = _list(principal if principal == "*" else principal.get("AWS", []))
        hits = {_principal_names(e, arns, account) for e in entries} - {None}
        if (
            not hits
            or not _covers(statement, "Action", action, context, fold=True)
            or not _conditions(statement, context)
        ):
            continue
        if statement["Effect"] == DENY:
            return DENY
        verdict = "direct" if "direct" in hits or verdict == "direct" else "account"
    return verdict
