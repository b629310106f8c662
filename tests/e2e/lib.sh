# lib - what the end-to-end tests share: a clean environment, a simulator on a free port, and checks that print TAP.
# Read with "." by tests/e2e/*_test.sh. The program is $SONDE; everything it may touch lies below $T, which goes away at the end.
# Dummy keys all hold $SECRET, so that one search shows whether any of them got anywhere.

SONDE=${SONDE:-./sonde}
T=$(mktemp -d "${TMPDIR:-/tmp}/sonde-e2e-XXXXXX") || exit 99
SECRET=kEy4ab1d77e
N=0
SIM=
EXEC=
VARIABLES=
mkdir "$T/home" "$T/data" "$T/out"
: >"$T/config.yaml"

finish() {
	stop_simulator
	chmod -R u+rwx "$T" 2>/dev/null
	rm -rf "$T"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# sonde ARGS...: runs it; stdout and stderr go to $T/out/out and $T/out/err, the status to $status. $VARIABLES holds more NAME=VALUE words.
sonde() {
	sonde_env "$SONDE" "$@" >"$T/out/out" 2>"$T/out/err"
	status=$?
}

# $EXEC is "exec" where the process itself is meant, as for a signal.
sonde_env() {
	$EXEC env -i HOME="$T/home" PATH="$PATH" TMPDIR="$T" LC_ALL=C.UTF-8 TZ=UTC ASAN_OPTIONS="${ASAN_OPTIONS-}" UBSAN_OPTIONS="${UBSAN_OPTIONS-}" \
		SONDE_DATA="$T/data" SONDE_CONFIG="$T/config.yaml" $VARIABLES "$@"
}

# start_simulator ARGS...: sets $PORT, and $VARIABLES to its base URLs with dummy keys.
start_simulator() {
	stop_simulator
	: >"$T/sim.out"
	env -i PATH="$PATH" ASAN_OPTIONS="${ASAN_OPTIONS-}" "$SONDE" simulate --listen 127.0.0.1:0 --ttft 0 "$@" >"$T/sim.out" 2>"$T/sim.err" &
	SIM=$!
	soon grep -q OLLAMA_HOST "$T/sim.out"
	PORT=$(sed -n 's/^export OLLAMA_HOST=.*:\([0-9]*\)$/\1/p' "$T/sim.out")
	if [ -z "$PORT" ]; then
		echo "Bail out! no simulator: $(cat "$T/sim.err")"
		exit 99
	fi
	VARIABLES=$(sed -n -e "s/=simulated\$/=sk-$SECRET/" -e 's/^export //p' "$T/sim.out" | tr '\n' ' ')
}

# soon COMMAND...: waits until it succeeds; false when it does not within a minute.
soon() {
	for i in $(seq 600); do
		"$@" && return
		sleep 0.1
	done
	return 1
}

stop_simulator() {
	if [ -n "$SIM" ]; then
		kill "$SIM" 2>/dev/null
		wait "$SIM" 2>/dev/null
		SIM=
	fi
}

# check NAME COMMAND...: one line of TAP; what the program said last is shown with a failure.
check() {
	name=$1
	shift
	N=$((N + 1))
	if "$@"; then
		echo "ok $N - $name"
	else
		echo "not ok $N - $name"
		echo "# status ${status-}, failed: $*"
		sed 's/^/# out: /' "$T/out/out" | head -n 20
		sed 's/^/# err: /' "$T/out/err" | head -n 20
	fi
}

skip() {
	N=$((N + 1))
	echo "ok $N - $1 # SKIP $2"
}

end() {
	check "no key in any output or file" no_secret
	echo "1..$N"
}

is() { [ "$status" -eq "$1" ]; }
# Fixed text in what was said last; in any order of several words: call it twice.
out() { grep -qF -e "$1" "$T/out/out"; }
err() { grep -qF -e "$1" "$T/out/err"; }
no_out() { [ ! -s "$T/out/out" ]; }
no_err() { [ ! -s "$T/out/err" ]; }
# How often a text stands in the output.
count() { grep -oF -e "$1" "$T/out/out" | wc -l | tr -d ' '; }
n_out() { [ "$(count "$2")" -eq "$1" ]; }
# exits STATUS ERR: with that status, nothing on stdout and that on stderr.
exits() { is "$1" && no_out && err "$2"; }
no_secret() {
	hits=$(grep -rlaF "$SECRET" "$T" | grep -v "^$T/allowed/")
	[ -z "$hits" ] || {
		echo "# $SECRET stands in $hits"
		false
	}
}
