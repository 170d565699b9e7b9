#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What every file keeps to: a licence line; in C at most 400 lines (500 of a
# test), functions of at most 60, block comments, no goto; no unfinished
# business; and no word of the place where it was written.
set -eu
. "$(dirname -- "$0")/gate.sh"

# Written so that this script does not name what it forbids.
unfinished='\<(TO''DO|FIX''ME|XX''X|HA''CK)\>'
workplace='/wo''rk/|sub''agents?\>|\<issue #?[0-9]|\.\./sha''red|/tmp/b-[A-Z]'

files_of() {	# root find-expression...
	root=$1
	shift
	(cd -- "$root" && find . \( -name .git -o -name node_modules -o \
	    -name __pycache__ -o -path ./build -o -path ./tests/fuzz/corpus \) \
	    -prune -o -type f \( "$@" \) -print) | sed 's|^\./||' | sort
}

# Every file but those whose form has no place for a comment.
licences() {
	files_of "$1" ! -name LICENSE ! -name '*.json' ! -name '*.pyc' \
	    ! -path './docs/screens/*.txt' ! -path ./packaging/changelog |
	while read -r f; do
		sed 3q "$1/$f" | grep -q \
		    'SPDX-License-Identifier: Apache-2\.0' ||
		    echo "$f: no licence line at the top"
	done
}

# Comments and strings are blanked, so that what is left is code.
code() {
	files_of "$1" -name '*.[ch]' | while read -r f; do
		most=400
		[ "${f#tests/}" = "$f" ] || most=500 # a list of cases
		awk -v f="$f" -v most="$most" '
		BEGIN { token = "\"[^\"]*\"|\47[^\47]*\47|/[*]|//" }
		function say(what) { print f ":" NR ": " what }
		{
			line = $0
			gsub(/\\./, "", line)
			out = ""
			while (line != "") {
				if (inside) {
					at = index(line, "*/")
					line = at ? substr(line, at + 2) : ""
					inside = !at
					continue
				}
				if (!match(line, token)) {
					out = out line
					break
				}
				what = substr(line, RSTART, RLENGTH)
				out = out substr(line, 1, RSTART - 1)
				line = substr(line, RSTART + RLENGTH)
				inside = what == "/*"
				if (what == "//")
					out = out what
			}
			if (out ~ /\/\//)
				say("a // comment")
			if (out ~ /(^|[^A-Za-z0-9_])goto([^A-Za-z0-9_]|$)/)
				say("goto")
			if ($0 == "{")
				start = NR
			if ($0 == "}" && start) {
				if (NR - start - 1 > 60)
					say("a function of more than 60 lines")
				start = 0
			}
		}
		END { if (NR > most) say("more than " most " lines") }' "$1/$f"
	done
}

words() {
	files_of "$1" -name '*' | while read -r f; do
		grep -nE "$unfinished" "$1/$f" /dev/null |
		    sed "s|^$1/||; s|\$| (unfinished)|"
		# The one place that may look beside the project.
		[ "$f" != .ci/run ] || continue
		grep -niE "$workplace" "$1/$f" /dev/null |
		    sed "s|^$1/||; s|\$| (names the workplace)|"
	done
}

licence='/* SPDX-License-Identifier: Apache-2.0 */'
put signer/aws/good.c <<-EOF2
	$licence
	/* Sees https://example.com, and uses no go\\
	to. */
	static const char url[] = "https://example.com"; /* a // inside */
	static const char both[] = { '"', '\\'' }; /* it's // "inside */
	static const char *path = "//";
EOF2

holds licences "$SOURCE"
holds code "$SOURCE"
holds words "$SOURCE"

echo 'int planted;' | catches licences signer/aws/planted.c
echo 'echo planted' | catches licences tests/planted.sh
echo '.Dd today' | catches licences man/planted.1
echo '# Planted' | catches licences docs/planted.md
echo planted | catches licences tests/lint/planted.txt
{ seq 3; echo "$licence"; } | catches licences packaging/planted
printf '%s\nint x; // no\n' "$licence" | catches code signer/aws/planted.c
printf '%s\n/* a */ // no\n' "$licence" | catches code pkcs11/planted.h
printf '%s\nvoid f(void)\n{\n\tgoto out;\nout:\n}\n' "$licence" |
    catches code signer/aws/planted.c
{ printf 'void f(void)\n{\n'; seq 61 | sed 's/.*/\tg(&);/'; echo '}'; } |
    catches code signer/aws/planted.c
seq 401 | sed 's/.*/int i&;/' | catches code signer/aws/planted.c
seq 501 | sed 's/.*/int i&;/' | catches code tests/unit/planted.c
echo '/* TO''DO: later */' | catches words signer/aws/planted.c
echo 'see iss''ue 7' | catches words docs/planted.md
echo 'in /wo''rk/main' | catches words tests/planted.py
exit $failed
