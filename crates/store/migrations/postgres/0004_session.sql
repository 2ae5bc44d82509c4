-- Signed-in sessions. The token is a bearer secret: only its hash is kept.
CREATE TABLE sessions (
    id              UUID   PRIMARY KEY,
    token_hash      BYTEA  NOT NULL UNIQUE,
    account_id      UUID   NOT NULL,
    organisation_id UUID   NOT NULL,
    device_id       UUID   NOT NULL,
    proofs          JSONB  NOT NULL,
    started_at      BIGINT NOT NULL,
    seen_at         BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    browser         TEXT,
    address         TEXT,
    ended_at        BIGINT,
    ended_why       TEXT
);

CREATE INDEX sessions_account ON sessions (account_id, started_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_device ON sessions (device_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);
