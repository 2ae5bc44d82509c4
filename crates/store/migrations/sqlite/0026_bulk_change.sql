-- Changes to many accounts at once.
CREATE TABLE bulk_changes (
    id              BLOB    PRIMARY KEY,
    -- Of whoever asked for it.
    organisation_id BLOB    NOT NULL,
    deed            TEXT    NOT NULL,
    -- Where the accounts go, when they move.
    destination_id  BLOB,
    reason          TEXT    NOT NULL,
    asked_by        BLOB    NOT NULL,
    asked_at        INTEGER NOT NULL,
    approved_by     BLOB,
    -- In whose name the step under way is done, and in which session they said so.
    actor_id        BLOB    NOT NULL,
    session_id      BLOB    NOT NULL,
    acted_at        INTEGER NOT NULL,
    standing        TEXT    NOT NULL,
    done_at         INTEGER,
    -- The last row that was dealt with in the step under way.
    line            INTEGER NOT NULL,
    unchecked       INTEGER NOT NULL,
    ready           INTEGER NOT NULL,
    unchanged       INTEGER NOT NULL,
    refused         INTEGER NOT NULL,
    done            INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    undone          INTEGER NOT NULL,
    kept            INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX bulk_changes_standing ON bulk_changes (standing, id) WHERE standing NOT IN ('done', 'undone', 'dropped');
CREATE INDEX bulk_changes_asked_by ON bulk_changes (asked_by, id);

-- One row an account: as it was typed, what can be done, and what it was before.
CREATE TABLE bulk_rows (
    bulk_id          BLOB    NOT NULL,
    line             INTEGER NOT NULL,
    -- Of the account; of whoever asked where there is none.
    organisation_id  BLOB    NOT NULL,
    typed            TEXT    NOT NULL,
    account_id       BLOB,
    standing         TEXT    NOT NULL,
    why              TEXT,
    done_at          INTEGER,
    was_status       TEXT,
    was_since        INTEGER,
    was_organisation BLOB,
    PRIMARY KEY (bulk_id, line)
) STRICT, WITHOUT ROWID;
