# What the gateway does between a request and its provider: the cache, fallbacks, the breaker, budgets.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

start_simulator --rate 20000

# ---- the cache ----

sonde run -q -m openai/gpt-5.4-mini --cache hello
check "first answer" is 0
cp "$T/out/out" "$T/answer"
sonde run -m openai/gpt-5.4-mini --cache --json hello
check "the same again is cached" out '"cached":true,"saved_usd":0.'
check "a cached answer costs nothing" out '"cost_usd":0,'
sonde run -m openai/gpt-5.4-mini --json hello
check "without --cache it is sent" out '"cached":false,"saved_usd":null'
sonde run -m openai/gpt-5.4-mini --cache --json -o max_tokens=9 hello
check "another request is sent" out '"cached":false'
stop_simulator
sonde run -m openai/gpt-5.4-mini --cache hello
check "the cache needs no provider" is 0
check "the same text" cmp -s "$T/out/out" "$T/answer"
check "the progress says cached" err "  cached  SIMULATED"
sonde run -m openai/gpt-5.4-mini --retries 0 hello
check "without it the provider is missing" is 8
sonde screen play --size 100x30 --keys "H Down Enter"
check "Play's column says cached" grep -q 'gpt-5.4-mini .* cached SIMULATED' "$T/out/out"
sonde calls --json
check "recorded as cached" [ "$(grep -c '"cached":true' "$T/out/out")" -eq 2 ]
sonde calls
check "the list says cached" out " cached SIMULATED"
printf 'targets:\n  kept: {model: openai/gpt-5.4-mini, cache: on}\n' >"$T/config.yaml"
sonde run -m kept --json hello
check "cache: on of a target" out '"cached":true'
printf 'targets:\n  kept: {model: openai/gpt-5.4-mini, cache: yes}\n' >"$T/config.yaml"
sonde run -m kept hello
check "a wrong value is told with its place" exits 4 "config.yaml:2:45: targets.kept.cache must be one of on|off"
: >"$T/config.yaml"

# ---- fallbacks ----

start_simulator --rate 20000
cat >"$T/config.yaml" <<END
providers:
  dead: {kind: openai, base_url: http://127.0.0.1:1/v1}
targets:
  safe: {model: dead/x, fallback: [dead/y, second]}
  second: {model: anthropic/claude-haiku-4-5}
END
sonde run -m safe --retries 0 --json hello
check "a fallback answers" is 0
check "who answered" out '"target":"safe","provider":"anthropic","model":"claude-haiku-4-5","status":"ok","answered_by":"second"'
check "who failed before" out '"fallback_from":[{"target":"safe","class":"network"},{"target":"dead/y","class":"network"}]'
sonde run -m safe --retries 0 hello
check "the progress says why" err "; trying second instead"
check "and who answered" err "sonde: safe  answered by second  ttft"
sonde run -m safe --retries 0 --jsonl hello
check "--jsonl has the events" n_out 2 '"event":"fallback","target":"safe","why":"'
sonde calls --json
check "failures are calls of their own" [ "$(grep -c '"provider":"dead".*"error":"network"' "$T/out/out")" -eq 6 ]
printf 'targets:\n  a: {model: openai/x, fallback: [b]}\n  b: {model: openai/y, fallback: [a]}\n' >"$T/config.yaml"
sonde run -m a hello
check "a circle is told with its place" exits 4 "config.yaml:2:35: targets.a.fallback: b falls back to this target again"
: >"$T/config.yaml"

# ---- the breaker ----

cat >"$T/config.yaml" <<END
providers:
  dead: {kind: openai, base_url: http://127.0.0.1:1/v1, max_in_flight: 1}
targets:
  safe: {model: dead/x, fallback: [openai/gpt-5.4-mini]}
END
sonde run --retries 0 --json -m dead/1 -m dead/2 -m dead/3 -m dead/4 -m dead/5 -m dead/6 -m safe hello
check "some fail" is 10
check "five are sent" n_out 5 '"class":"network","message"'
check "the sixth is not" n_out 1 '"class":"server_error","message":"dead failed 5 times in a row: nothing is sent to it for a while","hint":"try again in '
check "a fallback goes on at once" out '"answered_by":"openai/gpt-5.4-mini","fallback_from":[{"target":"safe","class":"server_error"}]'
: >"$T/config.yaml"

# ---- budgets ----

rm -f "$T"/data/*
printf 'budget: {day: 0.0001}\n' >"$T/config.yaml"
sonde run -m openai/gpt-5.4-mini --cache hello
check "within the budget" is 0
check "most of it spent: told" err "sonde: \$0.0002 of the day's budget of \$0.0001 is spent (159 %)"
sonde run -m openai/gpt-5.4-mini hello
check "over the budget: not sent" exits 6 "not sent: \$0.0002 of the day's budget of \$0.0001 is spent"
check "and what to do" err "wait until tomorrow, or raise budget.day"
sonde calls
check "it is listed as what it is" out " budget"
sonde calls --errors
check "and is no error" n_out 0 budget
sonde calls --filter status=budget --json
check "a filter finds it" n_out 1 '"error":"budget"'
sonde metrics --by model
check "metrics tell of it" out "1 call was not sent, for a budget was spent, and is no error."
sonde metrics --by model --json
check "it is in no error rate" out '"error_rate":0,"errors":{}'
check "but in the calls" out '"total_invocations":2,'
check "and counted" out '"unsent_invocations":1'
sonde metrics --csv
check "as a table, too" out ",unsent_calls"
sonde run -q -m openai/gpt-5.4-mini --cache hello
check "what is cached is given" is 0
sonde run -m openai/gpt-5.4-mini --dry-run hello
check "--dry-run is no matter of money" is 0
check "and says nothing" no_err
printf 'budget: {month: 0.0002}\n' >"$T/config.yaml"
sonde run -q -m openai/gpt-5.4-mini hello
check "a month with room" is 0
sonde run -m openai/gpt-5.4-mini hello
check "a month without" exits 6 "of the month's budget of \$0.0002 is spent"
sonde calls --jsonl --output "$T/budget.jsonl"
rm -f "$T"/data/sonde.db*
sonde import "$T/budget.jsonl"
sonde metrics --by model --json
check "export and import keep it" out '"unsent_invocations":2'
printf 'budget: {day: much}\n' >"$T/config.yaml"
sonde run -m openai/gpt-5.4-mini hello
check "a wrong figure is told with its place" exits 4 "config.yaml:1:15: budget.day must be a number of US dollars above 0"
: >"$T/config.yaml"

end
