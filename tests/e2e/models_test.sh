#!/bin/sh
# Models: lists that providers give, newer prices from a file, costs for calls that had none.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

start_simulator

sonde models --live
check "live" is 0
check "live: a model of each list" grep -q '^  gemini/gemini-2.5-flash  .*1048576$' "$T/out/out"
check "live: age and label" grep -q 'openai: 4 of 4 models, as of [0-9]* s ago; SIMULATED' "$T/out/out"
check "live: what has no list says so" grep -q 'azure: its kind lists no models' "$T/out/out"
check "live: no key is kept" [ -z "$(grep -rl "$SECRET" "$T/data")" ]
stop_simulator
sonde models --live haiku
check "from what was kept" is 0
check "from what was kept: the filter" [ "$(grep -c haiku "$T/out/out")" -eq 2 ]
sonde models --refresh
check "nobody answers" is 8
check "nobody answers: the old lists" grep -q 'openai: 4 of 4 models' "$T/out/out"
check "nobody answers: and why" grep -q 'openai: no connection to' "$T/out/err"
sonde models --live --json
check "live as JSON" is 0
check "live as JSON: all lists" n_out 8 '"asked":'

# Calls without a price, then prices, then the costs of both.
start_simulator
sonde run -m openai/brand-new -q hello
check "a call without a price" is 0
sonde metrics --json
cp "$T/out/out" "$T/before"
cat >"$T/prices.json" <<END
{"snapshot": "2026-10-01", "models": [
{"provider": "openai", "model": "brand-new", "in": "1", "out": "2"},
{"provider": "openai", "model": "gpt-5.4", "in": "7", "out": "8"}
]}
END
sonde models --prices "$T/prices.json"
check "new prices" out "prices of 2026-10-01 are in use; models that had no price before: 1"
check "new prices: the call has its cost" grep -q 'have one now: 1 ($0.00' "$T/out/out"
sonde metrics --json
check "new prices: in the sums" out '"unpriced_invocations":0'
check "new prices: not before" grep -q '"total_cost_usd":\(0\|null\),.*"unpriced_invocations":1' "$T/before"
check "new prices: their cost" grep -q '"total_cost_usd":0\.0*[1-9]' "$T/out/out"
sonde models gpt-5.4
check "new prices: shown" grep -q '^\* openai/gpt-5.4 .* 7.00 .* 8.00' "$T/out/out"
check "new prices: the date and the file" grep -q 'prices of 2026-10-01 (.*/prices.json)' "$T/out/out"
sonde doctor
check "new prices: in doctor" grep -q '^prices  *2026-10-01, 92 models, .*prices.json' "$T/out/out"
sonde models --recost
check "recost: nothing is left" out "have one now: 0"

printf 'prices: {openai/none-such: {input: much}}\n' >"$T/config.yaml"
sonde models --recost
check "recost: not by a configuration with a mistake" exits 4 "config.yaml:1:36"
sonde models --live
check "live: nor by one" exits 4 "config.yaml:1:36"
: >"$T/config.yaml"

# Mistakes: all of them, with their lines, and nothing changes.
cat >"$T/bad.json" <<END
{"snapshot": "soon", "models": [
{"provider": "openai", "model": "x", "in": 1},
{"provider": "openai", "model": "y", "inn": "1"}
]}
END
sonde models --prices "$T/bad.json"
check "bad prices" is 4
check "bad prices: the date" grep -q 'bad.json:1: the table needs its date' "$T/out/err"
check "bad prices: a number" grep -q 'bad.json:2: "in" of openai/x' "$T/out/err"
check "bad prices: a misspelt rate" grep -q 'bad.json:3: openai/y has a member "inn"' "$T/out/err"
echo '{"snapshot": "2020-01-01", "models": [{"provider": "a", "model": "b", "in": "1"}]}' >"$T/old.json"
sonde models --prices "$T/old.json"
check "old prices" exits 4 "older than the built-in ones"
sonde models --prices /no/such/file
check "no file" exits 2 "/no/such/file"
sonde models --prices "$T/prices.json" --json
check "alone" exits 2 "go alone"
sonde models gpt-5.4
check "still the good ones" grep -q 'prices of 2026-10-01' "$T/out/out"
echo nonsense >"$T/data/prices.json"
sonde models gpt-5.4
check "a damaged kept file: the built-in prices" grep -q 'prices of .* (built in)' "$T/out/out"
check "a damaged kept file: and why" err "prices.json:1: not valid JSON"
sonde doctor
check "a damaged kept file: an error of the machine" is 1
check "a damaged kept file: told" grep -q 'prices.json:1: not valid JSON' "$T/out/out"
check "a damaged kept file: and what to do" grep -q 'sonde models --prices FILE' "$T/out/out"
end
