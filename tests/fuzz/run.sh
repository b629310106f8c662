#!/bin/sh
# run.sh SRCDIR [SECONDS] - runs each fuzzer of tests/fuzz for SECONDS (10) and says what it found, one line a target.
# Builds the library a second time, instrumented, in fuzz.dir of the current directory. Findings stay there, in NAME.found/.
# Exit status: 0 nothing found, 1 something found or nothing built, 77 no clang or no fuzzer runtime on this machine.
set -eu

srcdir=$(cd "${1:?usage: run.sh SRCDIR [SECONDS]}" && pwd)
seconds=${2:-10}
clang=${FUZZ_CC:-clang}
dir=$(pwd)/fuzz.dir
sanitizers=address,undefined

mkdir -p "$dir"
echo 'int LLVMFuzzerTestOneInput(const char *s, unsigned long n); int LLVMFuzzerTestOneInput(const char *s, unsigned long n) { return !s && n; }' \
	>"$dir/probe.c"
if ! "$clang" -fsanitize=fuzzer,$sanitizers -o "$dir/probe" "$dir/probe.c" >"$dir/probe.log" 2>&1; then
	echo "fuzz: skipped: $clang cannot link a fuzzer (Debian: apt-get install clang); $(head -n 1 "$dir/probe.log")" >&2
	exit 77
fi

# A source tree that is configured in place refuses a build elsewhere: then from a copy without its objects.
build=$dir/build
if [ -f "$srcdir/config.status" ]; then
	mkdir -p "$dir/tree"
	(cd "$srcdir" && tar -cf - --exclude='*.o' --exclude='*.a' --exclude=.deps --exclude=.dirstamp \
		configure configure.ac Makefile.am Makefile.in aclocal.m4 config.h.in build-aux data src tests ui) | (cd "$dir/tree" && tar -xf -)
	top=$dir/tree
else
	top=$srcdir
fi

mkdir -p "$build"
if ! (cd "$build" && { [ -f Makefile ] || CC=$clang CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' "$top/configure" --enable-sanitizers=$sanitizers; } &&
	make -j2 libsonde.a) >"$dir/build.log" 2>&1; then
	tail -n 20 "$dir/build.log" >&2
	echo "fuzz: the library cannot be built with $clang (whole output: $dir/build.log)" >&2
	exit 1
fi

variable() {
	sed -n "s/^$1 = //p" "$build/Makefile"
}
flags="-std=c11 -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer,$sanitizers -fno-sanitize-recover=all -I$top/src -I$top -I$build \
	$(variable JANSSON_CFLAGS) $(variable SQLITE_CFLAGS) $(variable YAML_CFLAGS) $(variable ZLIB_CFLAGS)"
libs="$(variable JANSSON_LIBS) $(variable SQLITE_LIBS) $(variable YAML_LIBS) $(variable ZLIB_LIBS) $(variable EV_LIBS) $(variable UNISTRING_LIBS) $(variable PCRE2_LIBS) -ldl -lm -pthread"

failed=0
for source in "$top"/tests/fuzz/*_fuzz.c; do
	name=$(basename "$source" _fuzz.c)
	seeds=$top/tests/fuzz/corpus/$name
	found=$dir/$name.found
	mkdir -p "$dir/$name.corpus" "$found"
	# Lists of words on purpose.
	# shellcheck disable=SC2086
	if ! "$clang" $flags -o "$dir/$name" "$source" "$build/libsonde.a" $libs >"$dir/$name.log" 2>&1; then
		head -n 20 "$dir/$name.log" >&2
		echo "fuzz: $name: not built"
		failed=1
		continue
	fi
	[ -d "$seeds" ] || seeds=
	if (cd "$dir" && "./$name" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$found/" "$name.corpus" ${seeds:+"$seeds"}) >"$dir/$name.log" 2>&1; then
		echo "fuzz: $name: nothing found, $(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$name.log") runs," \
			"$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$dir/$name.log" | tail -n 1) edges"
	else
		echo "fuzz: $name: FOUND $(grep -m 1 -E 'ERROR|runtime error' "$dir/$name.log" || tail -n 1 "$dir/$name.log"); input in $found, log $dir/$name.log"
		failed=1
	fi
done
exit $failed
