#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The libraries each program is linked to, and how it is hardened: a cached
# call loads libc and nothing else.
set -eu
. "$(dirname -- "$0")/gate.sh"
plain_build

needed() {	# program
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

only() {	# root program regexp
	needed "$1/$2" | grep -vxE -- "$3" | sed "s|^|$2 is linked to |"
}

never() {	# root program regexp
	needed "$1/$2" | grep -E -- "$3" | sed "s|^|$2 is linked to |"
}

hardened() {	# root program
	readelf -hldW "$1/$2" > "$tmp/elf"
	grep -qE 'Type: +DYN \(Position' "$tmp/elf" || echo "$2: no PIE"
	grep -q 'GNU_RELRO' "$tmp/elf" || echo "$2: no RELRO"
	grep -qE 'FLAGS.*(BIND_)?NOW' "$tmp/elf" || echo "$2: binds lazily"
	grep -qE 'GNU_STACK.* RW  ' "$tmp/elf" || echo "$2: executable stack"
}

libs() {
	only "$1" bin/stskey 'libc\.so\.6'
	never "$1" libexec/stskey/stskey-token 'curl|expat|ssl|assuan|qrencode|p11|pcsc'
	never "$1" libexec/stskey/stskey-net 'p11|fido|pcsc|assuan'
	for p in bin/stskey libexec/stskey/stskey-token \
	    libexec/stskey/stskey-net; do
		hardened "$1" "$p"
	done
}

link() {	# program flag...
	mkdir -p -- "$(dirname -- "$tmp/tree/$1")"
	program=$1
	shift
	echo 'int main(void) { return 0; }' |
	    ${CC:-cc} -fPIE -pie -Wl,-z,relro,-z,now -Wl,--no-as-needed \
	    -x c - -x none "$@" -o "$tmp/tree/$program"
}

planted() {	# program flag...
	link "$@"
	said=$(libs "$tmp/tree" 2>&1) || true
	case $said in
	*"$1"*) ;;
	*)
		echo "$* is not caught"
		failed=1
		;;
	esac
	link "$1"
}

holds libs "$BUILD"
link bin/stskey
link libexec/stskey/stskey-token
link libexec/stskey/stskey-net
holds libs "$tmp/tree"
planted bin/stskey -lm
planted libexec/stskey/stskey-token -lcurl
planted libexec/stskey/stskey-token -lqrencode
planted libexec/stskey/stskey-token -lpcsclite
planted libexec/stskey/stskey-net -lp11-kit
planted bin/stskey -no-pie
planted bin/stskey -Wl,-z,norelro
planted bin/stskey -Wl,-z,lazy
planted bin/stskey -Wl,-z,execstack
exit $failed
