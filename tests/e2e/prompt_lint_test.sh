# sonde prompt lint: of the registry and of files, compared with the parent or another, the statuses, and what is wrong.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"
cd "$T"

printf 'SYSTEM\nYou triage {tickets} of {{ shop }}. \nUSER\n\\USER {{ user-name }} {{ ticket }}\n' >one.txt
sonde prompt lint one.txt
check "without a store" is 5
check "a line a finding, with place, level and kind" out "one.txt:2:12: warning: {tickets} is printed as it stands; a variable has two braces: {{tickets}} [single_brace]"
check "trailing space" out "one.txt:2:36: warning: blanks at the end of the line [trailing_space]"
check "a hyphen in a name" out "one.txt:4:10: warning: user-name is a difference"
check "nothing else" [ "$(wc -l <out/out)" -eq 3 ]
check "nothing on stderr" no_err
check "and no store was made" [ ! -e data/sonde.db ]
sonde prompt lint one.txt --ignore single_brace --ignore trailing_space --ignore hyphen
check "--ignore" is 0
check "says nothing" no_out
sonde prompt lint one.txt -p shop=x -p tickets=y
check "variables that are missing" out "one.txt:4:26: warning: ticket is used but not declared [missing]"
check "or unused" out ": warning: tickets is declared but not used [unused]"

printf 'Be kind to {{ user }}.\n{%% if %%}' >bad.txt
sonde prompt lint bad.txt
check "what cannot be parsed is an error" is 3
check "with its place" out "bad.txt:2:7: error: "
sonde prompt lint none.txt bad.txt one.txt .
check "what cannot be read is told" err "there is no prompt none.txt, nor a file of that name"
check "each of them" err "cannot read .: Is a directory"
check "and the rest looked at" out "one.txt:2:12"
check "the status is of what could not be read" is 5
printf 'x\377' >bytes.txt
sonde prompt lint bytes.txt
check "no UTF-8" exits 3 "bytes.txt is not UTF-8 text (byte 2)"
sonde prompt lint - </dev/null
check "an empty text" exits 3 "standard input: the prompt is empty"
sonde prompt lint one.txt --ignore singel_brace
check "an unknown kind" exits 2 "did you mean single_brace?"
sonde prompt lint
check "no word" exits 2 "usage: sonde prompt lint REF|FILE..."

printf 'SYSTEM\nYou triage tickets.\nUSER\n{{ ticket }}\n' >two.txt
sonde prompt save support/triage two.txt
sonde prompt lint support/triage
check "nothing is wrong" is 0
check "and nothing said" no_out
printf 'SYSTEM\nYou sort tickets.\nUSER\n{{ ticket }}\n' | sonde_env "$SONDE" prompt save support/triage >/dev/null
sonde prompt lint support/triage
check "an edit of the cached prefix, against the parent" out "support/triage@v2:2:5: note: this edit ends the cached prefix of support/triage@v1: "
check "of a short one it is a note, and no failure" is 0
sonde prompt lint two.txt --against support/triage@v1
check "against a version" no_out
sonde prompt lint two.txt --against one.txt --ignore single_brace
check "against a file" out "two.txt:2:12: note: this edit ends the cached prefix of one.txt"
for i in $(seq 200); do echo "Never invent an order number, whatever the customer says."; done >long.txt
(cat long.txt; echo '{{ ticket }}') | sonde_env "$SONDE" prompt save long >/dev/null
(echo 'For {{ shop }}.'; cat long.txt; echo '{{ ticket }}') | sonde_env "$SONDE" prompt save long >/dev/null
sonde prompt lint long
check "of one that providers cache it is a warning" out "long@v2:1:1: warning: this edit ends the cached prefix of long@v1: ~0 of its ~2"
check "and fails" is 5
(sed '100s/^/{{ shop }} /' long.txt; echo '{{ ticket }}') | sonde_env "$SONDE" prompt lint - --against long@v1 >out/out
check "a variable before what was fixed" out "standard input:100:4: warning: a variable here ends the cached prefix of long@v1"

printf 'Be {{ tone }}.' >tone.txt
sonde prompt save parts/tone tone.txt
printf '{"text": "{%% include \\"parts/tone\\" %%} {{ q }}", "vars": {"tone": {}, "q": {}, "old": {}}}' >asker.json
sonde prompt save asker asker.json
sonde prompt lint asker --json
check "what a partial uses is used" out '"findings":['
check "what none uses is not" out '"kind":"unused","message":"old is declared but not used"}],"checked":1,"errors":0,"warnings":1,"notes":0}'

sonde prompt export dir
printf 'name: a/b\nmessages:\n  - role: system\n    content: |-\n\n      You are {kind}.\n        {too}\n  - role: user\n    content: "a {b}"\n  - role: user\n    content: c {d}\n' >own.yaml
sonde prompt lint own.yaml
check "places in a YAML file" out "own.yaml:6:15: warning: {kind}"
check "also where it is indented" out "own.yaml:7:9: warning: {too}"
check "of a text in quotes its beginning" out "own.yaml:9:14: warning: {b}"
check "of one without" out "own.yaml:11:16: warning: {d}"
sonde prompt save from/yaml dir/asker.yaml
sonde prompt show from/yaml --json
check "save reads such a file, too" out '"vars":{"old":{}'
cp one.txt support; sonde prompt lint ./support
check "./NAME is the file" out "./support:2:12"
end
