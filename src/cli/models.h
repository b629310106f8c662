/* models - the parts of the command of that name: the price table itself (models.c), what providers list (models_live.c), newer prices
 * (models_prices.c). */
#ifndef SONDE_CLI_MODELS_H
#define SONDE_CLI_MODELS_H

#include "cli/cli.h"
#include "gateway/config.h"

/* Each returns the exit status. */
int models_live(const struct config *c, const char *filter, bool is_json, bool refreshes);
/* Checks a table of prices and keeps it; all that is wrong with it goes to stderr. */
int models_take_prices(const char *path);
/* Gives costs to recorded calls that had none. */
int models_recost(const struct config *c);

/* The table for people: its head, and a row. m NULL: no price is known. */
void models_text_head(struct buf *out, int width);
void models_text_row(struct buf *out, char mark, const char *name, int width, const struct price *m, int64_t context_tok);
/* The width of the column of names once one of that length is in it; very long ones stick out. */
int models_text_width(int width, size_t name_len);
/* ,"NAME":figure or null */
void models_json_usd(struct buf *out, const char *name, int64_t pico);
void models_json_count(struct buf *out, const char *name, int64_t v);

#endif
