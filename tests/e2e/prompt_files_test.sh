# sonde prompt export, import and sync: plain files of prompts, those of other programs, and a directory kept in step with the registry.
. "$SONDE_SRCDIR/tests/e2e/lib.sh"

D=$T/prompts
same() { cmp -s "$1" "$2"; }

sonde prompt export "$D"
check "no store yet" is 5
printf 'SYSTEM\nYou triage tickets for {{product}}.\n\nUSER\n{{ticket}}\n' >"$T/triage.txt"
sonde prompt save support/triage "$T/triage.txt" -m first
sonde prompt label support/triage production v1
printf 'One text, trailing blanks  \r\n\ttab\n---\n' >"$T/odd.txt"
sonde prompt save odd "$T/odd.txt"

# ---- export ----

sonde prompt export "$D"
check "export" is 0
check "export: what was done" out "written support/triage v1 $D/support/triage.yaml"
check "export: sums" out "2 written"
check "the file reads well" grep -qx '      You triage tickets for {{product}}.' "$D/support/triage.yaml"
check "labels stand in it" grep -qx '  - production' "$D/support/triage.yaml"
cp "$D/support/triage.yaml" "$T/kept.yaml"
sonde prompt export "$D"
check "again: nothing to write" out "2 unchanged"
sonde prompt export "$D" support/triage --json
check "one, as JSON" out '"what":"unchanged","name":"support/triage"'
sonde prompt export "$D" suport/triage
check "no such prompt: status" is 5
check "no such prompt: the near one" err "support/triage"
sed -i 's/You triage/Please triage/' "$D/support/triage.yaml"
cp "$D/support/triage.yaml" "$T/edited.yaml"
sonde prompt export "$D"
check "an edited file is no export's to replace: status" is 5
check "an edited file: said" err "was edited and is no version of support/triage"
check "an edited file: untouched" same "$D/support/triage.yaml" "$T/edited.yaml"
sonde prompt export --force "$D"
check "--force replaces it" same "$D/support/triage.yaml" "$T/kept.yaml"
touch "$T/plain"
sonde prompt export "$T/plain"
check "into a file: status" is 5
check "into a file: said" err "$T/plain is no directory"
mkdir -p "$T/linked" "$T/elsewhere"
ln -s ../elsewhere "$T/linked/support"
sonde prompt export "$T/linked"
check "a link below the directory is not followed" err "$T/linked/support is a link, not a directory"
check "nothing got there" [ -z "$(ls "$T/elsewhere")" ]

# ---- import, on another store ----

mv "$T/data" "$T/data.first"
mkdir "$T/data"
sonde prompt import "$D"
check "import of a directory" out "2 saved"
sonde prompt show odd
check "byte for byte" same "$T/out/out" "$T/odd.txt"
sonde prompt resolve support/triage --json
check "a label that stood is set where it did not" out '"production"'
sonde prompt export "$T/again"
check "and out again: the same bytes" same "$T/again/support/triage.yaml" "$D/support/triage.yaml"
check "and the odd one" same "$T/again/odd.yaml" "$D/odd.yaml"
sonde prompt verify
check "hashes hold" is 0
sonde prompt import "$D/odd.yaml"
check "one again: nothing new" out "1 unchanged"
sonde prompt import "$D/odd.yaml" --as copies/odd
check "by another name" out "saved copies/odd v1"
rm -rf "$T/data"
mv "$T/data.first" "$T/data"

mkdir -p "$T/other/patterns/summarize" "$T/other/roles"
printf '# IDENTITY\n\nYou summarize {{topic}}.\n' >"$T/other/patterns/summarize/system.md"
printf 'Please.\n' >"$T/other/patterns/summarize/user.md"
printf '# Patterns\n' >"$T/other/README.md"
printf 'x' >"$T/other/notes.txt"
printf -- '---\nmodel: openai:gpt-4o\ntemperature: 0\n---\nTranslate to ${language}: __INPUT__\n' >"$T/other/roles/translate.md"
printf 'system: You are $who.\nprompt: Summarize $input\nextract: true\n' >"$T/other/llm.yaml"
printf -- '---\nname: Chat\nmodel:\n  api: chat\n---\nsystem:\nHelp.\n\nuser:\n{{q}}\n' >"$T/other/c.prompty"
printf -- '---\nconfig:\n  temperature: 0.5\n---\n{{role "system"}}Be {{style}}.{{role "user"}}{{q}}\n' >"$T/other/d.prompt"
printf '{"name":"critic","type":"text","prompt":"As {{who}}","labels":["production"],"version":2}' >"$T/other/critic.json"
printf '{"model":"m","messages":[{"role":"user","content":"literal {{x}}"}]}' >"$T/other/chat.json"
sonde prompt import "$T/other"
check "six formats" is 0
check "six formats: all of them" out "7 saved, 3 passed over"
check "what was not converted, with its line" err "$T/other/roles/translate.md:2: model openai:gpt-4o is not kept"
check "another template language" err "$T/other/roles/translate.md:5: \${language} looks like a variable of another template language"
check "a key without counterpart" err "$T/other/llm.yaml:3: extract is not kept"
sonde prompt show patterns/summarize
check "a pattern" out "You summarize {{ topic }}."
sonde prompt show llm
check "a template of llm" out "Summarize {{ input }}"
sonde prompt show chat
check "what was no template is none" out 'literal {{ "{{" }}x}}'
sonde prompt show Chat --json
check "prompty" out '"role":"user"'

printf 'name: x\nmessages:\n  - role: boss\n    content: y\n' >"$T/bad.yaml"
sonde prompt import "$T/bad.yaml"
check "a broken file: status" is 5
check "a broken file: file, line and what" err "$T/bad.yaml:3: messages.0 of the prompt has no role that there is"
check "a broken file: one sentence" [ "$(grep -c 'sonde:' "$T/out/err")" -eq 1 ]
printf 'text: "a\n' >"$T/bad.yaml"
sonde prompt import "$T/bad.yaml"
check "cut off" err "$T/bad.yaml:"
: >"$T/empty.yaml"
sonde prompt import "$T/empty.yaml"
check "empty" err "empty.yaml: the file is empty"
printf 'text: a\0b\n' >"$T/nul.yaml"
sonde prompt import "$T/nul.yaml"
check "NUL" err "nul.yaml:1: a NUL character"
printf 'text: \033[31m"\n: [' >"$T/esc.yaml"
sonde prompt import "$T/esc.yaml"
check "no escape sequence gets out" [ -z "$(tr -d '\n\040-\176\200-\377' <"$T/out/err")" ]
sonde prompt import "$T/missing.yaml"
check "not there" err "cannot read $T/missing.yaml"
sonde prompt import "$T/chat.xyz" --format csv
check "no such format" is 2
(printf 'text: |\n  '; head -c 50000000 /dev/zero | tr '\0' x; echo) >"$T/huge.yaml"
sonde prompt import "$T/huge.yaml"
check "50 MB: one sentence" err "huge.yaml: the prompt is larger than 16 MiB"
rm -f "$T/huge.yaml"

# ---- sync ----

S=$T/sync
mkdir "$S"
sonde prompt sync "$S"
check "sync into an empty directory" is 0
check "all are written" [ -f "$S/support/triage.yaml" ]
sonde prompt sync "$S"
check "again: all unchanged" out "9 unchanged"
sed -i 's/You triage/Kindly triage/' "$S/support/triage.yaml"
sonde prompt sync "$S"
check "a file that was edited is saved" out "saved support/triage v2"
sonde prompt show support/triage@latest
check "with its text" out "Kindly triage"
sonde prompt save support/triage "$T/triage.txt" -m back
printf 'SYSTEM\nAnew.\n' >"$T/anew.txt"
sonde prompt save support/triage "$T/anew.txt"
sonde prompt sync "$S"
check "a new version is written" out "written support/triage v3"
check "into its file" grep -q "Anew" "$S/support/triage.yaml"
sed -i 's/Anew/Mine/' "$S/support/triage.yaml"
printf 'SYSTEM\nTheirs.\n' >"$T/theirs.txt"
sonde prompt save support/triage "$T/theirs.txt"
cp "$S/support/triage.yaml" "$T/mine.yaml"
sonde prompt sync "$S"
check "both changed: status" is 5
check "both changed: as a diff of both" err "support/triage@v4 -> "
check "both changed: said" err "conflict support/triage v4: the file and the registry both changed"
check "both changed: what to do" err "sonde prompt import"
check "both changed: the file is untouched" same "$S/support/triage.yaml" "$T/mine.yaml"
sonde prompt sync "$S" --json
check "its diff as JSON" out '"words_added":'
check "a conflict as JSON" out '"what":"conflict","name":"support/triage"'
sonde prompt import "$S/support/triage.yaml"
sonde prompt sync "$S"
check "importing ends it" is 0
cp "$T/kept.yaml" "$S/support/triage.yaml"
sonde prompt sync "$S"
check "an older version again is told, not undone" err "holds an older version again"
check "and kept" same "$S/support/triage.yaml" "$T/kept.yaml"
sonde prompt export "$S" support/triage

rm "$S/odd.yaml"
sonde prompt sync "$S"
check "a file that was deleted: the prompt is kept" err "the file was deleted; the prompt was kept"
check "and the file is not written again" [ ! -e "$S/odd.yaml" ]
sonde prompt sync --delete "$S"
check "--delete leaves it out" out "removed odd"
sonde prompt sync "$S"
check "from then on" no_err
sonde prompt show odd
check "its versions stay" same "$T/out/out" "$T/odd.txt"

cp "$S/llm.yaml" "$S/llm-copy.yaml"
sonde prompt sync "$S"
check "two files of one prompt" err "holds llm too"
rm "$S/llm-copy.yaml"
printf 'text: [\n' >"$S/llm.yaml"
sonde prompt sync "$S"
check "a file that broke: where" err "llm.yaml:2:"
check "a file that broke stays" grep -q 'text: \[' "$S/llm.yaml"
printf 'text: New one.\n' >"$S/fresh.yaml"
sonde prompt sync "$S"
check "a new file is a new prompt" out "saved fresh v1"
sonde prompt sync "$T/nowhere"
check "no such directory" exits 2 "cannot read $T/nowhere: No such file or directory"
sonde prompt import "$T/nowhere.yaml"
check "no such file" exits 2 "cannot read $T/nowhere.yaml: No such file or directory"
mkdir "$T/mixed"
printf 'text: "fine {{ a }}"\n' >"$T/mixed/fine.yaml"
printf 'text: "broken {{ a"\n' >"$T/mixed/broken.yaml"
sonde prompt import "$T/mixed"
check "a template that cannot be parsed is refused" is 5
check "with file and place" err "$T/mixed/broken.yaml: broken:1:8: {{ is not closed"
check "and the rest goes on" out "1 saved, 1 failed"
sonde prompt sync "$T/mixed" --json
check "sync refuses it, too" out '"what":"failed","name":"broken"'
sonde prompt show broken
check "it is not in the registry" is 5

# Several at once: each change is there once, and nothing is lost.
for i in 1 2 3 4; do
	mkdir "$T/w$i"
	printf 'text: from %d\n' $i >"$T/w$i/p$i.yaml"
	sonde_env "$SONDE" prompt sync "$T/w$i" >"$T/out/w$i" 2>&1 &
done
wait
sonde prompt list --json
check "four syncs at once" [ "$(grep -oE '"name":"p[1-4]"' "$T/out/out" | wc -l)" -eq 4 ]
end
