#include "app/learned.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/sample.h"

/* Models of a vendor mostly count alike: "claude" of "claude-sonnet-4-5", "llama3.1" of "llama3.1:8b", "x" of "vendor/x-1". */
static char *family_of(const char *model)
{
	const char *slash = strrchr(model, '/'), *name = slash != NULL ? slash + 1 : model;

	return x_strndup(name, strcspn(name, "-:@"));
}

static struct learned_model *entry(const struct learned *l, const char *provider, const char *model, bool is_family)
{
	for (size_t i = 0; i < l->n; i++) {
		struct learned_model *m = &l->at[i];

		if (m->is_family == is_family && strcmp(m->provider, provider) == 0 && strcmp(m->model, model) == 0) {
			return m;
		}
	}
	return NULL;
}

static void add(struct learned *l, const char *provider, const char *model, bool is_family, const struct input_sample *s)
{
	struct learned_model *m = entry(l, provider, model, is_family);

	if (m == NULL) {
		m = array_push(l->at, l->n, l->cap);
		m->provider = x_strdup(provider);
		m->model = x_strdup(model);
		m->is_family = is_family;
	}
	if (m->n < CALIBRATION_MOST) {
		struct calibration_sample *to = &m->samples[m->n];

		memcpy(to->estimate.of, s->estimate, sizeof(to->estimate.of));
		to->tok = s->tok;
		m->n += calibration_may_learn(&to->estimate, s->tok); /* the file may have been changed by others */
	}
}

static void visit(void *ctx, const char *provider, const char *model, const struct input_sample *s)
{
	char *family = family_of(model);

	add(ctx, provider, model, false, s);
	add(ctx, provider, family, true, s);
	free(family);
}

bool learned_read(struct reader *r, bool is_simulated, struct learned *out, struct err *e)
{
	*out = (struct learned){ .n = 0 };

	bool ok = samples_each(r, is_simulated, visit, out, e);

	for (size_t i = 0; i < out->n; i++) {
		calibration_fit(out->at[i].samples, out->at[i].n, &out->at[i].calibration);
	}
	return ok;
}

const struct calibration *learned_find(const struct learned *l, const char *provider, const char *model)
{
	char *family = family_of(model);
	const struct learned_model *m = entry(l, provider, model, false);

	if (m == NULL || m->calibration.n == 0) {
		m = entry(l, provider, family, true);
	}
	free(family);
	return m != NULL && m->calibration.n > 0 ? &m->calibration : NULL;
}

void learned_free(struct learned *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->at[i].provider);
		free(l->at[i].model);
	}
	free(l->at);
	*l = (struct learned){ .n = 0 };
}
