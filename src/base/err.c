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
	char context[sizeof(e->text)];
	char text[sizeof(e->text)];
	va_list ap;

	if (e == NULL) {
		return false;
	}
	va_start(ap, fmt);
	(void)vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	memcpy(text, e->text, sizeof(text));
	/* Cutting is fine: the text is for a person and the context comes first. */
	int n = snprintf(e->text, sizeof(e->text), "%s: %s", context, text);
	(void)n;
	return false;
}

int err_exit_status(enum err_code code)
{
	return code < ERR_CODE_COUNT ? exit_status[code] : 1;
}
