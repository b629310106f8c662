#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const int exit_status[ERR_CODE_COUNT] = {
	[ERR_NONE] = 0,     [ERR_INTERNAL] = 1, [ERR_USAGE] = 2,    [ERR_TEMPLATE] = 3, [ERR_CONFIG] = 4,
	[ERR_AUTH] = 4,     [ERR_CHECK] = 5,    [ERR_BUDGET] = 6,   [ERR_RATE] = 7,     [ERR_PROVIDER] = 8,
	[ERR_NETWORK] = 8,  [ERR_REFUSED] = 9,  [ERR_PARTIAL] = 10, [ERR_INTERRUPTED] = 130,
};

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL) {
		return false;
	}
	e->code = code;
	e->hint[0] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return false;
}

bool err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL) {
		return false;
	}
	va_start(ap, fmt);
	(void)vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	return false;
}

bool err_prefix(struct err *e, const char *fmt, ...)
{
	char text[sizeof(e->text)];
	va_list ap;

	if (e == NULL) {
		return false;
	}
	memcpy(text, e->text, sizeof(text));
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	/* Cutting is fine: the text is for a person and the context comes first. */
	size_t n = strlen(e->text);
	(void)snprintf(e->text + n, sizeof(e->text) - n, ": %s", text);
	return false;
}

const char *err_quote(const char *value, char out[ERR_QUOTE_SIZE])
{
	size_t n = strnlen(value, ERR_QUOTE_SIZE - 3);
	bool is_cut = n == ERR_QUOTE_SIZE - 3;

	n = is_cut ? n - 1 : n;
	while (is_cut && n > 0 && ((unsigned char)value[n] & 0xc0) == 0x80) {
		n--;
	}
	for (size_t i = 0; i < n; i++) {
		out[i] = (unsigned char)value[i] < 0x20 || value[i] == 0x7f ? '?' : value[i];
	}
	memcpy(out + n, is_cut ? "..." : "", is_cut ? 4 : 1);
	return out;
}

int err_exit_status(enum err_code code)
{
	return code < ERR_CODE_COUNT ? exit_status[code] : 1;
}
