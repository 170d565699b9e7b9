#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docs/PROTOCOL.md has every message of wire/schema.c, with every member, its
# kind and whether it is required, and nothing else.
set -eu
cd "${SOURCE:-$(dirname "$0")/../..}"
T=$(mktemp -d)
trap 'rm -rf -- "$T"' EXIT

# "message" and "message member kind required" lines, from the C table.
schema() {
	sed -n '/^static const struct schema schemas/,/^};/p' "$1" |
	    grep -oE '\{ "[a-z_-]+"|\b(MAY_)?(STR|INT|BOOL|DATA|STRS|PAIRS|ITEMS)\("[a-z_]+"\)' |
	    awk -F'"' '
		BEGIN { k["STR"] = "string"; k["INT"] = "integer"
			k["BOOL"] = "boolean"; k["DATA"] = "bytes"
			k["STRS"] = "strings"; k["PAIRS"] = "pairs"
			k["ITEMS"] = "items" }
		/^\{/ { type = $2; print type; next }
		{ may = sub(/^MAY_/, "", $1); sub(/\(/, "", $1)
		  print type, $2, k[$1], may ? "no" : "yes" }'
}

# The same from the page: a heading a message, a table row a member.
page() {
	awk -F'`' '
		/^## / { type = "" }
		/^### / { type = $2; print type; next }
		type != "" && /^\| `/ {
			split($0, cell, / *\| */)
			print type, $2, cell[3], cell[4] }' "$1"
}

same() {	# schema.c, PROTOCOL.md
	schema "$1" | sort > "$T/schema"
	page "$2" | sort > "$T/page"
	[ -s "$T/schema" ] || { echo "no messages found in $1"; return 1; }
	diff -u "$T/schema" "$T/page"
}

same signer/wire/schema.c docs/PROTOCOL.md

# A gate that lets a violation through is none.
plant() {	# what, and a sed script for the page
	sed "$2" docs/PROTOCOL.md > "$T/planted.md"
	if cmp -s docs/PROTOCOL.md "$T/planted.md" ||
	    same signer/wire/schema.c "$T/planted.md" > /dev/null; then
		echo "not noticed: $1"
		exit 1
	fi
}
plant "a member that is not documented" '/^| .skewed./d'
plant "a member that is not there" '/^| .skewed./s/skewed/slanted/'
plant "a message that is not documented" '/^### .unused./d'
plant "a message that is not there" '/^### .unused./s/unused/used/'
plant "a wrong kind" '/^| .skewed./s/boolean/integer/'
plant "optional, not required" '/^| .version./s/yes/no/'
