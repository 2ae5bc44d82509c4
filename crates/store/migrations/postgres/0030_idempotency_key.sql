-- What an application has asked for by the management API, under the key that it gave to it, and what came of it.
CREATE TABLE idempotency_keys (
    application_id  UUID   NOT NULL,
    key_hash        BYTEA  NOT NULL,
    organisation_id UUID   NOT NULL,
    request_hash    BYTEA  NOT NULL,
    -- Missing in the transaction that does it, and nowhere else.
    outcome         JSONB,
    expires_at      BIGINT NOT NULL,
    PRIMARY KEY (application_id, key_hash)
);

CREATE INDEX idempotency_keys_end ON idempotency_keys (expires_at);
