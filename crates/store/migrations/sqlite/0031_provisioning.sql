-- What an application that provisions people calls each of them, and which groups are its own.
CREATE TABLE provisioned_people (
    application_id  BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    -- Of whoever answers for the application.
    organisation_id BLOB    NOT NULL,
    user_name       TEXT    NOT NULL,
    -- The same in small letters: capitals do not make another name.
    user_name_key   TEXT    NOT NULL,
    external_id     TEXT,
    -- When the application switched the account off, unless it has switched it on since.
    switched_off_at INTEGER,
    -- When the application deleted the person: from then on there is none for it.
    ended_at        INTEGER,
    version         INTEGER NOT NULL,
    PRIMARY KEY (application_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX provisioned_user_names ON provisioned_people (application_id, user_name_key) WHERE ended_at IS NULL;
CREATE INDEX provisioned_external_ids ON provisioned_people (application_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX provisioned_leavers ON provisioned_people (application_id, switched_off_at) WHERE switched_off_at IS NOT NULL;

CREATE TABLE provisioned_groups (
    group_id        BLOB    PRIMARY KEY,
    application_id  BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL,
    display_name    TEXT    NOT NULL,
    external_id     TEXT,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX provisioned_groups_of_application ON provisioned_groups (application_id, group_id);
