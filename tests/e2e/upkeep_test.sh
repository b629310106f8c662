# sonde store: stats, check and repair, backup while others write, compact, expire.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

lines() { # FROM TO
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i <= b; i++)
		printf "{\"timestamp\":\"2026-01-20T%02d:%02d:%02dZ\",\"provider\":\"openai\",\"model\":\"m\",\"prompt_tokens\":%d,\"latency_ms\":%d}\n",
			i / 3600, i / 60 % 60, i % 60, i, i % 900 + 1 }'
}

for verb in stats check compact expire "backup $T/none.db"; do
	sonde store $verb
	check "$verb: nothing there yet" exits 5 "nothing recorded yet"
done
check "and nothing was made" [ ! -e "$T/data/sonde.db" ]

lines 1 5000 >"$T/log"
sonde import "$T/log"
sonde store stats
check "stats" out "calls      5000, 2026-01-20T00:00:01.000000Z to 2026-01-20T01:23:20.000000Z"
sonde store stats --json
check "stats as JSON" out '"calls":5000,"simulated":0,"first":"2026-01-20T00:00:01.000000Z"'
sonde store check
check "check" is 0
check "check says so" out "are those of their 5000 calls"

# Hours that say something else than their rows.
printf '{"timestamp":"2026-01-20T00:30:00Z","provider":"openai","model":"m","prompt_tokens":77777}\n' >"$T/one"
cp "$T/data/sonde.db" "$T/before.db"
sonde import "$T/one"
cp "$T/data/sonde.db" "$T/after.db"
if command -v sqlite3 >/dev/null; then
	sqlite3 "$T/data/sonde.db" "DELETE FROM call WHERE in_tok = 77777"
	sonde store check
	check "wrong sums" is 5
	check "how many, and what to do" out "sonde store check --repair"
	sonde store check --json
	check "as JSON" out '"wrong_days":["2026-01-20T00:00:00.000000Z"],"mended_days":0'
	sonde store check --repair
	check "repaired" is 0
	sonde metrics --since 2026-01-20 --until 2026-01-21 --json
	check "the metrics are those of the rows" out '"total_invocations":5000'
	sonde store check
	check "and stay so" out "are those of their 5000 calls"
else
	for i in 1 2 3 4 5 6; do
		skip "wrong sums" "no sqlite3"
	done
	cp "$T/before.db" "$T/data/sonde.db"
fi

# A backup is of one moment: whole files of lines, while one after the other is imported.
(
	i=5001
	while [ ! -e "$T/stop" ] && [ $i -lt 40000 ]; do
		lines $i $((i + 99)) >"$T/more"
		EXEC=
		sonde_env "$SONDE" import "$T/more" >/dev/null 2>&1
		i=$((i + 100))
	done
) &
writer=$!
for i in 1 2 3 4 5; do
	sonde store backup "$T/copy$i.db"
	check "backup $i" is 0
done
touch "$T/stop"
wait "$writer"
for i in 1 2 3 4 5; do
	mkdir "$T/restored"
	mv "$T/copy$i.db" "$T/restored/sonde.db"
	sonde_env SONDE_DATA="$T/restored" "$SONDE" store check --json >"$T/out/out" 2>"$T/out/err"
	status=$?
	check "backup $i is whole" is 0
	n=$(sed -n 's/.*"calls":\([0-9]*\).*/\1/p' "$T/out/out")
	check "backup $i has whole imports" [ $((n % 100)) -eq 0 ] 
	rm -rf "$T/restored"
done
sonde store backup "$T/log"
check "a backup replaces nothing" exits 2 "is there already"
sonde store backup "$T/no/such/place.db"
check "a backup that cannot be made" is 1
check "leaves nothing behind" [ "$(ls "$T" | grep -c part)" -eq 0 ]

echo 'store: {keep_calls: 40d}' >"$T/config.yaml"
sonde store expire --json
check "expire" out '"bodies":0'
sonde store stats --json
check "no call is left" out '"calls":0'
check "and it says since when" out '"removed_before":"'
sonde metrics --since 2026-01-20 --until 2026-01-21 --json
check "their sums are" out '"total_invocations":'
sonde import "$T/log"
check "they do not come again" out "0 added"
check "and why" err "5000 calls are older than what the store keeps (keep_calls) and were left out"
before=$(wc -c <"$T/data/sonde.db")
sonde store compact
check "compact" is 0
check "is smaller" [ "$(wc -c <"$T/data/sonde.db")" -lt "$before" ]
sonde store check
check "is whole after it" is 0

sonde store
check "no verb" exits 2 "stats, check, backup, compact or expire"
sonde store dance
check "another verb" exits 2 "'dance' is not"
sonde store stats --repair
check "an option of another" exits 2 "--repair goes with check"
head -c 8192 "$T/data/sonde.db" >"$T/cut"
cat "$T/cut" >"$T/data/sonde.db"
sonde store check
check "a damaged file" [ "$status" -ne 0 ]
end
