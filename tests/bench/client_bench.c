/* client_bench SONDE - the way of a request: processor time of streams through the gateway against a bare libcurl multi loop that reads the
 * same bytes, memory with 256 streams at once, and the time from the start of `sonde run` to the first byte it sends. The simulator runs in
 * a process of its own. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "gateway/gateway.h"
#include "sim/sim.h"
#include "tests/bench/table.h"

#define EVENTS 50
#define STREAMS 60 /* one after the other */
#define AT_ONCE 256
#define STARTS 50
#define PROMPT "Tell me at length how histograms with logarithmic buckets work."

extern char **environ;

static void give_up(const char *what)
{
	fprintf(stderr, "client_bench: %s\n", what);
	exit(1);
}

/* A simulator at that many tokens a second; its port. */
static int start_simulator(double rate, pid_t *pid)
{
	int fds[2], port = 0;

	if (pipe(fds) != 0 || (*pid = fork()) < 0) {
		give_up("no process for the simulator");
	}
	if (*pid == 0) {
		struct loop *l = loop_new();
		struct sim_options o;
		struct err e;

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		sim_options_init(&o);
		o.ttft_ms = 0;
		o.rate = rate;
		struct sim *s = sim_new(l, &o, &e);
		port = s != NULL ? sim_port(s) : 0;
		(void)!write(fds[1], &port, sizeof(port));
		loop_run(l);
		_exit(0);
	}
	(void)close(fds[1]);
	if (read(fds[0], &port, sizeof(port)) != sizeof(port) || port == 0) {
		give_up("the simulator does not start");
	}
	(void)close(fds[0]);
	return port;
}

static void stop(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* ---- ours ---- */

struct client {
	struct loop *loop;
	struct config *config;
	struct gateway *gateway;
	struct target *target;
	size_t n_running, n_begun, n_done, n_deltas, bytes;
	bool is_over, have_all_begun;
};

static void on_event(void *ctx, const struct call_event *ev)
{
	struct client *c = ctx;

	c->n_begun += ev->type == EVENT_FIRST_TOKEN;
	c->n_deltas += ev->type == EVENT_DELTA;
	c->have_all_begun = c->n_begun == c->n_running;
	if (ev->type >= EVENT_DONE) {
		c->n_done += ev->type == EVENT_DONE;
		c->bytes = ev->call->response_body.len;
		c->is_over = --c->n_running == 0;
	}
}

static void client_open(struct client *c, int port)
{
	char *url = x_asprintf("http://127.0.0.1:%d/v1", port);
	struct err e;

	*c = (struct client){ .loop = loop_new(), .config = config_new() };
	(void)config_add_provider(c->config, "openai", "openai", url, "k", "a bench");
	c->gateway = gateway_new(c->loop, c->config, NULL);
	c->target = target_resolve(c->config, "openai/wordy-model", &e);
	free(url);
}

static void client_close(struct client *c)
{
	target_free(c->target);
	gateway_free(c->gateway);
	loop_free(c->loop);
	config_free(c->config);
}

static void client_start(struct client *c)
{
	struct message m = { .role = ROLE_USER, .text = PROMPT };
	struct gateway_request r = { .target = c->target, .messages = &m, .n_messages = 1, .is_streamed = true };

	chat_params_init(&r.params);
	r.params.max_tokens = EVENTS;
	(void)call_start(c->gateway, &r, on_event, c);
	c->n_running++;
	c->is_over = false;
}

/* Processor time of one stream; *body is the request as sent. */
static double ours(int port, size_t *bytes, struct buf *body)
{
	struct client c;
	char *url;
	struct err e;

	client_open(&c, port);
	struct message m = { .role = ROLE_USER, .text = PROMPT };
	struct gateway_request r = { .target = c.target, .messages = &m, .n_messages = 1, .is_streamed = true };
	chat_params_init(&r.params);
	r.params.max_tokens = EVENTS;
	if (!call_preview(&r, &url, body, &e)) {
		give_up(e.text);
	}
	free(url);
	client_start(&c); /* libcurl is loaded, the connection made */
	loop_run_until(c.loop, &c.is_over);
	double start = table_cpu();
	for (int i = 0; i < STREAMS; i++) {
		client_start(&c);
		loop_run_until(c.loop, &c.is_over);
	}
	double took = table_cpu() - start;
	if (c.n_done != STREAMS + 1 || c.n_deltas != (STREAMS + 1) * EVENTS) {
		fprintf(stderr, "client_bench: %zu streams, %zu pieces\n", c.n_done, c.n_deltas);
		give_up("a stream failed, or has not its 50 pieces");
	}
	*bytes = c.bytes;
	client_close(&c);
	return took / STREAMS;
}

/* ---- libcurl alone ---- */

static size_t take(char *bytes, size_t size, size_t n, void *arg)
{
	(void)bytes;
	*(size_t *)arg += size * n;
	return size * n;
}

static void bare_one(CURLM *multi, CURL *easy)
{
	int n = 1;

	(void)curl_multi_add_handle(multi, easy);
	while (n > 0) {
		(void)curl_multi_perform(multi, &n);
		if (n > 0) {
			(void)curl_multi_poll(multi, NULL, 0, 1000, NULL);
		}
	}
	(void)curl_multi_remove_handle(multi, easy);
}

static double bare(int port, size_t *bytes, const struct buf *body)
{
	char *url = x_asprintf("http://127.0.0.1:%d/v1/chat/completions", port);
	struct curl_slist *headers = curl_slist_append(curl_slist_append(NULL, "Content-Type: application/json"), "Authorization: Bearer k");
	CURLM *multi = curl_multi_init();
	CURL *easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_str(body));
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, bytes);
	bare_one(multi, easy);
	*bytes = 0;
	double start = table_cpu();
	for (int i = 0; i < STREAMS; i++) {
		bare_one(multi, easy);
	}
	double took = table_cpu() - start;
	*bytes /= STREAMS;
	curl_easy_cleanup(easy);
	curl_multi_cleanup(multi);
	curl_slist_free_all(headers);
	free(url);
	return took / STREAMS;
}

static void bench_streams(void)
{
	struct buf body = { 0 };
	size_t our_bytes, their_bytes = 0;
	char measured[80], peer[80];
	pid_t pid;
	int port = start_simulator(2000, &pid);
	double a = INFINITY, b = INFINITY;

	for (int i = 0; i < 3; i++) {
		buf_clear(&body);
		double x = ours(port, &our_bytes, &body), y = bare(port, &their_bytes, &body);

		a = x < a ? x : a;
		b = y < b ? y : b;
	}
	stop(pid);
	buf_free(&body);
	if (our_bytes != their_bytes) {
		give_up("the two did not read the same bytes");
	}
	(void)snprintf(measured, sizeof(measured), "%.2f ms of CPU (%zu bytes)", a * 1e3, our_bytes);
	(void)snprintf(peer, sizeof(peer), "bare libcurl multi loop %.2f ms", b * 1e3);
	table_row("a stream of 50 events through the gateway", measured, peer, a / b, "<= 3");
}

/* ---- memory ---- */

/* MiB that the process has in memory now. */
static double resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all = 0, in_memory = 0;

	if (f == NULL || fscanf(f, "%ld %ld", &all, &in_memory) != 2) {
		give_up("no /proc/self/statm");
	}
	(void)fclose(f);
	return (double)in_memory * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* In a process of its own: what the others left behind does not count. */
static void bench_memory(void)
{
	pid_t simulator, pid;
	int port = start_simulator(5, &simulator), status;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct client c;
		char measured[80];

		client_open(&c, port);
		for (int i = 0; i < AT_ONCE; i++) {
			client_start(&c);
		}
		loop_run_until(c.loop, &c.have_all_begun);
		double mib = resident();
		(void)snprintf(measured, sizeof(measured), "%.1f MiB", mib);
		table_row("256 streams at once: resident memory, MiB", measured, "-", mib, "<= 40");
		_exit(0);
	}
	(void)waitpid(pid, &status, 0);
	stop(simulator);
	if (status != 0) {
		give_up("256 streams failed");
	}
}

/* ---- from the start to the first byte ---- */

static double start_once(const char *sonde, int listener)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
				     "{\"choices\":[{\"message\":{\"content\":\"yes\"},\"finish_reason\":\"stop\"}]}";
	const char *const argv[] = { sonde, "run", "-q", "-m", "openai/x", "hello", NULL };
	posix_spawn_file_actions_t files;
	char bytes[4096];
	int status;
	pid_t pid;

	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	double start = table_now();
	if (posix_spawn(&pid, sonde, &files, NULL, (char *const *)argv, environ) != 0) {
		give_up("sonde does not start");
	}
	int fd = accept(listener, NULL, NULL);
	if (read(fd, bytes, sizeof(bytes)) <= 0) {
		give_up("sonde sent nothing");
	}
	double took = table_now() - start;
	(void)!write(fd, answer, sizeof(answer) - 1);
	(void)close(fd);
	(void)posix_spawn_file_actions_destroy(&files);
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		give_up("sonde run failed");
	}
	return took;
}

static void bench_start(const char *sonde)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char measured[80], *url;
	double times[STARTS];

	if (bind(listener, (struct sockaddr *)&address, len) != 0 || listen(listener, 1) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &len) != 0) {
		give_up("no port to listen on");
	}
	url = x_asprintf("http://127.0.0.1:%d/v1", ntohs(address.sin_port));
	(void)setenv("OPENAI_API_KEY", "none", 1);
	(void)setenv("OPENAI_BASE_URL", url, 1);
	(void)start_once(sonde, listener); /* makes the store */
	for (size_t i = 0; i < STARTS; i++) {
		times[i] = start_once(sonde, listener);
	}
	double middle = table_quantile(times, STARTS, 0.5) * 1e3;
	(void)snprintf(measured, sizeof(measured), "median %.1f ms, least %.1f ms, p90 %.1f ms", middle, table_quantile(times, STARTS, 0) * 1e3,
	    table_quantile(times, STARTS, 0.9) * 1e3);
	table_row("sonde run: from its start to the first byte sent, ms", measured, "-", middle, "<= 15");
	(void)close(listener);
	free(url);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: client_bench SONDE\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	bench_memory();
	bench_streams();
	bench_start(argv[1]);
	return 0;
}
