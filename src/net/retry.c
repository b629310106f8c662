#include "net/retry.h"

#include <stddef.h>

#include "base/mem.h"

#define FIRST_WAIT_MS 500
#define LONGEST_WAIT_MS 8000
#define LONGEST_RETRY_AFTER_MS 60000

static bool status_is_passing(int status)
{
	static const int passing[] = { 408, 409, 425, 429, 500, 502, 503, 504, 529 };

	for (size_t i = 0; i < COUNT_OF(passing); i++) {
		if (passing[i] == status) {
			return true;
		}
	}
	return false;
}

static bool may_pass(const struct http_result *result, bool is_quota)
{
	int status = result->reply.status;

	if (status >= 400) { /* an error, even when its body was cut short; a word of the server goes before our table */
		if (is_quota || result->reply.should_retry == 0) {
			return false;
		}
		return result->reply.should_retry == 1 || status_is_passing(status);
	}
	return result->outcome != HTTP_OK && !result->body_started && !result->is_permanent;
}

int64_t retry_wait_ms(const struct http_result *result, int attempt, int max_attempts, bool is_quota, double random)
{
	int64_t wait = FIRST_WAIT_MS;

	if (attempt >= max_attempts || !may_pass(result, is_quota) || result->reply.retry_after_ms > LONGEST_RETRY_AFTER_MS) {
		return -1;
	}
	for (int i = 1; i < attempt && wait < LONGEST_WAIT_MS; i++) {
		wait *= 2;
	}
	wait = (int64_t)((double)wait * (0.75 + 0.25 * random));
	return wait > result->reply.retry_after_ms ? wait : result->reply.retry_after_ms;
}
