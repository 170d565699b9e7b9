# SPDX-License-Identifier: Apache-2.0
# bash: what may come next, `stskey complete` says; how the line is taken apart
# and quoted, this does.

# The words before the cursor as they are meant, without their quotes, in
# words.  open: the quote that is not closed; cut: how much of the last word
# stands before the part that readline replaces.
_stskey_words() {
	local line=${COMP_LINE:0:COMP_POINT} i c word='' begun=''
	words=() open='' cut=0
	for ((i = 0; i < ${#line}; i++)); do
		c=${line:i:1}
		if [[ $open && $c == "$open" ]]; then
			open=''
		elif [[ $open == "'" ]]; then
			word+=$c
		elif [[ $c == \\ ]]; then
			c=${line:i + 1:1} i=$((i + 1))
			# Within "" it is one more letter before most others.
			[[ $open && $c != [\"\\\$\`] ]] && word+=\\
			word+=$c begun=1
		elif [[ $open ]]; then
			word+=$c
		elif [[ $c == [\'\"] ]]; then
			open=$c begun=1 cut=${#word}
		elif [[ $c == [[:space:]] ]]; then
			[[ $begun ]] && words+=("$word")
			word='' begun='' cut=0
		else
			word+=$c begun=1
			[[ $c == [:=] && $COMP_WORDBREAKS == *"$c"* ]] &&
				cut=${#word}
		fi
	done
	words+=("$word")
}

# $1 as one has to type it there, in REPLY.
_stskey_quoted() {
	local i c
	REPLY=''
	for ((i = 0; i < ${#1}; i++)); do
		c=${1:i:1}
		case $open$c in
		"''") c="'\\''" ;;
		"'"?) ;;
		'"'[\"\\\$\`]) c=\\$c ;;
		'"'?) ;;
		[[:space:]] | [\"\'\\\$\`\&\|\;\<\>\(\)\*\?\[\]\{\}\!\#\~^])
			c=\\$c ;;
		esac
		REPLY+=$c
	done
}

_stskey_files() {	# the word
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen -f -- "${1:cut}")
}

# Of another program, behind "--".
_stskey_command() {
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -- ]] && break
	done
	if declare -F _command_offset > /dev/null; then
		_command_offset $((i + 1))
	else
		mapfile -t COMPREPLY < <(compgen -c -- "$1")
	fi
}

_stskey() {
	local -a words offers
	local open cut word offer program REPLY
	COMPREPLY=()
	_stskey_words
	word=${words[-1]}
	# The one that was typed; of an alias, the one in PATH.
	program=${words[0]/#\~\//$HOME/}
	type -P -- "$program" > /dev/null || program=stskey
	mapfile -t offers < <("$program" complete "${words[@]:1}" 2> /dev/null)
	for offer in "${offers[@]}"; do
		case $offer in
		$'\tfiles') _stskey_files "$word" ;;
		$'\tcommand') _stskey_command "$word" ;;
		esac
		offer=${offer%%$'\t'*}
		[[ $offer && $offer == "$word"* ]] || continue
		_stskey_quoted "${offer:cut}"
		COMPREPLY+=("$REPLY")
	done
	# More belongs to it: "pkcs11:", "file:".
	if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *: ]]; then
		compopt -o nospace
	fi
}

complete -F _stskey stskey
