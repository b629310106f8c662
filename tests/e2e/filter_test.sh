# Filters of metrics and calls: what they choose, that figures under them are those of the chosen calls, and what is said of a wrong one.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

SPAN="--since 2026-11-20 --until 2026-11-21"
row() { # SECOND MODEL MS USD ERROR
	printf '{"timestamp":"2026-11-20T10:00:%02dZ","provider":"openai","model":"%s","prompt_tokens":100,"completion_tokens":10,"latency_ms":%s,"cost_usd":%s,"error":%s}\n' "$@"
}
{
	row 1 gpt-5.4 2500 0.02 null
	row 2 gpt-5.4-mini 400 0.001 null
	row 3 gpt-5.4-mini 3000 0.003 null
	row 4 claude-haiku-4-5 900 0.004 null
	row 5 claude-haiku-4-5 90 0 '"rate_limited"'
} >"$T/log.jsonl"
sonde import "$T/log.jsonl"

sonde metrics $SPAN --filter 'model=gpt-5* latency>2s' --by model --json
check "metrics of two models" n_out 2 '"key":"gpt-5.4'
check "exact sums: the first" out '"key":"gpt-5.4","total_invocations":1,"total_tokens":110,"prompt_tokens":100,"completion_tokens":10,"total_cost_usd":0.02'
check "exact sums: the second" out '"key":"gpt-5.4-mini","total_invocations":1,"total_tokens":110,"prompt_tokens":100,"completion_tokens":10,"total_cost_usd":0.003'
sonde metrics $SPAN --filter 'status=err or cost>0.01' --json
check "or" out '"total_invocations":2'
sonde metrics $SPAN --filter 'not (status=err or cost>0.01)' --json
check "not" out '"total_invocations":3'
sonde metrics $SPAN --filter 'model=gpt-5*' --filter 'cost>0.01' --json
check "several must all be met" out '"total_invocations":1'
sonde metrics $SPAN --filter 'model=gpt-5*'
check "the table says that it is counted from the calls" out "Counted from the calls that meet the filter"
sonde metrics $SPAN --filter 'nothing-like-it'
check "nothing found" out "No call of this span meets the filter"
sonde metrics $SPAN --filter ' '
check "a blank filter is none" out "openai"
sonde calls --filter 'model=gpt-5.4-mini latency<1s' --json
check "calls" n_out 1 '"id":'
sonde calls --filter 'cost<0.004' --model gpt-5.4-mini --json
check "with other options" n_out 2 '"id":'
sonde calls --model 'x" or model~"gpt' --json
check "a name is a value, whatever is in it" n_out 0 '"id":'
sonde calls --filter 'status=429' --errors
check "an error by its class" out "No such calls"
sonde calls --filter 'since=2026-11-20T10:00:04' --json
check "since" n_out 2 '"id":'

for command in metrics calls; do
	sonde "$command" --filter 'modle=gpt-5.4'
	check "$command: an unknown field" exits 2 'there is no field "modle" (column 1)'
	check "$command: and the nearest" err "did you mean model?"
	sonde "$command" --filter 'model=x latency>2'
	check "$command: a time without its unit" exits 2 'not "2" (column 17)'
done
end
