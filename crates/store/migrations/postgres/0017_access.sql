-- Conditional access: groups, the policies in force and their drafts, how far accounts are with registering, and what was decided.
CREATE TABLE account_groups (
    id              UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    -- Policies name it by this, so that it never changes.
    name            TEXT    NOT NULL UNIQUE,
    created_at      BIGINT NOT NULL
);

CREATE TABLE group_members (
    account_id      UUID    NOT NULL,
    group_id        UUID    NOT NULL,
    organisation_id UUID    NOT NULL,
    added_at        BIGINT NOT NULL,
    PRIMARY KEY (account_id, group_id)
);

CREATE INDEX group_members_group ON group_members (group_id, account_id);

-- The policies that there ever were: a name means the same policy in every version.
CREATE TABLE policies (
    id         UUID    PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

-- Each published set of policies, as the text that a file has.
CREATE TABLE policy_sets (
    version      BIGINT PRIMARY KEY,
    document     TEXT    NOT NULL,
    published_at BIGINT NOT NULL,
    -- Null for an operator at the command line.
    published_by UUID,
    reason       TEXT    NOT NULL,
    -- It is taken back unless somebody confirms it before then.
    confirm_by   BIGINT,
    confirmed_at BIGINT,
    rolled_back_at BIGINT
);

-- One row at most. Its epoch changes with whatever policies are compiled from.
CREATE TABLE access_state (
    id    BIGINT PRIMARY KEY,
    epoch BIGINT NOT NULL
);

-- One row, if there is a draft: the set of policies that administrators are working on.
CREATE TABLE policy_draft (
    id        BIGINT PRIMARY KEY,
    document  TEXT    NOT NULL,
    version   BIGINT NOT NULL,
    edited_at BIGINT NOT NULL,
    edited_by UUID
);

-- How far an account is with registering a second factor.
CREATE TABLE registrations (
    account_id      UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    first_prompt_at BIGINT,
    skips           BIGINT NOT NULL
);

-- What was decided of each sign-in, with what it was decided from: for impact and replay.
CREATE TABLE decisions (
    id              UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    account_id      UUID    NOT NULL,
    at              BIGINT NOT NULL,
    application_id  UUID,
    outcome         TEXT    NOT NULL,
    -- Where a policy that only reports would have made it something else.
    would_be        TEXT,
    signals         JSONB    NOT NULL,
    reported        JSONB
);

CREATE INDEX decisions_time ON decisions (at, id);
CREATE INDEX decisions_account ON decisions (account_id, at);

-- After how many microseconds without a request a session ends, where a policy says something stricter than the settings.
ALTER TABLE sessions ADD COLUMN idle BIGINT;
