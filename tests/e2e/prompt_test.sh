# sonde prompt from a script, on a fresh store: save, show, log, diff, label, split, rollback, swap, resolve, branch, edit, verify, and what is wrong.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

cat >"$T/config.yaml" <<END
prompts: {protected: [production]}
END
VARIABLES="GIT_AUTHOR_NAME=x GIT_CONFIG_GLOBAL=$T/gitconfig GIT_CONFIG_NOSYSTEM=1"
printf '[user]\n\tname = Ada Lovelace\n' >"$T/gitconfig"

sonde prompt list
check "no prompt yet" is 0
check "says how to make one" out "sonde prompt save"
sonde prompt list --json
check "no prompt as JSON" out '{"prompts":[]}'
sonde prompt show a
check "none to show" exits 5 "sonde prompt save NAME FILE"
sonde prompt label a
check "nor labels" is 5
check "reading has made nothing" [ ! -e "$T/data/sonde.db" ]

printf 'SYSTEM\nYou triage tickets.\nUSER\n{{ ticket }}\n' >"$T/one"
sonde prompt save support/triage "$T/one" -m "first"
check "save" out "support/triage v1"
sonde prompt save support/triage "$T/one" --json
check "the same again is the same version" out '"version":1,"new":false'
sed 's/triage tickets/sort support tickets/' "$T/one" | sonde_env "$SONDE" prompt save support/triage - --json >"$T/out/out"
check "save from standard input" out '"version":2,"new":true'
sonde prompt show support/triage@v1
check "show is what was saved, byte for byte" cmp -s "$T/out/out" "$T/one"
sonde prompt show support/triage --json
check "show as JSON" out '"version":2'
check "its author is git's" out '"author":"Ada Lovelace"'
cp "$T/out/out" "$T/shown.json"
sonde prompt save copy "$T/shown.json" --json
hash=$(sed -n 's/.*"hash":"\([0-9a-f]*\)".*/\1/p' "$T/out/out")
check "the same content has the same hash under another name" grep -q "\"hash\":\"$hash\"" "$T/shown.json"
check "which is the SHA-256 of its canonical form" [ "$(sed 's/.*"bundle":\(.*\)}$/\1/' "$T/shown.json" | tr -d '\n' | sha256sum | cut -d' ' -f1)" = "$hash" ]
sonde prompt show "support/triage@$(echo "$hash" | cut -c1-8)"
check "show by hash" out "sort support tickets"

sonde prompt diff support/triage@v1 support/triage@v2
check "diff in words" out "You [-triage -]{+sort support +}tickets."
sonde prompt diff support/triage@v1 support/triage@v2 --json
check "diff as JSON" out '"words_added":2,"words_removed":1'

sonde prompt label support/triage production v1 -m "go live"
check "a protected label needs --yes" exits 5 "production is a protected label"
sonde prompt label support/triage production v1 -m "go live" --yes
check "label" out "production  v1"
sonde prompt resolve support/triage --json
check "a name alone is production" out '"version":1'
sonde prompt split support/triage production v1:90 v2:10 --yes --json
check "split" out '"to":"v1:90,v2:10"'
n=0
for key in $(seq 40); do
	sonde prompt resolve support/triage@production --key "user-$key" --json
	sed -n 's/.*"version":\([0-9]*\).*"key":"\(.*\)".*/\2 \1/p' "$T/out/out" >>"$T/at10"
done
sonde prompt split support/triage production v1:50,v2:50 --yes
for key in $(seq 40); do
	sonde prompt resolve support/triage@production --key "user-$key" --json
	sed -n 's/.*"version":\([0-9]*\).*"key":"\(.*\)".*/\2 \1/p' "$T/out/out" >>"$T/at50"
done
check "keys have a version each" [ "$(wc -l <"$T/at50")" -eq 40 ]
check "a ramp moves some keys" [ "$(grep -c ' 2$' "$T/at50")" -gt "$(grep -c ' 2$' "$T/at10")" ]
check "and none back" [ -z "$(grep ' 2$' "$T/at10" | grep -vxFf "$T/at50")" ]
sonde prompt rollback support/triage production --json
check "rollback needs no --yes" out '"to":"v1:90,v2:10"'
sonde prompt rollback support/triage production
check "once more" out "production  v1"
sonde prompt rollback support/triage production
check "until nothing is before" exits 5 "nothing is before this"

sonde prompt label support/triage production v2 --from v2 --yes
check "a label that does not point there is not moved" exits 5 "production of support/triage points to v1, not to v2: Ada Lovelace moved it"
sonde prompt label support/triage blue v1
sonde prompt label support/triage green v2 --author Grace
sonde prompt swap support/triage blue green --json
check "swap" out '"label":"blue","to":"v2"'
check "both" out '"label":"green","to":"v1"'
sonde prompt label support/triage green --remove
check "a label is taken away" out "taken away"
sonde prompt label support/triage green
check "and is no more" exits 5 "no label green"
sonde prompt list
check "list with labels" out "support/triage  v2"
check "list: which" out "blue v2, production v1"

printf 'SYSTEM\nBranch.\n' | sonde_env "$SONDE" prompt branch support/triage@v1 --json >"$T/out/out"
check "branch" out '"version":3,"new":true'
cat >"$T/editor" <<'END'
#!/bin/sh
sed 's/Branch/Edited/' "$1" >"$1.new" && mv "$1.new" "$1"
END
chmod +x "$T/editor"
VARIABLES="$VARIABLES EDITOR=$T/editor"
sonde prompt edit support/triage@v3 -m "by hand"
check "edit" out "support/triage v4"
sonde prompt show support/triage@v4
check "edit saved what the editor left" out "Edited."
check "no file of it is left" [ -z "$(ls "$T" | grep sonde-prompt)" ]
VARIABLES="$VARIABLES EDITOR=false"
sonde prompt edit support/triage@v3
check "an editor that fails saves nothing" exits 1 "the editor failed, nothing is saved"
sonde prompt log support/triage
check "log: branch" out "from v1"
check "log: message" out "by hand"
check "log: moves" out "v1:90,v2:10 -> v1 (rollback)"
sonde prompt log support/triage --json
check "log as JSON" out '"version":3,"hash"'
check "log as JSON: parents" out '"parent":1'
check "log as JSON: moves" out '"rollback":true'
sonde prompt verify
check "verify" out "5 versions: every hash, parent and move is as it was made."
sonde prompt verify --json
check "verify as JSON" out '{"versions":5,"faults":[]}'

# What is wrong.
sonde prompt show suport/triage
check "an unknown name" exits 5 "did you mean support/triage?"
sonde prompt show support/triage@prod
check "an unknown label" is 5
sonde prompt show support/triage@v9
check "an unknown version" exits 5 "no version 'v9'"
sonde prompt label support/triage blue v9
check "a label to a missing version" exits 5 "no version v9 to point blue to"
sonde prompt split support/triage blue v1:90 v2:20
check "a split that is not whole" exits 2 "the shares sum to 110 %, not to 100"
sonde prompt label support/triage latest v1
check "latest does not move" exits 2 "latest is always the newest version"
printf 'ok\377' >"$T/latin1"
sonde prompt save x "$T/latin1"
check "invalid UTF-8" exits 3 "is not UTF-8 text (byte 3)"
head -c 52428800 /dev/zero | tr '\0' x >"$T/paste"
sonde prompt save x "$T/paste"
check "a paste of 50 MB" exits 3 "is larger than 16 MiB"
rm "$T/paste"
echo '{"messages":[{"role":"wizard","content":"a"}]}' >"$T/bad.json"
sonde prompt save x "$T/bad.json"
check "a bundle that is wrong" exits 3 "messages.0 of the prompt has no role that there is"
echo '{"messages":' >"$T/bad.json"
sonde prompt save x "$T/bad.json"
check "a bundle that is no JSON" exits 3 "is not JSON: line"
printf '{"text":"a","params":' >"$T/deep.json"
head -c 100000 /dev/zero | tr '\0' '[' >>"$T/deep.json"
sonde prompt save x "$T/deep.json"
check "JSON that is too deep" is 3
sonde prompt save x "$T/missing"
check "a file that is not there" is 2
: >"$T/empty"
sonde prompt save x "$T/empty"
check "an empty text" is 3
sonde prompt save x@v1 "$T/one"
check "save of a version" exits 2 "save takes the name alone"
sonde prompt save ../x "$T/one"
check "a name that is a path" exits 2 "no name of a prompt"
sonde prompt lable support/triage
check "an unknown subcommand" exits 2 "did you mean label?"
sonde prompt show
check "too few words" exits 2 "usage: sonde prompt show REF (sonde help prompt)"
sonde prompt list --yes
check "an option that does not go with it" exits 2 "--yes does not go with list"
sonde prompt show support/triage@blue
check "nothing of that changed anything" out "sort support tickets"
printf 'prompts: {protect: [a]}\n' >"$T/config.yaml"
sonde prompt label support/triage blue v1
check "with a configuration that is wrong no label moves" is 4


# Filled in, tested, and sent.
: >"$T/config.yaml"
cat >"$T/ask.json" <<'END'
{"messages":[{"role":"system","content":"Answer in {{ language }}."},{"role":"user","content":"{{ question }} {% for i in range(n) %}{{ i }}{% endfor %}"}],
"params":{"temperature":0.25,"max_tokens":50,"magic":1},"overrides":{"anthropic":{"temperature":0.75}},
"vars":{"language":{"type":"string","default":"English","enum":["English","French"]},"question":{"type":"string"},"n":{"type":"integer","default":2,"maximum":5}},
"tests":[{"name":"plain","vars":{"question":"Why?"},"expect":"SYSTEM\nAnswer in English.\nUSER\nWhy? 01\n"},{"name":"off","vars":{"question":"a"},"expect":"b"}]}
END
sonde prompt save ask "$T/ask.json"
check "a bundle with variables" is 0
sonde prompt render ask -p question=Why? -p n=3
check "render" out "Why? 012"
check "render: a default" out "Answer in English."
sonde prompt render ask -p question=Why? --json
check "render as JSON" out '"messages":[{"role":"system","content":"Answer in English."},{"role":"user","content":"Why? 01"}]'
sonde prompt render ask
check "a variable that is missing" exits 3 "question"
sonde prompt render ask -p question=a -p n=x
check "a variable of another type" exits 3 "n:1:1: the variable must be of type integer"
sonde prompt render ask -p question=a -p n=9
check "a variable out of its range" exits 3 "the variable n is not between its minimum and maximum"
sonde prompt render ask -p question=a -p language=German
check "a variable that is none of its enum" exits 3 "language is none of its enum"
sonde prompt test ask
check "a test that fails" is 5
check "test: passed" out "ok    plain"
check "test: failed" out "FAIL  off"
sonde prompt test ask --json
check "test as JSON" out '"failed":1}'
printf 'a {%% if %%}' >"$T/bad"
sonde prompt save bad "$T/bad"
check "a template that is wrong is not saved" is 3
check "and where" err "bad:1:"

printf 'Be kind to {{ who }}.' | sonde_env "$SONDE" prompt save parts/tone - >"$T/out/out"
sonde prompt label parts/tone production v1
printf '{%% include "parts/tone@production" %%} And brief.' | sonde_env "$SONDE" prompt save whole - >"$T/out/out"
sonde prompt render whole -p who=users
check "an include" [ "$(cat "$T/out/out")" = "Be kind to users. And brief." ]
printf 'Be harsh.' | sonde_env "$SONDE" prompt save parts/tone - >"$T/out/out"
sonde prompt label parts/tone production v2
sonde prompt render whole -p who=users
check "is locked to what it was when it was saved" out "Be kind to users."
sonde prompt log parts/tone
check "who includes it" out "Included by: whole"
printf '{%% include "whole" %%}' >"$T/cycle"
sonde prompt save parts/tone "$T/cycle"
check "a cycle of includes" exits 3 "which leads back to it"
printf '{%% include "parts/tone" %%}' >"$T/cycle"
sonde prompt save parts/tone "$T/cycle"
check "a prompt that includes itself" exits 3 "includes itself"
printf '{%% include "parts/tune" %%}' >"$T/cycle"
sonde prompt save other "$T/cycle"
check "an include of what there is not" exits 3 "include of parts/tune"
check "with the nearest" err "did you mean parts/tone?"

sonde run -t ask -p question=Why? -m openai/gpt-5.4-mini -m anthropic/claude-haiku-4-5 --dry-run
check "run -t: its messages" out "Answer in English."
check "run -t: its parameters" out '"temperature":0.25'
check "run -t: those for a provider" out '"temperature":0.75'
check "run -t: what is not sent is told" err "magic"
sonde run -t ask -p question=Why? -o temperature=1 -m openai/gpt-5.4-mini --dry-run
check "run -t: the command line goes first" out '"temperature":1'
printf '%s' '{"messages":[{"role":"user","content":"Look."},{"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"function","function":{"name":"look",
"arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"{{found}}"}],"tools":[{"type":"function","function":{"name":"look"}}]}' >"$T/tools.json"
sonde prompt save calls "$T/tools.json" -m "a call and its result"
sonde run -t calls -p found=paid -m openai/gpt-5.4-mini -m anthropic/claude-haiku-4-5 --dry-run
check "run -t: calls of tools" out '"tool_calls":[{"function":{"arguments":"{}","name":"look"},"id":"c1","type":"function"}]'
check "run -t: and their results" out '"tool_call_id":"c1"'
check "run -t: as each provider has them" out '{"type":"tool_result","tool_use_id":"c1","content":"paid"}'
printf '{"question":"From a file"}' >"$T/vars.json"
printf 'French' >"$T/language"
sonde run -t ask --params "$T/vars.json" -p language=@"$T/language" -m openai/gpt-5.4-mini --dry-run
check "run -t: variables of a file" out "From a file"
check "run -t: a variable that is a file" out "Answer in French."
sonde run -t ask
check "run -t: a variable that is missing" exits 3 "question"
sonde run -t asc -m openai/gpt-5.4-mini
check "run -t: an unknown name" exits 5 "did you mean ask?"
sonde run -p a=b hello
check "variables without a prompt" exits 2 "go with -t"
sonde prompt label ask production v1
start_simulator
sonde run -t ask -p question=Why? -m openai/gpt-5.4-mini --key user-1 --json
check "run -t" is 0
sonde calls --jsonl
hash=$(sonde_env "$SONDE" prompt resolve ask --json | sed -n 's/.*"hash":"\([0-9a-f]*\)".*/\1/p')
check "the call has the prompt's name" out '"prompt_name":"ask"'
check "and the version's hash" out "\"prompt_version\":\"$hash\""
check "and the arm of the label" out 'prompt_arm'
sonde metrics --filter "version=$hash" --json
check "metrics of one version" out '"total_invocations":1'
sonde metrics --by prompt --json
check "and by version" out '"key":"ask@v1","total_invocations":1'
sonde screen metrics --keys "g g Enter"
check "in Metrics, too" out "by prompt · only ask@v1"
sonde prompt log ask
check "log: figures of a version" out "1 call, "
sonde prompt log ask --json
check "log as JSON: figures" out '"calls":1,"error_rate":0,"cost_usd":0.'
sonde prompt verify
check "verify at the end" is 0

# What the script does not show is compared by key path.
printf '{"text":"Hi.","params":{"temperature":0.2},"tools":[{"name":"find","description":"a"}]}' >"$T/warm.json"
printf '{"text":"Hi.","params":{"temperature":0.7,"seed":1},"tools":[{"name":"find","description":"b"}]}' >"$T/warmer.json"
sonde prompt save warm "$T/warm.json"
sonde prompt save warm "$T/warmer.json"
sonde prompt diff warm@v1 warm@v2
check "diff of parameters: by key path" out "  params.temperature 0.2 -> 0.7"
check "diff of parameters: a new one" out "+ params.seed 1"
check "diff of tools: by their names" out '  tools[name=find].description "a" -> "b"'
sonde prompt diff warm@v1 warm@v2 --json
check "diff of parameters as JSON" out '{"op":"change","path":"params.temperature","old":0.2,"new":0.7}'
end
