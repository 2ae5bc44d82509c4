-- What was decided of each sign-in, with what it was decided from: nothing was kept before.
DROP TABLE decisions;

CREATE TABLE decisions (
    id              UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    account_id      UUID    NOT NULL,
    at              BIGINT  NOT NULL,
    application_id  UUID   ,
    -- What the person met.
    outcome         TEXT    NOT NULL,
    -- What they would have met if the policies that only report were on, where that is something else.
    would_be        TEXT,
    -- What was known of it, as JSON: read as a whole, and never searched.
    known           TEXT    NOT NULL,
    -- Why, as JSON: sentences as they were true then.
    reasons         TEXT    NOT NULL
);

CREATE INDEX decisions_time ON decisions (at, id);
CREATE INDEX decisions_account ON decisions (account_id, at);

-- What each policy made of the sign-ins that it was about. One row each, and none that everybody adds to: sign-ins do not wait
-- for each other.
CREATE TABLE policy_results (
    policy_id       UUID    NOT NULL,
    at              BIGINT  NOT NULL,
    decision_id     UUID    NOT NULL,
    organisation_id UUID    NOT NULL,
    account_id      UUID    NOT NULL,
    application_id  UUID   ,
    -- Whether the policy only reported.
    only_reported   BOOLEAN NOT NULL,
    result          TEXT    NOT NULL,
    PRIMARY KEY (policy_id, at, decision_id)
);

CREATE INDEX policy_results_decision ON policy_results (decision_id);
CREATE INDEX policy_results_time ON policy_results (at);

-- Nothing wrote drafts of their own: the page keeps what was typed, and a replay what it replays.
DROP TABLE policy_draft;

-- Replays of past sign-ins under a draft.
CREATE TABLE policy_replays (
    id          UUID    PRIMARY KEY,
    document    TEXT    NOT NULL,
    -- Null for an operator at the command line.
    asked_by    UUID   ,
    asked_at    BIGINT  NOT NULL,
    -- Sign-ins from then on are replayed.
    since       BIGINT  NOT NULL,
    -- How many there are, and how many are done.
    sign_ins    BIGINT  NOT NULL,
    done        BIGINT  NOT NULL,
    -- `waiting`, `finished` or `failed`.
    state       TEXT    NOT NULL,
    ended_at    BIGINT ,
    -- What was found, as JSON.
    report      TEXT
);

CREATE INDEX policy_replays_time ON policy_replays (asked_at);
