# What a command says and how it ends when its output goes nowhere: a full disk, a closed descriptor, a pipe nobody reads.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

mkfifo "$T/pipe"
start_simulator
for i in 1 2 3; do
	echo "{\"timestamp\":\"2026-11-20T10:00:0${i}Z\",\"provider\":\"openai\",\"model\":\"gpt-5.4-mini\",\"cost_usd\":0.1}"
done >"$T/log.jsonl"
sonde import "$T/log.jsonl"

# says STATUS N: the last command ended so, with N lines of that sentence and no other line of its kind.
says() { is "$1" && [ "$(grep -c "cannot write the output" "$T/out/err")" -eq "$2" ]; }

: >"$T/out/out"
while read -r words; do
	if [ -c /dev/full ]; then
		sonde_env timeout 60 "$SONDE" $words >/dev/full 2>"$T/out/err" </dev/null
		status=$?
		check "full disk: $words" says 1 1
		check "full disk: $words: the reason" err "No space left on device"
	else
		skip "full disk: $words" "no /dev/full"
	fi
	sonde_env timeout 60 "$SONDE" $words >&- 2>"$T/out/err" </dev/null
	status=$?
	check "closed: $words" says 1 1
	check "closed: $words: the reason" err "Bad file descriptor"
	: <"$T/pipe" &
	exec 3>"$T/pipe"
	wait $! # the reader has gone before anything is written
	sonde_env timeout 60 "$SONDE" $words >&3 2>"$T/out/err" </dev/null
	status=$?
	exec 3>&-
	check "closed pipe: $words" says 141 0
done <<END
help
help run
help --markdown
--version
metrics --since 2026-11-20
metrics --since 2026-11-20 --json
metrics --since 2026-11-20 --csv
metrics --since 2026-11-20 --check calls>0
metrics --budget
calls
calls --json
calls --csv
calls --jsonl
models
models --json
models --live
doctor
store stats
store check
store expire
screen play
simulate --listen 127.0.0.1:0
demo
run --dry-run -m openai/x hi
run -q -m openai/x hi
run -q --json -m openai/x hi
run -q --jsonl -m openai/x hi
import $T/log.jsonl
import --json $T/log.jsonl
END

end
