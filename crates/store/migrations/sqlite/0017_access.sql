-- Conditional access: groups, the policies in force and their drafts, how far accounts are with registering, and what was decided.
CREATE TABLE account_groups (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    -- Policies name it by this, so that it never changes.
    name            TEXT    NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE group_members (
    account_id      BLOB    NOT NULL,
    group_id        BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    added_at        INTEGER NOT NULL,
    PRIMARY KEY (account_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX group_members_group ON group_members (group_id, account_id);

-- The policies that there ever were: a name means the same policy in every version.
CREATE TABLE policies (
    id         BLOB    PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- Each published set of policies, as the text that a file has.
CREATE TABLE policy_sets (
    version      INTEGER PRIMARY KEY,
    document     TEXT    NOT NULL,
    published_at INTEGER NOT NULL,
    -- Null for an operator at the command line.
    published_by BLOB,
    reason       TEXT    NOT NULL,
    -- It is taken back unless somebody confirms it before then.
    confirm_by   INTEGER,
    confirmed_at INTEGER,
    rolled_back_at INTEGER
) STRICT;

-- One row at most. Its epoch changes with whatever policies are compiled from.
CREATE TABLE access_state (
    id    INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL
) STRICT;

-- One row, if there is a draft: the set of policies that administrators are working on.
CREATE TABLE policy_draft (
    id        INTEGER PRIMARY KEY,
    document  TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    edited_at INTEGER NOT NULL,
    edited_by BLOB
) STRICT;

-- How far an account is with registering a second factor.
CREATE TABLE registrations (
    account_id      BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    first_prompt_at INTEGER,
    skips           INTEGER NOT NULL
) STRICT;

-- What was decided of each sign-in, with what it was decided from: for impact and replay.
CREATE TABLE decisions (
    id              BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    at              INTEGER NOT NULL,
    application_id  BLOB,
    outcome         TEXT    NOT NULL,
    -- Where a policy that only reports would have made it something else.
    would_be        TEXT,
    signals         TEXT    NOT NULL,
    reported        TEXT
) STRICT;

CREATE INDEX decisions_time ON decisions (at, id);
CREATE INDEX decisions_account ON decisions (account_id, at);

-- After how many microseconds without a request a session ends, where a policy says something stricter than the settings.
ALTER TABLE sessions ADD COLUMN idle INTEGER;
