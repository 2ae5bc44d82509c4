-- Changes to many accounts at once.
CREATE TABLE bulk_changes (
    id              UUID    PRIMARY KEY,
    -- Of whoever asked for it.
    organisation_id UUID    NOT NULL,
    deed            TEXT    NOT NULL,
    -- Where the accounts go, when they move.
    destination_id  UUID,
    reason          TEXT    NOT NULL,
    asked_by        UUID    NOT NULL,
    asked_at        BIGINT  NOT NULL,
    approved_by     UUID,
    -- In whose name the step under way is done, and in which session they said so.
    actor_id        UUID    NOT NULL,
    session_id      UUID    NOT NULL,
    acted_at        BIGINT  NOT NULL,
    standing        TEXT    NOT NULL,
    done_at         BIGINT,
    -- The last row that was dealt with in the step under way.
    line            BIGINT  NOT NULL,
    unchecked       BIGINT  NOT NULL,
    ready           BIGINT  NOT NULL,
    unchanged       BIGINT  NOT NULL,
    refused         BIGINT  NOT NULL,
    done            BIGINT  NOT NULL,
    failed          BIGINT  NOT NULL,
    undone          BIGINT  NOT NULL,
    kept            BIGINT  NOT NULL,
    version         BIGINT  NOT NULL
);

CREATE INDEX bulk_changes_standing ON bulk_changes (standing, id) WHERE standing NOT IN ('done', 'undone', 'dropped');
CREATE INDEX bulk_changes_asked_by ON bulk_changes (asked_by, id);

-- One row an account: as it was typed, what can be done, and what it was before.
CREATE TABLE bulk_rows (
    bulk_id          UUID    NOT NULL,
    line             BIGINT  NOT NULL,
    -- Of the account; of whoever asked where there is none.
    organisation_id  UUID    NOT NULL,
    typed            TEXT    NOT NULL,
    account_id       UUID,
    standing         TEXT    NOT NULL,
    why              TEXT,
    done_at          BIGINT,
    was_status       TEXT,
    was_since        BIGINT,
    was_organisation UUID,
    PRIMARY KEY (bulk_id, line)
);
