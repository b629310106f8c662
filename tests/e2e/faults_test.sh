# sonde run against every fault of the simulator: class, exit status, what is said; several targets of which some fail; hostile text.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

# fault NAME: the target sim/x meets it at every attempt.
fault() {
	# Only what stalls may meet the limit, however busy the machine is.
	case $1 in
	stall*) limit=1 ;;
	*) limit=60 ;;
	esac
	cat >"$T/config.yaml" <<END
providers:
  sim: {kind: openai, base_url: "http://127.0.0.1:$PORT/v1", api_key_env: OPENAI_API_KEY, timeout_s: $limit, headers: {X-Sonde-Fault: "$1"}}
  claude: {kind: anthropic, base_url: "http://127.0.0.1:$PORT", api_key_env: ANTHROPIC_API_KEY, timeout_s: $limit, headers: {X-Sonde-Fault: "$1"}}
END
}
class() { is "$1" && out "\"class\":\"$2\"" && out "\"attempts\":$3,"; }

start_simulator --rate 20000

# fault, exit status with one attempt and with two, class
while read -r name once twice class; do
	fault "$name"
	sonde run -m sim/x --retries 0 --json hello
	check "$name: $once" class "$once" "$class" 1
	case $name in
	429 | 500 | reset) ;; # one of each kind: a second attempt takes its time
	*) continue ;;
	esac
	sonde run -m claude/x --retries 1 --json hello
	check "$name tried again: $twice" class "$twice" "$class" 2
done <<END
400 8 8 bad_request
401 4 4 auth
404 8 8 bad_request
429 7 7 rate_limited
500 8 7 server_error
529 8 7 server_error
reset 8 8 network
reset-mid 8 8 network
stall 8 8 timeout
truncate 8 8 network
stream-error 8 8 server_error
bad-json 8 8 server_error
END

fault reset-mid
sonde run -m sim/x hello
check "what came before the fault is shown" [ -s "$T/out/out" ]
check "and the fault told" err "broke the connection in the middle of its answer"
fault 401
sonde run -m sim/x hello
check "a refusal: nothing on stdout" exits 4 "check the key of sim (from OPENAI_API_KEY in the environment)"
fault 429
sonde run -m sim/x --retries 1 hello
check "a retry is announced" err "trying again in 1.0 s (attempt 2 of 2)"
fault "500 once"
sonde run -m sim/x --json hello
check "the second attempt gets through" out '"status":"ok"'
check "and counts" out '"attempts":2,"error":null'
sonde calls --json -n 1
check "and leaves no error behind" out '"error":null'

fault 400
sonde run -m sim/x -m openai/x hello
check "some of several failed: 10" is 10
check "the good one is there" out "== openai/x"
sonde run -m sim/x -m openai/x --json hello
check "some of several failed, JSON: 10" is 10
check "one of each" n_out 1 '"status":"error"'
sonde run -m sim/x -m claude/x hello
check "all failed: the status of the first" is 8

VARIABLES="$VARIABLES OPENAI_BASE_URL=http://127.0.0.1:1/v1"
sonde run -m openai/x --retries 0 hello
check "nobody listens" exits 8 "connection refused"
VARIABLES="$VARIABLES OPENAI_BASE_URL=http://no-such-host.invalid"
sonde run -m openai/x --retries 0 hello
check "no such host" exits 8 "no-such-host.invalid"
VARIABLES="$VARIABLES OPENAI_BASE_URL=ftp://x"
sonde run -m openai/x hello
check "no base URL" exits 4 "OPENAI_BASE_URL"

# Hostile text: byte for byte into a pipe, cleaned on a terminal.
esc=$(printf '\033')
start_simulator --rate 20000 --fail hostile=1
sonde run -q -m openai/x hello
check "hostile text into a pipe is as it came" out "${esc}]52;c;"
cp "$T/out/out" "$T/streamed"
sonde run -q -m openai/x --no-stream hello
check "without a stream the same bytes" cmp -s "$T/out/out" "$T/streamed"
sonde run -m openai/x --json hello
check "JSON escapes it" out '\u001b]52;c;'
check "no raw escape in JSON" [ "$(count "$esc")" -eq 0 ]
id=$(sed 's/.*"call_id":"\([A-Z0-9]*\)".*/\1/' "$T/out/out")
sonde calls show "$id"
check "shown calls are cleaned" [ "$(count "$esc")" -eq 0 ]
check "shown calls have the text" out "Hostile text begins."
if command -v script >/dev/null 2>&1 && script -qec true /dev/null >/dev/null 2>&1; then
	cat >"$T/typed" <<END
#!/bin/sh
exec env -i HOME='$T/home' PATH='$PATH' LC_ALL=C.UTF-8 TERM=xterm SONDE_DATA='$T/data' SONDE_CONFIG='$T/empty.yaml' ASAN_OPTIONS='${ASAN_OPTIONS-}' \
OPENAI_BASE_URL='http://127.0.0.1:$PORT/v1' OPENAI_API_KEY=x '$SONDE' "\$@"
END
	chmod +x "$T/typed"
	: >"$T/empty.yaml"
	script -qec "'$T/typed' run -m openai/x hello" /dev/null </dev/null >"$T/out/out" 2>"$T/out/err"
	check "on a terminal it is shown" out "Hostile text begins."
	check "and cleaned" [ "$(count "$esc")" -eq 0 ]
	script -qec "'$T/typed' run -m openai/x -m openai/y hello" /dev/null </dev/null >"$T/out/out" 2>"$T/out/err"
	check "of several targets too" [ "$(count "$esc")" -eq 0 ]
	printf 'a\302\23331mred' | sonde_env "$SONDE" prompt save control >/dev/null
	script -qec "'$T/typed' prompt show control --json" /dev/null </dev/null >"$T/out/out" 2>"$T/out/err"
	check "typed: a control of JSON is written as an escape" out '"text":"a\u009b31mred"'
	script -qec "'$T/typed' run -m \"\$(printf 'openai/\\033]0;x')\" -o \"\$(printf 'a\\033[31m=1')\" hello" /dev/null </dev/null >"$T/out/out" 2>"$T/out/err"
	check "arguments in error texts too" [ "$(count "$esc")" -eq 0 ]
else
	for i in 1 2 3 4 5; do
		skip "on a terminal" "no script(1)"
	done
fi

start_simulator --rate 20000 --fail split=1
sonde run -q -m openai/x -m anthropic/x -m gemini/x -m ollama/x --json 'Say na\303\257ve.'
check "answers cut at the worst places are whole" n_out 4 '"status":"ok"'
end
