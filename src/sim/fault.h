/* fault - what the simulator can do wrong: names, chances, and the tricks played on the bytes of an answer. */
#ifndef SONDE_SIM_FAULT_H
#define SONDE_SIM_FAULT_H

#include "base/buf.h"
#include "sim/dialect.h"
#include "sim/sim.h"

#define FAULT_NONE FAULT_COUNT

/* The refusal that a fault is; false when the fault lies in the answer or the connection. */
bool fault_refusal(enum sim_fault f, enum refusal *out);
/* The first fault whose draw falls below its probability, FAULT_NONE when none does. */
enum sim_fault fault_draw(const double fail[FAULT_COUNT], uint64_t hash);
/* 0 <= result < 1, from the hash alone. */
double fault_chance(uint64_t hash);

/* Text that attacks the terminal it is shown on. Where FAULT_RAW_MARK stands, fault_raw_bytes puts bytes that are no UTF-8. */
const char *fault_hostile_text(size_t *len);
/* Both work on the bytes of a stream or a body, in place. */
void fault_raw_bytes(struct buf *bytes);
void fault_crlf(struct buf *bytes);
/* Length of the next part to send when an answer is cut at the worst places: inside characters and escapes. len > 0. */
size_t fault_cut(const char *s, size_t len, uint64_t salt);

#endif
