#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the object files of each room import: purity is a fact of the object
# file, not a promise.  Needs a build without sanitizers or coverage.
set -eu
. "$(dirname -- "$0")/gate.sh"
plain_build

# The rooms, and those whose functions each may call.
rooms='
base:
wire: base
aws: base
store: base
crypto: base
helper: wire base
host: store aws wire base
net: helper crypto aws wire base
token: helper crypto store aws wire base
pkcs11: base
fido: base
oath: base
cmd: host store aws wire base
'
# What a pure room may have of libc.  The compiler itself brings the odd ones.
pure='_GLOBAL_OFFSET_TABLE_|__stack_chk_fail'
pure="$pure|__(mem|str|stp|explicit_bzero|v?snprintf)[a-z]*_chk"
pure="$pure|mem(cpy|cmp|chr|rchr|move|set|mem|pcpy)|bcmp|explicit_bzero"
pure="$pure|str(n?len|n?cmp|n?casecmp|r?chr|chrnul|c?spn|(case)?str|pbrk)"
pure="$pure|stpn?cpy|strto(l|ll|ul|ull)|v?snprintf|__isoc[0-9]+_[a-z]+|qsort|bsearch"
# What only base may have: everyone else allocates and tells the time by it.
alloc='malloc|calloc|realloc|reallocarray|free|strn?dup|v?asprintf|getline'
alloc="$alloc|getdelim|open_memstream|posix_memalign|aligned_alloc"
clock='time|clock_gettime|gettimeofday|__clock_gettime64|__time64'
# Nobody has these: stskey-net has libcurl for it.
net='socket|connect|bind|listen|accept4?|getaddrinfo|gethostby[a-z_]*'
net="$net|sendto|recvfrom"
shell='system|popen'
# Only the head of the conductor, and its terminal, write to people.
print='stdout|printf|__printf_chk|puts|putchar|perror'
env='(secure_)?getenv|setenv|putenv|unsetenv|environ'
openssl='EVP_.*|HMAC.*|SHA[0-9].*|RAND_.*|CRYPTO_.*|OPENSSL_.*|BN_.*'
impure='clock_now|clock_monotonic_ms|fd_[a-z]+|harden_[a-z]+'

undefined() {	# archive
	nm -u "$1" | awk '$1 == "U" || $1 == "w" { print $2 }' | sort -u
}

defined() {	# archive...
	nm --defined-only -g "$@" | awk 'NF == 3 { print $3 }' | sort -u
}

# A room's imports, less its own names and those of the rooms it may call.
imports() {	# room allowed-room...
	undefined "$folder/lib$1.a" > "$tmp/undefined"
	for r; do
		[ -f "$tmp/defined.$r" ] || defined "$folder/lib$r.a" \
		    > "$tmp/defined.$r"
		cat "$tmp/defined.$r"
	done | sort -u | comm -23 "$tmp/undefined" -
}

complain() {	# room why names
	[ -z "$3" ] || echo "lib$1.a: $2: $(echo "$3" | tr '\n' ' ')"
}

only() {	# room regexp: nothing else may be imported
	complain "$1" "may not import" \
	    "$(grep -vxE -- "$2" "$tmp/imports" || true)"
}

never() {	# room regexp
	complain "$1" "may not import" \
	    "$(grep -xE -- "$2" "$tmp/imports" || true)"
}

judge() {	# room
	case $1 in
	base) never base "$net|$shell|$print|$env|getrandom" ;;
	aws) only aws "$pure"
		complain aws "is pure and may not call" \
		    "$(undefined "$folder/libaws.a" | grep -xE "$impure")" ;;
	wire) only wire "$pure|json_[a-z0-9_]+|jsonp_[a-z0-9_]+"
		complain wire "is pure and may not call" \
		    "$(undefined "$folder/libwire.a" | grep -xE "$impure")" ;;
	cmd) never cmd "$alloc|$clock|$net|$shell|socketpair|json_.*" ;;
	host) never host "$alloc|$clock|$net|$shell|json_.*" ;;
	# Waits for a step to the millisecond, talks to a pinentry, and reads
	# sealed files.
	token) never token "$alloc|$net|$shell|$print" ;;
	*) never "$1" "$alloc|$clock|$net|$shell|socketpair|$print|json_.*" ;;
	esac
	case $1 in
	crypto | pkcs11 | oath) ;;
	*) never "$1" "$openssl" ;;
	esac
	[ "$1" = net ] || never "$1" 'curl_.*|XML_.*'
	[ "$1" = pkcs11 ] || never "$1" 'C_[A-Z].*'
	case $1 in
	pkcs11 | base) ;;
	*) never "$1" 'dl(open|sym)' ;;
	esac
	[ "$1" = fido ] || never "$1" 'fido_(dev|assert|cred|cbor|init).*'
	never "$1" '(QR[a-z]+|assuan|p11_kit)_.*|SCard.*' # loaded late
}

look_at() {	# room allowed-room...
	[ -f "$folder/lib$1.a" ] || {
		echo "lib$1.a is not built"
		return
	}
	imports "$@" > "$tmp/imports"
	complain "$1" "calls a room that is not below it" \
	    "$(comm -12 "$tmp/imports" "$tmp/ours")"
	judge "$1"
}

symbols() {	# folder with the archives
	folder=$1
	# shellcheck disable=SC2046
	[ -s "$tmp/ours" ] || defined $(archives "$folder") > "$tmp/ours"
	echo "$rooms" | while IFS=: read -r room allowed; do
		# shellcheck disable=SC2086,SC2254
		case $room in
		${only_room:-?*}) look_at "$room" $allowed ;;
		esac
	done
}

archives() {	# folder
	echo "$rooms" | while IFS=: read -r room allowed; do
		[ ! -f "$1/lib$room.a" ] || echo "$1/lib$room.a"
	done
}

# A planted room is the real archive with one object more.
plant() {	# room name-to-call
	echo "void $2(void); void planted(void); void planted(void) { $2(); }" \
	    > "$tmp/planted.c"
	${CC:-cc} -w -ffreestanding -fno-builtin -c -o "$tmp/planted.o" \
	    "$tmp/planted.c"
	cp -- "$tmp/tree/lib$1.a" "$tmp/lib$1.a"
	ar r "$tmp/lib$1.a" "$tmp/planted.o" 2> "$tmp/ar"
	said=$(only_room=$1 symbols "$tmp" 2>&1) || true
	case $said in
	*"lib$1.a:"*" $2"*) return ;;
	esac
	echo "$2 in lib$1.a is not caught: ${said:-nothing said}"
	failed=1
}

# Some function of a room, for those that may not call it.
any() {
	head -n 1 "$tmp/defined.$1"
}

holds symbols "$BUILD"
# shellcheck disable=SC2046
cp -- $(archives "$BUILD") "$tmp/tree"
while read -r room name; do
	plant "$room" "$name"
done <<-EOF2
	base getenv
	base socket
	base $(any aws)
	wire malloc
	wire read
	wire fd_read
	aws malloc
	aws clock_now
	aws time
	aws open
	aws getenv
	aws puts
	aws EVP_sha256
	store free
	store clock_gettime
	crypto strdup
	helper socket
	host connect
	host realloc
	net $(any store)
	net EVP_sha256
	token getaddrinfo
	token curl_easy_init
	pkcs11 socket
	pkcs11 calloc
	pkcs11 $(any aws)
	fido malloc
	oath malloc
	oath clock_gettime
	oath SCardTransmit
	oath $(any token)
	fido clock_gettime
	fido $(any token)
	token fido_dev_open
	cmd QRcode_encodeString8bit
	wire $(any aws)
	cmd $(any token)
	cmd socketpair
	cmd connect
	cmd p11_kit_uri_new
	cmd HMAC
EOF2
exit $failed
