#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template/render.h"
#include "text/utf8.h"

int print_digits(double d, char out[DIGITS_SIZE], int *exponent)
{
	char text[40];
	int n = 0;

	for (int precision = 14; precision <= 16; precision++) {
		(void)snprintf(text, sizeof(text), "%.*e", precision, fabs(d));
		if (!(strtod(text, NULL) < fabs(d)) && !(strtod(text, NULL) > fabs(d))) {
			break;
		}
	}
	char *e = strchr(text, 'e');
	*exponent = atoi(e + 1);
	for (const char *s = text; s < e; s++) {
		if (*s >= '0' && *s <= '9') {
			out[n++] = *s;
		}
	}
	while (n > 1 && out[n - 1] == '0') {
		n--;
	}
	out[n] = '\0';
	return n;
}

/* As Python writes it: 1.5, 2.0, 1e+16, 1.25e-07. */
static void print_double(struct buf *out, double d)
{
	char digits[DIGITS_SIZE];
	int exponent, n = print_digits(d, digits, &exponent);

	if (signbit(d)) {
		(void)buf_add_char(out, '-');
	}
	if (exponent < -4 || exponent >= 16) {
		(void)buf_addf(out, "%c%s%.*se%c%02d", digits[0], n > 1 ? "." : "", n - 1, digits + 1, exponent < 0 ? '-' : '+', abs(exponent));
	} else if (exponent < 0) {
		(void)buf_addf(out, "0.%.*s%s", -exponent - 1, "0000", digits);
	} else if (exponent + 1 >= n) {
		(void)buf_addf(out, "%s%.*s.0", digits, exponent + 1 - n, "0000000000000000");
	} else {
		(void)buf_addf(out, "%.*s.%s", exponent + 1, digits, digits + exponent + 1);
	}
}

static void print_int(struct buf *out, int64_t i)
{
	char text[24];
	char *s = text + sizeof(text);
	uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;

	do {
		*--s = (char)('0' + u % 10);
	} while ((u /= 10) > 0);
	if (i < 0) {
		*--s = '-';
	}
	(void)buf_add(out, s, (size_t)(text + sizeof(text) - s));
}

static void print_string(struct buf *out, struct span s)
{
	static const char *const short_escapes[] = { ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r" };
	size_t start = 0;

	(void)buf_add_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c >= 0x20 && c != '"' && c != '\\') {
			continue;
		}
		(void)buf_add(out, s.s + start, i - start);
		start = i + 1;
		if (c >= 0x20) {
			(void)buf_addf(out, "\\%c", c);
		} else if (c < sizeof(short_escapes) / sizeof(short_escapes[0]) && short_escapes[c] != NULL) {
			(void)buf_add_str(out, short_escapes[c]);
		} else {
			(void)buf_addf(out, "\\u%04x", c);
		}
	}
	(void)buf_add(out, s.s + start, s.len - start);
	(void)buf_add_char(out, '"');
}

static void print_break(struct buf *out, int indent, int depth)
{
	if (indent > 0) {
		(void)buf_addf(out, "\n%*s", indent * depth, "");
	}
}

static bool print_item(struct buf *out, const struct value *v, int indent, int depth);

static bool print_container(struct buf *out, const struct value *v, int indent, int depth)
{
	bool is_object = v->kind == VALUE_OBJECT, is_first = true;
	struct walk w = { 0 };
	struct span key;
	struct value item;

	if (depth >= VALUE_DEPTH) {
		return false;
	}
	(void)buf_add_char(out, is_object ? '{' : '[');
	while (value_walk(v, &w, &key, &item) && !out->is_full) {
		if (!is_first) {
			(void)buf_add_char(out, ',');
		}
		is_first = false;
		print_break(out, indent, depth + 1);
		if (is_object) {
			print_string(out, key);
			(void)buf_add_str(out, indent > 0 ? ": " : ":");
		}
		if (!print_item(out, &item, indent, depth + 1)) {
			return false;
		}
	}
	if (!is_first) {
		print_break(out, indent, depth);
	}
	(void)buf_add_char(out, is_object ? '}' : ']');
	return true;
}

static bool print_item(struct buf *out, const struct value *v, int indent, int depth)
{
	switch (v->kind) {
	case VALUE_STRING: print_string(out, v->string); return true;
	case VALUE_LIST:
	case VALUE_OBJECT: return print_container(out, v, indent, depth);
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_DOUBLE: return print_value(out, v);
	default: (void)buf_add_str(out, "null"); return true;
	}
}

bool print_json(struct buf *out, const struct value *v, int indent)
{
	return print_item(out, v, indent, 0);
}

bool print_value(struct buf *out, const struct value *v)
{
	switch (v->kind) {
	case VALUE_STRING: (void)buf_add(out, v->string.s, v->string.len); return true;
	case VALUE_INT: print_int(out, v->integer); return true;
	case VALUE_DOUBLE: print_double(out, v->real); return true;
	case VALUE_BOOL: (void)buf_add_str(out, v->boolean ? "true" : "false"); return true;
	case VALUE_LIST:
	case VALUE_OBJECT: return print_json(out, v, 0);
	default: return true; /* undefined, null and a loop print as nothing */
	}
}
