/* The end of a command is looked for by a timer: the loop has no handler of SIGCHLD, which would take the status of others' children, and
 * a command is rare and short. */
#include "app/alert_command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/shell.h"

#define LOOK_S 0.05
#define GRACE_MS 1000 /* when sonde ends */
#define PREFIX "SONDE_ALERT_"

extern char **environ;

struct running {
	pid_t pid;
	int64_t until_us; /* monotonic */
};

struct alert_commands {
	struct loop *loop;
	int64_t limit_us;
	ev_timer look;
	struct running *items;
	size_t n, cap;
};

/* An array of the caller's, whose first n_own items are so, too. */
static char **environment(const struct alert_rule *rule, const struct alert_state *s, size_t *n_own)
{
	char value[FIGURE_SIZE], bound[FIGURE_SIZE], since[CLOCK_ISO_SIZE];
	struct buf text = { 0 };
	char **all = NULL;
	size_t cap = 0;

	alert_rule_text(rule, &text);
	limit_format_plain(&rule->limit, s->value, value);
	limit_format_plain(&rule->limit, rule->limit.bound, bound);
	clock_format_iso(s->since_us, since);
	*n_own = 0;
#define ADD(name, ...) *array_push(all, *n_own, cap) = x_asprintf(PREFIX name "=" __VA_ARGS__)
	ADD("NAME", "%s", rule->name);
	ADD("STATE", "%s", s->is_on ? "begin" : "end");
	ADD("TEXT", "%s", buf_str(&text));
	ADD("FIGURE", "%s", limit_name(&rule->limit));
	ADD("VALUE", "%s", is_known(s->value) ? value : "");
	ADD("LIMIT", "%s", bound);
	ADD("CALLS", "%llu", (unsigned long long)s->sample);
	ADD("OVER", "%lld", (long long)(rule->over_us / US_PER_S));
	ADD("SINCE", "%s", since);
	ADD("PROVIDER", "%s", rule->provider != NULL ? rule->provider : "");
	ADD("MODEL", "%s", rule->model != NULL ? rule->model : "");
	ADD("OPERATION", "%s", rule->operation != NULL ? rule->operation : "");
	ADD("SIMULATED", "%d", s->has_simulated);
#undef ADD
	size_t n = *n_own;

	for (char **e = environ; e != NULL && *e != NULL; e++) {
		if (strncmp(*e, PREFIX, strlen(PREFIX)) != 0) {
			*array_push(all, n, cap) = *e;
		}
	}
	*array_push(all, n, cap) = NULL;
	buf_free(&text);
	return all;
}

static void on_look(struct ev_loop *ev, ev_timer *w, int revents)
{
	struct alert_commands *c = w->data;
	size_t n = 0;

	(void)revents;
	for (size_t i = 0; i < c->n; i++) {
		struct running *r = &c->items[i];

		if (clock_mono_us() >= r->until_us) {
			shell_kill(r->pid);
			r->until_us = INT64_MAX;
		}
		if (waitpid(r->pid, NULL, WNOHANG) == 0) {
			c->items[n++] = *r;
		}
	}
	c->n = n;
	if (n == 0) {
		ev_timer_stop(ev, w);
	}
}

struct alert_commands *alert_commands_new(struct loop *l, int seconds)
{
	struct alert_commands *c = x_calloc(1, sizeof(*c));

	c->loop = l;
	c->limit_us = seconds * US_PER_S;
	ev_timer_init(&c->look, on_look, LOOK_S, LOOK_S);
	c->look.data = c;
	return c;
}

/* What has just begun is mostly about to end: word of an alert shall not get lost because somebody quits. */
static void end_soon(pid_t pid)
{
	const struct timespec step = { .tv_nsec = GRACE_MS / 100 * 1000000 };

	for (int i = 0; i < 100; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0) {
			return;
		}
		(void)nanosleep(&step, NULL);
	}
	shell_kill(pid);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
	}
}

void alert_commands_free(struct alert_commands *c)
{
	if (c == NULL) {
		return;
	}
	ev_timer_stop(c->loop->ev, &c->look);
	for (size_t i = 0; i < c->n; i++) {
		end_soon(c->items[i].pid);
	}
	free(c->items);
	free(c);
}

bool alert_command_run(struct alert_commands *c, const struct alert_rule *rule, const struct alert_state *s, struct err *e)
{
	size_t n_own;
	char **env = environment(rule, s, &n_own);
	pid_t pid = shell_start(rule->command, -1, env);
	int why = errno;

	for (size_t i = 0; i < n_own; i++) {
		free(env[i]);
	}
	free(env);
	if (pid < 0) {
		return err_set(e, ERR_INTERNAL, "the command of the alert cannot be run: %s", strerror(why));
	}
	*array_push(c->items, c->n, c->cap) = (struct running){ pid, clock_mono_us() + c->limit_us };
	if (!ev_is_active(&c->look)) {
		ev_timer_again(c->loop->ev, &c->look);
	}
	return true;
}

size_t alert_commands_running(const struct alert_commands *c)
{
	return c->n;
}
