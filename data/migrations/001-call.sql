-- Calls, their bodies, the runs they belong to, and the names that repeat in them.

PRAGMA application_id = 1936682596; -- "sond"

-- Names as small integers; kind is enum dim_kind of src/store/dim.h. Rows are never changed or deleted, so an id may be cached for ever.
CREATE TABLE dim (
	id INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL,
	name TEXT NOT NULL,
	UNIQUE (kind, name)
);

-- One row a call, in the order of time; (ts_us, key) is its identity. NULL means unknown.
-- provider, model_req, model_resp, operation, price_version, finish_reason, session, user, prompt_name and prompt_version are ids of dim;
-- not declared as foreign keys, because ten look-ups a row would halve the speed of an import and dim never loses a row.
-- trace_id, span_id, parent_id: the bytes as BLOB when they came as lower-case hex digits, else the text as it came.
-- error_class and cost_source are the enums of src/store/record.h.
CREATE TABLE call (
	ts_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	provider INTEGER,
	model_req INTEGER,
	model_resp INTEGER,
	operation INTEGER,
	error_class INTEGER NOT NULL,
	finish_reason INTEGER,
	error_text TEXT,
	http_status INTEGER NOT NULL,
	in_tok INTEGER,
	cache_read_tok INTEGER,
	cache_write_tok INTEGER,
	cache_write_1h_tok INTEGER,
	out_tok INTEGER,
	reason_tok INTEGER,
	audio_in INTEGER,
	audio_out INTEGER,
	image_in INTEGER,
	n_images INTEGER,
	seconds INTEGER,
	n_queries INTEGER,
	cost_nano INTEGER,
	cost_source INTEGER NOT NULL,
	cost_is_estimated INTEGER NOT NULL,
	price_version INTEGER,
	latency_us INTEGER,
	ttft_us INTEGER,
	gen_us INTEGER,
	attempts INTEGER NOT NULL,
	is_streamed INTEGER NOT NULL,
	is_simulated INTEGER NOT NULL,
	run_us INTEGER,
	run_column INTEGER NOT NULL,
	request_id TEXT,
	trace_id,
	span_id,
	parent_id,
	session INTEGER,
	user INTEGER,
	prompt_name INTEGER,
	prompt_version INTEGER,
	tags TEXT,
	PRIMARY KEY (ts_us, key)
) WITHOUT ROWID;

CREATE INDEX call_run ON call (run_us) WHERE run_us IS NOT NULL;
-- Whoever shows figures of a span must say when simulated calls are among them.
CREATE INDEX call_simulated ON call (ts_us) WHERE is_simulated = 1;

-- Bodies byte for byte, apart from the rows so that scans of call do not read them.
CREATE TABLE body (
	ts_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	request BLOB,
	response BLOB,
	answer BLOB,
	UNIQUE (ts_us, key)
);

-- One send to several targets; params is a JSON object, targets a JSON list of names.
CREATE TABLE run (
	ts_us INTEGER PRIMARY KEY,
	system TEXT,
	user TEXT,
	params TEXT,
	targets TEXT,
	is_simulated INTEGER NOT NULL
);
