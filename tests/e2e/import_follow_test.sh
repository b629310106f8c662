# import --follow: growth, half lines, rotation by rename and by copy and truncate, files that come later, restarts after kill -9 at any moment.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

FOLLOW=
follow() { # ARGS: in the background
	EXEC=exec
	sonde_env "$SONDE" import --follow "$@" >"$T/out/out" 2>"$T/out/err" &
	FOLLOW=$!
	EXEC=
	# Until it hears signals: before that SIGINT is lost, since the shell has it ignored in the background.
	soon hears_signals
}
hears_signals() { find "/proc/$FOLLOW/fd" -lname 'anon_inode:*signalfd*' 2>/dev/null | grep -q .; }
unfollow() { # SIGNAL
	kill -"$1" "$FOLLOW" 2>/dev/null
	wait "$FOLLOW" 2>/dev/null
	status=$?
	FOLLOW=
}
trap '[ -z "$FOLLOW" ] || kill "$FOLLOW" 2>/dev/null; finish' EXIT
line() { # N: one line of its own
	printf '{"timestamp":"2026-11-20T10:%02d:%02d.%03dZ","provider":"openai","model":"m","prompt_tokens":%d}\n' $(($1 / 60000 % 60)) $(($1 / 1000 % 60)) \
		$(($1 % 1000)) "$1"
}
lines() { # FROM TO
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i <= b; i++)
		printf "{\"timestamp\":\"2026-11-20T10:%02d:%02d.%03dZ\",\"provider\":\"openai\",\"model\":\"m\",\"prompt_tokens\":%d}\n",
			i / 60000 % 60, i / 1000 % 60, i % 1000, i }'
}
stored() { # how many calls there are
	sonde_env "$SONDE" metrics --since 2026-11-20 --until 2026-11-21 --json 2>/dev/null | sed -n 's/.*"total_invocations":\([0-9]*\).*/\1/p' | head -n 1
}
comes_to() { # N
	soon has_stored "$1" || {
		echo "# stored: $(stored)"
		return 1
	}
}
has_stored() { [ "$(stored)" = "$1" ]; }

lines 1 10 >"$T/log"
follow "$T/log"
check "what is there is read" comes_to 10
line 11 >>"$T/log"
check "a new line" comes_to 11
line 12 | head -c 40 >>"$T/log"
sleep 0.3
check "a half line waits" [ "$(stored)" = 11 ]
line 12 | tail -c +41 >>"$T/log"
check "until it is whole" comes_to 12
echo nonsense >>"$T/log"
unfollow INT
check "SIGINT ends it well" is 0
check "with its sums" out "log: 13 lines, 12 added, 0 already there, 1 not understood: 12 lines simple"
check "and the bad line" err "line 13 was left out"
sonde import "$T/log"
check "a plain import of it adds nothing" out "0 added, 12 already there"

# Equal lines of one file are several calls, before and after a restart.
(line 13 && line 13) >>"$T/log"
follow "$T/log"
check "equal lines" comes_to 14
unfollow TERM
check "SIGTERM ends it well" is 0
check "only what is new was read" out "2 lines, 2 added"
line 13 >>"$T/log"
follow "$T/log"
check "another equal line after a restart" comes_to 15
unfollow INT
sonde import "$T/log"
check "a plain import counts them alike" out "0 added, 15 already there"

# ---- rotation ----

follow "$T/log" "$T/later/log"
mv "$T/log" "$T/log.1"
line 20 >>"$T/log.1"
lines 21 25 >"$T/log"
check "renamed: the rest of the old file and the new one" comes_to 21
line 26 >>"$T/log.1"
check "who still writes to the old file is heard" comes_to 22
check "a file that is not there yet is told" err "later/log is not there yet: it is read when it comes"
mkdir "$T/later"
lines 30 34 >"$T/later/log"
check "a file that comes later, in a directory that comes later" comes_to 27
cp "$T/log" "$T/log.2"
: >"$T/log"
lines 40 49 >>"$T/log"
check "copied and truncated" comes_to 37
unfollow INT
mv "$T/log" "$T/log.3"
line 50 >>"$T/log.3"
lines 51 52 >"$T/log"
cp "$T/later/log" "$T/later/log.1"
line 35 >>"$T/later/log.1"
line 36 >"$T/later/log"
follow "$T/log" "$T/later/log"
check "rotated while nobody looked" comes_to 42
unfollow INT
check "no line was not understood" n_out 2 " 0 not understood"

# ---- mistakes ----

gzip -c "$T/log" >"$T/log.gz"
sonde import --follow "$T/log.gz"
check "gzip is not followed" exits 1 "cannot be followed"
sonde import --follow "$T"
check "nor a directory" exits 1 "no regular file"
sonde import --follow -
check "nor standard input" exits 2 "not standard input"

# ---- kill -9 at any moment, while lines come and files rotate ----

rm -f "$T/data"/*
mkdir "$T/k"
(
	i=1
	while [ $i -le 4000 ]; do
		lines $i $((i + 39))
		i=$((i + 40))
		sleep 0.02
	done >>"$T/k/log"
	: >"$T/k/done"
) &
writer=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	follow "$T/k/log"
	sleep "0.$((i * 7 % 20 + 2))"
	unfollow KILL
done
wait "$writer"
follow "$T/k/log"
check "killed 20 times: nothing is lost" comes_to 4000
sleep 0.2
check "and nothing doubled" [ "$(stored)" = 4000 ]
unfollow INT
sonde import "$T/k/log"
check "the file says the same" out "0 added, 4000 already there"

rm -f "$T/data"/*
(
	i=1
	while [ $i -le 2000 ]; do
		lines $i $((i + 39)) >>"$T/k/r"
		i=$((i + 40))
		sleep 0.02
		[ $((i % 400)) -ne 1 ] || mv "$T/k/r" "$T/k/r.$i"
	done
) &
writer=$!
for i in 1 2 3 4 5 6; do
	follow "$T/k/r"
	sleep "0.$((i * 7 % 10 + 2))"
	unfollow TERM
done
follow "$T/k/r"
wait "$writer"
check "stopped and rotated" comes_to 2000
unfollow INT
end
