#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "sim/compose.h"
#include "sim/label.h"
#include "sim/models.h"
#include "sim/piece.h"
#include "text/utf8.h"

static const char *const models[] = { "gpt-5.4-mini", "claude-haiku-4-5", "gemini-2.5-flash", "llama3.1:8b", "some-other-model" };

static void add(struct ask *a, enum ask_role role, const char *text)
{
	json_t *v = json_string(text);

	assert_non_null(v);
	ask_add_message(a, role, v);
	json_decref(v);
}

static void make(struct ask *a, const char *model, const char *system, const char *user)
{
	ask_init(a);
	a->model = x_strdup(model);
	if (system != NULL) {
		add(a, ASK_SYSTEM, system);
	}
	add(a, ASK_USER, user);
}

static void say(const char *model, const char *system, const char *user, const char *schema, struct said *out)
{
	struct ask a;

	make(&a, model, system, user);
	if (schema != NULL) {
		a.schema = json_loads(schema, 0, NULL);
		assert_non_null(a.schema);
	}
	compose(&a, 1, out);
	ask_free(&a);
}

/* One text that all models answer with, or a part that stands in each answer. */
static const struct {
	const char *name, *system, *user, *whole, *part;
} cases[] = {
	{ "label", NULL, "Classify the ticket as one of: billing, shipping, other.\n\nMy parcel has not arrived yet.", "shipping", NULL },
	{ "label in system", "Answer with billing, shipping or other.", "I was charged twice and want my money back.", "billing", NULL },
	{ "label by rest", "Reply with one of: billing, shipping, other", "The cat sat on the mat.", "other", NULL },
	{ "sentiment", "Classify the sentiment as positive, negative or neutral. Answer with the label only.", "I love it, works great",
	    "positive", NULL },
	{ "bullets", "Pick one of the following:\n- red\n- green\n- blue\n", "Which is the colour of grass? It is green.", "green", NULL },
	{ "letters", "Berlin is in Germany. The capital of France is Paris.",
	    "What is the capital of France? I think the capital is Paris.\nA) Rome\nB) Paris\nC) Oslo\nAnswer with A, B or C.", "B", NULL },
	{ "echo", NULL, "Say OK", "OK", NULL },
	{ "echo quoted", NULL, "Reply with the word \"pong\".", "pong", NULL },
	{ "source", NULL,
	    "Context:\n[1] Returns are free within 30 days.\n[2] Shipping takes three days.\n\nQuestion: How long does shipping take?",
	    NULL, "hipping takes three days." },
	{ "citation", "Cite the passages.",
	    "[1] Returns are free within 30 days.\n[2] Shipping takes three days.\n\nQuestion: How long does shipping take?", NULL,
	    "hipping takes three days [2]." },
	{ "absent", NULL, "Context: Returns are free. Shipping takes three days. The shop is red.\n\nQuestion: Who wrote Hamlet?", NULL,
	    "Hamlet" },
	{ "French", NULL, "Pourquoi la mer est bleue et pourquoi le ciel est gris ?", NULL, "" },
	{ "Japanese", NULL, "猫はどこで寝ますか？", NULL, "。" },
	{ "accents", NULL, "Das Café Österreich öffnet um neun. Es ist groß.\n\nFrage: Wann öffnet das Café Österreich?", NULL,
	    "Café Österreich öffnet um neun" },
	{ "emoji", NULL, "The 👩‍💻 desk closes at five. The door is red. When does the 👩‍💻 desk close?", NULL,
	    "👩‍💻 desk closes at five" },
};

static void test_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t k = 0; k < COUNT_OF(models); k++) {
			struct said s;

			say(models[k], cases[i].system, cases[i].user, NULL, &s);
			bool ok = cases[i].whole != NULL ? strcmp(s.text, cases[i].whole) == 0
							 : strstr(s.text, cases[i].part) != NULL && s.len > 0;
			if (!ok || !utf8_valid(s.text, s.len)) {
				fail_msg("%s, %s: %s", cases[i].name, models[k], s.text);
			}
			said_free(&s);
		}
	}
}

static void test_greeting(void **state)
{
	static const char *const hellos[] = { "Hello", "hi!", "Good morning", "Hallo", "Bonjour", "привет", "こんにちは", "你好" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(hellos); i++) {
		struct said s;

		say("claude-haiku-4-5", NULL, hellos[i], NULL, &s);
		assert_in_range(s.len, 8, 120);
		assert_int_equal(s.stop, SAID_STOP);
		said_free(&s);
	}
}

/* Keys and the types of their values; every model. */
static void check_json(const char *system, const char *user, const char *schema, const char *want)
{
	json_t *w = json_loads(want, 0, NULL);

	assert_non_null(w);
	for (size_t k = 0; k < COUNT_OF(models); k++) {
		struct said s;
		const char *key;
		json_t *one;

		say(models[k], system, user, schema, &s);
		json_t *v = json_loadb(s.text, s.len, 0, NULL);
		if (v == NULL || json_object_size(v) != json_object_size(w)) {
			fail_msg("%s: %s", models[k], s.text);
		}
		json_object_foreach(w, key, one)
		{
			const json_t *is = json_object_get(v, key);

			/* A string that is wanted stands for itself, "*" for any; other values for their type. */
			if (is == NULL || json_typeof(is) != json_typeof(one) ||
			    (json_is_string(one) && strcmp(json_string_value(one), "*") != 0 && !json_equal(one, is)) ||
			    (json_is_string(is) && json_string_length(is) == 0)) {
				fail_msg("%s: %s of %s", models[k], key, s.text);
			}
		}
		json_decref(v);
		said_free(&s);
	}
	json_decref(w);
}

static void test_json_by_plea(void **state)
{
	const char *ticket = "My invoice was charged twice and nobody answers.";

	(void)state;
	check_json("Reply with ONE JSON object: {\"team\",\"sev\",\"why\"} and nothing else.", ticket, NULL,
	    "{\"team\":\"billing\",\"sev\":2,\"why\":\"*\"}");
	check_json("Return JSON like {\"category\": \"billing|shipping|other\", \"priority\": 1-5, \"urgent\": true, \"customer\": "
		   "{\"name\": \"...\"}, "
		   "\"tags\": [\"...\"]}",
	    ticket, NULL, "{\"category\":\"billing\",\"priority\":1,\"urgent\":false,\"customer\":{},\"tags\":[]}");
	check_json("Answer in JSON with the keys team, sev and why. team: one of billing, auth, search.", ticket, NULL,
	    "{\"team\":\"billing\",\"sev\":2,\"why\":\"*\"}");
	check_json("Respond only in valid JSON.", ticket, NULL, "{\"answer\":\"*\"}");
}

static void test_json_by_schema(void **state)
{
	(void)state;
	check_json("Extract.", "The login page fails for all users since noon.",
	    "{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\",\"maxLength\":12},\"severity\":{\"type\":\"integer\","
	    "\"minimum\":1,"
	    "\"maximum\":5},\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"area\":{\"type\":\"string\",\"enum\":[\"auth\","
	    "\"billing\"]},"
	    "\"score\":{\"type\":\"number\"},\"urgent\":{\"type\":\"boolean\"},\"kind\":{\"const\":\"fixed\"},\"none\":{\"type\":\"null\"},"
	    "\"maybe\":{\"type\":[\"null\",\"string\"]},\"who\":{\"$ref\":\"#/$defs/"
	    "who\"},\"many\":{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"integer\"}]}},"
	    "\"$defs\":{\"who\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}}}",
	    "{\"title\":\"*\",\"severity\":1,\"tags\":[],\"area\":\"auth\",\"score\":0.5,\"urgent\":false,\"kind\":\"fixed\",\"none\":null,"
	    "\"maybe\":\"*\","
	    "\"who\":{},\"many\":1}");
	/* Gemini's spelling; a schema that refers to itself ends. */
	check_json(NULL, "Hello there", "{\"type\":\"OBJECT\",\"properties\":{\"answer\":{\"type\":\"STRING\"}}}", "{\"answer\":\"*\"}");
	check_json(NULL, "Hello there",
	    "{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#/$defs/n\"}}}}}",
	    "{\"next\":{}}");
}

static void test_models_differ(void **state)
{
	const char *text = "Context: Returns are free within 30 days. Shipping takes three days. Express shipping takes one day. "
			   "Shipping abroad takes a week.\n\nQuestion: How long does shipping take?";
	struct said s[4];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		say(models[i], NULL, text, NULL, &s[i]);
		assert_non_null(strstr(s[i].text, "hipping"));
	}
	assert_true(s[2].len > s[0].len); /* the wordy one and the terse one */
	for (size_t i = 0; i < 4; i++) {
		said_free(&s[i]);
	}
}

static void test_what_changes_the_wording(void **state)
{
	struct ask a;
	uint64_t h;

	(void)state;
	make(&a, "m", "System.", "Question?");
	h = ask_hash(&a, 1);
	assert_int_equal(h, ask_hash(&a, 1));
	assert_int_not_equal(h, ask_hash(&a, 2));
	a.max_tokens = 5;
	a.is_streamed = a.wants_usage = true;
	ask_add_stop(&a, "x", 1);
	assert_int_equal(h, ask_hash(&a, 1));
	a.temperature = 0.7;
	assert_int_not_equal(h, ask_hash(&a, 1));
	h = ask_hash(&a, 1);
	a.seed = 4;
	assert_int_not_equal(h, ask_hash(&a, 1));
	ask_free(&a);
}

static void test_limits(void **state)
{
	struct ask a;
	struct said whole, cut;

	(void)state;
	make(&a, "claude-haiku-4-5", NULL, "Why is the sky over Österreich so blue in the morning?");
	compose(&a, 1, &whole);
	for (int64_t n = 1; n < whole.out_tok; n++) {
		a.max_tokens = n;
		compose(&a, 1, &cut);
		assert_int_equal(cut.out_tok, n);
		assert_int_equal(cut.stop, SAID_LENGTH);
		assert_memory_equal(cut.text, whole.text, cut.len);
		assert_true(utf8_valid(cut.text, cut.len));
		said_free(&cut);
	}
	a.max_tokens = whole.out_tok;
	compose(&a, 1, &cut);
	assert_int_equal(cut.stop, SAID_STOP);
	said_free(&cut);
	ask_add_stop(&a, "nowhere", 7);
	ask_add_stop(&a, " ", 1);
	compose(&a, 1, &cut);
	assert_int_equal(cut.stop, SAID_SEQUENCE);
	assert_string_equal(cut.sequence, " ");
	assert_null(strchr(cut.text, ' '));
	said_free(&cut);
	said_free(&whole);
	ask_free(&a);
}

/* Reasoning counts as output, and a tight limit still shows something. */
static void test_reasoning(void **state)
{
	struct ask a;
	struct said s;

	(void)state;
	make(&a, "o4-mini", NULL, "Why is the sky blue?");
	compose(&a, 1, &s);
	assert_true(s.reason_tok > 0);
	assert_int_equal(s.out_tok, s.reason_tok + piece_count(s.text, s.len));
	said_free(&s);
	a.max_tokens = 6;
	compose(&a, 1, &s);
	assert_int_equal(s.reason_tok, 3);
	assert_int_equal(s.out_tok, 6);
	assert_true(s.len > 0);
	said_free(&s);
	ask_free(&a);
	say("gpt-4o-mini", NULL, "Why is the sky blue?", NULL, &s);
	assert_int_equal(s.reason_tok, 0);
	said_free(&s);
}

static void test_cache(void **state)
{
	struct buf system = { 0 };
	size_t reads = 0, writes = 0;
	struct said s;

	(void)state;
	for (int i = 0; i < 400; i++) {
		(void)buf_addf(&system, "Rule number %d is to be kind. ", i);
	}
	for (int i = 0; i < 40; i++) {
		char user[32];

		(void)snprintf(user, sizeof(user), "Question %d?", i);
		say("gpt-5.4-mini", buf_str(&system), user, NULL, &s);
		reads += s.cache_read_tok > 1024 && s.cache_write_tok == 0;
		writes += s.cache_write_tok > 1024 && s.cache_read_tok == 0;
		assert_true(s.cache_read_tok + s.cache_write_tok <= s.in_tok);
		assert_int_equal((s.cache_read_tok + s.cache_write_tok) % 128, 0);
		said_free(&s);
	}
	assert_int_equal(reads + writes, 40);
	assert_true(reads > 25 && writes > 0);
	say("gpt-5.4-mini", "Short.", "Question?", NULL, &s);
	assert_int_equal(s.cache_read_tok, 0);
	said_free(&s);
	buf_free(&system);
}

static void test_pieces(void **state)
{
	static const char *const texts[] = { "", "a", "Hello, world!", "internationalisation of 1234567 things", "  two  blanks ",
		"\n\n- list\n- item", "naïve café Österreich", "日本語のテキスト。", "👩‍💻🇩🇪", "\xff\xc3(\xe2\x82",
		"tab\tand\r\nline" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		size_t len = strlen(texts[i]), at = 0;
		int64_t n = 0;

		while (at < len) {
			size_t step = piece_next(texts[i] + at, len - at);

			assert_in_range(step, 1, len - at);
			assert_true(!utf8_valid(texts[i], len) || utf8_valid(texts[i] + at, step));
			at += step;
			assert_int_equal(piece_prefix(texts[i], len, ++n), at);
		}
		assert_int_equal(piece_count(texts[i], len), n);
	}
	/* About four bytes each. */
	const char *prose = "The quick brown fox jumps over the lazy dog, and the international committee applauds enthusiastically.";
	assert_in_range(piece_count(prose, strlen(prose)), strlen(prose) / 6, strlen(prose) / 3);
}

static void test_labels(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *first, *last;
	} lists[] = {
		{ "one of: a1, b2, c3", 3, "a1", "c3" },
		{ "Choose from \"red\", \"dark green\" or \"blue\".", 3, "red", "blue" },
		{ "Answer with A, B or C only.", 3, "A", "C" },
		{ "labels: [x|y|z]", 3, "x", "z" },
		{ "Is it so? Answer yes or no.", 2, "yes", "no" },
		{ "true/false please", 2, "true", "false" },
		{ "Classify the mood into calm, angry", 0, NULL, NULL },
		{ "Reply with a short sentence, please.", 0, NULL, NULL },
		{ "Answer in one or two sentences.", 0, NULL, NULL },
		{ "One of my friends, Anna, is late and sad about the whole long story.", 0, NULL, NULL },
		{ "", 0, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		struct labels l;
		bool is_found = labels_find((struct span){ lists[i].text, strlen(lists[i].text) }, &l);

		if (is_found != (lists[i].n > 0) || (is_found && l.n != lists[i].n)) {
			fail_msg(
			    "%s: %zu, first \"%.*s\"", lists[i].text, is_found ? l.n : 0, is_found ? (int)l.items[0].len : 0, l.items[0].s);
		}
		if (is_found) {
			assert_int_equal(l.items[0].len, strlen(lists[i].first));
			assert_memory_equal(l.items[0].s, lists[i].first, l.items[0].len);
			assert_int_equal(l.items[l.n - 1].len, strlen(lists[i].last));
			assert_memory_equal(l.items[l.n - 1].s, lists[i].last, l.items[l.n - 1].len);
		}
	}
}

static void test_tempers(void **state)
{
	struct temper a, b;

	(void)state;
	temper_find("gpt-5.4-mini", &a);
	temper_find("openai/gpt-5.4-mini", &b);
	assert_true(a.rate == b.rate && a.ttft_ms == b.ttft_ms);
	temper_find("llama3.1:8b", &b);
	assert_true(b.ttft_ms < a.ttft_ms && b.rate < a.rate);
	temper_find("never-heard-of", &a);
	temper_find("never-heard-of", &b);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_true(a.rate >= 30 && a.flaky == 0);
	for (size_t api = 0; api < API_COUNT; api++) {
		assert_non_null(model_listed((enum model_api)api, 0));
		assert_null(model_listed((enum model_api)api, 50));
	}
}

/* Any text, also pieces of prompts put together at random: nothing breaks, and what comes out is well-formed. */
static void test_any_text(void **state)
{
	static const char *const parts[] = { "JSON ", "{", "}", "\"", ":", ",", "one of ", "or ", "|", "[1] ", "Question: ", "\n",
		"answer with ", "A) ", "Reply in JSON {\"a\":", "café ", "。", "猫", "👩‍💻", "? ", ". ", "- ", "1. ", "say ",
		"hello ", "keys ", "[", "]", "1-4", "<x>", "team ", "yes or no ", "classify as ", "summarise ", "cite ", "sev", "(", ")",
		"\\", "'" };
	uint64_t rng = 1;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct buf system = { 0 }, user = { 0 };
		struct said s;

		for (int k = 0; k < 14; k++) {
			(void)buf_add_str(k % 3 == 0 ? &system : &user, parts[hash_mix(rng++) % COUNT_OF(parts)]);
		}
		say(models[i % 5], buf_str(&system), buf_str(&user), i % 7 == 0 ? "{}" : NULL, &s);
		assert_true(utf8_valid(s.text, s.len));
		assert_true(s.out_tok >= 0 && s.in_tok > 0);
		said_free(&s);
		buf_free(&system);
		buf_free(&user);
	}
}

static void test_long_prompt_is_quick(void **state)
{
	struct buf text = { 0 };
	struct said s;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		(void)buf_addf(&text, "Sentence %d speaks of thing %d. ", i, i % 97);
	}
	(void)buf_add_str(&text, "\n\nQuestion: What does sentence 17 speak of?");
	say("gpt-5.4-mini", NULL, buf_str(&text), NULL, &s);
	assert_non_null(strstr(s.text, "Sentence 17 speaks of thing 17"));
	said_free(&s);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_greeting),
		cmocka_unit_test(test_json_by_plea),
		cmocka_unit_test(test_json_by_schema),
		cmocka_unit_test(test_models_differ),
		cmocka_unit_test(test_what_changes_the_wording),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_reasoning),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_tempers),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_long_prompt_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
