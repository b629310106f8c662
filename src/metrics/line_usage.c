#include "metrics/line_usage.h"

#include <string.h>

#include "base/mem.h"

/* Sources: the usage objects of the OpenAI chat and responses, Anthropic messages, Bedrock converse, Gemini generateContent, DeepSeek,
 * Cohere and Ollama APIs as of October 2026. */

static const struct {
	const char *object, *name;
	enum line_count kind;
} names[] = {
	{ "usage", "prompt_tokens", COUNT_IN },
	{ "usage", "promptTokens", COUNT_IN },
	{ "usage", "promptTokenCount", COUNT_IN },
	{ "usage", "prompt_eval_count", COUNT_IN },
	{ "usage", "input_tokens", COUNT_IN_PLAIN },
	{ "usage", "inputTokens", COUNT_IN_PLAIN },
	{ "usage", "toolUsePromptTokenCount", COUNT_IN_TOOLS },
	{ "usage", "cached_tokens", COUNT_CACHE_READ },
	{ "usage", "cache_read_tokens", COUNT_CACHE_READ },
	{ "usage", "cached_input_tokens", COUNT_CACHE_READ },
	{ "usage", "cachedContentTokenCount", COUNT_CACHE_READ },
	{ "usage", "prompt_cache_hit_tokens", COUNT_CACHE_READ },
	{ "usage", "cache_write_tokens", COUNT_CACHE_WRITE },
	{ "usage", "cache_read_input_tokens", COUNT_CACHE_READ_APART },
	{ "usage", "cacheReadInputTokens", COUNT_CACHE_READ_APART },
	{ "usage", "cache_creation_input_tokens", COUNT_CACHE_WRITE_APART },
	{ "usage", "cacheWriteInputTokens", COUNT_CACHE_WRITE_APART },
	{ "usage", "completion_tokens", COUNT_OUT },
	{ "usage", "completionTokens", COUNT_OUT },
	{ "usage", "output_tokens", COUNT_OUT },
	{ "usage", "outputTokens", COUNT_OUT },
	{ "usage", "candidatesTokenCount", COUNT_OUT },
	{ "usage", "eval_count", COUNT_OUT },
	{ "usage", "thoughtsTokenCount", COUNT_OUT_THOUGHTS },
	{ "usage", "reasoning_tokens", COUNT_REASON },
	{ "usage", "total_tokens", COUNT_TOTAL },
	{ "usage", "totalTokens", COUNT_TOTAL },
	{ "usage", "totalTokenCount", COUNT_TOTAL },
	{ "usage", "search_units", COUNT_QUERIES },
	{ "prompt_tokens_details", "cached_tokens", COUNT_CACHE_READ },
	{ "prompt_tokens_details", "cache_write_tokens", COUNT_CACHE_WRITE },
	{ "prompt_tokens_details", "audio_tokens", COUNT_AUDIO_IN },
	{ "prompt_tokens_details", "image_tokens", COUNT_IMAGE_IN },
	{ "input_tokens_details", "cached_tokens", COUNT_CACHE_READ },
	{ "input_tokens_details", "cache_write_tokens", COUNT_CACHE_WRITE },
	{ "completion_tokens_details", "reasoning_tokens", COUNT_REASON },
	{ "completion_tokens_details", "audio_tokens", COUNT_AUDIO_OUT },
	{ "output_tokens_details", "reasoning_tokens", COUNT_REASON },
	{ "cache_creation", "ephemeral_1h_input_tokens", COUNT_CACHE_WRITE_1H },
	{ "billed_units", "input_tokens", COUNT_IN },
	{ "billed_units", "output_tokens", COUNT_OUT },
	{ "billed_units", "search_units", COUNT_QUERIES },
};

void line_usage_init(struct line_usage *u)
{
	for (int i = 0; i < COUNT_KINDS; i++) {
		u->counts[i] = UNKNOWN;
	}
}

static bool equal(const char *text, const char *s, size_t len)
{
	return strncmp(text, s, len) == 0 && text[len] == '\0';
}

int line_usage_kind(const char *object, size_t object_len, const char *name, size_t name_len)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (equal(names[i].name, name, name_len) && equal(names[i].object, object, object_len)) {
			return (int)names[i].kind;
		}
	}
	return -1;
}

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; name != NULL && i < n; i++) {
		if (strcasestr(name, list[i]) != NULL) {
			return true;
		}
	}
	return false;
}

/* In the line itself "input_tokens" is mostly somebody's own sum; it leaves out the cached ones only where the provider's API does,
 * or where it could not hold them. */
static bool counts_cache_apart(const int64_t *c, const char *provider, bool is_flat)
{
	static const char *const apart[] = { "anthropic", "bedrock" };
	int64_t cached = known_sum(c[COUNT_CACHE_READ_APART], c[COUNT_CACHE_WRITE_APART]);

	if (!is_known(cached) || !is_known(c[COUNT_IN_PLAIN])) {
		return false;
	}
	return !is_flat || is_one_of(provider, apart, COUNT_OF(apart)) || cached > c[COUNT_IN_PLAIN];
}

static int64_t first_known(int64_t a, int64_t b)
{
	return is_known(a) ? a : b;
}

/* total_tokens tells what one missing side must be. */
static void fill_from_total(struct usage *u, int64_t total, const char *operation)
{
	static const char *const input_only[] = { "embed", "rerank", "moderation" };

	if (!is_known(total)) {
		return;
	}
	if (is_known(u->in_tok) && !is_known(u->out_tok) && total >= u->in_tok) {
		u->out_tok = total - u->in_tok;
	} else if (is_known(u->out_tok) && !is_known(u->in_tok) && total >= u->out_tok) {
		u->in_tok = total - u->out_tok;
	} else if (!is_known(u->in_tok) && !is_known(u->out_tok) && is_one_of(operation, input_only, COUNT_OF(input_only))) {
		u->in_tok = total;
		u->out_tok = 0;
	}
}

struct usage line_usage_resolve(const struct line_usage *l, const char *provider, const char *operation, bool is_flat)
{
	static const char *const reasons_apart[] = { "xai" };
	const int64_t *c = l->counts;
	struct usage u = USAGE_UNKNOWN;

	u.in_tok = first_known(c[COUNT_IN], c[COUNT_IN_PLAIN]);
	u.cache_read_tok = first_known(c[COUNT_CACHE_READ], c[COUNT_CACHE_READ_APART]);
	u.cache_write_tok = first_known(c[COUNT_CACHE_WRITE], c[COUNT_CACHE_WRITE_APART]);
	u.cache_write_1h_tok = c[COUNT_CACHE_WRITE_1H];
	if (!is_known(c[COUNT_IN]) && counts_cache_apart(c, provider, is_flat)) {
		u.in_tok += known_or(c[COUNT_CACHE_READ_APART], 0) + known_or(c[COUNT_CACHE_WRITE_APART], 0);
	}
	u.in_tok = known_sum(u.in_tok, c[COUNT_IN_TOOLS]);
	u.out_tok = known_sum(c[COUNT_OUT], c[COUNT_OUT_THOUGHTS]);
	u.reason_tok = first_known(c[COUNT_OUT_THOUGHTS], c[COUNT_REASON]);
	if (!is_flat && is_known(c[COUNT_OUT]) && is_known(c[COUNT_REASON]) && is_one_of(provider, reasons_apart, COUNT_OF(reasons_apart))) {
		u.out_tok += c[COUNT_REASON];
	}
	u.audio_in = c[COUNT_AUDIO_IN];
	u.audio_out = c[COUNT_AUDIO_OUT];
	u.image_in = c[COUNT_IMAGE_IN];
	u.n_queries = c[COUNT_QUERIES];
	fill_from_total(&u, c[COUNT_TOTAL], operation);
	return u;
}

struct usage line_usage_own(const struct line_usage *u)
{
	const int64_t *c = u->counts;

	return (struct usage){
		.in_tok = c[COUNT_IN], .cache_read_tok = c[COUNT_CACHE_READ], .cache_write_tok = c[COUNT_CACHE_WRITE],
		.cache_write_1h_tok = c[COUNT_CACHE_WRITE_1H], .out_tok = c[COUNT_OUT], .reason_tok = c[COUNT_REASON], .audio_in = c[COUNT_AUDIO_IN],
		.audio_out = c[COUNT_AUDIO_OUT], .image_in = c[COUNT_IMAGE_IN], .n_images = c[COUNT_IMAGES], .seconds = c[COUNT_MEDIA_SECONDS],
		.n_queries = c[COUNT_QUERIES],
	};
}

struct usage line_usage_combine(const struct usage *flat, const struct usage *nested)
{
	return (struct usage){
		.in_tok = first_known(flat->in_tok, nested->in_tok),
		.cache_read_tok = first_known(flat->cache_read_tok, nested->cache_read_tok),
		.cache_write_tok = first_known(flat->cache_write_tok, nested->cache_write_tok),
		.cache_write_1h_tok = first_known(flat->cache_write_1h_tok, nested->cache_write_1h_tok),
		.out_tok = first_known(flat->out_tok, nested->out_tok),
		.reason_tok = first_known(flat->reason_tok, nested->reason_tok),
		.audio_in = first_known(flat->audio_in, nested->audio_in),
		.audio_out = first_known(flat->audio_out, nested->audio_out),
		.image_in = first_known(flat->image_in, nested->image_in),
		.n_images = UNKNOWN,
		.seconds = UNKNOWN,
		.n_queries = first_known(flat->n_queries, nested->n_queries),
	};
}
