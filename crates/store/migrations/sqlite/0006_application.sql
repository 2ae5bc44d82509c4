-- Applications, and what they are given. Secrets and tokens are bearer secrets of 256 random bits: only hashes are kept.

CREATE TABLE applications (
    id BLOB NOT NULL PRIMARY KEY,
    organisation_id BLOB NOT NULL,
    protocol TEXT NOT NULL,
    name TEXT NOT NULL,
    client_id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    -- What the protocol needs to know; only its own code gives it a meaning.
    settings TEXT NOT NULL,
    -- Whether it wants to hear that a session has ended.
    hears_of_logout INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE application_secrets (
    id BLOB NOT NULL PRIMARY KEY,
    application_id BLOB NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    organisation_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

CREATE INDEX application_secrets_of ON application_secrets (application_id, created_at);

-- What an application was given for one person, with its code and its refresh token: one row, however often refreshed.
CREATE TABLE grants (
    id BLOB NOT NULL PRIMARY KEY,
    organisation_id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    scope TEXT NOT NULL,
    details TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- When nothing of it can be good any more.
    ends_at INTEGER NOT NULL,
    revoked_at INTEGER,
    revoked_why TEXT,
    code_hash BLOB,
    code_redirect_uri TEXT,
    code_challenge TEXT,
    code_expires_at INTEGER,
    code_spent_at INTEGER,
    refresh_family BLOB,
    refresh_turn BLOB,
    refresh_expires_at INTEGER
) STRICT;

CREATE INDEX grants_of_session ON grants (session_id) WHERE revoked_at IS NULL;
CREATE INDEX grants_of_account ON grants (account_id) WHERE revoked_at IS NULL;
CREATE INDEX grants_end ON grants (ends_at);

CREATE TABLE access_tokens (
    hash BLOB NOT NULL PRIMARY KEY,
    organisation_id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    -- None when the application acts for itself.
    grant_id BLOB,
    scope TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX access_tokens_end ON access_tokens (expires_at);

-- Requests that wait for a person to sign in.
CREATE TABLE authorization_requests (
    id BLOB NOT NULL PRIMARY KEY,
    organisation_id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    request TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX authorization_requests_end ON authorization_requests (expires_at);

CREATE TABLE pushed_requests (
    hash BLOB NOT NULL PRIMARY KEY,
    organisation_id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    request TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX pushed_requests_end ON pushed_requests (expires_at);

CREATE TABLE logout_requests (
    id BLOB NOT NULL PRIMARY KEY,
    organisation_id BLOB,
    request TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX logout_requests_end ON logout_requests (expires_at);

CREATE TABLE device_requests (
    hash BLOB NOT NULL PRIMARY KEY,
    user_code_hash BLOB NOT NULL UNIQUE,
    organisation_id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    scope TEXT NOT NULL,
    address TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    polled_at INTEGER,
    poll_interval INTEGER NOT NULL,
    state TEXT NOT NULL,
    account_id BLOB,
    account_organisation_id BLOB,
    session_id BLOB,
    details TEXT
) STRICT;

CREATE INDEX device_requests_end ON device_requests (expires_at);

-- Tries of user codes, by a keyed hash of who tried.
CREATE TABLE device_tries (
    subject BLOB NOT NULL,
    span INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (subject, span)
) STRICT, WITHOUT ROWID;

-- Statements (private_key_jwt) that were used: each is good once.
CREATE TABLE client_assertions (
    application_id BLOB NOT NULL,
    jti_hash BLOB NOT NULL,
    organisation_id BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (application_id, jti_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX client_assertions_end ON client_assertions (expires_at);

-- Applications that must still hear that a session has ended.
CREATE TABLE logout_notices (
    application_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    organisation_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (application_id, session_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX logout_notices_due ON logout_notices (next_try_at);

-- Keys that sign tokens.
CREATE TABLE signing_keys (
    id BLOB NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- Gone when the key is retired.
    sealed_key BLOB
) STRICT;

-- Two nodes that rotate at once cannot both succeed.
CREATE UNIQUE INDEX signing_keys_turn ON signing_keys (algorithm, state) WHERE state IN ('current', 'next');
