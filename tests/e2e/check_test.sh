# sonde metrics --check and --budget: what is crossed, what cannot be judged, spent and forecast, and the exit statuses.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

sonde metrics --check 'err<2%'
check "without a store nothing can be judged" out "cannot judge: err < 2%, 0 calls; at least 20 are needed"
check "which is no failure" is 0
sonde metrics --check 'calls>=20 err<2%'
check "unless calls are asked for" is 5
check "and told" out "crossed: calls >= 20 does not hold, it is 0 calls"
sonde metrics --budget
check "budget without a store" out "too little to go by"
check "budget without a store ends well" is 0

# On one day 40 calls of openai of 1 s and $0.10 each, one of them failed; two of ollama of 9 s and no known cost.
line() { echo "{\"timestamp\":\"2026-11-20T$1\",\"provider\":\"$2\",\"model\":\"$3\",\"prompt_tokens\":1,\"completion_tokens\":1,\"latency_ms\":$4,$5}"; }
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39; do
	line "10:00:$((i + 10))Z" openai gpt-5.4-mini 1000 '"cost_usd":0.1'
done >"$T/log.jsonl"
line 10:00:59Z openai gpt-5.4-mini 1000 '"cost_usd":0.1,"error":"timeout"' >>"$T/log.jsonl"
line 11:00:00Z ollama strange-model 9000 '"error":null' >>"$T/log.jsonl"
line 11:00:01Z ollama strange-model 9000 '"error":null' >>"$T/log.jsonl"
sonde import "$T/log.jsonl"
check "import" out "42 added"
DAY="--since 2026-11-20 --until 2026-11-21"

sonde metrics $DAY --check 'err<3% p50<2s cost<=4 cost/h<$0.2 calls>41'
check "all hold" is 0
check "and that is said" out "ok: 5 of 5 limits hold"
check "costs that are not known are told" out "2 successful calls without a known cost count as free"
sonde metrics $DAY --check 'err<2%, p50<2s and p95<500ms'
check "two are crossed" is 5
check "one line each" [ "$(grep -c '^crossed: ' "$T/out/out")" -eq 2 ]
check "value, limit and calls" out "crossed: err < 2% does not hold, it is 2.38% in 42 calls"
sonde metrics $DAY --by provider --check 'p95<5s'
check "groups: too few to judge is no failure" is 0
check "groups: which are too few" out "cannot judge: p95 < 5s, 2 calls of ollama; at least 20 are needed"
sonde metrics $DAY --by provider --check 'p95<5s' --min-calls 2
check "groups: enough to judge" is 5
check "groups: whose limit is crossed" out "in 2 calls of ollama"
sonde metrics $DAY --filter model=strange-model --check 'cost<1'
check "a cost that nobody knows" out "cannot judge: cost < \$1.00, 2 calls; none has this figure"
sonde metrics $DAY --provider ollama --check 'cost<1 calls<2' --json
check "JSON: crossed" is 5
check "JSON: an unknown value is null" out '"figure":"cost","value":null,"bound":1,"calls":2,"calls_needed":0,"verdict":"unjudged"}'
check "JSON: the crossing" out '{"key":null,"limit":"calls < 2","figure":"calls","value":2,"bound":2,"calls":2,"calls_needed":0,"verdict":"crossed"}'
check "JSON: sums" out '"crossed":1,"unjudged":1,"simulated":false}'
sonde metrics $DAY --check "$(printf 'err<2%%\033]0;x\007')"
check "hostile limits: cleaned" [ "$(grep -c "$(printf '\033')" "$T/out/err")" -eq 0 ]
check "hostile limits" is 2

# ---- budget ----

printf 'budget: {day: 5.00, month: 100}\n' >"$T/config.yaml"
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
echo "{\"timestamp\":\"$now\",\"provider\":\"openai\",\"model\":\"gpt-5.4-mini\",\"prompt_tokens\":1,\"completion_tokens\":1,\"cost_usd\":1.25}" >"$T/log.jsonl"
sonde import "$T/log.jsonl"
sonde metrics --budget
check "spent and limit of the day" grep -q '^day  *\$1\.25  *\$5\.00  *25% ' "$T/out/out"
check "the limit of the month" grep -q '^month .* \$100\.00 ' "$T/out/out"
sonde metrics --budget --json
check "JSON: the day" grep -q '"day":{"since":"[-0-9]*T00:00:00.000000Z","until":"[-0-9]*T00:00:00.000000Z","spent_usd":1.25,"limit_usd":5,' "$T/out/out"
printf 'budget: {day: none}\n' >"$T/config.yaml"
sonde metrics --budget
check "a configuration with a mistake" exits 4 "budget.day must be a number"
end
