-- Accounts that somebody else had: their cases, what holds them, which factors are quarantined, and requests to lift a pin.
CREATE TABLE compromise_cases (
    id              UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    account_id      UUID    NOT NULL,
    -- What people call it.
    number          BIGINT NOT NULL UNIQUE,
    opened_at       BIGINT NOT NULL,
    -- Null for an operator at the command line.
    opened_by       UUID,
    suspected_since BIGINT NOT NULL,
    -- Which points are done, by whom and when.
    check_list      JSONB   NOT NULL,
    -- `open` or `restored`.
    standing        TEXT    NOT NULL,
    closed_at       BIGINT,
    closed_by       UUID,
    version         BIGINT NOT NULL
);

CREATE UNIQUE INDEX compromise_cases_open ON compromise_cases (account_id) WHERE standing = 'open';
CREATE INDEX compromise_cases_account ON compromise_cases (account_id, number);

-- The last number that a case got, in one row.
CREATE TABLE case_numbers (
    id   BIGINT PRIMARY KEY,
    last BIGINT NOT NULL
);

-- Everything that was done in a case. A form that is sent twice names the same deed twice.
CREATE TABLE case_deeds (
    id              UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    case_id         UUID    NOT NULL,
    at              BIGINT NOT NULL,
    by_account      UUID,
    deed            JSONB   NOT NULL,
    reason          TEXT
);

CREATE INDEX case_deeds_case ON case_deeds (case_id, at, id);

-- What holds an account; no row where nothing does.
CREATE TABLE account_holds (
    account_id      UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    -- `compromised` or `pinned`.
    hold            TEXT    NOT NULL,
    since           BIGINT NOT NULL,
    case_id         UUID    NOT NULL
);

-- Factors that somebody else may have enrolled. One without a verdict proves nothing.
CREATE TABLE quarantined_credentials (
    case_id         UUID    NOT NULL,
    credential_id   UUID    NOT NULL,
    organisation_id UUID    NOT NULL,
    account_id      UUID    NOT NULL,
    quarantined_at  BIGINT NOT NULL,
    -- `kept` or `removed`.
    verdict         TEXT,
    decided_at      BIGINT,
    decided_by      UUID,
    PRIMARY KEY (case_id, credential_id)
);

CREATE INDEX quarantined_credentials_open ON quarantined_credentials (account_id) WHERE verdict IS NULL;

-- Requests to lift the pin of an account, which somebody else has to confirm: at most one for each account.
CREATE TABLE pin_lifts (
    account_id      UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    asked_by        UUID    NOT NULL,
    asked_at        BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);

-- When a credential last moved to another phone: whoever has that phone has it since then.
ALTER TABLE credentials ADD COLUMN moved_at BIGINT;
