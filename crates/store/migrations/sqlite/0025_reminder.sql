-- When somebody was last asked by e-mail to set up a second factor.
CREATE TABLE registration_reminders (
    account_id      BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    reminded_at     INTEGER NOT NULL
) STRICT;
