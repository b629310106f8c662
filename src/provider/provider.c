#include "provider/provider.h"

#include <string.h>

#include "base/mem.h"
#include "provider/rows.h"

/* Where two rows share a column of prices, a bare model goes to the first. */
const struct provider *const providers[] = {
	&provider_openai, &provider_anthropic, &provider_gemini, &provider_ollama,
	&provider_mistral, &provider_cohere, &provider_openrouter, &provider_azure,
};
const size_t n_providers = COUNT_OF(providers);

bool provider_build(const struct provider *p, const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e)
{
	return attachments_check(r->attachments, p, r->model, e) && p->build(ep, r, out, e);
}

const struct provider *provider_find(const char *kind)
{
	for (size_t i = 0; i < n_providers; i++) {
		if (strcmp(providers[i]->kind, kind) == 0) {
			return providers[i];
		}
	}
	return NULL;
}
