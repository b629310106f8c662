/* policy - what the store keeps of calls and for how long, as configured (section `store` of the file). A plain value. */
#ifndef SONDE_STORE_POLICY_H
#define SONDE_STORE_POLICY_H

#include "store/redact.h"

struct store_policy {
	bool no_bodies;       /* requests, responses, answers and prompts are not written */
	int64_t calls_us, bodies_us; /* age at which rows, and their bodies before them, are removed; 0: never. Rollups stay */
	struct redact *redact; /* owned by whoever configured it; NULL: none */
};

#endif
