/* run_output - what `sonde run` says while calls run: answers on standard output, how it goes on standard error. The one object of --json comes at the
 * end (result.h). */
#ifndef SONDE_CLI_RUN_OUTPUT_H
#define SONDE_CLI_RUN_OUTPUT_H

#include "gateway/call.h"
#include "text/clean.h"

enum output { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_JSONL };

struct run_output {
	enum output form;
	bool is_quiet;
	bool is_alone;  /* one target: its text comes as it comes; of several, each whole, below its name */
	bool cleans;    /* for a terminal */
	struct cleaner cleaner;
};

void run_output_begin(struct run_output *o, enum output form, bool is_quiet, bool is_alone);
/* On standard output. */
void run_output_event(struct run_output *o, const struct call_event *ev);
/* On standard error. */
void run_output_progress(const struct run_output *o, const struct call_event *ev);

#endif
