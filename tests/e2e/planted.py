# SPDX-License-Identifier: Apache-2.0
"""Where things are, what is planted, and what exit statuses mean."""

import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("BUILD", SOURCE / "build" / "gcc")).resolve()
STSKEY = BUILD / "bin" / "stskey"
LIBEXEC = BUILD / "libexec" / "stskey"
AWS = "/usr/bin/aws"  # Debian's, not what a PATH may find first
SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
FIDO_SHIM = BUILD / "tests" / "shim_fido.so"
# Sockets of other keys than ours, separated by ":", for tests that can do with any.
FIDO_SOCKETS = os.environ.get("STSKEY_TEST_FIDO")
# Where published known answers are; machine.py takes the variable away.
VECTORS = os.environ.get("STSKEY_VECTORS")
SANITIZED = STSKEY.exists() and b"__asan_init" in STSKEY.read_bytes()

# Planted: the leak tests look for these everywhere.
ACCOUNT = "123456789012"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/dev-laptop"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PIN = "918273"
SO_PIN = "5544332211"
REGION = "eu-central-1"
ADMIN = "arn:aws:iam::999999999999:role/Admin"

# Exit statuses, as signer/base/err.h numbers them.
SYS, USAGE, CONFIG, NOTFOUND, PIN_REFUSED, TOUCH, UNSUPPORTED, FORMAT = range(1, 9)
NET, DENIED, MFA, TOKEN, HELPER, TIMEOUT, POLICY, CLOCK, CANCELLED = range(9, 18)
EXEC = (125, 126, 127)  # as env(1) has them
