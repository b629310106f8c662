/* Calls with files: what goes out, and what is recorded of it. */
#include "gateway/attach_file.h"
#include "gateway/snippet.h"
#include "net/server.h"
#include "tests/gateway/call_fixture.h"

#define PNG "\x89PNG\r\n\x1a\n"
#define PNG64 "iVBORw0KGgoB"

struct peer {
	struct server *server;
	struct buf body; /* of the last request */
	int n;
};

static void answer(void *ctx, struct exchange *x, const struct server_request *r)
{
	static const char text[] = "{\"choices\":[{\"message\":{\"content\":\"a cat\"},\"finish_reason\":\"stop\"}]}";
	struct peer *p = ctx;

	buf_clear(&p->body);
	(void)buf_add(&p->body, r->body, r->body_len);
	/* The first one is to be tried again. */
	exchange_reply(x, p->n++ == 0 ? 503 : 200, "application/json", NULL, text, sizeof(text) - 1);
}

static struct attachments *a_cat(struct bench *b)
{
	char *path = x_asprintf("%s/cat.png", b->dir);
	FILE *f = fopen(path, "w");
	struct attachments *as = attachments_new();
	struct err e = { 0 };

	assert_non_null(f);
	assert_int_equal(fwrite(PNG "\x01", 9, 1, f), 1);
	assert_int_equal(fclose(f), 0);
	if (!attach_file(as, path, &e)) {
		fail_msg("%s", e.text);
	}
	free(path);
	return as;
}

static void start(struct bench *b, struct watch *w, const char *target, struct attachments *as, bool caches)
{
	struct message m = { .role = ROLE_USER, .text = "What is it?" };
	struct err e = { 0 };
	struct target *t = target_resolve(b->config, target, &e);

	assert_non_null(t);
	struct gateway_request r = { .target = t, .messages = &m, .n_messages = 1, .attachments = as, .max_attempts = 2, .caches = caches };
	chat_params_init(&r.params);
	w->bench = b;
	w->call = call_ref(call_start(b->gateway, &r, watch_event, w));
	b->n_running++;
	b->is_idle = false;
	target_free(t);
}

static void sent_and_recorded(void **state)
{
	struct bench *b = bench_new(NULL);
	struct peer p = { .n = 0 };
	struct watch w = { 0 };
	struct call_row row;
	struct call_body body;
	struct buf curl = { 0 };
	struct err e = { 0 };
	struct attachments *as = a_cat(b);

	(void)state;
	p.server = server_new(b->loop, "127.0.0.1", 0, answer, &p, &e);
	assert_non_null(p.server);
	(void)bench_provider(b, "openai", "openai", server_port(p.server), NULL);
	start(b, &w, "openai/m", as, false);
	attachments_unref(as); /* the call has its own */
	bench_run(b, NULL);
	assert_string_equal(w.events, "qsrsfdD");
	assert_non_null(strstr(buf_str(&p.body), "data:image/png;base64," PNG64));
	bench_recorded(b, w.call, &row, &body);
	assert_null(memmem(body.request, body.request_len, PNG64, strlen(PNG64)));
	assert_non_null(memmem(body.request, body.request_len, "(base64 of cat.png, 9 bytes, sha256 ", 36));
	const struct sent_request sent = sent_by_call(w.call);
	assert_true(snippet_curl(&sent, &curl, &e));
	assert_int_equal(strncmp(buf_str(&curl), "# The base64 of each attached file", 34), 0);
	assert_non_null(strstr(buf_str(&curl), "(base64 of cat.png"));
	buf_free(&curl);
	call_row_free(&row);
	call_body_free(&body);
	watch_end(&w);
	server_free(p.server);
	buf_free(&p.body);
	bench_free(b);
}

/* Every format reaches the simulator; what is not taken fails before anything is sent; the cache knows files apart. */
static void each_kind(void **state)
{
	static const char *const targets[] = { "openai/m", "anthropic/m", "gemini/m", "ollama/m", "mistral/m", "openrouter/m", "azure/m",
		"cohere/vision" };
	struct bench *b = bench_new(NULL);
	struct attachments *as = a_cat(b), *other = attachments_new();
	struct watch refused = { 0 }, w[4] = { 0 };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		(void)bench_provider(b, providers[i]->kind, providers[i]->kind, 0, NULL);
	}
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		struct watch one = { 0 };

		start(b, &one, targets[i], as, false);
		bench_run(b, NULL);
		if (one.call->state != CALL_DONE) {
			fail_msg("%s: %s", targets[i], one.call->err.text);
		}
		watch_end(&one);
	}
	uint64_t n = sim_requests(b->sim);
	start(b, &refused, "cohere/command-a-03-2025", as, false);
	bench_run(b, NULL);
	assert_string_equal(refused.events, "qF");
	assert_int_equal(call_err_code(refused.call), ERR_USAGE);
	assert_int_equal(refused.call->row.cost_nano, 0);
	assert_int_equal(sim_requests(b->sim), n);
	char *bytes = x_malloc(9);
	memcpy(bytes, PNG "\x02", 9);
	assert_true(attachments_add(other, "cat.png", bytes, 9, &e));
	for (size_t i = 0; i < COUNT_OF(w); i++) {
		start(b, &w[i], "openai/m", i == 1 || i == 3 ? other : as, true);
		bench_run(b, NULL);
		job_pool_wait(b->loop->jobs);
		assert_int_equal(w[i].call->is_cached, i >= 2);
		assert_null(strstr(buf_str(&w[i].call->request_body), "iVBORw0KGgo"));
		watch_end(&w[i]);
	}
	watch_end(&refused);
	attachments_unref(as);
	attachments_unref(other);
	bench_free(b);
}

static void bad_files(void **state)
{
	struct attachments *as = attachments_new();
	struct err e = { 0 };

	(void)state;
	assert_false(attach_file(as, "/no/such/file", &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_non_null(strstr(e.text, "/no/such/file"));
	assert_false(attach_file(as, "/", &e));
	assert_false(attach_file(as, "/bin/sh", &e));
	assert_non_null(strstr(e.text, "sh is no image (PNG, JPEG, GIF, WebP), no PDF and no UTF-8 text"));
	attachments_unref(as);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sent_and_recorded), cmocka_unit_test(each_kind), cmocka_unit_test(bad_files) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
