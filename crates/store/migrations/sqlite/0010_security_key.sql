-- Security keys and passkeys: what each is known by, and who was given one.

-- What a key has shown so far. Its public key is sealed in the row of its credential.
CREATE TABLE security_keys (
    credential_id   BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    -- The SHA-256 of the identifier that its authenticator gave it: no two accounts have the same one.
    id_hash         BLOB    NOT NULL UNIQUE,
    -- The highest counter that it has shown.
    counter         INTEGER NOT NULL
) STRICT;

CREATE INDEX security_keys_of_account ON security_keys (account_id);

-- Keys that an administrator has registered and handed over. The rows stay when the key is removed.
CREATE TABLE key_custody (
    credential_id   BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    -- Who holds it.
    account_id      BLOB    NOT NULL,
    registered_by   BLOB    NOT NULL,
    serial          TEXT    NOT NULL,
    model           TEXT    NOT NULL,
    -- The day on which it changed hands: 2026-11-22.
    handed_over_on  TEXT    NOT NULL,
    recorded_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX key_custody_of_account ON key_custody (account_id);
