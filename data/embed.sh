#!/bin/sh
# embed.sh OUT.c DATA_DIR FILE... - writes a C file that holds the named files for embedded_find(): paths below DATA_DIR, or beside it from
# ../ on, which is not part of the name.
set -eu
out=$1
dir=$2
shift 2
{
	printf '#include "data/embedded.h"\n\n#include <string.h>\n\n'
	i=0
	for f in "$@"; do
		printf 'static const unsigned char file_%d[] = {\n' "$i"
		od -An -v -tx1 "$dir/$f" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
		printf '0 };\n\n'
		i=$((i + 1))
	done
	printf 'static const struct {\n\tconst char *name;\n\tconst unsigned char *bytes;\n\tsize_t len;\n} files[] = {\n'
	i=0
	for f in "$@"; do
		printf '\t{ "%s", file_%d, sizeof(file_%d) - 1 },\n' "${f#../}" "$i" "$i"
		i=$((i + 1))
	done
	cat <<'EOF'
};

const char *embedded_find(const char *name, size_t *len)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(files[i].name, name) == 0) {
			*len = files[i].len;
			return (const char *)files[i].bytes;
		}
	}
	return NULL;
}

const char *embedded_name(size_t i)
{
	return i < sizeof(files) / sizeof(files[0]) ? files[i].name : NULL;
}
EOF
} >"$out.tmp"
mv "$out.tmp" "$out"
