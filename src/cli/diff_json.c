#include "cli/diff_print.h"

#include <stdlib.h>
#include <string.h>

#include "text/json_text.h"

/* Appends JSON with controls above ASCII, which a terminal takes for sequences, as escapes: they only stand in strings. */
static void add_shown(const char *json, size_t len, struct buf *out)
{
	const char *end = json + len, *from = json;

	for (const char *s = json; s < end; s++) {
		bool is_c1 = (unsigned char)*s == 0xC2 && s + 1 < end && (unsigned char)s[1] < 0xA0;

		if (is_c1 || *s == 0x7F) {
			(void)buf_add(out, from, (size_t)(s - from));
			s += is_c1;
			(void)buf_addf(out, "\\u%04x", (unsigned char)*s);
			from = s + 1;
		}
	}
	(void)buf_add(out, from, (size_t)(end - from));
}

static void add_string(const char *s, size_t len, struct buf *out)
{
	struct buf json = { 0 };

	json_text_bytes(&json, s, len);
	add_shown(json.s, json.len, out);
	buf_free(&json);
}

static void lines(const char *a_or_b, uint32_t line, uint32_t n, struct buf *out)
{
	(void)buf_addf(out, "\"%s_line\":%u,\"%s_lines\":%u,", a_or_b, (unsigned)line + 1, a_or_b, (unsigned)n);
}

void diff_json_parts(const struct diff *d, size_t first, size_t n, struct buf *out)
{
	static const char *const ops[] = { [DIFF_EQUAL] = "equal", [DIFF_DELETE] = "delete", [DIFF_INSERT] = "insert" };

	for (size_t i = first; i < first + n; i++) {
		const struct diff_part *part = &d->parts[i];

		(void)buf_addf(out, "%s{\"op\":\"%s\",\"text\":", i > first ? "," : "", ops[part->op]);
		add_string(d->side[part->op == DIFF_INSERT].text + part->start, part->len, out);
		(void)buf_add_char(out, '}');
	}
}

static void change(const struct diff *d, const struct diff_change *c, struct buf *out)
{
	static const char *const kinds[] = {
		[DIFF_REMOVED] = "removed", [DIFF_ADDED] = "added", [DIFF_REPLACED] = "replaced", [DIFF_REWRAPPED] = "rewrapped",
	};

	(void)buf_addf(out, "{\"kind\":\"%s\",", kinds[c->kind]);
	lines("a", c->line[0], c->n_lines[0], out);
	lines("b", c->line[1], c->n_lines[1], out);
	if (c->move > 0) {
		(void)buf_addf(out, "\"move\":%u,", (unsigned)c->move - 1);
	}
	(void)buf_add_str(out, "\"parts\":[");
	diff_json_parts(d, c->part, c->n_parts, out);
	(void)buf_add_str(out, "]}");
}

void diff_json_text(const struct diff *d, struct buf *out)
{
	(void)buf_addf(out, "{\"kind\":\"text\",\"words_added\":%zu,\"words_removed\":%zu,\"lines_added\":%zu,\"lines_removed\":%zu,\"moves\":[",
	    d->words_added, d->words_removed, d->lines_added, d->lines_removed);
	for (size_t i = 0; i < d->n_moves; i++) {
		const struct diff_move *m = &d->moves[i];

		(void)buf_add_str(out, i > 0 ? ",{" : "{");
		lines("a", m->line[0], m->n_lines[0], out);
		lines("b", m->line[1], m->n_lines[1], out);
		(void)buf_addf(out, "\"edited\":%s}", m->is_edited ? "true" : "false");
	}
	(void)buf_add_str(out, "],\"hunks\":[");
	for (size_t h = 0; h < d->n_hunks; h++) {
		const struct diff_hunk *hunk = &d->hunks[h];

		(void)buf_add_str(out, h > 0 ? ",\n{" : "\n{");
		lines("a", hunk->line[0], hunk->n_lines[0], out);
		lines("b", hunk->line[1], hunk->n_lines[1], out);
		(void)buf_addf(out, "\"blanks_only\":%s,\"changes\":[", hunk->is_blank ? "true" : "false");
		for (uint32_t i = hunk->change; i < hunk->change + hunk->n_changes; i++) {
			(void)buf_add_str(out, i > hunk->change ? "," : "");
			change(d, &d->changes[i], out);
		}
		(void)buf_add_str(out, "]}");
	}
	(void)buf_add_str(out, "]}\n");
}

static void member(const char *name, const json_t *value, struct buf *out)
{
	if (value != NULL) {
		char *text = json_diff_text(value);

		(void)buf_addf(out, ",\"%s\":", name);
		add_shown(text, strlen(text), out);
		free(text);
	}
}

void diff_json_changes(const struct json_diff *d, struct buf *out)
{
	static const char *const ops[] = {
		[JSON_OP_CHANGE] = "change", [JSON_OP_ADD] = "add", [JSON_OP_REMOVE] = "remove", [JSON_OP_REORDER] = "reorder",
	};

	(void)buf_add_char(out, '[');
	for (size_t i = 0; i < d->n; i++) {
		const struct json_change *c = &d->changes[i];

		(void)buf_addf(out, "%s\n{\"op\":\"%s\",\"path\":", i > 0 ? "," : "", ops[c->op]);
		add_string(c->path, strlen(c->path), out);
		member("old", c->op != JSON_OP_REORDER ? c->a : NULL, out);
		member("new", c->op != JSON_OP_REORDER ? c->b : NULL, out);
		(void)buf_add_char(out, '}');
	}
	(void)buf_add_char(out, ']');
}

void diff_json_tree(const struct json_diff *d, struct buf *out)
{
	(void)buf_add_str(out, "{\"kind\":\"json\",\"changes\":");
	diff_json_changes(d, out);
	(void)buf_add_str(out, "}\n");
}
