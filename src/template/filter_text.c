/* Filters of texts. What is not a string is taken as it prints. */
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>

#include "base/mem.h"
#include "template/render.h"
#include "template/words.h"
#include "text/utf8.h"

typedef uint8_t *case_mapper(const uint8_t *s, size_t n, const char *iso639, uninorm_t nf, uint8_t *result, size_t *len);

static bool map_case(struct render *r, const struct call *c, struct span s, case_mapper *map, struct value *out)
{
	size_t len = 0;
	uint8_t *mapped = map((const uint8_t *)s.s, s.len, NULL, NULL, NULL, &len);

	if (mapped == NULL && s.len > 0) {
		x_out_of_memory();
	}
	buf_clear(&r->scratch);
	(void)buf_add(&r->scratch, mapped, len);
	free(mapped);
	return render_tick(r, c->node, s.len / 16) && call_give_scratch(r, c, out);
}

bool words_upper(struct render *r, const struct call *c, struct value *out)
{
	struct span s;

	return call_self_text(r, c, &s) && map_case(r, c, s, u8_toupper, out);
}

bool words_lower(struct render *r, const struct call *c, struct value *out)
{
	struct span s;

	return call_self_text(r, c, &s) && map_case(r, c, s, u8_tolower, out);
}

static void add_code_point(struct buf *out, uint32_t cp)
{
	char bytes[4];

	(void)buf_add(out, bytes, utf8_encode(cp, bytes));
}

/* Each first letter in upper case, all others in lower case: the first of the text, or of every word. */
static bool capitalise(struct render *r, const struct call *c, bool each_word, struct value *out)
{
	struct span s;
	bool is_first = true;

	if (!call_self_text(r, c, &s)) {
		return false;
	}
	buf_clear(&r->scratch);
	for (size_t i = 0; i < s.len;) {
		uint32_t cp;

		i += utf8_decode(s.s + i, s.len - i, &cp);
		add_code_point(&r->scratch, is_first ? uc_toupper(cp) : uc_tolower(cp));
		is_first = each_word && (words_is_space(cp) || (cp < 0x80 && strchr("-({[<", (int)cp) != NULL));
	}
	return render_tick(r, c->node, s.len / 16) && call_give_scratch(r, c, out);
}

bool words_capitalize(struct render *r, const struct call *c, struct value *out)
{
	return capitalise(r, c, false, out);
}

bool words_title(struct render *r, const struct call *c, struct value *out)
{
	return capitalise(r, c, true, out);
}

/* ---- trim, replace, split ---- */

bool words_is_space(uint32_t cp)
{
	return cp < 0x80 ? cp == ' ' || (cp >= 9 && cp <= 13) : uc_is_property_white_space(cp);
}

/* Whether the character at s is one of those to take away; `chars` empty: white space. */
static bool is_of(const char *s, size_t n, struct span chars)
{
	uint32_t cp;

	(void)utf8_decode(s, n, &cp);
	return chars.len == 0 ? words_is_space(cp) : memmem(chars.s, chars.len, s, n) != NULL;
}

static struct span trim(struct span s, struct span chars)
{
	while (s.len > 0) {
		size_t n = text_bytes(s, 1);

		if (!is_of(s.s, n, chars)) {
			break;
		}
		s.s += n;
		s.len -= n;
	}
	while (s.len > 0) {
		size_t last = s.len - 1;

		while (last > 0 && ((unsigned char)s.s[last] & 0xC0) == 0x80) {
			last--;
		}
		if (!is_of(s.s + last, s.len - last, chars)) {
			break;
		}
		s.len = last;
	}
	return s;
}

bool words_trim(struct render *r, const struct call *c, struct value *out)
{
	struct span s, chars;

	if (!call_self_text(r, c, &s) || !call_text(r, c, 0, "", &chars)) {
		return false;
	}
	*out = value_span(trim(s, chars));
	return render_tick(r, c->node, s.len / 256);
}

/* Bytes before the next `needle` in s; the whole length when there is none. An empty needle is found before each character but the first. */
static size_t before(struct span s, struct span needle)
{
	if (needle.len == 0) {
		return text_bytes(s, 1);
	}
	const char *found = memmem(s.s, s.len, needle.s, needle.len);

	return found != NULL ? (size_t)(found - s.s) : s.len;
}

bool words_replace(struct render *r, const struct call *c, struct value *out)
{
	struct span s, old, new;
	int64_t most;

	if (!call_self_text(r, c, &s) || !call_text(r, c, 0, "", &old) || !call_text(r, c, 1, "", &new) || !call_int(r, c, 2, -1, &most)) {
		return false;
	}
	buf_clear(&r->scratch);
	if (old.len == 0 && most != 0) { /* as in Python, nothing is everywhere, also before the first character */
		(void)buf_add(&r->scratch, new.s, new.len);
		most -= most > 0;
	}
	while (s.len > 0 && most != 0 && !r->scratch.is_full) {
		size_t n = before(s, old);
		bool is_found = n < s.len || old.len == 0;

		(void)buf_add(&r->scratch, s.s, n);
		if (is_found) {
			(void)buf_add(&r->scratch, new.s, new.len);
		}
		n += is_found ? old.len : 0;
		s.s += n;
		s.len -= n;
		most -= most > 0;
		if (!render_tick(r, c->node, 1)) {
			return false;
		}
	}
	(void)buf_add(&r->scratch, s.s, s.len);
	return call_give_scratch(r, c, out);
}

static bool add_part(struct render *r, const struct call *c, struct value_list *list, const char *s, size_t len)
{
	struct value part = value_string(s, len);

	return render_add(r, c->node, list, &part) && render_tick(r, c->node, 1);
}

/* Words between white space; after `most` cuts the rest is one. */
static bool split_words(struct render *r, const struct call *c, struct span s, int64_t most, struct value_list *list)
{
	for (s = trim(s, SPAN("")); s.len > 0 && most != 0; most -= most > 0) {
		size_t n = 0;

		while (n < s.len && !is_of(s.s + n, text_bytes((struct span){ s.s + n, s.len - n }, 1), SPAN(""))) {
			n += text_bytes((struct span){ s.s + n, s.len - n }, 1);
		}
		if (!add_part(r, c, list, s.s, n)) {
			return false;
		}
		s = trim((struct span){ s.s + n, s.len - n }, SPAN(""));
	}
	return s.len == 0 || add_part(r, c, list, s.s, s.len);
}

bool words_split(struct render *r, const struct call *c, struct value *out)
{
	struct value_list *list = render_list(r, c->node, 8);
	struct span s, separator;
	int64_t most;

	if (list == NULL || !call_self_text(r, c, &s) || !call_text(r, c, 0, "", &separator) || !call_int(r, c, 1, -1, &most)) {
		return false;
	}
	*out = value_of_list(list);
	if (c->args[0].kind == VALUE_UNDEFINED || c->args[0].kind == VALUE_NULL) {
		return split_words(r, c, s, most, list);
	}
	if (separator.len == 0) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "the separator is empty");
	}
	for (size_t n; most != 0 && (n = before(s, separator)) < s.len; most -= most > 0) {
		if (!add_part(r, c, list, s.s, n)) {
			return false;
		}
		s.s += n + separator.len;
		s.len -= n + separator.len;
	}
	return add_part(r, c, list, s.s, s.len);
}

/* ---- layout ---- */

static bool is_blank_line(const char *s, const char *end)
{
	return s == end || *s == '\n' || (*s == '\r' && (s + 1 == end || s[1] == '\n'));
}

static bool filter_indent(struct render *r, const struct call *c, struct value *out)
{
	struct span s, with = SPAN("");
	int64_t width = 0;

	if (!call_self_text(r, c, &s) ||
	    !(c->args[0].kind == VALUE_STRING ? call_text(r, c, 0, "", &with) : call_int(r, c, 0, 4, &width))) {
		return false;
	}
	if (width < 0 || width > 1000) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "an indentation is 0 to 1000 blanks");
	}
	buf_clear(&r->scratch);
	for (const char *line = s.s, *end = s.s + s.len; line < end && !r->scratch.is_full;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *next = newline != NULL ? newline + 1 : end;
		bool is_indented = (line > s.s || call_true(c, 1)) && (!is_blank_line(line, end) || call_true(c, 2));

		if (is_indented) {
			(void)buf_add(&r->scratch, with.s, with.len);
			(void)buf_addf(&r->scratch, "%*s", (int)width, "");
		}
		(void)buf_add(&r->scratch, line, (size_t)(next - line));
		line = next;
	}
	return call_give_scratch(r, c, out);
}

static bool filter_truncate(struct render *r, const struct call *c, struct value *out)
{
	struct span s, end;
	int64_t most, leeway;

	if (!call_self_text(r, c, &s) || !call_int(r, c, 0, 255, &most) || !call_text(r, c, 2, "...", &end) || !call_int(r, c, 3, 0, &leeway)) {
		return false;
	}
	int64_t end_len = (int64_t)text_count(end), len = (int64_t)text_count(s);
	if (most < end_len || leeway < 0) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "truncate needs a length of at least %lld", (long long)end_len);
	}
	*out = value_span(s);
	if (len - leeway <= most) {
		return true;
	}
	size_t kept = text_bytes(s, (size_t)(most - end_len));
	if (!call_true(c, 1)) { /* back to a whole word, when there is one */
		const char *blank = memrchr(s.s, ' ', kept);

		kept = blank != NULL ? (size_t)(blank - s.s) : kept;
	}
	buf_clear(&r->scratch);
	(void)buf_add(&r->scratch, s.s, kept);
	(void)buf_add(&r->scratch, end.s, end.len);
	return call_give_scratch(r, c, out);
}

/* Runs of letters, digits and underscores. */
static bool filter_wordcount(struct render *r, const struct call *c, struct value *out)
{
	struct span s;
	int64_t n = 0;
	bool was_word = false;

	if (!call_self_text(r, c, &s)) {
		return false;
	}
	for (size_t i = 0; i < s.len;) {
		uint32_t cp;

		i += utf8_decode(s.s + i, s.len - i, &cp);
		bool is_word = cp == '_' || uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N);
		n += is_word && !was_word;
		was_word = is_word;
	}
	*out = value_int(n);
	return render_tick(r, c->node, s.len / 32);
}

/* ---- for other languages ---- */

static bool filter_escape(struct render *r, const struct call *c, struct value *out)
{
	static const char *const entities[128] = { ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&#34;", ['\''] = "&#39;" };
	struct span s;

	if (!call_self_text(r, c, &s)) {
		return false;
	}
	buf_clear(&r->scratch);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char ch = (unsigned char)s.s[i];

		if (ch < 128 && entities[ch] != NULL) {
			(void)buf_add_str(&r->scratch, entities[ch]);
		} else {
			(void)buf_add_char(&r->scratch, s.s[i]);
		}
	}
	return render_tick(r, c->node, s.len / 64) && call_give_scratch(r, c, out);
}

/* RFC 3986: all but the unreserved characters, and but those in `safe`. */
static void add_percent(struct buf *out, struct span s, char safe)
{
	for (size_t i = 0; i < s.len; i++) {
		char ch = s.s[i];
		bool is_plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || (ch != '\0' && strchr("-._~", ch) != NULL);

		if (is_plain || ch == safe) {
			(void)buf_add_char(out, ch);
		} else {
			(void)buf_addf(out, "%%%02X", (unsigned char)ch);
		}
	}
}

/* A text, or an object as "key=value&key=value". */
static bool filter_urlencode(struct render *r, const struct call *c, struct value *out)
{
	struct buf encoded = { .limit = r->limits.output };
	struct walk w = { 0 };
	struct span key, text;
	struct value v;
	bool ok = true;

	if (c->self.kind != VALUE_OBJECT) {
		ok = call_self_text(r, c, &text);
		if (ok) {
			add_percent(&encoded, text, '/');
		}
	} else {
		while (ok && value_walk(&c->self, &w, &key, &v)) {
			(void)buf_add_str(&encoded, w.i > 1 ? "&" : "");
			add_percent(&encoded, key, '-');
			(void)buf_add_char(&encoded, '=');
			ok = render_text(r, c->node, &v, &text);
			if (ok) {
				add_percent(&encoded, text, '-');
			}
		}
	}
	if (ok) {
		buf_clear(&r->scratch);
		(void)buf_add(&r->scratch, buf_str(&encoded), encoded.len);
		r->scratch.is_full |= encoded.is_full;
		ok = call_give_scratch(r, c, out);
	}
	buf_free(&encoded);
	return ok;
}

static bool is_tag(struct span tag)
{
	for (size_t i = 0; i < tag.len; i++) {
		char ch = tag.s[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' || (i > 0 && ((ch >= '0' && ch <= '9') || ch == '-')))) {
			return false;
		}
	}
	return tag.len > 0;
}

/* Whether "</tag" stands at s, in any case and with white space anywhere, as a reader might still take it. */
static bool is_closing(const char *s, const char *end, struct span tag)
{
	for (s++; s < end && words_is_space((unsigned char)*s); s++) {
	}
	if (s == end || *s != '/') {
		return false;
	}
	for (s++; s < end && words_is_space((unsigned char)*s); s++) {
	}
	return (size_t)(end - s) >= tag.len && strncasecmp(s, tag.s, tag.len) == 0;
}

/* The text on lines of its own between <tag> and </tag>, which it cannot close itself. */
static bool filter_quote_block(struct render *r, const struct call *c, struct value *out)
{
	struct span s, tag;

	if (!call_self_text(r, c, &s) || !call_text(r, c, 0, "", &tag)) {
		return false;
	}
	if (!is_tag(tag)) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "a tag is a name of letters, digits, _ and -");
	}
	buf_clear(&r->scratch);
	(void)buf_addf(&r->scratch, "<%.*s>\n", (int)tag.len, tag.s);
	for (const char *at = s.s, *end = s.s + s.len; at < end && !r->scratch.is_full;) {
		const char *open = memchr(at, '<', (size_t)(end - at));
		const char *next = open != NULL ? open : end;

		(void)buf_add(&r->scratch, at, (size_t)(next - at));
		if (open != NULL) {
			(void)buf_add_str(&r->scratch, is_closing(open, end, tag) ? "&lt;" : "<");
			next++;
		}
		at = next;
	}
	(void)buf_addf(&r->scratch, "\n</%.*s>", (int)tag.len, tag.s);
	return render_tick(r, c->node, s.len / 64) && call_give_scratch(r, c, out);
}

/* ---- tokens ---- */

static int64_t count_tokens(const struct render *r, struct span s)
{
	return tokenizer_count(r->env->tokenizer != NULL ? r->env->tokenizer : &tokenizer_estimating, s.s, s.len);
}

static bool filter_tokens(struct render *r, const struct call *c, struct value *out)
{
	struct span s;

	if (!call_self_text(r, c, &s)) {
		return false;
	}
	*out = value_int(count_tokens(r, s));
	return render_tick(r, c->node, s.len / 16);
}

/* The longest beginning of at most so many tokens, found by halving: more text has more tokens, but for what merges at the cut. */
static bool filter_truncate_tokens(struct render *r, const struct call *c, struct value *out)
{
	struct span s;
	int64_t most;

	if (!call_self_text(r, c, &s) || !call_int(r, c, 0, 0, &most)) {
		return false;
	}
	if (count_tokens(r, s) <= most) {
		*out = value_span(s);
		return true;
	}
	size_t low = 0, high = text_count(s);
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (count_tokens(r, (struct span){ s.s, text_bytes(s, middle) }) <= most) {
			low = middle;
		} else {
			high = middle;
		}
		if (!render_tick(r, c->node, s.len / 16)) {
			return false;
		}
	}
	*out = value_string(s.s, text_bytes(s, low));
	return true;
}

static bool filter_string(struct render *r, const struct call *c, struct value *out)
{
	struct span s;

	if (!call_self_text(r, c, &s)) {
		return false;
	}
	*out = value_span(s);
	return true;
}

const struct call_row text_filters[] = {
	{ .name = "capitalize", .run = words_capitalize },
	{ .name = "e", .run = filter_escape },
	{ .name = "escape", .run = filter_escape },
	{ .name = "indent", .params = { "width", "first", "blank" }, .run = filter_indent },
	{ .name = "lower", .run = words_lower },
	{ .name = "quote_block", .params = { "tag" }, .n_required = 1, .run = filter_quote_block },
	{ .name = "replace", .params = { "old", "new", "count" }, .n_required = 2, .run = words_replace },
	{ .name = "string", .run = filter_string },
	{ .name = "title", .run = words_title },
	{ .name = "tokens", .run = filter_tokens },
	{ .name = "trim", .params = { "chars" }, .run = words_trim },
	{ .name = "truncate", .params = { "length", "killwords", "end", "leeway" }, .run = filter_truncate },
	{ .name = "truncate_tokens", .params = { "n" }, .n_required = 1, .run = filter_truncate_tokens },
	{ .name = "upper", .run = words_upper },
	{ .name = "urlencode", .run = filter_urlencode },
	{ .name = "wordcount", .run = filter_wordcount },
	{ 0 },
};
