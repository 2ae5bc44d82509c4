-- Recovery codes: those that an account was given together share a set.
CREATE TABLE recovery_codes (
    id              UUID    PRIMARY KEY,
    set_id          UUID    NOT NULL,
    organisation_id UUID    NOT NULL,
    account_id      UUID    NOT NULL,
    created_at      BIGINT  NOT NULL,
    -- When it was used; it is good once.
    used_at         BIGINT,
    -- What it hashes to. Erased when it is used.
    sealed_hash     BYTEA
);

CREATE INDEX recovery_codes_account ON recovery_codes (account_id);
