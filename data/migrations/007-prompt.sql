-- Prompts, their versions, and the journal of their labels (src/prompt/registry.h).

CREATE TABLE prompt (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	created_us INTEGER NOT NULL
);

-- hash: SHA-256 of bundle, as hex digits; bundle: its canonical JSON; parent: another number of the same prompt, 0: none.
CREATE TABLE prompt_version (
	prompt INTEGER NOT NULL REFERENCES prompt,
	number INTEGER NOT NULL,
	hash TEXT NOT NULL,
	parent INTEGER NOT NULL,
	ts_us INTEGER NOT NULL,
	author TEXT NOT NULL,
	message TEXT NOT NULL,
	bundle BLOB NOT NULL,
	PRIMARY KEY (prompt, number),
	UNIQUE (prompt, hash)
);

-- Which prompts a version includes: the name and label as written ("" none), and the hash it stood for when the version was saved.
CREATE TABLE prompt_include (
	prompt INTEGER NOT NULL,
	number INTEGER NOT NULL,
	name TEXT NOT NULL,
	label TEXT NOT NULL,
	hash TEXT NOT NULL,
	PRIMARY KEY (prompt, number, name, label),
	FOREIGN KEY (prompt, number) REFERENCES prompt_version
) WITHOUT ROWID;
CREATE INDEX prompt_include_name ON prompt_include (name);

-- Each move of a label; the newest row of a label is where it points. previous: the label's row before, 0: none; a row has one successor, so of
-- two that move a label at once one fails. arms and ranges: a struct split as text, "" when the label is taken away.
-- restores: the row whose arms a rollback brought back, 0 for other moves.
CREATE TABLE prompt_move (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	prompt INTEGER NOT NULL REFERENCES prompt,
	label TEXT NOT NULL,
	previous INTEGER NOT NULL,
	restores INTEGER NOT NULL,
	arms TEXT NOT NULL,
	ranges TEXT NOT NULL,
	ts_us INTEGER NOT NULL,
	who TEXT NOT NULL,
	why TEXT NOT NULL,
	UNIQUE (prompt, label, previous)
);
CREATE INDEX prompt_move_label ON prompt_move (prompt, label, id);

-- Append-only, also for another program.
CREATE TRIGGER prompt_version_stays BEFORE UPDATE ON prompt_version BEGIN SELECT RAISE(ABORT, 'a version of a prompt never changes'); END;
CREATE TRIGGER prompt_version_is_kept BEFORE DELETE ON prompt_version BEGIN SELECT RAISE(ABORT, 'a version of a prompt is never deleted'); END;
CREATE TRIGGER prompt_move_stays BEFORE UPDATE ON prompt_move BEGIN SELECT RAISE(ABORT, 'a move of a label never changes'); END;
CREATE TRIGGER prompt_move_is_kept BEFORE DELETE ON prompt_move BEGIN SELECT RAISE(ABORT, 'a move of a label is never deleted'); END;
