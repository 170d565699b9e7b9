#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh BUILD: the clients that have to be fetched or compiled, into
# BUILD/clients.  JavaScript by npm with the lock file here; Go from Debian's
# golang-github-aws-aws-sdk-go-v2-dev.  The only place that uses the network.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/clients/js" "$1/clients/go"
there=$(cd "$1/clients" && pwd)

if command -v npm >/dev/null; then
	cp "$here/js/package.json" "$here/js/package-lock.json" "$there/js"
	(cd "$there/js" && npm ci --ignore-scripts --no-audit --no-fund)
else
	echo "no npm: the JavaScript client is left out" >&2
fi

if command -v go >/dev/null &&
    [ -d /usr/share/gocode/src/github.com/aws/aws-sdk-go-v2 ]; then
	GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' \
	    GOCACHE="$there/go/cache" go build -o "$there/go/client" \
	    "$here/go/main.go"
else
	echo "no Go or no SDK for it: the Go client is left out" >&2
fi
