# sonde render: the bytes, the errors, the places of files.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

mkdir -p "$T/part/sub"
printf '{%% include "head" %%}\r\nHi {{ name }}{%% for x in xs %%} {{ x }}{%% endfor %%}' >"$T/a.txt"
printf '# {{ title | default("none") }}' >"$T/part/head.md"
printf 'below' >"$T/part/sub/deep"
printf 'outside' >"$T/outside"
printf '{"name": "A", "xs": [1, 2.0, null]}' >"$T/vars.json"

sonde render --template "$T/a.txt" --vars "$T/vars.json" --partials "$T/part"
printf '# none\r\nHi A 1 2.0 ' >"$T/expected"
check "byte for byte, no newline added" cmp "$T/expected" "$T/out/out"
check "status 0" is 0
check "nothing on stderr" no_err

sonde render -p name=B --template "$T/a.txt" --vars "$T/vars.json" --partials "$T/part" -p "title=@$T/part/sub/deep"
check "-p goes before --vars" out "Hi B"
check "-p name=@file" out "# below"

echo '{{ n + 1 }}' >"$T/b.txt"
sonde render --template "$T/b.txt" -p n=1
check "a parameter is a text" exits 3 "join texts with ~"
check "the place and the caret" err "b.txt:1:6: a string + an integer"
check "the caret" err "            ^"
sonde render --template "$T/b.txt" --error-json
check "an error as JSON" is 3
check "its members" out '{"error":"undefined","template":"'"$T"'/b.txt","line":1,"column":4,"message":"n is undefined"}'
check "nothing beside it" no_err

printf '[{{ q }}]' | sonde_env "$SONDE" render --template - --lenient >"$T/out/out" 2>"$T/out/err"
status=$?
check "standard input, lenient" [ "$(cat "$T/out/out")" = "[]" ]

for name in ../outside /etc/passwd sub/../../outside none; do
	printf '{%% include "%s" %%}' "$name" >"$T/c.txt"
	sonde render --template "$T/c.txt" --partials "$T/part"
	check "include $name" exits 3 "to include"
done
printf '{%% include "sub/deep" %%}' >"$T/c.txt"
sonde render --template "$T/c.txt" --partials "$T/part"
check "include below the directory" [ "$(cat "$T/out/out")" = below ]

printf 'x\377' >"$T/bad.txt"
sonde render --template "$T/bad.txt"
check "not UTF-8" exits 3 "bad.txt:1:2: the text is not UTF-8: byte 0xFF"
sonde render --template "$T/b.txt" -p "n=@$T/bad.txt"
check "a parameter that is not UTF-8" exits 3 "not UTF-8"
printf '{"a": 1,\n "b" 2}' >"$T/bad.json"
sonde render --template "$T/b.txt" --vars "$T/bad.json"
check "variables that are no JSON" exits 3 "bad.json:2:"
printf '[1]' >"$T/bad.json"
sonde render --template "$T/b.txt" --vars "$T/bad.json" --error-json
check "variables that are no object" out "one JSON object"
sonde render --template "$T/none.txt"
check "no such file" exits 2 "none.txt"
sonde render
check "no template" exits 2 "no template was given"
sonde render -t a
check "-t without a store" exits 5 "sonde prompt save NAME FILE makes the first prompt"
printf 'Hi {{ name }}, {{ n }}' >"$T/p.txt"
sonde prompt save greet/one "$T/p.txt"
printf 'SYSTEM\nBe kind.\nUSER\n{{ name }}\n' | sonde_env "$SONDE" prompt save greet/two >/dev/null
sonde render -t greet/one@v1 -p name=A --vars "$T/vars.json" -p n=2
printf 'Hi A, 2' >"$T/expected"
check "-t: byte for byte" cmp "$T/expected" "$T/out/out"
sonde render -t greet/two -p name=A
check "-t: messages below their roles" [ "$(cat "$T/out/out")" = "$(printf 'SYSTEM\nBe kind.\nUSER\nA')" ]
cp "$T/out/out" "$T/expected"
sonde prompt render greet/two -p name=A
check "as prompt render has it" cmp "$T/expected" "$T/out/out"
sonde render -t greet/one -p name=A
check "-t: an error has its place" exits 3 "greet/one@v1:1:19: n is undefined"
check "and its caret" err "                        ^"
sonde prompt render greet/one -p name=A
check "prompt render, too" exits 3 "greet/one@v1:1:19: n is undefined"
check "with its caret" err "                        ^"
sonde render -t greet/one -p name=A --error-json
check "-t: an error as JSON" is 3
check "its members" out '{"error":"undefined","template":"greet/one@v1","line":1,"column":19,"message":"n is undefined"}'
sonde render -t greet/one -p name=A --lenient
check "-t: lenient" out "Hi A, "
sonde render -t greet/won
check "-t: an unknown name" exits 5 "did you mean greet/one or greet/two?"
sonde render -t greet/one@v7
check "-t: an unknown version" is 5
sonde render -t greet/one --template "$T/p.txt"
check "-t or a file" exits 2 "-t does not go with --template"
sonde render -t greet/one --partials "$T/part"
check "-t has its own partials" exits 2 "--partials goes with --template"
sonde render --template "$T/p.txt" --key u
check "--key without -t" exits 2 "--key goes with -t"
printf '{"text": "{{ n }}", "vars": {"n": {"type": "integer", "maximum": 3}}}' >"$T/typed.json"
sonde prompt save typed "$T/typed.json"
sonde render -t typed -p n=x --error-json
check "-t: a text for a number" out '"message":"the variable must be of type integer, written as JSON"'
sonde render -t typed -p n=4
check "-t: out of its range" exits 3 "the variable n is not between its minimum and maximum"
sonde render --template "$T/b.txt" -p n
check "a parameter without a value" exits 2 "-p takes name=value"
printf '{{ "\\u001b[31m" | nope }}\033[31m' >"$T/esc.txt"
sonde render --template "$T/esc.txt"
check "no escape sequence in an error" [ "$(grep -c "$(printf '\033')" "$T/out/err")" -eq 0 ]
end
