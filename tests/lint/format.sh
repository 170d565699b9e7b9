#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-format (14, as in Debian 12: others break lines elsewhere) over every
# C file.
set -eu
. "$(dirname -- "$0")/gate.sh"

format() {
	find "$1/signer" "$1/pkcs11" "$1/fido" "$1/oath" "$1/tests" \
	    -name '*.[ch]' -print0 \
	    2> "$tmp/missing" | xargs -0 -r clang-format --dry-run -Werror \
	    --style="file:$SOURCE/.clang-format" 2>&1 || true
}

printf 'int good(int i);\n\nint\ngood(int i)\n{\n\treturn i + 1;\n}\n' |
    put signer/good.c
holds format "$SOURCE"
echo 'int  planted( int i );' | catches format signer/planted.c
tr -d '\t' < "$tmp/tree/signer/good.c" | catches format signer/planted.c
exit $failed
