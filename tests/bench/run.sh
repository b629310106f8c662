#!/bin/sh
# run.sh SRCDIR BUILDDIR - measures sonde beside its peers on this machine and prints one table:
#   what | measured | peer | ratio | target
# A row that misses its target ends in MISSED; that is information, not a failure: other work on the machine shows in the times.
# Exit status 1: a benchmark could not run, or `sonde metrics` differs from the exact figures (tests/bench/exact.py).
# BENCH_LINES (1000000), BENCH_REPEATS (3) and BENCH_ONLY (store text diff token template stream client start console) make it shorter. Needs python3 for the logs.
# BENCH_ONLY=scale is run only when named: figures of BENCH_LINES calls beside ten times as many (4 GB in TMPDIR, some minutes).
set -eu

srcdir=$(cd "${1:?usage: run.sh SRCDIR BUILDDIR}" && pwd)
builddir=$(cd "${2:?usage: run.sh SRCDIR BUILDDIR}" && pwd)
lines=${BENCH_LINES:-1000000}
repeats=${BENCH_REPEATS:-3}
only=${BENCH_ONLY:-store text diff token template stream client start console}
sonde=$builddir/sonde
failed=0
simulators=

dir=$(mktemp -d "${TMPDIR:-/tmp}/sonde-bench-XXXXXX")
cleanup() {
	for pid in $simulators; do
		kill "$pid" 2>/dev/null || true
	done
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
# Nothing of the person who runs it.
HOME=$dir
export HOME
unset SONDE_CONFIG SONDE_DATA XDG_CONFIG_HOME XDG_DATA_HOME OPENAI_API_KEY OPENAI_BASE_URL ANTHROPIC_API_KEY ANTHROPIC_BASE_URL \
	GEMINI_API_KEY GOOGLE_API_KEY GEMINI_BASE_URL OLLAMA_HOST || true
LC_ALL=C.UTF-8
export LC_ALL

variable() {
	sed -n "s/^$1 = //p" "$builddir/Makefile"
}
cc=$(variable CC)
libs="$(variable JANSSON_LIBS) $(variable ZLIB_LIBS) $(variable SQLITE_LIBS) $(variable YAML_LIBS) $(variable PCRE2_LIBS) $(variable EV_LIBS) $(variable UNISTRING_LIBS) \
	-ldl -lm -lutil -pthread"
build() {
	# Lists of words on purpose.
	# shellcheck disable=SC2046,SC2086
	$cc -std=c11 -D_GNU_SOURCE -O2 -g -I"$srcdir/src" -I"$srcdir" -I"$builddir" $(variable SQLITE_CFLAGS) $(variable JANSSON_CFLAGS) \
		-o "$dir/$1" "$srcdir/tests/bench/$1.c" "$builddir/libsonde.a" $libs ${2:-}
}
wants() {
	case " $only " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}
run() {
	"$@" || failed=1
}
seconds() {
	date +%s.%N
}
# least BEGAN ENDED BEST: the shorter of this time and the best so far.
least() {
	echo "$2 $1 ${3:-1e9}" | awk '{ t = $1 - $2; print (t < $3 ? t : $3) }'
}
# row WHAT OURS PEER_NAME PEERS TARGET: seconds; the ratio is theirs by ours.
row() {
	awk -v what="$1" -v ours="$2" -v peer="$3" -v theirs="$4" -v target="$5" 'BEGIN {
		ratio = theirs / ours
		printf "%s | %.2f s | %s %.2f s | %.3g | >= %s%s\n", what, ours, peer, theirs, ratio, target, (ratio >= target ? "" : " MISSED")
	}'
}

bench_store() {
	build store_bench
	# The last day, of which all levels of rollups are kept.
	end=$(date -u +%Y-%m-%dT%H:00:00Z)
	since=$(date -u -d "$end - 86400 seconds + 451 seconds" +%Y-%m-%dT%H:%M:%S.417Z)
	until=$(date -u -d "$end - 1077 seconds" +%Y-%m-%dT%H:%M:%S.009Z)
	mkdir "$dir/stores"
	python3 "$srcdir/tests/bench/make_jsonl.py" --lines "$lines" --days 1 --few --end "$end" --out "$dir/calls.jsonl"
	run "$dir/store_bench" import "5 combinations" "$dir/stores" "$dir/calls.jsonl" "$repeats"
	python3 "$srcdir/tests/bench/make_jsonl.py" --lines "$lines" --days 1 --end "$end" --out "$dir/calls.jsonl"
	run "$dir/store_bench" import "40 combinations" "$dir/stores" "$dir/calls.jsonl" "$repeats"
	rm -rf "$dir/stores"
	import_best=
	python_best=
	log_best=
	node_best=
	for _ in $(seq "$repeats"); do
		began=$(seconds)
		"$sonde" metrics "$dir/calls.jsonl" --by provider --since $since --until $until --json >"$dir/log.json"
		middle=$(seconds)
		if command -v node >/dev/null; then
			node "$srcdir/tests/bench/report.js" "$dir/calls.jsonl" $since $until >/dev/null
		fi
		ended=$(seconds)
		log_best=$(least "$began" "$middle" "$log_best")
		node_best=$(least "$middle" "$ended" "$node_best")
		rm -rf "$dir/data"
		began=$(seconds)
		SONDE_DATA=$dir/data "$sonde" import "$dir/calls.jsonl" >"$dir/import.txt"
		SONDE_DATA=$dir/data "$sonde" metrics --by provider --since $since --until $until --json >"$dir/metrics.json"
		middle=$(seconds)
		python3 "$srcdir/tests/bench/exact.py" "$dir/calls.jsonl" --since $since --until $until >/dev/null
		ended=$(seconds)
		import_best=$(least "$began" "$middle" "$import_best")
		python_best=$(least "$middle" "$ended" "$python_best")
	done
	row "metrics of a log, nothing stored" "$log_best" "python: read, group, sort" "$python_best" 15
	if command -v node >/dev/null; then
		row "the same" "$log_best" "node: read, group, sort" "$node_best" 6
	fi
	exact=$(python3 "$srcdir/tests/bench/exact.py" "$dir/calls.jsonl" --since $since --until $until --check "$dir/log.json") || failed=1
	echo "the same against exact figures | ${exact:-different} | python: read, group, sort | - | 0 differences, percentiles within 2 %"
	row "import and metrics, two commands" "$import_best" "python: read, group, sort" "$python_best" 3.5
	began=$(seconds)
	SONDE_DATA=$dir/data "$sonde" metrics --by provider --since $since --until $until --json >/dev/null
	metrics_took=$(echo "$(seconds) $began" | awk '{ print $1 - $2 }')
	row "metrics once stored, the command" "$metrics_took" "python: read, group, sort" "$python_best" 100
	exact=$(python3 "$srcdir/tests/bench/exact.py" "$dir/calls.jsonl" --since $since --until $until --check "$dir/metrics.json") || failed=1
	echo "metrics against exact figures | ${exact:-different} | python: read, group, sort | - | 0 differences, percentiles within 2 %"
	first=$(date -u -d "$end - 723355 seconds" +%Y-%m-%dT%H:%M:%S.678Z)
	last=$(date -u -d "$end - 3600 seconds" +%Y-%m-%dT%H:%M:%S.001Z)
	# Lines in any order, over more than the finest rollups are kept for: the figures must not care.
	python3 "$srcdir/tests/bench/make_jsonl.py" --lines 50000 --days 9 --shuffle --seed 5 --end "$end" \
		--out "$dir/shuffled.jsonl"
	SONDE_DATA=$dir/shuffled "$sonde" import "$dir/shuffled.jsonl" >/dev/null
	SONDE_DATA=$dir/shuffled "$sonde" metrics --by provider --since $first --until $last --json >"$dir/shuffled.json"
	exact=$(python3 "$srcdir/tests/bench/exact.py" "$dir/shuffled.jsonl" --since $first --until $last \
		--check "$dir/shuffled.json") || failed=1
	echo "the same, 9 days in any order | ${exact:-different} | python: read, group, sort | - | 0 differences, percentiles within 2 %"
	rm -rf "$dir/data" "$dir/shuffled" "$dir/calls.jsonl"
}

bench_scale() {
	build store_bench
	build pty_bench
	many=$((lines * 10))
	end=$(date -u +%Y-%m-%dT%H:00:00Z)
	for n in "$lines" "$many"; do
		python3 "$srcdir/tests/bench/make_jsonl.py" --lines "$n" --days 30 --end "$end" --out "$dir/calls.jsonl"
		SONDE_DATA=$dir/$n "$sonde" import "$dir/calls.jsonl" >/dev/null
		rm "$dir/calls.jsonl"
	done
	run "$dir/store_bench" scale "$dir/$lines" "$dir/$many"
	SONDE_DATA=$dir/$many run "$dir/pty_bench" idle "$many calls, on Metrics" "4" 64 "$sonde"
	rm -rf "${dir:?}/$lines" "${dir:?}/$many"
}

# simulate RATE: starts a simulator and points the providers at it.
simulate() {
	"$sonde" simulate --listen 127.0.0.1:0 --rate "$1" >"$dir/simulate-$1.sh" 2>/dev/null &
	simulators="$simulators $!"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		if grep -qs OLLAMA_HOST "$dir/simulate-$1.sh"; then
			break
		fi
		sleep 0.2
	done
	# shellcheck disable=SC1090
	. "$dir/simulate-$1.sh"
}

# Each row begins anew, not where the one before ended.
pty_of() {
	rm -f "$dir/full/session.json" "$dir/empty/session.json"
	"$dir/pty_bench" "$@"
}
# One call a second into the store of the next rows.
call_each_second() {
	while sleep 1; do
		SONDE_DATA=$dir/full "$sonde" run -m openai/gpt-5.4-mini hello >/dev/null 2>&1 || true
	done &
	simulators="$simulators $!"
}

bench_console() {
	build pty_bench
	pty=pty_of
	python3 "$srcdir/tests/bench/make_jsonl.py" --lines 100000 --days 1 --out "$dir/recent.jsonl"
	SONDE_DATA=$dir/full "$sonde" import "$dir/recent.jsonl" >/dev/null
	SONDE_DATA=$dir/empty "$sonde" import /dev/null >/dev/null 2>&1 || true
	run "$pty" frame "demo" 15 "$sonde" demo
	SONDE_DATA=$dir/empty run "$pty" frame "empty store" 15 "$sonde"
	SONDE_DATA=$dir/full run "$pty" frame "100,000 calls" 40 "$sonde"
	SONDE_DATA=$dir/empty run "$pty" idle "empty store" "" 12 "$sonde"
	SONDE_DATA=$dir/full run "$pty" idle "100,000 calls, on Metrics" "4" 24 "$sonde"
	SONDE_DATA=$dir/full run "$pty" keys "Metrics, list move" "4" "j k" 400 "$sonde"
	SONDE_DATA=$dir/full run "$pty" keys "screen switch" "" "4 2" 8000 "$sonde"
	SONDE_DATA=$dir/full run "$pty" resize "Metrics, 100,000 calls" "4" 16 "$sonde"
	run "$pty" resize "Play of the demo" "" 16 "$sonde" demo
	simulate 200
	SONDE_DATA=$dir/full run "$pty" keys "Play, typing a prompt" "e" "t o k e n s" 400 "$sonde"
	SONDE_DATA=$dir/full run "$pty" idle "100,000 calls, a prompt written" "e h ESC" 24 "$sonde"
	SONDE_DATA=$dir/full run "$pty" keys "Play, 4 columns at 200 tok/s, next column" "e PASTE ESC F5" "TAB" 4000 "$sonde"
	SONDE_DATA=$dir/full run "$pty" keys "Metrics, 4 columns at 200 tok/s behind, list move" "e PASTE ESC F5 4" "j k" 4000 "$sonde"
	simulate 100
	SONDE_DATA=$dir/full run "$pty" stream "Play, 4 columns at 100 tok/s" "e PASTE ESC F5" 8000 "$sonde"
	call_each_second
	SONDE_DATA=$dir/full run "$pty" stream "Metrics, a call a second" "4" 1500 "$sonde"
	if command -v htop >/dev/null 2>&1; then
		"$pty" frame "htop" 0 htop || true
		"$pty" idle "htop" "" 0 htop || true
		"$pty" keys "htop, list move" "DOWN" "DOWN UP" 0 htop -d 100 || true
		"$pty" resize "htop" "" 0 htop -d 100 || true
		"$pty" stream "htop, a refresh a second" "" 0 htop -d 10 || true
	fi
	if command -v tig >/dev/null 2>&1 && [ -e "$srcdir/.git" ]; then
		cd "$srcdir"
		"$pty" frame "tig" 0 tig || true
		"$pty" idle "tig" "" 0 tig || true
		"$pty" keys "tig, list move" "" "j k" 0 tig || true
		"$pty" resize "tig" "" 0 tig || true
		cd "$builddir"
	fi
}

# Beside npm's tiktoken, which brings the vocabulary too; without it the estimate alone.
bench_token() {
	build token_bench
	if (mkdir "$dir/npm" && cd "$dir/npm" && timeout 60 npm install --no-save --no-audit --no-fund --cache "$dir/npm/cache" --prefix "$dir/npm" tiktoken) \
		>/dev/null 2>&1; then
		"$sonde" tokens --ranks "$dir/npm/node_modules/tiktoken/encoders/o200k_base.json" /dev/null >/dev/null
		run "$dir/token_bench" "$dir" "$dir/npm"
	else
		echo "bench: npm cannot fetch tiktoken: no comparison with it" >&2
		run "$dir/token_bench" "$dir"
	fi
}

echo "what | measured | peer | ratio | target"
if wants store; then
	bench_store
fi
if wants scale; then
	bench_scale
fi
if wants text; then
	build text_bench
	run "$dir/text_bench"
fi
if wants diff; then
	build diff_bench
	run "$dir/diff_bench" "$dir"
fi
if wants token; then
	bench_token
fi
if wants template; then
	build template_bench
	run "$dir/template_bench" "$dir" "$srcdir/tests/bench/nunjucks.js"
fi
if wants stream; then
	build stream_bench
	run "$dir/stream_bench"
fi
if wants client; then
	build client_bench -lcurl
	SONDE_DATA=$dir/client run "$dir/client_bench" "$sonde"
fi
if wants start; then
	build start_bench
	run "$dir/start_bench" "$sonde"
fi
if wants console; then
	bench_console
fi
exit $failed
