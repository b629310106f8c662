/* alert_command - the command of an alert: run beside the loop, for a limited time, then ended with all it started. Its output goes
 * nowhere. Its environment is that of sonde itself and:
 *   SONDE_ALERT_NAME, _STATE (begin, end), _TEXT (the rule), _FIGURE, _VALUE and _LIMIT (plain numbers: a part of 1, milliseconds, dollars,
 *   calls; empty when not known), _CALLS, _OVER (seconds), _SINCE (ISO 8601), _PROVIDER, _MODEL, _OPERATION (empty: any), _SIMULATED (0, 1). */
#ifndef SONDE_APP_ALERT_COMMAND_H
#define SONDE_APP_ALERT_COMMAND_H

#include "metrics/alert.h"
#include "net/loop.h"

#define ALERT_COMMAND_S 30

struct alert_commands;
/* seconds: how long one may run. */
struct alert_commands *alert_commands_new(struct loop *l, int seconds);
/* Ends those that still run a second later. */
void alert_commands_free(struct alert_commands *c);
/* False: it could not be started. */
bool alert_command_run(struct alert_commands *c, const struct alert_rule *rule, const struct alert_state *s, struct err *e) SONDE_MUST_CHECK;
size_t alert_commands_running(const struct alert_commands *c);

#endif
