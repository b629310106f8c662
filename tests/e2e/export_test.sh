# Export: CSV and JSONL of calls, CSV of figures, files that appear whole, an export that comes in again, closed pipes and full disks.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

sonde calls --csv
check "CSV without a store: the head" [ "$(wc -l <"$T/out/out")" -eq 1 ]
check "CSV without a store ends well" is 0
sonde calls --jsonl
check "JSONL without a store: nothing" no_out
sonde metrics --csv
check "figures without a store: the head" grep -q '^provider,since,until,calls,' "$T/out/out"

start_simulator --rate 20000
sonde run -q -m openai/gpt-5.4-mini -m anthropic/claude-haiku-4-5 hello
stop_simulator
cat >"$T/log.jsonl" <<'END'
{"timestamp":"2026-11-20T10:00:00.123456Z","provider":"openai","model":"gpt-5.4-mini","prompt_tokens":400,"completion_tokens":50,"latency_ms":800.5,"ttft_ms":99,"cost_usd":0.0005,"session_id":"=cmd|' /C calc'!A0","user_id":"a \"b\", c","tags":["x","y"]}
{"timestamp":"2026-11-20T12:00:00Z","provider":"anthropic","model":"claude-haiku-4-5","latency_ms":90,"error":{"type":"rate_limit_error","message":"slow\ndown\u001b[31m"}}
{"timestamp":"2026-11-20T12:00:00Z","provider":"nobody","model":"unpriced","prompt_tokens":1,"completion_tokens":1}
END
sonde import "$T/log.jsonl"
check "import" out "3 added"

sonde calls --csv
cp "$T/out/out" "$T/calls.csv"
check "CSV: a head and five calls" [ "$(wc -l <"$T/calls.csv")" -eq 6 ]
check "CSV: every line ends in CR LF" [ "$(grep -c "$(printf '\r')\$" "$T/calls.csv")" -eq 6 ]
check "CSV: units in the names" grep -q ',cost_usd,.*,latency_ms,ttft_ms,' "$T/calls.csv"
check "CSV: no formula" grep -qF ",'=cmd|' /C calc'!A0," "$T/calls.csv"
check "CSV: quotes" grep -qF ',"a ""b"", c",' "$T/calls.csv"
check "CSV: times in UTC" grep -qF ',2026-11-20T10:00:00.123456Z,ok,' "$T/calls.csv"
check "CSV: errors, cleaned" grep -q ',rate_limited,.*slow' "$T/calls.csv"
check "CSV: no escape" [ "$(grep -c "$(printf '\033')" "$T/calls.csv")" -eq 0 ]
check "CSV: simulated calls say so" [ "$(grep -c ',true,true,false,' "$T/calls.csv")" -eq 2 ]
sonde calls --csv --filter 'status=err'
check "CSV of a filter" [ "$(wc -l <"$T/out/out")" -eq 2 ]
sonde calls --csv -n 2
check "CSV of the newest two" [ "$(wc -l <"$T/out/out")" -eq 3 ]

# ---- there and back ----

sonde calls --jsonl
cp "$T/out/out" "$T/calls.jsonl"
sonde import "$T/calls.jsonl"
check "an export adds nothing to its own store" out "0 added, 5 already there"
figures() { # of all groups, without the time of the question
	for by in provider model operation prompt; do
		sonde metrics --since 2026-11-01 --until 2100-01-01 --by "$by" --json
		cat "$T/out/out"
	done
}
figures >"$T/figures"
mkdir "$T/other"
VARIABLES="SONDE_DATA=$T/other"
sonde import "$T/calls.jsonl"
check "another store takes all" out "5 added, 0 already there, 0 not understood"
figures >"$T/figures2"
check "and has the same figures" cmp -s "$T/figures" "$T/figures2"
sonde calls --jsonl
sed "s/,\"run\":.*/}/" "$T/calls.jsonl" >"$T/no-runs.jsonl"
check "and exports the same, but for runs" cmp -s "$T/out/out" "$T/no-runs.jsonl"
VARIABLES=

# ---- files ----

sonde calls --csv --output "$T/file.csv"
check "a file: nothing is printed" no_out
check "a file: the same" cmp -s "$T/file.csv" "$T/calls.csv"
check "a file: nobody else's" [ "$(stat -c %a "$T/file.csv")" = 600 ]
echo mine >"$T/file.csv"
sonde calls --csv --output "$T/file.csv"
check "one that is there stays" exits 2 "is there already"
check "what to do is said" err "--force replaces it"
check "it is as it was" [ "$(cat "$T/file.csv")" = mine ]
sonde calls --csv --output "$T/file.csv" --force
check "with --force it is replaced" cmp -s "$T/file.csv" "$T/calls.csv"
sonde metrics --csv --by model --since 2026-11-01 --output "$T/metrics.csv"
check "figures into a file" grep -q '^gpt-5.4-mini,2026-11-01T00:00:00.000000Z,' "$T/metrics.csv"
check "with a total" grep -q '^,2026-11-01T00:00:00.000000Z,.*,5,1,0.2,' "$T/metrics.csv"
sonde calls --csv --output "$T/no/such/place.csv"
check "a place that is none" exits 1 "cannot write"
sonde calls --csv --output "$T/x.csv" --filter 'nope=1'
check "a filter that is none" is 2
check "leaves no file" [ ! -e "$T/x.csv" ]
check "no draft is left" [ -z "$(ls "$T" | grep 'csv\.')" ]

# ---- nobody takes it ----

if [ -e /dev/full ]; then
	sonde_env "$SONDE" calls --csv >/dev/full 2>"$T/out/err"
	status=$?
	: >"$T/out/out"
	check "a full disk" exits 1 "cannot write the output"
fi
i=0
while [ $i -lt 4000 ]; do
	i=$((i + 1))
	echo "{\"timestamp\":$((1790000000 + i)),\"provider\":\"openai\",\"model\":\"m\",\"latency_ms\":$i}"
done >"$T/many.jsonl"
sonde import "$T/many.jsonl"
{
	sonde_env "$SONDE" calls --jsonl 2>"$T/out/err"
	echo $? >"$T/status"
} | head -n 1 >"$T/out/out"
status=$(cat "$T/status")
check "a closed pipe" is 141
check "without a word" no_err
sonde calls --jsonl
check "all of many" [ "$(wc -l <"$T/out/out")" -eq 4005 ]
end
