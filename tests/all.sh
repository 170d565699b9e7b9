#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# all.sh [--quick] [--no-install]: installs what the tests need, builds, and
# passes every test.  --quick is gcc, the lints and a part of the tests, in
# under two minutes.  FUZZ_SECONDS: how long each fuzz target runs (60).
# STSKEY_VECTORS: the folder with AWS's published signing cases, if there.
set -eu
source=$(cd -- "$(dirname -- "$0")/.." && pwd)
logs=$source/build/logs
quick=no install=yes
export LC_ALL=C.UTF-8

# Of the end-to-end tests, those that --quick runs.
quick_tests='^(unit|fuzz|lint)-|^e2e-test_(job|import|credentials|keys|contract_(nss|sealed|softhsm))$'

usage() {
	echo "usage: sh tests/all.sh [--quick] [--no-install]" >&2
	exit 2
}

say() {
	printf '%s\n' "$*"
}

wanted() {	# the packages; Node.js only where there is none
	sed 's/#.*//; /^[[:space:]]*$/d' "$source/tests/packages.txt" |
	    if command -v node > "$logs/node" && command -v npm > "$logs/npm"
	    then
		    grep -vxE 'nodejs|npm'
	    else
		    cat
	    fi
}

missing() {
	for package in $(wanted); do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" \
		    2> "$logs/dpkg") || state=
		[ "$state" = installed ] || say "$package"
	done | tr '\n' ' '
}

packages() {
	if ! command -v dpkg-query > "$logs/which"; then
		say "this is not Debian: tests/packages.txt says what is needed"
		return
	fi
	lacking=$(missing)
	if [ -z "$lacking" ]; then
		say "every package of tests/packages.txt is installed"
	elif [ $install = no ] || [ "$(id -u)" -ne 0 ]; then
		say "not installed: $lacking"
		say "as root: apt-get install --no-install-recommends $lacking"
		exit 1
	else
		say "installing: $lacking"
		export DEBIAN_FRONTEND=noninteractive
		# shellcheck disable=SC2086
		{ apt-get update && apt-get install -y \
		    --no-install-recommends $lacking; } \
		    > "$logs/apt.log" 2>&1 < /dev/null ||
		    { tail -n 30 -- "$logs/apt.log"; exit 1; }
	fi
}

# A part of the work with a log of its own, shown when it fails.
stage() {	# name command...
	name=$1
	shift
	began=$(date +%s)
	if "$@" > "$logs/$name.log" 2>&1 < /dev/null; then
		say "passed: $name ($(($(date +%s) - began)) s)"
		return
	fi
	say "FAILED: $name ($(($(date +%s) - began)) s), build/logs/$name.log:"
	tail -n 100 -- "$logs/$name.log"
	grep -E '(error|warning): |\*\*\*(Failed|Timeout|Exception)' \
	    "$logs/$name.log" | head -n 40 || :
	echo "$name" >> "$logs/failed"
	return 1
}

build() {	# preset jobs
	cmake -S "$source" --preset "$1" \
	    -DSTSKEY_VECTORS="${STSKEY_VECTORS:-}" &&
	    cmake --build "$source/build/$1" -j "$2" -- -k 0
}

ctests() {	# preset xml ctest-arguments...
	preset=$1 xml=$2
	shift 2
	ctest --test-dir "$source/build/$preset" --output-on-failure \
	    --no-tests=error --output-junit "$logs/$xml.xml" \
	    --test-output-size-passed 1000000 \
	    --test-output-size-failed 1000000 "$@"
}

# What fails beside builds, fuzzers and other tests is tried once more, alone:
# tally.py names it, and bears with a few of them, not with many.
tests() {	# preset ctest-arguments...
	again=$source/build/$1/Testing/Temporary/LastTestsFailed.log
	rm -f -- "$again"
	ctests "$1" "$@" -j 2 || {
		[ -f "$again" ] && [ "$(wc -l < "$again")" -le 9 ] &&
		    ctests "$1" "$1-alone" --rerun-failed -j 1
	}
}

compiled() {	# preset ctest-arguments...
	if stage "build-$1" build "$1" 2; then
		stage "test-$1" tests "$@" || :
	fi
}

# The clients that npm and Go have to make, once for every build.
clients() {
	from=$source/tests/e2e/clients made=$source/build/clients
	if ! cmp "$from/js/package-lock.json" "$made/js/package-lock.json" ||
	    [ ! -d "$made/js/node_modules" ] ||
	    [ ! -x "$made/go/client" ] ||
	    [ -n "$(find "$from/go/main.go" -newer "$made/go/client")" ]; then
		[ "$install" = yes ] || {
			echo "not made, since --no-install was given"
			return 0
		}
		sh "$from/install.sh" "$source/build" || return 1
	fi
	for preset in gcc clang asan; do
		mkdir -p -- "$source/build/$preset"
		[ -L "$source/build/$preset/clients" ] ||
		    rm -rf -- "$source/build/$preset/clients"
		ln -sfn ../clients "$source/build/$preset/clients"
	done
}

# gcc -fanalyzer, once it has shown that it sees something.
analyzer() {
	if echo 'int f(void); int f(void) { int *p = 0; return *p; }' |
	    gcc -fanalyzer -Werror -x c -c -o "$logs/planted.o" -; then
		echo "-fanalyzer does not see what was planted"
		return 1
	fi
	build analyzer 1
}

# The lints look at sources, and at object files of the plain build: once.
# clang's programs are gcc's once more: its build, its units and its corpora.
compilers() {
	compiled gcc
	compiled clang -R '^(unit|fuzz)-'
	compiled asan -E '^lint-'
}

analysers() {
	lint=$source/tests/lint
	stage format sh "$lint/format.sh" || :
	stage cppcheck sh "$lint/cppcheck.sh" || :
	stage tidy sh "$lint/tidy.sh" || :
	stage analyzer analyzer || :
	if stage fuzz sh "$source/tests/fuzz/run.sh" "${FUZZ_SECONDS:-60}"; then
		grep ' nothing found$' "$logs/fuzz.log"
	fi
}

full() {
	# Configured first: both lanes read the compile commands.
	stage configure cmake -S "$source" --preset gcc || return 0
	stage configure-clang cmake -S "$source" --preset clang || return 0
	stage clients clients || :
	(renice -n 10 -p "$(sh -c 'echo $PPID')" > "$logs/renice"
		analysers) &
	lane=$!
	compilers
	wait "$lane"
}

count() {
	set --
	for run in gcc clang asan; do
		for xml in "$logs/$run.xml" "$logs/$run-alone.xml"; do
			[ ! -f "$xml" ] || set -- "$@" "$xml"
		done
	done
	/usr/bin/python3 "$source/tests/lint/tally.py" \
	    "$source/tests/lint/skips.txt" "$@"
}

for arg; do
	case $arg in
	--quick) quick=yes ;;
	--no-install) install=no ;;
	*) usage ;;
	esac
done
if [ -n "${STSKEY_VECTORS:-}" ]; then
	STSKEY_VECTORS=$(cd -- "$STSKEY_VECTORS" && pwd)
	export STSKEY_VECTORS
fi
mkdir -p -- "$logs"
rm -f -- "$logs"/*.xml "$logs"/*.log "$logs/failed"

packages
if [ $quick = yes ]; then
	compiled gcc -LE slow -R "$quick_tests"
else
	full
fi

status=0
[ ! -s "$logs/failed" ] || {
	say "failed stages: $(tr '\n' ' ' < "$logs/failed")"
	status=1
}
count || status=1
exit $status
