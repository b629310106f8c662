/* counting - how the app counts tokens. The vocabulary of an encoding is opened off the loop when a model of it is first asked for; until it is
 * there, or where there is none, counts are estimates, corrected by what providers counted before. The demo always estimates: its simulator counts in a way
 * of its own. */
#ifndef SONDE_APP_COUNTING_H
#define SONDE_APP_COUNTING_H

#include "app/app.h"
#include "token/counter.h"

struct counting;

struct counting *counting_new(struct app *app);
void counting_free(struct counting *c);
/* How the model of a target is counted by what is open now; NULL: no model is known. app->on_change tells when there is more. The vocabulary lives as
 * long as the app. */
struct counter counting_of(struct counting *c, const struct target *t);
/* Calls have ended: looks off the loop at what there is to learn from them. */
void counting_learn(struct counting *c);

#endif
