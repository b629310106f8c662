#include "sim/compose.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/label.h"
#include "sim/models.h"
#include "sim/object.h"
#include "sim/piece.h"
#include "sim/value.h"
#include "sim/voice.h"

/* What is looked at of a message, its start and its end: bounds the work on the loop. */
#define HEAD_MOST ((size_t)24 * 1024)
#define TAIL_MOST ((size_t)8 * 1024)
#define CACHE_FROM_TOK 1024 /* shorter prompts are not cached, as at the real providers */
#define CACHE_STEP_TOK 128
#define SOURCES_MOST 6
#define CLOSER_ENOUGH 1 /* the closer that fits an answer from a text */

struct draft {
	struct matter matter;
	struct passages passages;
	struct temper temper;
	const struct voice *voice;
	const char *last_user;
	char *topic, *other; /* words of the question, words of the rest */
	struct buf out;
};

static struct span of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static uint64_t draw(const struct draft *d, uint64_t salt)
{
	return hash_mix(d->matter.hash + salt * 0x9e3779b97f4a7c15ULL);
}

static void phrase(struct draft *d, const char *const list[PHRASES], uint64_t salt)
{
	voice_fill(list[draw(d, salt) % PHRASES], d->topic, d->other, &d->out);
}

/* What is to be judged or worked on: from the first to the last sentence of the last user message that is not an instruction. */
static struct span find_subject(const struct passages *p, const char *last_user)
{
	const struct passage *first = NULL, *last = NULL;

	for (size_t i = 0; i < p->n; i++) {
		if (p->items[i].message == p->last_user && !p->items[i].is_order) {
			first = first != NULL ? first : &p->items[i];
			last = &p->items[i];
		}
	}
	if (first == NULL) {
		return of(last_user);
	}
	return (struct span){ first->text.s, (size_t)(last->text.s + last->text.len - first->text.s) };
}

/* The run of telling words of the question that the rest of the prompt speaks of most; the longest one where it speaks of none. */
static char *find_topic(const struct passages *p)
{
	struct span raw, run = { "", 0 }, best = { "", 0 }, question = p->question;
	char term[TERM_SIZE];
	size_t words = 0, weight = 0, best_weight = 0;

	for (size_t at = 0; term_next(question.s, question.len, &at, term, &raw);) {
		bool is_next = run.len > 0 && raw.s - (run.s + run.len) <= 1 && words < 3;
		size_t with = passages_with(p, term);

		if (term_is_common(term)) {
			run.len = 0;
			continue;
		}
		/* A number is part of a topic, never the whole of it. */
		with = with >= 2 && !(raw.s[0] >= '0' && raw.s[0] <= '9') ? 100 * with : 0;
		if (is_next && (with > 0) == (weight > 0)) {
			run.len = (size_t)(raw.s + raw.len - run.s);
			words++;
			weight += with;
		} else {
			run = raw;
			words = 1;
			weight = with;
		}
		if (weight + run.len > best_weight) {
			best = run;
			best_weight = weight + run.len;
		}
	}
	return best.len > 0 ? x_strndup(best.s, best.len) : x_strdup("this");
}

/* A telling word that is not part of the topic. */
static char *find_other(const struct draft *d)
{
	struct span raw, best = { "", 0 };
	char term[TERM_SIZE];
	struct span question = d->passages.question;

	for (size_t at = 0; term_next(question.s, question.len, &at, term, &raw);) {
		if (!term_is_common(term) && memmem(d->topic, strlen(d->topic), raw.s, raw.len) == NULL && raw.len > best.len) {
			best = raw;
		}
	}
	for (size_t i = 0; best.len == 0 && i < 8; i++) {
		struct span word = value_word(&d->matter, i);

		if (word.len > 0 && memmem(d->topic, strlen(d->topic), word.s, word.len) == NULL) {
			best = word;
		}
	}
	return best.len > 0 ? x_strndup(best.s, best.len) : x_strdup("the facts");
}

static bool wants_any(const struct draft *d, const char *const *words)
{
	for (; *words != NULL; words++) {
		for (size_t i = 0; i < d->matter.ask->n_messages; i++) {
			const struct ask_message *m = &d->matter.ask->messages[i];

			/* Pleas stand at the start or end of long prompts; the middle is text. */
			struct span all = of(m->text);
			if (m->role != ASK_ASSISTANT && (all.len < 4000 || i == d->passages.last_user) && span_find(all, *words) != NULL) {
				return true;
			}
		}
	}
	return false;
}

static bool say_json(struct draft *d)
{
	const struct ask *a = d->matter.ask;
	json_t *o = a->schema != NULL ? object_from_schema(&d->matter, a->schema) : object_from_plea(&d->matter);

	if (o == NULL) {
		return false;
	}
	size_t flags = d->temper.verbosity <= 1 ? JSON_COMPACT : d->temper.verbosity <= 2 ? 0 : JSON_INDENT(2);
	char *text = json_dumps(o, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(4));
	(void)buf_add_str(&d->out, text != NULL ? text : "{}");
	free(text);
	json_decref(o);
	return true;
}

/* The message to judge without the list of labels, when that stands in the same message. */
static char *without(const char *text, struct span part)
{
	struct buf rest = { 0 };
	size_t len = strlen(text);

	if (part.s < text || part.s > text + len) {
		return x_strdup(text);
	}
	(void)buf_add(&rest, text, (size_t)(part.s - text));
	(void)buf_add(&rest, part.s + part.len, len - (size_t)(part.s - text) - part.len);
	return buf_take(&rest);
}

static bool say_label(struct draft *d)
{
	const struct ask *a = d->matter.ask;

	for (size_t i = a->n_messages; i-- > 0;) {
		struct labels l;

		if (a->messages[i].role == ASK_ASSISTANT || !labels_find(of(a->messages[i].text), &l)) {
			continue;
		}
		char *subject = without(d->last_user, l.where);
		struct span label = l.items[labels_pick(&l, of(subject), of(d->last_user), d->matter.hash)];
		(void)buf_add(&d->out, label.s, label.len);
		free(subject);
		return true;
	}
	return false;
}

static bool say_hello(struct draft *d)
{
	struct span q = d->passages.question;

	if (d->passages.last_user >= d->matter.ask->n_messages || !voice_is_greeting(q)) {
		return false;
	}
	phrase(d, d->voice->hello, 1);
	if (d->temper.verbosity >= 3 && strcmp(d->voice->lang, "en") == 0) {
		(void)buf_addf(&d->out, " I am %s, simulated.", d->matter.ask->model);
	}
	return true;
}

/* "Rewrite the prompt between <prompt> and </prompt> ...": the prompt without words of courtesy. */
static bool say_rewrite(struct draft *d)
{
	static const char open[] = "<prompt>\n", close[] = "\n</prompt>";
	static const char *const courtesies[] = { "Please ", "please ", "kindly ", "really ", "very ", "simply ", "just " };
	const char *from = strstr(d->last_user, open), *to = from != NULL ? strstr(from, close) : NULL;

	if (to == NULL || d->matter.ask->n_messages == 0 || span_find(of(d->matter.ask->messages[0].text), "rewrite the prompt") == NULL) {
		return false;
	}
	(void)buf_add_str(&d->out, open);
	for (const char *s = from + sizeof(open) - 1; s < to;) {
		size_t skipped = 0;

		for (size_t i = 0; i < COUNT_OF(courtesies) && skipped == 0; i++) {
			skipped = (s[-1] == ' ' || s[-1] == '\n') && strncmp(s, courtesies[i], strlen(courtesies[i])) == 0 ? strlen(courtesies[i]) : 0;
		}
		if (skipped == 0) {
			(void)buf_add_char(&d->out, *s);
		}
		s += skipped > 0 ? skipped : 1;
	}
	(void)buf_add_str(&d->out, close);
	return true;
}

/* "Say OK", "Repeat after me: ...": connection checks of all kinds. */
static bool say_echo(struct draft *d)
{
	static const char *const cues[] = { "repeat after me:", "repeat exactly:", "repeat:", "say exactly:", "say exactly", "say just",
		"say the word", "say only", "say", "echo:", "echo", "reply with the word", "reply with exactly", "reply with only",
		"reply with just", "reply with:", "reply only with", "respond with the word", "respond with exactly", "respond with only",
		"answer with the word", "answer with exactly" };
	struct span q = d->passages.question;

	for (size_t i = 0; q.len < 200 && i < COUNT_OF(cues); i++) {
		size_t n = strlen(cues[i]);

		if (q.len < n + 2 || span_find((struct span){ q.s, n }, cues[i]) != q.s || (q.s[n] != ' ' && q.s[n] != '\n')) {
			continue;
		}
		struct span rest = { q.s + n, q.len - n };
		while (rest.len > 0 && strchr(" \n\"'`:", rest.s[0]) != NULL) {
			rest.s++;
			rest.len--;
		}
		while (rest.len > 0 && strchr(" \n\"'`.", rest.s[rest.len - 1]) != NULL) {
			rest.len--;
		}
		/* A longer order ("say something about ...") is no echo. */
		if (rest.len > 0 && rest.len <= 80 && span_find(rest, "something") == NULL && span_find(rest, "about") == NULL) {
			(void)buf_add(&d->out, rest.s, rest.len);
			return true;
		}
	}
	return false;
}

static void add_sentence(struct draft *d, const struct passage *p, bool cites)
{
	struct buf one = { 0 };

	span_squeeze(p->text, &one);
	if (one.len == 0) {
		return;
	}
	bool is_open = ((one.s[one.len - 1] | 0x20) >= 'a' && (one.s[one.len - 1] | 0x20) <= 'z') ||
		       (one.s[one.len - 1] >= '0' && one.s[one.len - 1] <= '9');
	if (cites && p->mark > 0) {
		size_t end = one.s[one.len - 1] == '.' ? one.len - 1 : one.len;

		(void)buf_add(&d->out, one.s, end);
		(void)buf_addf(&d->out, " [%d].", p->mark);
	} else {
		(void)buf_add(&d->out, one.s, one.len);
		(void)buf_add_str(&d->out, is_open ? "." : "");
	}
	buf_free(&one);
}

/* The sentences with the highest scores, in the order of the prompt. */
static size_t choose_sources(const struct draft *d, size_t most, const struct passage *chosen[SOURCES_MOST])
{
	const struct passages *p = &d->passages;
	size_t n = 0;
	double best = 0;

	for (; n < most; n++) {
		const struct passage *top = NULL;

		for (size_t i = 0; i < p->n; i++) {
			const struct passage *one = &p->items[i];
			bool is_taken = passage_meets(one, p->question) || one->score <= 0 || one->is_order;

			for (size_t k = 0; k < n; k++) {
				is_taken = is_taken || chosen[k] == one;
			}
			if (!is_taken && memchr(one->text.s, '?', one->text.len) == NULL && (top == NULL || one->score > top->score)) {
				top = one;
			}
		}
		best = n == 0 && top != NULL ? top->score : best;
		if (top == NULL || top->score < best * 0.3) {
			break;
		}
		chosen[n] = top;
	}
	for (size_t i = 1; i < n; i++) {
		for (size_t k = i; k > 0 && chosen[k] < chosen[k - 1]; k--) {
			const struct passage *swap = chosen[k];

			chosen[k] = chosen[k - 1];
			chosen[k - 1] = swap;
		}
	}
	return n;
}

/* Sentences that are neither question nor instruction: is there a text to answer from? */
static size_t count_context(const struct passages *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		n += !p->items[i].is_order && !passage_meets(&p->items[i], p->question);
	}
	return n;
}

/* Models see the same text with other eyes: near ties go different ways. */
static void season(struct draft *d)
{
	for (size_t i = 0; i < d->passages.n; i++) {
		d->passages.items[i].score *= 0.8 + 0.4 * (double)(draw(d, 100 + i) % 1000) / 1000;
	}
}

static bool say_sources(struct draft *d)
{
	static const char *const cite_words[] = { "cite", "citation", NULL };
	static const char *const list_words[] = { "bullet", "list ", "key points", NULL };
	static const char *const short_words[] = { "one sentence", "single sentence", "briefly", "in a sentence", "one line", NULL };
	static const char *const summary_words[] = { "summar", "tl;dr", "key points", "main points", "in brief", "zusammen", "résum",
		"resum", NULL };
	const struct passage *chosen[SOURCES_MOST];
	bool is_list = wants_any(d, list_words), is_short = wants_any(d, short_words), cites = wants_any(d, cite_words);
	/* A long text is worth a longer answer. */
	size_t most = is_short ? 1 : (size_t)d->temper.verbosity + (is_list ? 1 : 0) + count_context(&d->passages) / 6;

	if (count_context(&d->passages) == 0) {
		return false;
	}
	if (wants_any(d, summary_words)) {
		passages_score_central(&d->passages);
	} else {
		passages_score(&d->passages, d->passages.question);
	}
	season(d);
	size_t n = choose_sources(d, most < SOURCES_MOST ? most : SOURCES_MOST, chosen);
	if (n == 0) {
		if (count_context(&d->passages) < 2) {
			return false;
		}
		phrase(d, d->voice->absent, 2);
		return true;
	}
	if (is_list && n > 1) {
		for (size_t i = 0; i < n; i++) {
			(void)buf_add_str(&d->out, i > 0 ? "\n- " : "- ");
			add_sentence(d, chosen[i], cites);
		}
		return true;
	}
	phrase(d, d->voice->lead, 3);
	for (size_t i = 0; i < n; i++) {
		(void)buf_add_str(&d->out, i == 0 ? "" : d->temper.verbosity >= 4 && i == 2 ? "\n\n" : " ");
		add_sentence(d, chosen[i], cites);
	}
	if (d->temper.verbosity >= 4 && !is_short) {
		(void)buf_add_str(&d->out, "\n\n");
		voice_fill(d->voice->closer[CLOSER_ENOUGH], d->topic, d->other, &d->out);
	}
	return true;
}

/* Nothing to go by but the words of the question. */
static bool say_outline(struct draft *d)
{
	const struct voice *v = d->voice;

	phrase(d, v->opener, 5);
	for (int i = 1; i < d->temper.verbosity; i++) {
		(void)buf_add_char(&d->out, ' ');
		/* Neighbours of one draw, so that no phrase comes twice. */
		voice_fill(v->middle[(draw(d, 6) + (uint64_t)i) % PHRASES], d->topic, d->other, &d->out);
	}
	if (d->temper.verbosity >= 3) {
		(void)buf_add_str(&d->out, "\n\n");
		phrase(d, v->closer, 7);
	}
	return true;
}

/* The first shape that fits the request says the answer; the last one always does. */
static bool (*const shapes[])(struct draft *d) = { say_rewrite, say_json, say_hello, say_label, say_echo, say_sources, say_outline };

/* A sentence in English starts with a capital letter. */
static void capitalise(struct buf *b)
{
	if (b->len > 0 && b->s[0] >= 'a' && b->s[0] <= 'z') {
		b->s[0] = (char)(b->s[0] - 32);
	}
}

static void draft_write(struct draft *d)
{
	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		if (shapes[i](d)) {
			if (shapes[i] == say_outline || shapes[i] == say_sources) {
				capitalise(&d->out);
			}
			return;
		}
	}
}

static char *write_reasoning(const struct draft *d)
{
	struct buf out = { 0 };
	struct span word = value_word(&d->matter, 0);

	(void)buf_addf(&out, "The question is about %s. ", d->topic);
	if (word.len > 0) {
		(void)buf_add_str(&out, "The prompt speaks of ");
		(void)buf_add(&out, word.s, word.len);
		(void)buf_add_str(&out, ". ");
	}
	(void)buf_addf(&out, "I will keep to what it says and answer with %s.", d->other);
	return buf_take(&out);
}

static void cut_at_stop(const struct ask *a, struct said *s)
{
	const char *first = NULL;

	for (size_t i = 0; i < a->n_stop; i++) {
		const char *at = strstr(s->text, a->stop[i]);

		if (at != NULL && (first == NULL || at < first)) {
			first = at;
			s->sequence = a->stop[i];
		}
	}
	if (first != NULL) {
		s->len = (size_t)(first - s->text);
		s->text[s->len] = '\0';
		s->stop = SAID_SEQUENCE;
	}
}

static void count_prompt(const struct ask *a, struct said *s)
{
	int64_t stable = 0;
	bool is_start = true;

	s->in_tok = 3;
	for (size_t i = 0; i < a->n_messages; i++) {
		int64_t n = 4 + piece_count(a->messages[i].text, strlen(a->messages[i].text));

		is_start = is_start && a->messages[i].role == ASK_SYSTEM;
		stable += is_start ? n : 0;
		s->in_tok += n;
	}
	if (stable < CACHE_FROM_TOK) {
		return;
	}
	/* The system prompt is the part that stays the same; one request in eight is taken as the one that fills the cache. */
	stable -= stable % CACHE_STEP_TOK;
	if (s->hash % 8 == 0) {
		s->cache_write_tok = stable;
	} else {
		s->cache_read_tok = stable;
	}
}

/* Hidden reasoning counts against the limit, but at most half of it, so that something is left to see. */
static void count_answer(const struct ask *a, const struct temper *t, struct said *s)
{
	int64_t shown = piece_count(s->text, s->len), left;

	if (s->reasoning[0] != '\0') {
		s->reason_tok = piece_count(s->reasoning, strlen(s->reasoning));
	} else if (t->reasoning > 0) {
		s->reason_tok = t->reasoning / 2 + (int64_t)(hash_mix(s->hash) % (uint64_t)t->reasoning);
	}
	if (is_known(a->max_tokens)) {
		s->reason_tok = s->reason_tok > a->max_tokens / 2 ? a->max_tokens / 2 : s->reason_tok;
		left = a->max_tokens - s->reason_tok;
		if (shown > left) {
			s->len = piece_prefix(s->text, s->len, left);
			s->text[s->len] = '\0';
			s->stop = SAID_LENGTH;
			s->sequence = NULL;
			shown = left;
		}
	}
	s->out_tok = s->reason_tok + shown;
	if (s->reasoning[0] != '\0') {
		s->reasoning[piece_prefix(s->reasoning, strlen(s->reasoning), s->reason_tok)] = '\0';
	}
}

static bool is_inside_character(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* Start and end of a text. */
static char *shorten(const char *text)
{
	size_t len = strlen(text), head = HEAD_MOST, tail;

	if (len <= HEAD_MOST + TAIL_MOST) {
		return x_strdup(text);
	}
	tail = len - TAIL_MOST;
	while (is_inside_character(text[head])) {
		head--;
	}
	while (is_inside_character(text[tail])) {
		tail++;
	}
	return x_asprintf("%.*s\n%s", (int)head, text, text + tail);
}

/* The parts of the ask that the wording is made from, owned by the copy. */
static struct ask look_at(const struct ask *a)
{
	struct ask view;

	ask_init(&view);
	view.model = x_strdup(a->model);
	view.schema = json_incref(a->schema);
	view.wants_json = a->wants_json;
	for (size_t i = 0; i < a->n_messages; i++) {
		struct ask_message *m = array_push(view.messages, view.n_messages, view.cap_messages);

		m->role = a->messages[i].role;
		m->text = shorten(a->messages[i].text);
	}
	return view;
}

void compose(const struct ask *a, uint64_t sim_seed, struct said *out)
{
	struct ask view = look_at(a);
	struct draft d = { .matter = { .ask = &view, .hash = ask_hash(a, sim_seed) }, .last_user = "" };

	*out = (struct said){ .hash = d.matter.hash };
	temper_find(a->model, &d.temper);
	passages_init(&d.passages, &view);
	d.matter.passages = &d.passages;
	if (a->n_messages > 0) {
		d.last_user = view.messages[d.passages.last_user].text;
	}
	d.matter.subject = find_subject(&d.passages, d.last_user);
	d.voice = voice_find(d.passages.question);
	d.topic = find_topic(&d.passages);
	d.other = find_other(&d);
	if (a->n_messages > 0) { /* else there is nothing to answer: the model is only loaded */
		draft_write(&d);
	}
	out->reasoning = a->wants_reasoning && d.temper.reasoning > 0 && a->n_messages > 0 ? write_reasoning(&d) : x_strdup("");
	out->len = d.out.len;
	out->text = buf_take(&d.out);
	cut_at_stop(a, out);
	count_prompt(a, out);
	count_answer(a, &d.temper, out);
	free(d.topic);
	free(d.other);
	passages_free(&d.passages);
	ask_free(&view);
}

void said_free(struct said *s)
{
	free(s->text);
	free(s->reasoning);
	*s = (struct said){ 0 };
}

void said_replace(struct said *s, const char *text, size_t len)
{
	free(s->text);
	s->text = x_malloc(len + 1);
	memcpy(s->text, text, len);
	s->text[len] = '\0';
	s->len = len;
	s->stop = SAID_STOP;
	s->sequence = NULL;
	s->out_tok = s->reason_tok + piece_count(text, len);
}
