/* The tokens of a piece are found from its begin to its end, without merging. Of a row of tokens each two that are side by side must be what merging
 * makes of the bytes of these two alone; and then the row is what it makes of all. So the longest token is tried first, and one that does not go
 * with the one before gives way to the longest that it begins with; where none is left, the one before gives way. No place is come to twice in vain, so a
 * piece takes time linear in its length.
 * Whether two go together: undo their merges, the last first, and see whether at each step another one across their border would have come earlier.
 * Source: the crate bpe of github/rust-gems (2024), whose proof is in its README. */
#include "token/bpe.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SHORT_MOST 256 /* bytes of a piece that needs no memory of its own */

static inline bool is_part(const struct rank_token *part, const struct rank_token *whole)
{
	return part->len > 0 && part->len < whole->len;
}

/* Whether the merges of left and right, which meet at `border`, are those of both together. */
static bool go_together(const struct ranks *r, const char *border, uint32_t left, uint32_t right)
{
	const struct rank_token *l = ranks_token(r, left), *g = ranks_token(r, right);
	uint32_t limit = RANK_NONE;

	while (ranks_find(r, border - l->len, (size_t)l->len + g->len) >= limit) {
		const struct rank_token *inner = ranks_token(r, l->right), *outer = ranks_token(r, g->left);
		bool is_left = is_part(inner, l), is_right = is_part(outer, g);

		if (is_left && (left > right || !is_right)) { /* merged last; of two that are equal the left came first */
			limit = left;
			left = l->right;
			l = inner;
		} else if (is_right) {
			limit = right + 1;
			right = g->left;
			g = outer;
		} else {
			return true;
		}
	}
	return false;
}

struct row {
	uint32_t *tokens;
	uint64_t *is_dead; /* places from which there is no way to the end */
	size_t n;
};

static inline bool is_dead(const struct row *row, size_t at)
{
	return (row->is_dead[at >> 6] >> (at & 63) & 1) != 0;
}

/* The token to go on with at a place: `token`, or what it gives way to. RANK_NONE: none goes. */
static uint32_t fitting(const struct ranks *r, const struct row *row, const char *piece, size_t at, uint32_t token)
{
	while (token != RANK_NONE && (is_dead(row, at + ranks_token(r, token)->len) ||
	       (row->n > 0 && !go_together(r, piece + at, row->tokens[row->n - 1], token)))) {
		token = ranks_shorter(r, token);
	}
	return token;
}

static size_t count_row(const struct ranks *r, const char *piece, size_t len, struct row *row)
{
	size_t at = 0;
	uint32_t token = ranks_longest(r, piece, len);

	while (at < len) {
		uint32_t next = fitting(r, row, piece, at, token);

		if (next != RANK_NONE) {
			row->tokens[row->n++] = next;
			at += ranks_token(r, next)->len;
			token = at < len ? ranks_longest(r, piece + at, len - at) : RANK_NONE;
		} else if (row->n > 0) {
			row->is_dead[at >> 6] |= (uint64_t)1 << (at & 63);
			token = row->tokens[--row->n];
			at -= ranks_token(r, token)->len;
		} else {
			return len; /* no vocabulary that was compiled */
		}
	}
	return row->n;
}

size_t bpe_count(const struct ranks *r, const char *piece, size_t len)
{
	if (ranks_find(r, piece, len) != RANK_NONE) {
		return 1;
	}
	if (len <= SHORT_MOST) {
		uint32_t tokens[SHORT_MOST];
		uint64_t dead[SHORT_MOST / 64 + 1] = { 0 };

		return count_row(r, piece, len, &(struct row){ tokens, dead, 0 });
	}
	struct row row = { x_reallocarray(NULL, len, sizeof(*row.tokens)), x_calloc(len / 64 + 1, sizeof(*row.is_dead)), 0 };
	size_t n = count_row(r, piece, len, &row);

	free(row.tokens);
	free(row.is_dead);
	return n;
}
