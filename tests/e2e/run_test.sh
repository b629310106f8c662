# sonde run: answers, outputs, options, standard input, ends.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

only_the_answer() { [ "$(wc -l <"$T/out/out")" -eq 1 ] && ! grep -q -e SIMULATED -e tok/s "$T/out/out"; }
four_ok() {
	is 0 && no_err && n_out 4 '"status":"ok"' && n_out 4 '"error":null' && n_out 4 '"simulated":true' &&
		[ "$(grep -oE '"usage":\{"input_tokens":[1-9][0-9]*,"output_tokens":[1-9][0-9]*,' "$T/out/out" | wc -l)" -eq 4 ] &&
		out '"target":"openai/x"' && out '"target":"anthropic/y"' && out '"target":"gemini/z"' && out '"target":"ollama/w"'
}
in_order() { # of all targets, their events once each but for deltas
	for target in openai/x anthropic/y; do
		events=$(grep -F "\"target\":\"$target\"" "$T/out/out" | sed 's/^{"event":"\([a-z_]*\)".*/\1/' | uniq | tr '\n' ' ')
		[ "$events" = "queued sent first_token delta usage done " ] || return 1
	done
}

start_simulator --rate 20000

sonde run -m openai/x -m anthropic/y -m gemini/z -m ollama/w --json hello
check "four targets, one JSON object" four_ok
check "the HTTP version of each" n_out 4 '"http_version":"1.1"'
check "one line of JSON" [ "$(wc -l <"$T/out/out")" -eq 1 ]
sonde run -m openai/x -m anthropic/y -m gemini/z -m ollama/w --json --no-stream hello
check "the same without streams" four_ok
check "no first token without a stream" n_out 4 '"ttft_ms":null'

sonde run -m openai/x hello
check "stdout carries the answer alone" only_the_answer
check "stderr the rest" err "tok/s"
check "simulated answers are named so" err "SIMULATED"
cp "$T/out/out" "$T/answer"
sonde run -m openai/x --no-stream -q hello
check "without a stream the same text" cmp -s "$T/out/out" "$T/answer"
check "-q leaves the progress out" [ "$(grep -c tok/s "$T/out/err")" -eq 0 ]
sonde run -m openai/x -m ollama/w hello
check "two targets have headings" [ "$(grep -c '^== ' "$T/out/out")" -eq 2 ]
check "two targets in full" is 0

sonde run -m openai/x -m anthropic/y --jsonl hello
check "--jsonl: events in order" in_order
check "--jsonl: ends with results" n_out 2 '"event":"done"'
sonde run -m openai/gpt-5.4-mini --json -s 'Be brief.' -o temperature=0.5 -o max_tokens=7 -o seed=1 -o stop=END hello
check "options" is 0
check "max_tokens was heeded" out '"finish_reason":"length"'
check "a known model has its cost" out '"cost_source":"computed"'

before=$(sonde_env "$SONDE" calls --json | grep -c '"id"')
sonde run -m openai/x -m anthropic/y -m gemini/z -m ollama/w --dry-run -s sys -o temperature=0.5 hello
check "--dry-run prints requests" n_out 4 '"body":{'
check "--dry-run says so" out '{"dry_run":true,'
check "--dry-run says nothing else" no_err
check "--dry-run records nothing" [ "$(sonde_env "$SONDE" calls --json | grep -c '"id"')" -eq "$before" ]
kept=$VARIABLES
VARIABLES=
cp "$T/config.yaml" "$T/config.kept"
sonde run -m auto --dry-run hello
check "auto that is not set up: status" is 4
check "auto that is not set up: what to do" err "route: {simple: TARGET"
echo 'route: {simple: openai/gpt-5.4-mini, complex: anthropic/claude-opus-5}' >>"$T/config.yaml"
sonde run -m auto hello
check "auto: a simple one" err "sonde: auto is openai/gpt-5.4-mini (simple: ~"
sonde run -m auto --dry-run 'Compare the two, derive the formula and prove it step by step.'
check "auto: the reason in --dry-run" out '"target":"anthropic/claude-opus-5","route":"medium: ~'
cp "$T/config.kept" "$T/config.yaml"
sonde run -m openai/gpt-5.4-mini --dry-run hello
check "--dry-run needs no key" is 0
sonde run -m openai/gpt-5.4-mini hello
check "no key: says which variable to set" exits 4 "set OPENAI_API_KEY"
VARIABLES=$kept

echo hello >"$T/in"
sonde run -q -m openai/x <"$T/in"
check "prompt from standard input" out "Hello"
sonde run -q -m openai/x - <"$T/in"
check "prompt from -" out "Hello"
sonde run -m openai/x </dev/null
check "empty standard input" exits 2 "the prompt is empty"
sonde run -m openai/x ' '
check "blank prompt" exits 2 "the prompt is empty"
printf 'a\000b' >"$T/in"
sonde run -m openai/x - <"$T/in"
check "NUL in the prompt" exits 2 "not UTF-8 text (byte 2)"
printf 'ab\377' >"$T/in"
sonde run -m openai/x - <"$T/in"
check "bad UTF-8 in the prompt" exits 2 "not UTF-8 text (byte 3)"
sonde run -m openai/x - <"$T"
check "a directory as standard input" is 2
sonde run -m openai/x - <&-
check "closed standard input" is 2
sonde run -q -m openai/x -- --not-an-option
check "-- ends the options" is 0

sonde run -m opnai/x hello
check "unknown provider: hint" exits 4 "did you mean openai/x?"
sonde run -m gpt-5.4-mini -q hello
check "a model alone finds its provider" is 0
sonde run -m nothing-like-it hello
check "unknown model" exits 4 'called "nothing-like-it"'
sonde run -m openai/ hello
check "target without a model" exits 4 "names no model"
sonde run hello
check "no target" exits 2 "no target was given"
sonde run -m openai/x one two
check "two prompts" exits 2 "in quotes"
sonde run --bad -m openai/x hello
check "unknown option" exits 2 "'--bad' is no option of sonde run"
check "unknown option: said once" [ "$(grep -c bad "$T/out/err")" -eq 1 ]
sonde run -zq hello
check "unknown letter" exits 2 "'-z' is no option of sonde run"
sonde run hello -m
check "option without its value" exits 2 "'-m' is no option of sonde run, or lacks its value"
sonde run hello --retries
check "long option without its value" exits 2 "'--retries' of sonde run lacks its value"
sonde run -m openai/x -o foo=1 hello
check "unknown parameter" exits 2 "parameters are temperature"
sonde run -m openai/x -o temperature=9 hello
check "parameter out of range" exits 2 "from 0 to 2"
sonde run -m openai/x -o temperature hello
check "parameter without a value" exits 2 "name=value"
sonde run -m openai/x --retries 99 hello
check "retries out of range" exits 2 "from 0 to 20"

cat >"$T/config.yaml" <<END
targets:
  default: {model: openai/x, system: "Answer in JSON."}
  quick: {model: ollama/w, max_tokens: 3}
END
sonde run --json hello
check "the default target of the configuration" out '"target":"default"'
sonde run -m quick --json hello
check "an alias with its parameters" out '"output_tokens":3'
sonde run -m qick hello
check "unknown alias: hint" exits 4 "quick"
: >"$T/config.yaml"

# Ends from outside, in the middle of an answer.
start_simulator --rate 5
end_by() { # SIGNAL
	EXEC=exec
	sonde_env "$SONDE" run -m openai/x --jsonl 'Explain in ten sentences why queues grow.' >"$T/out/out" 2>"$T/out/err" &
	pid=$!
	EXEC=
	soon out '"event":"delta"'
	kill -"$1" "$pid"
	wait "$pid"
	status=$?
}
end_by INT
check "SIGINT: 130" is 130
check "SIGINT: the result is told" out '"class":"cancelled"'
sonde calls --errors --json
check "SIGINT: the call is recorded" out '"error":"cancelled"'
# What nohup ignores stays ignored.
if [ $((0x$(sed -n 's/^SigIgn:[^0-9a-f]*//p' /proc/$$/status) & 1)) -eq 0 ]; then
	end_by HUP
	check "SIGHUP: 130" is 130
	sonde calls --errors --json
	check "SIGHUP: the call is recorded" [ "$(count '"error":"cancelled"')" -eq 2 ]
else
	skip "SIGHUP" "it is ignored here"
fi
{
	sonde_env "$SONDE" run -m openai/x 'Explain in ten sentences why queues grow.' 2>"$T/out/err"
	echo $? >"$T/status"
} | head -c 1 >"$T/out/out"
status=$(cat "$T/status")
check "closed pipe: 141" is 141
check "closed pipe: without a word" [ "$(grep -c -i -e pipe -e write "$T/out/err")" -eq 0 ]
if [ -c /dev/full ]; then
	sonde_env "$SONDE" models >/dev/full 2>"$T/out/err"
	status=$?
	: >"$T/out/out"
	check "full disk: a sentence" exits 1 "cannot write the output"
else
	skip "full disk: a sentence" "no /dev/full"
fi

# A schema and tools.
echo '{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}' >"$T/schema.json"
echo '[{"type":"function","function":{"name":"look_up"}}]' >"$T/tools.json"
sonde run -m openai/x --dry-run --schema "$T/schema.json" --tools "$T/tools.json" hi
check "schema: sent" out '"json_schema":{"name":"answer","schema":{"type":"object"'
check "tools: sent" out '"tools":[{"type":"function"'
sonde run -m openai/x --schema "$T/schema.json" 'How many?'
check "schema: the answer fits" out '{"n":'
echo '{"type":' >"$T/bad.json"
sonde run -m openai/x --schema "$T/bad.json" hi
check "schema: a broken one is told" exits 2 "bad.json: the schema is not valid JSON (line 2"
sonde run -m openai/x --tools "$T/schema.json" hi
check "tools: no list" exits 2 "schema.json: the tools must be a JSON list"
sonde run -m openai/x --tools "$T/nothing.json" hi
check "tools: no such file" exits 2 "cannot read"


# Files that go with a prompt.
printf '\211PNG\r\n\032\n' >"$T/cat.png"
printf 'one,two\n' >"$T/table.csv"
sonde run -m openai/x -m anthropic/y --attach "$T/cat.png" --attach "$T/table.csv" -q --json 'What is it?'
check "attach: an image and a text to two targets" n_out 2 '"status":"ok"'
sonde run -m openai/x --attach "$T/cat.png" --dry-run 'What is it?'
check "attach: a preview names the file" out '(base64 of cat.png, 8 bytes, sha256 4c4b6a3b'
sonde run -m openai/x -m cohere/command-a-03-2025 --attach "$T/cat.png" -q --json 'What is it?'
check "attach: one of two does not take it" is 10
check "attach: and says so" grep -q 'command-a-03-2025 of Cohere takes no images (cat.png)' "$T/out/out"
printf '\000\001' >"$T/noise"
sonde run -m openai/x --attach "$T/noise" hi
check "attach: neither image nor text" exits 2 "noise is no image"
sonde run -m openai/x --attach "$T/nothing.png" hi
check "attach: no such file" exits 2 "cannot read"
end
