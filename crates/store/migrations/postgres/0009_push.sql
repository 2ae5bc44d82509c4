-- Apps that are asked: requests, the codes that bind new ones, where they are woken, and how often they were asked.

-- One question to an app, whether a sign-in is the person's own.
CREATE TABLE push_requests (
    id              UUID   PRIMARY KEY,
    organisation_id UUID   NOT NULL,
    account_id      UUID   NOT NULL,
    credential_id   UUID   NOT NULL,
    -- The sign-in that asks; null for what is done in a session.
    flow_id         UUID,
    -- Whether it is for an app that is being bound, which another key answers.
    joining         BOOLEAN NOT NULL,
    -- Whether the browser that asks has completed a sign-in to the account before.
    known           BOOLEAN NOT NULL,
    -- The keyed hash of the network that it is asked from.
    network_mac     BYTEA,
    state           TEXT   NOT NULL,
    reason          TEXT,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    answered_at     BIGINT,
    -- The number, the nonce, and what the app is told. Erased with the answer.
    sealed_details  BYTEA
);

CREATE INDEX push_requests_open ON push_requests (credential_id) WHERE state = 'open';
CREATE INDEX push_requests_unknown ON push_requests (account_id) WHERE state = 'open' AND known = FALSE;
CREATE INDEX push_requests_expiry ON push_requests (expires_at);

-- Codes that bind an app, found by their hash, and the app that has used one until its number is typed.
CREATE TABLE bindings (
    credential_id   UUID   PRIMARY KEY,
    organisation_id UUID   NOT NULL,
    account_id      UUID   NOT NULL,
    -- The sign-in or the session that drew it.
    holder          UUID   NOT NULL,
    code_hash       BYTEA  NOT NULL UNIQUE,
    -- Whether the credential is there already and moves to another phone.
    moves           BOOLEAN NOT NULL,
    state           TEXT   NOT NULL,
    public_key      BYTEA,
    device          TEXT,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    -- The request by which it is confirmed in a session.
    request_id      UUID,
    -- The code, to be shown again until it is used; the key for codes; where the app is woken.
    sealed_code     BYTEA,
    sealed_secret   BYTEA,
    sealed_subscription BYTEA
);

CREATE INDEX bindings_of_account ON bindings (account_id);
CREATE INDEX bindings_expiry ON bindings (expires_at);

-- Where an app is woken [RFC 8030].
CREATE TABLE push_subscriptions (
    credential_id   UUID   PRIMARY KEY,
    organisation_id UUID   NOT NULL,
    account_id      UUID   NOT NULL,
    created_at      BIGINT NOT NULL,
    sealed_subscription BYTEA NOT NULL
);

-- How often an account's apps were asked since the last success, for browsers that are known and for those that are not.
CREATE TABLE push_paces (
    account_id      UUID   NOT NULL,
    known           BOOLEAN NOT NULL,
    organisation_id UUID   NOT NULL,
    asked           BIGINT NOT NULL,
    again_at        BIGINT,
    hour            BIGINT NOT NULL,
    in_hour         BIGINT NOT NULL,
    PRIMARY KEY (account_id, known)
);

-- Networks on whose behalf an account's apps are not asked, because a sign-in from there was reported.
CREATE TABLE refused_networks (
    account_id      UUID   NOT NULL,
    network_mac     BYTEA  NOT NULL,
    organisation_id UUID   NOT NULL,
    until           BIGINT NOT NULL,
    PRIMARY KEY (account_id, network_mac)
);

CREATE INDEX refused_networks_until ON refused_networks (until);

-- The key by which push services know us [RFC 8292]. Subscriptions hang on it, so it does not rotate.
CREATE TABLE vapid_keys (
    id              UUID   PRIMARY KEY,
    name            TEXT   NOT NULL UNIQUE,
    created_at      BIGINT NOT NULL,
    sealed_key      BYTEA  NOT NULL
);
