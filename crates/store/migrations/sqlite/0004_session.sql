-- Signed-in sessions. The token is a bearer secret: only its hash is kept.
CREATE TABLE sessions (
    id              BLOB    PRIMARY KEY,
    token_hash      BLOB    NOT NULL UNIQUE,
    account_id      BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    device_id       BLOB    NOT NULL,
    proofs          TEXT    NOT NULL,
    started_at      INTEGER NOT NULL,
    seen_at         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    browser         TEXT,
    address         TEXT,
    ended_at        INTEGER,
    ended_why       TEXT
) STRICT;

CREATE INDEX sessions_account ON sessions (account_id, started_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_device ON sessions (device_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);
