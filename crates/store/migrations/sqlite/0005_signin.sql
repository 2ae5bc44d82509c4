-- Sign-ins in progress: an opaque sealed blob each, found by the hash of the browser's token.
CREATE TABLE flows (
    id              BLOB    PRIMARY KEY,
    token_hash      BLOB    NOT NULL UNIQUE,
    organisation_id BLOB,
    sealed          BLOB    NOT NULL,
    destination     TEXT    NOT NULL,
    expires_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX flows_expiry ON flows (expires_at);
