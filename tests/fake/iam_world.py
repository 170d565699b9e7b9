# SPDX-License-Identifier: Apache-2.0
"""AWS IAM over the same accounts: the life of virtual MFA devices."""

import base64
import secrets

import iam_model
import sts_policy
from iam_png import png
from sts_answer import Refused, timestamp

VERSION = iam_model.VERSION
MOST_DEVICES = 8  # of one user
MOST_ITEMS = 100  # of one answer, when it is not said
SERIAL_LENGTH = 256
SEED_BYTES = 40  # 64 characters of base32, as AWS's are
DENIED_CODES = "Authentication code for device is not valid."
TAKEN = "MFADevice entity at the same path and name already exists."
IN_USE = "MFA Device is already in use."
OF_ANOTHER = "MFA Device invalid for user."
DELETE_IN_USE = "MFA VirtualDevice in use. Must deactivate first."
QUOTA = f"Cannot exceed quota for MFADevicesPerUser: {MOST_DEVICES}"
NO_USER_NAME = "Must specify userName when calling with non-User credentials"


class Iam:
    """The actions on a World; the caller holds a lock around every call."""

    def __init__(self, world):
        self.world, self.devices = world, world.devices

    def act(self, action, caller, params):
        """The result of an action, None where it has none, or Refused."""
        if caller.user and caller.session and caller.mfa != "true":
            # Credentials of GetSessionToken without MFA, says AWS's table of
            # what they can do, are none for IAM, and this is how it says so.
            raise Refused(
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid",
            )
        todo = {
            "CreateVirtualMFADevice": self._create,
            "EnableMFADevice": self._enable,
            "DeactivateMFADevice": self._deactivate,
            "DeleteVirtualMFADevice": self._delete,
            "ListMFADevices": self._list,
            "ListVirtualMFADevices": self._list_virtual,
            "ResyncMFADevice": self._resync,
            "ListAccountAliases": self._aliases,
        }.get(action)
        if todo is None:
            raise Refused(
                400,
                "InvalidAction",
                f"Could not find operation {action} for version {VERSION}",
            )
        iam_model.check(action, params)
        return todo(caller, params)

    # -- who may

    def _judge(self, caller, action, resource):
        """Returns where the caller's policies allow it."""
        action = f"iam:{action}"
        verdict = self.world.verdict(caller, action, resource)
        if verdict == sts_policy.ALLOW:
            return
        reason = f"because no identity-based policy allows the {action} action"
        if verdict == sts_policy.DENY:
            reason = "with an explicit deny in an identity-based policy"
        refused = self.world.denied(caller, action, resource)
        raise Refused(403, refused.code, f"{refused.message} {reason}")

    def _user(self, caller, action, name):
        """The name again, when there is such a user and the caller may."""
        account = caller.account
        self._judge(caller, action, f"arn:aws:iam::{account}:user/{name}")
        user = self.world.users.get(name)
        if user is None or user["account"] != account:
            raise _nowhere(f"The user with name {name} cannot be found.")
        return name

    # -- which device

    def _known(self, caller, serial):
        """The serial again, when the account has such a device."""
        elsewhere = serial.startswith("arn:") and self._arn(caller, serial) != serial
        if elsewhere or self.devices.seed(serial) is None:
            raise _nowhere(
                f"VirtualMFADevice with serial number {serial} does not exist."
            )
        return serial

    def _of_user(self, caller, action, params):
        """(user, serial) of a device that is that user's."""
        user = self._user(caller, action, params["UserName"])
        serial = self._known(caller, params["SerialNumber"])
        if self.devices.owner(serial) != user:
            raise _nowhere(OF_ANOTHER)
        return user, serial

    @staticmethod
    def _arn(caller, serial):
        """The resource that a policy knows a device by."""
        stem = f"arn:aws:iam::{caller.account}:mfa/"
        if serial.startswith(stem):
            return serial
        return stem + serial.rsplit("/", 1)[-1]

    def _spend(self, serial, params):
        codes = (params["AuthenticationCode1"], params["AuthenticationCode2"])
        if not self.devices.spend(serial, *codes):
            raise Refused(403, "InvalidAuthenticationCode", DENIED_CODES)

    # -- the actions

    def _aliases(self, caller, _):
        self._judge(caller, "ListAccountAliases", "*")
        return {"AccountAliases": [], "IsTruncated": False}

    def _create(self, caller, params):
        name = params["VirtualMFADeviceName"]
        path = params.get("Path", "/")
        serial = f"arn:aws:iam::{caller.account}:mfa{path}{name}"
        self._judge(caller, "CreateVirtualMFADevice", serial)
        if len(serial) > SERIAL_LENGTH:
            # Nothing could name it; what AWS says of it is not documented.
            raise Refused(400, "InvalidInput", "The name is too long.")
        if self.devices.known(serial):
            raise Refused(409, "EntityAlreadyExists", TAKEN)
        seed = base64.b32encode(secrets.token_bytes(SEED_BYTES)).decode()
        self.devices.spare[serial] = seed
        return {
            "VirtualMFADevice": {
                "SerialNumber": serial,
                "Base32StringSeed": base64.b64encode(seed.encode()).decode(),
                "QRCodePNG": base64.b64encode(qr_code(serial, seed)).decode(),
            }
        }

    def _enable(self, caller, params):
        user = self._user(caller, "EnableMFADevice", params["UserName"])
        serial = self._known(caller, params["SerialNumber"])
        if self.devices.owner(serial) is not None:
            raise Refused(409, "EntityAlreadyExists", IN_USE)
        if len(self.devices.of(user)) >= MOST_DEVICES:
            raise Refused(409, "LimitExceeded", QUOTA)
        self._spend(serial, params)
        self.devices.enable(serial, user)

    def _deactivate(self, caller, params):
        user, serial = self._of_user(caller, "DeactivateMFADevice", params)
        self.devices.deactivate(serial, user)

    def _delete(self, caller, params):
        serial = params["SerialNumber"]
        resource = self._arn(caller, serial)
        self._judge(caller, "DeleteVirtualMFADevice", resource)
        self._known(caller, serial)
        if self.devices.owner(serial) is not None:
            raise Refused(409, "DeleteConflict", DELETE_IN_USE)
        self.devices.delete(serial)

    def _resync(self, caller, params):
        _, serial = self._of_user(caller, "ResyncMFADevice", params)
        self._spend(serial, params)

    def _list(self, caller, params):
        name = params.get("UserName", caller.user)
        if name is None:
            raise Refused(400, "ValidationError", NO_USER_NAME)
        user = self._user(caller, "ListMFADevices", name)
        serials = list(self.devices.of(user))
        since = self.devices.since
        return _page(
            "MFADevices",
            params,
            serials,
            lambda serial: {
                "UserName": user,
                "SerialNumber": serial,
                "EnableDate": timestamp(since.get(serial, self.devices.born)),
            },
        )

    def _list_virtual(self, caller, params):
        """It has no resource: a policy allows it for all or for none."""
        self._judge(caller, "ListVirtualMFADevices", "*")
        if params.get("AssignmentStatus") != "Unassigned":
            raise Refused(400, "ValidationError", "Only Unassigned is known here.")
        stem = f"arn:aws:iam::{caller.account}:mfa/"
        serials = [s for s in self.devices.spare if s.startswith(stem)]
        return _page(
            "VirtualMFADevices",
            params,
            serials,
            lambda serial: {"SerialNumber": serial},
        )


def _page(what, params, serials, member):
    """The members that were asked for, and whether there are more."""
    begin = _after(serials, params.get("Marker"))
    end = begin + int(params.get("MaxItems", MOST_ITEMS))
    more = end < len(serials)
    return {
        what: [member(serial) for serial in serials[begin:end]],
        "IsTruncated": "true" if more else "false",
        "Marker": _marker(serials[end - 1]) if more else None,
    }


def _nowhere(message):
    return Refused(404, "NoSuchEntity", message)


def _marker(serial):
    return base64.b64encode(serial.encode()).decode()


def _after(serials, marker):
    """Where the page begins that a marker means."""
    markers = [_marker(serial) for serial in serials]
    if marker is None:
        return 0
    if marker not in markers:
        raise Refused(400, "ValidationError", "Invalid Marker.")
    return markers.index(marker) + 1


def qr_code(serial, seed):
    """The picture of a device's seed."""
    account, name = serial.split(":")[4], serial.rsplit("/", 1)[-1]
    return png(f"otpauth://totp/{name}@{account}?secret={seed}")
