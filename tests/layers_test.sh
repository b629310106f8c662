# The layers, read from the #include lines of src/ and ui/: who may know whom, and which file may know which library.
# A new layer or library needs a line in a table below; an inclusion that is refused here points the wrong way.
cd "$SONDE_SRCDIR" || exit 99
N=0

# FILE LAYER INCLUDED-FILE ITS-LAYER, one line an inclusion; "-" is the layer of system headers. The layer is the directory; the files of
# ui/ itself are of three: what draws and reads keys, the console, and the programs that put all together.
inclusions=$(grep -rnE '^[[:space:]]*#[[:space:]]*include' src ui --include='*.[ch]' |
	sed -E 's/^([^:]*):[0-9]+:[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]*)[>"].*/\1 \2/' |
	awk '
	function layer(path, part, n) {
		n = split(path, part, "/")
		if (part[1] == "src") {
			return part[2]
		}
		if (part[1] != "ui") {
			return n > 1 ? part[1] : "-"
		}
		if (n > 2) {
			return part[2]
		}
		if (part[2] ~ /^(main|cmd_.*|commands|run|shot)\.[ch]$/) {
			return "programs"
		}
		return part[2] ~ /^(console(_[a-z]*)?|command|palette(_[a-z]*)?|recall)\.[ch]$/ ? "console" : "drawing"
	}
	{ print $1, layer($1), $2, layer($2) }')

# layer: what it may include beside itself
layers='
base
data
text        base
token       base text
diff        base text
template    base text token
store       base text data
net         base text
provider    base text store net data
gateway     base text token store net provider
prompt      base text token template store net provider gateway data
metrics     base text store net provider gateway
sim         base text store net provider
app         base text diff token template store net provider gateway prompt metrics sim data
cli         base text diff token template store net provider gateway prompt metrics app sim
drawing     base text provider gateway
widgets     base text drawing
console     base text app drawing widgets
screens     base text diff gateway app cli drawing widgets console
programs    base text app drawing widgets console screens cli
'

# header (a pattern): the files that may include it (a pattern)
libraries='
^n?cursesw?[.]h$|^ncursesw?/|^term[.]h$ ^ui/term(_look)?[.]c$
^curl/ ^src/net/
^dlfcn[.]h$ ^src/net/curl[.]c$
^ev[.]h$ ^src/net/
^sqlite3[.]h$ ^src/store/
^yaml[.]h$ ^src/base/yaml[.]c$
^zlib[.]h$ ^src/metrics/gunzip[.]c$
^jansson[.]h$ ^src/
^uni(case|ctype|gbrk|wbrk|lbrk|norm|name|width|str|conv)[.]h$ ^src/(text|diff|sim|template)/
^(cmocka|vterm)[.]h$ ^tests/
^pthread[.]h$ ^src/
'

result() { # NAME VIOLATIONS
	N=$((N + 1))
	if [ -z "$2" ]; then
		echo "ok $N - $1"
	else
		echo "not ok $N - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

files=$(find src ui -name '*.[ch]' | sort)
result "there is something to look at" "$([ "$(echo "$inclusions" | wc -l)" -gt 500 ] || echo "found: $(echo "$inclusions" | wc -l) inclusions")"

result "every file is of a layer of the table" "$(echo "$inclusions" | awk -v table="$layers" '
	BEGIN { n = split(table, line, "\n"); for (i = 1; i <= n; i++) { split(line[i], word, " "); if (line[i] != "") { is_known[word[1]] = 1 } } }
	!($2 in is_known) && !seen[$1]++ { print $1 " is of layer " $2 ", which is not in the table" }')"

for layer in $(echo "$layers" | awk 'NF { print $1 }'); do
	result "$layer knows lower layers only" "$(echo "$inclusions" | awk -v layer="$layer" -v table="$layers" '
		BEGIN {
			n = split(table, line, "\n")
			for (i = 1; i <= n; i++) {
				m = split(line[i], word, " ")
				if (m == 0) {
					continue
				}
				is_layer[word[1]] = 1
				for (k = 1; word[1] == layer && k <= m; k++) {
					is_allowed[word[k]] = 1
				}
			}
		}
		$2 == layer && ($4 in is_layer) && !($4 in is_allowed) { print $1 " includes " $3 }')"
done

while read -r header where; do
	[ -z "$header" ] || result "$header only in $where" "$(echo "$inclusions" | awk -v header="$header" -v where="$where" '
		$3 ~ header && $1 !~ where { print $1 " includes " $3 }')"
done <<END
$libraries
END

result "no include leaves its root" "$(echo "$inclusions" | awk '$3 ~ /^\.\.?\// { print $1 " includes " $3 }')"

result "own header first" "$(echo "$inclusions" | awk '
	$1 ~ /\.c$/ && !seen[$1]++ { first[$1] = $3 }
	$1 ~ /\.h$/ { is_header[$1] = 1 }
	END {
		for (file in first) {
			header = file
			sub(/\.c$/, ".h", header)
			name = header
			sub(/^src\//, "", name)
			if ((header in is_header) && first[file] != name) {
				print file " begins with " first[file]
			}
		}
	}' | sort)"

result "headers are guarded by their path" "$(for f in $(echo "$files" | grep '\.h$'); do
	guard=SONDE_$(echo "${f#src/}" | tr 'a-z/.-' 'A-Z___')
	grep -q "^#ifndef $guard\$" "$f" || head -n 1 "$f" | grep -q 'do not edit' || echo "$f: not $guard"
done)"
result "every test and fuzz target is in the lists of Makefile.am" "$(for f in tests/*/*_test.c tests/*/*_fuzz.c tests/*/*_test.sh; do
	grep -qF "	${f%.c} " Makefile.am || grep -qxF "	${f%.c}" Makefile.am || echo "$f"
done)"
echo "1..$N"
