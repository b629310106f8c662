-- What is to be known of the store itself, as whole numbers.
-- expired_us, expired_key: rows of call before this (ts_us, key) were removed for their age (src/store/expire.h); rollups of them stay.
CREATE TABLE meta (
	key TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX cache_made ON cache (made_us);
