/* Files with a prompt: what they are, who takes them, and how they stand in each wire format. */
#include "tests/provider/streams.h"

#include "provider/attachment.h"
#include "provider/rows.h"

#define PNG "\x89PNG\r\n\x1a\n"
#define PNG64 "iVBORw0KGgo="
#define PDF "%PDF-1.7"
#define PDF64 "JVBERi0xLjc="

static bool add(struct attachments *as, const char *name, const char *bytes, size_t len, struct err *e)
{
	char *copy = x_malloc(len + 1);

	memcpy(copy, bytes, len);
	return attachments_add(as, name, copy, len, e);
}

static struct attachments *with(const char *name, const char *bytes)
{
	struct attachments *as = attachments_new();
	struct err e = { 0 };

	assert_true(add(as, name, bytes, strlen(bytes), &e));
	return as;
}

static void kinds(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *type; /* NULL: refused */
		enum attachment_kind kind;
	} cases[] = {
		{ PNG "x", 9, "image/png", ATTACH_IMAGE },
		{ "\xff\xd8\xff\xe0", 4, "image/jpeg", ATTACH_IMAGE },
		{ "GIF89a..", 8, "image/gif", ATTACH_IMAGE },
		{ "GIF87a", 6, "image/gif", ATTACH_IMAGE },
		{ "RIFF\x01\x02\x03\x04WEBPVP8 ", 16, "image/webp", ATTACH_IMAGE },
		{ "RIFF\x01\x02\x03\x04WAVE", 12, NULL, 0 },
		{ PDF, 8, "application/pdf", ATTACH_PDF },
		{ "h\xc3\xa9llo\n", 7, "text/plain", ATTACH_TEXT },
		{ PNG, 7, NULL, 0 }, /* cut within its mark */
		{ "a\0b", 3, NULL, 0 },
		{ "\xff\xfe", 2, NULL, 0 },
		{ "", 0, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct attachments *as = attachments_new();
		struct err e = { 0 };
		bool ok = add(as, "a\x1b\xff", cases[i].bytes, cases[i].len, &e);

		assert_int_equal(ok, cases[i].type != NULL);
		assert_int_equal(as->n, ok);
		if (ok) {
			assert_string_equal(as->list[0].type, cases[i].type);
			assert_int_equal(as->list[0].kind, cases[i].kind);
			assert_string_equal(as->list[0].name, "a__");
		} else {
			assert_int_equal(e.code, ERR_USAGE);
			assert_null(strchr(e.text, '\x1b'));
		}
		attachments_unref(as);
	}
}

static void too_many(void **state)
{
	struct attachments *as = attachments_new(), *same = attachments_ref(as);
	struct err e = { 0 };
	size_t n = 0;

	(void)state;
	while (add(as, "x", "x", 1, &e)) {
		n++;
	}
	assert_int_equal(n, 20);
	assert_string_equal(e.text, "at most 20 files go with a prompt");
	attachments_unref(as);
	assert_int_equal(same->n, 20);
	attachments_unref(same);
	attachments_unref(NULL);
	assert_null(attachments_ref(NULL));
}

static void who_takes_what(void **state)
{
	static const struct {
		const struct provider *provider;
		const char *model, *bytes, *why; /* NULL: taken */
	} cases[] = {
		{ &provider_openai, "gpt-5.4", PNG, NULL },
		{ &provider_openai, "gpt-5.4", PDF, NULL },
		{ &provider_openai, "gpt-3.5-turbo-0125", PNG, "gpt-3.5-turbo-0125 of OpenAI takes no images (f)" },
		{ &provider_azure, "gpt-4o", PDF, "Azure OpenAI takes no PDFs (f)" },
		{ &provider_mistral, "mistral-small-latest", PNG, NULL },
		{ &provider_mistral, "codestral-latest", PNG, "codestral-latest of Mistral takes no images (f)" },
		{ &provider_mistral, "mistral-small-latest", PDF, "Mistral takes no PDFs (f)" },
		{ &provider_ollama, "llava", PNG, NULL },
		{ &provider_ollama, "llava", PDF, "Ollama takes no PDFs (f)" },
		{ &provider_cohere, "command-a-vision-07-2025", PNG, NULL },
		{ &provider_cohere, "command-a-03-2025", PNG, "command-a-03-2025 of Cohere takes no images (f)" },
		{ &provider_cohere, "command-a-03-2025", "text", NULL },
		{ &provider_gemini, "gemini-2.5-flash", PDF, NULL },
		{ &provider_anthropic, "claude-haiku-4-5", PDF, NULL },
		{ &provider_openrouter, "a/b", PDF, NULL },
	};
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct attachments *as = with("f", cases[i].bytes);
		bool ok = attachments_check(as, cases[i].provider, cases[i].model, &e);

		assert_int_equal(ok, cases[i].why == NULL);
		if (!ok) {
			assert_string_equal(e.text, cases[i].why);
			assert_int_equal(e.code, ERR_USAGE);
		}
		attachments_unref(as);
	}
	assert_true(attachments_check(NULL, &provider_cohere, "x", &e));
}

static void sizes(void **state)
{
	size_t len = ((size_t)5 << 20) + 1;
	char *big = x_malloc(len);
	struct attachments *as = attachments_new();
	struct err e = { 0 };

	(void)state;
	memset(big, 0, len);
	memcpy(big, PNG, 8);
	assert_true(add(as, "big.png", big, len, &e));
	assert_false(attachments_check(as, &provider_anthropic, "claude", &e));
	assert_string_equal(e.text, "big.png is of 5.0 MiB; Anthropic takes images of up to 5 MiB");
	assert_true(attachments_check(as, &provider_gemini, "gemini", &e));
	assert_true(add(as, "2.png", big, len, &e) && add(as, "3.png", big, len, &e));
	assert_false(attachments_check(as, &provider_gemini, "gemini", &e));
	assert_string_equal(e.text, "the files are of 15.0 MiB together; Google Gemini takes up to 14 MiB");
	attachments_unref(as);
	free(big);
}

/* One PNG, one text, one PDF where it is taken: between a system prompt and the answer asked for. */
static void wire(void **state)
{
#define WORDS "--- n.txt ---\\nabc\\n--- end of n.txt ---\\n\\nWhat?"
	static const struct {
		const struct provider *provider;
		const char *model;
		bool takes_pdf;
		const char *expected; /* a part of the body */
	} cases[] = {
		{ &provider_openai, "m", true,
		    "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," PNG64 "\"}},{\"type\":\"file\",\"file\":{\"filename\":"
		    "\"d.pdf\",\"file_data\":\"data:application/pdf;base64," PDF64 "\"}},{\"type\":\"text\",\"text\":\"" WORDS "\"}]" },
		{ &provider_mistral, "m", false,
		    "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," PNG64 "\"}},{\"type\":\"text\",\"text\":\"" WORDS "\"}]" },
		{ &provider_cohere, "vision", false,
		    "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," PNG64 "\"}},{\"type\":\"text\",\"text\":\"" WORDS "\"}]" },
		{ &provider_anthropic, "m", true,
		    "[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"" PNG64
		    "\"}},{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"" PDF64
		    "\"}},{\"type\":\"text\",\"text\":\"" WORDS "\"}]" },
		{ &provider_gemini, "m", true,
		    "[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" PNG64 "\"}},{\"inlineData\":{\"mimeType\":\"application/pdf\",\"data\":\""
		    PDF64 "\"}},{\"text\":\"" WORDS "\"}]" },
		{ &provider_ollama, "m", false, "\"content\":\"" WORDS "\",\"images\":[\"" PNG64 "\"]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct message messages[] = { { .role = ROLE_USER, .text = "First." }, { .role = ROLE_ASSISTANT, .text = "Yes." }, { .role = ROLE_USER, .text = "What?" } };
		struct endpoint ep = { .base_url = "http://h", .key = "k" };
		struct attachments *as = with("c.png", PNG);
		struct err e = { 0 };

		assert_true(add(as, "n.txt", "abc", 3, &e));
		if (cases[i].takes_pdf) {
			assert_true(add(as, "d.pdf", PDF, strlen(PDF), &e));
		}
		struct chat_request r = { .model = cases[i].model, .messages = messages, .n_messages = 3, .attachments = as };
		chat_params_init(&r.params);
		for (int k = 0; k < 2; k++) {
			struct wire_request w = { 0 };

			r.is_for_record = k == 1;
			if (!provider_build(cases[i].provider, &ep, &r, &w, &e)) {
				fail_msg("%s: %s", cases[i].provider->kind, e.text);
			}
			bool is_there = strstr(buf_str(&w.body), cases[i].expected) != NULL;
			if (is_there != (k == 0)) {
				fail_msg("%s: %s", cases[i].provider->kind, buf_str(&w.body));
			}
			assert_int_equal(strstr(buf_str(&w.body), PNG64) != NULL, k == 0);
			/* sha256sum of the eight bytes */
			assert_int_equal(strstr(buf_str(&w.body), "(base64 of c.png, 8 bytes, sha256 "
			    "4c4b6a3be1314ab86138bef4314dde022e600960d8689a2c8f8631802d20dab6)") != NULL, k == 1);
			wire_request_free(&w);
		}
		attachments_unref(as);
	}
}

/* A text alone changes nothing but the words: the content stays a text. */
static void text_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		const struct message m = { .role = ROLE_USER, .text = "What?" };
		struct endpoint ep = { .base_url = "http://h", .key = "k" };
		struct attachments *as = with("n.txt", "abc\n");
		struct chat_request r = { .model = "m", .messages = &m, .n_messages = 1, .attachments = as };
		struct wire_request w = { 0 };
		struct err e = { 0 };

		chat_params_init(&r.params);
		assert_true(provider_build(providers[i], &ep, &r, &w, &e));
		assert_non_null(strstr(buf_str(&w.body), strcmp(providers[i]->kind, "gemini") == 0 ? "\"text\":\"" WORDS "\"" : "\"content\":\"" WORDS "\""));
		wire_request_free(&w);
		attachments_unref(as);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds), cmocka_unit_test(too_many), cmocka_unit_test(who_takes_what), cmocka_unit_test(sizes),
		cmocka_unit_test(wire), cmocka_unit_test(text_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
