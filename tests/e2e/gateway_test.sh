# What the gateway does between a request and its provider: the cache.
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

end
