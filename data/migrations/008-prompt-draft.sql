-- Unsaved texts of prompts (src/prompt/draft.h): one row a prompt and console that edits it; base: the version it began from, 0: none.
CREATE TABLE prompt_draft (
	prompt TEXT NOT NULL,
	console TEXT NOT NULL,
	base INTEGER NOT NULL,
	ts_us INTEGER NOT NULL,
	who TEXT NOT NULL,
	script BLOB NOT NULL,
	PRIMARY KEY (prompt, console)
);
