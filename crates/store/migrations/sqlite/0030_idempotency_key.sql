-- What an application has asked for by the management API, under the key that it gave to it, and what came of it.
CREATE TABLE idempotency_keys (
    application_id  BLOB    NOT NULL,
    key_hash        BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    request_hash    BLOB    NOT NULL,
    -- Missing in the transaction that does it, and nowhere else.
    outcome         TEXT,
    expires_at      INTEGER NOT NULL,
    PRIMARY KEY (application_id, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_end ON idempotency_keys (expires_at);
