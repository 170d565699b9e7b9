#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The contract suite on a SoftHSM2 token, reached by the module's registered
# name and by its path.
set -eu
command -v softhsm2-util >/dev/null || {
	echo "skipped: softhsm2 is not installed"
	exit 77
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/tokens"
export SOFTHSM2_CONF="$dir/softhsm2.conf"
cat >"$SOFTHSM2_CONF" <<CONF
directories.tokendir = $dir/tokens
objectstore.backend = file
log.level = ERROR
slots.removable = false
CONF
for label in 'contract work' desk; do
	softhsm2-util --init-token --free --label "$label" --so-pin 12345678 \
		--pin 123456 >/dev/null
done
export STSKEY_TEST_BEFORE='pkcs11:token=contract%20work'
export STSKEY_TEST_PIN=123456
for query in module-name=softhsm2 \
	module-path=/usr/lib/softhsm/libsofthsm2.so; do
	STSKEY_TEST_AFTER="?$query" \
		STSKEY_TEST_ABSENT="pkcs11:token=absent?$query" \
		"$BUILD/tests/test_pkcs11_contract"
done
