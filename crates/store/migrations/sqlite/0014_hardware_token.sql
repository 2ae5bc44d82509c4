-- Hardware tokens: those in stock, those that were assigned, and those that are in use.
CREATE TABLE hardware_tokens (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    -- Whom it was assigned to; null for one in stock.
    account_id      BLOB,
    -- The credential that it is, once a code has activated it.
    credential_id   BLOB,
    serial          TEXT    NOT NULL UNIQUE,
    manufacturer    TEXT    NOT NULL,
    model           TEXT    NOT NULL,
    -- How its codes are made: `sha1` or `sha256`, and for how many seconds one is shown.
    hash            TEXT    NOT NULL,
    seconds         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    assigned_at     INTEGER,
    -- Its key.
    sealed_seed     BLOB    NOT NULL
) STRICT;

CREATE INDEX hardware_tokens_account ON hardware_tokens (account_id);
CREATE UNIQUE INDEX hardware_tokens_credential ON hardware_tokens (credential_id);
