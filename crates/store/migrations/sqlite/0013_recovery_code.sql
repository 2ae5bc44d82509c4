-- Recovery codes: those that an account was given together share a set.
CREATE TABLE recovery_codes (
    id              BLOB    PRIMARY KEY,
    set_id          BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    -- When it was used; it is good once.
    used_at         INTEGER,
    -- What it hashes to. Erased when it is used.
    sealed_hash     BLOB
) STRICT;

CREATE INDEX recovery_codes_account ON recovery_codes (account_id);
