#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manual pages against the program: the verbs of stskey.c's table and an
# example of each, the exit statuses of base/err.h with their meanings, the
# settings that setting.c knows and the keys of AWS that are read, an example
# of each, the verbs that README.md shows, the nouns of the verbs, the variables
# that are read and the files that are kept; and mandoc's own opinion.
set -eu
. "$(dirname -- "$0")/gate.sh"
command -v mandoc > "$tmp/which" || skip "mandoc is not installed"

verbs_of_table() {	# root: { "key import", cmd_key_import, ... },
	tr '\n\t' '  ' < "$1/signer/stskey.c" |
	    grep -oE '\{ *"[a-z-]+( [a-z]+)?" *, *[a-z_]+ *,' |
	    sed 's/^{ *"\([^"]*\)".*/\1/' | sort
}

section() {	# root name [page]: the lines of that section of a manual page
	awk -v want="$2" '/^\.Sh / { on = substr($0, 5) == want; next } on' \
	    "$1/man/${3:-stskey.1}"
}

# The words after .It Cm or .Ss, up to the first macro.
verbs_of_manual() {
	section "$1" COMMANDS | awk '
	/^\.It Cm / || /^\.Ss / {
		verb = ""
		for (i = ($1 == ".Ss" ? 2 : 3); i <= NF; i++) {
			if ($i == "Cm")
				continue
			if ($i !~ /^[a-z-]+$/)
				break
			verb = verb (verb == "" ? "" : " ") $i
		}
		print verb
	}' | sort
}

# "stskey VERB" in code spans, indented and fenced blocks.
verbs_of_readme() {
	awk '
	/^```/ { fenced = !fenced; next }
	fenced || /^(\t|    )/ { print; next }
	{
		n = split($0, span, "`")
		for (i = 2; i <= n; i += 2)
			print span[i]
	}' "$1/README.md" |
	    grep -oE '(^|[ /$(])stskey [a-z]+(-[a-z]+)?( [a-z]+)?' |
	    sed 's/.*stskey //' | sort -u
}

readme() {
	verbs_of_table "$1" > "$tmp/table"
	verbs_of_readme "$1" | while read -r first second; do
		grep -qxE "$first|$first $second" "$tmp/table" ||
		    echo "README.md shows 'stskey $first', which is no verb"
	done
	[ -n "$(verbs_of_readme "$1")" ] ||
	    echo "README.md shows no verb: this script cannot read it"
}

verbs() {
	verbs_of_table "$1" > "$tmp/table"
	verbs_of_manual "$1" > "$tmp/manual"
	[ -s "$tmp/table" ] || echo "stskey.c: no table of verbs found"
	[ ! -s "$tmp/table" ] || diff "$tmp/table" "$tmp/manual" |
	    sed -n 's/^< \(.*\)/stskey.1 has no entry for "\1"/p
		s/^> \(.*\)/stskey.c has no verb "\1", stskey.1 has/p'
}

# .Ic of the items, one a line.
keys_of_manual() {	# root section
	section "$1" "$2" stskey-config.5 | sed -n 's/^\.It Ic //p' |
	    tr -s ' ,' '\n' | sort
}

settings() {
	awk '/known\[\] = \{/ { on = 1 } on; /\};/ { on = 0 }' \
	    "$1/signer/aws/setting.c" | grep -oE '"stskey_[a-z0-9_]+"' |
	    tr -d '"' | sort > "$tmp/table"
	keys_of_manual "$1" 'KEYS OF STSKEY' > "$tmp/manual"
	[ -s "$tmp/table" ] || echo "setting.c: no table of settings found"
	diff "$tmp/table" "$tmp/manual" |
	    sed -n 's/^< \(.*\)/setting.c knows "\1", stskey-config.5 does not/p
		s/^> \(.*\)/setting.c knows no "\1", stskey-config.5 does/p'
}

# What the plan and the verbs ask a profile for that is not ours.
aws_keys() {
	asks='planning_own|planning_near_[a-z]+|text_near_[a-z]+|own|setting'
	asks="$asks|setting_(find|get|of_[a-z]+)|first_of_env|profile_entry"
	cat "$1"/signer/aws/*.c "$1"/signer/cmd/*.c | tr '\n\t' '  ' |
	    grep -oE "\<($asks)\([^;\"]*\"[a-z_]+\"" |
	    sed 's/.*"\(.*\)"/\1/' | grep -v '^stskey_' | sort -u \
	    > "$tmp/table" || :
	keys_of_manual "$1" 'KEYS OF AWS' > "$tmp/manual"
	[ -s "$tmp/table" ] || echo "planned.c: nobody asks for a key of AWS"
	diff "$tmp/table" "$tmp/manual" |
	    sed -n 's/^< \(.*\)/"\1" is read, stskey-config.5 has it not/p
		s/^> \(.*\)/nothing reads "\1", which stskey-config.5 has/p'
}

# Each key has a line as it would stand in the file.
key_examples() {
	awk '
	/^\.It Ic / {
		for (i = 3; i <= NF; i++)
			if ($i != ",")
				print "wants " $i
	}
	/^\.Dl [a-z0-9_]+ = ./ { print "shows " $2 }' "$1/man/stskey-config.5" |
	    sort -u > "$tmp/examples"
	sed -n 's/^wants //p' "$tmp/examples" > "$tmp/wanted"
	sed -n 's/^shows //p' "$tmp/examples" > "$tmp/shown"
	diff "$tmp/wanted" "$tmp/shown" |
	    sed -n 's/^< \(.*\)/stskey-config.5 has no example of "\1"/p
		s/^> \(.*\)/stskey-config.5 shows "\1" and does not say it/p'
}

# Each verb has a call of it, below its own entry.
verb_examples() {
	section "$1" COMMANDS | awk '
	function end() {
		if (verb != "" && !shown)
			print "stskey.1 has no example of \"" verb "\""
		verb = ""
		shown = 0
	}
	/^\.It Cm / {
		end()
		for (i = 3; i <= NF && $i ~ /^[a-z-]+$/; i++)
			verb = verb (verb == "" ? "" : " ") $i
	}
	verb != "" && /^\.Dl / && index($0, "stskey " verb) { shown = 1 }
	END { end() }'
}

# Lower case, no punctuation, sorted.
plain() {
	tr 'A-Z\t' 'a-z ' | sed 's/[.,;]//g; s/  */ /g; s/ *$//' | sort -n
}

# RC_PIN = 5, and its comment, which says what it means up to a colon.
statuses_of_header() {
	awk '
	/^enum NODISCARD rc/ { on = 1; next }
	/^};/ { on = 0 }
	on {
		if (match($0, /RC_[A-Z_]+ = [0-9]+,/)) {
			n = substr($0, RSTART, RLENGTH)
			gsub(/[^0-9]/, "", n)
			if (n == 0)
				print "0 success"
		}
		at = index($0, "/*")
		if (at) {
			text = ""
			$0 = substr($0, at + 2)
			inside = 1
		}
		if (inside) {
			line = $0
			sub(/^[ \t]*\*[ \t]/, "", line)
			text = text " " line
		}
		if (index($0, "*/")) {
			sub(/[:*].*/, "", text)
			print n text
			inside = 0
		}
	}' "$1/signer/base/err.h" | plain
}

# .It 5 and the sentence on the lines after it, up to its first full stop.
statuses_of_manual() {
	section "$1" 'EXIT STATUS' | awk '
	/^\.It / { if (n != "") print n " " text; n = $2; text = ""; next }
	/^\.El/ { if (n != "") print n " " text; n = ""; next }
	n != "" && !done[n] {
		text = text (text == "" ? "" : " ") $0
		if ($0 ~ /\.$/)
			done[n] = 1
	}' | plain
}

statuses() {
	statuses_of_header "$1" > "$tmp/header"
	statuses_of_manual "$1" > "$tmp/manual"
	[ "$(wc -l < "$tmp/header")" -gt 2 ] ||
	    echo "err.h: no exit statuses found"
	diff "$tmp/header" "$tmp/manual" |
	    sed -n 's/^< /err.h says, and stskey.1 does not: /p
		s/^> /stskey.1 says, and err.h does not: /p'
}

# "key" and all of its kind, whose verbs `stskey help key` lists.
nouns() {
	verbs_of_table "$1" | sed -n 's/ .*//p' | sort -u > "$tmp/nouns"
	section "$1" COMMANDS | sed -n '/^\.It Cm help/,/^\.It /s/^\.Cm //p' \
	    > "$tmp/manual"
	while read -r noun; do
		grep -qx "${noun}[ ,.]*" "$tmp/manual" ||
		    echo "stskey.1 says of help nothing about \"$noun\""
	done < "$tmp/nouns"
}

# Variables that are read, by themselves or as one of a list.
environment() {
	section "$1" ENVIRONMENT | tr -s ' ,' '\n' > "$tmp/said"
	find "$1/signer" "$1/fido" "$1/pkcs11" "$1/oath" -name '*.c' \
	    > "$tmp/files" 2> "$tmp/absent" || :
	reads='\<(secure_getenv|getenv|env|variable|path_of|is_set)'
	reads="$reads\\(([a-zA-Z]+, *)?\"[A-Z_]+\""
	reads="$reads|[{] *\"[A-Z]+_[A-Z_]+\",|, *\"[A-Z]+_[A-Z_]+\" *[}]"
	while read -r f; do
		tr '\n\t' '  ' < "$f" | grep -oE "$reads" |
		    sed 's/.*"\(.*\)".*/\1/' | sort -u |
		    while read -r name; do
			grep -qx "$name" "$tmp/said" ||
			    echo "ENVIRONMENT of stskey.1 lacks $name: $f"
		    done
	done < "$tmp/files"
	[ -s "$tmp/files" ] || echo "no program reads a variable"
}

# $XDG_STATE_HOME/stskey/NAME, as the headers say what is kept where.
files() {
	section "$1" FILES | grep '^\.It Pa ' > "$tmp/said" || :
	find "$1/signer" -name '*.h' -exec grep -oE \
	    'XDG_[A-Z]+_HOME/stskey/[a-z]+' {} + > "$tmp/kept" || :
	while IFS=: read -r header name; do
		grep -qE "/stskey/${name##*/}/?( |\$)" "$tmp/said" ||
		    echo "FILES of stskey.1 lacks ${name##*/}: $header"
	done < "$tmp/kept"
	[ -s "$tmp/kept" ] || echo "no header says where a file is kept"
}

mdoc() {
	for page in "$1"/man/*; do
		mandoc -T lint -W warning "$page" || true
	done
}

put signer/stskey.c <<-'EOF2'
	static const struct verb verbs[] = {
		{ "credentials", cmd_credentials, "print them" },
		{ "key import", cmd_key_import,
		    "put one on a token" },
		{ "help", help, "this page" },
	};
EOF2
put signer/store/log.h <<-'EOF2'
	/* $XDG_STATE_HOME/stskey/log, 0600 */
EOF2
put signer/host/screen.c <<-'EOF2'
	const char *term = getenv("TERM"), *color =
	    getenv("NO_COLOR");
	static const char *const places[] = { "XDG_STATE_HOME", NULL };
EOF2
put signer/aws/setting.c <<-'EOF2'
	static const char *const known[] = { "stskey_key",
		"stskey_role_arn", "stskey_user", NULL };
	static const char other[] = "stskey_other";
EOF2
put signer/base/err.h <<-'EOF2'
	enum NODISCARD rc {
		RC_OK = 0,
		RC_SYS = 1, /* the operating system said no */
		RC_PIN = 5, /* PIN wrong, missing
		             * or locked */
		RC_NO_MEMORY = 125, /* out of memory: the end */
	};
EOF2
put man/stskey.1 <<-'EOF2'
	.\" SPDX-License-Identifier: Apache-2.0
	.Dd September 1, 2025
	.Dt STSKEY 1
	.Os
	.Sh NAME
	.Nm stskey
	.Nd hardware keys for AWS
	.Sh COMMANDS
	.Bl -tag -width Ds
	.It Cm credentials Op Fl -profile Ar name
	Prints them.
	.Dl stskey credentials
	.It Cm key import Fl -to Ar URI
	Puts one on a token.
	.Dl stskey key import --to fido:
	.It Cm help Op Ar verb
	Of
	.Cm key ,
	its verbs.
	.Dl stskey help
	.El
	.Sh ENVIRONMENT
	.Bl -tag -width Ds
	.It Ev NO_COLOR , TERM
	How it looks.
	.It Ev XDG_STATE_HOME
	Where files are.
	.El
	.Sh FILES
	.Bl -tag -width Ds
	.It Pa ~/.local/state/stskey/log
	What was done.
	.El
	.Sh EXIT STATUS
	.Bl -tag -width Ds
	.It 0
	Success.
	.It 1
	The operating system said no.
	.It 5
	PIN wrong, missing or locked.
	It is not tried again.
	.It 125
	Out of memory.
	.El
EOF2
put man/stskey-config.5 <<-'EOF2'
	.\" SPDX-License-Identifier: Apache-2.0
	.Dd September 1, 2025
	.Dt STSKEY-CONFIG 5
	.Os
	.Sh NAME
	.Nm stskey-config
	.Nd keys
	.Sh KEYS OF STSKEY
	.Bl -tag -width Ds
	.It Ic stskey_key
	A key.
	.Dl stskey_key = sealed:key
	.It Ic stskey_role_arn , stskey_user
	A role, and whose.
	.Dl stskey_role_arn = arn
	.Dl stskey_user = dev
	.El
	.Sh KEYS OF AWS
	.Bl -tag -width Ds
	.It Ic region
	Where.
	.Dl region = eu-central-1
	.El
EOF2
put signer/aws/planned.c <<-'EOF2'
	s = planning_near_caller(m,
	    "region");
	s = setting_find(m->in, x, "stskey_user", m->strings);
	printf("%s: not asked", "about");
EOF2
put signer/cmd/verb.c < /dev/null
put README.md <<-'EOF2'
	Stskey is asked with `stskey credentials --profile dev`; stskey keys are

	    stskey key import --to URI
EOF2
page=$tmp/tree/man/stskey.1
keys=$tmp/tree/man/stskey-config.5

for gate in verbs verb_examples statuses settings aws_keys key_examples \
    readme nouns environment files mdoc; do
	holds $gate "$SOURCE"
done
sed 's/"key import"/"key adopt"/' "$tmp/tree/signer/stskey.c" |
    catches verbs signer/stskey.c
sed '/"credentials"/d' "$tmp/tree/signer/stskey.c" |
    catches verbs signer/stskey.c
: | catches verbs signer/stskey.c
sed '/It Cm key import/,+1d' "$page" | catches verbs man/stskey.1
sed 's/^\.It 5$/.It 6/' "$page" | catches statuses man/stskey.1
sed 's/^PIN wrong.*/PIN forgotten./' "$page" | catches statuses man/stskey.1
sed '/^\.It 125/,+1d' "$page" | catches statuses man/stskey.1
sed 's/= 5,/= 7,/' "$tmp/tree/signer/base/err.h" |
    catches statuses signer/base/err.h
sed '/Dl stskey key/d' "$page" | catches verb_examples man/stskey.1
sed 's/Dl stskey key import/Dl stskey key adopt/' "$page" |
    catches verb_examples man/stskey.1
sed '/It Ic stskey_key/d' "$keys" | catches settings man/stskey-config.5
sed 's/ , stskey_user/ , stskey_usr/' "$keys" |
    catches settings man/stskey-config.5
sed '/It Ic region/d' "$keys" | catches aws_keys man/stskey-config.5
sed 's/It Ic region/& , external_id/' "$keys" |
    catches aws_keys man/stskey-config.5
echo 'own(w, "mfa_serial");' | catches aws_keys signer/cmd/mfa_serial.c
: | catches aws_keys signer/aws/planned.c
sed '/Dl stskey_user/d' "$keys" | catches key_examples man/stskey-config.5
sed 's/Dl stskey_user/Dl stskey_usr/' "$keys" |
    catches key_examples man/stskey-config.5
sed 's/"stskey_key",/"stskey_key", "stskey_new",/' \
    "$tmp/tree/signer/aws/setting.c" | catches settings signer/aws/setting.c
: | catches settings signer/aws/setting.c
echo '    stskey enrol' | catches readme README.md
echo 'Ask `stskey key find`.' | catches readme README.md
sed '/^\.Cm key ,/d' "$page" | catches nouns man/stskey.1
sed '/It Ev NO_COLOR/d' "$page" | catches environment man/stskey.1
sed 's/ , TERM//' "$page" | catches environment man/stskey.1
echo 'x = getenv("LANG");' | catches environment signer/host/language.c
echo 'x = env(NULL,    "AWS_REGION");' | catches environment signer/host/where.c
echo 'x[] = { "LC_ALL", y };' | catches environment signer/host/letters.c
sed '/It Pa/d' "$page" | catches files man/stskey.1
echo '/* $XDG_DATA_HOME/stskey/sealed/NAME */' | catches files signer/sealed.h
sed 's/^\.El$//' "$page" | catches mdoc man/stskey.1
exit $failed
