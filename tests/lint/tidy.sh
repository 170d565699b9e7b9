#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tidy.sh [BUILD]: clang-tidy over every C file of a build made for clang.
set -eu
. "$(dirname -- "$0")/gate.sh"
build=${1:-$SOURCE/build/clang}
[ -f "$build/compile_commands.json" ] ||
    cmake -S "$SOURCE" --preset clang > "$tmp/configured"

sources() {	# compile_commands.json
	sed -n 's/^ *"file": "\(.*\)".*/\1/p' "$1" | sort -u
}

# Two at a time may cut each other's count of suppressed warnings in pieces.
tidy() {	# folder with compile_commands.json
	sources "$1/compile_commands.json" | tr '\n' '\0' |
	    xargs -0 -r -n 1 -P "$(nproc)" clang-tidy --quiet -p "$1" 2>&1 |
	    grep -vE '^([0-9]|( *warnings? (generated|treated as errors?)\.?))*$' |
	    grep -vE '^(Suppressed|Use -(header|system))' || true
}

# A tree of its own, with a database of its own.
tidy_tree() {
	cp -- "$SOURCE/.clang-tidy" "$1"
	(cd -- "$1" && find signer -name '*.c') | sed 's|.*|{ "directory": "'"$1"'",\
 "file": "'"$1"'/&",\
 "command": "cc -std=gnu2x -c &" },|; 1s|^|[|; $s|,$|]|' \
	    > "$1/compile_commands.json"
	tidy "$1"
}

put signer/good.c <<-EOF2
	int good(int i);
	int
	good(int i)
	{
		return i + 1;
	}
EOF2
catches tidy_tree signer/planted.c <<-EOF2
	int planted(const int *p);
	int
	planted(const int *p)
	{
		return p == 0 ? *p : 1;
	}
EOF2
catches tidy_tree signer/planted.c <<-EOF2
	int badName(int i);
	int
	badName(int i)
	{
		if (i > 0)
			return 1;
		else
			return 2;
	}
EOF2
{ printf 'int planted(int i);\nint\nplanted(int i)\n{\n'
	seq 61 | sed 's/.*/\ti += &;/'; printf '\treturn i;\n}\n'; } |
    catches tidy_tree signer/planted.c

[ -n "$(sources "$build/compile_commands.json")" ] || {
	echo "$build/compile_commands.json names no file"
	exit 1
}
holds tidy "$build"
exit $failed
