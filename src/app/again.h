/* again - a recorded call taken up again: its request as prompt and parameters in Play, or as a curl command. */
#ifndef SONDE_APP_AGAIN_H
#define SONDE_APP_AGAIN_H

#include "app/play.h"

/* The recorded request in the terms of Play, whichever wire format it is in: system text, the user's text (of a longer conversation all turns,
 * each below its role), and the parameters that Play has. */
struct again {
	char *system, *user, *target; /* target: "provider/model" */
	struct chat_params params;
	bool is_conversation;         /* there were several turns */
	size_t n_left_out;            /* parts that are no text: images, tool calls */
};
/* False with what is wrong: no body was kept, or it is not the request of a chat. */
bool again_read(const struct call_row *row, const struct call_body *body, struct again *out, struct err *e) SONDE_MUST_CHECK;
void again_free(struct again *a);
/* Puts it into Play in place of what is there; nothing is sent. What runs is stopped. */
void again_open(struct play *p, const struct again *a);

/* The request as it was sent, with the key as a variable. False when its provider is not configured, or no body was kept. */
bool again_curl(const struct config *c, const struct call_row *row, const struct call_body *body, struct buf *out, struct err *e) SONDE_MUST_CHECK;

#endif
