# import, metrics, calls on one store; stores that are broken, newer, read-only or cannot be made.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

DAY="--since 2026-11-20 --until 2026-11-21"
cat >"$T/log.jsonl" <<END
{"timestamp":"2026-11-20T10:00:00Z","provider":"openai","model":"gpt-5.4-mini","operation":"chat","prompt_tokens":400,"completion_tokens":50,"latency_ms":800,"cost_usd":0.0005,"error":null}
{"timestamp":"2026-11-20T11:00:00Z","provider":"openai","model":"gpt-5.4-mini","operation":"chat","prompt_tokens":100,"completion_tokens":10,"latency_ms":400,"cost_usd":0.00025,"error":null}

{"timestamp":"2026-11-20T12:00:00Z","provider":"anthropic","model":"claude-haiku-4-5","operation":"chat","prompt_tokens":10,"completion_tokens":0,"latency_ms":90,"error":"rate_limited"}
nonsense
{"timestamp":"yesterday","provider":"openai"}
END

sonde metrics
check "metrics before there is a store" is 0
check "says what to do" out "sonde import"
sonde calls --json
check "calls before there is a store" out '{"calls":['
sonde calls show 0SGB
check "no call to show" exits 5 "nothing recorded yet"
check "reading has made nothing" [ ! -e "$T/data/sonde.db" ]

sonde import "$T/log.jsonl"
check "import" out "3 added, 0 already there, 2 not understood"
check "import names the lines" err "line 5 was left out"
check "import ends well" is 0
sonde metrics $DAY --json
check "metrics: two groups" n_out 2 '"key":'
check "metrics: sums" out '"total_invocations":2,"total_tokens":560,"prompt_tokens":500,"completion_tokens":60,"total_cost_usd":0.00075'
check "metrics: errors" out '"error_rate":1,"errors":{"rate_limited":1}'
cp "$T/out/out" "$T/first"
sonde import --json "$T/log.jsonl"
check "a second import adds nothing" out '"added":0,"present":3,"bad":2'
sonde metrics $DAY --json
check "and changes no figure" cmp -s "$T/out/out" "$T/first"
sonde import - <"$T/log.jsonl"
check "nor from standard input" out "0 added, 3 already there"
echo '{"timestamp":"2026-11-20T13:00:00Z","provider":"openai","model":"gpt-5.4-mini","prompt_tokens":1,"completion_tokens":1}' >>"$T/log.jsonl"
sonde import "$T/log.jsonl"
check "a grown file adds its new lines" out "1 added, 3 already there"

sonde metrics $DAY
check "metrics as a table" out "openai"
sonde metrics $DAY --by model --provider openai --json
check "metrics by model of one provider" out '"key":"gpt-5.4-mini","total_invocations":3'
check "and of no other" n_out 1 '"key":'
sonde calls --until 2026-11-21 --json
check "calls: all, newest first" [ "$(grep -o '"timestamp":"2026-11-20T1[0-9]' "$T/out/out" | tr -d '\n' | sed 's/"timestamp":"2026-11-20T//g')" = 13121110 ]
sonde calls --until 2026-11-21 --errors --json
check "calls: errors only" n_out 1 '"error":"rate_limited"'
id=$(sed -n 's/.*"id":"\([A-Z0-9]*\)".*/\1/p' "$T/out/out")
sonde calls show "$id"
check "calls show" out "claude-haiku-4-5"
sonde calls show "$(echo "$id" | tail -c 9)" --json
check "calls show by the end of an id" out "\"id\":\"$id\""
sonde calls show 0
check "calls show by too little of it" is 2
sonde calls show nothing-like-it
check "no such call" exits 5 "no call has the id"
check "no such call: which there are" grep -q "sonde calls" "$T/out/err"
sonde calls -n 1 --until 2026-11-21 --json
check "calls -n" n_out 1 '"id":'

start_simulator --rate 20000
sonde run -q -m openai/gpt-5.4-mini --json 'Say na\303\257ve.'
id=$(sed 's/.*"call_id":"\([A-Z0-9]*\)".*/\1/' "$T/out/out")
sonde calls show "$id" --json
check "a run is recorded with its bodies" out '"request":"{\"model\":\"gpt-5.4-mini\"'
check "the stream as received" out 'data: {'
check "marked as simulated" out '"simulated":true'
check "the directory is nobody else's" [ "$(stat -c %a "$T/data/sonde.db")" = 600 ]
sonde metrics --json
check "metrics say that simulated calls are among them" out '"simulated":true'

# ---- what is not to be kept ----

nowhere() { ! grep -rqa -e "$1" "$T/data"; }

sonde run -q --no-bodies -m openai/gpt-5.4-mini 'a word like quicksilver'
check "without bodies: run" is 0
check "without bodies: nothing of it in the store" nowhere quicksilver
cat >"$T/config.yaml" <<END
store: {redact: ['tok-[0-9]+']}
END
sonde run -q -m openai/gpt-5.4-mini 'my tok-123 is secret'
check "redacted: run" is 0
check "redacted: nothing of it in the store" nowhere tok-123
check "redacted: but what was around it" grep -rqa "my \[redacted\] is" "$T/data"
echo '{"timestamp":"2026-11-20T14:00:00Z","provider":"openai","model":"m","error":"bad tok-456","user":"tok-789"}' >"$T/secret.jsonl"
sonde import "$T/secret.jsonl"
check "redacted: import" out "1 added"
check "redacted: nothing of the log in the store" nowhere "tok-[47]"
sonde import "$T/secret.jsonl"
check "redacted: imported again" out "0 added, 1 already there"
echo "store: {redact: ['(']}" >"$T/config.yaml"
sonde import "$T/secret.jsonl"
check "a broken pattern: nothing is imported" exits 4 "store.redact is no regular expression"
sonde run -q -m openai/gpt-5.4-mini hello
check "a broken pattern: nothing is sent" exits 4 "store.redact"
: >"$T/config.yaml"

# ---- stores that are not as they should be ----

cp "$T/data/sonde.db" "$T/good.db"
readers() { # NAME STATUS TEXT: all that read say the same and end with that status
	for command in "metrics" "calls" "calls show 0SGB"; do
		sonde $command
		check "$1: $command" exits "$2" "$3"
	done
	sonde import "$T/log.jsonl"
	check "$1: import" is 1
	sonde doctor
	check "$1: doctor" is 1
	check "$1: doctor says why" out "$3"
	sonde screen metrics --size 160x40
	check "$1: screen" out "$3"
	sonde run -m openai/x -q hello
	check "$1: run answers all the same" is 0
	check "$1: and says that it does not record" err "not recorded"
	check "$1: and why" err "$3"
}
fresh() {
	chmod -R u+rwx "$T/data" 2>/dev/null
	rm -rf "$T/data"
	mkdir "$T/data"
}

fresh
head -c 4096 "$SONDE" >"$T/data/sonde.db"
readers "no database" 1 "is not a sonde store"
sonde screen metrics --size 80x24
check "no database: the advice is whole" out "another directory; sonde then makes a new"
check "no database: left as it was" [ "$(wc -c <"$T/data/sonde.db")" -eq 4096 ]

# user_version stands at byte 60 of the header, big-endian.
fresh
cp "$T/good.db" "$T/data/sonde.db"
printf '\000\000\003\347' | dd of="$T/data/sonde.db" bs=1 seek=60 conv=notrunc 2>/dev/null
readers "newer store" 1 "written by a newer sonde (store version 999"

fresh
cp "$T/good.db" "$T/data/sonde.db"
size=$(wc -c <"$T/data/sonde.db")
head -c $((size - 4096)) /dev/zero | tr '\000' '\252' | dd of="$T/data/sonde.db" bs=4096 seek=1 conv=notrunc 2>/dev/null
sonde metrics $DAY
check "damaged pages: metrics" exits 1 "damaged"
sonde calls
check "damaged pages: calls" exits 1 "damaged"
sonde run -m openai/x -q hello
check "damaged pages: run answers" is 0
check "damaged pages: and tells" err "recorded"
sonde doctor
check "damaged pages: doctor" out "damaged"

fresh
rmdir "$T/data"
echo "a file" >"$T/data"
sonde metrics
check "a file in place of the directory: metrics" exits 1 "is not a directory"
sonde import "$T/log.jsonl"
check "a file in place of the directory: import" exits 1 "something else has that name"
sonde run -m openai/x -q hello
check "a file in place of the directory: run answers" is 0
check "a file in place of the directory: and tells" err "not recorded"
sonde doctor
check "a file in place of the directory: doctor" is 1
rm "$T/data"

if [ "$(id -u)" -ne 0 ]; then
	mkdir "$T/data"
	cp "$T/good.db" "$T/data/sonde.db"
	chmod 444 "$T/data/sonde.db"
	chmod 555 "$T/data"
	sonde import "$T/log.jsonl"
	check "read-only: import" exits 1 "cannot be written"
	sonde run -m openai/x -q hello
	check "read-only: run answers" is 0
	check "read-only: and tells" err "not recorded"
	sonde doctor
	check "read-only: doctor" out "cannot be written"
	chmod 755 "$T/data"
	rm -rf "$T/data"
else
	for i in 1 2 3 4; do
		skip "read-only" "root may write everywhere"
	done
fi

# Half of a write-ahead log of a process that was killed is no damage.
mkdir "$T/data"
sonde import "$T/log.jsonl"
cp "$T/data/sonde.db" "$T/good.db"
head -c 5000 /dev/urandom >"$T/data/sonde.db-wal"
sonde metrics $DAY --json
check "a broken log is passed over" out '"key":"anthropic"'
end
