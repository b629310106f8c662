/* play_state - what the Play screen remembers besides its model: focus, scroll positions, the open overlay, where things are drawn.
 * Shared by the files play*.c of this folder only. */
#ifndef SONDE_UI_SCREENS_PLAY_STATE_H
#define SONDE_UI_SCREENS_PLAY_STATE_H

#include "app/play.h"
#include "text/wrap.h"
#include "ui/screen.h"
#include "ui/widgets/editor.h"
#include "ui/widgets/list.h"

enum play_focus { FOCUS_COLUMNS, FOCUS_SYSTEM, FOCUS_USER };
enum play_view { VIEW_COLUMNS, VIEW_DIFF, VIEW_HISTORY };

/* Lines and scroll position of one column's answer. Belongs to the column by address; found again after a reorder. */
struct answer_view {
	const struct play_column *column;
	unsigned generation;
	struct buf text;        /* what is wrapped: reasoning, answer, error */
	size_t parts[3];        /* lengths of reasoning and answer as they stand in text, and the error's generation */
	struct wrap wrap;
	size_t top;
	int rows;
	bool is_held;           /* does not follow the end */
};

struct styled_text;

struct play_screen {
	struct app *app;
	struct play *play;
	struct editor *system, *user;
	unsigned seen_opened;
	enum play_focus focus;
	enum play_view view;
	size_t column, first;   /* focused; first one shown */
	size_t n_shown;
	bool is_zoomed;
	const struct play_column *marked;
	struct answer_view *answers;
	size_t n_answers, cap_answers;
	struct list history;
	struct styled_text *diff; /* VIEW_DIFF */
	char diff_title[80];
	struct list diff_scroll;
	char **targets;           /* candidates for `:add`, collected when first asked */
	size_t n_targets, cap_targets;
	/* the last layout */
	struct rect area, prompt, system_area, user_area, columns, race;
};

struct answer_view *play_answer_view(const struct play_screen *s, const struct play_column *c);
/* Rectangle of the i-th shown column, heads included. */
struct rect play_column_rect(const struct play_screen *s, size_t i);

/* play.c: whether a part of the prompt has the focus; the texts of the fields into the model. */
bool play_is_editing(const void *self);
void play_keep_text(struct play_screen *s);
/* play_input.c */
unsigned play_input(void *self, struct console *c, const struct input *in);
/* The answer in the focused column; NULL when there is none. */
struct answer_view *play_focused_answer(const struct play_screen *s);
/* play_columns.c: heads and answers. */
void play_columns_layout(struct play_screen *s);
void play_columns_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* "▶", "✓", "✗", "↻", "◌", "·" and its style. */
const char *play_state_glyph(const struct play_column *c, enum style *st);
/* play_race.c */
int play_race_height(const struct play_screen *s, struct rect area);
void play_race_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* play_diff.c: the answers of two columns; false when there is nothing to compare. */
bool play_diff_open(struct play_screen *s, size_t a, size_t b, struct err *e);
void play_diff_close(struct play_screen *s);
void play_diff_layout(struct play_screen *s);
void play_diff_draw(const struct play_screen *s, struct cells *cells);
/* play_input.c: a command that gives the part of the prompt to the person's editor. */
unsigned play_edit_outside(void *self, struct console *c, const char *arg);
/* play_copy.c: commands. */
unsigned play_copy_answer(void *self, struct console *c, const char *arg);
unsigned play_copy_response(void *self, struct console *c, const char *arg);
unsigned play_copy_json(void *self, struct console *c, const char *arg);
unsigned play_copy_curl(void *self, struct console *c, const char *arg);
unsigned play_copy_python(void *self, struct console *c, const char *arg);
/* play_history.c */
void play_history_layout(struct play_screen *s);
void play_history_draw(const struct play_screen *s, struct cells *cells, const struct env *env);

#endif
