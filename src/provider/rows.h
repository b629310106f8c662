/* rows - the rows of the table of providers, each defined at the end of the file of its wire format. */
#ifndef SONDE_PROVIDER_ROWS_H
#define SONDE_PROVIDER_ROWS_H

#include "provider/provider.h"

extern const struct provider provider_openai, provider_anthropic, provider_gemini, provider_ollama, provider_mistral, provider_openrouter,
    provider_azure, provider_cohere;

#endif
