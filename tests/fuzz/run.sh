#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh [SECONDS]: every fuzz target for that long, under AddressSanitizer and
# UndefinedBehaviorSanitizer, two at a time, each on a copy of its corpus.
# What is found is left in build/fuzz/found/.  The rooms are instrumented too:
# a fuzzer that does not see where it goes finds nothing.
set -eu
seconds=${1:-60}
source=$(cd -- "$(dirname -- "$0")/../.." && pwd)
build=${FUZZ_BUILD:-$source/build/fuzz}
found=$build/found

names=$(find "$source/tests/fuzz" -name 'fuzz_*.c' -exec basename -s .c {} + |
    sort)
[ -n "$names" ] || { echo "there is no fuzz target"; exit 1; }
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DFUZZ=ON -DWERROR=ON \
    -DSANITIZE=address,undefined,fuzzer-no-link > "$build.log" 2>&1 ||
    { cat "$build.log"; exit 1; }
# shellcheck disable=SC2086
ninja -C "$build" $names > "$build.log" 2>&1 || { cat "$build.log"; exit 1; }
rm -rf -- "$found" "$build/corpus"
mkdir -p -- "$found" "$build/corpus"

cat > "$build/one.sh" <<'ONE'
# program seconds corpus found
name=$(basename -- "$1")
log=$4/$name.log
mkdir -p -- "$4/$name" "$3"
status=0
UBSAN_OPTIONS=print_stacktrace=1 "$1" -max_total_time="$2" -timeout=10 \
    -rss_limit_mb=2048 -malloc_limit_mb=1048576 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$4/$name/" "$3" > "$log" 2>&1 || status=$?
runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
edges=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
if [ $status -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
	echo "$name: ${runs} runs, ${edges:-0} edges, nothing found"
	exit 0
fi
echo "$name: FOUND something, status $status:"
tail -n 40 -- "$log"
exit 1
ONE

# A target that must fail, so that a silent runner is not taken for a clean one.
planted() {
	cat > "$build/planted.c" <<'PLANTED'
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	return len > 0 && data[len] == 'x' ? 1 : 0;
}
PLANTED
	clang -g -fsanitize=address,fuzzer -o "$build/planted" \
	    "$build/planted.c"
	if sh "$build/one.sh" "$build/planted" 5 "$build/corpus/planted" \
	    "$found" > "$build/planted.log"; then
		echo "the runner does not see a target crash"
		exit 1
	fi
	rm -rf -- "$found/planted" "$found/planted.log"
}

planted
for name in $names; do
	what=${name#fuzz_}
	mkdir -p -- "$build/corpus/$what"
	[ ! -d "$source/tests/fuzz/corpus/$what" ] ||
	    cp -R -- "$source/tests/fuzz/corpus/$what/." "$build/corpus/$what"
	printf '%s\0%s\0' "$build/tests/$name" "$build/corpus/$what"
done | xargs -0 -r -n 2 -P 2 sh -c \
    'exec sh "$0/one.sh" "$2" "$1" "$3" "$0/found"' "$build" "$seconds"
