# bash completion for sonde; tests/e2e/manual_test.sh checks that every command and option of `sonde help` is in it.

_sonde_targets() {
	sonde models 2>/dev/null | awk 'NR > 1 && $1 ~ /\// { print $1 }'
}

_sonde() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words= takes_files=
	COMPREPLY=()

	if ((COMP_CWORD == 1)); then
		words="console demo run prompt render metrics calls diff import models doctor store simulate tokens screen help --plain --help --version"
		COMPREPLY=($(compgen -W "$words" -- "$cur"))
		return
	fi
	case $prev in
	-m)
		# A colon ends a word for bash, which then wants the part after it alone.
		COMPREPLY=($(compgen -W "$(_sonde_targets)" -- "$cur"))
		declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
		return
		;;
	-o)
		COMPREPLY=($(compgen -S = -W "temperature top_p max_tokens seed stop" -- "$cur"))
		compopt -o nospace 2>/dev/null
		return
		;;
	--encoding) words="o200k_base cl100k_base" ;;
	--by) words="provider model operation prompt" ;;
	--since | --until) words="15m 1h 6h 24h 7d 30d now" ;;
	--provider) words="openai anthropic gemini ollama" ;;
	--operation) words="chat" ;;
	--theme) words="mono ansi dark light" ;;
	--glyphs) words="braille block ascii" ;;
	--size) words="80x24 120x40 200x60" ;;
	--listen) words="127.0.0.1:0 127.0.0.1:8399" ;;
	--fail)
		words="400 401 404 429 500 529 reset reset-mid stall stall-mid truncate stream-error bad-json split crlf comments empty-choices hostile"
		COMPREPLY=($(compgen -S = -W "$words" -- "$cur"))
		compopt -o nospace 2>/dev/null
		return
		;;
	--output | --template | --vars | --partials)
		compopt -o filenames 2>/dev/null
		COMPREPLY=($(compgen -f -- "$cur"))
		return
		;;
	-n | -s | -U | --context | --check | --min-calls | --retries | --model | --filter | --keys | --ttft | --rate | --seed) return ;;
	esac
	if [[ -z $words ]]; then
		case $command in
		console) words="--no-bodies --plain --help" ;;
		demo) words="--plain --help" ;;
		run) words="-m -s -t -p --params --key -o --schema --tools --attach --retries --no-stream --json --jsonl --cache --no-bodies --dry-run -q --help -" ;;
		prompt) words="list show save edit branch log diff label split swap rollback resolve render lint test verify export import sync optimize -p --vars --lenient -m --message --key --from --author --remove --yes --label --force --format --as --delete --target --save --rewrite --against --ignore --json --help" ;;
		render) words="-t --key --template --vars -p --partials --lenient --error-json --help" ;;
		metrics) words="--since --until --by --provider --model --operation --filter --check --min-calls --budget --csv --output --force --json --help -" takes_files=1 ;;
		calls) words="show -n --since --until --provider --model --errors --filter --csv --jsonl --output --force --json --help" ;;
		diff) words="--words --lines --side --json --color --context -U --ignore-blanks -b --quiet -q --help -" takes_files=1 ;;
		import) words="--format --follow --json --help -" takes_files=1 ;;
		models) words="--live --refresh --prices --recost --json --help" ;;
		doctor) words="--json --help" ;;
		store) words="stats check backup compact expire --repair --json --help" ;;
		simulate) words="--listen --ttft --rate --fail --seed --help" ;;
		tokens) words="-m --encoding --ranks --json --help -" takes_files=1 ;;
		screen) words="play metrics welcome --size --theme --glyphs --plain --keys --help" ;;
		help) words="console demo run prompt render metrics calls diff import models doctor store simulate tokens screen" ;;
		*) words="--help" ;;
		esac
	fi
	if [[ -n $takes_files && $cur != -* ]]; then
		compopt -o filenames 2>/dev/null
		COMPREPLY=($(compgen -f -- "$cur"))
		return
	fi
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}

complete -F _sonde sonde
