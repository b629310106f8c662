# import of other programs' exports and of gzip: what is recognised, that no second export doubles, what a broken file leaves behind.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

DAY="--since 2026-11-20 --until 2026-11-21"
cat >"$T/litellm.jsonl" <<END
{"id":"chatcmpl-1","call_type":"acompletion","status":"success","startTime":1795168800.25,"endTime":1795168802.75,"completionStartTime":1795168800.75,"stream":true,"model":"gpt-5.4-mini","custom_llm_provider":"openai","prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"response_cost":0.000165}
{"id":"chatcmpl-2","call_type":"acompletion","status":"failure","startTime":1795168801.25,"endTime":1795168802,"model":"gpt-5.4-mini","custom_llm_provider":"openai","error_information":{"error_code":"429","error_class":"RateLimitError","error_message":"slow"}}
END
cat >"$T/helicone.json" <<END
[
  {"request_id":"r-1","request_created_at":"2026-11-20T10:00:03Z","response_status":200,"provider":"ANTHROPIC","request_model":"claude-haiku-4-5",
   "delay_ms":1500,"time_to_first_token":300,"prompt_tokens":10,"completion_tokens":5,"costUSD":0.25},
  {"request_id":"r-2","request_created_at":"2026-11-20T10:00:04Z","response_status":-3,"provider":"ANTHROPIC","request_model":"claude-haiku-4-5"}
]
END
cat >"$T/langfuse.jsonl" <<END
{"id":"o-0","trace_id":"t-1","type":"SPAN","start_time":"2026-11-20 10:00:05.000000","usage_details":{},"level":"DEFAULT"}
{"id":"o-1","trace_id":"t-1","parent_observation_id":"o-0","type":"GENERATION","start_time":"2026-11-20 10:00:05.123456","end_time":"2026-11-20 10:00:06.123456","provided_model_name":"gemini-2.5-flash","usage_details":{"input":40,"input_cached_tokens":60,"output":7,"total":107},"cost_details":{"input":0.001},"total_cost":0.001}
END
echo '{"id":"o-1","traceId":"t-1","parentObservationId":"o-0","type":"GENERATION","startTime":"2026-11-20T10:00:05.123Z","endTime":"2026-11-20T10:00:06.123Z","model":"gemini-2.5-flash","usageDetails":{"input":40,"input_cached_tokens":60,"output":7},"totalCost":0.001}' >"$T/langfuse-api.jsonl"

sonde import "$T/litellm.jsonl" "$T/helicone.json" "$T/langfuse.jsonl"
check "three exports" is 0
check "LiteLLM" out "2 lines, 2 added, 0 already there, 0 not understood: 2 lines litellm"
check "Helicone" out "2 lines, 2 added, 0 already there, 0 not understood: 2 lines helicone"
check "Langfuse" out "2 lines, 1 added, 0 already there, 0 not understood, 1 of something else than calls: 2 lines langfuse"
check "nothing to say" no_err
sonde metrics $DAY --json
check "sums of LiteLLM" out '"key":"openai"'
check "errors of LiteLLM" out '"rate_limited":1'
check "Helicone's state below 0 is an abort" out '"cancelled":1'
check "Langfuse: cached tokens are input too" out '"prompt_tokens":100,"completion_tokens":7'
cp "$T/out/out" "$T/first"

sonde import "$T/litellm.jsonl" "$T/helicone.json" "$T/langfuse.jsonl" "$T/langfuse-api.jsonl"
check "again: nothing new" n_out 4 " 0 added"
# The members the other way round, as another exporter may write them.
sed 's/^{\("id":"[^"]*"\),\(.*\)}$/{\2, \1}/' "$T/litellm.jsonl" >"$T/other.jsonl"
check "it is another file" grep -q ', "id":"chatcmpl-1"}$' "$T/other.jsonl"
sonde import --format litellm "$T/other.jsonl"
check "another order of members: nothing new" out "0 added, 2 already there"
sonde metrics $DAY --json
check "no figure has changed" cmp -s "$T/out/out" "$T/first"
sonde import --json "$T/langfuse.jsonl"
check "counts as JSON" out '"bad":0,"no_call":1,"formats":{"langfuse":2},"first_bad":[]'

echo '{"timestamp":"2026-11-20T12:00:00Z","provider":"openai","model":"m","request_id":"q"}' >"$T/simple.jsonl"
cat "$T/simple.jsonl" "$T/litellm.jsonl" "$T/simple.jsonl" >"$T/mixed.jsonl"
sonde import "$T/mixed.jsonl"
check "line by line" out "2 added, 2 already there, 0 not understood: 2 lines simple, 2 lines litellm"
sonde import "$T/mixed.jsonl"
check "a request id does not make a simple line another call" out "0 added, 4 already there"
sonde import --format simple "$T/helicone.json"
check "a format that is said is the one that is read" is 5
sonde import --format csv "$T/simple.jsonl"
check "no such format" exits 2 "auto, simple, litellm, helicone or langfuse"
sonde import --format
check "no format named" is 2

# ---- gzip ----

awk 'BEGIN { srand(1); for (i = 0; i < 500; i++)
	printf "{\"timestamp\":\"2026-11-21T10:00:00Z\",\"provider\":\"openai\",\"model\":\"m\",\"prompt_tokens\":%d,\"request_id\":\"%d\"}\n", i, rand() * 1e9
	}' >"$T/many.jsonl"
gzip -c "$T/many.jsonl" >"$T/many.gz"
sonde import "$T/many.gz"
check "gzip" out "500 lines, 500 added"
sonde import - <"$T/many.gz"
check "gzip from standard input, by no name" out "0 added, 500 already there"
sonde import "$T/many.jsonl"
check "the same unpacked" out "0 added, 500 already there"
cat "$T/many.gz" "$T/many.gz" >"$T/two.gz"
sonde import "$T/two.gz"
check "two members: equal lines are counted over both" out "1000 lines, 500 added, 500 already there"
rm -f "$T/data"/*
head -c 1500 "$T/many.gz" >"$T/cut.gz"
sonde import "$T/cut.gz"
check "cut: exit status" is 1
check "cut: one sentence" err "cut.gz: the gzip data ends too early; the lines before its end were taken"
check "cut: only that" [ "$(wc -l <"$T/out/err")" -eq 1 ]
n=$(sed -n 's/.*lines, \([0-9]*\) added.*/\1/p' "$T/out/out")
check "cut: what was whole is there" [ "${n:-0}" -gt 20 ]
check "cut: and nothing that was not understood" out " 0 not understood"
sonde import "$T/many.gz"
check "the whole file adds the rest" out "$((500 - n)) added, $n already there"
(head -c 1500 "$T/many.gz" && printf 'xxxxxxxxxx' && tail -c +1511 "$T/many.gz") >"$T/bad.gz"
sonde import "$T/bad.gz"
check "damaged: exit status" is 1
check "damaged: said" err "the gzip data"
head -c 300000000 /dev/zero | tr '\000' 'x' | gzip -1 >"$T/bomb.gz"
(ulimit -v 400000 2>/dev/null; sonde_env "$SONDE" import "$T/bomb.gz" >"$T/out/out" 2>"$T/out/err")
status=$?
case $(ldd "$SONDE" | grep -E "lib(asan|tsan)") in
'') check "300 MB in one line: passed over in little memory" is 5 ;;
*) skip "300 MB in one line" "the sanitizer needs the memory" ;;
esac
end
