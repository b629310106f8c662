#include "metrics/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/temp.h"

/* A packed row: struct head, then the known numbers of `numbers` as variable-length integers, then the texts of `texts` with length
 * and NUL. About 80 bytes instead of the 400 of struct call_row. Only ever read by the process that wrote it. */

#define RUN_BYTES ((size_t)16 << 20)
#define WRITE_BYTES ((size_t)256 << 10)
#define MERGE_BYTES ((size_t)8 << 20) /* for the buffers of all runs together */
#define BUFFER_LEAST ((size_t)64 << 10)
#define BATCH_BYTES ((size_t)1 << 20)

struct head {
	uint32_t len; /* of the packed row, head included */
	uint16_t http_status;
	uint8_t error_class;
	uint8_t cost_source;
	struct call_id id;
	uint64_t mask; /* bit i: numbers[i] is known; bit 32 + i: texts[i] is there */
	int32_t attempts;
	uint8_t is_streamed, is_simulated, is_cached, cost_is_estimated, has_own_id;
};

static const size_t numbers[] = {
	offsetof(struct call_row, usage.in_tok), offsetof(struct call_row, usage.cache_read_tok), offsetof(struct call_row, usage.cache_write_tok),
	offsetof(struct call_row, usage.cache_write_1h_tok), offsetof(struct call_row, usage.out_tok), offsetof(struct call_row, usage.reason_tok),
	offsetof(struct call_row, usage.audio_in), offsetof(struct call_row, usage.audio_out), offsetof(struct call_row, usage.image_in),
	offsetof(struct call_row, usage.n_images), offsetof(struct call_row, usage.seconds), offsetof(struct call_row, usage.n_queries),
	offsetof(struct call_row, cost_nano), offsetof(struct call_row, latency_us), offsetof(struct call_row, ttft_us),
	offsetof(struct call_row, gen_us),
};

static const size_t texts[] = {
	offsetof(struct call_row, provider), offsetof(struct call_row, model_req), offsetof(struct call_row, model_resp),
	offsetof(struct call_row, operation), offsetof(struct call_row, price_version), offsetof(struct call_row, error_text),
	offsetof(struct call_row, finish_reason), offsetof(struct call_row, request_id), offsetof(struct call_row, trace_id),
	offsetof(struct call_row, span_id), offsetof(struct call_row, parent_id), offsetof(struct call_row, session),
	offsetof(struct call_row, user), offsetof(struct call_row, prompt_name), offsetof(struct call_row, prompt_version),
	offsetof(struct call_row, tags),
};
_Static_assert(COUNT_OF(numbers) <= 32 && COUNT_OF(texts) <= 32, "struct head has 64 bits for them");

struct item {
	struct call_id id;
	size_t at;
};

/* Where the merge stands in one run. A run in the file is read through a buffer; the last one is still in memory, as items. */
struct cursor {
	off_t at, end;
	char *bytes;
	size_t used, filled, cap;
	size_t item;
	const char *row; /* packed; NULL at the end */
};

struct run {
	off_t at, end;
};

struct spool {
	size_t run_bytes;
	char *bytes;
	size_t used, cap;
	struct item *items;
	size_t n_items, cap_items;
	int fd; /* -1 until the first run is full */
	struct run *runs;
	size_t n_runs, cap_runs;
	bool is_taking;
	struct cursor *heap; /* by the id of their row; those at their end are removed */
	size_t n_heap;
	char *batch;
	size_t batch_used, batch_cap;
};

struct spool *spool_new(size_t run_bytes)
{
	struct spool *s = x_calloc(1, sizeof(*s));

	s->run_bytes = run_bytes > 0 ? run_bytes : RUN_BYTES;
	s->fd = -1;
	return s;
}

void spool_free(struct spool *s)
{
	if (s == NULL) {
		return;
	}
	for (size_t i = 0; i < s->n_heap; i++) {
		free(s->heap[i].bytes);
	}
	if (s->fd >= 0) {
		(void)close(s->fd);
	}
	free(s->heap);
	free(s->runs);
	free(s->items);
	free(s->bytes);
	free(s->batch);
	free(s);
}

static char *put_number(char *p, uint64_t v)
{
	while (v >= 0x80) {
		*p++ = (char)(v | 0x80);
		v >>= 7;
	}
	*p++ = (char)v;
	return p;
}

static const char *get_number(const char *p, uint64_t *v)
{
	*v = 0;
	for (unsigned shift = 0;; shift += 7) {
		unsigned char byte = (unsigned char)*p++;

		*v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			return p;
		}
	}
}

static const char *text_of(const struct call_row *row, size_t i)
{
	return *(const char *const *)(const void *)((const char *)row + texts[i]);
}

static int64_t number_of(const struct call_row *row, size_t i)
{
	return *(const int64_t *)(const void *)((const char *)row + numbers[i]);
}

/* More than it can need. */
static size_t packed_most(const struct call_row *row)
{
	size_t len = sizeof(struct head) + COUNT_OF(numbers) * 10;

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char *text = text_of(row, i);

		len += text != NULL ? strlen(text) + 11 : 0;
	}
	return len;
}

static size_t pack(const struct call_row *row, bool has_own_id, char *out)
{
	struct head h = {
		.http_status = (uint16_t)row->http_status,
		.error_class = (uint8_t)row->error_class,
		.cost_source = (uint8_t)row->cost_source,
		.id = row->id,
		.attempts = row->attempts,
		.is_streamed = row->is_streamed,
		.is_simulated = row->is_simulated,
		.is_cached = row->is_cached,
		.cost_is_estimated = row->cost_is_estimated,
		.has_own_id = has_own_id,
	};
	char *p = out + sizeof(h);

	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		int64_t v = number_of(row, i);

		if (is_known(v)) {
			h.mask |= 1ULL << i;
			p = put_number(p, (uint64_t)v);
		}
	}
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char *text = text_of(row, i);

		if (text != NULL && text[0] != '\0') {
			size_t len = strlen(text);

			h.mask |= 1ULL << (32 + i);
			p = put_number(p, len);
			memcpy(p, text, len + 1);
			p += len + 1;
		}
	}
	h.len = (uint32_t)(p - out);
	memcpy(out, &h, sizeof(h));
	return h.len;
}

/* The texts stay in the packed bytes. */
static void unpack(const char *packed, struct call_row *row, bool *has_own_id)
{
	struct head h;
	const char *p = packed + sizeof(h);

	memcpy(&h, packed, sizeof(h));
	call_row_init(row);
	*has_own_id = h.has_own_id != 0;
	row->http_status = h.http_status;
	row->error_class = (enum error_class)h.error_class;
	row->cost_source = (enum cost_source)h.cost_source;
	row->id = h.id;
	row->attempts = h.attempts;
	row->is_streamed = h.is_streamed != 0;
	row->is_simulated = h.is_simulated != 0;
	row->is_cached = h.is_cached != 0;
	row->cost_is_estimated = h.cost_is_estimated != 0;
	for (uint32_t known = (uint32_t)h.mask; known != 0; known &= known - 1) {
		uint64_t v;

		p = get_number(p, &v);
		*(int64_t *)(void *)((char *)row + numbers[__builtin_ctz(known)]) = (int64_t)v;
	}
	for (uint32_t there = (uint32_t)(h.mask >> 32); there != 0; there &= there - 1) {
		uint64_t len;

		p = get_number(p, &len);
		*(const char **)(void *)((char *)row + texts[__builtin_ctz(there)]) = p;
		p += len + 1;
	}
}

static int compare_ids(const struct call_id *a, const struct call_id *b)
{
	if (a->ts_us != b->ts_us) {
		return a->ts_us < b->ts_us ? -1 : 1;
	}
	return a->key < b->key ? -1 : a->key > b->key;
}

/* Equal lines may be told apart by what follows from their place only, so any order among them will do. */
static int compare_items(const void *va, const void *vb)
{
	const struct item *a = va, *b = vb;

	return compare_ids(&a->id, &b->id);
}

static void sort_items(struct spool *s)
{
	for (size_t i = 1; i < s->n_items; i++) {
		if (compare_items(&s->items[i - 1], &s->items[i]) > 0) {
			qsort(s->items, s->n_items, sizeof(*s->items), compare_items);
			return;
		}
	}
}

static uint32_t packed_len(const char *packed)
{
	uint32_t len;

	memcpy(&len, packed, sizeof(len));
	return len;
}

static struct call_id packed_id(const char *packed)
{
	struct call_id id;

	memcpy(&id, packed + offsetof(struct head, id), sizeof(id));
	return id;
}

static bool open_file(struct spool *s, struct err *e)
{
	char *path;

	s->fd = temp_file(TEMP_DIR_LARGE, "import", "", &path, e);
	if (s->fd >= 0) {
		(void)unlink(path);
		free(path);
	}
	return s->fd >= 0;
}

static bool write_all(int fd, const char *bytes, size_t len, struct err *e)
{
	if (file_write_fd(fd, bytes, len)) {
		return true;
	}
	err_set(e, ERR_INTERNAL, "the temporary file for sorting cannot be written: %s", strerror(errno));
	return err_hint(e, "set TMPDIR to a directory with more room, or import the file in parts");
}

static bool write_run(struct spool *s, struct err *e)
{
	struct run run = { .at = s->n_runs > 0 ? s->runs[s->n_runs - 1].end : 0 };
	char *out = x_malloc(WRITE_BYTES);
	size_t len = 0;
	bool ok = s->fd >= 0 || open_file(s, e);

	sort_items(s);
	run.end = run.at;
	for (size_t i = 0; i < s->n_items && ok; i++) {
		const char *packed = s->bytes + s->items[i].at;
		uint32_t n = packed_len(packed);

		if (len + n > WRITE_BYTES) {
			ok = write_all(s->fd, out, len, e);
			len = 0;
		}
		memcpy(out + len, packed, n);
		len += n;
		run.end += n;
	}
	ok = ok && write_all(s->fd, out, len, e);
	free(out);
	if (ok) {
		*array_push(s->runs, s->n_runs, s->cap_runs) = run;
		s->n_items = 0;
		s->used = 0;
	}
	return ok;
}

bool spool_add(struct spool *s, const struct call_row *row, bool has_own_id, struct err *e)
{
	size_t most = packed_most(row);

	if (most > BUFFER_LEAST) {
		return err_set(e, ERR_INTERNAL, "a row is too long to be sorted");
	}
	if (s->n_items > 0 && s->used + most > s->run_bytes && !write_run(s, e)) {
		return false;
	}
	if (s->used + most > s->cap) {
		s->cap = s->cap > 0 ? s->cap * 2 : 1 << 16;
		s->cap = s->cap > s->run_bytes ? s->run_bytes : s->cap;
		s->cap = s->cap < s->used + most ? s->used + most : s->cap;
		s->bytes = x_realloc(s->bytes, s->cap);
	}
	*array_push(s->items, s->n_items, s->cap_items) = (struct item){ .id = row->id, .at = s->used };
	s->used += pack(row, has_own_id, s->bytes + s->used);
	return true;
}

size_t spool_bytes(const struct spool *s)
{
	return s->used;
}

static bool fill(struct spool *s, struct cursor *c, struct err *e)
{
	memmove(c->bytes, c->bytes + c->used, c->filled - c->used);
	c->filled -= c->used;
	c->used = 0;
	while (c->filled < c->cap && c->at < c->end) {
		size_t room = c->cap - c->filled;
		size_t left = (size_t)(c->end - c->at);
		ssize_t n = pread(s->fd, c->bytes + c->filled, left < room ? left : room, c->at);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return err_set(e, ERR_INTERNAL, "the temporary file for sorting cannot be read: %s", n < 0 ? strerror(errno) : "it is cut");
		}
		c->filled += (size_t)n;
		c->at += n;
	}
	return true;
}

/* Moves c to its next row. */
static bool advance(struct spool *s, struct cursor *c, struct err *e)
{
	if (c->bytes == NULL) {
		c->row = c->item < s->n_items ? s->bytes + s->items[c->item].at : NULL;
		c->item++;
		return true;
	}
	size_t left = c->filled - c->used;

	if (left < sizeof(struct head) || left < packed_len(c->bytes + c->used)) {
		if (!fill(s, c, e)) {
			return false;
		}
	}
	c->row = c->used < c->filled ? c->bytes + c->used : NULL;
	c->used += c->row != NULL ? packed_len(c->row) : 0;
	return true;
}

static bool is_before(const struct cursor *a, const struct cursor *b)
{
	struct call_id x = packed_id(a->row), y = packed_id(b->row);

	return compare_ids(&x, &y) < 0;
}

static void sift_down(struct spool *s, size_t i)
{
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->n_heap; child++) {
			least = is_before(&s->heap[child], &s->heap[least]) ? child : least;
		}
		if (least == i) {
			return;
		}
		struct cursor moved = s->heap[i];

		s->heap[i] = s->heap[least];
		s->heap[least] = moved;
		i = least;
	}
}

static bool start_taking(struct spool *s, struct err *e)
{
	size_t cap = MERGE_BYTES / (s->n_runs + 1);

	s->is_taking = true;
	sort_items(s);
	cap = cap < BUFFER_LEAST ? BUFFER_LEAST : cap > WRITE_BYTES ? WRITE_BYTES : cap;
	s->heap = x_calloc(s->n_runs + 1, sizeof(*s->heap));
	for (size_t i = 0; i <= s->n_runs; i++) {
		struct cursor *c = &s->heap[s->n_heap];

		*c = (struct cursor){ 0 };
		if (i < s->n_runs) {
			*c = (struct cursor){ .at = s->runs[i].at, .end = s->runs[i].end, .bytes = x_malloc(cap), .cap = cap };
		}
		s->n_heap++;
		if (!advance(s, c, e)) {
			return false;
		}
		if (c->row == NULL) {
			free(c->bytes);
			s->n_heap--;
		}
	}
	for (size_t i = s->n_heap / 2; i-- > 0;) {
		sift_down(s, i);
	}
	return true;
}

bool spool_take(struct spool *s, struct call_row *rows, bool *own, size_t max, size_t *n, struct err *e)
{
	*n = 0;
	s->batch_used = 0;
	if (!s->is_taking && !start_taking(s, e)) {
		return false;
	}
	if (s->batch == NULL) {
		s->batch_cap = BATCH_BYTES;
		s->batch = x_malloc(s->batch_cap);
	}
	while (*n < max && s->n_heap > 0) {
		struct cursor *top = &s->heap[0];
		uint32_t len = packed_len(top->row);

		if (s->batch_used + len > s->batch_cap) {
			return true;
		}
		memcpy(s->batch + s->batch_used, top->row, len);
		unpack(s->batch + s->batch_used, &rows[*n], &own[*n]);
		(*n)++;
		s->batch_used += len;
		if (!advance(s, top, e)) {
			return false;
		}
		if (top->row == NULL) {
			free(top->bytes);
			*top = s->heap[--s->n_heap];
		}
		sift_down(s, 0);
	}
	return true;
}
