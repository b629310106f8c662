/* counting - the vocabularies by which the app counts tokens: each is opened off the loop when a model of its encoding is first asked for, and until it is
 * there, or where there is none, counts are estimates. The demo always estimates: its simulator counts in a way of its own. */
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

#endif
