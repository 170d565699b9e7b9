#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, and twice; its guard is ROOM_FILE_H; it opens
# with the licence line and has at most 80 lines.  Those of tests may be longer.
set -eu
. "$(dirname -- "$0")/gate.sh"

flags='-std=gnu2x -D_GNU_SOURCE -Wall -Wextra -Werror'
flags="$flags $(pkg-config --cflags p11-kit-1 libassuan libcurl libcrypto expat libpcsclite)"

guard_of() {	# signer/base/err.h: BASE_ERR_H
	room=$(basename -- "$(dirname -- "$1")")
	echo "${room}_$(basename -- "$1" .h)_H" | tr 'a-z.-' 'A-Z__'
}

alone() {	# root file
	# shellcheck disable=SC2086
	printf '#include "%s"\n#include "%s"\n' "$2" "$2" |
	    ${CC:-cc} $flags -I"$1" -fsyntax-only -x c - 2>&1 ||
	    echo "$2: does not compile alone"
}

headers() {
	(cd -- "$1" && find signer pkcs11 fido oath tests -name '*.h' \
	    2>/dev/null) | sort |
	while read -r file; do
		alone "$1" "$file"
		licence='/* SPDX-License-Identifier: Apache-2.0 */'
		[ "$(sed -n 1p "$1/$file")" = "$licence" ] ||
		    echo "$file: the first line is not the licence line"
		guard=$(guard_of "$file")
		case $file in
		tests/*) # No contract of a room: helpers, and tables.
			guard=".*${guard#*_}" ;;
		*) [ "$(wc -l < "$1/$file")" -le 80 ] ||
			echo "$file: more than 80 lines" ;;
		esac
		grep -q "^#ifndef $guard\$" "$1/$file" &&
		    grep -q "^#define $guard\$" "$1/$file" ||
		    echo "$file: the guard is not $guard"
	done
}

header() {	# guard body
	printf '/* SPDX-License-Identifier: Apache-2.0 */\n'
	printf '#ifndef %s\n#define %s\n%s\n#endif\n' "$1" "$1" "$2"
}

header BASE_GOOD_ONE_H '#include <stddef.h>
enum { GOOD = 1 };
size_t good(void);' | put signer/base/good-one.h

holds headers "$SOURCE"
header BASE_PLANTED_H 'size_t planted(void);' |
    catches headers signer/base/planted.h
header PLANTED_H 'int planted(void);' | catches headers signer/base/planted.h
header BASE_PLANTED_H 'int planted(void);' | sed 1d |
    catches headers signer/base/planted.h
header BASE_PLANTED_H 'enum { PLANTED };' | grep -v '^#[ide]' |
    catches headers tests/planted.h
header BASE_PLANTED_H "$(seq 80 | sed 's/.*/int planted&(void);/')" |
    catches headers signer/base/planted.h
exit $failed
