#include "ui/palette.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/format.h"
#include "ui/palette_rows.h"
#include "ui/widgets/editor.h"
#include "ui/widgets/list.h"

#define BOX_LEAST 64
#define BOX_MOST 120
#define NAME_W 22
#define ROWS_LEAST 9 /* of the command line */

struct palette {
	enum palette_kind kind;
	struct palette_rows rows;
	size_t recalled;       /* lines back from the end of earlier; 0: what is typed */
	char *draft;           /* what was typed before lines were recalled */
	const char *title;
	struct editor *field;
	unsigned long version; /* of the field, when rows were made */
	struct list list;
	bool has_moved;        /* the selection is the person's, not ours */
	struct rect box;
};

void palette_choice_free(struct palette_choice *choice)
{
	free(choice->text);
	free(choice->line);
}

static const char *typed_text(const struct palette *p)
{
	const char *s = editor_text(p->field, NULL);

	return s + strspn(s, " ");
}

static void skip_heading(struct palette *p, int towards)
{
	int at = p->list.selected;

	if (p->rows.n == 0 || p->rows.at[at].heading == NULL) {
		return;
	}
	list_select(&p->list, at + (towards < 0 && at > 0 ? -1 : 1));
	if (towards < 0 && at == 0) {
		p->list.top = 0;
	}
}

static void make_rows(struct palette *p)
{
	palette_rows_fill(&p->rows, typed_text(p), p->kind == PALETTE_HELP);
	p->version = editor_version(p->field);
	p->has_moved = false;
	list_set_n(&p->list, (int)p->rows.n);
	list_select(&p->list, palette_rows_best(&p->rows));
	p->list.top = 0; /* the heading, too */
}

struct palette *palette_new(enum palette_kind kind, const struct command_set *sets, size_t n, const struct recall *earlier, const char *title,
    const char *line)
{
	struct palette *p = x_calloc(1, sizeof(*p));

	p->kind = kind;
	palette_rows_init(&p->rows, sets, n, earlier);
	p->title = title;
	p->field = editor_new(true, kind == PALETTE_HELP ? "type to filter" : NULL);
	editor_set(p->field, line, strlen(line));
	make_rows(p);
	return p;
}

void palette_refresh(struct palette *p)
{
	if (!p->has_moved) {
		make_rows(p);
	}
}

void palette_free(struct palette *p)
{
	if (p != NULL) {
		editor_free(p->field);
		palette_rows_free(&p->rows);
		free(p->draft);
		free(p);
	}
}

static const struct palette_row *selected_row(const struct palette *p)
{
	const struct palette_row *r = p->rows.n > 0 ? &p->rows.at[p->list.selected] : NULL;

	return r != NULL && r->heading == NULL ? r : NULL;
}

static void set_field(struct palette *p, const char *name, const char *arg)
{
	char *line = x_asprintf("%s%s%s", name, arg != NULL ? " " : "", arg != NULL ? arg : "");

	editor_set(p->field, line, strlen(line));
	free(line);
	make_rows(p);
}

static void run_choice(const struct palette *p, struct palette_choice *choice, const struct command *cmd, size_t set, const char *arg)
{
	size_t len = strlen(arg);

	while (len > 0 && arg[len - 1] == ' ') {
		len--;
	}
	choice->end = PALETTE_RUN;
	choice->command = cmd;
	choice->state = p->rows.sets[set].state;
	choice->text = x_strndup(arg, len);
	if (p->kind == PALETTE_COMMAND) {
		choice->line = x_asprintf("%s%s%s", cmd->name, len > 0 ? " " : "", choice->text);
	}
}

/* A line as it stands; what is missing is asked for. */
static void run_line(struct palette *p, struct palette_choice *choice, const char *line)
{
	const char *arg;
	size_t set;
	const struct command *cmd = command_parse(p->rows.sets, p->rows.n_sets, line, &arg, &set);

	if (cmd == NULL) { /* of another screen, or none at all */
		choice->end = PALETTE_UNKNOWN;
		choice->text = x_strdup(line);
		choice->line = x_strdup(line);
	} else if (arg[0] == '\0' && command_needs_arg(cmd)) {
		set_field(p, cmd->name, "");
	} else {
		run_choice(p, choice, cmd, set, arg);
	}
}

/* The selected row, or the line up to where its argument is missing. */
static void choose_row(struct palette *p, const struct palette_row *r, struct palette_choice *choice)
{
	if (r->command == NULL) {
		run_line(p, choice, r->candidate);
	} else if (r->candidate != NULL) {
		size_t len = strlen(r->candidate);
		bool goes_on = len > 0 && (r->candidate[len - 1] == '=' || r->candidate[len - 1] == ' ');

		if (goes_on && p->kind == PALETTE_HELP) {
			choice->end = PALETTE_ASK;
			choice->text = x_asprintf("%s %s", r->command->name, r->candidate);
		} else if (goes_on) {
			set_field(p, r->command->name, r->candidate);
		} else {
			run_choice(p, choice, r->command, r->set, r->candidate);
		}
	} else if (!command_needs_arg(r->command)) {
		run_choice(p, choice, r->command, r->set, "");
	} else if (p->kind == PALETTE_COMMAND) {
		set_field(p, r->command->name, "");
	} else {
		choice->end = PALETTE_ASK;
		choice->text = x_asprintf("%s ", r->command->name);
	}
}

/* Whether an argument is a word to find something by; with a / or a = it is written out and meant as it is. */
static bool is_search(const char *arg)
{
	return strpbrk(arg, "/=") == NULL;
}

static void complete(struct palette *p)
{
	const struct palette_row *r = selected_row(p);

	if (r != NULL && p->kind == PALETTE_COMMAND) {
		const char *name = r->command != NULL ? r->command->name : r->candidate;

		set_field(p, name, r->command == NULL ? NULL : r->candidate != NULL ? r->candidate : r->command->args != NULL ? "" : NULL);
	}
}

static void enter(struct palette *p, struct palette_choice *choice)
{
	const struct palette_row *r = selected_row(p);
	const char *arg;
	size_t set;

	if (p->kind == PALETTE_HELP || (r != NULL && p->has_moved)) {
		if (r != NULL) {
			choose_row(p, r, choice);
		}
		return;
	}
	const char *line = typed_text(p);
	if (line[0] == '\0') {
		choice->end = PALETTE_CLOSED;
		return;
	}
	const struct command *cmd = command_parse(p->rows.sets, p->rows.n_sets, line, &arg, &set);
	bool is_candidate = cmd != NULL && arg[0] != '\0' && r != NULL && r->candidate != NULL && r->command != NULL;
	bool is_found_name = cmd == NULL && r != NULL && r->fit <= FIT_NAME;

	if (is_found_name || (is_candidate && (r->fit == FIT_START || (r->fit == FIT_NAME && is_search(arg))))) {
		choose_row(p, r, choice);
	} else if (cmd == NULL && r != NULL && r->fit == FIT_LINE) {
		complete(p); /* a whole line out of a few letters is seen before it is run */
	} else {
		run_line(p, choice, line);
	}
}

/* Up at the top goes back through the earlier lines, Down comes forward again. False when it is the list's. */
static bool recall(struct palette *p, const struct input *in)
{
	bool is_up = in->type == INPUT_KEY && (in->key == K_UP || in->key == ('p' | K_CTRL));
	bool is_down = in->type == INPUT_KEY && (in->key == K_DOWN || in->key == ('n' | K_CTRL));
	size_t to = is_up ? p->recalled + 1 : p->recalled - 1;

	if (p->kind != PALETTE_COMMAND || p->has_moved || (!is_up && !is_down) || (is_down && p->recalled == 0) || to > p->rows.earlier->n) {
		return false;
	}
	if (p->recalled == 0) {
		free(p->draft);
		p->draft = x_strdup(editor_text(p->field, NULL));
	}
	p->recalled = to;
	set_field(p, to > 0 ? p->rows.earlier->lines[p->rows.earlier->n - to] : p->draft, NULL);
	return true;
}

static unsigned move(struct palette *p, const struct input *in)
{
	int before = p->list.selected;
	unsigned bits = list_input(&p->list, in);

	if (bits != 0) {
		skip_heading(p, p->list.selected - before);
		p->has_moved = p->list.selected > 0; /* back at the top it is as before: Up recalls */
	}
	return bits;
}

static bool is_move(const struct input *in)
{
	static const uint32_t moves[] = {K_UP, K_DOWN, K_PAGE_UP, K_PAGE_DOWN, 'n' | K_CTRL, 'p' | K_CTRL};

	if (in->type == INPUT_MOUSE) {
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(moves); i++) {
		if (in->type == INPUT_KEY && in->key == moves[i]) {
			return true;
		}
	}
	return false;
}

static void click(struct palette *p, const struct input *in)
{
	int y = in->y - p->box.y - 2;

	if (in->mouse == MOUSE_PRESS && list_click(&p->list, y)) {
		skip_heading(p, 1);
		p->has_moved = true;
	}
}

static unsigned type(struct palette *p, const struct input *in, struct palette_choice *choice)
{
	if (in->type == INPUT_KEY && (in->key == K_BACKSPACE && editor_is_empty(p->field))) {
		choice->end = PALETTE_CLOSED;
	}
	editor_input(p->field, in);
	choice->typed = p->field;
	if (editor_version(p->field) != p->version) {
		p->recalled = 0;
		make_rows(p);
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

unsigned palette_input(struct palette *p, const struct input *in, struct palette_choice *choice)
{
	*choice = (struct palette_choice){.end = PALETTE_OPEN};
	if (is_move(in)) {
		if (!recall(p, in) && move(p, in) == 0) {
			click(p, in);
		}
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	if (in->type == INPUT_KEY && (in->key == K_ESC || in->key == ('c' | K_CTRL) || in->key == ('g' | K_CTRL))) {
		choice->end = PALETTE_CLOSED;
	} else if (in->type == INPUT_KEY && in->key == K_ENTER) {
		enter(p, choice);
	} else if (in->type == INPUT_KEY && in->key == K_TAB) {
		complete(p);
	} else {
		return type(p, in, choice);
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

void palette_layout(struct palette *p, int w, int h, bool is_whole)
{
	int share = w * 3 / 4 < BOX_LEAST ? BOX_LEAST : w * 3 / 4 > BOX_MOST ? BOX_MOST : w * 3 / 4;
	int box_w = share < w - 4 ? share : w - 4;
	int rows = p->kind == PALETTE_HELP ? h - 9 : h / 3 + 1 < ROWS_LEAST ? ROWS_LEAST : h / 3 + 1;
	/* Two rows of frame, the field, and in help a row that says what keys do. */
	int others = p->kind == PALETTE_HELP ? 4 : 3;

	if (rows > h - 9) {
		rows = h - 9;
	}
	int y = (h - rows - others) / 2;
	if (p->kind == PALETTE_COMMAND && rows > ROWS_LEAST) { /* from the same row down, as far as it is needed */
		rows = (int)p->rows.n < ROWS_LEAST ? ROWS_LEAST : (int)p->rows.n < rows ? (int)p->rows.n : rows;
	}
	p->box = (struct rect){(w - box_w) / 2, y, box_w, rows + others};
	if (is_whole) {
		p->box = (struct rect){0, 1, w, h - 3};
		rows = h - 3 - others;
	}
	list_layout(&p->list, rows);
	editor_layout(p->field, (struct rect){p->box.x + 3, p->box.y + 1, p->box.w - 5, 1});
}

static void draw_row(struct cells *c, const struct palette_row *r, struct rect at, bool is_selected)
{
	int keys_x = at.x + at.w - 1;
	struct buf keys = {0};

	if (r->heading != NULL) {
		cells_fit(c, at.x + 1, at.y, at.w - 2, ST_TITLE, r->heading);
		return;
	}
	if (is_selected) {
		cells_put(c, at.x, at.y, ST_BOX, "▌");
	}
	if (r->candidate != NULL) {
		char text[600];
		int x = at.x + 2;

		if (r->command == NULL) {
			keys_x = cells_right(c, at.x + at.w - 1, at.y, ST_DIM, "earlier");
		}
		snprintf(text, sizeof(text), "%s%s%s", r->is_line ? r->command->name : "", r->is_line ? " " : "", r->candidate);
		x += cells_fit(c, x, at.y, keys_x - 1 - x, ST_TEXT, text) + 1;
		x = x < at.x + 2 + NAME_W + 1 ? at.x + 2 + NAME_W + 1 : x;
		cells_fit(c, x, at.y, keys_x - 1 - x, ST_DIM, r->note != NULL ? r->note : "");
	} else {
		char name[128];

		command_key_labels(r->command, &keys);
		keys_x = cells_right(c, at.x + at.w - 1, at.y, ST_KEY, buf_str(&keys));
		snprintf(name, sizeof(name), "%s%s%s", r->command->name, r->command->args != NULL ? " " : "",
			 r->command->args != NULL ? r->command->args : "");
		cells_fit(c, at.x + 2, at.y, NAME_W, ST_TEXT, name);
		int help_x = at.x + 2 + NAME_W + 1;
		cells_fit(c, help_x, at.y, keys_x - 1 - help_x, ST_DIM, r->command->help != NULL ? r->command->help : "");
		buf_free(&keys);
	}
	if (is_selected) {
		cells_restyle(c, (struct rect){at.x + 1, at.y, at.w - 1, 1}, ST_SEL);
	}
}

void palette_draw(const struct palette *p, struct cells *c)
{
	struct rect in = {p->box.x + 1, p->box.y + 1, p->box.w - 2, p->box.h - 2};
	char title[128];

	if (p->kind == PALETTE_HELP) {
		snprintf(title, sizeof(title), "Help · %s", p->title);
	}
	cells_box(c, p->box, p->kind == PALETTE_HELP ? title : NULL);
	cells_put(c, in.x + 1, in.y, ST_KEY, p->kind == PALETTE_HELP ? "/" : ":");
	editor_draw(p->field, c, (struct rect){in.x + 2, in.y, in.w - 3, 1}, true);
	for (int i = 0; i < p->list.rows && p->list.top + i < p->list.n; i++) {
		int k = p->list.top + i;

		draw_row(c, &p->rows.at[k], (struct rect){in.x, in.y + 1 + i, in.w, 1}, k == p->list.selected);
		if (k == p->list.selected && p->has_moved) {
			cells_cursor(c, in.x, in.y + 1 + i, false);
		}
	}
	if (p->list.n > p->list.rows) {
		char more[32];

		(void)snprintf(more, sizeof(more), " %s ", format_more(p->list.top > 0, p->list.top + p->list.rows < p->list.n));
		cells_right(c, in.x + in.w - 1, p->box.y + p->box.h - 1, ST_DIM, more);
	}
	if (p->rows.n == 0) {
		cells_fit(c, in.x + 2, in.y + 1, in.w - 3, ST_DIM, p->kind == PALETTE_HELP ? "Nothing matches; Esc closes" : "Enter runs the line");
	}
	if (p->kind == PALETTE_HELP) {
		cells_fit(c, in.x + 1, in.y + in.h - 1, in.w - 2, ST_DIM, "Enter runs the line · arrows move · Esc closes");
	}
}
