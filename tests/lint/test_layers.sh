#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which room may include which, and which library's headers: arrows only go
# down, and nothing includes a backend but stskey-token.c.
set -eu
. "$(dirname -- "$0")/gate.sh"

# A file or folder: what it may include besides itself.  The longest place
# that fits a file counts; a file that fits none is in no room.
rooms='
signer/base:
signer/wire: signer/base
signer/aws: signer/base
signer/store: signer/base
signer/crypto: signer/aws/crypto.h signer/base
signer/helper: signer/wire signer/base
signer/host: signer/store signer/aws signer/wire signer/base
signer/net: signer/helper signer/crypto signer/aws signer/wire signer/base
signer/token: signer/helper signer/crypto signer/store signer/aws signer/wire signer/base
signer/cmd: signer/host signer/store signer/aws signer/wire signer/base
pkcs11: signer/token/token.h signer/token/survey.h signer/token/item.h signer/token/person.h signer/token/seal.h signer/base
oath: signer/token/token.h signer/token/survey.h signer/token/item.h signer/token/person.h signer/token/seal.h signer/base
fido: signer/token/token.h signer/token/survey.h signer/token/item.h signer/token/person.h signer/token/seal.h signer/base
signer/stskey.c: signer/cmd signer/host/interrupt.h signer/base
signer/stskey-net.c: signer/net signer/helper signer/base
signer/stskey-token.c: signer/token signer/helper signer/base pkcs11/probe.h
'
# A library's headers: the rooms that know it.  token reads and writes sealed
# files; pkcs11 wraps a secret under a
# token's public key; net only reads the numbers that libcurl hands on.
libraries='
assuan.h: signer/token
curl/: signer/net
expat.h: signer/net
fido.h: fido
jansson.h: signer/wire signer/token
qrencode.h: signer/token
openssl/: signer/crypto pkcs11 oath
openssl/x509_vfy.h: signer/net
p11-kit/: pkcs11
winscard.h: oath
'

layers() {
	(cd -- "$1" && find signer pkcs11 fido oath -name '*.[ch]' \
	    -exec grep -Hn '^[[:space:]]*#[[:space:]]*include' {} + \
	    2>/dev/null) |
	ROOMS=$rooms LIBRARIES=$libraries awk '
	function fits(name, place) {
		return name == place || index(name, place "/") == 1
	}
	function room_of(file,    best, place) {
		best = ""
		for (place in allowed)
			if (fits(file, place) && length(place) > length(best))
				best = place
		return best
	}
	function may(room, name,    n, i, list) {
		n = split(room " " allowed[room], list, " ")
		for (i = 1; i <= n; i++)
			if (fits(name, list[i]))
				return 1
		return 0
	}
	function knows(room, name,    library, owner, i, n, list) {
		owner = 0
		for (library in owners) {
			if (index(name, library) != 1)
				continue
			n = split(owners[library], list, " ")
			for (i = 1; i <= n; i++)
				if (room == list[i])
					return 1
			owner = 1
		}
		return !owner
	}
	function load(text, into,    n, i, line, at) {
		n = split(text, line, "\n")
		for (i = 1; i <= n; i++)
			if ((at = index(line[i], ":")) > 0)
				into[substr(line[i], 1, at - 1)] = \
				    substr(line[i], at + 1)
	}
	BEGIN {
		load(ENVIRON["ROOMS"], allowed)
		load(ENVIRON["LIBRARIES"], owners)
	}
	{
		split($0, part, ":")
		file = part[1]
		room = room_of(file)
		name = $0
		sub(/^[^"<]*/, "", name)
		quoted = substr(name, 1, 1) == "\""
		name = substr(name, 2)
		sub(/[">].*/, "", name)
		if (room == "")
			print file ": is in no room of this script"
		else if (quoted && !may(room, name))
			print file ":" part[2] ": " room " may not include " name
		else if (!quoted && !knows(room, name))
			print file ":" part[2] ": " room " does not know " name
	}'
}

put signer/aws/good.c <<-EOF2
	#include "signer/aws/good.h"
	#include <string.h>
	#include "signer/base/buf.h"
EOF2
put signer/crypto/good.c <<-EOF2
	#include <openssl/evp.h>
	#include "signer/aws/crypto.h"
EOF2
put signer/stskey-token.c <<-EOF2
	#include "pkcs11/probe.h"
	#include "signer/token/token.h"
EOF2

holds layers "$SOURCE"
while read -r file include; do
	echo "#include $include" | catches layers "$file"
done <<-EOF2
	signer/base/planted.c "signer/aws/totp.h"
	signer/aws/planted.c "signer/store/file.h"
	signer/aws/planted.h "signer/wire/message.h"
	signer/crypto/planted.c "signer/aws/sigv4.h"
	signer/helper/planted.c "signer/token/token.h"
	signer/host/planted.c "signer/cmd/option.h"
	signer/net/planted.c "signer/token/token.h"
	signer/net/planted.c "signer/store/file.h"
	signer/token/planted.c "pkcs11/probe.h"
	signer/token/planted.c "pkcs11/module.h"
	signer/cmd/planted.c "signer/helper/helper.h"
	pkcs11/planted.c "signer/token/keychain.h"
	pkcs11/planted.c "signer/aws/totp.h"
	fido/planted.c "signer/token/keychain.h"
	fido/planted.c "pkcs11/probe.h"
	signer/token/planted.c "fido/device.h"
	signer/token/planted.c <fido.h>
	oath/planted.c "signer/token/keychain.h"
	oath/planted.c "fido/device.h"
	signer/token/planted.c <winscard.h>
	signer/token/planted.c "oath/card.h"
	signer/host/planted.c <jansson.h>
	signer/stskey.c "pkcs11/probe.h"
	signer/stskey-net.c "signer/token/token.h"
	signer/attic/planted.c "signer/base/buf.h"
	signer/aws/planted.c "../base/buf.h"
	signer/aws/planted.c <openssl/sha.h>
	signer/net/planted.c <openssl/evp.h>
	signer/token/planted.c <curl/curl.h>
	signer/cmd/planted.c <p11-kit/uri.h>
EOF2
exit $failed
