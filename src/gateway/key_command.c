/* The end of the command is waited for by polling: a SIGCHLD handler belongs to the event loop, and this runs on a worker thread. */
#include "gateway/key_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/shell.h"

#define KEY_MOST 8192
#define OUTPUT_MOST 65536
#define POLL_MS 5

bool key_is_clean(const char *key)
{
	size_t len = strnlen(key, KEY_MOST + 1);

	for (size_t i = 0; i < len; i++) {
		if (key[i] < ' ' || key[i] > '~') {
			return false;
		}
	}
	return len > 0 && len <= KEY_MOST;
}

/* Reads until the output ends, the command is over or the time is up. *has_ended: its status is in *status. */
static void collect(pid_t pid, int fd, int64_t until_us, struct buf *out, bool *has_ended, int *status)
{
	bool is_open = true;

	*has_ended = false;
	while (!*has_ended && clock_mono_us() < until_us) {
		struct pollfd p = { .fd = is_open ? fd : -1, .events = POLLIN };
		char bytes[1024];

		(void)poll(&p, 1, POLL_MS);
		pid_t ended = waitpid(pid, status, WNOHANG);
		*has_ended = ended == pid;
		if (ended < 0 && errno != EINTR) {
			*status = -1; /* somebody else took the status: as good as a failure */
			*has_ended = true;
		}
		/* After the end too: what it wrote last is still in the pipe, which does not block. */
		for (ssize_t n = 1; is_open && n > 0;) {
			n = read(fd, bytes, sizeof(bytes));
			if (n > 0) {
				(void)buf_add(out, bytes, (size_t)n);
			}
			is_open = n != 0 && !(n < 0 && errno != EAGAIN && errno != EINTR) && !out->is_full;
		}
		explicit_bzero(bytes, sizeof(bytes));
	}
}

static char *first_line(const struct buf *out, struct err *e)
{
	const char *s = buf_str(out);
	size_t len = out->len;
	const char *nl = len > 0 ? memchr(s, '\n', len) : NULL;

	len = nl != NULL ? (size_t)(nl - s) : len;
	if (len > 0 && s[len - 1] == '\r') {
		len--;
	}
	if (len == 0) {
		(void)err_set(e, ERR_AUTH, "the api_key_command printed no key");
		(void)err_hint(e, "its first line of output must be the key; run it in a shell to see what it prints");
		return NULL;
	}
	char *key = x_strndup(s, len);
	if (strlen(key) != len || !key_is_clean(key)) {
		(void)err_set(e, ERR_AUTH,
		    "the first line the api_key_command printed is no key: it holds control or non-ASCII characters");
		(void)err_hint(e, "its first line of output must be the key and nothing else");
		explicit_bzero(key, len);
		free(key);
		return NULL;
	}
	return key;
}

static bool has_succeeded(bool has_ended, int status, int timeout_ms, struct err *e)
{
	if (!has_ended) {
		(void)err_set(e, ERR_AUTH, "the api_key_command took longer than %d s", timeout_ms / 1000);
		return err_hint(e, "it must not ask for input; unlock what it reads first, or use api_key_env");
	}
	if (status != 0) {
		(void)err_set(e, ERR_AUTH, status == -1 ? "the end of the api_key_command is not known" :
		    WIFEXITED(status) ? "the api_key_command ended with status %d" : "the api_key_command was ended by signal %d",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		return err_hint(e, "run it in a shell to see why");
	}
	return true;
}

char *key_command_run(const char *command, int timeout_ms, struct err *e)
{
	struct buf out;
	int fds[2], status = 0;
	bool has_ended;
	char *key = NULL;

	if (pipe2(fds, O_CLOEXEC) != 0) {
		(void)err_set(e, ERR_AUTH, "cannot run the api_key_command: %s", strerror(errno));
		return NULL;
	}
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	pid_t pid = shell_start(command, fds[1], NULL);
	int start_errno = errno;
	(void)close(fds[1]);
	if (pid < 0) {
		(void)err_set(e, ERR_AUTH, "cannot run the api_key_command: %s", strerror(start_errno));
		(void)close(fds[0]);
		return NULL;
	}
	buf_init(&out, OUTPUT_MOST);
	collect(pid, fds[0], clock_mono_us() + timeout_ms * US_PER_MS, &out, &has_ended, &status);
	(void)close(fds[0]);
	if (!has_ended) {
		shell_kill(pid);
		(void)waitpid(pid, &status, 0);
	}
	if (has_succeeded(has_ended, status, timeout_ms, e)) {
		key = first_line(&out, e);
	}
	if (out.s != NULL) {
		explicit_bzero(out.s, out.cap);
	}
	buf_free(&out);
	return key;
}
