/* estimate - how many tokens a text is likely to have, without a vocabulary: the text is cut as the encoding cuts it, and each piece has a
 * price by its kind. Weights are a fit for o200k_base and cl100k_base on ten languages,
 * code, JSON and emoji: a file of these comes out within some 5 %, one in another language, of random letters or base64 further off. Pure. */
#ifndef SONDE_TOKEN_ESTIMATE_H
#define SONDE_TOKEN_ESTIMATE_H

#include <stdint.h>

#include "token/split.h"

struct estimate_weights;
extern const struct estimate_weights estimate_o200k, estimate_cl100k;

/* By their script, for what a model makes of one says nothing of another: see token/calibration.h. */
enum mix { MIX_LATIN, MIX_SIGNS, MIX_CJK, MIX_OTHER, MIX_COUNT };

/* Thousandths of a token that one piece is likely to be (len > 0), and of which script it is; MIX_SIGNS: digits, signs and blanks, of
 * which code and data have many. */
int64_t estimate_piece(const struct estimate_weights *w, const char *piece, size_t len, enum mix *mix);

#endif
