#include "ui/term_out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define SYNC_LEAST 256  /* bytes: a smaller frame comes in one piece anyhow */
#define END_WAIT_MS 200 /* what a stalled terminal is given at the end */
#define READ_SIZE 65536

/* A description of our own of the terminal: that of standard output is shared with the shell and must stay blocking. */
static int open_output(void)
{
	int fd = open("/proc/self/fd/1", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 ? fd : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

void term_out_open(struct term_out *o)
{
	int fd = memfd_create("frame", MFD_CLOEXEC);

	*o = (struct term_out){.frame = fd >= 0 ? fdopen(fd, "w+") : NULL, .fd = open_output()};
}

void term_out_close(struct term_out *o)
{
	if (o->frame != NULL) {
		fclose(o->frame);
	}
	close(o->fd);
	buf_free(&o->waiting);
}

void term_out_add(struct term_out *o, const char *bytes)
{
	buf_add_str(&o->waiting, bytes);
}

void term_out_collect(struct term_out *o, bool is_synced)
{
	char bytes[READ_SIZE];
	int fd = fileno(o->frame);
	off_t n = lseek(fd, 0, SEEK_CUR);

	is_synced = is_synced && n >= SYNC_LEAST;
	term_out_add(o, is_synced ? SYNC_ON : "");
	for (off_t at = 0; at < n;) {
		ssize_t got = pread(fd, bytes, sizeof(bytes), at);

		if (got <= 0) {
			break;
		}
		buf_add(&o->waiting, bytes, (size_t)got);
		at += got;
	}
	term_out_add(o, is_synced ? SYNC_OFF : "");
	if (n > 0 && ftruncate(fd, 0) == 0) {
		lseek(fd, 0, SEEK_SET);
	}
}

enum term_output term_out_send(struct term_out *o)
{
	while (o->sent < o->waiting.len) {
		ssize_t n = write(o->fd, o->waiting.s + o->sent, o->waiting.len - o->sent);

		if (n >= 0) {
			o->sent += (size_t)n;
		} else if (errno == EAGAIN) {
			return TERM_SLOW;
		} else if (errno != EINTR) {
			return TERM_GONE;
		}
	}
	buf_clear(&o->waiting);
	o->sent = 0;
	return TERM_READY;
}

void term_out_send_all(struct term_out *o)
{
	struct pollfd p = {.fd = o->fd, .events = POLLOUT};

	for (int i = 0; i < 2 && term_out_send(o) == TERM_SLOW;) {
		if (poll(&p, 1, END_WAIT_MS) == 0) {
			tcflush(o->fd, TCOFLUSH);
			i++;
		}
	}
	buf_clear(&o->waiting);
	o->sent = 0;
}
