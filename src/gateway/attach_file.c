#include "gateway/attach_file.h"

#include <string.h>

#include "base/file.h"

#define FILE_MOST ((size_t)64 << 20)

bool attach_file(struct attachments *as, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct buf bytes;

	buf_init(&bytes, FILE_MOST);
	if (!file_read(path, &bytes, NULL, e)) {
		buf_free(&bytes);
		e->code = ERR_USAGE;
		return false;
	}
	size_t len = bytes.len;
	return attachments_add(as, slash != NULL && slash[1] != '\0' ? slash + 1 : path, buf_take(&bytes), len, e);
}
