#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cppcheck.sh [BUILD]: cppcheck over every C file of a build.
set -eu
. "$(dirname -- "$0")/gate.sh"
build=${1:-$SOURCE/build/gcc}
[ -f "$build/compile_commands.json" ] ||
    cmake -S "$SOURCE" --preset gcc > "$tmp/configured"

# Left out, since version 2.10 is wrong about a size_t that is the smaller of two
# (knownConditionTrueFalse), an index compared with a sizeof
# (pointerOutOfBoundsCond), an AUTO variable emptied as it is handed over, which
# the end of the scope reads (unreadVariable), and a union's other member
# (unusedStructMember); or since they are the author's taste: where a block
# declares its variables, a variable called as a function is, a last `continue`.
check() {	# cppcheck's arguments
	cppcheck --quiet --error-exitcode=1 --inline-suppr -j "$(nproc)" \
	    --enable=warning,performance,portability,style \
	    --suppress=missingIncludeSystem \
	    --suppress=knownConditionTrueFalse \
	    --suppress=pointerOutOfBoundsCond \
	    --suppress=unreadVariable --suppress=unusedStructMember \
	    --suppress=variableScope --suppress=shadowFunction \
	    --suppress=redundantContinue \
	    --library="$SOURCE/tests/lint/cppcheck.cfg" "$@" 2>&1
}

project() {	# build folder
	check --project="$1/compile_commands.json"
}

folder() {
	check "$1"
}

put signer/good.c <<-EOF2
	int good(int i);
	int good(int i) { return i + 1; }
EOF2
catches folder signer/planted.c <<-EOF2
	int planted(void);
	int planted(void) { int a[2] = { 1, 2 }; return a[2]; }
EOF2
catches folder signer/planted.c <<-EOF2
	#include <stdlib.h>
	int planted(void);
	int planted(void) { char *p = malloc(3); return p == 0; }
EOF2
holds project "$build"
exit $failed
