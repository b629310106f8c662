#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "net/server.h"
#include "sim/fault.h"
#include "sim/side.h"
#include "sim/talk.h"

#define ONCE_SLOTS 256

struct sim {
	struct loop *loop;
	struct sim_options options;
	struct server *server;
	uint64_t n_seen, n_over;
	uint64_t once[ONCE_SLOTS]; /* requests that were refused at their first try, by hash: the next try gets through */
};

enum action { ACTION_CHAT, ACTION_SIDE, ACTION_MODELS, ACTION_VERSION }; /* the last two are asked by GET */

struct route {
	const struct dialect *dialect;
	enum action action;
	const struct side_path *side;
	const char *model; /* from the path, not terminated; NULL when the body names it */
	size_t model_len;
	bool is_streamed; /* the path says so */
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* ".../models/MODEL:generateContent" */
static bool route_gemini(const char *path, struct route *out)
{
	const char *models = strstr(path, "/models/"), *colon = strrchr(path, ':');

	if (models == NULL || colon == NULL || colon <= models + 8) {
		return false;
	}
	out->dialect = &dialect_gemini;
	out->model = models + 8;
	out->model_len = (size_t)(colon - out->model);
	out->is_streamed = strcmp(colon, ":streamGenerateContent") == 0;
	return out->is_streamed || strcmp(colon, ":generateContent") == 0;
}

/* Several providers list their models at the same path. */
static const struct dialect *dialect_of_models(const struct exchange *x, const struct server_request *r)
{
	if (exchange_header(x, "x-api-key") != NULL || exchange_header(x, "anthropic-version") != NULL) {
		return &dialect_anthropic;
	}
	return strstr(r->query, "page_size=") != NULL ? &dialect_cohere : &dialect_openai;
}

static bool find_route(const struct exchange *x, const struct server_request *r, struct route *out)
{
	const char *path = r->path;
	static const struct {
		const char *end;
		const struct dialect *dialect;
		enum action action;
	} ends[] = {
		{ "/mistral/v1/chat/completions", &dialect_mistral, ACTION_CHAT },
		{ "/mistral/v1/models", &dialect_mistral, ACTION_MODELS },
		{ "/api/v1/chat/completions", &dialect_openrouter, ACTION_CHAT },
		{ "/api/v1/models", &dialect_openrouter, ACTION_MODELS },
		{ "/v2/chat", &dialect_cohere, ACTION_CHAT },
		{ "/chat/completions", &dialect_openai, ACTION_CHAT },
		{ "/messages", &dialect_anthropic, ACTION_CHAT },
		{ "/api/chat", &dialect_ollama, ACTION_CHAT },
		{ "/api/tags", &dialect_ollama, ACTION_MODELS },
		{ "/api/version", &dialect_ollama, ACTION_VERSION },
		{ "/v1beta/models", &dialect_gemini, ACTION_MODELS },
		{ "/models", &dialect_openai, ACTION_MODELS },
	};

	*out = (struct route){ .dialect = &dialect_openai, .side = side_find(path) };
	if (out->side != NULL) {
		out->dialect = out->side->dialect;
		out->action = ACTION_SIDE;
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		if (ends_with(path, ends[i].end)) {
			out->dialect = ends[i].dialect;
			out->action = ends[i].action;
			if (i + 1 == COUNT_OF(ends)) {
				out->dialect = dialect_of_models(x, r);
			}
			return true;
		}
	}
	if (route_gemini(path, out)) {
		return true;
	}
	/* For the shape of the 404. */
	out->dialect = strstr(path, "/v1beta") != NULL     ? &dialect_gemini
		       : strstr(path, "/mistral/") != NULL ? &dialect_mistral
		       : strstr(path, "/api/v1/") != NULL  ? &dialect_openrouter
		       : strstr(path, "/v2/") != NULL      ? &dialect_cohere
		       : strstr(path, "/api/") != NULL     ? &dialect_ollama
		       : strstr(path, "/messages") != NULL ? &dialect_anthropic
							   : &dialect_openai;
	return false;
}

static void request_headers(const struct sim *s, const struct dialect *d, struct buf *out)
{
	(void)buf_addf(out, "%s: req_%016llx\r\n", d->id_header, (unsigned long long)hash_mix(s->options.seed + s->n_seen));
	if (d->api == API_OPENAI) {
		(void)buf_addf(out,
		    "x-ratelimit-limit-requests: 10000\r\nx-ratelimit-remaining-requests: %d\r\nx-ratelimit-reset-requests: 6ms\r\n",
		    9999 - (int)(s->n_seen % 500));
	} else if (d->api == API_ANTHROPIC) {
		(void)buf_addf(out, "anthropic-ratelimit-requests-limit: 4000\r\nanthropic-ratelimit-requests-remaining: %d\r\n",
		    3999 - (int)(s->n_seen % 500));
	}
}

static void reply_json(struct sim *s, struct exchange *x, int status, const char *headers, json_t *v)
{
	char *text = json_dumps(v, JSON_COMPACT);

	s->n_over++;
	exchange_reply(x, status, "application/json", headers, text != NULL ? text : "{}", text != NULL ? strlen(text) : 2);
	free(text);
	json_decref(v);
}

/* text NULL: the usual one of the refusal. */
static void refuse(struct sim *s, struct exchange *x, const struct dialect *d, enum refusal r, const char *text, const char *param)
{
	static const char *const usual[REFUSALS] = {
		[REFUSE_BAD_REQUEST] = "The request is not valid (simulated)",
		[REFUSE_NO_MODEL] = "The model does not exist or you do not have access to it (simulated)",
		[REFUSE_NO_PATH] = "Unknown path; see `sonde help simulate` for what is spoken here",
		[REFUSE_METHOD] = "Not allowed with this method",
		[REFUSE_RATE] = "Rate limit reached for requests (simulated)",
		[REFUSE_SERVER] = "The server had an error while processing your request (simulated)",
		[REFUSE_OVERLOADED] = "Overloaded (simulated)",
	};
	int wait_s = s->options.retry_after_s > 0 ? s->options.retry_after_s : 1;
	struct buf headers = { 0 };
	char id[32];

	request_headers(s, d, &headers);
	(void)snprintf(id, sizeof(id), "req_%016llx", (unsigned long long)hash_mix(s->options.seed + s->n_seen));
	if (r == REFUSE_RATE) {
		(void)buf_addf(&headers, "Retry-After: %d\r\n", wait_s);
		if (hash_mix(s->options.seed + s->n_seen) % 2 == 0) {
			(void)buf_addf(&headers, "retry-after-ms: %d\r\n", wait_s * 1000);
		}
	}
	if (r == REFUSE_METHOD) {
		(void)buf_add_str(&headers, "Allow: POST\r\n");
	}
	reply_json(s, x, refusal_status(r), buf_str(&headers), d->refuse(r, text != NULL ? text : usual[r], param, id));
	buf_free(&headers);
}

/* The key the client sent: "" for none. */
static const char *find_key(const struct exchange *x, const struct dialect *d, const char *query)
{
	for (size_t i = 0; i < COUNT_OF(d->key_headers) && d->key_headers[i] != NULL; i++) {
		const char *v = exchange_header(x, d->key_headers[i]);

		if (v != NULL && strcmp(d->key_headers[i], "authorization") == 0) {
			v = strncasecmp(v, "Bearer ", 7) == 0 ? v + 7 : "";
		}
		if (v != NULL && *v != '\0') {
			return v;
		}
	}
	const char *key = d->api == API_GEMINI ? strstr(query, "key=") : NULL;
	return key != NULL ? key + 4 : "";
}

/* Says the key back, as some servers do. */
static void refuse_key(struct sim *s, struct exchange *x, const struct dialect *d, const char *key)
{
	static const char rule[] = "(simulated): any key but \"bad-key\" is taken";
	char *text = *key == '\0' ? x_asprintf("No API key provided %s", rule) : x_asprintf("Incorrect API key provided: %s %s", key, rule);

	refuse(s, x, d, REFUSE_AUTH, text, NULL);
	free(text);
}

static bool check_head(struct sim *s, struct exchange *x, const struct route *route, const struct server_request *r)
{
	const char *key = find_key(x, route->dialect, r->query);

	if ((route->dialect->needs_key && *key == '\0') || (strncmp(key, "bad-key", 7) == 0 && (key[7] == '\0' || key[7] == '&'))) {
		refuse_key(s, x, route->dialect, key);
		return false;
	}
	if (route->dialect->api == API_ANTHROPIC && route->action == ACTION_CHAT && exchange_header(x, "anthropic-version") == NULL) {
		refuse(s, x, route->dialect, REFUSE_BAD_REQUEST, "anthropic-version: header is required", NULL);
		return false;
	}
	return true;
}

static bool has_model(struct sim *s, struct exchange *x, const struct route *route, const char *model)
{
	char text[300];

	if (strstr(model, "missing") == NULL) {
		return true;
	}
	(void)snprintf(text, sizeof(text), "The model `%.100s` does not exist or you do not have access to it.", model);
	refuse(s, x, route->dialect, REFUSE_NO_MODEL, text, NULL);
	return false;
}

static bool read_ask(struct sim *s, struct exchange *x, const struct route *route, const struct server_request *r, struct ask *a)
{
	json_error_t why;
	json_t *body = json_loadb(r->body != NULL ? r->body : "", r->body_len, JSON_ALLOW_NUL, &why);
	struct err e = { 0 };
	bool ok = false;

	if (!json_is_object(body)) {
		char text[300];

		(void)snprintf(
		    text, sizeof(text), "We could not parse the JSON body of your request: %s", body == NULL ? why.text : "not an object");
		refuse(s, x, route->dialect, REFUSE_BAD_REQUEST, text, NULL);
		goto out;
	}
	if (route->model != NULL) {
		a->model = x_strndup(route->model, route->model_len);
		a->is_streamed = route->is_streamed;
	}
	if (!route->dialect->read(body, a, &e)) {
		refuse(s, x, route->dialect, REFUSE_BAD_REQUEST, e.text, e.hint[0] != '\0' ? e.hint : NULL);
		goto out;
	}
	ok = has_model(s, x, route, a->model);
out:
	json_decref(body);
	return ok;
}

/* True at the first, third, ... try of a request. */
static bool is_first_try(struct sim *s, uint64_t hash)
{
	uint64_t *slot = &s->once[hash % ONCE_SLOTS];
	bool is_first = *slot != hash;

	*slot = is_first ? hash : 0;
	return is_first;
}

/* The fault for this request: forced by its header ("429", or "429 once" for the first try only), drawn, or of the model's temper.
 * False: the header names none. */
static bool choose_fault(struct sim *s, const struct exchange *x, const char *model, uint64_t hash, enum sim_fault *out)
{
	const char *forced = exchange_header(x, "x-sonde-fault");
	struct temper t;

	*out = FAULT_NONE;
	if (forced != NULL && *forced != '\0') {
		char name[32];
		size_t n = strcspn(forced, " ");

		(void)snprintf(name, sizeof(name), "%.*s", (int)(n < sizeof(name) ? n : sizeof(name) - 1), forced);
		if (!sim_fault_from_name(name, out)) {
			return false;
		}
		if (strcmp(forced + n, " once") == 0 && !is_first_try(s, hash)) {
			*out = FAULT_NONE;
		}
		return true;
	}
	*out = fault_draw(s->options.fail, hash + hash_mix(s->n_seen));
	temper_find(model, &t);
	if (*out == FAULT_NONE && fault_chance(hash ^ 0xf1a6) < t.flaky && is_first_try(s, hash)) {
		*out = hash % 3 == 0 ? FAULT_OVERLOADED : FAULT_RATE_LIMIT;
	}
	return true;
}

static void on_over(void *ctx)
{
	struct sim *s = ctx;

	s->n_over++;
}

/* False: the request has been answered by its fault. *fault is left for whoever answers: one that is no refusal. */
static bool passes_faults(struct sim *s, struct exchange *x, const struct route *route, const char *model, bool is_streamed, uint64_t hash,
    enum sim_fault *fault)
{
	enum refusal refusal;

	if (!choose_fault(s, x, model, hash, fault)) {
		refuse(s, x, route->dialect, REFUSE_BAD_REQUEST, "X-Sonde-Fault names no fault of the simulator", NULL);
		return false;
	}
	if (*fault == FAULT_STREAM_ERROR && !is_streamed) {
		*fault = FAULT_SERVER_ERROR; /* there is no stream to break */
	}
	if (fault_refusal(*fault, &refusal)) {
		if (refusal == REFUSE_AUTH) {
			refuse_key(s, x, route->dialect, find_key(x, route->dialect, ""));
		} else {
			refuse(s, x, route->dialect, refusal, NULL, NULL);
		}
		return false;
	}
	if (*fault == FAULT_RESET) {
		s->n_over++;
		exchange_break(x, true);
		return false;
	}
	return true;
}

static void answer(struct sim *s, struct exchange *x, const struct route *route, const struct server_request *r, struct ask *a)
{
	struct buf headers = { 0 };
	enum sim_fault fault;

	if (!passes_faults(s, x, route, a->model, a->is_streamed, ask_hash(a, s->options.seed), &fault)) {
		return;
	}
	request_headers(s, route->dialect, &headers);
	talk_begin(s->loop, x,
	    &(struct talk_plan){
		.dialect = route->dialect,
		.ask = a,
		.seed = s->options.seed,
		.fault = fault,
		.ttft_ms = s->options.ttft_ms,
		.rate = s->options.rate,
		.is_array = route->dialect->api == API_GEMINI && strstr(r->query, "alt=sse") == NULL,
		.headers = buf_str(&headers),
	    },
	    on_over, s);
	buf_free(&headers);
}

/* Of the faults that lie in an answer only those of a whole one can be. */
static void reply_side(struct sim *s, struct exchange *x, enum sim_fault fault, json_t *reply)
{
	if (fault != FAULT_RESET_MID && fault != FAULT_TRUNCATED && fault != FAULT_BAD_JSON) {
		reply_json(s, x, 200, NULL, reply);
		return;
	}
	char *text = json_dumps(reply, JSON_COMPACT);
	size_t half = text != NULL ? strlen(text) / 2 : 0;

	s->n_over++;
	if (fault == FAULT_BAD_JSON) {
		exchange_reply(x, 200, "application/json", NULL, text, half);
	} else {
		exchange_start(x, 200, "application/json", NULL);
		exchange_chunk(x, text, half);
		exchange_break(x, fault == FAULT_RESET_MID);
	}
	free(text);
	json_decref(reply);
}

static void answer_side(struct sim *s, struct exchange *x, const struct route *route, const struct server_request *r)
{
	json_t *body = json_loadb(r->body != NULL ? r->body : "", r->body_len, 0, NULL), *reply = NULL;
	const char *named = json_string_value(json_object_get(body, "model")), *model = named != NULL ? named : r->path;
	enum sim_fault fault;
	struct err e = { 0 };

	if (!json_is_object(body)) {
		refuse(s, x, route->dialect, REFUSE_BAD_REQUEST, "We could not parse the JSON body of your request", NULL);
	} else if (has_model(s, x, route, model) &&
	    passes_faults(s, x, route, model, false, hash_bytes(HASH_START, r->body, r->body_len), &fault)) {
		reply = route->side->answer(body, &e);
		if (reply == NULL) {
			refuse(s, x, route->dialect, REFUSE_BAD_REQUEST, e.text, NULL);
		} else {
			reply_side(s, x, fault, reply);
		}
	}
	json_decref(body);
}

static void on_request(void *ctx, struct exchange *x, const struct server_request *r)
{
	struct sim *s = ctx;
	struct route route;
	struct ask a;

	s->n_seen++;
	if (!find_route(x, r, &route)) {
		refuse(s, x, route.dialect, REFUSE_NO_PATH, NULL, NULL);
		return;
	}
	bool is_get = strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
	if (route.action < ACTION_MODELS ? strcmp(r->method, "POST") != 0 : !is_get) {
		refuse(s, x, route.dialect, REFUSE_METHOD, NULL, NULL);
		return;
	}
	if (!check_head(s, x, &route, r)) {
		return;
	}
	if (route.action >= ACTION_MODELS) {
		reply_json(s, x, 200, NULL, route.action == ACTION_VERSION ? route.dialect->version() : route.dialect->models());
		return;
	}
	if (route.action == ACTION_SIDE) {
		answer_side(s, x, &route, r);
		return;
	}
	ask_init(&a);
	if (read_ask(s, x, &route, r, &a)) {
		answer(s, x, &route, r, &a);
	}
	ask_free(&a);
}

void sim_options_init(struct sim_options *o)
{
	*o = (struct sim_options){ .ttft_ms = -1 };
}

struct sim *sim_new(struct loop *l, const struct sim_options *o, struct err *e)
{
	struct sim *s = x_calloc(1, sizeof(*s));

	s->loop = l;
	s->options = *o;
	s->options.host = NULL; /* the caller's */
	s->server = server_new(l, o->host != NULL ? o->host : "127.0.0.1", o->port, on_request, s, e);
	if (s->server == NULL) {
		free(s);
		return NULL;
	}
	server_set_name(s->server, "sonde-simulator");
	return s;
}

void sim_free(struct sim *s)
{
	if (s != NULL) {
		server_free(s->server); /* ends the talks: their clients are gone */
		free(s);
	}
}

int sim_port(const struct sim *s)
{
	return server_port(s->server);
}

uint64_t sim_requests(const struct sim *s)
{
	return s->n_over;
}
