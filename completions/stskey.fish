# SPDX-License-Identifier: Apache-2.0
# fish: what may come next, `stskey complete` says; matching and quoting are
# fish's.

function __stskey_complete
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	set -l meant (string unescape -- $current 2> /dev/null)
	or set meant (string trim --left --chars "\"'" -- $current)
	set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
	# The one that was typed; of an alias, the one in PATH.
	command -q $program; or set program stskey
	command -q $program; or return
	for line in ($program complete $words[2..-1] "$meant" 2> /dev/null)
		switch $line
			case \tfiles
				set -l before (string match -r '^--[^=]*=' -- $meant)
				set -l path (string replace -r '^--[^=]*=' '' -- $meant)
				for found in (__fish_complete_path $path)
					printf '%s\n' "$before$found"
				end
			case \tcommand
				set -l at (contains -i -- -- $words)
				set -l command (string escape -- $words[(math $at + 1)..-1])
				complete -C "$command $current"
			case '*'
				printf '%s\n' $line
		end
	end
end

complete -c stskey -f -a '(__stskey_complete)'
