#include "gateway/model_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/xdg.h"
#include "gateway/secret.h"
#include "net/http.h"

#define FILE_MOST ((size_t)16 << 20)
#define BODY_MOST ((size_t)16 << 20)
#define ANSWER_MS 15000

static char *path_in(const char *dir)
{
	return x_asprintf("%s/models.json", dir);
}

/* ---- the file ---- */

static void load_one(struct model_list *list, const json_t *kept)
{
	size_t i;
	const json_t *v;

	json_array_foreach (json_get_array(kept, "models"), i, v) {
		const char *name = json_get_string(v, "name", NULL);

		if (name != NULL) {
			listing_add(&list->listing, name, json_get_int(v, "context"));
		}
	}
	list->asked_us = known_or(json_get_int(kept, "asked_us"), 0);
	list->is_simulated = json_get_true(kept, "simulated");
	list->listing.is_cut = json_get_true(kept, "cut");
}

static const json_t *find_kept(const json_t *root, const struct provider_entry *p)
{
	size_t i;
	const json_t *v;

	json_array_foreach (json_get_array(root, "lists"), i, v) {
		const char *name = json_get_string(v, "provider", NULL), *url = json_get_string(v, "base_url", NULL);

		if (name != NULL && url != NULL && strcmp(name, p->name) == 0 && strcmp(url, p->base_url) == 0) {
			return v;
		}
	}
	return NULL;
}

void model_lists_load(struct model_lists *ls, const struct config *c, const char *dir)
{
	char *path = path_in(dir);
	struct buf text;
	struct err e;

	buf_init(&text, FILE_MOST);
	json_t *root = file_read(path, &text, NULL, &e) ? json_loadb(buf_str(&text), text.len, 0, NULL) : NULL;
	*ls = (struct model_lists){ .lists = x_calloc(c->n_providers + 1, sizeof(*ls->lists)), .n = c->n_providers };
	for (size_t i = 0; i < ls->n; i++) {
		ls->lists[i].provider = c->providers[i];
		load_one(&ls->lists[i], find_kept(root, c->providers[i]));
	}
	json_decref(root);
	buf_free(&text);
	free(path);
}

static bool keep(const struct model_lists *ls, const char *dir, struct err *e)
{
	json_t *lists = json_array(), *root = json_pack("{s:o}", "lists", lists);
	char *path = path_in(dir);

	for (size_t i = 0; i < ls->n; i++) {
		const struct model_list *list = &ls->lists[i];
		json_t *models = json_array();

		for (size_t k = 0; k < list->listing.n; k++) {
			const struct listed_model *m = &list->listing.models[k];
			json_t *v = json_pack("{s:s}", "name", m->name);

			if (is_known(m->context_tok)) {
				(void)json_object_set_new(v, "context", json_integer(m->context_tok));
			}
			(void)json_array_append_new(models, v);
		}
		(void)json_array_append_new(lists,
		    json_pack("{s:s, s:s, s:I, s:b, s:b, s:o}", "provider", list->provider->name, "base_url", list->provider->base_url, "asked_us",
			(json_int_t)list->asked_us, "simulated", list->is_simulated, "cut", list->listing.is_cut, "models", models));
	}
	char *text = json_dumps(root, JSON_COMPACT);
	bool ok = xdg_make_dir(dir, e) && text != NULL && file_replace(path, text, strlen(text), e);
	free(text);
	free(path);
	json_decref(root);
	return ok;
}

void model_lists_free(struct model_lists *ls)
{
	for (size_t i = 0; i < ls->n; i++) {
		listing_free(&ls->lists[i].listing);
	}
	free(ls->lists);
	*ls = (struct model_lists){ 0 };
}

/* ---- asking ---- */

struct round {
	struct loop *loop;
	struct http *http;
	size_t n_asked;   /* have not answered yet */
	bool is_over;
};

struct question {
	struct round *round;
	struct model_list *list;
	struct provider_entry *provider;
	struct buf body;
	struct err err;
	bool ok;
};

static void end(struct question *q)
{
	q->round->is_over = --q->round->n_asked == 0;
	buf_free(&q->body);
	free(q);
}

static void on_data(void *ctx, const char *bytes, size_t len)
{
	struct question *q = ctx;

	(void)buf_add(&q->body, bytes, len);
}

static void on_done(void *ctx, const struct http_result *result)
{
	struct question *q = ctx;
	struct model_list *list = q->list;
	struct listing listing = { 0 };

	if (result->outcome != HTTP_OK && result->reply.status < 400) {
		list->err = result->err;
	} else if (listing_read(q->provider->kind, result->reply.status, buf_str(&q->body), q->body.len, &listing, &list->err)) {
		listing_free(&list->listing);
		list->listing = listing;
		list->asked_us = clock_wall_us();
		list->is_simulated = strcmp(result->reply.server, "sonde-simulator") == 0;
	}
	secret_hide(list->err.text, strlen(list->err.text), q->provider->key);
	end(q);
}

static void fetch_key(void *arg)
{
	struct question *q = arg;

	q->ok = provider_entry_key(q->provider, &q->err);
}

static void send_question(void *arg)
{
	static const struct http_handler handler = { .on_data = on_data, .on_done = on_done };
	struct question *q = arg;
	const struct provider_entry *p = q->provider;
	struct endpoint ep = { .base_url = p->base_url, .key = p->key, .headers = (const char *const *)p->headers };
	struct wire_request w = { 0 };

	if (!q->ok) {
		q->list->err = q->err;
		end(q);
	} else if (!listing_build(p->kind, &ep, &w, &q->list->err)) {
		end(q);
	} else {
		struct http_request r = { .method = "GET", .url = w.url, .headers = (const char *const *)w.headers, .connect_ms = p->connect_ms,
			.first_byte_ms = ANSWER_MS, .idle_ms = ANSWER_MS };

		(void)http_send(q->round->http, &r, &handler, q);
	}
	wire_request_free(&w);
}

static void ask(struct round *round, struct model_list *list)
{
	struct question *q = x_calloc(1, sizeof(*q));

	q->round = round;
	q->list = list;
	q->provider = (struct provider_entry *)list->provider;
	buf_init(&q->body, BODY_MOST);
	round->n_asked++;
	/* On a worker, since a command may give the key. */
	job_submit(round->loop->jobs, fetch_key, send_question, q);
}

bool model_lists_ask(struct model_lists *ls, struct loop *l, const char *dir, int64_t max_age_us, struct err *e)
{
	struct round round = { .loop = l, .http = http_new(l) };
	int64_t now_us = clock_wall_us();

	for (size_t i = 0; i < ls->n; i++) {
		struct model_list *list = &ls->lists[i];

		if (list->provider->kind->list == NULL) {
			continue;
		}
		if (list->asked_us == 0 || now_us - list->asked_us > max_age_us || list->asked_us > now_us) {
			ask(&round, list);
		}
	}
	bool has_asked = round.n_asked > 0;
	if (has_asked) {
		loop_run_until(l, &round.is_over);
	}
	http_free(round.http);
	return !has_asked || keep(ls, dir, e);
}
