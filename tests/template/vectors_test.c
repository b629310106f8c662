/* Every vector of tests/template/vectors.json: the exact text, or the kind of error. */
#include "template/template.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* What the vectors are for: so many, and a file that lost some is not taken for one that passes. */
#define N_VECTORS 71

static bool include(void *ctx, const char *name, struct buf *text)
{
	size_t len;
	const char *s = json_get_string(ctx, name, &len);

	return s != NULL && buf_add(text, s, len);
}

/* The kind of error in `out`, or the text. */
static void render(const json_t *vector, struct buf *out, struct template_error *err)
{
	struct template_env env = { .is_lenient = strcmp(json_get_string(vector, "mode", NULL), "lenient") == 0, .include = include,
		.ctx = json_get_object(vector, "partials") };
	size_t len;
	const char *text = json_get_string(vector, "template", &len);
	struct template *t = template_parse("main", text, len, err);

	if (t != NULL) {
		(void)!template_render(t, json_get_object(vector, "vars"), &env, out, err);
	}
	template_free(t);
}

static bool passes(const json_t *vector)
{
	const char *expected = json_get_string(vector, "expected", NULL), *error = json_get_string(vector, "error", NULL);
	struct template_error err;
	struct buf out = { 0 };

	render(vector, &out, &err);
	const char *kind = template_error_name(err.kind);
	bool ok = error != NULL ? strcmp(kind, error) == 0 : err.kind == TEMPLATE_OK && strcmp(buf_str(&out), expected) == 0;
	if (!ok) {
		print_error("%s: %s\n  expected: %s%s\n  got:      %s%s %s\n", json_get_string(vector, "id", NULL),
		    json_get_string(vector, "template", NULL), error != NULL ? "error " : "", error != NULL ? error : expected,
		    err.kind != TEMPLATE_OK ? "error " : buf_str(&out), kind, err.message);
	}
	buf_free(&out);
	return ok;
}

static void test_vectors(void **state)
{
	json_t *vectors = json_load_file(SONDE_SRCDIR "/tests/template/vectors.json", 0, NULL), *vector;
	size_t i, n_failed = 0;

	(void)state;
	json_array_foreach(vectors, i, vector) {
		n_failed += !passes(vector);
	}
	assert_int_equal(i, N_VECTORS);
	assert_int_equal(n_failed, 0);
	json_decref(vectors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
