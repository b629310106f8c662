#include "template/tags.h"

#include "base/mem.h"
#include "template/lex.h"
#include "template/node.h"

/* The text between the delimiters, from the first token to the last. */
struct tag {
	bool is_statement;
	size_t from, to;
	bool is_raw;
};

static void tell(const struct source *s, const struct tag *tag, struct span body, template_tag *visit, void *ctx)
{
	struct buf text = { 0 };

	(void)buf_add_str(&text, tag->is_statement ? "{% " : "{{ ");
	(void)buf_add(&text, s->text.s + tag->from, tag->to - tag->from);
	(void)buf_add_str(&text, tag->is_statement ? " %}" : " }}");
	(void)buf_add(&text, body.s, body.len);
	visit(ctx, buf_str(&text), text.len);
	buf_free(&text);
}

static bool is_raw(const struct token *token)
{
	return token->kind == TOKEN_NAME && (span_is(token->text, SPAN("raw")) || span_is(token->text, SPAN("verbatim")));
}

/* The tokens are those that were parsed: nothing fails. */
void template_tags(const struct template *t, template_tag *visit, void *ctx)
{
	struct template_error ignored;
	struct arena arena = { 0 };
	struct lexer l = { .source = &t->source, .arena = &arena, .err = &ignored };
	struct tag tag = { .from = 0 };
	struct token token;
	bool ok = lex_next(&l, &token);

	while (ok && token.kind != TOKEN_END) {
		struct span body = { "", 0 };

		if (token.kind == TOKEN_OPEN) {
			tag.is_statement = token.op == OP2('{', '%');
			ok = lex_next(&l, &token);
			tag.from = token.at;
			tag.is_raw = tag.is_statement && is_raw(&token);
			continue;
		}
		if (token.kind == TOKEN_CLOSE) {
			struct span end = tag.is_raw && t->source.text.s[tag.from] == 'v' ? SPAN("endverbatim") : SPAN("endraw");

			ok = !tag.is_raw || lex_raw(&l, end, &body);
			tell(&t->source, &tag, body, visit, ctx);
		}
		tag.to = l.at;
		ok = ok && lex_next(&l, &token);
	}
	arena_free(&arena);
}
