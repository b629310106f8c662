/* again - a recorded call taken up again: its request as prompt and parameters in Play, or as a curl command. */
#ifndef SONDE_APP_AGAIN_H
#define SONDE_APP_AGAIN_H

#include "app/play.h"

/* The recorded request in the terms of Play, whichever wire format it is in: all its turns, tools and the form of its answer, under the name and
 * version it was recorded with, and the parameters that Play has. */
struct again {
	struct play_prompt *prompt;
	char *target;              /* "provider/model" */
	struct chat_params params;
	size_t n_left_out;         /* parts that are no text: images, files; their bytes are not kept */
};
/* False with what is wrong: no body was kept, or it is not the request of a chat. */
bool again_read(const struct call_row *row, const struct call_body *body, struct again *out, struct err *e) SONDE_MUST_CHECK;
void again_free(struct again *a);
/* Appends the names of those members of the recorded request that would be sent otherwise now, or not at all: "tool_choice, messages". Nothing: it comes
 * back exactly, or its provider is not configured. */
void again_left_out(const struct config *c, const struct call_row *row, const struct call_body *body, const struct again *a, struct buf *out);
/* Puts it into Play in place of what is there; nothing is sent. What runs is stopped. */
void again_open(struct play *p, const struct again *a);

/* The request as it was sent, with the key as a variable. False when its provider is not configured, or no body was kept. */
bool again_curl(const struct config *c, const struct call_row *row, const struct call_body *body, struct buf *out, struct err *e) SONDE_MUST_CHECK;

#endif
