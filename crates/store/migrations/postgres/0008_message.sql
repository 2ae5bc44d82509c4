-- Texts, calls and e-mails on their way, how many there were, and what telephones add to credentials and organisations.

CREATE TABLE messages (
    id              UUID   PRIMARY KEY,
    organisation_id UUID   NOT NULL,
    account_id      UUID   NOT NULL,
    -- The sign-in that asked for it; null for news and for what is done in a session.
    flow_id         UUID,
    kind            TEXT   NOT NULL,
    channel         TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    tries           BIGINT NOT NULL,
    next_at         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    -- While it is being handed over: until when the worker that does it is believed to live.
    claimed_until   BIGINT,
    -- Networks that will not have it, separated by commas.
    refused_by      TEXT   NOT NULL,
    gateway         TEXT,
    -- The network's own name for it.
    reference       TEXT,
    handed_over_at  BIGINT,
    finished_at     BIGINT,
    reason          TEXT,
    -- How a call stands.
    standing        TEXT,
    -- The keyed hash of the reference by which somebody says "this was not me", and when they did.
    report_mac      BYTEA,
    reported_at     BIGINT,
    -- To whom and what. Erased as soon as it has left.
    sealed_payload  BYTEA
);

CREATE INDEX messages_waiting ON messages (channel, next_at) WHERE state = 'waiting';
CREATE INDEX messages_claimed ON messages (claimed_until) WHERE state = 'sending';
CREATE INDEX messages_reference ON messages (gateway, reference) WHERE reference IS NOT NULL;
CREATE INDEX messages_reported ON messages (report_mac) WHERE report_mac IS NOT NULL;
CREATE INDEX messages_calls ON messages (organisation_id) WHERE channel = 'call' AND finished_at IS NULL;
CREATE INDEX messages_created ON messages (created_at);

-- How much of each budget is used in one window of time, found by the keyed hash of what is counted.
CREATE TABLE message_budgets (
    subject         BYTEA  PRIMARY KEY,
    used            BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL
);

CREATE INDEX message_budgets_ended ON message_budgets (ends_at);

-- The keyed hash of a telephone number, so that one number on many accounts is noticed without reading any.
ALTER TABLE credentials ADD COLUMN number_mac BYTEA;
CREATE INDEX credentials_number ON credentials (number_mac) WHERE number_mac IS NOT NULL;

-- Factors that an organisation has switched off for its people, as a JSON list of words.
ALTER TABLE organisations ADD COLUMN factors_off JSONB;

-- When somebody said of a sign-in in progress that it is not theirs: its browser is told so, and it goes no further.
ALTER TABLE flows ADD COLUMN reported_at BIGINT;
