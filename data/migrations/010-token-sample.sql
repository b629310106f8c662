-- What providers counted against what was estimated, from which src/token/calibration.h learns: the newest calls of each model (src/store/sample.h).
-- latin, signs, cjk, other: thousandths of a token by script, as estimated; tok: what the provider counted for the texts. No text is kept.
CREATE TABLE token_sample (
	id INTEGER PRIMARY KEY,
	provider TEXT NOT NULL,
	model TEXT NOT NULL,
	is_simulated INTEGER NOT NULL,
	latin INTEGER NOT NULL,
	signs INTEGER NOT NULL,
	cjk INTEGER NOT NULL,
	other INTEGER NOT NULL,
	tok INTEGER NOT NULL
);
CREATE INDEX token_sample_model ON token_sample (provider, model, is_simulated, id);
