# Help, suggestions, models, doctor, configuration with mistakes, screens, simulate and demo.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

sonde help
check "help" is 0
check "help names no error" no_err
commands=$(sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p' "$T/out/out" | grep -v '^help$')
check "help lists the commands" [ "$(echo "$commands" | wc -l)" -ge 10 ]
for command in $commands; do
	sonde help "$command"
	check "help $command" grep -q "^usage: sonde \[*$command" "$T/out/out"
	cp "$T/out/out" "$T/help"
	sonde "$command" --help
	check "$command --help is the same" cmp -s "$T/out/out" "$T/help"
	check "$command --help ends well" is 0
	sonde "$command" -h
	check "$command -h is the same" cmp -s "$T/out/out" "$T/help"
	sonde "$command" --no-such-option
	check "$command: wrong usage is told whole" exits 2 "(sonde help $command)"
done
sonde --version
check "--version" out "sonde "

# A closed descriptor is not taken by the next file opened.
: >"$T/out/out"
sonde_env "$SONDE" demo <&- >&- 2>"$T/out/err"
status=$?
check "closed stdout" exits 1 "cannot write the output: Bad file descriptor"
sonde_env "$SONDE" import - <&- >"$T/out/out" 2>"$T/out/err"
status=$?
check "closed stdin" exits 1 "Bad file descriptor"
rm -f "$T"/data/*
sonde metrcs
check "unknown command: suggestion" exits 2 "did you mean 'sonde metrics'?"
sonde xyzzy
check "unknown command: nothing near" exits 2 "sonde help lists all"
sonde help metrcs
check "help of an unknown command" exits 2 "did you mean 'sonde metrics'?"
sonde "$(printf 'a\033]0;x\007')"
check "hostile command: cleaned" [ "$(grep -c "$(printf '\033')" "$T/out/err")" -eq 0 ]

# command, arguments, what is said: all of them wrong usage
while IFS='|' read -r command text; do
	sonde $command
	check "sonde $command: wrong usage" exits 2 "$text"
done <<END
metrics --since never|is no time
metrics --by colour|takes provider, model, operation or prompt
metrics --since 1h --until 2h|later than
metrics --budget extra|ask the store
metrics --check err|column 4: err is compared by
metrics --check p95=3s|column 4: p95 is compared by
metrics --check errr<2%|did you mean err
metrics --check err<2|column 5: err is a percentage
metrics --check|lacks its value
metrics --min-calls 0|--min-calls: '0' is no whole number
metrics --output x|go with --csv
metrics --csv --check err<2%|does not go with
metrics --budget --check err<2%|it takes --json and nothing else
metrics --budget --by model|it takes --json and nothing else
metrics --json --csv|does not go with
metrics --until 2020-01-01|24h unless given
calls --force|go with --csv or --jsonl
calls show 1 --csv|show takes --json
calls -n 0|-n: '0' is no whole number from 1
calls --json --csv|do not go together
calls --csv --jsonl|do not go together
calls --since 1h --until 2h|later than
run --json --jsonl hi|one --json or --jsonl
run --retries x hi|--retries: 'x' is no whole number from 0
calls list|is not
calls show|takes one id
calls --nope|sonde help calls
import|no file was named
import --nope x|sonde help import
models a b|more than one filter
models --nope|sonde help models
doctor extra|takes no argument
screen|name one screen
screen nope|play, metrics
screen play --size 1x1|no size
screen play --theme pink|no theme
screen play --glyphs pink|no glyph level
simulate extra|unexpected argument
simulate --nope|'--nope' is no option of sonde simulate
simulate --fail|'--fail' of sonde simulate lacks its value
simulate --fail nope=1|known kind
simulate --fail 429=2|between 0 and 1
simulate --listen 0.0.0.0:0|this machine only
simulate --ttft -1|milliseconds from 0
simulate --rate 0|above 0
doctor --json=5|takes no value
simulate --listen 127.0.0.1:99999|ADDRESS:PORT
simulate --rate fast|takes a number
demo extra|no arguments
END

sonde calls show ""
check "calls show without an id" exits 2 "show takes one id"
sonde store backup ""
check "store backup without a name" exits 2 "the name of one new file"
sonde metrics --filter 'cost>lots'
check "a filter's value is told with its field" exits 2 "cost is US dollars such as 0.01, not \"lots\" (column 6)"
: >"$T/empty"
sonde run -m ollama/x --attach "$T/empty" hi
check "attach: an empty file" exits 2 "attach another one"
head -c 65M /dev/zero >"$T/large"
for words in "--attach" "--schema" "--tools"; do
	sonde run -m ollama/x $words "$T/large" hi
	check "$words: too large a file" exits 2 "large: it is over 64 MiB"
done
VARIABLES="SONDE_CONFIG=$T/large"
sonde run -m ollama/x hi
check "too large a configuration" exits 4 "large: it is over 4 MiB"
VARIABLES=
rm "$T/large"
sonde import /no/such/file
check "import of a missing file" exits 1 "/no/such/file"
echo nonsense >"$T/bad.jsonl"
sonde import "$T/bad.jsonl"
check "import of nothing but nonsense" is 5

# ---- models and doctor ----

sonde models
check "models" out "gpt-5.4-mini"
sonde models --json CLAUDE-haiku
check "models: filter in any case" out '"model":"claude-haiku-4-5"'
check "models: nobody else" n_out 0 '"provider":"openai"'
check "models: not available without a key" n_out 0 '"available":true'
sonde models no-such-model
check "models: none" no_out
sonde doctor
check "doctor" out "no problems found"
check "doctor: what to do next" out "no provider is set up yet"
check "doctor ends well" is 0
VARIABLES="OPENAI_API_KEY=sk-$SECRET"
sonde doctor --json
check "doctor: where the key comes from" out '"origin":"OPENAI_API_KEY in the environment"'
check "doctor makes nothing" [ -z "$(ls -A "$T/home")" ]

mkdir "$T/allowed"
cat >"$T/allowed/config.yaml" <<END
providers:
  a: {kind: opnai}
  b: {kind: openai, base_url: "ftp://x"}
  c: {kind: openai, api_key: sk-$SECRET}
  d: {kind: openai, timeout_s: -1}
  e: {kind: openai, max_in_flight: lots}
targets:
  f: {model: not-there-at-all}
  default: g
ui:
  theme: pink
  mouse: maybe
colour: red
END
VARIABLES="$VARIABLES SONDE_CONFIG=$T/allowed/config.yaml"
sonde doctor
check "ten mistakes: doctor shows all ten" [ "$(grep -c '^  ! config.yaml:[0-9]*:[0-9]*: ' "$T/out/out")" -eq 10 ]
check "ten mistakes: doctor counts them" out "10 problems in the configuration"
check "ten mistakes: doctor ends with 4" is 4
sonde run -m openai/x hello
check "ten mistakes: run shows all ten" [ "$(grep -c '^sonde: config.yaml:[0-9]*:[0-9]*: ' "$T/out/err")" -eq 10 ]
check "ten mistakes: run ends with 4" exits 4 "did you mean openai?"
check "a refused key is not repeated" [ "$(grep -c "$SECRET" "$T/out/err")" -eq 0 ]
sonde models
check "ten mistakes: models work" is 0
VARIABLES="SONDE_CONFIG=$T/nowhere.yaml"
sonde run -m ollama/x hello
check "a named configuration that is not there" exits 4 "configuration: cannot read"
printf 'a: [b\n' >"$T/broken.yaml"
VARIABLES="SONDE_CONFIG=$T/broken.yaml"
sonde doctor
check "broken YAML" is 4
check "broken YAML: the place" out "broken.yaml:"
VARIABLES=

# ---- screens ----

rm -f "$T"/data/*
for screen in play metrics welcome; do
	sonde screen "$screen"
	check "screen $screen" is 0
	check "screen $screen: 24 lines" [ "$(wc -l <"$T/out/out")" -eq 24 ]
	check "screen $screen: the tabs" out "Metrics"
	check "screen $screen makes no store" [ -z "$(ls -A "$T/data")" ]
	check "screen $screen: plain text" [ "$(count "$(printf '\033')")" -eq 0 ]
	sonde screen "$screen" --plain
	check "screen $screen in plain: nothing is drawn" [ "$(LC_ALL=C grep -cP '\xe2[\x94-\x97\xa0-\xa3]' "$T/out/out")" -eq 0 ]
	check "screen $screen in plain: words" out "2 Play"
	for size in 20x4 80x24 120x40 400x150; do
		sonde screen "$screen" --size "$size" --theme ansi --glyphs ascii
		check "screen $screen at $size" [ "$(wc -l <"$T/out/out")" -eq "${size#*x}" ]
	done
done
echo 'ui: {plain: on}' >"$T/config.yaml"
sonde screen play
check "screen: plain by the configuration" out "2 Play, shown"
: >"$T/config.yaml"
sonde screen play --keys 'nonsense-key'
check "screen: unknown key" is 2

# ---- simulate and demo ----

start_simulator
check "simulate says that it simulates" grep -q '^# SIMULATED' "$T/sim.out"
check "simulate prints exports" [ "$(grep -c '^export [A-Z_]*=' "$T/sim.out")" -eq 15 ]
sonde run -m ollama/missing-model hello
check "a model that is not there: how to get it" exits 8 'get the model with `ollama pull missing-model`'
sonde simulate --listen 127.0.0.1:$PORT
check "simulate on a port in use" exits 1 "Address already in use"
kill -TERM "$SIM"
wait "$SIM"
status=$?
SIM=
check "simulate ends in order" is 0
check "simulate counts" grep -q "stopped after" "$T/sim.err"

VARIABLES=
rm -f "$T"/data/*
sonde demo </dev/null
check "demo without a terminal" is 0
check "demo: four targets answer" [ "$(grep -c 'SIMULATED$' "$T/out/out")" -ge 4 ]
check "demo leaves nothing behind" [ -z "$(ls -A "$T/home")$(ls -A "$T/data")" ]
sonde demo --plain </dev/null
check "demo in plain: the screen, too" [ "$(LC_ALL=C grep -cP '\xe2[\x94-\x97\xa0-\xa3]' "$T/out/out")" -eq 0 ]
check "demo: no directory of its own" [ -z "$(find "$T" -mindepth 1 -maxdepth 1 -name 'sonde*')" ]
end
