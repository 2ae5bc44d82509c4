-- Applications, and what they are given. Secrets and tokens are bearer secrets of 256 random bits: only hashes are kept.

CREATE TABLE applications (
    id UUID PRIMARY KEY,
    organisation_id UUID NOT NULL,
    protocol TEXT NOT NULL,
    name TEXT NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL UNIQUE,
    status TEXT NOT NULL,
    -- What the protocol needs to know; only its own code gives it a meaning.
    settings JSONB NOT NULL,
    -- Whether it wants to hear that a session has ended.
    hears_of_logout BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE application_secrets (
    id UUID PRIMARY KEY,
    application_id UUID NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    organisation_id UUID NOT NULL,
    hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);

CREATE INDEX application_secrets_of ON application_secrets (application_id, created_at);

-- What an application was given for one person, with its code and its refresh token: one row, however often refreshed.
CREATE TABLE grants (
    id UUID PRIMARY KEY,
    organisation_id UUID NOT NULL,
    application_id UUID NOT NULL,
    account_id UUID NOT NULL,
    session_id UUID NOT NULL,
    scope TEXT NOT NULL,
    details JSONB NOT NULL,
    created_at BIGINT NOT NULL,
    -- When nothing of it can be good any more.
    ends_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_why TEXT,
    code_hash BYTEA,
    code_redirect_uri TEXT,
    code_challenge TEXT,
    code_expires_at BIGINT,
    code_spent_at BIGINT,
    refresh_family BYTEA,
    refresh_turn BYTEA,
    refresh_expires_at BIGINT
);

CREATE INDEX grants_of_session ON grants (session_id) WHERE revoked_at IS NULL;
CREATE INDEX grants_of_account ON grants (account_id) WHERE revoked_at IS NULL;
CREATE INDEX grants_end ON grants (ends_at);

CREATE TABLE access_tokens (
    hash BYTEA PRIMARY KEY,
    organisation_id UUID NOT NULL,
    application_id UUID NOT NULL,
    -- None when the application acts for itself.
    grant_id UUID,
    scope TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX access_tokens_end ON access_tokens (expires_at);

-- Requests that wait for a person to sign in.
CREATE TABLE authorization_requests (
    id UUID PRIMARY KEY,
    organisation_id UUID NOT NULL,
    application_id UUID NOT NULL,
    request JSONB NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX authorization_requests_end ON authorization_requests (expires_at);

CREATE TABLE pushed_requests (
    hash BYTEA PRIMARY KEY,
    organisation_id UUID NOT NULL,
    application_id UUID NOT NULL,
    request JSONB NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX pushed_requests_end ON pushed_requests (expires_at);

CREATE TABLE logout_requests (
    id UUID PRIMARY KEY,
    organisation_id UUID,
    request JSONB NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX logout_requests_end ON logout_requests (expires_at);

CREATE TABLE device_requests (
    hash BYTEA PRIMARY KEY,
    user_code_hash BYTEA NOT NULL UNIQUE,
    organisation_id UUID NOT NULL,
    application_id UUID NOT NULL,
    scope TEXT NOT NULL,
    address TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    polled_at BIGINT,
    poll_interval BIGINT NOT NULL,
    state TEXT NOT NULL,
    account_id UUID,
    account_organisation_id UUID,
    session_id UUID,
    details JSONB
);

CREATE INDEX device_requests_end ON device_requests (expires_at);

-- Tries of user codes, by a keyed hash of who tried.
CREATE TABLE device_tries (
    subject BYTEA NOT NULL,
    span BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    PRIMARY KEY (subject, span)
);

-- Statements (private_key_jwt) that were used: each is good once.
CREATE TABLE client_assertions (
    application_id UUID NOT NULL,
    jti_hash BYTEA NOT NULL,
    organisation_id UUID NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (application_id, jti_hash)
);

CREATE INDEX client_assertions_end ON client_assertions (expires_at);

-- Applications that must still hear that a session has ended.
CREATE TABLE logout_notices (
    application_id UUID NOT NULL,
    session_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    account_id UUID NOT NULL,
    created_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    PRIMARY KEY (application_id, session_id)
);

CREATE INDEX logout_notices_due ON logout_notices (next_try_at);

-- Keys that sign tokens.
CREATE TABLE signing_keys (
    id UUID PRIMARY KEY,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Gone when the key is retired.
    sealed_key BYTEA
);

-- Two nodes that rotate at once cannot both succeed.
CREATE UNIQUE INDEX signing_keys_turn ON signing_keys (algorithm, state) WHERE state IN ('current', 'next');
