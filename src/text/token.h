/* token - how many tokens a text is likely to have. An estimate for what is not sent yet; what a provider counts afterwards goes before it. */
#ifndef SONDE_TEXT_TOKEN_H
#define SONDE_TEXT_TOKEN_H

#include <stddef.h>
#include <stdint.h>

/* Rough number of tokens of a UTF-8 text (any bytes will do). Words, figures, signs and scripts are weighed; the weights are a least-squares fit to
 * the mean of OpenAI's o200k_base and cl100k_base over 106 pieces of prose, code, JSON and Markdown in ten languages (November 2026): half
 * of those pieces come out within 3 %, nine in ten within 8 %. Other vendors' tokenizers count up to about a third more. */
int64_t token_estimate(const char *text, size_t len);

#endif
