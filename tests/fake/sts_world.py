# SPDX-License-Identifier: Apache-2.0
"""The accounts behind the loopback STS: users, keys, devices, roles, sessions."""

import base64
import hashlib
import json
import pathlib
import secrets
import string

import sts_params
import sts_policy
from sts_answer import Refused, timestamp
from sts_mfa import Devices, hotp  # pylint: disable=unused-import

POLICIES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "policies"
CHAINED_SECONDS = 3600
DENIED_CODE = (
    "MultiFactorAuthentication failed with invalid MFA one time pass code. "
)
DENIED_SERIAL = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please "
    "verify your MFA serial number is valid and associated with this user."
)
DENIED_HALF = (
    "MultiFactorAuthentication failed, must provide both MFA serial number "
    "and one time pass code."
)


def policy(name):
    """One of the policies that docs/policies/ shows people."""
    return json.loads((POLICIES / f"{name}.json").read_text(encoding="utf-8"))


def example():
    """AWS's documentation example user, with our README's policies."""
    return {
        "users": {
            "dev": {
                "account": "123456789012",
                "id": "AIDACKCEVSQ6C2EXAMPLE",
                "keys": {
                    "AKIAIOSFODNN7EXAMPLE": {
                        "secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
                    }
                },
                "mfa": {
                    "arn:aws:iam::123456789012:mfa/dev-laptop": (
                        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
                        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
                    )
                },
                "policies": [policy("daily")],
            }
        },
        "roles": {
            "arn:aws:iam::999999999999:role/Admin": {
                "trust": policy("trust"),
                "max_seconds": 43200,
            }
        },
    }


def identifier(prefix, length=16):
    alphabet = string.ascii_uppercase + "234567"
    return prefix + "".join(secrets.choice(alphabet) for _ in range(length))


class Caller:
    """Who signed: a user, with a long-term key or a session, or a role."""

    def __init__(self, account, arn, user_id, **more):
        self.account, self.arn, self.user_id = account, arn, user_id
        self.user = more.get("user")  # the IAM user, if it is one
        self.role_arn = more.get("role_arn")
        self.policies = more.get("policies", [])
        self.session = more.get("session", False)
        self.mfa = more.get("mfa")  # None: the context has no such key

    def arns(self):
        return {self.arn, self.role_arn} - {None}


class World:
    """All state; the caller holds a lock around every call."""

    def __init__(self, config, now):
        self.config, self.now = config, now
        self.users, self.roles = config["users"], config.get("roles", {})
        self.sessions = {}  # by access key id
        self.devices = Devices(self.users, now)
        self.shorten = None  # seconds that new credentials really last
        for name, user in self.users.items():
            self.attach(name, user.get("policies", []))
        self.first = {n: list(u["policies"]) for n, u in self.users.items()}

    # -- what tests change while it runs

    def attach(self, user, policies):
        """
        These instead of the user's policies, sessions that exist included: the
        names of docs/policies/, or documents.
        """
        documents = [policy(p) if isinstance(p, str) else p for p in policies]
        self.users[user].setdefault("policies", [])[:] = documents

    def restore(self):
        """Devices and policies as at the beginning."""
        self.devices.restore()
        for user, policies in self.first.items():
            self.attach(user, policies)

    # -- who is it

    def secret_of(self, access_key_id, token):
        """The secret access key and the Caller of it."""
        if token is not None:
            return self._of_session(access_key_id, token)
        for name, user in self.users.items():
            key = user["keys"].get(access_key_id)
            if key is not None and key.get("active", True):
                return key["secret"], self._as_user(name)
        raise self._unknown()

    def _of_session(self, access_key_id, token):
        session = self.sessions.get(access_key_id)
        if session is None or session["token"] != token:
            raise self._unknown()
        if self.now() >= session["until"]:
            raise Refused(
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
            )
        return session["secret"], session["caller"]

    @staticmethod
    def _unknown():
        return Refused(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid",
        )

    def _as_user(self, name, session=False, mfa=None):
        user = self.users[name]
        return Caller(
            user["account"],
            f"arn:aws:iam::{user['account']}:user/{name}",
            user["id"],
            user=name,
            policies=user.setdefault("policies", []),
            session=session,
            mfa=mfa,
        )

    # -- what is asked

    def act(self, action, caller, params):
        """The result of an action, or Refused."""
        sts_params.check(action, params)
        return {
            "GetCallerIdentity": self._identity,
            "GetSessionToken": self._session_token,
            "AssumeRole": self._assume_role,
        }[action](caller, params)

    @staticmethod
    def _identity(caller, _params):
        return {
            "Arn": caller.arn,
            "UserId": caller.user_id,
            "Account": caller.account,
        }

    def _session_token(self, caller, params):
        if caller.session:
            raise Refused(
                403,
                "AccessDenied",
                "Cannot call GetSessionToken with session credentials",
            )
        mfa = self._judge_code(caller, params)
        session = self._as_user(caller.user, session=True, mfa=mfa)
        seconds = int(params.get("DurationSeconds", 43200))
        return {"Credentials": self._issue(session, seconds)}

    def _assume_role(self, caller, params):
        role_arn = params["RoleArn"]
        role = self.roles.get(role_arn)
        seconds = self._role_seconds(caller, role, params)
        mfa = self._judge_code(caller, params)
        if role is None or not self._may_assume(caller, role, params, mfa):
            raise self.denied(caller, "sts:AssumeRole", role_arn)
        account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[1]
        name_of_session = params["RoleSessionName"]
        role_id = "AROA" + hashlib.sha256(role_arn.encode()).hexdigest()[:17].upper()
        session = Caller(
            account,
            f"arn:aws:sts::{account}:assumed-role/{name}/{name_of_session}",
            f"{role_id}:{name_of_session}",
            role_arn=role_arn,
            policies=role.get("policies", []),
            session=True,
            mfa=mfa,
        )
        return {
            "AssumedRoleUser": {
                "AssumedRoleId": session.user_id,
                "Arn": session.arn,
            },
            "Credentials": self._issue(session, seconds),
            "SourceIdentity": params.get("SourceIdentity"),
        }

    @staticmethod
    def _role_seconds(caller, role, params):
        seconds = int(params.get("DurationSeconds", 3600))
        if caller.session and seconds > CHAINED_SECONDS:
            raise Refused(
                400,
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session "
                "limit for roles assumed by role chaining.",
            )
        if role is not None and seconds > role.get("max_seconds", 3600):
            raise Refused(
                400,
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration "
                "set for this role.",
            )
        return seconds

    def _may_assume(self, caller, role, params, mfa):
        """
        Trust policy and, unless that names the caller within one account, the
        caller's own.  A code in this very request is MFA for both; we take it
        that AWS sees it so, for which its documentation has no sentence.
        """
        context = self._context(caller, caller.mfa if mfa != "true" else mfa)
        if "ExternalId" in params:
            context["sts:ExternalId"] = params["ExternalId"]
        context["sts:RoleSessionName"] = params["RoleSessionName"]
        action = "sts:AssumeRole"
        own = sts_policy.evaluate(
            caller.policies, action, params["RoleArn"], context
        )
        trust = sts_policy.trusts(
            role["trust"], caller.arns(), caller.account, action, context
        )
        if sts_policy.DENY in (own, trust) or trust is None:
            return False
        same = params["RoleArn"].split(":")[4] == caller.account
        return own == sts_policy.ALLOW or (same and trust == "direct")

    def may(self, caller, action, resource):
        """Whether another service would let this caller do that."""
        return self.verdict(caller, action, resource) == sts_policy.ALLOW

    def verdict(self, caller, action, resource):
        """What the caller's own policies say of it."""
        context = self._context(caller, caller.mfa)
        return sts_policy.evaluate(caller.policies, action, resource, context)

    @staticmethod
    def _context(caller, mfa):
        context = {"aws:username": caller.user} if caller.user else {}
        if mfa is not None:
            context["aws:MultiFactorAuthPresent"] = mfa
        return context

    @staticmethod
    def denied(caller, action, resource):
        return Refused(
            403,
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform: {action} on "
            f"resource: {resource}",
        )

    # -- MFA and credentials

    def _judge_code(self, caller, params):
        """ "true", or "false" where no code was given."""
        serial, code = params.get("SerialNumber"), params.get("TokenCode")
        if serial is None and code is None:
            return "false"
        if serial is None or code is None:
            raise Refused(403, "AccessDenied", DENIED_HALF)
        if not caller.user or serial not in self.devices.of(caller.user):
            raise Refused(403, "AccessDenied", DENIED_SERIAL)
        if not self.devices.spend(serial, code):
            raise Refused(403, "AccessDenied", DENIED_CODE)
        return "true"

    def _issue(self, caller, seconds):
        if self.shorten is not None:
            seconds = self.shorten
        access_key_id = identifier("ASIA")
        secret = base64.b64encode(secrets.token_bytes(30)).decode()
        token = "FwoGZXIvYXdzE" + base64.b64encode(secrets.token_bytes(300)).decode()
        until = int(self.now()) + seconds
        self.sessions[access_key_id] = {
            "secret": secret,
            "token": token,
            "until": until,
            "caller": caller,
        }
        return {
            "AccessKeyId": access_key_id,
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": timestamp(until),
        }
