-- What an application that provisions people calls each of them, and which groups are its own.
CREATE TABLE provisioned_people (
    application_id  UUID    NOT NULL,
    account_id      UUID    NOT NULL,
    -- Of whoever answers for the application.
    organisation_id UUID    NOT NULL,
    user_name       TEXT    NOT NULL,
    -- The same in small letters: capitals do not make another name.
    user_name_key   TEXT    NOT NULL,
    external_id     TEXT,
    -- When the application switched the account off, unless it has switched it on since.
    switched_off_at BIGINT,
    -- When the application deleted the person: from then on there is none for it.
    ended_at        BIGINT,
    version         BIGINT  NOT NULL,
    PRIMARY KEY (application_id, account_id)
);

CREATE UNIQUE INDEX provisioned_user_names ON provisioned_people (application_id, user_name_key) WHERE ended_at IS NULL;
CREATE INDEX provisioned_external_ids ON provisioned_people (application_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX provisioned_leavers ON provisioned_people (application_id, switched_off_at) WHERE switched_off_at IS NOT NULL;

CREATE TABLE provisioned_groups (
    group_id        UUID    PRIMARY KEY,
    application_id  UUID    NOT NULL,
    organisation_id UUID    NOT NULL,
    display_name    TEXT    NOT NULL,
    external_id     TEXT,
    created_at      BIGINT  NOT NULL,
    version         BIGINT  NOT NULL
);

CREATE INDEX provisioned_groups_of_application ON provisioned_groups (application_id, group_id);
