#include "sim/ask.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"

void ask_init(struct ask *a)
{
	*a = (struct ask){ .temperature = (double)NAN, .top_p = (double)NAN, .max_tokens = UNKNOWN, .seed = UNKNOWN };
}

void ask_free(struct ask *a)
{
	free(a->model);
	for (size_t i = 0; i < a->n_messages; i++) {
		free(a->messages[i].text);
	}
	free(a->messages);
	for (size_t i = 0; i < a->n_stop; i++) {
		free(a->stop[i]);
	}
	free(a->stop);
	json_decref(a->schema);
	ask_init(a);
}

static uint64_t hash_double(uint64_t h, double v)
{
	/* One NAN for all of them, and no difference between 0 and -0. */
	double clean = isnan(v) ? -1.0 : v + 0.0;

	return hash_bytes(h, &clean, sizeof(clean));
}

/* max_tokens and stop only cut the text, so they stay out: a longer limit shows the same answer, longer. */
uint64_t ask_hash(const struct ask *a, uint64_t sim_seed)
{
	uint64_t h = HASH_START;

	h = hash_bytes(h, &sim_seed, sizeof(sim_seed));
	h = hash_bytes(h, a->model, strlen(a->model) + 1);
	for (size_t i = 0; i < a->n_messages; i++) {
		int role = (int)a->messages[i].role;

		h = hash_bytes(h, &role, sizeof(role));
		h = hash_bytes(h, a->messages[i].text, strlen(a->messages[i].text) + 1);
	}
	h = hash_double(h, a->temperature);
	h = hash_double(h, a->top_p);
	h = hash_bytes(h, &a->seed, sizeof(a->seed));
	if (a->schema != NULL) {
		char *text = json_dumps(a->schema, JSON_SORT_KEYS | JSON_COMPACT);

		if (text != NULL) {
			h = hash_bytes(h, text, strlen(text));
		}
		free(text);
	}
	return hash_mix(h);
}

/* A NUL in the text would end it: a blank stands in. */
static void add_text(struct buf *out, const json_t *s)
{
	const char *text = json_string_value(s);
	size_t len = json_string_length(s);

	for (size_t i = 0; i < len; i++) {
		(void)buf_add_char(out, text[i] != '\0' ? text[i] : ' ');
	}
}

void ask_add_message(struct ask *a, enum ask_role role, const json_t *content)
{
	struct ask_message *m = array_push(a->messages, a->n_messages, a->cap_messages);
	struct buf text = { 0 };
	size_t i;
	json_t *part;

	if (json_is_string(content)) {
		add_text(&text, content);
	}
	json_array_foreach(content, i, part)
	{
		const json_t *s = json_is_string(part) ? part : json_object_get(part, "text");

		if (json_is_string(s)) {
			if (text.len > 0) {
				(void)buf_add_char(&text, '\n');
			}
			add_text(&text, s);
		}
	}
	m->role = role;
	m->text = buf_take(&text);
}

void ask_add_stop(struct ask *a, const char *text, size_t len)
{
	if (len > 0) {
		char **slot = array_push(a->stop, a->n_stop, a->cap_stop);

		*slot = x_strndup(text, len);
	}
}

static bool refuse(struct err *e, const char *key, const char *what)
{
	(void)err_set(e, ERR_CHECK, "Invalid value for '%s': %s", key, what);
	return err_hint(e, "%s", key);
}

bool ask_get_number(const json_t *o, const char *key, double min, double max, double *out, struct err *e)
{
	const json_t *v = json_object_get(o, key);

	if (v == NULL || json_is_null(v)) {
		return true;
	}
	if (!json_is_number(v)) {
		return refuse(e, key, "expected a number");
	}
	double d = json_number_value(v);
	if (!(d >= min && d <= max)) {
		(void)err_set(e, ERR_CHECK, "Invalid value for '%s': expected a value between %g and %g, got %g", key, min, max, d);
		return err_hint(e, "%s", key);
	}
	*out = d;
	return true;
}

bool ask_get_integer(const json_t *o, const char *key, int64_t min, int64_t *out, struct err *e)
{
	const json_t *v = json_object_get(o, key);
	int64_t n;

	if (v == NULL || json_is_null(v)) {
		return true;
	}
	if (json_is_integer(v)) {
		n = json_integer_value(v);
	} else if (json_is_real(v) && fabs(json_real_value(v)) < 1e15 && floor(json_real_value(v)) == json_real_value(v)) {
		n = (int64_t)json_real_value(v);
	} else {
		return refuse(e, key, "expected an integer");
	}
	if (n < min) {
		(void)err_set(e, ERR_CHECK, "Invalid value for '%s': expected an integer of at least %lld, got %lld", key, (long long)min,
		    (long long)n);
		return err_hint(e, "%s", key);
	}
	*out = n;
	return true;
}

bool ask_get_bool(const json_t *o, const char *key, bool *out, struct err *e)
{
	const json_t *v = json_object_get(o, key);

	if (v == NULL || json_is_null(v)) {
		return true;
	}
	if (!json_is_boolean(v)) {
		return refuse(e, key, "expected a boolean");
	}
	*out = json_is_true(v);
	return true;
}

bool ask_get_stop(const json_t *o, const char *key, struct ask *a, struct err *e)
{
	const json_t *v = json_object_get(o, key);
	size_t i;
	json_t *s;

	if (v == NULL || json_is_null(v)) {
		return true;
	}
	if (json_is_string(v)) {
		ask_add_stop(a, json_string_value(v), json_string_length(v));
		return true;
	}
	if (!json_is_array(v)) {
		return refuse(e, key, "expected a string or a list of strings");
	}
	json_array_foreach(v, i, s)
	{
		if (!json_is_string(s)) {
			return refuse(e, key, "expected a list of strings");
		}
		ask_add_stop(a, json_string_value(s), json_string_length(s));
	}
	return true;
}

bool ask_get_model(const json_t *o, struct ask *a, struct err *e)
{
	const json_t *v = json_object_get(o, "model");

	if (!json_is_string(v) || json_string_length(v) == 0) {
		(void)err_set(e, ERR_CHECK, "you must provide a model parameter");
		return err_hint(e, "model");
	}
	a->model = x_strdup(json_string_value(v));
	return true;
}

static const struct ask_role_name *find_role(const struct ask_role_name *roles, const json_t *role)
{
	for (; json_is_string(role) && roles->name != NULL; roles++) {
		if (strcmp(roles->name, json_string_value(role)) == 0) {
			return roles;
		}
	}
	return NULL;
}

bool ask_get_messages(const json_t *o, const struct ask_role_name *roles, struct ask *a, struct err *e)
{
	const json_t *list = json_object_get(o, "messages");
	size_t i;
	json_t *m;

	if (list == NULL || json_is_null(list)) {
		(void)err_set(e, ERR_CHECK, "Missing required parameter: 'messages'");
		return err_hint(e, "messages");
	}
	if (!json_is_array(list) || json_array_size(list) == 0) {
		return refuse(e, "messages", "expected a list with at least one message");
	}
	json_array_foreach(list, i, m)
	{
		const struct ask_role_name *role = find_role(roles, json_object_get(m, "role"));
		const json_t *content = json_object_get(m, "content");

		if (role == NULL) {
			(void)err_set(e, ERR_CHECK, "Invalid value for 'messages[%zu].role'", i);
			return err_hint(e, "messages");
		}
		if (!json_is_string(content) && !json_is_array(content) && json_object_get(m, "tool_calls") == NULL) {
			(void)err_set(e, ERR_CHECK, "Invalid type for 'messages[%zu].content': expected a string or a list of parts", i);
			return err_hint(e, "messages");
		}
		ask_add_message(a, role->role, content);
	}
	return true;
}
