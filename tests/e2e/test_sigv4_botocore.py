#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random requests signed by us and by botocore: the results are the same.

The seed is fixed and printed; SEED=N in the environment tries another.
"""

import base64
import datetime
import hashlib
import json
import os
import random
import subprocess
import sys
import unittest
from unittest import mock
from urllib.parse import parse_qsl, quote, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SEED = int(os.environ.get("SEED", "20150830"))
SIGNER = os.path.join(os.environ["BUILD"], "tests", "prog_sign")
HEADER_REQUESTS = 1000
PRESIGNED_REQUESTS = 500

# No white space but these: botocore folds what Unicode calls a space, too.
LETTERS = "abcXYZ019-_.~ +%&=/:;,!*'()[]{}|\\^`\"<>@$éßΩሴ日😀\u0301"
SEGMENTS = ["", "", ".", ".", "..", "..", "...", "a", "b c", "a%20b", "%2e",
            "%2F", "100%", "x+y", "ü", "日本", "~.-_", "k=v", "a:b", "@"]
SERVICES = ["sts", "iam", "execute-api", "s3", "dynamodb", "x"]
REGIONS = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"]
NAMES = ["X-Amz-Target", "content-type", "ACCEPT", "x-custom", "X-Custom",
         "My-Header1", "my_header", "My-Header", "X-1", "Range", "b", "a"]


def text(rng, longest):
    return "".join(rng.choice(LETTERS) for _ in range(rng.randrange(longest)))


def any_encoding(rng, s, keep):
    """Percent-encoded where it must be, and here and there elsewhere."""
    out = []
    for c in s:
        if c in keep or rng.random() < 0.3:
            form = "%%%02x" if rng.random() < 0.5 else "%%%02X"
            out += [form % b for b in c.encode()]
        else:
            out.append(c)
    return "".join(out)


def one_encoding(s):
    return quote(s, safe="-_.~")


def random_time(rng):
    start = datetime.datetime(2012, 1, 1)
    return start + datetime.timedelta(seconds=rng.randrange(60 * 365 * 86400))


def random_path(rng, encoded):
    n = rng.randrange(7)
    parts = [rng.choice(SEGMENTS) for _ in range(n)]
    path = "/" + "/".join(parts)
    if encoded:
        path = quote(path, safe="/~%").replace("100%", "100%25")
    return path


def random_params(rng, repeated):
    params = []
    for _ in range(rng.choice([0, 0, 1, 2, 3, 5, 9])):
        params.append((text(rng, 8), text(rng, 12)))
    if repeated and params and rng.random() < 0.5:
        name = rng.choice(params)[0]
        params += [(name, text(rng, 5)), (name, ""), rng.choice(params)]
    elif not repeated:
        params = list(dict(params).items())
    rng.shuffle(params)
    return params


def send_params(rng, params):
    """The query as a client may send it."""
    pairs = []
    for name, value in params:
        pair = any_encoding(rng, name, "&=%")
        if value or not name or rng.random() < 0.5:
            pair += "=" + any_encoding(rng, value, "&%")
        pairs.append(pair)
    return "&".join(pairs)


def random_value(rng):
    words = [text(rng, 8) for _ in range(rng.randrange(4))]
    blanks = [" ", "  ", "   ", "\t", " \t ", "\n ", "\r\n\t  "]
    value = words[0] if words else ""
    for word in words[1:]:
        value += rng.choice(blanks) + word
    return rng.choice(["", " ", "  "]) + value + rng.choice(["", " ", "\t"])


def random_headers(rng):
    return [(rng.choice(NAMES), random_value(rng))
            for _ in range(rng.choice([0, 0, 1, 2, 4, 8]))]


def random_request(rng, presigned):
    unnormalized = rng.random() < 0.25
    params = random_params(rng, not presigned)
    in_url = presigned or rng.random() < 0.4
    if presigned:  # botocore decodes '+' to a space here, as forms do
        query = "&".join(any_encoding(rng, k, "&=%+ ") + "=" +
                         any_encoding(rng, v, "&%+ ") for k, v in params)
    elif in_url:  # what botocore takes as it stands
        query = "&".join(one_encoding(k) + "=" + one_encoding(v)
                         for k, v in params)
    else:
        query = send_params(rng, params)
    method = rng.choice(["GET", "POST", "PUT", "DELETE", "HEAD"])
    body = b""
    if method in ("POST", "PUT") and not presigned:
        body = rng.choice([b"", text(rng, 200).encode(), rng.randbytes(50)])
    return {
        "method": method,
        "host": rng.choice(["example.amazonaws.com", "localhost:8443",
                            "sts.eu-central-1.amazonaws.com"]),
        "path": random_path(rng, unnormalized),
        "query": query,
        "params": None if in_url else params,
        "headers": random_headers(rng),
        "body": body,
        "normalize": not unnormalized,
        "unsigned": (not presigned and not unnormalized and
                     rng.random() < 0.1),
        "when": random_time(rng),
        "region": rng.choice(REGIONS),
        "service": rng.choice(SERVICES),
        "access_key_id": "AKIA%016d" % rng.randrange(10 ** 16),
        "secret": base64.b64encode(rng.randbytes(30)).decode(),
        "token": (base64.b64encode(rng.randbytes(rng.randrange(1, 400)))
                  .decode() if rng.random() < 0.5 else None),
        "expires": rng.randrange(1, 604801) if presigned else None,
    }


def signer_of(r):
    """The class of botocore that signs such requests."""
    if r["expires"] is None:
        return (botocore.auth.SigV4Auth if r["normalize"]
                else botocore.auth.S3SigV4Auth)
    return (botocore.auth.SigV4QueryAuth if r["normalize"]
            else botocore.auth.S3SigV4QueryAuth)


def botocore_signs(r):
    """The Authorization header, or the whole query, as botocore has it."""
    url = "https://" + r["host"] + r["path"]
    if r["params"] is None and r["query"]:
        url += "?" + r["query"]
    request = AWSRequest(method=r["method"], url=url, data=r["body"],
                         params=r["params"])
    for name, value in r["headers"]:
        request.headers[name] = value
    request.context["payload_signing_enabled"] = not r["unsigned"]
    creds = Credentials(r["access_key_id"], r["secret"], r["token"])
    more = {} if r["expires"] is None else {"expires": r["expires"]}
    auth = signer_of(r)(creds, r["service"], r["region"], **more)
    with mock.patch("botocore.auth.datetime") as clock:
        clock.datetime.utcnow.return_value = r["when"]
        clock.datetime.strptime = datetime.datetime.strptime
        auth.add_auth(request)
    if r["expires"] is None:
        return request.headers["Authorization"]
    return urlsplit(request.url).query


def added_headers(r, payload):
    """What a client adds before it signs, at the end as most do."""
    added = [("Host", r["host"])]
    if r["expires"] is not None:
        return added
    added.append(("X-Amz-Date", r["when"].strftime("%Y%m%dT%H%M%SZ")))
    if r["token"] is not None:
        added.append(("X-Amz-Security-Token", r["token"]))
    if r["unsigned"] or not r["normalize"]:
        added.append(("X-Amz-Content-SHA256", payload))
    return added


def our_line(r):
    s3_url = r["expires"] is not None and not r["normalize"]
    unsigned = "UNSIGNED-PAYLOAD" if r["unsigned"] or s3_url else None
    payload = unsigned or hashlib.sha256(r["body"]).hexdigest()
    line = {
        "method": r["method"],
        "path": r["path"],
        "query": r["query"],
        "headers": r["headers"] + added_headers(r, payload),
        "body": base64.b64encode(r["body"]).decode(),
        "normalize": r["normalize"],
        "payload_hash": unsigned,
        "time": r["when"].strftime("%Y%m%dT%H%M%SZ"),
    }
    for key in ("region", "service", "access_key_id", "secret"):
        line[key] = r[key]
    if r["expires"] is not None:
        line["expires"] = r["expires"]
        line["token"] = r["token"]
    return json.dumps(line)


def we_sign(requests):
    lines = "".join(our_line(r) + "\n" for r in requests)
    done = subprocess.run([SIGNER], input=lines.encode(), check=True,
                          stdout=subprocess.PIPE)
    return [json.loads(line) for line in done.stdout.splitlines()]


def same(r, ours, theirs):
    if r["expires"] is None:
        return ours.get("authorization") == theirs
    ours, theirs = [parse_qsl(q, keep_blank_values=True)
                    for q in (ours.get("query", ""), theirs)]
    # The signature last; before it any order is the same request.
    return (bool(ours) and ours[-1][0] == "X-Amz-Signature"
            and sorted(ours) == sorted(theirs))


def differing(requests, expected):
    """The indices of those that we sign in another way."""
    answers = we_sign(requests)
    assert len(answers) == len(requests) == len(expected)
    return [i for i, r in enumerate(requests)
            if not same(r, answers[i], expected[i])]


class Sigv4(unittest.TestCase):
    def check(self, requests):
        expected = [botocore_signs(r) for r in requests]
        wrong = differing(requests, expected)
        if wrong:
            r = requests[wrong[0]]
            self.fail("%d of %d differ; the first:\n%r\nbotocore: %s\nours: %r"
                      % (len(wrong), len(requests), r, expected[wrong[0]],
                         we_sign([r])[0]))

    def test_header(self):
        rng = random.Random(SEED)
        requests = [random_request(rng, False)
                    for _ in range(HEADER_REQUESTS)]
        self.check(requests)

    def test_presigned(self):
        rng = random.Random(SEED + 1)
        requests = [random_request(rng, True)
                    for _ in range(PRESIGNED_REQUESTS)]
        self.check(requests)

    def test_requests_vary(self):
        """The generator makes what the comparison is for."""
        rng = random.Random(SEED)
        made = [random_request(rng, False) for _ in range(HEADER_REQUESTS)]
        names = [[n.lower() for n, _ in r["headers"]] for r in made]
        kinds = {
            "dots": sum("/../" in r["path"] for r in made),
            "empty segments": sum("//" in r["path"] for r in made),
            "unnormalized": sum(not r["normalize"] for r in made),
            "unicode": sum(not r["query"].isascii() for r in made),
            "spaces": sum(" " in r["query"] for r in made),
            "plus": sum("+" in r["query"] for r in made),
            "repeated": sum(len(dict(r["params"] or [])) <
                            len(r["params"] or []) for r in made),
            "empty values": sum(any(not v for _, v in r["params"] or [])
                                for r in made),
            "repeated headers": sum(len(set(n)) < len(n) for n in names),
            "folds": sum(any("\n" in v for _, v in r["headers"])
                         for r in made),
            "bodies": sum(bool(r["body"]) for r in made),
            "tokens": sum(r["token"] is not None for r in made),
        }
        for kind, n in kinds.items():
            self.assertGreaterEqual(n, 20, kind)

    def test_comparison_can_fail(self):
        """One byte changed anywhere, and the two are not the same."""
        changes = {
            "method": "PATCH", "path": "/other/path", "query": "other=query",
            "headers": [("b", "other")], "secret": "other",
            "access_key_id": "AKIAOTHER", "region": "other-1",
            "service": "other", "host": "other.example.com",
            "when": datetime.datetime(2011, 1, 1),
        }
        for presigned in (False, True):
            rng = random.Random(SEED + 2)
            for key, value in changes.items():
                made = [random_request(rng, presigned) for _ in range(10)]
                expected = [botocore_signs(r) for r in made]
                changed = [dict(r, **{key: value}) for r in made]
                self.assertEqual(differing(made, expected), [])
                self.assertEqual(differing(changed, expected),
                                 list(range(10)), key)

    def test_changed_body_and_expiry(self):
        rng = random.Random(SEED + 3)
        made = [dict(random_request(rng, False), unsigned=False, body=b"a")
                for _ in range(10)]
        expected = [botocore_signs(r) for r in made]
        self.assertEqual(differing(made, expected), [])
        changed = [dict(r, body=b"b") for r in made]
        self.assertEqual(differing(changed, expected), list(range(10)))
        made = [random_request(rng, True) for _ in range(10)]
        expected = [botocore_signs(r) for r in made]
        changed = [dict(r, expires=r["expires"] + 1) for r in made]
        self.assertEqual(differing(changed, expected), list(range(10)))

    def test_refusal_is_not_sameness(self):
        rng = random.Random(SEED + 4)
        r = random_request(rng, False)
        bad = dict(r, headers=[("x", "y")] * 70)
        self.assertIn("at most 64", we_sign([bad])[0]["error"])
        self.assertEqual(differing([bad], [botocore_signs(r)]), [0])


if __name__ == "__main__":
    print("seed", SEED, file=sys.stderr)
    unittest.main()
