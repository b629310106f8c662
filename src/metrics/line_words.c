#include "metrics/line_format.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

/* Sources: the values of gen_ai.provider.name of the OpenTelemetry GenAI conventions and their older spellings, and the provider names
 * of LiteLLM and Helicone, as of October 2026; folded to the names of the price table. */
static const char *const providers[][2] = {
	{ "amazon", "bedrock" },
	{ "aws", "bedrock" },
	{ "aws.bedrock", "bedrock" },
	{ "az.ai.inference", "azure" },
	{ "az.ai.openai", "azure" },
	{ "azure.ai.inference", "azure" },
	{ "azure.ai.openai", "azure" },
	{ "azure_ai", "azure" },
	{ "bedrock_converse", "bedrock" },
	{ "cohere_chat", "cohere" },
	{ "gcp.gemini", "google" },
	{ "gcp.gen_ai", "google" },
	{ "gcp.vertex_ai", "google" },
	{ "gemini", "google" },
	{ "google_ai_studio", "google" },
	{ "mistral_ai", "mistral" },
	{ "mistralai", "mistral" },
	{ "moonshot_ai", "moonshot" },
	{ "moonshotai", "moonshot" },
	{ "text-completion-openai", "openai" },
	{ "together_ai", "together" },
	{ "togetherai", "together" },
	{ "vertex_ai", "google" },
	{ "x", "xai" },
	{ "x-ai", "xai" },
	{ "x_ai", "xai" },
};

/* Starts of models' names. */
static const char *const makers[][2] = {
	{ "gpt-", "openai" }, { "chatgpt", "openai" }, { "o1", "openai" }, { "o3", "openai" }, { "o4", "openai" },
	{ "text-embedding-3", "openai" }, { "text-embedding-ada", "openai" }, { "whisper", "openai" }, { "claude", "anthropic" }, { "gemini", "google" },
	{ "mistral", "mistral" }, { "ministral", "mistral" }, { "codestral", "mistral" }, { "magistral", "mistral" }, { "grok", "xai" }, { "command", "cohere" },
	{ "embed-", "cohere" }, { "rerank-", "cohere" }, { "deepseek", "deepseek" }, { "sonar", "perplexity" }, { "kimi", "moonshot" },
	{ "voyage", "voyage" }, { "qwen", "qwen" }, { "glm-", "zai" },
};

static const char *const operations[][2] = {
	{ "completion", "chat" },
	{ "acompletion", "chat" },
	{ "responses", "chat" },
	{ "aresponses", "chat" },
	{ "anthropic_messages", "chat" },
	{ "GENERATION", "chat" },
	{ "embedding", "embeddings" },
	{ "aembedding", "embeddings" },
	{ "EMBEDDING", "embeddings" },
	{ "arerank", "rerank" },
	{ "atext_completion", "text_completion" },
	{ "amoderation", "moderation" },
	{ "aimage_generation", "image_generation" },
	{ "atranscription", "transcription" },
	{ "aspeech", "speech" },
	{ "AGENT", "invoke_agent" },
	{ "TOOL", "execute_tool" },
	{ "RETRIEVER", "retrieval" },
};

static const char *lookup(const char *const (*table)[2], size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(table[i][0], word) == 0) {
			return table[i][1];
		}
	}
	return NULL;
}

const char *line_provider(struct ingest_scanner *s, const char *name)
{
	if (name == NULL || name[0] == '\0') {
		return NULL;
	}
	char *lower = line_keep(s, &(struct scan_slice){ .type = SCAN_STRING, .s = name, .len = strlen(name) });

	for (char *c = lower; *c != '\0'; c++) {
		*c = (char)tolower((unsigned char)*c);
	}
	const char *found = lookup(providers, COUNT_OF(providers), lower);

	return found != NULL ? found : lower;
}

const char *line_provider_of_model(struct ingest_scanner *s, const char *model)
{
	const char *slash = model != NULL ? strchr(model, '/') : NULL;

	if (slash != NULL && slash > model) {
		char *vendor = line_keep(s, &(struct scan_slice){ .type = SCAN_STRING, .s = model, .len = (size_t)(slash - model) });

		return line_provider(s, vendor);
	}
	for (size_t i = 0; model != NULL && i < COUNT_OF(makers); i++) {
		if (strncasecmp(model, makers[i][0], strlen(makers[i][0])) == 0) {
			return makers[i][1];
		}
	}
	return "unknown";
}

const char *line_operation(const char *word)
{
	const char *found = word != NULL ? lookup(operations, COUNT_OF(operations), word) : NULL;

	return found != NULL ? found : word;
}

static int64_t span(int64_t from, int64_t to)
{
	return is_known(from) && is_known(to) && to >= from ? to - from : UNKNOWN;
}

void line_settle_times(struct ingest_scanner *s)
{
	struct call_row *row = &s->row;
	const struct line_notes *n = &s->notes;
	int64_t latency = span(row->id.ts_us, n->end_us);
	int64_t ttft = span(row->id.ts_us, n->first_us);
	/* Where nothing was streamed, the first token is written as coming at the end, or at no time. */
	bool has_first = is_known(ttft) && (!is_known(latency) || ttft < latency || n->is_streamed) && !n->is_not_streamed;

	row->latency_us = is_known(latency) ? latency : is_known(row->latency_us) ? row->latency_us : n->whole_us;
	row->ttft_us = has_first ? ttft : n->is_not_streamed ? UNKNOWN : row->ttft_us;
	row->is_streamed = n->is_streamed || is_known(row->ttft_us);
	row->gen_us = span(row->ttft_us, row->latency_us);
}

void line_settle_cache_hit(struct ingest_scanner *s)
{
	if (s->notes.is_cache_hit) {
		s->row.cost_nano = 0;
		s->row.cost_source = COST_REPORTED;
	}
}
