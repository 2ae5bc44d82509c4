-- Accounts that somebody else had: their cases, what holds them, which factors are quarantined, and requests to lift a pin.
CREATE TABLE compromise_cases (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    -- What people call it.
    number          INTEGER NOT NULL UNIQUE,
    opened_at       INTEGER NOT NULL,
    -- Null for an operator at the command line.
    opened_by       BLOB,
    suspected_since INTEGER NOT NULL,
    -- Which points are done, by whom and when.
    check_list      TEXT    NOT NULL,
    -- `open` or `restored`.
    standing        TEXT    NOT NULL,
    closed_at       INTEGER,
    closed_by       BLOB,
    version         INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX compromise_cases_open ON compromise_cases (account_id) WHERE standing = 'open';
CREATE INDEX compromise_cases_account ON compromise_cases (account_id, number);

-- The last number that a case got, in one row.
CREATE TABLE case_numbers (
    id   INTEGER PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

-- Everything that was done in a case. A form that is sent twice names the same deed twice.
CREATE TABLE case_deeds (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    case_id         BLOB    NOT NULL,
    at              INTEGER NOT NULL,
    by_account      BLOB,
    deed            TEXT    NOT NULL,
    reason          TEXT
) STRICT;

CREATE INDEX case_deeds_case ON case_deeds (case_id, at, id);

-- What holds an account; no row where nothing does.
CREATE TABLE account_holds (
    account_id      BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    -- `compromised` or `pinned`.
    hold            TEXT    NOT NULL,
    since           INTEGER NOT NULL,
    case_id         BLOB    NOT NULL
) STRICT;

-- Factors that somebody else may have enrolled. One without a verdict proves nothing.
CREATE TABLE quarantined_credentials (
    case_id         BLOB    NOT NULL,
    credential_id   BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    quarantined_at  INTEGER NOT NULL,
    -- `kept` or `removed`.
    verdict         TEXT,
    decided_at      INTEGER,
    decided_by      BLOB,
    PRIMARY KEY (case_id, credential_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX quarantined_credentials_open ON quarantined_credentials (account_id) WHERE verdict IS NULL;

-- Requests to lift the pin of an account, which somebody else has to confirm: at most one for each account.
CREATE TABLE pin_lifts (
    account_id      BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    asked_by        BLOB    NOT NULL,
    asked_at        INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
) STRICT;

-- When a credential last moved to another phone: whoever has that phone has it since then.
ALTER TABLE credentials ADD COLUMN moved_at INTEGER;
