# sonde prompt optimize: a shorter prompt as a proposal, and --save.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

cat >"$T/wordy.txt" <<'END'
SYSTEM
Please make sure to answer in JSON.  Be brief.  
Do not invent order numbers.



In order to help, quote "in order to" as it is and keep {{ a  +  b }}.
Do not invent order numbers.
USER
{{ticket}}
END
sonde prompt save triage "$T/wordy.txt"
sonde prompt show triage
cp "$T/out/out" "$T/before"
sonde prompt optimize triage
check "a proposal" is 0
check "fillers, with their line" out 'system, line 1: says nothing: "Please make sure to"'
check "a repeated instruction" out 'line 7: said before: "Do not invent order numbers."'
check "empty lines" out "several empty lines in a row"
check "tokens before and after" grep -qE '^tokens ~[0-9]+ -> ~[0-9]+ \(~[1-9][0-9]* fewer\)$' "$T/out/out"
check "nothing changed" out "nothing is saved"
sonde prompt show triage
check "byte for byte" cmp -s "$T/out/out" "$T/before"
sonde prompt optimize triage --target openai/gpt-5.4-mini
check "the cost, with a target" out "less for 1000 calls"
sonde prompt optimize triage --target nowhere/x
check "no such target" exits 4 'no provider is called "nowhere"'
sonde prompt optimize triage --json
check "JSON" out '"rule":"filler","part":0,"line":1'
check "JSON: nothing saved" out '"saved_version":null'
sonde prompt optimize triage --save
check "--save" out "saved as triage v2"
sonde prompt show triage@v2
check "shorter" out "Answer in JSON. Be brief."
check "a tag is as it was" out '{{ a  +  b }}'
check "quoted text is as it was" out 'quote "in order to" as it is'
check "said once" n_out 1 "Do not invent order numbers."
sonde prompt optimize triage@v2 --save
check "once more: nothing" out "nothing to shorten"
sonde prompt log triage --json
check "and no version" n_out 2 '"hash"'
sonde prompt show triage@v1
check "the old version is as it was" cmp -s "$T/out/out" "$T/before"
sonde prompt optimize triag
check "no such prompt" is 5
sonde prompt optimize
check "no name" is 2

printf 'providers: {lab: {kind: openai, base_url: "http://127.0.0.1:9"}}\nprices: {lab/mine: {input: 1000, output: 1}}\n' >"$T/config.yaml"
sonde prompt optimize triage@v1 --target lab/mine
check "the price of the configuration" out " less for 1000 calls"
: >"$T/config.yaml"
sonde prompt optimize triage@v1 --save -m "$(printf 'bad \377')"
check "a message that is no text" exits 2 "the message is not UTF-8 text (byte 5)"
sonde prompt label triage staging v1 --author "$(printf '\377')"
check "nor an author" exits 2 "the author is not UTF-8 text (byte 1)"

# ---- by a model ----

start_simulator
printf 'SYSTEM\nPlease be very kind to {{ user }}.\nUSER\nkindly {{ q | trim }}\n' | sonde_env "$SONDE" prompt save kind >/dev/null
sonde prompt optimize kind --rewrite openai/gpt-5.4-mini
check "a model's rewrite is a proposal" is 0
check "as a diff" out "[-kindly -]{{ q | trim }}"
check "with its source and tokens" out "rewritten by openai/gpt-5.4-mini"
check "and the cost saved" out " less for 1000 calls"
check "nothing is saved" out "nothing is saved"
check "the simulator says what it is" err "SIMULATED"
sonde prompt show kind
check "indeed" out "Please be very kind"
sonde calls --jsonl
check "the call is recorded" out 'rewrite_of'
sonde prompt optimize kind --rewrite openai/gpt-5.4-mini --save --json
check "the answer is that of before" err "cached"
check "--save accepts it" out '"saved_version":2'
sonde prompt show kind@v2
check "tags and messages are kept" [ "$(cat "$T/out/out")" = "$(printf 'SYSTEM\nbe kind to {{ user }}.\nUSER\n{{ q | trim }}')" ]
sonde prompt optimize kind@v2 --rewrite openai/gpt-5.4-mini
check "nothing more to shorten" out "nothing to shorten"
printf 'For {{ just }}.' | sonde_env "$SONDE" prompt save broken >/dev/null
sonde prompt optimize broken --rewrite openai/gpt-5.4-mini --save
check "a rewrite that breaks a tag is refused" exits 5 "the rewrite"
sonde prompt log broken --json
check "and nothing saved" out '"versions":[{"name":"broken","version":1'
sonde prompt optimize kind --rewrite nobody/nothing
check "an unknown target" is 4
stop_simulator
sonde prompt optimize kind@v1 --rewrite openai/gpt-5.4-nano
check "no answer" is 8
end
