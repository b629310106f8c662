# sonde metrics FILE: the figures of logs without a store are those that an import would give.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

no_store() { [ ! -e "$T/data/sonde.db" ]; }
groups() { sed 's/^{"since":[^[]*//' "$1"; }
line() { echo "{\"timestamp\":\"2026-11-20T10:$1Z\",\"provider\":\"$2\",\"model\":\"$3\",\"prompt_tokens\":1000,\"completion_tokens\":$4,\"latency_ms\":$5$6}"; }

for i in 10 11 12 13 14 15 16 17 18 19 20 21; do
	line "00:$i" openai gpt-5.4-mini "$i" "${i}00.5" ',"cost_usd":0.01'
	line "$i:30" anthropic claude-opus-5 2 "$i" ''
	line "$i:31" mistral none-such 0 7 ',"error":"timeout","operation":"embeddings"'
done >"$T/one.jsonl"
line 59:59.5 openai gpt-5.4-mini 1 1 ',"simulated":true' >"$T/two.jsonl"
# A record with an id of its own counts once; one without as often as it is there.
line 40:00 openai gpt-5.4-mini 1 1 ',"cost_usd":0.5' >"$T/equal"
cat "$T/equal" "$T/equal" >>"$T/two.jsonl"

sonde metrics "$T/one.jsonl" "$T/two.jsonl" --json
check "two logs" is 0
check "no store was made" no_store
check "the span is that of the calls" out '"since":"2026-11-20T10:00:10.000000Z","until":"2026-11-20T10:59:59.500001Z"'
check "simulated calls are told" out '"simulated":true'
cp "$T/out/out" "$T/logs.json"
sonde metrics "$T/one.jsonl" "$T/two.jsonl" --by model --json
cp "$T/out/out" "$T/models.json"
sonde metrics "$T/one.jsonl" "$T/two.jsonl" --by operation --csv
sed 's/,.*//' "$T/out/out" >"$T/operations"
check "CSV" grep -q '^embeddings$' "$T/operations"

gzip -k "$T/one.jsonl"
cat "$T/one.jsonl.gz" | sonde metrics - --provider openai --since 2026-11-20T10:00:12Z --until 2026-11-20T10:00:14Z --json
check "gzip on standard input, provider and span" out '"total_invocations":2'
check "no other group" [ "$(grep -c '"key"' "$T/out/out")" -eq 1 ]

sonde import "$T/one.jsonl" "$T/two.jsonl"
DAY="--since 2026-11-20 --until 2026-11-21"
sonde metrics $DAY --json
check "the same figures as of a store" [ "$(groups "$T/out/out")" = "$(groups "$T/logs.json")" ]
sonde metrics $DAY --by model --json
check "the same by model" [ "$(groups "$T/out/out")" = "$(groups "$T/models.json")" ]

sonde metrics --by provider "$T/two.jsonl"
check "equal lines without an id are two calls" grep -q '^openai  *3 ' "$T/out/out"
sonde calls --jsonl $DAY --output "$T/export.jsonl"
sonde metrics "$T/export.jsonl" "$T/export.jsonl" --json
check "an export twice counts once" [ "$(groups "$T/out/out")" = "$(groups "$T/logs.json")" ]

sonde metrics "$T/one.jsonl" --check 'err<50% calls>=36'
check "limits hold" is 0
sonde metrics "$T/one.jsonl" --check 'err<10%'
check "a limit is crossed" is 5
check "which one" out "crossed: err < 10% does not hold, it is 33.3% in 36 calls"

# ---- what can be wrong ----

printf 'prices: {mistral/none-such: {input: much}}\n' >"$T/config.yaml"
sonde metrics "$T/one.jsonl"
check "a configuration with a mistake" exits 4 "config.yaml:1:37"
: >"$T/config.yaml"

: >"$T/empty"
sonde metrics "$T/empty"
check "an empty log" is 0
check "an empty log is told" out "No calls in these logs"
printf '{"timestamp":"yesterday","provider":"x"}\n\033]0;x\007\n' >"$T/bad"
sonde metrics "$T/bad"
check "nothing but bad lines" is 5
check "the line is named" err "line 1 was left out"
check "no escape sequence" [ "$(grep -c "$(printf '\033')" "$T/out/err")" -eq 0 ]
cat "$T/bad" "$T/one.jsonl" >"$T/mixed"
sonde metrics "$T/mixed"
check "a bad line among good ones" is 0
check "is told" err "line 2 was left out"
sonde metrics "$T/none-such.jsonl"
check "a missing file" is 1
check "is named" err "none-such.jsonl: it cannot be read: No such file"
sonde metrics "$T"
check "a folder" is 1
head -c 100 "$T/one.jsonl.gz" >"$T/half.gz"
sonde metrics "$T/half.gz"
check "half a gzip file" is 1
sonde metrics "$T/one.jsonl" --filter status=err
check "--filter asks the store" is 2
sonde metrics "$T/one.jsonl" --budget
check "so does --budget" is 2

i=0
while [ $i -lt 5000 ]; do
	echo "{\"timestamp\":\"2026-11-20T10:00:00Z\",\"provider\":\"p$i\",\"model\":\"m\"}"
	i=$((i + 1))
done >"$T/many"
sonde metrics "$T/many" --json
check "5000 providers: the rest is one group" out '"key":"(other)","total_invocations":904'
end
