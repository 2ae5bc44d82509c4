-- What happened. Rows are inserted and never changed; blocks chain them within a second.
CREATE TABLE audit_events (
    -- The order in which events are chained. AUTOINCREMENT: the number of a removed row is never given again.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    request_id BLOB NOT NULL,
    address TEXT,
    browser TEXT,
    organisation_id BLOB,
    account_id BLOB,
    application_id BLOB,
    kind TEXT NOT NULL,
    -- JSON, but kept as text: the MAC covers its bytes.
    event TEXT NOT NULL,
    mac BLOB NOT NULL,
    mac_key INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_events_account ON audit_events (account_id, number) WHERE account_id IS NOT NULL;

-- Signed statements about ranges of events, each with the hash of the one before.
CREATE TABLE audit_blocks (
    number INTEGER PRIMARY KEY,
    previous BLOB NOT NULL,
    after_event INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    gaps TEXT NOT NULL,
    late TEXT NOT NULL,
    events INTEGER NOT NULL,
    root BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    key_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

-- Numbers that no row had when their block was sealed: a row may still appear there.
CREATE TABLE audit_gaps (
    first_event INTEGER PRIMARY KEY,
    last_event INTEGER NOT NULL,
    noticed_at INTEGER NOT NULL
) STRICT;

-- How often a refusal was repeated in the minute that has not ended yet.
CREATE TABLE audit_repeats (
    minute INTEGER NOT NULL,
    subject BLOB NOT NULL,
    organisation_id BLOB,
    address TEXT,
    event TEXT NOT NULL,
    repeats INTEGER NOT NULL,
    PRIMARY KEY (minute, subject)
) STRICT;

-- The keys that sign blocks; the last one made signs.
CREATE TABLE audit_keys (
    id BLOB NOT NULL PRIMARY KEY,
    public_key BLOB NOT NULL,
    sealed_seed BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
