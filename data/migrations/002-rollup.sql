-- Running sums per level, slot, provider, model and operation (src/store/rollup.h).
-- level: index of rollup_levels; slot: start / length of a slot, both in microseconds; dimensions: dim.id, 0 for none.
-- errors: "class:count class:count", classes as in enum error_class; *_hist: src/store/hist.h, NULL when empty.
CREATE TABLE rollup(
	level INTEGER NOT NULL,
	slot INTEGER NOT NULL,
	provider INTEGER NOT NULL,
	model INTEGER NOT NULL,
	operation INTEGER NOT NULL,
	n INTEGER NOT NULL,
	errors TEXT,
	in_tok INTEGER NOT NULL,
	out_tok INTEGER NOT NULL,
	cache_read_tok INTEGER NOT NULL,
	reason_tok INTEGER NOT NULL,
	cost_nano INTEGER NOT NULL,
	unpriced INTEGER NOT NULL,
	latency_n INTEGER NOT NULL,
	latency_us INTEGER NOT NULL,
	ttft_n INTEGER NOT NULL,
	ttft_us INTEGER NOT NULL,
	gen_us INTEGER NOT NULL,
	gen_tok INTEGER NOT NULL,
	latency_hist BLOB,
	ttft_hist BLOB,
	tpot_hist BLOB,
	PRIMARY KEY(level, slot, provider, model, operation)
) WITHOUT ROWID;

-- Slots of a level that start at or after from_us hold every row; earlier ones may be missing or incomplete. No row: all are complete.
CREATE TABLE rollup_floor(
	level INTEGER PRIMARY KEY,
	from_us INTEGER NOT NULL
);
