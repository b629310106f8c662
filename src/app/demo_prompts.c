/* The prompts of the demo: some with a past, one with a canary. */
#include "app/demo_prompts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "prompt/registry.h"

#define HOUR_US (3600 * US_PER_S)

/* What is written, oldest first. share: of the calls of the prompt from then on. */
static const struct {
	const char *name;
	int parent, hours_ago;
	double share, longer;
	const char *message, *script;
} versions[] = {
	{ "support/triage", 0, 26 * 24, 1, 1, "baseline",
	  "SYSTEM\nYou triage support tickets for {{product}}.\nReply with JSON only.\n\nUSER\nLanguage: {{lang}}\n{{ticket.body}}\n" },
	{ "support/triage", 1, 11 * 24, 1, 0.8, "name the members",
	  "SYSTEM\nYou triage support tickets for {{product}}.\nReply with ONE JSON object: {\"team\",\"sev\",\"why\"}.\n\nUSER\nLanguage: {{lang}}\n{{ticket.body}}\n" },
	{ "support/triage", 1, 6 * 24, 0.02, 0.5, "try a shorter one", "SYSTEM\nTriage tickets for {{product}}. JSON only.\n\nUSER\n{{ticket.body}}\n" },
	{ "support/triage", 2, 50, 0.1, 0.9, "forbid inventing order numbers",
	  "SYSTEM\nYou triage support tickets for {{product}}.\nReply with ONE JSON object: {\"team\",\"sev\",\"why\"}.\nNever invent an order number.\n\n"
	  "USER\nLanguage: {{lang}}\n{{ticket.body}}\n" },
	{ "support/reply", 0, 29 * 24, 1, 1, "first",
	  "SYSTEM\nAnswer the customer of {{product}} in {{lang}}, in at most {{sentences}} sentences.\n\nUSER\n{{ticket.body}}\n" },
	{ "support/reply", 1, 4 * 24, 0.05, 1.3, "no promises",
	  "SYSTEM\nAnswer the customer of {{product}} in {{lang}}, in at most {{sentences}} sentences.\nPromise nothing that is not in the notes.\n\nUSER\n"
	  "{% for note in notes %}- {{note}}\n{% endfor %}\n{{ticket.body}}\n" },
	{ "notes/answer", 0, 30 * 24, 1, 1, "first", "SYSTEM\nUse only the notes below. Be exact and never guess.\n{{notes}}\n\nUSER\nQuestion: {{question}}\n" },
};

static const struct {
	const char *name, *label, *to, *why;
	int hours_ago;
} moves[] = {
	{ "support/triage", "production", "v1", "", 26 * 24 }, { "support/triage", "production", "v2", "clearer answers", 11 * 24 },
	{ "support/triage", "staging", "v4", "", 49 }, { "support/triage", "production", "v2:90,v4:10", "canary", 48 },
	{ "support/reply", "production", "v1", "", 29 * 24 }, { "support/reply", "staging", "v2", "", 4 * 24 },
	{ "notes/answer", "production", "v1", "", 30 * 24 },
};

/* The hash of the version saved last, which the calls name. */
static bool add_version(struct registry *r, size_t i, int64_t now_us, struct history_version *out, struct err *e)
{
	struct version_row v = { 0 };
	char *label = NULL, *ref = x_asprintf("%s@latest", versions[i].name);
	bool ok = version_resolve(r, ref, NULL, &v, &label, e);

	if (ok) {
		*out = (struct history_version){
			.name = versions[i].name, .version = x_strdup(v.hash), .from_us = now_us - versions[i].hours_ago * HOUR_US, .share = versions[i].share,
			.longer = versions[i].longer,
		};
	}
	version_free(&v);
	free(label);
	free(ref);
	return ok;
}

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

bool demo_write_prompts(const char *dir, int64_t now_us, struct history_version **out, size_t *n, struct err *e)
{
	struct registry *r = registry_open(dir, true, e);
	bool ok = r != NULL;

	*n = 0;
	*out = x_calloc(COUNT_OF(versions), sizeof(**out));
	for (size_t i = 0; ok && i < COUNT_OF(versions); i++) {
		registry_set_time(r, now_us - versions[i].hours_ago * HOUR_US);
		ok = save(r, i, e) && add_version(r, i, now_us, &(*out)[*n], e);
		*n += ok;
	}
	for (size_t i = 0; ok && i < COUNT_OF(moves); i++) {
		registry_set_time(r, now_us - moves[i].hours_ago * HOUR_US);
		ok = move(r, i, e);
	}
	registry_close(r);
	return ok;
}

void demo_versions_free(struct history_version *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free((char *)list[i].version);
	}
	free(list);
}
