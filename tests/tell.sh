#!/bin/sh
# tell.sh DIR - what went wrong in the tests that failed there, by the output of `make check` in DIR/check.log and their own logs: first which
# failed, then the first lines of each log without what went well.
grep -E '^(FAIL|ERROR)' "$1/check.log" | head -n 40
for log in $(sed -n -E 's/^(FAIL|ERROR): ([^ ]+).*/\2/p' "$1/check.log" | sort -u | sed -E 's/(\.sh)?$/.log/'); do
	echo "== $log"
	grep -v -E '^(ok|PASS)' "$1/$log" | head -n 60
done
