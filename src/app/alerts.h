/* alerts - the alerts of the configuration and of the options alert.*, watched while the console runs. Without any nothing is watched and
 * nothing wakes. With some they are judged on a worker thread when the store was written to (at most twice a second), and while calls that
 * leave the span can turn one. The console that turns one runs its command; all that watch the store tell of it (app_say). */
#ifndef SONDE_APP_ALERTS_H
#define SONDE_APP_ALERTS_H

#include "app/app.h"
#include "metrics/alert.h"

struct alert_view {
	const struct alert_rule *rule;
	struct alert_state state;
	bool is_known; /* it was judged at least once */
};

struct alerts {
	struct app *app;
	struct alert_view *views; /* first those of the configuration, then those of options */
	size_t n, n_on;
	struct alerts_work *work;
};

struct alerts *alerts_new(struct app *app);
/* Ends commands that still run. */
void alerts_free(struct alerts *a);
/* Options may be others now; when those of alerts are not, nothing changes. */
void alerts_configure(struct alerts *a);
/* "4.2% in 190 calls"; "too few calls: 3"; "reading" before it was judged; or why it cannot be judged. Clean. */
void alerts_figure(const struct alert_view *v, struct buf *out);
/* Judges them on this thread: for tests. */
void alerts_judge_now(struct alerts *a, int64_t now_us);

#endif
