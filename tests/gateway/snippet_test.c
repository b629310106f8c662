#include "gateway/snippet.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define KEY "sk-live-0123456789abcdef"
#define HEADER_SECRET "team-secret-77"

#define SENT(m) (&(struct sent_request){ (m).call.target, (m).call.is_streamed, (m).call.request_body.s, (m).call.request_body.len, NULL })

static char team_header[] = "X-Team-Key: " HEADER_SECRET;
static char *team_headers[] = { team_header, NULL };

struct made {
	struct config *config;
	struct target *target;
	struct call call;
};

static void make(struct made *m, const char *kind, const char *model, const char *body)
{
	struct err e = { 0 };
	char *name = x_asprintf("%s/%s", kind, model);

	*m = (struct made){ .config = config_new() };
	(void)config_add_provider(m->config, kind, kind, "https://api.example.test/v1", KEY, "the test");
	m->target = target_resolve(m->config, name, &e);
	assert_non_null(m->target);
	m->call.target = m->target;
	m->call.is_streamed = true;
	(void)buf_add_str(&m->call.request_body, body);
	free(name);
}

static void unmake(struct made *m)
{
	buf_free(&m->call.request_body);
	target_free(m->target);
	config_free(m->config);
}

static void check(const char *text, const char *wanted)
{
	if (strstr(text, wanted) == NULL) {
		fail_msg("no %s in\n%s", wanted, text);
	}
	assert_null(strstr(text, KEY));
	assert_null(strstr(text, "sonde-key-place"));
}

static void test_providers(void **state)
{
	static const struct {
		const char *kind, *model, *shell, *python;
	} rows[] = {
		{ "openai", "gpt-5.4-mini", "-H 'Authorization: Bearer '\"$OPENAI_API_KEY\"", "\"Bearer \" + os.environ[\"OPENAI_API_KEY\"]" },
		{ "anthropic", "claude-haiku-4-5", "-H 'x-api-key: '\"$ANTHROPIC_API_KEY\"", "\"x-api-key\": os.environ[\"ANTHROPIC_API_KEY\"]" },
		{ "gemini", "gemini-2.5-flash", "-H 'x-goog-api-key: '\"$GEMINI_API_KEY\"", "\"x-goog-api-key\": os.environ[\"GEMINI_API_KEY\"]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct made m;
		struct buf curl = { 0 }, python = { 0 };
		struct err e = { 0 };

		make(&m, rows[i].kind, rows[i].model, "{\"a\":1}");
		assert_true(snippet_curl(SENT(m), &curl, &e));
		assert_true(snippet_python(SENT(m), &python, &e));
		check(buf_str(&curl), rows[i].shell);
		check(buf_str(&curl), "curl -N 'https://api.example.test/v1");
		check(buf_str(&curl), "--data-binary '{\"a\":1}'");
		check(buf_str(&python), rows[i].python);
		check(buf_str(&python), "data=\"{\\\"a\\\":1}\".encode()");
		buf_free(&curl);
		buf_free(&python);
		unmake(&m);
	}
}

/* Nothing in a prompt ends the quotes. */
static void test_quotes(void **state)
{
	struct made m;
	struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	make(&m, "openai", "gpt-5.4-mini", "it's $(touch /tmp/x) `y` \"z\" \\ \n");
	assert_true(snippet_curl(SENT(m), &out, &e));
	check(buf_str(&out), "--data-binary 'it'\\''s $(touch /tmp/x) `y` \"z\" \\ \n'");
	buf_clear(&out);
	assert_true(snippet_python(SENT(m), &out, &e));
	check(buf_str(&out), "data=\"it's $(touch /tmp/x) `y` \\\"z\\\" \\\\ \\x0a\".encode()");
	buf_free(&out);
	unmake(&m);
}

static void test_configured_headers(void **state)
{
	struct made m;
	struct buf out = { 0 };
	struct err e = { 0 };
	struct provider_entry *p;

	(void)state;
	make(&m, "openai", "gpt-5.4-mini", "{}");
	p = config_find_provider(m.config, "openai");
	p->headers = team_headers;
	assert_true(snippet_curl(SENT(m), &out, &e));
	check(buf_str(&out), "-H 'X-Team-Key: '\"$X_TEAM_KEY\"");
	assert_null(strstr(buf_str(&out), HEADER_SECRET));
	p->headers = NULL;
	buf_free(&out);
	unmake(&m);
}

static void test_not_sent(void **state)
{
	struct made m;
	struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	make(&m, "openai", "gpt-5.4-mini", "");
	assert_false(snippet_curl(SENT(m), &out, &e));
	assert_false(snippet_python(SENT(m), &out, &e));
	assert_int_equal(out.len, 0);
	assert_string_equal(e.hint, "F5 sends it");
	unmake(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_providers), cmocka_unit_test(test_quotes), cmocka_unit_test(test_configured_headers),
		cmocka_unit_test(test_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
