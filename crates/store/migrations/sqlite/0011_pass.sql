-- Temporary access passes, at most one for each account.
CREATE TABLE passes (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL UNIQUE,
    -- Who gave it; null for an operator at the command line.
    issued_by       BLOB,
    multi_use       INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    starts_at       INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    -- When it was last used.
    used_at         INTEGER,
    -- When it stopped being good before its time: used up, withdrawn, or replaced by a factor of its owner's.
    ended_at        INTEGER,
    -- What the person types. Erased when it ends.
    sealed_code     BLOB
) STRICT;

CREATE INDEX passes_expiry ON passes (expires_at);
