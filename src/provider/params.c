#include "provider/provider.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "provider/wire.h"
#include "text/utf8.h"

#define STOP_MAX 16

void chat_params_init(struct chat_params *p)
{
	*p = (struct chat_params){ .temperature = NAN, .top_p = NAN, .max_tokens = UNKNOWN, .seed = UNKNOWN };
}

static void free_stop(struct chat_params *p)
{
	for (size_t i = 0; i < p->n_stop; i++) {
		free((char *)p->stop[i]);
	}
	free(p->stop);
	p->stop = NULL;
	p->n_stop = 0;
}

static void add_stop(struct chat_params *p, const char *s)
{
	p->stop = x_reallocarray(p->stop, p->n_stop + 1, sizeof(*p->stop));
	p->stop[p->n_stop++] = x_strdup(s);
}

void chat_params_copy(struct chat_params *to, const struct chat_params *from)
{
	*to = *from;
	to->stop = NULL;
	to->n_stop = 0;
	for (size_t i = 0; i < from->n_stop; i++) {
		add_stop(to, from->stop[i]);
	}
}

void chat_params_free(struct chat_params *p)
{
	free_stop(p);
	chat_params_init(p);
}

void chat_params_default(struct chat_params *to, const struct chat_params *from)
{
	to->temperature = isnan(to->temperature) ? from->temperature : to->temperature;
	to->top_p = isnan(to->top_p) ? from->top_p : to->top_p;
	to->max_tokens = known_or(to->max_tokens, from->max_tokens);
	to->seed = known_or(to->seed, from->seed);
	for (size_t i = 0, n = to->n_stop == 0 ? from->n_stop : 0; i < n; i++) {
		add_stop(to, from->stop[i]);
	}
}

/* Digits with at most one point. strtod would follow the locale, which may want a comma. */
static bool parse_decimal(const char *s, double *v)
{
	double n = 0, unit = 1;
	int digits = 0;
	bool has_point = false;

	for (; *s != '\0'; s++) {
		if (*s == '.' && !has_point) {
			has_point = true;
		} else if (*s >= '0' && *s <= '9' && digits < 15) {
			n = n * 10 + (*s - '0');
			unit *= has_point ? 10 : 1;
			digits++;
		} else {
			return false;
		}
	}
	*v = n / unit; /* both exact, so the quotient is the nearest double */
	return digits > 0;
}

static bool parse_int(const char *s, int64_t *v)
{
	char *end;

	errno = 0;
	*v = strtoll(s, &end, 10);
	return end != s && *end == '\0' && errno == 0 && (*s == '-' || (*s >= '0' && *s <= '9'));
}

static bool set_real(double *to, const char *name, const char *value, double max, struct err *e)
{
	double v;

	if (*value == '\0') {
		*to = NAN;
		return true;
	}
	if (!parse_decimal(value, &v) || v > max) {
		return err_set(e, ERR_USAGE, "%s must be a number from 0 to %g, such as %s; not \"%.40s\"", name, max, "0.7", value);
	}
	*to = v;
	return true;
}

static bool set_int(int64_t *to, const char *name, const char *value, int64_t min, int64_t max, struct err *e)
{
	int64_t v;

	if (*value == '\0') {
		*to = UNKNOWN;
		return true;
	}
	if (!parse_int(value, &v) || v < min || v > max) {
		return err_set(e, ERR_USAGE, "%s must be a whole number from %lld to %lld; not \"%.40s\"", name,
		    (long long)min, (long long)max, value);
	}
	*to = v;
	return true;
}

static bool set_temperature(struct chat_params *p, const char *value, struct err *e)
{
	return set_real(&p->temperature, "temperature", value, 2, e);
}

static bool set_top_p(struct chat_params *p, const char *value, struct err *e)
{
	return set_real(&p->top_p, "top_p", value, 1, e);
}

static bool set_max_tokens(struct chat_params *p, const char *value, struct err *e)
{
	return set_int(&p->max_tokens, "max_tokens", value, 1, 10000000, e);
}

static bool set_seed(struct chat_params *p, const char *value, struct err *e)
{
	return set_int(&p->seed, "seed", value, -INT64_MAX, INT64_MAX, e);
}

static bool set_stop(struct chat_params *p, const char *value, struct err *e)
{
	if (*value == '\0') {
		free_stop(p);
		return true;
	}
	if (!utf8_valid(value, strlen(value))) {
		return err_set(e, ERR_USAGE, "a stop sequence must be valid UTF-8");
	}
	if (p->n_stop == STOP_MAX) {
		return err_set(e, ERR_USAGE, "at most %d stop sequences can be given", STOP_MAX);
	}
	add_stop(p, value);
	return true;
}

static const struct {
	const char *name;
	bool (*set)(struct chat_params *p, const char *value, struct err *e);
} params[] = {
	{ "temperature", set_temperature },
	{ "top_p", set_top_p },
	{ "max_tokens", set_max_tokens },
	{ "seed", set_seed },
	{ "stop", set_stop },
};

bool chat_params_set(struct chat_params *p, const char *name, const char *value, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(params); i++) {
		if (strcmp(params[i].name, name) == 0) {
			return params[i].set(p, value, e);
		}
	}
	err_set(e, ERR_USAGE, "there is no parameter \"%.40s\"", name);
	return err_hint(e, "parameters are temperature, top_p, max_tokens, seed, stop");
}

void chat_params_json(const struct chat_params *p, struct buf *out)
{
	json_t *v = json_object();

	wire_real(v, "temperature", p->temperature);
	wire_real(v, "top_p", p->top_p);
	wire_int(v, "max_tokens", p->max_tokens);
	wire_int(v, "seed", p->seed);
	wire_stop(v, "stop", p);
	char *s = json_dumps(v, JSON_COMPACT | JSON_REAL_PRECISION(15));
	(void)buf_add_str(out, s != NULL ? s : "{}");
	free(s);
	json_decref(v);
}
