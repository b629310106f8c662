#include "store/memory.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "base/mem.h"

static void *take(int len)
{
	return x_malloc((size_t)len);
}

static void *resize(void *p, int len)
{
	return x_realloc(p, (size_t)len);
}

static int size_of(void *p)
{
	return (int)malloc_usable_size(p);
}

static int round_up(int len)
{
	return (len + 7) & ~7;
}

static int begin(void *ctx)
{
	(void)ctx;
	return SQLITE_OK;
}

static void end(void *ctx)
{
	(void)ctx;
}

void store_use_x_malloc(void)
{
	static const sqlite3_mem_methods memory = { .xMalloc = take, .xFree = free, .xRealloc = resize, .xSize = size_of, .xRoundup = round_up,
		.xInit = begin, .xShutdown = end };
	int rc = sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);

	assert(rc == SQLITE_OK); /* anything else: it is in use already */
}
