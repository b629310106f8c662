/* recost - costs for recorded calls that had none, by the prices there are now. Waits for the disk: for commands and worker threads. */
#ifndef SONDE_GATEWAY_RECOST_H
#define SONDE_GATEWAY_RECOST_H

#include "gateway/config.h"
#include "store/recost.h"

/* As recost_all of store/recost.h. */
bool recost_calls(const struct config *c, const char *dir, struct recost_sum *sum, struct err *e) SONDE_MUST_CHECK;

#endif
