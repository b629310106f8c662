/* The queue in front of the file. Producers append under a mutex and go on; the writer thread takes all that waits as one list and
 * commits it in slices. What could not be committed goes back to the front, so rows settle in the order they came, and "all that was
 * queued before" is one number. The thread alone touches the connection. */
#include "store/store.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/expire.h"
#include "store/lingerer.h"
#include "store/reader.h"
#include "store/room.h"
#include "store/waiting.h"
#include "store/writer.h"

#define BATCH_US 50000     /* a row waits so long for others */
#define RETRY_US 1000000
#define CLOSE_US 5000000
#define EXPIRE_PAUSE_US 50000    /* between slices of removal: others write too */
#define EXPIRE_AGAIN_US 600000000 /* after all is removed, or it failed */
#define LOOK_AGAIN_US 2000000     /* while the write-ahead log is held up, or there is little room */
#define URGENT_ROWS 4096   /* enough for a batch at once */
#define WAITING_ROWS 100000
#define WAITING_BYTES ((size_t)64 << 20)

struct store {
	char *dir;
	struct writer *w; /* the thread's once it runs; NULL while the file cannot be reopened */
	uint64_t lost_told; /* the thread's: of dropped, those the file counts */
	struct err damage; /* the thread's: found by the check; ERR_NONE: none */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, settled_more;
	/* under lock */
	struct waiting_list waiting;
	uint64_t queued, settled, committed, dropped, dropped_told; /* rows; settled: committed or dropped after they were queued */
	size_t waiting_bytes;
	int64_t due_us, close_us;
	int64_t expire_us, look_us; /* next looks for what is too old, and at a log that is held up; INT64_MAX: never */
	struct store_policy policy;
	bool is_urgent, is_closing, is_failing;
	struct err why;      /* of is_failing */
	struct reader *checking; /* the file, after it was not closed; else NULL */
	struct err warning;
	struct err drop_why;
	/* under notify_lock, which is held during the call: after store_on_change returns the old function is not running */
	pthread_mutex_t notify_lock;
	void (*fn)(void *);
	void *ctx;
};

static struct timespec mono_timespec(int64_t us)
{
	return (struct timespec){ .tv_sec = us / US_PER_S, .tv_nsec = (us % US_PER_S) * 1000 };
}

/* ---- the writer thread ---- */

static void notify(struct store *s)
{
	pthread_mutex_lock(&s->notify_lock);
	if (s->fn != NULL) {
		s->fn(s->ctx);
	}
	pthread_mutex_unlock(&s->notify_lock);
}

static void settle(struct store *s, const struct waiting_list *done, uint64_t refused, const struct err *refused_why)
{
	uint64_t n = 0;
	size_t bytes = 0;

	for (const struct waiting *it = done->first; it != NULL; it = it->next) {
		n++;
		bytes += it->bytes;
	}
	pthread_mutex_lock(&s->lock);
	s->settled += n;
	s->committed += n - refused;
	s->waiting_bytes -= bytes;
	if (refused > 0) {
		s->dropped += refused;
		s->drop_why = *refused_why;
	}
	s->is_failing = false;
	pthread_cond_broadcast(&s->settled_more);
	pthread_mutex_unlock(&s->lock);
	notify(s);
}

static bool ready(struct store *s, struct err *e)
{
	/* A deleted or replaced file would swallow rows without a word. */
	if (s->w != NULL && sql_is_moved(writer_sql(s->w))) {
		writer_close(s->w);
		s->w = NULL;
		s->damage.code = ERR_NONE;
	}
	if (s->w == NULL) {
		s->w = writer_open(s->dir, e);
	}
	if (s->damage.code != ERR_NONE && e != NULL) {
		*e = s->damage;
	}
	return s->w != NULL && s->damage.code == ERR_NONE;
}

/* A process that was killed, or a power cut, may have left a damaged file: better found now than written on. Rows wait meanwhile; a store that is
 * closed before the end of it is checked the next time. */
static void check_file(struct store *s)
{
	struct reader *r = reader_open(s->dir, NULL);

	pthread_mutex_lock(&s->lock);
	bool goes_on = r != NULL && !s->is_closing;
	s->checking = r;
	pthread_mutex_unlock(&s->lock);
	struct err e = { .code = ERR_NONE };
	bool is_whole = goes_on && reader_check(r, &e);
	pthread_mutex_lock(&s->lock);
	s->checking = NULL;
	pthread_mutex_unlock(&s->lock);
	reader_close(r);
	if (is_whole) {
		writer_set_checked(s->w);
	} else if (goes_on && e.code != ERR_INTERRUPTED) {
		s->damage = e;
	}
}

static enum writer_result add_item(struct writer *w, const struct waiting *it, struct err *e)
{
	return it->is_run ? writer_run(w, &it->run, e) : writer_call(w, &it->call.row, &it->call.body, e);
}

/* Of the rows that were dropped, those the file does not count yet. */
static uint64_t lost_untold(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	uint64_t n = s->dropped - s->lost_told;
	pthread_mutex_unlock(&s->lock);
	return n;
}

/* One transaction from the front of the batch. On failure the batch is as it was. */
static bool write_slice(struct store *s, struct waiting_list *batch, struct err *e)
{
	struct waiting_list done;
	uint64_t refused = 0;
	struct err refused_why = { 0 };

	waiting_init(&done);
	for (struct waiting *it = batch->first; it != NULL && s->policy.redact != NULL; it = it->next) {
		waiting_redact(it, s->policy.redact);
	}
	if (!ready(s, e)) {
		return false;
	}
	bool ok = writer_begin(s->w, e);
	while (ok && batch->first != NULL) {
		switch (add_item(s->w, batch->first, e)) {
		case WRITER_FAILED:
			ok = false;
			continue;
		case WRITER_REFUSED:
			refused++;
			refused_why = *e;
			break;
		case WRITER_ADDED:
		case WRITER_PRESENT:
		case WRITER_EXPIRED:
			break;
		}
		waiting_add(&done, waiting_take(batch));
		if (writer_is_slice_full(s->w)) {
			break;
		}
	}
	uint64_t lost = lost_untold(s) + refused;
	writer_count_lost(s->w, lost);
	ok = ok && writer_commit(s->w, e);
	if (!ok) {
		writer_rollback(s->w);
		waiting_put_back(batch, &done);
		return false;
	}
	s->lost_told += lost;
	settle(s, &done, refused, &refused_why);
	while (done.first != NULL) {
		waiting_free(waiting_take(&done));
	}
	return true;
}

static void set_failing(struct store *s, const struct err *why)
{
	pthread_mutex_lock(&s->lock);
	bool was_failing = s->is_failing;
	s->is_failing = true;
	s->why = *why;
	s->due_us = clock_mono_us() + RETRY_US;
	pthread_mutex_unlock(&s->lock);
	if (!was_failing) {
		notify(s);
	}
}

/* With the lock. Returns with work to do (rows, or it is time to remove old ones), or false when all is done and the store closes. */
static bool wait_for_work(struct store *s)
{
	for (;;) {
		bool has_rows = s->waiting.first != NULL;
		int64_t idle_us = s->expire_us < s->look_us ? s->expire_us : s->look_us;
		int64_t due_us = has_rows ? s->due_us : idle_us;

		if (!has_rows && s->is_closing) {
			return false;
		}
		if ((has_rows && (s->is_closing || s->is_urgent)) || clock_mono_us() >= due_us) {
			return true;
		}
		if (due_us == INT64_MAX) {
			pthread_cond_wait(&s->work, &s->lock);
		} else {
			struct timespec until = mono_timespec(due_us);

			pthread_cond_timedwait(&s->work, &s->lock, &until);
		}
	}
}

/* All of the list, unless it fails; what is left stays in it. With no lock held. */
static void write_batch(struct store *s, struct waiting_list *batch, int64_t until_us)
{
	while (batch->first != NULL) {
		struct err e = { 0 };
		int64_t left = until_us - clock_mono_us();

		if (s->w != NULL) {
			writer_sql(s->w)->wait_us = left < 0 ? 0 : left < SQL_WAIT_US ? left : SQL_WAIT_US;
		}
		if (!write_slice(s, batch, &e)) {
			set_failing(s, &e);
			return;
		}
	}
}

/* Says who holds up the write-ahead log, or that the disk has little room, until it is over. With no lock held. */
static void look_for_trouble(struct store *s)
{
	struct err warning = { .code = ERR_NONE };
	struct lingerer who;
	int64_t bytes;

	if (s->w != NULL && sql_is_held_up(writer_sql(s->w), &bytes)) {
		/* Short, so that the row of a small terminal has what is to be done. */
		(void)err_set(&warning, ERR_INTERNAL, "the store's log grows, %lld MiB", (long long)bytes >> 20);
		if (lingerer_find(writer_sql(s->w)->path, &who)) {
			(void)err_hint(&warning, "let process %d%s%.20s%s go on, or end it: it reads an old state", (int)who.pid,
			    who.name[0] != '\0' ? " (" : "", who.name, who.name[0] != '\0' ? ")" : "");
		} else {
			(void)err_hint(&warning, "some process reads an old state and does not end");
		}
	} else {
		(void)room_left(s->dir, &warning); /* without room for rows the store fails, which is more than a warning */
	}
	pthread_mutex_lock(&s->lock);
	bool is_news = (warning.code == ERR_NONE) != (s->warning.code == ERR_NONE);
	s->warning = warning;
	bool is_held_up = s->w != NULL && writer_sql(s->w)->held_up_since_us != 0;
	s->look_us = is_held_up || warning.code != ERR_NONE ? clock_mono_us() + LOOK_AGAIN_US : INT64_MAX;
	pthread_mutex_unlock(&s->lock);
	if (is_news) {
		notify(s);
	}
}

/* A little of what is too old. With no lock held. When it fails, rows will say so. */
static void remove_old(struct store *s)
{
	struct expired done = { 0 };
	bool is_all = true, ok = ready(s, NULL) && expire_slice(writer_sql(s->w), &s->policy, clock_wall_us(), &done, &is_all, NULL);

	pthread_mutex_lock(&s->lock);
	s->expire_us = clock_mono_us() + (ok && !is_all ? EXPIRE_PAUSE_US : EXPIRE_AGAIN_US);
	pthread_mutex_unlock(&s->lock);
}

/* What waits until there is nothing else to do. With no lock held. */
static void look_after(struct store *s)
{
	if (clock_mono_us() >= s->expire_us) {
		remove_old(s);
	}
	if (s->w != NULL) {
		sql_checkpoint_idle(writer_sql(s->w));
	}
}

/* At the end: what was dropped after the last row. */
static void count_lost(struct store *s)
{
	uint64_t lost = lost_untold(s);

	if (lost == 0 || !ready(s, NULL)) {
		return;
	}
	bool ok = writer_begin(s->w, NULL);
	writer_count_lost(s->w, lost);
	if (!ok || !writer_commit(s->w, NULL)) {
		writer_rollback(s->w);
	}
}

static void *writer_main(void *arg)
{
	struct store *s = arg;
	struct waiting_list batch;
	bool was_closing = false;

	if (writer_needs_check(s->w)) {
		check_file(s);
		if (s->damage.code != ERR_NONE) {
			set_failing(s, &s->damage);
		}
	}
	pthread_mutex_lock(&s->lock);
	while (!was_closing && wait_for_work(s)) {
		batch = s->waiting;
		waiting_init(&s->waiting);
		s->is_urgent = false;
		was_closing = s->is_closing;
		bool is_idle = batch.first == NULL && !was_closing;
		int64_t until_us = was_closing ? s->close_us : INT64_MAX;
		pthread_mutex_unlock(&s->lock);
		if (is_idle) {
			look_after(s);
		}
		write_batch(s, &batch, until_us);
		look_for_trouble(s);
		pthread_mutex_lock(&s->lock);
		waiting_put_back(&s->waiting, &batch);
	}
	pthread_mutex_unlock(&s->lock);
	count_lost(s);
	return NULL;
}

/* ---- producers ---- */

static bool has_room(const struct store *s, size_t bytes)
{
	return s->queued - s->settled < WAITING_ROWS && bytes <= WAITING_BYTES && s->waiting_bytes <= WAITING_BYTES - bytes;
}

static void drop(struct store *s, size_t bytes)
{
	s->dropped++;
	if (bytes > WAITING_BYTES) {
		err_set(&s->drop_why, ERR_INTERNAL, "it has %zu MiB, and the store takes no row over %zu MiB", bytes >> 20, WAITING_BYTES >> 20);
	} else if (s->is_failing) {
		s->drop_why = s->why;
		err_prefix(&s->drop_why, "too many rows wait");
	} else {
		err_set(&s->drop_why, ERR_INTERNAL, "rows come faster than %s/sonde.db takes them", s->dir);
	}
}

static void put(struct store *s, struct waiting *it)
{
	pthread_mutex_lock(&s->lock);
	bool is_first = s->waiting.first == NULL;
	bool is_taken = has_room(s, it->bytes);
	if (is_taken) {
		waiting_add(&s->waiting, it);
		s->queued++;
		s->waiting_bytes += it->bytes;
		if (is_first && !s->is_failing) {
			s->due_us = clock_mono_us() + BATCH_US;
		}
		bool is_enough = !s->is_failing && !s->is_urgent && s->queued - s->settled >= URGENT_ROWS;
		s->is_urgent = s->is_urgent || is_enough;
		if (is_first || is_enough) {
			pthread_cond_signal(&s->work);
		}
	} else {
		drop(s, it->bytes);
	}
	pthread_mutex_unlock(&s->lock);
	if (!is_taken) {
		waiting_free(it);
	}
}

void store_put_call(struct store *s, const struct call_row *row, const struct call_body *body)
{
	put(s, waiting_call(row, s->policy.no_bodies ? NULL : body));
}

void store_put_run(struct store *s, const struct run_row *run)
{
	struct run_row kept = *run;

	if (s->policy.no_bodies) {
		kept.system = kept.user = NULL;
	}
	put(s, waiting_run(&kept));
}

bool store_flush(struct store *s, int timeout_ms, struct err *e)
{
	int64_t until_us = clock_mono_us() + timeout_ms * US_PER_MS;
	struct timespec until = mono_timespec(until_us);
	bool ok = true;

	pthread_mutex_lock(&s->lock);
	uint64_t target = s->queued;
	if (s->settled < target) {
		s->is_urgent = true;
		pthread_cond_signal(&s->work);
	}
	while (s->settled < target && clock_mono_us() < until_us) {
		pthread_cond_timedwait(&s->settled_more, &s->lock, &until);
	}
	if (s->dropped > s->dropped_told) {
		uint64_t n = s->dropped - s->dropped_told;

		s->dropped_told = s->dropped;
		if (e != NULL) {
			*e = s->drop_why;
		}
		ok = err_prefix(e, "%llu row%s lost", (unsigned long long)n, n == 1 ? "" : "s");
	} else if (s->settled < target) {
		uint64_t n = target - s->settled;

		if (e != NULL && s->is_failing) {
			*e = s->why;
		} else {
			err_set(e, ERR_INTERNAL, "writing takes longer than %d ms", timeout_ms);
		}
		ok = err_prefix(e, "%llu row%s not yet stored", (unsigned long long)n, n == 1 ? "" : "s");
	}
	pthread_mutex_unlock(&s->lock);
	return ok;
}

void store_state(struct store *s, struct store_state *out)
{
	pthread_mutex_lock(&s->lock);
	*out = (struct store_state){
		.committed = s->committed,
		.pending = s->queued - s->settled,
		.dropped = s->dropped,
		.is_failing = s->is_failing,
	};
	if (s->is_failing) {
		out->why = s->why;
	}
	out->warning = s->warning;
	pthread_mutex_unlock(&s->lock);
}

void store_set_policy(struct store *s, const struct store_policy *policy)
{
	pthread_mutex_lock(&s->lock);
	s->policy = *policy;
	s->expire_us = policy->calls_us > 0 || policy->bodies_us > 0 ? clock_mono_us() + EXPIRE_PAUSE_US : INT64_MAX;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
}

const char *store_dir(const struct store *s)
{
	return s->dir;
}

void store_on_change(struct store *s, void (*fn)(void *ctx), void *ctx)
{
	pthread_mutex_lock(&s->notify_lock);
	s->fn = fn;
	s->ctx = ctx;
	pthread_mutex_unlock(&s->notify_lock);
}

/* ---- opening and closing ---- */

static void release(struct store *s)
{
	while (s->waiting.first != NULL) {
		waiting_free(waiting_take(&s->waiting));
	}
	writer_close(s->w);
	pthread_cond_destroy(&s->work);
	pthread_cond_destroy(&s->settled_more);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->notify_lock);
	free(s->dir);
	free(s);
}

/* Without signals: they are for the loop's thread, and SIGXFSZ would end the program where a failed write is a sentence. */
static int start_thread(struct store *s)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&s->thread, NULL, writer_main, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

struct store *store_open(const char *dir, struct err *e)
{
	struct writer *w = writer_open(dir, e);

	if (w == NULL) {
		return NULL;
	}
	struct store *s = x_calloc(1, sizeof(*s));
	pthread_condattr_t monotonic;

	s->w = w;
	s->dir = x_strdup(writer_sql(w)->dir);
	waiting_init(&s->waiting);
	s->expire_us = s->look_us = INT64_MAX;
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->notify_lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&s->work, &monotonic);
	pthread_cond_init(&s->settled_more, &monotonic);
	pthread_condattr_destroy(&monotonic);
	int rc = start_thread(s);
	if (rc != 0) {
		err_set(e, ERR_INTERNAL, "the store cannot start its thread: %s", strerror(rc));
		release(s);
		return NULL;
	}
	return s;
}

void store_close(struct store *s)
{
	if (s == NULL) {
		return;
	}
	pthread_mutex_lock(&s->lock);
	s->is_closing = true;
	s->close_us = clock_mono_us() + CLOSE_US;
	if (s->checking != NULL) {
		reader_interrupt(s->checking);
	}
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	release(s);
}
