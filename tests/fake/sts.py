#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
A loopback AWS STS and IAM, on the same port, as strict as the real ones.

As a program: sts.py --dir DIR [--world FILE] [--port N] [--tls-port N]
serves http and https on 127.0.0.1 with accounts from FILE (JSON; without it
the user of AWS's documentation), and puts into DIR, before it says
"ready URL URL" on standard output: url, url-tls, ca.pem (the certificate
authority to trust) and, as they come, requests.jsonl, one line for each
request.  --until-eof ends it when standard input ends.

POST /_control {JSON} while it runs; GET /_control tells counts:
  {"faults": [{"kind": K, "times": N, "action": A, "status": S, ...}]}
      throttle, fail, deny (code, message), shape (shape), before the request
      is judged; skew (seconds): by another clock; fail-after, cut, reset,
      hangup, garbage, html, huge, empty when it has had its effect; stall
      (before) and stall-after until {"release": true}; close: the
      connection is dropped after the answer.  action "HEAD" means HEAD.
  {"clear": true} {"clock_offset": SECONDS} {"shorten": SECONDS or null}
  {"policies": {"dev": ["bootstrap"]}}    names of docs/policies/, or documents
  {"restore": true}    devices and policies are those of the beginning
  {"regions_off": [...]} {"key": {"AKIA...": false}} {"forget_codes": true}
  {"expire": true}     every session issued so far is over
"""

import argparse
import collections
import json
import pathlib
import sys
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent))

# pylint: disable=wrong-import-position
import iam_world
import sts_sign
import sts_world
from sts_answer import Refused
from sts_faults import Faults
from sts_http import Server
from sts_pki import Pki

SERVICES = {"2011-06-15": "sts", iam_world.VERSION: "iam"}


class Sts:
    """The services; listen() opens their doors, close() shuts them."""

    def __init__(self, folder, world=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.clock_offset, self.regions_off = 0, set()
        self.clock = time.time  # or a test's own
        self.skew = threading.local()
        self.world = sts_world.World(world or sts_world.example(), self.now)
        self.iam = iam_world.Iam(self.world)
        self.faults = Faults()
        self.counts = collections.Counter()
        self.requests = []
        self.connections = 0
        self.servers = []
        self.pki = Pki(self.folder)

    def now(self):
        skew = getattr(self.skew, "seconds", 0)
        return self.clock() + self.clock_offset + skew

    def set_skew(self, seconds):
        """For the request of this thread alone."""
        self.skew.seconds = seconds

    # -- doors

    def listen(self, kind="plain", port=0):
        """
        The URL of a new door: plain, tls, aws (certified for AWS's names),
        wrong-host (for somebody else), old-tls (1.1 at most), expired.
        """
        server = Server(("127.0.0.1", port), self)
        name = "127.0.0.1" if kind == "plain" else "localhost"
        if kind != "plain":
            server.tls = self.pki.context(kind)
        self.servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        scheme = "http" if kind == "plain" else "https"
        return f"{scheme}://{name}:{server.server_address[1]}"

    @property
    def ca(self):
        return str(self.pki.ca())

    def shut(self):
        """Every door, and every connection."""
        for server in self.servers:
            server.shutdown()
            server.server_close()
        self.servers.clear()

    def close(self):
        self.faults.clear()
        self.shut()

    # -- what happened

    def count(self, action=None, outcome="ok"):
        """Requests so far: of one action (or all), of one outcome (or all)."""
        with self.lock:
            return sum(
                1
                for r in self.requests
                if r["method"] == "POST"
                and action in (None, r["action"])
                and outcome in (None, r["outcome"])
            )

    def record(self, entry):
        with self.lock:
            self.requests.append(entry)
            self.counts[entry["action"] or entry["method"]] += 1
            path = self.folder / "requests.jsonl"
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")

    # -- what there is

    def devices(self, user="dev"):
        """The serial numbers of a user's MFA devices."""
        with self.lock:
            return list(self.world.devices.of(user))

    def spare(self):
        """Those of the devices that are made and not enabled."""
        with self.lock:
            return list(self.world.devices.spare)

    def seed(self, serial):
        """The seed of a device in base32, or None."""
        with self.lock:
            return self.world.devices.seed(serial)

    def attach(self, *policies, user="dev"):
        """The policies of a user, from now on; see World.attach()."""
        self.control({"policies": {user: list(policies)}})

    # -- judging

    def answer(self, request, entry):
        """The result of a POST, as (action, values)."""
        if request.method != "POST" or request.target.split("?")[0] != "/":
            raise Refused(
                404, "UnknownOperationException", f"no {request.method} here"
            )
        params = request.params()
        action = params.pop("Action", None)
        version = params.pop("Version", None)
        entry["action"], entry["params"] = action, params
        entry["service"] = SERVICES.get(version, "sts")
        self._planned(action)
        if action is None:
            raise Refused(400, "MissingAction", "Missing Action")
        if version not in SERVICES:
            raise Refused(
                400,
                "InvalidAction",
                f"Could not find operation {action} for version {version}",
            )
        with self.lock:
            values = self._judge(request, entry, action, params)
        if self.faults.take(action, ("fail-after",)):
            raise self._failed({})
        return action, values

    def _judge(self, request, entry, action, params):
        signed = sts_sign.Signed(request)
        entry["access_key_id"], entry["region"] = (
            signed.access_key_id,
            signed.region,
        )
        entry["signed_headers"] = signed.names
        secret, caller = self.world.secret_of(signed.access_key_id, signed.token)
        entry["caller"] = caller.arn
        sts_sign.check_scope(signed, entry["service"])
        sts_sign.check_names(signed, request)
        sts_sign.check_date(signed, self.now())
        sts_sign.check_signature(signed, request, secret)
        if entry["service"] == "iam":
            return self.iam.act(action, caller, params)
        if signed.region in self.regions_off:
            raise Refused(
                403,
                "RegionDisabledException",
                "STS is not activated in this region for account:"
                f"{caller.account}. Your account administrator can activate "
                "STS in this region using the IAM Console.",
            )
        return self.world.act(action, caller, params)

    def _planned(self, action):
        """Faults that come instead of a judgement, and the clock for it."""
        skew = self.faults.take(action, ("skew",))
        self.set_skew(skew["seconds"] if skew else 0)
        fault = self.faults.take(action, ("throttle", "fail", "deny"))
        if fault is None:
            return
        if fault["kind"] == "throttle":
            raise Refused(400, "Throttling", "Rate exceeded")
        if fault["kind"] == "deny":
            raise Refused(
                fault.get("status", 403),
                fault.get("code", "AccessDenied"),
                fault.get("message", "Access denied"),
            )
        raise self._failed(fault)

    @staticmethod
    def _failed(fault):
        return Refused(
            fault.get("status", 500),
            fault.get("code", "InternalFailure"),
            "The request processing has failed because of an unknown error, "
            "exception or failure.",
        )

    # -- control

    def control(self, wishes):
        """What POST /_control does."""
        with self.lock:
            for fault in wishes.get("faults", []):
                self.faults.add(fault)
            if wishes.get("clear"):
                self.faults.clear()
            if wishes.get("release"):
                self.faults.release()
            self.clock_offset = wishes.get("clock_offset", self.clock_offset)
            if "regions_off" in wishes:
                self.regions_off = set(wishes["regions_off"])
            if "shorten" in wishes:
                self.world.shorten = wishes["shorten"]
            if wishes.get("forget_codes"):
                self.world.devices.steps.clear()
            if wishes.get("restore"):
                self.world.restore()
            for user, policies in wishes.get("policies", {}).items():
                self.world.attach(user, policies)
            if wishes.get("expire"):
                for session in self.world.sessions.values():
                    session["until"] = 0
            for key, active in wishes.get("key", {}).items():
                for user in self.world.users.values():
                    if key in user["keys"]:
                        user["keys"][key]["active"] = active
            return self.state()

    def state(self):
        with self.lock:
            return {
                "counts": dict(self.counts),
                "accepted": self.count(),
                "stalled": self.faults.stalled,
                "connections": self.connections,
                "devices": {name: self.devices(name) for name in self.world.users},
                "spare": self.spare(),
            }


def _publish(path, text):
    """Whole or not at all, for whoever waits for the file."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text + "\n", encoding="utf-8")
    fresh.rename(path)


def main():
    parser = argparse.ArgumentParser(description="A loopback AWS STS and IAM.")
    parser.add_argument("--dir", required=True)
    parser.add_argument("--world")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls-port", type=int, default=0)
    parser.add_argument("--until-eof", action="store_true")
    options = parser.parse_args()
    world = None
    if options.world:
        world = json.loads(pathlib.Path(options.world).read_text("utf-8"))
    sts = Sts(options.dir, world)
    plain = sts.listen("plain", options.port)
    tls = sts.listen("tls", options.tls_port)
    _publish(sts.folder / "url-tls", tls)
    _publish(sts.folder / "url", plain)
    print(f"ready {plain} {tls}", flush=True)
    try:
        if options.until_eof:
            sys.stdin.buffer.read()
        else:
            threading.Event().wait()
    except KeyboardInterrupt:
        pass
    sts.close()


if __name__ == "__main__":
    main()
