/* A move works on the owner of each slot. An arm that shrinks gives first what lies beside the arm that grows, then its upper end: between two
 * arms the border moves, and a ramp back gives what was taken last. The ranges hardly ever get more that way; the limit is for moves that are
 * made to make them many. */
#include "prompt/split.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"

struct split split_of(int number)
{
	return (struct split){ .arms = { { number, SPLIT_SLOTS } }, .n_arms = 1, .ranges = { { number, SPLIT_SLOTS - 1 } }, .n_ranges = 1 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}

/* "v3" or "3" at *s, which moves on. 0 when it is none. */
static int read_version(const char **s)
{
	const char *p = *s + (**s == 'v' || **s == 'V');
	char *end;

	if (*p < '1' || *p > '9') {
		return 0;
	}
	long n = strtol(p, &end, 10);

	*s = end;
	return n <= INT32_MAX ? (int)n : 0;
}

/* "90", "0.01 %" in slots; -1 when it is none. */
static int read_share(const char **s)
{
	char *end;

	while (**s == ' ') {
		(*s)++;
	}
	if (**s < '0' || **s > '9') {
		return -1;
	}
	double percent = strtod(*s, &end);
	double slots = percent * SPLIT_SLOTS / 100;

	const char *sign = end + strspn(end, " ");

	*s = *sign == '%' ? sign + 1 : end;
	return slots > 0 && slots <= SPLIT_SLOTS && fabs(slots - round(slots)) < 1e-6 ? (int)lround(slots) : -1;
}

static bool is_wrong(const char *text, struct err *e, const char *why)
{
	char quoted[ERR_QUOTE_SIZE];

	err_set(e, ERR_USAGE, "'%s' is no split: %s", err_quote(text, quoted), why);
	return err_hint(e, "a version (v4), or versions with shares that sum to 100 (v3:90,v4:10)");
}

/* Ranges in the order of the arms. */
static void lay_out(struct split *s)
{
	int last = -1;

	for (s->n_ranges = 0; s->n_ranges < s->n_arms; s->n_ranges++) {
		last += s->arms[s->n_ranges].share;
		s->ranges[s->n_ranges] = (struct split_range){ s->arms[s->n_ranges].number, last };
	}
}

bool split_parse(const char *text, struct split *out, struct err *e)
{
	int sum = 0;
	bool has_shares = false;

	*out = (struct split){ .n_arms = 0 };
	for (const char *p = text;;) {
		while (is_blank(*p)) {
			p++;
		}
		if (*p == '\0') {
			break;
		}
		if (out->n_arms == SPLIT_MOST_ARMS) {
			return is_wrong(text, e, "it has more than 8 versions");
		}
		struct split_arm arm = { read_version(&p), SPLIT_SLOTS };
		if (arm.number == 0) {
			return is_wrong(text, e, "versions are v1, v2 and so on");
		}
		if (*p == ':' || *p == '=') {
			p++;
			arm.share = read_share(&p);
			has_shares = true;
		}
		if (arm.share < 0) {
			return is_wrong(text, e, "a share is 0.01 to 100 %, in steps of 0.01");
		}
		if (*p != '\0' && !is_blank(*p)) {
			return is_wrong(text, e, "a version is followed by :SHARE, a comma or nothing");
		}
		if (split_has(out, arm.number)) {
			return is_wrong(text, e, "it names a version twice");
		}
		out->arms[out->n_arms++] = arm;
		sum += arm.share;
	}
	if (out->n_arms == 0) {
		return is_wrong(text, e, "it names no version");
	}
	if (out->n_arms > 1 && !has_shares) {
		return is_wrong(text, e, "several versions need shares");
	}
	if (sum != SPLIT_SLOTS) {
		char why[48];

		(void)snprintf(why, sizeof(why), "the shares sum to %g %%, not to 100", sum * 100.0 / SPLIT_SLOTS);
		return is_wrong(text, e, why);
	}
	lay_out(out);
	return true;
}

static int *share_of(struct split *s, int number)
{
	for (int i = 0; i < s->n_arms; i++) {
		if (s->arms[i].number == number) {
			return &s->arms[i].share;
		}
	}
	return NULL;
}

bool split_has(const struct split *s, int number)
{
	return share_of((struct split *)s, number) != NULL;
}

/* The end of a range of `from` that gives next to `to`: *step is the way the giving goes. */
static int find_edge(const int owner[SPLIT_SLOTS], int from, int to, int *step)
{
	int last = -1;

	for (int i = 0; i < SPLIT_SLOTS; i++) {
		if (owner[i] != from) {
			continue;
		}
		last = i;
		if (i + 1 < SPLIT_SLOTS && owner[i + 1] == to) {
			*step = -1;
			return i;
		}
		if (i > 0 && owner[i - 1] == to) {
			*step = 1;
			return i;
		}
	}
	*step = -1;
	return last;
}

static void give(int owner[SPLIT_SLOTS], int from, int to, int n)
{
	while (n > 0) {
		int step, i = find_edge(owner, from, to, &step);

		for (; n > 0 && i >= 0 && i < SPLIT_SLOTS && owner[i] == from; i += step, n--) {
			owner[i] = to;
		}
	}
}

static void spread(const struct split *s, int owner[SPLIT_SLOTS])
{
	int slot = 0;

	for (int i = 0; i < s->n_ranges; i++) {
		for (; slot <= s->ranges[i].last; slot++) {
			owner[slot] = s->ranges[i].number;
		}
	}
}

static bool gather(const int owner[SPLIT_SLOTS], struct split *s)
{
	s->n_ranges = 0;
	for (int i = 0; i < SPLIT_SLOTS; i++) {
		if (i + 1 < SPLIT_SLOTS && owner[i + 1] == owner[i]) {
			continue;
		}
		if (s->n_ranges == SPLIT_MOST_RANGES) {
			return false;
		}
		s->ranges[s->n_ranges++] = (struct split_range){ owner[i], i };
	}
	return true;
}

bool split_move(const struct split *from, struct split *to, struct err *e)
{
	struct split lacks = *to; /* arms with what they still need */
	int owner[SPLIT_SLOTS];

	if (from->n_arms == 0 || to->n_arms == 0) {
		lay_out(to);
		return true;
	}
	for (int i = 0; i < lacks.n_arms; i++) {
		const int *had = share_of((struct split *)from, lacks.arms[i].number);

		lacks.arms[i].share -= had != NULL ? *had : 0;
	}
	spread(from, owner);
	for (int i = 0; i < from->n_arms; i++) {
		const struct split_arm *a = &from->arms[i];
		const int *keeps = share_of(to, a->number);
		int spare = a->share - (keeps != NULL ? *keeps : 0);

		for (int k = 0; k < lacks.n_arms && spare > 0; k++) {
			struct split_arm *b = &lacks.arms[k];
			int n = b->share < spare ? b->share : spare;

			if (n > 0) {
				give(owner, a->number, b->number, n);
				b->share -= n;
				spare -= n;
			}
		}
	}
	if (!gather(owner, to)) {
		err_set(e, ERR_CHECK, "this label has been moved in so many pieces that one more move would lose who gets what");
		return err_hint(e, "point it to one version first");
	}
	return true;
}

const char *split_text(const struct split *s, char out[SPLIT_TEXT_SIZE])
{
	size_t len = 0;

	out[0] = '\0';
	if (s->n_arms == 1) {
		(void)snprintf(out, SPLIT_TEXT_SIZE, "v%d", s->arms[0].number);
		return out;
	}
	for (int i = 0; i < s->n_arms; i++) {
		len += (size_t)snprintf(out + len, SPLIT_TEXT_SIZE - len, "%sv%d:%g", i > 0 ? "," : "", s->arms[i].number,
		    s->arms[i].share * 100.0 / SPLIT_SLOTS);
	}
	return out;
}

const char *split_ranges_text(const struct split *s, char out[SPLIT_RANGES_SIZE])
{
	size_t len = 0;

	out[0] = '\0';
	for (int i = 0; i < s->n_ranges; i++) {
		len += (size_t)snprintf(out + len, SPLIT_RANGES_SIZE - len, "%s%d:%d", i > 0 ? " " : "", s->ranges[i].number, s->ranges[i].last);
	}
	return out;
}

bool split_ranges_parse(const char *text, struct split *s)
{
	struct split sums = *s;
	int used, last = -1;

	s->n_ranges = 0;
	for (int i = 0; i < sums.n_arms; i++) {
		sums.arms[i].share = 0;
	}
	for (struct split_range r; sscanf(text, "%9d:%5d%n", &r.number, &r.last, &used) == 2; text += used) {
		int *share = share_of(&sums, r.number);

		if (share == NULL || s->n_ranges == SPLIT_MOST_RANGES || r.last <= last || r.last >= SPLIT_SLOTS) {
			return false;
		}
		*share += r.last - last;
		last = r.last;
		s->ranges[s->n_ranges++] = r;
	}
	for (int i = 0; i < s->n_arms; i++) {
		if (sums.arms[i].share != s->arms[i].share) {
			return false;
		}
	}
	return *text == '\0';
}

int split_slot(const char *prompt, const char *label, const char *key)
{
	unsigned char hash[SHA256_SIZE];
	struct sha256 h;
	uint64_t n = 0;

	sha256_init(&h);
	sha256_add(&h, prompt, strlen(prompt) + 1);
	sha256_add(&h, label, strlen(label) + 1);
	sha256_add(&h, key, strlen(key));
	sha256_end(&h, hash);
	for (int i = 0; i < 8; i++) {
		n = n << 8 | hash[i];
	}
	return (int)(n % SPLIT_SLOTS);
}

int split_choose(const struct split *s, const char *prompt, const char *label, const char *key)
{
	if (key == NULL) {
		int best = 0;

		for (int i = 1; i < s->n_arms; i++) {
			best = s->arms[i].share > s->arms[best].share ? i : best;
		}
		return s->n_arms > 0 ? s->arms[best].number : 0;
	}
	int slot = split_slot(prompt, label, key);

	for (int i = 0; i < s->n_ranges; i++) {
		if (slot <= s->ranges[i].last) {
			return s->ranges[i].number;
		}
	}
	return 0;
}
