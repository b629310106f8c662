/* Events of raw answers: found however the bytes are cut, whatever the framing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "app/raw_events.h"
#include "base/mem.h"

static const struct {
	const char *name, *body;
	enum framing framing;
	const char *events[4];
} bodies[] = {
	{ "named events", "event: a\ndata: 1\n\nevent: b\ndata: 2\ndata: 3\n\n", FRAMING_SSE, { "event: a\ndata: 1", "event: b\ndata: 2\ndata: 3" } },
	{ "CR LF, empty lines, a comment", "\r\ndata: 1\r\n\r\n\r\n: ping\r\n\r\n", FRAMING_SSE, { "data: 1", ": ping" } },
	{ "the last lacks its end", "data: 1\n\ndata: 2", FRAMING_SSE, { "data: 1", "data: 2" } },
	{ "JSON instead of a stream", "{\n \"error\": 1\n}\n", FRAMING_SSE, { "{\n \"error\": 1\n}" } },
	{ "lines", "{\"a\":1}\n\n{\"b\":2}", FRAMING_NDJSON, { "{\"a\":1}", "{\"b\":2}" } },
	{ "nothing", "", FRAMING_SSE, { NULL } },
	{ "line ends only", "\n\r\n\n", FRAMING_SSE, { NULL } },
};

static void check(size_t i, const struct raw_events *e)
{
	size_t n = 0;

	while (bodies[i].events[n] != NULL) {
		n++;
	}
	assert_int_equal(e->n, n);
	for (size_t k = 0; k < n; k++) {
		assert_int_equal(e->at[k].len, strlen(bodies[i].events[k]));
		assert_memory_equal(bodies[i].body + e->at[k].start, bodies[i].events[k], e->at[k].len);
	}
}

static void cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		size_t len = strlen(bodies[i].body);

		for (size_t cut = 0; cut <= len; cut++) {
			struct raw_events e = { 0 };

			raw_events_update(&e, bodies[i].body, cut, bodies[i].framing, false);
			raw_events_update(&e, bodies[i].body, len, bodies[i].framing, false);
			raw_events_update(&e, bodies[i].body, len, bodies[i].framing, true);
			raw_events_update(&e, bodies[i].body, len, bodies[i].framing, true);
			check(i, &e);
			raw_events_free(&e);
		}
	}
}

static void a_shorter_body_begins_anew(void **state)
{
	struct raw_events e = { 0 };

	(void)state;
	raw_events_update(&e, "data: 1\n\ndata: 2\n\n", 18, FRAMING_SSE, false);
	assert_int_equal(e.n, 2);
	raw_events_update(&e, "data: 3\n\n", 9, FRAMING_SSE, false);
	assert_int_equal(e.n, 1);
	raw_events_free(&e);
}

static void the_oldest_are_forgotten(void **state)
{
	struct raw_events e = { 0 };
	struct buf body = { 0 };
	size_t n = RAW_EVENTS_MAX * 2 + 7;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		(void)buf_addf(&body, "%zu\n", i);
	}
	raw_events_update(&e, body.s, body.len, FRAMING_NDJSON, true);
	assert_in_range(e.n, 1, RAW_EVENTS_MAX);
	assert_int_equal(e.n + e.n_forgotten, n);
	assert_int_equal(strtoul(body.s + e.at[0].start, NULL, 10), e.n_forgotten);
	assert_int_equal(strtoul(body.s + e.at[e.n - 1].start, NULL, 10), n - 1);
	raw_events_free(&e);
	buf_free(&body);
}

static const struct {
	const char *event, *name, *data, *piece;
} parts[] = {
	{ "event: content_block_delta\ndata: {\"delta\":{\"text\":\"Hi\"}}", "content_block_delta", "{\"delta\":{\"text\":\"Hi\"}}", "Hi" },
	{ "data:{\"choices\":[{\"delta\":{\"content\": \"a\\\"b\"}}]}", "", "{\"choices\":[{\"delta\":{\"content\": \"a\\\"b\"}}]}", "a\\\"b" },
	{ "data: [DONE]", "", "[DONE]", NULL },
	{ ": ping", "", ": ping", NULL },
	{ "data: 1\r\ndata: 2", "", "1\n2", NULL },
	{ "{\"response\":1,\"text\":\"cut in the mid", "", "{\"response\":1,\"text\":\"cut in the mid", "cut in the mid" },
	{ "{\"text\":\"\\", "", "{\"text\":\"\\", NULL },
	{ "{\"text\":", "", "{\"text\":", NULL },
	{ "{\"text\":\"\"}", "", "{\"text\":\"\"}", NULL },
};

static void names_data_and_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct buf name = { 0 }, data = { 0 };
		size_t n;

		raw_event_parts(parts[i].event, strlen(parts[i].event), &name, &data);
		assert_string_equal(buf_str(&name), parts[i].name);
		assert_string_equal(buf_str(&data), parts[i].data);
		const char *piece = raw_event_piece(buf_str(&data), data.len, &n);
		assert_int_equal(piece != NULL, parts[i].piece != NULL);
		if (piece != NULL) {
			assert_int_equal(n, strlen(parts[i].piece));
			assert_memory_equal(piece, parts[i].piece, n);
		}
		buf_free(&name);
		buf_free(&data);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(a_shorter_body_begins_anew),
		cmocka_unit_test(the_oldest_are_forgotten),
		cmocka_unit_test(names_data_and_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
