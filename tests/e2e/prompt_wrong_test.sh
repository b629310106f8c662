# What a stranger types at sonde prompt, render -t and run -t: each ends with one sentence and its status, and nothing on stdout.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"
cd "$T"

# STATUS|ARGUMENTS|WHAT STDERR SAYS, line by line on standard input.
wrong() {
	while IFS='|' read -r status_wanted arguments says; do
		sonde $arguments </dev/null
		check "$arguments" exits "$status_wanted" "$says"
	done
}

for verb in show log diff label resolve render test verify export optimize; do
	words="a b"
	[ "$verb" = verify ] && words= || [ "$verb" = diff ] || [ "$verb" = export ] || words=a
	sonde prompt $verb $words
	check "$verb without a store" exits 5 "there is no prompt yet: $T/data has no sonde.db"
	check "$verb: how to begin" err "sonde prompt save NAME FILE makes the first prompt"
done
# What cannot succeed makes no store either.
while read -r words; do
	sonde prompt $words </dev/null
	check "$words without a store" exits 5 "there is no prompt yet: $T/data has no sonde.db"
done <<'END'
label a production v1
label a production --remove
split a production v1:50 v2:50
swap a blue green
rollback a production
branch a
edit a
optimize a --save
END
for words in "save a none.txt" "save a//b" "save a empty.txt" "import none.yaml" "sync none"; do
	: >empty.txt
	sonde prompt $words </dev/null
	check "$words without a store fails" [ "$status" -ne 0 ]
done
echo Hello. | sonde prompt save a --author ''
check "an empty author" exits 2 "--author lacks a name"
echo Hello. | sonde prompt save a --author '  '
check "a blank author" exits 2 "--author lacks a name"
check "nothing was made" [ ! -e data/sonde.db ]

printf 'SYSTEM\nBe kind.\nUSER\n{{ q }}\n' >one.txt
printf 'x\377' >bytes.txt
: >empty.txt
mkdir dir
head -c 17000000 /dev/zero | tr '\0' 'a' >huge.txt
sonde prompt save a/b one.txt
sed 's/kind/brief/' one.txt | sonde_env "$SONDE" prompt save a/b >/dev/null
sonde prompt label a/b production v1
sonde prompt label a/b blue v2
printf '{"text": "{{ n }}", "vars": {"n": {"type": "integer"}}}' >typed.json
sonde prompt save typed typed.json

wrong <<'END'
2|prompt|list, show, save
2|prompt sho a/b|did you mean show?
2|prompt show|usage: sonde prompt show REF
2|prompt show a/b c|one word too many for sonde prompt show
2|prompt list a|one word too many for sonde prompt list
2|prompt show a/b -p x=1|-p does not go with show
2|prompt lint a/b --ignore x --nope|'--nope' is no option of sonde prompt
2|prompt show a/b --key|lacks its value
2|prompt show a/b --kye u|is no option of sonde prompt
5|prompt show a/c|did you mean a/b?
5|prompt show a/b@prodution|did you mean production?
5|prompt show a/b@v9|a/b has no version 'v9'
5|prompt show a/b@abcdef|a/b has no label or version 'abcdef'
2|prompt show @v1|'' is no name of a prompt
5|prompt diff a/b@v1 a/c|did you mean a/b?
3|prompt save a/b bytes.txt|bytes.txt is not UTF-8 text (byte 2)
3|prompt save a/b empty.txt|empty.txt: the prompt is empty
2|prompt save a/b dir|cannot read dir: Is a directory
2|prompt save a/b none.txt|cannot read none.txt: No such file or directory
3|prompt save a/b huge.txt|huge.txt is larger than 16 MiB
2|prompt save a//b one.txt|'a//b' is no name of a prompt
2|prompt save a/b@v1 one.txt|save takes the name alone
5|prompt branch a/c one.txt|did you mean a/b?
5|prompt label a/b production v9|a/b has no version v9
5|prompt label a/b prodction|did you mean production?
2|prompt label a/b latest v1|latest is always the newest version
2|prompt label a/b v3 v1|'v3' is no name of a label
5|prompt label a/b blu --remove|did you mean blue?
5|prompt label a/b blu v1 --from v2|did you mean blue?
2|prompt split a/b production v1:50 v2:40|the shares sum to 90 %, not to 100
2|prompt split a/b production v1:50 v2:x|a share is 0.01 to 100 %
2|prompt split a/b production v1:50 v1:50|it names a version twice
5|prompt split a/b production v1:50 v9:50|a/b has no version v9
5|prompt rollback a/b blu|did you mean blue?
5|prompt swap a/b production blu|did you mean blue?
2|prompt swap a/b blue blue|two labels swap, not blue with itself
2|prompt edit a/b|set VISUAL or EDITOR
5|prompt export one.txt|one.txt is no directory
2|prompt import none|cannot read none: No such file or directory
2|prompt import one.txt --format foo|'foo' is no format that can be imported
2|prompt sync none|cannot read none: No such file or directory
4|prompt optimize a/b --target none/none|none
4|prompt optimize a/b --rewrite none/none|none
3|render -t a/b|a/b@v1 user:1:4: q is undefined
3|render -t typed -p n=x|the variable must be of type integer
3|render -t a/b -p q=@bytes.txt|the variable is not UTF-8 text
2|render -t a/b -p q=@none|cannot read none
2|render -t a/b -p q|-p takes name=value, not 'q'
2|render -t a/b --vars dir|cannot read dir: Is a directory
5|render -t a/c|did you mean a/b?
2|render -t|lacks its value
3|run -t a/b -m openai/gpt-5.4-mini --dry-run|a/b@v1 user:1:4: q is undefined
5|run -t a/b@v9 -m openai/gpt-5.4-mini --dry-run|a/b has no version 'v9'
3|run -t typed -p n=1.5 -m openai/gpt-5.4-mini --dry-run|the variable n is not of type integer
END
check "no text is left behind by edit" [ -z "$(ls "$T" | grep sonde-prompt)" ]

sonde_env EDITOR=false "$SONDE" prompt edit a/b >out/out 2>out/err
status=$?
check "an editor that fails" exits 1 "the editor failed, nothing is saved; your text is in $T/sonde-prompt-"
check "where it says" cmp -s one.txt "$(ls "$T"/sonde-prompt-*)"

# Output that cannot be written, and a reader that has gone.
if [ -w /dev/full ]; then
	for command in "prompt list" "prompt show a/b" "prompt log a/b" "prompt diff a/b@v1 a/b@v2" "render -t a/b -p q=1" "prompt verify"; do
		sonde_env "$SONDE" $command >/dev/full 2>out/err
		status=$?
		check "$command into a full disk" is 1
		check "$command: said" err "cannot write the output: No space left on device"
	done
fi
sonde_env "$SONDE" prompt show a/b 2>out/err >&-
status=$?
check "a closed standard output" is 1

# 50 MB on standard input.
head -c 52428800 /dev/zero | tr '\0' 'b' | sonde_env "$SONDE" prompt save a/b >out/out 2>out/err
status=$?
check "50 MB are refused" exits 3 "standard input is larger than 16 MiB"
head -c 52428800 /dev/zero | tr '\0' 'b' | sonde_env "$SONDE" render -t a/b -p q=@- >out/out 2>out/err
status=$?
check "as a variable, too" exits 3 "the text is longer than"

# Two at once on one label: one moves it from v2, the other is told.
for n in 1 2 3 4; do
	sonde_env "$SONDE" prompt label a/b blue v1 --from v2 --author "p$n" >"out/m$n" 2>&1 &
done
wait
check "of four moves at once one wins" [ "$(cat out/m? | grep -c '^blue  v1')" -eq 1 ]
check "the others are told who" [ "$(cat out/m? | grep -c 'sonde: .* p[1-4]')" -eq 3 ]
sonde prompt verify
check "all is proven" is 0

if [ "$(id -u)" -ne 0 ]; then
	chmod a-w data data/*
	sonde prompt show a/b
	check "a store that cannot be written is read" is 0
	sonde prompt save a/b one.txt -m x
	check "and not written" exits 1 "cannot be written: Permission denied"
	chmod u+w data data/*
else
	skip "a store that cannot be written" "root may write it"
fi
end
