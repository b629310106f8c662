/* The prompts of the demo: some with a past, one with a canary. */
#include "app/demo_prompts.h"

#include <string.h>

#include "base/mem.h"
#include "prompt/registry.h"

static const struct {
	const char *name;
	int parent;
	const char *message, *script;
} versions[] = {
	{ "support/triage", 0, "baseline", "SYSTEM\nYou triage support tickets for {{product}}.\nReply with JSON only.\n\nUSER\nLanguage: {{lang}}\n{{ticket.body}}\n" },
	{ "support/triage", 1, "name the members",
	  "SYSTEM\nYou triage support tickets for {{product}}.\nReply with ONE JSON object: {\"team\",\"sev\",\"why\"}.\n\nUSER\nLanguage: {{lang}}\n{{ticket.body}}\n" },
	{ "support/triage", 1, "try a shorter one", "SYSTEM\nTriage tickets for {{product}}. JSON only.\n\nUSER\n{{ticket.body}}\n" },
	{ "support/triage", 2, "forbid inventing order numbers",
	  "SYSTEM\nYou triage support tickets for {{product}}.\nReply with ONE JSON object: {\"team\",\"sev\",\"why\"}.\nNever invent an order number.\n\n"
	  "USER\nLanguage: {{lang}}\n{{ticket.body}}\n" },
	{ "support/reply", 0, "first",
	  "SYSTEM\nAnswer the customer of {{product}} in {{lang}}, in at most {{sentences}} sentences.\n\nUSER\n{{ticket.body}}\n" },
	{ "support/reply", 1, "no promises",
	  "SYSTEM\nAnswer the customer of {{product}} in {{lang}}, in at most {{sentences}} sentences.\nPromise nothing that is not in the notes.\n\nUSER\n"
	  "{% for note in notes %}- {{note}}\n{% endfor %}\n{{ticket.body}}\n" },
	{ "notes/answer", 0, "first", "SYSTEM\nUse only the notes below. Be exact and never guess.\n{{notes}}\n\nUSER\nQuestion: {{question}}\n" },
};

static const struct {
	const char *name, *label, *to, *why;
} moves[] = {
	{ "support/triage", "production", "v1", "" }, { "support/triage", "production", "v2", "clearer answers" },
	{ "support/triage", "staging", "v4", "" }, { "support/triage", "production", "v2:90,v4:10", "canary" },
	{ "support/reply", "production", "v1", "" }, { "support/reply", "staging", "v2", "" }, { "notes/answer", "production", "v1", "" },
};

static bool save(struct registry *r, size_t i, struct err *e)
{
	const struct version_save s = { .name = versions[i].name, .parent = versions[i].parent, .author = "demo", .message = versions[i].message };
	struct bundle b = { 0 };
	int number;
	bool is_new, ok = bundle_with_script(NULL, versions[i].script, strlen(versions[i].script), &b, e) && version_save(r, &s, &b, &number, &is_new, e);

	bundle_free(&b);
	return ok;
}

static bool move(struct registry *r, size_t i, struct err *e)
{
	struct label_move m = { .name = moves[i].name, .label = moves[i].label, .expected = LABEL_MOVE_ANY, .who = "demo", .why = moves[i].why };

	return split_parse(moves[i].to, &m.to, e) && label_set(r, &m, NULL, e);
}

bool demo_write_prompts(const char *dir, struct err *e)
{
	struct registry *r = registry_open(dir, true, e);
	bool ok = r != NULL;

	for (size_t i = 0; ok && i < COUNT_OF(versions); i++) {
		ok = save(r, i, e);
	}
	for (size_t i = 0; ok && i < COUNT_OF(moves); i++) {
		ok = move(r, i, e);
	}
	registry_close(r);
	return ok;
}
