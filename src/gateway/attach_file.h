/* attach_file - files of the person's that go with a prompt. */
#ifndef SONDE_GATEWAY_ATTACH_FILE_H
#define SONDE_GATEWAY_ATTACH_FILE_H

#include "provider/attachment.h"

/* Reads a file and adds it under its own name, without folders. At most 64 MiB; whether a provider takes it is seen when it is sent
 * (attachments_check tells before). */
bool attach_file(struct attachments *as, const char *path, struct err *e) SONDE_MUST_CHECK;

#endif
