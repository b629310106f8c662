-- Answers kept under the hash of their request, and which calls were answered from them.

-- Such a call cost nothing, and its tokens were paid by an earlier one.
ALTER TABLE call ADD COLUMN is_cached INTEGER NOT NULL DEFAULT 0;

-- key: SHA-256 of what was asked and of whom (src/gateway/cache.c). response: the body byte for byte, stream framing included; it is read
-- again as if it came. finish, model, in_tok, out_tok say what is in it.
CREATE TABLE cache (
	key BLOB NOT NULL UNIQUE,
	made_us INTEGER NOT NULL,
	is_simulated INTEGER NOT NULL,
	content_type TEXT,
	model TEXT,
	finish TEXT,
	in_tok INTEGER,
	out_tok INTEGER,
	response BLOB NOT NULL
);
