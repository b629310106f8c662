#include "app/manual.h"

#include <stdio.h>
#include <string.h>

#include "data/embedded.h"

/* A line with its length, and the level of its heading; 0: it is none. Fences hide what looks like one. */
struct line {
	const char *s;
	size_t len;
	int level;
};

struct reading {
	const char *at;
	bool is_fenced;
};

static bool next_line(struct reading *r, struct line *out)
{
	if (*r->at == '\0') {
		return false;
	}
	*out = (struct line){ .s = r->at, .len = strcspn(r->at, "\n") };
	r->at += out->len + (r->at[out->len] == '\n');
	if (out->len >= 3 && memcmp(out->s, "```", 3) == 0) {
		r->is_fenced = !r->is_fenced;
	}
	size_t marks = strspn(out->s, "#");
	out->level = !r->is_fenced && marks > 0 && out->s[marks] == ' ' ? (int)marks : 0;
	return true;
}

static struct reading begin(void)
{
	size_t len;

	return (struct reading){ .at = embedded_find("doc/manual.md", &len) };
}

static void title_of(const struct line *l, char out[MANUAL_HEADING_SIZE])
{
	(void)snprintf(out, MANUAL_HEADING_SIZE, "%.*s", (int)l->len - l->level - 1, l->s + l->level + 1);
}

bool manual_heading(size_t i, char out[MANUAL_HEADING_SIZE])
{
	struct reading r = begin();
	struct line l;

	while (next_line(&r, &l)) {
		if ((l.level == 2 || l.level == 3) && i-- == 0) {
			title_of(&l, out);
			return true;
		}
	}
	return false;
}

const char *manual_section(const char *heading, size_t *len)
{
	struct reading r = begin();
	char title[MANUAL_HEADING_SIZE];
	struct line l, first = { 0 };

	while (next_line(&r, &l)) {
		if (first.s != NULL && l.level > 0 && l.level <= first.level) {
			*len = (size_t)(l.s - first.s);
			return first.s;
		}
		if (first.s == NULL && l.level > 1) {
			title_of(&l, title);
			first = strcmp(title, heading) == 0 ? l : first;
		}
	}
	*len = first.s != NULL ? strlen(first.s) : 0;
	return first.s;
}
