-- User exceptions: suspensions of one account's prompts, and leave to register later.
CREATE TABLE user_exceptions (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    kind            TEXT    NOT NULL,
    -- The word of the reason, and what was typed.
    why             TEXT    NOT NULL,
    note            TEXT,
    -- Long ones that were asked for together are decided together.
    request_id      BLOB,
    -- Null for an operator at the command line, here and below.
    asked_by        BLOB,
    asked_at        INTEGER NOT NULL,
    standing        TEXT    NOT NULL,
    given_by        BLOB,
    starts_at       INTEGER,
    ends_at         INTEGER,
    -- Who rejected, took back or withdrew it.
    settled_by      BLOB,
    settled_at      INTEGER,
    settled_why     TEXT,
    -- Whether what is on a phone must be removed when it has ended, and has not been.
    re_enrol        INTEGER NOT NULL,
    -- When its owner is reminded next that it ends.
    remind_at       INTEGER
) STRICT;

-- One that is in force, and one that waits: two administrators at once do not give two.
CREATE UNIQUE INDEX user_exceptions_open ON user_exceptions (account_id, standing) WHERE standing IN ('requested', 'active');
CREATE INDEX user_exceptions_account ON user_exceptions (account_id, asked_at);
CREATE INDEX user_exceptions_end ON user_exceptions (ends_at, id) WHERE standing = 'active';
CREATE INDEX user_exceptions_reminder ON user_exceptions (remind_at, id) WHERE remind_at IS NOT NULL;
CREATE INDEX user_exceptions_request ON user_exceptions (request_id, id) WHERE request_id IS NOT NULL;
CREATE INDEX user_exceptions_waiting ON user_exceptions (request_id, id) WHERE standing = 'requested';

CREATE TABLE postponements (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    -- Which risk is taken.
    risk            TEXT    NOT NULL,
    given_by        BLOB,
    given_at        INTEGER NOT NULL,
    ends_at         INTEGER NOT NULL,
    withdrawn_by    BLOB,
    withdrawn_at    INTEGER,
    withdrawn_why   TEXT
) STRICT;

CREATE INDEX postponements_account ON postponements (account_id, ends_at);
CREATE INDEX postponements_end ON postponements (ends_at, id) WHERE withdrawn_at IS NULL;
