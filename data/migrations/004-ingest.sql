-- How far each followed log was read (src/metrics/follow.h), written in the transaction of the rows that were read up to there.
-- offset: bytes up to the end of the last line taken; line: its number; hash: of at most 1 KiB before the offset, which tells whether the
-- file still is the one that was read; at_us: when the file was last written to, as far as it was read. A file in gzip is taken as a whole:
-- its position is the end of its packed bytes, written when all is stored. Of each path the last few files are kept: a rotated one may not be finished.
CREATE TABLE ingest_pos (
	path TEXT NOT NULL,
	device INTEGER NOT NULL,
	inode INTEGER NOT NULL,
	offset INTEGER NOT NULL,
	line INTEGER NOT NULL,
	hash INTEGER NOT NULL,
	at_us INTEGER NOT NULL,
	PRIMARY KEY (path, device, inode)
) WITHOUT ROWID;
