#include "prompt/prefix.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prompt/render.h"
#include "template/prefix.h"
#include "token/tokenizer.h"

/* What is sent, piece by piece, up to the one in which the first variable stands. */
struct piece {
	const char *role;
	struct template *t; /* NULL: of tools and schema */
	struct template_prefix prefix;
};
struct pieces {
	struct piece *pieces;
	size_t n, cap;
};

enum { TOOLS, SCHEMA, FIRST_PART };

static void add_json(struct pieces *p, const struct bundle *b, const char *member)
{
	struct piece *piece = array_push(p->pieces, p->n, p->cap);
	const json_t *v = json_object_get(b->json, member);
	char *text = v != NULL ? json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;

	piece->role = member;
	piece->prefix.is_whole = true;
	(void)buf_add_str(&piece->prefix.text, text != NULL ? text : "");
	free(text);
}

static bool add_part(struct pieces *p, const struct bundle_part *part, const struct template_env *env)
{
	struct piece *piece = array_push(p->pieces, p->n, p->cap);
	struct template_error why;

	piece->role = part->role;
	piece->t = template_parse("", part->text, part->len, &why);
	if (piece->t != NULL) {
		template_prefix(piece->t, env, &piece->prefix);
	}
	return piece->prefix.is_whole;
}

static void make_pieces(struct registry *r, const struct bundle *b, struct pieces *out)
{
	struct partials partials = { .r = r, .lock = json_object_get(b->json, "lock"), .is_open = true };
	const struct template_env env = { .include = partials_find, .ctx = &partials };
	bool goes_on = true;

	*out = (struct pieces){ .n = 0 };
	add_json(out, b, "tools");
	add_json(out, b, "response_schema");
	for (size_t i = 0; goes_on && i < bundle_n_parts(b); i++) {
		struct bundle_part part = bundle_part(b, i);

		goes_on = add_part(out, &part, &env);
	}
}

static void free_pieces(struct pieces *p)
{
	for (size_t i = 0; i < p->n; i++) {
		template_free(p->pieces[i].t);
		template_prefix_free(&p->pieces[i].prefix);
	}
	free(p->pieces);
}

/* Bytes that both begin with, without a part of a character. */
static size_t common(const struct buf *a, const struct buf *b)
{
	size_t n = 0, most = a->len < b->len ? a->len : b->len;

	while (n < most && a->s[n] == b->s[n]) {
		n++;
	}
	while (n > 0 && ((n < a->len && (a->s[n] & 0xC0) == 0x80) || (n < b->len && (b->s[n] & 0xC0) == 0x80))) {
		n--;
	}
	return n;
}

/* Where the i-th piece stops being what it was; of a piece that is gone, the end of the one before. */
static void find_place(const struct pieces *p, size_t i, size_t at, struct prefix *out)
{
	if (i == p->n) {
		i--;
		at = p->pieces[i].prefix.text.len;
	}
	const struct piece *piece = &p->pieces[i];

	out->line = out->column = 1;
	out->by = i == TOOLS ? PREFIX_BY_TOOLS : i == SCHEMA ? PREFIX_BY_SCHEMA : PREFIX_BY_TEXT;
	if (piece->t != NULL) {
		template_prefix_place(piece->t, &piece->prefix, at, &out->line, &out->column);
		out->by = at == piece->prefix.text.len && !piece->prefix.is_whole ? PREFIX_BY_VARIABLE : PREFIX_BY_TEXT;
	}
	out->part = i >= FIRST_PART ? i - FIRST_PART : 0;
}

void prefix_compare(struct registry *r, const struct bundle *from, const struct bundle *to, struct prefix *out)
{
	struct pieces a, b;

	*out = (struct prefix){ .by = PREFIX_KEPT };
	make_pieces(r, from, &a);
	make_pieces(r, to, &b);
	for (size_t i = 0; i < a.n; i++) {
		const struct buf *text = &a.pieces[i].prefix.text;
		bool is_there = i < b.n && strcmp(a.pieces[i].role, b.pieces[i].role) == 0;
		size_t kept = out->by == PREFIX_KEPT && is_there ? common(text, &b.pieces[i].prefix.text) : 0;
		bool is_same = kept == text->len && (i + 1 == a.n || (is_there && b.pieces[i].prefix.is_whole && b.pieces[i].prefix.text.len == kept));

		out->tokens += tokenizer_count(&tokenizer_estimating, buf_str(text), text->len);
		out->kept += tokenizer_count(&tokenizer_estimating, buf_str(text), kept);
		if (!is_same && out->by == PREFIX_KEPT) {
			find_place(&b, i, kept, out);
		}
	}
	if (out->kept >= out->tokens) { /* only what is nothing in the other is gone */
		out->by = PREFIX_KEPT;
	}
	free_pieces(&a);
	free_pieces(&b);
}
