#include "ui/widgets/undo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MOST_BYTES (8u << 20)

static size_t change_bytes(const struct change *c)
{
	return c->removed.len + c->inserted.len + sizeof(*c);
}

static void drop_change(struct undo *u, struct change *c)
{
	u->bytes -= change_bytes(c);
	buf_free(&c->removed);
	buf_free(&c->inserted);
}

void undo_clear(struct undo *u)
{
	for (size_t i = 0; i < u->n; i++) {
		drop_change(u, &u->changes[i]);
	}
	u->n = 0;
	u->done = 0;
}

void undo_free(struct undo *u)
{
	undo_clear(u);
	free(u->changes);
	*u = (struct undo){0};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

/* Whether typing c goes on with the run: adjacent, and no new word after a blank, so that a step takes back a word. */
static bool joins_typed(const struct change *last, const struct change *c)
{
	const struct buf *text = &last->inserted;

	if (c->at != last->at + text->len || c->removed.len > 0 || text->len == 0) {
		return false;
	}
	return !is_blank(text->s[text->len - 1]) || is_blank(c->inserted.s[0]);
}

static bool join(struct change *last, const struct change *c)
{
	if (last->is_closed || last->kind != c->kind || c->kind == CHANGE_OTHER) {
		return false;
	}
	if (c->kind == CHANGE_TYPED) {
		return joins_typed(last, c) && buf_add(&last->inserted, c->inserted.s, c->inserted.len);
	}
	if (c->at == last->at) {
		return buf_add(&last->removed, c->removed.s, c->removed.len);
	}
	if (c->at + c->removed.len != last->at) {
		return false;
	}
	struct buf both = {0};

	buf_add(&both, c->removed.s, c->removed.len);
	buf_add(&both, last->removed.s, last->removed.len);
	buf_free(&last->removed);
	last->removed = both;
	last->at = c->at;
	return true;
}

static void forget_oldest(struct undo *u)
{
	size_t k = 0;

	while (u->bytes > MOST_BYTES && k + 1 < u->n) {
		drop_change(u, &u->changes[k++]);
	}
	if (k > 0) {
		memmove(u->changes, u->changes + k, (u->n - k) * sizeof(*u->changes));
		u->n -= k;
		u->done -= k;
	}
}

void undo_record(struct undo *u, const struct change *c)
{
	while (u->n > u->done) {
		drop_change(u, &u->changes[--u->n]);
	}
	if (u->n > 0) {
		struct change *last = &u->changes[u->n - 1];

		u->bytes -= change_bytes(last);
		bool is_joined = join(last, c);
		u->bytes += change_bytes(last);
		if (is_joined) {
			return;
		}
	}
	struct change *to = array_push(u->changes, u->n, u->cap);
	to->kind = c->kind;
	to->at = c->at;
	to->cursor_before = c->cursor_before;
	buf_add(&to->removed, c->removed.s, c->removed.len);
	buf_add(&to->inserted, c->inserted.s, c->inserted.len);
	u->bytes += change_bytes(to);
	u->done = u->n;
	forget_oldest(u);
}

void undo_close(struct undo *u)
{
	if (u->done > 0) {
		u->changes[u->done - 1].is_closed = true;
	}
}

const struct change *undo_back(struct undo *u)
{
	if (u->done == 0) {
		return NULL;
	}
	u->done--;
	undo_close(u);
	return &u->changes[u->done];
}

const struct change *undo_forth(struct undo *u)
{
	return u->done < u->n ? &u->changes[u->done++] : NULL;
}
