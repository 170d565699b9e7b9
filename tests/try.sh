#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# try.sh [-y] [--shell]: the main job on this machine, without a security key,
# an HSM or an AWS account.  Everything it makes is in a temporary folder, and
# it reads nothing of ~/.aws.  -y: install what is missing without asking, and
# touch the key without waiting for Enter.  --shell: stay inside afterwards.
# TRY_BUILD: a folder with a build, instead of making one.
set -eu
source=$(cd -- "$(dirname -- "$0")/.." && pwd)
build=${TRY_BUILD:-$source/build/try}
yes=no shell=no person=no pids='' modes=''
packages="awscli openssl python3 python3-botocore python3-cryptography softhsm2
    $(sed -n '/^# To build:/,/^# To run/ { s/#.*//; p; }' \
    "$source/tests/packages.txt" | tr '\n' ' ')"
access_key_id=AKIAIOSFODNN7EXAMPLE
secret=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
seed='jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp'
device=arn:aws:iam::123456789012:mfa/dev-laptop

for word; do
	case $word in
	-y) yes=yes ;;
	--shell) shell=yes ;;
	*) echo "usage: sh tests/try.sh [-y] [--shell]" >&2; exit 2 ;;
	esac
done

step() {
	printf '\n\033[1m%s\033[0m\n' "$*"
}

show() {	# a command as a person would type it, then its output
	printf '  $ %s\n' "$*"
	status=0
	"$@" > "$tmp/shown" 2>&1 || status=$?
	sed 's/^/    /' "$tmp/shown"
	[ $status -eq 0 ] || { echo "that failed (status $status)"; exit 1; }
}

missing() {
	for package in $packages; do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" \
		    2>/dev/null) || state=
		[ "$state" = installed ] || printf '%s ' "$package"
	done
}

install_packages() {
	lacking=$(missing)
	[ -n "$lacking" ] || return 0
	step "These packages are missing: $lacking"
	if [ "$(id -u)" -ne 0 ]; then
		echo "Install them as root, then run this again:"
		echo "  apt-get install --no-install-recommends $lacking"
		exit 1
	fi
	if [ $yes = no ]; then
		printf 'Install them with apt-get? [y/N] '
		read -r answer || answer=
		case $answer in y*|Y*) ;; *) exit 1 ;; esac
	fi
	apt-get update -qq
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends $lacking < /dev/null > /dev/null
}

clean_environment() {
	for name in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\|STSKEY_[A-Z0-9_]*\)=.*/\1/p'); do
		unset "$name"
	done
	export HOME="$tmp/home" XDG_CACHE_HOME="$tmp/home/.cache" \
	    XDG_STATE_HOME="$tmp/home/.local/state" \
	    XDG_DATA_HOME="$tmp/home/.local/share" \
	    SOFTHSM2_CONF="$tmp/softhsm2.conf" \
	    STSKEY_PIN_SOURCE="file:$tmp/pin" PATH="$build/bin:$PATH"
	unset XDG_RUNTIME_DIR SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE \
	    CURL_CA_BUNDLE http_proxy HTTP_PROXY https_proxy HTTPS_PROXY \
	    all_proxy ALL_PROXY DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
	mkdir -p "$HOME/.aws" "$tmp/tokens"
}

compile() {
	[ -z "${TRY_BUILD:-}" ] || return 0
	cmake -S "$source" -B "$build" -G Ninja \
	    -DCMAKE_BUILD_TYPE=RelWithDebInfo &&
	    ninja -C "$build" stskey stskey-token stskey-net shim_fido
}

start() {	# ready-file program...: a server, until it says "ready"
	ready=$1
	shift
	"$@" > "$ready" 2> "$ready.log" &
	pids="$pids $!"
	until grep -q ready "$ready"; do
		kill -0 $! 2> /dev/null || { cat "$ready.log"; exit 1; }
		sleep 0.1
	done
}

policy() {	# what IAM lets the user do: docs/policies/$1.json
	/usr/bin/python3 -c 'import sys, urllib.request
urllib.request.urlopen(sys.argv[1] + "/_control", sys.argv[2].encode()).read()' \
	    "$(cat "$tmp/sts/url")" "{\"policies\": {\"dev\": [\"$1\"]}}"
}

touch_by_enter() {	# as with a real key, only while it blinks
	while read -r _; do
		case $(tail -n 1 "$tmp/key.log") in
		*' blink '*) echo once > "$tmp/touch" ;;
		esac
	done
}

plug_in() {	# a security key that is a program; stskey sees it as a device
	echo auto > "$tmp/touch"
	: > "$tmp/key.log"
	shim=$build/tests/shim_fido.so
	case $shim in
	*[[:space:]:]*)	# which in LD_PRELOAD end a name
		cp "$shim" "$tmp/shim_fido.so"
		shim=$tmp/shim_fido.so ;;
	esac
	start "$tmp/key" /usr/bin/python3 "$source/tests/fake/fido.py" \
	    "$tmp/key.sock" "$tmp/key.state" "$tmp/touch" --log "$tmp/key.log" \
	    --timeout-ms 120000
	export STSKEY_FIDO_SOCKET="$tmp/key.sock" STSKEY_TOUCH_SECONDS=120 \
	    LD_PRELOAD="$shim${LD_PRELOAD:+:$LD_PRELOAD}"
	[ $person = yes ] || return 0
	echo never > "$tmp/touch"
	modes=$(stty -g < /dev/tty)
	stty -echo < /dev/tty
	touch_by_enter < /dev/tty &
	finger=$!
	pids="$pids $finger"
}

finger_off() {	# from now on the key is touched by itself
	[ -n "$modes" ] || return 0
	stty "$modes" < /dev/tty
	modes=''
	kill "$finger"
	# It reads on from the terminal until it is gone.
	wait "$finger" || :
	echo auto > "$tmp/touch"
}

clean_up() {
	trap '' HUP INT TERM
	[ -z "$modes" ] || stty "$modes" < /dev/tty || :
	for pid in $pids; do
		kill "$pid" 2> /dev/null || :
	done
	wait
	rm -rf -- "$tmp"
}

install_packages
[ $yes = yes ] || [ ! -t 0 ] || [ ! -t 1 ] || person=yes
tmp=$(mktemp -d)
trap clean_up EXIT
trap 'exit 130' HUP INT TERM

step "1. Building stskey in build/try"
compile > "$tmp/build.log" 2>&1 || { tail -n 20 "$tmp/build.log"; exit 1; }

step "2. Two tokens: 'work' will hold the key, 'desk' the MFA seed (SoftHSM2)"
clean_environment
printf 'directories.tokendir = %s/tokens\n' "$tmp" > "$SOFTHSM2_CONF"
for token in work desk; do
	softhsm2-util --init-token --free --label $token --so-pin 5678 \
	    --pin 1234 > "$tmp/token.log"
done
(umask 077; echo 1234 > "$tmp/pin")

step "3. An AWS of our own on loopback: an STS that checks every signature"
start "$tmp/ready" /usr/bin/python3 "$source/tests/fake/sts.py" --dir "$tmp/sts"
url=$(cat "$tmp/sts/url-tls")
export AWS_CA_BUNDLE="$tmp/sts/ca.pem"
cat > "$HOME/.aws/config" <<EOF
[profile dev]
region = eu-central-1
endpoint_url = $url

[profile touch]
region = eu-central-1
endpoint_url = $url

[profile admin]
region = eu-central-1
endpoint_url = $url
stskey_role_arn = arn:aws:iam::999999999999:role/Admin
stskey_source_profile = dev
credential_process = "$build/bin/stskey" credentials --profile admin
EOF

step "4. The secret of $access_key_id goes into the token, never to come out"
printf '%s\n' "$secret" | show stskey key import --to 'pkcs11:token=work' \
    --access-key-id $access_key_id --profile dev
printf '%s\n' "$seed" | show stskey mfa import --to 'pkcs11:token=desk' \
    --serial-number $device --profile dev

step "5. Any AWS tool now works, with credentials that end by themselves"
show aws sts get-caller-identity --profile dev --endpoint-url "$url"
show aws sts get-caller-identity --profile admin --endpoint-url "$url"

step "6. The second call is from the cache: no token, no PIN, no STS"
show stskey status
printf '  $ time stskey credentials --profile dev\n'
began=$(date +%s%N)
stskey credentials --profile dev | sed 's/^\(.\{60\}\).*/    \1…/'
echo "    $((($(date +%s%N) - began) / 1000000)) ms"
asked=$(grep -c '"action": "GetSessionToken"' "$tmp/sts/requests.jsonl") || :
echo "    GetSessionToken was asked for $asked time(s) in all"

step "7. A second profile, whose MFA code comes by touching a FIDO2 key"
plug_in
if [ $person = yes ]; then
	printf '  \033[1mPress Enter to touch the key\033[0m when it is asked for.\n'
else
	echo "  (the key is simulated, and touched by itself)"
fi
show stskey key adopt --access-key-id $access_key_id --profile touch \
    "pkcs11:token=work;object=$access_key_id?module-name=softhsm2"
policy bootstrap
echo "  IAM makes a device, its seed is sealed to the key by two touches, and two"
echo "  codes in a row, which take half a minute, enable it"
show stskey mfa enroll --profile touch
policy daily

step "8. One touch more is a session of 12 hours (36, if you say so)"
echo "  (first comes a wait: a code is good once, and the next one is not due yet)"
show aws sts get-caller-identity --profile touch --endpoint-url "$url"
show stskey mfa list
finger_off

step "What to try next"
echo "  sh tests/try.sh --shell      the same, and a shell inside it"
echo "  stskey whoami --profile admin; stskey key list; stskey help"
echo "  stskey mfa code --profile touch; stskey login --fresh --profile touch"
echo "  man $source/man/stskey.1; the README's \"A real account\""
if [ $shell = yes ]; then
	echo "  (this shell has it all; exit ends it.  The key is touched by itself;"
	echo "  after \`echo never > $tmp/touch\` nobody touches it)"
	"${SHELL:-/bin/sh}" || :
fi
