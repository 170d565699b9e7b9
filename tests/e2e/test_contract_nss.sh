#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The contract suite on an NSS database, whose module starts only with a string
# that p11-kit keeps in its module file (x-init-reserved).
set -eu
module=$(find /usr/lib -name libsoftokn3.so 2>/dev/null | head -n 1)
if [ -z "$module" ] || ! command -v certutil >/dev/null; then
	echo "skipped: libnss3-tools is not installed"
	exit 77
fi
# p11-kit has no folder of modules for root: this is somebody else's work.
if [ "$(id -u)" = 0 ]; then
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		test -x "$BUILD/tests/test_pkcs11_contract" || {
		echo "skipped: the build folder is not for everyone"
		exit 77
	}
	exec setpriv --reuid 65534 --regid 65534 --clear-groups sh "$0"
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/db" "$dir/config/pkcs11/modules"
printf '123456\n' >"$dir/pin"
certutil -N -d "sql:$dir/db" -f "$dir/pin"
cat >"$dir/config/pkcs11/modules/nss-contract.module" <<MODULE
module: $module
x-init-reserved: configdir='sql:$dir/db' certPrefix='' keyPrefix='' secmod='secmod.db' flags= dbTokenDescription='contract'
MODULE
export XDG_CONFIG_HOME="$dir/config"
export STSKEY_TEST_BEFORE=pkcs11:token=contract
export STSKEY_TEST_AFTER='?module-name=nss-contract'
export STSKEY_TEST_ABSENT='pkcs11:token=absent?module-name=nss-contract'
export STSKEY_TEST_PIN=123456
"$BUILD/tests/test_pkcs11_contract"
# By its path it is the registered module, with its settings.
STSKEY_TEST_AFTER="?module-path=$module" "$BUILD/tests/test_pkcs11_contract"
