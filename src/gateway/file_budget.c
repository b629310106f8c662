/* The section `budget` of the configuration file. */
#include "gateway/file_reader.h"

#include <string.h>

#include "base/mem.h"

#define USD_DIGITS 9 /* before the point, and after it: nano-dollars */

/* A decimal number of dollars in nano-dollars; 0 when it is none, is 0 or too long. */
static int64_t nano_of(const char *text)
{
	size_t whole = strspn(text, "0123456789");
	size_t fraction = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	int64_t nano = 0;

	if (whole == 0 || whole > USD_DIGITS || fraction > USD_DIGITS || text[whole + (text[whole] == '.') + fraction] != '\0') {
		return 0;
	}
	for (size_t i = 0; i < whole; i++) {
		nano = nano * 10 + (text[i] - '0');
	}
	for (size_t i = 0; i < USD_DIGITS; i++) {
		nano = nano * 10 + (i < fraction ? text[whole + 1 + i] - '0' : 0);
	}
	return nano;
}

static void read_usd(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const char *text = v->node->type == YAML_SCALAR && !v->node->is_quoted ? v->node->text : "";
	int64_t nano = nano_of(text);
	char shown[ERR_QUOTE_SIZE];

	if (nano > 0) {
		*(int64_t *)key_field(into, k) = nano;
		return;
	}
	bool is_text = v->node->type == YAML_SCALAR && !is_nothing(v->node);
	problem(r, v->node, "%s must be a number of US dollars above 0 such as 5.00, not %s%s%s", v->path, is_text ? "\"" : "",
	    is_text ? err_quote(v->node->text, shown) : kind_of(v->node), is_text ? "\"" : "");
}

static const struct key budget_keys[] = {
	{ .name = "day", .read = read_usd, .offset = offsetof(struct budget, day_nano),
	  .help = "US dollars a day, from local midnight; once spent, nothing more is sent" },
	{ .name = "month", .read = read_usd, .offset = offsetof(struct budget, month_nano), .help = "the same for a month" },
};
const struct key_table budget_key_table = { "budget", budget_keys, COUNT_OF(budget_keys) };

void read_budget(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const struct yaml_node *map = as_map(r, v, "day: 5.00");

	(void)k;
	(void)into;
	if (map != NULL) {
		read_keys(r, map, v->path, budget_keys, COUNT_OF(budget_keys), &r->c->budget);
	}
}
