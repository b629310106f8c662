/* prompts_state - what the Prompts screen remembers besides its model (app/prompts.h): focus, scroll positions, places.
 * Shared by the files prompts*.c of this folder only. */
#ifndef SONDE_UI_SCREENS_PROMPTS_STATE_H
#define SONDE_UI_SCREENS_PROMPTS_STATE_H

#include "app/prompts.h"
#include "ui/format.h"
#include "ui/screen.h"
#include "ui/widgets/editor.h"
#include "ui/widgets/lanes.h"
#include "ui/widgets/list.h"
#include "ui/widgets/styled.h"

#define PROMPTS_MIDDLE 100 /* columns from here on: three beside each other */
#define PROMPTS_WIDE 160   /* from here on four */

/* In the order of Tab. */
enum pane { PANE_LIBRARY, PANE_EDITOR, PANE_DIFF, PANE_HISTORY, PANE_LABELS, PANE_VARS, PANE_RENDERED, PANE_RUNS, PANE_COUNT };
enum diff_mode { MODE_WORD, MODE_LINE, MODE_SIDE, MODE_COUNT };

/* A row of the library as drawn: a folder, or a prompt. */
struct library_row {
	int depth;
	char *path;      /* of a folder, with its '/'; of a prompt its name */
	const char *leaf; /* what of it is shown; inside path */
	size_t n;        /* prompts in the folder; 0: it is a prompt */
	bool is_folded;
	const char *labels; /* of a prompt; borrowed from the model */
};

#define MOST_PROPOSALS 6

struct prompts_screen {
	struct app *app;
	struct prompts *p;
	struct editor *text;
	enum pane focus;
	enum pane beside;        /* beside the history on a small screen */
	bool is_editing, is_zoomed;
	/* library */
	struct library_row *rows;
	size_t n_rows, cap_rows;
	char **folded;           /* paths of folders */
	size_t n_folded, cap_folded;
	char *filter;            /* NULL: none */
	int version_h;           /* rows of one version in the history */
	struct lanes_row *lanes; /* of each version */
	size_t cap_lanes;
	int lanes_w;
	struct list library, history, labels, vars, runs;
	/* editor */
	char *shown_name;        /* of the prompt that the text is of; NULL */
	unsigned seen_opened;
	unsigned long seen_text; /* version of the field that the model has */
	char *query;             /* looked for; NULL: none */
	char *proposals[MOST_PROPOSALS];
	size_t n_proposals, proposal, proposal_from;
	/* diff and rendered: made anew when the facts, the mode or the width are others */
	enum diff_mode mode;
	struct styled_text *diff, *rendered;
	unsigned diff_facts, rendered_facts;
	int diff_w, rendered_w;
	enum diff_mode diff_made;
	struct list diff_scroll, rendered_scroll;
	int pinned;              /* the version compared with, whatever is selected; 0: none */
	int seen_against;
	/* the last layout; w 0: not shown */
	int width;
	struct rect area, panes[PANE_COUNT];
};

static inline unsigned prompts_changed(void)
{
	return INPUT_HANDLED | INPUT_REDRAW;
}

/* prompts_library.c */
void prompts_library_layout(struct prompts_screen *s);
void prompts_library_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env);
void prompts_library_free(struct prompts_screen *s);
/* The selected row; NULL: there is none. */
const struct library_row *prompts_library_row(const struct prompts_screen *s);
void prompts_library_fold(struct prompts_screen *s, const char *path);
/* prompts_editor.c */
void prompts_editor_layout(struct prompts_screen *s);
void prompts_editor_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env);
unsigned prompts_editor_input(struct prompts_screen *s, struct console *c, const struct input *in);
/* The text of the field into the model, or the other way when something else than typing changed that. */
void prompts_keep_text(struct prompts_screen *s);
/* Takes the selected proposal; false: none is shown. */
bool prompts_take_proposal(struct prompts_screen *s);
/* "v14" or "v14*" with changes, "new". */
#define PROMPTS_VERSION_SIZE 24
const char *prompts_draft_name(const struct prompts *p, char out[PROMPTS_VERSION_SIZE]);
/* What is compared, "v12" or the draft, and with what: the draft, another version, "proposal". */
const char *prompts_against_name(const struct prompts *p, char out[PROMPTS_VERSION_SIZE]);
const char *prompts_after_name(const struct prompts *p, char out[PROMPTS_VERSION_SIZE]);
/* prompts_history.c: versions and labels. */
void prompts_history_layout(struct prompts_screen *s);
void prompts_history_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env);
void prompts_labels_layout(struct prompts_screen *s);
void prompts_labels_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env);
/* The selected version; 0: there is none. */
int prompts_selected_version(const struct prompts_screen *s);
/* The one that a label is moved to unless it is said: in History and Labels the selected one, else the one the draft began from. */
int prompts_meant_version(const struct prompts_screen *s);
/* The selected row; NULL. */
const struct version_row *prompts_selected_row(const struct prompts_screen *s);
/* "2m", "5h", "12d". */
void prompts_age_text(int64_t then_us, int64_t now_us, char out[FORMAT_SIZE]);
/* The one that L, % and R are about: in Labels the selected one, else production where it stands. */
const char *prompts_selected_label(const struct prompts_screen *s);
/* prompts_results.c: what the calls of the selected version come to, below the versions; its newest calls. */
int prompts_results_h(const struct prompts_screen *s, int h);
void prompts_results_draw(const struct prompts_screen *s, struct cells *cells, struct rect r);
/* "1.2k 0.2%" of a version beside it; "" without calls. */
void prompts_results_short(const struct prompts_screen *s, const struct version_row *v, bool has_rate, char out[FORMAT_SIZE]);
void prompts_runs_layout(struct prompts_screen *s);
void prompts_runs_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env);
/* The selected call; NULL: there is none. */
const struct prompt_call *prompts_selected_run(const struct prompts_screen *s);
/* prompts_diff.c */
void prompts_diff_layout(struct prompts_screen *s);
void prompts_diff_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env);
const char *prompts_mode_name(enum diff_mode mode);
/* prompts_vars.c: values, and the text rendered with them. */
void prompts_vars_layout(struct prompts_screen *s);
void prompts_vars_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env);
void prompts_rendered_layout(struct prompts_screen *s);
void prompts_rendered_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env);
/* prompts_status.c */
enum style prompts_status(const void *self, const struct env *env, struct buf *left, struct buf *right);
void prompts_card(const void *self, const struct env *env, struct buf *out);
/* "+21 −5 words · +19 tok" of the facts against their other text. */
void prompts_change_text(const struct facts *f, struct buf *out);
/* prompts_session.c */
void prompts_save_session(const void *self, struct session *out);
void prompts_restore_session(void *self, const struct session *in);

/* prompts_commands.c: what all commands need. */
typedef unsigned prompts_command(void *self, struct console *c, const char *arg);
unsigned prompts_said(struct console *c, const struct err *e);
bool prompts_has_prompt(const void *self);
/* The same, and that none is open is told. */
bool prompts_wants_prompt(const struct prompts_screen *s, struct console *c);
void prompts_go_to(struct prompts_screen *s, enum pane pane);
/* prompts_commands_draft.c */
prompts_command prompts_cmd_edit, prompts_cmd_edit_outside, prompts_cmd_save, prompts_cmd_discard, prompts_cmd_undo, prompts_cmd_redo, prompts_cmd_revert;
prompts_command prompts_cmd_find, prompts_cmd_find_next, prompts_cmd_find_previous, prompts_cmd_replace, prompts_cmd_copy;
/* prompts_commands_diff.c */
prompts_command prompts_cmd_diff_mode, prompts_cmd_mark, prompts_cmd_diff, prompts_cmd_next_change, prompts_cmd_previous_change, prompts_cmd_optimize,
    prompts_cmd_stop;
const char *prompts_complete_target(void *self, size_t i);
/* A shorter text is asked for; one stands in the diff. */
bool prompts_seeks(const void *self);
bool prompts_proposes(const void *self);
/* The proposal becomes the draft. */
unsigned prompts_accept(struct prompts_screen *s, struct console *c);
/* prompts_commands_labels.c */
prompts_command prompts_cmd_label, prompts_cmd_ramp, prompts_cmd_rollback, prompts_cmd_confirm;
bool prompts_asks(const void *self);
const char *prompts_complete_label(void *self, size_t i);

#define PROMPTS_COMMANDS 38
extern const struct command prompts_commands[PROMPTS_COMMANDS];

#endif
