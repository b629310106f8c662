# The manual, the manual page and the completions say what the program says: generated tables, commands, options, variables, statuses.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

manual=$SONDE_SRCDIR/doc/manual.md
page=$SONDE_SRCDIR/doc/sonde.1
bash_words=$SONDE_SRCDIR/data/completion/sonde.bash
zsh_words=$SONDE_SRCDIR/data/completion/_sonde

# has FILE WORD...: each stands there as a word of its own. Prints what does not.
has() {
	file=$1
	shift
	missing=
	for word in "$@"; do
		grep -qE -e "(^|[^A-Za-z0-9_-])$word([^A-Za-z0-9_-]|\$)" "$file" || missing="$missing $word"
	done
	[ -z "$missing" ] || {
		echo "# not in $file:$missing"
		false
	}
}

sonde help --markdown
check "tables are printed" is 0
check "a command stands there" out "### sonde run"
cp "$T/out/out" "$T/parts"
awk -f "$SONDE_SRCDIR/doc/manual.awk" "$T/parts" "$manual" >"$T/out/manual" 2>"$T/out/err"
status=$?
check "each part has its place" is 0
diff "$manual" "$T/out/manual" >"$T/out/out" 2>&1
status=$?
check "the manual is up to date (else: make manual-update)" is 0
sed '/^<!-- generated: providers/,/^<!-- end/d' "$T/parts" >"$T/fewer"
awk -f "$SONDE_SRCDIR/doc/manual.awk" "$T/fewer" "$manual" >/dev/null 2>"$T/out/err"
status=$?
check "a place without a part is told" is 1

# The manual page writes --name as "Fl -name".
sed -E 's/Fl (-?[a-z])/-\1/g' "$page" >"$T/page"
sonde help
commands=$(sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p' "$T/out/out")
statuses=$(tr '\n' ' ' <"$T/out/out" | sed 's/.*Exit status://' | tr ',' '\n' | sed -n 's/^ *\([0-9][0-9]*\) .*/\1/p')
check "commands are listed" [ "$(echo "$commands" | wc -l)" -ge 11 ]
check "statuses are listed" [ "$(echo "$statuses" | wc -l)" -ge 11 ]
for file in "$manual" "$T/page" "$bash_words" "$zsh_words"; do
	check "commands in ${file##*/}" has "$file" $commands
done
check "statuses in the manual" has "$manual" $statuses
check "statuses in the manual page" has "$T/page" $statuses

# A command may have several lines there.
sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$T/page" | awk -v dir="$T" '
	/^\.Nm/ { name = ""; next }
	name == "" { name = "console"; if ($1 == ".Cm" || $3 == "console") { name = $1 == ".Cm" ? $2 : $3 } }
	{ print >> (dir "/synopsis-" name) }'
sed -n '/^The options, in alphabetical order/,/^\.Sh/s/^\.It //p' "$T/page" >"$T/explained"
sed -E 's/^--?//; s/ .*//' "$T/explained" >"$T/in-order"
check "options stand in their order" env LC_ALL=C sort -c "$T/in-order"
n=0
for command in $commands; do
	[ "$command" != help ] || continue
	sonde help "$command"
	options=$(sed -n 's/^  \(--*[a-z][a-z-]*\).*/\1/p' "$T/out/out")
	n=$((n + $(echo "$options" | wc -w)))
	# The branch of the command; in zsh with the lists that several commands share.
	sed -n "/^	*$command)/,/;;/p" "$bash_words" >"$T/bash"
	sed -n "/^	\(.* | \)*$command\( | .*\)*)\$/,/;;/p; /^	json=/p; /^	span=/,/^	)\$/p" "$zsh_words" >"$T/zsh"
	check "options of $command in the manual page" has "$T/synopsis-$command" $options
	check "options of $command are explained there" has "$T/explained" $options
	check "options of $command in bash completion" has "$T/bash" $options
	check "options of $command in zsh completion" has "$T/zsh" $options
done
check "options were found" [ "$n" -gt 25 ]

variables=$(sed -n '/^<!-- generated: providers/,/^<!-- end/p' "$T/parts" | grep -o '`[A-Z_]*`' | tr -d '`' | sort -u)
variables="$variables $(grep -rhoE 'getenv\("[A-Za-z_]+"\)|find\("SONDE_[A-Z]+", "[A-Z_]+"' "$SONDE_SRCDIR/src" "$SONDE_SRCDIR/ui" |
	grep -oE '"[A-Za-z_]+"' | tr -d '"' | sort -u)"
check "variables were found" [ "$(echo $variables | wc -w)" -ge 15 ]
check "variables in the manual" has "$manual" $variables
check "variables in the manual page" has "$T/page" $(echo $variables | tr ' ' '\n' | grep -v -x NO_PROXY)

# The completions load, and complete.
if command -v bash >/dev/null; then
	bash -c ". '$bash_words'; COMP_WORDS=(sonde scr); COMP_CWORD=1; _sonde; echo \"\${COMPREPLY[*]}\"
		COMP_WORDS=(sonde screen --the); COMP_CWORD=2; _sonde; echo \"\${COMPREPLY[*]}\"
		COMP_WORDS=(sonde metrics --by m); COMP_CWORD=3; _sonde; echo \"\${COMPREPLY[*]}\"" >"$T/out/out" 2>"$T/out/err"
	status=$?
	check "bash completes a command" out screen
	check "bash completes an option" out --theme
	check "bash completes a value" out model
	check "bash says nothing else" no_err
else
	skip "bash completion" "no bash"
fi
if command -v zsh >/dev/null; then
	zsh -n "$zsh_words" >"$T/out/out" 2>"$T/out/err"
	status=$?
	check "zsh reads its completion" is 0
else
	skip "zsh completion" "no zsh"
fi
if command -v mandoc >/dev/null; then
	mandoc -Tlint -W warning "$page" >"$T/out/out" 2>"$T/out/err"
	status=$?
	check "mandoc has no warning" is 0
else
	skip "mandoc" "not installed"
fi
end
