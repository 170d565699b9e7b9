#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tally.py, which decides whether a run is good: it must not be silent about a
# failure, nor about a skip that nobody has agreed to.
set -eu
. "$(dirname -- "$0")/gate.sh"
list=$(dirname -- "$0")/skips.txt
tally=$(dirname -- "$0")/tally.py
with=

run() {		# name status inner: one test of a run
	printf '<testcase name="%s" status="%s">%s</testcase>\n' "$1" "$2" "$3"
}

report() {	# the tests on standard input; "status: what it said"
	{ echo '<testsuite>'; cat; echo '</testsuite>'; } > "$tmp/run.xml"
	status=0
	# shellcheck disable=SC2086
	said=$($with /usr/bin/python3 "$tally" "$tmp/skips.txt" "$tmp/run.xml") ||
	    status=$?
	said="$status: $(echo "$said" | tr '\n' '|')"
}

wants() {	# pattern
	# shellcheck disable=SC2254
	case $said in
	$1) return 0 ;;
	esac
	echo "wanted $1, got $said"
	failed=1
}

skipped='<skipped message="SKIP_RETURN_CODE=77"/><system-out>no hardware
</system-out>'
unittest='<system-out>test_a (t.T.test_a) ... skipped "no node"
OK (skipped=1)</system-out>'
docstring='<system-out>test_a (t.T.test_a)
What it is about. ... skipped "no node"
OK (skipped=1)</system-out>'
uncounted='<system-out>OK (skipped=2)</system-out>'
printf '# a comment\nunit-b  a reason\ne2e-c/T.test_a  a reason\nrun:unit-r  a\nasan:unit-s  b\nbare:unit-q  c\nuser:unit-u  d\n' \
    > "$tmp/skips.txt"

run unit-a run '' > "$tmp/in"
report < "$tmp/in"
wants '0: 1 passed, 0 failed, 0 skipped|'
{ run unit-a run ''; run unit-b notrun "$skipped"; } > "$tmp/in"
report < "$tmp/in"
wants '0: skipped: unit-b: no hardware|1 passed, 0 failed, 1 skipped|'
{ run unit-a run ''; run unit-z notrun "$skipped"; } > "$tmp/in"
report < "$tmp/in"
wants '1: *not in *: unit-z|1 passed, 0 failed, 1 skipped|'
{ run unit-a run ''; run unit-f fail '<failure message=""/>'; } > "$tmp/in"
report < "$tmp/in"
wants '1: failed: unit-f *|1 passed, 1 failed, 0 skipped|'
{ run unit-a run ''; run unit-n notrun ''; } > "$tmp/in"
report < "$tmp/in"
wants '1: failed: unit-n *|1 passed, 1 failed, 0 skipped|'
: > "$tmp/in"
report < "$tmp/in"
wants '1: nothing passed|0 passed, 0 failed, 0 skipped|'
run e2e-c run "$unittest" > "$tmp/in"
report < "$tmp/in"
wants '0: skipped: e2e-c/T.test_a: no node|1 passed, 0 failed, 0 skipped|'
run e2e-c run "$docstring" > "$tmp/in"
report < "$tmp/in"
wants '0: skipped: e2e-c/T.test_a: no node|1 passed, 0 failed, 0 skipped|'
run e2e-d run "$unittest" > "$tmp/in"
report < "$tmp/in"
wants '1: *not in *: e2e-d/T.test_a|1 passed*'
{ run unit-a run ''; run unit-r notrun "$skipped"; } > "$tmp/in"
report < "$tmp/in"
wants '0: skipped: unit-r*'
{ run unit-a run ''; run unit-s notrun "$skipped"; } > "$tmp/in"
report < "$tmp/in"
wants '1: *not in *: unit-s|*'
# A bare machine may skip more; this one may be one.
if unshare -m mount -t tmpfs none /tmp 2> "$tmp/mount"; then
	{ run unit-a run ''; run unit-q notrun "$skipped"; } > "$tmp/in"
	report < "$tmp/in"
	wants '1: *not in *: unit-q|*'
	with='setpriv --bounding-set=-sys_ptrace,-sys_admin --inh-caps=-all'
	report < "$tmp/in"
	wants '0: skipped: unit-q*'
	with=
fi
# An ordinary user may skip what needs root, and root may not.
{ run unit-a run ''; run unit-u notrun "$skipped"; } > "$tmp/in"
report < "$tmp/in"
if test "$(id -u)" -ne 0; then
	wants '0: skipped: unit-u*'
else
	wants '1: *not in *: unit-u|*'
	chmod 755 "$tmp"
	with='setpriv --reuid 65534 --regid 65534 --clear-groups'
	report < "$tmp/in"
	wants '0: skipped: unit-u*'
	with=
fi
run e2e-c run "$uncounted" > "$tmp/in"
report < "$tmp/in"
wants '1: *not in *: e2e-c/case-1|*'

# What failed beside others and was tried again.
again() {	# tests of the first run, tests of the second
	{ echo '<testsuite>'; cat "$2"; echo '</testsuite>'; } \
	    > "$tmp/run-alone.xml"
	{ echo '<testsuite>'; cat "$1"; echo '</testsuite>'; } > "$tmp/run.xml"
	status=0
	said=$(/usr/bin/python3 "$tally" "$tmp/skips.txt" "$tmp/run.xml" \
	    "$tmp/run-alone.xml") || status=$?
	said="$status: $(echo "$said" | tr '\n' '|')"
}

{ run unit-a run ''; run unit-f fail '<failure message=""/>'; } > "$tmp/in"
run unit-f run '' > "$tmp/second"
again "$tmp/in" "$tmp/second"
wants '0: *passed only alone: unit-f *|2 passed, 0 failed, 0 skipped|'
run unit-f fail '<failure message=""/>' > "$tmp/second"
again "$tmp/in" "$tmp/second"
wants '1: *failed: unit-f *|1 passed, 1 failed, 0 skipped|'
run unit-a run '' > "$tmp/second"
again "$tmp/in" "$tmp/second"
wants '1: *failed: unit-f *|1 passed, 1 failed, 0 skipped|'
for name in f g h i; do
	run unit-$name fail '<failure message=""/>'
done > "$tmp/in"
for name in f g h i; do run unit-$name run ''; done > "$tmp/second"
again "$tmp/in" "$tmp/second"
wants '1: *|4 passed only alone, 3 are borne with|4 passed, 0 failed, *'

# The committed list: a name and a reason on every line.
grep -nvE '^(#.*|([a-z]+:)?[a-z0-9]+-[A-Za-z0-9_/.-]+ +[^ ].*)?$' "$list" && failed=1
exit $failed
