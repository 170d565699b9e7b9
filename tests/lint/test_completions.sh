#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The completions know no verb and no option: they ask the program, whose table
# is the only one.  And each shell can read its own.
set -eu
. "$(dirname -- "$0")/gate.sh"
for shell in bash zsh fish; do
	command -v $shell > "$tmp/which" || skip "$shell is not installed"
done

# Every verb, noun and option by name, as the tables in C have them.
words() {	# root
	tr '\n\t' '  ' < "$1/signer/stskey.c" |
	    grep -oE '\{ *"[a-z-]+( [a-z]+)?" *, *[a-z_]+ *,' |
	    sed 's/^{ *"\([^"]*\)".*/\1/' | tr ' ' '\n'
	cat -- "$1"/signer/cmd/*.[ch] | tr '\n\t' '  ' |
	    grep -oE 'OPTION_[A-Z]+, *"[a-z-]+"' | sed 's/.*"\(.*\)"/\1/'
}

# `string replace` is fish's own.
ignorant() {	# root
	words "$1" | sort -u > "$tmp/words"
	[ -s "$tmp/words" ] || echo "no table was found"
	for f in "$1"/completions/*; do
		sed '/^[[:space:]]*#/d; s/string replace//g' "$f" | grep -nwF -f "$tmp/words" |
		    sed "s|^|$(basename -- "$f"): names what the table has: |"
	done
}

readable() {	# root
	bash -n "$1/completions/stskey.bash" 2>&1 || :
	zsh -n "$1/completions/_stskey" 2>&1 || :
	fish -n "$1/completions/stskey.fish" 2>&1 || :
}

put signer/stskey.c <<-EOF2
	static const struct verb verbs[] = {
		{ "key import", cmd_key_import, "help", key_import_options },
		{ "login", cmd_login,
		    "help", no_options },
	};
EOF2
put signer/cmd/login.c <<-EOF2
	static const struct option login_options[] = {
		{ OPTION_FLAG, "min-ttl", AT(min), NULL, "help" },
	};
EOF2
for f in stskey.bash _stskey; do
	echo "complete -F _it stskey" | put completions/$f
done
echo 'complete -c stskey' | put completions/stskey.fish

holds ignorant "$SOURCE"
holds readable "$SOURCE"
echo 'complete -W "login more" stskey' | catches ignorant completions/stskey.bash
echo 'compadd -- import' | catches ignorant completions/_stskey
echo 'complete -c stskey -l min-ttl' | catches ignorant completions/stskey.fish
echo 'if true; the' | catches readable completions/stskey.bash
echo 'if true; the' | catches readable completions/_stskey
echo 'if true; the' | catches readable completions/stskey.fish
exit $failed
