# What a run would cost before it is sent: sonde run --dry-run against what the simulated provider then bills, ranges of answers before, and the budget.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

# figure NAME: the first one of that name in the output.
figure() { grep -oE "\"$1\":[0-9.]+" "$T/out/out" | head -n 1 | cut -d: -f2; }
# within PERCENT A B: A is as much as B, so far.
within() { awk -v p="$1" -v a="$2" -v b="$3" 'BEGIN { d = a > b ? a - b : b - a; exit !(b > 0 && d * 100 <= p * b) }'; }
between() { awk -v low="$1" -v x="$2" -v high="$3" 'BEGIN { exit !(x + 0 >= low + 0 && x + 0 <= high + 0) }'; }

start_simulator --rate 20000

for target in openai/gpt-5.4-mini anthropic/claude-haiku-4-5 gemini/gemini-2.5-flash; do
	for prompt in 'Name three rivers.' "$(head -c 6000 "$SONDE_SRCDIR/LICENSE")"; do
		sonde run --dry-run -m $target -o max_tokens=60 -s 'You write for the on-call engineers of Atlas. Be exact and never guess.' "$prompt"
		check "dry run: $target" is 0
		guess=$(figure input_tokens) low=$(figure low) cost_low=$(grep -oE '"cost_usd":\{"low":[0-9.]+' "$T/out/out" | grep -oE '[0-9.]+$')
		cost_high=$(grep -oE '"cost_usd":\{"low":[0-9.]+,"high":[0-9.]+' "$T/out/out" | grep -oE '[0-9.]+$')
		check "an estimate says so" out '"exact":false'
		sonde run -q --json -m $target -o max_tokens=60 -s 'You write for the on-call engineers of Atlas. Be exact and never guess.' "$prompt"
		check "sent" is 0
		billed=$(figure input_tokens) cost=$(figure cost_usd)
		echo "# $target: $guess tokens estimated, $billed billed; \$$cost_low to \$$cost_high estimated, \$$cost billed"
		check "as many tokens as estimated, within a quarter" within 25 "$guess" "$billed"
		check "a cost within what was told, or a quarter of the input off" between "$(echo "$cost_low" | awk '{ print $1 * 0.75 }')" "$cost" \
			"$(echo "$cost_high" | awk '{ print $1 * 1.25 }')"
	done
done
sonde run --dry-run -m openai/gpt-5.4-mini -o max_tokens=60 hello
check "without a past: by the limit" out '"output_tokens":{"low":0,"high":60,"past_answers":0}'
sonde run --dry-run -m anthropic/claude-haiku-4-5 hello
check "or by the limit that is sent where none is set" sh -c 'grep -q "\"max_tokens\":4096" "$1" && grep -q "\"high\":4096" "$1"' - "$T/out/out"
sonde run --dry-run -m ollama/llama3.1:8b hello
check "a model of this machine costs nothing" out '"cost_usd":{"low":0,"high":0}'
sonde run --dry-run -m openai/nobody-knows hello
check "without a price nothing is told" out '"cost_usd":{"low":null,"high":null}'

# Ten answers of 10 to 100 tokens, all but the shortest and the longest.
for i in 1 2 3 4 5 6 7 8 9 10; do
	printf '{"timestamp":"2026-11-20T10:00:%02dZ","provider":"openai","model":"gpt-5.4-mini","operation":"chat","prompt_tokens":50,"completion_tokens":%d,"latency_ms":5}\n' \
		$i $((10 * i))
done >"$T/calls.jsonl"
sonde import "$T/calls.jsonl"
check "answers before" is 0
sonde run --dry-run -m openai/gpt-5.4-mini hello
check "are the range" out '"output_tokens":{"low":20,"high":90,"past_answers":10}'
sonde run --dry-run -m openai/gpt-5.4-mini -o max_tokens=50 hello
check "up to the limit" out '"output_tokens":{"low":20,"high":50,"past_answers":10}'

# The budget: what is left of it is less than the least that both targets cost.
sonde metrics --budget --json
printf 'budget: {month: 0.000001}\n' >"$T/config.yaml"
rm -rf "$T/data" && mkdir "$T/data"
sonde run --dry-run -m openai/gpt-5.4-mini -m anthropic/claude-haiku-4-5 hello
check "a dry run is no matter of money" is 0
sonde run -m openai/gpt-5.4-mini -m anthropic/claude-haiku-4-5 hello
check "a run over the budget" exits 6 "not sent: it costs at least"
check "says of which" err "of the month's budget is left"
check "nothing was sent" [ ! -s "$T/out/out" ]
sonde run --cache -m openai/gpt-5.4-mini hello
check "what may be answered from the cache is not refused before" is 0
printf 'budget: {month: 10}\n' >"$T/config.yaml"
sonde run -q -m openai/gpt-5.4-mini -m anthropic/claude-haiku-4-5 hello
check "within it" is 0
end
