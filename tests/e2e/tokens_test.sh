# sonde tokens without a vocabulary: estimates that say so, and everything that may be wrong with files and rank files.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

printf 'Use only the notes below. Be exact and never guess.\n' >"$T/a.txt"
printf '\343\201\223\343\202\223\343\201\253\343\201\241\343\201\257' >"$T/b.txt"
: >"$T/empty.txt"

sonde tokens "$T/a.txt"
check "one file" is 0
check "an estimate is marked" grep -qE "^~1[0-9] $T/a.txt\$" "$T/out/out"
sonde tokens "$T/a.txt" "$T/b.txt" "$T/empty.txt"
check "several files" is 0
check "a line each and their sum" [ "$(wc -l <"$T/out/out")" -eq 4 ]
check "the sum is named" grep -qE "^~[0-9]+ total\$" "$T/out/out"
check "an empty file has none" grep -qE "^ *~0 $T/empty.txt\$" "$T/out/out"
sonde_env "$SONDE" tokens <"$T/a.txt" >"$T/out/out" 2>"$T/out/err"
status=$?
check "standard input" is 0
check "has no name" grep -qE "^~1[0-9]\$" "$T/out/out"
sonde tokens --json -m gpt-4 "$T/a.txt"
check "JSON" is 0
check "says where the count is from" grep -qE "^\{\"path\":\"$T/a.txt\",\"tokens\":1[0-9],\"exact\":false\}\],\"total\":1[0-9]\}\$" "$T/out/out"
sonde tokens -m anthropic/claude-sonnet-4-5 "$T/a.txt"
check "a model of another vendor" is 0

sonde tokens --encoding o200k "$T/a.txt"
check "an encoding that is none" exits 2 "give o200k_base or cl100k_base"
sonde tokens --encoding o200k_base -m gpt-4o "$T/a.txt"
check "two ways to count" exits 2 "give one"
sonde tokens "$T/none.txt" "$T/a.txt"
check "a file that is missing" is 2
check "is told" err "none.txt"
check "the others are counted" out "a.txt"
printf 'caf\351 and more' >"$T/latin.txt"
sonde tokens "$T/latin.txt"
check "a text in another character set" exits 2 "is not UTF-8 text (byte 4)"

printf 'IQ== 0\nIg== 1\n' >"$T/small.tiktoken"
sonde tokens --ranks "$T/small.tiktoken" "$T/a.txt"
check "a rank file that is cut" exits 4 "is not the rank file of o200k_base or cl100k_base"
printf '{"pat_str":"x"}' >"$T/other.json"
sonde tokens --ranks "$T/other.json" "$T/a.txt"
check "another JSON" exits 4 "JSON without bpe_ranks"
sonde tokens --ranks "$T/none.tiktoken" "$T/a.txt"
check "no rank file" exits 4 "none.tiktoken"
sonde tokens --ranks "$T" "$T/a.txt"
check "a directory" exits 4 "no plain file"
truncate -s 65M "$T/huge.tiktoken"
sonde tokens --ranks "$T/huge.tiktoken" "$T/a.txt"
check "a file beyond all measure" exits 4 "is over 64 MiB"
sonde tokens --ranks "$T/empty.txt" "$T/a.txt"
check "an empty one" exits 4 "is not the rank file of o200k_base or cl100k_base"
printf '\357\273\277# title\302\205x\342\200\215y\n' >"$T/marks.txt"
sonde tokens "$T/marks.txt"
check "U+FEFF, NEL and ZWJ" is 0
sonde tokens "$T/marks.txt" "$T"
check "a directory among texts" is 2
check "is told" err "Is a directory"
sonde_env "$SONDE" tokens - "$T/a.txt" </dev/null >"$T/out/out" 2>"$T/out/err"
status=$?
check "standard input that is empty" grep -qE "^ *~0 -\$" "$T/out/out"
mkfifo "$T/pipe"
sonde tokens --ranks "$T/pipe" "$T/a.txt"
check "a pipe instead" exits 4 "no plain file"

# What tiktoken has kept may be damaged: the estimate serves, and the reason is told.
mkdir -p "$T/kept" && cp "$T/small.tiktoken" "$T/kept/fb374d419588a4632f3f557e76b4b70aebbca790"
VARIABLES="TIKTOKEN_CACHE_DIR=$T/kept"
sonde tokens "$T/a.txt"
check "a damaged file of tiktoken" is 0
check "is told" err "is not the rank file"
check "the estimate serves" out "~1"
VARIABLES=
mkdir -p "$T/home/.cache/sonde"
for content in '' 'sonde bpe 1' 'something else that is long enough to be a header of an index, but is none of them at all'; do
	printf '%s' "$content" >"$T/home/.cache/sonde/446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d.bpe"
	sonde tokens "$T/a.txt"
	check "an index that is none" is 0
	check "is not used" out "~1"
done

printf 'tokenizers:\n  o200k_base: {path: %s}\n' "$T/small.tiktoken" >"$T/config.yaml"
sonde tokens "$T/a.txt"
check "a configured file that is none" err "small.tiktoken is not the rank file"
printf 'tokenizers:\n  p50k_base: {path: x}\n  o200k_base: {file: x}\n' >"$T/config.yaml"
sonde tokens "$T/a.txt"
check "a wrong section" is 4
check "an unknown encoding is named" err "config.yaml:2:3"
check "an unknown key is named" err "config.yaml:3:16"
end
