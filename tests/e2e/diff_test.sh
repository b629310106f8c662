# Two files compared: marks, patches that apply, statuses, and what no text file is.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

cat >"$T/a" <<'END'
You triage support tickets for {{product}}.
Reply with JSON only.

A: one two three four
B: five six seven
C: eight nine

Never shout.
Never ask the same thing twice.
Never guess.

Be kind and be brief; when in doubt
ask a colleague.
END
cat >"$T/b" <<'END'
You triage support tickets for {{brand}}.
Reply with ONE JSON object.

Never shout.
Never ask the same thing twice.
Never guess.

A: one two three four
B: five six seven
C: eight nine

Be kind and be brief;
when in doubt ask a colleague.
END
sonde diff "$T/a" "$T/b"
check "different" is 1
check "different: words" out '[-{{product}}-]{+{{brand}}+}.'
check "different: words of a pair" out 'Reply with {+ONE +}JSON [-only-]{+object+}.'
check "different: moved" n_out 2 '^ moved '
check "different: re-wrapped" out '~ re-wrapped'
check "different: the sums" out '+2 -1 words, 1 moved'
sonde diff --color "$T/a" "$T/b"
check "colours" out "$(printf '\033[31m{{product}}\033[m\033[32m{{brand}}\033[m.')"
sonde diff "$T/a" "$T/a"
check "equal" is 0
check "equal: nothing to say" no_out
sonde diff -q "$T/a" "$T/b"
check "quiet" is 1
check "quiet: says nothing" no_out
sonde_env "$SONDE" diff - "$T/b" <"$T/a" >"$T/out/out" 2>"$T/out/err"
status=$?
check "standard input" is 1
check "standard input: its name" out "- -> $T/b"

# A patch gives B, whatever the ends of the files and the context; and git finds no fewer changed lines.
printf 'one\ntwo\nthree' >"$T/no-newline"
printf 'one\ntwo\nthree\n' >"$T/newline"
: >"$T/empty"
seq 1 400 | sed '17d;30s/.*/x/;200s/.*/y\nz/' >"$T/numbers"
seq 1 400 >"$T/all"
printf 'a\r\nb\r\n' >"$T/crlf"
for pair in a:b b:a no-newline:newline newline:no-newline empty:a a:empty all:numbers numbers:all a:crlf; do
	for context in 0 3; do
		sonde diff --lines -U $context "$T/${pair%:*}" "$T/${pair#*:}"
		cp "$T/${pair%:*}" "$T/patched"
		sed "s#^--- .*#--- a/patched#; s#^+++ .*#+++ b/patched#" "$T/out/out" >"$T/patch"
		(cd "$T" && git apply --unidiff-zero --whitespace=nowarn patch) 2>"$T/out/err"
		check "patch $pair -U $context" cmp -s "$T/patched" "$T/${pair#*:}"
	done
	ours=$(sed 1,2d "$T/out/out" | grep -c '^[-+]')
	gits=$(git diff --no-index --minimal "$T/${pair%:*}" "$T/${pair#*:}" | sed '1,/^+++ /d' | grep -c '^[-+]')
	check "patch $pair: $ours lines, $gits of git" [ "$ours" -le "$gits" ]
done

# Columns, JSON by key path, and for programs.
VARIABLES=COLUMNS=120
sonde diff --side "$T/a" "$T/b"
check "side" is 1
check "side: a pair" grep -qE '^Reply with JSON \[-only-\]\.  +\| Reply with \{\+ONE \+\}JSON \{\+object\+\}\.$' "$T/out/out"
check "side: common lines" grep -qE '^Never shout\.  +  Never shout\.$' "$T/out/out"
check "side: no line is too long" [ "$(awk 'length > 120' "$T/out/out" | wc -l)" -eq 0 ]
VARIABLES=COLUMNS=119
sonde diff --side "$T/a" "$T/b"
check "side: not where it is narrow" out 'Reply with {+ONE +}JSON'
VARIABLES=
cat >"$T/a.json" <<'END'
{"temperature":0.2,"stop":["a"],"messages":[{"role":"system","content":"You triage support tickets.\nBe brief, be kind, be quick, be done."}]}
END
cat >"$T/b.json" <<'END'
{ "temperature": 0.7, "stop": ["a", "b"],
  "messages":[{"role":"system","content":"You triage billing tickets.\nBe brief, be kind, be quick, be done."}]}
END
sed 's/,"/,\n"/g' "$T/a.json" >"$T/laid-out.json"
sonde diff "$T/a.json" "$T/b.json"
check "key paths" is 1
check "key paths: a number" out '  temperature 0.2 -> 0.7'
check "key paths: an item" out '+ stop[1] "b"'
check "key paths: a text" out '    You triage [-support-]{+billing+} tickets.'
sonde diff --words "$T/a.json" "$T/b.json"
check "as text" out '@@ -1,1 +1,2 @@'
sonde diff "$T/a.json" "$T/laid-out.json"
check "another layout is the same" is 0
check "another layout: nothing to say" no_out
sonde diff --json "$T/a.json" "$T/b.json"
check "changes for programs" out '{"op":"change","path":"temperature","old":0.2,"new":0.7}'
sonde diff --json "$T/a" "$T/b"
check "hunks for programs" is 1
check "hunks for programs: parts" out '{"op":"delete","text":"{{product}}"},{"op":"insert","text":"{{brand}}"}'
check "hunks for programs: moves" out '"moves":[{"a_line":'
sonde diff --json "$T/a" "$T/a"
check "no hunks" is 0
check "no hunks: told" out '"hunks":[]}'

# What cannot be seen is named: it may be all that differs. No byte of it reaches the terminal.
printf 'bell\a \033]0;title\a\033[31mred\302\2330m\177 \342\200\256 \377 e\n' >"$T/hostile"
printf 'bell\a \033]0;title\a\033[32mred\302\2330m\177 \342\200\256 \376 e\n' >"$T/hostile2"
for form in --words --lines --side; do
	VARIABLES=COLUMNS=200
	sonde diff $form --color "$T/hostile" "$T/hostile2"
	check "$form: hostile text is named" out 'bell\x07 \x1b]0;title\x07\x1b['
	check "$form: all of it" out '\u009b0m\x7f ⟨202E⟩ '
	check "$form: a byte that is no text" out '\xfe'
	sed "s/$(printf '\033')\[[0-9]*m//g" "$T/out/out" | LC_ALL=C tr -d '\n -~\200-\377' >"$T/left"
	check "$form: no control is left" [ ! -s "$T/left" ]
	check "$form: no C1 is left" [ "$(LC_ALL=C grep -c "$(printf '\302[\200-\237]')" "$T/out/out")" -eq 0 ]
done
sonde diff --json "$T/hostile" "$T/hostile2"
check "--json: as escapes" out '\u009b0m\u007f'
printf '{"a\302\233":"\302\2331\177"}' >"$T/hostile.json"
printf '{"a\302\233":"\302\2332\177"}' >"$T/hostile2.json"
sonde diff --json "$T/hostile.json" "$T/hostile2.json"
check "--json by key path: as escapes" out '"path":"[\"a\u009b\"]","old":"\u009b1\u007f"'

# Line ends and blanks that differ, in colours, too.
printf 'keep\r\nend\r\n' >"$T/crlf1"
printf 'keep\r\nend\n' >"$T/crlf2"
for form in --words --lines --side; do
	sonde diff $form --color "$T/crlf1" "$T/crlf2"
	check "$form: a carriage return that went" out '\r'
	check "$form: and none that stays" n_out 1 '\r'
	check "$form: no line more" [ "$(LC_ALL=C grep -c "$(printf '\r')" "$T/out/out")" -eq 0 ]
	sonde diff $form "$T/no-newline" "$T/newline"
	check "$form: the end without a newline" n_out 1 '\ '
done
printf 'a b c \n' >"$T/blank"
printf 'a b c\n' >"$T/no-blank"
sonde diff --color "$T/blank" "$T/no-blank"
check "blanks have signs" out '[- -]'
VARIABLES=
printf 'one  two\nthree four\nfive\n\n6\n' >"$T/spaced"
printf 'one two\nthree\nfour five\n6\n' >"$T/unspaced"
sonde diff "$T/spaced" "$T/unspaced"
check "blanks differ" is 1
for form in --words --lines --side --json; do
	sonde diff $form -b "$T/spaced" "$T/unspaced"
	check "$form -b: blanks do not" is 0
done
check "--json tells of them" out '"blanks_only":true'
printf 'one two\nthree\nfour five\n7\n8\n9\n10\n11\n12\nend\n' >"$T/more"
printf 'one  two\nthree four\nfive\n7\n8\n9\n10\n11\n12\nEND\n' >"$T/less"
sonde diff --ignore-blanks "$T/more" "$T/less"
check "-b: a word does" is 1
check "-b: and is the only one told" n_out 1 '@@ -'
name=$(printf 'x\033[31my')
cp "$T/a" "$T/$name"
sonde diff "$T/$name" "$T/b"
check "hostile name: cleaned" [ "$(grep -c "$(printf '\033')" "$T/out/out")" -eq 0 ]
printf 'a\0b' >"$T/binary"
sonde diff "$T/a" "$T/binary"
check "binary" is 1
check "binary: said so" out 'differ, and are not both text'
sonde diff "$T/a" /no/such/file
check "no file" exits 2 /no/such/file
sonde diff "$T" "$T/a"
check "a directory" exits 2 'directory'
head -c 70000000 /dev/zero | tr '\0' 'x' >"$T/huge"
sonde diff "$T/a" "$T/huge"
check "too large" exits 2 'it is over 64 MiB'
rm "$T/huge"
sonde diff "$T/a"
check "one file" exits 2 'two files are compared'
sonde diff - -
check "standard input twice" exits 2 'one of the two only'
sonde diff --words --lines "$T/a" "$T/b"
check "two forms" exits 2 'at a time'
sonde diff --color=blue "$T/a" "$T/b"
check "a colour" exits 2 'always or never'
sonde diff -U x "$T/a" "$T/b"
check "context" exits 2 'no whole number'
printf 'one\n' >"$T/a1"
printf 'two\n' >"$T/a2"
if [ -w /dev/full ]; then
	sonde_env "$SONDE" diff "$T/a1" "$T/a2" >/dev/full 2>"$T/out/err"
	status=$?
	check "output that cannot be written is trouble" is 2
fi
sonde diff "$T/a1" "$T"
check "a directory" exits 2 "Is a directory"
end
