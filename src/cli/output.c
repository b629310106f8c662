#include "cli/output.h"

#include "cli/cli.h"

bool output_open(struct output *o, const char *path, bool replaces, struct err *e)
{
	o->file = path != NULL ? outfile_new(path, replaces, e) : NULL;
	return path == NULL || o->file != NULL || (e->code == ERR_USAGE && err_hint(e, "--force replaces it"));
}

bool output_take(void *ctx, const char *bytes, size_t len, struct err *e)
{
	struct output *o = ctx;

	return o->file != NULL ? outfile_write(o->file, bytes, len, e) : cli_out(bytes, len) && cli_out_flush();
}

int output_end(struct output *o, bool ok, struct err *e)
{
	if (o->file != NULL && ok) {
		ok = outfile_keep(o->file, e);
		if (!ok && e->code == ERR_USAGE) {
			(void)err_hint(e, "--force replaces it");
		}
	} else {
		outfile_discard(o->file);
	}
	return ok || e->code == ERR_NONE ? 0 : cli_fail(e);
}
