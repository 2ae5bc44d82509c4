-- Temporary access passes, at most one for each account.
CREATE TABLE passes (
    id              UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    account_id      UUID    NOT NULL UNIQUE,
    -- Who gave it; null for an operator at the command line.
    issued_by       UUID,
    multi_use       BOOLEAN NOT NULL,
    created_at      BIGINT  NOT NULL,
    starts_at       BIGINT  NOT NULL,
    expires_at      BIGINT  NOT NULL,
    -- When it was last used.
    used_at         BIGINT,
    -- When it stopped being good before its time: used up, withdrawn, or replaced by a factor of its owner's.
    ended_at        BIGINT,
    -- What the person types. Erased when it ends.
    sealed_code     BYTEA
);

CREATE INDEX passes_expiry ON passes (expires_at);
