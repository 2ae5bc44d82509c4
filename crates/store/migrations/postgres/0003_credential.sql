-- What people have enrolled, their passwords, and how failures slow further tries down.

-- One row per enrolled factor of any kind: a new factor adds no table. Removed rows stay, without their secret, as the
-- record of what was ever bound.
CREATE TABLE credentials (
    id              UUID    PRIMARY KEY,
    account_id      UUID    NOT NULL,
    organisation_id UUID    NOT NULL,
    kind            TEXT    NOT NULL,
    label           TEXT    NOT NULL,
    public_json     JSONB   NOT NULL,
    sealed_secret   BYTEA,
    state           TEXT    NOT NULL,
    pending_session UUID,
    pending_until   BIGINT,
    -- The newest time-step whose code was accepted: a code is good once.
    used_step       BIGINT,
    is_default      BOOLEAN NOT NULL,
    created_at      BIGINT  NOT NULL,
    last_used_at    BIGINT,
    removed_at      BIGINT,
    version         BIGINT  NOT NULL
);

CREATE INDEX credentials_of_account ON credentials (account_id, state);
CREATE UNIQUE INDEX credentials_default ON credentials (account_id) WHERE is_default;
CREATE INDEX credentials_pending ON credentials (pending_until) WHERE state = 'pending';

-- One row per account that has credentials, changed by whoever is about to change them: changes to one account's
-- credentials wait for one another, so that two removals at once cannot take the last two.
CREATE TABLE credential_holders (
    account_id      UUID   PRIMARY KEY,
    organisation_id UUID   NOT NULL,
    revision        BIGINT NOT NULL
);

CREATE TABLE passwords (
    account_id      UUID   PRIMARY KEY,
    organisation_id UUID   NOT NULL,
    hash            TEXT   NOT NULL,
    set_at          BIGINT NOT NULL,
    must_change     TEXT
);

-- Former passwords, the newest with the highest number.
CREATE TABLE password_history (
    account_id      UUID   NOT NULL,
    number          BIGINT NOT NULL,
    organisation_id UUID   NOT NULL,
    hash            TEXT   NOT NULL,
    PRIMARY KEY (account_id, number)
);

-- Counters, found by the keyed hash of what they count: unknown addresses have them too, so there is no organisation.
CREATE TABLE throttles (
    subject       BYTEA  PRIMARY KEY,
    failures      BIGINT NOT NULL,
    consecutive   BIGINT NOT NULL,
    counted_at    BIGINT,
    blocked_until BIGINT,
    -- When the row says nothing any more; null while it must be kept whatever the time.
    forgotten_at  BIGINT
);

CREATE INDEX throttles_forgotten ON throttles (forgotten_at);

CREATE TABLE activations (
    code_hash       BYTEA  PRIMARY KEY,
    account_id      UUID   NOT NULL,
    organisation_id UUID   NOT NULL,
    purpose         TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);

CREATE INDEX activations_of_account ON activations (account_id);
CREATE INDEX activations_expiry ON activations (expires_at);

-- Browsers that have completed a sign-in to an account.
CREATE TABLE known_devices (
    account_id      UUID   NOT NULL,
    device_id       UUID   NOT NULL,
    organisation_id UUID   NOT NULL,
    first_seen_at   BIGINT NOT NULL,
    last_seen_at    BIGINT NOT NULL,
    PRIMARY KEY (account_id, device_id)
);

CREATE INDEX known_devices_seen ON known_devices (last_seen_at);
