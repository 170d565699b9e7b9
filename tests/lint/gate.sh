# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: Apache-2.0
# Sourced by every lint.  A gate is a function that is given a folder laid out
# as this project is and prints what is wrong in it.  `holds` wants silence,
# `catches` plants a violation in a small tree of its own and wants to hear of
# it: a gate that cannot fail fails here.
: "${SOURCE:=$(cd -- "$(dirname -- "$0")/../.." && pwd)}"
tmp=$(mktemp -d)
# What fails in a pipeline fails in a process of its own: a file is seen.
finish() {	# status
	[ ! -e "$tmp/failed" ] || set -- 1
	rm -rf -- "$tmp"
	exit "$1"
}
trap 'finish $?' EXIT
mkdir "$tmp/tree"
failed=0

skip() {	# why
	echo "skipped: $*"
	exit 77
}

holds() {	# gate folder
	said=$("$1" "$2" 2>&1) || said="$said
$1 ended with status $?"
	[ -z "$said" ] && return
	printf '%s\n' "$said"
	failed=1
	: > "$tmp/failed"
}

# The small tree is clean, so that what is said of the planted one is due to
# what was planted; and what is said names the file.
catches() {	# gate file: the violation is on standard input
	holds "$1" "$tmp/tree"
	rm -rf -- "$tmp/planted"
	cp -R -- "$tmp/tree" "$tmp/planted"
	mkdir -p -- "$tmp/planted/$(dirname -- "$2")"
	cat > "$tmp/planted/$2"
	said=$("$1" "$tmp/planted" 2>&1) || true
	case $said in
	*"$(basename -- "$2" .c)"*) return ;;
	esac
	echo "$1 does not catch what was planted in $2: ${said:-nothing said}"
	failed=1
	: > "$tmp/failed"
}

put() {		# file of the small tree, on standard input
	mkdir -p -- "$tmp/tree/$(dirname -- "$1")"
	cat > "$tmp/tree/$1"
}

# A build in which object files and programs are as they are shipped.
plain_build() {
	[ -n "${BUILD:-}" ] || skip "BUILD does not name a build folder"
	[ -f "$BUILD/CMakeCache.txt" ] || skip "$BUILD is not a build folder"
	if grep -qE '^(SANITIZE:[A-Z]*=.|CMAKE_C_FLAGS:[A-Z]*=.*coverage)' \
	    "$BUILD/CMakeCache.txt"; then
		skip "a build with sanitizers or coverage imports their symbols"
	fi
}
