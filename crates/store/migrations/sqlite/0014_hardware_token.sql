-- Hardware tokens: those in stock, those that were assigned, and those that are in use.
CREATE TABLE hardware_tokens (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    -- Whom it was assigned to; null for one in stock.
    account_id      BLOB,
    -- The credential that it is, once a code has activated it.
    credential_id   BLOB,
    -- No two tokens of an organisation have one.
    serial          TEXT    NOT NULL,
    manufacturer    TEXT    NOT NULL,
    model           TEXT    NOT NULL,
    -- How its codes are made: `sha1` or `sha256`, and for how many seconds one is shown.
    hash            TEXT    NOT NULL,
    seconds         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    assigned_at     INTEGER,
    -- The newest time-step whose code was accepted while it was in use before.
    used_step       INTEGER,
    -- Its key.
    sealed_seed     BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX hardware_tokens_serial ON hardware_tokens (serial, organisation_id);
CREATE INDEX hardware_tokens_account ON hardware_tokens (account_id);
CREATE UNIQUE INDEX hardware_tokens_credential ON hardware_tokens (credential_id);
