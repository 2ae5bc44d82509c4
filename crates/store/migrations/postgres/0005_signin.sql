-- Sign-ins in progress: an opaque sealed blob each, found by the hash of the browser's token.
CREATE TABLE flows (
    id              UUID   PRIMARY KEY,
    token_hash      BYTEA  NOT NULL UNIQUE,
    organisation_id UUID,
    sealed          BYTEA  NOT NULL,
    destination     JSONB  NOT NULL,
    expires_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);

CREATE INDEX flows_expiry ON flows (expires_at);
