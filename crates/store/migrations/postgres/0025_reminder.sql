-- When somebody was last asked by e-mail to set up a second factor.
CREATE TABLE registration_reminders (
    account_id      UUID   PRIMARY KEY,
    organisation_id UUID   NOT NULL,
    reminded_at     BIGINT NOT NULL
);
