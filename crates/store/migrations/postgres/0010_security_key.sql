-- Security keys and passkeys: what each is known by, and who was given one.

-- What a key has shown so far. Its public key is sealed in the row of its credential.
CREATE TABLE security_keys (
    credential_id   UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    account_id      UUID    NOT NULL,
    -- The SHA-256 of the identifier that its authenticator gave it: no two accounts have the same one.
    id_hash         BYTEA   NOT NULL UNIQUE,
    -- The highest counter that it has shown.
    counter         BIGINT  NOT NULL
);

CREATE INDEX security_keys_of_account ON security_keys (account_id);

-- Keys that an administrator has registered and handed over. The rows stay when the key is removed.
CREATE TABLE key_custody (
    credential_id   UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    -- Who holds it.
    account_id      UUID    NOT NULL,
    registered_by   UUID    NOT NULL,
    serial          TEXT    NOT NULL,
    model           TEXT    NOT NULL,
    -- The day on which it changed hands: 2026-11-22.
    handed_over_on  TEXT    NOT NULL,
    recorded_at     BIGINT  NOT NULL
);

CREATE INDEX key_custody_of_account ON key_custody (account_id);
