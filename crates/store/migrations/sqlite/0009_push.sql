-- Apps that are asked: requests, the codes that bind new ones, where they are woken, and how often they were asked.

-- One question to an app, whether a sign-in is the person's own.
CREATE TABLE push_requests (
    id              BLOB   PRIMARY KEY,
    organisation_id BLOB   NOT NULL,
    account_id      BLOB   NOT NULL,
    credential_id   BLOB   NOT NULL,
    -- The sign-in that asks; null for what is done in a session.
    flow_id         BLOB,
    -- Whether it is for an app that is being bound, which another key answers.
    joining         INTEGER NOT NULL,
    -- Whether the browser that asks has completed a sign-in to the account before.
    known           INTEGER NOT NULL,
    -- The keyed hash of the network that it is asked from.
    network_mac     BLOB,
    state           TEXT   NOT NULL,
    reason          TEXT,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    answered_at     INTEGER,
    -- The number, the nonce, and what the app is told. Erased with the answer.
    sealed_details  BLOB
) STRICT;

CREATE INDEX push_requests_open ON push_requests (credential_id) WHERE state = 'open';
CREATE INDEX push_requests_unknown ON push_requests (account_id) WHERE state = 'open' AND known = 0;
CREATE INDEX push_requests_expiry ON push_requests (expires_at);

-- Codes that bind an app, found by their hash, and the app that has used one until its number is typed.
CREATE TABLE bindings (
    credential_id   BLOB   PRIMARY KEY,
    organisation_id BLOB   NOT NULL,
    account_id      BLOB   NOT NULL,
    -- The sign-in or the session that drew it.
    holder          BLOB   NOT NULL,
    code_hash       BLOB  NOT NULL UNIQUE,
    -- Whether the credential is there already and moves to another phone.
    moves           INTEGER NOT NULL,
    state           TEXT   NOT NULL,
    public_key      BLOB,
    device          TEXT,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    -- The request by which it is confirmed in a session.
    request_id      BLOB,
    -- The code, to be shown again until it is used; the key for codes; where the app is woken.
    sealed_code     BLOB,
    sealed_secret   BLOB,
    sealed_subscription BLOB
) STRICT;

CREATE INDEX bindings_of_account ON bindings (account_id);
CREATE INDEX bindings_expiry ON bindings (expires_at);

-- Where an app is woken [RFC 8030].
CREATE TABLE push_subscriptions (
    credential_id   BLOB   PRIMARY KEY,
    organisation_id BLOB   NOT NULL,
    account_id      BLOB   NOT NULL,
    created_at      INTEGER NOT NULL,
    sealed_subscription BLOB NOT NULL
) STRICT;

-- How often an account's apps were asked since the last success, for browsers that are known and for those that are not.
CREATE TABLE push_paces (
    account_id      BLOB   NOT NULL,
    known           INTEGER NOT NULL,
    organisation_id BLOB   NOT NULL,
    asked           INTEGER NOT NULL,
    again_at        INTEGER,
    hour            INTEGER NOT NULL,
    in_hour         INTEGER NOT NULL,
    PRIMARY KEY (account_id, known)
) STRICT;

-- Networks on whose behalf an account's apps are not asked, because a sign-in from there was reported.
CREATE TABLE refused_networks (
    account_id      BLOB   NOT NULL,
    network_mac     BLOB  NOT NULL,
    organisation_id BLOB   NOT NULL,
    until           INTEGER NOT NULL,
    PRIMARY KEY (account_id, network_mac)
) STRICT;

CREATE INDEX refused_networks_until ON refused_networks (until);

-- The key by which push services know us [RFC 8292]. Subscriptions hang on it, so it does not rotate.
CREATE TABLE vapid_keys (
    id              BLOB   PRIMARY KEY,
    name            TEXT   NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL,
    sealed_key      BLOB  NOT NULL
) STRICT;
