# sonde tokens counts as tiktoken does: the npm package gives the vocabulary and the counts, on a corpus in 16 languages and code, with all that
# the patterns may trip over, and on the sources. Skipped where npm cannot fetch it; nothing of it is kept.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

dir=$T/npm
mkdir -p "$dir"
if ! command -v node >/dev/null || ! command -v npm >/dev/null ||
	! (cd "$dir" && timeout 60 npm install --no-save --no-audit --no-fund --cache "$dir/cache" --prefix "$dir" tiktoken@1.0.22) >"$T/npm.log" 2>&1; then
	skip "counts of tiktoken" "npm cannot fetch the package tiktoken (node, npm and a network are needed)"
	end
	exit 0
fi
node "$SONDE_SRCDIR/tests/token/tiktoken.mjs" "$dir" "$SONDE_SRCDIR" >"$T/out/out" 2>"$T/out/err"
status=$?
check "tiktoken counts" is 0

# same NAME ARGS...: whether all counts are those of tiktoken, and exact.
same() {
	encoding=$1
	shift
	cut -d' ' -f2- "$dir/$encoding.counts" | tr '\n' '\0' | env -i HOME="$T/home" TMPDIR="$T" $VARIABLES xargs -0 -n 2000 "$SONDE" tokens "$@" \
		>"$T/out/out" 2>"$T/out/err"
	status=$?
	sed -E 's/^ *//; /^[~0-9]+ total$/d' "$T/out/out" | diff "$dir/$encoding.counts" - >"$T/differ"
	differ=$?
	grep '^[<>]' "$T/differ" | head -n 10 | sed 's/^/# tiktoken < > sonde: /'
	[ "$status" -eq 0 ] && [ "$differ" -eq 0 ] && [ "$(wc -l <"$dir/$encoding.counts")" -ge 40 ]
}

check "o200k_base, by --ranks" same o200k_base --ranks "$dir/o200k_base.tiktoken"
check "it is kept, compiled" [ -s "$T/home/.cache/sonde/446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d.bpe" ]
check "cl100k_base, by npm's JSON" same cl100k_base --ranks "$dir/node_modules/tiktoken/encoders/cl100k_base.json"
rm "$dir/o200k_base.tiktoken"
check "by the compiled one" same o200k_base
check "of a model" same cl100k_base -m gpt-4

# A compiled vocabulary that is cut or changed is not used, and is made again.
kept=$T/home/.cache/sonde/223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7.bpe
mkdir "$T/tiktoken" && cp "$dir/cl100k_base.tiktoken" "$T/tiktoken/9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
VARIABLES="TIKTOKEN_CACHE_DIR=$T/tiktoken"
whole=$(wc -c <"$kept")
head -c 100000 "$kept" >"$T/cut" && mv "$T/cut" "$kept"
check "from tiktoken's cache, past a cut one" same cl100k_base --encoding cl100k_base
check "which is whole again" [ "$(wc -c <"$kept")" -eq "$whole" ]
printf 'XXXX' | dd of="$kept" bs=1 seek=200000 conv=notrunc 2>/dev/null
check "past a changed one" same cl100k_base --encoding cl100k_base
VARIABLES=

sed 's/^IQ== 0$/IQ== 7/' "$dir/cl100k_base.tiktoken" >"$T/changed.tiktoken"
sonde tokens --ranks "$T/changed.tiktoken" "$SONDE_SRCDIR/README.md"
check "a rank file with one line changed" exits 4 "is not the rank file of o200k_base or cl100k_base"
head -c 800000 "$dir/cl100k_base.tiktoken" >"$T/half.tiktoken"
sonde tokens --ranks "$T/half.tiktoken" "$SONDE_SRCDIR/README.md"
check "half a rank file" exits 4 "it may be cut or changed"
sonde tokens --encoding o200k_base --ranks "$dir/cl100k_base.tiktoken" "$SONDE_SRCDIR/README.md"
check "the rank file of another encoding" exits 2 "is the rank file of cl100k_base, not of o200k_base"
# A request has four tokens around each message and three before the answer.
printf 'tokenizers:\n  o200k_base: {path: %s}\n' "$dir/node_modules/tiktoken/encoders/o200k_base.json" >"$T/config.yaml"
VARIABLES="OPENAI_API_KEY=sk-$SECRET ANTHROPIC_API_KEY=sk-$SECRET"
prompt=$(cat "$dir/corpus/english.txt" "$dir/corpus/zwj.txt")
tokens=$(printf '%s' "$prompt" | sonde_env "$SONDE" tokens -m gpt-4o)
sonde run --dry-run -m openai/gpt-4o -s "$prompt" "$prompt"
check "run --dry-run counts exactly" out "\"estimate\":{\"input_tokens\":$((2 * tokens + 2 * 4 + 3)),\"exact\":true"
sonde run --dry-run -m anthropic/claude-sonnet-4-5 "$prompt"
check "but not for another vendor" out '"exact":false'
printf '{"type":"object","additionalProperties":false,"properties":{"n":{"type":"integer"}},"required":["n"]}' >"$T/schema.json"
sonde run --dry-run -m openai/gpt-4o --schema "$T/schema.json" "$prompt"
check "nor with a schema" out '"exact":false'
VARIABLES=
printf 'tokenizers:\n  cl100k_base: {path: %s}\n' "$dir/cl100k_base.tiktoken" >"$T/config.yaml"
rm "$kept"
sonde tokens --json -m gpt-3.5-turbo "$SONDE_SRCDIR/README.md"
check "by the configuration" out '"exact":true'
end
