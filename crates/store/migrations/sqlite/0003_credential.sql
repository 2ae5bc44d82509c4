-- What people have enrolled, their passwords, and how failures slow further tries down.

-- One row per enrolled factor of any kind: a new factor adds no table. Removed rows stay, without their secret, as the
-- record of what was ever bound.
CREATE TABLE credentials (
    id              BLOB    PRIMARY KEY,
    account_id      BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    kind            TEXT    NOT NULL,
    label           TEXT    NOT NULL,
    public_json     TEXT    NOT NULL,
    sealed_secret   BLOB,
    state           TEXT    NOT NULL,
    pending_session BLOB,
    pending_until   INTEGER,
    -- The newest time-step whose code was accepted: a code is good once.
    used_step       INTEGER,
    is_default      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER,
    removed_at      INTEGER,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX credentials_of_account ON credentials (account_id, state);
CREATE UNIQUE INDEX credentials_default ON credentials (account_id) WHERE is_default = 1;
CREATE INDEX credentials_pending ON credentials (pending_until) WHERE state = 'pending';

-- One row per account that has credentials, changed by whoever is about to change them: changes to one account's
-- credentials wait for one another, so that two removals at once cannot take the last two.
CREATE TABLE credential_holders (
    account_id      BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    revision        INTEGER NOT NULL
) STRICT;

CREATE TABLE passwords (
    account_id      BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    hash            TEXT    NOT NULL,
    set_at          INTEGER NOT NULL,
    must_change     TEXT
) STRICT;

-- Former passwords, the newest with the highest number.
CREATE TABLE password_history (
    account_id      BLOB    NOT NULL,
    number          INTEGER NOT NULL,
    organisation_id BLOB    NOT NULL,
    hash            TEXT    NOT NULL,
    PRIMARY KEY (account_id, number)
) STRICT;

-- Counters, found by the keyed hash of what they count: unknown addresses have them too, so there is no organisation.
CREATE TABLE throttles (
    subject         BLOB    PRIMARY KEY,
    failures        INTEGER NOT NULL,
    consecutive     INTEGER NOT NULL,
    counted_at      INTEGER,
    blocked_until   INTEGER,
    -- When the row says nothing any more; null while it must be kept whatever the time.
    forgotten_at    INTEGER
) STRICT;

CREATE INDEX throttles_forgotten ON throttles (forgotten_at);

CREATE TABLE activations (
    code_hash       BLOB    PRIMARY KEY,
    account_id      BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    purpose         TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX activations_of_account ON activations (account_id);
CREATE INDEX activations_expiry ON activations (expires_at);

-- Browsers that have completed a sign-in to an account.
CREATE TABLE known_devices (
    account_id      BLOB    NOT NULL,
    device_id       BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    first_seen_at   INTEGER NOT NULL,
    last_seen_at    INTEGER NOT NULL,
    PRIMARY KEY (account_id, device_id)
) STRICT;

CREATE INDEX known_devices_seen ON known_devices (last_seen_at);
