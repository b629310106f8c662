/* Find and replace. */
#include <string.h>

#include "ui/widgets/editor_state.h"

bool editor_find(struct editor *e, const char *needle, int by)
{
	size_t len = strlen(needle), start = e->cursor, end;
	const char *s = buf_str(&e->text), *found = NULL;

	if (len == 0 || e->text.len < len) {
		return false;
	}
	if (by > 0) {
		found = memmem(s + start, e->text.len - start, needle, len);
		found = found != NULL ? found : memmem(s, e->text.len, needle, len);
	} else {
		(void)editor_selection(e, &start, &end); /* not the place gone to last */
		const char *last = NULL;

		for (const char *p = s; (p = memmem(p, e->text.len - (size_t)(p - s), needle, len)) != NULL; p++) {
			found = (size_t)(p - s) < start ? p : found;
			last = p;
		}
		found = found != NULL ? found : last;
	}
	if (found != NULL) {
		editor_select(e, (size_t)(found - s), (size_t)(found - s) + len);
	}
	return found != NULL;
}

size_t editor_replace_all(struct editor *e, const char *needle, const char *with)
{
	struct buf out = {0};
	size_t len = strlen(needle), n = 0, from = 0, cursor = e->cursor; /* cursor: in the new text */
	const char *s = buf_str(&e->text), *p;

	e->remark[0] = '\0';
	while (len > 0 && (p = memmem(s + from, e->text.len - from, needle, len)) != NULL) {
		(void)buf_add(&out, s + from, (size_t)(p - s) - from);
		(void)buf_add_str(&out, with);
		from = (size_t)(p - s) + len;
		cursor += from <= e->cursor ? strlen(with) - len : 0;
		n++;
	}
	(void)buf_add(&out, s + from, e->text.len - from);
	if (n > 0 && editor_replace(e, 0, e->text.len, out.s, out.len)) {
		editor_set_cursor(e, cursor);
	} else {
		n = 0;
	}
	buf_free(&out);
	return n;
}
