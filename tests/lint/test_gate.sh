#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A gate that lets what is planted pass fails its lint, and so does one that
# finds fault with what is clean; in a pipeline as well.
set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd)

run() {	# the end of a lint
	sh -eu -c ". '$here/gate.sh'
	deaf() { :; }
	fussy() { echo \"planted is wrong\"; }
	sharp() { grep -rl bad \"\$1\" || :; }
	$1
	exit \$failed" "$here/test_gate.sh" > /dev/null 2>&1
}

refused() {	# the end of a lint
	if run "$1"; then
		echo "passes: $1"
		exit 1
	fi
}

run 'echo bad | catches sharp planted.c' || { echo "a good gate fails"; exit 1; }
run 'holds deaf "$tmp/tree"' || { echo "silence fails"; exit 1; }
refused 'echo bad | catches deaf planted.c'
refused 'catches deaf planted.c < /dev/null'
refused 'holds fussy "$tmp/tree"'
refused 'echo bad | catches fussy planted.c'
