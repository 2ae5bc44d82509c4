-- What was decided of each sign-in, with what it was decided from: nothing was kept before.
DROP TABLE decisions;

CREATE TABLE decisions (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    at              INTEGER NOT NULL,
    application_id  BLOB   ,
    -- What the person met.
    outcome         TEXT    NOT NULL,
    -- What they would have met if the policies that only report were on, where that is something else.
    would_be        TEXT,
    -- What was known of it, as JSON: read as a whole, and never searched.
    known           TEXT    NOT NULL,
    -- Why, as JSON: sentences as they were true then.
    reasons         TEXT    NOT NULL
) STRICT;

CREATE INDEX decisions_time ON decisions (at, id);
CREATE INDEX decisions_account ON decisions (account_id, at);

-- What each policy made of the sign-ins that it was about. One row each, and none that everybody adds to: sign-ins do not wait
-- for each other.
CREATE TABLE policy_results (
    policy_id       BLOB    NOT NULL,
    at              INTEGER NOT NULL,
    decision_id     BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    application_id  BLOB   ,
    -- Whether the policy only reported.
    only_reported   INTEGER NOT NULL,
    result          TEXT    NOT NULL,
    PRIMARY KEY (policy_id, at, decision_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX policy_results_decision ON policy_results (decision_id);
CREATE INDEX policy_results_time ON policy_results (at);

-- Nothing wrote drafts of their own: the page keeps what was typed, and a replay what it replays.
DROP TABLE policy_draft;

-- Replays of past sign-ins under a draft.
CREATE TABLE policy_replays (
    id          BLOB    PRIMARY KEY,
    document    TEXT    NOT NULL,
    -- Null for an operator at the command line.
    asked_by    BLOB   ,
    asked_at    INTEGER NOT NULL,
    -- Sign-ins from then on are replayed.
    since       INTEGER NOT NULL,
    -- How many there are, and how many are done.
    sign_ins    INTEGER NOT NULL,
    done        INTEGER NOT NULL,
    -- `waiting`, `finished` or `failed`.
    state       TEXT    NOT NULL,
    ended_at    INTEGER,
    -- What was found, as JSON.
    report      TEXT
) STRICT;

CREATE INDEX policy_replays_time ON policy_replays (asked_at);
