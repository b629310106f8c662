#include "sim/models.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"

enum match { MATCH_EXACT, MATCH_PREFIX, MATCH_PART };

/* First hit wins, so exact names stand before prefixes and prefixes before parts. */
static const struct {
	enum match match;
	const char *name;
	struct temper temper;
} tempers[] = {
	{ MATCH_EXACT, "gpt-5.4-mini", { 320, 140, 1, 24, false, 0 } },
	{ MATCH_EXACT, "claude-haiku-4-5", { 160, 115, 2, 0, false, 0 } },
	{ MATCH_EXACT, "gemini-2.5-flash", { 380, 190, 4, 160, false, 0 } },
	{ MATCH_EXACT, "llama3.1:8b", { 40, 28, 2, 0, false, 0 } },
	{ MATCH_PREFIX, "gpt-4o-mini", { 300, 120, 2, 0, false, 0 } },
	{ MATCH_PREFIX, "gpt-4", { 450, 75, 3, 0, false, 0 } },
	{ MATCH_PREFIX, "gpt-5", { 520, 95, 2, 220, false, 0 } },
	{ MATCH_PREFIX, "o3", { 700, 110, 2, 420, false, 0 } },
	{ MATCH_PREFIX, "o4", { 600, 130, 2, 320, false, 0 } },
	{ MATCH_PREFIX, "claude-opus", { 900, 55, 4, 0, false, 0 } },
	{ MATCH_PREFIX, "claude-sonnet", { 550, 75, 3, 0, false, 0 } },
	{ MATCH_PREFIX, "claude", { 400, 80, 3, 0, false, 0 } },
	{ MATCH_PREFIX, "deepseek-r1", { 90, 30, 3, 180, true, 0 } },
	{ MATCH_PREFIX, "gpt-oss", { 80, 45, 2, 90, true, 0 } },
	{ MATCH_PREFIX, "qwen3", { 70, 38, 2, 120, true, 0 } },
	{ MATCH_PREFIX, "gemini-2.5-pro", { 800, 110, 4, 400, false, 0 } },
	{ MATCH_PART, "flash-lite", { 220, 260, 2, 0, false, 0 } },
	{ MATCH_PART, "flaky", { 300, 90, 2, 0, false, 0.4 } },
	{ MATCH_PART, "slow", { 2500, 9, 3, 0, false, 0 } },
	{ MATCH_PART, "fast", { 60, 320, 1, 0, false, 0 } },
	{ MATCH_PART, "gemini", { 450, 150, 3, 120, false, 0 } },
	{ MATCH_PART, "llama", { 60, 34, 2, 0, false, 0 } },
	{ MATCH_PART, "mistral", { 50, 42, 3, 0, false, 0 } },
};

static const struct {
	enum model_api api;
	const char *name;
} listed[] = {
	{ API_OPENAI, "gpt-5.4-mini" },
	{ API_OPENAI, "gpt-5.4" },
	{ API_OPENAI, "gpt-4o-mini" },
	{ API_OPENAI, "o4-mini" },
	{ API_ANTHROPIC, "claude-haiku-4-5" },
	{ API_ANTHROPIC, "claude-sonnet-4-5" },
	{ API_GEMINI, "gemini-2.5-flash" },
	{ API_GEMINI, "gemini-2.5-flash-lite" },
	{ API_GEMINI, "gemini-2.5-pro" },
	{ API_OLLAMA, "llama3.1:8b" },
	{ API_OLLAMA, "mistral:7b" },
	{ API_OLLAMA, "deepseek-r1:8b" },
	{ API_MISTRAL, "mistral-small-latest" },
	{ API_MISTRAL, "mistral-large-3" },
	{ API_OPENROUTER, "openai/gpt-5.4-mini" },
	{ API_OPENROUTER, "anthropic/claude-haiku-4-5" },
	{ API_COHERE, "command-a-03-2025" },
	{ API_COHERE, "command-r7b-12-2024" },
};

static bool is_match(enum match match, const char *pattern, const char *model)
{
	switch (match) {
	case MATCH_EXACT:
		return strcmp(model, pattern) == 0;
	case MATCH_PREFIX:
		return strncmp(model, pattern, strlen(pattern)) == 0;
	case MATCH_PART:
		return strstr(model, pattern) != NULL;
	}
	return false;
}

void temper_find(const char *model, struct temper *out)
{
	/* "openai/gpt-5.4-mini", as routers name it, is the same model. */
	const char *slash = strrchr(model, '/');
	const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : model;

	for (size_t i = 0; i < COUNT_OF(tempers); i++) {
		if (is_match(tempers[i].match, tempers[i].name, name)) {
			*out = tempers[i].temper;
			return;
		}
	}
	uint64_t h = hash_mix(hash_bytes(HASH_START, name, strlen(name)));
	*out = (struct temper){
		.ttft_ms = 120 + (double)(h % 600),
		.rate = 30 + (double)((h >> 16) % 140),
		.verbosity = 1 + (int)((h >> 32) % 4),
	};
}

const char *model_listed(enum model_api api, size_t i)
{
	for (size_t k = 0; k < COUNT_OF(listed); k++) {
		if (listed[k].api == api && i-- == 0) {
			return listed[k].name;
		}
	}
	return NULL;
}
