/* demo_prompts - what the demo has in its library of prompts. */
#ifndef SONDE_APP_DEMO_PROMPTS_H
#define SONDE_APP_DEMO_PROMPTS_H

#include "base/err.h"

/* Into the store of a directory that is the demo's own. */
bool demo_write_prompts(const char *dir, struct err *e) SONDE_MUST_CHECK;

#endif
