-- Which alerts are on (src/metrics/alert.h), so that a restart does not ring again and of several consoles one runs the command.
-- key: the text of the rule (src/gateway/alert_rule.h); since_us: when it last turned on or off.
CREATE TABLE alert (
	key TEXT PRIMARY KEY,
	is_on INTEGER NOT NULL,
	since_us INTEGER NOT NULL
) WITHOUT ROWID;
