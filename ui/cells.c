#include "ui/cells.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"
#include "text/width.h"

static const char *const style_names[ST_COUNT] = {
	[ST_TEXT] = "text", [ST_DIM] = "dim", [ST_BOLD] = "bold", [ST_TITLE] = "title", [ST_RULE] = "rule",
	[ST_RULE_FOCUS] = "rule-focus", [ST_TAB] = "tab", [ST_TAB_ON] = "tab-on", [ST_SEL] = "sel", [ST_KEY] = "key",
	[ST_OK] = "ok", [ST_BAD] = "bad", [ST_WARN] = "warn", [ST_LIVE] = "live", [ST_ADD] = "add", [ST_DEL] = "del",
	[ST_HIT] = "hit", [ST_GRAPH] = "graph", [ST_GRAPH_BAD] = "graph-bad", [ST_AXIS] = "axis", [ST_FIELD] = "field",
	[ST_BOX] = "box", [ST_SIMULATED] = "simulated", [ST_STRING] = "string", [ST_NUMBER] = "number",
};

/* What stands for a drawing character where only ASCII may be used. Sorted by code point; letters and other text are not replaced. */
static const struct {
	uint32_t cp;
	char ascii;
} ascii_table[] = {
	{0x00b1, '~'}, {0x00b5, 'u'}, {0x00b7, '.'}, {0x00d7, 'x'}, {0x0394, 'd'}, {0x03a3, 'S'}, {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''},
	{0x201c, '"'}, {0x201d, '"'}, {0x2022, '*'}, {0x2026, '~'}, {0x203a, '>'}, {0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'}, {0x2193, 'v'},
	{0x2194, '='}, {0x21b5, '$'}, {0x21bb, '@'}, {0x2212, '-'}, {0x2264, '<'}, {0x23ce, '$'}, {0x2500, '-'}, {0x2501, '='}, {0x2502, '|'}, {0x2503, '|'},
	{0x250c, '+'}, {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'}, {0x251c, '+'}, {0x2524, '+'}, {0x252c, '+'}, {0x252f, '+'}, {0x2534, '+'},
	{0x253c, '+'}, {0x254c, '-'}, {0x2581, '_'}, {0x2582, '_'}, {0x2583, '.'}, {0x2584, '-'}, {0x2585, '='}, {0x2586, '+'}, {0x2587, '*'},
	{0x2588, '#'}, {0x2589, '#'}, {0x258a, '#'}, {0x258b, '#'}, {0x258c, '>'}, {0x258d, '|'}, {0x258e, '|'}, {0x258f, '|'}, {0x2591, '.'},
	{0x2592, ':'}, {0x2593, '%'}, {0x25b2, '^'}, {0x25b4, '^'}, {0x25b6, '>'}, {0x25b8, '>'}, {0x25bc, 'v'}, {0x25be, 'v'}, {0x25c0, '<'},
	{0x25c2, '<'}, {0x25cb, 'o'}, {0x25cc, 'o'}, {0x25cf, '*'}, {0x26a0, '!'}, {0x2713, '+'}, {0x2717, 'x'}, {0x27e8, '<'}, {0x27e9, '>'},
};

static const struct cell blank = {.cp = {' '}, .width = 1, .style = ST_TEXT};

static uint32_t to_ascii(uint32_t cp)
{
	size_t lo = 0;
	size_t hi = COUNT_OF(ascii_table);

	if (cp < 0x80) {
		return cp;
	}
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (ascii_table[mid].cp == cp) {
			return (uint32_t)ascii_table[mid].ascii;
		}
		if (ascii_table[mid].cp < cp) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return cp;
}

/* Rules, boxes, blocks, shapes, braille and signs of state, which a screen reader would spell out. */
static bool is_drawing(uint32_t cp)
{
	return (cp >= 0x2500 && cp <= 0x25ff) || (cp >= 0x2800 && cp <= 0x28ff) || cp == 0x21bb || cp == 0x26a0 || cp == 0x2713 || cp == 0x2717;
}

static uint32_t to_plain(uint32_t cp)
{
	return is_drawing(cp) ? ' ' : cp == 0x2026 ? cp : to_ascii(cp); /* an ellipsis is read as one */
}

/* What the program's own words are in plain; in text from outside a dot or an arrow may be anything. The longer before its parts. */
static const struct {
	const char *sign, *plain;
} plain_words[] = {
	{" \u00b7 ", ", "}, {"\u00b7", ","}, {"\u2192", "/"}, {"\u2194", "-"}, {"\u2026", "..."},
	{"\u25b4 \u25be more", "more above and below"}, {"\u25b4 more", "more above"}, {"\u25be more", "more below"},
};

/* A label as it is drawn: s itself, in plain its words in b. */
static const char *label_text(const struct cells *c, const char *s, struct buf *b)
{
	if (c->glyphs != GLYPHS_PLAIN) {
		return s;
	}
	while (*s != '\0') {
		size_t i = 0;

		while (i < COUNT_OF(plain_words) && strncmp(s, plain_words[i].sign, strlen(plain_words[i].sign)) != 0) {
			i++;
		}
		bool is_word = i < COUNT_OF(plain_words);

		(void)buf_add(b, is_word ? plain_words[i].plain : s, is_word ? strlen(plain_words[i].plain) : 1);
		s += is_word ? strlen(plain_words[i].sign) : 1;
	}
	return buf_str(b);
}

static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

/* Characters that terminals act on or hide; clean text has none of them, and a raw one must not reach a terminal from here either. */
static bool is_invisible(uint32_t cp)
{
	return cp == 0xad || cp == 0x61c || cp == 0x180e || (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || (cp >= 0xfe00 && cp <= 0xfe0f) || cp == 0xfeff || (cp >= 0xfff9 && cp <= 0xfffb) ||
	       (cp >= 0xe0000 && cp <= 0xe0fff);
}

/* Decodes one code point; an unfinished one at the end counts as bad. */
static size_t decode(const char *s, size_t len, uint32_t *cp)
{
	size_t n = utf8_decode(s, len, cp);

	if (n == 0) {
		*cp = CODE_POINT_BAD;
		n = len;
	}
	return n;
}

/* The next thing to draw: a base with its marks. Width 0 when the bytes show nothing. Returns the bytes taken. */
static size_t next_glyph(const char *s, size_t len, struct cell *out)
{
	uint32_t cp;
	size_t used = decode(s, len, &cp);
	int marks = 0;

	memset(out, 0, sizeof(*out));
	if (is_invisible(cp)) {
		return used;
	}
	int w = cp == '\t' || (cp >= ' ' && cp < 0x7f) ? 1 : width_code_point(cp);
	if (cp == '\t') {
		cp = ' ';
	} else if (is_control(cp) || w < 0) {
		cp = CODE_POINT_BAD;
		w = 1;
	} else if (w == 0) {
		return used; /* a mark without a base */
	}
	out->cp[0] = cp;
	out->width = (uint8_t)w;
	while (used < len && (unsigned char)s[used] >= 0x80) {
		size_t n = decode(s + used, len - used, &cp);

		if (!is_invisible(cp)) {
			if (is_control(cp) || width_code_point(cp) != 0) {
				break;
			}
			if (marks < CELL_MARKS) {
				out->cp[1 + marks++] = cp;
			}
		}
		used += n;
	}
	return used;
}

static struct rect rect_cut(struct rect a, struct rect b)
{
	int x = a.x > b.x ? a.x : b.x;
	int y = a.y > b.y ? a.y : b.y;
	int x_end = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
	int y_end = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;

	return (struct rect){x, y, x_end > x ? x_end - x : 0, y_end > y ? y_end - y : 0};
}

static bool in_clip(const struct cells *c, int x, int y)
{
	return x >= c->clip.x && x < c->clip.x + c->clip.w && y >= c->clip.y && y < c->clip.y + c->clip.h;
}

static struct cell *cell_at(const struct cells *c, int x, int y)
{
	return &c->at[(size_t)y * (size_t)c->w + (size_t)x];
}

/* Blanks the other half of a wide character that is about to be overwritten at (x, y). */
static void split_wide(struct cells *c, int x, int y)
{
	struct cell *p = cell_at(c, x, y);

	if (p->width == 2 && x + 1 < c->w) {
		uint8_t style = p[1].style;

		p[1] = blank;
		p[1].style = style;
	} else if (p->width == 0 && x > 0) {
		uint8_t style = p[-1].style;

		p[-1] = blank;
		p[-1].style = style;
	}
}

static void set_cell(struct cells *c, int x, int y, const struct cell *glyph)
{
	if (!in_clip(c, x, y)) {
		return;
	}
	split_wide(c, x, y);
	*cell_at(c, x, y) = *glyph;
}

static void set_glyph(struct cells *c, int x, int y, enum style st, const struct cell *glyph)
{
	struct cell g = *glyph;

	g.style = (uint8_t)st;
	if (c->glyphs == GLYPHS_ASCII || c->glyphs == GLYPHS_PLAIN) {
		g.cp[0] = c->glyphs == GLYPHS_PLAIN ? to_plain(g.cp[0]) : to_ascii(g.cp[0]);
	}
	if (g.width == 2 && !(in_clip(c, x, y) && in_clip(c, x + 1, y))) {
		struct cell space = blank;

		space.style = (uint8_t)st;
		set_cell(c, x, y, &space);
		set_cell(c, x + 1, y, &space);
		return;
	}
	set_cell(c, x, y, &g);
	if (g.width == 2) {
		struct cell right = {.width = 0, .style = (uint8_t)st};

		split_wide(c, x + 1, y);
		*cell_at(c, x, y) = g;
		*cell_at(c, x + 1, y) = right;
	}
}

static void set_code_point(struct cells *c, int x, int y, enum style st, uint32_t cp)
{
	struct cell g = {.cp = {cp}, .width = 1};

	set_glyph(c, x, y, st, &g);
}

struct cells *cells_new(int w, int h)
{
	struct cells *c = x_calloc(1, sizeof(*c));

	cells_resize(c, w, h);
	return c;
}

void cells_free(struct cells *c)
{
	if (c != NULL) {
		free(c->at);
		free(c);
	}
}

void cells_resize(struct cells *c, int w, int h)
{
	c->w = w > 0 ? w : 0;
	c->h = h > 0 ? h : 0;
	c->at = x_reallocarray(c->at, (size_t)c->w * (size_t)c->h, sizeof(*c->at));
	cells_clear(c);
}

void cells_clear(struct cells *c)
{
	size_t n = (size_t)c->w * (size_t)c->h;

	for (size_t i = 0; i < n; i++) {
		c->at[i] = blank;
	}
	c->clip = (struct rect){0, 0, c->w, c->h};
	c->cursor_x = -1;
	c->cursor_y = -1;
	c->cursor_is_text = false;
}

struct rect cells_clip(struct cells *c, struct rect r)
{
	struct rect former = c->clip;

	c->clip = rect_cut(former, r);
	return former;
}

void cells_unclip(struct cells *c, struct rect former)
{
	c->clip = former;
}

int cells_text(struct cells *c, int x, int y, int max_w, enum style st, const char *s, size_t len)
{
	int used = 0;

	for (size_t i = 0; i < len;) {
		struct cell g;
		size_t n = next_glyph(s + i, len - i, &g);

		if (used + g.width > max_w) {
			break;
		}
		if (g.width > 0) {
			set_glyph(c, x + used, y, st, &g);
		}
		used += g.width;
		i += n;
	}
	return used;
}

int cells_put(struct cells *c, int x, int y, enum style st, const char *s)
{
	struct buf words = {0};
	const char *label = label_text(c, s, &words);
	int used = cells_text(c, x, y, c->clip.x + c->clip.w - x, st, label, strlen(label));

	buf_free(&words);
	return used;
}

int cells_putf(struct cells *c, int x, int y, enum style st, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	int used = cells_put(c, x, y, st, buf_str(&b));
	buf_free(&b);
	return used;
}

int cells_width(const char *s, size_t len)
{
	int w = 0;

	for (size_t i = 0; i < len;) {
		struct cell g;

		i += next_glyph(s + i, len - i, &g);
		w += g.width;
	}
	return w;
}

int cells_fit(struct cells *c, int x, int y, int max_w, enum style st, const char *s)
{
	const char *cut = c->glyphs == GLYPHS_PLAIN ? "..." : "\u2026";
	struct buf words = {0};

	if (max_w <= 0) {
		return 0;
	}
	const char *label = label_text(c, s, &words);
	bool fits = cells_width(label, strlen(label)) <= max_w;
	int cut_w = fits ? 0 : cells_width(cut, strlen(cut));
	int used = cells_text(c, x, y, max_w - cut_w, st, label, strlen(label));

	if (!fits) {
		used += cells_text(c, x + used, y, max_w - used, st, cut, strlen(cut));
	}
	buf_free(&words);
	return used;
}

int cells_right(struct cells *c, int x_end, int y, enum style st, const char *s)
{
	struct buf words = {0};
	const char *label = label_text(c, s, &words);
	int w = cells_width(label, strlen(label));

	cells_text(c, x_end - w, y, w, st, label, strlen(label));
	buf_free(&words);
	return x_end - w;
}

void cells_fill(struct cells *c, struct rect r, enum style st, uint32_t cp)
{
	struct rect in = rect_cut(r, c->clip);

	for (int y = in.y; y < in.y + in.h; y++) {
		for (int x = in.x; x < in.x + in.w; x++) {
			set_code_point(c, x, y, st, cp);
		}
	}
}

void cells_restyle(struct cells *c, struct rect r, enum style st)
{
	struct rect in = rect_cut(r, c->clip);

	for (int y = in.y; y < in.y + in.h; y++) {
		for (int x = in.x; x < in.x + in.w; x++) {
			cell_at(c, x, y)->style = (uint8_t)st;
		}
	}
}

static void plain_rule(struct cells *c, int x, int y, int w, const char *title, const char *right)
{
	int used = cells_fit(c, x + 1, y, w - 1, ST_TITLE, title != NULL ? title : "");

	if (used > 0 && right != NULL && right[0] != '\0') {
		used += cells_fit(c, x + 1 + used, y, w - 1 - used, ST_DIM, ", ");
		cells_fit(c, x + 1 + used, y, w - 1 - used, ST_DIM, right);
	}
}

void cells_selected(struct cells *c, int x, int y)
{
	cells_put(c, x, y, ST_RULE_FOCUS, "\u258c");
}

/* "─ title ─ right ─": blanks around both, the end pieces, and at least one piece of rule between them. */
int cells_rule_room(int w, const char *title)
{
	int title_w = title != NULL && title[0] != '\0' && w >= 5 ? cells_width(title, strlen(title)) + 3 : 0;

	return w - (title_w < w - 1 ? title_w : w - 1) - 4;
}

void cells_rule(struct cells *c, int x, int y, int w, bool is_focused, const char *title, const char *right)
{
	enum style st = is_focused ? ST_RULE_FOCUS : ST_RULE;
	int end = x + w;
	int at = x;

	cells_fill(c, (struct rect){x, y, w, 1}, st, is_focused ? 0x2501 : 0x2500);
	if (is_focused && c->cursor_x < 0) {
		cells_cursor(c, x + 1, y + 1, false);
	}
	if (c->glyphs == GLYPHS_PLAIN) {
		plain_rule(c, x, y, w, title, right);
		return;
	}
	if (title != NULL && title[0] != '\0' && w >= 5) {
		int room = w - 4;

		set_code_point(c, x + 1, y, st, ' ');
		at = x + 2 + cells_fit(c, x + 2, y, room, ST_TITLE, title);
		set_code_point(c, at++, y, st, ' ');
	}
	if (right == NULL || right[0] == '\0') {
		return;
	}
	if (cells_width(right, strlen(right)) <= cells_rule_room(w, title)) {
		int first = cells_right(c, end - 2, y, ST_DIM, right);

		set_code_point(c, first - 1, y, st, ' ');
		set_code_point(c, end - 2, y, st, ' ');
	}
}

void cells_box(struct cells *c, struct rect r, const char *title)
{
	int x_end = r.x + r.w - 1;
	int y_end = r.y + r.h - 1;

	if (r.w < 2 || r.h < 2) {
		return;
	}
	cells_fill(c, r, ST_BOX, ' ');
	if (c->glyphs == GLYPHS_PLAIN) {
		cells_fit(c, r.x + 1, r.y, r.w - 1, ST_TITLE, title != NULL ? title : "");
		return;
	}
	cells_fill(c, (struct rect){r.x, r.y, r.w, 1}, ST_BOX, 0x2500);
	cells_fill(c, (struct rect){r.x, y_end, r.w, 1}, ST_BOX, 0x2500);
	cells_fill(c, (struct rect){r.x, r.y, 1, r.h}, ST_BOX, 0x2502);
	cells_fill(c, (struct rect){x_end, r.y, 1, r.h}, ST_BOX, 0x2502);
	set_code_point(c, r.x, r.y, ST_BOX, 0x250c);
	set_code_point(c, x_end, r.y, ST_BOX, 0x2510);
	set_code_point(c, r.x, y_end, ST_BOX, 0x2514);
	set_code_point(c, x_end, y_end, ST_BOX, 0x2518);
	if (title != NULL && title[0] != '\0' && r.w >= 8) {
		set_code_point(c, r.x + 2, r.y, ST_BOX, ' ');
		int used = cells_fit(c, r.x + 3, r.y, r.w - 6, ST_TITLE, title);
		set_code_point(c, r.x + 3 + used, r.y, ST_BOX, ' ');
	}
}

void cells_vline(struct cells *c, int x, int y, int h)
{
	cells_fill(c, (struct rect){x, y, 1, h}, ST_RULE, 0x2502);
}

void cells_cursor(struct cells *c, int x, int y, bool is_text)
{
	if (in_clip(c, x, y)) {
		c->cursor_x = x;
		c->cursor_y = y;
		c->cursor_is_text = is_text;
	}
}

static void dump_row(const struct cells *c, int y, struct buf *out)
{
	int end = c->w;

	while (end > 0) {
		const struct cell *p = cell_at(c, end - 1, y);

		if (p->cp[0] != ' ' || p->cp[1] != 0) {
			break;
		}
		end--;
	}
	for (int x = 0; x < end; x++) {
		const struct cell *p = cell_at(c, x, y);

		for (size_t i = 0; i < COUNT_OF(p->cp) && p->cp[i] != 0; i++) {
			char bytes[4];

			buf_add(out, bytes, utf8_encode(p->cp[i], bytes));
		}
	}
	buf_add_char(out, '\n');
}

void cells_dump(const struct cells *c, struct buf *out)
{
	for (int y = 0; y < c->h; y++) {
		dump_row(c, y, out);
	}
}

void cells_dump_styles(const struct cells *c, struct buf *out)
{
	cells_dump(c, out);
	buf_add_str(out, "-- styles\n");
	for (int y = 0; y < c->h; y++) {
		bool has_any = false;

		for (int x = 0; x < c->w;) {
			uint8_t style = cell_at(c, x, y)->style;
			int start = x;

			assert(style < ST_COUNT);
			while (x < c->w && cell_at(c, x, y)->style == style) {
				x++;
			}
			if (style == ST_TEXT) {
				continue;
			}
			if (!has_any) {
				buf_addf(out, "%d:", y);
				has_any = true;
			}
			buf_addf(out, " %d+%d %s", start, x - start, style_names[style]);
		}
		if (has_any) {
			buf_add_char(out, '\n');
		}
	}
	if (c->cursor_x >= 0) {
		buf_addf(out, "cursor %d,%d%s\n", c->cursor_x, c->cursor_y, c->cursor_is_text ? " text" : "");
	}
}

enum glyphs glyphs_from_name(const char *name)
{
	static const char *const names[GLYPHS_COUNT] = { [GLYPHS_BRAILLE] = "braille", [GLYPHS_BLOCK] = "block", [GLYPHS_ASCII] = "ascii" };
	int i = 0;

	while (i < GLYPHS_COUNT && (names[i] == NULL || strcmp(names[i], name) != 0)) {
		i++;
	}
	return (enum glyphs)i;
}
