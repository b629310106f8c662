/* What is copied: to the clipboard by way of the terminal, or into a file when that is too much for it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "text/base64.h"
#include "text/clean.h"
#include "ui/console_state.h"
#include "ui/widgets/editor.h"

#define MOST_FILES 10000

static void size_text(size_t len, char out[32])
{
	if (len < 1000) {
		snprintf(out, 32, "%zu B", len);
	} else {
		snprintf(out, 32, "%.1f kB", (double)len / 1000);
	}
}

/* The first free name, so that no earlier copy is lost. NULL when there is none; errno says why. */
static char *open_new(const char *dir, int *fd)
{
	for (int i = 1; i <= MOST_FILES; i++) {
		char *path = x_asprintf("%s/copy-%d.txt", dir, i);

		*fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (*fd >= 0) {
			return path;
		}
		free(path);
		if (errno != EEXIST) {
			break;
		}
	}
	return NULL;
}

static bool write_whole(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR) {
			return false;
		}
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return true;
}

static bool has_clipboard(const struct console *c)
{
	const struct option_values *o = &c->app->config->options;

	return option_is_on(o, OPTION_CLIPBOARD) || (c->can_copy && option_is(o, OPTION_CLIPBOARD, "auto"));
}

/* As a person writes it: from the home on. */
static void path_text(const char *path, char *out, size_t size)
{
	const char *home = getenv("HOME");
	size_t len = home != NULL ? strlen(home) : 0;
	bool is_below = len > 1 && strncmp(path, home, len) == 0 && path[len] == '/';
	char *shown = x_asprintf("%s%s", is_below ? "~" : "", is_below ? path + len : path);

	clean_line_into(shown, out, size);
	free(shown);
}

static void copy_to_file(struct console *c, const char *what, const char *bytes, size_t len)
{
	int fd = -1;
	char *path = open_new(c->app->data_dir, &fd);
	char size[32];

	size_text(len, size);
	if (path == NULL || !write_whole(fd, bytes, len)) {
		console_say(c, ST_BAD, "%s (%s) cannot be copied by this terminal, nor written to a file: %s", what, size, strerror(errno));
	} else {
		char shown[300];

		path_text(path, shown, sizeof(shown));
		console_say(c, ST_WARN, "copied into %s (%s): %s, %s", shown, has_clipboard(c) ? "too long for the clipboard" :
		    option_is(&c->app->config->options, OPTION_CLIPBOARD, "off") ? "the clipboard is off" : "no clipboard here", what, size);
	}
	if (fd >= 0) {
		close(fd);
	}
	free(path);
}

unsigned console_copy(struct console *c, const char *what, const char *bytes, size_t len)
{
	char size[32];

	if (len == 0) {
		console_say(c, ST_DIM, "%s: nothing there to copy yet", what);
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	if (!has_clipboard(c) || BASE64_SIZE(len) > CONSOLE_COPY_LIMIT) {
		copy_to_file(c, what, bytes, len);
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	buf_clear(&c->copied);
	buf_add(&c->copied, bytes, len);
	size_text(len, size);
	console_say(c, ST_TEXT, "copied: %s, %s", what, size);
	return INPUT_HANDLED | INPUT_REDRAW | CONSOLE_COPY;
}

unsigned console_typed(struct console *c, const struct editor *field)
{
	enum style st;
	size_t len;
	const char *remark = editor_remark(field, &st), *copied = editor_copied(field, &len);

	if (remark != NULL) {
		console_say(c, st, "%s", remark);
	}
	return copied != NULL ? console_copy(c, "selection", copied, len) : 0;
}

unsigned console_type(struct console *c, struct editor *field, const struct input *in)
{
	unsigned bits = editor_input(field, in);

	return bits | console_typed(c, field);
}

const struct buf *console_copied(const struct console *c)
{
	return &c->copied;
}
